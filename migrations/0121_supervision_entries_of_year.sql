-- How often officials came to a business (入企) from the first of January to a day, which 国办发〔2024〕54号 asks to count: visits, those of them that
-- were online, and inspections that were lawfully made; and how often the policy of that day lets them come in a year. No cap, or 0, is none.
-- Asked by business and day. It takes the place of `enterprise_entry`, which the release before reads.
CREATE VIEW IF NOT EXISTS enterprise_entries_of_year AS
SELECT e.uscc, d.date AS day,
    (SELECT count(*) FROM visit v WHERE v.uscc = e.uscc AND v.visited_on BETWEEN substr(d.date, 1, 4) || '-01-01' AND d.date) AS visits,
    (SELECT count(*) FROM visit v WHERE v.uscc = e.uscc AND v.visited_on BETWEEN substr(d.date, 1, 4) || '-01-01' AND d.date
        AND v.mode <> 'on_site') AS online,
    (SELECT count(*) FROM fact_inspection i WHERE i.uscc = e.uscc
        AND i.inspected_on BETWEEN substr(d.date, 1, 4) || '-01-01' AND d.date) AS inspections,
    (SELECT p.value ->> '$' FROM policy_ledger p WHERE p.name = 'entries_a_year_cap' AND p.valid_from <= d.date
        AND (p.valid_before IS NULL OR d.date < p.valid_before)) AS cap
FROM calendar_day d CROSS JOIN enterprise_ledger e;
