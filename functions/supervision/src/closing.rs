//! Closing a period (封存): on the working day that the policy names after its end, what each official owed for it is written down as it stands,
//! and nothing that is changed later rewrites it (design: periods and their closing).
//!
//! One row fixes the moment. Slices then write the obligations; what something reaches between two slices is written by the store before it
//! changes. So a closing that was cut off comes to the same rows when it goes on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use web::api::may_take;
use web::extract::OptionalJson;
use web::routes::{Routes, Who};
use web::{Answer, Context, Problem};

use axum::response::IntoResponse as _;

pub fn routes(routes: Routes) -> Routes {
    routes
        .post("/internal/close-quarter", Who::Scheduler, close_periods)
        .api(
            "封存已经结束的督导周期；中断后再次运行会接着做完，结果相同",
            may_take::<ClosingRequest>().gives::<ClosingOutcome>(),
        )
}

/// The businesses of one write, which holds the writer for some tenths of a second.
const SLICE: i64 = 2000;
/// How long one run goes on. The next run takes the rest.
const RUN_LASTS: Duration = Duration::from_secs(240);

#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ClosingAsked")]
struct ClosingRequest {
    /// 这次最多写几段，一段 2,000 家；不写：都写完
    slices: Option<u32>,
}

/// What a run came to.
#[derive(Serialize, Default, JsonSchema)]
struct ClosingOutcome {
    /// 这次封存完的周期
    closed: Vec<String>,
    /// 写下的应督导事项
    obligations: usize,
    /// 还没有写完的周期
    unfinished: Vec<String>,
}

/// A closing that is under way.
#[derive(Deserialize)]
struct RunningClosing {
    period: String,
    reached: i64,
    last_ledger_id: i64,
}

/// Fixes the moment (?2) of each period that is to be closed by today (?1).
const BEGIN: &str = "INSERT INTO period_close (period, closed_on, last_visit_id, last_ledger_id, changed_by, changed_at)
    SELECT c.period, ?1, coalesce((SELECT max(id) FROM visit), 0), coalesce((SELECT max(ledger_id) FROM enterprise_in_business), 0), 'schedule', ?2
    FROM period_closing c WHERE c.ends_on < ?1 AND c.closes_on <= ?1
    ON CONFLICT (period) DO NOTHING";

/// Writes the obligations of one period (?1) of the businesses after ?2, up to ?3.
const WRITE: &str = "INSERT INTO closed_obligation (period, ledger_id, uscc, enterprise, town, village, level, sector, risk_grade, canteen, on_site_required,
        cadre_no, cadre, tier, post_town, owed_by_kind, owed_by, status, met_on, visited_on, visits)
    SELECT o.period, o.ledger_id, o.uscc, o.enterprise, o.town, o.village, o.level, o.sector, o.risk_grade, o.canteen, o.on_site_required,
        o.cadre_no, o.cadre, o.tier, o.post_town, o.owed_by_kind, o.owed_by, o.status, o.met_on, o.visited_on, o.visits
    FROM obligation_to_close o WHERE o.period = ?1 AND o.ledger_id > ?2 AND o.ledger_id <= ?3
        AND NOT EXISTS (SELECT 1 FROM closing_kept k WHERE k.period = o.period AND k.uscc = o.uscc)
    ON CONFLICT (period, ledger_id) DO NOTHING RETURNING 1";

async fn close_periods(
    context: Context,
    OptionalJson(request): OptionalJson<ClosingRequest>,
) -> Answer {
    let store = &context.store;
    let today = context.today().to_string();
    store
        .run(BEGIN, [today.into(), context.at().into()])
        .await?;
    let sql = "SELECT period, reached, last_ledger_id FROM period_close WHERE finished_at IS NULL ORDER BY period";
    let running: Vec<RunningClosing> = store.all(sql, []).await?;
    let mut outcome = ClosingOutcome::default();
    let mut slices_left = request.slices.unwrap_or(u32::MAX);
    let began = Instant::now();
    for closing in running {
        let mut reached = closing.reached;
        while reached < closing.last_ledger_id && slices_left > 0 && began.elapsed() < RUN_LASTS {
            outcome.obligations += write_slice(&context, &closing.period, reached).await?;
            reached += SLICE;
            slices_left -= 1;
        }
        if reached < closing.last_ledger_id {
            outcome.unfinished.push(closing.period);
        } else {
            finish(&context, &closing.period).await?;
            outcome.closed.push(closing.period);
        }
    }
    Ok(axum::Json(outcome).into_response())
}

/// Writes one slice, and how far the closing has come; gives how many obligations it has.
async fn write_slice(context: &Context, period: &str, reached: i64) -> Result<usize, Problem> {
    let up_to = reached + SLICE;
    let parameters = [period.into(), reached.into(), up_to.into()];
    let written = context.store.run(WRITE, parameters).await?;
    let sql = "UPDATE period_close SET reached = ?2 WHERE period = ?1 AND reached < ?2 AND finished_at IS NULL";
    context
        .store
        .run(sql, [period.into(), up_to.into()])
        .await?;
    Ok(written)
}

/// The switch from which readers take the closed rows.
async fn finish(context: &Context, period: &str) -> Result<(), Problem> {
    let sql = "UPDATE period_close SET finished_at = ?2, changed_at = ?2 WHERE period = ?1 AND finished_at IS NULL";
    let at = web::context::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, false);
    context.store.run(sql, [period.into(), at.into()]).await?;
    Ok(())
}
