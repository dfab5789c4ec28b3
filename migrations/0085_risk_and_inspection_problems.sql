-- Where a problem comes from: the channels that 004 §二(三) names, and what the program itself feeds in. The names that pages show stand in
-- `domain::problem::ProblemSource`; a test holds the two together.
CREATE TABLE IF NOT EXISTS problem_source (
    source TEXT PRIMARY KEY,
    -- Whether another function's record brings it in by itself: then nobody enters one of its numbers by hand
    is_fed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO problem_source (source, is_fed) VALUES
    ('visit', 1), ('complaint', 1), ('patrol', 0), ('inspection', 0), ('sample', 0), ('monitoring', 0), ('publicity', 0),
    ('third_party', 0), ('self_check', 0), ('other', 0)
ON CONFLICT (source) DO NOTHING;

-- What a problem is called that a case (立案) brought in: its kind, and neither that somebody reported nor what anybody wrote. A
-- test holds it equal to `domain::complaint::Category`.
CREATE TABLE IF NOT EXISTS problem_report_kind (
    category TEXT PRIMARY KEY,
    text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO problem_report_kind (category, text) VALUES
    ('spoiled', '立案核查：食品变质、有异物'),
    ('illness', '立案核查：吃了以后身体不适'),
    ('hygiene', '立案核查：环境卫生差'),
    ('label', '立案核查：过期、标签不对'),
    ('additive', '立案核查：违法添加、假冒伪劣'),
    ('unlicensed', '立案核查：没有证照'),
    ('canteen', '立案核查：食堂问题'),
    ('advertising', '立案核查：虚假宣传、网购食品'),
    ('other', '立案核查：其他')
ON CONFLICT (category) DO NOTHING;

-- How a problem moves, and who of which role may move it so. No statement gets past them, and the pages offer what stands here; a test
-- holds it equal to `domain::problem::MOVES`. The role `feed` is another function's record. `needs`: `assignee`, that the problem is
-- assigned to the role's own organisation; `another`, another person than who said that it is rectified.
CREATE TABLE IF NOT EXISTS problem_move (
    move TEXT NOT NULL,
    from_status TEXT NOT NULL,
    to_status TEXT NOT NULL,
    role TEXT NOT NULL,
    needs TEXT NOT NULL,
    PRIMARY KEY (move, from_status, role)
) STRICT, WITHOUT ROWID;

INSERT INTO problem_move (move, from_status, to_status, role, needs)
SELECT m.move, m.from_status, m.to_status, r.value ->> 0, r.value ->> 1 FROM (
    SELECT 'assess' AS move, 'found' AS from_status, 'found' AS to_status, '[["office",""],["town",""],["station",""]]' AS roles
    UNION ALL SELECT 'assess', 'assigned', 'assigned', '[["office",""],["town",""],["station",""]]'
    UNION ALL SELECT 'assess', 'accepted', 'accepted', '[["office",""],["town",""],["station",""]]'
    UNION ALL SELECT 'warn', 'found', 'found', '[["office",""],["town",""]]'
    UNION ALL SELECT 'warn', 'assigned', 'assigned', '[["office",""],["town",""]]'
    UNION ALL SELECT 'warn', 'accepted', 'accepted', '[["office",""],["town",""]]'
    UNION ALL SELECT 'assign', 'found', 'assigned', '[["office",""],["town",""]]'
    UNION ALL SELECT 'assign', 'assigned', 'assigned', '[["office",""],["town",""]]'
    UNION ALL SELECT 'assign', 'accepted', 'assigned', '[["office",""],["town",""]]'
    UNION ALL SELECT 'accept', 'assigned', 'accepted', '[["office","assignee"],["town","assignee"],["station","assignee"]]'
    UNION ALL SELECT 'rectify', 'found', 'rectified', '[["office",""],["town",""],["station",""],["cadre",""],["feed",""]]'
    UNION ALL SELECT 'rectify', 'assigned', 'rectified', '[["office",""],["town","assignee"],["station","assignee"],["cadre",""],["feed",""]]'
    UNION ALL SELECT 'rectify', 'accepted', 'rectified', '[["office",""],["town","assignee"],["station","assignee"],["cadre",""],["feed",""]]'
    UNION ALL SELECT 'verify', 'rectified', 'verified', '[["office","another"],["town","another"],["station","another"]]'
    UNION ALL SELECT 'strike_off', 'verified', 'struck_off', '[["office",""],["town",""]]'
    UNION ALL SELECT 'reopen', 'rectified', 'assigned', '[["office","another"],["town","another"],["station","another"]]'
    UNION ALL SELECT 'reopen', 'verified', 'assigned', '[["office",""],["town",""]]'
    UNION ALL SELECT 'reopen', 'struck_off', 'assigned', '[["office",""],["town",""]]') m, json_each(m.roles) r
WHERE true ON CONFLICT (move, from_status, role) DO NOTHING;

-- What a message about a problem begins with.
CREATE TABLE IF NOT EXISTS problem_message (
    move TEXT PRIMARY KEY,
    word TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO problem_message (move, word) VALUES ('warn', '风险预警') ON CONFLICT (move) DO NOTHING;

-- Every problem from whichever source, until it is struck off (004 §二(三): 常态化排查、联动式研判、精准化预警、实时化交办、销号式处置). It is a task
-- between offices and orders nothing of a business (国办发〔2024〕54号).
CREATE TABLE IF NOT EXISTS problem (
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

CREATE INDEX IF NOT EXISTS problem_uscc ON problem (uscc) WHERE uscc IS NOT NULL;

CREATE INDEX IF NOT EXISTS problem_open ON problem (town, status) WHERE status <> 'struck_off';

-- Each step with who and when. Inserting one is the move: its trigger does the rest.
CREATE TABLE IF NOT EXISTS problem_step (
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
CREATE TRIGGER IF NOT EXISTS problem_step_is_allowed BEFORE INSERT ON problem_step
WHEN new.seq <> 1 AND NOT EXISTS (SELECT 1 FROM problem p JOIN problem_move m
    ON m.move = new.move AND m.from_status = p.status AND m.to_status = new.status AND m.role = new.role
    WHERE p.id = new.problem_id AND p.version = new.seq - 1
        AND (m.needs <> 'assignee' OR p.assigned_to IS new.role) AND (m.needs <> 'another' OR p.rectified_by IS NOT new.by))
BEGIN SELECT RAISE(ABORT, 'a problem cannot move so'); END;

-- A step moves its problem. What is rectified before anybody assigned it was the town's or the office's where these say so, otherwise the station's, and the office's where no town is known; what
-- is reopened has to be rectified and verified again.
CREATE TRIGGER IF NOT EXISTS problem_step_moves_its_problem AFTER INSERT ON problem_step WHEN new.seq > 1
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
CREATE TRIGGER IF NOT EXISTS problem_step_is_never_changed BEFORE UPDATE ON problem_step
BEGIN SELECT RAISE(ABORT, 'steps are never changed'); END;

-- The history of a problem is whole.
CREATE TRIGGER IF NOT EXISTS problem_step_is_never_deleted BEFORE DELETE ON problem_step
BEGIN SELECT RAISE(ABORT, 'steps are never deleted'); END;

-- A status changes only with the step that has been inserted for it.
CREATE TRIGGER IF NOT EXISTS problem_moves_as_allowed BEFORE UPDATE ON problem
WHEN NOT EXISTS (SELECT 1 FROM problem_step s WHERE s.problem_id = old.id AND s.seq = new.version AND s.status = new.status AND new.version = old.version + 1)
BEGIN SELECT RAISE(ABORT, 'a problem cannot move so'); END;

-- A problem comes with its first step. What was carried over when the register began stands in the audit under its own record.
CREATE TRIGGER IF NOT EXISTS problem_created AFTER INSERT ON problem
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
CREATE TRIGGER IF NOT EXISTS problem_changed AFTER UPDATE ON problem
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'problem/' || new.id, 'changed',
        json_object('status', old.status, 'level', old.level, 'town', old.town, 'assigned_to', old.assigned_to, 'person', old.person, 'mend_by', old.mend_by,
            'warned_on', old.warned_on, 'rectified_note', old.rectified_note),
        json_object('status', new.status, 'level', new.level, 'town', new.town, 'assigned_to', new.assigned_to, 'person', new.person, 'mend_by', new.mend_by,
            'warned_on', new.warned_on, 'rectified_note', new.rectified_note));
END;

-- What was found by mistake is struck off with its reason.
CREATE TRIGGER IF NOT EXISTS problem_is_never_deleted BEFORE DELETE ON problem
BEGIN SELECT RAISE(ABORT, 'a problem is struck off, never deleted'); END;

-- A photograph of a problem; its bytes are in the key-value store.
CREATE TABLE IF NOT EXISTS problem_attachment (
    id TEXT PRIMARY KEY,
    problem_id INTEGER NOT NULL REFERENCES problem (id),
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS problem_attachment_problem ON problem_attachment (problem_id);

-- Who added a photograph stands in the audit of its problem.
CREATE TRIGGER IF NOT EXISTS problem_attachment_created AFTER INSERT ON problem_attachment
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'problem/' || new.problem_id, 'changed', json_object('photo', new.id, 'name', new.name, 'bytes', new.bytes));
END;

-- A photograph is evidence.
CREATE TRIGGER IF NOT EXISTS problem_attachment_is_never_changed BEFORE UPDATE ON problem_attachment
BEGIN SELECT RAISE(ABORT, 'a photograph is never changed'); END;

-- The same: it is kept as long as its problem.
CREATE TRIGGER IF NOT EXISTS problem_attachment_is_never_deleted BEFORE DELETE ON problem_attachment
BEGIN SELECT RAISE(ABORT, 'a photograph is never deleted'); END;

-- The terms, in working days, which a district sets: to assign, to rectify by level, to verify.
INSERT INTO policy_rule (name, title, kind, source, at_least, at_most) VALUES
    ('problem_assign_workdays', '问题登记后多少个工作日内分派', 'whole_number', '本区确定（南通长效机制意见：实时化交办）', 1, 250),
    ('problem_general_workdays', '一般问题分派后多少个工作日内整改', 'whole_number', '本区确定', 1, 250),
    ('problem_larger_workdays', '较大问题分派后多少个工作日内整改', 'whole_number', '本区确定', 1, 250),
    ('problem_major_workdays', '重大问题分派后多少个工作日内整改', 'whole_number', '本区确定', 1, 250),
    ('problem_verify_workdays', '问题整改后多少个工作日内复核', 'whole_number', '本区确定', 1, 250)
ON CONFLICT (name) DO NOTHING;

INSERT INTO policy (name, valid_from, value, changed_by, changed_at) VALUES
    ('problem_assign_workdays', '2020-01-01', '2', 'migration', '2026-11-27T00:00:00+08:00'),
    ('problem_general_workdays', '2020-01-01', '15', 'migration', '2026-11-27T00:00:00+08:00'),
    ('problem_larger_workdays', '2020-01-01', '10', 'migration', '2026-11-27T00:00:00+08:00'),
    ('problem_major_workdays', '2020-01-01', '5', 'migration', '2026-11-27T00:00:00+08:00'),
    ('problem_verify_workdays', '2020-01-01', '10', 'migration', '2026-11-27T00:00:00+08:00')
ON CONFLICT (name, valid_from) DO NOTHING;

-- The last day of a term that begins on a day, which itself is not counted.
CREATE VIEW IF NOT EXISTS problem_workdays AS
SELECT p.name AS policy, t.date AS begins_on, (SELECT min(d.date) FROM calendar_day d WHERE d.is_workday AND d.workdays = t.workdays + p.value) AS ends_on
FROM calendar_day t JOIN policy_ledger p ON p.valid_from <= t.date AND (p.valid_before IS NULL OR t.date < p.valid_before)
WHERE p.name IN ('problem_assign_workdays', 'problem_general_workdays', 'problem_larger_workdays', 'problem_major_workdays', 'problem_verify_workdays');

-- The day by which the next step of a problem is due; null where none is.
CREATE VIEW IF NOT EXISTS problem_term AS
SELECT p.id AS problem_id, CASE
    WHEN p.status = 'found' THEN (SELECT w.ends_on FROM problem_workdays w WHERE w.policy = 'problem_assign_workdays' AND w.begins_on = p.registered_on)
    WHEN p.status IN ('assigned', 'accepted') THEN p.mend_by
    WHEN p.status = 'rectified' THEN (SELECT w.ends_on FROM problem_workdays w WHERE w.policy = 'problem_verify_workdays' AND w.begins_on = p.rectified_on) END AS due_on
FROM problem p;

-- What an official finds at a door and what is not put right at once goes to the station of the place in the statement that records it;
-- where no town is known, to whoever assigns. What was put right at once waits to be verified like all that is rectified: otherwise
-- leaving the day blank would be a way around the register.
CREATE TRIGGER IF NOT EXISTS visit_problem_enters_register AFTER INSERT ON visit_problem
BEGIN
    INSERT INTO problem (uscc, town, source, source_id, cadre_no, text, level, status, found_on, registered_on, assigned_to, assigned_on, mend_by,
        rectified_on, rectified_by, rectified_note, changed_by, changed_at)
    SELECT new.uscc, nullif(e.town, ''), 'visit', CAST(new.id AS TEXT), new.cadre_no, new.text, 'general',
        CASE WHEN new.mended_on IS NOT NULL THEN 'rectified' WHEN nullif(e.town, '') IS NULL THEN 'found' ELSE 'assigned' END,
        new.found_on, substr(new.changed_at, 1, 10),
        CASE WHEN nullif(e.town, '') IS NOT NULL THEN 'station' WHEN new.mended_on IS NOT NULL THEN 'office' END,
        iif(nullif(e.town, '') IS NULL AND new.mended_on IS NULL, NULL, substr(new.changed_at, 1, 10)),
        -- The station has its term, however early the day that the official named.
        max(new.mend_by, coalesce((SELECT w.ends_on FROM problem_workdays w
            WHERE w.policy = 'problem_general_workdays' AND w.begins_on = substr(new.changed_at, 1, 10)), new.mend_by)),
        iif(new.mended_on IS NULL, NULL, substr(new.changed_at, 1, 10)), iif(new.mended_on IS NULL, NULL, new.changed_by), new.mend_note,
        new.changed_by, new.changed_at
    FROM (SELECT 1) one LEFT JOIN enterprise_ledger e ON e.uscc = new.uscc WHERE true
    ON CONFLICT (source, source_id) DO NOTHING;
END;

-- An official who sees at the next visit that a problem is mended says so in the visit's own record, and the register has it too.
CREATE TRIGGER IF NOT EXISTS visit_problem_mended_is_rectified AFTER UPDATE ON visit_problem WHEN new.mended_on IS NOT NULL
BEGIN
    INSERT INTO problem_step (problem_id, seq, move, status, note, role, at, by)
    SELECT p.id, p.version + 1, m.move, m.to_status, new.mend_note, m.role, new.changed_at, new.changed_by
    FROM problem p JOIN problem_move m ON m.move = 'rectify' AND m.from_status = p.status AND m.role = 'feed'
    WHERE p.source = 'visit' AND p.source_id = CAST(new.id AS TEXT);
END;

-- What visits had found before the register began and is still open is the station's, by the day that had been named.
INSERT INTO problem (uscc, town, source, source_id, cadre_no, text, level, status, found_on, registered_on, assigned_to, assigned_on, mend_by, changed_by, changed_at)
SELECT v.uscc, nullif(e.town, ''), 'visit', CAST(v.id AS TEXT), v.cadre_no, v.text, 'general', iif(nullif(e.town, '') IS NULL, 'found', 'assigned'),
    v.found_on, '2026-11-27', iif(nullif(e.town, '') IS NULL, NULL, 'station'), iif(nullif(e.town, '') IS NULL, NULL, '2026-11-27'), v.mend_by,
    'migration', '2026-11-27T00:00:00+08:00'
FROM visit_problem v LEFT JOIN enterprise_ledger e ON e.uscc = v.uscc WHERE v.mended_on IS NULL
ON CONFLICT (source, source_id) DO NOTHING;

-- What had been mended was settled by the rules of its time: it is in the register as struck off, and nobody verifies it years later.
INSERT INTO problem (uscc, town, source, source_id, cadre_no, text, level, status, found_on, registered_on, assigned_to, assigned_on, mend_by,
    rectified_on, rectified_by, rectified_note, struck_off_on, changed_by, changed_at)
SELECT v.uscc, nullif(e.town, ''), 'visit', CAST(v.id AS TEXT), v.cadre_no, v.text, 'general', 'struck_off', v.found_on, '2026-11-27',
    iif(nullif(e.town, '') IS NULL, 'office', 'station'), '2026-11-27', v.mend_by, v.mended_on, v.changed_by, v.mend_note, v.mended_on,
    'migration', '2026-11-27T00:00:00+08:00'
FROM visit_problem v LEFT JOIN enterprise_ledger e ON e.uscc = v.uscc WHERE v.mended_on IS NOT NULL
ON CONFLICT (source, source_id) DO NOTHING;

-- A report that the bureau has filed a case on (立案: 行政处罚程序规定 第19条, there is first evidence) is a problem, known by its business and by the
-- kind under which it was filed: neither who reported nor what they wrote. A complaint that is mediated establishes nothing and is
-- none. Reports of insiders are never among them.
CREATE TRIGGER IF NOT EXISTS report_filed_enters_register AFTER INSERT ON complaint_step WHEN new.move = 'file'
BEGIN
    INSERT INTO problem (uscc, town, source, source_id, text, level, status, found_on, registered_on, assigned_to, assigned_on, mend_by, changed_by, changed_at)
    SELECT c.uscc, coalesce(c.town, nullif(e.town, '')), 'complaint', c.code, k.text, 'general',
        iif(coalesce(c.town, nullif(e.town, '')) IS NULL, 'found', 'assigned'), substr(new.at, 1, 10), substr(new.at, 1, 10),
        iif(coalesce(c.town, nullif(e.town, '')) IS NULL, NULL, 'station'),
        iif(coalesce(c.town, nullif(e.town, '')) IS NULL, NULL, substr(new.at, 1, 10)),
        iif(coalesce(c.town, nullif(e.town, '')) IS NULL, NULL,
            (SELECT w.ends_on FROM problem_workdays w WHERE w.policy = 'problem_general_workdays' AND w.begins_on = substr(new.at, 1, 10))),
        new.by, new.at
    FROM complaint c JOIN problem_report_kind k ON k.category = c.category LEFT JOIN enterprise_ledger e ON e.uscc = c.uscc
    WHERE c.id = new.complaint_id AND NOT c.insider
    ON CONFLICT (source, source_id) DO NOTHING;
END;

-- The reports whose cases ran when the register began.
INSERT INTO problem (uscc, town, source, source_id, text, level, status, found_on, registered_on, assigned_to, assigned_on, mend_by, changed_by, changed_at)
SELECT c.uscc, coalesce(c.town, nullif(e.town, '')), 'complaint', c.code, k.text, 'general',
    iif(coalesce(c.town, nullif(e.town, '')) IS NULL, 'found', 'assigned'), max(substr(s.at, 1, 10)), '2026-11-27',
    iif(coalesce(c.town, nullif(e.town, '')) IS NULL, NULL, 'station'),
    iif(coalesce(c.town, nullif(e.town, '')) IS NULL, NULL, '2026-11-27'),
    -- Its term begins once somebody assigns it anew: nobody knows on which day this store gets the register.
    NULL, 'migration', '2026-11-27T00:00:00+08:00'
FROM complaint c JOIN complaint_step s ON s.complaint_id = c.id AND s.move = 'file' JOIN problem_report_kind k ON k.category = c.category
LEFT JOIN enterprise_ledger e ON e.uscc = c.uscc
WHERE c.status = 'filed' AND NOT c.insider GROUP BY c.id
ON CONFLICT (source, source_id) DO NOTHING;

-- What the register says of a problem that a visit found, for supervision: by the number of the visit's own record.
CREATE VIEW IF NOT EXISTS visit_problem_standing AS
SELECT p.source_id AS visit_problem, p.id AS problem, p.status, p.status IN ('found', 'assigned', 'accepted') AS is_open, p.mend_by, p.rectified_on
FROM problem p WHERE p.source = 'visit';

-- The problems of a business, for its page at the desk.
CREATE VIEW IF NOT EXISTS enterprise_problem AS
SELECT p.uscc, p.id, p.text, p.level, p.source, p.status, p.found_on, t.due_on, p.struck_off_on
FROM problem p JOIN problem_term t ON t.problem_id = p.id WHERE p.uscc IS NOT NULL;

-- A problem is rectified by its day. Whoever it is assigned to owes that, and until then the office; of a business that is gone nobody owes
-- it any more. Those that visits found keep the keys that they had, also where nobody has been given what was carried over.
CREATE VIEW IF NOT EXISTS deadline_problem_rectification AS
SELECT 'problem' AS rule, 'problem/' || iif(p.source = 'visit' AND p.source_id IS NOT NULL, p.source_id, 'register/' || p.id) AS "key",
    coalesce(e.name || '：', '') || p.text AS subject,
    iif(p.assigned_to IN ('station', 'town'), p.assigned_to, 'department') AS owed_by_kind,
    iif(p.assigned_to IN ('station', 'town'), p.town, '区食药安办') AS owed_by, p.town, p.mend_by AS due_on, p.rectified_on AS met_on,
    json_object('uscc', p.uscc, 'problem', p.id, 'found_on', p.found_on) AS evidence
FROM problem p LEFT JOIN enterprise_in_business e ON e.uscc = p.uscc
WHERE p.mend_by IS NOT NULL AND (p.assigned_to IS NOT NULL OR p.changed_by = 'migration') AND (p.uscc IS NULL OR e.uscc IS NOT NULL);

-- A problem that somebody entered is assigned within some working days: by the town, or by the office where no town is known.
CREATE VIEW IF NOT EXISTS deadline_problem_assignment AS
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
CREATE VIEW IF NOT EXISTS deadline_problem_verification AS
SELECT 'problem_verify' AS rule, 'problem_verify/' || p.id AS "key", coalesce(e.name || '：', '') || p.text AS subject,
    CASE WHEN p.town IS NULL THEN 'department' WHEN p.assigned_to = 'town' THEN 'station' ELSE 'town' END AS owed_by_kind,
    coalesce(p.town, '区食药安办') AS owed_by, p.town,
    (SELECT w.ends_on FROM problem_workdays w WHERE w.policy = 'problem_verify_workdays' AND w.begins_on = p.rectified_on) AS due_on,
    p.verified_on AS met_on, json_object('uscc', p.uscc, 'problem', p.id, 'rectified_on', p.rectified_on) AS evidence
FROM problem p LEFT JOIN enterprise_in_business e ON e.uscc = p.uscc
WHERE p.rectified_on IS NOT NULL AND (p.status = 'rectified' OR p.verified_on IS NOT NULL) AND (p.uscc IS NULL OR e.uscc IS NOT NULL);

-- How the three are chased. A version that a district has set itself is left alone.
INSERT INTO escalation_policy (rule, valid_from, title, duty, basis, rungs, repeated_at, remind, changed_by, changed_at)
SELECT n.rule, n.valid_from, n.title, n.duty, n.basis,
    '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":[]},{"term":10,"issue":"signed","told":[]},{"term":10,"issue":"signed","told":[]}]',
    3, n.remind, 'migration', '2026-11-27T00:00:00+08:00'
FROM (SELECT 'problem' AS rule, '2026-12-01' AS valid_from, '问题未按期整改' AS title, '核实所列问题，督促主体整改到位并登记整改情况' AS duty,
        '发现的问题实时交办、销号处置（食品安全风险管控长效机制）' AS basis, '[14,3]' AS remind
    UNION ALL SELECT 'problem_assign', '2026-12-01', '问题未按期分派', '把所列问题分派给监管所或者镇街办理', '发现的问题实时交办（食品安全风险管控长效机制）', '[]'
    UNION ALL SELECT 'problem_verify', '2026-12-01', '整改后未按期复核', '复核所列问题是否整改到位并登记结果', '发现的问题闭环管理、销号处置（食品安全风险管控长效机制）', '[3]') n
WHERE NOT EXISTS (SELECT 1 FROM escalation_policy p WHERE p.rule = n.rule AND p.changed_by <> 'migration')
ON CONFLICT (rule, valid_from) DO NOTHING;

-- The sweep reads the two new ones from here on.
INSERT INTO deadline_view (matter, view) VALUES
    ('problem_assign', 'deadline_problem_assignment'),
    ('problem_verify', 'deadline_problem_verification')
ON CONFLICT (matter) DO NOTHING;

-- The sweep reads the successor from here on. The view that it read stays for one release, for instances that began their run with it.
UPDATE deadline_view SET view = 'deadline_problem_rectification' WHERE matter = 'problem';

-- What waits on home pages: for whoever it is assigned to, to take over and to settle; for the town, or the office where no town is known,
-- to assign and to strike off; for the other office of the town, to verify; and for the office all that is overdue.
CREATE VIEW IF NOT EXISTS task_problem AS
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
