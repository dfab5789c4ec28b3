//! A list as a page.

use crate::column::Kind;
use crate::condition::{Asked, Input};
use crate::{Item, List, Page, text, towns};
use domain::words::Role;
use maud::{Markup, html};
use serde_json::Value as Json;
use web::extract::Query;
use web::form::{Errors, Field, select};
use web::{Answer, Context, Problem, page as frame};

/// Of what lists link to, an official has these pages alone.
const OWN: [&str; 2] = ["/notices/", "/supervision/problems/"];

pub async fn page<L: List>(context: Context, Query(asked): Query<Asked>) -> Answer {
    let list: Page =
        serde_json::from_str(&text::<L>(&context, &asked).await?).map_err(Problem::internal)?;
    let towns = towns::of(&context.store, context.caller()?).await?;
    let query = asked.query::<L>(None);
    let path = L::PATH;
    let table = L::around(&context, table::<L>(&context, &asked, &list.items)).await?;
    Ok(frame::page(
        &context,
        L::TITLE,
        &html! {
            (L::above(&context))
            h1 { (L::TITLE) }
            (filters::<L>(&asked, &towns))
            div.actions {
                (L::actions(&context))
                @if list.total > 0 { a.second href={ (path) "/export.xlsx?" (query) } { "导出 Excel" } }
            }
            @if list.items.is_empty() && asked.get("cursor").is_none() {
                @if asked.is_filtered::<L>() {
                    p { "没有符合条件的记录。" }
                } @else {
                    p { (L::NOTHING) }
                }
            } @else {
                p role="status" { "共 " strong { (list.total) } " 条" }
                (table)
                @if let Some(next) = &list.next {
                    p.pages { a.second rel="next" href={ (path) "?" (query) "&cursor=" (next) } { "下一页" } }
                }
            }
        },
    ))
}

fn filters<L: List>(asked: &Asked, towns: &[String]) -> Markup {
    let none = Errors::default();
    let town_choices: Vec<(&str, &str)> = std::iter::once(("", "全部"))
        .chain(towns.iter().map(|town| (town.as_str(), town.as_str())))
        .collect();
    html! {
        form.filters method="get" role="search" {
            @for filter in L::FILTERS {
                @let value = asked.get(filter.name).unwrap_or("");
                @match filter.input {
                    Input::Text => div.wide.field { (Field::text(filter.name, filter.label, value).render(&none)) },
                    Input::Date => (Field { kind: "date", ..Field::text(filter.name, filter.label, value) }.render(&none)),
                    Input::Town => (select(filter.name, filter.label, &town_choices, value, &none)),
                    Input::Choice(choices) => {
                        @let all: Vec<(&str, &str)> = std::iter::once(("", "全部")).chain(choices()).collect();
                        (select(filter.name, filter.label, &all, value, &none))
                    },
                    Input::Hidden => @if !value.is_empty() { input type="hidden" name=(filter.name) value=(value); },
                }
            }
            @if let Some(sort) = asked.get("sort") { input type="hidden" name="sort" value=(sort); }
            div.actions {
                button.main { "查找" }
                @if asked.is_filtered::<L>() { a href=(L::PATH) { "清除条件" } }
            }
        }
    }
}

fn table<L: List>(context: &Context, asked: &Asked, items: &[Item]) -> Markup {
    let cadre = context
        .caller
        .as_ref()
        .is_some_and(|caller| caller.role == Role::Cadre);
    let sorted = asked.get("sort").or(L::SORT).unwrap_or("");
    html! {
        div.scroll tabindex="0" role="region" aria-label=(L::TITLE) {
            table {
                thead { tr {
                    @for column in L::COLUMNS {
                        @let up = sorted == column.field;
                        @let down = sorted.strip_prefix('-') == Some(column.field);
                        th.number[matches!(column.kind, Kind::Number)] scope="col"
                            aria-sort=[(up || down).then_some(if up { "ascending" } else { "descending" })] {
                            @if column.by.is_some() {
                                @let next = if up { format!("-{}", column.field) } else { column.field.to_owned() };
                                a href={ (L::PATH) "?" (asked.query::<L>(Some(&next))) } {
                                    (column.heading)
                                    @if up { span aria-hidden="true" { " ↑" } } @else if down { span aria-hidden="true" { " ↓" } }
                                }
                            } @else { (column.heading) }
                        }
                    }
                } }
                tbody {
                    @for item in items {
                        tr {
                            @for column in L::COLUMNS {
                                @match column.kind {
                                    Kind::Number => td.number { (column.said(item)) },
                                    Kind::Wide => td.name { (column.said(item)) },
                                    Kind::Link(path, key) if !cadre || OWN.contains(&path) => td.name {
                                        @match item.get(key).and_then(Json::as_str) {
                                            Some(key) => a href={ (path) (web::page::encode(key)) } { (column.said(item)) },
                                            None => (column.said(item)),
                                        }
                                    },
                                    Kind::Link(..) => td.name { (column.said(item)) },
                                    Kind::Choice(name) => td.tight {
                                        @let value = column.said(item);
                                        label.hidden for={ (name) "-" (value) } { (column.heading) (item.get("name").and_then(Json::as_str).unwrap_or("")) }
                                        input id={ (name) "-" (value) } type="checkbox" name=(name) value=(value);
                                    },
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
