-- What waits on the home page of the office for its cases waits for the bureau too, whose cases they are.
CREATE VIEW IF NOT EXISTS task_case_of_bureau AS
SELECT 'bureau' AS role, t.town, t.account, t.cadre_no, t.except_account, t.what, t.title, t.path, t.waits_from, t.oldest_due, t."count"
FROM task_complaint t WHERE t.role = 'office'
UNION ALL
SELECT 'bureau', t.town, t.account, t.cadre_no, t.except_account, t.what, t.title, t.path, t.waits_from, t.oldest_due, t."count"
FROM task_insider_report t WHERE t.role = 'office';

-- Papers that nobody has acknowledged wait for those of the department to which they went; the office is told of them as well.
CREATE VIEW IF NOT EXISTS task_paper_of_department AS
SELECT a.role, NULL AS town, a.account, NULL AS cadre_no, NULL AS except_account, 'notice_to_acknowledge' AS what,
    '等待回执的文书' AS title, '/notices' AS path, NULL AS waits_from, n.due_on AS oldest_due, 1 AS "count"
FROM staff_account a JOIN organisation o ON o.ended_on IS NULL
    AND (a.role = 'department' AND o.id = a.organisation OR a.role = 'bureau' AND o.kind = 'bureau')
JOIN notice n ON n.addressee_kind = 'department' AND n.addressee IN (o.id, o.name)
WHERE a.status = 'active' AND n.status IN ('issued', 'delivered');
