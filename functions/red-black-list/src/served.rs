//! Answers that a cache may keep for a second, with an `ETag`.

use crate::publication::Current;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use maud::PreEscaped;
use web::{Answer, Context, Problem, page};

/// Whether the reader has this already. Caches may weaken a tag.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|known| known.to_str().ok())
        .flat_map(|known| known.split(','))
        .any(|known| known.trim().trim_start_matches("W/") == tag)
}

/// Whether the request is anybody's: no session, no choice of letters.
fn is_anybodys(context: &Context) -> bool {
    context.caller.is_none() && !context.large_text
}

fn with_headers(context: &Context, mut response: Response, tag: &str) -> Answer {
    let headers = response.headers_mut();
    let cache = match is_anybodys(context) {
        true => "public, max-age=1",
        false => "private, no-cache",
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("cookie"));
    headers.insert(
        header::ETAG,
        HeaderValue::try_from(tag).map_err(Problem::internal)?,
    );
    Ok(response)
}

/// The tag of what a request gets: pages differ with who reads them and how large.
fn tag(context: &Context, of: &str) -> String {
    let large = if context.large_text { "-large" } else { "" };
    match &context.caller {
        None => format!("\"{of}{large}\""),
        Some(caller) => format!("\"{of}{large}-{}\"", page::encode(&caller.account)),
    }
}

/// What a reader has is what there is, so far as the tag says; else none.
pub fn unchanged(context: &Context, headers: &HeaderMap, of: &str) -> Option<Answer> {
    let tag = tag(context, of);
    is_known(headers, &tag).then(|| {
        let mut response = Response::new("".into());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        with_headers(context, response, &tag)
    })
}

/// A stored page in the frame of this request, under the tag `of`, with whom to call in its foot.
pub fn page(context: &Context, current: &Current, of: &str, title: &str, main: Vec<u8>) -> Answer {
    let main = String::from_utf8(main).map_err(Problem::internal)?;
    let response = page::page_with_foot(context, title, &PreEscaped(main), &current.foot());
    with_headers(context, response, &tag(context, of))
}

/// A stored document that is the same for everybody.
pub fn file(context: &Context, of: &str, kind: &'static str, bytes: Vec<u8>) -> Answer {
    let mut response = Response::new(bytes.into());
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    with_headers(context, response, &tag(context, of))
}
