//! A function's routes. A route cannot be declared without saying who may call it; what is true of every request is done
//! here, once: the store is migrated, the caller found, another site's post refused, problems turned into pages.

use crate::api::Api;
use crate::caller::{self, Caller};
use crate::context::{self, Context};
use crate::idempotency::{self, Claimed};
use crate::kept::{self, Wanted};
use crate::origin;
use crate::page;
use crate::problem::{Code, Problem};
use crate::scope::Token;
use crate::seal;
use crate::store_keys;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{MethodFilter, on};
use domain::words::Role;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use std::any::Any;
use std::sync::Arc;
use store::{Store, migrations};

/// Bytes of a query: some five hundred Chinese letters, encoded. Nobody looks for more, and a search for it takes long.
const QUERY: usize = 4 << 10;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Who {
    /// The public, without signing in.
    Everybody,
    /// Anybody with an account.
    SignedIn,
    /// Accounts and tokens of these roles.
    Roles(&'static [Role]),
    /// Whoever holds `scheduler_token`.
    Scheduler,
}

impl Who {
    /// Whether people of this role may call; none has not signed in.
    pub fn admits(self, role: Option<Role>) -> bool {
        match self {
            Self::Everybody => true,
            Self::SignedIn => role.is_some(),
            Self::Roles(roles) => role.is_some_and(|role| roles.contains(&role)),
            Self::Scheduler => false,
        }
    }

    /// The same people, and tokens that have what is asked of them; without it a route is read with `read`, and written by people.
    pub const fn or(self, token: Token) -> Admission {
        Admission {
            who: self,
            token: Some(token),
        }
    }
}

/// Who may call a route, and what a token needs for it.
#[derive(Debug, Clone, Copy)]
pub struct Admission {
    who: Who,
    token: Option<Token>,
}

impl From<Who> for Admission {
    fn from(who: Who) -> Self {
        Self { who, token: None }
    }
}

/// 区食药安办 alone.
pub const OFFICE: Who = Who::Roles(&[Role::Office]);
/// Everybody who works here except 包保干部, who see only their own assignments.
pub const DESK: Who = Who::Roles(&[Role::Office, Role::Chair, Role::Town, Role::Station]);

/// One route, as declared.
#[derive(Clone)]
pub struct Declared {
    pub method: Method,
    /// With `{segment}` for what varies.
    pub path: &'static str,
    pub who: Who,
    /// What is asked of a token whose role may call.
    pub token: Token,
    /// The handler's name.
    #[cfg(not(target_family = "wasm"))]
    pub handler: &'static str,
    /// Whether an `Idempotency-Key` is heeded.
    pub keyed: bool,
    /// Under which heading it is described.
    #[cfg(not(target_family = "wasm"))]
    pub section: &'static str,
    /// What it does, in a line for people, and what it takes and gives.
    #[cfg(not(target_family = "wasm"))]
    pub said: Option<(&'static str, crate::api::Said)>,
}

#[derive(Default)]
pub struct Routes {
    router: Router,
    declared: Vec<Declared>,
    values: Vec<&'static (dyn Any + Send + Sync)>,
    #[cfg(not(target_family = "wasm"))]
    section: &'static str,
}

impl Routes {
    pub fn get<H: Handler<T, ()>, T: 'static>(
        self,
        path: &'static str,
        who: impl Into<Admission>,
        handler: H,
    ) -> Self {
        self.on(
            Method::GET,
            MethodFilter::GET,
            path,
            who.into(),
            Keyed::SignedIn,
            handler,
        )
    }

    pub fn post<H: Handler<T, ()>, T: 'static>(
        self,
        path: &'static str,
        who: impl Into<Admission>,
        handler: H,
    ) -> Self {
        self.posted(path, who.into(), Keyed::SignedIn, handler)
    }

    fn posted<H: Handler<T, ()>, T: 'static>(
        self,
        path: &'static str,
        who: Admission,
        keyed: Keyed,
        handler: H,
    ) -> Self {
        self.on(Method::POST, MethodFilter::POST, path, who, keyed, handler)
    }

    /// [`Self::post`] to a handler that itself does a request with the same `Idempotency-Key` once, so that a crash in the
    /// middle cannot make it happen twice.
    pub fn post_once<H: Handler<T, ()>, T: 'static>(
        self,
        path: &'static str,
        who: impl Into<Admission>,
        handler: H,
    ) -> Self {
        self.posted(path, who.into(), Keyed::ByHandler, handler)
    }

    /// [`Self::post`] by which the public files something: an anonymous caller's `Idempotency-Key` holds too.
    pub fn post_filing<H: Handler<T, ()>, T: 'static>(
        self,
        path: &'static str,
        who: impl Into<Admission>,
        handler: H,
    ) -> Self {
        self.posted(path, who.into(), Keyed::Everybody, handler)
    }

    pub fn put<H: Handler<T, ()>, T: 'static>(
        self,
        path: &'static str,
        who: impl Into<Admission>,
        handler: H,
    ) -> Self {
        self.on(
            Method::PUT,
            MethodFilter::PUT,
            path,
            who.into(),
            Keyed::SignedIn,
            handler,
        )
    }

    pub fn patch<H: Handler<T, ()>, T: 'static>(
        self,
        path: &'static str,
        who: impl Into<Admission>,
        handler: H,
    ) -> Self {
        self.on(
            Method::PATCH,
            MethodFilter::PATCH,
            path,
            who.into(),
            Keyed::SignedIn,
            handler,
        )
    }

    pub fn delete<H: Handler<T, ()>, T: 'static>(
        self,
        path: &'static str,
        who: impl Into<Admission>,
        handler: H,
    ) -> Self {
        self.on(
            Method::DELETE,
            MethodFilter::DELETE,
            path,
            who.into(),
            Keyed::SignedIn,
            handler,
        )
    }

    fn on<H: Handler<T, ()>, T: 'static>(
        mut self,
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        admission: Admission,
        keyed: Keyed,
        handler: H,
    ) -> Self {
        let token = admission.token.unwrap_or(match admission.who {
            Who::Everybody | Who::Scheduler => Token::Nothing,
            Who::SignedIn | Who::Roles(_) => Token::usual(&method),
        });
        let declared = Declared {
            method,
            path,
            who: admission.who,
            token,
            keyed: match keyed {
                Keyed::SignedIn => matches!(admission.who, Who::SignedIn | Who::Roles(_)),
                Keyed::Everybody | Keyed::ByHandler => true,
            },
            #[cfg(not(target_family = "wasm"))]
            handler: std::any::type_name::<H>(),
            #[cfg(not(target_family = "wasm"))]
            section: self.section,
            #[cfg(not(target_family = "wasm"))]
            said: None,
        };
        let rule = Guard {
            who: declared.who,
            token,
            path,
            keyed,
        };
        let guarded = on(filter, handler).layer(middleware::from_fn_with_state(rule, guard));
        self.router = self.router.route(path, guarded);
        self.declared.push(declared);
        self
    }

    /// The heading under which the routes that are declared next are described.
    #[cfg(not(target_family = "wasm"))]
    #[must_use]
    pub fn section(mut self, heading: &'static str) -> Self {
        self.section = heading;
        self
    }

    /// A component does not describe itself.
    #[cfg(target_family = "wasm")]
    #[must_use]
    pub fn section(self, _: &'static str) -> Self {
        self
    }

    /// Says of the route that was declared last what it does, for people, and what it takes and gives.
    #[cfg(not(target_family = "wasm"))]
    #[must_use]
    pub fn api(mut self, summary: &'static str, api: Api) -> Self {
        if let Some(last) = self.declared.last_mut() {
            last.said = Some((summary, api.said()));
        }
        self
    }

    /// A component does not describe itself.
    #[cfg(target_family = "wasm")]
    #[must_use]
    pub fn api(self, _: &'static str, _: Api) -> Self {
        self
    }

    /// All routes, for the test that walks them.
    pub fn declared(&self) -> &[Declared] {
        &self.declared
    }

    /// Keeps the value that routes were made from, for the tests that hold it against the store.
    #[must_use]
    pub fn made_from(mut self, value: &'static (dyn Any + Send + Sync)) -> Self {
        self.values.push(value);
        self
    }

    /// The values that routes were made from.
    pub fn values(&self) -> &[&'static (dyn Any + Send + Sync)] {
        &self.values
    }

    /// The router, to be kept in a `LazyLock`: it holds nothing of any request.
    pub fn into_router(self) -> Router {
        let pages: Arc<[&str]> = self
            .declared
            .iter()
            .filter(|route| route.method == Method::GET)
            .map(|route| route.path)
            .collect();
        self.router
            .method_not_allowed_fallback(move |request: Request| {
                other_method(request.into_parts().0, pages.clone())
            })
            .fallback(|request: Request| stray(request.into_parts().0, Problem::not_found()))
            // Turns the handlers into services now, and not again for every request.
            .with_state(())
    }
}

/// A request that no handler takes still gets a page in the usual frame.
async fn stray(head: Parts, problem: Problem) -> Response {
    let context = make_context(&head).await.ok();
    finish(wants_page(&head), context.as_ref(), problem.into_response())
}

/// A method that an address does not take. Whoever loads the address of a form as a page, by the browser's way back or after signing
/// in, is led to the page it belongs to.
async fn other_method(mut head: Parts, pages: Arc<[&'static str]>) -> Response {
    let wanted = Wanted::taken_from(&mut head.uri);
    if head.method != Method::GET || !wants_page(&head) {
        let problem = Problem::new(Code::MethodNotAllowed, "这个地址不支持这种操作");
        return stray(head, problem).await;
    }
    let context = match make_context(&head).await {
        Ok(context) => context,
        Err(problem) => return finish(true, None, problem.into_response()),
    };
    let response = match kept_page(&context, &head, &wanted).await {
        Ok(Some(page)) => page,
        Ok(None) => {
            let page = nearest(&pages, head.uri.path());
            Redirect::to(&kept::onward(page, &wanted)).into_response()
        }
        Err(problem) => problem.into_response(),
    };
    finish(true, Some(&context), response)
}

/// The nearest address above `path` that is a page of this function; home where there is none.
fn nearest<'p>(pages: &[&str], path: &'p str) -> &'p str {
    let is_page = |path: &str| {
        pages.iter().any(|page| {
            page.split('/').count() == path.split('/').count()
                && page
                    .split('/')
                    .zip(path.split('/'))
                    .all(|(page, path)| page == path || page.starts_with('{'))
        })
    };
    let mut above = path;
    while let Some((parent, _)) = above.rsplit_once('/') {
        if !parent.is_empty() && is_page(parent) {
            return parent;
        }
        above = parent;
    }
    "/"
}

async fn kept_page(
    context: &Context,
    head: &Parts,
    wanted: &Wanted,
) -> Result<Option<Response>, Problem> {
    match &wanted.page {
        Some(id) => kept::page(context, &head.headers, id).await,
        None => Ok(None),
    }
}

/// What stands before a handler.
#[derive(Clone, Copy)]
struct Guard {
    who: Who,
    token: Token,
    /// As declared.
    path: &'static str,
    keyed: Keyed,
}

/// Whose `Idempotency-Key` is heeded. The public's only where something is filed: elsewhere answers would be kept for nothing.
#[derive(Clone, Copy, PartialEq)]
enum Keyed {
    SignedIn,
    Everybody,
    /// The handler does keyed requests once by itself.
    ByHandler,
}

impl Keyed {
    fn heeds(self, context: &Context) -> bool {
        match self {
            Self::SignedIn => context.caller.is_some(),
            Self::Everybody => true,
            Self::ByHandler => false,
        }
    }
}

async fn guard(State(rule): State<Guard>, request: Request, next: Next) -> Response {
    let (mut head, body) = request.into_parts();
    let wants_page = wants_page(&head);
    let wanted = match wants_page {
        true => Wanted::taken_from(&mut head.uri),
        false => Wanted::default(),
    };
    let context = match make_context(&head).await {
        Ok(context) => context,
        Err(problem) => return finish(wants_page, None, problem.into_response()),
    };
    if head.uri.query().is_some_and(|query| query.len() > QUERY) {
        let problem = Problem::new(Code::QueryTooLong, "请写短一些再查");
        return finish(wants_page, Some(&context), problem.into_response());
    }
    let answered = match enter(&context, rule, &head).await {
        Err(problem) if wants_page && problem.status == StatusCode::UNAUTHORIZED => {
            Ok(kept::to_sign_in(&context, &head, body, &wanted).await)
        }
        Err(problem) if wants_page && problem.code == Code::PasswordChangeRequired => {
            Ok(Redirect::to("/account/password").into_response())
        }
        Err(problem) => Err(problem),
        Ok(()) if wants_page => page_answer(&context, rule, head, body, next, &wanted).await,
        Ok(()) => answer(&context, rule, head, body, next).await,
    };
    let response = answered.unwrap_or_else(Problem::into_response);
    finish(wants_page, Some(&context), response)
}

/// [`answer`] for a browser: what was kept for it is given back, and the page of a form that is refused is kept.
async fn page_answer(
    context: &Context,
    rule: Guard,
    head: Parts,
    body: Body,
    next: Next,
    wanted: &Wanted,
) -> Result<Response, Problem> {
    let headers = head.headers.clone();
    if head.method.is_safe() {
        if let Some(page) = kept_page(context, &head, wanted).await? {
            return Ok(page);
        }
        let response = answer(context, rule, head, body, next).await?;
        return match &wanted.form {
            Some(id) => kept::filled(context, &headers, id, response).await,
            None => Ok(response),
        };
    }
    let response = answer(context, rule, head, body, next)
        .await
        .unwrap_or_else(Problem::into_response);
    kept::shown_again(context, &headers, finish(true, Some(context), response)).await
}

/// Whether the caller may: not from another site, and who the route is for.
async fn enter(context: &Context, rule: Guard, head: &Parts) -> Result<(), Problem> {
    let host = head
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .or_else(|| head.uri.authority().map(|authority| authority.as_str()));
    if origin::is_foreign(&head.method, &head.headers, host) {
        return Err(Problem::new(
            Code::CrossOrigin,
            "这个请求来自别的网站，已被拒绝。请从本站页面重新操作",
        ));
    }
    admit(rule, context, head).await
}

async fn answer(
    context: &Context,
    rule: Guard,
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
            Claimed::New(request, claim) => {
                let response = next.run(*request).await;
                claim.keep(context, response).await
            }
            Claimed::Answered(response) => Ok(response),
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

async fn admit(rule: Guard, context: &Context, head: &Parts) -> Result<(), Problem> {
    let caller = match rule.who {
        Who::Everybody => return Ok(()),
        Who::Scheduler => {
            let token = seal::variable("scheduler_token").await?;
            let is_his = caller::bearer(&head.headers).is_some_and(|held| seal::same(held, &token));
            return if is_his {
                Ok(())
            } else {
                Err(Problem::new(Code::NotTheScheduler, "只有定时任务可以调用"))
            };
        }
        Who::SignedIn | Who::Roles(_) => context.caller()?,
    };
    if caller.must_change_password && !BEFORE_PASSWORD_CHANGE.contains(&head.uri.path()) {
        return Err(Problem::new(
            Code::PasswordChangeRequired,
            "首次登录请先修改密码",
        ));
    }
    match rule.who {
        Who::Roles(roles) if !roles.contains(&caller.role) => Err(Problem::forbidden()),
        _ => rule.token.admit(caller, rule.path),
    }
}

async fn make_context(head: &Parts) -> Result<Context, Problem> {
    let now = context::now();
    migrations::migrate(&Store, now.into()).await?;
    store_keys::check(&Store).await?;
    let headers = &head.headers;
    // The scheduler's token is nobody's; every other bearer token must be somebody's.
    let caller: Option<Caller> = if head.uri.path().starts_with("/internal/") {
        None
    } else {
        caller::find(&Store, headers, now).await?
    };
    Ok(Context {
        store: Store,
        now,
        caller,
        address: address(headers),
        here: head
            .uri
            .path_and_query()
            .map_or_else(String::new, ToString::to_string),
        large_text: context::wants_large_text(headers),
        issuer: seal::variable("issuer").await?,
    })
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

/// A person's browser that asks for a page, not for data.
fn wants_page(head: &Parts) -> bool {
    let path = head.uri.path();
    if path.starts_with("/api/") || path.starts_with("/internal/") {
        return false;
    }
    head.headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// What every response carries; a problem becomes a page where one was asked for.
fn finish(wants_page: bool, context: Option<&Context>, mut response: Response) -> Response {
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

    #[test]
    fn a_forms_address_leads_to_the_page_it_stands_on() {
        let pages = ["/x", "/x/new", "/x/{id}", "/x/{id}/edit"];
        for (path, page) in [
            ("/x/7/decide", "/x/7"),
            ("/x/7/edit/photos", "/x/7/edit"),
            ("/x/7/a/b", "/x/7"),
            ("/x/publish", "/x"),
            ("/y/publish", "/"),
            ("/sign-out", "/"),
        ] {
            assert_eq!(nearest(&pages, path), page, "{path}");
        }
    }
}
