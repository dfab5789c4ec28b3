//! Lists come in pages: `?limit=` and `?cursor=` → `{"items": […], "next": …, "total": n}`.
//!
//! A cursor says behind which item the next page begins, never how many to pass over: what goes meanwhile makes no item skipped.

use crate::problem::{FieldError, Problem};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

/// The most that one page holds.
pub const MOST: u32 = 200;

/// The two words that every list understands. The cursor is the place to go on from, opaque to clients.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
pub struct Page {
    /// 每页条数
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schemars(with = "u32", range(min = 1, max = MOST))]
    pub limit: Option<String>,
    /// 上一页的 next
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schemars(with = "String")]
    pub cursor: Option<String>,
}

impl Page {
    /// How many items.
    pub fn limit(&self) -> Result<u32, Problem> {
        match &self.limit {
            None => Ok(50),
            Some(text) => match text.parse() {
                Ok(limit) if (1..=MOST).contains(&limit) => Ok(limit),
                _ => Err(Problem::invalid(vec![FieldError::new(
                    "limit",
                    text,
                    format!("limit 应为 1 到 {MOST}"),
                )])),
            },
        }
    }

    /// The key after which the page begins, of a list that goes by a number above 0; 0 for the first page.
    pub fn after(&self) -> Result<i64, Problem> {
        match &self.cursor {
            None => Ok(0),
            Some(text) => text
                .parse()
                .ok()
                .filter(|key: &i64| *key > 0 && key.to_string() == *text)
                .ok_or_else(|| not_ours(text)),
        }
    }

    /// The place after which the page begins, of a list in another order: what SQL has made of it as
    /// `hex(json_array(order, json(place)))`. One of a list in another order than this is refused.
    pub fn place<K: DeserializeOwned>(&self, order: &str) -> Result<Option<K>, Problem> {
        let Some(text) = &self.cursor else {
            return Ok(None);
        };
        decoded(text)
            .and_then(|json| serde_json::from_slice::<(String, K)>(&json).ok())
            .filter(|(of, _)| of == order)
            .map(|(_, place)| Some(place))
            .ok_or_else(|| not_ours(text))
    }
}

/// 422: a cursor that no list of ours has given.
pub fn not_ours(cursor: &str) -> Problem {
    Problem::invalid(vec![FieldError::new(
        "cursor",
        cursor,
        "翻页的地址（cursor）不是由列表给出的，请回到列表第一页重新翻",
    )])
}

/// Bytes from pairs of hexadecimal digits.
fn decoded(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    text.as_bytes()
        .chunks(2)
        .map(|pair| {
            let pair = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(pair, 16).ok()
        })
        .collect()
}

/// A field of a form or query that was left blank is missing, not empty.
pub fn blank_is_none<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

    use super::*;

    fn page(cursor: &str) -> Page {
        Page {
            limit: None,
            cursor: Some(cursor.to_owned()),
        }
    }

    #[test]
    fn a_cursor_that_is_not_ours_is_refused() {
        assert_eq!(page("17").after().unwrap(), 17);
        for bad in ["-5", "0", "+5", "05", "x", "1.0", "99999999999999999999"] {
            assert!(page(bad).after().is_err(), "{bad}");
        }
        // ["-day",["2026-10-01",17]]
        let ours = "5B222D646179222C5B22323032362D31302D3031222C31375D5D";
        let place: Option<(String, i64)> = page(ours).place("-day").unwrap();
        assert_eq!(place, Some(("2026-10-01".to_owned(), 17)));
        assert!(page(ours).place::<(String, i64)>("day").is_err());
        for bad in ["50", "-5", "5", "5B", "５", "zz", &ours[2..]] {
            assert!(page(bad).place::<(String, i64)>("-day").is_err(), "{bad}");
        }
        assert_eq!(Page::default().place::<(String, i64)>("day").unwrap(), None);
    }
}
