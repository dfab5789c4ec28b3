-- The last day on which the business may object: the day that the notice names, or the true one where that is later by the days that
-- are announced now. Five working days, as the trigger `list_case_steps` has them.
CREATE VIEW IF NOT EXISTS list_case_objection AS
SELECT c.id AS case_id, max(c.object_until, coalesce((SELECT min(d.date) FROM calendar_day d WHERE d.is_workday
    AND d.workdays = (SELECT n.workdays FROM calendar_day n WHERE n.date = c.notified_on) + 5), c.object_until)) AS ends_on
FROM list_case c WHERE c.notified_on IS NOT NULL;

-- Cases that wait for a decision, which whoever nominated or applied cannot make.
CREATE VIEW IF NOT EXISTS task_list_case AS
SELECT 'office' AS role, NULL AS town, NULL AS account, NULL AS cadre_no,
    iif(c.status = 'repair_applied', c.repair_applied_by, c.nominated_by) AS except_account,
    'list_' || c.list || '_' || c.status AS what, w.title, '/lists/cases?list=' || c.list || '&status=' || c.status AS path,
    (SELECT date(o.ends_on, '+1 day') FROM list_case_objection o WHERE o.case_id = c.id AND w.after_objection) AS waits_from,
    NULL AS oldest_due, 1 AS "count"
FROM list_case c JOIN (
    SELECT 'red' AS list, 'nominated' AS status, '红榜提名，等待决定' AS title, 0 AS after_objection
    UNION ALL SELECT 'black', 'notified', '黑榜提名，申辩期满，等待决定', 1
    UNION ALL SELECT 'black', 'answered', '黑榜提名，申辩已答复，等待决定', 1
    UNION ALL SELECT 'black', 'repair_applied', '信用修复申请，等待决定', 0) w ON w.list = c.list AND w.status = c.status;
