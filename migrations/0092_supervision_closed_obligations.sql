-- 应督导事项 of a closed period, as it was in the moment of the closing: one row an obligation, which nothing rewrites.
CREATE TABLE IF NOT EXISTS closed_obligation (
    period TEXT NOT NULL REFERENCES period_close (period),
    ledger_id INTEGER NOT NULL,
    uscc TEXT NOT NULL,
    enterprise TEXT NOT NULL,
    town TEXT,
    village TEXT,
    level TEXT,
    sector TEXT,
    risk_grade TEXT,
    canteen INTEGER NOT NULL,
    on_site_required INTEGER NOT NULL,
    -- Who held the business when the period ended
    cadre_no TEXT,
    cadre TEXT,
    tier TEXT,
    owed_by_kind TEXT,
    owed_by TEXT,
    status TEXT NOT NULL,
    -- The first visit that fits and the first of any kind in the period, of those recorded by the moment
    met_on TEXT,
    visited_on TEXT,
    visits INTEGER NOT NULL,
    PRIMARY KEY (period, ledger_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX IF NOT EXISTS closed_obligation_once ON closed_obligation (uscc, period);

CREATE INDEX IF NOT EXISTS closed_obligation_cadre ON closed_obligation (cadre_no, period);

-- What is still to be met.
CREATE INDEX IF NOT EXISTS closed_obligation_unmet ON closed_obligation (period, status) WHERE status IN ('overdue', 'wrong_mode');

CREATE TRIGGER IF NOT EXISTS closed_obligation_is_never_changed BEFORE UPDATE ON closed_obligation
BEGIN SELECT RAISE(ABORT, 'a closed obligation stays as it was'); END;

CREATE TRIGGER IF NOT EXISTS closed_obligation_is_never_deleted BEFORE DELETE ON closed_obligation
BEGIN SELECT RAISE(ABORT, 'a closed obligation stays as it was'); END;

-- No row comes into a period whose closing has ended.
CREATE TRIGGER IF NOT EXISTS closed_obligation_comes_with_its_closing BEFORE INSERT ON closed_obligation
WHEN NOT EXISTS (SELECT 1 FROM period_close c WHERE c.period = new.period AND c.finished_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'a closed period stays as it was closed'); END;

-- Which visits must be on site (001 §三.2): of each business in business and each period, by the set that the policy names for it.
CREATE VIEW IF NOT EXISTS visit_manner AS
SELECT q.period, q.name AS period_name, q.previous, q.starts_on, q.ends_on, q.is_counted, q.level_a, q.level_b, q.level_c, q.level_d, q.level_none,
    e.ledger_id, e.uscc, e.name AS enterprise, e.town, e.village, e.level, e.sector, e.risk_grade, e.canteen, e.founded_on,
    (e.risk_grade IS 'D' AND q.on_site_grade_d) OR (e.canteen AND q.on_site_canteen)
        OR (e.risk_grade IS 'C' AND e.sector IS 'production' AND q.on_site_grade_c_maker) AS on_site_required
FROM visit_period q
CROSS JOIN enterprise_in_business e;

-- Which businesses owe a visit for which period (001 §三.2): those in business that were founded before it, by the frequency of their level.
-- Who was closed (停业) for more than half of the period owes nothing for it.
CREATE VIEW IF NOT EXISTS owed_visit AS
SELECT q.period, q.period_name, q.previous, q.starts_on, q.ends_on, q.ledger_id, q.uscc, q.enterprise, q.town, q.village, q.level, q.sector,
    q.risk_grade, q.canteen, q.on_site_required
FROM visit_manner q
WHERE q.is_counted AND (q.founded_on IS NULL OR q.founded_on < q.starts_on)
    AND CASE q.level WHEN 'A' THEN q.level_a WHEN 'B' THEN q.level_b WHEN 'C' THEN q.level_c WHEN 'D' THEN q.level_d ELSE q.level_none END
    AND ((SELECT NOT EXISTS (SELECT 1 FROM enterprise_suspended))
        OR NOT EXISTS (SELECT 1 FROM enterprise_suspended s WHERE s.uscc = q.uscc AND s.starts_on <= q.ends_on AND s.ends_on >= q.starts_on)
        OR 2 * (SELECT count(*) FROM calendar_day d WHERE d.date BETWEEN q.starts_on AND q.ends_on
            AND EXISTS (SELECT 1 FROM enterprise_suspended s WHERE s.uscc = q.uscc AND d.date BETWEEN s.starts_on AND s.ends_on))
            <= julianday(q.ends_on) - julianday(q.starts_on) + 1);

-- 应督导事项 of a period that is not closed: owed by who holds the business when the period ends; where the assignment ended within it, by
-- the town of the last holder; where nobody held it at all, by nobody. Any official's visit meets it. `met_on` is the first visit that fits,
-- in the period or after it; `visited_on` the first of any kind in the period. What of this has come to pass on a day, the reader compares.
-- While a period is being closed, visits that were recorded after its moment are not seen.
CREATE VIEW IF NOT EXISTS open_obligation AS
SELECT o.ledger_id, o.period, o.period_name, o.previous, o.starts_on, o.ends_on, o.uscc, o.enterprise, o.town, o.village, o.level, o.sector,
    o.risk_grade, o.canteen, o.on_site_required,
    iif(h.ends_on IS NULL OR h.ends_on >= o.ends_on, h.cadre_no, NULL) AS cadre_no,
    iif(h.ends_on IS NULL OR h.ends_on >= o.ends_on, c.name, NULL) AS cadre,
    iif(h.ends_on IS NULL OR h.ends_on >= o.ends_on, c.tier, NULL) AS tier,
    CASE WHEN h.id IS NULL THEN NULL WHEN h.ends_on IS NULL OR h.ends_on >= o.ends_on THEN 'cadre'
        WHEN c.tier = 'district' OR coalesce(c.town, o.town) IS NULL THEN 'department' ELSE 'town' END AS owed_by_kind,
    CASE WHEN h.id IS NULL THEN NULL WHEN h.ends_on IS NULL OR h.ends_on >= o.ends_on THEN h.cadre_no
        WHEN c.tier = 'district' OR coalesce(c.town, o.town) IS NULL THEN '区食药安办' ELSE coalesce(c.town, o.town) END AS owed_by,
    (SELECT min(v.visited_on) FROM visit v
     WHERE v.uscc = o.uscc AND v.visited_on >= o.starts_on AND (p.last_visit_id IS NULL OR v.id <= p.last_visit_id)
         AND (v.mode = 'on_site' OR NOT o.on_site_required)) AS met_on,
    (SELECT min(v.visited_on) FROM visit v
     WHERE v.uscc = o.uscc AND v.visited_on BETWEEN o.starts_on AND o.ends_on AND (p.last_visit_id IS NULL OR v.id <= p.last_visit_id)) AS visited_on,
    p.closed_on, p.last_visit_id, p.last_ledger_id, p.finished_at
FROM owed_visit o
LEFT JOIN period_close p ON p.period = o.period
LEFT JOIN assignment h ON h.id = coalesce(
    (SELECT a.id FROM assignment a
     WHERE a.uscc = o.uscc AND (a.starts_on IS NULL OR a.starts_on <= o.ends_on) AND (a.ends_on IS NULL OR a.ends_on >= o.ends_on)
     ORDER BY a.starts_on DESC, a.id DESC LIMIT 1),
    (SELECT a.id FROM assignment a
     WHERE a.uscc = o.uscc AND (a.starts_on IS NULL OR a.starts_on <= o.ends_on) AND a.ends_on >= o.starts_on
     ORDER BY a.ends_on DESC, a.starts_on DESC, a.id DESC LIMIT 1))
LEFT JOIN cadre c ON c.cadre_no = h.cadre_no;

-- The rows of a closing that has not ended, as they are written: a visit that was recorded by its moment counts, that of the day itself too.
CREATE VIEW IF NOT EXISTS closing_obligation AS
SELECT o.period, o.ledger_id, o.uscc, o.enterprise, o.town, o.village, o.level, o.sector, o.risk_grade, o.canteen, o.on_site_required,
    o.cadre_no, o.cadre, o.tier, o.owed_by_kind, o.owed_by,
    CASE WHEN o.owed_by IS NULL THEN 'unassigned'
        WHEN o.met_on <= o.ends_on THEN 'done'
        WHEN o.met_on <= o.closed_on THEN 'late'
        WHEN o.on_site_required AND o.visited_on IS NOT NULL THEN 'wrong_mode'
        ELSE 'overdue' END AS status,
    iif(o.met_on <= o.closed_on, o.met_on, NULL) AS met_on, o.visited_on,
    (SELECT count(*) FROM visit v WHERE v.uscc = o.uscc AND v.visited_on BETWEEN o.starts_on AND o.ends_on AND v.id <= o.last_visit_id) AS visits
FROM open_obligation o
WHERE o.closed_on IS NOT NULL AND o.finished_at IS NULL AND o.ledger_id <= o.last_ledger_id;

-- The businesses that something reached between the moment of a closing and its slices: what they owed is written before it changes, and the
-- slices pass them over. Thus a closing that was cut off and goes on later comes to the same rows.
CREATE TABLE IF NOT EXISTS closing_kept (
    period TEXT NOT NULL REFERENCES period_close (period),
    uscc TEXT NOT NULL,
    PRIMARY KEY (period, uscc)
) STRICT, WITHOUT ROWID;

-- What such a business owes is written before it changes.
CREATE TRIGGER IF NOT EXISTS closing_kept_writes_obligation AFTER INSERT ON closing_kept
BEGIN
    INSERT INTO closed_obligation (period, ledger_id, uscc, enterprise, town, village, level, sector, risk_grade, canteen, on_site_required,
        cadre_no, cadre, tier, owed_by_kind, owed_by, status, met_on, visited_on, visits)
    SELECT o.period, o.ledger_id, o.uscc, o.enterprise, o.town, o.village, o.level, o.sector, o.risk_grade, o.canteen, o.on_site_required,
        o.cadre_no, o.cadre, o.tier, o.owed_by_kind, o.owed_by, o.status, o.met_on, o.visited_on, o.visits
    FROM closing_obligation o WHERE o.period = new.period AND o.uscc = new.uscc
    ON CONFLICT (period, ledger_id) DO NOTHING;
END;

-- A business changes while a period is being closed.
CREATE TRIGGER IF NOT EXISTS enterprise_changes_while_closing BEFORE UPDATE OF uscc, name, town, village, level, sector, risk_grade, canteen, founded_on, status, merged_into
ON enterprise_site WHEN EXISTS (SELECT 1 FROM period_close WHERE finished_at IS NULL)
BEGIN
    INSERT INTO closing_kept (period, uscc) SELECT c.period, old.uscc FROM period_close c WHERE c.finished_at IS NULL AND old.uscc IS NOT NULL
    ON CONFLICT (period, uscc) DO NOTHING;
END;

-- A business is given to somebody while a period is being closed.
CREATE TRIGGER IF NOT EXISTS assignment_begins_while_closing BEFORE INSERT ON assignment
WHEN EXISTS (SELECT 1 FROM period_close WHERE finished_at IS NULL)
BEGIN
    INSERT INTO closing_kept (period, uscc) SELECT c.period, new.uscc FROM period_close c WHERE c.finished_at IS NULL
    ON CONFLICT (period, uscc) DO NOTHING;
END;

-- An assignment changes while a period is being closed.
CREATE TRIGGER IF NOT EXISTS assignment_changes_while_closing BEFORE UPDATE ON assignment
WHEN EXISTS (SELECT 1 FROM period_close WHERE finished_at IS NULL)
BEGIN
    INSERT INTO closing_kept (period, uscc) SELECT c.period, old.uscc FROM period_close c WHERE c.finished_at IS NULL
    ON CONFLICT (period, uscc) DO NOTHING;
END;

-- An official has another name, tier or town while a period is being closed.
CREATE TRIGGER IF NOT EXISTS cadre_changes_while_closing BEFORE UPDATE OF name, tier, town ON cadre
WHEN EXISTS (SELECT 1 FROM period_close WHERE finished_at IS NULL)
BEGIN
    INSERT INTO closing_kept (period, uscc)
    SELECT DISTINCT c.period, a.uscc FROM period_close c CROSS JOIN assignment a WHERE c.finished_at IS NULL AND a.cadre_no = old.cadre_no
    ON CONFLICT (period, uscc) DO NOTHING;
END;

-- 停业 is entered while a period is being closed.
CREATE TRIGGER IF NOT EXISTS suspension_begins_while_closing BEFORE INSERT ON enterprise_suspension
WHEN EXISTS (SELECT 1 FROM period_close WHERE finished_at IS NULL)
BEGIN
    INSERT INTO closing_kept (period, uscc) SELECT c.period, new.uscc FROM period_close c WHERE c.finished_at IS NULL
    ON CONFLICT (period, uscc) DO NOTHING;
END;

-- 停业 changes while a period is being closed.
CREATE TRIGGER IF NOT EXISTS suspension_changes_while_closing BEFORE UPDATE ON enterprise_suspension
WHEN EXISTS (SELECT 1 FROM period_close WHERE finished_at IS NULL)
BEGIN
    INSERT INTO closing_kept (period, uscc) SELECT c.period, old.uscc FROM period_close c WHERE c.finished_at IS NULL
    ON CONFLICT (period, uscc) DO NOTHING;
END;

-- 补录 that the office takes as on time, with its reason: a row beside the closed one, which stays as it was.
CREATE TABLE IF NOT EXISTS late_entry_acceptance (
    period TEXT NOT NULL,
    uscc TEXT NOT NULL,
    visit_id INTEGER NOT NULL REFERENCES visit (id),
    visited_on TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason <> ''),
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (period, uscc)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER IF NOT EXISTS late_entry_acceptance_created AFTER INSERT ON late_entry_acceptance
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'obligation/' || new.uscc || '/' || new.period, 'changed',
        json_object('accepted_visit', new.visit_id, 'visited_on', new.visited_on, 'reason', new.reason));
END;

CREATE TRIGGER IF NOT EXISTS late_entry_acceptance_is_never_changed BEFORE UPDATE ON late_entry_acceptance
BEGIN SELECT RAISE(ABORT, 'what the office accepted stays as it was said'); END;

CREATE TRIGGER IF NOT EXISTS late_entry_acceptance_is_never_deleted BEFORE DELETE ON late_entry_acceptance
BEGIN SELECT RAISE(ABORT, 'what the office accepted stays as it was said'); END;

-- 补录: visits of a closed period that fit what was not met on time, recorded after the moment of the closing.
CREATE VIEW IF NOT EXISTS late_entry AS
SELECT v.id AS visit_id, c.period, q.name AS period_name, c.uscc, c.enterprise, c.town, c.village, c.cadre_no AS owed_cadre_no, c.status AS closed_status,
    v.visited_on, v.cadre_no, v.mode, substr(v.changed_at, 1, 10) AS recorded_on, p.closed_on,
    a.visit_id IS v.id AS is_accepted, a.reason, a.changed_by AS accepted_by, a.changed_at AS accepted_at
FROM period_close p
CROSS JOIN visit_period q ON q.period = p.period
CROSS JOIN visit v ON v.id > p.last_visit_id AND v.visited_on BETWEEN q.starts_on AND q.ends_on
CROSS JOIN closed_obligation c ON c.uscc = v.uscc AND c.period = p.period
LEFT JOIN late_entry_acceptance a ON a.period = c.period AND a.uscc = c.uscc
WHERE p.finished_at IS NOT NULL AND c.status <> 'done' AND (v.mode = 'on_site' OR NOT c.on_site_required);

-- 应督导事项 of every period: as they were closed, and where they are not, as they are today. `closed_status` is null for the latter. Beside
-- what a closed row says stands what came after it: `met_since` is when it was met at last; a visit that was recorded after the closing
-- (补录) met it on the day it was recorded, or where the office takes it as on time on its own day. The CASTs give the columns of both halves the
-- same affinity, without which SQLite reads a whole period to show a page of it.
CREATE VIEW IF NOT EXISTS obligation_ledger AS
SELECT c.ledger_id, c.period, q.name AS period_name, q.previous, q.starts_on, q.ends_on, c.uscc, c.enterprise, c.town, c.village, c.level, c.sector,
    c.risk_grade, c.on_site_required, c.cadre_no, c.cadre, c.tier, c.owed_by_kind, c.owed_by, c.met_on, c.visited_on,
    c.status AS closed_status, p.closed_on, c.visits AS closed_visits,
    CAST(coalesce(c.met_on,
        (SELECT a.visited_on FROM late_entry_acceptance a WHERE a.period = c.period AND a.uscc = c.uscc),
        (SELECT min(iif(v.visited_on <= q.ends_on, substr(v.changed_at, 1, 10), v.visited_on)) FROM visit v
         WHERE v.uscc = c.uscc AND v.visited_on >= q.starts_on AND (v.mode = 'on_site' OR NOT c.on_site_required))) AS TEXT) AS met_since
FROM period_close p
CROSS JOIN visit_period q ON q.period = p.period
CROSS JOIN closed_obligation c ON c.period = p.period
WHERE p.finished_at IS NOT NULL
UNION ALL
SELECT o.ledger_id, o.period, o.period_name, o.previous, o.starts_on, o.ends_on, o.uscc, o.enterprise, o.town, o.village, o.level, o.sector,
    o.risk_grade, CAST(o.on_site_required AS INTEGER), CAST(o.cadre_no AS TEXT), CAST(o.cadre AS TEXT), CAST(o.tier AS TEXT),
    CAST(o.owed_by_kind AS TEXT), CAST(o.owed_by AS TEXT), CAST(o.met_on AS TEXT), CAST(o.visited_on AS TEXT),
    CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS INTEGER), CAST(o.met_on AS TEXT)
FROM open_obligation o
WHERE NOT EXISTS (SELECT 1 FROM period_close f WHERE f.period = o.period AND f.finished_at IS NOT NULL);

-- With the deadline that came before it in the same matter: who misses two running is called in at once. Who owes a closed obligation is who
-- owed it in the moment of the closing. A business that is no more cannot be visited: what was not met by then is no longer owed.
CREATE VIEW IF NOT EXISTS visit_of_period_term AS
SELECT 'visit' AS rule, 'visit/' || o.uscc || '/' || o.period AS "key", o.enterprise || '：' || o.period_name || '督导' AS subject,
    o.owed_by_kind, o.owed_by, o.town, o.ends_on AS due_on, o.met_since AS met_on,
    json_object('uscc', o.uscc, 'enterprise', o.enterprise, 'period', o.period, 'on_site_required', json(iif(o.on_site_required, 'true', 'false')),
        'visited_on', o.visited_on, 'previous', 'visit/' || o.uscc || '/' || o.previous) AS evidence
FROM obligation_ledger o
WHERE o.owed_by IS NOT NULL
    AND (o.closed_status IS NULL OR o.met_on IS NOT NULL OR EXISTS (SELECT 1 FROM enterprise_in_business e WHERE e.uscc = o.uscc));

UPDATE deadline_view SET view = 'visit_of_period_term' WHERE matter = 'visit';

-- The last day of the closed periods: what changes hold from does not lie before it. None where nothing is closed.
CREATE VIEW IF NOT EXISTS closed_until AS
SELECT max(q.ends_on) AS ends_on FROM period_close p JOIN visit_period q ON q.period = p.period WHERE p.finished_at IS NOT NULL;

-- The periods to be closed, with the day on which each is: so many working days after its end as the policy says, of those that had ended before
-- the policy's first day so many after the end of that day's quarter.
CREATE VIEW IF NOT EXISTS period_closing AS
SELECT q.period, q.starts_on, q.ends_on,
    (SELECT min(d.date) FROM calendar_day d WHERE d.is_workday AND d.workdays = (SELECT l.workdays FROM calendar_day l WHERE l.date = q.last_day) + n.value) AS closes_on
FROM (SELECT v.period, v.starts_on, v.ends_on,
        max(v.ends_on, iif(v.ends_on < f.value ->> '$', (SELECT t.ends_on FROM quarter t WHERE f.value ->> '$' BETWEEN t.starts_on AND t.ends_on), v.ends_on)) AS last_day
    FROM visit_period v JOIN policy_ledger f ON f.name = 'visit_close_from' AND f.valid_from <= v.ends_on AND (f.valid_before IS NULL OR v.ends_on < f.valid_before)
    WHERE v.is_counted AND (v.level_a OR v.level_b OR v.level_c OR v.level_d OR v.level_none)) q
JOIN policy_ledger n ON n.name = 'visit_close_after' AND n.valid_from <= q.ends_on AND (n.valid_before IS NULL OR q.ends_on < n.valid_before)
WHERE NOT EXISTS (SELECT 1 FROM period_close p WHERE p.period = q.period AND p.finished_at IS NOT NULL);
