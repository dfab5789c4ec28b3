//! Cookies that a function sets: HttpOnly, never sent along by other sites' forms, over TLS alone where we are reached by it.

use crate::problem::Problem;
use crate::seal;
use http::HeaderValue;

/// A `Set-Cookie` under `path` for so many seconds; 0 takes it away.
pub async fn set(
    name: &str,
    value: &str,
    path: &str,
    seconds: i64,
) -> Result<HeaderValue, Problem> {
    let secure = if seal::variable("public_url").await?.starts_with("https:") {
        "; Secure"
    } else {
        ""
    };
    let cookie =
        format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::try_from(cookie).map_err(Problem::internal)
}
