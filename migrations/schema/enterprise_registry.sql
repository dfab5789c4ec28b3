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
    registration_no TEXT,
    -- The number of the place of business that this one turned out to be; kept by the triggers of `enterprise_succession` alone.
    merged_into TEXT,
    -- By what the ledger is sorted by name: a text that stands for the name's place in the order of pinyin (`enterprise-registry`, name_order.rs),
    -- and which version of that order made it. Empty where nobody has made it yet: a row that a release before wrote, or that is older than the
    -- column. The run of every morning makes it for those, some hundreds at a time.
    name_key TEXT NOT NULL DEFAULT '',
    name_order INTEGER
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

CREATE INDEX enterprise_site_merged_into ON enterprise_site (merged_into) WHERE merged_into IS NOT NULL;

-- The rows that have no key of the order that holds are found without reading the others.
CREATE INDEX enterprise_site_name_order ON enterprise_site (name_order, id);

-- The ledger sorted by name, with all that it can be narrowed to, so that a page deep in it is found in the index alone.
CREATE INDEX enterprise_site_by_name ON enterprise_site (name_key, id, town, sector, level, status) WHERE merged_into IS NULL;

-- The same of one town.
CREATE INDEX enterprise_site_of_town_by_name ON enterprise_site (town, name_key, id, sector, level, status, risk_grade) WHERE merged_into IS NULL;

-- The other columns by which it is narrowed or sorted.
CREATE INDEX enterprise_site_by_sector ON enterprise_site (sector, id, level, status, town) WHERE merged_into IS NULL;

CREATE INDEX enterprise_site_by_level ON enterprise_site (level, id, sector, status, town) WHERE merged_into IS NULL;

CREATE INDEX enterprise_site_by_status ON enterprise_site (status, id, sector, level, town) WHERE merged_into IS NULL;

CREATE INDEX enterprise_site_by_risk_grade ON enterprise_site (risk_grade, id, sector, level, status, town) WHERE merged_into IS NULL;

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

-- A new name takes the place of the old one in the search, and the old one stays there as a former name. What is merged is not in the
-- search by itself.
CREATE TRIGGER enterprise_site_found_anew AFTER UPDATE OF name, search_name, initials, merged_into ON enterprise_site
WHEN new.search_name IS NOT old.search_name OR new.initials IS NOT old.initials OR new.merged_into IS NOT old.merged_into
BEGIN
    INSERT INTO enterprise_other_name (uscc, name, kind, until, search_name, initials, search_rules, changed_by, changed_at)
    SELECT new.uscc, old.name, 'former', substr(new.changed_at, 1, 10), old.search_name, old.initials, old.search_rules, new.changed_by, new.changed_at
    WHERE new.uscc IS NOT NULL AND new.name <> old.name AND new.search_name <> old.search_name
    ON CONFLICT (uscc, name) DO UPDATE SET kind = 'former', until = excluded.until, revoked_on = NULL, version = version + 1,
        changed_by = excluded.changed_by, changed_at = excluded.changed_at;
    DELETE FROM enterprise_search WHERE rowid = old.id;
    INSERT INTO enterprise_search (rowid, pairs, initials)
    SELECT e.id,
        (SELECT group_concat(substr(s.search_name, p.n, 2), ' ') FROM (SELECT e.search_name AS search_name UNION ALL
            SELECT o.search_name FROM enterprise_other_name o WHERE o.uscc = e.uscc AND o.revoked_on IS NULL) s
            CROSS JOIN enterprise_search_place p ON p.n <= length(s.search_name)),
        (SELECT group_concat(substr(i.initials, q.n, 2), ' ') FROM (SELECT e.initials AS initials UNION ALL
            SELECT o.initials FROM enterprise_other_name o WHERE o.uscc = e.uscc AND o.revoked_on IS NULL) i
            CROSS JOIN enterprise_search_place q ON q.n <= length(i.initials))
    FROM enterprise_site e WHERE e.id = new.id AND e.merged_into IS NULL;
END;

-- What a roster of businesses says of permits stands in the register too.
CREATE TRIGGER enterprise_site_has_permits AFTER INSERT ON enterprise_site
WHEN coalesce(new.license_no, new.food_business_no, new.registration_no) IS NOT NULL AND new.uscc IS NOT NULL
BEGIN
    INSERT INTO enterprise_permit (number, uscc, kind, valid_from, source, changed_by, changed_at)
    SELECT * FROM (SELECT new.license_no AS number, new.uscc, 'production_license', new.licensed_on, 'ledger', new.changed_by, new.changed_at
        UNION ALL SELECT new.food_business_no, new.uscc, iif(new.food_business_no GLOB 'YB*', 'filing', 'business_license'), NULL, 'ledger', new.changed_by, new.changed_at
        UNION ALL SELECT new.registration_no, new.uscc, 'registration', NULL, 'ledger', new.changed_by, new.changed_at) said
    WHERE said.number GLOB '*[0-9]*'
    ON CONFLICT DO NOTHING;
END;

-- A number that takes the place of another stands beside it.
CREATE TRIGGER enterprise_site_has_other_permits AFTER UPDATE OF license_no, licensed_on, food_business_no, registration_no ON enterprise_site
WHEN (new.license_no, new.licensed_on, new.food_business_no, new.registration_no)
    IS NOT (old.license_no, old.licensed_on, old.food_business_no, old.registration_no) AND new.uscc IS NOT NULL
BEGIN
    INSERT INTO enterprise_permit (number, uscc, kind, valid_from, source, changed_by, changed_at)
    SELECT * FROM (SELECT new.license_no AS number, new.uscc, 'production_license',
            iif(new.licensed_on IS old.licensed_on AND new.license_no IS NOT old.license_no, NULL, new.licensed_on), 'ledger', new.changed_by, new.changed_at
        UNION ALL SELECT new.food_business_no, new.uscc, iif(new.food_business_no GLOB 'YB*', 'filing', 'business_license'), NULL, 'ledger', new.changed_by, new.changed_at
        UNION ALL SELECT new.registration_no, new.uscc, 'registration', NULL, 'ledger', new.changed_by, new.changed_at) said
    WHERE said.number GLOB '*[0-9]*'
    ON CONFLICT (number, uscc) DO UPDATE SET valid_from = excluded.valid_from, version = version + 1,
        changed_by = excluded.changed_by, changed_at = excluded.changed_at
    WHERE excluded.valid_from IS NOT NULL AND source = 'ledger' AND valid_from IS NOT excluded.valid_from;
END;

-- A business changes while a period is being closed.
CREATE TRIGGER enterprise_changes_while_closing BEFORE UPDATE OF uscc, name, town, village, level, sector, risk_grade, canteen, founded_on, status, merged_into
ON enterprise_site WHEN EXISTS (SELECT 1 FROM period_close WHERE finished_at IS NULL)
BEGIN
    INSERT INTO closing_kept (period, uscc) SELECT c.period, old.uscc FROM period_close c WHERE c.finished_at IS NULL AND old.uscc IS NOT NULL
    ON CONFLICT (period, uscc) DO NOTHING;
END;

-- A name that is changed without its key is sorted among those that have none, until its key is made: a release before knows of no key.
CREATE TRIGGER enterprise_site_name_without_key AFTER UPDATE OF name ON enterprise_site
WHEN new.name <> old.name AND new.name_key = old.name_key AND new.name_key <> ''
BEGIN
    UPDATE enterprise_site SET name_key = '', name_order = NULL WHERE id = new.id;
END;

-- What other functions may know of a business.
CREATE VIEW enterprise_ledger AS
SELECT uscc, name, town, village, sector, risk_grade, level, canteen, status, founded_on FROM enterprise;

-- What license-outreach may know of a business.
CREATE VIEW enterprise_licensing AS
SELECT id, uscc, name, town, village, address, founded_on, sector, status, business_scope, needs_license, scope_reading,
    license_no, licensed_on, person_in_charge, phone
FROM enterprise;

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

-- The places of business that turned out to be another one, and which.
CREATE VIEW enterprise_merged AS
SELECT e.uscc, e.merged_into AS today, e.name FROM enterprise_site e WHERE e.merged_into IS NOT NULL;

-- The numbers under which a business can be found, to be asked for by their beginning; those of one that was merged lead to the other.
CREATE VIEW enterprise_of_number AS
SELECT coalesce(e.merged_into, e.uscc) AS uscc, e.uscc AS code FROM enterprise_site e
UNION ALL
SELECT coalesce(e.merged_into, e.uscc), e.credit_code FROM enterprise_site e WHERE e.credit_code IS NOT NULL
UNION ALL
SELECT coalesce(e.merged_into, e.uscc), e.old_no FROM enterprise_site e WHERE e.old_no IS NOT NULL
UNION ALL
SELECT coalesce(e.merged_into, p.uscc), p.number FROM enterprise_permit p LEFT JOIN enterprise_site e ON e.uscc = p.uscc WHERE p.revoked_on IS NULL;

-- The ledger as it is today: one that was merged into another has the status `merged`.
CREATE VIEW enterprise_today AS
SELECT e.uscc, e.name, e.town, e.village, e.sector, e.risk_grade, e.level, e.canteen, iif(e.merged_into IS NULL, e.status, 'merged') AS status, e.founded_on
FROM enterprise_site e;

-- The businesses in business, with the number that lists go by.
CREATE VIEW enterprise_in_business AS
SELECT id AS ledger_id, uscc, name, town, village, address, sector, risk_grade, level, canteen, founded_on, phone
FROM enterprise_site WHERE status = 'operating' AND merged_into IS NULL;

-- Who needs a licence or may (view `outreach_prospect`), without those that were merged into another.
CREATE VIEW prospect_today AS
SELECT p.* FROM outreach_prospect p WHERE p.uscc NOT IN (SELECT m.uscc FROM enterprise_merged m);

-- Everybody who needs a licence (view `outreach_in_scope`), without those that were merged into another.
CREATE VIEW in_scope_today AS
SELECT s.* FROM outreach_in_scope s WHERE s.uscc NOT IN (SELECT m.uscc FROM enterprise_merged m);

-- What is kept under the number of a business, by kind: a row of the ledger is merged into another only where nothing is.
CREATE VIEW enterprise_record AS
SELECT uscc, 'visit' AS kind FROM visit
UNION ALL SELECT uscc, 'assignment' FROM assignment
UNION ALL SELECT uscc, 'fact' FROM sample
UNION ALL SELECT uscc, 'fact' FROM penalty
UNION ALL SELECT uscc, 'fact' FROM inspection
UNION ALL SELECT uscc, 'fact' FROM honour
UNION ALL SELECT uscc, 'fact' FROM accident
UNION ALL SELECT uscc, 'fact' FROM officer
UNION ALL SELECT uscc, 'complaint' FROM complaint WHERE uscc IS NOT NULL AND NOT insider
UNION ALL SELECT uscc, 'list' FROM list_case
UNION ALL SELECT uscc, 'list' FROM key_help
UNION ALL SELECT uscc, 'license' FROM license
UNION ALL SELECT uscc, 'license' FROM license_application
UNION ALL SELECT uscc, 'license' FROM outreach_case
UNION ALL SELECT uscc, 'license' FROM producer_training
UNION ALL SELECT uscc, 'license' FROM limited_matter
UNION ALL SELECT e.uscc, 'license' FROM enterprise_site e WHERE e.license_no IS NOT NULL
UNION ALL SELECT uscc, 'problem' FROM problem WHERE uscc IS NOT NULL
UNION ALL SELECT uscc, 'suspension' FROM enterprise_suspension WHERE revoked_on IS NULL;

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
    -- When a person said that a row of a roster is not wanted; the same row waits again once a roster has it again.
    discarded_at TEXT,
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

-- 曾用名和别名: under what other names a place of business is known. The search finds it by each of them.
CREATE TABLE enterprise_other_name (
    uscc TEXT NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    -- `former`, `alias`, or `merged`: the name of a place of business that turned out to be the same
    kind TEXT NOT NULL DEFAULT 'alias',
    -- The last day of a former name
    until TEXT,
    -- The name as people would compare it, the initials of its pinyin, and which version of the folding made them
    search_name TEXT NOT NULL,
    initials TEXT NOT NULL,
    search_rules INTEGER,
    -- A name that was entered wrongly is found no more
    revoked_on TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (uscc, name)
) STRICT;

-- Rows of a roster that name no number are looked for by the whole name.
CREATE INDEX enterprise_other_name_search_name ON enterprise_other_name (search_name);

CREATE TRIGGER enterprise_other_name_is_never_deleted BEFORE DELETE ON enterprise_other_name
BEGIN SELECT RAISE(ABORT, 'a name is taken back, never deleted'); END;

CREATE TRIGGER enterprise_other_name_created AFTER INSERT ON enterprise_other_name
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'enterprise-name' || '/' || new.uscc || '/' || new.name, 'created', json_object('kind', new.kind, 'until', new.until, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER enterprise_other_name_changed AFTER UPDATE ON enterprise_other_name
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (new.changed_at, new.changed_by, 'enterprise-name' || '/' || new.uscc || '/' || new.name, 'changed', json_object('kind', old.kind, 'until', old.until, 'revoked_on', old.revoked_on), json_object('kind', new.kind, 'until', new.until, 'revoked_on', new.revoked_on));
END;

-- A place of business is found by another name from the statement on that says it.
CREATE TRIGGER enterprise_other_name_found AFTER INSERT ON enterprise_other_name WHEN new.revoked_on IS NULL
BEGIN
    DELETE FROM enterprise_search WHERE rowid = (SELECT e.id FROM enterprise_site e WHERE e.uscc = new.uscc);
    INSERT INTO enterprise_search (rowid, pairs, initials)
    SELECT e.id,
        (SELECT group_concat(substr(s.search_name, p.n, 2), ' ') FROM (SELECT e.search_name AS search_name UNION ALL
            SELECT o.search_name FROM enterprise_other_name o WHERE o.uscc = e.uscc AND o.revoked_on IS NULL) s
            CROSS JOIN enterprise_search_place p ON p.n <= length(s.search_name)),
        (SELECT group_concat(substr(i.initials, q.n, 2), ' ') FROM (SELECT e.initials AS initials UNION ALL
            SELECT o.initials FROM enterprise_other_name o WHERE o.uscc = e.uscc AND o.revoked_on IS NULL) i
            CROSS JOIN enterprise_search_place q ON q.n <= length(i.initials))
    FROM enterprise_site e WHERE e.uscc = new.uscc AND e.merged_into IS NULL;
END;

-- And no more by one that is taken back.
CREATE TRIGGER enterprise_other_name_found_anew AFTER UPDATE OF search_name, initials, revoked_on ON enterprise_other_name
WHEN (new.search_name, new.initials, new.revoked_on) IS NOT (old.search_name, old.initials, old.revoked_on)
BEGIN
    DELETE FROM enterprise_search WHERE rowid = (SELECT e.id FROM enterprise_site e WHERE e.uscc = new.uscc);
    INSERT INTO enterprise_search (rowid, pairs, initials)
    SELECT e.id,
        (SELECT group_concat(substr(s.search_name, p.n, 2), ' ') FROM (SELECT e.search_name AS search_name UNION ALL
            SELECT o.search_name FROM enterprise_other_name o WHERE o.uscc = e.uscc AND o.revoked_on IS NULL) s
            CROSS JOIN enterprise_search_place p ON p.n <= length(s.search_name)),
        (SELECT group_concat(substr(i.initials, q.n, 2), ' ') FROM (SELECT e.initials AS initials UNION ALL
            SELECT o.initials FROM enterprise_other_name o WHERE o.uscc = e.uscc AND o.revoked_on IS NULL) i
            CROSS JOIN enterprise_search_place q ON q.n <= length(i.initials))
    FROM enterprise_site e WHERE e.uscc = new.uscc AND e.merged_into IS NULL;
END;

-- Two rows of the ledger that turned out to be one place of business: the old number leads to the new one from then on. Only a row under which
-- nothing is kept can be merged (view `enterprise_record`), so that nobody's rows are rewritten and ending the succession undoes it.
CREATE TABLE enterprise_succession (
    id INTEGER PRIMARY KEY,
    old TEXT NOT NULL,
    new TEXT NOT NULL CHECK (new <> old),
    -- Why they are one
    note TEXT NOT NULL DEFAULT '',
    ended_at TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX enterprise_succession_old ON enterprise_succession (old) WHERE ended_at IS NULL;

CREATE INDEX enterprise_succession_new ON enterprise_succession (new) WHERE ended_at IS NULL;

CREATE TRIGGER enterprise_succession_is_never_deleted BEFORE DELETE ON enterprise_succession
BEGIN SELECT RAISE(ABORT, 'a succession is ended, never deleted'); END;

CREATE TRIGGER enterprise_succession_created AFTER INSERT ON enterprise_succession
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'enterprise-succession' || '/' || new.old, 'created', json_object('new', new.new, 'note', new.note, 'ended_at', new.ended_at));
END;

CREATE TRIGGER enterprise_succession_changed AFTER UPDATE ON enterprise_succession
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (new.changed_at, new.changed_by, 'enterprise-succession' || '/' || new.old, 'changed', json_object('new', old.new, 'note', old.note, 'ended_at', old.ended_at), json_object('new', new.new, 'note', new.note, 'ended_at', new.ended_at));
END;

-- What was merged is found under the one that it is merged into.
CREATE TRIGGER enterprise_succession_begins AFTER INSERT ON enterprise_succession WHEN new.ended_at IS NULL
BEGIN
    UPDATE enterprise_site SET merged_into = new.new WHERE uscc = new.old;
    INSERT INTO enterprise_other_name (uscc, name, kind, search_name, initials, search_rules, changed_by, changed_at)
    SELECT new.new, e.name, 'merged', e.search_name, e.initials, e.search_rules, new.changed_by, new.changed_at
    FROM enterprise_site e JOIN enterprise_site into_one ON into_one.uscc = new.new
    WHERE e.uscc = new.old AND e.search_name <> into_one.search_name
    ON CONFLICT (uscc, name) DO UPDATE SET kind = 'merged', revoked_on = NULL, version = version + 1,
        changed_by = excluded.changed_by, changed_at = excluded.changed_at
    WHERE revoked_on IS NOT NULL;
END;

-- As it was before.
CREATE TRIGGER enterprise_succession_ends AFTER UPDATE OF ended_at ON enterprise_succession
WHEN old.ended_at IS NULL AND new.ended_at IS NOT NULL
BEGIN
    UPDATE enterprise_site SET merged_into = NULL WHERE uscc = new.old;
    UPDATE enterprise_other_name SET revoked_on = substr(new.changed_at, 1, 10), version = version + 1,
        changed_by = new.changed_by, changed_at = new.changed_at
    WHERE uscc = new.new AND kind = 'merged' AND revoked_on IS NULL
        AND name = (SELECT e.name FROM enterprise_site e WHERE e.uscc = new.old)
        AND NOT EXISTS (SELECT 1 FROM enterprise_site other WHERE other.merged_into = new.new AND other.uscc <> new.old AND other.name = enterprise_other_name.name);
END;

-- 许可、备案、登记: every number under which a place of business was ever licensed, filed or registered. A number leads to its holder also when
-- the ledger has a newer one.
CREATE TABLE enterprise_permit (
    number TEXT NOT NULL,
    uscc TEXT NOT NULL,
    -- `production_license`, `business_license`, `filing`, `registration`
    kind TEXT NOT NULL,
    valid_from TEXT,
    valid_until TEXT,
    -- Where it was told: `ledger` is a roster of businesses, `licenses` the roster of production licences, `entered` this register
    source TEXT NOT NULL DEFAULT 'entered',
    -- A number that was entered wrongly, or whose holder was corrected, leads to nobody
    revoked_on TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    -- What a permit is for, as it is printed on it (许可项目): of a production licence the categories of food, of a business licence the form of
    -- business and its items.
    covers TEXT,
    PRIMARY KEY (number, uscc)
) STRICT;

CREATE INDEX enterprise_permit_uscc ON enterprise_permit (uscc);

CREATE TRIGGER enterprise_permit_is_never_deleted BEFORE DELETE ON enterprise_permit
BEGIN SELECT RAISE(ABORT, 'a permit is kept'); END;

-- What was carried over when the register began stands in the audit under its own record.
CREATE TRIGGER enterprise_permit_was_created AFTER INSERT ON enterprise_permit WHEN new.changed_by <> 'migration'
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'permit/' || new.number || '/' || new.uscc, 'created',
        json_object('kind', new.kind, 'covers', new.covers, 'valid_from', new.valid_from, 'valid_until', new.valid_until, 'source', new.source, 'revoked_on', new.revoked_on));
END;

-- Each change leaves a row in the audit.
CREATE TRIGGER enterprise_permit_was_changed AFTER UPDATE ON enterprise_permit
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (new.changed_at, new.changed_by, 'permit/' || new.number || '/' || new.uscc, 'changed',
        json_object('kind', old.kind, 'covers', old.covers, 'valid_from', old.valid_from, 'valid_until', old.valid_until, 'source', old.source, 'revoked_on', old.revoked_on),
        json_object('kind', new.kind, 'covers', new.covers, 'valid_from', new.valid_from, 'valid_until', new.valid_until, 'source', new.source, 'revoked_on', new.revoked_on));
END;

-- A permit is entered while a period is being closed: it may ask for visits on site.
CREATE TRIGGER permit_begins_while_closing BEFORE INSERT ON enterprise_permit
WHEN EXISTS (SELECT 1 FROM period_close WHERE finished_at IS NULL)
BEGIN
    INSERT INTO closing_kept (period, uscc)
    SELECT c.period, coalesce((SELECT e.merged_into FROM enterprise_site e WHERE e.uscc = new.uscc), new.uscc) FROM period_close c WHERE c.finished_at IS NULL
    ON CONFLICT (period, uscc) DO NOTHING;
END;

-- A permit changes while a period is being closed.
CREATE TRIGGER permit_changes_while_closing BEFORE UPDATE ON enterprise_permit
WHEN EXISTS (SELECT 1 FROM period_close WHERE finished_at IS NULL)
BEGIN
    INSERT INTO closing_kept (period, uscc)
    SELECT c.period, coalesce((SELECT e.merged_into FROM enterprise_site e WHERE e.uscc = old.uscc), old.uscc) FROM period_close c WHERE c.finished_at IS NULL
    ON CONFLICT (period, uscc) DO NOTHING;
END;

-- The permits that hold, for whoever stands at the door: those that were entered wrongly are not among them. After a merger they are the
-- surviving row's.
CREATE VIEW enterprise_permit_held AS
SELECT coalesce(e.merged_into, p.uscc) AS uscc, p.number, p.kind, p.valid_from, p.valid_until
FROM enterprise_permit p LEFT JOIN enterprise_site e ON e.uscc = p.uscc WHERE p.revoked_on IS NULL;

-- The permits that a business holds, for whoever stands at the door and for what is judged by them: neither those that were entered wrongly nor
-- production licences that were cancelled or revoked. After a merger they are the surviving row's. It takes the place of
-- `enterprise_permit_held`, which the release before reads; asked for one business it reads no other's.
CREATE VIEW enterprise_permit_at_hand AS
SELECT p.uscc, p.number, p.kind, p.covers, p.valid_from, p.valid_until
FROM enterprise_permit p
WHERE p.revoked_on IS NULL AND NOT EXISTS (SELECT 1 FROM enterprise_site e WHERE e.uscc = p.uscc AND e.merged_into IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM license l WHERE l.license_no = p.number AND l.uscc = p.uscc AND l.status IN ('cancelled', 'revoked'))
UNION ALL
SELECT e.merged_into, p.number, p.kind, p.covers, p.valid_from, p.valid_until
FROM enterprise_site e
JOIN enterprise_permit p ON p.uscc = e.uscc
WHERE e.merged_into IS NOT NULL AND p.revoked_on IS NULL
    AND NOT EXISTS (SELECT 1 FROM license l WHERE l.license_no = p.number AND l.uscc = p.uscc AND l.status IN ('cancelled', 'revoked'));

-- 停业: from when until when a place of business was closed for a time, both days included; no end where it still is.
CREATE TABLE enterprise_suspension (
    uscc TEXT NOT NULL,
    starts_on TEXT NOT NULL,
    ends_on TEXT,
    note TEXT NOT NULL DEFAULT '',
    revoked_on TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (uscc, starts_on)
) STRICT;

CREATE TRIGGER enterprise_suspension_is_never_deleted BEFORE DELETE ON enterprise_suspension
BEGIN SELECT RAISE(ABORT, 'a suspension is taken back, never deleted'); END;

CREATE TRIGGER enterprise_suspension_created AFTER INSERT ON enterprise_suspension
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'suspension' || '/' || new.uscc || '/' || new.starts_on, 'created', json_object('ends_on', new.ends_on, 'note', new.note, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER enterprise_suspension_changed AFTER UPDATE ON enterprise_suspension
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (new.changed_at, new.changed_by, 'suspension' || '/' || new.uscc || '/' || new.starts_on, 'changed', json_object('ends_on', old.ends_on, 'note', old.note, 'revoked_on', old.revoked_on), json_object('ends_on', new.ends_on, 'note', new.note, 'revoked_on', new.revoked_on));
END;

-- 停业 is entered while a period is being closed.
CREATE TRIGGER suspension_begins_while_closing BEFORE INSERT ON enterprise_suspension
WHEN EXISTS (SELECT 1 FROM period_close WHERE finished_at IS NULL)
BEGIN
    INSERT INTO closing_kept (period, uscc) SELECT c.period, new.uscc FROM period_close c WHERE c.finished_at IS NULL
    ON CONFLICT (period, uscc) DO NOTHING;
END;

-- 停业 changes while a period is being closed.
CREATE TRIGGER suspension_changes_while_closing BEFORE UPDATE ON enterprise_suspension
WHEN EXISTS (SELECT 1 FROM period_close WHERE finished_at IS NULL)
BEGIN
    INSERT INTO closing_kept (period, uscc) SELECT c.period, old.uscc FROM period_close c WHERE c.finished_at IS NULL
    ON CONFLICT (period, uscc) DO NOTHING;
END;

-- When a place of business was closed, for other functions.
CREATE VIEW enterprise_suspended AS
SELECT s.uscc, s.starts_on, coalesce(s.ends_on, '9999-12-31') AS ends_on FROM enterprise_suspension s WHERE s.revoked_on IS NULL;
