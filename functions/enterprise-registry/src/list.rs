//! The list with its filters.

use crate::search::{Asked, condition};
use domain::words::{EnterpriseStatus, Level, RiskGrade, Sector, Word, choices};
use maud::{Markup, html};
use serde::Deserialize;
use store::{Store, Value};
use web::extract::Query;
use web::form::{Errors, Field, select};
use web::respond::json_text;
use web::{Answer, Caller, Context, Problem, page};

/// One business as JSON, from `enterprise_site e`. All that staff may know.
pub const ITEM: &str = "json_object('uscc', e.uscc, 'name', e.name, 'founded_on', e.founded_on, 'address', e.address, 'town', e.town,
    'village', e.village, 'business_scope', e.business_scope, 'needs_license', json(CASE e.needs_license WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END),
    'sector', e.sector, 'risk_grade', e.risk_grade, 'level', e.level,
    'canteen', json(iif(e.canteen, 'true', 'false')), 'license_no', e.license_no, 'licensed_on', e.licensed_on,
    'person_in_charge', e.person_in_charge, 'phone', e.phone, 'status', e.status, 'version', e.version)";

/// What the page shows of one.
const BRIEF: &str = "json_object('uscc', e.uscc, 'name', e.name, 'town', e.town, 'village', e.village, 'sector', e.sector,
    'risk_grade', e.risk_grade, 'level', e.level, 'canteen', json(iif(e.canteen, 'true', 'false')), 'status', e.status)";

/// One page of the list as JSON, made in SQL.
async fn list(
    store: &Store,
    asked: &Asked,
    caller: Option<&Caller>,
    item: &str,
) -> Result<String, Problem> {
    let condition = condition(asked, caller)?;
    let (limit, after) = (asked.page.limit()?, asked.page.after()?);
    let mut parameters = condition.parameters.clone();
    parameters.extend([Value::from(after), Value::from(limit)]);
    let (after, limit) = (parameters.len() - 1, parameters.len());
    let wanted = &condition.sql;
    let id = if condition.from.starts_with("enterprise_search") {
        "s.rowid"
    } else {
        "e.id"
    };
    let from = if condition.found_by_index {
        "enterprise_search s"
    } else {
        condition.from
    };
    let sql = format!(
        "WITH hit AS MATERIALIZED (SELECT {id} AS id FROM {from} WHERE {wanted} AND {id} > ?{after} ORDER BY {id} LIMIT ?{limit})
         SELECT json_object(
             'items', json_group_array({item}),
             'next', CASE WHEN count(*) = ?{limit} THEN CAST(max(e.id) AS TEXT) END,
             'total', (SELECT count(*) FROM {from} WHERE {wanted}))
         FROM hit CROSS JOIN enterprise_site e ON e.id = hit.id"
    );
    Ok(store.text(&sql, parameters).await?)
}

pub async fn list_enterprises(context: Context, Query(asked): Query<Asked>) -> Answer {
    let text = list(&context.store, &asked, context.caller.as_ref(), ITEM).await?;
    Ok(json_text(text))
}

#[derive(Deserialize)]
struct List {
    items: Vec<Brief>,
    next: Option<String>,
    total: u64,
}

#[derive(Deserialize)]
struct Brief {
    uscc: String,
    name: String,
    town: Option<String>,
    village: Option<String>,
    sector: Option<Sector>,
    risk_grade: Option<RiskGrade>,
    level: Option<Level>,
    canteen: bool,
    status: EnterpriseStatus,
}

/// A word's Chinese, or a dash.
pub fn said<W: Word>(word: Option<W>) -> &'static str {
    word.map_or("—", Word::chinese)
}

pub async fn page(context: Context, Query(asked): Query<Asked>) -> Answer {
    let caller = context.caller()?;
    let text = list(&context.store, &asked, Some(caller), BRIEF).await?;
    let list: List = serde_json::from_str(&text).map_err(Problem::internal)?;
    let office = caller.role == domain::words::Role::Office;
    let query = query_string(&asked);
    let towns = registers::towns::of(&context.store, caller).await?;
    let filtered = asked.q.is_some()
        || asked.town.is_some()
        || asked.sector.is_some()
        || asked.level.is_some()
        || asked.status.is_some();
    Ok(page::page(
        &context,
        "企业台账",
        &html! {
            h1 { "企业台账" }
            (filters(&asked, &towns))
            div.actions {
                @if office { a.main href="/enterprises/import" { "导入" } a.second href="/enterprises/feed" { "登记平台取数" } }
                @if list.total > 0 { a.second href={ "/enterprises/export.xlsx?" (query) } { "导出 Excel" } }
            }
            @if list.items.is_empty() && asked.page.cursor.is_none() {
                @if filtered {
                    p { "没有符合条件的企业。可以少填一个条件，或者只输入名称里的两个字。" }
                } @else {
                    p { "台账还是空的。" @if office { "请先导入企业名单。" } }
                }
            } @else {
                p role="status" { "共 " strong { (list.total) } " 家" }
                (table(&list.items))
                @if let Some(next) = &list.next {
                    p.pages { a.second rel="next" href={ "/enterprises?" (query) "&cursor=" (next) } { "下一页" } }
                }
            }
        },
    ))
}

fn table(items: &[Brief]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="企业" {
            table {
                thead { tr {
                    th scope="col" { "企业名称" } th scope="col" { "镇街" } th scope="col" { "村社区" } th scope="col" { "业态" }
                    th scope="col" { "风险等级" } th scope="col" { "包保级别" } th scope="col" { "登记状态" } th scope="col" { "统一社会信用代码" }
                } }
                tbody {
                    @for item in items {
                        tr {
                            td.name {
                                a href={ "/enterprises/" (item.uscc) } { (item.name) }
                                @if item.canteen { " " span.tag { "学校食堂" } }
                            }
                            td.tight { (item.town.as_deref().unwrap_or("—")) }
                            td.tight { (item.village.as_deref().unwrap_or("—")) }
                            td.tight { (said(item.sector)) }
                            td.tight { (said(item.risk_grade)) }
                            td.tight { (said(item.level)) }
                            td.tight { (item.status.chinese()) }
                            td.code { (item.uscc) }
                        }
                    }
                }
            }
        }
    }
}

fn filters(asked: &Asked, towns: &[String]) -> Markup {
    let none = Errors::default();
    let with_all = |choices: Vec<(&'static str, &'static str)>| -> Vec<(&str, &str)> {
        std::iter::once(("", "全部")).chain(choices).collect()
    };
    let towns: Vec<(&str, &str)> = std::iter::once(("", "全部"))
        .chain(towns.iter().map(|town| (town.as_str(), town.as_str())))
        .collect();
    let chosen = |value: &Option<String>| value.clone().unwrap_or_default();
    html! {
        form.filters method="get" role="search" {
            div.wide.field { (Field::text("q", "名称、代码或拼音首字母", asked.q.as_deref().unwrap_or("")).render(&none)) }
            (select("town", "镇街", &towns, &chosen(&asked.town), &none))
            (select("sector", "业态", &with_all(choices::<Sector>()), &chosen(&asked.sector), &none))
            (select("level", "包保级别", &with_all(choices::<Level>()), &chosen(&asked.level), &none))
            (select("status", "登记状态", &with_all(choices::<EnterpriseStatus>()), &chosen(&asked.status), &none))
            div.actions { button.main { "查找" } @if asked.q.is_some() || asked.town.is_some() { a href="/enterprises" { "清除条件" } } }
        }
    }
}

/// The filters, without the place in the list.
fn query_string(asked: &Asked) -> String {
    page::query(&[
        ("q", &asked.q),
        ("town", &asked.town),
        ("sector", &asked.sector),
        ("level", &asked.level),
        ("status", &asked.status),
    ])
}
