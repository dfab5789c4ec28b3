//! The list of enterprises with its filters, as a page and as data.

use crate::search::{EnterpriseFilter, enterprise_condition};
use crate::tabs::tabs;
use crate::unplaced;
use domain::words::{EnterpriseStatus, Level, RiskGrade, Sector, Word, choices};
use maud::{Markup, html};
use registers::{town_name, village_name};
use serde::Deserialize;
use store::{Store, Value};
use web::extract::Query;
use web::form::{Errors, Field, select};
use web::respond::json_text;
use web::{Answer, Caller, Context, Problem, page};

/// SQL: the credit code of `enterprise_site e`; null where it has none.
macro_rules! code_of_site {
    () => {
        "coalesce(e.credit_code, iif(e.uscc GLOB 'T*', NULL, substr(e.uscc, 1, 18)))"
    };
}
pub(crate) use code_of_site;

/// SQL: the business `enterprise_site e` as JSON, with all that staff may know.
pub const ENTERPRISE_JSON: &str = concat!(
    "json_object('enterprise_no', e.uscc, 'uscc', ",
    code_of_site!(),
    ", 'old_no', e.old_no, 'food_business_no', e.food_business_no, 'registration_no', e.registration_no, 'name', e.name, 'founded_on', e.founded_on, 'address', e.address, 'town', ",
    town_name!("e.town"),
    ", 'village', ",
    village_name!("e.town", "e.village"),
    ", 'business_scope', e.business_scope, 'needs_license', json(CASE e.needs_license WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END),
    'sector', e.sector, 'risk_grade', e.risk_grade, 'level', e.level,
    'canteen', json(iif(e.canteen, 'true', 'false')), 'license_no', e.license_no, 'licensed_on', e.licensed_on,
    'person_in_charge', e.person_in_charge, 'phone', e.phone, 'status', e.status, 'version', e.version)"
);

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

/// One page of the list as JSON, made in SQL.
async fn enterprises_json(
    store: &Store,
    filter: &EnterpriseFilter,
    caller: Option<&Caller>,
    item: &str,
) -> Result<String, Problem> {
    let condition = enterprise_condition(filter, caller)?;
    let (limit, after) = (filter.page.limit()?, filter.page.after()?);
    let mut parameters = condition.parameters.clone();
    parameters.extend([Value::from(after), Value::from(limit)]);
    let (after, limit) = (parameters.len() - 1, parameters.len());
    let fits = &condition.sql;
    let id = if condition.from.starts_with("enterprise_search") {
        "s.rowid"
    } else {
        "e.id"
    };
    // What was merged into another is not in the index of names.
    let (unmerged, but_merged) = match condition.from.starts_with("enterprise_search") {
        true => ("", String::new()),
        false => (
            " AND e.merged_into IS NULL",
            format!(
                " - (SELECT count(*) FROM enterprise_merged m CROSS JOIN enterprise_site e ON e.uscc = m.uscc WHERE {fits})"
            ),
        ),
    };
    let from = if condition.found_by_index {
        "enterprise_search s"
    } else {
        condition.from
    };
    let sql = format!(
        "WITH hit AS MATERIALIZED (SELECT {id} AS id FROM {from} WHERE {fits}{unmerged} AND {id} > ?{after} ORDER BY {id} LIMIT ?{limit})
         SELECT json_object(
             'items', json_group_array({item}),
             'next', CASE WHEN count(*) = ?{limit} THEN CAST(max(e.id) AS TEXT) END,
             'total', (SELECT count(*) FROM {from} WHERE {fits}){but_merged})
         FROM hit CROSS JOIN enterprise_site e ON e.id = hit.id"
    );
    Ok(store.text(&sql, parameters).await?)
}

pub async fn list_enterprises(context: Context, Query(filter): Query<EnterpriseFilter>) -> Answer {
    let text = enterprises_json(
        &context.store,
        &filter,
        context.caller.as_ref(),
        ENTERPRISE_JSON,
    )
    .await?;
    Ok(json_text(text))
}

#[derive(Deserialize)]
struct EnterprisePage {
    items: Vec<EnterpriseLine>,
    next: Option<String>,
    total: u64,
}

#[derive(Deserialize)]
struct EnterpriseLine {
    enterprise_no: String,
    uscc: Option<String>,
    name: String,
    town: Option<String>,
    village: Option<String>,
    sector: Option<Sector>,
    risk_grade: Option<RiskGrade>,
    level: Option<Level>,
    canteen: bool,
    status: EnterpriseStatus,
}

/// The Chinese of a word, or a dash where there is none.
pub fn word_or_dash<W: Word>(word: Option<W>) -> &'static str {
    word.map_or("—", Word::chinese)
}

pub async fn page(context: Context, Query(filter): Query<EnterpriseFilter>) -> Answer {
    let caller = context.caller()?;
    let text = enterprises_json(&context.store, &filter, Some(caller), LINE_JSON).await?;
    let list: EnterprisePage = serde_json::from_str(&text).map_err(Problem::internal)?;
    let is_office = caller.role == domain::words::Role::Office;
    let query = query_string(&filter);
    let towns = registers::towns::of(&context.store, caller).await?;
    let is_filtered = filter.q.is_some()
        || filter.town.is_some()
        || filter.sector.is_some()
        || filter.level.is_some()
        || filter.status.is_some();
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
            (filter_form(&filter, &towns))
            div.actions {
                @if is_office { a.main href="/enterprises/import" { "导入" } a.second href="/enterprises/feed" { "登记平台取数" } }
                @if list.total > 0 { a.second href={ "/enterprises/export.xlsx?" (query) } { "导出 Excel" } }
            }
            @if list.items.is_empty() && filter.page.cursor.is_none() {
                @if is_filtered {
                    p { "没有符合条件的企业。可以少填一个条件，或者只输入名称里的两个字。" }
                } @else {
                    p { "台账还是空的。" @if is_office { "请先导入企业名单。" } }
                }
            } @else {
                p role="status" { "共 " strong { (list.total) } " 家" }
                (enterprise_table(&list.items))
                @if let Some(next) = &list.next {
                    p.pages { a.second rel="next" href={ "/enterprises?" (query) "&cursor=" (next) } { "下一页" } }
                }
            }
        },
    ))
}

fn enterprise_table(items: &[EnterpriseLine]) -> Markup {
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
                                a href={ "/enterprises/" (item.enterprise_no) } { (item.name) }
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

fn filter_form(filter: &EnterpriseFilter, towns: &[String]) -> Markup {
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
            div.wide.field { (Field::text("q", "名称、代码或拼音首字母", filter.q.as_deref().unwrap_or("")).render(&none)) }
            (select("town", "镇街", &towns, &chosen(&filter.town), &none))
            (select("sector", "业态", &with_all(choices::<Sector>()), &chosen(&filter.sector), &none))
            (select("level", "包保级别", &with_all(choices::<Level>()), &chosen(&filter.level), &none))
            (select("status", "登记状态", &with_all(choices::<EnterpriseStatus>()), &chosen(&filter.status), &none))
            div.actions { button.main { "查找" } @if filter.q.is_some() || filter.town.is_some() { a href="/enterprises" { "清除条件" } } }
        }
    }
}

/// The filters as a query, without the place in the list.
fn query_string(filter: &EnterpriseFilter) -> String {
    page::query(&[
        ("q", &filter.q),
        ("town", &filter.town),
        ("sector", &filter.sector),
        ("level", &filter.level),
        ("status", &filter.status),
    ])
}
