//! The schedules of `[component.X.tool.schedule]`: at its time (China) each calls its path, as any scheduler would from
//! outside. Never two runs of one at once; a run missed while we were down is made up once; every run is kept with its
//! start, end and outcome.

use crate::clock::{CHINA, Clock};
use crate::database::{Database, DatabaseError, Speaker};
use crate::manifest::{Manifest, Schedule};
use crate::server::App;
use anyhow::{Context as _, Result};
use chrono::{DateTime, FixedOffset, TimeDelta};
use croner::Cron;
use http::header;
use http_body_util::{BodyExt as _, Empty};
use rusqlite::types::Value;
use sha2::{Digest as _, Sha256};
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// The longest nap: the machine's clock may be set meanwhile.
const NAP: Duration = Duration::from_secs(60);
/// What the journal may take.
const JOURNAL_TIME: Duration = Duration::from_secs(30);

/// Minutes before a run that failed is tried again: after the first failure, the second, and so on.
const PAUSES: [i64; 3] = [1, 5, 15];
const LAST_PAUSE: i64 = 60;

/// Clocks are corrected by less than this all the time, and no run is done twice for it.
const SLEW: TimeDelta = TimeDelta::minutes(1);
/// How long the journal keeps a run.
const KEPT: TimeDelta = TimeDelta::days(32);

/// One schedule of the manifest.
#[derive(Clone)]
pub struct Timer {
    /// `component/name`, unique in the manifest.
    name: String,
    cron: Cron,
    path: String,
    token: String,
}

impl Timer {
    /// All schedules of the manifest. They call with `scheduler_token`.
    pub fn all(manifest: &Manifest, token: &str) -> Result<Vec<Self>> {
        let mut timers = Vec::new();
        for (component, entry) in &manifest.component {
            for (name, Schedule { cron, path }) in &entry.tool.schedule {
                timers.push(Self {
                    name: format!("{component}/{name}"),
                    cron: Cron::from_str(cron)
                        .with_context(|| format!("schedule `{name}` of `{component}`: `{cron}`"))?,
                    path: path.clone(),
                    token: token.to_owned(),
                });
            }
        }
        Ok(timers)
    }

    /// Runs until `stop` turns true, then finishes the run in hand. Runs follow one another, so two are never at once.
    pub async fn run(
        self,
        app: Arc<App>,
        database: Database,
        clock: Clock,
        mut stop: watch::Receiver<bool>,
    ) {
        let journal = Journal { database };
        let mut last = match journal.last_due(&self.name, clock.now()).await {
            Ok(Some(last)) => last,
            // The first start ever: nothing was missed before it.
            Ok(None) => clock.now(),
            Err(error) => {
                tracing::error!(schedule = self.name, %error, "the journal of runs is not readable");
                return;
            }
        };
        loop {
            last = not_ahead(last, clock.now());
            // Of several missed runs only the latest is made up.
            let due = match self.latest_due(last, clock.now()) {
                Some(due) => due,
                None => match self
                    .cron
                    .find_next_occurrence(&last.max(clock.now()), false)
                {
                    Ok(due) => due,
                    Err(error) => {
                        tracing::error!(schedule = self.name, %error, "the schedule has no next run");
                        return;
                    }
                },
            };
            if let Ok(wait) = (due - clock.now()).to_std() {
                tokio::select! {
                    () = tokio::time::sleep(wait.min(NAP)) => continue,
                    _ = stop.wait_for(|stop| *stop) => return,
                }
            }
            if *stop.borrow() {
                return;
            }
            self.run_until_done(&app, &journal, due, clock, &mut stop)
                .await;
            last = due;
        }
    }

    /// Runs, and runs again where the function failed, as long as the day lasts and the next run is not due.
    async fn run_until_done(
        &self,
        app: &App,
        journal: &Journal,
        due: DateTime<FixedOffset>,
        clock: Clock,
        stop: &mut watch::Receiver<bool>,
    ) {
        let next = self.cron.find_next_occurrence(&due, false).ok();
        for minutes in PAUSES.into_iter().chain(std::iter::repeat(LAST_PAUSE)) {
            match self.run_once(app, journal, due, clock).await {
                Ok(done) if done => return,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(schedule = self.name, %error, "the run could not be kept in the journal");
                }
            }
            let again = clock.now() + TimeDelta::minutes(minutes);
            if again.date_naive() != due.date_naive() || next.is_some_and(|next| again >= next) {
                return;
            }
            tracing::warn!(schedule = self.name, again = %again.to_rfc3339(), "failed and is tried again");
            while let Ok(wait) = (again - clock.now()).to_std() {
                tokio::select! {
                    () = tokio::time::sleep(wait.min(NAP)) => {}
                    _ = stop.wait_for(|stop| *stop) => return,
                }
            }
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether this is the token that the schedules call with.
    pub fn calls_with(&self, token: &str) -> bool {
        Sha256::digest(&self.token) == Sha256::digest(token)
    }

    /// The last moment that a run was due after `after`, and not later than `now`.
    pub fn latest_due(
        &self,
        after: DateTime<FixedOffset>,
        now: DateTime<FixedOffset>,
    ) -> Option<DateTime<FixedOffset>> {
        let due = self.cron.find_previous_occurrence(&now, true).ok()?;
        (due > after).then_some(due)
    }

    /// Whether the function did its work.
    async fn run_once(
        &self,
        app: &App,
        journal: &Journal,
        due: DateTime<FixedOffset>,
        clock: Clock,
    ) -> Result<bool, DatabaseError> {
        journal.started(&self.name, due, clock.now()).await?;
        let request = http::Request::post(&self.path)
            .header(header::HOST, "localhost")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .body(Empty::new());
        let outcome = match request {
            Ok(request) => {
                let response = app.answer(request, ([127, 0, 0, 1], 0).into()).await;
                let status = response.status();
                // The run ends with its answer's last byte.
                let _ = response.into_body().collect().await;
                status.as_u16().to_string()
            }
            Err(error) => error.to_string(),
        };
        let done = !is_failure(&outcome);
        if done {
            tracing::info!(schedule = self.name, outcome, "ran");
        } else {
            tracing::error!(schedule = self.name, outcome, "ran and failed");
        }
        journal
            .ended(&self.name, due, clock.now(), outcome)
            .await
            .map(|()| done)
    }
}

/// A status of 500 or more, or no status at all. What the function refused it would refuse again.
fn is_failure(outcome: &str) -> bool {
    outcome.parse::<u16>().map_or(true, |status| status >= 500)
}

/// The last run of a schedule.
pub struct Last {
    pub schedule: String,
    pub due: DateTime<FixedOffset>,
    pub started: DateTime<FixedOffset>,
    outcome: Option<String>,
}

impl Last {
    /// One row a schedule; the other columns are those of the run that started last.
    pub const SQL: &str = "SELECT schedule, due_at, max(started_at), outcome FROM runtime_schedule_run GROUP BY schedule";

    pub fn of(row: Vec<Value>) -> Option<Self> {
        let mut texts = row.into_iter().map(|cell| match cell {
            Value::Text(text) => Some(text),
            _ => None,
        });
        let mut next = || texts.next().flatten();
        let (schedule, due, started) = (next()?, next()?, next()?);
        Some(Self {
            schedule,
            due: DateTime::parse_from_rfc3339(&due).ok()?,
            started: DateTime::parse_from_rfc3339(&started).ok()?,
            outcome: next(),
        })
    }

    /// A run that has not ended yet has not failed.
    pub fn has_failed(&self) -> bool {
        self.outcome.as_deref().is_some_and(is_failure)
    }
}

/// The last run, unless it was due in what is now the future: the clock was ahead then, and what it has been put back to is what holds.
fn not_ahead(last: DateTime<FixedOffset>, now: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
    if last - now > SLEW { now } else { last }
}

/// The runtime's own table of runs.
struct Journal {
    database: Database,
}

impl Journal {
    async fn execute(
        &self,
        sql: &str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Vec<Value>>, DatabaseError> {
        let deadline = Instant::now() + JOURNAL_TIME;
        let outcome = self
            .database
            .execute(Speaker::Runtime, sql.to_owned(), parameters, deadline)
            .await?;
        Ok(outcome.rows)
    }

    /// When the last run that did its work was due; one that a crash cut off or that failed counts as missed, and one that is due in the
    /// future was made while the clock was ahead. Where there are such alone (they took the others' place), the latest of a month is
    /// made up.
    async fn last_due(
        &self,
        schedule: &str,
        now: DateTime<FixedOffset>,
    ) -> Result<Option<DateTime<FixedOffset>>, DatabaseError> {
        let rows = self
            .execute(
                "SELECT coalesce(max(due_at) FILTER (WHERE due_at <= ?2), iif(count(*) > 0, ?3, NULL))
                 FROM runtime_schedule_run WHERE schedule = ?1 AND ended_at IS NOT NULL AND outcome NOT GLOB '5*'",
                [schedule.to_owned(), now.to_rfc3339(), (now - KEPT).to_rfc3339()].map(Value::Text).into(),
            )
            .await?;
        Ok(rows.into_iter().flatten().find_map(|cell| match cell {
            Value::Text(due) => DateTime::parse_from_rfc3339(&due)
                .ok()
                .map(|due| due.with_timezone(&CHINA)),
            _ => None,
        }))
    }

    async fn started(
        &self,
        schedule: &str,
        due: DateTime<FixedOffset>,
        now: DateTime<FixedOffset>,
    ) -> Result<(), DatabaseError> {
        let sql =
            "INSERT INTO runtime_schedule_run (schedule, due_at, started_at) VALUES (?1, ?2, ?3)";
        let parameters = [schedule.to_owned(), due.to_rfc3339(), now.to_rfc3339()];
        self.execute(sql, parameters.map(Value::Text).into())
            .await
            .map(|_| ())
    }

    async fn ended(
        &self,
        schedule: &str,
        due: DateTime<FixedOffset>,
        now: DateTime<FixedOffset>,
        outcome: String,
    ) -> Result<(), DatabaseError> {
        let sql = "UPDATE runtime_schedule_run SET ended_at = ?3, outcome = ?4
                   WHERE schedule = ?1 AND due_at = ?2 AND ended_at IS NULL";
        let parameters = [
            schedule.to_owned(),
            due.to_rfc3339(),
            now.to_rfc3339(),
            outcome,
        ];
        self.execute(sql, parameters.map(Value::Text).into())
            .await?;
        // A schedule of every minute would fill the disk with its past.
        let sql = "DELETE FROM runtime_schedule_run WHERE schedule = ?1 AND due_at < ?2";
        let parameters = [schedule.to_owned(), (due - KEPT).to_rfc3339()];
        self.execute(sql, parameters.map(Value::Text).into())
            .await
            .map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

    use super::*;

    #[test]
    fn a_run_in_the_future_holds_up_nothing_and_a_corrected_second_repeats_nothing() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap();
        let now = at("2026-10-09T05:59:59+08:00");
        let just_run = at("2026-10-09T06:00:00+08:00");
        assert_eq!(not_ahead(just_run, now), just_run);
        assert_eq!(not_ahead(at("2036-10-09T06:00:00+08:00"), now), now);
    }
}
