-- What the business scope says, read when the row is written: 1 needs a food production licence, 0 does not, null is unclear
-- (or there is no scope). `scope_rules` is the version of the rules that read it.
ALTER TABLE enterprise ADD COLUMN needs_license INTEGER CHECK (needs_license IN (0, 1));

ALTER TABLE enterprise ADD COLUMN scope_reading TEXT CHECK (scope_reading IS NULL OR json_valid(scope_reading));

ALTER TABLE enterprise ADD COLUMN scope_rules INTEGER;

CREATE INDEX IF NOT EXISTS enterprise_prospect ON enterprise (town, id)
WHERE needs_license IS NOT 0 AND business_scope IS NOT NULL AND status = 'operating';

CREATE INDEX IF NOT EXISTS enterprise_in_scope ON enterprise (founded_on) WHERE needs_license = 1;

-- Reading a scope again under new rules is a change only where the verdict is another.
CREATE TRIGGER IF NOT EXISTS enterprise_or_its_verdict_changed AFTER UPDATE ON enterprise
WHEN new.version <> old.version OR new.needs_license IS NOT old.needs_license
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'enterprise/' || new.uscc, 'changed',
        json_object(
            'name', old.name, 'founded_on', old.founded_on, 'address', old.address, 'town', old.town, 'village',
            old.village, 'business_scope', old.business_scope, 'needs_license', old.needs_license, 'sector', old.sector,
            'risk_grade', old.risk_grade, 'level', old.level, 'canteen', old.canteen, 'license_no', old.license_no,
            'licensed_on', old.licensed_on, 'person_in_charge', old.person_in_charge, 'phone', old.phone, 'status', old.status),
        json_object(
            'name', new.name, 'founded_on', new.founded_on, 'address', new.address, 'town', new.town, 'village',
            new.village, 'business_scope', new.business_scope, 'needs_license', new.needs_license, 'sector', new.sector,
            'risk_grade', new.risk_grade, 'level', new.level, 'canteen', new.canteen, 'license_no', new.license_no,
            'licensed_on', new.licensed_on, 'person_in_charge', new.person_in_charge, 'phone', new.phone, 'status', new.status));
END;

DROP TRIGGER IF EXISTS enterprise_changed;

-- What license-outreach may know of a business.
CREATE VIEW IF NOT EXISTS enterprise_licensing AS
SELECT id, uscc, name, town, village, address, founded_on, sector, status, business_scope, needs_license, scope_reading,
    license_no, licensed_on, person_in_charge, phone
FROM enterprise;

-- 全程电子化登记平台: where the daily pull has got to.
CREATE TABLE IF NOT EXISTS registry_feed (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    cursor TEXT,
    -- Held by one pull at a time; a claim that a crash left behind expires.
    claimed_by TEXT,
    claimed_until TEXT
) STRICT;

INSERT INTO registry_feed (id) VALUES (1) ON CONFLICT (id) DO NOTHING;

-- Each pull, page by page: a row is brought up to date with every page that went in.
CREATE TABLE IF NOT EXISTS registry_feed_run (
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
