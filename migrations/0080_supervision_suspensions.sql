-- 应督导事项 (001 §三.2): one business and one quarter, owed by who holds the assignment when the quarter ends, met by any
-- official's visit. It begins with the first quarter that starts after the business was founded. Who was closed (停业) for more than half of
-- the quarter owes nothing for it. `met_on` is the first visit
-- that fits, in the quarter or after it; `visited_on` the first of any kind in the quarter. What of this has come to pass on a
-- day, the reader compares.
CREATE VIEW IF NOT EXISTS quarter_obligation AS
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
CROSS JOIN enterprise_in_business e
WHERE (e.founded_on IS NULL OR e.founded_on < q.starts_on)
    AND q.starts_on >= (SELECT p.value ->> '$' FROM policy_ledger p
        WHERE p.name = 'obligations_from' AND p.valid_from <= q.starts_on AND (p.valid_before IS NULL OR q.starts_on < p.valid_before))
    AND ((SELECT NOT EXISTS (SELECT 1 FROM enterprise_suspended))
        OR NOT EXISTS (SELECT 1 FROM enterprise_suspended s WHERE s.uscc = e.uscc AND s.starts_on <= q.ends_on AND s.ends_on >= q.starts_on)
        OR 2 * (SELECT count(*) FROM calendar_day d WHERE d.date BETWEEN q.starts_on AND q.ends_on
            AND EXISTS (SELECT 1 FROM enterprise_suspended s WHERE s.uscc = e.uscc AND d.date BETWEEN s.starts_on AND s.ends_on))
            <= julianday(q.ends_on) - julianday(q.starts_on) + 1);

-- With the deadline that came before it in the same matter: who misses two running is called in at once.
CREATE VIEW IF NOT EXISTS visit_term AS
SELECT 'visit' AS rule, 'visit/' || o.uscc || '/' || o.period AS "key",
    o.enterprise || '：' || substr(o.period, 1, 4) || '年第' || substr('一二三四', substr(o.period, 6), 1) || '季度督导' AS subject,
    'cadre' AS owed_by_kind, o.cadre_no AS owed_by, o.town, o.ends_on AS due_on, o.met_on,
    json_object('uscc', o.uscc, 'enterprise', o.enterprise, 'period', o.period, 'on_site_required', json(iif(o.on_site_required, 'true', 'false')),
        'visited_on', o.visited_on,
        'previous', 'visit/' || o.uscc || '/' || (SELECT before.period FROM quarter before WHERE before.ends_on = date(o.starts_on, '-1 day'))) AS evidence
FROM quarter_obligation o WHERE o.cadre_no IS NOT NULL;

UPDATE deadline_view SET view = 'visit_term' WHERE matter = 'visit';

-- An official's assignment has ended: within 20 working days the business has another (001 §三.2). The district's own is its
-- office's to settle. What was merged into another business needs none.
CREATE VIEW IF NOT EXISTS reassignment_of_official_term AS
SELECT 'reassignment_official' AS rule,
    'reassignment/' || a.uscc || '/' || a.cadre_no || '/' || a.ends_on AS "key",
    e.name || '：' || c.name || '不再包保后重新确定包保干部' AS subject,
    iif(c.tier = 'district', 'department', 'town') AS owed_by_kind, iif(c.tier = 'district', '区食药安办', coalesce(e.town, c.town)) AS owed_by, e.town,
    (SELECT min(day.date) FROM calendar_day day
     WHERE day.is_workday AND day.workdays = (SELECT since.workdays FROM calendar_day since WHERE since.date = a.ends_on) + p.value) AS due_on,
    (SELECT min(max(coalesce(s.starts_on, ''), a.ends_on)) FROM assignment s
     WHERE s.uscc = a.uscc AND s.id <> a.id AND (s.ends_on IS NULL OR s.ends_on > a.ends_on)) AS met_on,
    json_object('uscc', a.uscc, 'cadre_no', a.cadre_no, 'ended_on', a.ends_on) AS evidence
FROM assignment a
JOIN cadre c ON c.cadre_no = a.cadre_no
JOIN enterprise_in_business e ON e.uscc = a.uscc
JOIN policy_ledger p ON p.name = 'reassignment_after_official_change' AND a.ends_on >= p.valid_from AND (p.valid_before IS NULL OR a.ends_on < p.valid_before)
WHERE a.ends_on IS NOT NULL;

UPDATE deadline_view SET view = 'reassignment_of_official_term' WHERE matter = 'reassignment_official';

-- A business is new, has another level, or is closed: within the working days that the policy names its assignment follows (001 §三.2).
-- What was merged into another business needs none.
CREATE VIEW IF NOT EXISTS reassignment_after_change_term AS
WITH changed (uscc, enterprise, town, what, since, met_on) AS (
    SELECT e.uscc, e.name, e.town, 'new', e.founded_on,
        (SELECT min(max(coalesce(a.starts_on, ''), e.founded_on)) FROM assignment a WHERE a.uscc = e.uscc)
    FROM enterprise_in_business e WHERE e.founded_on IS NOT NULL
    UNION ALL
    SELECT c.uscc, e.name, e.town, 'level', c.changed_on,
        (SELECT min(max(coalesce(f.starts_on, ''), c.changed_on)) FROM assignment_tier_fit f
         WHERE f.uscc = c.uscc AND f.fit <> 'too_low' AND (f.ends_on IS NULL OR f.ends_on > c.changed_on))
    FROM enterprise_change_ledger c JOIN enterprise_today e ON e.uscc = c.uscc
    WHERE c.what = 'level' AND e.status = 'operating' AND c.became IS e.level
    UNION ALL
    SELECT c.uscc, e.name, e.town, 'closed', c.changed_on,
        (SELECT iif(count(*) = count(a.ends_on), max(coalesce(max(a.ends_on), ''), c.changed_on), NULL) FROM assignment a WHERE a.uscc = c.uscc)
    FROM enterprise_change_ledger c JOIN enterprise_today e ON e.uscc = c.uscc
    WHERE c.what = 'status' AND e.status NOT IN ('operating', 'merged') AND c.became = e.status)
SELECT 'reassignment_enterprise' AS rule,
    'reassignment/' || g.uscc || '/' || g.what || '/' || g.since AS "key",
    g.enterprise || CASE g.what WHEN 'new' THEN '：新设立，确定包保干部' WHEN 'level' THEN '：级别变动，调整包保干部' ELSE '：已退出，结束包保关系' END AS subject,
    'town' AS owed_by_kind, g.town AS owed_by, g.town,
    (SELECT min(day.date) FROM calendar_day day
     WHERE day.is_workday AND day.workdays = (SELECT since.workdays FROM calendar_day since WHERE since.date = g.since) + p.value) AS due_on,
    g.met_on,
    json_object('uscc', g.uscc, 'change', g.what, 'since', g.since) AS evidence
FROM changed g
JOIN policy_ledger p ON p.name = 'reassignment_after_enterprise_change' AND g.since >= p.valid_from AND (p.valid_before IS NULL OR g.since < p.valid_before)
WHERE g.town IS NOT NULL;

UPDATE deadline_view SET view = 'reassignment_after_change_term' WHERE matter = 'reassignment_enterprise';
