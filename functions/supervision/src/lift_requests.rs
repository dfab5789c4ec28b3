//! 提级包保 (001 §三.1): a town asks for an official of a higher tier, or of the district; the office approves it or says why not.

use crate::backdating::closed_day_error;
use crate::tabs::tabs;
use axum::response::IntoResponse as _;
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::{Level, Tier, Word as _, choices};
use http::StatusCode;
use maud::html;
use registers::{
    Column, Field, Filter, FormValues, Input, Item, LONGEST, List, Member, Questions, Record,
    Submission,
};
use serde::Deserialize;
use web::extract::{Form, Json, Path};
use web::form::{Errors, outcome};
use web::problem::FieldError;
use web::routes::{DESK, OFFICE, Routes};
use web::{Answer, Context, Problem, Token, page as frame};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/supervision/lift-requests/{id}", DESK, request_page)
        .post("/supervision/lift-requests/{id}", OFFICE, submit_answer)
        .post(
            "/api/v1/lift-requests/{id}/answer",
            OFFICE.or(Token::Write),
            answer_request,
        )
        .api(
            "批准提级包保，或者写明理由退回",
            ANSWER.taken().gives_nothing().refuses(&[404, 409]),
        )
}

domain::words::words! {
    /// Where a request stands.
    LiftStatus {
        /// The office has not answered yet.
        Asked = "asked" "等待批准",
        /// It is an assignment.
        Approved = "approved" "已批准",
        /// The office said why not.
        Refused = "refused" "未批准",
    }
}

pub static LIFT_REQUESTS: List = List {
    name: "lift-requests",
    title: "提级包保申请",
    path: "/supervision/lift-requests",
    api: "/api/v1/lift-requests",
    from: "lift_request_ledger r",
    id: "r.id",
    sort: Some("-asked_on"),
    town: "r.town",
    nothing: "没有提级包保申请。镇街把企业交给更高层级的干部时，在企业的包保关系页面上申请。",
    item: &[
        Member::text("id", "CAST(r.id AS TEXT)").always(),
        Member::text("uscc", "r.uscc").always(),
        Member::text("enterprise", "r.enterprise").always(),
        Member::text("town", registers::town_name!("r.town")),
        Member::word("level", "r.level", choices::<Level>),
        Member::text("cadre_no", "r.cadre_no").always(),
        Member::text("post_no", "r.post_no").always(),
        Member::text("cadre", "r.cadre").always(),
        Member::word("tier", "r.tier", choices::<Tier>).always(),
        Member::date("starts_on", "r.starts_on").always(),
        Member::text("reason", "r.reason").always(),
        Member::date("asked_on", "r.asked_on").always(),
        Member::word("status", "r.status", choices::<LiftStatus>).always(),
        Member::text("answer", "r.answer"),
        Member::whole("version", "r.version").always(),
    ],
    filters: &[
        Filter {
            name: "status",
            label: "情况",
            input: Input::Choice(choices::<LiftStatus>),
            condition: "r.status = {}",
        },
        Filter::town("r.town IN {towns}"),
    ],
    columns: &[
        Column::link(
            "企业名称",
            "enterprise",
            "/supervision/lift-requests/",
            "id",
        )
        .by("r.enterprise"),
        Column::text("镇街", "town").by("r.town"),
        Column::word::<Level>("包保级别", "level").by("r.level"),
        Column::text("包保干部", "cadre").by("r.cadre"),
        Column::word::<Tier>("层级", "tier").by("r.tier"),
        Column::date("申请日期", "asked_on").by("r.asked_on"),
        Column::word::<LiftStatus>("情况", "status").by("r.status"),
    ],
    above: tabs,
    ..List::PLAIN
};

/// Asks the office for an official of a higher tier, and gives the number of the request. Asked again while it waits it is the same one.
pub async fn insert_request(
    context: &Context,
    new: &Record,
    post_no: &str,
    replaces: Option<i64>,
) -> Result<String, Problem> {
    #[derive(Deserialize)]
    struct RequestId {
        id: String,
    }
    let sql = "INSERT INTO lift_request (uscc, post_no, starts_on, replaces, reason, asked_by, asked_on, changed_by, changed_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6, ?8)
        ON CONFLICT (uscc, post_no) WHERE status = 'asked' DO UPDATE SET starts_on = excluded.starts_on, replaces = excluded.replaces,
            reason = excluded.reason, version = lift_request.version + 1, changed_by = excluded.changed_by, changed_at = excluded.changed_at
        RETURNING CAST(id AS TEXT) AS id";
    let parameters = [
        new.value(&crate::assigning::USCC),
        post_no.into(),
        new.value(&crate::assigning::STARTS_ON),
        replaces.into(),
        new.value(&crate::assigning::REASON),
        context.caller()?.account.as_str().into(),
        context.today().to_string().into(),
        context.at().into(),
    ];
    let inserted: Option<RequestId> = context.store.first(sql, parameters).await?;
    inserted.map(|row| row.id).ok_or_else(Problem::not_found)
}

const DECISION: Field = Field::word::<Decision>("decision", "答复").required();
const STARTS_ON: Field =
    Field::any_day("starts_on", "从哪天起").hint("不写则从申请的日子起；已经过去的，从今天起");
const REPLY: Field = Field::text("answer", "不批准的理由", LONGEST);
const VERSION: Field = Field::version();

domain::words::words! {
    /// What the office says to a request.
    Decision {
        /// The official answers for the business from the day on.
        Approve = "approve" "批准",
        /// It stays as it is.
        Refuse = "refuse" "不批准",
    }
}

static ANSWER: Questions =
    Questions::of("LiftRequestAnswer", &[DECISION, STARTS_ON, REPLY, VERSION]);

#[derive(Deserialize)]
struct LiftRequest {
    uscc: String,
    enterprise: String,
    town: Option<String>,
    level: Option<Level>,
    cadre: String,
    cadre_no: String,
    title: Option<String>,
    tier: Tier,
    post_starts_on: Option<NaiveDate>,
    post_ends_on: Option<NaiveDate>,
    starts_on: NaiveDate,
    /// Who answers for the business until then.
    replaced: Option<String>,
    replaced_from: Option<NaiveDate>,
    reason: String,
    asked_on: NaiveDate,
    status: LiftStatus,
    answer: Option<String>,
    version: i64,
}

async fn find_request(context: &Context, id: &str) -> Result<LiftRequest, Problem> {
    let id: i64 = id.parse().map_err(|_| Problem::not_found())?;
    let sql = concat!(
        "SELECT r.uscc, r.enterprise, ",
        registers::town_name!("r.town"),
        " AS town, r.level, r.cadre, r.cadre_no, r.title, r.tier, r.post_starts_on, r.post_ends_on, r.starts_on, a.cadre AS replaced,
            a.starts_on AS replaced_from, r.reason, r.asked_on, r.status, r.answer, r.version
        FROM lift_request_ledger r LEFT JOIN assignment_of_post a ON a.id = r.replaces
        WHERE r.id = ?1 AND (?2 IS NULL OR r.town IN (SELECT value FROM json_each(?2)))"
    );
    let parameters = [id.into(), context.caller()?.only_towns_json().into()];
    let request: Option<LiftRequest> = context.store.first(sql, parameters).await?;
    request.ok_or_else(Problem::not_found)
}

async fn answer_request(
    context: Context,
    Path(id): Path<String>,
    Json(given): Json<Item>,
) -> Answer {
    write_answer(&context, &id, Submission::Document(&given)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What keeps a request from being approved from a day on.
fn approval_error(request: &LiftRequest, starts_on: NaiveDate) -> Option<FieldError> {
    let reason = if request
        .post_ends_on
        .is_some_and(|ends_on| ends_on < starts_on)
    {
        "这名干部已经离任或者调动，请退回"
    } else if request.post_starts_on.is_some_and(|from| from > starts_on) {
        "这名干部的岗位到这天还没有开始"
    } else if request.replaced_from.is_some_and(|from| from >= starts_on) {
        "应晚于现在这条包保关系的起始日期"
    } else {
        return None;
    };
    Some(FieldError::new(
        STARTS_ON.column,
        starts_on.to_string(),
        reason,
    ))
}

/// Approves a request, with which the assignment is made (a trigger), or refuses it.
///
/// # Errors
///
/// 404 where there is none in the towns of the caller; 422 where a refusal has no reason or the day cannot be; 409 `changed_meanwhile` where it
/// is answered already, is at another version, or its business has closed or got the official otherwise.
async fn write_answer(context: &Context, id: &str, sent: Submission<'_>) -> Result<(), Problem> {
    let request = find_request(context, id).await?;
    let said = ANSWER.read(context, sent).await?;
    let approves = said.word::<Decision>(&DECISION) == Some(Decision::Approve);
    let starts_on = said
        .day(&STARTS_ON)
        .unwrap_or_else(|| request.starts_on.max(context.today()));
    let mut errors = Vec::new();
    if approves {
        errors.extend(approval_error(&request, starts_on));
        errors.extend(closed_day_error(context, &said, &STARTS_ON, Some(starts_on)).await?);
    } else if said.text(&REPLY).is_none() {
        errors.push(FieldError::new(REPLY.column, "", "请写明不批准的理由"));
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let sql = "UPDATE lift_request SET status = ?2, answer = ?3, starts_on = iif(?2 = 'approved', ?4, starts_on),
            version = version + 1, changed_by = ?6, changed_at = ?7
        WHERE id = CAST(?1 AS INTEGER) AND status = 'asked' AND (?5 IS NULL OR version = ?5)
            AND (?2 <> 'approved' OR EXISTS (SELECT 1 FROM enterprise_in_business e WHERE e.uscc = lift_request.uscc)
                AND NOT EXISTS (SELECT 1 FROM assignment a JOIN post p ON p.cadre_no = a.cadre_no
                    WHERE p.post_no = lift_request.post_no AND a.uscc = lift_request.uscc AND (a.ends_on IS NULL OR a.ends_on >= ?4)))
        RETURNING 1";
    let status = if approves {
        LiftStatus::Approved
    } else {
        LiftStatus::Refused
    };
    let parameters = [
        id.into(),
        status.code().into(),
        said.value(&REPLY),
        starts_on.to_string().into(),
        said.value(&VERSION),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    if context.store.run(sql, parameters).await? == 1 {
        return Ok(());
    }
    let now = serde_json::json!({"status": request.status, "version": request.version});
    Err(Problem::changed_meanwhile("这条申请已经有了变化", now))
}

async fn request_page(context: Context, Path(id): Path<String>) -> Answer {
    render_request(&context, &id, &FormValues::new(), &Errors::default()).await
}

async fn render_request(
    context: &Context,
    id: &str,
    typed: &FormValues,
    errors: &Errors,
) -> Answer {
    let request = find_request(context, id).await?;
    let may_answer = OFFICE.admits(context.caller.as_ref()) && request.status == LiftStatus::Asked;
    let inputs = registers::inputs(context, &[DECISION, STARTS_ON, REPLY], typed, errors).await?;
    Ok(frame::page(
        context,
        &errors.title("提级包保申请"),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { "提级包保申请" }
            dl.facts {
                dt { "企业" } dd { a href={ "/supervision/assignments/" (request.uscc) } { (request.enterprise) } }
                dt { "镇街" } dd { (request.town.as_deref().unwrap_or("未登记")) }
                dt { "包保级别" } dd { (request.level.map_or("未定", Level::chinese)) }
                dt { "申请由谁包保" } dd {
                    (request.cadre) "（" (request.cadre_no) "，" @if let Some(title) = &request.title { (title) "，" } (request.tier.chinese()) "）"
                }
                @if let Some(replaced) = &request.replaced { dt { "接替" } dd { (replaced) } }
                dt { "从哪天起" } dd { (chinese(request.starts_on)) }
                dt { "原因" } dd { (request.reason) }
                dt { "申请日期" } dd { (chinese(request.asked_on)) }
                dt { "情况" } dd { (request.status.chinese()) @if let Some(answer) = &request.answer { "：" (answer) } }
            }
            @if may_answer {
                h2 { "答复" }
                form.stack method="post" {
                    input type="hidden" name="version" value=(request.version);
                    (inputs)
                    button.main { "确定" }
                }
            }
        },
    ))
}

async fn submit_answer(
    context: Context,
    Path(id): Path<String>,
    Form(typed): Form<FormValues>,
) -> Answer {
    outcome(
        write_answer(&context, &id, Submission::Form(&typed)).await,
        |()| format!("/supervision/lift-requests/{id}"),
        async |errors| render_request(&context, &id, &typed, &errors).await,
    )
    .await
}
