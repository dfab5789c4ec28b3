//! What opens a breach, and what closes it (销号).

use crate::deadline_views::{COLUMNS, DeadlineViews};
use serde::Deserialize;
use store::Store;
use web::Problem;

/// The rows of one write, which holds the writer for some milliseconds.
const SLICE: u32 = 500;
/// The most rows that one look brings into the memory of an instance; where there are more, it looks again.
const LOOK: u32 = 100_000;

/// The condition of what is missed on the day ?2: due by ?1 and not met. A rule chases what falls due from the first day on which it
/// holds; what falls under no rule is missed too, so that the office sees it. What nobody owes is no breach. What somebody was told is
/// due on a later day, while its year was not announced, is not missed before that day.
pub const MISSED: &str = "d.due_on <= ?1 AND (d.met_on IS NULL OR d.met_on > ?2) AND d.owed_by IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM deadline_told t WHERE t.key = d.key AND t.due_on > ?1)
    AND d.due_on >= coalesce((SELECT min(p.valid_from) FROM escalation_policy p WHERE p.rule = d.rule), '')";

/// The statement that gives what is missed by `view` and is no open breach yet, or one with other content, as texts of [`SLICE`] rows.
pub fn missed_slices(view: &str) -> String {
    format!(
        "WITH missed AS ({view})
         SELECT json_group_array(json_array(key, rule, subject, owed_by_kind, owed_by, town, due_on, evidence)) FROM (
            SELECT m.*, row_number() OVER () / {SLICE} AS slice FROM missed m LEFT JOIN breach b ON b.key = m.key
            WHERE b.key IS NULL OR b.closed_on <= ?2
                OR (b.closed_on IS NULL AND (b.owed_by <> m.owed_by OR b.owed_by_kind <> m.owed_by_kind OR b.town IS NOT m.town OR b.due_on <> m.due_on))
            LIMIT {LOOK})
         GROUP BY slice"
    )
}

/// Writes one text of [`missed_slices`] (?1) on the day ?2. What was closed and is owed again opens again.
pub const OPEN: &str = "INSERT INTO breach (key, rule, subject, owed_by_kind, owed_by, town, due_on, evidence, opened_on)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, ?2 FROM json_each(?1) WHERE true
    ON CONFLICT (key) DO UPDATE SET subject = excluded.subject, owed_by_kind = excluded.owed_by_kind, owed_by = excluded.owed_by, town = excluded.town,
        due_on = excluded.due_on, evidence = excluded.evidence, opened_on = iif(closed_on IS NULL, opened_on, excluded.opened_on),
        met_on = NULL, closed_on = NULL, closed_why = NULL
    WHERE closed_on IS NULL OR closed_on <= excluded.opened_on
    RETURNING opened_on = ?2 AND rung = 0 AS opened";

/// The statement that gives the keys of the open breaches that are no longer missed.
pub fn gone_keys(views: &DeadlineViews) -> String {
    // The arms of the union stand within a select of their own, for EXCEPT would take away only the first of them.
    format!(
        "SELECT json_group_array(key) FROM (SELECT key FROM breach WHERE closed_on IS NULL AND opened_on <= ?2 EXCEPT SELECT key FROM ({}))",
        views.union("key", MISSED)
    )
}

/// The statement that gives since when these keys (?1) are met, as texts of [`SLICE`] rows; those without a day are no longer owed.
pub fn met_slices(views: &DeadlineViews) -> String {
    format!(
        "WITH gone AS MATERIALIZED (SELECT value AS \"key\" FROM json_each(?1)),
         met AS MATERIALIZED ({})
         SELECT json_group_array(json_array(key, met_on)) FROM (
            SELECT g.key, m.met_on, row_number() OVER () / {SLICE} AS slice FROM gone g LEFT JOIN met m ON m.key = g.key)
         GROUP BY slice",
        views.union(
            "key, met_on",
            "met_on <= ?2 AND key IN (SELECT key FROM gone)"
        )
    )
}

/// Closes one text of [`met_slices`] (?1) on the day ?2.
pub const CLOSE: &str = "UPDATE breach SET met_on = c.met_on, closed_on = ?2, closed_why = iif(c.met_on IS NULL, 'ended', 'met')
    FROM (SELECT value ->> 0 AS \"key\", value ->> 1 AS met_on FROM json_each(?1)) c
    WHERE breach.key = c.key AND breach.closed_on IS NULL RETURNING 1";

/// Opens a breach for all that is missed; gives how many are new.
pub async fn open_breaches(
    store: &Store,
    views: &DeadlineViews,
    passed: &str,
    day: &str,
) -> Result<u64, Problem> {
    #[derive(Deserialize)]
    struct WrittenBreach {
        opened: u64,
    }
    let mut opened = 0;
    for view in views.each(COLUMNS, MISSED) {
        let look = missed_slices(&view);
        loop {
            let slices = store.texts(&look, [passed.into(), day.into()]).await?;
            let full = slices.len() >= (LOOK / SLICE) as usize;
            for slice in slices {
                let rows: Vec<WrittenBreach> = store.all(OPEN, [slice.into(), day.into()]).await?;
                opened += rows.iter().map(|row| row.opened).sum::<u64>();
            }
            if !full {
                break;
            }
        }
    }
    Ok(opened)
}

/// Closes the breaches that were met or are no longer owed; gives how many.
pub async fn close_breaches(
    store: &Store,
    views: &DeadlineViews,
    passed: &str,
    day: &str,
) -> Result<u64, Problem> {
    let gone = store
        .text(&gone_keys(views), [passed.into(), day.into()])
        .await?;
    if gone == "[]" {
        return Ok(0);
    }
    let mut closed = 0;
    for slice in store
        .texts(&met_slices(views), [gone.into(), day.into()])
        .await?
    {
        let rows = store.run(CLOSE, [slice.into(), day.into()]).await?;
        closed += u64::try_from(rows).unwrap_or(0);
    }
    Ok(closed)
}
