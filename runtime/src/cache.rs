//! A shared cache in front of the functions (RFC 9111): what a function declares public is kept and given again while it is fresh,
//! then asked for anew by its `ETag`. Requests with a cookie or a token never reach it. What it keeps it compresses once.
//!
//! While a request that may change something is with a function, and from then on, nothing from before it is given: whoever has been
//! told of a change sees it, and documents of one function are of one state.

use crate::server::{Response, broken_off, length};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use http_cache_semantics::{AfterResponse, BeforeRequest, CachePolicy};
use quick_cache::{Equivalent, Weighter};
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::time::{Instant, SystemTime};
use tokio::sync::Mutex;

/// All that is kept, with its keys and headers.
const BYTES: u64 = 32 << 20;
/// A larger answer passes by.
const LARGEST: u64 = 1 << 20;
/// What an entry takes beside its bodies.
const OVERHEAD: u64 = 2 << 10;
/// A smaller answer is not worth compressing.
const COMPRESSED_FROM: usize = 512;

#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    host: String,
    path: String,
}

/// A key, as a request has it.
#[derive(Hash)]
struct Asked<'r> {
    host: &'r str,
    path: &'r str,
}

impl Equivalent<Key> for Asked<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.host == key.host && self.path == key.path
    }
}

impl<'r> Asked<'r> {
    /// None where the request has no host: it goes no further anyway.
    fn of(uri: &'r Uri, headers: &'r HeaderMap) -> Option<Self> {
        let host = match uri.authority() {
            Some(authority) => authority.as_str(),
            None => headers.get(header::HOST)?.to_str().ok()?,
        };
        Some(Self {
            host,
            path: uri.path_and_query()?.as_str(),
        })
    }
}

/// Where an answer comes from.
#[derive(Clone, Copy)]
pub struct From {
    /// Place of the route, where its answers are counted.
    pub place: usize,
    /// Number of the function.
    pub owner: usize,
}

/// A body in one coding, with the headers that it goes out with.
struct Form {
    headers: HeaderMap,
    body: Bytes,
}

/// An answer that may be given again.
pub struct Kept {
    policy: CachePolicy,
    plain: Form,
    gzip: Option<Form>,
    at: Instant,
    fresh_until: Instant,
    /// Of several who find it stale, one asks the function.
    pub asking: Arc<Mutex<()>>,
    from: From,
}

#[derive(Clone)]
struct Weights;

impl Weighter<Key, Arc<Kept>> for Weights {
    fn weight(&self, key: &Key, kept: &Arc<Kept>) -> u64 {
        let gzip = kept.gzip.as_ref().map_or(0, |form| form.body.len());
        (key.host.len() + key.path.len() + kept.plain.body.len() + gzip) as u64 + OVERHEAD
    }
}

pub enum Found {
    /// With the place of its route.
    Fresh((Response, usize)),
    /// To be asked for anew.
    Stale(Arc<Kept>),
    Nothing,
}

pub struct Cache {
    kept: quick_cache::sync::Cache<Key, Arc<Kept>, Weights>,
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
        self.cache.kept.retain(|_, kept| kept.from.owner != number);
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
    /// For so many functions.
    pub fn new(owners: usize) -> Self {
        let entries = usize::try_from(BYTES / (16 << 10)).unwrap_or(usize::MAX);
        Self {
            kept: quick_cache::sync::Cache::with_weighter(entries, BYTES, Weights),
            owners: (0..owners).map(|_| Owner::default()).collect(),
        }
    }

    /// Announces a request that may change something.
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
    pub fn find<B>(&self, request: &http::Request<B>, asked: Instant) -> Found {
        let headers = request.headers();
        let Some(kept) = Asked::of(request.uri(), headers).and_then(|key| self.kept.get(&key))
        else {
            return Found::Nothing;
        };
        if self.state(kept.from.owner).is_none() {
            return Found::Nothing;
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
            true => Found::Fresh((kept.answer(headers, asked), kept.from.place)),
            false => Found::Stale(kept),
        }
    }

    /// Keeps an answer where it may be kept; gives it on either way. `state` is the function's from before it was asked.
    pub async fn keep(
        &self,
        head: &Head,
        from: From,
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
        let (plain, gzip) = forms(&parts.headers, body).await;
        let kept = Arc::new(Kept::new(policy, plain, gzip, from, Arc::default()));
        self.insert(head, state, &kept);
        kept.answer(&head.headers, Instant::now())
    }

    /// What the function said when it was asked anew.
    pub async fn renew(
        &self,
        head: &Head,
        kept: &Arc<Kept>,
        state: Option<u64>,
        response: Response,
    ) -> Response {
        if response.status() != StatusCode::NOT_MODIFIED {
            if response.status().is_server_error() {
                return response;
            }
            self.forget(head);
            return self.keep(head, kept.from, state, response).await;
        }
        match kept
            .policy
            .after_response(head, &response, SystemTime::now())
        {
            AfterResponse::NotModified(policy, _) => {
                let form = |form: &Form| Form {
                    headers: form.headers.clone(),
                    body: form.body.clone(),
                };
                let renewed = Kept::new(
                    policy,
                    form(&kept.plain),
                    kept.gzip.as_ref().map(form),
                    kept.from,
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

    fn insert(&self, head: &Head, state: Option<u64>, kept: &Arc<Kept>) {
        if self.state(kept.from.owner) != state {
            return;
        }
        if let Some(asked) = Asked::of(&head.uri, &head.headers) {
            let key = Key {
                host: asked.host.to_owned(),
                path: asked.path.to_owned(),
            };
            self.kept.insert(key, kept.clone());
        }
    }

    fn forget(&self, head: &Head) {
        if let Some(key) = Asked::of(&head.uri, &head.headers) {
            self.kept.remove(&key);
        }
    }
}

/// Of a request, what outlives it.
pub struct Head {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

impl Head {
    pub fn of<B>(request: &http::Request<B>) -> Self {
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers: request.headers().clone(),
        }
    }
}

impl http_cache_semantics::RequestLike for Head {
    fn uri(&self) -> Uri {
        self.uri.clone()
    }

    fn is_same_uri(&self, other: &Uri) -> bool {
        self.uri == *other
    }

    fn method(&self) -> &Method {
        &self.method
    }

    fn headers(&self) -> &HeaderMap {
        &self.headers
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

/// The body as it is, and compressed where that is worth it.
async fn forms(headers: &HeaderMap, body: Bytes) -> (Form, Option<Form>) {
    let mut headers = headers.clone();
    headers.remove(header::CONTENT_LENGTH);
    let text = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| {
            [
                "text/",
                "application/json",
                "application/atom+xml",
                "image/svg+xml",
            ]
            .iter()
            .any(|known| kind.starts_with(known))
        });
    let may_transform = !headers.get_all(header::CACHE_CONTROL).iter().any(|value| {
        value
            .to_str()
            .is_ok_and(|value| value.contains("no-transform"))
    });
    let mut gzip = None;
    if text && may_transform && body.len() >= COMPRESSED_FROM {
        let whole = body.clone();
        let compressed = tokio::task::spawn_blocking(move || compress(&whole)).await;
        gzip = compressed
            .ok()
            .flatten()
            .filter(|small| small.len() < body.len());
    }
    if gzip.is_some() {
        headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    let gzip = gzip.map(|body| {
        let mut headers = headers.clone();
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        // Other bytes, so no longer the same by the strong comparison.
        let weak = headers.get(header::ETAG).and_then(|tag| {
            let tag = tag.to_str().ok().filter(|tag| !tag.starts_with("W/"))?;
            HeaderValue::try_from(format!("W/{tag}")).ok()
        });
        if let Some(weak) = weak {
            headers.insert(header::ETAG, weak);
        }
        Form { headers, body }
    });
    (Form { headers, body }, gzip)
}

fn compress(body: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).ok()?;
    Some(encoder.finish().ok()?.into())
}

impl Kept {
    fn new(
        policy: CachePolicy,
        mut plain: Form,
        mut gzip: Option<Form>,
        from: From,
        asking: Arc<Mutex<()>>,
    ) -> Self {
        let (at, now) = (Instant::now(), SystemTime::now());
        let date = HeaderValue::try_from(httpdate::fmt_http_date(now)).ok();
        for form in std::iter::once(&mut plain).chain(&mut gzip) {
            if let Some(date) = &date {
                form.headers.insert(header::DATE, date.clone());
            }
        }
        Self {
            fresh_until: at + policy.time_to_live(now),
            policy,
            plain,
            gzip,
            at,
            asking,
            from,
        }
    }

    /// A request to the function that lets it say that nothing has changed.
    pub fn ask_anew<B>(&self, request: &mut http::Request<B>) {
        let headers = request.headers_mut();
        for name in [header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE] {
            headers.remove(name);
        }
        if let Some(tag) = self.plain.headers.get(header::ETAG) {
            headers.insert(header::IF_NONE_MATCH, tag.clone());
        }
    }

    /// The answer to a request with `headers`.
    fn answer(&self, headers: &HeaderMap, now: Instant) -> Response {
        let form = match &self.gzip {
            Some(gzip) if accepts_gzip(headers) => gzip,
            _ => &self.plain,
        };
        let known = is_known(headers, form.headers.get(header::ETAG));
        let mut response = http::Response::new(match known {
            true => Bytes::new(),
            false => form.body.clone(),
        });
        let age = now.saturating_duration_since(self.at).as_secs();
        *response.headers_mut() = form.headers.clone();
        response.headers_mut().insert(header::AGE, age.into());
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            for of_the_body in [header::CONTENT_TYPE, header::CONTENT_ENCODING] {
                response.headers_mut().remove(of_the_body);
            }
        }
        response.map(|body| {
            Full::new(body)
                .map_err(|never| match never {})
                .boxed_unsync()
        })
    }
}

fn list<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

/// The weak comparison of RFC 9110 §13.1.2.
fn is_known(headers: &HeaderMap, tag: Option<&HeaderValue>) -> bool {
    let Some(tag) = tag.and_then(|tag| tag.to_str().ok()) else {
        return false;
    };
    let opaque = |tag: &str| tag.trim_start_matches("W/").to_owned();
    headers.contains_key(header::IF_NONE_MATCH)
        && list(headers, &header::IF_NONE_MATCH)
            .any(|known| known == "*" || opaque(known) == opaque(tag))
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    list(headers, &header::ACCEPT_ENCODING).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight
            .trim()
            .strip_prefix("q=")
            .is_some_and(|weight| weight.parse() == Ok(0.0_f32));
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

#[cfg(test)]
#[path = "cache_tests.rs"]
mod tests;
