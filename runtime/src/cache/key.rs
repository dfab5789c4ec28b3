//! What an answer is kept under and found by: host, path and query of the request.

use http::header::{self, HeaderMap};
use http::{Method, Uri};
use quick_cache::Equivalent;

/// What an answer is kept under.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub host: String,
    pub path: String,
}

/// A key borrowed from a request.
#[derive(Hash)]
pub struct KeyRef<'r> {
    pub host: &'r str,
    pub path: &'r str,
}

impl Equivalent<Key> for KeyRef<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.host == key.host && self.path == key.path
    }
}

impl<'r> KeyRef<'r> {
    /// The key of a request; none where it has no host, for then it is refused anyway.
    pub fn of(uri: &'r Uri, headers: &'r HeaderMap) -> Option<Self> {
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

/// What the cache needs of a request after the request itself has gone to its function.
pub struct RequestHead {
    method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
}

impl RequestHead {
    /// Copies them.
    pub fn of<B>(request: &http::Request<B>) -> Self {
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers: request.headers().clone(),
        }
    }
}

impl http_cache_semantics::RequestLike for RequestHead {
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
