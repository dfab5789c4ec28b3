-- By what the ledger is sorted by name: a text that stands for the name's place in the order of pinyin (`enterprise-registry`, name_order.rs),
-- and which version of that order made it. Empty where nobody has made it yet: a row that a release before wrote, or that is older than the
-- column. The run of every morning makes it for those, some hundreds at a time.
ALTER TABLE enterprise_site ADD COLUMN name_key TEXT NOT NULL DEFAULT '';

ALTER TABLE enterprise_site ADD COLUMN name_order INTEGER;

-- A name that is changed without its key is sorted among those that have none, until its key is made: a release before knows of no key.
CREATE TRIGGER IF NOT EXISTS enterprise_site_name_without_key AFTER UPDATE OF name ON enterprise_site
WHEN new.name <> old.name AND new.name_key = old.name_key AND new.name_key <> ''
BEGIN
    UPDATE enterprise_site SET name_key = '', name_order = NULL WHERE id = new.id;
END;

-- The rows that have no key of the order that holds are found without reading the others.
CREATE INDEX IF NOT EXISTS enterprise_site_name_order ON enterprise_site (name_order, id);

-- The ledger sorted by name, with all that it can be narrowed to, so that a page deep in it is found in the index alone.
CREATE INDEX IF NOT EXISTS enterprise_site_by_name ON enterprise_site (name_key, id, town, sector, level, status) WHERE merged_into IS NULL;

-- The same of one town.
CREATE INDEX IF NOT EXISTS enterprise_site_of_town_by_name ON enterprise_site (town, name_key, id, sector, level, status, risk_grade) WHERE merged_into IS NULL;

-- The other columns by which it is narrowed or sorted.
CREATE INDEX IF NOT EXISTS enterprise_site_by_sector ON enterprise_site (sector, id, level, status, town) WHERE merged_into IS NULL;

CREATE INDEX IF NOT EXISTS enterprise_site_by_level ON enterprise_site (level, id, sector, status, town) WHERE merged_into IS NULL;

CREATE INDEX IF NOT EXISTS enterprise_site_by_status ON enterprise_site (status, id, sector, level, town) WHERE merged_into IS NULL;

CREATE INDEX IF NOT EXISTS enterprise_site_by_risk_grade ON enterprise_site (risk_grade, id, sector, level, status, town) WHERE merged_into IS NULL;
