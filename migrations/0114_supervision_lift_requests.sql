-- 提级包保 that a town asks for (001 §三.1): a business to an official of a higher tier than its level asks for, or to one of the district. The
-- office approves it, and only then is there an assignment.
CREATE TABLE IF NOT EXISTS lift_request (
    id INTEGER PRIMARY KEY,
    uscc TEXT NOT NULL,
    post_no TEXT NOT NULL REFERENCES post (post_no),
    starts_on TEXT NOT NULL,
    -- The assignment that it would follow.
    replaces INTEGER REFERENCES assignment (id),
    reason TEXT NOT NULL CHECK (reason <> ''),
    asked_by TEXT NOT NULL,
    asked_on TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'asked',
    -- Why the office refuses it.
    answer TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

-- Asked twice it is one.
CREATE UNIQUE INDEX IF NOT EXISTS lift_request_once ON lift_request (uscc, post_no) WHERE status = 'asked';

CREATE INDEX IF NOT EXISTS lift_request_open ON lift_request (status, id);

CREATE TRIGGER IF NOT EXISTS lift_request_created AFTER INSERT ON lift_request
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'lift-request/' || new.id, 'created',
        json_object('uscc', new.uscc, 'post_no', new.post_no, 'starts_on', new.starts_on, 'reason', new.reason));
END;

CREATE TRIGGER IF NOT EXISTS lift_request_changed AFTER UPDATE ON lift_request
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'lift-request/' || new.id, 'changed',
        json_object('status', old.status, 'reason', old.reason, 'starts_on', old.starts_on),
        json_object('status', new.status, 'reason', new.reason, 'starts_on', new.starts_on, 'answer', new.answer));
END;

CREATE TRIGGER IF NOT EXISTS lift_request_is_never_deleted BEFORE DELETE ON lift_request
BEGIN SELECT RAISE(ABORT, 'requests are answered, and never deleted'); END;

-- What is answered stays answered.
CREATE TRIGGER IF NOT EXISTS lift_request_is_answered_once BEFORE UPDATE ON lift_request WHEN old.status <> 'asked'
BEGIN SELECT RAISE(ABORT, 'a request is answered once'); END;

-- What the office approves is an assignment, with the reason of the town.
CREATE TRIGGER IF NOT EXISTS lift_request_approved AFTER UPDATE OF status ON lift_request WHEN new.status = 'approved'
BEGIN
    INSERT INTO assignment (uscc, cadre_no, post_no, starts_on, replaces, lifted_reason, changed_by, changed_at)
    SELECT new.uscc, p.cadre_no, p.post_no, new.starts_on, new.replaces, new.reason, new.changed_by, new.changed_at
    FROM post p WHERE p.post_no = new.post_no ON CONFLICT DO NOTHING;
END;

-- Each request with its business and the official who is asked for.
CREATE VIEW IF NOT EXISTS lift_request_ledger AS
SELECT r.id, r.uscc, e.name AS enterprise, e.town, e.level, r.post_no, p.cadre_no, p.name AS cadre, p.title, p.tier, p.starts_on AS post_starts_on,
    p.ends_on AS post_ends_on,
    r.starts_on, r.replaces, r.reason, r.asked_by, r.asked_on, r.status, r.answer, r.version
FROM lift_request r
JOIN post p ON p.post_no = r.post_no
JOIN enterprise_ledger e ON e.uscc = r.uscc;

-- What waits for the office.
CREATE VIEW IF NOT EXISTS task_lift_request AS
SELECT 'office' AS role, NULL AS town, NULL AS account, NULL AS cadre_no, NULL AS except_account, 'lift_request' AS what,
    '等待批准的提级包保' AS title, '/supervision/lift-requests?status=asked' AS path, NULL AS waits_from, NULL AS oldest_due, count(*) AS "count"
FROM lift_request WHERE status = 'asked';
