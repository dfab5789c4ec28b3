//! Unsafe requests from another site are refused. Browsers say where a request comes from; a script says nothing.

use http::{HeaderMap, Method, header};

/// Whether a request with this method and these headers may have come from a page of another site.
pub fn is_foreign(method: &Method, headers: &HeaderMap, host: Option<&str>) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return false;
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    // Sent by every browser since 2023; `none` is a person, by a bookmark or the address bar.
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    // Older browsers. `null` is a sandbox or a stripped referrer: foreign.
    let from = text(header::ORIGIN.as_str()).or_else(|| text(header::REFERER.as_str()));
    match (from, host) {
        (None, _) => false,
        (Some(from), Some(host)) => authority(from) != Some(host),
        (Some(_), None) => true,
    }
}

fn authority(url: &str) -> Option<&str> {
    url.split_once("://")?.1.split(['/', '?', '#']).next()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

    use super::*;

    fn foreign(method: Method, headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        is_foreign(&method, &headers, Some("shian.example:3000"))
    }

    #[test]
    fn a_post_from_another_site_is_foreign_whatever_the_browser() {
        assert!(foreign(Method::POST, &[("sec-fetch-site", "cross-site")]));
        assert!(foreign(Method::POST, &[("sec-fetch-site", "same-site")]));
        assert!(foreign(Method::POST, &[("origin", "https://evil.example")]));
        assert!(foreign(Method::POST, &[("origin", "null")]));
        assert!(foreign(
            Method::POST,
            &[("referer", "http://shian.example/x")]
        ));
        assert!(foreign(
            Method::DELETE,
            &[("origin", "http://shian.example:3001")]
        ));
    }

    #[test]
    fn our_own_forms_scripts_and_links_are_not() {
        assert!(!foreign(
            Method::POST,
            &[
                ("sec-fetch-site", "same-origin"),
                ("origin", "http://shian.example:3000")
            ]
        ));
        assert!(!foreign(
            Method::POST,
            &[("origin", "http://shian.example:3000")]
        ));
        assert!(!foreign(
            Method::POST,
            &[("referer", "http://shian.example:3000/sign-in")]
        ));
        assert!(!foreign(Method::POST, &[]));
        assert!(!foreign(Method::GET, &[("sec-fetch-site", "cross-site")]));
    }
}
