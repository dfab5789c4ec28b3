-- 两员: 食品安全总监 and 食品安全员 in post, and how their last examination went (000 §三(四), 97号令). Names stay in the office.
CREATE TABLE IF NOT EXISTS officer (
    uscc TEXT NOT NULL,
    post TEXT NOT NULL CHECK (post IN ('food_safety_director', 'food_safety_officer')),
    name TEXT NOT NULL,
    appointed_on TEXT NOT NULL,
    left_on TEXT,
    examined_on TEXT,
    exam TEXT CHECK (exam IN ('passed', 'failed')),
    -- Entered by mistake
    revoked_on TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (uscc, post, name)
) STRICT;

CREATE TRIGGER IF NOT EXISTS officer_created AFTER INSERT ON officer
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'officer/' || new.uscc, 'created',
        json_object('post', new.post, 'name', new.name, 'appointed_on', new.appointed_on, 'left_on', new.left_on, 'examined_on', new.examined_on, 'exam', new.exam));
END;

CREATE TRIGGER IF NOT EXISTS officer_changed AFTER UPDATE ON officer
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'officer/' || new.uscc, 'changed',
        json_object('post', old.post, 'name', old.name, 'appointed_on', old.appointed_on, 'left_on', old.left_on, 'examined_on', old.examined_on, 'exam', old.exam, 'revoked_on', old.revoked_on),
        json_object('post', new.post, 'name', new.name, 'appointed_on', new.appointed_on, 'left_on', new.left_on, 'examined_on', new.examined_on, 'exam', new.exam, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER IF NOT EXISTS officer_is_never_deleted BEFORE DELETE ON officer
BEGIN SELECT RAISE(ABORT, 'an officer leaves, and is never deleted'); END;

-- The criteria, each with the days from which a version holds. What a measure looks at is code; the numbers are policy.
-- Red asks for all of them, black and 重点帮扶 for one (000 §三(四)–(七)).
CREATE TABLE IF NOT EXISTS list_criterion (
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

CREATE TRIGGER IF NOT EXISTS list_criterion_created AFTER INSERT ON list_criterion WHEN new.changed_by <> 'migration'
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'list-criterion/' || new.rule, 'created',
        json_object('valid_from', new.valid_from, 'months', new.months, 'threshold', new.threshold, 'active', new.active));
END;

CREATE TRIGGER IF NOT EXISTS list_criterion_changed AFTER UPDATE ON list_criterion
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'list-criterion/' || new.rule, 'changed',
        json_object('valid_from', old.valid_from, 'months', old.months, 'threshold', old.threshold, 'active', old.active),
        json_object('valid_from', new.valid_from, 'months', new.months, 'threshold', new.threshold, 'active', new.active));
END;

CREATE TRIGGER IF NOT EXISTS list_criterion_is_never_deleted BEFORE DELETE ON list_criterion
BEGIN SELECT RAISE(ABORT, 'a criterion is followed by another version, never deleted'); END;

INSERT INTO list_criterion (rule, valid_from, list, measure, title, basis, months, threshold, active, changed_by, changed_at)
SELECT value ->> 0, '2020-01-01', value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, 'migration', '2026-11-22T00:00:00+08:00'
FROM json_each('[
    ["red_risk_grade", "red", "risk_grade", "食品安全风险等级不低于规定等级（1 为 A 级）", "食品生产经营监督检查管理办法 第二十一条", 0, 1, 1],
    ["red_no_penalty", "red", "no_penalty", "{months} 个月内没有食品安全行政处罚", "本区食品生产经营单位“红黑榜”管理制度", 24, 0, 1],
    ["red_no_failed_sample", "red", "no_failed_sample", "{months} 个月内没有抽检不合格", "本区食品生产经营单位“红黑榜”管理制度", 24, 0, 1],
    ["red_no_bad_inspection", "red", "no_bad_inspection", "{months} 个月内监督检查没有不符合、没有拒绝检查", "本区食品生产经营单位“红黑榜”管理制度", 24, 0, 1],
    ["red_no_accident", "red", "no_accident", "{months} 个月内没有食品安全事故", "本区食品生产经营单位“红黑榜”管理制度", 24, 0, 1],
    ["red_in_business", "red", "in_business", "开业满 {months} 个月", "本区食品生产经营单位“红黑榜”管理制度", 24, 0, 1],
    ["red_officers", "red", "officers", "食品安全总监、食品安全员在岗不少于 {threshold} 人", "食品生产经营企业落实食品安全主体责任监督管理规定", 0, 2, 1],
    ["red_training", "red", "training", "在岗人员 {months} 个月内监督抽考全部合格", "落实食品生产经营企业主体责任实施意见 三（四）", 12, 0, 1],
    ["red_honour", "red", "honour", "持有有效的 ISO22000、HACCP 认证或者示范单位称号", "落实食品生产经营企业主体责任实施意见 三（六）", 0, 0, 0],
    ["black_penalty", "black", "penalty", "{months} 个月内受到罚没 {threshold} 元以上的行政处罚", "本区食品生产经营单位“红黑榜”管理制度", 12, 50000, 1],
    ["black_closure", "black", "closure", "{months} 个月内被责令停产停业或者吊销许可证", "本区食品生产经营单位“红黑榜”管理制度", 12, 0, 1],
    ["black_failed_samples", "black", "failed_samples", "{months} 个月内连续 {threshold} 批次以上抽检不合格", "本区食品生产经营单位“红黑榜”管理制度", 12, 2, 1],
    ["black_refused", "black", "refused", "{months} 个月内拒绝、阻挠监督检查", "本区食品生产经营单位“红黑榜”管理制度", 12, 0, 1],
    ["black_accident", "black", "accident", "{months} 个月内发生食品安全事故（1 一般，2 较大，3 重大，4 特别重大；现为 {threshold} 级以上）", "本区食品生产经营单位“红黑榜”管理制度", 12, 1, 1],
    ["help_failed_samples", "key_help", "failed_samples", "连续 {threshold} 批次以上抽检不合格", "落实食品生产经营企业主体责任实施意见 三（五）", 24, 2, 1],
    ["help_penalties", "key_help", "penalties", "{months} 个月内受到 {threshold} 次以上行政处罚", "落实食品生产经营企业主体责任实施意见 三（五）", 24, 2, 1],
    ["help_hazards", "key_help", "hazards", "{months} 个月内检查发现问题 {threshold} 处以上", "落实食品生产经营企业主体责任实施意见 三（五）", 24, 10, 1],
    ["help_complaints", "key_help", "complaints", "{months} 个月内投诉举报 {threshold} 件以上", "落实食品生产经营企业主体责任实施意见 三（五）", 12, 5, 1],
    ["help_accident", "key_help", "accident", "{months} 个月内发生食品安全事故（{threshold} 级以上）", "落实食品生产经营企业主体责任实施意见 三（五）", 24, 1, 1]
]') WHERE true
ON CONFLICT (rule, valid_from) DO NOTHING;

-- 重点帮扶 (000 §三(五)): who is helped, why, by which expert, and how it ended.
CREATE TABLE IF NOT EXISTS key_help (
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

CREATE UNIQUE INDEX IF NOT EXISTS key_help_running ON key_help (uscc) WHERE ended_on IS NULL;

CREATE TRIGGER IF NOT EXISTS key_help_created AFTER INSERT ON key_help
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'key-help/' || new.uscc, 'created', json_object('reason', new.reason, 'since', new.since, 'rules', json(new.rules)));
END;

CREATE TRIGGER IF NOT EXISTS key_help_changed AFTER UPDATE ON key_help
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'key-help/' || new.uscc, 'changed',
        json_object('expert', old.expert, 'expert_from', old.expert_from, 'ended_on', old.ended_on, 'outcome', old.outcome),
        json_object('expert', new.expert, 'expert_from', new.expert_from, 'ended_on', new.ended_on, 'outcome', new.outcome));
END;

CREATE TRIGGER IF NOT EXISTS key_help_is_never_deleted BEFORE DELETE ON key_help
BEGIN SELECT RAISE(ABORT, 'help ends, and is never deleted'); END;

-- The paper behind a fact: a test report, a penalty decision. Bytes in the key-value store.
CREATE TABLE IF NOT EXISTS fact_document (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('sample', 'penalty', 'inspection', 'honour', 'accident')),
    number TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    chunks INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS fact_document_fact ON fact_document (kind, number);

CREATE TRIGGER IF NOT EXISTS fact_document_created AFTER INSERT ON fact_document
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, new.kind || '/' || new.number, 'changed', json_object('document', new.id, 'name', new.name));
END;

CREATE TRIGGER IF NOT EXISTS fact_document_is_never_changed BEFORE UPDATE ON fact_document
BEGIN SELECT RAISE(ABORT, 'a document is followed by another, never changed'); END;

CREATE TRIGGER IF NOT EXISTS fact_document_is_never_deleted BEFORE DELETE ON fact_document
BEGIN SELECT RAISE(ABORT, 'a document is never deleted'); END;

INSERT INTO policy_rule (name, title, kind, source) VALUES
    ('red_list_months', '红榜公布多少个月', 'whole_number', '本区确定'),
    ('black_list_months', '黑榜公布多少个月', 'whole_number', '本区确定'),
    ('credit_repair_months', '黑榜公布满多少个月可以申请信用修复', 'whole_number', '本区确定（市场监督管理信用修复管理办法：公示满三个月）'),
    ('failed_sample_workdays', '抽检不合格结果在抽样多少个工作日以后公布（留出复检时间）', 'whole_number', '本区确定（食品安全抽样检验管理办法）'),
    ('duty_publication', '履责晾晒：每季度结束后公布各镇街、部门履责情况（1 公布，0 不公布）', 'whole_number', '001 §三.12；由食药安办决定')
ON CONFLICT (name) DO NOTHING;

INSERT INTO policy (name, valid_from, value, changed_by, changed_at) VALUES
    ('red_list_months', '2020-01-01', '12', 'migration', '2026-11-22T00:00:00+08:00'),
    ('black_list_months', '2020-01-01', '12', 'migration', '2026-11-22T00:00:00+08:00'),
    ('credit_repair_months', '2020-01-01', '3', 'migration', '2026-11-22T00:00:00+08:00'),
    ('failed_sample_workdays', '2020-01-01', '20', 'migration', '2026-11-22T00:00:00+08:00'),
    ('duty_publication', '2020-01-01', '0', 'migration', '2026-11-22T00:00:00+08:00')
ON CONFLICT (name, valid_from) DO NOTHING;
