//! Messages that are no papers: what will soon be due, what waits for a signature, and that a term ends later than was said. The key of a
//! message says what it is about, so that it is sent once.

use crate::deadline_views::{COLUMNS, DeadlineViews};
use chrono::{Days, NaiveDate};
use registers::town_today;
use web::{Context, Problem};

/// The furthest ahead that a reminder looks, in calendar days.
const AHEAD: u64 = 60;
/// The last due date that a reminder of the day looks at.
pub fn last_day_reminded(as_of: NaiveDate) -> String {
    (as_of + Days::new(AHEAD)).to_string()
}

/// The most subjects that a reminder names; the others are counted.
const MOST_NAMED: u32 = 3;

/// The statement that gives the reminders of the day ?1 (towns that were merged are reminded as one), of what falls due until ?2, as texts of some hundred messages.
pub fn reminder_slices(views: &DeadlineViews) -> String {
    format!(
        "WITH coming AS ({}),
         step AS (
            SELECT c.owed_by_kind, iif(c.owed_by_kind IN ('station', 'town'), {}, c.owed_by) AS owed_by, c.due_on, c.subject, CAST(julianday(c.due_on) - julianday(?1) AS INTEGER) AS left_days,
                (SELECT min(r.value) FROM json_each(p.remind) r WHERE r.value >= julianday(c.due_on) - julianday(?1)) AS step
            FROM coming c JOIN escalation p ON p.rule = c.rule AND p.valid_from <= ?1 AND (p.valid_before IS NULL OR ?1 < p.valid_before)
            WHERE c.due_on >= p.chased_from),
         placed AS (
            SELECT *, row_number() OVER (PARTITION BY owed_by_kind, owed_by, due_on, step ORDER BY subject) AS place FROM step WHERE step IS NOT NULL),
         said AS (
            SELECT owed_by_kind, owed_by, due_on, step, left_days, count(*) AS many, group_concat(subject, '；') FILTER (WHERE place <= {MOST_NAMED}) AS named
            FROM placed GROUP BY owed_by_kind, owed_by, due_on, step),
         cut AS (SELECT *, row_number() OVER () / 500 AS slice FROM said)
         SELECT json_group_array(json_array('remind/' || owed_by_kind || '/' || owed_by || '/' || due_on || '/' || step, owed_by_kind, owed_by,
             '到期提醒：' || many || ' 项将在' || CAST(substr(due_on, 1, 4) AS INTEGER) || '年' || CAST(substr(due_on, 6, 2) AS INTEGER) || '月' || CAST(substr(due_on, 9, 2) AS INTEGER) || '日' || '到期',
             '还有 ' || left_days || ' 天：' || named || iif(many > {MOST_NAMED}, ' 等 ' || many || ' 项。', '。')))
         FROM cut GROUP BY slice",
        views.union(
            COLUMNS,
            "d.due_on >= ?1 AND d.due_on <= ?2 AND (d.met_on IS NULL OR d.met_on > ?1) AND d.owed_by IS NOT NULL"
        ),
        town_today!("c.owed_by")
    )
}

/// Reminds everybody of what is due within the days that the policy names (14 and 3 by default): one message a person, due date and step.
/// A step that no run reached on its day is made up for until the next step.
pub async fn remind(
    context: &Context,
    views: &DeadlineViews,
    as_of: NaiveDate,
) -> Result<(), Problem> {
    let day = as_of.to_string();
    keep_told_days(context, views, as_of).await?;
    let slices = context
        .store
        .texts(
            &reminder_slices(views),
            [day.into(), last_day_reminded(as_of).into()],
        )
        .await?;
    for slice in slices {
        let sql = "INSERT INTO message (key, kind, recipient_kind, recipient, title, text, path, created_at)
            SELECT value ->> 0, 'reminder', value ->> 1, value ->> 2, value ->> 3, value ->> 4, iif(value ->> 1 = 'cadre', '/supervision/mine', '/'), ?2
            FROM json_each(?1) WHERE true ON CONFLICT (key) DO NOTHING RETURNING 1";
        context
            .store
            .run(sql, [slice.into(), context.at().into()])
            .await?;
    }
    Ok(())
}

/// Keeps each due day that is reminded of and needs a year that is not announced yet, before anybody is reminded of it.
async fn keep_told_days(
    context: &Context,
    views: &DeadlineViews,
    as_of: NaiveDate,
) -> Result<(), Problem> {
    let sql = format!(
        "WITH coming AS ({}),
         told AS (
            SELECT DISTINCT c.key, c.due_on FROM coming c
            JOIN escalation p ON p.rule = c.rule AND p.valid_from <= ?1 AND (p.valid_before IS NULL OR ?1 < p.valid_before)
            LEFT JOIN deadline_told t ON t.key = c.key
            WHERE c.due_on >= p.chased_from AND (t.key IS NULL OR t.due_on < c.due_on)
                AND EXISTS (SELECT 1 FROM json_each(p.remind) r WHERE r.value >= julianday(c.due_on) - julianday(?1))),
         cut AS (SELECT key, due_on, row_number() OVER () / 500 AS slice FROM told)
         SELECT json_group_array(json_array(key, due_on)) FROM cut GROUP BY slice",
        views.union(
            "rule, key, due_on",
            "d.due_on >= ?1 AND d.due_on <= ?2 AND (d.met_on IS NULL OR d.met_on > ?1) AND d.owed_by IS NOT NULL
                AND CAST(substr(d.due_on, 1, 4) AS INTEGER) NOT IN (SELECT year FROM announced_year)"
        )
    );
    let parameters = [as_of.to_string().into(), last_day_reminded(as_of).into()];
    for slice in context.store.texts(&sql, parameters).await? {
        let sql = "INSERT INTO deadline_told (key, due_on) SELECT value ->> 0, value ->> 1 FROM json_each(?1) WHERE true
            ON CONFLICT (key) DO UPDATE SET due_on = excluded.due_on WHERE excluded.due_on > deadline_told.due_on RETURNING 1";
        context.store.run(sql, [slice.into()]).await?;
    }
    Ok(())
}

/// Tells whoever was told a provisional due day of a paper that the day is a later one, now that its year has been announced. Each day is
/// told once.
pub async fn tell_later_terms(context: &Context) -> Result<(), Problem> {
    let sql = "INSERT INTO message (key, kind, notice_id, recipient_kind, recipient, title, text, path, created_at)
        SELECT 'term/' || m.id || '/' || t.ends_on, 'reminder', n.id, m.recipient_kind, m.recipient,
            '期限顺延：' || k.name || ' ' || n.prefix || k.mark || '〔' || n.year || '〕' || n.serial || '号',
            '节假日安排已经公布，办结期限由暂定的' || CAST(substr(n.due_on, 1, 4) AS INTEGER) || '年' || CAST(substr(n.due_on, 6, 2) AS INTEGER) || '月'
                || CAST(substr(n.due_on, 9, 2) AS INTEGER) || '日顺延到' || CAST(substr(t.ends_on, 1, 4) AS INTEGER) || '年'
                || CAST(substr(t.ends_on, 6, 2) AS INTEGER) || '月' || CAST(substr(t.ends_on, 9, 2) AS INTEGER) || '日。',
            m.path, ?1
        FROM notice n JOIN notice_term t ON t.notice_id = n.id JOIN notice_kind k ON k.kind = n.kind
        JOIN message m ON m.notice_id = n.id AND m.kind IN ('notice', 'copy')
        WHERE n.due_provisional AND n.status NOT IN ('closed', 'withdrawn') AND t.ends_on > n.due_on
            AND CAST(substr(t.ends_on, 1, 4) AS INTEGER) IN (SELECT year FROM announced_year)
            AND CAST(substr(n.due_on, 1, 4) AS INTEGER) IN (SELECT year FROM announced_year)
        ON CONFLICT (key) DO NOTHING RETURNING 1";
    context.store.run(sql, [context.at().into()]).await?;
    Ok(())
}

/// Tells each official, on the morning on which what they owe becomes a breach, how much it is: one message a person and day.
pub async fn tell_officials(context: &Context, day: &str) -> Result<(), Problem> {
    let sql = format!(
        "INSERT INTO message (key, kind, recipient_kind, recipient, title, text, path, created_at)
        SELECT 'overdue/' || owed_by || '/' || ?1, 'reminder', 'cadre', owed_by, '逾期：' || many || ' 项工作没有按期完成',
            named || iif(many > {MOST_NAMED}, ' 等 ' || many || ' 项。', '。') || '请尽快办结；已经办结的请补记。', '/supervision/mine', ?2
        FROM (SELECT owed_by, count(*) AS many, group_concat(subject, '；') FILTER (WHERE place <= {MOST_NAMED}) AS named
            FROM (SELECT b.owed_by, b.subject, row_number() OVER (PARTITION BY b.owed_by ORDER BY b.due_on, b.subject) AS place
                FROM breach b JOIN escalation p ON p.rule = b.rule AND p.valid_from <= ?1 AND (p.valid_before IS NULL OR ?1 < p.valid_before)
                WHERE b.closed_on IS NULL AND b.owed_by_kind = 'cadre' AND b.due_on >= p.chased_from
                    AND b.opened_on > coalesce((SELECT max(d.date) FROM calendar_day d WHERE d.is_workday AND d.date < ?1 AND d.date >= date(?1, '-40 days')), ''))
            GROUP BY owed_by)
        WHERE true ON CONFLICT (key) DO NOTHING RETURNING 1"
    );
    context
        .store
        .run(&sql, [day.into(), context.at().into()])
        .await?;
    Ok(())
}

/// Tells those who sign how many papers of the day wait for them.
pub async fn tell_signers(context: &Context, day: &str) -> Result<(), Problem> {
    let sql = "INSERT INTO message (key, kind, recipient_kind, recipient, title, text, path, created_at)
        SELECT 'drafts/' || signer || '/' || ?1, 'drafts', iif(signer = 'chair', 'committee', 'office'), '', '待签发文书 ' || count(*) || ' 件',
            '今天拟出的文书等待签发；签发之前，所列事项不再升级。', '/notices?status=drafted', ?2
        FROM notice WHERE status = 'drafted' AND drafted_on = ?1 GROUP BY signer
        ON CONFLICT (key) DO NOTHING RETURNING 1";
    context
        .store
        .run(sql, [day.into(), context.at().into()])
        .await?;
    Ok(())
}
