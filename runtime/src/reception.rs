//! Request bodies are received in whole before a function is called: whoever sends slowly holds neither an instance nor a place, and
//! whoever sends too slowly is sent away. They are kept in memory, never on the disk, for some of them are to be sealed.

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use std::collections::{BTreeMap, VecDeque};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// KiB that all bodies together may hold beyond the first block of each.
const ROOM: usize = 256 << 10;
/// A body is kept in blocks of so many bytes.
const BLOCK: usize = 64 << 10;
/// In each such span a sender has to bring at least so many bytes, or the end.
pub const SPAN: Duration = Duration::from_secs(15);
pub const LEAST: usize = 4 << 10;
/// Whoever has sent so long is done or sent away.
const LONGEST: Duration = Duration::from_secs(20 * 60);
/// When room is short, whoever has sent for so long, and less than this a second, gives way to others.
const KNOWN_AFTER: Duration = Duration::from_secs(5);
const PROMPT: u64 = 64 << 10;
/// How long a sender waits for room that another has been told to give up.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why a body was not received in.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    TooLarge,
    BrokenOff,
    TooSlow,
    /// Bodies of others take all the room.
    NoRoom,
}

/// Receives the bodies of requests, within bounds of time and memory.
pub struct Reception {
    room: Arc<Semaphore>,
    senders: Mutex<BTreeMap<u64, Arc<Sender>>>,
    next: AtomicU64,
}

/// Somebody whose body is coming in.
struct Sender {
    began: Instant,
    bytes: AtomicUsize,
    give_way: Notify,
}

impl Sender {
    /// Bytes a second; none where it is too early to tell, or it sends promptly.
    fn slow_rate(&self) -> Option<u64> {
        let time = self.began.elapsed();
        let rate =
            self.bytes.load(Relaxed) as u64 * 1000 / u64::try_from(time.as_millis()).ok()?.max(1);
        (time >= KNOWN_AFTER && rate < PROMPT).then_some(rate)
    }
}

/// A sender among the others; no longer when dropped.
struct SenderEntry<'r> {
    reception: &'r Reception,
    number: u64,
    sender: Arc<Sender>,
}

impl Drop for SenderEntry<'_> {
    fn drop(&mut self) {
        self.reception.senders().remove(&self.number);
    }
}

impl Default for Reception {
    fn default() -> Self {
        Self::with_room(ROOM)
    }
}

impl Reception {
    fn with_room(kibibytes: usize) -> Self {
        Self {
            room: Arc::new(Semaphore::new(kibibytes)),
            senders: Mutex::default(),
            next: AtomicU64::new(0),
        }
    }

    /// A panic elsewhere leaves the list whole.
    fn senders(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Arc<Sender>>> {
        self.senders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// KiB that bodies hold now.
    pub fn bodies_kibibytes(&self) -> usize {
        ROOM.saturating_sub(self.room.available_permits())
    }

    /// Reads a body of at most `limit` bytes.
    pub async fn receive<B>(&self, body: B, limit: usize) -> Result<ReceivedBody, Refusal>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let mut received = ReceivedBody::default();
        if body.is_end_stream() {
            return Ok(received);
        }
        let listed = self.list();
        let reading = self.read(body, limit, &listed.sender, &mut received);
        tokio::select! {
            biased;
            done = reading => done.map(|()| received),
            () = listed.sender.give_way.notified() => Err(Refusal::TooSlow),
        }
    }

    fn list(&self) -> SenderEntry<'_> {
        let sender = Arc::new(Sender {
            began: Instant::now(),
            bytes: AtomicUsize::new(0),
            give_way: Notify::new(),
        });
        let number = self.next.fetch_add(1, Relaxed);
        self.senders().insert(number, sender.clone());
        SenderEntry {
            reception: self,
            number,
            sender,
        }
    }

    async fn read<B>(
        &self,
        mut body: B,
        limit: usize,
        sender: &Sender,
        received: &mut ReceivedBody,
    ) -> Result<(), Refusal>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let mut span = pin!(tokio::time::sleep(SPAN));
        let mut in_span = 0;
        let mut block = BytesMut::new();
        loop {
            let frame = tokio::select! {
                biased;
                frame = body.frame() => frame,
                () = span.as_mut() => {
                    if in_span < LEAST || sender.began.elapsed() > LONGEST {
                        return Err(Refusal::TooSlow);
                    }
                    in_span = 0;
                    span.as_mut().reset(Instant::now() + SPAN);
                    continue;
                }
            };
            let Some(frame) = frame else { break };
            let Ok(data) = frame.map_err(|_| Refusal::BrokenOff)?.into_data() else {
                continue;
            };
            in_span += data.len();
            let all = sender.bytes.fetch_add(data.len(), Relaxed) + data.len();
            if all > limit {
                return Err(Refusal::TooLarge);
            }
            // A body that came in one piece stays as it is.
            if block.is_empty() && received.blocks.is_empty() && body.is_end_stream() {
                received.push(data, self.room_for(all).await?);
                return Ok(());
            }
            block.extend_from_slice(&data);
            if block.len() >= BLOCK {
                let full = block.split().freeze();
                let room = self.room_for(full.len()).await?;
                received.push(full, room);
            }
        }
        if !block.is_empty() {
            let last = block.freeze();
            let room = match received.blocks.is_empty() {
                true => None,
                false => self.room_for(last.len()).await?,
            };
            received.push(last, room);
        }
        Ok(())
    }

    /// Room for so many bytes; short ones need none. Where there is none the slowest sender gives way, and if nobody is slow the
    /// answer is no.
    async fn room_for(&self, bytes: usize) -> Result<Option<OwnedSemaphorePermit>, Refusal> {
        if bytes < BLOCK {
            return Ok(None);
        }
        let kibibytes = u32::try_from(bytes.div_ceil(1 << 10)).map_err(|_| Refusal::NoRoom)?;
        if let Ok(room) = self.room.clone().try_acquire_many_owned(kibibytes) {
            return Ok(Some(room));
        }
        if !self.send_the_slowest_away() {
            return Err(Refusal::NoRoom);
        }
        let freed = self.room.clone().acquire_many_owned(kibibytes);
        match tokio::time::timeout(PATIENCE, freed).await {
            Ok(Ok(room)) => Ok(Some(room)),
            _ => Err(Refusal::NoRoom),
        }
    }

    fn send_the_slowest_away(&self) -> bool {
        let senders = self.senders();
        let slowest = senders
            .values()
            .filter_map(|sender| Some((sender.slow_rate()?, sender)))
            .min_by_key(|(rate, _)| *rate);
        match slowest {
            Some((_, sender)) => {
                sender.give_way.notify_one();
                true
            }
            None => false,
        }
    }
}

/// A body that is all there. Its room is given back as it is read.
#[derive(Default)]
pub struct ReceivedBody {
    blocks: VecDeque<(Bytes, Option<OwnedSemaphorePermit>)>,
    bytes: u64,
}

impl ReceivedBody {
    fn push(&mut self, block: Bytes, room: Option<OwnedSemaphorePermit>) {
        self.bytes += block.len() as u64;
        self.blocks.push_back((block, room));
    }
}

impl Body for ReceivedBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let Some((block, _room)) = self.blocks.pop_front() else {
            return Poll::Ready(None);
        };
        self.bytes -= block.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(block))))
    }

    fn is_end_stream(&self) -> bool {
        self.blocks.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes)
    }
}

#[cfg(test)]
#[path = "reception_tests.rs"]
mod tests;
