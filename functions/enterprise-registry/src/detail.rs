//! One business, with everything that is known about it: what the ledger says, and from each other function what its view for this page
//! shows. Each part is a file; all of them are read in one statement.

mod cases;
mod facts;
mod ledger_entry;
mod officers;
mod papers;
mod part;
mod permits;
mod problems;
mod standing;
mod supervision;

use crate::ledger_order::back_to_ledger;
use crate::list::ENTERPRISE_JSON;
use crate::particulars::Particulars;
use chrono::NaiveDate;
use domain::EnterpriseNo;
use domain::words::{EnterpriseStatus, Level, RiskGrade, Role, Sector};
use maud::html;
use part::Reader;
use registers::enterprises;
use schemars::JsonSchema;
use serde::Deserialize;
use web::extract::{Path, Query};
use web::respond::json_text;
use web::{Answer, Context, Problem, page};

/// The business as JSON.
///
/// # Errors
///
/// 404 where there is none of this code, or the caller may not know of it.
pub async fn enterprise_json(context: &Context, number: String) -> Result<String, Problem> {
    let towns = context.caller()?.only_towns_json();
    let sql = format!(
        "SELECT coalesce((SELECT {ENTERPRISE_JSON} FROM enterprise_site e
         WHERE e.uscc = ?1 AND (?2 IS NULL OR e.town IN (SELECT value FROM json_each(?2)))), '')"
    );
    let text = context
        .store
        .text(&sql, [number.into(), towns.into()])
        .await?;
    Some(text)
        .filter(|text| !text.is_empty())
        .ok_or_else(Problem::not_found)
}

pub async fn show_enterprise(context: Context, Path(uscc): Path<String>) -> Answer {
    let number: EnterpriseNo = uscc.parse().map_err(|_| Problem::not_found())?;
    let number = enterprises::number_of(&context, &number).await?;
    Ok(json_text(enterprise_json(&context, number).await?))
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "programs read what the page does not show")]
pub struct Enterprise {
    /// 主体编号：永久不变；第一个场所就是信用代码
    pub enterprise_no: String,
    pub uscc: Option<String>,
    /// 注册号
    pub old_no: Option<String>,
    /// 食品经营许可证编号或者备案编号
    pub food_business_no: Option<String>,
    /// 小作坊、小餐饮、小食杂店登记证编号
    pub registration_no: Option<String>,
    pub name: String,
    pub founded_on: Option<NaiveDate>,
    pub address: Option<String>,
    pub town: Option<String>,
    pub village: Option<String>,
    pub business_scope: Option<String>,
    /// 要不要食品生产许可证；null：需要人工判断
    needs_license: Option<bool>,
    pub sector: Option<Sector>,
    pub risk_grade: Option<RiskGrade>,
    pub level: Option<Level>,
    pub canteen: bool,
    pub license_no: Option<String>,
    pub licensed_on: Option<NaiveDate>,
    pub person_in_charge: Option<String>,
    pub phone: Option<String>,
    pub status: EnterpriseStatus,
    version: i64,
}

/// What the views of all functions say of the business.
#[derive(Deserialize)]
struct Known {
    licences: permits::Licences,
    officers: officers::Officers,
    assignments: supervision::Assignments,
    entries: supervision::Entries,
    visits: supervision::Visits,
    problems: problems::Problems,
    facts: facts::Facts,
    standing: standing::Standing,
    papers: papers::Papers,
    /// None for whoever does not handle complaints and reports.
    cases: Option<cases::Cases>,
}

async fn find_known(context: &Context, number: &str) -> Result<Known, Problem> {
    let reader = Reader::of(context)?;
    let parts = [
        ("licences", permits::sql()),
        ("officers", officers::sql()),
        ("assignments", supervision::assignments_sql()),
        ("entries", supervision::ENTRIES.to_owned()),
        ("visits", supervision::visits_sql()),
        ("problems", problems::sql()),
        ("facts", facts::sql()),
        ("standing", standing::sql(&reader)),
        ("papers", papers::sql(&reader)),
        ("cases", cases::sql(&reader)),
    ];
    let parts: Vec<String> = parts
        .iter()
        .map(|(name, sql)| format!("'{name}', json(({sql}))"))
        .collect();
    // Who reads is a parameter of some parts only, and all of them must be named.
    let sql = format!(
        "SELECT json_object({}) WHERE ?1 IS NOT NULL AND ?2 IS ?2 AND ?3 IS ?3 AND ?4 IS ?4",
        parts.join(", ")
    );
    let parameters = [
        number.into(),
        reader.towns.into(),
        reader.addressed_as.into(),
        context.today().to_string().into(),
    ];
    Ok(context.store.json(&sql, parameters).await?)
}

#[derive(Deserialize)]
pub struct CameFrom {
    /// Where in the ledger the page was opened from.
    back: Option<String>,
}

pub async fn page(
    context: Context,
    Path(uscc): Path<String>,
    Query(came_from): Query<CameFrom>,
) -> Answer {
    let number = enterprises::find_number(&context.store, &uscc).await?;
    let json = enterprise_json(&context, number).await?;
    let enterprise: Enterprise = serde_json::from_str(&json).map_err(Problem::internal)?;
    let number = enterprise.enterprise_no.as_str();
    let particulars = Particulars::find(&context, number).await?;
    let known = find_known(&context, number).await?;
    let today = context.today();
    let role = context.caller()?.role;
    let is_office = role == Role::Office;
    Ok(page::page(
        &context,
        &enterprise.name,
        &html! {
            p { a href=(back_to_ledger(came_from.back.as_deref())) { "企业台账" } }
            h1 { (enterprise.name) }
            div.actions {
                @if is_office {
                    a.second href={ "/enterprises/" (number) "/edit" } { "修改" }
                    a href={ "/enterprises/" (number) "/merge" } { "和另一家是同一家" }
                    a href={ "/audit?record=enterprise/" (number) } { "变更记录" }
                }
                a href={ "/enterprises/" (number) "/door-code" } { "打印门店码" }
            }
            (ledger_entry::ledger_entry(&enterprise, &particulars, today))
            (particulars.merged(is_office))
            (known.licences.shown(number, role, today))
            (known.officers.shown(number))
            (known.assignments.shown(number))
            (known.facts.shown(number))
            (known.problems.shown(number, role))
            (known.visits.shown(number, &known.entries))
            @if let Some(cases) = &known.cases { (cases.shown(number, today)) }
            (known.standing.shown(number, role, today))
            (known.papers.shown(number))
        },
    ))
}
