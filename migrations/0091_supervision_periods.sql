-- Which kind of period so many visits a year make.
CREATE TABLE IF NOT EXISTS visit_frequency (
    visits_a_year INTEGER PRIMARY KEY,
    kind TEXT NOT NULL
) STRICT;

INSERT INTO visit_frequency (visits_a_year, kind) VALUES (1, 'year'), (2, 'half'), (3, 'quarter'), (4, 'quarter') ON CONFLICT (visits_a_year) DO NOTHING;

-- The periods for which visits may be owed: the quarters, halves and years from 2022 to 2050, and what the policy says of each on its first
-- day. The columns of policy are kept by triggers, so that whoever reads obligations does not ask the policy ledger again for each business.
CREATE TABLE IF NOT EXISTS visit_period (
    -- 2026Q3, 2026H2, 2026
    period TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('quarter', 'half', 'year')),
    -- 2026年第三季度
    name TEXT NOT NULL,
    starts_on TEXT NOT NULL,
    ends_on TEXT NOT NULL,
    -- The period of the same kind before it
    previous TEXT,
    -- Whether anything is owed for it at all
    is_counted INTEGER NOT NULL DEFAULT 0,
    -- Whether a business of this level, or of none, owes a visit for it
    level_a INTEGER NOT NULL DEFAULT 0,
    level_b INTEGER NOT NULL DEFAULT 0,
    level_c INTEGER NOT NULL DEFAULT 0,
    level_d INTEGER NOT NULL DEFAULT 0,
    level_none INTEGER NOT NULL DEFAULT 0,
    -- Which visits must be on site
    on_site_grade_d INTEGER NOT NULL DEFAULT 1,
    on_site_grade_c_maker INTEGER NOT NULL DEFAULT 0,
    on_site_canteen INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;

INSERT INTO visit_period (period, kind, name, starts_on, ends_on, previous)
SELECT q.period, 'quarter', substr(q.period, 1, 4) || '年第' || substr('一二三四', substr(q.period, 6), 1) || '季度', q.starts_on, q.ends_on,
    (SELECT b.period FROM quarter b WHERE b.ends_on = date(q.starts_on, '-1 day'))
FROM quarter q WHERE true
ON CONFLICT (period) DO NOTHING;

INSERT INTO visit_period (period, kind, name, starts_on, ends_on, previous)
SELECT substr(f.period, 1, 4) || iif(f.period LIKE '%Q1', 'H1', 'H2'), 'half', substr(f.period, 1, 4) || iif(f.period LIKE '%Q1', '年上半年', '年下半年'),
    f.starts_on, date(f.starts_on, '+6 months', '-1 day'),
    iif(f.starts_on = '2022-01-01', NULL, iif(f.period LIKE '%Q1', (substr(f.period, 1, 4) - 1) || 'H2', substr(f.period, 1, 4) || 'H1'))
FROM quarter f WHERE f.period LIKE '%Q1' OR f.period LIKE '%Q3'
ON CONFLICT (period) DO NOTHING;

INSERT INTO visit_period (period, kind, name, starts_on, ends_on, previous)
SELECT substr(f.period, 1, 4), 'year', substr(f.period, 1, 4) || '年度', f.starts_on, date(f.starts_on, '+1 year', '-1 day'),
    iif(f.starts_on = '2022-01-01', NULL, CAST(substr(f.period, 1, 4) - 1 AS TEXT))
FROM quarter f WHERE f.period LIKE '%Q1'
ON CONFLICT (period) DO NOTHING;

-- A period is closed in a moment, which this row fixes; then its obligations are written in slices, and `finished_at` is the switch from
-- which readers take them. Visits and businesses beyond the numbers that it names came later.
CREATE TABLE IF NOT EXISTS period_close (
    period TEXT PRIMARY KEY REFERENCES visit_period (period),
    closed_on TEXT NOT NULL,
    last_visit_id INTEGER NOT NULL,
    last_ledger_id INTEGER NOT NULL,
    -- Up to which business the slices are written
    reached INTEGER NOT NULL DEFAULT 0,
    finished_at TEXT,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER IF NOT EXISTS period_close_created AFTER INSERT ON period_close
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'period/' || new.period, 'created',
        json_object('closed_on', new.closed_on, 'last_visit_id', new.last_visit_id, 'last_ledger_id', new.last_ledger_id));
END;

-- The end of a closing stands in the audit.
CREATE TRIGGER IF NOT EXISTS period_close_finished AFTER UPDATE OF finished_at ON period_close
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'period/' || new.period, 'changed', json_object('finished_at', new.finished_at));
END;

CREATE TRIGGER IF NOT EXISTS period_close_is_never_changed BEFORE UPDATE ON period_close
WHEN old.finished_at IS NOT NULL OR new.period <> old.period OR new.closed_on <> old.closed_on OR new.last_visit_id <> old.last_visit_id
    OR new.last_ledger_id <> old.last_ledger_id
BEGIN SELECT RAISE(ABORT, 'a closed period stays as it was closed'); END;

CREATE TRIGGER IF NOT EXISTS period_close_is_never_deleted BEFORE DELETE ON period_close
BEGIN SELECT RAISE(ABORT, 'a closed period stays closed'); END;

-- What the policy says of a period: by the value that holds on its first day. A level whose number of visits is not set, or that is not
-- known, owes one a quarter.
CREATE VIEW IF NOT EXISTS visit_period_policy AS
WITH said AS (
    SELECT q.period, q.kind, q.starts_on, p.name, p.value ->> '$' AS value, f.kind AS frequency
    FROM visit_period q
    JOIN policy_ledger p ON p.valid_from <= q.starts_on AND (p.valid_before IS NULL OR q.starts_on < p.valid_before)
    LEFT JOIN visit_frequency f ON p.name GLOB 'visits_a_year_level_?' AND f.visits_a_year = p.value ->> '$'
    WHERE p.name GLOB 'visits_a_year_level_?' OR p.name GLOB 'visit_on_site_*' OR p.name = 'obligations_from')
SELECT q.period,
    coalesce(max(s.name = 'obligations_from' AND q.starts_on >= s.value), 0) AS is_from,
    coalesce(max(CASE s.name WHEN 'visits_a_year_level_a' THEN s.frequency = q.kind END), q.kind = 'quarter') AS level_a,
    coalesce(max(CASE s.name WHEN 'visits_a_year_level_b' THEN s.frequency = q.kind END), q.kind = 'quarter') AS level_b,
    coalesce(max(CASE s.name WHEN 'visits_a_year_level_c' THEN s.frequency = q.kind END), q.kind = 'quarter') AS level_c,
    coalesce(max(CASE s.name WHEN 'visits_a_year_level_d' THEN s.frequency = q.kind END), q.kind = 'quarter') AS level_d,
    q.kind = 'quarter' AS level_none,
    coalesce(max(CASE s.name WHEN 'visit_on_site_grade_d' THEN s.value <> 0 END), 1) AS on_site_grade_d,
    coalesce(max(CASE s.name WHEN 'visit_on_site_grade_c_maker' THEN s.value <> 0 END), 0) AS on_site_grade_c_maker,
    coalesce(max(CASE s.name WHEN 'visit_on_site_canteen' THEN s.value <> 0 END), 1) AS on_site_canteen
FROM visit_period q LEFT JOIN said s ON s.period = q.period
GROUP BY q.period;

-- How often the policy about visits was set: each time the periods are brought up to it, those that are closed excepted.
CREATE TABLE IF NOT EXISTS visit_policy_version (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
) STRICT;

-- The one place where the periods take over what the policy says.
CREATE TRIGGER IF NOT EXISTS visit_policy_reaches_periods AFTER UPDATE ON visit_policy_version
BEGIN
    UPDATE visit_period SET is_counted = p.is_from AND (p.level_a OR p.level_b OR p.level_c OR p.level_d OR p.level_none),
        level_a = p.level_a, level_b = p.level_b, level_c = p.level_c, level_d = p.level_d, level_none = p.level_none,
        on_site_grade_d = p.on_site_grade_d, on_site_grade_c_maker = p.on_site_grade_c_maker, on_site_canteen = p.on_site_canteen
    FROM visit_period_policy p
    WHERE p.period = visit_period.period AND NOT EXISTS (SELECT 1 FROM period_close c WHERE c.period = visit_period.period);
END;

-- A new value of the policy about visits.
CREATE TRIGGER IF NOT EXISTS policy_sets_visits AFTER INSERT ON policy
WHEN new.name = 'obligations_from' OR new.name GLOB 'visits_a_year_level_?' OR new.name GLOB 'visit_on_site_*'
BEGIN UPDATE visit_policy_version SET version = version + 1 WHERE id = 1; END;

-- The same where a value is put right.
CREATE TRIGGER IF NOT EXISTS policy_corrects_visits AFTER UPDATE ON policy
WHEN new.name = 'obligations_from' OR new.name GLOB 'visits_a_year_level_?' OR new.name GLOB 'visit_on_site_*'
BEGIN UPDATE visit_policy_version SET version = version + 1 WHERE id = 1; END;

INSERT INTO visit_policy_version (id, version) VALUES (1, 0) ON CONFLICT (id) DO NOTHING;

UPDATE visit_policy_version SET version = 1 WHERE id = 1 AND version = 0;
