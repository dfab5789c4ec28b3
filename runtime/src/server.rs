//! HTTP in: finds the function for a request, holds it to its limits, and logs one line about it.

use crate::cache::{self, Cache, Found, Head};
use crate::function::{Handler, Instances};
use crate::health::{Asking, Health, Question};
use crate::host::Common;
use crate::manifest::Limits;
use crate::memory::{MemoryOfAll, Short};
use crate::metrics::Metrics;
use crate::proxies::TrustedProxies;
use crate::reception::{Reception, Refusal};
use crate::request_log::{LogEntry, Tallies};
use crate::router::{Matched, Router};
use crate::visitors::{Visitor, Visitors};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use http_body::Body;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use prometheus_client::metrics::counter::Counter;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::handler::{ExpirationError, InstantiationError, ProxyHandler};

/// Requests that functions have at once; the next one is told to come back.
const IN_FLIGHT: usize = 128;
/// As many again have the schedules, which no crowd keeps from running.
const SCHEDULED: usize = 16;
/// Instances of one function that may be needed at once.
pub const INSTANCES: usize = IN_FLIGHT + SCHEDULED;
/// How much of a body that is too large, or that there is no room for, we read on, so that the client gets to see our answer, and for how long.
const UNREAD_BYTES: usize = 512 << 20;
const UNREAD_TIME: Duration = Duration::from_secs(20);

/// A form or JSON that is longer may need much memory, and so may anything else that is: pictures, videos, workbooks.
const LIGHT: u64 = 1 << 20;
/// What is shorter never stands in line, whatever it is: a complaint without a picture is not to wait for those with some.
const SHORT_BODY: u64 = 16 << 10;
/// Bytes of an answer that is sent in one piece.
const SHORT_ANSWER: u64 = 256 << 10;
const CLIENT_ADDR: HeaderName = HeaderName::from_static("spin-client-addr");

pub type Response = http::Response<UnsyncBoxBody<Bytes, wasmtime_wasi_http::Error>>;

/// What all threads share.
pub struct House {
    pub router: Arc<Router>,
    pub tallies: Tallies,
    functions: BTreeMap<String, Instances>,
    memory: MemoryOfAll,
    proxies: TrustedProxies,
    cache: Cache,
    reception: Reception,
    places: Arc<Semaphore>,
    pub visitors: Arc<Visitors>,
    pub metrics: Arc<Metrics>,
    health: Health,
    /// Answers as Spin does.
    like_spin: bool,
    opened: Counter,
}

impl House {
    pub fn new(
        router: Router,
        functions: BTreeMap<String, Instances>,
        memory: MemoryOfAll,
        proxies: TrustedProxies,
        health: Health,
        common: &Common<'_>,
    ) -> Self {
        let names: Vec<&str> = functions.keys().map(String::as_str).collect();
        Self {
            metrics: Arc::new(Metrics::new(&names, common.opened)),
            like_spin: common.like_spin.is_some(),
            opened: common.opened.clone(),
            health,
            tallies: Tallies::new(router.count()),
            router: Arc::new(router),
            cache: Cache::new(functions.len()),
            functions,
            memory,
            proxies,
            reception: Reception::default(),
            places: Arc::new(Semaphore::new(IN_FLIGHT)),
            visitors: Arc::default(),
        }
    }
}

impl House {
    /// Requests that functions have now.
    pub fn in_flight(&self) -> usize {
        IN_FLIGHT.saturating_sub(self.places.available_permits())
    }

    /// Connections to the store that functions have opened.
    pub fn connections_opened(&self) -> u64 {
        self.opened.get()
    }

    /// KiB of request bodies in memory.
    pub fn bodies_held(&self) -> usize {
        self.reception.held()
    }

    /// Bytes of memory that functions have now.
    pub fn memory_held(&self) -> usize {
        self.memory.held()
    }

    /// Answers what is asked of the program itself.
    async fn about_itself<B>(
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
        let asking = Asking {
            question,
            method: request.method(),
            is_on_this_machine: peer.ip().to_canonical().is_loopback() && !is_forwarded,
            token: headers
                .get(header::AUTHORIZATION)
                .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer ")),
        };
        self.health.answer(asking, self).await
    }
}

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

    /// For the schedules: with places of their own.
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
        match Question::of(request.uri().path()) {
            Some(question) if !self.house.like_spin => {
                self.house.about_itself(question, &request, peer).await
            }
            _ => self.answer_by_function(request, peer).await,
        }
    }

    /// As [`Self::answer`], by a function also where the program has an answer of its own.
    pub async fn answer_by_function<B>(
        &self,
        mut request: http::Request<B>,
        peer: SocketAddr,
    ) -> Response
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        // Of two, one program would take the first and another the last.
        if request
            .headers()
            .get_all(header::HOST)
            .iter()
            .nth(1)
            .is_some()
        {
            return bad_host();
        }
        let cache = &self.house.cache;
        let asked = Instant::now();
        let reusable =
            !self.house.like_spin && cache::is_anybodys(request.method(), request.headers());
        let mut stale = None;
        if reusable {
            match cache.find(&request, asked) {
                Found::Fresh(answer) => return self.count(answer),
                Found::Stale(kept) => stale = Some(kept),
                Found::Nothing => {}
            }
        }
        let router = self.house.router.clone();
        let Some(matched) = router.find(request.uri().path()) else {
            let nothing = problem(StatusCode::NOT_FOUND, "not_found", "nothing is here");
            let metrics = self.house.metrics.clone();
            let entry = LogEntry::begin(router.clone(), metrics, request.method().clone(), None);
            return entry.finish(nothing);
        };
        if !reusable {
            return self.dispatch(matched, request, peer).await;
        }
        let head = Head::of(&request);
        let Some(stale) = stale else {
            let from = cache::From {
                place: matched.place,
                owner: matched.owner,
            };
            let state = cache.state(matched.owner);
            let response = self.dispatch(matched, request, peer).await;
            return cache.keep(&head, from, state, response).await;
        };
        let _asking = stale.asking.lock().await;
        if let Found::Fresh(answer) = cache.find(&request, asked) {
            return self.count(answer);
        }
        stale.ask_anew(&mut request);
        let state = cache.state(matched.owner);
        let response = self.dispatch(matched, request, peer).await;
        cache.renew(&head, &stale, state, response).await
    }

    fn count(&self, (response, place): (Response, usize)) -> Response {
        let bytes = response.body().size_hint().exact().unwrap_or(0);
        self.house.tallies.count(place, bytes);
        self.house.metrics.count_cached();
        response
    }

    /// Has the function of its route answer a request.
    async fn dispatch<B>(
        &self,
        matched: Matched<'_>,
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
            let nothing = problem(StatusCode::NOT_FOUND, "not_found", "nothing is here");
            return entry.finish(nothing);
        };
        let (head, body) = request.into_parts();
        let body = match self.take_in(body, &handler.state().limits).await {
            Ok(body) => body,
            Err(problem) => return entry.finish(problem),
        };
        let _served = head
            .extensions
            .get::<Arc<Visitor>>()
            .map(|visitor| visitor.served());
        let _promised = if may_need_much(&head.headers, body.size_hint().lower()) {
            match self
                .house
                .memory
                .promise(handler.state().limits.memory_mib)
                .await
            {
                Some(promised) => Some(promised),
                None => return entry.finish(busy()),
            }
        } else {
            None
        };
        let cache = &self.house.cache;
        let _change = (!head.method.is_safe()).then(|| cache.change(matched.owner));
        let Ok(place) = self.places.clone().try_acquire_owned() else {
            return entry.finish(busy());
        };
        let response = self.call(handler, head, body, peer).await;
        // A short answer is whole by now and waits for the client alone; a long one still comes from its function.
        entry.place_in_flight = (!is_short(&response)).then_some(place);
        entry.finish(response)
    }

    async fn take_in<B>(&self, mut body: B, limits: &Limits) -> Result<WasiBody, Response>
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let limit = (limits.body_mib as usize) << 20;
        let taken = if body.size_hint().lower() > limit as u64 {
            Err(Refusal::TooLarge)
        } else {
            self.house.reception.take_in(&mut body, limit).await
        };
        match taken {
            Ok(taken) => Ok(taken.map_err(|never| match never {}).boxed_unsync()),
            Err(refusal) => {
                if matches!(refusal, Refusal::TooLarge | Refusal::NoRoom) {
                    read_on(body).await;
                }
                Err(refused(refusal, limits))
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
            return bad_host();
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
            // Behind what a client may have sent, where that is left standing.
            head.headers.append(CLIENT_ADDR, client);
        }
        let short = Short::default();
        let answered = handler
            .handle(short.clone(), http::Request::from_parts(head, body))
            .await;
        match answered {
            Ok(response) => whole(response).await,
            Err(error) => {
                let late = began.elapsed() >= Duration::from_secs(limits.request_seconds.into());
                if late || error.is::<ExpirationError>() {
                    problem(
                        StatusCode::GATEWAY_TIMEOUT,
                        "timed_out",
                        "the request took too long and was ended",
                    )
                } else if error.is::<InstantiationError<Short>>() {
                    tracing::error!(%error, "no instance could be made");
                    busy()
                } else if short.is_set() {
                    tracing::error!("functions have all the memory that they may have");
                    busy()
                } else {
                    problem(
                        StatusCode::INTERNAL_SERVER_ERROR,
                        "internal",
                        "something went wrong on our side",
                    )
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
fn refused(refusal: Refusal, limits: &Limits) -> Response {
    match refusal {
        Refusal::TooLarge => problem(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            &format!("the body is larger than {} MiB", limits.body_mib),
        ),
        Refusal::BrokenOff => problem(
            StatusCode::BAD_REQUEST,
            "broken_off",
            "the body was broken off",
        ),
        Refusal::TooSlow => problem(
            StatusCode::REQUEST_TIMEOUT,
            "too_slow",
            "the body came too slowly",
        ),
        Refusal::NoRoom => busy(),
    }
}

/// What only the runtime may say to a function.
fn is_ours(name: &HeaderName) -> bool {
    name.as_str().starts_with("spin-")
}

fn is_short(response: &Response) -> bool {
    length(response.headers()).is_some_and(|bytes| bytes <= SHORT_ANSWER)
}

/// A short answer in one piece: it leaves in one packet, and its instance is free for the next request however slowly the client
/// reads.
async fn whole(response: Response) -> Response {
    if !is_short(&response) {
        return response;
    }
    let (head, body) = response.into_parts();
    let body = match body.collect().await {
        Ok(body) => Full::new(body.to_bytes())
            .map_err(|never| match never {})
            .boxed_unsync(),
        Err(error) => broken_off(error),
    };
    http::Response::from_parts(head, body)
}

/// What is left of a body whose function did not finish it.
pub fn broken_off(
    error: wasmtime_wasi_http::Error,
) -> UnsyncBoxBody<Bytes, wasmtime_wasi_http::Error> {
    StreamBody::new(futures::stream::iter([Err(error)])).boxed_unsync()
}

/// The bytes that an answer says it has.
pub fn length(headers: &HeaderMap) -> Option<u64> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// A client that is still sending does not listen: reads the rest away, within bounds.
async fn read_on<B: Body<Data = Bytes> + Unpin>(mut body: B) {
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

fn bad_host() -> Response {
    problem(
        StatusCode::BAD_REQUEST,
        "bad_host",
        "one Host header is needed, and a well-formed one",
    )
}

fn busy() -> Response {
    let mut response = problem(
        StatusCode::SERVICE_UNAVAILABLE,
        "busy",
        "too many requests at once",
    );
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

/// A short answer of the program's own.
pub fn text(status: StatusCode, kind: &'static str, text: String) -> Response {
    let body = Full::new(Bytes::from(text))
        .map_err(|never| match never {})
        .boxed_unsync();
    let mut response = http::Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// RFC 9457, as the functions answer.
pub fn problem(status: StatusCode, code: &str, detail: &str) -> Response {
    let body = serde_json::json!({
        "type": "about:blank",
        "title": status.canonical_reason(),
        "status": status.as_u16(),
        "code": code,
        "detail": detail,
    });
    text(status, "application/problem+json", body.to_string())
}
