//! What is only kept, listed, searched, imported, edited and exported is a register: one declaration, [`Register`], from which all of
//! it comes. What moves between statuses is written by hand and shares the lists, [`List`], and what forms ask, [`Questions`].

mod description;
pub mod enterprises;
mod field;
mod form;
pub mod identity;
mod import;
pub mod list;
mod opened;
mod own_routes;
pub mod places;
mod questions;
mod reading;
mod record;
mod record_values;
mod register;
mod register_list;
mod routes;

pub use field::{Field, Kind, Usual, Words};
pub use form::FormValues;
pub use import::report::ImportReport;
pub use import::table;
pub use list::{
    Buttons, Column, Filter, Input, Item, List, ListQuery, Member, Shape, chinese_of, export,
    search, towns,
};
pub use opened::Opened;
pub use questions::{Questions, Submission, inputs};
pub use reading::{Flaw, Reading, Rule};
pub use record_values::Record;
pub use register::{About, Computed, DerivedColumn, Doubt, Register};
pub use routes::Declares;
/// The most that a cell of a sheet can hold, and so a text that goes in by sheets.
pub use sheets::LONGEST;
