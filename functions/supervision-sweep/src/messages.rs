//! 站内消息: the messages of the system to the caller.

use crate::ADDRESSED;
use crate::message_text::{PAPER, PaperMessage};
use axum::response::{IntoResponse as _, Redirect};
use chrono::{DateTime, FixedOffset};
use domain::office_date::chinese_time;
use domain::words::Role;
use http::StatusCode;
use maud::html;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::api::{asks, gives_nothing};
use web::extract::{Path, Query};
use web::paging::Page;
use web::routes::Routes;
use web::{Answer, Caller, Context, Problem, Token, page as frame};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/messages", ADDRESSED, messages_page)
        .get("/messages/{id}", ADDRESSED.or(Token::Person), open_message)
        .get("/api/v1/messages", ADDRESSED, list_messages)
        .api(
            "站内消息，新的在前",
            asks::<MessagesQuery>().gives::<MessageList>(),
        )
        .post(
            "/api/v1/messages/{id}/read",
            ADDRESSED.or(Token::Write),
            read_message,
        )
        .api("标为已读", gives_nothing())
}

/// The messages that a caller reads: the kind of recipient, and a JSON array of which of them; none stands for all of the kind.
pub fn mailbox(caller: &Caller) -> (&'static str, Option<String>) {
    let towns = || Some(serde_json::json!(caller.towns).to_string());
    match caller.role {
        Role::Office => ("office", None),
        Role::Chair => ("committee", None),
        Role::Bureau | Role::Department => ("department", Some(caller.addressed_as())),
        // What is written to a town is its office's to read.
        Role::TownChair => ("town_committee", towns()),
        Role::Town => ("town", towns()),
        Role::Station => ("station", towns()),
        Role::Cadre => {
            let own: Vec<&str> = caller.cadre_no.as_deref().into_iter().collect();
            ("cadre", Some(serde_json::json!(own).to_string()))
        }
    }
}

/// The messages of a mailbox: ?1 the kind of recipient, ?2 which of them.
const IN_MAILBOX: &str =
    "recipient_kind = ?1 AND (?2 IS NULL OR recipient IN (SELECT value FROM json_each(?2)))";

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "MessagesAsked")]
struct MessagesQuery {
    /// The cursor is the id of the last message of the page before.
    #[serde(flatten)]
    page: Page,
}

/// The messages of the caller, the newest first.
async fn find_messages(context: &Context, query: &MessagesQuery) -> Result<MessageList, Problem> {
    let page = &query.page;
    let (kind, who) = mailbox(context.caller()?);
    let sql = format!(
        "WITH hit AS (SELECT * FROM message WHERE {IN_MAILBOX} AND (?3 = 0 OR id < ?3) ORDER BY id DESC LIMIT ?4)
         SELECT json_object('items', json_group_array(json_object('id', CAST(m.id AS TEXT), 'kind', m.kind, 'title', m.title, 'text', m.text, 'paper', {PAPER}, 'path', m.path,
             'created_at', m.created_at, 'read_at', m.read_at)),
             'next', CASE WHEN count(*) = ?4 THEN CAST(min(m.id) AS TEXT) END, 'total', (SELECT count(*) FROM message WHERE {IN_MAILBOX}),
             'unread', (SELECT count(*) FROM message WHERE {IN_MAILBOX} AND read_at IS NULL)) FROM hit m"
    );
    let parameters = [
        kind.into(),
        who.into(),
        page.after()?.into(),
        page.limit()?.into(),
    ];
    let mut list: MessageList = context.store.json(&sql, parameters).await?;
    for message in &mut list.items {
        if let Some(paper) = message.paper.take() {
            message.text = paper.text();
        }
    }
    Ok(list)
}

async fn list_messages(context: Context, Query(query): Query<MessagesQuery>) -> Answer {
    Ok(axum::Json(find_messages(&context, &query).await?).into_response())
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Messages")]
struct MessageList {
    items: Vec<MessageLine>,
    next: Option<String>,
    total: u64,
    unread: u64,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Message")]
struct MessageLine {
    id: String,
    kind: String,
    title: String,
    text: String,
    /// What the text is made of; none where it is kept as it stands.
    #[serde(skip_serializing)]
    #[schemars(skip)]
    paper: Option<PaperMessage>,
    /// 有关的页面
    path: String,
    created_at: DateTime<FixedOffset>,
    #[schemars(with = "Option<DateTime<FixedOffset>>")]
    read_at: Option<String>,
}

async fn messages_page(context: Context, Query(query): Query<MessagesQuery>) -> Answer {
    let list = find_messages(&context, &query).await?;
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
async fn mark_read(context: &Context, id: &str) -> Result<String, Problem> {
    #[derive(Deserialize)]
    struct MessagePath {
        path: String,
    }
    let id: i64 = id.parse().map_err(|_| Problem::not_found())?;
    let (kind, who) = mailbox(context.caller()?);
    let sql = format!(
        "UPDATE message SET read_at = coalesce(read_at, ?4) WHERE {IN_MAILBOX} AND id = ?3 RETURNING path"
    );
    let parameters = [kind.into(), who.into(), id.into(), context.at().into()];
    let message: Option<MessagePath> = context.store.first(&sql, parameters).await?;
    message
        .map(|message| message.path)
        .ok_or_else(Problem::not_found)
}

async fn open_message(context: Context, Path(id): Path<String>) -> Answer {
    Ok(Redirect::to(&mark_read(&context, &id).await?).into_response())
}

async fn read_message(context: Context, Path(id): Path<String>) -> Answer {
    mark_read(&context, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
