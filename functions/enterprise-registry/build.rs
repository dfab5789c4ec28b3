//! Takes the order of pinyin out of the data of `icu_collator`, which has the orders of all languages: the function carries this one alone.

use databake::{Bake as _, CrateEnv};
use icu_collator::provider::{Baked, CollationTailoringV1};
use icu_provider::prelude::{
    DataError, DataIdentifierBorrowed, DataProvider, DataRequest, DataResponse,
};
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    let chinese = icu_locale_core::locale!("zh").into();
    let request = DataRequest {
        id: DataIdentifierBorrowed::for_locale(&chinese),
        ..DataRequest::default()
    };
    let found: Result<DataResponse<CollationTailoringV1>, DataError> = Baked.load(request);
    let found = found.map_err(|error| error.to_string())?;
    let order = found.payload.get().bake(&CrateEnv::default());
    let out = std::env::var("OUT_DIR")?;
    std::fs::write(Path::new(&out).join("pinyin_order.rs"), order.to_string())?;
    Ok(())
}
