//! A form is never lost. What was sent after the session had ended is kept until its owner has signed in again, and then stands in
//! the form again; the page of a form that was refused is kept for as long as the session, so that the browser's way back leads to a
//! page and not to a question whether to send once more. Both are sealed under a cookie of the browser's: the store alone opens
//! neither, and another account gets neither.

pub mod form;
pub mod page;

use crate::context::Context;
use crate::problem::Problem;
use crate::seal;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use http::{Uri, header};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The name of the pair in a query that asks for a form to be filled in.
const FORM: &str = "kept";
/// The name of the pair in a query that asks for a kept page instead of the address's own.
const PAGE: &str = "shown";

/// What a request asks to have back. It is taken off the address, so that no handler and no link sees it.
#[derive(Debug, Default)]
pub struct KeptReference {
    pub form: Option<String>,
    pub page: Option<String>,
}

impl KeptReference {
    /// Takes it off the address.
    pub fn take_from(uri: &mut Uri) -> Self {
        let Some(query) = uri.query().filter(|query| {
            [FORM, PAGE]
                .iter()
                .any(|name| query.contains(&format!("{name}=")))
        }) else {
            return Self::default();
        };
        let reference = Self {
            form: value(query, FORM),
            page: value(query, PAGE),
        };
        if let Ok(bare) = without_reference(uri.path(), Some(query)).parse() {
            *uri = bare;
        }
        reference
    }

    /// An address that asks for the same form.
    pub fn add_form_to(&self, target: &str) -> String {
        match &self.form {
            Some(id) => add_pair(target, FORM, id),
            None => target.to_owned(),
        }
    }
}

fn value(query: &str, name: &str) -> Option<String> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// An address without the pairs that ask for something back.
fn without_reference(path: &str, query: Option<&str>) -> String {
    let ours = |pair: &&str| {
        pair.split_once('=')
            .is_some_and(|(name, _)| name == FORM || name == PAGE)
    };
    let rest: Vec<&str> = query
        .unwrap_or("")
        .split('&')
        .filter(|pair| !pair.is_empty() && !ours(pair))
        .collect();
    match rest.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", rest.join("&")),
    }
}

fn add_pair(target: &str, name: &str, id: &str) -> String {
    let sign = if target.contains('?') { '&' } else { '?' };
    format!("{target}{sign}{name}={id}")
}

/// Whether that address, to which signing in leads, gives a form back.
pub fn brings_a_form_back(next: &str) -> bool {
    next.split_once('?')
        .is_some_and(|(_, query)| value(query, FORM).is_some())
}

const HTML: &str = "text/html; charset=utf-8";

fn is_page(response: &Response) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == HTML)
}

/// When what lasts so long from now has expired, as tables keep it.
fn expiry(context: &Context, lasts: TimeDelta) -> String {
    (context.now + lasts).to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
}

/// What the store keeps of `content`: sealed under the cookie `token`.
fn seal_text(what: &str, token: &str, content: &impl Serialize) -> Result<String, Problem> {
    let plain = serde_json::to_vec(content).map_err(Problem::internal)?;
    let key = seal::derive_key("kept", token);
    Ok(STANDARD.encode(seal::seal_at(&key, what.as_bytes(), &plain)?))
}

/// What was sealed under the cookie `token` and is kept for this account; none where it is another's, or has expired.
async fn open_kept<T: DeserializeOwned>(
    context: &Context,
    what: &str,
    token: &str,
    held_by: &str,
    id: &str,
) -> Result<Option<T>, Problem> {
    let Some(caller) = &context.caller else {
        return Ok(None);
    };
    let sql = "SELECT sealed FROM kept_form WHERE id = ?1 AND held_by = ?2 AND account = ?3 AND expires_at > ?4";
    let parameters = [
        id.into(),
        held_by.into(),
        caller.account.as_str().into(),
        context.at().into(),
    ];
    let kept = context.store.texts(sql, parameters).await?.pop();
    Ok(kept.and_then(|kept| {
        let sealed = STANDARD.decode(kept).ok()?;
        let key = seal::derive_key("kept", token);
        let plain = seal::open_at(&key, what.as_bytes(), &sealed)?;
        serde_json::from_slice(&plain).ok()
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

    use super::*;

    #[test]
    fn what_is_asked_back_is_taken_off_the_address() {
        let mut uri: Uri = "/x/y?q=%E9%9D%A2&kept=ab-_c&page=2".parse().unwrap();
        let reference = KeptReference::take_from(&mut uri);
        assert_eq!(reference.form.as_deref(), Some("ab-_c"));
        assert_eq!(reference.page, None);
        assert_eq!(uri, "/x/y?q=%E9%9D%A2&page=2");
        let mut uri: Uri = "/x?shown=abc".parse().unwrap();
        assert_eq!(
            KeptReference::take_from(&mut uri).page.as_deref(),
            Some("abc")
        );
        assert_eq!(uri, "/x");
        let mut uri: Uri = "/x?q=keptx".parse().unwrap();
        assert!(KeptReference::take_from(&mut uri).form.is_none());
        assert_eq!(uri, "/x?q=keptx");
    }
}
