//! What is done with a door-step case itself: contacted, checked on site, given to a station, closed.

use crate::DOOR;
use crate::case::{OutreachCase, case_closed, find_case};
use crate::case_page::show_refused;
use axum::response::{IntoResponse as _, Redirect};
use domain::words::CaseOutcome;
use registers::{Field, FormValues, Item, LONGEST, Questions, Submission, Usual};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;
use web::api::takes;
use web::extract::{Form, Json as Body, Path};
use web::problem::FieldError;
use web::respond::json_text;
use web::routes::{BUREAU, Routes};
use web::{Answer, Context, Problem, Token};

pub fn routes(routes: Routes) -> Routes {
    routes
        .post("/license-outreach/cases/{id}/{step}", DOOR, submit_step)
        .post(
            "/api/v1/license-outreach/cases/{id}/contact",
            DOOR.or(Token::Write),
            record_contact,
        )
        .api("记录上门对接", CONTACT.taken().gives::<OutreachCase>())
        .post(
            "/api/v1/license-outreach/cases/{id}/check",
            DOOR.or(Token::Write),
            record_check,
        )
        .api("记录现场核查结果", CHECK.taken().gives::<OutreachCase>())
        .post(
            "/api/v1/license-outreach/cases/{id}/station",
            BUREAU.or(Token::Write),
            give_to_station,
        )
        .api(
            "交给监管所",
            takes::<StationChange>().gives::<OutreachCase>(),
        )
        .post(
            "/api/v1/license-outreach/cases/{id}/close",
            DOOR.or(Token::Write),
            close_case,
        )
        .api("结束服务", CLOSING.taken().gives::<OutreachCase>())
}

const CONTACTED_ON: Field = Field::past_day("contacted_on", "联系日期").required();
const CHECKED_ON: Field = Field::past_day("checked_on", "现场核查日期").required();
const PASSED: Field = Field::yes_no("passed_first_time", "是否一次通过").required();
const OUTCOME: Field = Field::word::<CaseOutcome>("outcome", "结果").required();
const NOTE: Field = Field::long_text("note", "情况", LONGEST).usually(Usual::Text(""));
const VERSION: Field = Field::version();

pub static CONTACT: Questions = Questions::of("OutreachContact", &[CONTACTED_ON, NOTE, VERSION]);

pub static CHECK: Questions = Questions::of("OutreachCheck", &[CHECKED_ON, PASSED, NOTE, VERSION]);

pub static CLOSING: Questions = Questions {
    rules: &[|reading, closing| {
        let outcome: Option<CaseOutcome> = closing.word(&OUTCOME);
        let without_licence = outcome.is_some_and(|outcome| outcome != CaseOutcome::Licensed);
        if without_licence && closing.text(&NOTE) == Some("") {
            reading.reject(&NOTE, "请写明原因");
        }
    }],
    ..Questions::of("OutreachClosing", &[OUTCOME, NOTE])
};

pub async fn record_contact(
    context: Context,
    Path(id): Path<String>,
    Body(given): Body<Item>,
) -> Answer {
    let text = write_contact(&context, &id, Submission::Document(&given)).await?;
    Ok(json_text(text))
}

async fn write_contact(
    context: &Context,
    id: &str,
    sent: Submission<'_>,
) -> Result<String, Problem> {
    let contact = CONTACT.read(context, sent).await?;
    let values = vec![
        ("contacted_on", contact.value(&CONTACTED_ON)),
        ("contact_note", contact.value(&NOTE)),
    ];
    change_case(context, id, contact.number(&VERSION), values).await
}

pub async fn record_check(
    context: Context,
    Path(id): Path<String>,
    Body(given): Body<Item>,
) -> Answer {
    let text = write_check(&context, &id, Submission::Document(&given)).await?;
    Ok(json_text(text))
}

async fn write_check(context: &Context, id: &str, sent: Submission<'_>) -> Result<String, Problem> {
    let check = CHECK.read(context, sent).await?;
    let values = vec![
        ("checked_on", check.value(&CHECKED_ON)),
        ("passed_first_time", check.value(&PASSED)),
        ("check_note", check.value(&NOTE)),
    ];
    change_case(context, id, check.number(&VERSION), values).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "GivenToStation")]
pub struct StationChange {
    station: String,
    version: Option<i64>,
}

pub async fn give_to_station(
    context: Context,
    Path(id): Path<String>,
    Body(given): Body<StationChange>,
) -> Answer {
    find_case(&context, &id).await?;
    let sql = "SELECT s.account FROM outreach_case c JOIN enterprise_licensing e ON e.uscc = c.uscc JOIN station_place s ON s.town = e.town
               WHERE c.id = ?1 AND s.account = ?2";
    let parameters = [id.as_str().into(), given.station.as_str().into()];
    if context.store.run(sql, parameters).await? == 0 {
        let reason = "没有这个监管所账号，或者它不管这个镇街";
        return Err(Problem::invalid(vec![FieldError::new(
            "station",
            &*given.station,
            reason,
        )]));
    }
    let values = vec![("station", given.station.into())];
    Ok(json_text(
        change_case(&context, &id, given.version, values).await?,
    ))
}

pub async fn close_case(
    context: Context,
    Path(id): Path<String>,
    Body(given): Body<Item>,
) -> Answer {
    let text = write_closing(&context, &id, Submission::Document(&given)).await?;
    Ok(json_text(text))
}

async fn write_closing(
    context: &Context,
    id: &str,
    sent: Submission<'_>,
) -> Result<String, Problem> {
    find_case(context, id).await?;
    let closing = CLOSING.read(context, sent).await?;
    let sql = "UPDATE outreach_case SET outcome = ?2, close_note = ?3, closed_on = ?4, version = version + 1, changed_by = ?5, changed_at = ?6,
                   closed_scope = (SELECT business_scope FROM enterprise_licensing e WHERE e.uscc = outreach_case.uscc)
               WHERE id = ?1 AND outcome IS NULL RETURNING id";
    let parameters = [
        id.into(),
        closing.value(&OUTCOME),
        closing.value(&NOTE),
        context.today().to_string().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => find_case(context, id).await,
        _ => Err(case_closed()),
    }
}

/// Sets columns of an open case, where `version` is still the case's. Without a version they are set only while the first of them is
/// blank. Gives the case as it is then.
///
/// # Errors
///
/// 409 `case_closed` where the case is closed; 409 `changed_meanwhile` where somebody else was first; 404 where the caller may not know
/// of the case.
async fn change_case(
    context: &Context,
    id: &str,
    version: Option<i64>,
    values: Vec<(&'static str, store::Value)>,
) -> Result<String, Problem> {
    let before: Json =
        serde_json::from_str(&find_case(context, id).await?).map_err(Problem::internal)?;
    let blank = values
        .first()
        .map_or("true".to_owned(), |(column, _)| format!("{column} IS NULL"));
    let sets: Vec<String> = values
        .iter()
        .zip(5..)
        .map(|((column, _), place)| format!("{column} = ?{place}"))
        .collect();
    let sql = format!(
        "UPDATE outreach_case SET {}, version = version + 1, changed_by = ?2, changed_at = ?3
         WHERE id = ?1 AND outcome IS NULL AND iif(?4 IS NULL, {blank}, version = ?4) RETURNING version",
        sets.join(", ")
    );
    let by = context.caller()?.account.as_str();
    let mut parameters: Vec<store::Value> =
        vec![id.into(), by.into(), context.at().into(), version.into()];
    parameters.extend(values.into_iter().map(|(_, value)| value));
    if context.store.run(&sql, parameters).await? == 1 {
        return find_case(context, id).await;
    }
    if !before["outcome"].is_null() {
        return Err(case_closed());
    }
    let now = serde_json::from_str(&find_case(context, id).await?).map_err(Problem::internal)?;
    Err(Problem::changed_meanwhile(
        "这件上门服务刚被别人修改过，请看过现在的内容再改",
        now,
    ))
}

/// Takes the forms of the case's page that are about the case itself; `step` is `contact`, `check` or `close`.
pub async fn submit_step(
    context: Context,
    Path((id, step)): Path<(String, String)>,
    Form(values): Form<FormValues>,
) -> Answer {
    let sent = Submission::Form(&values);
    let outcome = match step.as_str() {
        "contact" => write_contact(&context, &id, sent).await,
        "check" => write_check(&context, &id, sent).await,
        "close" => write_closing(&context, &id, sent).await,
        _ => return Err(Problem::not_found()),
    };
    match outcome {
        Ok(_) => Ok(Redirect::to(&format!("/license-outreach/cases/{id}")).into_response()),
        Err(problem) => show_refused(&context, &id, &step, values, problem).await,
    }
}
