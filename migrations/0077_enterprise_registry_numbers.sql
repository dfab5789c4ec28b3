-- 主体编号. What every table keeps as `uscc` is the number of a place of business, which is never given twice: the credit code for the first
-- site under it, the code with -2, -3… for further sites, T and nine digits for a business without a code. The code itself is an attribute:
-- that of the number, unless this column says another.
ALTER TABLE enterprise_site ADD COLUMN credit_code TEXT;

-- 注册号: the old registration number of fifteen digits.
ALTER TABLE enterprise_site ADD COLUMN old_no TEXT;

-- 食品经营许可证编号 or 备案编号.
ALTER TABLE enterprise_site ADD COLUMN food_business_no TEXT;

-- 登记证编号 of a small workshop, eating place or food shop.
ALTER TABLE enterprise_site ADD COLUMN registration_no TEXT;

CREATE INDEX IF NOT EXISTS enterprise_site_credit_code ON enterprise_site (credit_code) WHERE credit_code IS NOT NULL;

CREATE INDEX IF NOT EXISTS enterprise_site_old_no ON enterprise_site (old_no) WHERE old_no IS NOT NULL;

CREATE INDEX IF NOT EXISTS enterprise_site_food_business_no ON enterprise_site (food_business_no) WHERE food_business_no IS NOT NULL;

CREATE INDEX IF NOT EXISTS enterprise_site_registration_no ON enterprise_site (registration_no) WHERE registration_no IS NOT NULL;

-- A row that names no number is looked for by its name.
CREATE INDEX IF NOT EXISTS enterprise_site_search_name ON enterprise_site (search_name);

-- Further sites: few among many.
CREATE INDEX IF NOT EXISTS enterprise_site_further ON enterprise_site (substr(uscc, 1, 18)) WHERE length(uscc) > 18;

-- Each site with its credit code; null where it has none.
CREATE VIEW IF NOT EXISTS enterprise_code AS
SELECT e.uscc AS enterprise_no, coalesce(e.credit_code, iif(e.uscc GLOB 'T*', NULL, substr(e.uscc, 1, 18))) AS code, e.name, e.address, e.town
FROM enterprise_site e;

-- Further sites, by the code that they share with the first.
CREATE VIEW IF NOT EXISTS enterprise_further AS
SELECT substr(e.uscc, 1, 18) AS code, e.uscc AS enterprise_no FROM enterprise_site e WHERE length(e.uscc) > 18;

-- Credit codes of businesses that have another number, for they got the code later.
CREATE VIEW IF NOT EXISTS enterprise_of_code AS
SELECT e.credit_code AS code, e.uscc AS enterprise_no FROM enterprise_site e WHERE e.credit_code IS NOT NULL;

-- The numbers under which a business can be found, to be asked for by their beginning.
CREATE VIEW IF NOT EXISTS enterprise_known_by AS
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
CREATE TABLE IF NOT EXISTS enterprise_numbering (
    prefix TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Which number was given to what a row said of itself: the same row in two imports at once, or in one that waits for its confirmation, is
-- given one number.
CREATE TABLE IF NOT EXISTS enterprise_reserved (
    mark TEXT PRIMARY KEY,
    enterprise_no TEXT NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;

-- The numbers besides the key stand in the audit too.
CREATE TRIGGER IF NOT EXISTS enterprise_site_got_numbers AFTER INSERT ON enterprise_site
WHEN coalesce(new.credit_code, new.old_no, new.food_business_no, new.registration_no) IS NOT NULL
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'enterprise/' || coalesce(new.uscc, new.id), 'created',
        json_object('credit_code', new.credit_code, 'old_no', new.old_no, 'food_business_no', new.food_business_no,
            'registration_no', new.registration_no));
END;

-- Their changes too.
CREATE TRIGGER IF NOT EXISTS enterprise_site_numbers_changed AFTER UPDATE OF credit_code, old_no, food_business_no, registration_no ON enterprise_site
WHEN (new.credit_code, new.old_no, new.food_business_no, new.registration_no)
    IS NOT (old.credit_code, old.old_no, old.food_business_no, old.registration_no)
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (new.changed_at, new.changed_by, 'enterprise/' || coalesce(new.uscc, new.id), 'changed',
        json_object('credit_code', old.credit_code, 'old_no', old.old_no, 'food_business_no', old.food_business_no,
            'registration_no', old.registration_no),
        json_object('credit_code', new.credit_code, 'old_no', new.old_no, 'food_business_no', new.food_business_no,
            'registration_no', new.registration_no));
END;

-- A row of a roster that only a person can place, for it has a name and a town alone. It waits here until somebody says which business it
-- is; the next roster with the same name and town goes by what was said.
CREATE TABLE IF NOT EXISTS enterprise_unplaced (
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

AUDITED enterprise_unplaced AS enterprise_unplaced BY id OF search_name, town, address, enterprise_no;
