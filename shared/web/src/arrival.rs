//! What is true of every request and every answer: the store is migrated, its keys are the right ones and the caller is known before a
//! handler runs; problems become pages where a page was asked for, and each answer carries the same headers.

use crate::caller;
use crate::context::{self, Context};
use crate::page;
use crate::problem::Problem;
use crate::seal;
use crate::store_keys;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use std::sync::{Arc, OnceLock};
use store::{Store, migrations};

/// What the handler of a request is to know of it.
///
/// # Errors
///
/// 401 for a token that is nobody's; 503 where the store cannot be used now.
pub async fn make_context(head: &Parts) -> Result<Context, Problem> {
    let now = context::now();
    migrations::migrate(&Store, now.into()).await?;
    store_keys::check(&Store).await?;
    let headers = &head.headers;
    // The scheduler's token is nobody's; every other bearer token must be somebody's.
    let found = if head.uri.path().starts_with("/internal/") {
        None
    } else {
        caller::find(&Store, headers, now).await?
    };
    let (caller, office) = found.unzip();
    let context = Context {
        store: Store,
        now,
        caller,
        address: address(headers),
        here: head
            .uri
            .path_and_query()
            .map_or_else(String::new, ToString::to_string),
        large_text: context::wants_large_text(headers),
        issuer_setting: seal::variable("issuer").await?,
        office: Arc::new(OnceLock::new()),
    };
    context.know_office(office.flatten());
    Ok(context)
}

/// The caller's address without its port; empty where it is not known. Spin leaves what the client itself has sent under this name and
/// appends its own, so that the last value alone is true.
fn address(headers: &HeaderMap) -> String {
    headers
        .get_all("spin-client-addr")
        .iter()
        .next_back()
        .and_then(|value| value.to_str().ok())
        .map_or_else(String::new, without_port)
}

fn without_port(address: &str) -> String {
    address
        .parse::<std::net::SocketAddr>()
        .map_or_else(|_| address.to_owned(), |address| address.ip().to_string())
}

/// Whether it is a browser that asks for a page, not a program that asks for data.
pub fn wants_page(head: &Parts) -> bool {
    let path = head.uri.path();
    if path.starts_with("/api/") || path.starts_with("/internal/") {
        return false;
    }
    head.headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// The answer with the headers that every answer carries; a problem becomes a page where one was asked for.
pub fn finish(wants_page: bool, context: Option<&Context>, mut response: Response) -> Response {
    if wants_page && let Some(problem) = response.extensions().get::<Problem>().cloned() {
        response = page::problem(context, &problem);
    }
    let headers = response.headers_mut();
    let always = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in always {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_client_addresses_the_last_is_the_callers() {
        let mut headers = HeaderMap::new();
        assert_eq!(address(&headers), "");
        headers.append("spin-client-addr", HeaderValue::from_static("6.6.6.6:1"));
        headers.append(
            "spin-client-addr",
            HeaderValue::from_static("[2001:db8::1]:40000"),
        );
        assert_eq!(address(&headers), "2001:db8::1");
    }
}
