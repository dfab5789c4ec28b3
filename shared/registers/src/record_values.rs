//! The values of one record, by the columns of its register's table.

use crate::field::Field;
use chrono::NaiveDate;
use domain::EnterpriseNo;
use domain::words::Word;
use serde_json::{Map, Value as Json};

/// A record that goes into a register's table, by its columns.
#[derive(Debug, Clone, Default)]
pub struct Record(pub(crate) Map<String, Json>);

impl Record {
    fn get(&self, field: &Field) -> Option<&Json> {
        self.0.get(field.column).filter(|value| !value.is_null())
    }

    /// The text of a column; none where it is null or no text.
    pub fn text(&self, field: &Field) -> Option<&str> {
        self.get(field)?.as_str()
    }

    /// The whole number of a column; none where it is null or no number.
    pub fn number(&self, field: &Field) -> Option<i64> {
        self.get(field)?.as_i64()
    }

    /// The day of a column; none where it is null or no day.
    pub fn day(&self, field: &Field) -> Option<NaiveDate> {
        self.text(field)?.parse().ok()
    }

    /// The number of a business in a column; none where it is null or no such number.
    pub fn uscc(&self, field: &Field) -> Option<EnterpriseNo> {
        self.text(field)?.parse().ok()
    }

    /// The word of a column; none where it is null or no word of this kind.
    pub fn word<W: Word>(&self, field: &Field) -> Option<W> {
        W::read(self.text(field)?)
    }

    /// The value as a parameter of a statement.
    pub fn value(&self, field: &Field) -> store::Value {
        match self.get(field) {
            Some(Json::String(text)) => text.as_str().into(),
            Some(Json::Number(number)) => number.as_i64().into(),
            _ => store::Value::Null,
        }
    }

    /// Fills in a column. Nothing is kept as nothing: a column that the record does not have is null.
    pub fn set(&mut self, column: &str, value: impl Into<Json>) {
        match value.into() {
            Json::Null => {
                self.0.remove(column);
            }
            value => {
                self.0.insert(column.to_owned(), value);
            }
        }
    }
}
