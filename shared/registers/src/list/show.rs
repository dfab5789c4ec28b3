//! A list as a page.

use crate::list::column::Kind;
use crate::list::condition::{Input, ListQuery};
use crate::list::{Item, List, Page, towns};
use domain::words::Role;
use maud::{Markup, html};
use serde_json::Value as Json;
use web::form::{Errors, Field, select};
use web::{Answer, Context, Problem, page as frame};

pub async fn page(list: &List, context: &Context, asked: &ListQuery) -> Answer {
    let page: Page =
        serde_json::from_str(&list.text(context, asked).await?).map_err(Problem::internal)?;
    let towns = towns::of(&context.store, context.caller()?).await?;
    let query = asked.query(list, None);
    let path = list.path;
    let mut table = table(list, context, asked, &page.items);
    if let Some(around) = list.around {
        table = around(context, table).await?;
    }
    Ok(frame::page(
        context,
        list.title,
        &html! {
            ((list.above)(context))
            h1 { (list.title) }
            (filters(list, asked, &towns))
            div.actions {
                ((list.actions)(context))
                @if let Some(register) = list.register { (register.buttons(context)) }
                @if page.total > 0 { a.second href={ (path) "/export.xlsx?" (query) } { "导出 Excel" } }
            }
            @if page.items.is_empty() && asked.get("cursor").is_none() {
                @if asked.is_filtered(list) {
                    p { "没有符合条件的记录。" }
                } @else {
                    p { (list.nothing) }
                }
            } @else {
                p role="status" { "共 " strong { (page.total) } " 条" }
                (table)
                @if let Some(next) = &page.next {
                    p.pages { a.second rel="next" href={ (path) "?" (query) "&cursor=" (next) } { "下一页" } }
                }
            }
        },
    ))
}

fn filters(list: &List, asked: &ListQuery, towns: &[String]) -> Markup {
    let none = Errors::default();
    let town_choices: Vec<(&str, &str)> = std::iter::once(("", "全部"))
        .chain(towns.iter().map(|town| (town.as_str(), town.as_str())))
        .collect();
    html! {
        form.filters method="get" role="search" {
            @for filter in list.filters {
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
                @if asked.is_filtered(list) { a href=(list.path) { "清除条件" } }
            }
        }
    }
}

fn table(list: &List, context: &Context, asked: &ListQuery, items: &[Item]) -> Markup {
    let cadre = context
        .caller
        .as_ref()
        .is_some_and(|caller| caller.role == Role::Cadre);
    let sorted = asked.get("sort").or(list.sort).unwrap_or("");
    html! {
        div.scroll tabindex="0" role="region" aria-label=(list.title) {
            table {
                thead { tr {
                    @for column in list.columns {
                        @let up = sorted == column.field;
                        @let down = sorted.strip_prefix('-') == Some(column.field);
                        th.number[matches!(column.kind, Kind::Number | Kind::Money)] scope="col"
                            aria-sort=[(up || down).then_some(if up { "ascending" } else { "descending" })] {
                            @if column.by.is_some() {
                                @let next = if up { format!("-{}", column.field) } else { column.field.to_owned() };
                                a href={ (list.path) "?" (asked.query(list, Some(&next))) } {
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
                            @for column in list.columns {
                                @match column.kind {
                                    Kind::Number | Kind::Money => td.number { (column.plain_text(item)) },
                                    Kind::Wide => td.name { (column.plain_text(item)) },
                                    Kind::Link(path, key) if !cadre || column.for_officials => td.name {
                                        @match item.get(key).and_then(Json::as_str) {
                                            Some(key) => a href={ (path) (web::page::encode(key)) } { (column.plain_text(item)) },
                                            None => (column.plain_text(item)),
                                        }
                                    },
                                    Kind::Link(..) => td.name { (column.plain_text(item)) },
                                    Kind::Choice(name) => td.tight {
                                        @let value = column.plain_text(item);
                                        label.hidden for={ (name) "-" (value) } { (column.heading) (item.get("name").and_then(Json::as_str).unwrap_or("")) }
                                        input id={ (name) "-" (value) } type="checkbox" name=(name) value=(value);
                                    },
                                    _ => td.tight { (column.page_text(item)) },
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
