//! The run of every morning: what is overdue opens a breach, what is met closes it, what is still open climbs, and who should
//! know is told. Each step is set-based and safe to repeat: run twice, at once, late or cut off, it comes to the same papers.
//!
//! What the views state is read without holding up anybody who writes; what follows from it is written in slices.

use crate::ladder::{self, From};
use crate::reminders;
use crate::standing;
use crate::stated::Stated;
use axum::response::IntoResponse as _;
use chrono::NaiveDate;
use domain::office_date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Store;
use web::extract::OptionalJson;
use web::problem::FieldError;
use web::{Answer, Context, Problem, seal};

#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SweepAsked")]
pub struct Wanted {
    /// 截至哪一天；今天以后只能预演（dry_run）
    #[schemars(with = "Option<web::api::Day>")]
    as_of: Option<String>,
    #[serde(default)]
    dry_run: bool,
}

/// Papers by kind.
#[derive(Debug, Default, Serialize, Deserialize, Clone, JsonSchema)]
#[schemars(rename = "PapersByKind")]
pub struct Issued {
    pub reminder_letter: u64,
    pub rectification_order: u64,
    pub interview_summons: u64,
    pub supervision_listing: u64,
}

impl Issued {
    pub fn add(&mut self, kind: &str) {
        match kind {
            "reminder_letter" => self.reminder_letter += 1,
            "rectification_order" => self.rectification_order += 1,
            "interview_summons" => self.interview_summons += 1,
            _ => self.supervision_listing += 1,
        }
    }
}

#[derive(Debug, Default, Serialize, Deserialize, Clone, JsonSchema)]
#[schemars(rename = "SweepOutcome")]
pub struct Outcome {
    pub as_of: NaiveDate,
    pub issued: Issued,
    /// Papers that wait for a signature.
    pub drafted: u64,
    /// Breaches that were met, or are no longer owed.
    pub closed: u64,
    pub queued_messages: u64,
    /// Breaches that are new.
    #[serde(default)]
    pub opened: u64,
    /// Rules that are stated and have no policy: nobody is chased for them.
    #[serde(default)]
    pub without_policy: Vec<String>,
}

pub async fn run_sweep(context: Context, OptionalJson(wanted): OptionalJson<Wanted>) -> Answer {
    let as_of = day(&context, wanted.as_of.as_deref(), wanted.dry_run)?;
    let outcome = if wanted.dry_run {
        crate::preview::outcome(&context, as_of).await?.0
    } else {
        logged(&context, as_of).await?
    };
    Ok(axum::Json(outcome).into_response())
}

/// The day that is asked for; today where none is. A day that has not come can only be looked at.
pub fn day(
    context: &Context,
    typed: Option<&str>,
    may_be_ahead: bool,
) -> Result<NaiveDate, Problem> {
    let today = context.today();
    let Some(typed) = typed.map(str::trim).filter(|typed| !typed.is_empty()) else {
        return Ok(today);
    };
    let wrong = |reason: String| Problem::invalid(vec![FieldError::new("as_of", typed, reason)]);
    match office_date::parse(typed) {
        Err(error) => Err(wrong(error.to_string())),
        Ok(day) if day > today && !may_be_ahead => {
            Err(wrong("这一天还没有到，只能预演（dry_run）".to_owned()))
        }
        Ok(day) if !(2015..2050).contains(&chrono::Datelike::year(&day)) => {
            Err(wrong("应为 2015 年到 2049 年".to_owned()))
        }
        Ok(day) => Ok(day),
    }
}

/// A run and its line in the log; a run that was cut off has no end there.
async fn logged(context: &Context, as_of: NaiveDate) -> Result<Outcome, Problem> {
    #[derive(Deserialize)]
    struct Row {
        id: i64,
    }
    let store = &context.store;
    let sql = "INSERT INTO sweep_run (as_of, started_at) VALUES (?1, ?2) RETURNING id";
    let row: Option<Row> = store
        .first(sql, [as_of.to_string().into(), context.at().into()])
        .await?;
    let id = row.map_or(0, |row| row.id);
    let result = sweep(context, as_of).await;
    let (said, error) = match &result {
        Ok(outcome) => (
            Some(serde_json::to_string(outcome).map_err(Problem::internal)?),
            None,
        ),
        Err(problem) => (None, Some(problem.detail.clone())),
    };
    let sql = "UPDATE sweep_run SET ended_at = ?2, result = ?3, error = ?4 WHERE id = ?1";
    let ended = web::context::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, false);
    store
        .run(sql, [id.into(), ended.into(), said.into(), error.into()])
        .await?;
    result
}

/// What a day is to the ladder.
#[derive(Deserialize)]
pub struct Reached {
    /// The last due date that has passed: the day before the first working day after it has come.
    pub passed: String,
    /// Papers are dated on working days.
    pub is_workday: i64,
}

impl Reached {
    pub async fn of(store: &Store, as_of: NaiveDate) -> Result<Self, Problem> {
        let sql = "SELECT day.is_workday, (SELECT max(date) FROM calendar_day before
                       WHERE before.workdays < day.workdays AND before.date < day.date AND before.date >= date(day.date, '-40 days')) AS passed
                   FROM calendar_day day WHERE day.date = ?1";
        let row: Option<Self> = store.first(sql, [as_of.to_string().into()]).await?;
        row.ok_or_else(|| Problem::internal("a day without a number"))
    }
}

async fn sweep(context: &Context, as_of: NaiveDate) -> Result<Outcome, Problem> {
    let store = &context.store;
    let stated = Stated::find(store).await?;
    let reached = Reached::of(store, as_of).await?;
    let mut outcome = Outcome {
        as_of,
        ..Outcome::default()
    };
    let day = as_of.to_string();
    outcome.opened = standing::open(store, &stated, &reached.passed, &day).await?;
    outcome.closed = standing::close(store, &stated, &reached.passed, &day).await?;
    let before = messages(store).await?;
    reminders::later_terms(context).await?;
    if reached.is_workday != 0 {
        climb(context, &reached.passed, &day, &mut outcome).await?;
    }
    settle(context).await?;
    if reached.is_workday != 0 {
        reminders::drafts(context, &day).await?;
    }
    reminders::remind(context, &stated, as_of).await?;
    outcome.queued_messages = messages(store).await?.saturating_sub(before);
    outcome.without_policy = without_policy(store).await?;
    Ok(outcome)
}

/// How many messages there are.
async fn messages(store: &Store) -> Result<u64, Problem> {
    #[derive(Deserialize)]
    struct Row {
        newest: u64,
    }
    let sql = "SELECT coalesce(max(id), 0) AS newest FROM message";
    Ok(store
        .first::<Row>(sql, [])
        .await?
        .map_or(0, |row| row.newest))
}

async fn without_policy(store: &Store) -> Result<Vec<String>, Problem> {
    let sql = "SELECT json_group_array(rule) FROM (SELECT DISTINCT rule FROM breach WHERE closed_on IS NULL
                   EXCEPT SELECT rule FROM escalation_policy)";
    Ok(store.json(sql, []).await?)
}

async fn climb(
    context: &Context,
    passed: &str,
    day: &str,
    outcome: &mut Outcome,
) -> Result<(), Problem> {
    #[derive(Deserialize)]
    struct Written {
        kind: String,
        issued: i64,
    }
    let store = &context.store;
    let prefix = seal::variable("number_prefix").await?;
    let sql = ladder::papers(&From::Breaches);
    let parameters = [passed.into(), day.into(), committee(&context.issuer).into()];
    for slice in store.texts(&sql, parameters).await? {
        let parameters = [
            slice.into(),
            day.into(),
            prefix.as_str().into(),
            context.at().into(),
        ];
        let written: Vec<Written> = store.all(ladder::WRITE, parameters).await?;
        for paper in written {
            if paper.issued != 0 {
                outcome.issued.add(&paper.kind);
            } else {
                outcome.drafted += 1;
            }
        }
    }
    Ok(())
}

/// 食药安委, whose office issues the papers: 南浔区食药安办 → 南浔区食药安委.
pub fn committee(issuer: &str) -> String {
    domain::organisation::committee_of(issuer).unwrap_or_else(|| "食药安委".to_owned())
}

/// Papers all of whose lines are closed are closed with them.
pub async fn settle(context: &Context) -> Result<(), Problem> {
    let sql = "UPDATE notice SET status = 'closed', said = '所列事项已全部销号', version = version + 1, changed_by = 'sweep', changed_at = ?1
        WHERE status NOT IN ('closed', 'withdrawn') AND NOT EXISTS (
            SELECT 1 FROM notice_line l JOIN breach b ON b.key = l.key WHERE l.notice_id = notice.id AND b.closed_on IS NULL)
        RETURNING 1";
    context.store.run(sql, [context.at().into()]).await?;
    Ok(())
}

/// Looks again whether what a paper lists has been met since the last run, before it is signed.
pub async fn refresh(context: &Context, notice: i64) -> Result<(), Problem> {
    let store = &context.store;
    let stated = Stated::find(store).await?;
    let day = context.today().to_string();
    let sql = format!(
        "WITH line AS MATERIALIZED (SELECT key FROM notice_line WHERE notice_id = ?1),
         met AS MATERIALIZED ({})
         SELECT json_group_array(json_array(key, met_on)) FROM met",
        stated.where_(
            "key, met_on",
            "met_on <= ?2 AND key IN (SELECT key FROM line)"
        )
    );
    let met = store
        .text(&sql, [notice.into(), day.as_str().into()])
        .await?;
    store.run(standing::CLOSE, [met.into(), day.into()]).await?;
    settle(context).await
}
