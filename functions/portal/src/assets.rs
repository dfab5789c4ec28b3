//! The style sheet, the script and the icon that every page uses.

use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use web::extract::Path;
use web::{Answer, Problem, page};

pub async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Answer {
    let (content, kind) = match name.as_str() {
        "style.css" => (page::STYLE, "text/css; charset=utf-8"),
        "script.js" => (page::SCRIPT, "text/javascript; charset=utf-8"),
        "icon.svg" => (page::ICON, "image/svg+xml"),
        _ => return Err(Problem::not_found()),
    };
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    let etag = format!("\"{:016x}\"", hasher.finish());
    let known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let mut response = Response::new(if known { "" } else { content }.into());
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    headers.insert(
        header::ETAG,
        HeaderValue::try_from(etag).map_err(Problem::internal)?,
    );
    Ok(response)
}
