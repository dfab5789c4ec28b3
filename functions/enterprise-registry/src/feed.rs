//! The registration platform's feed (全程电子化登记平台, 000 §三(一)): a daily pull of new and changed businesses, page by page.
//!
//! A page goes in before its cursor is kept, and the same record twice changes nothing: a pull that is cut off anywhere goes on where it
//! stopped, and loses and doubles nothing.

use crate::feed_platform::{FeedError, Platform};
use crate::feed_runs::{FeedRun, begin_run, read_runs, save_run};
use crate::roster::LEDGER;
use axum::response::{IntoResponse as _, Redirect};
use chrono::{DateTime, FixedOffset, SecondsFormat, TimeDelta};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::time::{Duration, Instant};
use web::extract::Form;
use web::{Answer, Context, Problem, context, seal};

/// How long one run goes on. The next run goes on where it stopped.
const RUN_LASTS: Duration = Duration::from_secs(300);
/// How long a claim holds: longer than one page can take. It is renewed with every page, so that one which a crash leaves behind is soon
/// over.
const CLAIM_LASTS: TimeDelta = TimeDelta::minutes(3);
/// The pause between two looks at a claim that another pull holds.
const LOOK_PAUSE: Duration = Duration::from_secs(1);
/// The name under which the feed acts, in the audit.
const ACTOR: &str = "registry-feed";

/// What a pull answers: the run, or that there is no platform to pull from.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Pulled")]
pub enum PullAnswer {
    Run(FeedRun),
    NotConfigured { status: NotConfigured },
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotConfigured {
    NotConfigured,
}

#[derive(Deserialize)]
struct FeedCursor {
    cursor: Option<String>,
}

enum FeedClaim {
    /// This pull holds the claim and goes on from the cursor.
    Held(Option<String>),
    /// Another pull was under way and has ended meanwhile.
    DoneByAnother,
}

/// Claims the feed; waits while another pull holds it, until that has ended or its claim has.
async fn claim_feed(context: &Context, run: &str) -> Result<FeedClaim, Problem> {
    let mut waited = false;
    loop {
        let now = context::now();
        // A claim from the far future was made under a shifted clock and counts as expired too.
        let sql = "UPDATE registry_feed SET claimed_by = ?1, claimed_until = ?3
                   WHERE id = 1 AND (claimed_until IS NULL AND NOT ?4 OR claimed_until < ?2 OR claimed_until > ?5) RETURNING cursor";
        let parameters = [
            run.into(),
            seconds(now).into(),
            seconds(now + CLAIM_LASTS).into(),
            i64::from(waited).into(),
            seconds(now + CLAIM_LASTS * 2).into(),
        ];
        if let Some(FeedCursor { cursor }) = context.store.first(sql, parameters).await? {
            return Ok(FeedClaim::Held(cursor));
        }
        let held = "SELECT id FROM registry_feed WHERE claimed_by IS NOT NULL";
        if context.store.run(held, []).await? == 0 && waited {
            return Ok(FeedClaim::DoneByAnother);
        }
        waited = true;
        spin_sdk::time::sleep(LOOK_PAUSE).await;
    }
}

/// A time to the second, as the store keeps it.
fn seconds(time: DateTime<FixedOffset>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// The run that ended last.
async fn last_run(context: &Context) -> Result<FeedRun, Problem> {
    read_runs(context)
        .await?
        .into_iter()
        .next()
        .ok_or_else(|| Problem::feed_running("正在从登记平台取数，请稍后再看"))
}

/// Pulls what the platform has; the schedule calls it every morning at five.
pub async fn pull(context: Context) -> Answer {
    let Some(platform) = Platform::configured().await? else {
        let status = NotConfigured::NotConfigured;
        return Ok(axum::Json(PullAnswer::NotConfigured { status }).into_response());
    };
    let run = pull_once(&context, &platform).await?;
    Ok(axum::Json(PullAnswer::Run(run)).into_response())
}

/// Pulls from where the last pull stopped. Two pulls at once are one.
async fn pull_once(context: &Context, platform: &Platform) -> Result<FeedRun, Problem> {
    let mut run = FeedRun::new(seal::random_token()?);
    let cursor = match claim_feed(context, &run.id).await? {
        FeedClaim::Held(cursor) => cursor,
        FeedClaim::DoneByAnother => return last_run(context).await,
    };
    begin_run(context, &run.id).await?;
    let outcome = take_pages(context, platform, cursor, &mut run).await?;
    run.status = if outcome.is_ok() { "done" } else { "failed" }.to_owned();
    run.error = outcome.err().map(|error| error.to_string());
    run.started_at = Some(context.now);
    run.ended_at = Some(context::now());
    save_run(context, &run).await?;
    let release = "UPDATE registry_feed SET claimed_by = NULL, claimed_until = NULL WHERE claimed_by = ?1 RETURNING id";
    context.store.run(release, [run.id.as_str().into()]).await?;
    Ok(run)
}

/// Takes page after page, until there is no more or the time of a run is over. Gives why it stopped before that.
async fn take_pages(
    context: &Context,
    platform: &Platform,
    mut cursor: Option<String>,
    run: &mut FeedRun,
) -> Result<Result<(), FeedError>, Problem> {
    let began = Instant::now();
    let mut known: HashSet<Option<String>> = HashSet::from([cursor.clone()]);
    loop {
        let next = match take_page(context, platform, cursor.as_deref(), run).await {
            Err(error) => return Ok(Err(error)),
            Ok(None) => return Ok(Ok(())),
            Ok(Some(next)) => next,
        };
        keep_cursor(context, &run.id, &next).await?;
        cursor = Some(next);
        if !known.insert(cursor.clone()) {
            return Ok(Err(FeedError::Circle));
        }
        save_run(context, run).await?;
        if began.elapsed() > RUN_LASTS {
            return Ok(Ok(()));
        }
    }
}

/// Takes one page in, and gives the cursor of the next.
async fn take_page(
    context: &Context,
    platform: &Platform,
    cursor: Option<&str>,
    run: &mut FeedRun,
) -> Result<Option<String>, FeedError> {
    let mut page = platform.fetch_page(cursor).await?;
    let next = page.next.take();
    let (records, no_records) = page.records();
    let found = LEDGER
        .write(context, &records, ACTOR)
        .await
        .map_err(|problem| FeedError::Store(problem.detail))?;
    run.add_page(found, no_records);
    Ok(next)
}

/// Keeps the cursor after a page has gone in, and renews the claim.
///
/// # Errors
///
/// 409 where another pull has taken the claim.
async fn keep_cursor(context: &Context, run: &str, next: &str) -> Result<(), Problem> {
    let sql = "UPDATE registry_feed SET cursor = ?2, claimed_until = ?3 WHERE claimed_by = ?1 RETURNING id";
    let until = seconds(context::now() + CLAIM_LASTS);
    let parameters = [run.into(), next.into(), until.into()];
    match context.store.run(sql, parameters).await? {
        1 => Ok(()),
        _ => Err(Problem::feed_running("另一次取数已经开始")),
    }
}

#[derive(Deserialize)]
pub struct PullForm {
    #[serde(default)]
    from: String,
}

pub async fn pull_now(context: Context, Form(typed): Form<PullForm>) -> Answer {
    let Some(platform) = Platform::configured().await? else {
        return Err(Problem::not_configured("还没有接通登记平台"));
    };
    if typed.from == "start" {
        let sql = "UPDATE registry_feed SET cursor = NULL WHERE id = 1 AND claimed_by IS NULL RETURNING id";
        context.store.run(sql, []).await?;
    }
    pull_once(&context, &platform).await?;
    Ok(Redirect::to("/enterprises/feed").into_response())
}
