-- The next day that holds for a case with a running term.
CREATE VIEW IF NOT EXISTS complaint_next_term AS
SELECT complaint_id, min(holds_until) AS holds_until FROM complaint_deadline WHERE standing = 'running' GROUP BY complaint_id;

-- What waits on the home page of the office and of the town's station.
CREATE VIEW IF NOT EXISTS task_complaint AS
SELECT r.role, c.town, NULL AS account, NULL AS cadre_no, NULL AS except_account, 'complaint_new' AS what, '新收到、还没有处理的投诉举报' AS title,
    '/complaints/cases?status=received' AS path, NULL AS waits_from, t.holds_until AS oldest_due, 1 AS "count"
FROM complaint c LEFT JOIN complaint_next_term t ON t.complaint_id = c.id JOIN (SELECT 'office' AS role UNION ALL SELECT 'station') r
WHERE c.status = 'received' AND NOT c.insider
UNION ALL
SELECT r.role, c.town, NULL, NULL, NULL, 'complaint_overdue', '超过法定期限的投诉举报',
    '/complaints/cases?overdue=true', date(t.holds_until, '+1 day'), t.holds_until, 1
FROM complaint_next_term t JOIN complaint c ON c.id = t.complaint_id JOIN (SELECT 'office' AS role UNION ALL SELECT 'station') r
WHERE NOT c.insider;

-- An insider's report counts for its two handlers and for nobody else.
CREATE VIEW IF NOT EXISTS task_insider_report AS
SELECT r.role, NULL AS town, s.account, NULL AS cadre_no, NULL AS except_account, 'insider_report' AS what, '在办的内部举报' AS title,
    '/complaints/insider-cases' AS path, NULL AS waits_from, t.holds_until AS oldest_due, 1 AS "count"
FROM complaint c JOIN insider_seat s ON s.complaint_id = c.id LEFT JOIN complaint_next_term t ON t.complaint_id = c.id
JOIN (SELECT 'office' AS role UNION ALL SELECT 'station') r
WHERE c.insider AND c.closed_on IS NULL;
