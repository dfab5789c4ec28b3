//! 销号 of papers: a paper is closed with the last of its lines.

use crate::breach_changes;
use crate::deadline_views::DeadlineViews;
use web::{Context, Problem};

/// Closes the papers all of whose lines are closed.
pub async fn close_met_papers(context: &Context) -> Result<(), Problem> {
    let sql = "UPDATE notice SET status = 'closed', said = '所列事项已全部销号', version = version + 1, changed_by = 'sweep', changed_at = ?1
        WHERE status NOT IN ('closed', 'withdrawn') AND NOT EXISTS (
            SELECT 1 FROM notice_line l JOIN breach b ON b.key = l.key WHERE l.notice_id = notice.id AND b.closed_on IS NULL)
        RETURNING 1";
    context.store.run(sql, [context.at().into()]).await?;
    Ok(())
}

/// Closes what a paper lists and was met since the last run, and the paper where that is all. It is done before a paper is signed.
pub async fn close_met_lines(context: &Context, notice: i64) -> Result<(), Problem> {
    let store = &context.store;
    let views = DeadlineViews::find(store).await?;
    let day = context.today().to_string();
    let sql = format!(
        "WITH line AS MATERIALIZED (SELECT key FROM notice_line WHERE notice_id = ?1),
         met AS MATERIALIZED ({})
         SELECT json_group_array(json_array(key, met_on)) FROM met",
        views.union(
            "key, met_on",
            "met_on <= ?2 AND key IN (SELECT key FROM line)"
        )
    );
    let met = store
        .text(&sql, [notice.into(), day.as_str().into()])
        .await?;
    store
        .run(breach_changes::CLOSE, [met.into(), day.into()])
        .await?;
    close_met_papers(context).await
}
