-- 曾用名和别名: under what other names a place of business is known. The search finds it by each of them.
CREATE TABLE IF NOT EXISTS enterprise_other_name (
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
CREATE INDEX IF NOT EXISTS enterprise_other_name_search_name ON enterprise_other_name (search_name);

CREATE TRIGGER IF NOT EXISTS enterprise_other_name_is_never_deleted BEFORE DELETE ON enterprise_other_name
BEGIN SELECT RAISE(ABORT, 'a name is taken back, never deleted'); END;

AUDITED enterprise_other_name AS enterprise-name BY uscc, name OF kind, until, revoked_on;

-- Two rows of the ledger that turned out to be one place of business: the old number leads to the new one from then on. Only a row under which
-- nothing is kept can be merged (view `enterprise_record`), so that nobody's rows are rewritten and ending the succession undoes it.
CREATE TABLE IF NOT EXISTS enterprise_succession (
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

CREATE UNIQUE INDEX IF NOT EXISTS enterprise_succession_old ON enterprise_succession (old) WHERE ended_at IS NULL;

CREATE INDEX IF NOT EXISTS enterprise_succession_new ON enterprise_succession (new) WHERE ended_at IS NULL;

CREATE TRIGGER IF NOT EXISTS enterprise_succession_is_never_deleted BEFORE DELETE ON enterprise_succession
BEGIN SELECT RAISE(ABORT, 'a succession is ended, never deleted'); END;

AUDITED enterprise_succession AS enterprise-succession BY old OF new, note, ended_at;

-- The number of the place of business that this one turned out to be; kept by the triggers of `enterprise_succession` alone.
ALTER TABLE enterprise_site ADD COLUMN merged_into TEXT;

CREATE INDEX IF NOT EXISTS enterprise_site_merged_into ON enterprise_site (merged_into) WHERE merged_into IS NOT NULL;

-- What was merged is found under the one that it is merged into.
CREATE TRIGGER IF NOT EXISTS enterprise_succession_begins AFTER INSERT ON enterprise_succession WHEN new.ended_at IS NULL
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
CREATE TRIGGER IF NOT EXISTS enterprise_succession_ends AFTER UPDATE OF ended_at ON enterprise_succession
WHEN old.ended_at IS NULL AND new.ended_at IS NOT NULL
BEGIN
    UPDATE enterprise_site SET merged_into = NULL WHERE uscc = new.old;
    UPDATE enterprise_other_name SET revoked_on = substr(new.changed_at, 1, 10), version = version + 1,
        changed_by = new.changed_by, changed_at = new.changed_at
    WHERE uscc = new.new AND kind = 'merged' AND revoked_on IS NULL
        AND name = (SELECT e.name FROM enterprise_site e WHERE e.uscc = new.old)
        AND NOT EXISTS (SELECT 1 FROM enterprise_site other WHERE other.merged_into = new.new AND other.uscc <> new.old AND other.name = enterprise_other_name.name);
END;

-- A new name takes the place of the old one in the search, and the old one stays there as a former name. What is merged is not in the
-- search by itself.
CREATE TRIGGER IF NOT EXISTS enterprise_site_found_anew AFTER UPDATE OF name, search_name, initials, merged_into ON enterprise_site
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

DROP TRIGGER IF EXISTS enterprise_site_indexed_anew;

-- Whoever was renamed while both triggers stood is put into the index again, with all names.
DELETE FROM enterprise_search WHERE rowid IN (SELECT e.id FROM enterprise_other_name o JOIN enterprise_site e ON e.uscc = o.uscc);

INSERT INTO enterprise_search (rowid, pairs, initials)
SELECT e.id,
    (SELECT group_concat(substr(s.search_name, p.n, 2), ' ') FROM (SELECT e.search_name AS search_name UNION ALL
        SELECT o.search_name FROM enterprise_other_name o WHERE o.uscc = e.uscc AND o.revoked_on IS NULL) s
        CROSS JOIN enterprise_search_place p ON p.n <= length(s.search_name)),
    (SELECT group_concat(substr(i.initials, q.n, 2), ' ') FROM (SELECT e.initials AS initials UNION ALL
        SELECT o.initials FROM enterprise_other_name o WHERE o.uscc = e.uscc AND o.revoked_on IS NULL) i
        CROSS JOIN enterprise_search_place q ON q.n <= length(i.initials))
FROM enterprise_site e WHERE e.merged_into IS NULL AND e.uscc IN (SELECT uscc FROM enterprise_other_name)
    AND e.id NOT IN (SELECT rowid FROM enterprise_search);

-- A place of business is found by another name from the statement on that says it.
CREATE TRIGGER IF NOT EXISTS enterprise_other_name_found AFTER INSERT ON enterprise_other_name WHEN new.revoked_on IS NULL
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
CREATE TRIGGER IF NOT EXISTS enterprise_other_name_found_anew AFTER UPDATE OF search_name, initials, revoked_on ON enterprise_other_name
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

-- 许可、备案、登记: every number under which a place of business was ever licensed, filed or registered. A number leads to its holder also when
-- the ledger has a newer one.
CREATE TABLE IF NOT EXISTS enterprise_permit (
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
    PRIMARY KEY (number, uscc)
) STRICT;

CREATE INDEX IF NOT EXISTS enterprise_permit_uscc ON enterprise_permit (uscc);

CREATE TRIGGER IF NOT EXISTS enterprise_permit_is_never_deleted BEFORE DELETE ON enterprise_permit
BEGIN SELECT RAISE(ABORT, 'a permit is kept'); END;

-- What was carried over when the register began stands in the audit under its own record.
CREATE TRIGGER IF NOT EXISTS enterprise_permit_created AFTER INSERT ON enterprise_permit WHEN new.changed_by <> 'migration'
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'permit/' || new.number || '/' || new.uscc, 'created',
        json_object('kind', new.kind, 'valid_from', new.valid_from, 'valid_until', new.valid_until, 'source', new.source, 'revoked_on', new.revoked_on));
END;

-- Each change leaves a row in the audit.
CREATE TRIGGER IF NOT EXISTS enterprise_permit_changed AFTER UPDATE ON enterprise_permit
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (new.changed_at, new.changed_by, 'permit/' || new.number || '/' || new.uscc, 'changed',
        json_object('kind', old.kind, 'valid_from', old.valid_from, 'valid_until', old.valid_until, 'source', old.source, 'revoked_on', old.revoked_on),
        json_object('kind', new.kind, 'valid_from', new.valid_from, 'valid_until', new.valid_until, 'source', new.source, 'revoked_on', new.revoked_on));
END;

-- What a roster of businesses says of permits stands in the register too.
CREATE TRIGGER IF NOT EXISTS enterprise_site_has_permits AFTER INSERT ON enterprise_site
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
CREATE TRIGGER IF NOT EXISTS enterprise_site_has_other_permits AFTER UPDATE OF license_no, licensed_on, food_business_no, registration_no ON enterprise_site
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

-- The roster of production licences knows their days.
CREATE TRIGGER IF NOT EXISTS license_is_a_permit AFTER INSERT ON license
BEGIN
    INSERT INTO enterprise_permit (number, uscc, kind, valid_from, valid_until, source, changed_by, changed_at)
    SELECT new.license_no, new.uscc, 'production_license', new.issued_on, new.expires_on, 'licenses', new.changed_by, new.changed_at WHERE true
    ON CONFLICT (number, uscc) DO UPDATE SET valid_from = excluded.valid_from, valid_until = excluded.valid_until, source = excluded.source, revoked_on = NULL,
        version = version + 1, changed_by = excluded.changed_by, changed_at = excluded.changed_at;
END;

-- And their changes.
CREATE TRIGGER IF NOT EXISTS license_is_another_permit AFTER UPDATE OF uscc, issued_on, expires_on ON license
WHEN (new.uscc, new.issued_on, new.expires_on) IS NOT (old.uscc, old.issued_on, old.expires_on)
BEGIN
    UPDATE enterprise_permit SET revoked_on = substr(new.changed_at, 1, 10), version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE number = old.license_no AND uscc = old.uscc AND old.uscc <> new.uscc AND source = 'licenses' AND revoked_on IS NULL;
    INSERT INTO enterprise_permit (number, uscc, kind, valid_from, valid_until, source, changed_by, changed_at)
    SELECT new.license_no, new.uscc, 'production_license', new.issued_on, new.expires_on, 'licenses', new.changed_by, new.changed_at WHERE true
    ON CONFLICT (number, uscc) DO UPDATE SET valid_from = excluded.valid_from, valid_until = excluded.valid_until, source = excluded.source, revoked_on = NULL,
        version = version + 1, changed_by = excluded.changed_by, changed_at = excluded.changed_at;
END;

-- What stood there before; in parts, so that nobody waits long.
INSERT INTO enterprise_permit (number, uscc, kind, valid_from, valid_until, source, changed_by, changed_at)
SELECT l.license_no, l.uscc, 'production_license', l.issued_on, l.expires_on, 'licenses', 'migration', l.changed_at
FROM license l WHERE true
ON CONFLICT (number, uscc) DO UPDATE SET valid_from = excluded.valid_from, valid_until = excluded.valid_until, source = 'licenses' WHERE source = 'ledger';

INSERT INTO enterprise_permit (number, uscc, kind, valid_from, source, changed_by, changed_at)
SELECT e.license_no, e.uscc, 'production_license', e.licensed_on, 'ledger', 'migration', e.changed_at
FROM enterprise_site e WHERE e.license_no GLOB '*[0-9]*' AND e.uscc IS NOT NULL AND e.id % 2 = 0 ON CONFLICT DO NOTHING;

INSERT INTO enterprise_permit (number, uscc, kind, valid_from, source, changed_by, changed_at)
SELECT e.license_no, e.uscc, 'production_license', e.licensed_on, 'ledger', 'migration', e.changed_at
FROM enterprise_site e WHERE e.license_no GLOB '*[0-9]*' AND e.uscc IS NOT NULL AND e.id % 2 = 1 ON CONFLICT DO NOTHING;

INSERT INTO enterprise_permit (number, uscc, kind, valid_from, source, changed_by, changed_at)
SELECT * FROM (SELECT e.food_business_no AS number, e.uscc, iif(e.food_business_no GLOB 'YB*', 'filing', 'business_license'), NULL, 'ledger', 'migration', e.changed_at
    FROM enterprise_site e WHERE e.food_business_no IS NOT NULL AND e.uscc IS NOT NULL
    UNION ALL SELECT e.registration_no, e.uscc, 'registration', NULL, 'ledger', 'migration', e.changed_at
    FROM enterprise_site e WHERE e.registration_no IS NOT NULL AND e.uscc IS NOT NULL) said
WHERE said.number GLOB '*[0-9]*' ON CONFLICT DO NOTHING;

-- 停业: from when until when a place of business was closed for a time, both days included; no end where it still is.
CREATE TABLE IF NOT EXISTS enterprise_suspension (
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

CREATE TRIGGER IF NOT EXISTS enterprise_suspension_is_never_deleted BEFORE DELETE ON enterprise_suspension
BEGIN SELECT RAISE(ABORT, 'a suspension is taken back, never deleted'); END;

AUDITED enterprise_suspension AS suspension BY uscc, starts_on OF ends_on, note, revoked_on;

-- When a person said that a row of a roster is not wanted; the same row waits again once a roster has it again.
ALTER TABLE enterprise_unplaced ADD COLUMN discarded_at TEXT;

-- When a place of business was closed, for other functions.
CREATE VIEW IF NOT EXISTS enterprise_suspended AS
SELECT s.uscc, s.starts_on, coalesce(s.ends_on, '9999-12-31') AS ends_on FROM enterprise_suspension s WHERE s.revoked_on IS NULL;

-- The places of business that turned out to be another one, and which.
CREATE VIEW IF NOT EXISTS enterprise_merged AS
SELECT e.uscc, e.merged_into AS today, e.name FROM enterprise_site e WHERE e.merged_into IS NOT NULL;

-- The numbers under which a business can be found, to be asked for by their beginning; those of one that was merged lead to the other.
CREATE VIEW IF NOT EXISTS enterprise_of_number AS
SELECT coalesce(e.merged_into, e.uscc) AS uscc, e.uscc AS code FROM enterprise_site e
UNION ALL
SELECT coalesce(e.merged_into, e.uscc), e.credit_code FROM enterprise_site e WHERE e.credit_code IS NOT NULL
UNION ALL
SELECT coalesce(e.merged_into, e.uscc), e.old_no FROM enterprise_site e WHERE e.old_no IS NOT NULL
UNION ALL
SELECT coalesce(e.merged_into, p.uscc), p.number FROM enterprise_permit p LEFT JOIN enterprise_site e ON e.uscc = p.uscc WHERE p.revoked_on IS NULL;

-- The ledger as it is today: one that was merged into another has the status `merged`.
CREATE VIEW IF NOT EXISTS enterprise_today AS
SELECT e.uscc, e.name, e.town, e.village, e.sector, e.risk_grade, e.level, e.canteen, iif(e.merged_into IS NULL, e.status, 'merged') AS status, e.founded_on
FROM enterprise_site e;

-- The businesses in business, with the number that lists go by.
CREATE VIEW IF NOT EXISTS enterprise_in_business AS
SELECT id AS ledger_id, uscc, name, town, village, address, sector, risk_grade, level, canteen, founded_on, phone
FROM enterprise_site WHERE status = 'operating' AND merged_into IS NULL;

-- Who needs a licence or may (view `outreach_prospect`), without those that were merged into another.
CREATE VIEW IF NOT EXISTS prospect_today AS
SELECT p.* FROM outreach_prospect p WHERE p.uscc NOT IN (SELECT m.uscc FROM enterprise_merged m);

-- Everybody who needs a licence (view `outreach_in_scope`), without those that were merged into another.
CREATE VIEW IF NOT EXISTS in_scope_today AS
SELECT s.* FROM outreach_in_scope s WHERE s.uscc NOT IN (SELECT m.uscc FROM enterprise_merged m);
