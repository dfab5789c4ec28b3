//! What an operator or a load balancer asks: `/livez` (the process lives), `/healthz` (it can serve, and what is wrong), `/metrics`
//! (Prometheus). They are answered without a function and without a place, so a crowd hides none of them.

use crate::clock::Clock;
use crate::database::{Database, Speaker};
use crate::metrics::{Load, Metrics};
use crate::problem;
use crate::response::{Response, text};
use crate::schedule::journal::LastRun;
use crate::schedule::timer::Timer;
use chrono::{DateTime, FixedOffset, TimeDelta};
use http::{Method, StatusCode, header};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A store that does not answer a question in this time cannot be read.
const STORE_TIME: Duration = Duration::from_secs(5);
/// Free space on the disk of the data folder, below which it counts as full.
const LEAST_FREE: u64 = 100 << 20;
/// A schedule that should have begun so long ago is late.
const LATE: TimeDelta = TimeDelta::minutes(10);

/// What the checks look at.
pub struct Health {
    database: Database,
    clock: Clock,
    data: PathBuf,
    timers: Vec<Timer>,
    started: DateTime<FixedOffset>,
}

/// What can be asked of the program itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Question {
    IsAlive,
    IsWell,
    Metrics,
}

impl Question {
    /// The question that a path asks; none where the path is a function's.
    pub fn from_path(path: &str) -> Option<Self> {
        match path {
            "/livez" => Some(Self::IsAlive),
            "/healthz" => Some(Self::IsWell),
            "/metrics" => Some(Self::Metrics),
            _ => None,
        }
    }
}

/// A question, and who asks it.
pub struct HealthRequest<'r> {
    pub question: Question,
    pub method: &'r Method,
    pub is_on_this_machine: bool,
    /// What stands behind `Bearer`.
    pub token: Option<&'r str>,
}

impl Health {
    pub fn new(database: Database, clock: Clock, data: &Path, timers: Vec<Timer>) -> Self {
        Self {
            database,
            clock,
            data: data.to_owned(),
            timers,
            started: clock.now(),
        }
    }

    pub async fn answer(
        &self,
        asked: HealthRequest<'_>,
        metrics: &Metrics,
        load: Load,
    ) -> Response {
        if !matches!(*asked.method, Method::GET | Method::HEAD) {
            return problem::method_not_allowed();
        }
        match asked.question {
            Question::IsAlive => text(StatusCode::OK, "text/plain; charset=utf-8", "ok\n".into()),
            Question::IsWell => self.report().await,
            Question::Metrics if self.may_read_metrics(&asked) => {
                let schedules = self.last_runs().await.unwrap_or_default();
                let page = metrics.render(load, &self.data, &schedules);
                text(
                    StatusCode::OK,
                    "application/openmetrics-text; version=1.0.0; charset=utf-8",
                    page,
                )
            }
            Question::Metrics => problem::metrics_forbidden(),
        }
    }

    fn may_read_metrics(&self, asked: &HealthRequest<'_>) -> bool {
        asked.is_on_this_machine
            || self
                .timers
                .first()
                .is_some_and(|timer| asked.token.is_some_and(|token| timer.calls_with(token)))
    }

    async fn report(&self) -> Response {
        let mut checks = Map::new();
        checks.insert("functions".into(), json!("ok"));
        let runs = self.last_runs().await;
        let readable = runs.is_some();
        checks.insert(
            "store".into(),
            json!(if readable { "ok" } else { "cannot be read" }),
        );
        checks.insert("disk".into(), json!(self.disk_fault().unwrap_or("ok")));
        let schedules = self.schedule_states(&runs.unwrap_or_default());
        checks.insert("schedules".into(), schedules);
        let is_ok = |check: &Value| match check {
            Value::Object(each) => each.values().all(|one| one == "ok"),
            one => one == "ok",
        };
        let all_well = checks.values().all(is_ok);
        let status = if readable {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        };
        let report = json!({"status": if all_well { "ok" } else { "degraded" }, "checks": checks});
        let mut response = text(status, "application/json", report.to_string());
        let never_kept = http::HeaderValue::from_static("no-store");
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, never_kept);
        response
    }

    /// Each schedule's last run; none where the store cannot be read.
    async fn last_runs(&self) -> Option<Vec<LastRun>> {
        let deadline = Instant::now() + STORE_TIME;
        let rows = self
            .database
            .execute(
                Speaker::Runtime,
                LastRun::SQL.to_owned(),
                Vec::new(),
                deadline,
            )
            .await
            .ok()?
            .rows;
        Some(rows.into_iter().filter_map(LastRun::from_row).collect())
    }

    /// What is wrong with the place where data are kept.
    fn disk_fault(&self) -> Option<&'static str> {
        if self.database.refuses_writes() {
            return Some("the store cannot be written");
        }
        let Ok(disk) = rustix::fs::statvfs(&self.data) else {
            return Some("cannot be looked at");
        };
        if disk.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY) {
            Some("read-only")
        } else if disk.f_bavail.saturating_mul(disk.f_frsize) < LEAST_FREE {
            Some("nearly full")
        } else {
            None
        }
    }

    fn schedule_states(&self, runs: &[LastRun]) -> Value {
        let now = self.clock.now();
        self.timers
            .iter()
            .map(|timer| {
                let last = runs.iter().find(|run| run.schedule == timer.name);
                let due = timer.latest_due(self.started, now);
                let is_late = due
                    .is_some_and(|due| now - due > LATE && last.is_none_or(|last| last.due < due));
                let state = if is_late {
                    "late"
                } else if last.is_some_and(LastRun::has_failed) {
                    "failed"
                } else {
                    "ok"
                };
                (timer.name.clone(), json!(state))
            })
            .collect::<Map<String, Value>>()
            .into()
    }
}
