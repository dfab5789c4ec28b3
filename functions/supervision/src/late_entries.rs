//! 补录: visits of a closed period that were recorded after its closing. They count as late; the office may take one as on time, with its reason. What it
//! says stands beside the closed obligation, which stays as it was.

use crate::obligations::ObligationStatus;
use crate::quarter::{chinese_period, last_period_of, with_period_or};
use crate::tabs::tabs;
use axum::response::IntoResponse as _;
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::{VisitMode, Word as _, choices};
use http::StatusCode;
use maud::html;
use registers::{
    Column, Field, Filter, FormValues, Input, Item, LONGEST, List, Member, Questions, Submission,
};
use serde::Deserialize;
use web::extract::{Form, Json, Path};
use web::form::{Errors, outcome};
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, page as frame};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/supervision/late-entries/{id}", OFFICE, entry_page)
        .post("/supervision/late-entries/{id}", OFFICE, submit_acceptance)
        .post(
            "/api/v1/supervision/late-entries/{id}/acceptance",
            OFFICE,
            accept_entry,
        )
        .api(
            "认可一次补录按时；已封存的数字不变",
            ACCEPTANCE.taken().gives_nothing().refuses(&[404, 409]),
        )
}

fn yes_no() -> Vec<(&'static str, &'static str)> {
    vec![("1", "已认可按时"), ("0", "未认可")]
}

pub static LATE_ENTRIES: List = List {
    name: "late-entries",
    title: "补录",
    path: "/supervision/late-entries",
    api: "/api/v1/supervision/late-entries",
    from: "late_entry l",
    id: "l.visit_id",
    town: "l.town",
    nothing: "这个周期封存后没有补录。",
    item: &[
        Member::text("visit_id", "CAST(l.visit_id AS TEXT)").always(),
        Member::text("period", "l.period").always(),
        Member::text("uscc", "l.uscc").always(),
        Member::text("enterprise", "l.enterprise").always(),
        Member::text("town", registers::town_name!("l.town")),
        Member::word(
            "closed_status",
            "l.closed_status",
            choices::<ObligationStatus>,
        )
        .always(),
        Member::date("visited_on", "l.visited_on").always(),
        Member::date("recorded_on", "l.recorded_on").always(),
        Member::text("cadre_no", "l.cadre_no").always(),
        Member::word("mode", "l.mode", choices::<VisitMode>).always(),
        Member::yes_no("is_accepted", "json(iif(l.is_accepted, 'true', 'false'))").always(),
        Member::text("accepted", "iif(l.is_accepted, '已认可按时', '')").always(),
        Member::text("reason", "iif(l.is_accepted, l.reason, NULL)"),
    ],
    filters: &[
        Filter {
            name: "period",
            label: "周期",
            input: Input::Text,
            condition: "l.period = upper({})",
        },
        Filter {
            name: "accepted",
            label: "认可",
            input: Input::Choice(yes_no),
            condition: "l.is_accepted = CAST({} AS INTEGER)",
        },
        Filter::town("l.town IN {towns}"),
    ],
    columns: &[
        Column::link(
            "企业名称",
            "enterprise",
            "/supervision/late-entries/",
            "visit_id",
        )
        .by("l.enterprise"),
        Column::text("镇街", "town").by("l.town"),
        Column::word::<ObligationStatus>("封存时", "closed_status"),
        Column::date("督导日期", "visited_on").by("l.visited_on"),
        Column::date("补录日期", "recorded_on").by("l.recorded_on"),
        Column::text("工号", "cadre_no").by("l.cadre_no"),
        Column::word::<VisitMode>("方式", "mode"),
        Column::text("认可", "accepted"),
    ],
    above: tabs,
    usual: |context, asked| with_period_or(asked, last_period_of(context.today())),
    ..List::PLAIN
};

pub const REASON: Field = Field::text("reason", "认可按时的理由", LONGEST).required();

static ACCEPTANCE: Questions = Questions::of("LateEntryAcceptance", &[REASON]);

#[derive(Deserialize)]
struct LateEntry {
    period: String,
    uscc: String,
    enterprise: String,
    closed_status: ObligationStatus,
    closed_on: NaiveDate,
    visited_on: NaiveDate,
    recorded_on: NaiveDate,
    cadre: String,
    mode: VisitMode,
    is_accepted: i64,
    reason: Option<String>,
}

async fn find_entry(context: &Context, visit_id: &str) -> Result<LateEntry, Problem> {
    let visit_id: i64 = visit_id.parse().map_err(|_| Problem::not_found())?;
    let sql = "SELECT l.period, l.uscc, l.enterprise, l.closed_status, l.closed_on, l.visited_on, l.recorded_on, c.name AS cadre, l.mode,
            coalesce(l.is_accepted, 0) AS is_accepted, l.reason
        FROM late_entry l JOIN cadre c ON c.cadre_no = l.cadre_no WHERE l.visit_id = ?1";
    let entry: Option<LateEntry> = context.store.first(sql, [visit_id.into()]).await?;
    entry.ok_or_else(Problem::not_found)
}

async fn accept_entry(
    context: Context,
    Path(visit_id): Path<String>,
    Json(given): Json<Item>,
) -> Answer {
    write_acceptance(&context, &visit_id, Submission::Document(&given)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Notes that the office takes a late entry as on time.
///
/// # Errors
///
/// 404 where the visit is no late entry; 409 `already_there` where one of this obligation is accepted.
async fn write_acceptance(
    context: &Context,
    visit_id: &str,
    sent: Submission<'_>,
) -> Result<(), Problem> {
    let entry = find_entry(context, visit_id).await?;
    let said = ACCEPTANCE.read(context, sent).await?;
    let sql = "INSERT INTO late_entry_acceptance (period, uscc, visit_id, visited_on, reason, changed_by, changed_at)
        SELECT l.period, l.uscc, l.visit_id, l.visited_on, ?2, ?3, ?4 FROM late_entry l
        WHERE l.visit_id = CAST(?1 AS INTEGER) AND l.period = ?5
        ON CONFLICT (period, uscc) DO NOTHING RETURNING 1";
    let parameters = [
        visit_id.into(),
        said.value(&REASON),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        entry.period.as_str().into(),
    ];
    if context.store.run(sql, parameters).await? == 1 {
        return Ok(());
    }
    Err(Problem::already_there("这家企业这个周期的补录已经认可过"))
}

async fn entry_page(context: Context, Path(visit_id): Path<String>) -> Answer {
    render_entry(&context, &visit_id, &FormValues::new(), &Errors::default()).await
}

async fn render_entry(
    context: &Context,
    visit_id: &str,
    typed: &FormValues,
    errors: &Errors,
) -> Answer {
    let entry = find_entry(context, visit_id).await?;
    let inputs = registers::inputs(context, &[REASON], typed, errors).await?;
    Ok(frame::page(
        context,
        &errors.title("补录"),
        &html! {
            (tabs(context))
            (errors.summary())
            p { a href={ "/supervision/late-entries?period=" (entry.period) } { "补录" } }
            h1 { (entry.enterprise) }
            dl.facts {
                dt { "周期" } dd { (chinese_period(&entry.period)) "，" (chinese(entry.closed_on)) "封存" }
                dt { "封存时" } dd { (entry.closed_status.chinese()) }
                dt { "督导日期" } dd { (chinese(entry.visited_on)) }
                dt { "补录日期" } dd { (chinese(entry.recorded_on)) }
                dt { "督导干部" } dd { (entry.cadre) }
                dt { "方式" } dd { (entry.mode.chinese()) }
                dt { "企业" } dd { a href={ "/enterprises/" (entry.uscc) } { "企业资料" } }
            }
            @if entry.is_accepted != 0 {
                div.panel { p { "已认可按时。理由：" (entry.reason.as_deref().unwrap_or("")) } }
            } @else {
                h2 { "认可按时" }
                p { "补录按逾期计。确有理由的，可以认可为按时；已封存的数字不变，认可和理由记在旁边。" }
                form.stack method="post" { (inputs) button.main { "认可按时" } }
            }
        },
    ))
}

async fn submit_acceptance(
    context: Context,
    Path(visit_id): Path<String>,
    Form(typed): Form<FormValues>,
) -> Answer {
    outcome(
        write_acceptance(&context, &visit_id, Submission::Form(&typed)).await,
        |()| format!("/supervision/late-entries/{}", frame::encode(&visit_id)),
        async |errors| render_entry(&context, &visit_id, &typed, &errors).await,
    )
    .await
}
