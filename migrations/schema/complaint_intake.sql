-- What complaint_intake has in a migrated store: each table with the rules that stand in it, its indexes and triggers, then the views that read it.
-- To be read, never run: made from the migrations by SHIAN_RENEW=1 cargo test -p store --test schema

-- 投诉 (complaint) and 举报 (report). Who complained, how to reach them and what they wrote are sealed under the case's own
-- key, which is itself sealed under `data_key` (design: trust). What stands here in clear names nobody.
CREATE TABLE complaint (
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
    changed_at TEXT NOT NULL,
    -- How a case is sealed. 1: its seals open wherever they are put under their key, and the hash of its passphrase opens any case that it
    -- is put beside. 2: both are bound to the case; a seal also to its column, its row and the version of the key. What is new is always 2,
    -- and housekeeping brings the rest there.
    form INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE INDEX complaint_uscc ON complaint (uscc, received_on) WHERE uscc IS NOT NULL;

CREATE INDEX complaint_received ON complaint (received_on);

CREATE INDEX complaint_key ON complaint (data_key_id) WHERE sealed_key IS NOT NULL;

CREATE INDEX complaint_form_1 ON complaint (id) WHERE form = 1;

CREATE INDEX complaint_insider ON complaint (id) WHERE insider;

-- The whole case comes with its one row.
CREATE TRIGGER complaint_created AFTER INSERT ON complaint
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'complaint/' || new.code, 'created',
        json_object('kind', new.kind, 'town', new.town, 'channel', new.channel, 'sealed', hex(new.sealed), 'sealed_contact', hex(new.sealed_contact)));
    INSERT INTO complaint_step (complaint_id, seq, move, status, starts, at, by)
    VALUES (new.id, 1, 'submit', 'received', new.filed ->> '$.starts', new.changed_at, new.changed_by);
    INSERT INTO complaint_file (upload_id, complaint_id) SELECT value, new.id FROM json_each(new.filed, '$.files') WHERE true
    ON CONFLICT (upload_id, complaint_id) DO NOTHING;
END;

-- A status changes only with the step that has been inserted for it, by a move of `complaint_move`.
CREATE TRIGGER complaint_moves_as_allowed BEFORE UPDATE OF status ON complaint
WHEN NOT EXISTS (SELECT 1 FROM complaint_step s JOIN complaint_move m
    ON m.kind = old.kind AND m.move = s.move AND m.from_status = old.status AND m.to_status = new.status
    WHERE s.complaint_id = old.id AND s.seq = new.version AND new.version = old.version + 1)
BEGIN SELECT RAISE(ABORT, 'a case cannot move so'); END;

CREATE TRIGGER complaint_changed AFTER UPDATE OF version ON complaint WHEN new.version <> old.version
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'complaint/' || new.code, 'changed',
        json_object('status', old.status, 'town', old.town, 'anonymous', old.anonymous, 'erased_on', old.erased_on),
        json_object('status', new.status, 'town', new.town, 'anonymous', new.anonymous, 'erased_on', new.erased_on, 'merged_into', new.merged_into,
            'sealed_contact', iif(new.sealed_contact IS old.sealed_contact, NULL, hex(new.sealed_contact))));
END;

CREATE TRIGGER complaint_is_never_deleted BEFORE DELETE ON complaint
BEGIN SELECT RAISE(ABORT, 'a case is closed and its person erased; the case stays'); END;

-- A report belongs to the two who are named when it comes in.
CREATE TRIGGER insider_report_filed AFTER INSERT ON complaint WHEN new.insider
BEGIN
    INSERT INTO insider_seat (complaint_id, place, account, changed_by, changed_at)
    SELECT new.id, h.place, h.account, new.changed_by, new.changed_at FROM insider_handler h;
END;

-- That there was a complaint or report about a business, and when: nothing of who or what. Reports of insiders are not among them.
CREATE VIEW enterprise_complaint AS
SELECT uscc, received_on FROM complaint
WHERE uscc IS NOT NULL AND NOT insider AND status NOT IN ('refused', 'transferred', 'merged');

-- What waits on the home page of the office and of the town's station.
CREATE VIEW task_complaint AS
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
CREATE VIEW task_insider_report AS
SELECT r.role, NULL AS town, s.account, NULL AS cadre_no, NULL AS except_account, 'insider_report' AS what, '在办的内部举报' AS title,
    '/complaints/insider-cases' AS path, NULL AS waits_from, t.holds_until AS oldest_due, 1 AS "count"
FROM complaint c JOIN insider_seat s ON s.complaint_id = c.id LEFT JOIN complaint_next_term t ON t.complaint_id = c.id
JOIN (SELECT 'office' AS role UNION ALL SELECT 'station') r
WHERE c.insider AND c.closed_on IS NULL;

-- The complaints and reports about a business for its page at the desk: what stands in the list of cases of whoever handles them, and nothing
-- of who wrote or what. Reports of insiders are not among them.
CREATE VIEW enterprise_case AS
SELECT c.uscc, c.code, c.kind, c.category, c.status, c.town, c.received_on, c.closed_on,
    (SELECT min(d.holds_until) FROM complaint_deadline d WHERE d.complaint_id = c.id AND d.standing = 'running') AS due_on
FROM complaint c WHERE c.uscc IS NOT NULL AND NOT c.insider;

-- The moves that there are (20号令, 121号令, 行政处罚程序规定). No statement gets past them.
CREATE TABLE complaint_move (
    kind TEXT NOT NULL,
    move TEXT NOT NULL,
    from_status TEXT NOT NULL,
    to_status TEXT NOT NULL,
    PRIMARY KEY (kind, move, from_status)
) STRICT, WITHOUT ROWID;

INSERT INTO complaint_move (kind, move, from_status, to_status) VALUES
    ('complaint', 'accept', 'received', 'accepted'),
    ('complaint', 'assign', 'accepted', 'accepted'),
    ('complaint', 'assign', 'mediating', 'mediating'),
    ('complaint', 'assign', 'mediation_ended', 'mediation_ended'),
    ('complaint', 'assign', 'received', 'received'),
    ('complaint', 'close', 'accepted', 'closed'),
    ('complaint', 'close', 'mediating', 'closed'),
    ('complaint', 'end_mediation', 'accepted', 'mediation_ended'),
    ('complaint', 'end_mediation', 'mediating', 'mediation_ended'),
    ('complaint', 'inform', 'mediation_ended', 'closed'),
    ('complaint', 'mediate', 'accepted', 'mediating'),
    ('complaint', 'merge', 'accepted', 'merged'),
    ('complaint', 'merge', 'mediating', 'merged'),
    ('complaint', 'merge', 'received', 'merged'),
    ('complaint', 'pause', 'accepted', 'accepted'),
    ('complaint', 'pause', 'mediating', 'mediating'),
    ('complaint', 'refuse', 'received', 'refused'),
    ('complaint', 'reopen', 'closed', 'received'),
    ('complaint', 'resume', 'accepted', 'accepted'),
    ('complaint', 'resume', 'mediating', 'mediating'),
    ('complaint', 'transfer', 'accepted', 'transferred'),
    ('complaint', 'transfer', 'received', 'transferred'),
    ('report', 'assign', 'filed', 'filed'),
    ('report', 'assign', 'not_filed', 'not_filed'),
    ('report', 'assign', 'received', 'received'),
    ('report', 'assign', 'verifying', 'verifying'),
    ('report', 'close', 'filed', 'closed'),
    ('report', 'close', 'not_filed', 'closed'),
    ('report', 'extend', 'received', 'received'),
    ('report', 'extend', 'verifying', 'verifying'),
    ('report', 'file', 'received', 'filed'),
    ('report', 'file', 'verifying', 'filed'),
    ('report', 'inform', 'filed', 'filed'),
    ('report', 'inform', 'not_filed', 'not_filed'),
    ('report', 'merge', 'received', 'merged'),
    ('report', 'merge', 'verifying', 'merged'),
    ('report', 'not_file', 'received', 'not_filed'),
    ('report', 'not_file', 'verifying', 'not_filed'),
    ('report', 'pause', 'received', 'received'),
    ('report', 'pause', 'verifying', 'verifying'),
    ('report', 'reopen', 'closed', 'received'),
    ('report', 'resume', 'received', 'received'),
    ('report', 'resume', 'verifying', 'verifying'),
    ('report', 'transfer', 'received', 'transferred'),
    ('report', 'transfer', 'verifying', 'transferred'),
    ('report', 'verify', 'received', 'verifying');

-- Each step with who and when. Inserting one is the move: its trigger does the rest.
CREATE TABLE complaint_step (
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
    -- The same of what was said with a step.
    form INTEGER NOT NULL DEFAULT 1,
    UNIQUE (complaint_id, seq)
) STRICT;

CREATE TRIGGER complaint_step_is_never_deleted BEFORE DELETE ON complaint_step
BEGIN SELECT RAISE(ABORT, 'steps are never deleted'); END;

-- The filing begins the first terms.
CREATE TRIGGER complaint_first_step AFTER INSERT ON complaint_step WHEN new.seq = 1
BEGIN
    INSERT INTO complaint_deadline (complaint_id, step, began_on, due_on, source, provisional, uncounted)
    SELECT new.complaint_id, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(new.starts);
END;

-- A later step moves the case, and meets, ends, pauses and begins its terms.
CREATE TRIGGER complaint_later_steps AFTER INSERT ON complaint_step WHEN new.seq > 1
BEGIN
    UPDATE complaint SET status = new.status, version = new.seq, town = coalesce(new.town, town),
        merged_into = coalesce(new.merged_into, merged_into), reopened = max(reopened, new.move = 'reopen'),
        closed_on = iif(new.status IN ('closed', 'refused', 'transferred', 'merged'), substr(new.at, 1, 10), NULL),
        changed_by = new.by, changed_at = new.at
    WHERE id = new.complaint_id;
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

-- Sealed anew a step says the same.
CREATE TRIGGER complaint_step_is_only_sealed_anew BEFORE UPDATE ON complaint_step
WHEN NOT (old.form = 1 AND new.form = 2 AND old.sealed IS NOT NULL AND new.sealed IS NOT NULL
    AND (new.id, new.complaint_id, new.seq, new.move, new.status, new.ground, new.town, new.merged_into, new.meets, new.ends, new.starts, new.at, new.by)
     IS (old.id, old.complaint_id, old.seq, old.move, old.status, old.ground, old.town, old.merged_into, old.meets, old.ends, old.starts, old.at, old.by))
BEGIN SELECT RAISE(ABORT, 'steps are never changed'); END;

-- A report that the bureau has filed a case on (立案: 行政处罚程序规定 第19条, there is first evidence) is a problem, known by its business and by the
-- kind under which it was filed: neither who reported nor what they wrote. A complaint that is mediated establishes nothing and is
-- none. Reports of insiders are never among them.
CREATE TRIGGER report_filed_enters_register AFTER INSERT ON complaint_step WHEN new.move = 'file'
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

-- What the law promises by which day, by the rule in force on the day that began the term.
CREATE TABLE complaint_deadline (
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
    -- The latest day that was told before the true one was known; null where there was none. Nobody is chased before it.
    told_on TEXT,
    -- How a term of the law stands, said once: whoever asks for running, paused or met terms asks by this word.
    standing TEXT GENERATED ALWAYS AS (CASE WHEN met_on IS NOT NULL THEN 'met'
    WHEN ended_on IS NOT NULL THEN 'ended' WHEN paused_on IS NOT NULL THEN 'paused' ELSE 'running' END) VIRTUAL,
    -- The day that is shown. While something is being tested nobody knows it.
    shown_due_on TEXT GENERATED ALWAYS AS (iif(standing = 'paused', NULL, due_on)) VIRTUAL,
    -- The day that holds: the later of the latest day that was told and the true one.
    holds_until TEXT GENERATED ALWAYS AS (max(due_on, coalesce(told_on, due_on))) VIRTUAL,
    PRIMARY KEY (complaint_id, step, began_on)
) STRICT, WITHOUT ROWID;

CREATE INDEX complaint_deadline_running ON complaint_deadline (complaint_id, holds_until) WHERE standing = 'running';

CREATE INDEX complaint_deadline_running_provisional ON complaint_deadline (complaint_id) WHERE provisional AND standing = 'running';

-- The terms of complaints and reports, in the shape that the sweep reads. What is chased goes by the later of the day that was told and
-- the true one. Insiders' reports stand on no paper and among nobody's duties: their handlers see what is due in their own list.
CREATE VIEW deadline_complaint_term AS
SELECT 'complaint_' || d.step AS rule,
    'complaint/' || c.code || '/' || d.step || '/' || d.began_on AS "key",
    CASE c.kind WHEN 'complaint' THEN '投诉 ' ELSE '举报 ' END || c.code AS subject,
    iif(c.town IS NULL, 'department', 'station') AS owed_by_kind,
    coalesce(c.town, '区食药安办') AS owed_by,
    c.town AS town,
    iif(d.paused_on IS NULL OR d.met_on IS NOT NULL, max(d.due_on, coalesce(d.told_on, d.due_on)), NULL) AS due_on, d.met_on,
    json_object('code', c.code, 'step', d.step, 'began_on', d.began_on, 'source', d.source) AS evidence
FROM complaint_deadline d JOIN complaint c ON c.id = d.complaint_id
WHERE NOT c.insider AND (d.ended_on IS NULL OR d.met_on IS NOT NULL);

-- The next day that holds for a case with a running term.
CREATE VIEW complaint_next_term AS
SELECT complaint_id, min(holds_until) AS holds_until FROM complaint_deadline WHERE standing = 'running' GROUP BY complaint_id;

-- What the citizen and the office write to each other, under the case's key.
CREATE TABLE complaint_message (
    id INTEGER PRIMARY KEY,
    complaint_id INTEGER NOT NULL REFERENCES complaint (id),
    from_office INTEGER NOT NULL CHECK (from_office IN (0, 1)),
    sealed BLOB NOT NULL,
    at TEXT NOT NULL,
    by TEXT NOT NULL,
    -- Names the message in its seal; null: sealed in the first form.
    mark TEXT
) STRICT;

CREATE INDEX complaint_message_case ON complaint_message (complaint_id, id);

-- Files in the key-value store, sealed under keys of their own that stand in what is sealed. One that no case uses goes after a day.
CREATE TABLE complaint_upload (
    id TEXT PRIMARY KEY,
    chunks INTEGER NOT NULL,
    made_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Which files belong to which case.
CREATE TABLE complaint_file (
    upload_id TEXT NOT NULL,
    complaint_id INTEGER NOT NULL REFERENCES complaint (id),
    PRIMARY KEY (upload_id, complaint_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX complaint_file_case ON complaint_file (complaint_id);

-- Answers between the pages of the form, sealed under a key that only the visitor's cookie holds. Gone after a day.
CREATE TABLE complaint_draft (
    id TEXT PRIMARY KEY,
    sealed BLOB NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    expires_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Filings by a keyed hash of the address, kept for an hour; no case can be told from it.
CREATE TABLE complaint_filing (
    address_hash TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;

CREATE INDEX complaint_filing_address ON complaint_filing (address_hash, at);

-- The two who see reports of insiders.
CREATE TABLE insider_handler (
    place INTEGER PRIMARY KEY CHECK (place IN (1, 2)),
    account TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

-- Who was named stands in the audit.
CREATE TRIGGER insider_handler_named AFTER INSERT ON insider_handler
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'insider-handler/' || new.place, 'created', json_object('account', new.account));
END;

CREATE TRIGGER insider_handler_changed AFTER UPDATE ON insider_handler
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'insider-handler/' || new.place, 'changed', json_object('account', old.account), json_object('account', new.account));
END;

CREATE TRIGGER insider_handler_is_never_deleted BEFORE DELETE ON insider_handler
BEGIN SELECT RAISE(ABORT, 'handlers are replaced, never deleted'); END;

-- Who read what a case holds. Written before it is handed out.
CREATE TABLE complaint_opening (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    what TEXT NOT NULL,
    at TEXT NOT NULL,
    by TEXT NOT NULL
) STRICT;

-- Whoever opens what a case holds leaves a row in the audit.
CREATE TRIGGER complaint_opened AFTER INSERT ON complaint_opening
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.at, new.by, 'complaint-opening/' || new.code, 'created', json_object('what', new.what));
END;

-- 举报奖励: proposed, then paid.
CREATE TABLE complaint_reward (
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
CREATE TRIGGER complaint_reward_proposed AFTER INSERT ON complaint_reward
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'complaint-reward/' || new.code, 'created', json_object('level', new.level, 'fined', new.fined, 'amount', new.amount));
END;

CREATE TRIGGER complaint_reward_changed AFTER UPDATE ON complaint_reward
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'complaint-reward/' || new.code, 'changed',
        json_object('level', old.level, 'fined', old.fined, 'amount', old.amount, 'paid_on', old.paid_on),
        json_object('level', new.level, 'fined', new.fined, 'amount', new.amount, 'paid_on', new.paid_on));
END;

CREATE TRIGGER complaint_reward_is_never_deleted BEFORE DELETE ON complaint_reward
BEGIN SELECT RAISE(ABORT, 'a reward is changed or paid, never deleted'); END;

-- Wording that handlers begin a reply with.
CREATE TABLE complaint_template (
    name TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

INSERT INTO complaint_template (name, text, changed_by, changed_at) VALUES
    ('不同意调解的其他途径', '您好。商家不同意调解，我们依法终止调解。您还可以向人民法院起诉，或者根据与商家的仲裁协议申请仲裁。', 'migration', '2026-11-22T00:00:00+08:00'),
    ('商家同意退款', '您好。经联系，商家同意退款。请您确认收到款项后在这里回复一声，我们据此办结。', 'migration', '2026-11-22T00:00:00+08:00'),
    ('已安排核查', '您好。我们已经安排执法人员到现场核查，有了结果会在这里告诉您。', 'migration', '2026-11-22T00:00:00+08:00'),
    ('请补充材料', '您好。为了办好您反映的问题，请补充以下材料：购买凭证或者付款截图、商品照片（看得清标签和日期）。可以在查询页面直接上传文字说明。', 'migration', '2026-11-22T00:00:00+08:00');

CREATE TRIGGER complaint_template_created AFTER INSERT ON complaint_template WHEN new.changed_by <> 'migration'
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'complaint-template/' || new.name, 'created', json_object('text', new.text));
END;

CREATE TRIGGER complaint_template_changed AFTER UPDATE ON complaint_template
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'complaint-template/' || new.name, 'changed', json_object('text', old.text), json_object('text', new.text));
END;

CREATE TRIGGER complaint_template_is_never_deleted BEFORE DELETE ON complaint_template
BEGIN SELECT RAISE(ABORT, 'a template is emptied, never deleted'); END;

-- 你点我检 (003 §四(三)): what the public wants sampled. A proposal is shown once the office has read it.
CREATE TABLE sampling_proposal (
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

CREATE TRIGGER sampling_proposal_created AFTER INSERT ON sampling_proposal
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'sampling/' || new.id, 'created', json_object('status', new.status));
END;

CREATE TRIGGER sampling_proposal_changed AFTER UPDATE OF status, said ON sampling_proposal
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'sampling/' || new.id, 'changed',
        json_object('status', old.status, 'said', old.said), json_object('status', new.status, 'said', new.said));
END;

CREATE TRIGGER sampling_proposal_is_never_deleted BEFORE DELETE ON sampling_proposal
BEGIN SELECT RAISE(ABORT, 'a proposal is declined, never deleted'); END;

-- One browser's vote, by a hash of its random cookie.
CREATE TABLE sampling_vote (
    proposal_id INTEGER NOT NULL REFERENCES sampling_proposal (id),
    voter TEXT NOT NULL,
    PRIMARY KEY (proposal_id, voter)
) STRICT, WITHOUT ROWID;

-- A vote is counted by the statement that casts it.
CREATE TRIGGER sampling_voted AFTER INSERT ON sampling_vote
BEGIN
    UPDATE sampling_proposal SET votes = votes + 1 WHERE id = new.proposal_id;
END;

-- What the audit keeps of other cases, kept here of insiders' reports: their number, town and moment stand where only their handlers
-- read them.
CREATE TABLE insider_audit (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    record TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('created', 'changed')),
    before TEXT,
    after TEXT
) STRICT;

CREATE INDEX insider_audit_code ON insider_audit (code, id);

CREATE TRIGGER insider_audit_is_never_changed BEFORE UPDATE ON insider_audit
BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;

CREATE TRIGGER insider_audit_is_never_deleted BEFORE DELETE ON insider_audit
BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;

-- Who handles which insider's report: whoever was named when it came in, until it is handed over.
CREATE TABLE insider_seat (
    complaint_id INTEGER NOT NULL REFERENCES complaint (id),
    place INTEGER NOT NULL CHECK (place IN (1, 2)),
    account TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (complaint_id, place)
) STRICT, WITHOUT ROWID;

-- Who has taken a seat stands where only the report's handlers read it.
CREATE TRIGGER insider_seat_taken AFTER INSERT ON insider_seat WHEN new.changed_by <> 'migration'
BEGIN
    INSERT INTO insider_audit (code, at, actor, record, action, after)
    SELECT c.code, new.changed_at, new.changed_by, 'insider-seat/' || c.code || '/' || new.place, 'created', json_object('account', new.account)
    FROM complaint c WHERE c.id = new.complaint_id;
END;

-- Who has handed over to whom stands where only the report's handlers read it.
CREATE TRIGGER insider_seat_handed_over AFTER UPDATE ON insider_seat
BEGIN
    INSERT INTO insider_audit (code, at, actor, record, action, before, after)
    SELECT c.code, new.changed_at, new.changed_by, 'insider-seat/' || c.code || '/' || new.place, 'changed', json_object('account', old.account), json_object('account', new.account)
    FROM complaint c WHERE c.id = new.complaint_id;
END;

CREATE TRIGGER insider_seat_is_never_deleted BEFORE DELETE ON insider_seat
BEGIN SELECT RAISE(ABORT, 'a report is handed over, never left alone'); END;

-- A change of the two handlers: proposed by one person, confirmed by another. One at a time.
CREATE TABLE insider_handler_change (
    id INTEGER PRIMARY KEY,
    first TEXT NOT NULL,
    second TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at TEXT NOT NULL,
    outcome TEXT CHECK (outcome IN ('confirmed', 'withdrawn')),
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    CHECK (first <> second),
    CHECK (outcome IS NOT 'confirmed' OR changed_by <> proposed_by)
) STRICT;

CREATE UNIQUE INDEX insider_handler_change_open ON insider_handler_change (outcome IS NULL) WHERE outcome IS NULL;

-- Whoever would be replaced is told when it is proposed.
CREATE TRIGGER insider_handler_change_proposed AFTER INSERT ON insider_handler_change
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'insider-handler-change/' || new.id, 'created', json_object('first', new.first, 'second', new.second));
    INSERT INTO insider_told (account, what, change_id, at)
    SELECT h.account, 'replacement_proposed', new.id, new.changed_at FROM insider_handler h WHERE h.account NOT IN (new.first, new.second);
END;

-- A confirmed change is the change: who handles from now on, and who is told.
CREATE TRIGGER insider_handler_change_ended AFTER UPDATE ON insider_handler_change
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'insider-handler-change/' || new.id, 'changed', json_object('outcome', old.outcome), json_object('outcome', new.outcome));
    INSERT INTO insider_told (account, what, change_id, at)
    SELECT h.account, iif(h.account IN (new.first, new.second), 'kept', 'replaced'), new.id, new.changed_at
    FROM insider_handler h WHERE new.outcome = 'confirmed';
    INSERT INTO insider_told (account, what, change_id, at)
    SELECT account, 'named', new.id, new.changed_at FROM (SELECT new.first AS account UNION SELECT new.second)
    WHERE new.outcome = 'confirmed' AND account NOT IN (SELECT h.account FROM insider_handler h);
    INSERT INTO insider_handler (place, account, changed_by, changed_at)
    SELECT place, account, new.changed_by, new.changed_at FROM (SELECT 1 AS place, new.first AS account UNION SELECT 2, new.second)
    WHERE new.outcome = 'confirmed'
    ON CONFLICT (place) DO UPDATE SET account = excluded.account, changed_by = excluded.changed_by, changed_at = excluded.changed_at
    WHERE account IS NOT excluded.account;
END;

-- What was confirmed or withdrawn stays so.
CREATE TRIGGER insider_handler_change_ends_once BEFORE UPDATE ON insider_handler_change WHEN old.outcome IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a change of handlers ends once'); END;

CREATE TRIGGER insider_handler_change_is_never_deleted BEFORE DELETE ON insider_handler_change
BEGIN SELECT RAISE(ABORT, 'a change of handlers is confirmed or withdrawn, never deleted'); END;

-- What somebody must know of their being a handler, until they say that they have read it.
CREATE TABLE insider_told (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('replacement_proposed', 'replaced', 'named', 'kept')),
    change_id INTEGER NOT NULL REFERENCES insider_handler_change (id),
    at TEXT NOT NULL,
    read_at TEXT,
    UNIQUE (account, what, change_id)
) STRICT;

-- Terms that were provisional, computed anew once their year has been announced (design: provisional dates). One row a case and
-- version of the calendar: its trigger sets the dates and keeps the message that tells the citizen, so that one change is told once.
CREATE TABLE complaint_redating (
    complaint_id INTEGER NOT NULL REFERENCES complaint (id),
    -- Of the announced days it was computed with
    calendar INTEGER NOT NULL,
    -- [step, began_on, due_on as it was, due_on, provisional] of each term
    terms TEXT NOT NULL CHECK (json_valid(terms)),
    -- What the citizen is told, under the case's key; null where no date is another, or where the person has been erased
    sealed BLOB,
    mark TEXT,
    at TEXT NOT NULL,
    PRIMARY KEY (complaint_id, calendar)
) STRICT;

-- The running terms get the days that were computed anew where nobody has moved them meanwhile, and the citizen gets the message.
CREATE TRIGGER complaint_redated AFTER INSERT ON complaint_redating
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after)
    SELECT new.at, 'calendar', 'complaint/' || c.code, 'changed',
        json_object('due', (SELECT json_group_array(json_array(t.value ->> 0, t.value ->> 2)) FROM json_each(new.terms) t)),
        json_object('due', (SELECT json_group_array(json_array(t.value ->> 0, t.value ->> 3)) FROM json_each(new.terms) t), 'calendar', new.calendar)
    FROM complaint c WHERE c.id = new.complaint_id;
    UPDATE complaint_deadline SET
        told_on = max(complaint_deadline.due_on, coalesce(complaint_deadline.told_on, complaint_deadline.due_on)),
        due_on = (SELECT t.value ->> 3 FROM json_each(new.terms) t
            WHERE t.value ->> 0 = complaint_deadline.step AND t.value ->> 1 = complaint_deadline.began_on),
        provisional = (SELECT t.value ->> 4 FROM json_each(new.terms) t
            WHERE t.value ->> 0 = complaint_deadline.step AND t.value ->> 1 = complaint_deadline.began_on)
    WHERE complaint_id = new.complaint_id AND met_on IS NULL AND ended_on IS NULL AND paused_on IS NULL
        AND EXISTS (SELECT 1 FROM json_each(new.terms) t
            WHERE t.value ->> 0 = complaint_deadline.step AND t.value ->> 1 = complaint_deadline.began_on AND t.value ->> 2 = complaint_deadline.due_on);
    INSERT INTO complaint_message (complaint_id, from_office, sealed, mark, at, by)
    SELECT new.complaint_id, 1, new.sealed, new.mark, new.at, '系统' WHERE new.sealed IS NOT NULL;
END;

CREATE TRIGGER complaint_redating_is_never_changed BEFORE UPDATE ON complaint_redating
BEGIN SELECT RAISE(ABORT, 'a change of dates is followed by another, never changed'); END;

CREATE TRIGGER complaint_redating_is_never_deleted BEFORE DELETE ON complaint_redating
BEGIN SELECT RAISE(ABORT, 'a change of dates is never deleted'); END;
