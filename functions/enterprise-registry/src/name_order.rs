//! Names in the order of pinyin: a key that SQL compares byte by byte and an index keeps, made where the name is written. The order is that of
//! Unicode for Chinese (CLDR, `icu_collator`): digits, then Chinese letters by their reading, then Latin ones.

use base64::Engine as _;
use base64::alphabet::Alphabet;
use base64::engine::general_purpose::NO_PAD;
use base64::engine::{GeneralPurpose, general_purpose};
use icu_collator::provider::{
    Baked, CollationData, CollationDiacriticsV1, CollationJamoV1, CollationMetadataV1,
    CollationReorderingV1, CollationRootV1, CollationSpecialPrimariesV1, CollationTailoringV1,
};
use icu_collator::{Collator, options::CollatorOptions};
use icu_normalizer::provider::{NormalizerNfdDataV1, NormalizerNfdTablesV1};
use icu_provider::prelude::{
    DataError, DataPayload, DataProvider, DataRequest, DataResponse, DataResponseMetadata,
};
use std::sync::LazyLock;

/// The version of the keys. What is stored says which version made it; raise it when another version of `icu_collator` gives other keys, which a
/// test below says.
pub const ORDER: u32 = 1;

/// The order of pinyin, as the build took it out of all orders.
static PINYIN: CollationData<'static> = include!(concat!(env!("OUT_DIR"), "/pinyin_order.rs"));

/// What a collator is made of: the order of pinyin, and of the rest what all orders have in common.
struct PinyinData;

impl DataProvider<CollationTailoringV1> for PinyinData {
    fn load(&self, _: DataRequest) -> Result<DataResponse<CollationTailoringV1>, DataError> {
        Ok(DataResponse {
            metadata: DataResponseMetadata::default(),
            payload: DataPayload::from_static_ref(&PINYIN),
        })
    }
}

/// Hands the parts that are common to all orders on.
macro_rules! common {
    ($from:expr; $($part:ty),+ $(,)?) => {
        $(impl DataProvider<$part> for PinyinData {
            fn load(&self, request: DataRequest) -> Result<DataResponse<$part>, DataError> {
                $from.load(request)
            }
        })+
    };
}

common!(Baked; CollationRootV1, CollationDiacriticsV1, CollationJamoV1, CollationMetadataV1, CollationReorderingV1, CollationSpecialPrimariesV1);
common!(icu_normalizer::provider::Baked; NormalizerNfdDataV1, NormalizerNfdTablesV1);

thread_local! {
    /// None only where the data is not what the library wants, which a test would show.
    static COLLATOR: Option<Collator> = {
        let chinese = icu_locale_core::locale!("zh").into();
        Collator::try_new_unstable(&PinyinData, chinese, CollatorOptions::default()).ok()
    };
}

/// Base64 with its digits in their own order, so that texts compare as the bytes do.
static SORTED: LazyLock<Option<GeneralPurpose>> = LazyLock::new(|| {
    let digits = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
    let alphabet = Alphabet::new(digits).ok()?;
    Some(GeneralPurpose::new(&alphabet, NO_PAD))
});

/// The place of a name in the order, as a text that compares as the names do.
pub fn key(name: &str) -> String {
    let mut bytes = Vec::new();
    COLLATOR.with(|collator| {
        if let Some(collator) = collator {
            // Writing to a vector does not fail.
            let Ok(_) = collator.as_borrowed().write_sort_key_to(name, &mut bytes);
        }
    });
    match &*SORTED {
        Some(digits) => digits.encode(bytes),
        None => general_purpose::URL_SAFE_NO_PAD.encode(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_in_the_order_of_pinyin() {
        let wanted = [
            "123便利店",
            "安吉白茶店",
            "北京烤鸭店",
            "重庆面馆",
            "湖州包子铺",
            "湖州饭店",
            "湖州饭店分店",
            "南浔糕团店",
            "织里馒头店",
            "abc食品店",
            "ABC食品店",
        ];
        let mut names = wanted;
        names.reverse();
        names.sort_by_key(|name| key(name));
        assert_eq!(names, wanted);
    }

    #[test]
    fn the_order_is_that_of_the_whole_data() {
        let chinese = icu_locale_core::locale!("zh").into();
        let whole = Collator::try_new(chinese, CollatorOptions::default());
        for (one, other) in [
            ("重庆", "长兴"),
            ("厦门", "夏天"),
            ("㐂", "喜"),
            ("银行", "行人"),
        ] {
            let by_whole = whole.as_ref().map(|collator| collator.compare(one, other));
            assert_eq!(
                by_whole.ok(),
                Some(key(one).cmp(&key(other))),
                "{one} {other}"
            );
        }
    }

    #[test]
    fn keys_that_are_stored_stay_valid() {
        assert_eq!(
            (ORDER, key("南浔面馆（一店）").as_str()),
            (1, "SdqFZbJkMkR8U8BeKso8UV3B-RAFlC-")
        );
    }

    #[test]
    fn a_key_of_a_beginning_comes_first() {
        for name in ["湖", "湖州", "湖州面", "湖州面馆"] {
            assert!(key(name) < key(&format!("{name}一")));
        }
        assert!(key("") < key("一"));
    }
}
