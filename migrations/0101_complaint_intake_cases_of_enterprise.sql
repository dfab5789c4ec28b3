-- The complaints and reports about a business for its page at the desk: what stands in the list of cases of whoever handles them, and nothing
-- of who wrote or what. Reports of insiders are not among them.
CREATE VIEW IF NOT EXISTS enterprise_case AS
SELECT c.uscc, c.code, c.kind, c.category, c.status, c.town, c.received_on, c.closed_on,
    (SELECT min(d.holds_until) FROM complaint_deadline d WHERE d.complaint_id = c.id AND d.standing = 'running') AS due_on
FROM complaint c WHERE c.uscc IS NOT NULL AND NOT c.insider;
