//! Who calls: staff by the session cookie, scripts by a bearer token, the scheduler by its own, or nobody in particular.

use crate::contacts::{self, OrganisationContact};
use crate::problem::Problem;
use crate::scope::Scope;
use crate::seal;
use chrono::{DateTime, FixedOffset, TimeDelta};
use domain::words::Role;
use http::{HeaderMap, header};
use serde::Deserialize;
use store::Store;

/// The session cookie. Not `__Host-`: a small office may serve its own network without TLS.
pub const SESSION_COOKIE: &str = "shian_session";
/// The cookie that a browser is known by to the accounts that have signed in with it.
pub const BROWSER_COOKIE: &str = "shian_browser";
/// The cookie of the large-text switch (适老化).
pub const TEXT_COOKIE: &str = "shian_text";

/// A session that lasts longer was begun while the clock was ahead, and is over.
const LONGEST_SESSION: TimeDelta = TimeDelta::days(1);

/// Somebody who is signed in, or a token.
#[derive(Debug, Clone, PartialEq)]
pub struct Caller {
    /// The account's name, or `token/…`: what audit rows say.
    pub account: String,
    pub name: String,
    pub role: Role,
    /// Whether the office acts for the bureau too: it is hosted by it, or by nobody that is registered.
    pub acts_for_bureau: bool,
    /// The organisation that a department's account belongs to; of an account of the bureau the bureau, where it is registered.
    pub organisation: Option<CallerOrganisation>,
    /// The only places that a town or station account sees: the ids of all that are its towns today.
    pub towns: Vec<String>,
    /// What its towns are called today.
    pub town_names: Vec<String>,
    pub cadre_no: Option<String>,
    pub must_change_password: bool,
    pub is_token: bool,
    /// What a token may do; none for a person, and for a token from before there were scopes, which may do whatever tokens may.
    pub scopes: Option<Vec<Scope>>,
}

/// The organisation that a caller answers for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CallerOrganisation {
    pub id: String,
    pub name: String,
}

#[derive(Deserialize)]
struct SessionRow {
    account: String,
    name: String,
    role: Role,
    acts_for_bureau: i64,
    organisation: Option<String>,
    office: Option<String>,
    towns: String,
    town_names: String,
    cadre_no: Option<String>,
    must_change_password: i64,
    is_token: i64,
    scopes: Option<String>,
}

impl Caller {
    /// The roles in which the caller may act: an office that the bureau hosts acts for the bureau too.
    pub fn roles(&self) -> &[Role] {
        match self.role {
            Role::Office if self.acts_for_bureau => &[Role::Office, Role::Bureau],
            _ => std::slice::from_ref(&self.role),
        }
    }

    /// [`Self::roles`]; none before a first password has been changed.
    pub fn working_roles(&self) -> &[Role] {
        match self.must_change_password {
            true => &[],
            false => self.roles(),
        }
    }

    /// How papers name the caller's organisation: by its name, or by its id. A JSON array, as a statement takes it.
    pub fn addressed_as(&self) -> String {
        let names: Vec<&str> = self
            .organisation
            .iter()
            .flat_map(|organisation| [organisation.id.as_str(), organisation.name.as_str()])
            .collect();
        serde_json::json!(names).to_string()
    }

    /// The towns that this caller is kept to; none is the whole district.
    pub fn only_towns(&self) -> Option<&[String]> {
        match self.role {
            Role::Office | Role::Bureau | Role::Chair => None,
            Role::TownChair | Role::Department | Role::Town | Role::Station | Role::Cadre => {
                Some(&self.towns)
            }
        }
    }

    /// What the towns are called that this caller is kept to; none is the whole district.
    pub fn only_town_names(&self) -> Option<&[String]> {
        self.only_towns().map(|_| self.town_names.as_slice())
    }

    /// [`Self::only_towns`] as the JSON array that a statement takes; null is the whole district.
    pub fn only_towns_json(&self) -> Option<String> {
        self.only_towns()
            .map(|towns| serde_json::json!(towns).to_string())
    }
}

/// A caller, and the office that was read in the same statement.
pub type FoundCaller = (Caller, Option<OrganisationContact>);

/// Finds the caller behind a request's cookie or token. A token that is not valid is an error; a cookie that is not, nobody.
pub async fn find(
    store: &Store,
    headers: &HeaderMap,
    now: DateTime<FixedOffset>,
) -> Result<Option<FoundCaller>, Problem> {
    if let Some(token) = bearer(headers) {
        return match find_by_token(store, token, now).await? {
            Some(found) => Ok(Some(found)),
            None => Err(Problem::not_signed_in()),
        };
    }
    match cookie(headers, SESSION_COOKIE) {
        Some(token) => find_by_token(store, token, now).await,
        None => Ok(None),
    }
}

async fn find_by_token(
    store: &Store,
    token: &str,
    now: DateTime<FixedOffset>,
) -> Result<Option<FoundCaller>, Problem> {
    let sql = format!(
        "SELECT account, name, role, acts_for_bureau, organisation, towns, town_names, cadre_no, must_change_password, is_token, scopes,
            {} AS office
         FROM caller_seated WHERE token_hash = ?1 AND expires_at > ?2 AND (is_token OR expires_at <= ?3)",
        contacts::OFFICE
    );
    let parameters = [
        session_hash(token).await?.into(),
        now.to_rfc3339().into(),
        (now + LONGEST_SESSION).to_rfc3339().into(),
    ];
    let row: Option<SessionRow> = store.first(&sql, parameters).await?;
    row.map(|row| {
        let office = read_json(row.office.as_deref())?;
        let caller = Caller {
            account: row.account,
            name: row.name,
            role: row.role,
            acts_for_bureau: row.acts_for_bureau != 0,
            organisation: read_json(row.organisation.as_deref())?,
            towns: serde_json::from_str(&row.towns).map_err(Problem::internal)?,
            town_names: serde_json::from_str(&row.town_names).map_err(Problem::internal)?,
            cadre_no: row.cadre_no,
            must_change_password: row.must_change_password != 0,
            is_token: row.is_token != 0,
            scopes: row.scopes.as_deref().map(known_scopes).transpose()?,
        };
        Ok((caller, office))
    })
    .transpose()
}

fn read_json<T: serde::de::DeserializeOwned>(text: Option<&str>) -> Result<Option<T>, Problem> {
    text.map(serde_json::from_str)
        .transpose()
        .map_err(Problem::internal)
}

/// What is kept in place of a session's or an access token.
pub async fn session_hash(token: &str) -> Result<String, Problem> {
    seal::keyed_hash("session", token).await
}

/// What is kept in place of a browser's cookie.
pub async fn browser_hash(token: &str) -> Result<String, Problem> {
    seal::keyed_hash("browser", token).await
}

/// The scopes of a token, as they are stored. One that this release does not know gives nothing.
fn known_scopes(kept: &str) -> Result<Vec<Scope>, Problem> {
    let codes: Vec<String> = serde_json::from_str(kept).map_err(Problem::internal)?;
    Ok(codes
        .iter()
        .filter_map(|code| Scope::from_code(code))
        .collect())
}

/// The token of a request's `Authorization: Bearer`.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The value of a request's cookie.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_must_change_the_password_first_works_in_no_role() {
        let caller = |must_change_password| Caller {
            account: "somebody".into(),
            name: "某人".into(),
            role: Role::Office,
            acts_for_bureau: false,
            organisation: None,
            towns: Vec::new(),
            town_names: Vec::new(),
            cadre_no: None,
            must_change_password,
            is_token: false,
            scopes: None,
        };
        assert_eq!(caller(false).working_roles(), [Role::Office]);
        assert!(caller(true).working_roles().is_empty());
    }
}
