//! Guessing slows down after failures: by what is guessed at, and by a keyed hash of the address. A function keeps its failures in a
//! table of its own, with the columns `subject` and `at`, and clears it of what is older than an hour.

use crate::{Context, Problem, seal};
use chrono::{DateTime, TimeDelta};
use serde::Deserialize;

/// So many mistakes are free.
const FREE: u32 = 5;
/// Failures older than this are forgiven.
const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// The first wait, in seconds; it doubles with each failure, up to the window.
const FIRST_WAIT: i64 = 10;

/// Whom a try is counted against, and in which table.
pub struct Tries {
    table: &'static str,
    subjects: [String; 2],
}

#[derive(Deserialize)]
struct Failures {
    failures: u32,
    last: Option<String>,
}

impl Tries {
    /// A try to open `what`, an account or a case, from the caller's address.
    pub async fn at(context: &Context, table: &'static str, what: &str) -> Result<Self, Problem> {
        let address = seal::keyed_hash(&format!("{table} address"), &context.address).await?;
        let what = seal::keyed_hash(&format!("{table} what"), what).await?;
        Ok(Self {
            table,
            subjects: [format!("address/{address}"), format!("what/{what}")],
        })
    }

    /// Refuses while the last failure is too recent.
    pub async fn may_try(&self, context: &Context) -> Result<(), Problem> {
        let sql = format!(
            "SELECT count(*) AS failures, max(at) AS last FROM {} WHERE subject = ?1 AND at > ?2",
            self.table
        );
        let since = (context.now - WINDOW).to_rfc3339();
        for subject in &self.subjects {
            let found: Option<Failures> = context
                .store
                .first(&sql, [subject.as_str().into(), since.as_str().into()])
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
        let sql = format!(
            "INSERT INTO {} (subject, at) VALUES (?1, ?3), (?2, ?3)",
            self.table
        );
        let [address, what] = &self.subjects;
        let now = context.now.to_rfc3339();
        context
            .store
            .run(
                &sql,
                [address.as_str().into(), what.as_str().into(), now.into()],
            )
            .await?;
        Ok(())
    }

    pub async fn succeeded(&self, context: &Context) -> Result<(), Problem> {
        let sql = format!("DELETE FROM {} WHERE subject = ?1", self.table);
        context
            .store
            .run(&sql, [self.subjects[1].as_str().into()])
            .await?;
        Ok(())
    }
}
