//! 03:30: what has expired goes, persons are erased when their time has come, terms are computed anew whose year has been announced,
//! and what is sealed in an old form or under the `data_key` before is sealed anew.
//! Running it twice, or not for a week, harms nothing.

use crate::redating::redate;
use crate::resealing::{Resealed, reseal};
use crate::uploads::erase_rows;
use axum::response::IntoResponse as _;
use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::Serialize;
use web::{Answer, Context, Problem};

/// How many of each.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComplaintsKept")]
pub struct Done {
    drafts: usize,
    filings: usize,
    failures: usize,
    erased: usize,
    files: usize,
    redated: usize,
    resealed: usize,
    /// 还要等下一次
    left: i64,
}

pub async fn complaint_housekeeping(context: Context) -> Answer {
    let now = context
        .now
        .to_rfc3339_opts(chrono::SecondsFormat::Secs, false);
    let hour_ago = (context.now - TimeDelta::hours(1)).to_rfc3339();
    let day_ago =
        (context.now - TimeDelta::days(1)).to_rfc3339_opts(chrono::SecondsFormat::Secs, false);
    let gone = async |sql: &str, since: &str| context.store.run(sql, [since.into()]).await;
    let drafts = gone(
        "DELETE FROM complaint_draft WHERE expires_at < ?1 RETURNING 1",
        &now,
    )
    .await?;
    let filings = gone(
        "DELETE FROM complaint_filing WHERE at < ?1 RETURNING 1",
        &hour_ago,
    )
    .await?;
    let failures = gone(
        "DELETE FROM complaint_failure WHERE at < ?1 RETURNING 1",
        &hour_ago,
    )
    .await?;
    gone(
        "UPDATE complaint SET filing_key = NULL, filing_body = NULL WHERE filing_key IS NOT NULL AND received_at < ?1 RETURNING 1",
        &day_ago,
    )
    .await?;
    let erased = erase(&context).await?;
    let files = erase_rows(
        &context,
        "DELETE FROM complaint_upload WHERE made_at < ?1
             AND NOT EXISTS (SELECT 1 FROM complaint_file f WHERE f.upload_id = complaint_upload.id) RETURNING id, chunks",
        day_ago,
    )
    .await?;
    let redated = redate(&context).await?;
    let Resealed { resealed, left } = reseal(&context).await?;
    Ok(axum::Json(Done {
        drafts,
        filings,
        failures,
        erased,
        files,
        redated,
        resealed,
        left,
    })
    .into_response())
}

/// Erases who is over for as long as the policy says, with no step, message or unpaid reward since. The key goes, so that what
/// stands sealed in the case, its steps and the audit says nothing any more; the sealed text goes with it.
async fn erase(context: &Context) -> Result<usize, Problem> {
    // A key that stays readable in a free page is not erased. The embedded runtime overwrites always and takes no such order from a
    // function, nor does libSQL; Spin's own SQLite does.
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
    // Their photographs belong to no case any more.
    let sql = "DELETE FROM complaint_file WHERE complaint_id IN (SELECT id FROM complaint WHERE sealed_key IS NULL) RETURNING 1";
    context.store.run(sql, []).await?;
    let sql = "UPDATE complaint_message SET sealed = x'' WHERE length(sealed) > 0 AND complaint_id IN (SELECT id FROM complaint WHERE sealed_key IS NULL) RETURNING 1";
    context.store.run(sql, []).await?;
    let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
    context.store.run(checkpoint, []).await.ok();
    Ok(erased)
}
