-- Whom to call or visit, and to whom papers go: every organisation that stands, with a row for each place that is today one of its towns;
-- `town` is null for those that have none. Where several of a kind answer for one town, as after a merger, `is_named` is the one that papers
-- name: that whose own town the place is, and of several the one that has stood longest.
CREATE VIEW IF NOT EXISTS organisation_reached AS
SELECT r.organisation, r.kind, r.town, r.town_name, r.name, r.telephone, r.address, r.hours, r.contact, r.version,
    row_number() OVER (PARTITION BY r.kind, r.town ORDER BY r.is_own DESC, r.standing) = 1 AS is_named
FROM (
    SELECT o.id AS organisation, o.kind, NULL AS town, NULL AS town_name, o.name, o.telephone, o.address, o.hours, o.contact, o.version,
        1 AS is_own, o.rowid AS standing
    FROM organisation o WHERE o.towns = '[]' AND o.ended_on IS NULL
    UNION ALL
    SELECT o.id, o.kind, same.id, max(today.name), o.name, o.telephone, o.address, o.hours, o.contact, o.version,
        max(own.id = own.today), o.rowid
    FROM organisation o JOIN json_each(o.towns) t JOIN place own ON own.id = t.value JOIN place today ON today.id = own.today
    JOIN place same ON same.today = own.today
    WHERE o.ended_on IS NULL GROUP BY o.id, same.id) r;

-- To whom papers about a town go: its station and its food-safety office by their full names. Where none is registered, a station's account
-- says what it is called, or the town does.
CREATE VIEW IF NOT EXISTS town_addressee AS
SELECT p.id AS town,
    coalesce((SELECT o.name FROM organisation_reached o WHERE o.kind = 'station' AND o.town = p.id AND o.is_named),
        (SELECT s.name FROM station_place s WHERE s.town = p.id ORDER BY s.account LIMIT 1), p.name || '市场监管所') AS station,
    coalesce((SELECT o.name FROM organisation_reached o WHERE o.kind = 'town_office' AND o.town = p.id AND o.is_named),
        p.name || '食安办') AS town_office
FROM place_today p WHERE p.kind = 'town';

-- In whose name papers go out and cases are answered. Where a row is missing, the settings `issuer` and `number_prefix` hold.
CREATE VIEW IF NOT EXISTS acting_organisation AS
SELECT kind, name, mark FROM organisation WHERE kind IN ('office', 'committee', 'bureau') AND ended_on IS NULL;

-- Which place each one was at a time: itself, and from the day on which a merger was applied the place that took it in. Of a day the row with
-- the most steps holds whose `since` is not behind it. Figures of a month that is over go by it: they do not follow a later merger.
CREATE VIEW IF NOT EXISTS place_over_time AS
WITH RECURSIVE step (id, place, since, steps) AS (
    SELECT p.id, p.id, '', 0 FROM place p
    UNION ALL
    SELECT e.id, s.new, max(e.since, substr(s.applied_at, 1, 10)), e.steps + 1
    FROM step e JOIN place_succession s ON s.old = e.place AND s.applied_at IS NOT NULL AND s.ended_at IS NULL WHERE e.steps < 9)
SELECT e.id, p.kind, e.place, p.name, e.since, e.steps FROM step e JOIN place p ON p.id = e.place;
