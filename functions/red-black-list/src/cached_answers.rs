//! Answers that a cache may keep for a second, with an `ETag`.

use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use maud::PreEscaped;
use web::{Answer, Context, Problem, page};

/// Whether the reader has the document of this tag already. Caches may have weakened the tag.
fn is_held_by_reader(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|known| known.to_str().ok())
        .flat_map(|known| known.split(','))
        .any(|known| known.trim().trim_start_matches("W/") == tag)
}

/// Whether everybody gets the same answer to the request: it has no session and asks for no larger text.
fn is_same_for_all(context: &Context) -> bool {
    context.caller.is_none() && !context.large_text
}

/// The response with what caches and readers must know of it.
fn with_headers(context: &Context, mut response: Response, tag: &str) -> Answer {
    let headers = response.headers_mut();
    let cache = match is_same_for_all(context) {
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

/// The tag of a document as this request gets it: pages differ by reader and by size of text.
fn tag(context: &Context, document_tag: &str) -> String {
    let large = if context.large_text { "-large" } else { "" };
    match &context.caller {
        None => format!("\"{document_tag}{large}\""),
        Some(caller) => format!(
            "\"{document_tag}{large}-{}\"",
            page::encode(&caller.account)
        ),
    }
}

/// 304, where the reader has the document of this tag already; none otherwise.
pub fn not_modified(context: &Context, headers: &HeaderMap, document_tag: &str) -> Option<Answer> {
    let tag = tag(context, document_tag);
    is_held_by_reader(headers, &tag).then(|| {
        let mut response = Response::new("".into());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        with_headers(context, response, &tag)
    })
}

/// The answer of a stored page in the frame of this request.
pub fn page_answer(context: &Context, document_tag: &str, title: &str, main: Vec<u8>) -> Answer {
    let main = String::from_utf8(main).map_err(Problem::internal)?;
    let response = page::page(context, title, &PreEscaped(main));
    with_headers(context, response, &tag(context, document_tag))
}

/// The answer of a stored document that is the same for everybody; `kind` is its media type.
pub fn file_answer(
    context: &Context,
    document_tag: &str,
    kind: &'static str,
    bytes: Vec<u8>,
) -> Answer {
    let mut response = Response::new(bytes.into());
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    with_headers(context, response, &tag(context, document_tag))
}
