//! One entry for the public: its page, the sheet to hang up, the QR code, the badge. After its end the answer says only that it is over.

use crate::cached_answers::{not_modified, page_answer};
use crate::generation::{CurrentGeneration, current_generation, read_entry_page, sql_number};
use axum::response::{IntoResponse as _, Response};
use domain::words::Role;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use maud::html;
use transparency::{Entry, FORMAT, entry_pages};
use web::extract::Path;
use web::routes::{Routes, Who};
use web::{Answer, Context, Problem, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get_prepared("/lists/entries/{id}", Who::Everybody, show)
        .get_prepared("/lists/entries/{id}/sheet", Who::Everybody, sheet)
        .get_prepared("/lists/entries/{id}/qr.svg", Who::Everybody, qr_code)
        .get_prepared("/lists/badge/{file}", Who::Everybody, badge)
}

/// An entry in the generation that holds.
enum EntryState {
    Published(Box<Entry>),
    /// It was published once.
    Ended,
}

async fn find_entry(
    context: &Context,
    id: &str,
) -> Result<(CurrentGeneration, EntryState), Problem> {
    let current = current_generation(context, "").await?;
    let sql = "SELECT coalesce((SELECT CASE WHEN gone_seq IS NULL OR gone_seq > ?2 THEN json_set(content, '$.seq', seq, '$.salt', salt) ELSE 'true' END
        FROM list_entry WHERE case_id = ?1 AND seq <= ?2 ORDER BY seq DESC LIMIT 1), 'null')";
    let text = context
        .store
        .text(sql, [id.into(), sql_number(current.size).into()])
        .await?;
    let state = match text.as_str() {
        "null" => return Err(Problem::not_found()),
        "true" => EntryState::Ended,
        text => EntryState::Published(serde_json::from_str(text).map_err(Problem::internal)?),
    };
    Ok((current, state))
}

/// 410: whoever was listed is no longer named. The office is led to the case.
fn ended_page(context: &Context, id: &str) -> Response {
    let is_office = context
        .caller
        .as_ref()
        .is_some_and(|caller| caller.role == Role::Office);
    let mut response = page::page(
        context,
        "这一条已经结束",
        &html! {
            h1 { "这一条公布已经结束" }
            p { "它已经到期、信用修复或者撤回，不再公开。" }
            p { a href="/lists" { "看现在公布的名单" } }
            @if is_office { p { a href={ "/lists/cases/" (id) } { "办理记录（工作人员）" } } }
        },
    );
    *response.status_mut() = StatusCode::GONE;
    response
}

/// The page of an entry; tried again where its page was cleared away between two steps.
async fn show(context: Context, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    for _ in 0..3 {
        let (current, state) = find_entry(&context, &id).await?;
        let EntryState::Published(entry) = state else {
            return Ok(ended_page(&context, &id));
        };
        let tag = current.page_tag(&format!("e{FORMAT}-{}", entry.seq));
        if let Some(answer) = not_modified(&context, &headers, &tag) {
            return answer;
        }
        if let Some(bytes) = read_entry_page(entry.seq).await? {
            return page_answer(&context, &tag, &entry.content.name, bytes);
        }
    }
    Err(Problem::internal("an entry without its page"))
}

/// 公示单: to print and hang up, with the QR code that leads to the page and the head of the log.
async fn sheet(context: Context, Path(id): Path<String>) -> Answer {
    let (current, state) = find_entry(&context, &id).await?;
    let EntryState::Published(entry) = state else {
        return Ok(ended_page(&context, &id));
    };
    Ok(page::page(
        &context,
        &entry_pages::sheet_title(&entry),
        &entry_pages::sheet(&current.edition, &entry),
    ))
}

/// A picture that other sites may show.
fn svg_answer(status: StatusCode, svg: String) -> Response {
    let mut response = (status, svg).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("image/svg+xml"),
    );
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=1"),
    );
    // Shops show it on their own sites.
    headers.insert(
        http::HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    response
}

async fn qr_code(context: Context, Path(id): Path<String>) -> Answer {
    let (current, state) = find_entry(&context, &id).await?;
    if matches!(state, EntryState::Ended) {
        return Err(Problem::entry_ended("这一条公布已经结束"));
    }
    let svg = entry_pages::qr(&current.edition, &id).map_err(Problem::internal)?;
    Ok(svg_answer(StatusCode::OK, svg))
}

/// A badge says whether a business is on the red list now, and nothing else: not that it is on the black one.
async fn badge(context: Context, Path(file): Path<String>) -> Answer {
    let typed = file.strip_suffix(".svg").ok_or_else(Problem::not_found)?;
    let uscc = registers::enterprises::find_number(&context.store, typed).await?;
    let current = current_generation(&context, "").await?;
    let sql = "SELECT coalesce((SELECT content ->> '$.until' FROM list_entry
        WHERE uscc = ?1 AND list = 'red' AND seq <= ?2 AND (gone_seq IS NULL OR gone_seq > ?2)), '')";
    let until = context
        .store
        .text(sql, [uscc.as_str().into(), sql_number(current.size).into()])
        .await?;
    let until = until.parse::<chrono::NaiveDate>().ok();
    let status = match until {
        Some(_) => StatusCode::OK,
        None => StatusCode::NOT_FOUND,
    };
    let badge = transparency::badge::badge(&current.edition, until);
    Ok(svg_answer(status, badge.into_string()))
}
