-- How often officials came to a business (入企) from the first of January to a day, and how often the policy of that day lets them in a year; no
-- cap, or 0, is none. Visits online are among the visits. Asked by business and day.
CREATE VIEW IF NOT EXISTS enterprise_entries_of_year AS
SELECT e.uscc, d.date AS day,
    (SELECT count(*) FROM enterprise_entry n WHERE n.uscc = e.uscc AND n.kind = 'visit'
        AND n.entered_on BETWEEN substr(d.date, 1, 4) || '-01-01' AND d.date) AS visits,
    (SELECT count(*) FROM enterprise_entry n WHERE n.uscc = e.uscc AND NOT n.is_on_site
        AND n.entered_on BETWEEN substr(d.date, 1, 4) || '-01-01' AND d.date) AS online,
    (SELECT count(*) FROM enterprise_entry n WHERE n.uscc = e.uscc AND n.kind = 'inspection'
        AND n.entered_on BETWEEN substr(d.date, 1, 4) || '-01-01' AND d.date) AS inspections,
    (SELECT p.value ->> '$' FROM policy_ledger p WHERE p.name = 'entries_a_year_cap' AND p.valid_from <= d.date
        AND (p.valid_before IS NULL OR d.date < p.valid_before)) AS cap
FROM calendar_day d CROSS JOIN enterprise_ledger e;
