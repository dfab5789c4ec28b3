//! HTTP in: finds the function for a request, holds it to its limits, and logs one line about it.

use crate::cache::{self, Cache, Found, Head};
use crate::function::{Handler, Instances};
use crate::manifest::Limits;
use crate::proxies::TrustedProxies;
use crate::request_log::{LogEntry, Tallies};
use crate::router::{Matched, Router};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited, StreamBody};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::handler::{ExpirationError, InstantiationError, ProxyHandler};

/// Requests in flight; the next one is told to come back.
pub const IN_FLIGHT: usize = 128;
/// How much of a body that is too large we read on, so that the client gets to see our answer, and for how long.
const UNREAD_BYTES: usize = 512 << 20;
const UNREAD_TIME: Duration = Duration::from_secs(20);

/// Bytes of an answer that is sent in one piece.
const SHORT_ANSWER: u64 = 256 << 10;
/// Bytes of a body that is read before its function is called, and how long its sender may take: a function then waits for nobody
/// to read it, and whoever sends slowly holds none.
const SHORT_BODY: u64 = 64 << 10;
const SHORT_BODY_TIME: Duration = Duration::from_secs(30);

const CLIENT_ADDR: HeaderName = HeaderName::from_static("spin-client-addr");

pub type Response = http::Response<UnsyncBoxBody<Bytes, wasmtime_wasi_http::Error>>;

/// What all threads share.
pub struct House {
    pub router: Arc<Router>,
    pub tallies: Tallies,
    functions: BTreeMap<String, Instances>,
    proxies: TrustedProxies,
    cache: Cache,
    in_flight: Arc<Semaphore>,
}

impl House {
    pub fn new(
        router: Router,
        functions: BTreeMap<String, Instances>,
        proxies: TrustedProxies,
    ) -> Self {
        Self {
            tallies: Tallies::new(router.count()),
            router: Arc::new(router),
            cache: Cache::new(functions.len()),
            functions,
            proxies,
            in_flight: Arc::new(Semaphore::new(IN_FLIGHT)),
        }
    }
}

/// The functions on one thread.
pub struct App {
    pub house: Arc<House>,
    handlers: BTreeMap<String, Handler>,
}

impl App {
    pub fn new(house: &Arc<House>) -> Self {
        let handlers = house
            .functions
            .iter()
            .map(|(name, instances)| (name.clone(), ProxyHandler::new(instances.clone())))
            .collect();
        Self {
            house: house.clone(),
            handlers,
        }
    }

    /// Answers one request; `peer` is the other end of the connection.
    pub async fn answer<B>(&self, mut request: http::Request<B>, peer: SocketAddr) -> Response
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let cache = &self.house.cache;
        let asked = Instant::now();
        let reusable = cache::is_anybodys(request.method(), request.headers());
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
            let entry = LogEntry::begin(router.clone(), request.method().clone(), None);
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
        let mut entry = LogEntry::begin(router, method, Some(matched.place));
        let Some(handler) = self.handlers.get(matched.component) else {
            let nothing = problem(StatusCode::NOT_FOUND, "not_found", "nothing is here");
            return entry.finish(nothing);
        };
        let (head, body) = request.into_parts();
        let body = match take_in(body, &handler.state().limits).await {
            Ok(body) => body,
            Err(problem) => return entry.finish(problem),
        };
        let cache = &self.house.cache;
        let _change = (!head.method.is_safe()).then(|| cache.change(matched.owner));
        let Ok(permit) = self.house.in_flight.clone().try_acquire_owned() else {
            return entry.finish(busy());
        };
        entry.permit = Some(permit);
        let response = self.call(handler, head, body, peer).await;
        entry.finish(response)
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
            return problem(
                StatusCode::BAD_REQUEST,
                "bad_host",
                "the Host header is missing or malformed",
            );
        };
        head.uri = uri;
        let client = self.house.proxies.client(peer, &head.headers);
        if head.headers.keys().any(is_ours) {
            head.headers = head
                .headers
                .iter()
                .filter(|(name, _)| !is_ours(name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
        }
        if let Ok(client) = HeaderValue::try_from(client.to_string()) {
            head.headers.insert(CLIENT_ADDR, client);
        }
        let answered = handler
            .handle((), http::Request::from_parts(head, body))
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
                } else if error.is::<InstantiationError<()>>() {
                    tracing::error!(%error, "no instance could be made");
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

/// A body as a function is given it: whole where it is short, otherwise as it comes, and never more than the function takes.
async fn take_in<B>(body: B, limits: &Limits) -> Result<WasiBody, Response>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let limit = (limits.body_mib as usize) << 20;
    let size = body.size_hint();
    if size.lower() > limit as u64 {
        read_on(body).await;
        return Err(problem(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            &format!("the body is larger than {} MiB", limits.body_mib),
        ));
    }
    if size.upper().is_none_or(|bytes| bytes > SHORT_BODY) {
        return Ok(Limited::new(ReadToEnd(Some(body)), limit)
            .map_err(body_error)
            .boxed_unsync());
    }
    match tokio::time::timeout(SHORT_BODY_TIME, body.collect()).await {
        Ok(Ok(body)) => Ok(Full::new(body.to_bytes())
            .map_err(|never| match never {})
            .boxed_unsync()),
        Ok(Err(_)) => Err(problem(
            StatusCode::BAD_REQUEST,
            "broken_off",
            "the body was broken off",
        )),
        Err(_) => Err(problem(
            StatusCode::REQUEST_TIMEOUT,
            "timed_out",
            "the body did not come in time",
        )),
    }
}

/// What only the runtime may say to a function.
fn is_ours(name: &HeaderName) -> bool {
    name.as_str().starts_with("spin-")
}

/// A short answer in one piece: it leaves in one packet, and its instance is free for the next request however slowly the client
/// reads.
async fn whole(response: Response) -> Response {
    if length(response.headers()).is_none_or(|bytes| bytes > SHORT_ANSWER) {
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

fn body_error(error: Box<dyn std::error::Error + Send + Sync>) -> wasmtime_wasi_http::Error {
    if error.is::<LengthLimitError>() {
        wasmtime_wasi_http::Error::HttpRequestBodySize(None)
    } else {
        wasmtime_wasi_http::Error::ConnectionTerminated
    }
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

/// A body that is read on when the function lets go of it: an early answer (not signed in, too large) then reaches a client
/// that is still sending.
struct ReadToEnd<B: Body<Data = Bytes> + Send + Unpin + 'static>(Option<B>);

impl<B: Body<Data = Bytes> + Send + Unpin + 'static> Body for ReadToEnd<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match &mut self.0 {
            Some(body) => Pin::new(body).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.0
            .as_ref()
            .map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl<B: Body<Data = Bytes> + Send + Unpin + 'static> Drop for ReadToEnd<B> {
    fn drop(&mut self) {
        if let Some(body) = self.0.take().filter(|body| !body.is_end_stream())
            && let Ok(tokio) = tokio::runtime::Handle::try_current()
        {
            tokio.spawn(read_on(body));
        }
    }
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

/// RFC 9457, as the functions answer.
fn problem(status: StatusCode, code: &str, detail: &str) -> Response {
    let body = serde_json::json!({
        "type": "about:blank",
        "title": status.canonical_reason(),
        "status": status.as_u16(),
        "code": code,
        "detail": detail,
    });
    let body = Full::new(Bytes::from(body.to_string()))
        .map_err(|never| match never {})
        .boxed_unsync();
    let mut response = http::Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    response
}
