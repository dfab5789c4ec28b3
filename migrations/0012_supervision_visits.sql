-- What was looked at, and what was found: problems go into their own table with the visit.
ALTER TABLE visit ADD COLUMN checked TEXT CHECK (checked IS NULL OR json_valid(checked));

ALTER TABLE visit ADD COLUMN problems TEXT CHECK (problems IS NULL OR json_valid(problems));

-- A problem that a visit found, until it is mended.
CREATE TABLE IF NOT EXISTS visit_problem (
    id INTEGER PRIMARY KEY,
    visit_id INTEGER NOT NULL REFERENCES visit (id),
    uscc TEXT NOT NULL,
    cadre_no TEXT NOT NULL,
    text TEXT NOT NULL CHECK (text <> ''),
    found_on TEXT NOT NULL,
    -- None: mended on the spot
    mend_by TEXT,
    mended_on TEXT,
    mend_note TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS visit_problem_open ON visit_problem (mend_by) WHERE mended_on IS NULL;

CREATE INDEX IF NOT EXISTS visit_problem_uscc ON visit_problem (uscc);

-- A visit and the problems that it found are one statement.
CREATE TRIGGER IF NOT EXISTS visit_brings_problems AFTER INSERT ON visit WHEN new.problems IS NOT NULL
BEGIN
    INSERT INTO visit_problem (visit_id, uscc, cadre_no, text, found_on, mend_by, mended_on, changed_by, changed_at)
    SELECT new.id, new.uscc, new.cadre_no, p.value ->> '$.text', new.visited_on, p.value ->> '$.mend_by',
        iif(p.value ->> '$.mend_by' IS NULL, new.visited_on, NULL), new.changed_by, new.changed_at
    FROM json_each(new.problems) p;
END;

CREATE TRIGGER IF NOT EXISTS visit_problem_created AFTER INSERT ON visit_problem
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'visit-problem/' || new.id, 'created',
        json_object('uscc', new.uscc, 'text', new.text, 'found_on', new.found_on, 'mend_by', new.mend_by, 'mended_on', new.mended_on));
END;

CREATE TRIGGER IF NOT EXISTS visit_problem_changed AFTER UPDATE ON visit_problem
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'visit-problem/' || new.id, 'changed',
        json_object('mended_on', old.mended_on, 'mend_note', old.mend_note),
        json_object('mended_on', new.mended_on, 'mend_note', new.mend_note));
END;

CREATE TRIGGER IF NOT EXISTS visit_problem_is_never_deleted BEFORE DELETE ON visit_problem
BEGIN SELECT RAISE(ABORT, 'problems are mended, never deleted'); END;

-- Problems that were to be mended by a day. The official who found one sees that it is.
CREATE VIEW IF NOT EXISTS deadline_problem AS
SELECT 'problem' AS rule, 'problem/' || p.id AS "key",
    e.name || '：' || p.text AS subject,
    'cadre' AS owed_by_kind, p.cadre_no AS owed_by, e.town, p.mend_by AS due_on, p.mended_on AS met_on,
    json_object('uscc', p.uscc, 'visit', p.visit_id, 'found_on', p.found_on) AS evidence
FROM visit_problem p JOIN supervised_enterprise e ON e.uscc = p.uscc
WHERE p.mend_by IS NOT NULL;
