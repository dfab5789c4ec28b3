//! The page of a form that was refused: it is kept for as long as the session, so that the browser's way back leads to it.

use super::{HTML, KeptReference, PAGE, add_pair, expiry, is_page, open_kept, seal_text};
use crate::caller::{self, SESSION_COOKIE, cookie};
use crate::context::Context;
use crate::fault;
use crate::problem::Problem;
use crate::seal;
use crate::upload;
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::TimeDelta;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};

/// How long a page waits for the way back.
const PAGE_LASTS: TimeDelta = TimeDelta::hours(2);

/// The most bytes of a page that is kept.
const PAGE_BYTES: usize = 512 << 10;

/// The page of a form that was refused, as it is kept.
#[derive(Serialize, Deserialize)]
struct RefusedPage {
    status: u16,
    page: String,
}

/// Keeps the page of a form that was refused and leads to it; gives it at once where it cannot be kept.
pub async fn keep_refused(
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
    let session = context
        .caller
        .as_ref()
        .zip(cookie(headers, SESSION_COOKIE))
        .filter(|_| {
            refused && is_page(&response) && !response.headers().contains_key(header::SET_COOKIE)
        });
    let Some((caller, token)) = session else {
        return Ok(response);
    };
    let (head, body) = response.into_parts();
    let bytes = upload::whole(body, usize::MAX).await?;
    if bytes.len() > PAGE_BYTES {
        return Ok(Response::from_parts(head, bytes.into()));
    }
    let page = RefusedPage {
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
        seal_text(PAGE, token, &page)?.into(),
        context.at().into(),
        expiry(context, PAGE_LASTS).into(),
    ];
    match context.store.run(sql, parameters).await {
        Ok(_) => Ok(Redirect::to(&add_pair(&context.here, PAGE, &id)).into_response()),
        Err(error) => {
            fault::log("a page could not be kept", error);
            Ok(Response::from_parts(head, bytes.into()))
        }
    }
}

/// The page that a request's address asks for in place of its own.
pub async fn requested(
    context: &Context,
    headers: &HeaderMap,
    reference: &KeptReference,
) -> Result<Option<Response>, Problem> {
    match &reference.page {
        Some(id) => find(context, headers, id).await,
        None => Ok(None),
    }
}

/// The page that was kept, as it was.
async fn find(
    context: &Context,
    headers: &HeaderMap,
    id: &str,
) -> Result<Option<Response>, Problem> {
    let Some(token) = cookie(headers, SESSION_COOKIE) else {
        return Ok(None);
    };
    let held_by = caller::session_hash(token).await?;
    let kept = open_kept::<RefusedPage>(context, PAGE, token, &held_by, id).await?;
    Ok(kept.map(|kept| {
        let mut response = Response::new(kept.page.into());
        *response.status_mut() =
            StatusCode::from_u16(kept.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(HTML));
        response
    }))
}
