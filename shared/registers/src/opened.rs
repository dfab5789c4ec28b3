//! A register at work: what comes from its declaration, made once an instance and kept.

use crate::field::{Field, Kind};
use crate::import::table::{Brought, PlaceColumn, Table};
use crate::list::List;
use crate::register::Register;
use crate::register_list::list_of;

/// A register and all that is made from its declaration.
pub struct Opened {
    pub register: &'static Register,
    /// Its list.
    pub list: &'static List,
    /// Its columns in sheets, in the order of its fields.
    pub columns: &'static [sheets::Column],
    /// Its statements.
    pub table: Table,
}

impl Opened {
    /// Makes what comes from a declaration. It is never given back: once for each route table, not for each request.
    pub fn of(register: &'static Register) -> &'static Self {
        let columns: Vec<sheets::Column> = register
            .fields
            .iter()
            .map(|field| sheets::Column {
                name: field.heading,
                synonyms: field.synonyms,
                required: field.required,
            })
            .collect();
        Box::leak(Box::new(Self {
            register,
            list: Box::leak(Box::new(list_of(register))),
            columns: columns.leak(),
            table: table_of(register),
        }))
    }
}

fn place_column(field: &Field) -> Option<PlaceColumn> {
    match field.kind {
        Kind::Town => Some(PlaceColumn::Town(field.column)),
        Kind::Village(town) => Some(PlaceColumn::Village {
            column: field.column,
            town,
        }),
        _ => None,
    }
}

/// The statements of a register's table.
fn table_of(register: &Register) -> Table {
    let brought = |field: &Field| Brought::by(field.column, field.heading);
    let written = register
        .written
        .iter()
        .map(|written| Brought::derived(written.column, written.with.map(|field| field.heading)));
    Table {
        name: register.table,
        key: register.keys().map(|field| field.column).collect(),
        key_expressions: register
            .keys()
            .map(|field| match register.is_always_there(field) {
                true => field.column.to_owned(),
                false => format!("coalesce({}, '')", field.column),
            })
            .collect(),
        values: register
            .fields
            .iter()
            .filter(|field| !field.key && field.kept)
            .map(brought)
            .chain(written)
            .collect(),
        places: register.fields.iter().filter_map(place_column).collect(),
    }
}
