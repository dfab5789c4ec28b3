//! Lists come in pages: `?limit=` and `?cursor=` → `{"items": […], "next": …, "total": n}`.

use crate::problem::{FieldError, Problem};
use serde::{Deserialize, Deserializer};

/// The most that one page holds.
pub const MOST: u32 = 200;

/// The two words that every list understands. The cursor is the place to go on from, opaque to clients.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Page {
    #[serde(default, deserialize_with = "blank_is_none")]
    pub limit: Option<String>,
    #[serde(default, deserialize_with = "blank_is_none")]
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

    /// The key after which the page begins; 0 for the first.
    pub fn after(&self) -> Result<i64, Problem> {
        match &self.cursor {
            None => Ok(0),
            Some(text) => text.parse().map_err(|_| {
                Problem::invalid(vec![FieldError::new(
                    "cursor",
                    text,
                    "cursor 应取自上一页的 next",
                )])
            }),
        }
    }
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
