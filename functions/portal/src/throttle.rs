//! Sign-in slows down after failures: by account, and by a keyed hash of the address.

use chrono::{DateTime, TimeDelta};
use serde::Deserialize;
use web::{Context, Problem, seal};

/// So many mistakes are free.
const FREE: u32 = 5;
/// Failures older than this are forgiven.
const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// The first wait, in seconds; it doubles with each failure, up to the window.
const FIRST_WAIT: i64 = 10;

pub struct Subjects([String; 2]);

#[derive(Deserialize)]
struct Failures {
    failures: u32,
    last: Option<String>,
}

impl Subjects {
    /// Whom a try to sign in as `account` is counted against.
    pub async fn of(context: &Context, account: &str) -> Result<Self, Problem> {
        let address = seal::keyed_hash("sign-in address", &context.address).await?;
        let account = seal::keyed_hash("sign-in account", account).await?;
        Ok(Self([
            format!("address/{address}"),
            format!("account/{account}"),
        ]))
    }

    /// Refuses while the last failure is too recent.
    pub async fn may_try(&self, context: &Context) -> Result<(), Problem> {
        let sql = "SELECT count(*) AS failures, max(at) AS last FROM sign_in_failure WHERE subject = ?1 AND at > ?2";
        let since = (context.now - WINDOW).to_rfc3339();
        for subject in &self.0 {
            let found: Option<Failures> = context
                .store
                .first(sql, [subject.as_str().into(), since.as_str().into()])
                .await?;
            let Some(Failures {
                failures,
                last: Some(last),
            }) = found
            else {
                continue;
            };
            if failures < FREE {
                continue;
            }
            let wait = FIRST_WAIT
                .saturating_mul(1 << (failures - FREE).min(20))
                .min(WINDOW.num_seconds());
            let last = DateTime::parse_from_rfc3339(&last).map_err(Problem::internal)?;
            let left = wait - (context.now - last).num_seconds();
            if left > 0 {
                return Err(Problem::too_many(left.unsigned_abs()));
            }
        }
        Ok(())
    }

    pub async fn failed(&self, context: &Context) -> Result<(), Problem> {
        let sql = "INSERT INTO sign_in_failure (subject, at) VALUES (?1, ?3), (?2, ?3)";
        let [address, account] = &self.0;
        let now = context.now.to_rfc3339();
        context
            .store
            .run(
                sql,
                [address.as_str().into(), account.as_str().into(), now.into()],
            )
            .await?;
        Ok(())
    }

    pub async fn succeeded(&self, context: &Context) -> Result<(), Problem> {
        let sql = "DELETE FROM sign_in_failure WHERE subject = ?1";
        context.store.run(sql, [self.0[1].as_str().into()]).await?;
        Ok(())
    }
}
