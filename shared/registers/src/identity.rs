//! Which record a row of a sheet is, where its key alone does not say: the register tells by what the store knows and by what stood in the
//! file before.

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::HashMap;
use store::Store;
use web::{Context, Problem};

/// A record that a row may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    pub enterprise_no: String,
    pub name: String,
    pub address: Option<String>,
}

/// Which record a row is.
#[derive(Debug, Clone, PartialEq)]
pub enum Identity {
    /// The record with this key; with a warning where that may be wrong.
    Known {
        key: String,
        /// Columns that are written otherwise than the row says.
        written: Vec<(&'static str, Json)>,
        warning: Option<String>,
    },
    /// Only a person can tell, among these or as a new one.
    Unclear(Vec<Candidate>),
    /// Only a person can tell, who writes what is missing into the row: the reason says what, and who it may be.
    Ask(String),
    /// It cannot be any, for this reason.
    None(String),
}

/// What the rows of one file have been told to be so far: the file may name a new record again before the first row of it is written.
#[derive(Debug, Default)]
pub struct FileIdentities {
    /// By what a row was known (`code/…`, `old/…`), the keys with name and address.
    pub known: HashMap<String, Vec<(String, String, String)>>,
    /// How many new keys were only thought of, for nothing is written.
    pub imagined: u32,
    /// Whether each slice is written before the next is identified: then the store knows what stood before.
    pub is_written: bool,
}

/// Keeps rows that only a person can place.
pub type KeepUnplaced =
    for<'k> fn(&'k Context, &'k [Json], &'k str) -> BoxFuture<'k, Result<(), Problem>>;

/// How rows are identified, in the order of the rows. Where nothing is to be written, no number is given away either.
pub type Identify = for<'i> fn(
    &'i Store,
    &'i [&'i Map<String, Json>],
    &'i mut FileIdentities,
    bool,
) -> BoxFuture<'i, Result<Vec<Identity>, Problem>>;
