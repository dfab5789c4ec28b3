-- The ledger of food businesses. It is the successor of `enterprise`, whose credit code had to be there, to have 18 places and to be
-- another for each row. Here the code is an attribute of a place of business: it may be missing, and several places may share it.
CREATE TABLE IF NOT EXISTS enterprise_site (
    id INTEGER PRIMARY KEY,
    uscc TEXT,
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
    -- The name as people would compare it, and the initials of its pinyin; which version of the folding (`domain::search`) made them,
    -- none before there were versions
    search_name TEXT NOT NULL,
    initials TEXT NOT NULL,
    search_rules INTEGER,
    -- What the business scope says, read when the row is written: 1 needs a food production licence, 0 does not, null is unclear
    -- (or there is no scope). `scope_rules` is the version of the rules that read it.
    needs_license INTEGER CHECK (needs_license IN (0, 1)),
    scope_reading TEXT CHECK (scope_reading IS NULL OR json_valid(scope_reading)),
    scope_rules INTEGER,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

-- The register goes by the code as long as nothing else names a place of business: then this index goes, and no table with it.
CREATE UNIQUE INDEX IF NOT EXISTS enterprise_site_uscc ON enterprise_site (uscc);

CREATE INDEX IF NOT EXISTS enterprise_site_town ON enterprise_site (town, id);

CREATE INDEX IF NOT EXISTS enterprise_site_license_no ON enterprise_site (license_no) WHERE license_no IS NOT NULL;

CREATE TRIGGER IF NOT EXISTS enterprise_site_is_never_deleted BEFORE DELETE ON enterprise_site
BEGIN SELECT RAISE(ABORT, 'enterprises are closed, never deleted'); END;

-- What an instance of the release before writes is carried over by the statement that writes it. A row that the successor has under the
-- same number for another business stops that statement: nothing is lost unsaid.
CREATE TRIGGER IF NOT EXISTS enterprise_carried_over AFTER INSERT ON enterprise
WHEN NOT EXISTS (SELECT 1 FROM enterprise_site s WHERE s.id = new.id AND s.uscc = new.uscc)
BEGIN
    INSERT INTO enterprise_site (
    id, uscc, name, founded_on, address, town, village, business_scope, sector, risk_grade, level, canteen, license_no,
    licensed_on, person_in_charge, phone, status, search_name, initials, version, changed_by, changed_at, needs_license,
    scope_reading, scope_rules, search_rules)
    VALUES (
    new.id, new.uscc, new.name, new.founded_on, new.address, new.town, new.village, new.business_scope, new.sector,
    new.risk_grade, new.level, new.canteen, new.license_no, new.licensed_on, new.person_in_charge, new.phone,
    new.status, new.search_name, new.initials, new.version, new.changed_by, new.changed_at, new.needs_license,
    new.scope_reading, new.scope_rules, new.search_rules);
END;

-- A change is carried over where the successor says something else: what has come from there stops here.
CREATE TRIGGER IF NOT EXISTS enterprise_change_carried_over AFTER UPDATE ON enterprise
BEGIN
    UPDATE enterprise_site SET
        uscc = new.uscc, name = new.name, founded_on = new.founded_on, address = new.address, town = new.town, village =
        new.village, business_scope = new.business_scope, sector = new.sector, risk_grade = new.risk_grade, level =
        new.level, canteen = new.canteen, license_no = new.license_no, licensed_on = new.licensed_on, person_in_charge =
        new.person_in_charge, phone = new.phone, status = new.status, search_name = new.search_name, initials =
        new.initials, version = new.version, changed_by = new.changed_by, changed_at = new.changed_at, needs_license =
        new.needs_license, scope_reading = new.scope_reading, scope_rules = new.scope_rules, search_rules =
        new.search_rules
    WHERE id = new.id
        AND (uscc, name, founded_on, address, town, village, business_scope, sector, risk_grade, level, canteen,
          license_no, licensed_on, person_in_charge, phone, status, search_name, initials, version, changed_by,
          changed_at, needs_license, scope_reading, scope_rules, search_rules)
        IS NOT (new.uscc, new.name, new.founded_on, new.address, new.town, new.village, new.business_scope, new.sector,
          new.risk_grade, new.level, new.canteen, new.license_no, new.licensed_on, new.person_in_charge, new.phone,
          new.status, new.search_name, new.initials, new.version, new.changed_by, new.changed_at, new.needs_license,
          new.scope_reading, new.scope_rules, new.search_rules);
END;

-- The rest, in slices by key: no statement holds the writer for long. What was carried over meanwhile stays.
INSERT INTO enterprise_site (
    id, uscc, name, founded_on, address, town, village, business_scope, sector, risk_grade, level, canteen, license_no,
    licensed_on, person_in_charge, phone, status, search_name, initials, version, changed_by, changed_at, needs_license,
    scope_reading, scope_rules, search_rules)
SELECT
    id, uscc, name, founded_on, address, town, village, business_scope, sector, risk_grade, level, canteen, license_no,
    licensed_on, person_in_charge, phone, status, search_name, initials, version, changed_by, changed_at, needs_license,
    scope_reading, scope_rules, search_rules
FROM enterprise WHERE id BETWEEN 1 AND 20000
ON CONFLICT (id) DO NOTHING;

INSERT INTO enterprise_site (
    id, uscc, name, founded_on, address, town, village, business_scope, sector, risk_grade, level, canteen, license_no,
    licensed_on, person_in_charge, phone, status, search_name, initials, version, changed_by, changed_at, needs_license,
    scope_reading, scope_rules, search_rules)
SELECT
    id, uscc, name, founded_on, address, town, village, business_scope, sector, risk_grade, level, canteen, license_no,
    licensed_on, person_in_charge, phone, status, search_name, initials, version, changed_by, changed_at, needs_license,
    scope_reading, scope_rules, search_rules
FROM enterprise WHERE id BETWEEN 20001 AND 40000
ON CONFLICT (id) DO NOTHING;

INSERT INTO enterprise_site (
    id, uscc, name, founded_on, address, town, village, business_scope, sector, risk_grade, level, canteen, license_no,
    licensed_on, person_in_charge, phone, status, search_name, initials, version, changed_by, changed_at, needs_license,
    scope_reading, scope_rules, search_rules)
SELECT
    id, uscc, name, founded_on, address, town, village, business_scope, sector, risk_grade, level, canteen, license_no,
    licensed_on, person_in_charge, phone, status, search_name, initials, version, changed_by, changed_at, needs_license,
    scope_reading, scope_rules, search_rules
FROM enterprise WHERE id BETWEEN 40001 AND 60000
ON CONFLICT (id) DO NOTHING;

INSERT INTO enterprise_site (
    id, uscc, name, founded_on, address, town, village, business_scope, sector, risk_grade, level, canteen, license_no,
    licensed_on, person_in_charge, phone, status, search_name, initials, version, changed_by, changed_at, needs_license,
    scope_reading, scope_rules, search_rules)
SELECT
    id, uscc, name, founded_on, address, town, village, business_scope, sector, risk_grade, level, canteen, license_no,
    licensed_on, person_in_charge, phone, status, search_name, initials, version, changed_by, changed_at, needs_license,
    scope_reading, scope_rules, search_rules
FROM enterprise WHERE id BETWEEN 60001 AND 80000
ON CONFLICT (id) DO NOTHING;

INSERT INTO enterprise_site (
    id, uscc, name, founded_on, address, town, village, business_scope, sector, risk_grade, level, canteen, license_no,
    licensed_on, person_in_charge, phone, status, search_name, initials, version, changed_by, changed_at, needs_license,
    scope_reading, scope_rules, search_rules)
SELECT
    id, uscc, name, founded_on, address, town, village, business_scope, sector, risk_grade, level, canteen, license_no,
    licensed_on, person_in_charge, phone, status, search_name, initials, version, changed_by, changed_at, needs_license,
    scope_reading, scope_rules, search_rules
FROM enterprise WHERE id BETWEEN 80001 AND 100000
ON CONFLICT (id) DO NOTHING;

INSERT INTO enterprise_site (
    id, uscc, name, founded_on, address, town, village, business_scope, sector, risk_grade, level, canteen, license_no,
    licensed_on, person_in_charge, phone, status, search_name, initials, version, changed_by, changed_at, needs_license,
    scope_reading, scope_rules, search_rules)
SELECT
    id, uscc, name, founded_on, address, town, village, business_scope, sector, risk_grade, level, canteen, license_no,
    licensed_on, person_in_charge, phone, status, search_name, initials, version, changed_by, changed_at, needs_license,
    scope_reading, scope_rules, search_rules
FROM enterprise WHERE id > 100000
ON CONFLICT (id) DO NOTHING;

-- Nothing of the audit is left out: the successor's triggers stand before those of the table that it replaces go. For a moment a change
-- is told twice.
CREATE TRIGGER IF NOT EXISTS enterprise_site_created AFTER INSERT ON enterprise_site
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'enterprise/' || coalesce(new.uscc, new.id), 'created',
        json_object(
            'name', new.name, 'founded_on', new.founded_on, 'address', new.address, 'town', new.town, 'village',
            new.village, 'business_scope', new.business_scope, 'sector', new.sector, 'risk_grade', new.risk_grade,
            'level', new.level, 'canteen', new.canteen, 'license_no', new.license_no, 'licensed_on', new.licensed_on,
            'person_in_charge', new.person_in_charge, 'phone', new.phone, 'status', new.status));
END;

DROP TRIGGER IF EXISTS enterprise_created;

-- Reading a scope again under new rules is a change only where the verdict is another.
CREATE TRIGGER IF NOT EXISTS enterprise_site_or_its_verdict_changed AFTER UPDATE ON enterprise_site
WHEN new.version <> old.version OR new.needs_license IS NOT old.needs_license
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'enterprise/' || coalesce(new.uscc, new.id), 'changed',
        json_object(
            'name', old.name, 'founded_on', old.founded_on, 'address', old.address, 'town', old.town, 'village',
            old.village, 'business_scope', old.business_scope, 'needs_license', old.needs_license, 'sector', old.sector,
            'risk_grade', old.risk_grade, 'level', old.level, 'canteen', old.canteen, 'license_no', old.license_no,
            'licensed_on', old.licensed_on, 'person_in_charge', old.person_in_charge, 'phone', old.phone, 'status',
            old.status),
        json_object(
            'name', new.name, 'founded_on', new.founded_on, 'address', new.address, 'town', new.town, 'village',
            new.village, 'business_scope', new.business_scope, 'needs_license', new.needs_license, 'sector', new.sector,
            'risk_grade', new.risk_grade, 'level', new.level, 'canteen', new.canteen, 'license_no', new.license_no,
            'licensed_on', new.licensed_on, 'person_in_charge', new.person_in_charge, 'phone', new.phone, 'status',
            new.status));
END;

DROP TRIGGER IF EXISTS enterprise_or_its_verdict_changed;

-- Another level is a change that supervision follows.
CREATE TRIGGER IF NOT EXISTS enterprise_site_level_changed AFTER UPDATE OF level ON enterprise_site
WHEN new.level IS NOT old.level AND new.uscc IS NOT NULL
BEGIN
    INSERT INTO enterprise_change (uscc, what, changed_on, was, became) VALUES (new.uscc, 'level', substr(new.changed_at, 1, 10), old.level, new.level);
END;

DROP TRIGGER IF EXISTS enterprise_level_changed;

-- Another status is a change that supervision follows.
CREATE TRIGGER IF NOT EXISTS enterprise_site_status_changed AFTER UPDATE OF status ON enterprise_site
WHEN new.status IS NOT old.status AND new.uscc IS NOT NULL
BEGIN
    INSERT INTO enterprise_change (uscc, what, changed_on, was, became) VALUES (new.uscc, 'status', substr(new.changed_at, 1, 10), old.status, new.status);
END;

DROP TRIGGER IF EXISTS enterprise_status_changed;

-- A new name takes the place of the old one in the search.
CREATE TRIGGER IF NOT EXISTS enterprise_site_indexed_anew AFTER UPDATE OF name, search_name, initials ON enterprise_site
WHEN new.search_name IS NOT old.search_name OR new.initials IS NOT old.initials
BEGIN
    DELETE FROM enterprise_search WHERE rowid = old.id;
    INSERT INTO enterprise_search (rowid, pairs, initials) VALUES (
        new.id,
        (SELECT group_concat(substr(new.search_name, n, 2), ' ') FROM enterprise_search_place WHERE n <= length(new.search_name)),
        (SELECT group_concat(substr(new.initials, n, 2), ' ') FROM enterprise_search_place WHERE n <= length(new.initials)));
END;

DROP TRIGGER IF EXISTS enterprise_indexed_anew;

-- The search takes a row once, so that here the old trigger goes first; what is written in between is made up for below.
DROP TRIGGER IF EXISTS enterprise_indexed;

-- A business can be found from the statement on that writes it.
CREATE TRIGGER IF NOT EXISTS enterprise_site_indexed AFTER INSERT ON enterprise_site
BEGIN
    INSERT INTO enterprise_search (rowid, pairs, initials) VALUES (
        new.id,
        (SELECT group_concat(substr(new.search_name, n, 2), ' ') FROM enterprise_search_place WHERE n <= length(new.search_name)),
        (SELECT group_concat(substr(new.initials, n, 2), ' ') FROM enterprise_search_place WHERE n <= length(new.initials)));
END;

INSERT INTO enterprise_search (rowid, pairs, initials)
SELECT
        s.id,
        (SELECT group_concat(substr(s.search_name, n, 2), ' ') FROM enterprise_search_place WHERE n <= length(s.search_name)),
        (SELECT group_concat(substr(s.initials, n, 2), ' ') FROM enterprise_search_place WHERE n <= length(s.initials))
FROM enterprise_site s WHERE s.id NOT IN (SELECT rowid FROM enterprise_search);

-- Until no instance of the release before runs, `enterprise` says the same: other functions' views read it. What it cannot hold stays
-- out of it. These two stand last: from here on the program writes the successor.
CREATE TRIGGER IF NOT EXISTS enterprise_site_carried_back AFTER INSERT ON enterprise_site
WHEN length(new.uscc) = 18 AND NOT EXISTS (SELECT 1 FROM enterprise e WHERE e.id = new.id)
BEGIN
    INSERT INTO enterprise (
    id, uscc, name, founded_on, address, town, village, business_scope, sector, risk_grade, level, canteen, license_no,
    licensed_on, person_in_charge, phone, status, search_name, initials, version, changed_by, changed_at, needs_license,
    scope_reading, scope_rules, search_rules)
    VALUES (
    new.id, new.uscc, new.name, new.founded_on, new.address, new.town, new.village, new.business_scope, new.sector,
    new.risk_grade, new.level, new.canteen, new.license_no, new.licensed_on, new.person_in_charge, new.phone,
    new.status, new.search_name, new.initials, new.version, new.changed_by, new.changed_at, new.needs_license,
    new.scope_reading, new.scope_rules, new.search_rules);
END;

-- A change is carried back where `enterprise` says something else.
CREATE TRIGGER IF NOT EXISTS enterprise_site_change_carried_back AFTER UPDATE ON enterprise_site WHEN length(new.uscc) = 18
BEGIN
    UPDATE enterprise SET
        uscc = new.uscc, name = new.name, founded_on = new.founded_on, address = new.address, town = new.town, village =
        new.village, business_scope = new.business_scope, sector = new.sector, risk_grade = new.risk_grade, level =
        new.level, canteen = new.canteen, license_no = new.license_no, licensed_on = new.licensed_on, person_in_charge =
        new.person_in_charge, phone = new.phone, status = new.status, search_name = new.search_name, initials =
        new.initials, version = new.version, changed_by = new.changed_by, changed_at = new.changed_at, needs_license =
        new.needs_license, scope_reading = new.scope_reading, scope_rules = new.scope_rules, search_rules =
        new.search_rules
    WHERE id = new.id
        AND (uscc, name, founded_on, address, town, village, business_scope, sector, risk_grade, level, canteen,
          license_no, licensed_on, person_in_charge, phone, status, search_name, initials, version, changed_by,
          changed_at, needs_license, scope_reading, scope_rules, search_rules)
        IS NOT (new.uscc, new.name, new.founded_on, new.address, new.town, new.village, new.business_scope, new.sector,
          new.risk_grade, new.level, new.canteen, new.license_no, new.licensed_on, new.person_in_charge, new.phone,
          new.status, new.search_name, new.initials, new.version, new.changed_by, new.changed_at, new.needs_license,
          new.scope_reading, new.scope_rules, new.search_rules);
END;
