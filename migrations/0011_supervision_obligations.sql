-- The quarters of the years 2022 to 2050.
CREATE TABLE IF NOT EXISTS quarter (
    -- 2026Q3
    period TEXT PRIMARY KEY,
    starts_on TEXT NOT NULL UNIQUE,
    ends_on TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO quarter (period, starts_on, ends_on)
WITH RECURSIVE start (day) AS (SELECT '2022-01-01' UNION ALL SELECT date(day, '+3 months') FROM start WHERE day < '2050-10-01')
SELECT strftime('%Y', day) || 'Q' || ((strftime('%m', day) + 2) / 3), day, date(day, '+3 months', '-1 day') FROM start WHERE true
ON CONFLICT (period) DO NOTHING;

-- 应督导事项 (001 §三.2): one business and one quarter, owed by who holds the assignment when the quarter ends, met by any
-- official's visit. It begins with the first quarter that starts after the business was founded. `met_on` is the first visit
-- that fits, in the quarter or after it; `visited_on` the first of any kind in the quarter. What of this has come to pass on a
-- day, the reader compares.
CREATE VIEW IF NOT EXISTS obligation AS
SELECT e.ledger_id, q.period, q.starts_on, q.ends_on, e.uscc, e.name AS enterprise, e.town, e.village, e.level, e.sector,
    (e.risk_grade IS 'D' OR e.canteen) AS on_site_required,
    (SELECT a.cadre_no FROM assignment a
     WHERE a.uscc = e.uscc AND (a.starts_on IS NULL OR a.starts_on <= q.ends_on) AND (a.ends_on IS NULL OR a.ends_on >= q.ends_on)
     ORDER BY a.starts_on DESC, a.id DESC LIMIT 1) AS cadre_no,
    (SELECT min(v.visited_on) FROM visit v
     WHERE v.uscc = e.uscc AND v.visited_on >= q.starts_on
         AND (v.mode = 'on_site' OR NOT (e.risk_grade IS 'D' OR e.canteen))) AS met_on,
    (SELECT min(v.visited_on) FROM visit v WHERE v.uscc = e.uscc AND v.visited_on BETWEEN q.starts_on AND q.ends_on) AS visited_on
FROM quarter q
CROSS JOIN supervised_enterprise e
WHERE (e.founded_on IS NULL OR e.founded_on < q.starts_on)
    AND q.starts_on >= (SELECT p.value ->> '$' FROM policy_ledger p
        WHERE p.name = 'obligations_from' AND p.valid_from <= q.starts_on AND (p.valid_before IS NULL OR q.starts_on < p.valid_before));

-- In the shape that the sweep reads. Who is not known owes nothing: an unassigned business is the office's to see.
CREATE VIEW IF NOT EXISTS deadline_visit AS
SELECT 'visit' AS rule, 'visit/' || o.uscc || '/' || o.period AS "key",
    o.enterprise || '：' || o.period || ' 督导' AS subject,
    'cadre' AS owed_by_kind, o.cadre_no AS owed_by, o.town, o.ends_on AS due_on, o.met_on,
    json_object('uscc', o.uscc, 'period', o.period, 'on_site_required', json(iif(o.on_site_required, 'true', 'false')), 'visited_on', o.visited_on) AS evidence
FROM obligation o WHERE o.cadre_no IS NOT NULL;
