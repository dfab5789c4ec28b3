//! 吹哨人: the list that an insider's report stands in, for its handlers alone, and what they are told.

use crate::filing::tidy_code;
use crate::handlers::{called, eligible};
use crate::inbox::due;
use crate::tabs::tabs;
use axum::response::{IntoResponse as _, Redirect};
use chrono::{DateTime, FixedOffset};
use domain::complaint::{Category, ComplaintStatus};
use domain::office_date::{chinese, chinese_time};
use domain::words::Word as _;
use http::StatusCode;
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;
use web::extract::{Form, Json, Path};
use web::respond::json_text;
use web::{Answer, Context, Problem, page};

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "InsiderReport")]
pub struct Item {
    code: String,
    status: ComplaintStatus,
    category: Category,
    received_on: chrono::NaiveDate,
    due: Option<chrono::NaiveDate>,
    waiting: bool,
}

const ITEMS: &str = concat!(
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
    /// What a handler must know of being one.
    ToldHandler {
        ReplacementProposed = "replacement_proposed" "有人提议更换内部举报经办人，您将不再担任。还要由另一个人确认。您如果不知道这件事，请马上向区食药安委主任反映",
        Replaced = "replaced" "您不再是内部举报经办人。您手上的举报仍然由您办理，直到您逐件移交给现任经办人",
        Named = "named" "您是内部举报经办人了。以前收到的举报，由原经办人逐件移交给您",
        Kept = "kept" "内部举报的另一名经办人换了。在办的举报请逐件移交，移交以后由现任的两名经办人办理",
    }
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ToldHandlerOf")]
pub struct Told {
    id: String,
    what: ToldHandler,
    at: DateTime<FixedOffset>,
    proposed_by: String,
    ended_by: Option<String>,
}

/// The list of a handler, and what they must know of being one.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "InsiderReports")]
#[expect(dead_code, reason = "programs read what the page does not show")]
pub struct List {
    items: Vec<Item>,
    next: Option<String>,
    total: u64,
    /// 经办人自己要知道的事
    told: Vec<Told>,
}

pub async fn list_insider_reports(context: Context) -> Answer {
    let account = context.caller()?.account.as_str();
    Ok(json_text(
        context.store.text(ITEMS, [account.into()]).await?,
    ))
}

pub async fn page(context: Context) -> Answer {
    let account = context.caller()?.account.as_str();
    let List { items, told, .. } = context.store.json(ITEMS, [account.into()]).await?;
    let people = eligible(&context).await?;
    let sql = "SELECT 1 FROM insider_handler WHERE account = ?1";
    let mine = !items.is_empty() || context.store.run(sql, [account.into()]).await? > 0;
    Ok(page::page(
        &context,
        "内部举报",
        &html! {
            (tabs(&context))
            h1 { "内部举报" }
            @for told in &told {
                div.panel {
                    p { (told.what.chinese()) "。" }
                    p.note { (chinese_time(told.at)) " · " (called(&people, &told.proposed_by)) " 提议" @if let Some(by) = &told.ended_by { "，" (called(&people, by)) " 确认" } }
                    form method="post" action="/complaints/insider-cases/told" { input type="hidden" name="id" value=(told.id); button.second { "知道了" } }
                }
            }
            @if !mine {
                p { "企业内部人员的举报，只有区食药安办指定的两名经办人能看到。您不是经办人。" }
            } @else if items.is_empty() {
                p { "还没有内部举报。" }
            } @else {
                p.note { "举报人冒着风险。不要在系统以外提起编号和内容，也不要在现场检查时让人猜到线索从哪里来。" }
                div.scroll tabindex="0" role="region" aria-label="内部举报" {
                    table {
                        thead { tr { th scope="col" { "编号" } th scope="col" { "问题" } th scope="col" { "状态" } th scope="col" { "收到" } th scope="col" { "期限" } th scope="col" { "留言" } } }
                        tbody { @for item in &items { tr {
                            td.tight { a href={ "/complaints/cases/" (item.code) } { (item.code) } }
                            td { (item.category.chinese()) }
                            td.tight { (item.status.chinese()) }
                            td.tight { (chinese(item.received_on)) }
                            td.tight { (item.due.map(chinese).unwrap_or_default()) }
                            td { @if item.waiting { "有新留言" } }
                        } } }
                    }
                }
            }
        },
    ))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "InsiderTold")]
pub struct Read {
    id: String,
}

async fn read(context: &Context, id: &str) -> Result<(), Problem> {
    let sql = "UPDATE insider_told SET read_at = coalesce(read_at, ?3) WHERE CAST(id AS TEXT) = ?1 AND account = ?2 RETURNING id";
    let account = context.caller()?.account.as_str();
    let parameters = [id.into(), account.into(), context.at().into()];
    match context.store.run(sql, parameters).await? {
        1 => Ok(()),
        _ => Err(Problem::not_found()),
    }
}

pub async fn read_insider_told(context: Context, Json(told): Json<Read>) -> Answer {
    read(&context, &told.id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub async fn submit_told(context: Context, Form(told): Form<Read>) -> Answer {
    read(&context, &told.id).await?;
    Ok(Redirect::to("/complaints/insider-cases").into_response())
}

/// What was done to an insider's report, and who opened it: the audit, which these alone read.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "InsiderAudit")]
#[expect(dead_code, reason = "programs read what the page does not show")]
pub struct Done {
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

const AUDIT: &str = "SELECT json_object('items', json_group_array(json_object('id', CAST(a.id AS TEXT), 'at', a.at, 'actor', a.actor, 'record', a.record,
        'action', a.action, 'before', json(a.before), 'after', json(a.after))), 'next', NULL, 'total', count(*))
    FROM (SELECT i.* FROM insider_audit i JOIN complaint c ON c.code = i.code AND c.insider WHERE i.code = ?1
        AND EXISTS (SELECT 1 FROM insider_seat s WHERE s.complaint_id = c.id AND s.account = ?2) ORDER BY i.id DESC) a";

async fn audit(context: &Context, code: &str) -> Result<String, Problem> {
    let account = context.caller()?.account.as_str();
    let parameters = [code.into(), account.into()];
    Ok(context.store.text(AUDIT, parameters).await?)
}

/// `GET /api/v1/complaints/{code}/audit`; to everybody else there is nothing.
pub async fn list_insider_report_audit(context: Context, Path(code): Path<String>) -> Answer {
    #[derive(Deserialize)]
    struct Listed {
        total: u64,
    }
    let text = audit(&context, &tidy_code(&code)).await?;
    let listed: Listed = serde_json::from_str(&text).map_err(Problem::internal)?;
    match listed.total {
        0 => Err(Problem::not_found()),
        _ => Ok(json_text(text)),
    }
}

/// Who opened it or did something to it, newest first.
pub async fn done(context: &Context, code: &str) -> Result<Vec<Done>, Problem> {
    #[derive(Deserialize)]
    struct Listed {
        items: Vec<Done>,
    }
    let text = audit(context, code).await?;
    let Listed { items } = serde_json::from_str(&text).map_err(Problem::internal)?;
    Ok(items)
}
