//! The style sheet, the script and the icon that every page uses, and the style sheet of official papers.

use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::LazyLock;
use web::extract::Path;
use web::routes::{Routes, Who};
use web::{Answer, Problem, page};

struct Asset {
    content: &'static str,
    kind: &'static str,
    etag: String,
}

impl Asset {
    fn new(content: &'static str, kind: &'static str) -> Self {
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        let etag = format!("\"{:016x}\"", hasher.finish());
        Self {
            content,
            kind,
            etag,
        }
    }
}

static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new(page::STYLE, "text/css; charset=utf-8"));
static PAPER_STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new(&papers::STYLE, "text/css; charset=utf-8"));
static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new(page::SCRIPT, "text/javascript; charset=utf-8"));
static ICON: LazyLock<Asset> = LazyLock::new(|| Asset::new(page::ICON, "image/svg+xml"));

pub fn routes(routes: Routes) -> Routes {
    routes.get_prepared("/assets/{name}", Who::Everybody, asset)
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Answer {
    let asset: &Asset = match name.as_str() {
        "style.css" => &STYLE,
        "paper.css" => &PAPER_STYLE,
        "script.js" => &SCRIPT,
        "icon.svg" => &ICON,
        _ => return Err(Problem::not_found()),
    };
    let is_held_by_reader = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|held| held.as_bytes() == asset.etag.as_bytes());
    let mut response = Response::new(if is_held_by_reader { "" } else { asset.content }.into());
    if is_held_by_reader {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    headers.insert(
        header::ETAG,
        HeaderValue::try_from(&asset.etag).map_err(Problem::internal)?,
    );
    Ok(response)
}
