//! A function's routes. A route cannot be declared without saying who may call it; [`crate::guard`] holds every request to that.

use crate::api::{Api, OperationDescription};
use crate::guard::{KeyPolicy, RouteRule, guard};
use crate::stray::{other_method, unknown_address};
use crate::token::Token;
use crate::who::Admission;
use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::middleware;
use axum::routing::{MethodFilter, on};
use http::Method;
use std::any::Any;
use std::sync::Arc;

/// A function declares its routes with these.
pub use crate::who::{BUREAU, BUREAU_AND_STATIONS, DESK, OFFICE, OFFICE_AND_BUREAU, STAFF, Who};

/// One route, as declared.
#[derive(Clone)]
pub struct DeclaredRoute {
    pub method: Method,
    /// The path, with `{segment}` for each part that varies.
    pub path: &'static str,
    pub who: Who,
    /// What a token needs whose role may call.
    pub token: Token,
    /// The handler's name.
    #[cfg(not(target_family = "wasm"))]
    pub handler: &'static str,
    /// Whether an `Idempotency-Key` is heeded.
    pub keyed: bool,
    /// The heading under which it is described.
    #[cfg(not(target_family = "wasm"))]
    pub section: &'static str,
    /// What it does, in a line for people, and what it takes and gives.
    #[cfg(not(target_family = "wasm"))]
    pub description: Option<(&'static str, OperationDescription)>,
}

impl DeclaredRoute {
    /// Whether the public gets a page from it, or what a form of such a page leads to.
    pub fn is_public_page(&self) -> bool {
        let is_data = ["/api/", "/internal/", "/open311/"]
            .iter()
            .any(|start| self.path.starts_with(start));
        self.who == Who::Everybody && !is_data
    }
}

/// The routes of a function, in the order of their declaration.
#[derive(Default)]
pub struct Routes {
    router: Router,
    declared: Vec<DeclaredRoute>,
    values: Vec<&'static (dyn Any + Send + Sync)>,
    #[cfg(not(target_family = "wasm"))]
    section: &'static str,
}

impl Routes {
    /// A route that only reads.
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
            KeyPolicy::SignedIn,
            handler,
        )
    }

    /// [`Self::get`] of a page that reads the office for its frame beside what else it reads ([`crate::Context::know_office`]), or of what
    /// has no frame: nothing is asked of the store before the handler runs.
    pub fn get_prepared<H: Handler<T, ()>, T: 'static>(
        self,
        path: &'static str,
        who: impl Into<Admission>,
        handler: H,
    ) -> Self {
        self.on_prepared(
            Method::GET,
            MethodFilter::GET,
            path,
            who.into(),
            KeyPolicy::SignedIn,
            true,
            handler,
        )
    }

    /// A route that adds something or moves it on.
    pub fn post<H: Handler<T, ()>, T: 'static>(
        self,
        path: &'static str,
        who: impl Into<Admission>,
        handler: H,
    ) -> Self {
        self.on_post(path, who.into(), KeyPolicy::SignedIn, handler)
    }

    fn on_post<H: Handler<T, ()>, T: 'static>(
        self,
        path: &'static str,
        who: Admission,
        keyed: KeyPolicy,
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
        self.on_post(path, who.into(), KeyPolicy::ByHandler, handler)
    }

    /// [`Self::post`] by which the public files something: an anonymous caller's `Idempotency-Key` holds too.
    pub fn post_filing<H: Handler<T, ()>, T: 'static>(
        self,
        path: &'static str,
        who: impl Into<Admission>,
        handler: H,
    ) -> Self {
        self.on_post(path, who.into(), KeyPolicy::Everybody, handler)
    }

    /// A route that replaces something whole.
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
            KeyPolicy::SignedIn,
            handler,
        )
    }

    /// A route that changes what it is given of something.
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
            KeyPolicy::SignedIn,
            handler,
        )
    }

    /// A route that takes something away.
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
            KeyPolicy::SignedIn,
            handler,
        )
    }

    fn on<H: Handler<T, ()>, T: 'static>(
        self,
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        admission: Admission,
        keyed: KeyPolicy,
        handler: H,
    ) -> Self {
        self.on_prepared(method, filter, path, admission, keyed, false, handler)
    }

    #[expect(clippy::too_many_arguments, reason = "all that a route is")]
    fn on_prepared<H: Handler<T, ()>, T: 'static>(
        mut self,
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        admission: Admission,
        keyed: KeyPolicy,
        prepared: bool,
        handler: H,
    ) -> Self {
        let token = admission.token.unwrap_or(match admission.who {
            Who::Everybody | Who::Scheduler => Token::Nothing,
            Who::SignedIn | Who::Roles(_) => Token::usual(&method),
        });
        let declared = DeclaredRoute {
            method,
            path,
            who: admission.who,
            token,
            keyed: match keyed {
                KeyPolicy::SignedIn => matches!(admission.who, Who::SignedIn | Who::Roles(_)),
                KeyPolicy::Everybody | KeyPolicy::ByHandler => true,
            },
            #[cfg(not(target_family = "wasm"))]
            handler: std::any::type_name::<H>(),
            #[cfg(not(target_family = "wasm"))]
            section: self.section,
            #[cfg(not(target_family = "wasm"))]
            description: None,
        };
        let rule = RouteRule {
            who: declared.who,
            token,
            path,
            keyed,
            finds_office: declared.is_public_page() && !prepared,
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
            last.description = Some((summary, api.into_description()));
        }
        self
    }

    /// A component does not describe itself.
    #[cfg(target_family = "wasm")]
    #[must_use]
    pub fn api(self, _: &'static str, _: Api) -> Self {
        self
    }

    /// All routes that were declared, for the tests that walk them.
    pub fn declared(&self) -> &[DeclaredRoute] {
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
            .fallback(|request: Request| unknown_address(request.into_parts().0))
            // Turns the handlers into services now, and not again for every request.
            .with_state(())
    }
}
