//! What a handler knows of its request: the time, the store, the caller.

use crate::caller::{Caller, TEXT_COOKIE, cookie};
use crate::contacts::{self, OrganisationContact};
use crate::problem::Problem;
use axum::extract::FromRequestParts;
use chrono::{DateTime, FixedOffset, NaiveDate};
use http::HeaderMap;
use http::request::Parts;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
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
    /// What the setting `issuer` calls the office: the first value, until it stands in the register of organisations.
    pub issuer_setting: String,
    /// The office as the register has it. It is read in a statement that is made anyway: the caller's, or that of a prepared page. A page
    /// of the public that makes none costs one ([`Self::find_office`]).
    pub(crate) office: Arc<OnceLock<OrganisationContact>>,
}

impl Context {
    /// The name of the office, as on papers.
    pub fn issuer(&self) -> &str {
        self.office
            .get()
            .map_or(&self.issuer_setting, |office| &office.name)
    }

    /// The office, where there is more to say of it than its name: it stands in the foot of every page.
    pub fn office(&self) -> Option<&OrganisationContact> {
        self.office.get().filter(|office| office.can_be_reached())
    }

    /// Keeps the office that was read beside something else, for the frame of the page.
    pub fn know_office(&self, office: Option<OrganisationContact>) {
        if let Some(office) = office {
            // Whoever has read it before has read the same.
            let _ = self.office.set(office);
        }
    }

    /// Reads the office for the frame of a page, where nothing has read it yet.
    ///
    /// # Errors
    ///
    /// 503 where the store does not answer.
    pub async fn find_office(&self) -> Result<(), Problem> {
        if self.office.get().is_none() {
            let sql = format!("SELECT coalesce({}, 'null')", contacts::OFFICE);
            self.know_office(self.store.json(&sql, []).await?);
        }
        Ok(())
    }

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
