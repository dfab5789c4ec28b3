//! The form that was sent after a session had ended: it is kept for whoever signed in last with the browser, and filled in again.

use super::{
    FORM, KeptReference, add_pair, expiry, is_page, open_kept, seal_text, without_reference,
};
use crate::caller::{self, BROWSER_COOKIE, cookie};
use crate::context::Context;
use crate::page;
use crate::problem::Problem;
use crate::redirect;
use crate::refill::{self, TypedForm};
use crate::respond::refused;
use crate::seal;
use crate::upload;
use axum::body::Body;
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::TimeDelta;
use futures::StreamExt as _;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use maud::html;

/// How long a form waits for its owner.
const FORM_LASTS: TimeDelta = TimeDelta::hours(2);

/// A form may be of anybody who has signed in with the browser in this time.
const OF_LATE: TimeDelta = TimeDelta::days(2);

/// Bytes that a field is counted with beside its name and value.
const FIELD_BYTES: usize = 64;

/// The most bytes of fields that are kept.
const FORM_BYTES: usize = 256 << 10;

/// The most bytes that are read of a form whose files are let go.
const LONGEST_READ: u64 = 128 << 20;

/// The answer to a request of a browser whose session has ended.
pub async fn lead_to_sign_in(
    context: &Context,
    head: &Parts,
    body: Body,
    reference: &KeptReference,
) -> Response {
    let sign_in = |next: &str| format!("/sign-in?next={}", page::encode(next));
    if head.method.is_safe() {
        return Redirect::to(&sign_in(&reference.add_form_to(&context.here))).into_response();
    }
    let form_page = form_page(head);
    match keep_form(context, head, body).await {
        Ok(Some(id)) => Redirect::to(&sign_in(&add_pair(&form_page, FORM, &id))).into_response(),
        // Why it could not be kept is in the log, where it was our fault.
        Ok(None) | Err(_) => still_in_the_browser(context, &sign_in(&form_page)),
    }
}

/// The address of the page on which the form stood: the one that the browser names, if it is ours, or else the form's own address.
fn form_page(head: &Parts) -> String {
    let text = |name| {
        head.headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let named = text(header::REFERER)
        .and_then(|referer| referer.parse::<Uri>().ok())
        .filter(|referer| {
            referer.authority().map(|authority| authority.as_str()) == text(header::HOST)
        })
        .map(|referer| without_reference(referer.path(), referer.query()))
        .filter(|target| target != "/" && redirect::local(target) == target);
    named.unwrap_or_else(|| without_reference(head.uri.path(), head.uri.query()))
}

/// What we do not keep the browser still has: it sends the form again when its window is loaded again.
fn still_in_the_browser(context: &Context, sign_in: &str) -> Response {
    let page = page::page(
        context,
        "登录已过期，内容还没有提交",
        &html! {
            h1 { "登录已过期，内容还没有提交" }
            p { "您刚才填写的内容还在这个窗口里，请不要关闭。" }
            ol {
                li { a href=(sign_in) target="_blank" rel="noopener" { "在新窗口登录" } }
                li { "回到这个窗口，按浏览器的「刷新」，并确认重新提交。" }
            }
        },
    );
    refused(StatusCode::UNAUTHORIZED, page)
}

/// Keeps a form for whoever signed in last with this browser. None where nobody has, where it may be another's, for two have signed in
/// of late, or where there is too much of it.
async fn keep_form(context: &Context, head: &Parts, body: Body) -> Result<Option<String>, Problem> {
    let kind = head
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or("");
    let Some(token) = cookie(&head.headers, BROWSER_COOKIE).filter(|token| !token.is_empty())
    else {
        return Ok(None);
    };
    // Passwords are kept nowhere.
    if head.uri.path().starts_with("/account/") {
        return Ok(None);
    }
    let Some((fields, files)) = read_form(kind, body).await? else {
        return Ok(None);
    };
    let typed = TypedForm {
        path: head.uri.path().to_owned(),
        fields,
        files,
    };
    let sql = "INSERT INTO kept_form (id, held_by, account, sealed, made_at, expires_at)
               SELECT ?1, ?2, k.account, ?3, ?4, ?5 FROM known_browser k
               JOIN account a ON a.account = k.account AND a.status = 'active'
               WHERE k.browser_hash = ?2 AND k.seen_at > ?6
                   AND NOT EXISTS (SELECT 1 FROM known_browser o WHERE o.browser_hash = ?2 AND o.account <> k.account AND o.seen_at > ?6)
               RETURNING id";
    let id = seal::random_token()?;
    let parameters = [
        id.as_str().into(),
        caller::browser_hash(token).await?.into(),
        seal_text(FORM, token, &typed)?.into(),
        context.at().into(),
        expiry(context, FORM_LASTS).into(),
        (context.now - OF_LATE).to_rfc3339().into(),
    ];
    let kept = context.store.run(sql, parameters).await? == 1;
    Ok(kept.then_some(id))
}

type Fields = Vec<(String, String)>;

/// The fields of a form, and whether there were files; none where it is no form, or larger than is kept.
async fn read_form(kind: &str, body: Body) -> Result<Option<(Fields, bool)>, Problem> {
    if let Ok(boundary) = multer::parse_boundary(kind) {
        return read_parts(body, boundary).await;
    }
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Ok(None);
    }
    let bytes = upload::whole(body, FORM_BYTES).await?;
    // The fields are taken as pairs of name and value: which form it is, is not known here.
    let fields = serde_urlencoded::from_bytes(&bytes).ok();
    Ok(fields.map(|fields| (fields, false)))
}

async fn read_parts(body: Body, boundary: String) -> Result<Option<(Fields, bool)>, Problem> {
    let stream = body
        .into_data_stream()
        .map(|piece| piece.map_err(|error| error.to_string()));
    let bounds = multer::SizeLimit::new().whole_stream(LONGEST_READ);
    let constraints = multer::Constraints::new().size_limit(bounds);
    let mut form = multer::Multipart::with_constraints(stream, boundary, constraints);
    let (mut fields, mut files, mut held) = (Vec::new(), false, 0);
    let unreadable = |error: multer::Error| upload::form_error(error, FORM_BYTES);
    while let Some(mut field) = form.next_field().await.map_err(unreadable)? {
        let is_file = field.file_name().is_some();
        let name = field.name().unwrap_or("").to_owned();
        held += name.len() + FIELD_BYTES;
        if held > FORM_BYTES {
            return Ok(None);
        }
        let mut value = Vec::new();
        while let Some(piece) = field.chunk().await.map_err(unreadable)? {
            if is_file {
                files = true;
                continue;
            }
            held += piece.len();
            if held > FORM_BYTES {
                return Ok(None);
            }
            value.extend_from_slice(&piece);
        }
        if !is_file {
            fields.push((name, String::from_utf8_lossy(&value).into_owned()));
        }
    }
    Ok(Some((fields, files)))
}

/// The page with the form that was kept for it; as it is where it is not this account's, or has expired.
pub async fn fill_in(
    context: &Context,
    headers: &HeaderMap,
    id: &str,
    response: Response,
) -> Result<Response, Problem> {
    let Some(token) = cookie(headers, BROWSER_COOKIE) else {
        return Ok(response);
    };
    if !response.status().is_success() || !is_page(&response) {
        return Ok(response);
    }
    let held_by = caller::browser_hash(token).await?;
    let Some(typed) = open_kept::<TypedForm>(context, FORM, token, &held_by, id).await? else {
        return Ok(response);
    };
    let (mut head, body) = response.into_parts();
    // The filled-in page is no longer the one that has this ETag.
    for name in [header::ETAG, header::LAST_MODIFIED, header::CONTENT_LENGTH] {
        head.headers.remove(name);
    }
    let never_kept = HeaderValue::from_static("no-store");
    head.headers.insert(header::CACHE_CONTROL, never_kept);
    let page = upload::whole(body, usize::MAX).await?;
    let path = context.here.split('?').next().unwrap_or("/");
    let page = refill::refill(&String::from_utf8_lossy(&page), path, &typed);
    Ok(Response::from_parts(head, page.into()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

    use super::*;

    #[test]
    fn the_page_of_a_form_is_one_of_ours_or_the_forms_own_address() {
        let of = |referer: Option<&str>| {
            let mut request = http::Request::post("/complaints/cases/JB1/decide?kept=old")
                .header(header::HOST, "shian.example:3000");
            if let Some(referer) = referer {
                request = request.header(header::REFERER, referer);
            }
            form_page(&request.body(()).unwrap().into_parts().0)
        };
        let own = "/complaints/cases/JB1/decide";
        assert_eq!(of(None), own);
        assert_eq!(of(Some("https://evil.example/complaints/cases")), own);
        assert_eq!(of(Some("http://shian.example:3000//evil.example")), own);
        assert_eq!(of(Some("http://shian.example:3000/")), own);
        assert_eq!(
            of(Some(
                "http://shian.example:3000/complaints/cases/JB1?tab=a&shown=x"
            )),
            "/complaints/cases/JB1?tab=a"
        );
    }
}
