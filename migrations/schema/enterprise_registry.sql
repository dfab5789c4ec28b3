-- What enterprise_registry has in a migrated store: each table with the rules that stand in it, its indexes and triggers, then the views that read it.
-- To be read, never run: made from the migrations by SHIAN_RENEW=1 cargo test -p store --test schema

-- Search by any part of the name. A trigram index needs three characters and people type two, so names are indexed as
-- overlapping pairs: 湖州南浔 is «湖州 州南 南浔 浔», and a part of the name is a phrase of pairs.
CREATE VIRTUAL TABLE enterprise_search USING fts5 (
    pairs, initials, content = '', contentless_delete = 1, prefix = '1'
);

-- For other functions' searches: `words` takes a MATCH by what `lists::search` makes of what was typed.
CREATE VIEW enterprise_found AS
SELECT e.uscc, e.name, e.town, e.status, s.enterprise_search AS words
FROM enterprise_search s CROSS JOIN enterprise e ON e.id = s.rowid;

-- Numbers from 1: the places in a name at which a pair of characters begins.
CREATE TABLE enterprise_search_place (n INTEGER PRIMARY KEY) STRICT;

-- 全程电子化登记平台: where the daily pull has got to.
CREATE TABLE registry_feed (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    cursor TEXT,
    -- Held by one pull at a time; a claim that a crash left behind expires.
    claimed_by TEXT,
    claimed_until TEXT
) STRICT;

INSERT INTO registry_feed (id, cursor, claimed_by, claimed_until) VALUES
    (1, NULL, NULL, NULL);

-- Each pull, page by page: a row is brought up to date with every page that went in.
CREATE TABLE registry_feed_run (
    id TEXT PRIMARY KEY,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    status TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed')),
    pages INTEGER NOT NULL DEFAULT 0,
    "rows" INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL DEFAULT 0,
    updated INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    rejected INTEGER NOT NULL DEFAULT 0,
    -- The first of the rejected records, with the reason
    flaws TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(flaws)),
    error TEXT
) STRICT, WITHOUT ROWID;

-- Changes of a business that its supervision follows (001 §三.2).
CREATE TABLE enterprise_change (
    id INTEGER PRIMARY KEY,
    uscc TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('level', 'status')),
    changed_on TEXT NOT NULL,
    was TEXT,
    became TEXT
) STRICT;

CREATE INDEX enterprise_change_uscc ON enterprise_change (what, uscc);

-- What other functions may know of the changes of a business.
CREATE VIEW enterprise_change_ledger AS
SELECT c.id, c.uscc, c.what, c.changed_on, c.was, c.became, e.name, e.town, e.level, e.status
FROM enterprise_change c JOIN enterprise e ON e.uscc = c.uscc;

-- The ledger of food businesses. It is the successor of `enterprise`, whose credit code had to be there, to have 18 places and to be
-- another for each row. Here the code is an attribute of a place of business: it may be missing, and several places may share it.
CREATE TABLE enterprise_site (
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
    changed_at TEXT NOT NULL,
    -- 主体编号. What every table keeps as `uscc` is the number of a place of business, which is never given twice: the credit code for the first
    -- site under it, the code with -2, -3… for further sites, T and nine digits for a business without a code. The code itself is an attribute:
    -- that of the number, unless this column says another.
    credit_code TEXT,
    -- 注册号: the old registration number of fifteen digits.
    old_no TEXT,
    -- 食品经营许可证编号 or 备案编号.
    food_business_no TEXT,
    -- 登记证编号 of a small workshop, eating place or food shop.
    registration_no TEXT
) STRICT;

-- The register goes by the code as long as nothing else names a place of business: then this index goes, and no table with it.
CREATE UNIQUE INDEX enterprise_site_uscc ON enterprise_site (uscc);

CREATE INDEX enterprise_site_town ON enterprise_site (town, id);

CREATE INDEX enterprise_site_license_no ON enterprise_site (license_no) WHERE license_no IS NOT NULL;

-- Nobody writes `enterprise` any more: the release before wrote its successor already, and what it wrote was carried back for the views.
-- From here on the views read the successor, under the old name, and a row is written once.
CREATE INDEX enterprise_site_prospect ON enterprise_site (town, id)
WHERE needs_license IS NOT 0 AND business_scope IS NOT NULL AND status = 'operating';

CREATE INDEX enterprise_site_in_scope ON enterprise_site (founded_on) WHERE needs_license = 1;

CREATE INDEX enterprise_site_credit_code ON enterprise_site (credit_code) WHERE credit_code IS NOT NULL;

CREATE INDEX enterprise_site_old_no ON enterprise_site (old_no) WHERE old_no IS NOT NULL;

CREATE INDEX enterprise_site_food_business_no ON enterprise_site (food_business_no) WHERE food_business_no IS NOT NULL;

CREATE INDEX enterprise_site_registration_no ON enterprise_site (registration_no) WHERE registration_no IS NOT NULL;

-- A row that names no number is looked for by its name.
CREATE INDEX enterprise_site_search_name ON enterprise_site (search_name);

-- Further sites: few among many.
CREATE INDEX enterprise_site_further ON enterprise_site (substr(uscc, 1, 18)) WHERE length(uscc) > 18;

CREATE TRIGGER enterprise_site_is_never_deleted BEFORE DELETE ON enterprise_site
BEGIN SELECT RAISE(ABORT, 'enterprises are closed, never deleted'); END;

-- Nothing of the audit is left out: the successor's triggers stand before those of the table that it replaces go. For a moment a change
-- is told twice.
CREATE TRIGGER enterprise_site_created AFTER INSERT ON enterprise_site
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'enterprise/' || coalesce(new.uscc, new.id), 'created',
        json_object(
            'name', new.name, 'founded_on', new.founded_on, 'address', new.address, 'town', new.town, 'village',
            new.village, 'business_scope', new.business_scope, 'sector', new.sector, 'risk_grade', new.risk_grade,
            'level', new.level, 'canteen', new.canteen, 'license_no', new.license_no, 'licensed_on', new.licensed_on,
            'person_in_charge', new.person_in_charge, 'phone', new.phone, 'status', new.status));
END;

-- Reading a scope again under new rules is a change only where the verdict is another.
CREATE TRIGGER enterprise_site_or_its_verdict_changed AFTER UPDATE ON enterprise_site
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

-- Another level is a change that supervision follows.
CREATE TRIGGER enterprise_site_level_changed AFTER UPDATE OF level ON enterprise_site
WHEN new.level IS NOT old.level AND new.uscc IS NOT NULL
BEGIN
    INSERT INTO enterprise_change (uscc, what, changed_on, was, became) VALUES (new.uscc, 'level', substr(new.changed_at, 1, 10), old.level, new.level);
END;

-- Another status is a change that supervision follows.
CREATE TRIGGER enterprise_site_status_changed AFTER UPDATE OF status ON enterprise_site
WHEN new.status IS NOT old.status AND new.uscc IS NOT NULL
BEGIN
    INSERT INTO enterprise_change (uscc, what, changed_on, was, became) VALUES (new.uscc, 'status', substr(new.changed_at, 1, 10), old.status, new.status);
END;

-- A new name takes the place of the old one in the search.
CREATE TRIGGER enterprise_site_indexed_anew AFTER UPDATE OF name, search_name, initials ON enterprise_site
WHEN new.search_name IS NOT old.search_name OR new.initials IS NOT old.initials
BEGIN
    DELETE FROM enterprise_search WHERE rowid = old.id;
    INSERT INTO enterprise_search (rowid, pairs, initials) VALUES (
        new.id,
        (SELECT group_concat(substr(new.search_name, n, 2), ' ') FROM enterprise_search_place WHERE n <= length(new.search_name)),
        (SELECT group_concat(substr(new.initials, n, 2), ' ') FROM enterprise_search_place WHERE n <= length(new.initials)));
END;

-- A business can be found from the statement on that writes it.
CREATE TRIGGER enterprise_site_indexed AFTER INSERT ON enterprise_site
BEGIN
    INSERT INTO enterprise_search (rowid, pairs, initials) VALUES (
        new.id,
        (SELECT group_concat(substr(new.search_name, n, 2), ' ') FROM enterprise_search_place WHERE n <= length(new.search_name)),
        (SELECT group_concat(substr(new.initials, n, 2), ' ') FROM enterprise_search_place WHERE n <= length(new.initials)));
END;

-- A place that a roster names first is there at once, to be looked at by the office.
CREATE TRIGGER enterprise_site_names_place AFTER INSERT ON enterprise_site
WHEN new.town <> '' AND (NOT EXISTS (SELECT 1 FROM place WHERE id = new.town)
    OR new.village <> '' AND NOT EXISTS (SELECT 1 FROM place WHERE id = new.town || ':' || new.village))
BEGIN
    INSERT INTO place (id, kind, name, confirmed, today, changed_by, changed_at)
    SELECT new.town, 'town', new.town, 0, new.town, new.changed_by, new.changed_at WHERE true ON CONFLICT DO NOTHING;
    INSERT INTO place (id, kind, within, name, confirmed, today, changed_by, changed_at)
    SELECT new.town || ':' || new.village, 'village', new.town, new.village, 0, new.town || ':' || new.village, new.changed_by, new.changed_at
    WHERE new.village <> '' ON CONFLICT DO NOTHING;
END;

-- The same where a business moves to a place that nobody has named.
CREATE TRIGGER enterprise_site_names_another_place AFTER UPDATE OF town, village ON enterprise_site
WHEN new.town <> '' AND (NOT EXISTS (SELECT 1 FROM place WHERE id = new.town)
    OR new.village <> '' AND NOT EXISTS (SELECT 1 FROM place WHERE id = new.town || ':' || new.village))
BEGIN
    INSERT INTO place (id, kind, name, confirmed, today, changed_by, changed_at)
    SELECT new.town, 'town', new.town, 0, new.town, new.changed_by, new.changed_at WHERE true ON CONFLICT DO NOTHING;
    INSERT INTO place (id, kind, within, name, confirmed, today, changed_by, changed_at)
    SELECT new.town || ':' || new.village, 'village', new.town, new.village, 0, new.town || ':' || new.village, new.changed_by, new.changed_at
    WHERE new.village <> '' ON CONFLICT DO NOTHING;
END;

-- The numbers besides the key stand in the audit too.
CREATE TRIGGER enterprise_site_got_numbers AFTER INSERT ON enterprise_site
WHEN coalesce(new.credit_code, new.old_no, new.food_business_no, new.registration_no) IS NOT NULL
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'enterprise/' || coalesce(new.uscc, new.id), 'created',
        json_object('credit_code', new.credit_code, 'old_no', new.old_no, 'food_business_no', new.food_business_no,
            'registration_no', new.registration_no));
END;

-- Their changes too.
CREATE TRIGGER enterprise_site_numbers_changed AFTER UPDATE OF credit_code, old_no, food_business_no, registration_no ON enterprise_site
WHEN (new.credit_code, new.old_no, new.food_business_no, new.registration_no)
    IS NOT (old.credit_code, old.old_no, old.food_business_no, old.registration_no)
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (new.changed_at, new.changed_by, 'enterprise/' || coalesce(new.uscc, new.id), 'changed',
        json_object('credit_code', old.credit_code, 'old_no', old.old_no, 'food_business_no', old.food_business_no,
            'registration_no', old.registration_no),
        json_object('credit_code', new.credit_code, 'old_no', new.old_no, 'food_business_no', new.food_business_no,
            'registration_no', new.registration_no));
END;

-- What other functions may know of a business.
CREATE VIEW enterprise_ledger AS
SELECT uscc, name, town, village, sector, risk_grade, level, canteen, status, founded_on FROM enterprise;

-- What license-outreach may know of a business.
CREATE VIEW enterprise_licensing AS
SELECT id, uscc, name, town, village, address, founded_on, sector, status, business_scope, needs_license, scope_reading,
    license_no, licensed_on, person_in_charge, phone
FROM enterprise;

-- The ledger with the number that lists go by.
CREATE VIEW supervised_enterprise AS
SELECT id AS ledger_id, uscc, name, town, village, address, sector, risk_grade, level, canteen, founded_on, phone
FROM enterprise WHERE status = 'operating';

-- What is never said in public (design: trust): read only to keep it out of what is about to be published.
CREATE VIEW enterprise_personal AS
SELECT uscc, name, person_in_charge, phone, address FROM enterprise;

-- The name under which the views of other functions read the ledger.
CREATE VIEW enterprise AS
SELECT id, uscc, name, founded_on, address, town, village, business_scope, sector, risk_grade, level, canteen, license_no, licensed_on,
    person_in_charge, phone, status, search_name, initials, version, changed_by, changed_at, needs_license, scope_reading, scope_rules, search_rules
FROM enterprise_site;

-- Each site with its credit code; null where it has none.
CREATE VIEW enterprise_code AS
SELECT e.uscc AS enterprise_no, coalesce(e.credit_code, iif(e.uscc GLOB 'T*', NULL, substr(e.uscc, 1, 18))) AS code, e.name, e.address, e.town
FROM enterprise_site e;

-- Further sites, by the code that they share with the first.
CREATE VIEW enterprise_further AS
SELECT substr(e.uscc, 1, 18) AS code, e.uscc AS enterprise_no FROM enterprise_site e WHERE length(e.uscc) > 18;

-- Credit codes of businesses that have another number, for they got the code later.
CREATE VIEW enterprise_of_code AS
SELECT e.credit_code AS code, e.uscc AS enterprise_no FROM enterprise_site e WHERE e.credit_code IS NOT NULL;

-- The numbers under which a business can be found, to be asked for by their beginning.
CREATE VIEW enterprise_known_by AS
SELECT e.uscc, e.uscc AS code FROM enterprise_site e
UNION ALL
SELECT e.uscc, e.license_no FROM enterprise_site e WHERE e.license_no IS NOT NULL
UNION ALL
SELECT e.uscc, e.credit_code FROM enterprise_site e WHERE e.credit_code IS NOT NULL
UNION ALL
SELECT e.uscc, e.old_no FROM enterprise_site e WHERE e.old_no IS NOT NULL
UNION ALL
SELECT e.uscc, e.food_business_no FROM enterprise_site e WHERE e.food_business_no IS NOT NULL
UNION ALL
SELECT e.uscc, e.registration_no FROM enterprise_site e WHERE e.registration_no IS NOT NULL;

-- The last number that was given: of a credit code its last site, of T the last business without a code. Counting is one statement, so that
-- two imports at once give no number twice.
CREATE TABLE enterprise_numbering (
    prefix TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Which number was given to what a row said of itself: the same row in two imports at once, or in one that waits for its confirmation, is
-- given one number.
CREATE TABLE enterprise_reserved (
    mark TEXT PRIMARY KEY,
    enterprise_no TEXT NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;

-- A row of a roster that only a person can place, for it has a name and a town alone. It waits here until somebody says which business it
-- is; the next roster with the same name and town goes by what was said.
CREATE TABLE enterprise_unplaced (
    id INTEGER PRIMARY KEY,
    -- The name as people would compare it, and the town as tables keep it; empty where there is none
    search_name TEXT NOT NULL,
    town TEXT NOT NULL,
    -- The address as people would compare it; empty where the row has none
    address TEXT NOT NULL,
    -- The row as a document of the register
    record TEXT NOT NULL CHECK (json_valid(record)),
    -- Which business it was said to be
    enterprise_no TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    UNIQUE (search_name, town, address)
) STRICT;

CREATE TRIGGER enterprise_unplaced_created AFTER INSERT ON enterprise_unplaced
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'enterprise_unplaced' || '/' || new.id, 'created', json_object('search_name', new.search_name, 'town', new.town, 'address', new.address, 'enterprise_no', new.enterprise_no));
END;

CREATE TRIGGER enterprise_unplaced_changed AFTER UPDATE ON enterprise_unplaced
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (new.changed_at, new.changed_by, 'enterprise_unplaced' || '/' || new.id, 'changed', json_object('search_name', old.search_name, 'town', old.town, 'address', old.address, 'enterprise_no', old.enterprise_no), json_object('search_name', new.search_name, 'town', new.town, 'address', new.address, 'enterprise_no', new.enterprise_no));
END;

CREATE TRIGGER enterprise_unplaced_is_never_deleted BEFORE DELETE ON enterprise_unplaced
BEGIN SELECT RAISE(ABORT, 'a record of enterprise_unplaced is taken back, never deleted'); END;
