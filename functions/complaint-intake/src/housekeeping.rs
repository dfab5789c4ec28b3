//! Every day at 03:30: what has expired is deleted, persons are erased when their time has come, terms whose year has been announced
//! are computed anew, and what is sealed in the first form or under the previous `data_key` is sealed anew. Running it twice, or not
//! for a week, harms nothing.

use crate::redating::redate_cases;
use crate::resealing::{ResealingCounts, reseal_cases};
use crate::uploads::erase_uploads;
use axum::response::IntoResponse as _;
use chrono::{DateTime, FixedOffset, SecondsFormat, TimeDelta};
use schemars::JsonSchema;
use serde::Serialize;
use web::api::gives;
use web::{Answer, Context, Problem, Routes, Who};

/// How many of each a run has dealt with.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComplaintsKept")]
struct HousekeepingCounts {
    drafts: usize,
    filings: usize,
    erased: usize,
    files: usize,
    redated: usize,
    resealed: usize,
    /// 还要等下一次
    left: i64,
}

pub fn routes(routes: Routes) -> Routes {
    routes
        .post(
            "/internal/complaints",
            Who::Scheduler,
            complaint_housekeeping,
        )
        .api(
            "每天 03:30：清除过期的草稿和限次记录，到期抹去个人信息，更换 data_key 后重新加密",
            gives::<HousekeepingCounts>(),
        )
}

async fn complaint_housekeeping(context: Context) -> Answer {
    let drafts = delete_expired_drafts(&context).await?;
    let filings = delete_counted_filings(&context).await?;
    forget_request_keys(&context).await?;
    let erased = erase_persons(&context).await?;
    let files = erase_unused_uploads(&context).await?;
    let redated = redate_cases(&context).await?;
    let ResealingCounts { resealed, left } = reseal_cases(&context).await?;
    Ok(axum::Json(HousekeepingCounts {
        drafts,
        filings,
        erased,
        files,
        redated,
        resealed,
        left,
    })
    .into_response())
}

fn time_text(moment: DateTime<FixedOffset>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, false)
}

fn day_ago(context: &Context) -> String {
    time_text(context.now - TimeDelta::days(1))
}

async fn delete_expired_drafts(context: &Context) -> Result<usize, Problem> {
    let sql = "DELETE FROM complaint_draft WHERE expires_at < ?1 RETURNING 1";
    let parameters = [time_text(context.now).into()];
    Ok(context.store.run(sql, parameters).await?)
}

async fn delete_counted_filings(context: &Context) -> Result<usize, Problem> {
    let hour_ago = (context.now - TimeDelta::hours(1)).to_rfc3339();
    let sql = "DELETE FROM complaint_filing WHERE at < ?1 RETURNING 1";
    Ok(context.store.run(sql, [hour_ago.into()]).await?)
}

/// A request that comes twice comes within a day; then nothing in a case tells of its request any more.
async fn forget_request_keys(context: &Context) -> Result<(), Problem> {
    let sql = "UPDATE complaint SET filing_key = NULL, filing_body = NULL WHERE filing_key IS NOT NULL AND received_at < ?1 RETURNING 1";
    context.store.run(sql, [day_ago(context).into()]).await?;
    Ok(())
}

async fn erase_unused_uploads(context: &Context) -> Result<usize, Problem> {
    let sql = "DELETE FROM complaint_upload WHERE made_at < ?1
        AND NOT EXISTS (SELECT 1 FROM complaint_file f WHERE f.upload_id = complaint_upload.id) RETURNING id, chunks";
    erase_uploads(context, sql, day_ago(context)).await
}

/// Erases the persons of cases that have been closed for as long as the policy says, with no step, message or unpaid reward since.
/// The key of the case is deleted, so that nothing sealed in the case, its steps and the audit can be read any more; the sealed
/// text is deleted with it.
async fn erase_persons(context: &Context) -> Result<usize, Problem> {
    // A key that can still be read in a free page of the file is not erased. Spin's own SQLite has to be told to overwrite it; the
    // embedded runtime always does, and it refuses such an order from a function, as libSQL does.
    context
        .store
        .run("PRAGMA secure_delete = ON", [])
        .await
        .ok();
    let sql = "UPDATE complaint SET sealed_key = NULL, data_key_id = NULL, sealed = NULL, sealed_contact = NULL, erased_on = ?1,
            version = version + 1, changed_by = 'retention', changed_at = ?2
        WHERE sealed_key IS NOT NULL AND closed_on IS NOT NULL
            AND date(max(closed_on, substr(changed_at, 1, 10),
                    coalesce((SELECT max(substr(m.at, 1, 10)) FROM complaint_message m WHERE m.complaint_id = complaint.id), '')),
                '+' || (SELECT p.value FROM policy_ledger p WHERE p.name = 'complaint_retention_days' AND p.valid_from <= ?1 ORDER BY p.valid_from DESC LIMIT 1) || ' days') < ?1
            AND NOT EXISTS (SELECT 1 FROM complaint_reward r WHERE r.code = complaint.code AND r.paid_on IS NULL)
        RETURNING id";
    let parameters = [context.today().to_string().into(), context.at().into()];
    let erased = context.store.run(sql, parameters).await?;
    // Without these rows the photographs belong to no case, and the next step erases them.
    let sql = "DELETE FROM complaint_file WHERE complaint_id IN (SELECT id FROM complaint WHERE sealed_key IS NULL) RETURNING 1";
    context.store.run(sql, []).await?;
    let sql = "UPDATE complaint_message SET sealed = x'' WHERE length(sealed) > 0 AND complaint_id IN (SELECT id FROM complaint WHERE sealed_key IS NULL) RETURNING 1";
    context.store.run(sql, []).await?;
    let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
    context.store.run(checkpoint, []).await.ok();
    Ok(erased)
}
