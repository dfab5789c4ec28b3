//! Insiders (吹哨人): the list that their reports stand in, for the handlers of each alone, the audit of a report, and what its
//! handlers are told.

use crate::access::HANDLERS;
use crate::case_number::tidy_case_number;
use crate::handlers::{eligible_accounts, name_of_account};
use crate::inbox::due;
use crate::tabs::tabs;
use axum::response::{IntoResponse as _, Redirect};
use chrono::{DateTime, FixedOffset};
use domain::complaint::{Category, ComplaintStatus};
use domain::office_date::{chinese, chinese_time};
use domain::words::Word as _;
use http::StatusCode;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Deserialize;
use web::api::{ListPage, gives, takes};
use web::extract::{Form, Json, Path};
use web::respond::json_text;
use web::{Answer, Context, Problem, Routes, Token, page};

pub fn routes(routes: Routes) -> Routes {
    let person = HANDLERS.or(Token::Person);
    routes
        .get("/complaints/insider-cases", person, show_insider_reports)
        .post(
            "/complaints/insider-cases/told",
            HANDLERS,
            submit_notice_read,
        )
        .get("/api/v1/complaints/insiders", person, list_insider_reports)
        .api(
            "内部举报；只给办理它的两名经办人。told 是经办人自己要知道的事",
            gives::<InsiderReports>(),
        )
        .post(
            "/api/v1/complaints/insiders/told",
            HANDLERS,
            read_insider_told,
        )
        .api(
            "经办人看过一条通知",
            takes::<HandlerNoticeId>().gives_nothing().refuses(&[404]),
        )
        .get(
            "/api/v1/complaints/{code}/audit",
            person,
            list_insider_report_audit,
        )
        .api(
            "一件内部举报的变更和打开记录；只给办理它的两名经办人",
            gives::<ListPage<InsiderAuditLine>>(),
        )
}

/// A report as the list of its handlers has it.
#[derive(Deserialize, JsonSchema)]
struct InsiderReport {
    code: String,
    status: ComplaintStatus,
    category: Category,
    received_on: chrono::NaiveDate,
    due: Option<chrono::NaiveDate>,
    waiting: bool,
}

/// The [`InsiderReports`] of the account `?1` as JSON.
const REPORTS: &str = concat!(
    "SELECT json_object('items', json_group_array(json_object('code', c.code, 'status', c.status, 'category', c.category,
        'received_on', c.received_on,
        'due', ",
    due!(),
    ",
        'waiting', json(iif((SELECT m.from_office FROM complaint_message m WHERE m.complaint_id = c.id ORDER BY m.id DESC LIMIT 1) = 0, 'true', 'false')))),
        'next', NULL, 'total', count(*),
        'told', json((SELECT json_group_array(json_object('id', CAST(t.id AS TEXT), 'what', t.what, 'at', t.at, 'proposed_by', x.proposed_by,
            'ended_by', iif(x.outcome IS NULL OR t.what = 'replacement_proposed', NULL, x.changed_by)))
            FROM (SELECT * FROM insider_told WHERE account = ?1 AND read_at IS NULL ORDER BY id) t JOIN insider_handler_change x ON x.id = t.change_id)))
    FROM (SELECT * FROM complaint WHERE insider AND id IN (SELECT complaint_id FROM insider_seat WHERE account = ?1)
        ORDER BY closed_on IS NOT NULL, received_at) c"
);

domain::words::words! {
    /// What an account is told of being a handler.
    HandlerNoticeKind {
        ReplacementProposed = "replacement_proposed" "有人提议更换内部举报经办人，您将不再担任。还要由另一个人确认。您如果不知道这件事，请马上向区食药安委主任反映",
        Replaced = "replaced" "您不再是内部举报经办人。您手上的举报仍然由您办理，直到您逐件移交给现任经办人",
        Named = "named" "您是内部举报经办人了。以前收到的举报，由原经办人逐件移交给您",
        Kept = "kept" "内部举报的另一名经办人换了。在办的举报请逐件移交，移交以后由现任的两名经办人办理",
    }
}

/// A notice to an account about its being a handler.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ToldHandlerOf")]
struct HandlerNotice {
    id: String,
    what: HandlerNoticeKind,
    at: DateTime<FixedOffset>,
    proposed_by: String,
    ended_by: Option<String>,
}

/// The reports of a handler, and the notices that they have not read yet.
#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "programs read what the page does not show")]
struct InsiderReports {
    items: Vec<InsiderReport>,
    next: Option<String>,
    total: u64,
    /// 经办人自己要知道的事
    told: Vec<HandlerNotice>,
}

async fn list_insider_reports(context: Context) -> Answer {
    let account = context.caller()?.account.as_str();
    Ok(json_text(
        context.store.text(REPORTS, [account.into()]).await?,
    ))
}

async fn show_insider_reports(context: Context) -> Answer {
    let account = context.caller()?.account.as_str();
    let InsiderReports {
        items: reports,
        told: notices,
        ..
    } = context.store.json(REPORTS, [account.into()]).await?;
    let accounts = eligible_accounts(&context).await?;
    let sql = "SELECT 1 FROM insider_handler WHERE account = ?1";
    let is_handler = !reports.is_empty() || context.store.run(sql, [account.into()]).await? > 0;
    Ok(page::page(
        &context,
        "内部举报",
        &html! {
            (tabs(&context))
            h1 { "内部举报" }
            @for notice in &notices { (notice_part(notice, &accounts)) }
            @if !is_handler {
                p { "企业内部人员的举报，只有指定的两名经办人能看到。您不是经办人。" }
            } @else if reports.is_empty() {
                p { "还没有内部举报。" }
            } @else {
                p.note { "举报人冒着风险。不要在系统以外提起编号和内容，也不要在现场检查时让人猜到线索从哪里来。" }
                (reports_table(&reports))
            }
        },
    ))
}

fn notice_part(notice: &HandlerNotice, accounts: &[(String, String)]) -> Markup {
    let name = |account| name_of_account(accounts, account);
    html! {
        div.panel {
            p { (notice.what.chinese()) "。" }
            p.note { (chinese_time(notice.at)) " · " (name(&notice.proposed_by)) " 提议" @if let Some(by) = &notice.ended_by { "，" (name(by)) " 确认" } }
            form method="post" action="/complaints/insider-cases/told" { input type="hidden" name="id" value=(notice.id); button.second { "知道了" } }
        }
    }
}

fn reports_table(reports: &[InsiderReport]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="内部举报" {
            table {
                thead { tr { th scope="col" { "编号" } th scope="col" { "问题" } th scope="col" { "状态" } th scope="col" { "收到" } th scope="col" { "期限" } th scope="col" { "留言" } } }
                tbody { @for report in reports { tr {
                    td.tight { a href={ "/complaints/cases/" (report.code) } { (report.code) } }
                    td { (report.category.chinese()) }
                    td.tight { (report.status.chinese()) }
                    td.tight { (chinese(report.received_on)) }
                    td.tight { (report.due.map(chinese).unwrap_or_default()) }
                    td { @if report.waiting { "有新留言" } }
                } } }
            }
        }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "InsiderTold")]
struct HandlerNoticeId {
    id: String,
}

async fn mark_notice_read(context: &Context, id: &str) -> Result<(), Problem> {
    let sql = "UPDATE insider_told SET read_at = coalesce(read_at, ?3) WHERE CAST(id AS TEXT) = ?1 AND account = ?2 RETURNING id";
    let account = context.caller()?.account.as_str();
    let parameters = [id.into(), account.into(), context.at().into()];
    match context.store.run(sql, parameters).await? {
        1 => Ok(()),
        _ => Err(Problem::not_found()),
    }
}

async fn read_insider_told(context: Context, Json(notice): Json<HandlerNoticeId>) -> Answer {
    mark_notice_read(&context, &notice.id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn submit_notice_read(context: Context, Form(notice): Form<HandlerNoticeId>) -> Answer {
    mark_notice_read(&context, &notice.id).await?;
    Ok(Redirect::to("/complaints/insider-cases").into_response())
}

/// A change or an opening of an insider's report. Its handlers alone read them.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "InsiderAudit")]
#[expect(dead_code, reason = "programs read what the page does not show")]
pub struct InsiderAuditLine {
    id: String,
    pub at: DateTime<FixedOffset>,
    pub actor: String,
    pub record: String,
    action: String,
    /// 改动以前各栏的内容
    before: Fields,
    /// 改动以后各栏的内容
    after: Fields,
}

type Fields = Option<std::collections::BTreeMap<String, serde_json::Value>>;

/// The audit of the report `?1` as JSON, for its handler `?2`.
const AUDIT: &str = "SELECT json_object('items', json_group_array(json_object('id', CAST(a.id AS TEXT), 'at', a.at, 'actor', a.actor, 'record', a.record,
        'action', a.action, 'before', json(a.before), 'after', json(a.after))), 'next', NULL, 'total', count(*))
    FROM (SELECT i.* FROM insider_audit i JOIN complaint c ON c.code = i.code AND c.insider WHERE i.code = ?1
        AND EXISTS (SELECT 1 FROM insider_seat s WHERE s.complaint_id = c.id AND s.account = ?2) ORDER BY i.id DESC) a";

async fn read_audit(context: &Context, code: &str) -> Result<String, Problem> {
    let account = context.caller()?.account.as_str();
    let parameters = [code.into(), account.into()];
    Ok(context.store.text(AUDIT, parameters).await?)
}

/// `GET /api/v1/complaints/{code}/audit`. Whoever does not handle the report is told that there is none.
async fn list_insider_report_audit(context: Context, Path(code): Path<String>) -> Answer {
    #[derive(Deserialize)]
    struct AuditCount {
        total: u64,
    }
    let text = read_audit(&context, &tidy_case_number(&code)).await?;
    let count: AuditCount = serde_json::from_str(&text).map_err(Problem::internal)?;
    match count.total {
        0 => Err(Problem::not_found()),
        _ => Ok(json_text(text)),
    }
}

/// Who opened the report or changed it, newest first.
pub async fn audit_lines(context: &Context, code: &str) -> Result<Vec<InsiderAuditLine>, Problem> {
    #[derive(Deserialize)]
    struct AuditLines {
        items: Vec<InsiderAuditLine>,
    }
    let text = read_audit(context, code).await?;
    let AuditLines { items } = serde_json::from_str(&text).map_err(Problem::internal)?;
    Ok(items)
}
