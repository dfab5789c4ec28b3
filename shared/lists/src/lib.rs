//! The lists that officials live in. A list says where its items come from, what can be asked of it and what it shows; search,
//! filters, sorting, pages, the export and who sees which towns are here, once. As API ([`api`]), page ([`page()`]) and
//! workbook ([`xlsx`]), all three from one condition.

mod column;
mod condition;
pub mod export;
pub mod search;
mod show;
pub mod towns;

pub use column::{Column, Kind, chinese_of};
pub use condition::{Asked, Filter, Input};
pub use show::page;

use condition::{Order, Place};
use export::Names;
use maud::Markup;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use sheets::xlsx_out::Heading;
use web::extract::Query;
use web::{Answer, Context, Problem, respond};

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

/// One page of the list as JSON, made in SQL. It goes on behind the last item, whatever has gone meanwhile.
async fn text<L: List>(context: &Context, asked: &Asked) -> Result<String, Problem> {
    let (mut wanted, mut parameters) = condition::wanted::<L>(context, asked)?;
    let all = wanted.clone();
    let (from, id, item) = (L::FROM, L::ID, L::ITEM.replace("{today}", "?1"));
    let page = asked.page();
    let limit = page.limit()?;
    let order = Order::of::<L>(asked);
    let (key, sorted, next) = match &order {
        None => {
            parameters.push(page.after()?.into());
            wanted.push_str(&format!(" AND {id} > ?{}", parameters.len()));
            let next = "CAST(max(id) AS TEXT)".to_owned();
            ("NULL", id.to_owned(), next)
        }
        Some(order) => {
            if let Some(place) = page.place::<Place>(order.name)? {
                let behind = order.behind(id, place, &mut parameters);
                wanted.push_str(&format!(" AND {behind}"));
            }
            parameters.push(order.name.into());
            let next = format!(
                "(SELECT hex(json_array(?{}, json_array(sort_key, id))) FROM hit ORDER BY {} LIMIT 1)",
                parameters.len(),
                order.sql("sort_key", "id", true)
            );
            (order.key(), order.sql(order.key(), id, false), next)
        }
    };
    parameters.push(limit.into());
    let limit = parameters.len();
    let sql = format!(
        "WITH hit AS MATERIALIZED (SELECT {id} AS id, {key} AS sort_key, {item} AS item FROM {from} WHERE {wanted} ORDER BY {sorted} LIMIT ?{limit})
         SELECT json_object('items', json_group_array(json(item)),
             'next', CASE WHEN count(*) = ?{limit} THEN {next} END,
             'total', (SELECT count(*) FROM {from} WHERE {all})) FROM hit"
    );
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
    let order = Order::of::<L>(&asked)
        .map_or_else(|| id.to_owned(), |order| order.sql(order.key(), id, false));
    // ?1 is the day; a list that does not ask for it must still take it.
    let sql = format!(
        "SELECT json_group_array(id) FROM (SELECT {id} AS id FROM {from} WHERE ?1 IS NOT NULL AND {wanted} ORDER BY {order})"
    );
    let ids: Vec<i64> = context.store.json(&sql, parameters.clone()).await?;
    let columns: Vec<&'static Column> = L::COLUMNS
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
    let place = parameters.len() + 1;
    let sql = format!(
        "SELECT json_group_array(json_array(id, json(item))) FROM (
             SELECT {id} AS id, {item} AS item FROM {from} WHERE ?1 IS NOT NULL AND {wanted} AND {id} IN (SELECT value FROM json_each(?{place})))"
    );
    let names = Names {
        plain: L::NAME,
        chinese: L::TITLE,
    };
    export::workbook(
        context,
        names,
        &headings,
        ids,
        sql,
        parameters,
        move |item: Item| columns.iter().map(|column| column.cell(&item)).collect(),
    )
}
