-- Which version of the folding (`domain::search`) made `search_name` and `initials`; none before there were versions.
ALTER TABLE enterprise ADD COLUMN search_rules INTEGER;

-- A name whose letters have several readings has its initials in each of them, one after the other.
INSERT INTO enterprise_search_place (n)
WITH RECURSIVE place (n) AS (SELECT 201 UNION ALL SELECT n + 1 FROM place WHERE n < 1000)
SELECT n FROM place WHERE true
ON CONFLICT (n) DO NOTHING;

-- For other functions' searches: `words` takes a MATCH by what `lists::search` makes of what was typed.
CREATE VIEW IF NOT EXISTS enterprise_found AS
SELECT e.uscc, e.name, e.town, e.status, s.enterprise_search AS words
FROM enterprise_search s CROSS JOIN enterprise e ON e.id = s.rowid;

-- The codes under which a business can be found, to be asked for by their beginning.
CREATE VIEW IF NOT EXISTS enterprise_coded AS
SELECT uscc, uscc AS code FROM enterprise
UNION ALL
SELECT uscc, license_no FROM enterprise WHERE license_no IS NOT NULL;
