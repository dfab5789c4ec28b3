//! Guessing slows down. A try is claimed in one statement before anything is compared, so that a hundred at once are no hundred
//! guesses; who was right takes the claim back. What a try is counted against stands in `attempt` as a keyed hash, and is forgotten
//! an hour after the last try.

use crate::{Context, Problem, seal};
use serde::{Deserialize, Serialize};

/// Seconds after the last try in which a count is kept.
const REMEMBERED: i64 = 3600;

/// Seconds by which a try may be later than the one that is counted after it: requests read the time when they begin, and reach the store
/// in another order. What is later still was counted while the clock was ahead.
const OVERTAKEN: i64 = 900;

/// What a try is counted against, and how it slows down.
#[derive(Serialize)]
pub struct Counted {
    subject: String,
    /// How many tries cost no wait.
    free: u32,
    /// The first wait after those, in seconds; it doubles with each try, up to the longest.
    first: i64,
    longest: i64,
    /// Whether a success clears the whole count and does not only take its own try back.
    #[serde(skip)]
    cleared: bool,
}

impl Counted {
    /// The tries of one person: five are free, for people mistype, then the wait is ten seconds, up to a quarter of an hour. `whose` is whoever a wait may hold up,
    /// and nobody else: an account and the address that asks for it, a browser.
    pub async fn own(purpose: &str, whose: &[&str]) -> Result<Self, Problem> {
        Ok(Self {
            subject: subject(purpose, whose).await?,
            free: 5,
            first: 10,
            longest: 900,
            cleared: true,
        })
    }

    /// The tries of all strangers together, from whatever addresses: a hundred are free, then the wait is a second, up to a minute.
    pub async fn strangers(purpose: &str, whose: &[&str]) -> Result<Self, Problem> {
        Ok(Self {
            subject: subject(purpose, whose).await?,
            free: 100,
            first: 1,
            longest: 60,
            cleared: false,
        })
    }
}

async fn subject(purpose: &str, whose: &[&str]) -> Result<String, Problem> {
    seal::keyed_hash(purpose, &whose.join("\n")).await
}

/// A try that may be made. Dropped, it counts as a failure.
#[must_use]
pub struct Try(Vec<Counted>);

impl Try {
    /// Claims a try against everything that it is counted against, or nothing.
    ///
    /// # Errors
    ///
    /// 429 with the seconds to wait.
    pub async fn claim(context: &Context, counted: Vec<Counted>) -> Result<Self, Problem> {
        // A row from a time to come was written by a clock that has been put right since: it holds nobody up. One from a moment ahead is
        // of a request that overtook this one: forgotten, it would give five more guesses to whoever sends many at the turn of a second.
        let waiting = "SELECT a.tried_at + min(c.value ->> 'longest', (c.value ->> 'first') << min(a.tries - (c.value ->> 'free'), 20)) - ?2 AS wait
            FROM json_each(?1) c JOIN attempt a ON a.subject = c.value ->> 'subject'
            WHERE a.tries >= c.value ->> 'free' AND a.tried_at <= ?2 + ?4 AND a.forgotten_at > ?2";
        let sql = format!(
            "INSERT INTO attempt (subject, tries, tried_at, forgotten_at)
             SELECT value ->> 'subject', 1, ?2, ?2 + ?3 FROM json_each(?1)
             WHERE NOT EXISTS (SELECT 1 FROM ({waiting}) WHERE wait > 0)
             ON CONFLICT (subject) DO UPDATE SET
                 tries = iif(attempt.tried_at > ?2 + ?4 OR attempt.forgotten_at <= ?2, 1, tries + 1),
                 tried_at = iif(attempt.tried_at > ?2 + ?4, ?2, max(attempt.tried_at, ?2)),
                 forgotten_at = iif(attempt.tried_at > ?2 + ?4, ?2 + ?3, max(attempt.forgotten_at, ?2 + ?3))
             RETURNING subject"
        );
        let asked = serde_json::to_string(&counted).map_err(Problem::internal)?;
        let now = context.now.timestamp();
        let parameters = [
            asked.as_str().into(),
            now.into(),
            REMEMBERED.into(),
            OVERTAKEN.into(),
        ];
        if context.store.run(&sql, parameters).await? > 0 {
            return Ok(Self(counted));
        }
        #[derive(Deserialize)]
        struct Left {
            wait: Option<u64>,
        }
        let sql = format!("SELECT max(wait) AS wait FROM ({waiting}) WHERE wait > 0");
        let row: Option<Left> = context
            .store
            .first(
                &sql,
                [
                    asked.into(),
                    now.into(),
                    REMEMBERED.into(),
                    OVERTAKEN.into(),
                ],
            )
            .await?;
        // There is no wait any more where somebody who was right came in between.
        let left = row.and_then(|row| row.wait).unwrap_or(1);
        Err(Problem::too_many(left))
    }

    /// Takes the try back, for it was right.
    pub async fn succeeded(self, context: &Context) -> Result<(), Problem> {
        let sql = "UPDATE attempt SET tries = iif(subject IN (SELECT value FROM json_each(?2)), 0, max(tries - 1, 0))
            WHERE subject IN (SELECT value FROM json_each(?1))";
        let of = |cleared: bool| {
            let subjects: Vec<&str> = self
                .0
                .iter()
                .filter(|counted| counted.cleared || !cleared)
                .map(|counted| counted.subject.as_str())
                .collect();
            serde_json::json!(subjects).to_string()
        };
        context
            .store
            .run(sql, [of(false).into(), of(true).into()])
            .await?;
        Ok(())
    }
}
