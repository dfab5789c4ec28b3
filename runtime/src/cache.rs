//! A shared cache in front of the functions (RFC 9111): what a function declares public is kept and given again while it is fresh,
//! then asked for anew by its `ETag`. Requests with a cookie or a token never reach it. What it keeps it compresses once.
//!
//! While a request that may change something is with a function, and from then on, nothing from before it is given: whoever has been
//! told of a change sees it, and documents of one function are of one state.

mod kept_answer;
mod key;

use crate::response::{Response, broken_off, length};
use http::header::{self, HeaderMap};
use http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use http_cache_semantics::{AfterResponse, BeforeRequest, CachePolicy};
use kept_answer::{KeptAnswer, representations};
use key::{Key, KeyRef};
use quick_cache::Weighter;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::time::{Instant, SystemTime};

pub use kept_answer::Origin;
pub use key::RequestHead;

/// The most bytes that all kept answers have together, with their keys and headers.
const BYTES: u64 = 32 << 20;
/// An answer of more bytes is not kept.
const LARGEST: u64 = 1 << 20;

/// Bytes that an entry takes beside its bodies.
const OVERHEAD: u64 = 2 << 10;

#[derive(Clone)]
struct Weights;

impl Weighter<Key, Arc<KeptAnswer>> for Weights {
    fn weight(&self, key: &Key, kept: &Arc<KeptAnswer>) -> u64 {
        let gzip = kept.gzip.as_ref().map_or(0, |form| form.body.len());
        (key.host.len() + key.path.len() + kept.plain.body.len() + gzip) as u64 + OVERHEAD
    }
}

pub enum Lookup {
    /// The answer, and the place of its route.
    Fresh((Response, usize)),
    /// An answer that may have changed since: the function is to be asked anew.
    Stale(Arc<KeptAnswer>),
    Nothing,
}

pub struct Cache {
    kept: quick_cache::sync::Cache<Key, Arc<KeptAnswer>, Weights>,
    owners: Vec<Owner>,
}

#[derive(Default)]
struct Owner {
    changes_in_flight: AtomicUsize,
    changes: AtomicU64,
}

/// A request that may change something is with its function; dropped when it has been answered.
pub struct Change<'c> {
    cache: &'c Cache,
    owner: usize,
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        let number = self.owner;
        self.cache
            .kept
            .retain(|_, kept| kept.origin.owner != number);
        if let Some(owner) = self.cache.owners.get(number) {
            owner.changes.fetch_add(1, SeqCst);
            owner.changes_in_flight.fetch_sub(1, SeqCst);
        }
    }
}

/// Whether the cache may look at a request at all.
pub fn is_anybodys(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::GET
        && !headers.contains_key(header::COOKIE)
        && !headers.contains_key(header::AUTHORIZATION)
        && !headers.contains_key(header::RANGE)
}

impl Cache {
    /// A cache for so many functions.
    pub fn new(owners: usize) -> Self {
        let entries = usize::try_from(BYTES / (16 << 10)).unwrap_or(usize::MAX);
        Self {
            kept: quick_cache::sync::Cache::with_weighter(entries, BYTES, Weights),
            owners: (0..owners).map(|_| Owner::default()).collect(),
        }
    }

    /// Notes that a request that may change something is with its function, until the mark is dropped.
    pub fn change(&self, owner: usize) -> Change<'_> {
        if let Some(owner) = self.owners.get(owner) {
            owner.changes_in_flight.fetch_add(1, SeqCst);
        }
        Change { cache: self, owner }
    }

    /// How often the function has been asked to change something; none while it is.
    pub fn state(&self, owner: usize) -> Option<u64> {
        let owner = self.owners.get(owner)?;
        (owner.changes_in_flight.load(SeqCst) == 0).then(|| owner.changes.load(SeqCst))
    }

    /// What there is for a request that came in at `asked`. An answer that was made or confirmed since then is fresh whatever the
    /// request demands.
    pub fn find<B>(&self, request: &http::Request<B>, asked: Instant) -> Lookup {
        let headers = request.headers();
        let Some(kept) = KeyRef::of(request.uri(), headers).and_then(|key| self.kept.get(&key))
        else {
            return Lookup::Nothing;
        };
        if self.state(kept.origin.owner).is_none() {
            return Lookup::Nothing;
        }
        let demands =
            headers.contains_key(header::CACHE_CONTROL) || headers.contains_key(header::PRAGMA);
        let fresh = kept.at >= asked
            || match demands {
                false => asked < kept.fresh_until,
                true => matches!(
                    kept.policy.before_request(request, SystemTime::now()),
                    BeforeRequest::Fresh(_)
                ),
            };
        match fresh {
            true => Lookup::Fresh((kept.answer(headers, asked), kept.origin.place)),
            false => Lookup::Stale(kept),
        }
    }

    /// Keeps an answer where it may be kept; gives it on either way. `state` is the function's from before it was asked.
    pub async fn keep(
        &self,
        head: &RequestHead,
        origin: Origin,
        state: Option<u64>,
        response: Response,
    ) -> Response {
        if state.is_none() || !may_be_kept(&response) {
            return response;
        }
        let policy = CachePolicy::new(head, &response);
        if !policy.is_storable() || policy.time_to_live(SystemTime::now()).is_zero() {
            return response;
        }
        let (parts, body) = response.into_parts();
        let body = match body.collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) => {
                // The answer breaks off here as it would have without us.
                return http::Response::from_parts(parts, broken_off(error));
            }
        };
        let (plain, gzip) = representations(&parts.headers, body).await;
        let kept = Arc::new(KeptAnswer::new(policy, plain, gzip, origin, Arc::default()));
        self.insert(head, state, &kept);
        kept.answer(&head.headers, Instant::now())
    }

    /// What the function said when it was asked anew.
    pub async fn renew(
        &self,
        head: &RequestHead,
        kept: &Arc<KeptAnswer>,
        state: Option<u64>,
        response: Response,
    ) -> Response {
        if response.status() != StatusCode::NOT_MODIFIED {
            if response.status().is_server_error() {
                return response;
            }
            self.forget(head);
            return self.keep(head, kept.origin, state, response).await;
        }
        match kept
            .policy
            .after_response(head, &response, SystemTime::now())
        {
            AfterResponse::NotModified(policy, _) => {
                let renewed = KeptAnswer::new(
                    policy,
                    kept.plain.clone(),
                    kept.gzip.clone(),
                    kept.origin,
                    kept.asking.clone(),
                );
                let renewed = Arc::new(renewed);
                self.insert(head, state, &renewed);
                renewed.answer(&head.headers, Instant::now())
            }
            AfterResponse::Modified(..) => {
                self.forget(head);
                response
            }
        }
    }

    fn insert(&self, head: &RequestHead, state: Option<u64>, kept: &Arc<KeptAnswer>) {
        if self.state(kept.origin.owner) != state {
            return;
        }
        if let Some(asked) = KeyRef::of(&head.uri, &head.headers) {
            let key = Key {
                host: asked.host.to_owned(),
                path: asked.path.to_owned(),
            };
            self.kept.insert(key, kept.clone());
        }
    }

    fn forget(&self, head: &RequestHead) {
        if let Some(key) = KeyRef::of(&head.uri, &head.headers) {
            self.kept.remove(&key);
        }
    }
}

/// Whole, not too large, nobody's in particular, and different with nothing that reaches the cache.
fn may_be_kept(response: &Response) -> bool {
    let headers = response.headers();
    let varies_with_nothing = headers
        .get_all(header::VARY)
        .iter()
        .flat_map(|names| names.to_str().unwrap_or("*").split(','))
        .map(str::trim)
        .all(|name| {
            name.eq_ignore_ascii_case("cookie") || name.eq_ignore_ascii_case("authorization")
        });
    response.status() == StatusCode::OK
        && headers.contains_key(header::CACHE_CONTROL)
        && length(headers).is_some_and(|bytes| bytes <= LARGEST)
        && varies_with_nothing
        && !headers.contains_key(header::SET_COOKIE)
        && !headers.contains_key(header::CONTENT_ENCODING)
}

#[cfg(test)]
#[path = "cache_tests.rs"]
mod tests;
