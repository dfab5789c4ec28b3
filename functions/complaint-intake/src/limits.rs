//! How much one address, and all addresses together, may leave here in an hour: filings, drafts and their files. An address is
//! kept as a keyed hash for an hour, apart from every case.

use chrono::{DateTime, TimeDelta};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use web::{Code, Context, Problem, seal};

/// The header that has the proof of work.
pub const HEADER: &str = "proof-of-work";

/// The filings of an address in an hour that need neither a proof nor a wait.
const FREE: u32 = 3;
/// The most drafts that may be begun in an hour: of one address, and of all together.
const DRAFTS: [usize; 2] = [60, 6_000];
/// The most MiB of files that drafts may take in an hour: of one address, and of all together.
const FILES: [usize; 2] = [300, 10_000];
/// The leading zero bits that a proof must have. An old telephone finds one in about a second.
const BITS: u32 = 16;
/// The seconds to wait without a proof for the first filing that is not free. Each further wait is twice as long.
const FIRST_WAIT: i64 = 60;
/// The longest wait, in seconds.
const LONGEST_WAIT: i64 = 900;

/// What an address has filed in the last hour.
#[derive(Deserialize)]
struct RecentFilings {
    filings: u32,
    earliest: Option<String>,
    latest: Option<String>,
}

/// What a sender has to work out: see [`proves`].
pub struct Challenge {
    pub text: String,
    pub bits: u32,
}

/// Admits one filing from the caller's address.
///
/// # Errors
///
/// 429 with the seconds to wait. Where work would do instead, [`Problem::current`] has the challenge.
pub async fn admit_filing(context: &Context, proof: Option<&str>) -> Result<(), Problem> {
    let limit = rate_limit().await?;
    if limit == 0 {
        return Ok(());
    }
    let address = seal::keyed_hash("filing address", &context.network()).await?;
    // Of many requests at once only one can be the next filing. The others count anew and meet what is asked of the one after it.
    for _ in 0..limit {
        let recent = recent_filings(context, &address).await?;
        check_wait(context, limit, &address, &recent, proof).await?;
        let sql = "INSERT INTO complaint_filing (address_hash, at) SELECT ?1, ?2
            WHERE (SELECT count(*) FROM complaint_filing WHERE address_hash = ?1 AND at > ?3 AND at <= ?2) = ?4 RETURNING 1";
        let parameters = [
            address.as_str().into(),
            context.at().into(),
            hour_ago(context).into(),
            i64::from(recent.filings).into(),
        ];
        if context.store.run(sql, parameters).await? == 1 {
            return Ok(());
        }
    }
    Err(Problem::too_many(1))
}

fn hour_ago(context: &Context) -> String {
    (context.now - TimeDelta::hours(1)).to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
}

/// Refuses the next filing where it has to wait after those of the last hour.
async fn check_wait(
    context: &Context,
    limit: u32,
    address: &str,
    recent: &RecentFilings,
    proof: Option<&str>,
) -> Result<(), Problem> {
    let seconds_since = |at: &Option<String>| {
        let at = DateTime::parse_from_rfc3339(at.as_deref()?).ok()?;
        Some((context.now - at).num_seconds())
    };
    if recent.filings >= limit {
        let left = 3600 - seconds_since(&recent.earliest).unwrap_or(0);
        return Err(Problem::too_many(left.max(1).unsigned_abs()));
    }
    if recent.filings >= FREE {
        let challenge = make_challenge(address, recent.filings).await?;
        let proven = proof.is_some_and(|proof| proves(&challenge, proof));
        let wait = FIRST_WAIT
            .saturating_mul(1 << (recent.filings - FREE).min(8))
            .min(LONGEST_WAIT);
        let left = wait - seconds_since(&recent.latest).unwrap_or(0);
        if !proven && left > 0 {
            return Err(Problem {
                code: Code::SlowDown,
                detail: format!(
                    "这个网络一小时内提交得比较多，请 {left} 秒后再提交；填好的内容都还在"
                ),
                current: Some(Box::new(serde_json::json!({
                    "proof_of_work": { "challenge": challenge.text, "bits": challenge.bits }
                }))),
                ..Problem::too_many(left.unsigned_abs())
            });
        }
    }
    Ok(())
}

/// Admits a draft that is begun, so that nobody can fill the disk with drafts.
pub async fn admit_draft(context: &Context) -> Result<(), Problem> {
    admit_units(context, "draft", 1, DRAFTS).await
}

/// Admits files of a draft, by their size.
pub async fn admit_files(context: &Context, bytes: usize) -> Result<(), Problem> {
    admit_units(context, "upload", bytes.div_ceil(1 << 20), FILES).await
}

/// Admits so many units of something and counts them, for the caller's address and for all together. One statement does both, so
/// that many requests at once are admitted no more than one after the other.
async fn admit_units(
    context: &Context,
    what: &str,
    units: usize,
    most: [usize; 2],
) -> Result<(), Problem> {
    if rate_limit().await? == 0 || units == 0 {
        return Ok(());
    }
    let address = seal::keyed_hash(&format!("{what} address"), &context.network()).await?;
    let all = seal::keyed_hash(&format!("{what} address"), "all").await?;
    let [of_one, of_all] = most.map(|most| most.saturating_sub(units));
    let sql = "INSERT INTO complaint_filing (address_hash, at)
        SELECT subject.value, ?3 FROM json_each(?1) subject, json_each(?2)
        WHERE (SELECT count(*) FROM complaint_filing WHERE address_hash = ?1 ->> 0 AND at > ?4 AND at <= ?3) <= ?5
            AND (SELECT count(*) FROM complaint_filing WHERE address_hash = ?1 ->> 1 AND at > ?4 AND at <= ?3) <= ?6
        RETURNING 1";
    let parameters = [
        serde_json::json!([address, all]).to_string().into(),
        serde_json::json!(vec![0; units]).to_string().into(),
        context.at().into(),
        hour_ago(context).into(),
        i64::try_from(of_one).map_err(Problem::internal)?.into(),
        i64::try_from(of_all).map_err(Problem::internal)?.into(),
    ];
    match context.store.run(sql, parameters).await? {
        0 => Err(Problem::too_many(3600)),
        _ => Ok(()),
    }
}

async fn rate_limit() -> Result<u32, Problem> {
    seal::variable("complaint_rate_limit")
        .await?
        .trim()
        .parse()
        .map_err(|_| Problem::internal("complaint_rate_limit is no number"))
}

/// What the address has filed in the last hour. A time after now does not count: the clock was ahead when it was written.
async fn recent_filings(context: &Context, address: &str) -> Result<RecentFilings, Problem> {
    let sql = "SELECT count(*) AS filings, min(at) AS earliest, max(at) AS latest FROM complaint_filing WHERE address_hash = ?1 AND at > ?2 AND at <= ?3";
    let parameters = [
        address.into(),
        hour_ago(context).into(),
        context.at().into(),
    ];
    let row: Option<RecentFilings> = context.store.first(sql, parameters).await?;
    row.ok_or_else(|| Problem::internal("a count gave no row"))
}

/// The challenge that the next filing from the caller's address must meet; none while filings are free.
pub async fn next_challenge(context: &Context) -> Result<Option<Challenge>, Problem> {
    if rate_limit().await? == 0 {
        return Ok(None);
    }
    let address = seal::keyed_hash("filing address", &context.network()).await?;
    let recent = recent_filings(context, &address).await?;
    match recent.filings {
        0..FREE => Ok(None),
        filings => Ok(Some(make_challenge(&address, filings).await?)),
    }
}

/// Makes the challenge of the filing with that number. It is not stored but made again to check a proof, and it is good for one filing,
/// for the next one has another number.
async fn make_challenge(address: &str, filings: u32) -> Result<Challenge, Problem> {
    Ok(Challenge {
        text: seal::keyed_hash("proof of work", &format!("{address}/{filings}")).await?,
        bits: BITS,
    })
}

/// Whether the SHA-256 of the challenge's text, a colon and the proof begins with enough zero bits. The proof is a number.
fn proves(challenge: &Challenge, proof: &str) -> bool {
    if proof.len() > 20 {
        return false;
    }
    let hash = Sha256::digest(format!("{}:{proof}", challenge.text));
    let first = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
    first.leading_zeros() >= challenge.bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_proven_by_a_number_and_by_no_other_text() {
        let challenge = Challenge {
            text: "challenge".into(),
            bits: 8,
        };
        let found = (0..100_000)
            .map(|n| n.to_string())
            .find(|proof| proves(&challenge, proof));
        assert!(found.is_some_and(|proof| proof.parse::<u32>().is_ok()));
        assert!(!proves(&challenge, "not a proof"));
        assert!(!proves(&challenge, &"1".repeat(1000)));
    }
}
