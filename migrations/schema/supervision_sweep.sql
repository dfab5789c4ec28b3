-- What supervision_sweep has in a migrated store: each table with the rules that stand in it, its indexes and triggers, then the views that read it.
-- To be read, never run: made from the migrations by SHIAN_RENEW=1 cargo test -p store --test schema

-- 三书一函 (004 §二(一)), in the order in which a missed deadline climbs (design: the ladder).
CREATE TABLE notice_kind (
    rung INTEGER PRIMARY KEY,
    kind TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- In the number: 浔食药安办函〔2026〕1号
    mark TEXT NOT NULL
) STRICT;

INSERT INTO notice_kind (rung, kind, name, mark) VALUES
    (1, 'reminder_letter', '提醒敦促函', '函'),
    (2, 'rectification_order', '责令整改书', '改'),
    (3, 'interview_summons', '责任约谈书', '约'),
    (4, 'supervision_listing', '挂牌督办书', '督'),
    (5, 'circular', '通报', '通'),
    (90, 'report_upwards', '专报', '报');

-- How a missed deadline is chased: one row a rule and day from which it holds. `rungs` has one entry a paper: its term in
-- working days from its issue, whether it goes out directly or is signed first, and who is told beside the addressee. A rule
-- chases what falls due from the first day on which it holds.
CREATE TABLE escalation_policy (
    rule TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    title TEXT NOT NULL,
    -- What a paper says is to be done
    duty TEXT NOT NULL,
    -- The legal basis as papers cite it
    basis TEXT NOT NULL,
    -- [{"term": 10, "issue": "direct" | "signed", "told": ["town" | "cadre" | "office"]}, …]
    rungs TEXT NOT NULL CHECK (json_valid(rungs) AND json_array_length(rungs) BETWEEN 1 AND 4),
    -- Where a deadline starts whose predecessor was missed too, by the same
    repeated_at INTEGER NOT NULL CHECK (repeated_at BETWEEN 1 AND 4),
    -- Calendar days before the due date on which a message reminds
    remind TEXT NOT NULL DEFAULT '[14,3]' CHECK (json_valid(remind)),
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (rule, valid_from)
) STRICT;

INSERT INTO escalation_policy (rule, valid_from, title, duty, basis, rungs, repeated_at, remind, changed_by, changed_at) VALUES
    ('canteen_begun', '2026-12-01', '食堂项目开工后未上门服务', '完成所列项目开工后的上门服务', '企业食堂申办前移服务（推进食品生产经营企业主体责任落实的实施意见）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]}]', 3, '[14,3]', 'migration', '2026-11-22T00:00:00+08:00'),
    ('canteen_completed', '2026-12-01', '食堂项目竣工后未上门服务', '完成所列项目竣工后的上门服务', '企业食堂申办前移服务（推进食品生产经营企业主体责任落实的实施意见）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]}]', 3, '[14,3]', 'migration', '2026-11-22T00:00:00+08:00'),
    ('canteen_entered', '2026-12-01', '食堂项目入库后未上门服务', '完成所列项目入库后的上门服务', '企业食堂申办前移服务（推进食品生产经营企业主体责任落实的实施意见）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]}]', 3, '[14,3]', 'migration', '2026-11-22T00:00:00+08:00'),
    ('canteen_training', '2026-12-01', '食堂项目竣工后未培训', '完成所列项目竣工后的食品安全培训', '企业食堂申办前移服务（推进食品生产经营企业主体责任落实的实施意见）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]}]', 3, '[14,3]', 'migration', '2026-11-22T00:00:00+08:00'),
    ('commitment', '2026-12-01', '承诺书未签订', '签订本年度食品安全责任与任务承诺书', '包保干部签订食品安全责任与任务承诺书（落实食品安全“两个责任”机制实施方案）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]}]', 3, '[14,3]', 'migration', '2026-11-22T00:00:00+08:00'),
    ('complaint_accept', '2020-01-01', '投诉未按期决定是否受理', '对所列投诉作出受理或者不予受理的决定，并告知投诉人', '自收到投诉之日起七个工作日内作出是否受理的决定（市场监督管理投诉举报处理办法）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":[]},{"term":10,"issue":"signed","told":[]},{"term":10,"issue":"signed","told":[]}]', 3, '[3]', 'migration', '2026-11-22T00:00:00+08:00'),
    ('complaint_decide', '2020-01-01', '举报未按期核查', '核查所列举报并决定是否立案', '自收到材料之日起十五个工作日内核查并决定是否立案（市场监督管理行政处罚程序规定 第十八条）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":[]},{"term":10,"issue":"signed","told":[]},{"term":10,"issue":"signed","told":[]}]', 3, '[3]', 'migration', '2026-11-22T00:00:00+08:00'),
    ('complaint_decide_extended', '2020-01-01', '举报延期后未按期决定', '决定所列举报是否立案', '经批准延长十五个工作日（市场监督管理行政处罚程序规定 第十八条）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":[]},{"term":10,"issue":"signed","told":[]},{"term":10,"issue":"signed","told":[]}]', 3, '[3]', 'migration', '2026-11-22T00:00:00+08:00'),
    ('complaint_inform', '2020-01-01', '实名举报未告知', '将是否立案告知所列举报的实名举报人', '自作出是否立案决定之日起五个工作日内告知实名举报人（市场监督管理投诉举报处理办法）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":[]},{"term":10,"issue":"signed","told":[]},{"term":10,"issue":"signed","told":[]}]', 3, '[3]', 'migration', '2026-11-22T00:00:00+08:00'),
    ('complaint_mediate', '2020-01-01', '投诉未按期终止调解', '办结所列投诉的调解', '调解在法定期限内终止（市场监督管理投诉举报处理办法）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":[]},{"term":10,"issue":"signed","told":[]},{"term":10,"issue":"signed","told":[]}]', 3, '[3]', 'migration', '2026-11-22T00:00:00+08:00'),
    ('complaint_tell_ended', '2020-01-01', '终止调解未告知', '将所列投诉终止调解的决定告知双方', '自作出终止调解决定之日起七个工作日内告知（市场监督管理投诉举报处理办法）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":[]},{"term":10,"issue":"signed","told":[]},{"term":10,"issue":"signed","told":[]}]', 3, '[3]', 'migration', '2026-11-22T00:00:00+08:00'),
    ('license_renewal', '2026-12-01', '食品生产许可证到期前未申请延续', '上门提醒所列企业申请延续，或者核实其不再生产', '食品生产许可有效期届满三十个工作日前提出延续申请（食品生产许可管理办法）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]}]', 3, '[14,3]', 'migration', '2026-11-22T00:00:00+08:00'),
    ('limited_matter', '2026-12-01', '限时办结事项超期', '办结所列事项并告知申请人', '许可事项限时办结（推进食品生产经营企业主体责任落实的实施意见）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]}]', 3, '[14,3]', 'migration', '2026-11-22T00:00:00+08:00'),
    ('new_producer_training', '2026-12-01', '新获证企业未上门培训', '对所列新获证企业完成一次上门服务和培训', '新获证食品生产企业三十日内上门培训（推进食品生产经营企业主体责任落实的实施意见）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]}]', 3, '[14,3]', 'migration', '2026-11-22T00:00:00+08:00'),
    ('oversight', '2026-12-01', '年度督查未开展', '对下一级包保干部开展年度督查并记录结果', '每年对下一级包保干部履职情况开展一次督查（落实食品安全“两个责任”机制实施方案）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]}]', 3, '[14,3]', 'migration', '2026-11-22T00:00:00+08:00'),
    ('problem', '2022-01-01', '督导发现的问题未按期整改', '督促所列主体整改到位，并记录整改结果', '督导发现的问题应当督促按期整改（落实食品安全“两个责任”机制实施方案）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]}]', 3, '[14,3]', 'migration', '2026-11-22T00:00:00+08:00'),
    ('problem', '2026-12-01', '问题未按期整改', '核实所列问题，督促主体整改到位并登记整改情况', '发现的问题实时交办、销号处置（食品安全风险管控长效机制）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":[]},{"term":10,"issue":"signed","told":[]},{"term":10,"issue":"signed","told":[]}]', 3, '[14,3]', 'migration', '2026-11-27T00:00:00+08:00'),
    ('problem_assign', '2026-12-01', '问题未按期分派', '把所列问题分派给监管所或者镇街办理', '发现的问题实时交办（食品安全风险管控长效机制）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":[]},{"term":10,"issue":"signed","told":[]},{"term":10,"issue":"signed","told":[]}]', 3, '[]', 'migration', '2026-11-27T00:00:00+08:00'),
    ('problem_verify', '2026-12-01', '整改后未按期复核', '复核所列问题是否整改到位并登记结果', '发现的问题闭环管理、销号处置（食品安全风险管控长效机制）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":[]},{"term":10,"issue":"signed","told":[]},{"term":10,"issue":"signed","told":[]}]', 3, '[3]', 'migration', '2026-11-27T00:00:00+08:00'),
    ('reassignment_enterprise', '2026-12-01', '主体变动后未调整包保关系', '为所列主体确定、调整或者结束包保关系', '主体新增、注销、变动的，三十个工作日内重新确定（落实食品安全“两个责任”机制实施方案）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]}]', 3, '[14,3]', 'migration', '2026-11-22T00:00:00+08:00'),
    ('reassignment_official', '2026-12-01', '包保干部变动后未重新确定', '为所列主体重新确定包保干部', '包保干部调整的，二十个工作日内重新确定（落实食品安全“两个责任”机制实施方案）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]}]', 3, '[14,3]', 'migration', '2026-11-22T00:00:00+08:00'),
    ('report', '2026-12-01', '年度履职报告未提交', '提交年度履职报告', '包保干部每年十二月底书面报告履职情况（落实食品安全“两个责任”机制实施方案）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]}]', 3, '[14,3]', 'migration', '2026-11-22T00:00:00+08:00'),
    ('talk', '2026-12-01', '责任约谈未记录', '进行责任约谈并记录日期、地点、到场人员和内容', '责任约谈（食品安全风险管控长效机制）', '[{"term":10,"issue":"signed","told":[]}]', 1, '[3]', 'migration', '2026-11-27T00:00:00+08:00'),
    ('visit', '2022-01-01', '季度督导未完成', '对所列主体完成督导；风险等级 D 级和学校、幼儿园食堂应当现场督导', '包保干部对包保主体每季度至少督导一次，高风险主体和学校、幼儿园食堂现场督导（落实食品安全“两个责任”机制实施方案）', '[{"term":10,"issue":"direct","told":["town"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]},{"term":10,"issue":"signed","told":["cadre"]}]', 3, '[14,3]', 'migration', '2026-11-22T00:00:00+08:00');

CREATE TRIGGER escalation_policy_created AFTER INSERT ON escalation_policy WHEN new.changed_by <> 'migration'
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'escalation-policy/' || new.rule, 'created',
        json_object('valid_from', new.valid_from, 'title', new.title, 'duty', new.duty, 'basis', new.basis, 'rungs', json(new.rungs),
            'repeated_at', new.repeated_at, 'remind', json(new.remind)));
END;

CREATE TRIGGER escalation_policy_changed AFTER UPDATE ON escalation_policy
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'escalation-policy/' || new.rule, 'changed',
        json_object('valid_from', old.valid_from, 'title', old.title, 'duty', old.duty, 'basis', old.basis, 'rungs', json(old.rungs),
            'repeated_at', old.repeated_at, 'remind', json(old.remind)),
        json_object('valid_from', new.valid_from, 'title', new.title, 'duty', new.duty, 'basis', new.basis, 'rungs', json(new.rungs),
            'repeated_at', new.repeated_at, 'remind', json(new.remind)));
END;

CREATE TRIGGER escalation_policy_is_never_deleted BEFORE DELETE ON escalation_policy
BEGIN SELECT RAISE(ABORT, 'a policy is followed by another, never deleted'); END;

-- Each version with the days on which it holds.
CREATE VIEW escalation AS
SELECT *, lead(valid_from) OVER (PARTITION BY rule ORDER BY valid_from) AS valid_before,
    min(valid_from) OVER (PARTITION BY rule) AS chased_from
FROM escalation_policy;

-- A deadline that has passed unmet. `rung` is how far it has climbed, `notice_id` the paper of that rung.
CREATE TABLE breach (
    id INTEGER PRIMARY KEY,
    -- The stable name of what was missed: visit/91330503MYYG3CWJ94/2026Q3
    key TEXT NOT NULL UNIQUE,
    rule TEXT NOT NULL,
    subject TEXT NOT NULL,
    owed_by_kind TEXT NOT NULL,
    owed_by TEXT NOT NULL,
    town TEXT,
    due_on TEXT NOT NULL,
    evidence TEXT NOT NULL CHECK (json_valid(evidence)),
    opened_on TEXT NOT NULL,
    rung INTEGER NOT NULL DEFAULT 0,
    notice_id INTEGER,
    met_on TEXT,
    closed_on TEXT,
    -- ended: no longer owed
    closed_why TEXT CHECK (closed_why IN ('met', 'ended'))
) STRICT;

CREATE INDEX breach_open ON breach (owed_by_kind, owed_by) WHERE closed_on IS NULL;

CREATE INDEX breach_notice ON breach (notice_id) WHERE notice_id IS NOT NULL;

CREATE TRIGGER breach_is_never_deleted BEFORE DELETE ON breach
BEGIN SELECT RAISE(ABORT, 'breaches are closed, never deleted'); END;

-- One paper. One an addressee, kind and day; its number comes with its issue.
CREATE TABLE notice (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL REFERENCES notice_kind (kind),
    rung INTEGER NOT NULL,
    status TEXT NOT NULL,
    addressee_kind TEXT NOT NULL CHECK (addressee_kind IN ('cadre', 'station', 'town', 'department', 'committee')),
    addressee TEXT NOT NULL,
    addressee_name TEXT NOT NULL,
    -- Whose town account sees it
    town TEXT,
    -- Who signs; none: it goes out by itself
    signer TEXT CHECK (signer IN ('office', 'chair')),
    drafted_on TEXT NOT NULL,
    -- Keys of what it lists
    lines TEXT NOT NULL CHECK (json_valid(lines)),
    prefix TEXT NOT NULL,
    year INTEGER,
    number INTEGER,
    issued_on TEXT,
    -- Working days
    term INTEGER,
    due_on TEXT,
    signed_by TEXT,
    -- What was said with the last move: the reply, the reason
    said TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    -- Whether the day that a paper names needed a year that was not announced when it was issued: it is marked so, and stays as it is.
    due_provisional INTEGER NOT NULL DEFAULT 0,
    -- In whose name it goes out: 'office' or 'committee'.
    issuer TEXT NOT NULL DEFAULT 'office',
    -- Which organisation of its addressee gets it, as in `paper_route`; null: the addressee as it is named.
    receiver TEXT,
    -- Its number of the year among the papers of its issuer and kind. The column `number` has it for those of the office only.
    serial INTEGER,
    -- Until which day what it still listed when it was closed or withdrawn is not chased.
    excused_until TEXT,
    -- Of a listing (挂牌督办): who answers for it.
    leader TEXT,
    UNIQUE (kind, addressee_kind, addressee, drafted_on),
    UNIQUE (kind, year, number)
) STRICT;

CREATE INDEX notice_addressee ON notice (addressee_kind, addressee);

CREATE INDEX notice_running ON notice (status) WHERE status NOT IN ('closed', 'withdrawn');

CREATE INDEX notice_provisional ON notice (id) WHERE due_provisional AND status NOT IN ('closed', 'withdrawn');

CREATE UNIQUE INDEX notice_serial ON notice (issuer, kind, year, serial);

-- No statement gets past the moves of `notice_move`.
CREATE TRIGGER notice_moves_as_allowed BEFORE UPDATE OF status ON notice
WHEN NOT EXISTS (SELECT 1 FROM notice_move WHERE from_status = old.status AND to_status = new.status)
BEGIN SELECT RAISE(ABORT, 'a notice cannot move so'); END;

-- 签发 is issue: number and term come in the same statement.
CREATE TRIGGER notice_signed AFTER UPDATE OF status ON notice WHEN new.status = 'signed'
BEGIN
    INSERT INTO notice_step (notice_id, status, at, by) VALUES (new.id, 'signed', new.changed_at, new.changed_by);
    UPDATE notice SET status = 'issued', issued_on = substr(new.changed_at, 1, 10) WHERE id = new.id;
END;

-- Every status leaves its step. What was said stands with the move that said it.
CREATE TRIGGER notice_steps AFTER UPDATE OF status ON notice WHEN new.status <> 'signed'
BEGIN
    INSERT INTO notice_step (notice_id, status, at, by, said)
    VALUES (new.id, new.status, new.changed_at, new.changed_by, iif(new.said IS old.said, NULL, new.said));
END;

CREATE TRIGGER notice_changed AFTER UPDATE OF status, due_on ON notice WHEN new.status <> 'issued' OR new.due_on IS NOT old.due_on
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'notice/' || new.id, 'changed',
        json_object('status', old.status, 'said', old.said),
        json_object('status', new.status, 'said', new.said, 'signed_by', new.signed_by, 'year', new.year, 'number', new.number, 'issued_on', new.issued_on, 'due_on', new.due_on));
END;

CREATE TRIGGER notice_is_never_deleted BEFORE DELETE ON notice
BEGIN SELECT RAISE(ABORT, 'papers are withdrawn, never deleted'); END;

-- A day that needs a year that is not announced is marked when the paper is issued.
CREATE TRIGGER notice_due_is_provisional AFTER UPDATE OF due_on ON notice
WHEN new.due_on IS NOT NULL AND old.due_on IS NULL AND new.issued_on IS NOT NULL
BEGIN
    UPDATE notice SET due_provisional = 1 WHERE id = new.id
        AND (CAST(substr(new.issued_on, 1, 4) AS INTEGER) NOT IN (SELECT year FROM announced_year)
            OR CAST(substr(new.due_on, 1, 4) AS INTEGER) NOT IN (SELECT year FROM announced_year));
END;

-- The whole paper comes with its one row: lines, the climb, and where it goes out by itself its issue. A report upwards moves nothing.
CREATE TRIGGER notice_is_drafted AFTER INSERT ON notice
WHEN NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = 'notice_created')
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'notice/' || new.id, 'created',
        json_object('kind', new.kind, 'addressee_kind', new.addressee_kind, 'addressee', new.addressee, 'lines', json(new.lines), 'drafted_on', new.drafted_on));
    INSERT INTO notice_step (notice_id, status, at, by) VALUES (new.id, new.status, new.changed_at, new.changed_by);
    INSERT INTO notice_line (key, rung, notice_id, rule, subject, owed_by_kind, owed_by, owed_by_name, due_on, evidence)
    SELECT b.key, iif(new.rung <= 9, new.rung, CAST(replace(substr(new.drafted_on, 1, 7), '-', '') AS INTEGER)), new.id, b.rule, b.subject, b.owed_by_kind, b.owed_by,
        coalesce((SELECT c.name FROM cadre_ledger c WHERE b.owed_by_kind = 'cadre' AND c.cadre_no = b.owed_by), b.owed_by), b.due_on, b.evidence
    FROM json_each(new.lines) line JOIN breach b ON b.key = line.value;
    UPDATE breach SET rung = new.rung, notice_id = new.id WHERE new.rung <= 9 AND key IN (SELECT value FROM json_each(new.lines));
    UPDATE notice SET status = 'issued', issued_on = new.drafted_on WHERE id = new.id AND new.signer IS NULL;
END;

-- New lines join a draft that nobody has signed.
CREATE TRIGGER notice_gains_lines AFTER UPDATE OF lines ON notice WHEN new.status = 'drafted' AND new.lines <> old.lines
BEGIN
    INSERT INTO notice_line (key, rung, notice_id, rule, subject, owed_by_kind, owed_by, owed_by_name, due_on, evidence)
    SELECT b.key, new.rung, new.id, b.rule, b.subject, b.owed_by_kind, b.owed_by,
        coalesce((SELECT c.name FROM cadre_ledger c WHERE b.owed_by_kind = 'cadre' AND c.cadre_no = b.owed_by), b.owed_by), b.due_on, b.evidence
    FROM json_each(new.lines) line JOIN breach b ON b.key = line.value
    WHERE NOT EXISTS (SELECT 1 FROM notice_line had WHERE had.notice_id = new.id AND had.key = b.key);
    UPDATE breach SET rung = new.rung, notice_id = new.id
    WHERE rung < new.rung AND key IN (SELECT value FROM json_each(new.lines));
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'notice/' || new.id, 'changed', json_object('lines', json(old.lines)), json_object('lines', json(new.lines)));
END;

-- A paper is issued: it lists what is open at that moment and no more; it gets its number, its term by the rules of that day, and a message goes to
-- its addressee and to whoever gets a copy (抄送). Numbers run by issuer, kind and year from the first one that the organisation names.
-- A paper has many lines and few rules: what a rule says of its rungs is read once a rule, not once a line.
CREATE TRIGGER notice_is_numbered AFTER UPDATE OF issued_on ON notice
WHEN new.issued_on IS NOT NULL AND old.issued_on IS NULL
    AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = 'notice_is_issued')
BEGIN
    DELETE FROM notice_line WHERE notice_id = new.id AND EXISTS (SELECT 1 FROM breach b WHERE b.key = notice_line.key AND b.closed_on IS NOT NULL);
    UPDATE breach SET rung = coalesce((SELECT s.rung FROM breach_standing s WHERE s.key = breach.key), 0),
        notice_id = (SELECT s.notice_id FROM breach_standing s WHERE s.key = breach.key)
    WHERE notice_id = new.id AND closed_on IS NOT NULL;
    UPDATE notice_line SET policy_from = held.valid_from
    FROM (SELECT e.rule, max(e.valid_from) AS valid_from FROM escalation_policy e WHERE e.valid_from <= new.issued_on GROUP BY e.rule) held
    WHERE notice_line.notice_id = new.id AND held.rule = notice_line.rule;
    UPDATE notice SET lines = (SELECT json_group_array(key) FROM (SELECT l.key FROM notice_line l WHERE l.notice_id = new.id ORDER BY l.due_on, l.subject, l.key)),
        year = CAST(substr(new.issued_on, 1, 4) AS INTEGER),
        serial = (SELECT max(coalesce((SELECT max(coalesce(n.serial, n.number)) + 1 FROM notice n
                WHERE n.issuer = new.issuer AND n.kind = new.kind AND n.year = CAST(substr(new.issued_on, 1, 4) AS INTEGER)), 1),
            coalesce((SELECT i.first_number FROM paper_issuer i
                WHERE i.issuer = new.issuer AND i.first_number_year = CAST(substr(new.issued_on, 1, 4) AS INTEGER)), 1))),
        term = iif(new.rung > 9, NULL, coalesce((SELECT max(p.rungs ->> ('$[' || (new.rung - 1) || '].term'))
            FROM (SELECT DISTINCT rule, policy_from FROM notice_line WHERE notice_id = new.id) ruled
            JOIN escalation_policy p ON p.rule = ruled.rule AND p.valid_from = ruled.policy_from),
            (SELECT p.value FROM policy_ledger p WHERE p.name = 'notice_term_workdays'
                AND p.valid_from <= new.issued_on AND (p.valid_before IS NULL OR new.issued_on < p.valid_before))))
    WHERE id = new.id;
    UPDATE notice SET number = serial WHERE id = new.id AND issuer = 'office';
    UPDATE notice SET due_on = (SELECT t.ends_on FROM notice_term t WHERE t.notice_id = new.id) WHERE id = new.id AND term IS NOT NULL;
    INSERT INTO message (key, kind, notice_id, recipient_kind, recipient, title, text, path, created_at, facts)
    SELECT 'notice/' || n.id, 'notice', n.id, n.addressee_kind, n.addressee, t.paper || '：' || t.number, '', '/notices/' || n.id, n.changed_at,
        json_object('lines', json_array_length(n.lines), 'due_on', n.due_on, 'provisional', n.due_provisional)
    FROM notice n JOIN paper_number t ON t.notice_id = n.id WHERE n.id = new.id
    ON CONFLICT (key) DO NOTHING;
    INSERT INTO message (key, kind, notice_id, recipient_kind, recipient, title, text, path, created_at, facts)
    SELECT 'notice/' || n.id || '/' || c.recipient_kind || '/' || c.recipient, 'copy', n.id, c.recipient_kind, c.recipient,
        w.word || '：' || t.paper || '（' || n.addressee_name || '）', '', '/notices/' || n.id, n.changed_at,
        json_object('lines', json_array_length(n.lines), 'due_on', n.due_on, 'provisional', n.due_provisional)
    FROM (
        SELECT DISTINCT told.value AS recipient_kind,
            CASE told.value WHEN 'town' THEN new.town WHEN 'cadre' THEN owed.cadre WHEN 'office' THEN '' END AS recipient
        FROM (SELECT DISTINCT rule, policy_from, iif(owed_by_kind = 'cadre', owed_by, NULL) AS cadre FROM notice_line WHERE notice_id = new.id) owed
        JOIN escalation_policy p ON p.rule = owed.rule AND p.valid_from = owed.policy_from
        JOIN json_each(p.rungs, '$[' || (min(new.rung, json_array_length(p.rungs)) - 1) || '].told') told
        WHERE new.rung <= 9
    ) c
    JOIN notice n ON n.id = new.id JOIN paper_number t ON t.notice_id = n.id JOIN message_kind w ON w.kind = 'copy'
    WHERE c.recipient IS NOT NULL AND NOT (c.recipient_kind = n.addressee_kind AND c.recipient = n.addressee)
    ON CONFLICT (key) DO NOTHING;
END;

-- Meeting what was owed closes the chain, and the addressee is told (销号). What a paper still listed when it was closed is excused until the day
-- that was named with it.
CREATE TRIGGER notice_closure_excuses_and_is_told AFTER UPDATE OF status ON notice
WHEN new.status = 'closed' AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = 'notice_closure_is_told')
BEGIN
    INSERT INTO breach_excuse (key, notice_id, excused_until, reason)
    SELECT l.key, new.id, new.excused_until, new.said FROM notice_line l JOIN breach b ON b.key = l.key
    WHERE l.notice_id = new.id AND b.closed_on IS NULL AND new.excused_until IS NOT NULL
    ON CONFLICT (key, notice_id) DO NOTHING;
    INSERT INTO message (key, kind, notice_id, recipient_kind, recipient, title, text, path, created_at, facts)
    SELECT 'closed/' || new.id, w.kind, new.id, new.addressee_kind, new.addressee, w.word || '：' || t.paper || ' ' || t.number, '', '/notices/' || new.id, new.changed_at,
        json_object()
    FROM paper_number t JOIN message_kind w ON w.kind = 'closure' WHERE t.notice_id = new.id AND new.issued_on IS NOT NULL
    ON CONFLICT (key) DO NOTHING;
END;

-- A withdrawn paper never counts: what it listed stands where it stood before, and is drafted anew unless it is excused until a day. Of an issued
-- paper its addressee is told.
CREATE TRIGGER notice_withdrawal_gives_back AFTER UPDATE OF status ON notice
WHEN new.status = 'withdrawn' AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = 'notice_withdrawal_holds_and_is_told')
BEGIN
    INSERT INTO breach_excuse (key, notice_id, excused_until, reason)
    SELECT l.key, new.id, new.excused_until, new.said FROM notice_line l JOIN breach b ON b.key = l.key
    WHERE l.notice_id = new.id AND b.closed_on IS NULL AND new.excused_until IS NOT NULL
    ON CONFLICT (key, notice_id) DO NOTHING;
    UPDATE notice_line SET rung = -new.id WHERE notice_id = new.id;
    UPDATE breach SET rung = coalesce((SELECT s.rung FROM breach_standing s WHERE s.key = breach.key), 0),
        notice_id = (SELECT s.notice_id FROM breach_standing s WHERE s.key = breach.key)
    WHERE notice_id = new.id;
    INSERT INTO message (key, kind, notice_id, recipient_kind, recipient, title, text, path, created_at, facts)
    SELECT 'withdrawn/' || new.id, w.kind, new.id, new.addressee_kind, new.addressee, w.word || '：' || t.paper || ' ' || t.number, '', '/notices/' || new.id, new.changed_at,
        json_object('reason', new.said)
    FROM paper_number t JOIN message_kind w ON w.kind = 'withdrawal' WHERE t.notice_id = new.id AND new.issued_on IS NOT NULL
    ON CONFLICT (key) DO NOTHING;
END;

-- Whoever excuses says so in the record.
CREATE TRIGGER notice_excuse_is_kept AFTER UPDATE OF excused_until ON notice WHEN new.excused_until IS NOT old.excused_until
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'notice/' || new.id, 'changed',
        json_object('excused_until', new.excused_until, 'reason', new.said));
END;

-- A listing has somebody who answers for it.
CREATE TRIGGER notice_leader_is_kept AFTER UPDATE OF leader ON notice WHEN new.leader IS NOT old.leader
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'notice/' || new.id, 'changed', json_object('leader', new.leader));
END;

-- The day on which a paper's term ends by the days that are announced now.
CREATE VIEW notice_term AS
SELECT n.id AS notice_id, (SELECT min(d.date) FROM calendar_day d
    WHERE d.is_workday AND d.workdays = (SELECT i.workdays FROM calendar_day i WHERE i.date = n.issued_on) + n.term) AS ends_on
FROM notice n WHERE n.issued_on IS NOT NULL;

-- Papers that wait for a signature, on the home page of whoever signs.
CREATE VIEW task_notice_to_sign AS
SELECT n.signer AS role, NULL AS town, NULL AS account, NULL AS cadre_no, NULL AS except_account, 'notice_to_sign' AS what,
    '等待签发的文书' AS title, '/notices?status=drafted' AS path, NULL AS waits_from, NULL AS oldest_due, 1 AS "count"
FROM notice n WHERE n.status = 'drafted' AND n.status NOT IN ('closed', 'withdrawn') AND n.signer IS NOT NULL;

-- Papers that nobody has acknowledged, on the home page of their addressee. The moves of the code name the same persons.
CREATE VIEW task_notice_to_acknowledge AS
SELECT CASE n.addressee_kind WHEN 'committee' THEN 'chair' WHEN 'department' THEN 'office' ELSE n.addressee_kind END AS role,
    CASE n.addressee_kind WHEN 'station' THEN n.addressee WHEN 'town' THEN n.town END AS town, NULL AS account,
    iif(n.addressee_kind = 'cadre', n.addressee, NULL) AS cadre_no, NULL AS except_account, 'notice_to_acknowledge' AS what,
    '等待回执的文书' AS title, '/notices' AS path, NULL AS waits_from, n.due_on AS oldest_due, 1 AS "count"
FROM notice n WHERE n.status IN ('issued', 'delivered') AND n.status NOT IN ('closed', 'withdrawn');

-- The number of a paper as it is printed: 浔食药安办函〔2026〕1号.
CREATE VIEW notice_number AS
SELECT n.id AS notice_id, k.name AS paper, n.prefix || k.mark || '〔' || n.year || '〕' || n.number || '号' AS number
FROM notice n JOIN notice_kind k ON k.kind = n.kind WHERE n.number IS NOT NULL;

-- The number of a paper as it is printed: 浔食药安办函〔2026〕1号.
CREATE VIEW paper_number AS
SELECT n.id AS notice_id, k.name AS paper, n.prefix || k.mark || '〔' || n.year || '〕' || n.serial || '号' AS number
FROM notice n JOIN notice_kind k ON k.kind = n.kind WHERE n.serial IS NOT NULL;

-- A talk to which somebody was called and that nobody has recorded is the office's to make up for: it stands on its report upwards.
CREATE VIEW talk_record_term AS
SELECT 'talk' AS rule, 'talk/' || n.id AS "key", n.addressee_name || '：' || t.number || '责任约谈' AS subject,
    'department' AS owed_by_kind, '区食药安办' AS owed_by, n.town, n.due_on, k.held_on AS met_on,
    json_object('notice', CAST(n.id AS TEXT)) AS evidence
FROM notice n JOIN paper_number t ON t.notice_id = n.id LEFT JOIN talk k ON k.notice_id = n.id
WHERE n.kind = 'interview_summons' AND n.due_on IS NOT NULL AND (k.notice_id IS NOT NULL OR n.status NOT IN ('closed', 'withdrawn'));

-- What a paper lists, as it was then. A deadline reaches a rung once.
CREATE TABLE notice_line (
    key TEXT NOT NULL,
    rung INTEGER NOT NULL,
    notice_id INTEGER NOT NULL REFERENCES notice (id),
    rule TEXT NOT NULL,
    -- The version of the rule
    policy_from TEXT,
    subject TEXT NOT NULL,
    owed_by_kind TEXT NOT NULL,
    owed_by TEXT NOT NULL,
    owed_by_name TEXT NOT NULL,
    due_on TEXT NOT NULL,
    evidence TEXT NOT NULL,
    PRIMARY KEY (key, rung)
) STRICT, WITHOUT ROWID;

CREATE INDEX notice_line_notice ON notice_line (notice_id);

-- What a paper lists about a business is found without reading all papers.
CREATE INDEX notice_line_enterprise ON notice_line (evidence ->> '$.uscc');

-- The papers that list something about a business, for its page at the desk, a row a line. Who sees a paper stands beside it, as in the list of
-- papers: the office and the chair see all, a town those of its own, a station those that went to it, a department those that went to its organisation.
CREATE VIEW enterprise_paper AS
SELECT l.evidence ->> '$.uscc' AS uscc, n.id AS notice_id, l.subject, k.name AS paper,
    iif(n.number IS NULL, NULL, n.prefix || k.mark || '〔' || n.year || '〕' || n.number || '号') AS number,
    n.status, n.addressee_name, n.drafted_on, n.issued_on, n.due_on,
    iif(n.issued_on IS NOT NULL AND n.addressee_kind <> 'station', n.town, NULL) AS town_that_sees,
    iif(n.issued_on IS NOT NULL AND n.addressee_kind = 'station', n.addressee, NULL) AS station_that_sees,
    iif(n.issued_on IS NOT NULL AND n.addressee_kind = 'department', n.addressee, NULL) AS department_that_sees
FROM notice_line l JOIN notice n ON n.id = l.notice_id JOIN notice_kind k ON k.kind = n.kind;

-- The papers that list something about a business, for its page at the desk, a row a line. Who sees a paper stands beside it, as in the list of
-- papers: the office and the chair see all, a town those of its own, a station those that went to it, a department those that went to its organisation.
CREATE VIEW paper_about_enterprise AS
SELECT l.evidence ->> '$.uscc' AS uscc, n.id AS notice_id, l.subject, k.name AS paper,
    iif(n.serial IS NULL, NULL, n.prefix || k.mark || '〔' || n.year || '〕' || n.serial || '号') AS number,
    n.status, n.addressee_name, n.drafted_on, n.issued_on, n.due_on,
    iif(n.issued_on IS NOT NULL AND n.addressee_kind <> 'station', n.town, NULL) AS town_that_sees,
    iif(n.issued_on IS NOT NULL AND n.addressee_kind = 'station', n.addressee, NULL) AS station_that_sees,
    iif(n.issued_on IS NOT NULL AND n.addressee_kind = 'department', n.addressee, NULL) AS department_that_sees
FROM notice_line l JOIN notice n ON n.id = l.notice_id JOIN notice_kind k ON k.kind = n.kind;

-- What a paper took over stands again where it stood: on the highest rung of a paper that still counts. The lines of a withdrawn paper stand on
-- no rung (theirs is below zero), those of a report upwards on the month's.
CREATE VIEW breach_standing AS
SELECT l.key, max(l.rung) AS rung, l.notice_id FROM notice_line l WHERE l.rung BETWEEN 1 AND 9 GROUP BY l.key;

-- The moves that there are. No statement gets past them.
CREATE TABLE notice_move (
    move TEXT NOT NULL,
    from_status TEXT NOT NULL,
    to_status TEXT NOT NULL,
    PRIMARY KEY (move, from_status)
) STRICT, WITHOUT ROWID;

INSERT INTO notice_move (move, from_status, to_status) VALUES
    ('acknowledge', 'delivered', 'acknowledged'),
    ('acknowledge', 'issued', 'acknowledged'),
    ('close', 'acknowledged', 'closed'),
    ('close', 'answered', 'closed'),
    ('close', 'delivered', 'closed'),
    ('close', 'issued', 'closed'),
    ('deliver', 'issued', 'delivered'),
    ('issue', 'drafted', 'issued'),
    ('issue', 'signed', 'issued'),
    ('reply', 'acknowledged', 'answered'),
    ('reply', 'answered', 'answered'),
    ('reply', 'delivered', 'answered'),
    ('reply', 'issued', 'answered'),
    ('settle', 'acknowledged', 'closed'),
    ('settle', 'answered', 'closed'),
    ('settle', 'delivered', 'closed'),
    ('settle', 'drafted', 'closed'),
    ('settle', 'issued', 'closed'),
    ('sign', 'drafted', 'signed'),
    ('withdraw', 'acknowledged', 'withdrawn'),
    ('withdraw', 'answered', 'withdrawn'),
    ('withdraw', 'delivered', 'withdrawn'),
    ('withdraw', 'drafted', 'withdrawn'),
    ('withdraw', 'issued', 'withdrawn');

-- Each step with who, when and what was said.
CREATE TABLE notice_step (
    id INTEGER PRIMARY KEY,
    notice_id INTEGER NOT NULL REFERENCES notice (id),
    status TEXT NOT NULL,
    at TEXT NOT NULL,
    by TEXT NOT NULL,
    said TEXT
) STRICT;

CREATE INDEX notice_step_notice ON notice_step (notice_id, id);

-- 站内消息, and what the channels carry.
CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    -- What it says, and once only: notice/12
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('notice', 'copy', 'closure', 'withdrawal', 'reminder', 'drafts')),
    notice_id INTEGER REFERENCES notice (id),
    recipient_kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    path TEXT NOT NULL,
    created_at TEXT NOT NULL,
    read_at TEXT,
    -- What a message about a paper tells: how many lines the paper has, its day, the reason for its withdrawal. The sentences that are made of
    -- it stand in the program (`message_text.rs`). Null: `text` is all that the message says.
    facts TEXT CHECK (facts IS NULL OR json_valid(facts))
) STRICT;

CREATE INDEX message_recipient ON message (recipient_kind, recipient, id);

-- Whoever reads the message of a paper has been delivered the paper.
CREATE TRIGGER message_read_delivers AFTER UPDATE OF read_at ON message WHEN new.kind = 'notice'
BEGIN
    UPDATE notice SET status = 'delivered', said = NULL, changed_by = 'delivery', changed_at = new.read_at
    WHERE status = 'issued' AND id = new.notice_id;
END;

-- One message on one channel outside.
CREATE TABLE delivery (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES message (id),
    channel TEXT NOT NULL CHECK (channel IN ('dingtalk', 'wecom', 'webhook')),
    status TEXT NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'sent', 'dead')),
    attempts INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    next_try_at TEXT NOT NULL,
    claimed_until TEXT,
    sent_at TEXT,
    queued_at TEXT NOT NULL,
    UNIQUE (message_id, channel)
) STRICT;

CREATE INDEX delivery_waiting ON delivery (channel, next_try_at) WHERE status = 'waiting';

CREATE INDEX delivery_dead ON delivery (id) WHERE status = 'dead';

-- Taken by a channel, or seen in the system: delivered.
CREATE TRIGGER delivery_delivers AFTER UPDATE OF status ON delivery WHEN new.status = 'sent'
BEGIN
    UPDATE notice SET status = 'delivered', said = NULL, changed_by = 'delivery', changed_at = new.sent_at
    WHERE status = 'issued' AND id = (SELECT m.notice_id FROM message m WHERE m.id = new.message_id AND m.kind = 'notice');
END;

-- Messages that the channels outside have given up, on the home page of the office.
CREATE VIEW task_message_failed AS
SELECT 'office' AS role, NULL AS town, NULL AS account, NULL AS cadre_no, NULL AS except_account, 'message_failed' AS what,
    '没有送达的消息' AS title, '/sweep/deliveries?status=dead' AS path, NULL AS waits_from, NULL AS oldest_due, 1 AS "count"
FROM delivery d WHERE d.status = 'dead';

-- What each run did. `result` is what it answered.
CREATE TABLE sweep_run (
    id INTEGER PRIMARY KEY,
    as_of TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    result TEXT CHECK (result IS NULL OR json_valid(result)),
    error TEXT
) STRICT;

-- The latest day that somebody was reminded of while its year was not announced. A deadline is not chased before it, whatever day the
-- announced holidays make of it: the later of the two holds.
CREATE TABLE deadline_told (
    key TEXT PRIMARY KEY,
    due_on TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Which view states the deadlines of a matter: the sweep reads these views and no others. A new kind of deadline is a view, a row here
-- and a row of policy. A view is replaced by a successor under a new name and then one UPDATE of its row; the old view stays for one
-- release. A matter that is stated no more has no view: the sweep fails where a view is missing, and closes nothing.
CREATE TABLE deadline_view (
    matter TEXT PRIMARY KEY,
    view TEXT UNIQUE
) STRICT, WITHOUT ROWID;

INSERT INTO deadline_view (matter, view) VALUES
    ('canteen', 'deadline_canteen'),
    ('commitment', 'deadline_commitment'),
    ('complaint', 'deadline_complaint_term'),
    ('license_renewal', 'deadline_license_renewal'),
    ('limited_matter', 'deadline_limited_matter_term'),
    ('new_producer_training', 'deadline_new_producer_training'),
    ('oversight', 'oversight_term'),
    ('problem', 'deadline_problem_rectification'),
    ('problem_assign', 'deadline_problem_assignment'),
    ('problem_verify', 'deadline_problem_verification'),
    ('reassignment_enterprise', 'reassignment_on_change_term'),
    ('reassignment_official', 'reassignment_after_official_term'),
    ('report', 'deadline_report'),
    ('talk', 'talk_record_term'),
    ('visit', 'visit_deadline');

CREATE TRIGGER deadline_view_is_never_deleted BEFORE DELETE ON deadline_view
BEGIN SELECT RAISE(ABORT, 'a matter that is stated no more keeps its row, without a view'); END;

-- The views by which deadlines are stated today, for whoever reads deadlines beside the sweep. No name of another view may begin with
-- deadline_, for the release before reads all of them.
CREATE VIEW current_deadline_view AS
SELECT matter, view FROM deadline_view WHERE view IS NOT NULL;

-- The word before the name of a paper in the title of a message about it.
CREATE TABLE message_kind (
    kind TEXT PRIMARY KEY,
    word TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO message_kind (kind, word) VALUES
    ('closure', '已销号'),
    ('copy', '抄送'),
    ('withdrawal', '已撤回');

-- Who gives which paper to whom (design: papers of the ladder), by who owes and by rung, from a day on.
-- owing: 'town' (officials of a town or village, and the town itself), 'station', 'department', 'host' (the organisation that hosts the office).
-- What district officials and the office itself owe has no row: it is reported upwards once a month.
-- receiver: 'town_office', 'town_government', 'itself', 'part_of' (the organisation of which it is part).
-- signer: null where the sweep issues it under the standing authorisation that stands beside it.
CREATE TABLE paper_route (
    owing TEXT NOT NULL,
    rung INTEGER NOT NULL,
    valid_from TEXT NOT NULL,
    issuer TEXT NOT NULL,
    receiver TEXT NOT NULL,
    signer TEXT,
    standing_authorisation TEXT,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (owing, rung, valid_from)
) STRICT, WITHOUT ROWID;

INSERT INTO paper_route (owing, rung, valid_from, issuer, receiver, signer, standing_authorisation, changed_by, changed_at) VALUES
    ('department', 1, '2020-01-01', 'office', 'itself', NULL, '提醒敦促函由系统在逾期后的第一个工作日按核对结果直接发出，食药安办负责人一次授权，可随时收回', 'migration', '2026-11-27T00:00:00+08:00'),
    ('department', 2, '2020-01-01', 'committee', 'part_of', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('department', 3, '2020-01-01', 'committee', 'part_of', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('department', 4, '2020-01-01', 'committee', 'part_of', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('department', 5, '2020-01-01', 'committee', 'part_of', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('host', 1, '2020-01-01', 'committee', 'itself', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('host', 2, '2020-01-01', 'committee', 'itself', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('host', 3, '2020-01-01', 'committee', 'itself', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('host', 4, '2020-01-01', 'committee', 'itself', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('host', 5, '2020-01-01', 'committee', 'itself', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('station', 1, '2020-01-01', 'office', 'itself', NULL, '提醒敦促函由系统在逾期后的第一个工作日按核对结果直接发出，食药安办负责人一次授权，可随时收回', 'migration', '2026-11-27T00:00:00+08:00'),
    ('station', 2, '2020-01-01', 'committee', 'part_of', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('station', 3, '2020-01-01', 'committee', 'part_of', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('station', 4, '2020-01-01', 'committee', 'part_of', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('station', 5, '2020-01-01', 'committee', 'part_of', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('town', 1, '2020-01-01', 'office', 'town_office', NULL, '提醒敦促函由系统在逾期后的第一个工作日按核对结果直接发出，食药安办负责人一次授权，可随时收回', 'migration', '2026-11-27T00:00:00+08:00'),
    ('town', 2, '2020-01-01', 'office', 'town_government', 'office', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('town', 3, '2020-01-01', 'committee', 'town_government', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('town', 4, '2020-01-01', 'committee', 'town_government', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('town', 5, '2020-01-01', 'committee', 'town_government', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00');

CREATE TRIGGER paper_route_created AFTER INSERT ON paper_route WHEN new.changed_by <> 'migration'
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'paper-route/' || new.owing || '/' || new.rung, 'created',
        json_object('valid_from', new.valid_from, 'issuer', new.issuer, 'receiver', new.receiver, 'signer', new.signer, 'standing_authorisation', new.standing_authorisation));
END;

CREATE TRIGGER paper_route_changed AFTER UPDATE ON paper_route
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (new.changed_at, new.changed_by, 'paper-route/' || new.owing || '/' || new.rung, 'changed',
        json_object('valid_from', old.valid_from, 'issuer', old.issuer, 'receiver', old.receiver, 'signer', old.signer, 'standing_authorisation', old.standing_authorisation),
        json_object('valid_from', new.valid_from, 'issuer', new.issuer, 'receiver', new.receiver, 'signer', new.signer, 'standing_authorisation', new.standing_authorisation));
END;

CREATE TRIGGER paper_route_is_never_deleted BEFORE DELETE ON paper_route
BEGIN SELECT RAISE(ABORT, 'a route is followed by another, never deleted'); END;

-- Each route with the days on which it holds.
CREATE VIEW paper_route_held AS
SELECT *, lead(valid_from) OVER (PARTITION BY owing, rung ORDER BY valid_from) AS valid_before FROM paper_route;

-- What is not chased until a day, and why: a paper that listed it was closed or withdrawn with it open.
CREATE TABLE breach_excuse (
    key TEXT NOT NULL,
    notice_id INTEGER NOT NULL REFERENCES notice (id),
    excused_until TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (key, notice_id)
) STRICT, WITHOUT ROWID;

-- 责任约谈: when and where it was held, who came, and what was said and agreed.
CREATE TABLE talk (
    notice_id INTEGER PRIMARY KEY REFERENCES notice (id),
    held_on TEXT NOT NULL,
    place TEXT NOT NULL,
    attended TEXT NOT NULL,
    record TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE TRIGGER talk_created AFTER INSERT ON talk
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'talk/' || new.notice_id, 'created',
        json_object('held_on', new.held_on, 'place', new.place, 'attended', new.attended, 'record', new.record));
END;

CREATE TRIGGER talk_changed AFTER UPDATE ON talk
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (new.changed_at, new.changed_by, 'talk/' || new.notice_id, 'changed',
        json_object('held_on', old.held_on, 'place', old.place, 'attended', old.attended, 'record', old.record),
        json_object('held_on', new.held_on, 'place', new.place, 'attended', new.attended, 'record', new.record));
END;

CREATE TRIGGER talk_is_never_deleted BEFORE DELETE ON talk
BEGIN SELECT RAISE(ABORT, 'a talk that was held stays'); END;

-- How each kind of paper is worded, from a day on: what stands before the list of matters, what is asked for after it, and the paragraph that says what
-- comes next, which is left out where nothing does. Names in braces are filled in by the program (`supervision-sweep/src/paper_template.rs`), which
-- takes no other. A paper that was issued keeps the wording of its day.
CREATE TABLE paper_template (
    kind TEXT NOT NULL REFERENCES notice_kind (kind),
    valid_from TEXT NOT NULL,
    opening TEXT NOT NULL,
    demand TEXT NOT NULL,
    warning TEXT,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (kind, valid_from)
) STRICT, WITHOUT ROWID;

INSERT INTO paper_template (kind, valid_from, opening, demand, warning, changed_by, changed_at) VALUES
    ('circular', '2020-01-01', '依据{依据}，{所列}{项数}项工作挂牌督办期满，截至{日期}仍未完成，现予通报：', '请{期限}办结：{要求}。各单位应当引以为戒。', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('interview_summons', '2020-01-01', '依据{依据}，{所列}{项数}项工作连续逾期，或者经责令整改期满，截至{日期}仍未完成：', '决定就上述事项进行责任约谈。请{期限}到本机关接受约谈，说明原因，并办结：{要求}。', '期满仍未完成的，将发出{下一文书}。已经完成的，请在系统中补记，系统核对后予以销号。', 'migration', '2026-11-27T00:00:00+08:00'),
    ('rectification_order', '2020-01-01', '依据{依据}，{所列}{项数}项工作经提醒敦促，截至{日期}仍未完成：', '现责令{对方}{期限}整改到位：{要求}。整改情况请书面答复。', '期满仍未完成的，将发出{下一文书}。已经完成的，请在系统中补记，系统核对后予以销号。', 'migration', '2026-11-27T00:00:00+08:00'),
    ('reminder_letter', '2020-01-01', '依据{依据}，经核对，截至{日期}，{对方}有{所列}{项数}项工作逾期未完成：', '请{期限}办结：{要求}。办理情况请回执告知。', '期满仍未完成的，将发出{下一文书}。已经完成的，请在系统中补记，系统核对后予以销号。', 'migration', '2026-11-27T00:00:00+08:00'),
    ('report_upwards', '2020-01-01', '截至{日期}，由区级包保干部和食药安办承担的工作中有{所列}{项数}项逾期未完成，现予报告：', '专此报告。', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('supervision_listing', '2020-01-01', '依据{依据}，{所列}{项数}项工作经责任约谈，截至{日期}仍未完成：', '决定对上述事项挂牌督办，由{负责人}负责督办。请{期限}办结：{要求}。结果请书面报告，办结后摘牌销号。', '期满仍未完成的，将发出{下一文书}。已经完成的，请在系统中补记，系统核对后予以销号。', 'migration', '2026-11-27T00:00:00+08:00');

CREATE TRIGGER paper_template_created AFTER INSERT ON paper_template WHEN new.changed_by <> 'migration'
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'paper-template/' || new.kind, 'created',
        json_object('valid_from', new.valid_from, 'opening', new.opening, 'demand', new.demand, 'warning', new.warning));
END;

CREATE TRIGGER paper_template_changed AFTER UPDATE ON paper_template
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (new.changed_at, new.changed_by, 'paper-template/' || new.kind, 'changed',
        json_object('valid_from', old.valid_from, 'opening', old.opening, 'demand', old.demand, 'warning', old.warning),
        json_object('valid_from', new.valid_from, 'opening', new.opening, 'demand', new.demand, 'warning', new.warning));
END;

CREATE TRIGGER paper_template_is_never_deleted BEFORE DELETE ON paper_template
BEGIN SELECT RAISE(ABORT, 'a template is followed by another, never deleted'); END;
