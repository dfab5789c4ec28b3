-- 包保干部
CREATE TABLE IF NOT EXISTS cadre (
    cadre_no TEXT PRIMARY KEY,
    name TEXT NOT NULL CHECK (name <> ''),
    title TEXT,
    tier TEXT NOT NULL CHECK (tier IN ('district', 'town', 'village')),
    town TEXT,
    phone TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE TRIGGER IF NOT EXISTS cadre_created AFTER INSERT ON cadre
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'cadre/' || new.cadre_no, 'created',
        json_object('name', new.name, 'title', new.title, 'tier', new.tier, 'town', new.town, 'phone', new.phone));
END;

CREATE TRIGGER IF NOT EXISTS cadre_changed AFTER UPDATE ON cadre
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'cadre/' || new.cadre_no, 'changed',
        json_object('name', old.name, 'title', old.title, 'tier', old.tier, 'town', old.town, 'phone', old.phone),
        json_object('name', new.name, 'title', new.title, 'tier', new.tier, 'town', new.town, 'phone', new.phone));
END;

CREATE TRIGGER IF NOT EXISTS cadre_is_never_deleted BEFORE DELETE ON cadre
BEGIN SELECT RAISE(ABORT, 'officials are never deleted'); END;

-- 包保关系. No start: held since before the roster began. Who holds a business on a day is whose assignment began last.
CREATE TABLE IF NOT EXISTS assignment (
    id INTEGER PRIMARY KEY,
    cadre_no TEXT NOT NULL REFERENCES cadre (cadre_no),
    uscc TEXT NOT NULL,
    starts_on TEXT,
    ends_on TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX IF NOT EXISTS assignment_once ON assignment (uscc, cadre_no, coalesce(starts_on, ''));

CREATE INDEX IF NOT EXISTS assignment_cadre ON assignment (cadre_no);

CREATE TRIGGER IF NOT EXISTS assignment_created AFTER INSERT ON assignment
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'assignment/' || new.uscc, 'created',
        json_object('cadre_no', new.cadre_no, 'starts_on', new.starts_on, 'ends_on', new.ends_on));
END;

CREATE TRIGGER IF NOT EXISTS assignment_changed AFTER UPDATE ON assignment
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'assignment/' || new.uscc, 'changed',
        json_object('cadre_no', old.cadre_no, 'starts_on', old.starts_on, 'ends_on', old.ends_on),
        json_object('cadre_no', new.cadre_no, 'starts_on', new.starts_on, 'ends_on', new.ends_on));
END;

CREATE TRIGGER IF NOT EXISTS assignment_is_never_deleted BEFORE DELETE ON assignment
BEGIN SELECT RAISE(ABORT, 'assignments end, and are never deleted'); END;

-- 督导. Two visits on one day are two unless every word of them is the same.
CREATE TABLE IF NOT EXISTS visit (
    id INTEGER PRIMARY KEY,
    visited_on TEXT NOT NULL,
    cadre_no TEXT NOT NULL REFERENCES cadre (cadre_no),
    uscc TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('on_site', 'online')),
    result TEXT NOT NULL CHECK (result IN ('ok', 'problems')),
    -- The result in the roster's own words
    result_text TEXT NOT NULL DEFAULT '',
    problems_found INTEGER NOT NULL DEFAULT 0,
    note TEXT NOT NULL DEFAULT '',
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    UNIQUE (uscc, visited_on, cadre_no, mode, result_text, problems_found, note)
) STRICT;

CREATE INDEX IF NOT EXISTS visit_day ON visit (visited_on);

CREATE TRIGGER IF NOT EXISTS visit_created AFTER INSERT ON visit
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'visit/' || new.id, 'created',
        json_object('uscc', new.uscc, 'visited_on', new.visited_on, 'cadre_no', new.cadre_no, 'mode', new.mode,
            'result', new.result, 'result_text', new.result_text, 'problems_found', new.problems_found, 'note', new.note));
END;

CREATE TRIGGER IF NOT EXISTS visit_is_never_changed BEFORE UPDATE ON visit
BEGIN SELECT RAISE(ABORT, 'a recorded visit is never changed'); END;

CREATE TRIGGER IF NOT EXISTS visit_is_never_deleted BEFORE DELETE ON visit
BEGIN SELECT RAISE(ABORT, 'a recorded visit is never deleted'); END;

-- What other functions may know.
CREATE VIEW IF NOT EXISTS cadre_ledger AS SELECT cadre_no, name, title, tier, town FROM cadre;

-- Who holds or held a business, for the page of the business.
CREATE VIEW IF NOT EXISTS enterprise_supervision AS
SELECT e.uscc, a.cadre_no, c.name AS cadre, c.tier, a.starts_on, a.ends_on
FROM enterprise_ledger e
JOIN assignment a ON a.uscc = e.uscc
JOIN cadre c ON c.cadre_no = a.cadre_no;

-- The visits to a business, for the page of the business.
CREATE VIEW IF NOT EXISTS enterprise_visit AS
SELECT v.uscc, v.visited_on, v.cadre_no, c.name AS cadre, v.mode, v.result, v.result_text, v.problems_found, v.note
FROM visit v JOIN cadre c ON c.cadre_no = v.cadre_no;

-- A workbook that was dropped on an import page: its rows in slices, part 0 what will change. Gone after a day.
CREATE TABLE IF NOT EXISTS supervision_import (
    id TEXT NOT NULL,
    part INTEGER NOT NULL,
    kind TEXT NOT NULL,
    account TEXT NOT NULL,
    content TEXT NOT NULL,
    created_at TEXT NOT NULL,
    applied_at TEXT,
    created INTEGER NOT NULL DEFAULT 0,
    updated INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (id, part)
) STRICT, WITHOUT ROWID;
