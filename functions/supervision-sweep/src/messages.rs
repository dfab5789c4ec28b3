//! 站内消息: what the system has to say to the caller.

use axum::response::{IntoResponse as _, Redirect};
use chrono::{DateTime, FixedOffset};
use domain::office_date::chinese_time;
use domain::words::Role;
use http::StatusCode;
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;
use web::extract::{Path, Query};
use web::paging::Page;
use web::respond::json_text;
use web::{Answer, Caller, Context, Problem, page as frame};

/// Whose messages a caller reads: the kind of recipient, and which of them; none is all of the kind.
pub fn mailbox(caller: &Caller) -> (&'static str, Option<String>) {
    let towns = || Some(serde_json::json!(caller.towns).to_string());
    match caller.role {
        Role::Office => ("office", None),
        Role::Chair => ("committee", None),
        Role::Town => ("town", towns()),
        Role::Station => ("station", towns()),
        Role::Cadre => {
            let own: Vec<&str> = caller.cadre_no.as_deref().into_iter().collect();
            ("cadre", Some(serde_json::json!(own).to_string()))
        }
    }
}

const MINE: &str =
    "recipient_kind = ?1 AND (?2 IS NULL OR recipient IN (SELECT value FROM json_each(?2)))";

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "MessagesAsked")]
pub struct Asked {
    /// The cursor is the last id of the page before; newest come first.
    #[serde(flatten)]
    page: Page,
}

async fn text(context: &Context, asked: &Asked) -> Result<String, Problem> {
    let page = &asked.page;
    let (kind, who) = mailbox(context.caller()?);
    let sql = format!(
        "WITH hit AS (SELECT * FROM message WHERE {MINE} AND (?3 = 0 OR id < ?3) ORDER BY id DESC LIMIT ?4)
         SELECT json_object('items', json_group_array(json_object('id', CAST(id AS TEXT), 'kind', kind, 'title', title, 'text', text, 'path', path,
             'created_at', created_at, 'read_at', read_at)),
             'next', CASE WHEN count(*) = ?4 THEN CAST(min(id) AS TEXT) END, 'total', (SELECT count(*) FROM message WHERE {MINE}),
             'unread', (SELECT count(*) FROM message WHERE {MINE} AND read_at IS NULL)) FROM hit"
    );
    let parameters = [
        kind.into(),
        who.into(),
        page.after()?.into(),
        page.limit()?.into(),
    ];
    Ok(context.store.text(&sql, parameters).await?)
}

pub async fn list_messages(context: Context, Query(asked): Query<Asked>) -> Answer {
    Ok(json_text(text(&context, &asked).await?))
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "Messages")]
pub struct Listed {
    items: Vec<Item>,
    next: Option<String>,
    #[expect(dead_code, reason = "for programs")]
    total: u64,
    unread: u64,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "Message")]
pub struct Item {
    id: String,
    #[expect(dead_code, reason = "for programs")]
    kind: String,
    title: String,
    text: String,
    /// 有关的页面
    #[expect(dead_code, reason = "for programs")]
    path: String,
    created_at: DateTime<FixedOffset>,
    #[schemars(with = "Option<DateTime<FixedOffset>>")]
    read_at: Option<String>,
}

pub async fn page(context: Context, Query(asked): Query<Asked>) -> Answer {
    let list: Listed =
        serde_json::from_str(&text(&context, &asked).await?).map_err(Problem::internal)?;
    Ok(frame::page(
        &context,
        "消息",
        &html! {
            h1 { "消息" }
            @if list.items.is_empty() { p { "还没有消息。" } } @else { p role="status" { "未读 " strong { (list.unread) } " 条" } }
            ul.cards.one {
                @for item in &list.items {
                    li {
                        h2 { a href={ "/messages/" (item.id) } { (item.title) } @if item.read_at.is_none() { " " span.tag { "未读" } } }
                        p { (item.text) }
                        p.hint { (chinese_time(item.created_at)) }
                    }
                }
            }
            @if let Some(next) = &list.next { p.pages { a.second rel="next" href={ "/messages?cursor=" (next) } { "更早的" } } }
        },
    ))
}

/// Marks a message as read, and gives where it leads; 404 for another's.
async fn read(context: &Context, id: &str) -> Result<String, Problem> {
    #[derive(Deserialize)]
    struct Row {
        path: String,
    }
    let id: i64 = id.parse().map_err(|_| Problem::not_found())?;
    let (kind, who) = mailbox(context.caller()?);
    let sql = format!(
        "UPDATE message SET read_at = coalesce(read_at, ?4) WHERE {MINE} AND id = ?3 RETURNING path"
    );
    let parameters = [kind.into(), who.into(), id.into(), context.at().into()];
    let row: Option<Row> = context.store.first(&sql, parameters).await?;
    row.map(|row| row.path).ok_or_else(Problem::not_found)
}

pub async fn open(context: Context, Path(id): Path<String>) -> Answer {
    Ok(Redirect::to(&read(&context, &id).await?).into_response())
}

pub async fn read_message(context: Context, Path(id): Path<String>) -> Answer {
    read(&context, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
