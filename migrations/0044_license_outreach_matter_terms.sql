-- The day by which a matter is done: the day that was said when it came, or the true one where that is later, by the days that are
-- announced now (design: provisional dates). Provisional while a year that it needs is not announced.
CREATE VIEW IF NOT EXISTS limited_matter_term AS
SELECT t.id, max(t.said_on, coalesce(t.true_on, t.said_on)) AS due_on,
    CAST(substr(t.received_on, 1, 4) AS INTEGER) NOT IN (SELECT year FROM announced_year)
        OR CAST(substr(max(t.said_on, coalesce(t.true_on, t.said_on)), 1, 4) AS INTEGER) NOT IN (SELECT year FROM announced_year) AS provisional
FROM (SELECT m.id, m.received_on, m.due_on AS said_on,
        (SELECT min(d.date) FROM calendar_day d WHERE d.is_workday AND d.date >= m.received_on
            AND d.workdays >= (SELECT r.workdays FROM calendar_day r WHERE r.date = m.received_on)
                + (SELECT p.value FROM policy_ledger p WHERE p.name = 'matter_' || m.kind AND p.valid_from <= m.received_on
                    AND (p.valid_before IS NULL OR m.received_on < p.valid_before))) AS true_on
    FROM limited_matter m) t;

-- Matters that are to be done by a day, in the shape that the sweep reads.
CREATE VIEW IF NOT EXISTS deadline_limited_matter_term AS
SELECT 'limited_matter' AS rule, 'limited_matter/' || m.id AS "key",
    m.applicant || '：' || CASE m.kind WHEN 'simple_change' THEN '许可证简单变更' WHEN 'cancellation' THEN '许可证注销'
        WHEN 'license_application' THEN '食品生产许可申请' ELSE '企业诉求' END AS subject,
    'station' AS owed_by_kind, m.town AS owed_by, m.town, t.due_on, m.done_on AS met_on,
    json_object('kind', m.kind, 'received_on', m.received_on, 'uscc', m.uscc) AS evidence
FROM limited_matter m JOIN limited_matter_term t ON t.id = m.id;

-- The successor stands before the view that it replaces goes: for a moment the same keys are stated twice, never not at all.
DROP VIEW IF EXISTS deadline_limited_matter;
