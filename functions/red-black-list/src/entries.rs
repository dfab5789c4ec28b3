//! One entry: its page, the sheet to hang up, the QR code, the badge. After its end there is nothing but that it is over.

use crate::content::Entry;
use crate::publication::{Current, current, entry_page, signed};
use crate::served;
use axum::response::{IntoResponse as _, Response};
use domain::words::Role;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use maud::html;
use transparency::{FORMAT, entry_pages};
use web::extract::Path;
use web::{Answer, Code, Context, Problem, page};

/// What stands in the generation that holds; `Gone` where it did once.
enum Found {
    Stands(Box<Entry>),
    Gone,
}

async fn find(context: &Context, id: &str) -> Result<(Current, Found), Problem> {
    let current = current(context, "").await?;
    let sql = "SELECT coalesce((SELECT CASE WHEN gone_seq IS NULL OR gone_seq > ?2 THEN json_set(content, '$.seq', seq, '$.salt', salt) ELSE 'true' END
        FROM list_entry WHERE case_id = ?1 AND seq <= ?2 ORDER BY seq DESC LIMIT 1), 'null')";
    let text = context
        .store
        .text(sql, [id.into(), signed(current.size).into()])
        .await?;
    let found = match text.as_str() {
        "null" => return Err(Problem::not_found()),
        "true" => Found::Gone,
        text => Found::Stands(serde_json::from_str(text).map_err(Problem::internal)?),
    };
    Ok((current, found))
}

fn is_office(context: &Context) -> bool {
    context
        .caller
        .as_ref()
        .is_some_and(|caller| caller.role == Role::Office)
}

/// 410: whoever was listed is no longer named.
fn gone(context: &Context, id: &str) -> Response {
    let mut response = page::page(
        context,
        "这一条已经结束",
        &html! {
            h1 { "这一条公布已经结束" }
            p { "它已经到期、信用修复或者撤回，不再公开。" }
            p { a href="/lists" { "看现在公布的名单" } }
            @if is_office(context) { p { a href={ "/lists/cases/" (id) } { "办理记录（工作人员）" } } }
        },
    );
    *response.status_mut() = StatusCode::GONE;
    response
}

pub async fn show(context: Context, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    for _ in 0..3 {
        let (current, found) = find(&context, &id).await?;
        let Found::Stands(standing) = found else {
            return Ok(gone(&context, &id));
        };
        let tag = current.page_tag(&format!("e{FORMAT}-{}", standing.seq));
        if let Some(answer) = served::unchanged(&context, &headers, &tag) {
            return answer;
        }
        if let Some(bytes) = entry_page(standing.seq).await? {
            return served::page(&context, &current, &tag, &standing.content.name, bytes);
        }
    }
    Err(Problem::internal("an entry without its page"))
}

/// 公示单: to print and hang up, with the QR code that leads to the page and the head of the log.
pub async fn sheet(context: Context, Path(id): Path<String>) -> Answer {
    let (current, found) = find(&context, &id).await?;
    let Found::Stands(standing) = found else {
        return Ok(gone(&context, &id));
    };
    Ok(page::page_with_foot(
        &context,
        &entry_pages::sheet_title(&standing),
        &entry_pages::sheet(&current.edition, &standing),
        &current.foot(),
    ))
}

fn picture(status: StatusCode, svg: String) -> Response {
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
    // Shown on the shop's own site.
    headers.insert(
        http::HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    response
}

pub async fn qr(context: Context, Path(id): Path<String>) -> Answer {
    let (current, found) = find(&context, &id).await?;
    if matches!(found, Found::Gone) {
        return Err(Problem::new(Code::EntryEnded, "这一条公布已经结束"));
    }
    let svg = entry_pages::qr(&current.edition, &id).map_err(Problem::internal)?;
    Ok(picture(StatusCode::OK, svg))
}

/// A badge says that a business is on the red list now, and nothing else: not that it is on the black one.
pub async fn badge(context: Context, Path(file): Path<String>) -> Answer {
    let uscc: domain::Uscc = file
        .strip_suffix(".svg")
        .and_then(|uscc| uscc.parse().ok())
        .ok_or_else(Problem::not_found)?;
    let current = current(&context, "").await?;
    let sql = "SELECT coalesce((SELECT content ->> '$.until' FROM list_entry
        WHERE uscc = ?1 AND list = 'red' AND seq <= ?2 AND (gone_seq IS NULL OR gone_seq > ?2)), '')";
    let until = context
        .store
        .text(sql, [uscc.as_str().into(), signed(current.size).into()])
        .await?;
    let until = until.parse::<chrono::NaiveDate>().ok();
    let status = match until {
        Some(_) => StatusCode::OK,
        None => StatusCode::NOT_FOUND,
    };
    let badge = transparency::badge::badge(&current.edition, until);
    Ok(picture(status, badge.into_string()))
}
