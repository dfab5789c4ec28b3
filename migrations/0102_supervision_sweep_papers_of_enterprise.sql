-- What a paper lists about a business is found without reading all papers.
CREATE INDEX IF NOT EXISTS notice_line_enterprise ON notice_line (evidence ->> '$.uscc');

-- The papers that list something about a business, for its page at the desk, a row a line. Who sees a paper stands beside it, as in the list of
-- papers: the office and the chair see all, a town those of its own, a station those that went to it, a department those that went to its organisation.
CREATE VIEW IF NOT EXISTS enterprise_paper AS
SELECT l.evidence ->> '$.uscc' AS uscc, n.id AS notice_id, l.subject, k.name AS paper,
    iif(n.number IS NULL, NULL, n.prefix || k.mark || '〔' || n.year || '〕' || n.number || '号') AS number,
    n.status, n.addressee_name, n.drafted_on, n.issued_on, n.due_on,
    iif(n.issued_on IS NOT NULL AND n.addressee_kind <> 'station', n.town, NULL) AS town_that_sees,
    iif(n.issued_on IS NOT NULL AND n.addressee_kind = 'station', n.addressee, NULL) AS station_that_sees,
    iif(n.issued_on IS NOT NULL AND n.addressee_kind = 'department', n.addressee, NULL) AS department_that_sees
FROM notice_line l JOIN notice n ON n.id = l.notice_id JOIN notice_kind k ON k.kind = n.kind;
