//! The same fields for forms that are no register: what is asked is declared once, read by the rules of a sheet's cell, and shown again
//! with what was typed beside its error.

use crate::field::Field;
use crate::list::Item;
use crate::reading::Reading;
use crate::record::{cell, errors};
use crate::register::{Record, Rule};
use chrono::NaiveDate;
use maud::{Markup, html};
use sheets::{Column, Row};
use std::collections::BTreeMap;
use web::Problem;
use web::form::Errors;
use web::problem::FieldError;

/// What a form or a document asks for.
#[derive(Clone, Copy)]
pub struct Questions {
    pub fields: &'static [Field],
    /// Rules over several of them.
    pub rules: &'static [Rule],
}

impl Questions {
    pub const fn of(fields: &'static [Field]) -> Self {
        Self { fields, rules: &[] }
    }

    /// What a form sent, as data: blank is nothing.
    pub fn given(&self, sent: &BTreeMap<String, String>) -> Item {
        crate::form::given(self.fields, sent)
    }

    /// What is given, by the fields' columns. A day that has not come is refused.
    ///
    /// # Errors
    ///
    /// 422 with an error for each field that cannot be taken, and for each name that is no field.
    pub fn read(&self, today: NaiveDate, given: &Item) -> Result<Record, Problem> {
        let columns: Vec<Column> = self
            .fields
            .iter()
            .map(|field| Column {
                name: field.heading,
                synonyms: &[],
                required: field.required,
            })
            .collect();
        let cells = self
            .fields
            .iter()
            .map(|field| cell(field, given.get(field.api)))
            .collect();
        let row = Row::new(0, columns, cells);
        let past = self.fields.iter().map(|field| field.column).collect();
        let mut reading = Reading::new(&row, today).strict_with(past);
        let record = reading.fields(self.fields, self.rules);
        let unknown = given
            .iter()
            .filter(|(name, _)| !self.fields.iter().any(|field| field.api == *name))
            .map(|(name, value)| {
                FieldError::new(name, value.to_string(), format!("没有名为 {name} 的字段"))
            });
        let mut wrong = errors(self.fields, reading.into_rejected());
        wrong.extend(unknown);
        match wrong.is_empty() {
            true => Ok(record),
            false => Err(Problem::invalid(wrong)),
        }
    }

    /// The fields of the form, with what was typed and what is wrong with it.
    pub fn inputs(&self, typed: &BTreeMap<String, String>, errors: &Errors) -> Markup {
        html! {
            @for field in self.fields {
                (crate::form::input(field, typed.get(field.api).map_or("", String::as_str), errors))
            }
        }
    }
}
