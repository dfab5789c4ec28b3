//! An answer that is kept: its representations, how long it is fresh, and what a request with given headers gets of it.

use crate::response::Response;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::StatusCode;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http_body_util::{BodyExt as _, Full};
use http_cache_semantics::CachePolicy;
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Instant, SystemTime};
use tokio::sync::Mutex;

/// The route and the function that an answer comes from.
#[derive(Clone, Copy)]
pub struct Origin {
    /// Place of the route, where its answers are counted.
    pub place: usize,
    /// Number of the function.
    pub owner: usize,
}

/// A body in one coding, with the headers that it goes out with.
#[derive(Clone)]
pub struct Representation {
    headers: HeaderMap,
    pub body: Bytes,
}

/// A smaller answer is not worth compressing.
const COMPRESSED_FROM: usize = 512;

/// An answer that may be given again.
pub struct KeptAnswer {
    pub policy: CachePolicy,
    pub plain: Representation,
    pub gzip: Option<Representation>,
    /// When it was made or confirmed.
    pub at: Instant,
    pub fresh_until: Instant,
    /// Held by the one request that asks the function anew, of several that find the answer stale.
    pub asking: Arc<Mutex<()>>,
    pub origin: Origin,
}

impl KeptAnswer {
    pub fn new(
        policy: CachePolicy,
        mut plain: Representation,
        mut gzip: Option<Representation>,
        origin: Origin,
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
            origin,
        }
    }

    /// Makes the request one that its function may answer with «not modified».
    pub fn make_conditional<B>(&self, request: &mut http::Request<B>) {
        let headers = request.headers_mut();
        for name in [header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE] {
            headers.remove(name);
        }
        if let Some(tag) = self.plain.headers.get(header::ETAG) {
            headers.insert(header::IF_NONE_MATCH, tag.clone());
        }
    }

    /// The answer to a request with `headers`.
    pub fn answer(&self, headers: &HeaderMap, now: Instant) -> Response {
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

/// The representations of an answer: as it is, and compressed where that is smaller.
pub async fn representations(
    headers: &HeaderMap,
    body: Bytes,
) -> (Representation, Option<Representation>) {
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
        Representation { headers, body }
    });
    (Representation { headers, body }, gzip)
}

fn compress(body: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).ok()?;
    Some(encoder.finish().ok()?.into())
}

fn items<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> {
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
        && items(headers, &header::IF_NONE_MATCH)
            .any(|known| known == "*" || opaque(known) == opaque(tag))
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    items(headers, &header::ACCEPT_ENCODING).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight
            .trim()
            .strip_prefix("q=")
            .is_some_and(|weight| weight.parse() == Ok(0.0_f32));
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}
