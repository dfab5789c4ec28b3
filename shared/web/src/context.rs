//! What a handler knows of its request: the time, the store, the caller.

use crate::caller::{Caller, TEXT_COOKIE, cookie};
use crate::problem::Problem;
use axum::extract::FromRequestParts;
use chrono::{DateTime, FixedOffset, NaiveDate};
use http::HeaderMap;
use http::request::Parts;
use std::net::IpAddr;
use store::Store;

/// China Standard Time, in which all legal time is counted.
pub const CHINA: FixedOffset = match FixedOffset::east_opt(8 * 3600) {
    Some(offset) => offset,
    None => panic!("eight hours are within a day"),
};

/// Made once a request by [`crate::routes`]; handlers take it as an argument.
#[derive(Clone)]
pub struct Context {
    pub store: Store,
    /// Read once, so that one request sees one moment.
    pub now: DateTime<FixedOffset>,
    pub caller: Option<Caller>,
    /// The caller's address without its port, from the runtime; empty where it is not known.
    pub address: String,
    /// The path and query of this request.
    pub here: String,
    pub large_text: bool,
    /// Name of the office, as on papers.
    pub issuer: String,
}

impl Context {
    /// The day of the request in China.
    pub fn today(&self) -> NaiveDate {
        self.now.date_naive()
    }

    /// Now, as tables keep it: RFC 3339 to the second.
    pub fn at(&self) -> String {
        self.now.to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
    }

    /// The network that the caller's address stands for: of IPv6 the /64, for whoever has one address there has all of them.
    pub fn network(&self) -> String {
        match self
            .address
            .parse::<IpAddr>()
            .map(|address| address.to_canonical())
        {
            Ok(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
            Ok(IpAddr::V4(address)) => address.to_string(),
            Err(_) => self.address.clone(),
        }
    }

    /// Who calls. Behind a route that asks for somebody signed in there always is one.
    pub fn caller(&self) -> Result<&Caller, Problem> {
        self.caller.as_ref().ok_or_else(Problem::not_signed_in)
    }
}

/// Now, from the WASI clock.
pub fn now() -> DateTime<FixedOffset> {
    DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).with_timezone(&CHINA)
}

pub(crate) fn wants_large_text(headers: &HeaderMap) -> bool {
    cookie(headers, TEXT_COOKIE) == Some("large")
}

impl<S: Sync> FromRequestParts<S> for Context {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Problem::internal("a handler outside Routes"))
    }
}
