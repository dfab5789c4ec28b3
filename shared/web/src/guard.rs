//! What stands before every handler: the caller may call the route, an `Idempotency-Key` is heeded, and what was kept for a browser is given
//! back.

use crate::arrival::{finish, make_context, wants_page};
use crate::caller;
use crate::context::Context;
use crate::idempotency::{self, ClaimOutcome};
use crate::kept::{self, KeptReference};
use crate::origin;
use crate::problem::{Code, Problem};
use crate::seal;
use crate::token::Token;
use crate::who::Who;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::request::Parts;
use http::{Method, StatusCode, header};

/// What a route asks of a request before its handler runs.
#[derive(Clone, Copy)]
pub struct RouteRule {
    pub who: Who,
    pub token: Token,
    /// The path, as it was declared.
    pub path: &'static str,
    pub keyed: KeyPolicy,
    /// Whether the office is read for the frame of the answer before the handler runs: of pages of the public whose handler does not read
    /// it itself.
    pub finds_office: bool,
}

/// Whose `Idempotency-Key` a route heeds. The public's is heeded only where something is filed: elsewhere its answers would be kept for nothing.
#[derive(Clone, Copy, PartialEq)]
pub enum KeyPolicy {
    SignedIn,
    Everybody,
    /// The handler does keyed requests once by itself.
    ByHandler,
}

impl KeyPolicy {
    fn heeds(self, context: &Context) -> bool {
        match self {
            Self::SignedIn => context.caller.is_some(),
            Self::Everybody => true,
            Self::ByHandler => false,
        }
    }
}

/// The most bytes of a query: some five hundred Chinese letters, encoded. Nobody looks for more, and a search for it takes long.
const QUERY: usize = 4 << 10;

/// Holds a request to its route's rule, has the handler answer it, and finishes the answer.
pub async fn guard(State(rule): State<RouteRule>, request: Request, next: Next) -> Response {
    let (mut head, body) = request.into_parts();
    let wants_page = wants_page(&head);
    let kept_reference = match wants_page {
        true => KeptReference::take_from(&mut head.uri),
        false => KeptReference::default(),
    };
    let context = match make_context(&head).await {
        Ok(context) => context,
        Err(problem) => return finish(wants_page, None, problem.into_response()),
    };
    if head.uri.query().is_some_and(|query| query.len() > QUERY) {
        let problem = Problem::query_too_long();
        return finish(wants_page, Some(&context), problem.into_response());
    }
    if rule.finds_office
        && let Err(problem) = context.find_office().await
    {
        return finish(wants_page, Some(&context), problem.into_response());
    }
    let answered = match refuse_who_may_not(&context, rule, &head).await {
        Err(problem) if wants_page && problem.status == StatusCode::UNAUTHORIZED => {
            Ok(kept::form::lead_to_sign_in(&context, &head, body, &kept_reference).await)
        }
        Err(problem) if wants_page && problem.code == Code::PasswordChangeRequired => {
            Ok(Redirect::to("/account/password").into_response())
        }
        Err(problem) => Err(problem),
        Ok(()) if wants_page => {
            answer_page(&context, rule, head, body, next, &kept_reference).await
        }
        Ok(()) => answer(&context, rule, head, body, next).await,
    };
    let response = answered.unwrap_or_else(Problem::into_response);
    if wants_page && rule.who == Who::Everybody && response.extensions().get::<Problem>().is_some()
    {
        // The page that says no is framed like the others. What is wrong with the store changes nothing in it.
        let _ = context.find_office().await;
    }
    finish(wants_page, Some(&context), response)
}

/// [`answer`] for a browser: what was kept for it is given back, and the page of a form that is refused is kept.
async fn answer_page(
    context: &Context,
    rule: RouteRule,
    head: Parts,
    body: Body,
    next: Next,
    kept_reference: &KeptReference,
) -> Result<Response, Problem> {
    let headers = head.headers.clone();
    if head.method.is_safe() {
        if let Some(page) = kept::page::requested(context, &headers, kept_reference).await? {
            return Ok(page);
        }
        let response = answer(context, rule, head, body, next).await?;
        return match &kept_reference.form {
            Some(id) => kept::form::fill_in(context, &headers, id, response).await,
            None => Ok(response),
        };
    }
    let response = answer(context, rule, head, body, next)
        .await
        .unwrap_or_else(Problem::into_response);
    kept::page::keep_refused(context, &headers, finish(true, Some(context), response)).await
}

/// Whether the caller may: not from another site, and who the route is for.
async fn refuse_who_may_not(
    context: &Context,
    rule: RouteRule,
    head: &Parts,
) -> Result<(), Problem> {
    let host = head
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .or_else(|| head.uri.authority().map(|authority| authority.as_str()));
    if origin::is_foreign(&head.method, &head.headers, host) {
        return Err(Problem::cross_origin());
    }
    admit(rule, context, head).await
}

async fn answer(
    context: &Context,
    rule: RouteRule,
    mut head: Parts,
    body: Body,
    next: Next,
) -> Result<Response, Problem> {
    head.extensions.insert(context.clone());
    let key = head
        .headers
        .get(idempotency::HEADER)
        .filter(|_| !matches!(head.method, Method::GET | Method::HEAD))
        .filter(|_| rule.keyed.heeds(context))
        .map(|value| value.to_str().unwrap_or("").to_owned());
    let request = Request::from_parts(head, body);
    match key {
        None => Ok(next.run(request).await),
        Some(key) => match idempotency::claim(context, request, &key).await? {
            ClaimOutcome::New(request, claim) => {
                let response = next.run(*request).await;
                claim.keep(context, response).await
            }
            ClaimOutcome::Answered(response) => Ok(response),
        },
    }
}

/// The pages and routes that an account with a first password may use before it has changed it.
const BEFORE_PASSWORD_CHANGE: [&str; 4] = [
    "/account/password",
    "/api/v1/session",
    "/api/v1/session/password",
    "/sign-out",
];

async fn admit(rule: RouteRule, context: &Context, head: &Parts) -> Result<(), Problem> {
    let caller = match rule.who {
        Who::Everybody => return Ok(()),
        Who::Scheduler => {
            let token = seal::variable("scheduler_token").await?;
            let is_the_schedulers =
                caller::bearer(&head.headers).is_some_and(|given| seal::same(given, &token));
            return if is_the_schedulers {
                Ok(())
            } else {
                Err(Problem::not_the_scheduler())
            };
        }
        Who::SignedIn | Who::Roles(_) => context.caller()?,
    };
    if caller.must_change_password && !BEFORE_PASSWORD_CHANGE.contains(&head.uri.path()) {
        return Err(Problem::password_change_required());
    }
    match rule.who {
        who if !who.admits(Some(caller)) => Err(Problem::forbidden()),
        _ => rule.token.admit(caller, rule.path),
    }
}
