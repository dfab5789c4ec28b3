//! The lists of the three rosters: search, town, pages, export; an official sees what is their own.

use domain::words::Role;
use maud::{Markup, html};
use rosters::Roster;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use sheets::xlsx_out::{Heading, Value as Cell, write};
use store::{Store, Value};
use web::extract::Query;
use web::form::{Errors, Field};
use web::paging::{Page, blank_is_none};
use web::{Answer, Caller, Context, Problem, page, respond};

/// Rows of one workbook: what an instance's memory holds.
const MOST: u32 = 50_000;

/// What a list shows, and where it comes from.
pub trait Listed: Roster {
    /// Tables with their names.
    const FROM: &'static str;
    /// What the list goes by.
    const ID: &'static str;
    /// One item as a JSON object, in SQL.
    const ITEM: &'static str;
    /// A condition on what was typed; every `?` is that.
    const SEARCH: &'static str;
    /// What can be typed.
    const SEARCHED: &'static str;
    const TOWN: &'static str;
    const CADRE: &'static str;
    const SHOWN: &'static [Column];
}

/// A column of the page and of the export.
pub struct Column {
    heading: &'static str,
    field: &'static str,
    kind: Kind,
}

enum Kind {
    Text,
    Number,
    Date,
    Word(fn(&str) -> Option<&'static str>),
    /// To this path and this field's value.
    Link(&'static str, &'static str),
}

impl Column {
    pub const fn text(heading: &'static str, field: &'static str) -> Self {
        Self {
            heading,
            field,
            kind: Kind::Text,
        }
    }

    pub const fn date(heading: &'static str, field: &'static str) -> Self {
        Self {
            heading,
            field,
            kind: Kind::Date,
        }
    }

    pub const fn number(heading: &'static str, field: &'static str) -> Self {
        Self {
            heading,
            field,
            kind: Kind::Number,
        }
    }

    pub const fn word(
        heading: &'static str,
        field: &'static str,
        chinese: fn(&str) -> Option<&'static str>,
    ) -> Self {
        Self {
            heading,
            field,
            kind: Kind::Word(chinese),
        }
    }

    pub const fn link(
        heading: &'static str,
        field: &'static str,
        path: &'static str,
        key: &'static str,
    ) -> Self {
        Self {
            heading,
            field,
            kind: Kind::Link(path, key),
        }
    }

    /// The item's value as pages show it.
    fn shown(&self, item: &Map<String, Json>) -> String {
        let said = self.said(item);
        match self.kind {
            Kind::Date => said.parse().map_or(said, domain::office_date::chinese),
            _ => said,
        }
    }

    /// The item's value as text; dates as an import reads them.
    fn said(&self, item: &Map<String, Json>) -> String {
        let value = match item.get(self.field) {
            None | Some(Json::Null) => return String::new(),
            Some(Json::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        match self.kind {
            Kind::Word(chinese) => chinese(&value).map_or(value, str::to_owned),
            _ => value,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default, deserialize_with = "blank_is_none")]
    q: Option<String>,
    #[serde(default, deserialize_with = "blank_is_none")]
    town: Option<String>,
    #[serde(default, deserialize_with = "blank_is_none")]
    cadre_no: Option<String>,
    #[serde(flatten)]
    page: Page,
}

fn condition<L: Listed>(asked: &Asked, caller: &Caller) -> (String, Vec<Value>) {
    let mut sql = "true".to_owned();
    let mut parameters: Vec<Value> = Vec::new();
    let mut add = |condition: &str, value: &str| {
        parameters.push(value.into());
        sql.push_str(" AND ");
        sql.push_str(&condition.replace('?', &format!("?{}", parameters.len())));
    };
    if let Some(q) = &asked.q {
        add(L::SEARCH, q);
    }
    if let Some(town) = &asked.town {
        add(&format!("{} = ?", L::TOWN), town);
    }
    if let Some(number) = &asked.cadre_no {
        add(&format!("{} = ?", L::CADRE), number);
    }
    if caller.role == Role::Cadre {
        add(
            &format!("{} = ?", L::CADRE),
            caller.cadre_no.as_deref().unwrap_or(""),
        );
    } else if let Some(towns) = caller.only_towns_json() {
        add(
            &format!("{} IN (SELECT value FROM json_each(?))", L::TOWN),
            &towns,
        );
    }
    (sql, parameters)
}

/// One page of the list as JSON, made in SQL.
async fn list<L: Listed>(store: &Store, asked: &Asked, caller: &Caller) -> Result<String, Problem> {
    let (wanted, mut parameters) = condition::<L>(asked, caller);
    parameters.extend([
        Value::from(asked.page.after()?),
        Value::from(asked.page.limit()?),
    ]);
    let (after, limit) = (parameters.len() - 1, parameters.len());
    let (from, id, item) = (L::FROM, L::ID, L::ITEM);
    let sql = format!(
        "WITH hit AS (SELECT {id} AS id, {item} AS item FROM {from} WHERE {wanted} AND {id} > ?{after} ORDER BY {id} LIMIT ?{limit})
         SELECT json_object('items', json_group_array(json(item)),
             'next', CASE WHEN count(*) = ?{limit} THEN CAST(max(id) AS TEXT) END,
             'total', (SELECT count(*) FROM {from} WHERE {wanted})) FROM hit"
    );
    Ok(store.text(&sql, parameters).await?)
}

pub async fn api<L: Listed>(context: Context, Query(asked): Query<Asked>) -> Answer {
    let text = list::<L>(&context.store, &asked, context.caller()?).await?;
    Ok(respond::json_text(text))
}

#[derive(Deserialize)]
struct List {
    items: Vec<Map<String, Json>>,
    next: Option<String>,
    total: u64,
}

pub async fn page<L: Listed>(context: Context, Query(asked): Query<Asked>) -> Answer {
    let caller = context.caller()?;
    let text = list::<L>(&context.store, &asked, caller).await?;
    let list: List = serde_json::from_str(&text).map_err(Problem::internal)?;
    let query = query_string(&asked);
    let none = Errors::default();
    let path = L::LIST;
    Ok(page::page(
        &context,
        L::TITLE,
        &html! {
            h1 { (L::TITLE) }
            form.filters method="get" role="search" {
                div.wide.field { (Field::text("q", L::SEARCHED, asked.q.as_deref().unwrap_or("")).render(&none)) }
                div.field { (Field::text("town", "镇街", asked.town.as_deref().unwrap_or("")).render(&none)) }
                div.actions { button.main { "查找" } }
            }
            div.actions {
                @if caller.role == Role::Office { a.main href={ (path) "/import" } { "导入" } }
                @if list.total > 0 { a.second href={ (path) "/export.xlsx?" (query) } { "导出 Excel" } }
            }
            @if list.items.is_empty() && asked.page.cursor.is_none() {
                @if query.is_empty() {
                    p { "还没有" (L::TITLE) "。" @if caller.role == Role::Office { "请先导入。" } }
                } @else {
                    p { "没有符合条件的记录。" }
                }
            } @else {
                p role="status" { "共 " strong { (list.total) } " 条" }
                (table::<L>(&list.items, caller))
                @if let Some(next) = &list.next {
                    p.pages { a.second rel="next" href={ (path) "?" (query) "&cursor=" (next) } { "下一页" } }
                }
            }
        },
    ))
}

fn table<L: Listed>(items: &[Map<String, Json>], caller: &Caller) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(L::TITLE) {
            table {
                thead { tr {
                    @for column in L::SHOWN { th.number[matches!(column.kind, Kind::Number)] scope="col" { (column.heading) } }
                } }
                tbody {
                    @for item in items {
                        tr {
                            @for column in L::SHOWN {
                                @match column.kind {
                                    Kind::Number => td.number { (column.said(item)) },
                                    // Officials have no page of a business yet.
                                    Kind::Link(path, key) if caller.role != Role::Cadre => td.name {
                                        a href={ (path) (item.get(key).and_then(Json::as_str).unwrap_or("")) } { (column.said(item)) }
                                    },
                                    Kind::Link(..) => td.name { (column.said(item)) },
                                    _ => td.tight { (column.shown(item)) },
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

pub async fn xlsx<L: Listed>(context: Context, Query(asked): Query<Asked>) -> Answer {
    let (wanted, parameters) = condition::<L>(&asked, context.caller()?);
    let (from, id, item) = (L::FROM, L::ID, L::ITEM);
    let sql = format!(
        "SELECT json_group_array(json(item)) FROM (SELECT {item} AS item FROM {from} WHERE {wanted} ORDER BY {id} LIMIT {MOST})"
    );
    let items: Vec<Map<String, Json>> = context.store.json(&sql, parameters).await?;
    let headings: Vec<Heading> = L::SHOWN
        .iter()
        .map(|column| Heading {
            name: column.heading,
            width: if matches!(column.kind, Kind::Link(..)) {
                36
            } else {
                16
            },
        })
        .collect();
    let rows: Vec<Vec<String>> = items
        .iter()
        .map(|item| L::SHOWN.iter().map(|column| column.said(item)).collect())
        .collect();
    let cells = rows.iter().map(|row| {
        row.iter()
            .zip(L::SHOWN)
            .map(|(text, column)| match column.kind {
                _ if text.is_empty() => Cell::Blank,
                Kind::Number => text.parse().map_or(Cell::Text(text), Cell::Number),
                _ => Cell::Text(text),
            })
    });
    let workbook = write(L::TITLE, &headings, cells).map_err(Problem::internal)?;
    Ok(respond::workbook(L::KIND, L::TITLE, workbook))
}

/// The filters, without the place in the list.
fn query_string(asked: &Asked) -> String {
    page::query(&[
        ("q", &asked.q),
        ("town", &asked.town),
        ("cadre_no", &asked.cadre_no),
    ])
}
