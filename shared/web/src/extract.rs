//! What handlers read of a request. What cannot be read is a problem that names the field.

use crate::problem::{FieldError, Problem};
use crate::upload;
use axum::extract::{FromRequest, FromRequestParts, Request};
use http::header;
use http::request::Parts;
use serde::de::DeserializeOwned;

/// The most that a form or a JSON document may have.
const DOCUMENT: usize = 1 << 20;

/// A segment of the path.
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Path::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(|_| Problem::not_found())
    }
}

/// The query string.
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Query::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|error| Problem::unreadable(error.body_text()))
    }
}

/// A JSON document. Unknown fields are the type's to refuse (`deny_unknown_fields`).
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_json(&request) {
            return Err(not_json());
        }
        let bytes = upload::whole(request.into_body(), DOCUMENT).await?;
        parse_json(&bytes).map(Self)
    }
}

/// A JSON document that may be left out: then its default.
pub struct OptionalJson<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for OptionalJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let is_json = is_json(&request);
        let bytes = upload::whole(request.into_body(), DOCUMENT).await?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        if !is_json {
            return Err(not_json());
        }
        parse_json(&bytes).map(Self)
    }
}

fn is_json(request: &Request) -> bool {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let kind = kind
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    kind == "application/json" || kind.ends_with("+json")
}

fn not_json() -> Problem {
    Problem::unsupported("请求内容应为 application/json")
}

/// Reads JSON: 400 for what is no JSON, 422 for what does not fit.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        use serde_json::error::Category;
        match error.classify() {
            Category::Data => {
                let text = error.to_string();
                // serde names the field between backticks: unknown field `x`, missing field `y`.
                let field = text.split('`').nth(1).unwrap_or("").to_owned();
                Problem::invalid(vec![FieldError::new(&field, "", text)])
            }
            Category::Io | Category::Syntax | Category::Eof => {
                Problem::unreadable(format!("不是有效的 JSON：{error}"))
            }
        }
    })
}

/// A form that a page sent.
pub struct Form<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = upload::whole(body, DOCUMENT).await?;
        let request = Request::from_parts(parts, bytes.into());
        axum::extract::Form::from_request(request, state)
            .await
            .map(|axum::extract::Form(value)| Self(value))
            .map_err(|error| Problem::unreadable(error.body_text()))
    }
}
