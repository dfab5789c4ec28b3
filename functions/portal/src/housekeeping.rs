//! Every night at three what has expired is deleted, what every district has from the start is written where it is missing, and
//! changes of places whose day has come are applied. Running it twice, or not for a week, harms nothing.

use crate::browser;
use crate::first_organisations::write_first_organisations;
use crate::place_changes::apply_due;
use axum::response::IntoResponse as _;
use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::Serialize;
use web::api::gives;
use web::routes::{Routes, Who};
use web::{Answer, Context, Problem};

pub fn routes(routes: Routes) -> Routes {
    routes
        .section("政策")
        .post("/internal/housekeeping", Who::Scheduler, housekeeping)
        .api("清理过期的会话和记录", gives::<ExpiredRows>())
}

/// How many rows of each kind were deleted.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Gone")]
struct ExpiredRows {
    /// Accounts of officials who have left, which are disabled.
    accounts: usize,
    sessions: usize,
    attempts: usize,
    known_browsers: usize,
    idempotent_answers: usize,
    kept_forms: usize,
    import_parts: usize,
}

async fn housekeeping(context: Context) -> Answer {
    write_first_organisations(&context).await?;
    apply_due(&context).await?;
    let accounts = end_accounts_of_officials(&context).await?;
    let now = context.now.to_rfc3339();
    let store = &context.store;
    let sessions = store
        .run(
            "DELETE FROM session WHERE expires_at < ?1 RETURNING 1",
            [now.as_str().into()],
        )
        .await?;
    let attempts = store
        .run(
            "DELETE FROM attempt WHERE forgotten_at <= ?1 RETURNING 1",
            [context.now.timestamp().into()],
        )
        .await?;
    let since = (context.now - browser::LASTS).to_rfc3339();
    let browsers = store
        .run(
            "DELETE FROM known_browser WHERE seen_at < ?1 RETURNING 1",
            [since.into()],
        )
        .await?;
    let answers = store
        .run(
            "DELETE FROM idempotency WHERE expires_at < ?1 RETURNING 1",
            [now.into()],
        )
        .await?;
    let a_day_ago = (context.now - TimeDelta::days(1)).to_rfc3339();
    let parts = store
        .run(
            "DELETE FROM import_part WHERE created_at < ?1 RETURNING 1",
            [a_day_ago.into()],
        )
        .await?;
    let forms = store
        .run(
            "DELETE FROM kept_form WHERE expires_at < ?1 RETURNING 1",
            [context.at().into()],
        )
        .await?;
    Ok(axum::Json(ExpiredRows {
        accounts,
        sessions,
        attempts,
        known_browsers: browsers,
        idempotent_answers: answers,
        kept_forms: forms,
        import_parts: parts,
    })
    .into_response())
}

/// An official's account ends with their last post: from the day after it, it is disabled.
async fn end_accounts_of_officials(context: &Context) -> Result<usize, Problem> {
    let sql = "UPDATE account SET status = 'disabled', version = version + 1, changed_by = 'housekeeping', changed_at = ?2
        WHERE status = 'active' AND role = 'cadre' AND cadre_no IN (SELECT cadre_no FROM cadre_left WHERE left_on < ?1) RETURNING 1";
    let parameters = [context.today().to_string().into(), context.at().into()];
    Ok(context.store.run(sql, parameters).await?)
}
