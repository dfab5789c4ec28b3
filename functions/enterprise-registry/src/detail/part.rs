//! What the parts of the page have in common: the first rows of a view with how many there are, and the table that shows them.

use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::Role;
use maud::{Markup, html};
use serde::Deserialize;
use web::{Context, Problem};

/// How many rows a part shows. The register that it comes from has all of them.
pub const MOST: usize = 10;

/// Who reads the page, as the views of other functions ask it: ?2 are the towns of the caller as JSON, null being the whole district; ?3
/// what papers call the caller's organisation.
pub struct Reader {
    pub role: Role,
    /// Whether the caller handles complaints and reports.
    pub handles_cases: bool,
    pub towns: Option<String>,
    pub addressed_as: String,
}

impl Reader {
    /// # Errors
    ///
    /// 401 where nobody has signed in.
    pub fn of(context: &Context) -> Result<Self, Problem> {
        let caller = context.caller()?;
        Ok(Self {
            role: caller.role,
            handles_cases: web::routes::BUREAU_AND_STATIONS.admits(Some(caller)),
            towns: caller.only_towns_json(),
            addressed_as: caller.addressed_as(),
        })
    }
}

/// The first rows of a view, and how many it has of this business.
#[derive(Deserialize)]
pub struct Cut<T> {
    pub items: Vec<T>,
    pub total: usize,
}

/// SQL: the [`Cut`] of a view of which `wanted` is true; `item` is one row as JSON, `order` by what the first come first.
pub fn cut(view: &str, wanted: &str, item: &str, order: &str) -> String {
    format!(
        "SELECT json_object(
            'items', json((SELECT json_group_array({item}) FROM (SELECT * FROM {view} WHERE {wanted} ORDER BY {order} LIMIT {MOST}))),
            'total', (SELECT count(*) FROM {view} WHERE {wanted}))"
    )
}

/// A day in Chinese, or a dash.
pub fn day(day: Option<NaiveDate>) -> String {
    day.map_or_else(|| "—".to_owned(), chinese)
}

/// A table that can be moved sideways on a narrow screen.
pub fn table(label: &str, headings: &[&str], rows: &Markup) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(label) {
            table {
                thead { tr { @for heading in headings { th scope="col" { (heading) } } } }
                tbody { (rows) }
            }
        }
    }
}

impl<T> Cut<T> {
    /// The way to the rest, where some is not shown.
    pub fn rest(&self, register: &str, unit: &str) -> Markup {
        html! {
            @if self.total > self.items.len() {
                p { "这里是最近 " (self.items.len()) " " (unit) "。" a href=(register) { "全部 " (self.total) " " (unit) } }
            }
        }
    }
}
