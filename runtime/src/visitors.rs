//! Open connections, and who has to go when there is room for no more: the one that has been quiet longest of whoever holds most of
//! them. Many people share an address, so nobody is counted before places grow scarce, and nobody who is being served is sent away.

use crate::request_heads::ExpectedInput;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;
use tokio::time::Sleep;

/// The most open connections.
pub const MOST: usize = 2_048;
/// In each such span a client has to take at least so many bytes of an answer, or the rest of it.
const SPAN: Duration = Duration::from_secs(20);
const LEAST: usize = 4 << 10;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

fn millis() -> u64 {
    u64::try_from(START.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// One connection.
pub struct Visitor {
    network: IpAddr,
    /// When bytes last went in or out, in milliseconds after [`START`].
    heard: AtomicU64,
    /// How many of its requests a function has.
    served: AtomicUsize,
    leave: Notify,
}

/// A request of a connection is with a function; no longer when dropped.
pub struct RequestMark(Arc<Visitor>);

impl Drop for RequestMark {
    fn drop(&mut self) {
        self.0.served.fetch_sub(1, Relaxed);
    }
}

impl Visitor {
    /// Notes that a function has a request of it, until the mark is dropped.
    pub fn begin_request(self: &Arc<Self>) -> RequestMark {
        self.served.fetch_add(1, Relaxed);
        RequestMark(self.clone())
    }

    /// Returns when the connection has to go.
    pub async fn wait_for_dismissal(&self) {
        self.leave.notified().await;
    }

    fn note_traffic(&self) {
        self.heard.store(millis(), Relaxed);
    }
}

/// All open connections.
#[derive(Default)]
pub struct Visitors {
    open: Mutex<HashMap<u64, Arc<Visitor>>>,
    next: AtomicU64,
    left: Notify,
}

/// A place among the open connections; free again when dropped.
pub struct Place {
    visitors: Arc<Visitors>,
    number: u64,
    pub visitor: Arc<Visitor>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.visitors.open().remove(&self.number);
        self.visitors.left.notify_waiters();
    }
}

impl Visitors {
    /// A panic elsewhere leaves the map whole.
    fn open(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Arc<Visitor>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn count(&self) -> usize {
        self.open().len()
    }

    /// A place for a new connection. Past the most, somebody is told to leave for it.
    pub fn enter(self: &Arc<Self>, peer: SocketAddr) -> Place {
        let visitor = Arc::new(Visitor {
            network: network(peer.ip()),
            heard: AtomicU64::new(millis()),
            served: AtomicUsize::new(0),
            leave: Notify::new(),
        });
        let number = self.next.fetch_add(1, Relaxed);
        let mut open = self.open();
        if open.len() >= MOST
            && let Some(victim) = longest_quiet_of_the_most(&open)
        {
            victim.leave.notify_one();
        }
        open.insert(number, visitor.clone());
        Place {
            visitors: self.clone(),
            number,
            visitor,
        }
    }

    /// Waits until nobody is left.
    pub async fn all_left(&self) {
        loop {
            let left = self.left.notified();
            let mut left = std::pin::pin!(left);
            left.as_mut().enable();
            if self.count() == 0 {
                return;
            }
            left.await;
        }
    }
}

/// The connection that is to go for a new one; none where all are being served.
fn longest_quiet_of_the_most(open: &HashMap<u64, Arc<Visitor>>) -> Option<Arc<Visitor>> {
    let mut of_networks: HashMap<IpAddr, usize> = HashMap::new();
    for visitor in open.values() {
        *of_networks.entry(visitor.network).or_default() += 1;
    }
    open.values()
        .filter(|visitor| visitor.served.load(Relaxed) == 0)
        .max_by_key(|visitor| {
            let quiet = u64::MAX - visitor.heard.load(Relaxed);
            (of_networks.get(&visitor.network), quiet)
        })
        .cloned()
}

/// Whom an address stands for: of IPv6 a household has a /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address => address,
    }
}

/// A connection's stream: notes when it is heard, looks at the heads of requests, and ends where an answer is not read.
pub struct Stream<S> {
    stream: S,
    visitor: Arc<Visitor>,
    expected: ExpectedInput,
    waiting: Option<UnreadAnswer>,
}

/// An answer is waiting to be read.
struct UnreadAnswer {
    taken: usize,
    until: Pin<Box<Sleep>>,
}

impl<S> Stream<S> {
    pub fn new(stream: S, visitor: Arc<Visitor>) -> Self {
        Self {
            stream,
            visitor,
            expected: ExpectedInput::default(),
            waiting: None,
        }
    }

    /// What came of a write, where the client may have stopped reading.
    fn note_write(
        &mut self,
        cx: &mut Context<'_>,
        outcome: Poll<std::io::Result<usize>>,
    ) -> Poll<std::io::Result<usize>> {
        match &outcome {
            Poll::Ready(Ok(bytes)) => {
                self.visitor.note_traffic();
                if let Some(waiting) = &mut self.waiting {
                    waiting.taken += bytes;
                }
            }
            Poll::Pending => {
                let waiting = self.waiting.get_or_insert_with(|| UnreadAnswer {
                    taken: 0,
                    until: Box::pin(tokio::time::sleep(SPAN)),
                });
                while waiting.until.as_mut().poll(cx).is_ready() {
                    if waiting.taken < LEAST {
                        return Poll::Ready(Err(std::io::ErrorKind::TimedOut.into()));
                    }
                    waiting.taken = 0;
                    let next = tokio::time::Instant::now() + SPAN;
                    waiting.until.as_mut().reset(next);
                }
            }
            Poll::Ready(Err(_)) => {}
        }
        outcome
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Stream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let received = &mut buffer.filled_mut()[before..];
        if !received.is_empty() {
            self.expected.look_at(received);
            // A client that sends its next request has read the last answer.
            self.waiting = None;
            self.visitor.note_traffic();
        }
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.note_write(cx, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, pieces);
        self.note_write(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
#[path = "visitors_tests.rs"]
mod tests;
