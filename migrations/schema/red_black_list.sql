-- What red_black_list has in a migrated store: each table with the rules that stand in it, its indexes and triggers, then the views that read it.
-- To be read, never run: made from the migrations by SHIAN_RENEW=1 cargo test -p store --test schema

-- The criteria, each with the days from which a version holds. What a measure looks at is code; the numbers are policy.
-- Red asks for all of them, black and 重点帮扶 for one (000 §三(四)–(七)).
CREATE TABLE list_criterion (
    rule TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    list TEXT NOT NULL CHECK (list IN ('red', 'black', 'key_help')),
    measure TEXT NOT NULL,
    -- {months} and {threshold} stand for the numbers
    title TEXT NOT NULL,
    basis TEXT NOT NULL,
    -- How far back it looks
    months INTEGER NOT NULL CHECK (months BETWEEN 0 AND 120),
    threshold INTEGER NOT NULL CHECK (threshold >= 0),
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (rule, valid_from)
) STRICT, WITHOUT ROWID;

INSERT INTO list_criterion (rule, valid_from, list, measure, title, basis, months, threshold, active, changed_by, changed_at) VALUES
    ('black_accident', '2020-01-01', 'black', 'accident', '{months} 个月内发生食品安全事故（1 一般，2 较大，3 重大，4 特别重大；现为 {threshold} 级以上）', '本区食品生产经营单位“红黑榜”管理制度', 12, 1, 1, 'migration', '2026-11-22T00:00:00+08:00'),
    ('black_closure', '2020-01-01', 'black', 'closure', '{months} 个月内被责令停产停业或者吊销许可证', '本区食品生产经营单位“红黑榜”管理制度', 12, 0, 1, 'migration', '2026-11-22T00:00:00+08:00'),
    ('black_failed_samples', '2020-01-01', 'black', 'failed_samples', '{months} 个月内连续 {threshold} 批次以上抽检不合格', '本区食品生产经营单位“红黑榜”管理制度', 12, 2, 1, 'migration', '2026-11-22T00:00:00+08:00'),
    ('black_penalty', '2020-01-01', 'black', 'penalty', '{months} 个月内受到罚没 {threshold} 元以上的行政处罚', '本区食品生产经营单位“红黑榜”管理制度', 12, 50000, 1, 'migration', '2026-11-22T00:00:00+08:00'),
    ('black_refused', '2020-01-01', 'black', 'refused', '{months} 个月内拒绝、阻挠监督检查', '本区食品生产经营单位“红黑榜”管理制度', 12, 0, 1, 'migration', '2026-11-22T00:00:00+08:00'),
    ('help_accident', '2020-01-01', 'key_help', 'accident', '{months} 个月内发生食品安全事故（{threshold} 级以上）', '落实食品生产经营企业主体责任实施意见 三（五）', 24, 1, 1, 'migration', '2026-11-22T00:00:00+08:00'),
    ('help_complaints', '2020-01-01', 'key_help', 'complaints', '{months} 个月内投诉举报 {threshold} 件以上', '落实食品生产经营企业主体责任实施意见 三（五）', 12, 5, 1, 'migration', '2026-11-22T00:00:00+08:00'),
    ('help_failed_samples', '2020-01-01', 'key_help', 'failed_samples', '连续 {threshold} 批次以上抽检不合格', '落实食品生产经营企业主体责任实施意见 三（五）', 24, 2, 1, 'migration', '2026-11-22T00:00:00+08:00'),
    ('help_hazards', '2020-01-01', 'key_help', 'hazards', '{months} 个月内检查发现问题 {threshold} 处以上', '落实食品生产经营企业主体责任实施意见 三（五）', 24, 10, 1, 'migration', '2026-11-22T00:00:00+08:00'),
    ('help_penalties', '2020-01-01', 'key_help', 'penalties', '{months} 个月内受到 {threshold} 次以上行政处罚', '落实食品生产经营企业主体责任实施意见 三（五）', 24, 2, 1, 'migration', '2026-11-22T00:00:00+08:00'),
    ('red_honour', '2020-01-01', 'red', 'honour', '持有有效的 ISO22000、HACCP 认证或者示范单位称号', '落实食品生产经营企业主体责任实施意见 三（六）', 0, 0, 0, 'migration', '2026-11-22T00:00:00+08:00'),
    ('red_in_business', '2020-01-01', 'red', 'in_business', '开业满 {months} 个月', '本区食品生产经营单位“红黑榜”管理制度', 24, 0, 1, 'migration', '2026-11-22T00:00:00+08:00'),
    ('red_no_accident', '2020-01-01', 'red', 'no_accident', '{months} 个月内没有食品安全事故', '本区食品生产经营单位“红黑榜”管理制度', 24, 0, 1, 'migration', '2026-11-22T00:00:00+08:00'),
    ('red_no_bad_inspection', '2020-01-01', 'red', 'no_bad_inspection', '{months} 个月内监督检查没有不符合、没有拒绝检查', '本区食品生产经营单位“红黑榜”管理制度', 24, 0, 1, 'migration', '2026-11-22T00:00:00+08:00'),
    ('red_no_failed_sample', '2020-01-01', 'red', 'no_failed_sample', '{months} 个月内没有抽检不合格', '本区食品生产经营单位“红黑榜”管理制度', 24, 0, 1, 'migration', '2026-11-22T00:00:00+08:00'),
    ('red_no_penalty', '2020-01-01', 'red', 'no_penalty', '{months} 个月内没有食品安全行政处罚', '本区食品生产经营单位“红黑榜”管理制度', 24, 0, 1, 'migration', '2026-11-22T00:00:00+08:00'),
    ('red_officers', '2020-01-01', 'red', 'officers', '食品安全总监、食品安全员在岗不少于 {threshold} 人', '食品生产经营企业落实食品安全主体责任监督管理规定', 0, 2, 1, 'migration', '2026-11-22T00:00:00+08:00'),
    ('red_risk_grade', '2020-01-01', 'red', 'risk_grade', '食品安全风险等级不低于规定等级（1 为 A 级）', '食品生产经营监督检查管理办法 第二十一条', 0, 1, 1, 'migration', '2026-11-22T00:00:00+08:00'),
    ('red_training', '2020-01-01', 'red', 'training', '在岗人员 {months} 个月内监督抽考全部合格', '落实食品生产经营企业主体责任实施意见 三（四）', 12, 0, 1, 'migration', '2026-11-22T00:00:00+08:00');

CREATE TRIGGER list_criterion_created AFTER INSERT ON list_criterion WHEN new.changed_by <> 'migration'
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'list-criterion/' || new.rule, 'created',
        json_object('valid_from', new.valid_from, 'months', new.months, 'threshold', new.threshold, 'active', new.active));
END;

CREATE TRIGGER list_criterion_changed AFTER UPDATE ON list_criterion
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'list-criterion/' || new.rule, 'changed',
        json_object('valid_from', old.valid_from, 'months', old.months, 'threshold', old.threshold, 'active', old.active),
        json_object('valid_from', new.valid_from, 'months', new.months, 'threshold', new.threshold, 'active', new.active));
END;

CREATE TRIGGER list_criterion_is_never_deleted BEFORE DELETE ON list_criterion
BEGIN SELECT RAISE(ABORT, 'a criterion is followed by another version, never deleted'); END;

-- 重点帮扶 (000 §三(五)): who is helped, why, by which expert, and how it ended.
CREATE TABLE key_help (
    id INTEGER PRIMARY KEY,
    uscc TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- The criteria met, their versions and evidence, as in `list_case.rules`; empty where a person put it there
    rules TEXT NOT NULL CHECK (json_valid(rules)),
    since TEXT NOT NULL,
    expert TEXT,
    expert_from TEXT,
    paired_on TEXT,
    ended_on TEXT,
    outcome TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX key_help_running ON key_help (uscc) WHERE ended_on IS NULL;

-- Helps that have ended are found by their business too.
CREATE INDEX key_help_uscc ON key_help (uscc);

CREATE TRIGGER key_help_created AFTER INSERT ON key_help
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'key-help/' || new.uscc, 'created', json_object('reason', new.reason, 'since', new.since, 'rules', json(new.rules)));
END;

CREATE TRIGGER key_help_changed AFTER UPDATE ON key_help
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'key-help/' || new.uscc, 'changed',
        json_object('expert', old.expert, 'expert_from', old.expert_from, 'ended_on', old.ended_on, 'outcome', old.outcome),
        json_object('expert', new.expert, 'expert_from', new.expert_from, 'ended_on', new.ended_on, 'outcome', new.outcome));
END;

CREATE TRIGGER key_help_is_never_deleted BEFORE DELETE ON key_help
BEGIN SELECT RAISE(ABORT, 'help ends, and is never deleted'); END;

-- The way to a list. A case moves by one INSERT into `list_case_step`, possible only where `list_case_move` has the move.
CREATE TABLE list_case (
    -- Random; in the public address of the entry
    id TEXT PRIMARY KEY,
    list TEXT NOT NULL CHECK (list IN ('red', 'black')),
    uscc TEXT NOT NULL,
    -- Why, as it will be read in public
    ground TEXT NOT NULL,
    -- [{rule, valid_from, title, basis, said, evidence: [{kind, number, happened_on, title, said}]}]
    rules TEXT NOT NULL CHECK (json_valid(rules)),
    status TEXT NOT NULL DEFAULT 'nominated',
    nominated_by TEXT NOT NULL,
    nominated_on TEXT NOT NULL,
    notified_on TEXT,
    -- The last day on which the business may object (陈述申辩)
    object_until TEXT,
    objection TEXT,
    answer TEXT,
    decided_by TEXT,
    decided_on TEXT,
    published_on TEXT,
    -- The last day of the entry
    until_on TEXT,
    -- The business's own words beside the entry
    reply TEXT,
    repair TEXT,
    repair_applied_by TEXT,
    repair_applied_on TEXT,
    ended_on TEXT,
    ended_why TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX list_case_until ON list_case (until_on) WHERE status IN ('published', 'repair_applied');

-- Every publication asks whether the same business stands on the other list, every change of a fact who rests on it.
CREATE INDEX list_case_uscc ON list_case (uscc, list, status);

-- A case that has not ended: there is one for a business and a list. Its end is written with the step after which no move is left.
CREATE UNIQUE INDEX list_case_not_ended ON list_case (uscc, list) WHERE ended_on IS NULL;

-- Nobody enters a case in the middle of its way.
CREATE TRIGGER list_case_begins_nominated BEFORE INSERT ON list_case
WHEN new.status <> 'nominated' OR new.version <> 1 OR new.notified_on IS NOT NULL OR new.decided_by IS NOT NULL OR new.published_on IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a case begins nominated'); END;

CREATE TRIGGER list_case_created AFTER INSERT ON list_case
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'list-case/' || new.id, 'created',
        json_object('list', new.list, 'uscc', new.uscc, 'ground', new.ground, 'rules', json(new.rules)));
    INSERT INTO list_case_step (case_id, seq, move, status, note, at, by)
    VALUES (new.id, 1, 'nominate', 'nominated', new.ground, new.changed_at, new.changed_by);
END;

-- What decides over a case changes only with the step that has been inserted for it.
CREATE TRIGGER list_case_moves_by_steps BEFORE UPDATE ON list_case
WHEN (new.version <> old.version OR new.status <> old.status OR new.notified_on IS NOT old.notified_on OR new.object_until IS NOT old.object_until
        OR new.decided_by IS NOT old.decided_by OR new.nominated_by <> old.nominated_by OR new.list <> old.list OR new.uscc <> old.uscc
        OR new.rules <> old.rules OR new.ground <> old.ground)
    AND NOT EXISTS (SELECT 1 FROM list_case_step s WHERE s.case_id = old.id AND s.seq = new.version AND s.status = new.status AND new.version = old.version + 1)
BEGIN SELECT RAISE(ABORT, 'a case moves by steps'); END;

CREATE TRIGGER list_case_changed AFTER UPDATE OF version ON list_case WHEN new.version <> old.version
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'list-case/' || new.id, 'changed',
        json_object('status', old.status, 'until_on', old.until_on, 'reply', old.reply),
        json_object('status', new.status, 'until_on', new.until_on, 'reply', new.reply, 'why', new.ended_why));
END;

-- A last day that a changed fact brings forward is no step, and stands in the audit all the same.
CREATE TRIGGER list_case_shortened AFTER UPDATE OF until_on ON list_case WHEN new.version = old.version AND new.until_on IS NOT old.until_on
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'list-case/' || new.id, 'changed', json_object('until_on', old.until_on), json_object('until_on', new.until_on));
END;

CREATE TRIGGER list_case_is_never_deleted BEFORE DELETE ON list_case
BEGIN SELECT RAISE(ABORT, 'a case ends, and is never deleted'); END;

-- The last day on which the business may object: the day that the notice names, or the true one where that is later by the days that
-- are announced now.
CREATE VIEW list_case_objection_term AS
SELECT c.id AS case_id, max(c.object_until, coalesce((SELECT t.ends_on FROM objection_term t WHERE t.told_on = c.notified_on), c.object_until)) AS ends_on
FROM list_case c WHERE c.notified_on IS NOT NULL;

-- Cases that wait for a decision, which whoever nominated or applied cannot make: one about which the business may still object waits from
-- the day after its term.
CREATE VIEW task_list_case_decision AS
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

-- How a business stands with the lists, for its page at the desk: each case on its way to a list or on it, and each help (重点帮扶). What has
-- ended stands here too.
CREATE VIEW enterprise_standing AS
SELECT c.uscc, c.list AS what, c.id, c.status, c.ground, c.nominated_on AS since, c.published_on, c.until_on, c.ended_on
FROM list_case c
UNION ALL
SELECT h.uscc, 'key_help', CAST(h.id AS TEXT), iif(h.ended_on IS NULL, 'running', 'ended'), h.reason, h.since, NULL, NULL, h.ended_on
FROM key_help h;

-- The moves that there are from one status of a case to the next.
CREATE TABLE list_case_move (
    list TEXT NOT NULL,
    move TEXT NOT NULL,
    from_status TEXT NOT NULL,
    to_status TEXT NOT NULL,
    PRIMARY KEY (list, move, from_status)
) STRICT, WITHOUT ROWID;

INSERT INTO list_case_move (list, move, from_status, to_status) VALUES
    ('black', 'answer', 'objected', 'answered'),
    ('black', 'apply_repair', 'published', 'repair_applied'),
    ('black', 'approve', 'answered', 'approved'),
    ('black', 'approve', 'notified', 'approved'),
    ('black', 'correct', 'published', 'published'),
    ('black', 'correct', 'repair_applied', 'repair_applied'),
    ('black', 'expire', 'published', 'expired'),
    ('black', 'expire', 'repair_applied', 'expired'),
    ('black', 'grant_repair', 'repair_applied', 'repaired'),
    ('black', 'notify', 'nominated', 'notified'),
    ('black', 'object', 'answered', 'objected'),
    ('black', 'object', 'notified', 'objected'),
    ('black', 'publish', 'approved', 'published'),
    ('black', 'refuse_repair', 'repair_applied', 'published'),
    ('black', 'reject', 'answered', 'rejected'),
    ('black', 'reject', 'notified', 'rejected'),
    ('black', 'reply', 'approved', 'approved'),
    ('black', 'reply', 'published', 'published'),
    ('black', 'reply', 'repair_applied', 'repair_applied'),
    ('black', 'uphold', 'objected', 'withdrawn'),
    ('black', 'withdraw', 'answered', 'withdrawn'),
    ('black', 'withdraw', 'approved', 'withdrawn'),
    ('black', 'withdraw', 'nominated', 'withdrawn'),
    ('black', 'withdraw', 'notified', 'withdrawn'),
    ('black', 'withdraw', 'objected', 'withdrawn'),
    ('black', 'withdraw', 'published', 'withdrawn'),
    ('black', 'withdraw', 'repair_applied', 'withdrawn'),
    ('red', 'approve', 'nominated', 'approved'),
    ('red', 'correct', 'published', 'published'),
    ('red', 'expire', 'published', 'expired'),
    ('red', 'publish', 'approved', 'published'),
    ('red', 'reject', 'nominated', 'rejected'),
    ('red', 'withdraw', 'approved', 'withdrawn'),
    ('red', 'withdraw', 'nominated', 'withdrawn'),
    ('red', 'withdraw', 'published', 'withdrawn');

-- Each step of a case with who and when. Inserting one is the move: its trigger does the rest.
CREATE TABLE list_case_step (
    id INTEGER PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES list_case (id),
    -- The version that the case has after it
    seq INTEGER NOT NULL,
    move TEXT NOT NULL,
    status TEXT NOT NULL,
    note TEXT,
    -- Of what changes the public list: the last day, the new content or null, its salt, and the salted hash in the log
    until_on TEXT,
    content TEXT CHECK (content IS NULL OR json_valid(content)),
    salt TEXT,
    leaf TEXT,
    at TEXT NOT NULL,
    by TEXT NOT NULL,
    UNIQUE (case_id, seq)
) STRICT;

-- No business gets on the black list without notice, the days to object, and a second person; none on the red one without the
-- second person. Whatever statement tries.
CREATE TRIGGER list_case_step_is_allowed BEFORE INSERT ON list_case_step
WHEN new.seq > 1 AND NOT EXISTS (
    SELECT 1 FROM list_case c JOIN list_case_move m
        ON m.list = c.list AND m.move = new.move AND m.from_status = c.status AND m.to_status = new.status
    WHERE c.id = new.case_id AND c.version = new.seq - 1
        AND (new.move NOT IN ('approve', 'reject') OR new.by <> c.nominated_by)
        AND (new.move NOT IN ('grant_repair', 'refuse_repair') OR new.by <> c.repair_applied_by)
        AND (c.list = 'red' OR new.move NOT IN ('approve', 'publish')
            OR (c.notified_on IS NOT NULL AND c.object_until < substr(new.at, 1, 10)))
        AND (new.move <> 'publish' OR (c.decided_by <> c.nominated_by AND new.content IS NOT NULL AND new.until_on IS NOT NULL)))
BEGIN SELECT RAISE(ABORT, 'a case cannot move so'); END;

CREATE TRIGGER list_case_step_is_never_changed BEFORE UPDATE ON list_case_step
BEGIN SELECT RAISE(ABORT, 'steps are never changed'); END;

CREATE TRIGGER list_case_step_is_never_deleted BEFORE DELETE ON list_case_step
BEGIN SELECT RAISE(ABORT, 'steps are never deleted'); END;

-- A step moves its case. Notice runs from the day on which it is recorded, never from an earlier one. A status that no move leaves is an
-- end: the table of moves says so, and nothing else does.
-- While a store is being migrated the trigger `list_case_steps` may still be there and does the same: then this one does nothing, so that
-- no step acts twice.
CREATE TRIGGER list_case_step_moves_its_case AFTER INSERT ON list_case_step
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

-- Every publication, change and removal: the leaves of a Merkle tree (RFC 6962), counted from 1.
CREATE TABLE list_log (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('publish', 'change', 'remove')),
    -- The publication or change that it follows
    of INTEGER,
    leaf TEXT NOT NULL,
    step_id INTEGER NOT NULL UNIQUE REFERENCES list_case_step (id)
) STRICT;

CREATE TRIGGER list_log_is_never_changed BEFORE UPDATE ON list_log
BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END;

CREATE TRIGGER list_log_is_never_deleted BEFORE DELETE ON list_log
BEGIN SELECT RAISE(ABORT, 'the log is never deleted'); END;

-- What readers see: an entry from the place of its publication in the log to the place of what followed it.
CREATE TABLE list_entry (
    seq INTEGER PRIMARY KEY REFERENCES list_log (seq),
    case_id TEXT NOT NULL REFERENCES list_case (id),
    list TEXT NOT NULL,
    uscc TEXT NOT NULL,
    name TEXT NOT NULL,
    town TEXT,
    sector TEXT,
    published_on TEXT NOT NULL,
    gone_seq INTEGER,
    -- Whether its page stands in the key-value store
    has_page INTEGER NOT NULL DEFAULT 1,
    salt TEXT NOT NULL,
    content TEXT NOT NULL,
    -- The entry's name as people would compare it, and its initials, with a space between them; and which version of the folding
    -- (`domain::search`) made them. Null until they are made.
    search_words TEXT,
    search_rules INTEGER
) STRICT;

CREATE INDEX list_entry_case ON list_entry (case_id, seq);

CREATE INDEX list_entry_uscc ON list_entry (uscc, seq);

CREATE UNIQUE INDEX list_entry_standing ON list_entry (case_id) WHERE gone_seq IS NULL;

CREATE INDEX list_entry_search_rules ON list_entry (search_rules);

-- Everything that a search looks at: the long content is read of one page's entries alone.
CREATE INDEX list_entry_found ON list_entry (list, published_on, seq, gone_seq, town, sector, uscc, search_words, name);

CREATE TRIGGER list_entry_content_is_never_changed BEFORE UPDATE OF seq, case_id, list, uscc, name, town, sector, published_on, content, salt ON list_entry
BEGIN SELECT RAISE(ABORT, 'an entry is followed by another, never changed'); END;

CREATE TRIGGER list_entry_is_never_deleted BEFORE DELETE ON list_entry
BEGIN SELECT RAISE(ABORT, 'an entry is removed, never deleted'); END;

-- Documents that were made for one size of the log. Immutable: whoever makes them again makes the same.
CREATE TABLE list_generation (
    size INTEGER NOT NULL,
    -- Of the documents; a new version of the program may make them anew
    format INTEGER NOT NULL,
    -- Signed
    head TEXT NOT NULL CHECK (json_valid(head)),
    -- Key and chunks of each document in the key-value store; null once they are gone
    documents TEXT CHECK (documents IS NULL OR json_valid(documents)),
    made_at TEXT NOT NULL,
    PRIMARY KEY (size, format)
) STRICT, WITHOUT ROWID;

-- The switch: which generation holds.
CREATE TABLE list_current (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    size INTEGER NOT NULL,
    format INTEGER NOT NULL
) STRICT;

-- Two instances may publish at once: the older generation never takes the place of the newer.
CREATE TRIGGER list_current_only_grows BEFORE UPDATE ON list_current
WHEN (new.format, new.size) < (old.format, old.size) OR new.size < old.size
BEGIN SELECT RAISE(ABORT, 'what was published is not taken back by an older generation'); END;

-- What other functions may know: who stands on a list in the generation that holds.
CREATE VIEW listed_enterprise AS
SELECT e.uscc, e.list, e.case_id AS id, e.content ->> '$.until' AS until_on
FROM list_current g JOIN list_entry e ON e.seq <= g.size AND (e.gone_seq IS NULL OR e.gone_seq > g.size);

-- 履责晾晒 (001 §三.12): the figures of a quarter as they were published.
CREATE TABLE duty_publication (
    -- 2026Q3
    period TEXT PRIMARY KEY,
    -- {towns: […], departments: […]}, as they stood on that day
    figures TEXT NOT NULL CHECK (json_valid(figures)),
    published_on TEXT NOT NULL,
    withdrawn_on TEXT,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER duty_publication_created AFTER INSERT ON duty_publication
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'duty-publication/' || new.period, 'created', new.figures);
END;

CREATE TRIGGER duty_publication_changed AFTER UPDATE ON duty_publication
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'duty-publication/' || new.period, 'changed', json_object('withdrawn_on', old.withdrawn_on), json_object('withdrawn_on', new.withdrawn_on));
END;

CREATE TRIGGER duty_publication_is_never_deleted BEFORE DELETE ON duty_publication
BEGIN SELECT RAISE(ABORT, 'figures are withdrawn, never deleted'); END;

-- The last day on which a business may object that is told on a day, by the days that are announced now. The day itself is not counted;
-- the term is the one that holds on it.
CREATE VIEW objection_term AS
SELECT t.date AS told_on, (SELECT min(d.date) FROM calendar_day d WHERE d.is_workday AND d.workdays = t.workdays + p.value) AS ends_on
FROM calendar_day t
JOIN policy_ledger p ON p.name = 'objection_workdays' AND p.valid_from <= t.date AND (p.valid_before IS NULL OR t.date < p.valid_before);

-- The day on which the paper was made out that tells a business of its nomination (告知书). It is dated once: whoever opens it later reads the
-- same day. Where nobody has made it out before the business was told, the day of telling is its date.
CREATE TABLE list_case_notice (
    case_id TEXT PRIMARY KEY REFERENCES list_case (id),
    dated_on TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

-- Making the paper out is a step of its case.
CREATE TRIGGER list_case_notice_created AFTER INSERT ON list_case_notice
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'list-case/' || new.case_id, 'changed', json_object('notice_dated_on', new.dated_on));
END;

-- The paper is out by then.
CREATE TRIGGER list_case_notice_is_never_changed BEFORE UPDATE ON list_case_notice
BEGIN SELECT RAISE(ABORT, 'a paper is dated once'); END;

-- The case may be withdrawn; its paper was made out all the same.
CREATE TRIGGER list_case_notice_is_never_deleted BEFORE DELETE ON list_case_notice
BEGIN SELECT RAISE(ABORT, 'a paper that was made out is never deleted'); END;
