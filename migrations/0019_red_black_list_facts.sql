-- What the red and black lists rest on (000 §三(五), 003 §三(五)): facts that have been lawfully established, as registers bring them.

-- 抽检: a batch, what it was tested for, the result.
CREATE TABLE IF NOT EXISTS sample (
    sample_no TEXT PRIMARY KEY,
    uscc TEXT NOT NULL,
    food TEXT NOT NULL,
    batch TEXT,
    sampled_on TEXT NOT NULL,
    standard TEXT,
    result TEXT NOT NULL CHECK (result IN ('passed', 'failed')),
    failed_items TEXT,
    institution TEXT,
    -- Taken back: entered by mistake, annulled by a court
    revoked_on TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS sample_uscc ON sample (uscc);

CREATE TRIGGER IF NOT EXISTS sample_created AFTER INSERT ON sample
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'sample/' || new.sample_no, 'created',
        json_object('uscc', new.uscc, 'food', new.food, 'batch', new.batch, 'sampled_on', new.sampled_on, 'standard', new.standard, 'result', new.result, 'failed_items', new.failed_items, 'institution', new.institution, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER IF NOT EXISTS sample_changed AFTER UPDATE ON sample
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'sample/' || new.sample_no, 'changed',
        json_object('uscc', old.uscc, 'food', old.food, 'batch', old.batch, 'sampled_on', old.sampled_on, 'standard', old.standard, 'result', old.result, 'failed_items', old.failed_items, 'institution', old.institution, 'revoked_on', old.revoked_on),
        json_object('uscc', new.uscc, 'food', new.food, 'batch', new.batch, 'sampled_on', new.sampled_on, 'standard', new.standard, 'result', new.result, 'failed_items', new.failed_items, 'institution', new.institution, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER IF NOT EXISTS sample_is_never_deleted BEFORE DELETE ON sample
BEGIN SELECT RAISE(ABORT, 'a fact is revoked, never deleted'); END;

-- 处罚: number, ground, amount (分), date, and until when its publication lasts.
CREATE TABLE IF NOT EXISTS penalty (
    decision_no TEXT PRIMARY KEY,
    uscc TEXT NOT NULL,
    ground TEXT NOT NULL,
    basis TEXT,
    kind TEXT NOT NULL CHECK (kind IN ('warning', 'fine', 'confiscation', 'closure', 'revocation')),
    amount INTEGER NOT NULL DEFAULT 0 CHECK (amount >= 0),
    decided_on TEXT NOT NULL,
    published_until TEXT,
    -- Taken back: entered by mistake, annulled by a court
    revoked_on TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS penalty_uscc ON penalty (uscc);

CREATE TRIGGER IF NOT EXISTS penalty_created AFTER INSERT ON penalty
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'penalty/' || new.decision_no, 'created',
        json_object('uscc', new.uscc, 'ground', new.ground, 'basis', new.basis, 'kind', new.kind, 'amount', new.amount, 'decided_on', new.decided_on, 'published_until', new.published_until, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER IF NOT EXISTS penalty_changed AFTER UPDATE ON penalty
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'penalty/' || new.decision_no, 'changed',
        json_object('uscc', old.uscc, 'ground', old.ground, 'basis', old.basis, 'kind', old.kind, 'amount', old.amount, 'decided_on', old.decided_on, 'published_until', old.published_until, 'revoked_on', old.revoked_on),
        json_object('uscc', new.uscc, 'ground', new.ground, 'basis', new.basis, 'kind', new.kind, 'amount', new.amount, 'decided_on', new.decided_on, 'published_until', new.published_until, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER IF NOT EXISTS penalty_is_never_deleted BEFORE DELETE ON penalty
BEGIN SELECT RAISE(ABORT, 'a fact is revoked, never deleted'); END;

-- 监督检查 (49号令).
CREATE TABLE IF NOT EXISTS inspection (
    inspection_no TEXT PRIMARY KEY,
    uscc TEXT NOT NULL,
    inspected_on TEXT NOT NULL,
    kind TEXT,
    result TEXT NOT NULL CHECK (result IN ('conforms', 'basically', 'fails', 'refused')),
    hazards INTEGER NOT NULL DEFAULT 0 CHECK (hazards >= 0),
    note TEXT,
    -- Taken back: entered by mistake, annulled by a court
    revoked_on TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS inspection_uscc ON inspection (uscc);

CREATE TRIGGER IF NOT EXISTS inspection_created AFTER INSERT ON inspection
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'inspection/' || new.inspection_no, 'created',
        json_object('uscc', new.uscc, 'inspected_on', new.inspected_on, 'kind', new.kind, 'result', new.result, 'hazards', new.hazards, 'note', new.note, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER IF NOT EXISTS inspection_changed AFTER UPDATE ON inspection
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'inspection/' || new.inspection_no, 'changed',
        json_object('uscc', old.uscc, 'inspected_on', old.inspected_on, 'kind', old.kind, 'result', old.result, 'hazards', old.hazards, 'note', old.note, 'revoked_on', old.revoked_on),
        json_object('uscc', new.uscc, 'inspected_on', new.inspected_on, 'kind', new.kind, 'result', new.result, 'hazards', new.hazards, 'note', new.note, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER IF NOT EXISTS inspection_is_never_deleted BEFORE DELETE ON inspection
BEGIN SELECT RAISE(ABORT, 'a fact is revoked, never deleted'); END;

-- 荣誉和认证: ISO 22000, HACCP, demonstration units.
CREATE TABLE IF NOT EXISTS honour (
    honour_no TEXT PRIMARY KEY,
    uscc TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('iso22000', 'haccp', 'demonstration', 'other')),
    name TEXT NOT NULL,
    issuer TEXT,
    issued_on TEXT NOT NULL,
    expires_on TEXT,
    -- Taken back: entered by mistake, annulled by a court
    revoked_on TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS honour_uscc ON honour (uscc);

CREATE TRIGGER IF NOT EXISTS honour_created AFTER INSERT ON honour
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'honour/' || new.honour_no, 'created',
        json_object('uscc', new.uscc, 'kind', new.kind, 'name', new.name, 'issuer', new.issuer, 'issued_on', new.issued_on, 'expires_on', new.expires_on, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER IF NOT EXISTS honour_changed AFTER UPDATE ON honour
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'honour/' || new.honour_no, 'changed',
        json_object('uscc', old.uscc, 'kind', old.kind, 'name', old.name, 'issuer', old.issuer, 'issued_on', old.issued_on, 'expires_on', old.expires_on, 'revoked_on', old.revoked_on),
        json_object('uscc', new.uscc, 'kind', new.kind, 'name', new.name, 'issuer', new.issuer, 'issued_on', new.issued_on, 'expires_on', new.expires_on, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER IF NOT EXISTS honour_is_never_deleted BEFORE DELETE ON honour
BEGIN SELECT RAISE(ABORT, 'a fact is revoked, never deleted'); END;

-- 食品安全事故.
CREATE TABLE IF NOT EXISTS accident (
    accident_no TEXT PRIMARY KEY,
    uscc TEXT NOT NULL,
    happened_on TEXT NOT NULL,
    grade TEXT NOT NULL CHECK (grade IN ('general', 'larger', 'major', 'extreme')),
    note TEXT NOT NULL DEFAULT '',
    -- Taken back: entered by mistake, annulled by a court
    revoked_on TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS accident_uscc ON accident (uscc);

CREATE TRIGGER IF NOT EXISTS accident_created AFTER INSERT ON accident
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'accident/' || new.accident_no, 'created',
        json_object('uscc', new.uscc, 'happened_on', new.happened_on, 'grade', new.grade, 'note', new.note, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER IF NOT EXISTS accident_changed AFTER UPDATE ON accident
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'accident/' || new.accident_no, 'changed',
        json_object('uscc', old.uscc, 'happened_on', old.happened_on, 'grade', old.grade, 'note', old.note, 'revoked_on', old.revoked_on),
        json_object('uscc', new.uscc, 'happened_on', new.happened_on, 'grade', new.grade, 'note', new.note, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER IF NOT EXISTS accident_is_never_deleted BEFORE DELETE ON accident
BEGIN SELECT RAISE(ABORT, 'a fact is revoked, never deleted'); END;

-- What other functions may know: one row a fact that stands.
CREATE VIEW IF NOT EXISTS enterprise_fact AS
SELECT uscc, 'sample' AS kind, sample_no AS number, sampled_on AS happened_on, food AS title,
    CASE result WHEN 'passed' THEN '合格' ELSE '不合格' || coalesce('：' || failed_items, '') END AS said, result = 'failed' AS bad
FROM sample WHERE revoked_on IS NULL
UNION ALL
SELECT uscc, 'penalty', decision_no, decided_on, ground,
    CASE kind WHEN 'warning' THEN '警告' WHEN 'fine' THEN '罚款' WHEN 'confiscation' THEN '没收' WHEN 'closure' THEN '责令停产停业' ELSE '吊销许可证' END
        || iif(amount > 0, '，' || (amount / 100) || ' 元', ''), 1
FROM penalty WHERE revoked_on IS NULL
UNION ALL
SELECT uscc, 'inspection', inspection_no, inspected_on, coalesce(kind, '监督检查'),
    CASE result WHEN 'conforms' THEN '符合' WHEN 'basically' THEN '基本符合' WHEN 'fails' THEN '不符合' ELSE '拒绝检查' END, result IN ('fails', 'refused')
FROM inspection WHERE revoked_on IS NULL
UNION ALL
SELECT uscc, 'honour', honour_no, issued_on, name, coalesce(issuer, '') || coalesce('，有效期至 ' || expires_on, ''), 0
FROM honour WHERE revoked_on IS NULL
UNION ALL
SELECT uscc, 'accident', accident_no, happened_on, '食品安全事故',
    CASE grade WHEN 'general' THEN '一般' WHEN 'larger' THEN '较大' WHEN 'major' THEN '重大' ELSE '特别重大' END || iif(note = '', '', '：' || note), 1
FROM accident WHERE revoked_on IS NULL;

-- A workbook that was dropped on an import page: its rows in slices, part 0 what will change. Gone after a day.
CREATE TABLE IF NOT EXISTS red_black_list_import (
    id TEXT NOT NULL,
    part INTEGER NOT NULL,
    kind TEXT NOT NULL,
    account TEXT NOT NULL,
    content TEXT NOT NULL,
    created_at TEXT NOT NULL,
    applied_at TEXT,
    created INTEGER NOT NULL DEFAULT 0,
    updated INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (id, part)
) STRICT, WITHOUT ROWID;
