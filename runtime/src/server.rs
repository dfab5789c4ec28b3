//! HTTP in: finds the function for a request, holds it to its limits, and logs one line about it.

use crate::function::Function;
use crate::proxies::TrustedProxies;
use crate::router::Router;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::handler::{ExpirationError, InstantiationError};

/// Requests in flight; the next one is told to come back.
pub const IN_FLIGHT: usize = 128;
/// Open connections; the next one waits to be accepted.
const CONNECTIONS: usize = 2_048;
/// How long a client may take over its headers.
const HEADER_TIME: Duration = Duration::from_secs(15);
/// How long requests in flight may take to finish once we were told to stop.
const STOP_TIME: Duration = Duration::from_secs(30);
/// How much of a body that is too large we read on, so that the client gets to see our answer, and for how long.
const UNREAD_BYTES: usize = 512 << 20;
const UNREAD_TIME: Duration = Duration::from_secs(20);

const CLIENT_ADDR: HeaderName = HeaderName::from_static("spin-client-addr");

pub type Response = http::Response<UnsyncBoxBody<Bytes, wasmtime_wasi_http::Error>>;

pub struct App {
    pub router: Router,
    pub functions: BTreeMap<String, Function>,
    pub proxies: TrustedProxies,
    in_flight: Arc<Semaphore>,
}

impl App {
    pub fn new(
        router: Router,
        functions: BTreeMap<String, Function>,
        proxies: TrustedProxies,
    ) -> Self {
        Self {
            router,
            functions,
            proxies,
            in_flight: Arc::new(Semaphore::new(IN_FLIGHT)),
        }
    }

    /// Answers one request; `peer` is the other end of the connection.
    pub async fn answer<B>(&self, request: http::Request<B>, peer: SocketAddr) -> Response
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let began = Instant::now();
        let method = request.method().clone();
        let (component, route) = match self.router.find(request.uri().path()) {
            Some(matched) => (matched.component.to_owned(), matched.route.to_owned()),
            None => (String::new(), String::new()),
        };
        let mut entry = LogEntry {
            method,
            route,
            component,
            status: StatusCode::INTERNAL_SERVER_ERROR,
            bytes: 0,
            began,
            _permit: None,
        };
        let Some(function) = self.functions.get(&entry.component) else {
            return entry.finish(problem(
                StatusCode::NOT_FOUND,
                "not_found",
                "nothing is here",
            ));
        };
        let Ok(permit) = self.in_flight.clone().try_acquire_owned() else {
            return entry.finish(busy());
        };
        entry._permit = Some(permit);
        let response = self.call(function, request, peer, began).await;
        entry.finish(response)
    }

    async fn call<B>(
        &self,
        function: &Function,
        request: http::Request<B>,
        peer: SocketAddr,
        began: Instant,
    ) -> Response
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let limit = (function.limits.body_mib as usize) << 20;
        let (mut head, body) = request.into_parts();
        if body.size_hint().lower() > limit as u64 {
            read_on(body).await;
            return problem(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                &format!("the body is larger than {} MiB", function.limits.body_mib),
            );
        }
        let Some(uri) = absolute(&head) else {
            return problem(
                StatusCode::BAD_REQUEST,
                "bad_host",
                "the Host header is missing or malformed",
            );
        };
        head.uri = uri;
        let client = self.proxies.client(peer, &head.headers);
        head.headers = head
            .headers
            .iter()
            .filter(|(name, _)| !name.as_str().starts_with("spin-"))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if let Ok(client) = HeaderValue::try_from(client.to_string()) {
            head.headers.insert(CLIENT_ADDR, client);
        }
        let body: WasiBody = Limited::new(ReadToEnd(Some(body)), limit)
            .map_err(body_error)
            .boxed_unsync();
        let answered = function
            .handler
            .handle((), http::Request::from_parts(head, body))
            .await;
        match answered {
            Ok(response) => response,
            Err(error) => {
                let late =
                    began.elapsed() >= Duration::from_secs(function.limits.request_seconds.into());
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

/// One line a request, written when its last byte has been sent. It names the route, never the path, the query or a body.
struct LogEntry {
    method: http::Method,
    route: String,
    component: String,
    status: StatusCode,
    bytes: u64,
    began: Instant,
    _permit: Option<OwnedSemaphorePermit>,
}

impl LogEntry {
    fn finish(mut self, response: Response) -> Response {
        self.status = response.status();
        response.map(|body| LoggedBody { body, entry: self }.boxed_unsync())
    }
}

impl Drop for LogEntry {
    fn drop(&mut self) {
        tracing::info!(
            target: "request",
            method = %self.method,
            route = self.route,
            component = self.component,
            status = self.status.as_u16(),
            ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX),
            bytes = self.bytes,
        );
    }
}

struct LoggedBody {
    body: UnsyncBoxBody<Bytes, wasmtime_wasi_http::Error>,
    entry: LogEntry,
}

impl Body for LoggedBody {
    type Data = Bytes;
    type Error = wasmtime_wasi_http::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, wasmtime_wasi_http::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &frame {
            self.entry.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Serves until `stop` turns true, then finishes the requests in flight.
pub async fn serve(app: Arc<App>, listener: TcpListener, mut stop: watch::Receiver<bool>) {
    let connections = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = connections.clone().acquire_owned().await else {
            return;
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopped(&mut stop) => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, say: waiting is all that helps.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let app = app.clone();
        let mut stop = stop.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request: http::Request<Incoming>| {
                let app = app.clone();
                async move { Ok::<_, std::convert::Infallible>(app.answer(request, peer).await) }
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADER_TIME)
                .serve_connection(TokioIo::new(stream), service);
            let mut connection = std::pin::pin!(connection);
            let stopping = tokio::select! {
                _ = connection.as_mut() => false,
                () = stopped(&mut stop) => true,
            };
            if stopping {
                connection.as_mut().graceful_shutdown();
                let _ = connection.await;
            }
            drop(place);
        });
    }
    drop(listener);
    let all = u32::try_from(CONNECTIONS).unwrap_or(u32::MAX);
    if tokio::time::timeout(STOP_TIME, connections.acquire_many(all))
        .await
        .is_err()
    {
        tracing::warn!("some requests were still running at the end");
    }
}

/// Returns once `stop` is true.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
