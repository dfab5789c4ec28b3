//! A form is never lost. What was sent after the session had ended is kept until its owner has signed in again, and then stands in
//! the form again; the page of a form that was refused is kept for as long as the session, so that the browser's way back leads to a
//! page and not to a question whether to send once more. Both are sealed under a cookie of the browser's: the store alone opens
//! neither, and another account gets neither.

use crate::caller::{self, BROWSER_COOKIE, SESSION_COOKIE, cookie};
use crate::context::Context;
use crate::page;
use crate::problem::Problem;
use crate::redirect;
use crate::refill::{self, Typed};
use crate::respond::refused;
use crate::seal;
use crate::upload;
use axum::body::Body;
use axum::response::{IntoResponse as _, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use futures::StreamExt as _;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use maud::html;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// In a page's query: the form that was kept for it.
const FORM: &str = "kept";
/// In a page's query: the page that was kept in its place.
const PAGE: &str = "shown";

/// How long a form waits for its owner, and a page for the way back.
const FORM_LASTS: TimeDelta = TimeDelta::hours(2);
const PAGE_LASTS: TimeDelta = TimeDelta::hours(2);
/// Who has signed in with a browser in this time may be whose form it is.
const OF_LATE: TimeDelta = TimeDelta::days(2);
/// Bytes that a field takes beside its name and value.
const FIELD_BYTES: usize = 64;
/// Bytes of the fields that are kept, and of a page.
const FORM_BYTES: usize = 256 << 10;
const PAGE_BYTES: usize = 512 << 10;
/// What is read of a form whose files are let go.
const READ: u64 = 128 << 20;

/// What a request asks to have back; taken off its address, so that no handler and no link sees it.
#[derive(Debug, Default)]
pub struct Wanted {
    pub form: Option<String>,
    pub page: Option<String>,
}

impl Wanted {
    pub fn taken_from(uri: &mut Uri) -> Self {
        let Some(query) = uri.query().filter(|query| {
            [FORM, PAGE]
                .iter()
                .any(|name| query.contains(&format!("{name}=")))
        }) else {
            return Self::default();
        };
        let wanted = Self {
            form: value(query, FORM),
            page: value(query, PAGE),
        };
        if let Ok(bare) = without(uri.path(), Some(query)).parse() {
            *uri = bare;
        }
        wanted
    }
}

fn value(query: &str, name: &str) -> Option<String> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// Path and query, less what is ours in it.
fn without(path: &str, query: Option<&str>) -> String {
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

fn with(target: &str, name: &str, id: &str) -> String {
    let sign = if target.contains('?') { '&' } else { '?' };
    format!("{target}{sign}{name}={id}")
}

/// The way to a page that stands in for `path`, with the form that is to stand in it.
pub fn onward(path: &str, wanted: &Wanted) -> String {
    match &wanted.form {
        Some(id) => with(path, FORM, id),
        None => path.to_owned(),
    }
}

/// Whether that address, to which signing in leads, gives a form back.
pub fn brings_a_form_back(next: &str) -> bool {
    next.split_once('?')
        .is_some_and(|(_, query)| value(query, FORM).is_some())
}

/// The answer to a request of a browser whose session has ended.
pub async fn to_sign_in(context: &Context, head: &Parts, body: Body, wanted: &Wanted) -> Response {
    let sign_in = |next: &str| format!("/sign-in?next={}", page::encode(next));
    if head.method.is_safe() {
        return Redirect::to(&sign_in(&onward(&context.here, wanted))).into_response();
    }
    let form_page = page_of(head);
    match keep_form(context, head, body).await {
        Ok(Some(id)) => Redirect::to(&sign_in(&with(&form_page, FORM, &id))).into_response(),
        Ok(None) => still_in_the_browser(context, &sign_in(&form_page)),
        Err(problem) => {
            eprintln!("a form could not be kept: {:?}", problem.code);
            still_in_the_browser(context, &sign_in(&form_page))
        }
    }
}

/// Where the form stood: the page that the browser names, where it is one of ours, or the form's own address.
fn page_of(head: &Parts) -> String {
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
        .map(|referer| without(referer.path(), referer.query()))
        .filter(|target| target != "/" && redirect::local(target) == target);
    named.unwrap_or_else(|| without(head.uri.path(), head.uri.query()))
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
    let Some((fields, files)) = fields(kind, body).await? else {
        return Ok(None);
    };
    let typed = Typed {
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
        sealed(FORM, token, &typed)?.into(),
        context.at().into(),
        until(context, FORM_LASTS).into(),
        (context.now - OF_LATE).to_rfc3339().into(),
    ];
    let kept = context.store.run(sql, parameters).await? == 1;
    Ok(kept.then_some(id))
}

type Fields = Vec<(String, String)>;

/// The fields of a form, and whether there were files; none where it is no form, or larger than is kept.
async fn fields(kind: &str, body: Body) -> Result<Option<(Fields, bool)>, Problem> {
    if let Ok(boundary) = multer::parse_boundary(kind) {
        return of_parts(body, boundary).await;
    }
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Ok(None);
    }
    let bytes = upload::whole(body, FORM_BYTES).await?;
    // Pairs, whatever they are called.
    let fields = serde_urlencoded::from_bytes(&bytes).ok();
    Ok(fields.map(|fields| (fields, false)))
}

async fn of_parts(body: Body, boundary: String) -> Result<Option<(Fields, bool)>, Problem> {
    let stream = body
        .into_data_stream()
        .map(|piece| piece.map_err(|error| error.to_string()));
    let bounds = multer::SizeLimit::new().whole_stream(READ);
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
pub async fn filled(
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
    let Some(typed) = opened::<Typed>(context, FORM, token, &held_by, id).await? else {
        return Ok(response);
    };
    let (mut head, body) = response.into_parts();
    // It is not the page that others get under its mark.
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

#[derive(Serialize, Deserialize)]
struct Shown {
    status: u16,
    page: String,
}

/// Keeps the page of a form that was refused and leads to it; gives it at once where it cannot be kept.
pub async fn shown_again(
    context: &Context,
    headers: &HeaderMap,
    response: Response,
) -> Result<Response, Problem> {
    let refused = matches!(
        response.status(),
        StatusCode::BAD_REQUEST
            | StatusCode::NOT_FOUND
            | StatusCode::CONFLICT
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::UNSUPPORTED_MEDIA_TYPE
            | StatusCode::UNPROCESSABLE_ENTITY
    );
    let held = context
        .caller
        .as_ref()
        .zip(cookie(headers, SESSION_COOKIE))
        .filter(|_| {
            refused && is_page(&response) && !response.headers().contains_key(header::SET_COOKIE)
        });
    let Some((caller, token)) = held else {
        return Ok(response);
    };
    let (head, body) = response.into_parts();
    let bytes = upload::whole(body, usize::MAX).await?;
    if bytes.len() > PAGE_BYTES {
        return Ok(Response::from_parts(head, bytes.into()));
    }
    let page = Shown {
        status: head.status.as_u16(),
        page: String::from_utf8_lossy(&bytes).into_owned(),
    };
    let sql = "INSERT INTO kept_form (id, held_by, account, sealed, made_at, expires_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id";
    let id = seal::random_token()?;
    let parameters = [
        id.as_str().into(),
        caller::session_hash(token).await?.into(),
        caller.account.as_str().into(),
        sealed(PAGE, token, &page)?.into(),
        context.at().into(),
        until(context, PAGE_LASTS).into(),
    ];
    match context.store.run(sql, parameters).await {
        Ok(_) => Ok(Redirect::to(&with(&context.here, PAGE, &id)).into_response()),
        Err(error) => {
            eprintln!("a page could not be kept: {error}");
            Ok(Response::from_parts(head, bytes.into()))
        }
    }
}

/// The page that was kept, as it was.
pub async fn page(
    context: &Context,
    headers: &HeaderMap,
    id: &str,
) -> Result<Option<Response>, Problem> {
    let Some(token) = cookie(headers, SESSION_COOKIE) else {
        return Ok(None);
    };
    let held_by = caller::session_hash(token).await?;
    let shown = opened::<Shown>(context, PAGE, token, &held_by, id).await?;
    Ok(shown.map(|shown| {
        let mut response = Response::new(shown.page.into());
        *response.status_mut() =
            StatusCode::from_u16(shown.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(HTML));
        response
    }))
}

const HTML: &str = "text/html; charset=utf-8";

fn is_page(response: &Response) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == HTML)
}

fn until(context: &Context, lasts: TimeDelta) -> String {
    (context.now + lasts).to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
}

fn sealed(what: &str, token: &str, content: &impl Serialize) -> Result<String, Problem> {
    let plain = serde_json::to_vec(content).map_err(Problem::internal)?;
    let key = seal::derive_key("kept", token);
    Ok(STANDARD.encode(seal::seal_at(&key, what.as_bytes(), &plain)?))
}

async fn opened<T: DeserializeOwned>(
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
    fn what_is_wanted_back_is_taken_off_the_address() {
        let mut uri: Uri = "/x/y?q=%E9%9D%A2&kept=ab-_c&page=2".parse().unwrap();
        let wanted = Wanted::taken_from(&mut uri);
        assert_eq!(wanted.form.as_deref(), Some("ab-_c"));
        assert_eq!(wanted.page, None);
        assert_eq!(uri, "/x/y?q=%E9%9D%A2&page=2");
        let mut uri: Uri = "/x?shown=abc".parse().unwrap();
        assert_eq!(Wanted::taken_from(&mut uri).page.as_deref(), Some("abc"));
        assert_eq!(uri, "/x");
        let mut uri: Uri = "/x?q=keptx".parse().unwrap();
        assert!(Wanted::taken_from(&mut uri).form.is_none());
        assert_eq!(uri, "/x?q=keptx");
    }

    #[test]
    fn the_page_of_a_form_is_one_of_ours_or_the_forms_own_address() {
        let of = |referer: Option<&str>| {
            let mut request = http::Request::post("/complaints/cases/JB1/decide?kept=old")
                .header(header::HOST, "shian.example:3000");
            if let Some(referer) = referer {
                request = request.header(header::REFERER, referer);
            }
            page_of(&request.body(()).unwrap().into_parts().0)
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
