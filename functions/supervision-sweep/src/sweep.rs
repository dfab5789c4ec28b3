//! The run of every morning: what is overdue opens a breach, what is met closes it, what is still open climbs, and whoever should know is
//! told. Each step is set-based and safe to repeat: run twice, at once, late or cut off, it comes to the same papers.
//!
//! What the views state is read without holding up anybody who writes; what follows from it is written in slices.

use crate::closure::close_met_papers;
use crate::deadline_views::DeadlineViews;
use crate::ladder::{self, BreachSource};
use crate::outcome::SweepOutcome;
use crate::preview::preview_day;
use crate::sweep_day::{SweepDay, requested_day};
use crate::{breach_changes, reminders, report_upwards};
use axum::response::IntoResponse as _;
use chrono::NaiveDate;
use domain::words::NoticeKind;
use schemars::JsonSchema;
use serde::Deserialize;
use store::Store;
use web::api::may_take;
use web::extract::OptionalJson;
use web::routes::{Routes, Who};
use web::{Answer, Context, Problem, issuing};

pub fn routes(routes: Routes) -> Routes {
    routes
        .post("/internal/sweep", Who::Scheduler, run_sweep)
        .api(
            "每天的督办：找出逾期、发出文书、销号、提醒；重复运行结果相同",
            may_take::<SweepRequest>().gives::<SweepOutcome>(),
        )
}

#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SweepAsked")]
struct SweepRequest {
    /// 截至哪一天；今天以后只能预演（dry_run）
    #[schemars(with = "Option<web::api::Day>")]
    as_of: Option<String>,
    #[serde(default)]
    dry_run: bool,
}

async fn run_sweep(context: Context, OptionalJson(request): OptionalJson<SweepRequest>) -> Answer {
    let as_of = requested_day(&context, request.as_of.as_deref(), request.dry_run)?;
    let outcome = match request.dry_run {
        true => preview_day(&context, as_of).await?.0,
        false => run_logged(&context, as_of).await?,
    };
    Ok(axum::Json(outcome).into_response())
}

/// Runs the sweep with a line in the log of runs; a run that was cut off has no end there.
async fn run_logged(context: &Context, as_of: NaiveDate) -> Result<SweepOutcome, Problem> {
    #[derive(Deserialize)]
    struct RunId {
        id: i64,
    }
    let store = &context.store;
    let sql = "INSERT INTO sweep_run (as_of, started_at) VALUES (?1, ?2) RETURNING id";
    let run: Option<RunId> = store
        .first(sql, [as_of.to_string().into(), context.at().into()])
        .await?;
    let id = run.map_or(0, |run| run.id);
    let result = sweep(context, as_of).await;
    let (document, error) = match &result {
        Ok(outcome) => (
            Some(serde_json::to_string(outcome).map_err(Problem::internal)?),
            None,
        ),
        Err(problem) => (None, Some(problem.detail.clone())),
    };
    let sql = "UPDATE sweep_run SET ended_at = ?2, result = ?3, error = ?4 WHERE id = ?1";
    let ended = web::context::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, false);
    store
        .run(
            sql,
            [id.into(), ended.into(), document.into(), error.into()],
        )
        .await?;
    result
}

async fn sweep(context: &Context, as_of: NaiveDate) -> Result<SweepOutcome, Problem> {
    let store = &context.store;
    let views = DeadlineViews::find(store).await?;
    let today = SweepDay::find(store, as_of).await?;
    let mut outcome = SweepOutcome {
        as_of,
        ..SweepOutcome::default()
    };
    let day = as_of.to_string();
    outcome.opened = breach_changes::open_breaches(store, &views, &today.passed, &day).await?;
    outcome.closed = breach_changes::close_breaches(store, &views, &today.passed, &day).await?;
    let before = newest_message(store).await?;
    reminders::tell_later_terms(context).await?;
    if today.is_workday != 0 {
        write_papers(context, &today.passed, &day, &mut outcome).await?;
        reminders::tell_officials(context, &day).await?;
    }
    close_met_papers(context).await?;
    if today.is_workday != 0 {
        reminders::tell_signers(context, &day).await?;
    }
    reminders::remind(context, &views, as_of).await?;
    outcome.queued_messages = newest_message(store).await?.saturating_sub(before);
    outcome.without_policy = rules_without_policy(store).await?;
    Ok(outcome)
}

/// The number of the newest message, or 0; each message has the number after the one before it.
async fn newest_message(store: &Store) -> Result<u64, Problem> {
    #[derive(Deserialize)]
    struct NewestMessage {
        newest: u64,
    }
    let sql = "SELECT coalesce(max(id), 0) AS newest FROM message";
    Ok(store
        .first::<NewestMessage>(sql, [])
        .await?
        .map_or(0, |message| message.newest))
}

async fn rules_without_policy(store: &Store) -> Result<Vec<String>, Problem> {
    let sql = "SELECT json_group_array(rule) FROM (SELECT DISTINCT rule FROM breach WHERE closed_on IS NULL
                   EXCEPT SELECT rule FROM escalation_policy)";
    Ok(store.json(sql, []).await?)
}

/// Writes the papers of the day: what is still open climbs, and once a month what nobody may chase is reported upwards.
async fn write_papers(
    context: &Context,
    passed: &str,
    day: &str,
    outcome: &mut SweepOutcome,
) -> Result<(), Problem> {
    #[derive(Deserialize)]
    struct WrittenPaper {
        kind: NoticeKind,
        /// Whether it went out by itself; 0 or 1.
        issued: i64,
        /// Whether it is one of its own; 0 where its lines joined a draft.
        new: i64,
    }
    let store = &context.store;
    let marks = issuing::marks(context).await?;
    let sql = ladder::papers(&BreachSource::OpenBreaches);
    for slice in store.texts(&sql, [passed.into(), day.into()]).await? {
        let parameters = [
            slice.into(),
            day.into(),
            marks.office.as_str().into(),
            context.at().into(),
            marks.committee.as_str().into(),
        ];
        let written: Vec<WrittenPaper> = store.all(ladder::WRITE, parameters).await?;
        for paper in written {
            if paper.issued != 0 {
                outcome.issued.count(paper.kind);
            } else {
                outcome.drafted += u64::from(paper.new != 0);
            }
        }
    }
    let sql = report_upwards::lines(&BreachSource::OpenBreaches);
    let reported = store.text(&sql, [passed.into(), day.into()]).await?;
    if reported != "[]" {
        let committee = issuing::of_today(context).await?.committee;
        let parameters = [
            reported.into(),
            day.into(),
            marks.office.into(),
            context.at().into(),
            report_upwards::addressee_name(&committee).into(),
        ];
        let drafted = store.run(report_upwards::WRITE, parameters).await?;
        outcome.drafted += u64::try_from(drafted).unwrap_or(0);
    }
    Ok(())
}
