-- Towns (镇街) and villages (村社区). What other tables keep as town or village is the id of a place, which never changes: it is the name by
-- which the place was first known. What a place is called today, and which place it is today after mergers, is said here alone, so that
-- nobody's rows are rewritten.
CREATE TABLE IF NOT EXISTS place (
    -- Of a town, what other tables keep as town; of a village, its town's id, a colon, and what they keep as village
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    -- The id of a village's town; empty for a town
    within TEXT NOT NULL DEFAULT '',
    -- As it is called today
    name TEXT NOT NULL,
    -- 统计用区划代码, twelve digits
    code TEXT,
    -- 0 where only a roster has named it, and nobody of the office has looked at it
    confirmed INTEGER NOT NULL DEFAULT 1,
    -- The place that it is today: itself, or the one that it was merged into
    today TEXT NOT NULL REFERENCES place (id),
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS place_by_today ON place (today, id);

-- Of the places that are there today no two have one name.
CREATE UNIQUE INDEX IF NOT EXISTS place_by_name ON place (kind, within, name) WHERE today = id;

-- Every name that a place has or had, so that rosters, filters and links find it by each. A name leads to the place that took it last.
CREATE TABLE IF NOT EXISTS place_name (
    kind TEXT NOT NULL,
    within TEXT NOT NULL,
    name TEXT NOT NULL,
    place TEXT NOT NULL REFERENCES place (id),
    PRIMARY KEY (kind, within, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS place_name_of ON place_name (place);

-- A place is found by its first name from the statement on that writes it.
CREATE TRIGGER IF NOT EXISTS place_is_called AFTER INSERT ON place
BEGIN
    INSERT INTO place_name (kind, within, name, place) SELECT new.kind, new.within, new.name, new.id WHERE true
    ON CONFLICT DO UPDATE SET place = excluded.place WHERE new.confirmed;
END;

-- A place that a roster names first is there at once, to be looked at by the office.
CREATE TRIGGER IF NOT EXISTS enterprise_site_names_place AFTER INSERT ON enterprise_site
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
CREATE TRIGGER IF NOT EXISTS enterprise_site_names_another_place AFTER UPDATE OF town, village ON enterprise_site
WHEN new.town <> '' AND (NOT EXISTS (SELECT 1 FROM place WHERE id = new.town)
    OR new.village <> '' AND NOT EXISTS (SELECT 1 FROM place WHERE id = new.town || ':' || new.village))
BEGIN
    INSERT INTO place (id, kind, name, confirmed, today, changed_by, changed_at)
    SELECT new.town, 'town', new.town, 0, new.town, new.changed_by, new.changed_at WHERE true ON CONFLICT DO NOTHING;
    INSERT INTO place (id, kind, within, name, confirmed, today, changed_by, changed_at)
    SELECT new.town || ':' || new.village, 'village', new.town, new.village, 0, new.town || ':' || new.village, new.changed_by, new.changed_at
    WHERE new.village <> '' ON CONFLICT DO NOTHING;
END;

-- The same of the roster of officials.
CREATE TRIGGER IF NOT EXISTS cadre_names_place AFTER INSERT ON cadre
WHEN new.town <> '' AND NOT EXISTS (SELECT 1 FROM place WHERE id = new.town)
BEGIN
    INSERT INTO place (id, kind, name, confirmed, today, changed_by, changed_at)
    SELECT new.town, 'town', new.town, 0, new.town, new.changed_by, new.changed_at WHERE true ON CONFLICT DO NOTHING;
END;

-- The same where an official moves to a town that nobody has named.
CREATE TRIGGER IF NOT EXISTS cadre_names_another_place AFTER UPDATE OF town ON cadre
WHEN new.town <> '' AND NOT EXISTS (SELECT 1 FROM place WHERE id = new.town)
BEGIN
    INSERT INTO place (id, kind, name, confirmed, today, changed_by, changed_at)
    SELECT new.town, 'town', new.town, 0, new.town, new.changed_by, new.changed_at WHERE true ON CONFLICT DO NOTHING;
END;

-- The places that are known so far, by the names that stand in the tables of today.
INSERT INTO place (id, kind, name, today, changed_by, changed_at)
SELECT known.town, 'town', known.town, known.town, 'migration', '2026-11-27T00:00:00+08:00' FROM (
    SELECT town FROM enterprise_site UNION SELECT town FROM cadre UNION SELECT town FROM complaint UNION SELECT town FROM oversight
    UNION SELECT town FROM canteen_project UNION SELECT town FROM limited_matter UNION SELECT town FROM list_entry
    UNION SELECT t.value FROM account a, json_each(a.towns) t UNION SELECT t.value FROM access_token k, json_each(k.towns) t
    UNION SELECT t.value FROM organisation o, json_each(o.towns) t) known
WHERE known.town <> '' ON CONFLICT DO NOTHING;

INSERT INTO place (id, kind, within, name, today, changed_by, changed_at)
SELECT known.town || ':' || known.village, 'village', known.town, known.village, known.town || ':' || known.village, 'migration',
    '2026-11-27T00:00:00+08:00'
FROM (SELECT DISTINCT town, village FROM enterprise_site WHERE town <> '' AND village <> '') known
WHERE true ON CONFLICT DO NOTHING;

AUDITED place AS place BY id OF kind, within, name, code, confirmed, today;

-- A change of name from a day. It holds once it is applied: at once where its day has come, otherwise in the night of that day.
CREATE TABLE IF NOT EXISTS place_rename (
    id INTEGER PRIMARY KEY,
    place TEXT NOT NULL REFERENCES place (id),
    name TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    applied_at TEXT,
    -- When it was taken back before its day
    ended_at TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS place_rename_of ON place_rename (place, valid_from);

AUDITED place_rename AS place_rename BY id OF place, name, valid_from, applied_at, ended_at;

-- What is applied at once.
CREATE TRIGGER IF NOT EXISTS place_rename_at_once AFTER INSERT ON place_rename WHEN new.applied_at IS NOT NULL
BEGIN
    UPDATE place SET name = new.name, confirmed = 1, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE id = new.place;
    INSERT INTO place_name (kind, within, name, place) SELECT p.kind, p.within, new.name, p.id FROM place p WHERE p.id = new.place
    ON CONFLICT DO UPDATE SET place = excluded.place;
END;

-- What was entered ahead, in the night of its day.
CREATE TRIGGER IF NOT EXISTS place_rename_on_its_day AFTER UPDATE OF applied_at ON place_rename
WHEN old.applied_at IS NULL AND new.applied_at IS NOT NULL
BEGIN
    UPDATE place SET name = new.name, confirmed = 1, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE id = new.place;
    INSERT INTO place_name (kind, within, name, place) SELECT p.kind, p.within, new.name, p.id FROM place p WHERE p.id = new.place
    ON CONFLICT DO UPDATE SET place = excluded.place;
END;

-- A merger from a day: the old place is the new one from then on. It is applied as a change of name is; ending it undoes it.
CREATE TABLE IF NOT EXISTS place_succession (
    id INTEGER PRIMARY KEY,
    old TEXT NOT NULL REFERENCES place (id),
    new TEXT NOT NULL REFERENCES place (id),
    valid_from TEXT NOT NULL,
    applied_at TEXT,
    ended_at TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

-- A place is merged into one other at a time.
CREATE UNIQUE INDEX IF NOT EXISTS place_succession_of ON place_succession (old) WHERE ended_at IS NULL;

CREATE INDEX IF NOT EXISTS place_succession_into ON place_succession (new);

AUDITED place_succession AS place_succession BY id OF old, new, valid_from, applied_at, ended_at;

-- What is applied at once: all that was the old place is the new one.
CREATE TRIGGER IF NOT EXISTS place_succession_at_once AFTER INSERT ON place_succession WHEN new.applied_at IS NOT NULL
BEGIN
    UPDATE place SET today = (SELECT p.today FROM place p WHERE p.id = new.new), confirmed = 1, version = version + 1,
        changed_by = new.changed_by, changed_at = new.changed_at
    WHERE today = new.old;
END;

-- What was entered ahead, in the night of its day.
CREATE TRIGGER IF NOT EXISTS place_succession_on_its_day AFTER UPDATE OF applied_at ON place_succession
WHEN old.applied_at IS NULL AND new.applied_at IS NOT NULL
BEGIN
    UPDATE place SET today = (SELECT p.today FROM place p WHERE p.id = new.new), confirmed = 1, version = version + 1,
        changed_by = new.changed_by, changed_at = new.changed_at
    WHERE today = new.old;
END;

-- The old place is itself again, and with it what had been merged into it before: each statement behind the first reaches one merger
-- further back, six in all. The name that it has leads to it again.
CREATE TRIGGER IF NOT EXISTS place_succession_undone AFTER UPDATE OF ended_at ON place_succession
WHEN old.ended_at IS NULL AND new.ended_at IS NOT NULL AND old.applied_at IS NOT NULL
BEGIN
    UPDATE place SET today = id, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at WHERE id = new.old;
    UPDATE place SET today = new.old, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE today <> new.old AND id IN (SELECT s.old FROM place_succession s JOIN place p ON p.id = s.new
        WHERE p.today = new.old AND s.applied_at IS NOT NULL AND s.ended_at IS NULL);
    UPDATE place SET today = new.old, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE today <> new.old AND id IN (SELECT s.old FROM place_succession s JOIN place p ON p.id = s.new
        WHERE p.today = new.old AND s.applied_at IS NOT NULL AND s.ended_at IS NULL);
    UPDATE place SET today = new.old, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE today <> new.old AND id IN (SELECT s.old FROM place_succession s JOIN place p ON p.id = s.new
        WHERE p.today = new.old AND s.applied_at IS NOT NULL AND s.ended_at IS NULL);
    UPDATE place SET today = new.old, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE today <> new.old AND id IN (SELECT s.old FROM place_succession s JOIN place p ON p.id = s.new
        WHERE p.today = new.old AND s.applied_at IS NOT NULL AND s.ended_at IS NULL);
    UPDATE place SET today = new.old, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE today <> new.old AND id IN (SELECT s.old FROM place_succession s JOIN place p ON p.id = s.new
        WHERE p.today = new.old AND s.applied_at IS NOT NULL AND s.ended_at IS NULL);
    UPDATE place SET today = new.old, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE today <> new.old AND id IN (SELECT s.old FROM place_succession s JOIN place p ON p.id = s.new
        WHERE p.today = new.old AND s.applied_at IS NOT NULL AND s.ended_at IS NULL);
    INSERT INTO place_name (kind, within, name, place) SELECT p.kind, p.within, p.name, p.id FROM place p WHERE p.id = new.old
    ON CONFLICT DO UPDATE SET place = excluded.place;
END;

-- What other functions may read: which place each one is today, and what that is called.
CREATE VIEW IF NOT EXISTS place_today AS
SELECT p.id, p.kind, p.within, t.id AS today, t.name, t.confirmed FROM place p JOIN place t ON t.id = p.today;

-- By which names places are found, also by former ones.
CREATE VIEW IF NOT EXISTS place_called AS
SELECT n.kind, n.within, n.name, n.place AS id, p.today FROM place_name n JOIN place p ON p.id = n.place;

-- Who calls, with all places that are today the towns of the account, and the names of these towns.
CREATE VIEW IF NOT EXISTS caller_placed AS
SELECT c.token_hash, c.account, c.name, c.role, c.cadre_no, c.must_change_password, c.expires_at, c.is_token, c.scopes,
    (SELECT json_group_array(one.id) FROM (SELECT t.value AS id FROM json_each(c.towns) t
        UNION SELECT same.id FROM json_each(c.towns) t JOIN place own ON own.id = t.value JOIN place same ON same.today = own.today) one) AS towns,
    (SELECT json_group_array(DISTINCT coalesce((SELECT p.name FROM place_today p WHERE p.id = t.value), t.value)) FROM json_each(c.towns) t) AS town_names
FROM caller_scoped c;

-- The papers that a merger takes along: those that have gone out and are not closed.
CREATE VIEW IF NOT EXISTS running_paper AS
SELECT n.id, n.town FROM notice n WHERE n.issued_on IS NOT NULL AND n.status NOT IN ('closed', 'withdrawn');

-- The cases that a merger takes along. Of insiders' reports nothing is said to third persons.
CREATE VIEW IF NOT EXISTS running_case AS
SELECT c.id, c.town FROM complaint c WHERE c.closed_on IS NULL AND NOT c.insider;

-- Accounts of stations that work can be given to, with a row for each place that is today one of their towns.
CREATE VIEW IF NOT EXISTS station_place AS
SELECT DISTINCT a.account, a.name, same.id AS town
FROM account a, json_each(a.towns) t JOIN place own ON own.id = t.value JOIN place same ON same.today = own.today
WHERE a.role = 'station' AND a.status = 'active';

-- Whom to call or visit, as `organisation_contact` says it, by every place that is today a town of the organisation. `town` is null for the
-- office; `town_name` is what the town is called today.
CREATE VIEW IF NOT EXISTS organisation_place AS
SELECT c.organisation, c.kind, NULL AS town, NULL AS town_name, c.name, c.telephone, c.address, c.hours, c.contact, c.version
FROM organisation_contact c WHERE c.town IS NULL
UNION ALL
SELECT DISTINCT c.organisation, c.kind, same.id, today.name, c.name, c.telephone, c.address, c.hours, c.contact, c.version
FROM organisation_contact c JOIN place own ON own.id = c.town JOIN place today ON today.id = own.today JOIN place same ON same.today = own.today;

-- The tier below is looked at once a year (001 §三.2). Of towns that were merged either's oversight counts for both; each keeps the key under
-- which it was stated.
CREATE VIEW IF NOT EXISTS oversight_term AS
SELECT 'oversight' AS rule, 'oversight/' || t.tier || '/' || t.town || '/' || substr(q.period, 1, 4) AS "key",
    substr(q.period, 1, 4) || '年度督查：' || t.name || iif(t.tier = 'town', '村社区干部', '镇街干部') AS subject,
    iif(t.tier = 'town', 'town', 'department') AS owed_by_kind, iif(t.tier = 'town', t.town, '区食药安办') AS owed_by, t.town,
    q.ends_on AS due_on,
    (SELECT min(o.held_on) FROM oversight o JOIN place_today p ON p.id = o.town
        WHERE o.tier = t.tier AND p.today = t.today AND substr(o.held_on, 1, 4) = substr(q.period, 1, 4)) AS met_on,
    json_object('tier', t.tier, 'year', CAST(substr(q.period, 1, 4) AS INTEGER)) AS evidence
FROM quarter q
CROSS JOIN (SELECT DISTINCT iif(c.tier = 'village', 'town', 'district') AS tier, c.town, p.today, p.name
    FROM cadre c JOIN place_today p ON p.id = c.town WHERE c.tier IN ('village', 'town')) t
WHERE q.period LIKE '%Q4';

-- The sweep reads the successor from here on. The view that it read stays for one release.
UPDATE deadline_view SET view = 'oversight_term' WHERE matter = 'oversight';

-- In whose name papers go out, with their 发文代字. Where a row is missing, the settings `issuer` and `number_prefix` hold.
CREATE VIEW IF NOT EXISTS issuing_organisation AS
SELECT kind, name, mark FROM organisation WHERE kind IN ('office', 'committee') AND ended_on IS NULL;
