-- To whom papers about a town go, by full names: to its food-safety office, its government, its station, and the organisation of which the station
-- is part. Where none is registered, the usual name of such a one stands.
CREATE VIEW IF NOT EXISTS town_organisation AS
SELECT a.town, a.station, a.town_office,
    coalesce((SELECT o.name FROM organisation_reached o WHERE o.kind = 'town_government' AND o.town = a.town AND o.is_named),
        p.name || iif(p.name LIKE '%街道', '办事处', '人民政府')) AS town_government,
    coalesce((SELECT s.part_of FROM organisation_reached o JOIN organisation s ON s.id = o.organisation
            WHERE o.kind = 'station' AND o.town = a.town AND o.is_named),
        (SELECT b.id FROM organisation b WHERE b.kind = 'bureau' AND b.ended_on IS NULL)) AS station_part_of
FROM town_addressee a JOIN place_today p ON p.id = a.town;

-- What the ladder asks of an organisation: whether it is the office itself or its committee, whether it hosts the office, which nobody's office
-- gives orders, and what it is part of.
CREATE VIEW IF NOT EXISTS organisation_standing AS
SELECT o.id AS organisation, o.name, o.kind IN ('office', 'committee') AS is_office,
    EXISTS (SELECT 1 FROM organisation h WHERE h.kind = 'office' AND h.ended_on IS NULL AND h.hosted_by = o.id) AS is_host,
    coalesce(o.part_of, o.id) AS answers_to
FROM organisation o WHERE o.ended_on IS NULL;

-- In whose name papers go out, with the number of the first one of a year where earlier ones went out before the program was used.
CREATE VIEW IF NOT EXISTS paper_issuer AS
SELECT kind AS issuer, name, mark, first_number, first_number_year FROM organisation WHERE kind IN ('office', 'committee') AND ended_on IS NULL;

-- How long after a talk its matters stand still (design: the ladder).
INSERT INTO policy_rule (name, title, kind, source, at_least, at_most) VALUES
    ('talk_workdays', '责任约谈以后至少留几个工作日再升级', 'whole_number', '004 §二(一)，天数由本区确定', 0, 60)
ON CONFLICT (name) DO NOTHING;

INSERT INTO policy (name, valid_from, value, changed_by, changed_at) VALUES
    ('talk_workdays', '2020-01-01', '5', 'migration', '2026-11-27T00:00:00+08:00')
ON CONFLICT (name, valid_from) DO NOTHING;
