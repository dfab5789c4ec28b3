-- Papers that wait for a signature, on the home page of whoever signs.
CREATE VIEW IF NOT EXISTS task_notice_to_sign AS
SELECT n.signer AS role, NULL AS town, NULL AS account, NULL AS cadre_no, NULL AS except_account, 'notice_to_sign' AS what,
    '等待签发的文书' AS title, '/notices?status=drafted' AS path, NULL AS waits_from, NULL AS oldest_due, 1 AS "count"
FROM notice n WHERE n.status = 'drafted' AND n.status NOT IN ('closed', 'withdrawn') AND n.signer IS NOT NULL;

-- Papers that nobody has acknowledged, on the home page of their addressee. The moves of the code name the same persons.
CREATE VIEW IF NOT EXISTS task_notice_to_acknowledge AS
SELECT CASE n.addressee_kind WHEN 'committee' THEN 'chair' WHEN 'department' THEN 'office' ELSE n.addressee_kind END AS role,
    CASE n.addressee_kind WHEN 'station' THEN n.addressee WHEN 'town' THEN n.town END AS town, NULL AS account,
    iif(n.addressee_kind = 'cadre', n.addressee, NULL) AS cadre_no, NULL AS except_account, 'notice_to_acknowledge' AS what,
    '等待回执的文书' AS title, '/notices' AS path, NULL AS waits_from, n.due_on AS oldest_due, 1 AS "count"
FROM notice n WHERE n.status IN ('issued', 'delivered') AND n.status NOT IN ('closed', 'withdrawn');

CREATE INDEX IF NOT EXISTS delivery_dead ON delivery (id) WHERE status = 'dead';

-- Messages that the channels outside have given up, on the home page of the office.
CREATE VIEW IF NOT EXISTS task_message_failed AS
SELECT 'office' AS role, NULL AS town, NULL AS account, NULL AS cadre_no, NULL AS except_account, 'message_failed' AS what,
    '没有送达的消息' AS title, '/sweep/deliveries?status=dead' AS path, NULL AS waits_from, NULL AS oldest_due, 1 AS "count"
FROM delivery d WHERE d.status = 'dead';
