//! 责任约谈: who was called in has been talked to. The office records when and where, who came, and what was said; until then the matter stands still,
//! and the record is the office's own to make (design: the ladder).

use crate::notice::{Notice, find_notice};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::office_date::chinese;
use domain::words::{NoticeKind, NoticeStatus};
use http::StatusCode;
use maud::{Markup, html};
use registers::{Field, FormValues, Item, LONGEST, Questions, Submission};
use web::extract::{Form, Json, Path};
use web::form::Errors;
use web::problem::FieldError;
use web::respond::refused;
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, page as frame};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/notices/{id}/talk", OFFICE, talk_page)
        .post("/notices/{id}/talk", OFFICE, submit_talk)
        .put("/api/v1/notices/{id}/talk", OFFICE, record_talk)
        .api(
            "记录责任约谈；约谈以后过了规定的工作日才升级",
            TALK.taken().named("record_talk").gives_nothing(),
        )
}

const HELD_ON: Field = Field::past_day("held_on", "约谈日期").required();
const PLACE: Field = Field::text("place", "地点", LONGEST).required();
const ATTENDED: Field = Field::text("attended", "到场人员", LONGEST).required();
const RECORD: Field = Field::long_text("record", "约谈内容", 2000)
    .required()
    .hint("说明了什么原因，要求做什么，何时做到");
const VERSION: Field = Field::version();

static TALK: Questions = Questions::of("Talk", &[HELD_ON, PLACE, ATTENDED, RECORD, VERSION]);

/// The summons; 404 where the paper is no summons that was issued and still counts.
async fn find_summons(context: &Context, id: &str) -> Result<Notice, Problem> {
    let notice = find_notice(context, id).await?;
    let counts = notice.issued_on.is_some() && notice.status != NoticeStatus::Withdrawn;
    match notice.kind == NoticeKind::InterviewSummons && counts {
        true => Ok(notice),
        false => Err(Problem::not_found()),
    }
}

async fn record_talk(context: Context, Path(id): Path<String>, Json(given): Json<Item>) -> Answer {
    write_talk(&context, &id, Submission::Document(&given)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Writes the record of a talk, or puts it right.
///
/// # Errors
///
/// 404 where the paper calls nobody in; 422 where it was held before the summons was issued; 409 `changed_meanwhile` where somebody else has written it.
async fn write_talk(context: &Context, id: &str, sent: Submission<'_>) -> Result<(), Problem> {
    let summons = find_summons(context, id).await?;
    let talk = TALK.read(context, sent).await?;
    if talk.day(&HELD_ON) < summons.issued_on {
        let held_on = talk.text(&HELD_ON).unwrap_or_default();
        let reason = "约谈不能早于约谈书发出之日";
        return Err(Problem::invalid(vec![FieldError::new(
            HELD_ON.column,
            held_on,
            reason,
        )]));
    }
    let sql = "INSERT INTO talk (notice_id, held_on, place, attended, record, changed_by, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?7, ?8)
        ON CONFLICT (notice_id) DO UPDATE SET held_on = excluded.held_on, place = excluded.place, attended = excluded.attended, record = excluded.record,
            version = version + 1, changed_by = excluded.changed_by, changed_at = excluded.changed_at
            WHERE version = ?6 RETURNING 1";
    let number: i64 = summons.id.parse().map_err(Problem::internal)?;
    let parameters = [
        number.into(),
        talk.value(&HELD_ON),
        talk.value(&PLACE),
        talk.value(&ATTENDED),
        talk.value(&RECORD),
        talk.value(&VERSION),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    if context.store.run(sql, parameters).await? == 1 {
        return Ok(());
    }
    let now = summons.talk.map(|talk| talk.version);
    let now = serde_json::json!({ "version": now });
    Err(Problem::changed_meanwhile(
        "约谈记录已有变化，请看过再改",
        now,
    ))
}

async fn talk_page(context: Context, Path(id): Path<String>) -> Answer {
    let summons = find_summons(&context, &id).await?;
    let mut typed = FormValues::new();
    if let Some(talk) = &summons.talk {
        for (field, value) in [
            (HELD_ON, talk.held_on.to_string()),
            (PLACE, talk.place.clone()),
            (ATTENDED, talk.attended.clone()),
            (RECORD, talk.record.clone()),
            (VERSION, talk.version.to_string()),
        ] {
            typed.insert(field.column.to_owned(), value);
        }
    }
    render_talk(&context, &summons, &typed, &Errors::default()).await
}

async fn render_talk(
    context: &Context,
    summons: &Notice,
    typed: &FormValues,
    errors: &Errors,
) -> Result<Response, Problem> {
    let asked = Questions::of("Talk", &[HELD_ON, PLACE, ATTENDED, RECORD]);
    Ok(frame::page(
        context,
        &errors.title("记录责任约谈"),
        &html! {
            (errors.summary())
            h1 { "记录责任约谈" }
            p { (summons.number.as_deref().unwrap_or_default()) "，" (summons.addressee_name) }
            form.stack method="post" {
                @if let Some(version) = typed.get(VERSION.column) { input type="hidden" name="version" value=(version); }
                (asked.inputs(context, typed, errors).await?)
                div.actions { button.main { "记录" } a.second href={ "/notices/" (summons.id) } { "返回" } }
            }
        },
    ))
}

async fn submit_talk(
    context: Context,
    Path(id): Path<String>,
    Form(typed): Form<FormValues>,
) -> Answer {
    match write_talk(&context, &id, Submission::Form(&typed)).await {
        Ok(()) => Ok(Redirect::to(&format!("/notices/{id}")).into_response()),
        Err(problem) if !problem.errors.is_empty() => {
            let summons = find_summons(&context, &id).await?;
            let errors = Errors(problem.errors);
            let page = render_talk(&context, &summons, &typed, &errors).await?;
            Ok(refused(problem.status, page))
        }
        Err(problem) => Err(problem),
    }
}

/// The talk on the page of its summons: what is recorded, and for the office the way to record it.
pub fn talk_section(context: &Context, notice: &Notice) -> Markup {
    let may_record = OFFICE.admits(context.caller.as_ref())
        && notice.issued_on.is_some()
        && notice.status != NoticeStatus::Withdrawn;
    html! {
        @if notice.kind == NoticeKind::InterviewSummons && notice.issued_on.is_some() {
            h2 { "约谈" }
            @if let Some(talk) = &notice.talk {
                dl.facts {
                    dt { "日期" } dd { (chinese(talk.held_on)) }
                    dt { "地点" } dd { (talk.place) }
                    dt { "到场人员" } dd { (talk.attended) }
                    dt { "内容" } dd.said { (talk.record) }
                }
            } @else { p { "还没有记录。记录以前，所列事项不再升级。" } }
            @if may_record { p { a href={ "/notices/" (notice.id) "/talk" } { @if notice.talk.is_some() { "更正约谈记录" } @else { "记录约谈" } } } }
        }
    }
}
