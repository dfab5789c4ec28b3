//! HTTP in: finds the function for a request, holds it to its limits, and logs one line about it.

use crate::cache::{self, Lookup, Origin, RequestHead};
use crate::function::Handler;
use crate::health::{HealthRequest, Question};
use crate::house::{House, SCHEDULED};
use crate::manifest::Limits;
use crate::memory::MemoryShortage;
use crate::problem;
use crate::reception::Refusal;
use crate::request_log::LogEntry;
use crate::response::{Response, in_one_piece, is_short};
use crate::router::RouteMatch;
use crate::visitors::Visitor;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use http_body::Body;
use http_body_util::BodyExt as _;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::handler::{ExpirationError, InstantiationError, ProxyHandler};

/// How much of a body that is too large, or that there is no room for, we read on, so that the client gets to see our answer, and for how long.
const UNREAD_BYTES: usize = 512 << 20;
const UNREAD_TIME: Duration = Duration::from_secs(20);

/// A form or JSON that is longer may need much memory, and so may anything else that is: pictures, videos, workbooks.
const LIGHT: u64 = 1 << 20;
/// What is shorter never stands in line, whatever it is: a complaint without a picture is not to wait for those with some.
const SHORT_BODY: u64 = 16 << 10;
const CLIENT_ADDR: HeaderName = HeaderName::from_static("spin-client-addr");

/// The functions on one thread.
pub struct App {
    pub house: Arc<House>,
    handlers: BTreeMap<String, Handler>,
    places: Arc<Semaphore>,
}

impl App {
    pub fn new(house: &Arc<House>) -> Self {
        Self::with(house, house.places.clone())
    }

    /// The functions as the schedules call them: with places of their own.
    pub fn of_schedules(house: &Arc<House>) -> Self {
        Self::with(house, Arc::new(Semaphore::new(SCHEDULED)))
    }

    fn with(house: &Arc<House>, places: Arc<Semaphore>) -> Self {
        let handlers = house
            .functions
            .iter()
            .map(|(name, instances)| (name.clone(), ProxyHandler::new(instances.clone())))
            .collect();
        Self {
            house: house.clone(),
            handlers,
            places,
        }
    }

    /// Answers one request; `peer` is the other end of the connection.
    pub async fn answer<B>(&self, request: http::Request<B>, peer: SocketAddr) -> Response
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        match Question::from_path(request.uri().path()) {
            Some(question) if !self.house.like_spin => {
                self.answer_about_itself(question, &request, peer).await
            }
            _ => self.answer_by_function(request, peer).await,
        }
    }

    /// Answers what is asked of the program itself.
    async fn answer_about_itself<B>(
        &self,
        question: Question,
        request: &http::Request<B>,
        peer: SocketAddr,
    ) -> Response {
        let headers = request.headers();
        // Behind a proxy on the same machine everybody seems to be on it.
        let is_forwarded = ["x-forwarded-for", "forwarded", "via"]
            .iter()
            .any(|name| headers.contains_key(*name));
        let asked = HealthRequest {
            question,
            method: request.method(),
            is_on_this_machine: peer.ip().to_canonical().is_loopback() && !is_forwarded,
            token: headers
                .get(header::AUTHORIZATION)
                .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer ")),
        };
        self.house
            .health
            .answer(asked, &self.house.metrics, self.house.load())
            .await
    }

    /// Answers one request by a function, even where the program has an answer of its own.
    pub async fn answer_by_function<B>(
        &self,
        mut request: http::Request<B>,
        peer: SocketAddr,
    ) -> Response
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        // Where there are two, one program would take the first and another the last.
        if request
            .headers()
            .get_all(header::HOST)
            .iter()
            .nth(1)
            .is_some()
        {
            return problem::bad_host();
        }
        let cache = &self.house.cache;
        let received = Instant::now();
        let reusable =
            !self.house.like_spin && cache::is_anybodys(request.method(), request.headers());
        let mut stale = None;
        if reusable {
            match cache.find(&request, received) {
                Lookup::Fresh(answer) => return self.count_cached(answer),
                Lookup::Stale(answer) => stale = Some(answer),
                Lookup::Nothing => {}
            }
        }
        let router = self.house.router.clone();
        let Some(matched) = router.find(request.uri().path()) else {
            let nothing = problem::not_found();
            let metrics = self.house.metrics.clone();
            let entry = LogEntry::begin(router.clone(), metrics, request.method().clone(), None);
            return entry.finish(nothing);
        };
        if !reusable {
            return self.dispatch(matched, request, peer).await;
        }
        let head = RequestHead::of(&request);
        let Some(stale) = stale else {
            let origin = Origin {
                place: matched.place,
                owner: matched.owner,
            };
            let state = cache.state(matched.owner);
            let response = self.dispatch(matched, request, peer).await;
            return cache.keep(&head, origin, state, response).await;
        };
        let _only_one_asks = stale.asking.lock().await;
        if let Lookup::Fresh(answer) = cache.find(&request, received) {
            return self.count_cached(answer);
        }
        stale.make_conditional(&mut request);
        let state = cache.state(matched.owner);
        let response = self.dispatch(matched, request, peer).await;
        cache.renew(&head, &stale, state, response).await
    }

    fn count_cached(&self, (response, place): (Response, usize)) -> Response {
        let bytes = response.body().size_hint().exact().unwrap_or(0);
        self.house.tallies.count(place, bytes);
        self.house.metrics.count_cached();
        response
    }

    /// Has the function of its route answer a request.
    async fn dispatch<B>(
        &self,
        matched: RouteMatch<'_>,
        request: http::Request<B>,
        peer: SocketAddr,
    ) -> Response
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let method = request.method().clone();
        let router = self.house.router.clone();
        let metrics = self.house.metrics.clone();
        let mut entry = LogEntry::begin(router, metrics, method, Some(matched.place));
        let Some(handler) = self.handlers.get(matched.component) else {
            let nothing = problem::not_found();
            return entry.finish(nothing);
        };
        let (head, body) = request.into_parts();
        let body = match self.receive_body(body, &handler.state().limits).await {
            Ok(body) => body,
            Err(problem) => return entry.finish(problem),
        };
        let _being_served = head
            .extensions
            .get::<Arc<Visitor>>()
            .map(|visitor| visitor.begin_request());
        let _memory = if may_need_much(&head.headers, body.size_hint().lower()) {
            match self
                .house
                .memory
                .promise(handler.state().limits.memory_mib)
                .await
            {
                Some(promise) => Some(promise),
                None => return entry.finish(problem::busy()),
            }
        } else {
            None
        };
        let cache = &self.house.cache;
        let _change = (!head.method.is_safe()).then(|| cache.change(matched.owner));
        let Ok(place) = self.places.clone().try_acquire_owned() else {
            return entry.finish(problem::busy());
        };
        let response = self.call(handler, head, body, peer).await;
        // A short answer is whole by now and waits for the client alone; a long one still comes from its function.
        entry.place_in_flight = (!is_short(&response)).then_some(place);
        entry.finish(response)
    }

    async fn receive_body<B>(&self, mut body: B, limits: &Limits) -> Result<WasiBody, Response>
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let limit = (limits.body_mib as usize) << 20;
        let received = if body.size_hint().lower() > limit as u64 {
            Err(Refusal::TooLarge)
        } else {
            self.house.reception.receive(&mut body, limit).await
        };
        match received {
            Ok(received) => Ok(received.map_err(|never| match never {}).boxed_unsync()),
            Err(refusal) => {
                if matches!(refusal, Refusal::TooLarge | Refusal::NoRoom) {
                    discard_rest(body).await;
                }
                Err(refusal_response(refusal, limits))
            }
        }
    }

    async fn call(
        &self,
        handler: &Handler,
        mut head: http::request::Parts,
        body: WasiBody,
        peer: SocketAddr,
    ) -> Response {
        let began = Instant::now();
        let limits = &handler.state().limits;
        let Some(uri) = absolute(&head) else {
            return problem::bad_host();
        };
        head.uri = uri;
        let client = self.house.proxies.client(peer, &head.headers);
        if !self.house.like_spin && head.headers.keys().any(is_ours) {
            head.headers = head
                .headers
                .iter()
                .filter(|(name, _)| !is_ours(name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
        }
        if let Ok(client) = HeaderValue::try_from(client.to_string()) {
            // It goes behind what a client may have sent under this name, where that is left standing.
            head.headers.append(CLIENT_ADDR, client);
        }
        let shortage = MemoryShortage::default();
        let answered = handler
            .handle(shortage.clone(), http::Request::from_parts(head, body))
            .await;
        match answered {
            Ok(response) => in_one_piece(response).await,
            Err(error) => {
                let late = began.elapsed() >= Duration::from_secs(limits.request_seconds.into());
                if late || error.is::<ExpirationError>() {
                    problem::timed_out()
                } else if error.is::<InstantiationError<MemoryShortage>>() {
                    tracing::error!(%error, "no instance could be made");
                    problem::busy()
                } else if shortage.is_set() {
                    tracing::error!("functions have all the memory that they may have");
                    problem::busy()
                } else {
                    problem::internal()
                }
            }
        }
    }
}

/// Whether a request waits in line for memory.
fn may_need_much(headers: &HeaderMap, bytes: u64) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    let is_light = ["application/json", "application/x-www-form-urlencoded"]
        .iter()
        .any(|light| essence.eq_ignore_ascii_case(light));
    bytes > LIGHT || (bytes > SHORT_BODY && !is_light)
}

/// What a client is told whose body was not taken in.
fn refusal_response(refusal: Refusal, limits: &Limits) -> Response {
    match refusal {
        Refusal::TooLarge => problem::too_large(limits.body_mib),
        Refusal::BrokenOff => problem::broken_off(),
        Refusal::TooSlow => problem::too_slow(),
        Refusal::NoRoom => problem::busy(),
    }
}

/// What only the runtime may say to a function.
fn is_ours(name: &HeaderName) -> bool {
    name.as_str().starts_with("spin-")
}

/// A client that is still sending does not listen: reads the rest away, within bounds.
async fn discard_rest<B: Body<Data = Bytes> + Unpin>(mut body: B) {
    let read = async {
        let mut left = UNREAD_BYTES;
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
            if left == 0 {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(UNREAD_TIME, read).await;
}

/// The request's URI with scheme and authority, as functions are given it.
fn absolute(head: &http::request::Parts) -> Option<http::Uri> {
    let host = head
        .uri
        .authority()
        .map(|authority| authority.as_str())
        .or_else(|| head.headers.get(header::HOST)?.to_str().ok())?;
    http::Uri::builder()
        .scheme("http")
        .authority(host)
        .path_and_query(head.uri.path_and_query()?.clone())
        .build()
        .ok()
}
