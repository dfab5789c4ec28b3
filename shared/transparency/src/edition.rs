//! What documents are made with beside the log and its entries.

use crate::Head;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The number of the manner in which documents are made. Raise it with every change of what a document says or how it looks: whoever has
/// published makes them anew, and a checker with another number says that it cannot compare them.
pub const FORMAT: u32 = 4;

/// The head of the log as it is published, with what else the documents of that size were made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ListEdition")]
pub struct Edition {
    /// The signed head.
    #[serde(flatten)]
    pub head: Head,
    /// [`FORMAT`] of the program that made them; 0 where that program named none.
    #[serde(default)]
    pub format: u32,
    /// The site's own address in the documents, without a slash at its end.
    #[serde(default)]
    pub site: String,
    /// The office that publishes.
    #[serde(default)]
    pub publisher: String,
}

impl Edition {
    /// The edition of documents that are made now.
    pub fn new(head: Head, site: &str, publisher: &str) -> Self {
        Self {
            head,
            format: FORMAT,
            site: site.trim_end_matches('/').to_owned(),
            publisher: publisher.to_owned(),
        }
    }

    /// The address of the page of an entry.
    pub fn entry_address(&self, id: &str) -> String {
        format!("{}/lists/entries/{id}", self.site)
    }
}
