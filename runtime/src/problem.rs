//! What the program itself refuses (RFC 9457, as the functions answer): one constructor for each code.

use crate::response::{Response, text};
use http::{HeaderValue, StatusCode, header};

/// 404: no route has the path.
pub fn not_found() -> Response {
    problem(StatusCode::NOT_FOUND, "not_found", "nothing is here")
}

/// 400: no Host header, several, or one that is no host.
pub fn bad_host() -> Response {
    problem(
        StatusCode::BAD_REQUEST,
        "bad_host",
        "one Host header is needed, and a well-formed one",
    )
}

/// 400: the client did not send the body to its end.
pub fn broken_off() -> Response {
    problem(
        StatusCode::BAD_REQUEST,
        "broken_off",
        "the body was broken off",
    )
}

/// 403: whoever asks for `/metrics` may not read them.
pub fn metrics_forbidden() -> Response {
    problem(
        StatusCode::FORBIDDEN,
        "forbidden",
        "metrics are read on this machine, or with the scheduler's token",
    )
}

/// 405: what the program says of itself is only read.
pub fn method_not_allowed() -> Response {
    problem(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "this is only read",
    )
}

/// 408: the body came more slowly than is waited for.
pub fn too_slow() -> Response {
    problem(
        StatusCode::REQUEST_TIMEOUT,
        "too_slow",
        "the body came too slowly",
    )
}

/// 413: the body is larger than its function takes.
pub fn too_large(limit_mib: u32) -> Response {
    problem(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        &format!("the body is larger than {limit_mib} MiB"),
    )
}

/// 500: the function ended without an answer.
pub fn internal() -> Response {
    problem(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "something went wrong on our side",
    )
}

/// 503: no room for the request now; in a second there may be.
pub fn busy() -> Response {
    let mut response = problem(
        StatusCode::SERVICE_UNAVAILABLE,
        "busy",
        "too many requests at once",
    );
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

/// 504: the request was ended at its deadline.
pub fn timed_out() -> Response {
    problem(
        StatusCode::GATEWAY_TIMEOUT,
        "timed_out",
        "the request took too long and was ended",
    )
}

fn problem(status: StatusCode, code: &str, detail: &str) -> Response {
    let body = serde_json::json!({
        "type": "about:blank",
        "title": status.canonical_reason(),
        "status": status.as_u16(),
        "code": code,
        "detail": detail,
    });
    text(status, "application/problem+json", body.to_string())
}
