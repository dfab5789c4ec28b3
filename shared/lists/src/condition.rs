//! What is asked of a list, as a condition in SQL.

use crate::List;
use domain::office_date;
use domain::words::Role;
use serde::Deserialize;
use std::collections::BTreeMap;
use store::Value;
use web::paging::Page;
use web::problem::FieldError;
use web::{Context, Problem, page};

/// One thing that can be asked.
pub struct Filter {
    /// As in the URL.
    pub name: &'static str,
    pub label: &'static str,
    pub input: Input,
    /// In SQL; `{}` is what was asked, `{today}` the day.
    pub condition: &'static str,
}

impl Filter {
    /// What is typed into the search field.
    pub const fn search(label: &'static str, condition: &'static str) -> Self {
        Self {
            name: "q",
            label,
            input: Input::Text,
            condition,
        }
    }

    /// One of the caller's towns.
    pub const fn town(condition: &'static str) -> Self {
        Self {
            name: "town",
            label: "镇街",
            input: Input::Town,
            condition,
        }
    }
}

#[derive(Clone, Copy)]
pub enum Input {
    Text,
    Date,
    Town,
    /// Codes and their names.
    Choice(fn() -> Vec<(&'static str, &'static str)>),
    /// Only in URLs: it has no field on the page.
    Hidden,
}

/// The query of a list.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Asked(BTreeMap<String, String>);

impl Asked {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// The same, with `value` where nothing was asked under `name`.
    #[must_use]
    pub fn or(mut self, name: &str, value: String) -> Self {
        if self.get(name).is_none() {
            self.0.insert(name.to_owned(), value);
        }
        self
    }

    pub(crate) fn page(&self) -> Page {
        let owned = |name| self.get(name).map(str::to_owned);
        Page {
            limit: owned("limit"),
            cursor: owned("cursor"),
        }
    }

    /// The query without the place in the list; with another order where one is given.
    pub(crate) fn query<L: List>(&self, sort: Option<&str>) -> String {
        let sort = sort.or_else(|| self.get("sort"));
        let named = L::FILTERS
            .iter()
            .map(|filter| (filter.name, self.get(filter.name)));
        let pairs: Vec<String> = named
            .chain([("sort", sort)])
            .filter_map(|(name, value)| Some(format!("{name}={}", page::encode(value?))))
            .collect();
        pairs.join("&")
    }

    pub(crate) fn is_filtered<L: List>(&self) -> bool {
        L::FILTERS
            .iter()
            .any(|filter| self.get(filter.name).is_some())
    }
}

/// The condition, and its parameters.
pub(crate) fn wanted<L: List>(
    context: &Context,
    asked: &Asked,
) -> Result<(String, Vec<Value>), Problem> {
    let caller = context.caller()?;
    let mut parameters: Vec<Value> = vec![context.today().to_string().into()];
    let mut sql = L::WHERE.replace("{today}", "?1");
    let mut add = |condition: &str, value: &str| {
        parameters.push(value.into());
        sql.push_str(" AND ");
        sql.push_str(
            &condition
                .replace("{today}", "?1")
                .replace("{}", &format!("?{}", parameters.len())),
        );
    };
    let mut errors = Vec::new();
    for filter in L::FILTERS {
        let Some(value) = asked.get(filter.name) else {
            continue;
        };
        let condition = format!("({})", filter.condition);
        match filter.input {
            Input::Date => match office_date::parse(value) {
                Ok(date) => add(&condition, &date.to_string()),
                Err(error) => errors.push(FieldError::new(filter.name, value, error.to_string())),
            },
            Input::Choice(choices) if !choices().iter().any(|(code, _)| *code == value) => {
                let known: Vec<&str> = choices().iter().map(|(code, _)| *code).collect();
                errors.push(FieldError::new(
                    filter.name,
                    value,
                    format!("应为：{}", known.join("、")),
                ));
            }
            _ => add(&condition, value),
        }
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let narrowed = |own: &str, column: &str| match own.contains("{}") {
        true => format!("({own})"),
        false => column.replace("own", own),
    };
    if caller.role == Role::Cadre {
        match L::CADRE {
            Some(cadre) => add(
                &narrowed(cadre, "own = {}"),
                caller.cadre_no.as_deref().unwrap_or(""),
            ),
            None => add("{} IS NULL", ""),
        }
    } else if let Some(towns) = caller.only_towns_json() {
        let own = match caller.role {
            Role::Station => L::STATION,
            _ => L::TOWN,
        };
        let one_of = "own IN (SELECT value FROM json_each({}))";
        add(&narrowed(own, one_of), &towns);
    }
    Ok((sql, parameters))
}

/// `?sort=field` upwards, `?sort=-field` downwards; what the list cannot be sorted by is passed over. Blank values come last.
pub(crate) fn order<L: List>(asked: &Asked) -> Option<String> {
    let wanted = asked.get("sort").or(L::SORT)?;
    let (field, direction) = wanted
        .strip_prefix('-')
        .map_or((wanted, "ASC"), |field| (field, "DESC"));
    let by = L::COLUMNS.iter().find(|column| column.field == field)?.by?;
    Some(format!("{by} IS NULL, {by} {direction}"))
}
