//! One line a request, written when its last byte has been sent; of what the cache answers, one line a minute and route. Lines
//! name the route, never the path, the query or a body.

use crate::metrics::Metrics;
use crate::response::{Response, ResponseBody};
use crate::router::Router;
use bytes::Bytes;
use http::{Method, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::sync::OwnedSemaphorePermit;

/// How often the cache's answers are told.
pub const TALLY_TIME: Duration = Duration::from_secs(60);

/// What a request ends with whose client has gone before there was an answer; nobody is sent it.
const GONE: u16 = 499;

/// A request on its way; its line is written when this is dropped.
pub struct LogEntry {
    router: Arc<Router>,
    metrics: Arc<Metrics>,
    method: Method,
    /// The place of the route; none where no route has the path.
    place: Option<usize>,
    /// The status of the answer; none while there is no answer.
    status: Option<StatusCode>,
    bytes: u64,
    began: Instant,
    /// The request's place among those in flight, as long as its function has not ended.
    pub place_in_flight: Option<OwnedSemaphorePermit>,
}

impl LogEntry {
    pub fn begin(
        router: Arc<Router>,
        metrics: Arc<Metrics>,
        method: Method,
        place: Option<usize>,
    ) -> Self {
        Self {
            router,
            metrics,
            method,
            place,
            status: None,
            bytes: 0,
            began: Instant::now(),
            place_in_flight: None,
        }
    }

    pub fn finish(mut self, response: Response) -> Response {
        self.status = Some(response.status());
        response.map(|body| LoggedBody { body, entry: self }.boxed_unsync())
    }
}

impl Drop for LogEntry {
    fn drop(&mut self) {
        self.metrics.count(&self.router, self.place, self.status);
        let matched = self.place.and_then(|place| self.router.at(place));
        let status = self.status.map_or(GONE, |status| status.as_u16());
        macro_rules! tell {
            ($level:ident) => {
                tracing::$level!(
                    target: "request",
                    method = %self.method,
                    route = matched.map_or("", |matched| matched.route),
                    component = matched.map_or("", |matched| matched.component),
                    status,
                    ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX),
                    bytes = self.bytes,
                )
            };
        }
        match status {
            // Busy, or a store that is full: for a moment, it is hoped.
            503 => tell!(warn),
            500.. => tell!(error),
            _ => tell!(info),
        }
    }
}

struct LoggedBody {
    body: ResponseBody,
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

#[derive(Default)]
struct Tally {
    answers: AtomicU64,
    bytes: AtomicU64,
}

/// What the cache has answered, by route.
pub struct Tallies(Vec<Tally>);

impl Tallies {
    pub fn new(routes: usize) -> Self {
        Self((0..routes).map(|_| Tally::default()).collect())
    }

    pub fn count(&self, place: usize, bytes: u64) {
        if let Some(tally) = self.0.get(place) {
            tally.answers.fetch_add(1, Relaxed);
            tally.bytes.fetch_add(bytes, Relaxed);
        }
    }

    /// Writes what was counted since the last time.
    pub fn tell(&self, router: &Router) {
        for (place, tally) in self.0.iter().enumerate() {
            let answers = tally.answers.swap(0, Relaxed);
            let bytes = tally.bytes.swap(0, Relaxed);
            if let Some(matched) = router.at(place).filter(|_| answers > 0) {
                tracing::info!(
                    target: "cache",
                    route = matched.route,
                    component = matched.component,
                    answers,
                    bytes,
                );
            }
        }
    }
}
