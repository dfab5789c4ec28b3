//! How an office's roster goes in, whichever it is: each row is read and named if it cannot be taken; good rows go in by the
//! hundred, one statement each time; the same file twice changes nothing. As API ([`api`]) and as pages ([`pages`]).

pub mod api;
pub mod check;
pub mod pages;
mod reading;
mod table;

pub use check::{Found, Slices};
pub use reading::{Flaw, Reading};
pub use table::{Brought, Table};

use serde::Serialize;
use sheets::Column;

/// One kind of roster: its columns, its rules for a row, and the table it goes into.
pub trait Roster: 'static {
    /// As in its routes.
    const KIND: &'static str;
    /// On pages.
    const TITLE: &'static str;
    /// Where its list is shown.
    const LIST: &'static str;
    /// The first is the key: a row without it may be a total or a signature.
    const COLUMNS: &'static [Column];
    /// Where a dropped workbook waits for the confirmation.
    const STAGING: &'static str;
    const TABLE: Table;
    /// What a row must refer to.
    const REFERENCES: &'static [Reference];
    /// What only the store can tell to be doubtful.
    const DOUBTS: &'static [Doubt] = &[];
    /// What goes into the table, by its column names.
    type Record: Serialize + Send + Sync;

    /// Reads one row; where the reading has noted a rejection, the record is not used.
    fn read(row: &mut Reading<'_>) -> Option<Self::Record>;
}

/// Rows that name something that is not there are rejected.
pub struct Reference {
    /// The heading, for the rejection.
    pub heading: &'static str,
    /// The record's field.
    pub field: &'static str,
    /// A view or table, and its column, that must have the value.
    pub view: &'static str,
    pub column: &'static str,
    pub reason: &'static str,
}

/// Rows that are taken with a warning.
pub struct Doubt {
    /// The heading, for the warning.
    pub heading: &'static str,
    /// In SQL, of the records `json_each(?1) r`: the doubtful ones' `r.key`, and the reason.
    pub sql: &'static str,
}
