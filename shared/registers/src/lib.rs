//! What is only kept, listed, searched, imported, edited and exported is a register: one declaration, [`Register`], from which all of
//! it comes. What moves between statuses is written by hand and shares the lists, [`List`], and what forms ask, [`Questions`].

mod description;
mod field;
mod form;
mod import;
pub mod list;
mod opened;
mod questions;
mod reading;
mod record;
mod register;
mod routes;

pub use field::{Field, Kind, Usual, Words};
pub use form::Typed;
pub use import::check::Found;
pub use import::table;
pub use list::{
    Asked, Column, Filter, Input, Item, List, Member, Shape, chinese_of, export, search, towns,
};
pub use opened::Opened;
pub use questions::{Questions, Sent, inputs};
pub use reading::{Flaw, Reading};
pub use register::{About, Computed, Doubt, Record, Register, Rule, Written};
pub use routes::Declares;
/// The most that a cell of a sheet can hold, and so a text that goes in by sheets.
pub use sheets::LONGEST;
