//! Who may open a case: the citizen by number and passphrase, its handlers by their account.

use crate::filing::tidy_code;
use crate::passphrase::Passphrase;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, FixedOffset, TimeDelta};
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use store::Value;
use web::caller::cookie;
use web::throttle::{Counted, Try};
use web::{Context, Problem, seal};

const COOKIE: &str = "shian_case";
const PATH: &str = "/complaints";
const LASTS: TimeDelta = TimeDelta::hours(1);

/// What staff see, as a condition on `complaint c` with the caller's towns as ?2 and account as ?3: a station the cases of its
/// towns, the office all, and an insider's report none but the two who handle it.
pub const MAY_SEE: &str =
    "iif(c.insider, EXISTS (SELECT 1 FROM insider_seat h WHERE h.complaint_id = c.id AND h.account = ?3),
    ?2 IS NULL OR c.town IN (SELECT value FROM json_each(?2)))";

/// The parameters of [`MAY_SEE`] behind the case's number.
pub fn seen_by(context: &Context, code: &str) -> Result<[Value; 3], Problem> {
    let caller = context.caller()?;
    Ok([
        code.into(),
        caller.only_towns_json().into(),
        caller.account.as_str().into(),
    ])
}

/// The case that number and passphrase open. Whatever is wrong, the answer is the same, and later each time. Tries are counted
/// by address and case together: nobody can lock somebody else's case.
pub async fn by_passphrase(
    context: &Context,
    code: &str,
    passphrase: &str,
) -> Result<i64, Problem> {
    #[derive(Deserialize)]
    struct Found {
        id: i64,
    }
    let code = tidy_code(code);
    let counted = vec![Counted::own("case", &[&code, &context.network()]).await?];
    let claimed = Try::claim(context, counted).await?;
    let unbound = Passphrase::unbound_hash(passphrase).await?;
    let bound = Passphrase::bind(&code, &unbound).await?;
    let sql =
        "SELECT id FROM complaint WHERE code = ?1 AND passphrase_hash = iif(form = 1, ?2, ?3)";
    let parameters = [code.into(), unbound.into(), bound.into()];
    let found: Option<Found> = context.store.first(sql, parameters).await?;
    match found {
        Some(found) => {
            claimed.succeeded(context).await?;
            Ok(found.id)
        }
        None => Err(Problem {
            detail: "编号或者查询码不对，请再核对一遍".into(),
            ..Problem::not_found()
        }),
    }
}

#[derive(Serialize, Deserialize)]
struct Opened {
    id: i64,
    until: DateTime<FixedOffset>,
}

async fn cookie_key() -> Result<[u8; 32], Problem> {
    let secret = seal::variable("session_key").await?;
    Ok(seal::derive_key("opened case", &secret))
}

/// The cookie by which the pages of one case stay open for an hour. It holds no passphrase, and nothing stands in the store.
pub async fn opened(context: &Context, id: i64) -> Result<HeaderValue, Problem> {
    let opened = Opened {
        id,
        until: context.now + LASTS,
    };
    let plain = serde_json::to_vec(&opened).map_err(Problem::internal)?;
    let value = URL_SAFE_NO_PAD.encode(seal::seal(&cookie_key().await?, &plain)?);
    web::cookie::set(COOKIE, &value, PATH, LASTS.num_seconds()).await
}

pub async fn closed() -> Result<HeaderValue, Problem> {
    web::cookie::set(COOKIE, "", PATH, 0).await
}

/// The case that this browser has open.
pub async fn by_cookie(context: &Context, headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(sealed) = cookie(headers, COOKIE).and_then(|value| URL_SAFE_NO_PAD.decode(value).ok())
    else {
        return Ok(None);
    };
    let opened: Option<Opened> = seal::open(&cookie_key().await?, &sealed)
        .and_then(|plain| serde_json::from_slice(&plain).ok());
    Ok(opened
        .filter(|opened| opened.until > context.now && opened.until <= context.now + LASTS * 2)
        .map(|opened| opened.id))
}
