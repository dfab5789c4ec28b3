ALTER TABLE cadre ADD COLUMN left_on TEXT;

-- Why a business is held by a higher tier than its level asks for (001 §三.1: 提级包保).
ALTER TABLE assignment ADD COLUMN lifted_reason TEXT;

-- The assignment that this one follows.
ALTER TABLE assignment ADD COLUMN replaces INTEGER REFERENCES assignment (id);

-- A new assignment ends the one that it follows, on the day before it starts.
CREATE TRIGGER IF NOT EXISTS assignment_follows AFTER INSERT ON assignment WHEN new.replaces IS NOT NULL
BEGIN
    UPDATE assignment SET ends_on = date(new.starts_on, '-1 day'), version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE id = new.replaces AND (ends_on IS NULL OR ends_on >= new.starts_on);
END;

-- Why a business is lifted to a higher tier stands in the audit.
CREATE TRIGGER IF NOT EXISTS assignment_lifted AFTER INSERT ON assignment WHEN new.lifted_reason IS NOT NULL
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'assignment/' || new.uscc, 'changed',
        json_object('cadre_no', new.cadre_no, 'starts_on', new.starts_on, 'lifted_reason', new.lifted_reason));
END;

-- Who leaves holds nothing from the next day on.
CREATE TRIGGER IF NOT EXISTS cadre_leaves AFTER UPDATE OF left_on ON cadre WHEN new.left_on IS NOT old.left_on
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'cadre/' || new.cadre_no, 'changed', json_object('left_on', old.left_on), json_object('left_on', new.left_on));
    UPDATE assignment SET ends_on = new.left_on, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE new.left_on IS NOT NULL AND cadre_no = new.cadre_no AND (ends_on IS NULL OR ends_on > new.left_on);
END;

-- A tier answers for its level and those below it: 1 district (A, B), 2 town (C), 3 village (D).
CREATE VIEW IF NOT EXISTS assignment_fit AS
SELECT a.id, a.uscc, a.cadre_no, a.starts_on, a.ends_on, a.lifted_reason, a.version,
    CASE
        WHEN e.level IS NULL THEN NULL
        WHEN CASE c.tier WHEN 'district' THEN 1 WHEN 'town' THEN 2 ELSE 3 END > CASE e.level WHEN 'C' THEN 2 WHEN 'D' THEN 3 ELSE 1 END THEN 'too_low'
        WHEN CASE c.tier WHEN 'district' THEN 1 WHEN 'town' THEN 2 ELSE 3 END < CASE e.level WHEN 'C' THEN 2 WHEN 'D' THEN 3 ELSE 1 END THEN 'lifted'
        ELSE 'fits'
    END AS fit
FROM assignment a
JOIN cadre c ON c.cadre_no = a.cadre_no
JOIN enterprise_ledger e ON e.uscc = a.uscc;

-- An official's assignment has ended: within 20 working days the business has another (001 §三.2). The district's own is its
-- office's to settle.
CREATE VIEW IF NOT EXISTS deadline_reassignment_official AS
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
JOIN supervised_enterprise e ON e.uscc = a.uscc
JOIN policy_ledger p ON p.name = 'reassignment_after_official_change' AND a.ends_on >= p.valid_from AND (p.valid_before IS NULL OR a.ends_on < p.valid_before)
WHERE a.ends_on IS NOT NULL;

-- A business is new, has another level, or is closed: within 30 working days its assignment follows (001 §三.2).
CREATE VIEW IF NOT EXISTS deadline_reassignment_enterprise AS
WITH changed (uscc, enterprise, town, what, since, met_on) AS (
    SELECT e.uscc, e.name, e.town, 'new', e.founded_on,
        (SELECT min(max(coalesce(a.starts_on, ''), e.founded_on)) FROM assignment a WHERE a.uscc = e.uscc)
    FROM supervised_enterprise e WHERE e.founded_on IS NOT NULL
    UNION ALL
    SELECT c.uscc, c.name, c.town, 'level', c.changed_on,
        (SELECT min(max(coalesce(f.starts_on, ''), c.changed_on)) FROM assignment_fit f
         WHERE f.uscc = c.uscc AND f.fit <> 'too_low' AND (f.ends_on IS NULL OR f.ends_on > c.changed_on))
    FROM enterprise_change_ledger c WHERE c.what = 'level' AND c.status = 'operating' AND c.became IS c.level
    UNION ALL
    SELECT c.uscc, c.name, c.town, 'closed', c.changed_on,
        (SELECT iif(count(*) = count(a.ends_on), max(coalesce(max(a.ends_on), ''), c.changed_on), NULL) FROM assignment a WHERE a.uscc = c.uscc)
    FROM enterprise_change_ledger c WHERE c.what = 'status' AND c.status <> 'operating' AND c.became = c.status)
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

-- 食品安全责任与任务承诺书, signed online: the name, the moment, and the text as it was (001 §三.2).
CREATE TABLE IF NOT EXISTS commitment (
    cadre_no TEXT NOT NULL REFERENCES cadre (cadre_no),
    year INTEGER NOT NULL,
    text_version TEXT NOT NULL,
    text TEXT NOT NULL,
    name TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (cadre_no, year)
) STRICT;

-- The text that was signed stands in the audit as it was.
CREATE TRIGGER IF NOT EXISTS commitment_signed AFTER INSERT ON commitment
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'commitment/' || new.cadre_no || '/' || new.year, 'created',
        json_object('name', new.name, 'text_version', new.text_version, 'text', new.text));
END;

CREATE TRIGGER IF NOT EXISTS commitment_is_never_changed BEFORE UPDATE ON commitment
BEGIN SELECT RAISE(ABORT, 'what was signed is never changed'); END;

CREATE TRIGGER IF NOT EXISTS commitment_is_never_deleted BEFORE DELETE ON commitment
BEGIN SELECT RAISE(ABORT, 'what was signed is never deleted'); END;

-- 年度履职报告 (001 §三.2: every December), with the figures of the year as they were then.
CREATE TABLE IF NOT EXISTS duty_report (
    cadre_no TEXT NOT NULL REFERENCES cadre (cadre_no),
    year INTEGER NOT NULL,
    text TEXT NOT NULL CHECK (text <> ''),
    figures TEXT NOT NULL CHECK (json_valid(figures)),
    submitted_on TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (cadre_no, year)
) STRICT;

CREATE TRIGGER IF NOT EXISTS duty_report_created AFTER INSERT ON duty_report
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'duty-report/' || new.cadre_no || '/' || new.year, 'created', json_object('text', new.text, 'figures', json(new.figures)));
END;

CREATE TRIGGER IF NOT EXISTS duty_report_changed AFTER UPDATE ON duty_report
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'duty-report/' || new.cadre_no || '/' || new.year, 'changed',
        json_object('text', old.text, 'figures', json(old.figures)), json_object('text', new.text, 'figures', json(new.figures)));
END;

CREATE TRIGGER IF NOT EXISTS duty_report_is_never_deleted BEFORE DELETE ON duty_report
BEGIN SELECT RAISE(ABORT, 'reports are never deleted'); END;

-- 督查 of the tier below (001 §三.2): the district looks at the officials of a town's own tier, a town at those of its villages.
CREATE TABLE IF NOT EXISTS oversight (
    id INTEGER PRIMARY KEY,
    tier TEXT NOT NULL CHECK (tier IN ('district', 'town')),
    town TEXT NOT NULL,
    held_on TEXT NOT NULL,
    officials INTEGER NOT NULL CHECK (officials > 0),
    findings TEXT NOT NULL CHECK (findings <> ''),
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    UNIQUE (tier, town, held_on, findings)
) STRICT;

CREATE TRIGGER IF NOT EXISTS oversight_created AFTER INSERT ON oversight
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'oversight/' || new.id, 'created',
        json_object('tier', new.tier, 'town', new.town, 'held_on', new.held_on, 'officials', new.officials, 'findings', new.findings));
END;

CREATE TRIGGER IF NOT EXISTS oversight_is_never_changed BEFORE UPDATE ON oversight
BEGIN SELECT RAISE(ABORT, 'a recorded oversight is never changed'); END;

CREATE TRIGGER IF NOT EXISTS oversight_is_never_deleted BEFORE DELETE ON oversight
BEGIN SELECT RAISE(ABORT, 'a recorded oversight is never deleted'); END;

-- Officials who hold something at the end of a year, and what they owe in it.
CREATE VIEW IF NOT EXISTS yearly_duty AS
SELECT CAST(substr(q.period, 1, 4) AS INTEGER) AS year, c.cadre_no, c.name, c.tier, c.town,
    substr(q.period, 1, 4) || '-11-30' AS commitment_due_on, q.ends_on AS report_due_on,
    (SELECT substr(s.changed_at, 1, 10) FROM commitment s WHERE s.cadre_no = c.cadre_no AND s.year = CAST(substr(q.period, 1, 4) AS INTEGER)) AS committed_on,
    (SELECT r.submitted_on FROM duty_report r WHERE r.cadre_no = c.cadre_no AND r.year = CAST(substr(q.period, 1, 4) AS INTEGER)) AS reported_on
FROM quarter q CROSS JOIN cadre c
WHERE q.period LIKE '%Q4' AND EXISTS (SELECT 1 FROM assignment a WHERE a.cadre_no = c.cadre_no
    AND (a.starts_on IS NULL OR a.starts_on <= q.ends_on) AND (a.ends_on IS NULL OR a.ends_on >= q.ends_on));

-- Each official signs the commitment of the year by the end of November (001 §三.2).
CREATE VIEW IF NOT EXISTS deadline_commitment AS
SELECT 'commitment' AS rule, 'commitment/' || cadre_no || '/' || year AS "key", year || '年食品安全责任与任务承诺书' AS subject,
    'cadre' AS owed_by_kind, cadre_no AS owed_by, town, commitment_due_on AS due_on, committed_on AS met_on,
    json_object('year', year, 'previous', 'commitment/' || cadre_no || '/' || (year - 1)) AS evidence
FROM yearly_duty;

-- Each official reports by the end of the year (001 §三.2).
CREATE VIEW IF NOT EXISTS deadline_report AS
SELECT 'report' AS rule, 'report/' || cadre_no || '/' || year AS "key", year || '年度履职报告' AS subject,
    'cadre' AS owed_by_kind, cadre_no AS owed_by, town, report_due_on AS due_on, reported_on AS met_on,
    json_object('year', year, 'previous', 'report/' || cadre_no || '/' || (year - 1)) AS evidence
FROM yearly_duty;

-- The tier below is looked at once a year (001 §三.2).
CREATE VIEW IF NOT EXISTS deadline_oversight AS
SELECT 'oversight' AS rule, 'oversight/' || t.tier || '/' || t.town || '/' || substr(q.period, 1, 4) AS "key",
    substr(q.period, 1, 4) || '年度督查：' || t.town || iif(t.tier = 'town', '村社区干部', '镇街干部') AS subject,
    iif(t.tier = 'town', 'town', 'department') AS owed_by_kind, iif(t.tier = 'town', t.town, '区食药安办') AS owed_by, t.town,
    q.ends_on AS due_on,
    (SELECT min(o.held_on) FROM oversight o WHERE o.tier = t.tier AND o.town = t.town AND substr(o.held_on, 1, 4) = substr(q.period, 1, 4)) AS met_on,
    json_object('tier', t.tier, 'year', CAST(substr(q.period, 1, 4) AS INTEGER)) AS evidence
FROM quarter q
CROSS JOIN (SELECT DISTINCT iif(tier = 'village', 'town', 'district') AS tier, town FROM cadre WHERE tier IN ('village', 'town') AND town IS NOT NULL) t
WHERE q.period LIKE '%Q4';

-- A photograph of a problem; its bytes are in the key-value store.
CREATE TABLE IF NOT EXISTS problem_photo (
    id TEXT PRIMARY KEY,
    problem_id INTEGER NOT NULL REFERENCES visit_problem (id),
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS problem_photo_problem ON problem_photo (problem_id);

CREATE TRIGGER IF NOT EXISTS problem_photo_created AFTER INSERT ON problem_photo
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'visit-problem/' || new.problem_id, 'changed', json_object('photo', new.id, 'name', new.name, 'bytes', new.bytes));
END;

CREATE TRIGGER IF NOT EXISTS problem_photo_is_never_changed BEFORE UPDATE ON problem_photo
BEGIN SELECT RAISE(ABORT, 'a photograph is never changed'); END;

CREATE TRIGGER IF NOT EXISTS problem_photo_is_never_deleted BEFORE DELETE ON problem_photo
BEGIN SELECT RAISE(ABORT, 'a photograph is never deleted'); END;
