//! Against floods: what one address, and all together, leave here in an hour: filings, drafts and their files. The address is held
//! as a keyed hash for an hour, apart from every case.

use chrono::{DateTime, TimeDelta};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use web::{Code, Context, Problem, seal};

pub const HEADER: &str = "proof-of-work";

/// So many an hour go without more ado.
const FREE: u32 = 3;
/// Drafts that are begun, and MiB of their files, an hour: of one address, and of all.
const DRAFTS: [usize; 2] = [60, 6_000];
const FILES: [usize; 2] = [300, 10_000];
/// Leading zero bits of a proof: about a second of an old telephone.
const BITS: u32 = 16;
/// Without a proof: the first wait in seconds; it doubles, up to the longest.
const FIRST_WAIT: i64 = 60;
const LONGEST_WAIT: i64 = 900;

#[derive(Deserialize)]
struct Filed {
    filings: u32,
    earliest: Option<String>,
    latest: Option<String>,
}

/// What to work on.
pub struct Challenge {
    pub text: String,
    pub bits: u32,
}

/// Admits one filing from the caller's address, or says how long to wait; [`Problem::current`] has the challenge.
pub async fn admit(context: &Context, proof: Option<&str>) -> Result<(), Problem> {
    let limit = rate_limit().await?;
    if limit == 0 {
        return Ok(());
    }
    let address = seal::keyed_hash("filing address", &context.network()).await?;
    // Of many at once each finds another number of filings before it, and meets what is asked of that one.
    for _ in 0..limit {
        let filed = filed(context, &address).await?;
        may_file(context, limit, &address, &filed, proof).await?;
        let sql = "INSERT INTO complaint_filing (address_hash, at) SELECT ?1, ?2
            WHERE (SELECT count(*) FROM complaint_filing WHERE address_hash = ?1 AND at > ?3 AND at <= ?2) = ?4 RETURNING 1";
        let parameters = [
            address.as_str().into(),
            context.at().into(),
            hour_ago(context).into(),
            i64::from(filed.filings).into(),
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

/// Whether the next filing may be made, after those of the last hour.
async fn may_file(
    context: &Context,
    limit: u32,
    address: &str,
    filed: &Filed,
    proof: Option<&str>,
) -> Result<(), Problem> {
    let seconds_since = |at: &Option<String>| {
        let at = DateTime::parse_from_rfc3339(at.as_deref()?).ok()?;
        Some((context.now - at).num_seconds())
    };
    if filed.filings >= limit {
        let left = 3600 - seconds_since(&filed.earliest).unwrap_or(0);
        return Err(Problem::too_many(left.max(1).unsigned_abs()));
    }
    if filed.filings >= FREE {
        let challenge = challenge(address, filed.filings).await?;
        let proven = proof.is_some_and(|proof| proves(&challenge, proof));
        let wait = FIRST_WAIT
            .saturating_mul(1 << (filed.filings - FREE).min(8))
            .min(LONGEST_WAIT);
        let left = wait - seconds_since(&filed.latest).unwrap_or(0);
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

/// Admits a draft that is begun: more than anybody begins in an hour fills the disk for nothing.
pub async fn admit_draft(context: &Context) -> Result<(), Problem> {
    leave(context, "draft", 1, DRAFTS).await
}

/// Admits files of a draft, by their size.
pub async fn admit_files(context: &Context, bytes: usize) -> Result<(), Problem> {
    leave(context, "upload", bytes.div_ceil(1 << 20), FILES).await
}

/// Counts `units` of `what` against the caller's address and against all; in one statement, so that many at once are no more.
async fn leave(
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

/// What an hour has seen. Nothing counts that a clock wrote which was ahead and has been put right since.
async fn filed(context: &Context, address: &str) -> Result<Filed, Problem> {
    let sql = "SELECT count(*) AS filings, min(at) AS earliest, max(at) AS latest FROM complaint_filing WHERE address_hash = ?1 AND at > ?2 AND at <= ?3";
    let parameters = [
        address.into(),
        hour_ago(context).into(),
        context.at().into(),
    ];
    let row: Option<Filed> = context.store.first(sql, parameters).await?;
    row.ok_or_else(|| Problem::internal("a count gave no row"))
}

/// The challenge that the next filing from here must meet; none while filings are free.
pub async fn next(context: &Context) -> Result<Option<Challenge>, Problem> {
    if rate_limit().await? == 0 {
        return Ok(None);
    }
    let address = seal::keyed_hash("filing address", &context.network()).await?;
    let filed = filed(context, &address).await?;
    match filed.filings {
        0..FREE => Ok(None),
        filings => Ok(Some(challenge(&address, filings).await?)),
    }
}

/// Made anew by whoever checks it; good for one filing, for the next has another number.
async fn challenge(address: &str, filings: u32) -> Result<Challenge, Problem> {
    Ok(Challenge {
        text: seal::keyed_hash("proof of work", &format!("{address}/{filings}")).await?,
        bits: BITS,
    })
}

/// `proof` is a number behind the challenge's text such that the hash of both begins with zeros.
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
