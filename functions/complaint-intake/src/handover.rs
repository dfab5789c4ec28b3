//! An insider's report stays with whoever handled it, whatever becomes of the handlers, until it is handed over to those of now: one
//! by one, by a handler of it, or by the chair where it has none. The chair reads nothing of it: not its number, town or day.

use crate::cases::Case;
use crate::handlers::{Named, settled};
use axum::response::IntoResponse as _;
use http::StatusCode;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::api::ListPage;
use web::extract::{Form, Json};
use web::{Answer, Code, Context, Problem, seal};

/// Gives the case `?1` to the handlers of now; the condition says who may.
fn to_those_of_now(condition: &str) -> String {
    format!(
        "INSERT INTO insider_seat (complaint_id, place, account, changed_by, changed_at)
         SELECT c.id, h.place, h.account, ?2, ?3 FROM complaint c JOIN insider_handler h WHERE c.id = ?1 AND c.insider AND {condition}
         ON CONFLICT (complaint_id, place) DO UPDATE SET account = excluded.account, changed_by = excluded.changed_by, changed_at = excluded.changed_at
         WHERE account IS NOT excluded.account RETURNING place"
    )
}

/// By a handler of the case.
pub async fn by_handler(context: &Context, case: &Case) -> Result<(), Problem> {
    let by = context.caller()?;
    if !case.open.insider {
        return Err(Problem::not_found());
    }
    let sql = to_those_of_now(
        "EXISTS (SELECT 1 FROM insider_seat s WHERE s.complaint_id = c.id AND s.account = ?2)",
    );
    let parameters = [
        case.open.id.into(),
        by.account.as_str().into(),
        context.at().into(),
    ];
    match context.store.run(&sql, parameters).await? {
        0 => Err(Problem::new(
            Code::HandlersAlready,
            "这件已经由现任的两名经办人办理，不用移交",
        )),
        _ => Ok(()),
    }
}

/// Whether the handlers of now are others than the case's.
pub async fn is_due(context: &Context, case: &Case) -> Result<bool, Problem> {
    if !case.open.insider {
        return Ok(false);
    }
    let sql = "SELECT 1 FROM insider_handler h JOIN insider_seat s ON s.complaint_id = ?1 AND s.place = h.place WHERE s.account <> h.account";
    Ok(context.store.run(sql, [case.open.id.into()]).await? > 0)
}

/// Open, and nobody who handles it can sign in any more.
const WITHOUT_HANDLER: &str = "c.closed_on IS NULL AND NOT EXISTS (SELECT 1 FROM insider_seat s JOIN complaint_handler a ON a.account = s.account WHERE s.complaint_id = c.id)";

/// What waits for the chair, each under a name of its own that tells nothing and can be put in no order of days.
async fn waiting(context: &Context) -> Result<Vec<(String, i64)>, Problem> {
    let sql = format!(
        "SELECT json_group_array(json_array(c.code, c.id)) FROM complaint c WHERE c.insider AND {WITHOUT_HANDLER}"
    );
    let cases: Vec<(String, i64)> = context.store.json(&sql, []).await?;
    let mut waiting = Vec::with_capacity(cases.len());
    for (code, id) in cases {
        let name = seal::keyed_hash("insider's report that waits", &code).await?;
        waiting.push((name, id));
    }
    waiting.sort();
    Ok(waiting)
}

async fn by_chair(context: &Context, name: &str) -> Result<(), Problem> {
    let by = context.caller()?;
    let waiting = waiting(context).await?;
    let (_, id) = waiting
        .iter()
        .find(|(known, _)| known == name)
        .ok_or_else(Problem::not_found)?;
    let sql = to_those_of_now(&format!(
        "{WITHOUT_HANDLER} AND (SELECT count(*) FROM insider_handler n JOIN complaint_handler a ON a.account = n.account) = 2"
    ));
    let parameters = [
        (*id).into(),
        by.account.as_str().into(),
        context.at().into(),
    ];
    match context.store.run(&sql, parameters).await? {
        0 => Err(Problem::new(
            Code::NoHandlers,
            "还没有两名可以办理的经办人，请先由区食药安办提议、另一个人确认",
        )),
        _ => Ok(()),
    }
}

#[derive(Serialize, JsonSchema)]
pub struct Waiting {
    id: String,
}

pub async fn list_insider_reports_without_handler(context: Context) -> Answer {
    let waiting = waiting(&context).await?;
    let items = waiting.into_iter().map(|(id, _)| Waiting { id }).collect();
    Ok(axum::Json(ListPage::whole(items)).into_response())
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "WaitingId")]
pub struct Which {
    id: String,
}

pub async fn hand_over_insider_report(context: Context, Json(which): Json<Which>) -> Answer {
    by_chair(&context, &which.id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub async fn submit(context: Context, Form(which): Form<Which>) -> Answer {
    let done = by_chair(&context, &which.id).await;
    settled(&context, done, &Named::default()).await
}

/// The chair's part of the handlers' page.
pub async fn waiting_part(context: &Context) -> Result<Markup, Problem> {
    let waiting = waiting(context).await?;
    Ok(html! {
        h2 { "没有经办人的内部举报" }
        @if waiting.is_empty() { p { "没有。" } } @else {
            p { "下面的举报没有能办理的经办人。请逐件交给现任的两名经办人；编号、镇街和时间在这里不显示。" }
            ul.tidy { @for (place, (name, _)) in waiting.iter().enumerate() { li {
                form.inline method="post" action="/complaints/handlers/waiting" { input type="hidden" name="id" value=(name); button.plain { "交给现任经办人（第 " (place + 1) " 件）" } }
            } } }
        }
    })
}
