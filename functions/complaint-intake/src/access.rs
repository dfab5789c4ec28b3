//! Who may open a case: the citizen by number and passphrase, its handlers by their account.

use crate::case_number::tidy_case_number;
use crate::passphrase::Passphrase;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, FixedOffset, TimeDelta};
use domain::words::Role;
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use store::Value;
use web::caller::cookie;
use web::throttle::{Counted, Try};
use web::{Context, Problem, Who, seal};

/// Who handles complaints and reports (design: who acts).
pub use web::routes::BUREAU_AND_STATIONS as HANDLERS;
/// Who confirms the handlers of insiders' reports that somebody else proposed, or withdraws the proposal.
pub const HANDLER_CONFIRMERS: Who = Who::Roles(&[Role::Bureau, Role::Chair]);
/// Who hands over the insiders' reports that have no handler.
pub const CHAIR: Who = Who::Roles(&[Role::Chair]);

const COOKIE: &str = "shian_case";
const PATH: &str = "/complaints";
/// How long a browser may read a case after its passphrase was given.
const LASTS: TimeDelta = TimeDelta::hours(1);

/// Which cases staff may see, as a condition on `complaint c` with the caller's towns as ?2 and account as ?3: a station the cases
/// of its towns, office and bureau all. An insider's report is seen by the two who handle it alone.
pub const MAY_SEE: &str =
    "iif(c.insider, EXISTS (SELECT 1 FROM insider_seat h WHERE h.complaint_id = c.id AND h.account = ?3),
    ?2 IS NULL OR c.town IN (SELECT value FROM json_each(?2)))";

/// The number of a case as ?1, and behind it the parameters of [`MAY_SEE`].
pub fn viewer_parameters(context: &Context, code: &str) -> Result<[Value; 3], Problem> {
    let caller = context.caller()?;
    Ok([
        code.into(),
        caller.only_towns_json().into(),
        caller.account.as_str().into(),
    ])
}

/// The id of the case that number and passphrase open. Whatever is wrong, the answer is the same, and comes later each time. Tries
/// are counted by address and case together, so that nobody can lock somebody else's case.
pub async fn case_by_passphrase(
    context: &Context,
    code: &str,
    passphrase: &str,
) -> Result<i64, Problem> {
    #[derive(Deserialize)]
    struct CaseId {
        id: i64,
    }
    let code = tidy_case_number(code);
    let counters = vec![Counted::own("case", &[&code, &context.network()]).await?];
    let attempt = Try::claim(context, counters).await?;
    let unbound = Passphrase::unbound_hash(passphrase).await?;
    let bound = Passphrase::bind(&code, &unbound).await?;
    let sql =
        "SELECT id FROM complaint WHERE code = ?1 AND passphrase_hash = iif(form = 1, ?2, ?3)";
    let parameters = [code.into(), unbound.into(), bound.into()];
    let case: Option<CaseId> = context.store.first(sql, parameters).await?;
    match case {
        Some(case) => {
            attempt.succeeded(context).await?;
            Ok(case.id)
        }
        None => Err(Problem {
            detail: "编号或者查询码不对，请再核对一遍".into(),
            ..Problem::not_found()
        }),
    }
}

/// What the cookie says: which case this browser may read, and until when.
#[derive(Serialize, Deserialize)]
struct OpenCase {
    id: i64,
    until: DateTime<FixedOffset>,
}

async fn cookie_key() -> Result<[u8; 32], Problem> {
    let secret = seal::variable("session_key").await?;
    Ok(seal::derive_key("opened case", &secret))
}

/// The cookie by which the pages of one case stay open for an hour. It holds no passphrase, and the store knows nothing of it.
pub async fn open_case_cookie(context: &Context, id: i64) -> Result<HeaderValue, Problem> {
    let open_case = OpenCase {
        id,
        until: context.now + LASTS,
    };
    let plain = serde_json::to_vec(&open_case).map_err(Problem::internal)?;
    let value = URL_SAFE_NO_PAD.encode(seal::seal(&cookie_key().await?, &plain)?);
    web::cookie::set(COOKIE, &value, PATH, LASTS.num_seconds()).await
}

/// The cookie that closes the pages of the case.
pub async fn closing_cookie() -> Result<HeaderValue, Problem> {
    web::cookie::set(COOKIE, "", PATH, 0).await
}

/// The id of the case that this browser has open.
pub async fn case_by_cookie(
    context: &Context,
    headers: &HeaderMap,
) -> Result<Option<i64>, Problem> {
    let Some(sealed) = cookie(headers, COOKIE).and_then(|value| URL_SAFE_NO_PAD.decode(value).ok())
    else {
        return Ok(None);
    };
    let open_case: Option<OpenCase> = seal::open(&cookie_key().await?, &sealed)
        .and_then(|plain| serde_json::from_slice(&plain).ok());
    Ok(open_case
        .filter(|case| case.until > context.now && case.until <= context.now + LASTS * 2)
        .map(|case| case.id))
}
