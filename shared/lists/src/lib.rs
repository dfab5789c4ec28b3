//! The lists that officials live in. A list says where its items come from, what can be asked of it and what it shows; search,
//! filters, sorting, pages, the export and who sees which towns are here, once. As API ([`api`]), page ([`page()`]) and
//! workbook ([`xlsx`]), all three from one condition.

mod column;
mod condition;
mod show;
pub mod towns;

pub use column::{Column, Kind, chinese_of};
pub use condition::{Asked, Filter, Input};
pub use show::page;

use maud::Markup;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use sheets::xlsx_out::{Heading, Value as Cell, write};
use store::Value;
use web::extract::Query;
use web::{Answer, Context, Problem, respond};

/// Rows of one workbook: what an instance's memory holds.
const MOST: u32 = 50_000;

/// One item of a list.
pub type Item = Map<String, Json>;

/// A list.
pub trait List: 'static {
    /// In the export's file name.
    const NAME: &'static str;
    const TITLE: &'static str;
    /// Its page; the export lies under it.
    const PATH: &'static str;
    /// Tables or views with their names.
    const FROM: &'static str;
    /// A whole number that the list goes by where nothing else is asked.
    const ID: &'static str;
    /// Another order to begin with, as `?sort=` names it.
    const SORT: Option<&'static str> = None;
    /// One item as a JSON object, in SQL; `{today}` is the day.
    const ITEM: &'static str;
    const FILTERS: &'static [Filter];
    const COLUMNS: &'static [Column];
    /// Of what a town or station account sees only its own: a column, or a condition in which `{}` is the JSON array of towns.
    const TOWN: &'static str;
    /// The same for a station, where it differs.
    const STATION: &'static str = Self::TOWN;
    /// Of what an official sees only their own: a column, or a condition in which `{}` is their number.
    const CADRE: Option<&'static str> = None;
    /// What is true of every item; `{today}` is the day.
    const WHERE: &'static str = "true";
    /// Said where there is nothing, and nothing was asked.
    const NOTHING: &'static str = "还没有记录。";

    /// What stands above the filters: where else to go.
    fn above(_: &Context) -> Markup {
        Markup::default()
    }

    /// Buttons beside the export.
    fn actions(_: &Context) -> Markup {
        Markup::default()
    }

    /// The table as it is shown: a list whose rows can be chosen puts its form around it.
    fn around(_: &Context, table: Markup) -> impl Future<Output = Result<Markup, Problem>> {
        std::future::ready(Ok(table))
    }
}

#[derive(Deserialize)]
pub(crate) struct Page {
    items: Vec<Item>,
    next: Option<String>,
    total: u64,
}

/// One page of the list as JSON, made in SQL.
async fn text<L: List>(context: &Context, asked: &Asked) -> Result<String, Problem> {
    let (wanted, mut parameters) = condition::wanted::<L>(context, asked)?;
    let order = condition::order::<L>(asked);
    let (from, id, item) = (L::FROM, L::ID, L::ITEM.replace("{today}", "?1"));
    let limit = asked.page().limit()?;
    let place = asked.page().after()?;
    parameters.extend([Value::from(place), Value::from(limit)]);
    let (after, limit) = (parameters.len() - 1, parameters.len());
    // By its own key a list goes on behind the last item; in another order it counts.
    let sql = match order {
        None => format!(
            "WITH hit AS (SELECT {id} AS id, {item} AS item FROM {from} WHERE {wanted} AND {id} > ?{after} ORDER BY {id} LIMIT ?{limit})
             SELECT json_object('items', json_group_array(json(item)),
                 'next', CASE WHEN count(*) = ?{limit} THEN CAST(max(id) AS TEXT) END,
                 'total', (SELECT count(*) FROM {from} WHERE {wanted})) FROM hit"
        ),
        Some(order) => format!(
            "WITH hit AS (SELECT {item} AS item FROM {from} WHERE {wanted} ORDER BY {order}, {id} LIMIT ?{limit} OFFSET ?{after})
             SELECT json_object('items', json_group_array(json(item)),
                 'next', CASE WHEN count(*) = ?{limit} THEN CAST(?{after} + ?{limit} AS TEXT) END,
                 'total', (SELECT count(*) FROM {from} WHERE {wanted})) FROM hit"
        ),
    };
    Ok(context.store.text(&sql, parameters).await?)
}

/// The list as data.
pub async fn api<L: List>(context: Context, Query(asked): Query<Asked>) -> Answer {
    Ok(respond::json_text(text::<L>(&context, &asked).await?))
}

/// The list as a workbook, as it was filtered and sorted.
pub async fn xlsx<L: List>(context: Context, Query(asked): Query<Asked>) -> Answer {
    let (wanted, parameters) = condition::wanted::<L>(&context, &asked)?;
    let (from, id, item) = (L::FROM, L::ID, L::ITEM.replace("{today}", "?1"));
    let order = condition::order::<L>(&asked)
        .map_or_else(|| id.to_owned(), |order| format!("{order}, {id}"));
    // ?1 is the day; a list that does not ask for it must still take it.
    let sql = format!(
        "SELECT json_group_array(json(item)) FROM (SELECT {item} AS item FROM {from} WHERE ?1 IS NOT NULL AND {wanted} ORDER BY {order} LIMIT {MOST})"
    );
    let items: Vec<Item> = context.store.json(&sql, parameters).await?;
    let columns: Vec<&Column> = L::COLUMNS
        .iter()
        .filter(|column| column.is_exported())
        .collect();
    let headings: Vec<Heading> = columns
        .iter()
        .map(|column| Heading {
            name: column.heading,
            width: column.width(),
        })
        .collect();
    let rows: Vec<Vec<String>> = items
        .iter()
        .map(|item| columns.iter().map(|column| column.said(item)).collect())
        .collect();
    let cells = rows.iter().map(|row| {
        row.iter()
            .zip(&columns)
            .map(|(text, column)| match column.kind {
                _ if text.is_empty() => Cell::Blank,
                Kind::Number => text.parse().map_or(Cell::Text(text), Cell::Number),
                _ => Cell::Text(text),
            })
    });
    let workbook = write(L::TITLE, &headings, cells).map_err(Problem::internal)?;
    Ok(respond::workbook(L::NAME, L::TITLE, workbook))
}
