-- The ledger of food businesses.
CREATE TABLE IF NOT EXISTS enterprise (
    id INTEGER PRIMARY KEY,
    uscc TEXT NOT NULL UNIQUE CHECK (length(uscc) = 18),
    name TEXT NOT NULL CHECK (name <> ''),
    founded_on TEXT,
    address TEXT,
    town TEXT,
    village TEXT,
    business_scope TEXT,
    sector TEXT CHECK (sector IN ('production', 'distribution', 'catering')),
    risk_grade TEXT CHECK (risk_grade IN ('A', 'B', 'C', 'D')),
    level TEXT CHECK (level IN ('A', 'B', 'C', 'D')),
    canteen INTEGER NOT NULL DEFAULT 0 CHECK (canteen IN (0, 1)),
    license_no TEXT,
    licensed_on TEXT,
    -- Personal data: in no public page, csv or feed
    person_in_charge TEXT,
    phone TEXT,
    status TEXT NOT NULL DEFAULT 'operating' CHECK (status IN ('operating', 'deregistered', 'revoked', 'moved_out')),
    -- The name as people would compare it, and the initials of its pinyin
    search_name TEXT NOT NULL,
    initials TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS enterprise_town ON enterprise (town, id);

CREATE INDEX IF NOT EXISTS enterprise_license_no ON enterprise (license_no) WHERE license_no IS NOT NULL;

CREATE TRIGGER IF NOT EXISTS enterprise_created AFTER INSERT ON enterprise
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'enterprise/' || new.uscc, 'created',
        json_object(
            'name', new.name, 'founded_on', new.founded_on, 'address', new.address, 'town', new.town, 'village',
            new.village, 'business_scope', new.business_scope, 'sector', new.sector, 'risk_grade', new.risk_grade,
            'level', new.level, 'canteen', new.canteen, 'license_no', new.license_no, 'licensed_on', new.licensed_on,
            'person_in_charge', new.person_in_charge, 'phone', new.phone, 'status', new.status));
END;

CREATE TRIGGER IF NOT EXISTS enterprise_changed AFTER UPDATE ON enterprise
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'enterprise/' || new.uscc, 'changed',
        json_object(
            'name', old.name, 'founded_on', old.founded_on, 'address', old.address, 'town', old.town, 'village',
            old.village, 'business_scope', old.business_scope, 'sector', old.sector, 'risk_grade', old.risk_grade,
            'level', old.level, 'canteen', old.canteen, 'license_no', old.license_no, 'licensed_on', old.licensed_on,
            'person_in_charge', old.person_in_charge, 'phone', old.phone, 'status', old.status),
        json_object(
            'name', new.name, 'founded_on', new.founded_on, 'address', new.address, 'town', new.town, 'village',
            new.village, 'business_scope', new.business_scope, 'sector', new.sector, 'risk_grade', new.risk_grade,
            'level', new.level, 'canteen', new.canteen, 'license_no', new.license_no, 'licensed_on', new.licensed_on,
            'person_in_charge', new.person_in_charge, 'phone', new.phone, 'status', new.status));
END;

CREATE TRIGGER IF NOT EXISTS enterprise_is_never_deleted BEFORE DELETE ON enterprise
BEGIN SELECT RAISE(ABORT, 'enterprises are closed, never deleted'); END;

-- Search by any part of the name. A trigram index needs three characters and people type two, so names are indexed as
-- overlapping pairs: 湖州南浔 is «湖州 州南 南浔 浔», and a part of the name is a phrase of pairs.
CREATE VIRTUAL TABLE IF NOT EXISTS enterprise_search USING fts5 (
    pairs, initials, content = '', contentless_delete = 1, prefix = '1'
);

-- Numbers from 1: the places in a name at which a pair of characters begins.
CREATE TABLE IF NOT EXISTS enterprise_search_place (n INTEGER PRIMARY KEY) STRICT;

INSERT INTO enterprise_search_place (n)
WITH RECURSIVE place (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM place WHERE n < 200)
SELECT n FROM place WHERE true
ON CONFLICT (n) DO NOTHING;

-- A business can be found from the statement on that writes it.
CREATE TRIGGER IF NOT EXISTS enterprise_indexed AFTER INSERT ON enterprise
BEGIN
    INSERT INTO enterprise_search (rowid, pairs, initials) VALUES (
        new.id,
        (SELECT group_concat(substr(new.search_name, n, 2), ' ') FROM enterprise_search_place WHERE n <= length(new.search_name)),
        (SELECT group_concat(substr(new.initials, n, 2), ' ') FROM enterprise_search_place WHERE n <= length(new.initials)));
END;

-- A new name takes the place of the old one in the search.
CREATE TRIGGER IF NOT EXISTS enterprise_indexed_anew AFTER UPDATE OF name, search_name, initials ON enterprise
WHEN new.search_name IS NOT old.search_name OR new.initials IS NOT old.initials
BEGIN
    DELETE FROM enterprise_search WHERE rowid = old.id;
    INSERT INTO enterprise_search (rowid, pairs, initials) VALUES (
        new.id,
        (SELECT group_concat(substr(new.search_name, n, 2), ' ') FROM enterprise_search_place WHERE n <= length(new.search_name)),
        (SELECT group_concat(substr(new.initials, n, 2), ' ') FROM enterprise_search_place WHERE n <= length(new.initials)));
END;

-- What other functions may know of a business.
CREATE VIEW IF NOT EXISTS enterprise_ledger AS
SELECT uscc, name, town, village, sector, risk_grade, level, canteen, status, founded_on FROM enterprise;

-- A workbook that was dropped on the import page: its rows in slices, part 0 what will change. Gone after a day.
CREATE TABLE IF NOT EXISTS enterprise_import (
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
