//! An insider's report stays with whoever handles it, whoever else is named, until it is handed over to the current handlers. Reports
//! are handed over one by one, by a handler of each, or by the chair where it has none. The chair reads nothing of a report: not its
//! number, town or day.

use crate::access::CHAIR;
use crate::opened_case::OpenedCase;
use axum::response::IntoResponse as _;
use http::StatusCode;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::api::{ListPage, gives, takes};
use web::extract::Json;
use web::{Answer, Context, Problem, Routes, Token, seal};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/complaints/insiders/waiting",
            CHAIR.or(Token::Person),
            list_insider_reports_without_handler,
        )
        .api(
            "没有经办人的在办内部举报，只有一个说明不了什么的 id",
            gives::<ListPage<UnhandledReport>>(),
        )
        .post(
            "/api/v1/complaints/insiders/waiting",
            CHAIR,
            hand_over_insider_report,
        )
        .api(
            "把一件没有经办人的内部举报交给现任的两名经办人",
            takes::<UnhandledReportId>().gives_nothing().refuses(&[404]),
        )
}

/// Seats the current handlers in the case `?1`, where the condition holds.
fn seat_current_handlers(condition: &str) -> String {
    format!(
        "INSERT INTO insider_seat (complaint_id, place, account, changed_by, changed_at)
         SELECT c.id, h.place, h.account, ?2, ?3 FROM complaint c JOIN insider_handler h WHERE c.id = ?1 AND c.insider AND {condition}
         ON CONFLICT (complaint_id, place) DO UPDATE SET account = excluded.account, changed_by = excluded.changed_by, changed_at = excluded.changed_at
         WHERE account IS NOT excluded.account RETURNING place"
    )
}

/// Hands the case over, for a handler of it.
pub async fn hand_over_by_handler(context: &Context, case: &OpenedCase) -> Result<(), Problem> {
    let by = context.caller()?;
    if !case.facts.insider {
        return Err(Problem::not_found());
    }
    let sql = seat_current_handlers(
        "EXISTS (SELECT 1 FROM insider_seat s WHERE s.complaint_id = c.id AND s.account = ?2)",
    );
    let parameters = [
        case.facts.id.into(),
        by.account.as_str().into(),
        context.at().into(),
    ];
    match context.store.run(&sql, parameters).await? {
        0 => Err(Problem::handlers_already(
            "这件已经由现任的两名经办人办理，不用移交",
        )),
        _ => Ok(()),
    }
}

/// Whether the current handlers are others than the case's.
pub async fn hand_over_is_due(context: &Context, case: &OpenedCase) -> Result<bool, Problem> {
    if !case.facts.insider {
        return Ok(false);
    }
    let sql = "SELECT 1 FROM insider_handler h JOIN insider_seat s ON s.complaint_id = ?1 AND s.place = h.place WHERE s.account <> h.account";
    Ok(context.store.run(sql, [case.facts.id.into()]).await? > 0)
}

/// The case `c` is open, and nobody who handles it can sign in any more.
const WITHOUT_HANDLER: &str = "c.closed_on IS NULL AND NOT EXISTS (SELECT 1 FROM insider_seat s JOIN case_handler a ON a.account = s.account WHERE s.complaint_id = c.id)";

/// A report that waits for the chair.
struct WaitingReport {
    /// A name that tells nothing of the report: sorted by it, the reports stand in no order of days.
    name: String,
    id: i64,
}

async fn waiting_reports(context: &Context) -> Result<Vec<WaitingReport>, Problem> {
    let sql = format!(
        "SELECT json_group_array(json_array(c.code, c.id)) FROM complaint c WHERE c.insider AND {WITHOUT_HANDLER}"
    );
    let cases: Vec<(String, i64)> = context.store.json(&sql, []).await?;
    let mut waiting = Vec::with_capacity(cases.len());
    for (code, id) in cases {
        let name = seal::keyed_hash("insider's report that waits", &code).await?;
        waiting.push(WaitingReport { name, id });
    }
    waiting.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(waiting)
}

/// Hands the report of that name over, for the chair: only where two current handlers can sign in.
pub async fn hand_over_by_chair(context: &Context, name: &str) -> Result<(), Problem> {
    let by = context.caller()?;
    let waiting = waiting_reports(context).await?;
    let report = waiting
        .iter()
        .find(|report| report.name == name)
        .ok_or_else(Problem::not_found)?;
    let sql = seat_current_handlers(&format!(
        "{WITHOUT_HANDLER} AND (SELECT count(*) FROM insider_handler n JOIN case_handler a ON a.account = n.account) = 2"
    ));
    let parameters = [
        report.id.into(),
        by.account.as_str().into(),
        context.at().into(),
    ];
    match context.store.run(&sql, parameters).await? {
        0 => Err(Problem::no_handlers(
            "还没有两名可以办理的经办人，请先由区市场监管局（食药安办设在那里的，也可以由食药安办）提议、另一个人确认",
        )),
        _ => Ok(()),
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Waiting")]
struct UnhandledReport {
    id: String,
}

async fn list_insider_reports_without_handler(context: Context) -> Answer {
    let items = waiting_reports(&context)
        .await?
        .into_iter()
        .map(|report| UnhandledReport { id: report.name })
        .collect();
    Ok(axum::Json(ListPage::whole(items)).into_response())
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "WaitingId")]
pub struct UnhandledReportId {
    pub id: String,
}

async fn hand_over_insider_report(
    context: Context,
    Json(report): Json<UnhandledReportId>,
) -> Answer {
    hand_over_by_chair(&context, &report.id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The part of the handlers' page that the chair alone sees.
pub async fn unhandled_reports_part(context: &Context) -> Result<Markup, Problem> {
    let waiting = waiting_reports(context).await?;
    Ok(html! {
        h2 { "没有经办人的内部举报" }
        @if waiting.is_empty() { p { "没有。" } } @else {
            p { "下面的举报没有能办理的经办人。请逐件交给现任的两名经办人；编号、镇街和时间在这里不显示。" }
            ul.tidy { @for (place, report) in waiting.iter().enumerate() { li {
                form.inline method="post" action="/complaints/handlers/waiting" { input type="hidden" name="id" value=(report.name); button.plain { "交给现任经办人（第 " (place + 1) " 件）" } }
            } } }
        }
    })
}
