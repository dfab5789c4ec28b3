//! What is asked of a list, as a condition in SQL.

use crate::list::{List, search};
use crate::places;
use domain::search::{SearchTerms, simplified};
use domain::words::Role;
use domain::{office_date, text};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use store::Value;
use web::paging::Page;
use web::problem::FieldError;
use web::{Context, Problem, page};

/// One thing that can be asked.
pub struct Filter {
    /// Its name in the address.
    pub name: &'static str,
    pub label: &'static str,
    pub input: Input,
    /// In SQL; `{}` is what was asked, `{today}` the day. Of what is typed into a search field there are `{found column}`, whether
    /// the credit code in that column is of a business that the ledger's search finds; `{part column}`, whether the text in it has
    /// what was typed, in capitals or small, as it stands or in simplified letters; `{code}`, what was typed as a code;
    /// `{begins column}`, whether the code in it begins with that. Of a town there is `{towns}`, all places that are today the town asked
    /// for, by any of its names.
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

/// How something is asked on the page.
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
pub struct ListQuery(BTreeMap<String, String>);

impl ListQuery {
    /// What was asked under a name; none where it is blank.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !text::is_blank(value))
    }

    /// The query with `value` under `name`, if nothing was asked there.
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
    pub(crate) fn query(&self, list: &List, sort: Option<&str>) -> String {
        let sort = sort.or_else(|| self.get("sort"));
        let named = list
            .filters
            .iter()
            .map(|filter| (filter.name, self.get(filter.name)));
        let pairs: Vec<String> = named
            .chain([("sort", sort)])
            .filter_map(|(name, value)| Some(format!("{name}={}", page::encode(value?))))
            .collect();
        pairs.join("&")
    }

    pub(crate) fn is_filtered(&self, list: &List) -> bool {
        list.filters
            .iter()
            .any(|filter| self.get(filter.name).is_some())
    }
}

/// The condition that a list and a query come to for this caller, and its parameters; ?1 is the day.
pub(crate) fn condition_of(
    list: &List,
    context: &Context,
    asked: &ListQuery,
) -> Result<(String, Vec<Value>), Problem> {
    let caller = context.caller()?;
    let mut parameters: Vec<Value> = vec![context.today().to_string().into()];
    let mut sql = list.condition.replace("{today}", "?1");
    let mut add = |condition: &str, value: &str| {
        sql.push_str(" AND ");
        sql.push_str(&fill_places(condition, value, &mut parameters));
    };
    let mut errors = Vec::new();
    for filter in list.filters {
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
    let own = match caller.role {
        Role::Cadre => Some(list.cadre),
        Role::Department => Some(list.department),
        Role::Bureau => list.bureau.map(Some),
        _ => None,
    };
    if let Some(own) = own {
        let named = match caller.role {
            Role::Cadre => caller.cadre_no.clone().unwrap_or_default(),
            _ => caller.addressed_as(),
        };
        match own {
            Some(own) => add(&narrowed(own, "own = {}"), &named),
            None => add("{} IS NULL", ""),
        }
    } else if let Some(towns) = caller.only_towns_json() {
        let own = match caller.role {
            Role::Station => list.station.unwrap_or(list.town),
            _ => list.town,
        };
        let one_of = "own IN (SELECT value FROM json_each({}))";
        add(&narrowed(own, one_of), &towns);
    }
    Ok((sql, parameters))
}

/// A condition with the parameters in the places that are left for them.
fn fill_places(condition: &str, asked: &str, parameters: &mut Vec<Value>) -> String {
    let mut place_of = Places {
        asked,
        parameters,
        known: BTreeMap::new(),
    };
    let mut sql = String::new();
    let mut rest = condition;
    while let Some((before, (place, after))) = rest
        .split_once('{')
        .and_then(|(before, after)| Some((before, after.split_once('}')?)))
    {
        sql.push_str(before);
        sql.push_str(&place_of.sql(place));
        rest = after;
    }
    sql.push_str(rest);
    sql
}

/// The parameters that one condition has got so far.
struct Places<'p> {
    asked: &'p str,
    parameters: &'p mut Vec<Value>,
    known: BTreeMap<&'static str, usize>,
}

impl Places<'_> {
    fn sql(&mut self, place: &str) -> String {
        match place.split_once(' ') {
            Some(("found", column)) => {
                let words = self.number("words", |asked| {
                    search::words(&SearchTerms::parse(asked)).into()
                });
                let whole = self.number("whole", |asked| SearchTerms::parse(asked).code.into());
                search::found(column, words, whole)
            }
            Some(("part", column)) => {
                let typed = self.number("typed", |asked| text::tidy(asked).to_lowercase().into());
                let simple = self.number("simple", |asked| {
                    simplified(&text::tidy(asked).to_lowercase()).into()
                });
                format!("(instr(lower({column}), ?{typed}) OR instr(lower({column}), ?{simple}))")
            }
            Some(("begins", column)) => {
                let code = self.number("code", |asked| text::code(asked).into());
                format!("instr({column}, ?{code}) = 1")
            }
            _ if place == "code" => {
                let code = self.number("code", |asked| text::code(asked).into());
                format!("?{code}")
            }
            _ if place == "towns" => {
                let asked = self.number("asked", |asked| text::tidy(asked).into());
                format!("({})", places::all_of_town(&format!("?{asked}")))
            }
            _ if place == "today" => "?1".to_owned(),
            _ => {
                let asked = self.number("asked", |asked| asked.into());
                format!("?{asked}")
            }
        }
    }

    /// The number of a parameter. It is added when it is first needed, for SQLite refuses one that no condition names.
    fn number(&mut self, name: &'static str, value: impl FnOnce(&str) -> Value) -> usize {
        if let Some(number) = self.known.get(name) {
            return *number;
        }
        self.parameters.push(value(self.asked));
        let number = self.parameters.len();
        self.known.insert(name, number);
        number
    }
}

/// An order other than by the list's own number, which decides among equals. Blank values come last.
pub(crate) struct Order<'a> {
    /// The value of `?sort=`.
    pub(crate) name: &'a str,
    by: &'static str,
    downwards: bool,
}

/// Behind which item a page begins: the value by which the list is sorted, and the list's own number.
pub(crate) type Place = (Json, i64);

impl<'a> Order<'a> {
    /// `?sort=field` upwards, `?sort=-field` downwards; what the list cannot be sorted by is passed over.
    pub(crate) fn of(list: &List, asked: &'a ListQuery) -> Option<Self> {
        let name = asked.get("sort").or(list.sort)?;
        let field = name.strip_prefix('-');
        let downwards = field.is_some();
        let field = field.unwrap_or(name);
        let by = list
            .columns
            .iter()
            .find(|column| column.field == field)?
            .by?;
        Some(Self {
            name,
            by,
            downwards,
        })
    }

    /// The value by which the list is sorted, in SQL.
    pub(crate) fn key(&self) -> &'static str {
        self.by
    }

    /// The ORDER BY over the expressions `key` and `id`; backwards to find the last item.
    pub(crate) fn sql(&self, key: &str, id: &str, backwards: bool) -> String {
        let way = |downwards: bool| if downwards { "DESC" } else { "ASC" };
        format!(
            "({key}) IS NULL {}, {key} {}, {id} {}",
            way(backwards),
            way(self.downwards != backwards),
            way(backwards)
        )
    }

    /// The condition of all items behind a place.
    pub(crate) fn behind(&self, id: &str, place: Place, parameters: &mut Vec<Value>) -> String {
        let by = self.by;
        let (key, number) = place;
        parameters.push(number.into());
        let last = parameters.len();
        let key: Value = match key {
            Json::Null => return format!("(({by}) IS NULL AND {id} > ?{last})"),
            Json::Number(number) => match number.as_i64() {
                Some(number) => number.into(),
                None => number.as_f64().unwrap_or(0.0).into(),
            },
            Json::String(text) => text.into(),
            other => other.to_string().into(),
        };
        parameters.push(key);
        let key = parameters.len();
        let further = if self.downwards { "<" } else { ">" };
        format!("(({by}) {further} ?{key} OR ({by}) IS NULL OR ({by}) = ?{key} AND {id} > ?{last})")
    }
}
