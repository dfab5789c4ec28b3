//! The lists that officials live in. A list says where its items come from, what can be asked of it and what it shows; search,
//! filters, sorting, pages, the export and who sees which towns are here, once. As data, page and workbook, all three from one
//! condition.

mod column;
mod condition;
pub mod export;
mod member;
pub mod search;
mod show;
pub mod towns;

pub use column::{Column, Kind, chinese_of};
pub use condition::{Filter, Input, ListQuery};
pub use member::{Member, Shape};

use condition::{Order, Place};
use export::Names;
use futures::future::BoxFuture;
use maud::Markup;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use sheets::xlsx_out::Heading;
use web::{Answer, Context, Problem, respond};

/// One item of a list.
pub type Item = Map<String, Json>;

/// Puts something around the table, such as a form for the rows that are chosen.
pub type Around = for<'c> fn(&'c Context, Markup) -> BoxFuture<'c, Result<Markup, Problem>>;

/// A list. What most lists leave as it is has its place in [`List::PLAIN`].
#[derive(Clone, Copy)]
pub struct List {
    /// The name of the export's file.
    pub name: &'static str,
    pub title: &'static str,
    /// Its page; the export lies under it.
    pub path: &'static str,
    /// Its address as data.
    pub api: &'static str,
    /// Tables or views with their names.
    pub from: &'static str,
    /// A whole number that the list goes by where nothing else is asked.
    pub id: &'static str,
    /// Another order to begin with, as `?sort=` names it.
    pub sort: Option<&'static str>,
    /// What one item says as data.
    pub item: &'static [Member],
    pub filters: &'static [Filter],
    pub columns: &'static [Column],
    /// What keeps a town or station account to its own: a column, or a condition in which `{}` is the JSON array of its towns.
    pub town: &'static str,
    /// What keeps a station account to its own, where that differs.
    pub station: Option<&'static str>,
    /// What keeps an official to their own: a column, or a condition in which `{}` is their number.
    pub cadre: Option<&'static str>,
    /// The rows that a department sees, `{}` being what papers call its organisation, as a JSON array; without it none.
    pub department: Option<&'static str>,
    /// The same of the bureau; without it the whole district.
    pub bureau: Option<&'static str>,
    /// What is true of every item; `{today}` is the day.
    pub condition: &'static str,
    /// What the page says where there is nothing and nothing was asked.
    pub nothing: &'static str,
    /// What is asked where somebody has left it out, such as the running quarter.
    pub usual: fn(&Context, ListQuery) -> Result<ListQuery, Problem>,
    /// What stands above the filters: where else to go.
    pub above: fn(&Context) -> Markup,
    /// Buttons beside the export.
    pub actions: fn(&Context) -> Markup,
    pub around: Option<Around>,
    /// The register whose list it is: the buttons to import and add stand beside the export.
    pub register: Option<&'static dyn Buttons>,
}

/// Buttons beside the export, as whoever calls may use them.
pub trait Buttons: Sync {
    fn buttons(&self, context: &Context) -> Markup;
}

fn nothing_more(_: &Context) -> Markup {
    Markup::default()
}

fn as_asked(_: &Context, asked: ListQuery) -> Result<ListQuery, Problem> {
    Ok(asked)
}

impl List {
    /// What most lists leave as it is.
    pub const PLAIN: Self = Self {
        name: "",
        title: "",
        path: "",
        api: "",
        from: "",
        id: "",
        sort: None,
        item: &[],
        filters: &[],
        columns: &[],
        town: "NULL",
        station: None,
        cadre: None,
        department: None,
        bureau: None,
        condition: "true",
        nothing: "还没有记录。",
        usual: as_asked,
        above: nothing_more,
        actions: nothing_more,
        around: None,
        register: None,
    };

    /// One page of the list as JSON, made in SQL. It goes on behind the last item, whatever has gone meanwhile.
    async fn text(&self, context: &Context, asked: &ListQuery) -> Result<String, Problem> {
        let (mut wanted, mut parameters) = condition::condition_of(self, context, asked)?;
        let all = wanted.clone();
        let (from, id, item) = (self.from, self.id, member::object(self.item));
        let page = asked.page();
        let limit = page.limit()?;
        let order = Order::of(self, asked);
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

    /// The item of which `condition` is true, as JSON; `{}` is `value`. 404 where there is none that the caller may know of.
    ///
    /// # Errors
    ///
    /// [`Problem`].
    pub async fn one(
        &self,
        context: &Context,
        condition: &str,
        value: &str,
    ) -> Result<String, Problem> {
        let (wanted, mut parameters) =
            condition::condition_of(self, context, &ListQuery::default())?;
        parameters.push(value.into());
        let condition = condition.replace("{}", &format!("?{}", parameters.len()));
        let sql = format!(
            "SELECT coalesce((SELECT {} FROM {} WHERE ?1 IS NOT NULL AND {wanted} AND {condition}), '')",
            member::object(self.item),
            self.from
        );
        let text = context.store.text(&sql, parameters).await?;
        Some(text)
            .filter(|text| !text.is_empty())
            .ok_or_else(Problem::not_found)
    }

    /// The list as data.
    pub async fn data(&self, context: Context, asked: ListQuery) -> Answer {
        let asked = (self.usual)(&context, asked)?;
        Ok(respond::json_text(self.text(&context, &asked).await?))
    }

    /// The list as a page.
    pub async fn page(&self, context: Context, asked: ListQuery) -> Answer {
        let asked = (self.usual)(&context, asked)?;
        show::page(self, &context, &asked).await
    }

    /// The list as a workbook, as it was filtered and sorted.
    pub async fn workbook(&self, context: Context, asked: ListQuery) -> Answer {
        let asked = (self.usual)(&context, asked)?;
        let (wanted, parameters) = condition::condition_of(self, &context, &asked)?;
        let (from, id, item) = (self.from, self.id, member::object(self.item));
        let order = Order::of(self, &asked)
            .map_or_else(|| id.to_owned(), |order| order.sql(order.key(), id, false));
        // ?1 is the day; a list that does not ask for it must still take it.
        let sql = format!(
            "SELECT json_group_array(id) FROM (SELECT {id} AS id FROM {from} WHERE ?1 IS NOT NULL AND {wanted} ORDER BY {order})"
        );
        let ids: Vec<i64> = context.store.json(&sql, parameters.clone()).await?;
        let columns: Vec<&'static Column> = self
            .columns
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
            plain: self.name,
            chinese: self.title,
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
}

#[derive(Deserialize)]
pub(crate) struct Page {
    items: Vec<Item>,
    next: Option<String>,
    total: u64,
}
