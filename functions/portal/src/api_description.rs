//! The description of the API, one document for all functions, and a page that shows it.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, header};
use maud::html;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use web::routes::{Routes, Who};
use web::scope::Scope;
use web::{Answer, Context, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/api", Who::Everybody, page)
        .get("/api/openapi.json", Who::Everybody, document)
}

/// The description (OpenAPI 3.1), made of what the routes of all functions declare; a test compares it with them and renews it.
const DOCUMENT: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));

async fn document() -> Answer {
    let mut response: Response = DOCUMENT.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    Ok(response)
}

#[derive(Deserialize)]
struct Description {
    paths: BTreeMap<String, BTreeMap<String, Operation>>,
}

#[derive(Deserialize)]
struct Operation {
    #[serde(default)]
    tags: Vec<String>,
    summary: String,
    #[serde(rename = "x-who")]
    who: String,
    /// The code of what a token needs.
    #[serde(rename = "x-token")]
    token: String,
}

/// Parsed once an instance; it is the same for everybody.
static OPERATIONS: LazyLock<Vec<(String, String, Operation)>> = LazyLock::new(|| {
    let description: Description = serde_json::from_str(DOCUMENT).unwrap_or(Description {
        paths: BTreeMap::new(),
    });
    let mut operations: Vec<_> = description
        .paths
        .into_iter()
        .flat_map(|(path, methods)| {
            methods
                .into_iter()
                .map(move |(method, operation)| (path.clone(), method.to_uppercase(), operation))
        })
        .collect();
    operations.sort_by(|a, b| (&a.2.tags, &a.0, &a.1).cmp(&(&b.2.tags, &b.0, &b.1)));
    operations
});

async fn page(context: Context) -> Answer {
    Ok(page::page(
        &context,
        "数据接口说明",
        &html! {
            h1 { "数据接口说明" }
            p { "完整的说明是一份 OpenAPI 3.1 文档：" a href="/api/openapi.json" { "openapi.json" } "。出错时按 RFC 9457 返回 " span.code { "application/problem+json" } "。" }
            div.scroll tabindex="0" role="region" aria-label="接口" {
                table {
                    thead { tr { th scope="col" { "类别" } th scope="col" { "方法" } th scope="col" { "地址" } th scope="col" { "作用" } th scope="col" { "谁可以用" } th scope="col" { "令牌要有" } } }
                    tbody {
                        @for (path, method, operation) in OPERATIONS.iter() {
                            tr {
                                td.tight { (operation.tags.join("、")) }
                                td.code { (method) }
                                td.code { (path) }
                                td { (operation.summary) }
                                td { (callers(&operation.who)) }
                                td { (token_need(&operation.token)) }
                            }
                        }
                    }
                }
            }
        },
    ))
}

fn token_need(code: &str) -> String {
    match code {
        "nothing" => "—".to_owned(),
        "person" => "须本人登录".to_owned(),
        scope => Scope::from_code(scope).map_or_else(|| scope.to_owned(), Scope::chinese),
    }
}

fn callers(code: &str) -> String {
    match code {
        "everybody" => "任何人".to_owned(),
        "signed_in" => "已登录的人".to_owned(),
        "scheduler" => "定时任务".to_owned(),
        roles => roles
            .split(' ')
            .filter_map(<domain::words::Role as domain::words::Word>::read)
            .map(domain::words::Word::chinese)
            .collect::<Vec<_>>()
            .join("、"),
    }
}
