-- 投诉 (complaint) and 举报 (report). Who complained, how to reach them and what they wrote are sealed under the case's own
-- key, which is itself sealed under `data_key` (design: trust). What stands here in clear names nobody.
CREATE TABLE IF NOT EXISTS complaint (
    id INTEGER PRIMARY KEY,
    -- The case number. No secret.
    code TEXT NOT NULL UNIQUE,
    passphrase_hash TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('complaint', 'report')),
    status TEXT NOT NULL DEFAULT 'received',
    category TEXT NOT NULL,
    -- The business, where it was found by name; a place in words is sealed
    uscc TEXT,
    -- Whose station handles it; null: the office
    town TEXT,
    happened_on TEXT NOT NULL,
    received_on TEXT NOT NULL,
    received_at TEXT NOT NULL,
    -- 'page', 'api' or 'open311'
    channel TEXT NOT NULL,
    anonymous INTEGER NOT NULL CHECK (anonymous IN (0, 1)),
    -- 吹哨人: seen by the two handlers alone whom the office has named
    insider INTEGER NOT NULL CHECK (insider IN (0, 1)),
    -- The other half of a letter that both complained and reported
    twin TEXT,
    -- The case's key under `data_key`, and which `data_key`. Null once the person has been erased.
    sealed_key BLOB,
    data_key_id TEXT,
    -- What happened, where, what is wanted, the photographs
    sealed BLOB,
    -- Name, telephone, address
    sealed_contact BLOB,
    -- Which request filed it, for a day: the same request files it once
    filing_key TEXT UNIQUE,
    filing_body TEXT,
    -- Deadlines and files that came with the filing
    filed TEXT NOT NULL CHECK (json_valid(filed)),
    reopened INTEGER NOT NULL DEFAULT 0,
    merged_into TEXT,
    satisfaction INTEGER CHECK (satisfaction BETWEEN 1 AND 5),
    closed_on TEXT,
    erased_on TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS complaint_uscc ON complaint (uscc, received_on) WHERE uscc IS NOT NULL;

CREATE INDEX IF NOT EXISTS complaint_received ON complaint (received_on);

CREATE INDEX IF NOT EXISTS complaint_key ON complaint (data_key_id) WHERE sealed_key IS NOT NULL;

-- The moves that there are (20号令, 121号令, 行政处罚程序规定). No statement gets past them.
CREATE TABLE IF NOT EXISTS complaint_move (
    kind TEXT NOT NULL,
    move TEXT NOT NULL,
    from_status TEXT NOT NULL,
    to_status TEXT NOT NULL,
    PRIMARY KEY (kind, move, from_status)
) STRICT, WITHOUT ROWID;

INSERT INTO complaint_move (kind, move, from_status, to_status) VALUES
    ('complaint', 'assign', 'received', 'received'),
    ('complaint', 'assign', 'accepted', 'accepted'),
    ('complaint', 'assign', 'mediating', 'mediating'),
    ('complaint', 'assign', 'mediation_ended', 'mediation_ended'),
    ('complaint', 'accept', 'received', 'accepted'),
    ('complaint', 'refuse', 'received', 'refused'),
    ('complaint', 'transfer', 'received', 'transferred'),
    ('complaint', 'transfer', 'accepted', 'transferred'),
    ('complaint', 'merge', 'received', 'merged'),
    ('complaint', 'merge', 'accepted', 'merged'),
    ('complaint', 'merge', 'mediating', 'merged'),
    ('complaint', 'mediate', 'accepted', 'mediating'),
    ('complaint', 'end_mediation', 'accepted', 'mediation_ended'),
    ('complaint', 'end_mediation', 'mediating', 'mediation_ended'),
    ('complaint', 'pause', 'accepted', 'accepted'),
    ('complaint', 'pause', 'mediating', 'mediating'),
    ('complaint', 'resume', 'accepted', 'accepted'),
    ('complaint', 'resume', 'mediating', 'mediating'),
    ('complaint', 'close', 'accepted', 'closed'),
    ('complaint', 'close', 'mediating', 'closed'),
    ('complaint', 'inform', 'mediation_ended', 'closed'),
    ('complaint', 'reopen', 'closed', 'received'),
    ('report', 'assign', 'received', 'received'),
    ('report', 'assign', 'verifying', 'verifying'),
    ('report', 'assign', 'filed', 'filed'),
    ('report', 'assign', 'not_filed', 'not_filed'),
    ('report', 'verify', 'received', 'verifying'),
    ('report', 'extend', 'received', 'received'),
    ('report', 'extend', 'verifying', 'verifying'),
    ('report', 'pause', 'received', 'received'),
    ('report', 'pause', 'verifying', 'verifying'),
    ('report', 'resume', 'received', 'received'),
    ('report', 'resume', 'verifying', 'verifying'),
    ('report', 'transfer', 'received', 'transferred'),
    ('report', 'transfer', 'verifying', 'transferred'),
    ('report', 'merge', 'received', 'merged'),
    ('report', 'merge', 'verifying', 'merged'),
    ('report', 'file', 'received', 'filed'),
    ('report', 'file', 'verifying', 'filed'),
    ('report', 'not_file', 'received', 'not_filed'),
    ('report', 'not_file', 'verifying', 'not_filed'),
    ('report', 'inform', 'filed', 'filed'),
    ('report', 'inform', 'not_filed', 'not_filed'),
    ('report', 'close', 'filed', 'closed'),
    ('report', 'close', 'not_filed', 'closed'),
    ('report', 'reopen', 'closed', 'received')
ON CONFLICT (kind, move, from_status) DO NOTHING;

-- Each step with who and when. Inserting one is the move: its trigger does the rest.
CREATE TABLE IF NOT EXISTS complaint_step (
    id INTEGER PRIMARY KEY,
    complaint_id INTEGER NOT NULL REFERENCES complaint (id),
    -- The version that the case has after it
    seq INTEGER NOT NULL,
    move TEXT NOT NULL,
    status TEXT NOT NULL,
    -- Which of the statutory grounds
    ground TEXT,
    -- Where `assign` gives it
    town TEXT,
    merged_into TEXT,
    -- What was said, under the case's key
    sealed BLOB,
    -- Deadlines that it meets, that it ends, and [step, began_on, due_on, source, provisional, uncounted] that it starts or sets anew
    meets TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(meets)),
    ends TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(ends)),
    starts TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(starts)),
    at TEXT NOT NULL,
    by TEXT NOT NULL,
    UNIQUE (complaint_id, seq)
) STRICT;

-- What the law promises by which day, by the rule in force on the day that began the term.
CREATE TABLE IF NOT EXISTS complaint_deadline (
    complaint_id INTEGER NOT NULL REFERENCES complaint (id),
    step TEXT NOT NULL,
    began_on TEXT NOT NULL,
    due_on TEXT NOT NULL,
    source TEXT NOT NULL,
    provisional INTEGER NOT NULL,
    met_on TEXT,
    -- No longer owed, and not met
    ended_on TEXT,
    -- Something is being tested since then: the term stands still
    paused_on TEXT,
    -- Days that did not count, as the term has them
    uncounted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (complaint_id, step, began_on)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS complaint_deadline_open ON complaint_deadline (due_on, complaint_id) WHERE met_on IS NULL AND ended_on IS NULL;

-- What the citizen and the office write to each other, under the case's key.
CREATE TABLE IF NOT EXISTS complaint_message (
    id INTEGER PRIMARY KEY,
    complaint_id INTEGER NOT NULL REFERENCES complaint (id),
    from_office INTEGER NOT NULL CHECK (from_office IN (0, 1)),
    sealed BLOB NOT NULL,
    at TEXT NOT NULL,
    by TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS complaint_message_case ON complaint_message (complaint_id, id);

-- Files in the key-value store, sealed under keys of their own that stand in what is sealed. One that no case uses goes after a day.
CREATE TABLE IF NOT EXISTS complaint_upload (
    id TEXT PRIMARY KEY,
    chunks INTEGER NOT NULL,
    made_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Which files belong to which case.
CREATE TABLE IF NOT EXISTS complaint_file (
    upload_id TEXT NOT NULL,
    complaint_id INTEGER NOT NULL REFERENCES complaint (id),
    PRIMARY KEY (upload_id, complaint_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS complaint_file_case ON complaint_file (complaint_id);

-- Answers between the pages of the form, sealed under a key that only the visitor's cookie holds. Gone after a day.
CREATE TABLE IF NOT EXISTS complaint_draft (
    id TEXT PRIMARY KEY,
    sealed BLOB NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    expires_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Filings by a keyed hash of the address, kept for an hour; no case can be told from it.
CREATE TABLE IF NOT EXISTS complaint_filing (
    address_hash TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS complaint_filing_address ON complaint_filing (address_hash, at);

-- Failed tries to open a case, by case number and by a keyed hash of the address; kept for an hour.
CREATE TABLE IF NOT EXISTS complaint_failure (
    subject TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS complaint_failure_subject ON complaint_failure (subject, at);

-- The two who see reports of insiders.
CREATE TABLE IF NOT EXISTS insider_handler (
    place INTEGER PRIMARY KEY CHECK (place IN (1, 2)),
    account TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

-- Who was named stands in the audit.
CREATE TRIGGER IF NOT EXISTS insider_handler_named AFTER INSERT ON insider_handler
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'insider-handler/' || new.place, 'created', json_object('account', new.account));
END;

CREATE TRIGGER IF NOT EXISTS insider_handler_changed AFTER UPDATE ON insider_handler
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'insider-handler/' || new.place, 'changed', json_object('account', old.account), json_object('account', new.account));
END;

CREATE TRIGGER IF NOT EXISTS insider_handler_is_never_deleted BEFORE DELETE ON insider_handler
BEGIN SELECT RAISE(ABORT, 'handlers are replaced, never deleted'); END;

-- Who read what a case holds. Written before it is handed out.
CREATE TABLE IF NOT EXISTS complaint_opening (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    what TEXT NOT NULL,
    at TEXT NOT NULL,
    by TEXT NOT NULL
) STRICT;

-- Whoever opens what a case holds leaves a row in the audit.
CREATE TRIGGER IF NOT EXISTS complaint_opened AFTER INSERT ON complaint_opening
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.at, new.by, 'complaint-opening/' || new.code, 'created', json_object('what', new.what));
END;

-- 举报奖励: proposed, then paid.
CREATE TABLE IF NOT EXISTS complaint_reward (
    code TEXT PRIMARY KEY REFERENCES complaint (code),
    level TEXT NOT NULL CHECK (level IN ('first', 'second', 'third')),
    -- 分
    fined INTEGER NOT NULL CHECK (fined >= 0),
    amount INTEGER NOT NULL CHECK (amount > 0),
    proposed_on TEXT NOT NULL,
    paid_on TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

-- What was proposed stands in the audit.
CREATE TRIGGER IF NOT EXISTS complaint_reward_proposed AFTER INSERT ON complaint_reward
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'complaint-reward/' || new.code, 'created', json_object('level', new.level, 'fined', new.fined, 'amount', new.amount));
END;

CREATE TRIGGER IF NOT EXISTS complaint_reward_changed AFTER UPDATE ON complaint_reward
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'complaint-reward/' || new.code, 'changed',
        json_object('level', old.level, 'fined', old.fined, 'amount', old.amount, 'paid_on', old.paid_on),
        json_object('level', new.level, 'fined', new.fined, 'amount', new.amount, 'paid_on', new.paid_on));
END;

CREATE TRIGGER IF NOT EXISTS complaint_reward_is_never_deleted BEFORE DELETE ON complaint_reward
BEGIN SELECT RAISE(ABORT, 'a reward is changed or paid, never deleted'); END;

-- Wording that handlers begin a reply with.
CREATE TABLE IF NOT EXISTS complaint_template (
    name TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

INSERT INTO complaint_template (name, text, changed_by, changed_at) VALUES
    ('请补充材料', '您好。为了办好您反映的问题，请补充以下材料：购买凭证或者付款截图、商品照片（看得清标签和日期）。可以在查询页面直接上传文字说明。', 'migration', '2026-11-22T00:00:00+08:00'),
    ('已安排核查', '您好。我们已经安排执法人员到现场核查，有了结果会在这里告诉您。', 'migration', '2026-11-22T00:00:00+08:00'),
    ('商家同意退款', '您好。经联系，商家同意退款。请您确认收到款项后在这里回复一声，我们据此办结。', 'migration', '2026-11-22T00:00:00+08:00'),
    ('不同意调解的其他途径', '您好。商家不同意调解，我们依法终止调解。您还可以向人民法院起诉，或者根据与商家的仲裁协议申请仲裁。', 'migration', '2026-11-22T00:00:00+08:00')
ON CONFLICT (name) DO NOTHING;

CREATE TRIGGER IF NOT EXISTS complaint_template_created AFTER INSERT ON complaint_template WHEN new.changed_by <> 'migration'
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'complaint-template/' || new.name, 'created', json_object('text', new.text));
END;

CREATE TRIGGER IF NOT EXISTS complaint_template_changed AFTER UPDATE ON complaint_template
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'complaint-template/' || new.name, 'changed', json_object('text', old.text), json_object('text', new.text));
END;

CREATE TRIGGER IF NOT EXISTS complaint_template_is_never_deleted BEFORE DELETE ON complaint_template
BEGIN SELECT RAISE(ABORT, 'a template is emptied, never deleted'); END;

-- The whole case comes with its one row.
CREATE TRIGGER IF NOT EXISTS complaint_created AFTER INSERT ON complaint
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'complaint/' || new.code, 'created',
        json_object('kind', new.kind, 'town', new.town, 'channel', new.channel, 'sealed', hex(new.sealed), 'sealed_contact', hex(new.sealed_contact)));
    INSERT INTO complaint_step (complaint_id, seq, move, status, starts, at, by)
    VALUES (new.id, 1, 'submit', 'received', new.filed ->> '$.starts', new.changed_at, new.changed_by);
    INSERT INTO complaint_file (upload_id, complaint_id) SELECT value, new.id FROM json_each(new.filed, '$.files') WHERE true
    ON CONFLICT (upload_id, complaint_id) DO NOTHING;
END;

CREATE TRIGGER IF NOT EXISTS complaint_steps AFTER INSERT ON complaint_step
BEGIN
    UPDATE complaint SET status = new.status, version = new.seq, town = coalesce(new.town, town),
        merged_into = coalesce(new.merged_into, merged_into), reopened = max(reopened, new.move = 'reopen'),
        closed_on = iif(new.status IN ('closed', 'refused', 'transferred', 'merged'), substr(new.at, 1, 10), NULL),
        changed_by = new.by, changed_at = new.at
    WHERE id = new.complaint_id AND new.seq > 1;
    UPDATE complaint_deadline SET met_on = substr(new.at, 1, 10)
    WHERE complaint_id = new.complaint_id AND met_on IS NULL AND ended_on IS NULL AND step IN (SELECT value FROM json_each(new.meets));
    UPDATE complaint_deadline SET ended_on = substr(new.at, 1, 10)
    WHERE complaint_id = new.complaint_id AND met_on IS NULL AND ended_on IS NULL AND step IN (SELECT value FROM json_each(new.ends));
    UPDATE complaint_deadline SET paused_on = substr(new.at, 1, 10)
    WHERE new.move = 'pause' AND complaint_id = new.complaint_id AND met_on IS NULL AND ended_on IS NULL AND paused_on IS NULL
        AND step IN ('mediate', 'decide', 'decide_extended');
    INSERT INTO complaint_deadline (complaint_id, step, began_on, due_on, source, provisional, uncounted)
    SELECT new.complaint_id, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(new.starts) WHERE true
    ON CONFLICT (complaint_id, step, began_on) DO UPDATE SET due_on = excluded.due_on, provisional = excluded.provisional,
        uncounted = excluded.uncounted, met_on = NULL, ended_on = NULL, paused_on = NULL;
END;

-- A status changes only with the step that has been inserted for it, by a move of `complaint_move`.
CREATE TRIGGER IF NOT EXISTS complaint_moves_as_allowed BEFORE UPDATE OF status ON complaint
WHEN NOT EXISTS (SELECT 1 FROM complaint_step s JOIN complaint_move m
    ON m.kind = old.kind AND m.move = s.move AND m.from_status = old.status AND m.to_status = new.status
    WHERE s.complaint_id = old.id AND s.seq = new.version AND new.version = old.version + 1)
BEGIN SELECT RAISE(ABORT, 'a case cannot move so'); END;

CREATE TRIGGER IF NOT EXISTS complaint_changed AFTER UPDATE OF version ON complaint WHEN new.version <> old.version
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'complaint/' || new.code, 'changed',
        json_object('status', old.status, 'town', old.town, 'anonymous', old.anonymous, 'erased_on', old.erased_on),
        json_object('status', new.status, 'town', new.town, 'anonymous', new.anonymous, 'erased_on', new.erased_on, 'merged_into', new.merged_into,
            'sealed_contact', iif(new.sealed_contact IS old.sealed_contact, NULL, hex(new.sealed_contact))));
END;

CREATE TRIGGER IF NOT EXISTS complaint_is_never_deleted BEFORE DELETE ON complaint
BEGIN SELECT RAISE(ABORT, 'a case is closed and its person erased; the case stays'); END;

CREATE TRIGGER IF NOT EXISTS complaint_step_is_never_changed BEFORE UPDATE ON complaint_step
BEGIN SELECT RAISE(ABORT, 'steps are never changed'); END;

CREATE TRIGGER IF NOT EXISTS complaint_step_is_never_deleted BEFORE DELETE ON complaint_step
BEGIN SELECT RAISE(ABORT, 'steps are never deleted'); END;

-- Every promise of the law, chased like anybody else's duty. An insider's report is owed by the office: a paper to a station
-- would tell it.
CREATE VIEW IF NOT EXISTS deadline_complaint AS
SELECT 'complaint_' || d.step AS rule,
    'complaint/' || c.code || '/' || d.step || '/' || d.began_on AS "key",
    CASE c.kind WHEN 'complaint' THEN '投诉 ' ELSE '举报 ' END || c.code AS subject,
    iif(c.town IS NULL OR c.insider, 'department', 'station') AS owed_by_kind,
    iif(c.town IS NULL OR c.insider, '区食药安办', c.town) AS owed_by,
    iif(c.insider, NULL, c.town) AS town,
    iif(d.paused_on IS NULL OR d.met_on IS NOT NULL, d.due_on, NULL) AS due_on, d.met_on,
    json_object('code', c.code, 'step', d.step, 'began_on', d.began_on, 'source', d.source) AS evidence
FROM complaint_deadline d JOIN complaint c ON c.id = d.complaint_id
WHERE d.ended_on IS NULL OR d.met_on IS NOT NULL;

INSERT INTO escalation_policy (rule, valid_from, title, duty, basis, rungs, repeated_at, remind, changed_by, changed_at)
SELECT value ->> 0, '2020-01-01', value ->> 1, value ->> 2, value ->> 3,
    json('[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":[]},{"term":10,"issue":"signed","told":[]},{"term":10,"issue":"signed","told":[]}]'),
    3, '[3]', 'migration', '2026-11-22T00:00:00+08:00'
FROM json_each('[
    ["complaint_accept", "投诉未按期决定是否受理", "对所列投诉作出受理或者不予受理的决定，并告知投诉人", "自收到投诉之日起七个工作日内作出是否受理的决定（市场监督管理投诉举报处理办法）"],
    ["complaint_mediate", "投诉未按期终止调解", "办结所列投诉的调解", "调解在法定期限内终止（市场监督管理投诉举报处理办法）"],
    ["complaint_tell_ended", "终止调解未告知", "将所列投诉终止调解的决定告知双方", "自作出终止调解决定之日起七个工作日内告知（市场监督管理投诉举报处理办法）"],
    ["complaint_decide", "举报未按期核查", "核查所列举报并决定是否立案", "自收到材料之日起十五个工作日内核查并决定是否立案（市场监督管理行政处罚程序规定 第十八条）"],
    ["complaint_decide_extended", "举报延期后未按期决定", "决定所列举报是否立案", "经批准延长十五个工作日（市场监督管理行政处罚程序规定 第十八条）"],
    ["complaint_inform", "实名举报未告知", "将是否立案告知所列举报的实名举报人", "自作出是否立案决定之日起五个工作日内告知实名举报人（市场监督管理投诉举报处理办法）"]
]') WHERE true
ON CONFLICT (rule, valid_from) DO NOTHING;

INSERT INTO policy_rule (name, title, kind, source) VALUES
    ('complaint_retention_days', '投诉举报办结后多少天抹去个人信息', 'whole_number', '本区确定'),
    ('complaint_small_cell', '公开统计中小于多少件的数字不公布', 'whole_number', '本区确定')
ON CONFLICT (name) DO NOTHING;

INSERT INTO policy (name, valid_from, value, changed_by, changed_at) VALUES
    ('complaint_retention_days', '2020-01-01', '1095', 'migration', '2026-11-22T00:00:00+08:00'),
    ('complaint_small_cell', '2020-01-01', '5', 'migration', '2026-11-22T00:00:00+08:00')
ON CONFLICT (name, valid_from) DO NOTHING;

-- 你点我检 (003 §四(三)): what the public wants sampled. A proposal is shown once the office has read it.
CREATE TABLE IF NOT EXISTS sampling_proposal (
    id INTEGER PRIMARY KEY,
    food TEXT NOT NULL,
    place TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT 'proposed' CHECK (status IN ('proposed', 'published', 'declined', 'taken_up', 'answered')),
    votes INTEGER NOT NULL DEFAULT 0,
    said TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE TRIGGER IF NOT EXISTS sampling_proposal_created AFTER INSERT ON sampling_proposal
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'sampling/' || new.id, 'created', json_object('status', new.status));
END;

CREATE TRIGGER IF NOT EXISTS sampling_proposal_changed AFTER UPDATE OF status, said ON sampling_proposal
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'sampling/' || new.id, 'changed',
        json_object('status', old.status, 'said', old.said), json_object('status', new.status, 'said', new.said));
END;

CREATE TRIGGER IF NOT EXISTS sampling_proposal_is_never_deleted BEFORE DELETE ON sampling_proposal
BEGIN SELECT RAISE(ABORT, 'a proposal is declined, never deleted'); END;

-- One browser's vote, by a hash of its random cookie.
CREATE TABLE IF NOT EXISTS sampling_vote (
    proposal_id INTEGER NOT NULL REFERENCES sampling_proposal (id),
    voter TEXT NOT NULL,
    PRIMARY KEY (proposal_id, voter)
) STRICT, WITHOUT ROWID;

-- A vote is counted by the statement that casts it.
CREATE TRIGGER IF NOT EXISTS sampling_voted AFTER INSERT ON sampling_vote
BEGIN
    UPDATE sampling_proposal SET votes = votes + 1 WHERE id = new.proposal_id;
END;
