//! One door-step case as it is read: the business, the steps that were made, its nine stages and their documents.

use crate::FIELD;
use chrono::{DateTime, FixedOffset, NaiveDate};
use domain::words::{CaseOutcome, OutreachStage};
use registers::town_name;
use schemars::JsonSchema;
use serde::Deserialize;
use web::api::gives;
use web::extract::Path;
use web::respond::json_text;
use web::routes::Routes;
use web::{Answer, Context, Problem};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/api/v1/license-outreach/cases/{id}", FIELD, show_case)
        .api("一件上门服务", gives::<OutreachCase>())
}

/// One case with its stages and documents as a JSON object, of `outreach_case c` and `enterprise_licensing e`.
const CASE_JSON: &str = concat!(
    "json_object('id', c.id, 'uscc', c.uscc, 'name', e.name, 'town', ",
    town_name!("e.town"),
    ", 'address', e.address, 'phone', e.phone,
    'person_in_charge', e.person_in_charge, 'founded_on', e.founded_on, 'business_scope', e.business_scope,
    'station', c.station, 'station_name', (SELECT s.name FROM station_account s WHERE s.account = c.station),
    'opened_on', c.opened_on, 'contacted_on', c.contacted_on, 'contact_note', c.contact_note,
    'checked_on', c.checked_on, 'passed_first_time', json(CASE c.passed_first_time WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END),
    'check_note', c.check_note, 'outcome', c.outcome, 'closed_on', c.closed_on, 'close_note', c.close_note, 'version', c.version,
    'license_no', (SELECT min(f.license_no) FROM food_license f WHERE f.uscc = c.uscc AND f.status = 'valid'),
    'applied_on', (SELECT max(a.applied_on) FROM license_application a WHERE a.uscc = c.uscc AND a.status IN ('open', 'granted')),
    'stages', json((SELECT json_group_array(json_object('stage', s.stage, 'begun_on', s.begun_on, 'done_on', s.done_on, 'expert', s.expert,
        'note', s.note, 'version', s.version, 'changed_by', s.changed_by, 'changed_at', s.changed_at)) FROM outreach_stage s WHERE s.case_id = c.id)),
    'documents', json((SELECT json_group_array(json_object('id', d.id, 'stage', d.stage, 'name', d.name, 'bytes', d.bytes, 'added_by', d.changed_by, 'added_at', d.changed_at))
        FROM outreach_attachment d WHERE d.case_id = c.id AND d.removed_at IS NULL)))"
);

/// The case as a JSON document.
///
/// # Errors
///
/// 404 where there is none, or none in the towns of the caller.
pub async fn find_case(context: &Context, id: &str) -> Result<String, Problem> {
    let sql = format!(
        "SELECT coalesce((SELECT {CASE_JSON} FROM outreach_case c JOIN enterprise_licensing e ON e.uscc = c.uscc
         WHERE c.id = ?1 AND (?2 IS NULL OR e.town IN (SELECT value FROM json_each(?2)))), '')"
    );
    let towns = context.caller()?.only_towns_json();
    let text = context.store.text(&sql, [id.into(), towns.into()]).await?;
    Some(text)
        .filter(|text| !text.is_empty())
        .ok_or_else(Problem::not_found)
}

/// The case as the pages use it; the same errors as [`find_case`].
pub async fn read_case(context: &Context, id: &str) -> Result<OutreachCase, Problem> {
    serde_json::from_str(&find_case(context, id).await?).map_err(Problem::internal)
}

pub async fn show_case(context: Context, Path(id): Path<String>) -> Answer {
    Ok(json_text(find_case(&context, &id).await?))
}

/// What whoever changes a closed case is told.
pub fn case_closed() -> Problem {
    Problem::case_closed("这件上门服务已经结束，不能再修改")
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "OutreachCase")]
#[expect(dead_code, reason = "programs read what the page does not show")]
pub struct OutreachCase {
    pub id: String,
    pub uscc: String,
    pub name: String,
    pub town: Option<String>,
    pub address: Option<String>,
    pub phone: Option<String>,
    pub person_in_charge: Option<String>,
    pub founded_on: Option<NaiveDate>,
    pub business_scope: Option<String>,
    pub station: Option<String>,
    pub station_name: Option<String>,
    pub opened_on: NaiveDate,
    pub contacted_on: Option<NaiveDate>,
    pub contact_note: String,
    pub checked_on: Option<NaiveDate>,
    pub passed_first_time: Option<bool>,
    pub check_note: String,
    pub outcome: Option<CaseOutcome>,
    pub closed_on: Option<NaiveDate>,
    pub close_note: String,
    pub version: i64,
    pub license_no: Option<String>,
    pub applied_on: Option<NaiveDate>,
    pub stages: Vec<StageState>,
    pub documents: Vec<CaseDocument>,
}

#[derive(Deserialize, Default, Clone, JsonSchema)]
#[schemars(rename = "OutreachStageState")]
#[expect(dead_code, reason = "programs read what the page does not show")]
pub struct StageState {
    #[schemars(with = "OutreachStage")]
    pub stage: String,
    pub begun_on: Option<NaiveDate>,
    pub done_on: Option<NaiveDate>,
    pub expert: String,
    pub note: String,
    pub version: i64,
    pub changed_by: String,
    #[schemars(with = "DateTime<FixedOffset>")]
    pub changed_at: String,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "OutreachDocument")]
#[expect(dead_code, reason = "programs read what the page does not show")]
pub struct CaseDocument {
    pub id: String,
    #[schemars(with = "OutreachStage")]
    pub stage: String,
    pub name: String,
    pub bytes: u64,
    pub added_by: String,
    pub added_at: DateTime<FixedOffset>,
}
