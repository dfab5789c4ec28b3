//! The schedules of `[component.X.tool.schedule]`: at its time (China) each calls its path, as any scheduler would from
//! outside. Never two runs of one at once; a run missed while we were down is made up once; every run is kept with its
//! start, end and outcome.

pub mod journal;
pub mod timer;

use crate::clock::Clock;
use crate::database::{Database, DatabaseError};
use crate::server::App;
use chrono::{DateTime, FixedOffset, TimeDelta};
use http::header;
use http_body_util::{BodyExt as _, Empty};
use journal::{Journal, is_failure};
use std::sync::Arc;
use std::time::Duration;
use timer::Timer;
use tokio::sync::watch;

/// The longest nap: the machine's clock may be set meanwhile.
const NAP: Duration = Duration::from_secs(60);

/// Minutes before a run that failed is tried again: after the first failure, the second, and so on.
const PAUSES: [i64; 3] = [1, 5, 15];
const LAST_PAUSE: i64 = 60;

/// Clocks are corrected by less than this all the time, and no run is done twice for it.
const SLEW: TimeDelta = TimeDelta::minutes(1);

/// Runs until `stop` turns true, then finishes the run in hand. Runs follow one another, so two are never at once.
pub async fn run(
    timer: Timer,
    app: Arc<App>,
    database: Database,
    clock: Clock,
    mut stop: watch::Receiver<bool>,
) {
    let journal = Journal { database };
    let mut last = match journal.last_due(&timer.name, clock.now()).await {
        Ok(Some(last)) => last,
        // The first start ever: nothing was missed before it.
        Ok(None) => clock.now(),
        Err(error) => {
            tracing::error!(schedule = timer.name, %error, "the journal of runs is not readable");
            return;
        }
    };
    loop {
        last = not_ahead(last, clock.now());
        // Of several missed runs only the latest is made up.
        let due = match timer.latest_due(last, clock.now()) {
            Some(due) => due,
            None => match timer
                .cron
                .find_next_occurrence(&last.max(clock.now()), false)
            {
                Ok(due) => due,
                Err(error) => {
                    tracing::error!(schedule = timer.name, %error, "the schedule has no next run");
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
        run_until_done(&timer, &app, &journal, due, clock, &mut stop).await;
        last = due;
    }
}

/// Runs, and runs again where the function failed, as long as the day lasts and the next run is not due.
async fn run_until_done(
    timer: &Timer,
    app: &App,
    journal: &Journal,
    due: DateTime<FixedOffset>,
    clock: Clock,
    stop: &mut watch::Receiver<bool>,
) {
    let next = timer.cron.find_next_occurrence(&due, false).ok();
    for minutes in PAUSES.into_iter().chain(std::iter::repeat(LAST_PAUSE)) {
        match run_once(timer, app, journal, due, clock).await {
            Ok(done) if done => return,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(schedule = timer.name, %error, "the run could not be kept in the journal");
            }
        }
        let again = clock.now() + TimeDelta::minutes(minutes);
        if again.date_naive() != due.date_naive() || next.is_some_and(|next| again >= next) {
            return;
        }
        tracing::warn!(schedule = timer.name, again = %again.to_rfc3339(), "failed and is tried again");
        while let Ok(wait) = (again - clock.now()).to_std() {
            tokio::select! {
                () = tokio::time::sleep(wait.min(NAP)) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }
}

/// Whether the function did its work.
async fn run_once(
    timer: &Timer,
    app: &App,
    journal: &Journal,
    due: DateTime<FixedOffset>,
    clock: Clock,
) -> Result<bool, DatabaseError> {
    journal.begin_run(&timer.name, due, clock.now()).await?;
    let request = http::Request::post(&timer.path)
        .header(header::HOST, "localhost")
        .header(header::AUTHORIZATION, format!("Bearer {}", timer.token))
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
        tracing::info!(schedule = timer.name, outcome, "ran");
    } else {
        tracing::error!(schedule = timer.name, outcome, "ran and failed");
    }
    journal
        .end_run(&timer.name, due, clock.now(), outcome)
        .await
        .map(|()| done)
}

/// The last run, unless it was due in what is now the future: the clock was ahead then, and what it has been put back to is what holds.
fn not_ahead(last: DateTime<FixedOffset>, now: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
    if last - now > SLEW { now } else { last }
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
