-- What risk_and_inspection has in a migrated store: each table with the rules that stand in it, its indexes and triggers, then the views that read it.
-- To be read, never run: made from the migrations by SHIAN_RENEW=1 cargo test -p store --test schema

-- Where a problem comes from: the channels that 004 §二(三) names, and what the program itself feeds in. The names that pages show stand in
-- `domain::problem::ProblemSource`; a test holds the two together.
CREATE TABLE problem_source (
    source TEXT PRIMARY KEY,
    -- Whether another function's record brings it in by itself: then nobody enters one of its numbers by hand
    is_fed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO problem_source (source, is_fed) VALUES
    ('complaint', 1),
    ('inspection', 0),
    ('monitoring', 0),
    ('other', 0),
    ('patrol', 0),
    ('publicity', 0),
    ('sample', 0),
    ('self_check', 0),
    ('third_party', 0),
    ('visit', 1);

-- What a problem is called that a case (立案) brought in: its kind, and neither that somebody reported nor what anybody wrote. A
-- test holds it equal to `domain::complaint::Category`.
CREATE TABLE problem_report_kind (
    category TEXT PRIMARY KEY,
    text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO problem_report_kind (category, text) VALUES
    ('additive', '立案核查：违法添加、假冒伪劣'),
    ('advertising', '立案核查：虚假宣传、网购食品'),
    ('canteen', '立案核查：食堂问题'),
    ('hygiene', '立案核查：环境卫生差'),
    ('illness', '立案核查：吃了以后身体不适'),
    ('label', '立案核查：过期、标签不对'),
    ('other', '立案核查：其他'),
    ('spoiled', '立案核查：食品变质、有异物'),
    ('unlicensed', '立案核查：没有证照');

-- How a problem moves, and who of which role may move it so. No statement gets past them, and the pages offer what stands here; a test
-- holds it equal to `domain::problem::MOVES`. The role `feed` is another function's record. `needs`: `assignee`, that the problem is
-- assigned to the role's own organisation; `another`, another person than who said that it is rectified.
CREATE TABLE problem_move (
    move TEXT NOT NULL,
    from_status TEXT NOT NULL,
    to_status TEXT NOT NULL,
    role TEXT NOT NULL,
    needs TEXT NOT NULL,
    PRIMARY KEY (move, from_status, role)
) STRICT, WITHOUT ROWID;

INSERT INTO problem_move (move, from_status, to_status, role, needs) VALUES
    ('accept', 'assigned', 'accepted', 'office', 'assignee'),
    ('accept', 'assigned', 'accepted', 'station', 'assignee'),
    ('accept', 'assigned', 'accepted', 'town', 'assignee'),
    ('assess', 'accepted', 'accepted', 'office', ''),
    ('assess', 'accepted', 'accepted', 'station', ''),
    ('assess', 'accepted', 'accepted', 'town', ''),
    ('assess', 'assigned', 'assigned', 'office', ''),
    ('assess', 'assigned', 'assigned', 'station', ''),
    ('assess', 'assigned', 'assigned', 'town', ''),
    ('assess', 'found', 'found', 'office', ''),
    ('assess', 'found', 'found', 'station', ''),
    ('assess', 'found', 'found', 'town', ''),
    ('assign', 'accepted', 'assigned', 'office', ''),
    ('assign', 'accepted', 'assigned', 'town', ''),
    ('assign', 'assigned', 'assigned', 'office', ''),
    ('assign', 'assigned', 'assigned', 'town', ''),
    ('assign', 'found', 'assigned', 'office', ''),
    ('assign', 'found', 'assigned', 'town', ''),
    ('rectify', 'accepted', 'rectified', 'cadre', ''),
    ('rectify', 'accepted', 'rectified', 'feed', ''),
    ('rectify', 'accepted', 'rectified', 'office', ''),
    ('rectify', 'accepted', 'rectified', 'station', 'assignee'),
    ('rectify', 'accepted', 'rectified', 'town', 'assignee'),
    ('rectify', 'assigned', 'rectified', 'cadre', ''),
    ('rectify', 'assigned', 'rectified', 'feed', ''),
    ('rectify', 'assigned', 'rectified', 'office', ''),
    ('rectify', 'assigned', 'rectified', 'station', 'assignee'),
    ('rectify', 'assigned', 'rectified', 'town', 'assignee'),
    ('rectify', 'found', 'rectified', 'cadre', ''),
    ('rectify', 'found', 'rectified', 'feed', ''),
    ('rectify', 'found', 'rectified', 'office', ''),
    ('rectify', 'found', 'rectified', 'station', ''),
    ('rectify', 'found', 'rectified', 'town', ''),
    ('reopen', 'rectified', 'assigned', 'office', 'another'),
    ('reopen', 'rectified', 'assigned', 'station', 'another'),
    ('reopen', 'rectified', 'assigned', 'town', 'another'),
    ('reopen', 'struck_off', 'assigned', 'office', ''),
    ('reopen', 'struck_off', 'assigned', 'town', ''),
    ('reopen', 'verified', 'assigned', 'office', ''),
    ('reopen', 'verified', 'assigned', 'town', ''),
    ('strike_off', 'verified', 'struck_off', 'office', ''),
    ('strike_off', 'verified', 'struck_off', 'town', ''),
    ('verify', 'rectified', 'verified', 'office', 'another'),
    ('verify', 'rectified', 'verified', 'station', 'another'),
    ('verify', 'rectified', 'verified', 'town', 'another'),
    ('warn', 'accepted', 'accepted', 'office', ''),
    ('warn', 'accepted', 'accepted', 'town', ''),
    ('warn', 'assigned', 'assigned', 'office', ''),
    ('warn', 'assigned', 'assigned', 'town', ''),
    ('warn', 'found', 'found', 'office', ''),
    ('warn', 'found', 'found', 'town', '');

-- What a message about a problem begins with.
CREATE TABLE problem_message (
    move TEXT PRIMARY KEY,
    word TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO problem_message (move, word) VALUES
    ('warn', '风险预警');

-- Every problem from whichever source, until it is struck off (004 §二(三): 常态化排查、联动式研判、精准化预警、实时化交办、销号式处置). It is a task
-- between offices and orders nothing of a business (国办发〔2024〕54号).
CREATE TABLE problem (
    id INTEGER PRIMARY KEY,
    -- The number of the business; null where it is of none
    uscc TEXT,
    -- The id of the town in which it lies; null where nobody knows it yet: then the office alone sees it
    town TEXT,
    source TEXT NOT NULL REFERENCES problem_source (source),
    -- What the source calls it: the problem of a visit, the number of a case
    source_id TEXT,
    -- The official who found it, where an official did
    cadre_no TEXT,
    text TEXT NOT NULL CHECK (text <> ''),
    level TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'found',
    found_on TEXT NOT NULL,
    registered_on TEXT NOT NULL,
    -- `station` or `town`: the organisation of the town that has to settle it; `office`: the office itself
    assigned_to TEXT,
    -- The account in that organisation, where one was named
    person TEXT,
    assigned_on TEXT,
    -- By when it is to be rectified
    mend_by TEXT,
    warned_on TEXT,
    rectified_on TEXT,
    rectified_by TEXT,
    rectified_note TEXT NOT NULL DEFAULT '',
    verified_on TEXT,
    verified_by TEXT,
    struck_off_on TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    UNIQUE (source, source_id),
    CHECK (town IS NOT NULL OR coalesce(assigned_to, 'office') = 'office')
) STRICT;

CREATE INDEX problem_uscc ON problem (uscc) WHERE uscc IS NOT NULL;

CREATE INDEX problem_open ON problem (town, status) WHERE status <> 'struck_off';

-- A status changes only with the step that has been inserted for it.
CREATE TRIGGER problem_moves_as_allowed BEFORE UPDATE ON problem
WHEN NOT EXISTS (SELECT 1 FROM problem_step s WHERE s.problem_id = old.id AND s.seq = new.version AND s.status = new.status AND new.version = old.version + 1)
BEGIN SELECT RAISE(ABORT, 'a problem cannot move so'); END;

-- A problem comes with its first step. What was carried over when the register began stands in the audit under its own record.
CREATE TRIGGER problem_created AFTER INSERT ON problem
BEGIN
    INSERT INTO problem_step (problem_id, seq, move, status, level, assigned_to, town, mend_by, role, at, by)
    VALUES (new.id, 1, 'find', new.status, new.level, new.assigned_to, new.town, new.mend_by, '', new.changed_at, new.changed_by);
    INSERT INTO audit (at, actor, record, action, after)
    SELECT new.changed_at, new.changed_by, 'problem/' || new.id, 'created',
        json_object('uscc', new.uscc, 'town', new.town, 'source', new.source, 'source_id', new.source_id, 'text', new.text, 'level', new.level,
            'status', new.status, 'found_on', new.found_on, 'assigned_to', new.assigned_to, 'mend_by', new.mend_by)
    WHERE new.changed_by <> 'migration';
END;

-- Each move leaves a row in the audit.
CREATE TRIGGER problem_changed AFTER UPDATE ON problem
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'problem/' || new.id, 'changed',
        json_object('status', old.status, 'level', old.level, 'town', old.town, 'assigned_to', old.assigned_to, 'person', old.person, 'mend_by', old.mend_by,
            'warned_on', old.warned_on, 'rectified_note', old.rectified_note),
        json_object('status', new.status, 'level', new.level, 'town', new.town, 'assigned_to', new.assigned_to, 'person', new.person, 'mend_by', new.mend_by,
            'warned_on', new.warned_on, 'rectified_note', new.rectified_note));
END;

-- What was found by mistake is struck off with its reason.
CREATE TRIGGER problem_is_never_deleted BEFORE DELETE ON problem
BEGIN SELECT RAISE(ABORT, 'a problem is struck off, never deleted'); END;

-- The day by which the next step of a problem is due; null where none is.
CREATE VIEW problem_term AS
SELECT p.id AS problem_id, CASE
    WHEN p.status = 'found' THEN (SELECT w.ends_on FROM problem_workdays w WHERE w.policy = 'problem_assign_workdays' AND w.begins_on = p.registered_on)
    WHEN p.status IN ('assigned', 'accepted') THEN p.mend_by
    WHEN p.status = 'rectified' THEN (SELECT w.ends_on FROM problem_workdays w WHERE w.policy = 'problem_verify_workdays' AND w.begins_on = p.rectified_on) END AS due_on
FROM problem p;

-- What the register says of a problem that a visit found, for supervision: by the number of the visit's own record.
CREATE VIEW visit_problem_standing AS
SELECT p.source_id AS visit_problem, p.id AS problem, p.status, p.status IN ('found', 'assigned', 'accepted') AS is_open, p.mend_by, p.rectified_on
FROM problem p WHERE p.source = 'visit';

-- The problems of a business, for its page at the desk.
CREATE VIEW enterprise_problem AS
SELECT p.uscc, p.id, p.text, p.level, p.source, p.status, p.found_on, t.due_on, p.struck_off_on
FROM problem p JOIN problem_term t ON t.problem_id = p.id WHERE p.uscc IS NOT NULL;

-- A problem is rectified by its day. Whoever it is assigned to owes that, and until then the office; of a business that is gone nobody owes
-- it any more. Those that visits found keep the keys that they had, also where nobody has been given what was carried over.
CREATE VIEW deadline_problem_rectification AS
SELECT 'problem' AS rule, 'problem/' || iif(p.source = 'visit' AND p.source_id IS NOT NULL, p.source_id, 'register/' || p.id) AS "key",
    coalesce(e.name || '：', '') || p.text AS subject,
    iif(p.assigned_to IN ('station', 'town'), p.assigned_to, 'department') AS owed_by_kind,
    iif(p.assigned_to IN ('station', 'town'), p.town, '区食药安办') AS owed_by, p.town, p.mend_by AS due_on, p.rectified_on AS met_on,
    json_object('uscc', p.uscc, 'problem', p.id, 'found_on', p.found_on) AS evidence
FROM problem p LEFT JOIN enterprise_in_business e ON e.uscc = p.uscc
WHERE p.mend_by IS NOT NULL AND (p.assigned_to IS NOT NULL OR p.changed_by = 'migration') AND (p.uscc IS NULL OR e.uscc IS NOT NULL);

-- A problem that somebody entered is assigned within some working days: by the town, or by the office where no town is known.
CREATE VIEW deadline_problem_assignment AS
SELECT 'problem_assign' AS rule, 'problem_assign/' || p.id AS "key", coalesce(e.name || '：', '') || p.text AS subject,
    iif(p.town IS NULL, 'department', 'town') AS owed_by_kind, coalesce(p.town, '区食药安办') AS owed_by, p.town,
    (SELECT w.ends_on FROM problem_workdays w WHERE w.policy = 'problem_assign_workdays' AND w.begins_on = p.registered_on) AS due_on,
    (SELECT substr(min(s.at), 1, 10) FROM problem_step s WHERE s.problem_id = p.id AND s.status <> 'found') AS met_on,
    json_object('uscc', p.uscc, 'problem', p.id, 'registered_on', p.registered_on) AS evidence
FROM problem p LEFT JOIN enterprise_in_business e ON e.uscc = p.uscc
WHERE EXISTS (SELECT 1 FROM problem_step s WHERE s.problem_id = p.id AND s.seq = 1 AND s.status = 'found' AND s.by <> 'migration')
    AND (p.uscc IS NULL OR e.uscc IS NOT NULL);

-- What is rectified is verified within some working days, by the other office of the town: what the station settled by the town's, what
-- the town settled by the station; where no town is known, by the office.
CREATE VIEW deadline_problem_verification AS
SELECT 'problem_verify' AS rule, 'problem_verify/' || p.id AS "key", coalesce(e.name || '：', '') || p.text AS subject,
    CASE WHEN p.town IS NULL THEN 'department' WHEN p.assigned_to = 'town' THEN 'station' ELSE 'town' END AS owed_by_kind,
    coalesce(p.town, '区食药安办') AS owed_by, p.town,
    (SELECT w.ends_on FROM problem_workdays w WHERE w.policy = 'problem_verify_workdays' AND w.begins_on = p.rectified_on) AS due_on,
    p.verified_on AS met_on, json_object('uscc', p.uscc, 'problem', p.id, 'rectified_on', p.rectified_on) AS evidence
FROM problem p LEFT JOIN enterprise_in_business e ON e.uscc = p.uscc
WHERE p.rectified_on IS NOT NULL AND (p.status = 'rectified' OR p.verified_on IS NOT NULL) AND (p.uscc IS NULL OR e.uscc IS NOT NULL);

-- What waits on home pages: for whoever it is assigned to, to take over and to settle; for the town, or the office where no town is known,
-- to assign and to strike off; for the other office of the town, to verify; and for the office all that is overdue.
CREATE VIEW task_problem AS
SELECT CASE WHEN p.town IS NULL THEN 'office' ELSE w.role END AS role, p.town, NULL AS account, NULL AS cadre_no, p.except_account,
    'problem_' || p.status AS what, w.title, '/problems?status=' || p.status AS path, NULL AS waits_from, p.due_on AS oldest_due, 1 AS "count"
FROM (SELECT p.town, p.status, p.assigned_to, t.due_on, iif(p.status = 'rectified', p.rectified_by, NULL) AS except_account
    FROM problem p JOIN problem_term t ON t.problem_id = p.id
    WHERE p.status <> 'struck_off' AND (p.uscc IS NULL OR p.uscc IN (SELECT uscc FROM enterprise_in_business))) p
JOIN (SELECT 'found' AS status, NULL AS assigned_to, 'town' AS role, '等待分派的问题' AS title
    UNION ALL SELECT 'assigned', 'station', 'station', '转来、等待接收的问题'
    UNION ALL SELECT 'assigned', 'town', 'town', '转来、等待接收的问题'
    UNION ALL SELECT 'assigned', 'office', 'office', '转来、等待接收的问题'
    UNION ALL SELECT 'accepted', 'station', 'station', '办理中的问题'
    UNION ALL SELECT 'accepted', 'town', 'town', '办理中的问题'
    UNION ALL SELECT 'accepted', 'office', 'office', '办理中的问题'
    UNION ALL SELECT 'rectified', 'station', 'town', '等待复核的问题'
    UNION ALL SELECT 'rectified', 'town', 'station', '等待复核的问题'
    UNION ALL SELECT 'rectified', 'office', 'town', '等待复核的问题'
    UNION ALL SELECT 'verified', NULL, 'town', '复核过、等待销号的问题') w
    ON w.status = p.status AND (w.assigned_to IS NULL OR w.assigned_to = p.assigned_to)
UNION ALL
SELECT 'office', NULL, NULL, NULL, NULL, 'problem_overdue', '超过期限的问题', '/problems?overdue=yes', date(t.due_on, '+1 day'), t.due_on, 1
FROM problem p JOIN problem_term t ON t.problem_id = p.id
WHERE p.status <> 'struck_off' AND t.due_on IS NOT NULL AND (p.uscc IS NULL OR p.uscc IN (SELECT uscc FROM enterprise_in_business));

-- Each step with who and when. Inserting one is the move: its trigger does the rest.
CREATE TABLE problem_step (
    id INTEGER PRIMARY KEY,
    problem_id INTEGER NOT NULL REFERENCES problem (id),
    -- The version that the problem has after it
    seq INTEGER NOT NULL,
    move TEXT NOT NULL,
    status TEXT NOT NULL,
    -- What it sets, where it sets something
    level TEXT,
    assigned_to TEXT,
    town TEXT,
    person TEXT,
    mend_by TEXT,
    note TEXT NOT NULL DEFAULT '',
    -- The role in which it was made; `feed` where another function's record made it, blank for the first
    role TEXT NOT NULL,
    at TEXT NOT NULL,
    by TEXT NOT NULL,
    UNIQUE (problem_id, seq)
) STRICT;

-- A step that the table of moves does not have is none, and nobody verifies what they have rectified.
CREATE TRIGGER problem_step_is_allowed BEFORE INSERT ON problem_step
WHEN new.seq <> 1 AND NOT EXISTS (SELECT 1 FROM problem p JOIN problem_move m
    ON m.move = new.move AND m.from_status = p.status AND m.to_status = new.status AND m.role = new.role
    WHERE p.id = new.problem_id AND p.version = new.seq - 1
        AND (m.needs <> 'assignee' OR p.assigned_to IS new.role) AND (m.needs <> 'another' OR p.rectified_by IS NOT new.by))
BEGIN SELECT RAISE(ABORT, 'a problem cannot move so'); END;

-- A step moves its problem. What is rectified before anybody assigned it was the town's or the office's where these say so, otherwise the station's, and the office's where no town is known; what
-- is reopened has to be rectified and verified again.
CREATE TRIGGER problem_step_moves_its_problem AFTER INSERT ON problem_step WHEN new.seq > 1
BEGIN
    UPDATE problem SET status = new.status, version = new.seq,
        level = coalesce(new.level, level),
        town = coalesce(new.town, town),
        assigned_to = iif(new.status = 'found', assigned_to, coalesce(new.assigned_to, assigned_to,
            CASE WHEN coalesce(new.town, town) IS NULL THEN 'office' WHEN new.role IN ('town', 'office') THEN new.role ELSE 'station' END)),
        person = iif(new.move = 'assign', new.person, person),
        assigned_on = iif(new.move IN ('assign', 'reopen') OR assigned_on IS NULL AND new.status <> 'found', substr(new.at, 1, 10), assigned_on),
        mend_by = iif(new.move IN ('assign', 'reopen'), new.mend_by, mend_by),
        warned_on = iif(new.move = 'warn', substr(new.at, 1, 10), warned_on),
        rectified_on = CASE new.move WHEN 'rectify' THEN substr(new.at, 1, 10) WHEN 'reopen' THEN NULL ELSE rectified_on END,
        rectified_by = CASE new.move WHEN 'rectify' THEN new.by WHEN 'reopen' THEN NULL ELSE rectified_by END,
        rectified_note = CASE new.move WHEN 'rectify' THEN new.note WHEN 'reopen' THEN '' ELSE rectified_note END,
        verified_on = CASE new.move WHEN 'verify' THEN substr(new.at, 1, 10) WHEN 'reopen' THEN NULL ELSE verified_on END,
        verified_by = CASE new.move WHEN 'verify' THEN new.by WHEN 'reopen' THEN NULL ELSE verified_by END,
        struck_off_on = CASE new.move WHEN 'strike_off' THEN substr(new.at, 1, 10) WHEN 'reopen' THEN NULL ELSE struck_off_on END,
        changed_by = new.by, changed_at = new.at
    WHERE id = new.problem_id;
    INSERT INTO message (key, kind, recipient_kind, recipient, title, text, path, created_at)
    SELECT 'problem-warning/' || p.id || '/' || new.seq || '/' || told.value, 'reminder', told.value, p.town,
        w.word || '：' || coalesce((SELECT e.name FROM enterprise_ledger e WHERE e.uscc = p.uscc), p.text), new.note, '/problems/' || p.id, new.at
    FROM problem p JOIN problem_message w ON w.move = new.move, json_each('["station","town"]') told
    WHERE p.id = new.problem_id AND p.town IS NOT NULL
    ON CONFLICT (key) DO NOTHING;
END;

-- What was done stays as it was done.
CREATE TRIGGER problem_step_is_never_changed BEFORE UPDATE ON problem_step
BEGIN SELECT RAISE(ABORT, 'steps are never changed'); END;

-- The history of a problem is whole.
CREATE TRIGGER problem_step_is_never_deleted BEFORE DELETE ON problem_step
BEGIN SELECT RAISE(ABORT, 'steps are never deleted'); END;

-- A photograph of a problem; its bytes are in the key-value store.
CREATE TABLE problem_attachment (
    id TEXT PRIMARY KEY,
    problem_id INTEGER NOT NULL REFERENCES problem (id),
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX problem_attachment_problem ON problem_attachment (problem_id);

-- Who added a photograph stands in the audit of its problem.
CREATE TRIGGER problem_attachment_created AFTER INSERT ON problem_attachment
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'problem/' || new.problem_id, 'changed', json_object('photo', new.id, 'name', new.name, 'bytes', new.bytes));
END;

-- A photograph is evidence.
CREATE TRIGGER problem_attachment_is_never_changed BEFORE UPDATE ON problem_attachment
BEGIN SELECT RAISE(ABORT, 'a photograph is never changed'); END;

-- The same: it is kept as long as its problem.
CREATE TRIGGER problem_attachment_is_never_deleted BEFORE DELETE ON problem_attachment
BEGIN SELECT RAISE(ABORT, 'a photograph is never deleted'); END;

-- The last day of a term that begins on a day, which itself is not counted.
CREATE VIEW problem_workdays AS
SELECT p.name AS policy, t.date AS begins_on, (SELECT min(d.date) FROM calendar_day d WHERE d.is_workday AND d.workdays = t.workdays + p.value) AS ends_on
FROM calendar_day t JOIN policy_ledger p ON p.valid_from <= t.date AND (p.valid_before IS NULL OR t.date < p.valid_before)
WHERE p.name IN ('problem_assign_workdays', 'problem_general_workdays', 'problem_larger_workdays', 'problem_major_workdays', 'problem_verify_workdays');
