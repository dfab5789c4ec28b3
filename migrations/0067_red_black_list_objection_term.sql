-- How long a business may object before it is put on the black list is a term that a district sets; the notice, the guard of the steps
-- and the pages read it here.
INSERT INTO policy_rule (name, title, kind, source) VALUES
    ('objection_workdays', '拟列入黑榜的陈述申辩期限（告知后多少个工作日）', 'whole_number', '本区确定')
ON CONFLICT (name) DO NOTHING;

INSERT INTO policy (name, valid_from, value, changed_by, changed_at) VALUES
    ('objection_workdays', '2020-01-01', '5', 'migration', '2026-11-22T00:00:00+08:00')
ON CONFLICT (name, valid_from) DO NOTHING;

-- The last day on which a business may object that is told on a day, by the days that are announced now. The day itself is not counted;
-- the term is the one that holds on it.
CREATE VIEW IF NOT EXISTS objection_term AS
SELECT t.date AS told_on, (SELECT min(d.date) FROM calendar_day d WHERE d.is_workday AND d.workdays = t.workdays + p.value) AS ends_on
FROM calendar_day t
JOIN policy_ledger p ON p.name = 'objection_workdays' AND p.valid_from <= t.date AND (p.valid_before IS NULL OR t.date < p.valid_before);

-- The last day on which the business may object: the day that the notice names, or the true one where that is later by the days that
-- are announced now.
CREATE VIEW IF NOT EXISTS list_case_objection_term AS
SELECT c.id AS case_id, max(c.object_until, coalesce((SELECT t.ends_on FROM objection_term t WHERE t.told_on = c.notified_on), c.object_until)) AS ends_on
FROM list_case c WHERE c.notified_on IS NOT NULL;

-- Cases that wait for a decision, which whoever nominated or applied cannot make: one about which the business may still object waits from
-- the day after its term.
CREATE VIEW IF NOT EXISTS task_list_case_decision AS
SELECT 'office' AS role, NULL AS town, NULL AS account, NULL AS cadre_no,
    iif(c.status = 'repair_applied', c.repair_applied_by, c.nominated_by) AS except_account,
    'list_' || c.list || '_' || c.status AS what, w.title, '/lists/cases?list=' || c.list || '&status=' || c.status AS path,
    (SELECT date(o.ends_on, '+1 day') FROM list_case_objection_term o WHERE o.case_id = c.id AND w.after_objection) AS waits_from,
    NULL AS oldest_due, 1 AS "count"
FROM list_case c JOIN (
    SELECT 'red' AS list, 'nominated' AS status, '红榜提名，等待决定' AS title, 0 AS after_objection
    UNION ALL SELECT 'black', 'notified', '黑榜提名，申辩期满，等待决定', 1
    UNION ALL SELECT 'black', 'answered', '黑榜提名，申辩已答复，等待决定', 1
    UNION ALL SELECT 'black', 'repair_applied', '信用修复申请，等待决定', 0) w ON w.list = c.list AND w.status = c.status;

-- Tasks are found by the names of their views: for a moment these are counted twice, never not at all.
DROP VIEW IF EXISTS task_list_case;

-- A case that has not ended: there is one for a business and a list. Its end is written with the step after which no move is left.
CREATE UNIQUE INDEX IF NOT EXISTS list_case_not_ended ON list_case (uscc, list) WHERE ended_on IS NULL;

-- A step moves its case. Notice runs from the day on which it is recorded, never from an earlier one. A status that no move leaves is an
-- end: the table of moves says so, and nothing else does.
-- While a store is being migrated the trigger `list_case_steps` may still be there and does the same: then this one does nothing, so that
-- no step acts twice.
CREATE TRIGGER IF NOT EXISTS list_case_step_moves_its_case AFTER INSERT ON list_case_step
WHEN new.seq > 1 AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = 'list_case_steps')
BEGIN
    UPDATE list_case SET status = new.status, version = new.seq,
        notified_on = iif(new.move = 'notify', substr(new.at, 1, 10), notified_on),
        object_until = iif(new.move = 'notify', (SELECT t.ends_on FROM objection_term t WHERE t.told_on = substr(new.at, 1, 10)), object_until),
        objection = iif(new.move = 'object', new.note, objection),
        answer = iif(new.move IN ('answer', 'uphold'), new.note, answer),
        decided_by = iif(new.move IN ('approve', 'reject'), new.by, decided_by),
        decided_on = iif(new.move IN ('approve', 'reject'), substr(new.at, 1, 10), decided_on),
        published_on = iif(new.move = 'publish', substr(new.at, 1, 10), published_on),
        until_on = coalesce(new.until_on, until_on),
        reply = iif(new.move = 'reply', new.note, reply),
        repair = iif(new.move = 'apply_repair', new.note, repair),
        repair_applied_by = iif(new.move = 'apply_repair', new.by, repair_applied_by),
        repair_applied_on = iif(new.move = 'apply_repair', substr(new.at, 1, 10), repair_applied_on),
        ended_on = iif(EXISTS (SELECT 1 FROM list_case_move m WHERE m.list = list_case.list AND m.from_status = new.status), NULL, substr(new.at, 1, 10)),
        ended_why = iif(EXISTS (SELECT 1 FROM list_case_move m WHERE m.list = list_case.list AND m.from_status = new.status), NULL, new.note),
        changed_by = new.by, changed_at = new.at
    WHERE id = new.case_id;
    INSERT INTO list_log (seq, at, action, of, leaf, step_id)
    SELECT (SELECT coalesce(max(seq), 0) + 1 FROM list_log), new.at,
        CASE WHEN new.move = 'publish' THEN 'publish' WHEN new.content IS NULL THEN 'remove' ELSE 'change' END,
        (SELECT e.seq FROM list_entry e WHERE e.case_id = new.case_id AND e.gone_seq IS NULL), new.leaf, new.id
    WHERE new.leaf IS NOT NULL;
    UPDATE list_entry SET gone_seq = (SELECT l.seq FROM list_log l WHERE l.step_id = new.id)
    WHERE new.leaf IS NOT NULL AND case_id = new.case_id AND gone_seq IS NULL;
    INSERT INTO list_entry (seq, case_id, list, uscc, name, town, sector, published_on, content, salt)
    SELECT l.seq, new.case_id, new.content ->> '$.list', new.content ->> '$.uscc', new.content ->> '$.name', new.content ->> '$.town',
        new.content ->> '$.sector', new.content ->> '$.published_on', new.content, new.salt
    FROM list_log l WHERE l.step_id = new.id AND new.content IS NOT NULL;
END;

DROP TRIGGER IF EXISTS list_case_steps;
