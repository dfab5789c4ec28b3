-- What is true of every organisation of a kind. A test keeps it equal to `domain::organisation::OrganisationKind`.
CREATE TABLE IF NOT EXISTS organisation_kind (
    kind TEXT PRIMARY KEY,
    -- Its place in lists
    position INTEGER NOT NULL,
    -- How many towns it answers for
    towns TEXT NOT NULL CHECK (towns IN ('none', 'one', 'several')),
    -- Whether papers go out in its name
    issues_papers INTEGER NOT NULL,
    -- Whether citizens call and visit it
    is_called INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO organisation_kind (kind, position, towns, issues_papers, is_called) VALUES
    ('office', 1, 'none', 1, 1),
    ('committee', 2, 'none', 1, 0),
    ('bureau', 3, 'none', 0, 1),
    ('station', 4, 'several', 0, 1),
    ('town_government', 5, 'one', 0, 0),
    ('town_office', 6, 'one', 0, 1),
    ('town_committee', 7, 'one', 0, 0),
    ('department', 8, 'none', 0, 0)
ON CONFLICT (kind) DO NOTHING;

-- The organisations of the district, as papers, public pages and messages name them. One that is no more has its last day.
CREATE TABLE IF NOT EXISTS organisation (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL REFERENCES organisation_kind (kind),
    -- Its full name
    name TEXT NOT NULL,
    -- What it is part of: a station of the bureau
    part_of TEXT REFERENCES organisation (id),
    -- Which organisation hosts the office
    hosted_by TEXT REFERENCES organisation (id),
    -- JSON array of the names of the towns that it answers for
    towns TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(towns)),
    telephone TEXT,
    address TEXT,
    -- When it is open, in words
    hours TEXT,
    -- Whom to ask for
    contact TEXT,
    -- 发文代字
    mark TEXT,
    -- The number of the first paper of a year, where papers of that year have gone out before the program was used
    first_number INTEGER,
    first_number_year INTEGER,
    ended_on TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

-- A district has one office, one committee and one bureau at a time.
CREATE UNIQUE INDEX IF NOT EXISTS organisation_single ON organisation (kind)
WHERE kind IN ('office', 'committee', 'bureau') AND ended_on IS NULL;

AUDITED organisation AS organisation BY id OF kind, name, part_of, hosted_by, towns, telephone, address, hours, contact, mark, first_number, first_number_year, ended_on;

-- What other functions may read: whom to call or visit. The office has no town; the station and the food-safety office of a town have a
-- row for each town that they answer for.
CREATE VIEW IF NOT EXISTS organisation_contact AS
SELECT o.id AS organisation, o.kind, NULL AS town, o.name, o.telephone, o.address, o.hours, o.contact, o.version
FROM organisation o WHERE o.kind = 'office' AND o.ended_on IS NULL
UNION ALL
SELECT o.id, o.kind, t.value, o.name, o.telephone, o.address, o.hours, o.contact, o.version
FROM organisation o JOIN json_each(o.towns) t WHERE o.kind IN ('station', 'town_office') AND o.ended_on IS NULL;
