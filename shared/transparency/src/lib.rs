//! The log of the public lists, and everything that is published from it. Whoever publishes makes it with this, and whoever doubts
//! makes it again with the same and compares.
//!
//! A document says nothing but what the log, the entries that stand and the [`Edition`] say: made again from them it is the same,
//! byte for byte. [`FORMAT`] names the manner in which documents are made; another manner is another number.
#![deny(missing_docs)]

pub mod badge;
pub mod documents;
mod edition;
mod entry;
pub mod entry_pages;
mod feed;
pub mod list_pages;
mod log;
pub mod log_page;

mod table;
pub mod tabs;
pub mod wording;

pub use edition::{Edition, FORMAT};
pub use entry::{Content, CriterionMet, Entry, Evidence};
pub use log::{Action, BEGINNING, Head, Item, LogError, SALT, Tree, check_proof, commitment};

/// The licence under which everybody may use the data.
pub const LICENCE: &str = "https://creativecommons.org/licenses/by/4.0/";

/// Why a document could not be made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// The table could not be written.
    #[error("no csv: {0}")]
    Csv(#[from] csv::Error),
    /// The feed, or the end of a table, could not be written.
    #[error("not written: {0}")]
    Write(#[from] std::io::Error),
    /// The list as data could not be written.
    #[error("no JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The address is too long for a QR code.
    #[error("no QR code: {0}")]
    Qr(#[from] qrcode::types::QrError),
}
