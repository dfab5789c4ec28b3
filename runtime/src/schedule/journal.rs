//! The runs that have been, in a table of the runtime's own: start, end and outcome of each.

use crate::clock::CHINA;
use crate::database::{Database, DatabaseError, Speaker};
use chrono::{DateTime, FixedOffset, TimeDelta};
use rusqlite::types::Value;
use std::time::{Duration, Instant};

/// What the journal may take.
const JOURNAL_TIME: Duration = Duration::from_secs(30);

/// How long the journal keeps a run.
const KEPT: TimeDelta = TimeDelta::days(32);

/// The last run of a schedule.
pub struct LastRun {
    pub schedule: String,
    pub due: DateTime<FixedOffset>,
    pub started: DateTime<FixedOffset>,
    outcome: Option<String>,
}

impl LastRun {
    /// One row a schedule; the other columns are those of the run that started last.
    pub const SQL: &str = "SELECT schedule, due_at, max(started_at), outcome FROM runtime_schedule_run GROUP BY schedule";

    pub fn from_row(row: Vec<Value>) -> Option<Self> {
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

/// Whether a run with this outcome is tried again: a status of 500 or more, or no status at all. What the function refused it would refuse again.
pub fn is_failure(outcome: &str) -> bool {
    outcome.parse::<u16>().map_or(true, |status| status >= 500)
}

/// The runtime's own table of runs.
pub struct Journal {
    pub database: Database,
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
    pub async fn last_due(
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

    /// Notes that a run has begun.
    pub async fn begin_run(
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

    /// Notes that a run has ended, and forgets runs that are kept no longer.
    pub async fn end_run(
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
