//! The ledger as a page: filters, an order by its columns, pages with numbers. All of it stands in the address, which can be sent to a
//! colleague, and a business that is opened from it leads back to it.

use crate::door_codes;
use crate::ledger_order::{
    EACH, LEVEL, LedgerAsked, NAME, RISK_GRADE, SECTOR, STATUS, SortedColumn, TOWN,
};
use crate::list::{code_of_site, word_or_dash};
use crate::search::enterprise_condition;
use crate::tabs::tabs;
use crate::unplaced;
use axum::response::{IntoResponse as _, Redirect};
use domain::words::{EnterpriseStatus, Level, RiskGrade, Role, Sector, Word as _, choices};
use maud::{Markup, html};
use registers::{town_name, village_name};
use serde::Deserialize;
use web::extract::Query;
use web::form::{Errors, Field, select};
use web::{Answer, Context, Problem, page, page_numbers};

/// SQL: the business `enterprise_site e` as JSON, with what the page shows of it.
const LINE_JSON: &str = concat!(
    "json_object('enterprise_no', e.uscc, 'uscc', ",
    code_of_site!(),
    ", 'name', e.name, 'town', ",
    town_name!("e.town"),
    ", 'village', ",
    village_name!("e.town", "e.village"),
    ", 'sector', e.sector,
    'risk_grade', e.risk_grade, 'level', e.level, 'canteen', json(iif(e.canteen, 'true', 'false')), 'status', e.status)"
);

#[derive(Deserialize)]
pub struct LedgerPage {
    pub items: Vec<EnterpriseLine>,
    pub total: u64,
}

#[derive(Deserialize)]
pub struct EnterpriseLine {
    pub enterprise_no: String,
    uscc: Option<String>,
    pub name: String,
    town: Option<String>,
    village: Option<String>,
    sector: Option<Sector>,
    risk_grade: Option<RiskGrade>,
    level: Option<Level>,
    canteen: bool,
    status: EnterpriseStatus,
}

/// The businesses of one page, and how many there are on all. A page of numbers passes over what comes before it: in an index, where an
/// order or a filter has one.
pub async fn find_page(context: &Context, asked: &LedgerAsked) -> Result<LedgerPage, Problem> {
    let condition = enterprise_condition(&asked.filter, context.caller.as_ref())?;
    let (id, fits, total) = (condition.id(), condition.today(), condition.count());
    let from = condition.found_in(asked.index());
    let order = asked.order(id);
    let passed_over = (asked.page() - 1) * EACH;
    let sql = format!(
        "WITH hit AS MATERIALIZED (SELECT {id} AS id FROM {from} WHERE {fits} ORDER BY {order} LIMIT {EACH} OFFSET {passed_over})
         SELECT json_object('items', json_group_array({LINE_JSON}), 'total', {total})
         FROM hit CROSS JOIN enterprise_site e ON e.id = hit.id"
    );
    Ok(context.store.json(&sql, condition.parameters).await?)
}

pub async fn page(context: Context, Query(asked): Query<LedgerAsked>) -> Answer {
    let caller = context.caller()?;
    let list = find_page(&context, &asked).await?;
    let pages = list.total.div_ceil(EACH);
    let query = asked.query(None);
    let address = format!("/enterprises?{query}&page=").replace("?&", "?");
    // Whoever had the last page open while it went is shown the one that is last now.
    if list.items.is_empty() && list.total > 0 {
        return Ok(Redirect::to(&format!("{address}{pages}")).into_response());
    }
    let is_office = caller.role == Role::Office;
    let towns = registers::towns::of(&context.store, caller).await?;
    let unplaced = match is_office {
        true => unplaced::count(&context).await?,
        false => 0,
    };
    Ok(page::page(
        &context,
        "企业台账",
        &html! {
            (tabs(&context))
            h1 { "企业台账" }
            @if unplaced > 0 { div.panel { p { a href="/enterprises/unplaced" { "有 " (unplaced) " 行名单不能确定是哪一家，请确认" } } } }
            (filter_form(&asked, &towns))
            div.actions {
                @if is_office { a.main href="/enterprises/import" { "导入" } a.second href="/enterprises/feed" { "登记平台取数" } }
                @if list.total > 0 { a.second href={ "/enterprises/export.xlsx?" (query) } { "导出 Excel" } a href={ (door_codes::PATH) "?" (query) } { "打印门店码" } }
            }
            @if list.items.is_empty() {
                @if asked.is_filtered() {
                    p { "没有符合条件的企业。可以少填一个条件，或者只输入名称里的两个字。" }
                } @else {
                    p { "台账还是空的。" @if is_office { "请先导入企业名单。" } }
                }
            } @else {
                p role="status" { "共 " strong { (list.total) } " 家" }
                (enterprise_table(&asked, &list.items))
                (page_numbers::links(&address, asked.page(), pages))
            }
        },
    ))
}

/// The heading of a column, which sorts by it: upwards, and downwards where it is sorted upwards already.
fn heading(asked: &LedgerAsked, column: &SortedColumn) -> Markup {
    let direction = asked.direction(column);
    let next = match direction {
        Some(false) => format!("-{}", column.name),
        _ => column.name.to_owned(),
    };
    html! {
        th scope="col" aria-sort=[direction.map(|downwards| if downwards { "descending" } else { "ascending" })] {
            a href={ "/enterprises?" (asked.query(Some(next))) } {
                (column.heading)
                @match direction {
                    Some(false) => span aria-hidden="true" { " ↑" },
                    Some(true) => span aria-hidden="true" { " ↓" },
                    None => {},
                }
            }
        }
    }
}

fn enterprise_table(asked: &LedgerAsked, items: &[EnterpriseLine]) -> Markup {
    let back = match asked.place() {
        place if place.is_empty() => String::new(),
        place => format!("?back={}", page::encode(&place)),
    };
    html! {
        div.scroll tabindex="0" role="region" aria-label="企业" {
            table {
                thead { tr {
                    (heading(asked, &NAME)) (heading(asked, &TOWN)) th scope="col" { "村社区" } (heading(asked, &SECTOR))
                    (heading(asked, &RISK_GRADE)) (heading(asked, &LEVEL)) (heading(asked, &STATUS)) th scope="col" { "统一社会信用代码" }
                } }
                tbody {
                    @for item in items {
                        tr {
                            td.name {
                                a href={ "/enterprises/" (item.enterprise_no) (back) } { (item.name) }
                                @if item.canteen { " " span.tag { "学校食堂" } }
                            }
                            td.tight { (item.town.as_deref().unwrap_or("—")) }
                            td.tight { (item.village.as_deref().unwrap_or("—")) }
                            td.tight { (word_or_dash(item.sector)) }
                            td.tight { (word_or_dash(item.risk_grade)) }
                            td.tight { (word_or_dash(item.level)) }
                            td.tight { (item.status.chinese()) }
                            td.code { (item.uscc.as_deref().unwrap_or(&item.enterprise_no)) }
                        }
                    }
                }
            }
        }
    }
}

fn filter_form(asked: &LedgerAsked, towns: &[String]) -> Markup {
    let none = Errors::default();
    let filter = &asked.filter;
    let with_all = |choices: Vec<(&'static str, &'static str)>| -> Vec<(&str, &str)> {
        std::iter::once(("", "全部")).chain(choices).collect()
    };
    let towns: Vec<(&str, &str)> = std::iter::once(("", "全部"))
        .chain(towns.iter().map(|town| (town.as_str(), town.as_str())))
        .collect();
    let chosen = |value: &Option<String>| value.clone().unwrap_or_default();
    html! {
        form.filters method="get" role="search" {
            div.wide.field { (Field::text("q", "名称、代码或拼音首字母", filter.q.as_deref().unwrap_or("")).render(&none)) }
            (select("town", "镇街", &towns, &chosen(&filter.town), &none))
            (select("sector", "业态", &with_all(choices::<Sector>()), &chosen(&filter.sector), &none))
            (select("level", "包保级别", &with_all(choices::<Level>()), &chosen(&filter.level), &none))
            (select("status", "登记状态", &with_all(choices::<EnterpriseStatus>()), &chosen(&filter.status), &none))
            @if let Some(sort) = &asked.sort { input type="hidden" name="sort" value=(sort); }
            div.actions { button.main { "查找" } @if asked.is_filtered() { a href="/enterprises" { "清除条件" } } }
        }
    }
}
