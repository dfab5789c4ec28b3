-- What facts has in a migrated store: each table with the rules that stand in it, its indexes and triggers, then the views that read it.
-- To be read, never run: made from the migrations by SHIAN_RENEW=1 cargo test -p store --test schema

-- 抽检: a batch, what it was tested for, the result.
CREATE TABLE sample (
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
    changed_at TEXT NOT NULL,
    -- 抽检 results that have been made public (003 §三(五)), and 履责晾晒 (001 §三.12).
    published_on TEXT
) STRICT;

CREATE INDEX sample_uscc ON sample (uscc);

CREATE INDEX sample_published ON sample (sampled_on) WHERE published_on IS NOT NULL AND revoked_on IS NULL;

CREATE TRIGGER sample_created AFTER INSERT ON sample
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'sample/' || new.sample_no, 'created',
        json_object('uscc', new.uscc, 'food', new.food, 'batch', new.batch, 'sampled_on', new.sampled_on, 'standard', new.standard, 'result', new.result, 'failed_items', new.failed_items, 'institution', new.institution, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER sample_changed AFTER UPDATE ON sample
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'sample/' || new.sample_no, 'changed',
        json_object('uscc', old.uscc, 'food', old.food, 'batch', old.batch, 'sampled_on', old.sampled_on, 'standard', old.standard, 'result', old.result, 'failed_items', old.failed_items, 'institution', old.institution, 'revoked_on', old.revoked_on),
        json_object('uscc', new.uscc, 'food', new.food, 'batch', new.batch, 'sampled_on', new.sampled_on, 'standard', new.standard, 'result', new.result, 'failed_items', new.failed_items, 'institution', new.institution, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER sample_is_never_deleted BEFORE DELETE ON sample
BEGIN SELECT RAISE(ABORT, 'a fact is revoked, never deleted'); END;

-- A sample that is revoked, or passes after all, ends the entries that rest on it the day before.
CREATE TRIGGER list_case_follows_sample AFTER UPDATE OF revoked_on, result ON sample WHEN new.revoked_on IS NOT NULL OR new.result = 'passed'
BEGIN
    UPDATE list_case SET until_on = min(until_on, date(substr(new.changed_at, 1, 10), '-1 day')), changed_by = new.changed_by, changed_at = new.changed_at
    WHERE list = 'black' AND uscc IN (old.uscc, new.uscc) AND status IN ('published', 'repair_applied')
        AND EXISTS (SELECT 1 FROM json_each(rules) r, json_each(r.value, '$.evidence') v WHERE v.value ->> '$.kind' = 'sample' AND v.value ->> '$.number' = new.sample_no);
END;

-- When the result of a sample is made public, or no longer is, stands in the audit.
CREATE TRIGGER sample_made_public AFTER UPDATE OF published_on ON sample WHEN new.published_on IS NOT old.published_on
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'sample/' || new.sample_no, 'changed', json_object('published_on', old.published_on), json_object('published_on', new.published_on));
END;

-- The views `fact_…` are those by which others judge: the facts that stand. Here the samples.
CREATE VIEW fact_sample AS
SELECT sample_no, uscc, food, batch, sampled_on, standard, result, failed_items, institution, published_on FROM sample WHERE revoked_on IS NULL;

-- What a fact says, once and word for word as it was said before, for notices and cases hold what was told. One row a fact that stands.
CREATE VIEW enterprise_fact AS
SELECT uscc, 'sample' AS kind, sample_no AS number, sampled_on AS happened_on, food AS title,
    (SELECT w.chinese FROM fact_word w WHERE w.kind = 'sample_result' AND w.code = result)
        || iif(result = 'failed', coalesce('：' || failed_items, ''), '') AS said, result = 'failed' AS bad
FROM fact_sample
UNION ALL
SELECT uscc, 'penalty', decision_no, decided_on, ground,
    (SELECT w.chinese FROM fact_word w WHERE w.kind = 'penalty_kind' AND w.code = p.kind)
        || iif(amount > 0, '，' || (amount / 100) || iif(amount % 100 > 0, printf('.%02d', amount % 100), '') || ' 元', ''), 1
FROM fact_penalty p
UNION ALL
SELECT uscc, 'inspection', inspection_no, inspected_on,
    coalesce(kind, (SELECT w.chinese FROM fact_word w WHERE w.kind = 'fact_kind' AND w.code = 'inspection')),
    (SELECT w.chinese FROM fact_word w WHERE w.kind = 'inspection_result' AND w.code = result), result IN ('fails', 'refused')
FROM fact_inspection
UNION ALL
SELECT uscc, 'honour', honour_no, issued_on, name, coalesce(issuer, '') || coalesce('，有效期至 ' || expires_on, ''), 0
FROM fact_honour
UNION ALL
SELECT uscc, 'accident', accident_no, happened_on, (SELECT w.chinese FROM fact_word w WHERE w.kind = 'fact_kind' AND w.code = 'accident'),
    (SELECT w.chinese FROM fact_word w WHERE w.kind = 'accident_grade' AND w.code = grade) || iif(note = '', '', '：' || note), 1
FROM fact_accident;

-- 处罚: number, ground, amount (分), date, and until when its publication lasts.
CREATE TABLE penalty (
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

CREATE INDEX penalty_uscc ON penalty (uscc);

CREATE TRIGGER penalty_created AFTER INSERT ON penalty
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'penalty/' || new.decision_no, 'created',
        json_object('uscc', new.uscc, 'ground', new.ground, 'basis', new.basis, 'kind', new.kind, 'amount', new.amount, 'decided_on', new.decided_on, 'published_until', new.published_until, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER penalty_changed AFTER UPDATE ON penalty
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'penalty/' || new.decision_no, 'changed',
        json_object('uscc', old.uscc, 'ground', old.ground, 'basis', old.basis, 'kind', old.kind, 'amount', old.amount, 'decided_on', old.decided_on, 'published_until', old.published_until, 'revoked_on', old.revoked_on),
        json_object('uscc', new.uscc, 'ground', new.ground, 'basis', new.basis, 'kind', new.kind, 'amount', new.amount, 'decided_on', new.decided_on, 'published_until', new.published_until, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER penalty_is_never_deleted BEFORE DELETE ON penalty
BEGIN SELECT RAISE(ABORT, 'a fact is revoked, never deleted'); END;

-- An entry never outlives the publication of what it rests on. The next run, or the next reader, removes it.
CREATE TRIGGER list_case_follows_penalty AFTER UPDATE OF published_until, revoked_on ON penalty
BEGIN
    UPDATE list_case SET until_on = min(until_on, iif(new.revoked_on IS NULL, coalesce(new.published_until, until_on), date(substr(new.changed_at, 1, 10), '-1 day'))),
        changed_by = new.changed_by, changed_at = new.changed_at
    WHERE uscc IN (old.uscc, new.uscc) AND status IN ('published', 'repair_applied')
        AND EXISTS (SELECT 1 FROM json_each(rules) r, json_each(r.value, '$.evidence') v WHERE v.value ->> '$.kind' = 'penalty' AND v.value ->> '$.number' = new.decision_no);
END;

-- The penalties that stand.
CREATE VIEW fact_penalty AS
SELECT decision_no, uscc, ground, basis, kind, amount, decided_on, published_until FROM penalty WHERE revoked_on IS NULL;

-- 监督检查 (49号令).
CREATE TABLE inspection (
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

CREATE INDEX inspection_uscc ON inspection (uscc);

CREATE TRIGGER inspection_created AFTER INSERT ON inspection
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'inspection/' || new.inspection_no, 'created',
        json_object('uscc', new.uscc, 'inspected_on', new.inspected_on, 'kind', new.kind, 'result', new.result, 'hazards', new.hazards, 'note', new.note, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER inspection_changed AFTER UPDATE ON inspection
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'inspection/' || new.inspection_no, 'changed',
        json_object('uscc', old.uscc, 'inspected_on', old.inspected_on, 'kind', old.kind, 'result', old.result, 'hazards', old.hazards, 'note', old.note, 'revoked_on', old.revoked_on),
        json_object('uscc', new.uscc, 'inspected_on', new.inspected_on, 'kind', new.kind, 'result', new.result, 'hazards', new.hazards, 'note', new.note, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER inspection_is_never_deleted BEFORE DELETE ON inspection
BEGIN SELECT RAISE(ABORT, 'a fact is revoked, never deleted'); END;

-- An inspection that is revoked, or was not refused after all, ends the entries that rest on it the day before.
CREATE TRIGGER list_case_follows_inspection AFTER UPDATE OF revoked_on, result ON inspection WHEN new.revoked_on IS NOT NULL OR new.result <> 'refused'
BEGIN
    UPDATE list_case SET until_on = min(until_on, date(substr(new.changed_at, 1, 10), '-1 day')), changed_by = new.changed_by, changed_at = new.changed_at
    WHERE list = 'black' AND uscc IN (old.uscc, new.uscc) AND status IN ('published', 'repair_applied')
        AND EXISTS (SELECT 1 FROM json_each(rules) r, json_each(r.value, '$.evidence') v WHERE v.value ->> '$.kind' = 'inspection' AND v.value ->> '$.number' = new.inspection_no);
END;

-- The inspections that stand.
CREATE VIEW fact_inspection AS
SELECT inspection_no, uscc, inspected_on, kind, result, hazards, note FROM inspection WHERE revoked_on IS NULL;

-- 荣誉和认证: ISO 22000, HACCP, demonstration units.
CREATE TABLE honour (
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

CREATE INDEX honour_uscc ON honour (uscc);

CREATE TRIGGER honour_created AFTER INSERT ON honour
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'honour/' || new.honour_no, 'created',
        json_object('uscc', new.uscc, 'kind', new.kind, 'name', new.name, 'issuer', new.issuer, 'issued_on', new.issued_on, 'expires_on', new.expires_on, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER honour_changed AFTER UPDATE ON honour
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'honour/' || new.honour_no, 'changed',
        json_object('uscc', old.uscc, 'kind', old.kind, 'name', old.name, 'issuer', old.issuer, 'issued_on', old.issued_on, 'expires_on', old.expires_on, 'revoked_on', old.revoked_on),
        json_object('uscc', new.uscc, 'kind', new.kind, 'name', new.name, 'issuer', new.issuer, 'issued_on', new.issued_on, 'expires_on', new.expires_on, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER honour_is_never_deleted BEFORE DELETE ON honour
BEGIN SELECT RAISE(ABORT, 'a fact is revoked, never deleted'); END;

-- The honours that stand.
CREATE VIEW fact_honour AS
SELECT honour_no, uscc, kind, name, issuer, issued_on, expires_on FROM honour WHERE revoked_on IS NULL;

-- 食品安全事故.
CREATE TABLE accident (
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

CREATE INDEX accident_uscc ON accident (uscc);

CREATE TRIGGER accident_created AFTER INSERT ON accident
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'accident/' || new.accident_no, 'created',
        json_object('uscc', new.uscc, 'happened_on', new.happened_on, 'grade', new.grade, 'note', new.note, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER accident_changed AFTER UPDATE ON accident
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'accident/' || new.accident_no, 'changed',
        json_object('uscc', old.uscc, 'happened_on', old.happened_on, 'grade', old.grade, 'note', old.note, 'revoked_on', old.revoked_on),
        json_object('uscc', new.uscc, 'happened_on', new.happened_on, 'grade', new.grade, 'note', new.note, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER accident_is_never_deleted BEFORE DELETE ON accident
BEGIN SELECT RAISE(ABORT, 'a fact is revoked, never deleted'); END;

-- An accident that is revoked ends the entries that rest on it the day before.
CREATE TRIGGER list_case_follows_accident AFTER UPDATE OF revoked_on ON accident WHEN new.revoked_on IS NOT NULL
BEGIN
    UPDATE list_case SET until_on = min(until_on, date(substr(new.changed_at, 1, 10), '-1 day')), changed_by = new.changed_by, changed_at = new.changed_at
    WHERE list = 'black' AND uscc IN (old.uscc, new.uscc) AND status IN ('published', 'repair_applied')
        AND EXISTS (SELECT 1 FROM json_each(rules) r, json_each(r.value, '$.evidence') v WHERE v.value ->> '$.kind' = 'accident' AND v.value ->> '$.number' = new.accident_no);
END;

-- The accidents that stand.
CREATE VIEW fact_accident AS
SELECT accident_no, uscc, happened_on, grade, note FROM accident WHERE revoked_on IS NULL;

-- 两员: 食品安全总监 and 食品安全员 in post, and how their last examination went (000 §三(四), 97号令). Names stay in the office.
CREATE TABLE officer (
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

CREATE TRIGGER officer_created AFTER INSERT ON officer
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'officer/' || new.uscc, 'created',
        json_object('post', new.post, 'name', new.name, 'appointed_on', new.appointed_on, 'left_on', new.left_on, 'examined_on', new.examined_on, 'exam', new.exam));
END;

CREATE TRIGGER officer_changed AFTER UPDATE ON officer
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'officer/' || new.uscc, 'changed',
        json_object('post', old.post, 'name', old.name, 'appointed_on', old.appointed_on, 'left_on', old.left_on, 'examined_on', old.examined_on, 'exam', old.exam, 'revoked_on', old.revoked_on),
        json_object('post', new.post, 'name', new.name, 'appointed_on', new.appointed_on, 'left_on', new.left_on, 'examined_on', new.examined_on, 'exam', new.exam, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER officer_is_never_deleted BEFORE DELETE ON officer
BEGIN SELECT RAISE(ABORT, 'an officer leaves, and is never deleted'); END;

-- The officers whose record stands.
CREATE VIEW fact_officer AS
SELECT uscc, post, name, appointed_on, left_on, examined_on, exam FROM officer WHERE revoked_on IS NULL;

-- The paper behind a fact: a test report, a penalty decision. Bytes in the key-value store.
CREATE TABLE fact_document (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('sample', 'penalty', 'inspection', 'honour', 'accident')),
    number TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    chunks INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX fact_document_fact ON fact_document (kind, number);

CREATE TRIGGER fact_document_created AFTER INSERT ON fact_document
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, new.kind || '/' || new.number, 'changed', json_object('document', new.id, 'name', new.name));
END;

CREATE TRIGGER fact_document_is_never_changed BEFORE UPDATE ON fact_document
BEGIN SELECT RAISE(ABORT, 'a document is followed by another, never changed'); END;

CREATE TRIGGER fact_document_is_never_deleted BEFORE DELETE ON fact_document
BEGIN SELECT RAISE(ABORT, 'a document is never deleted'); END;

-- The words of facts as pages and notices say them: a test holds them against the types of the code.
CREATE TABLE fact_word (
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    chinese TEXT NOT NULL,
    PRIMARY KEY (kind, code)
) STRICT, WITHOUT ROWID;

INSERT INTO fact_word (kind, code, chinese) VALUES
    ('accident_grade', 'extreme', '特别重大'),
    ('accident_grade', 'general', '一般'),
    ('accident_grade', 'larger', '较大'),
    ('accident_grade', 'major', '重大'),
    ('fact_kind', 'accident', '食品安全事故'),
    ('fact_kind', 'honour', '荣誉认证'),
    ('fact_kind', 'inspection', '监督检查'),
    ('fact_kind', 'penalty', '行政处罚'),
    ('fact_kind', 'sample', '抽检'),
    ('inspection_result', 'basically', '基本符合'),
    ('inspection_result', 'conforms', '符合'),
    ('inspection_result', 'fails', '不符合'),
    ('inspection_result', 'refused', '拒绝检查'),
    ('penalty_kind', 'closure', '责令停产停业'),
    ('penalty_kind', 'confiscation', '没收'),
    ('penalty_kind', 'fine', '罚款'),
    ('penalty_kind', 'revocation', '吊销许可证'),
    ('penalty_kind', 'warning', '警告'),
    ('sample_result', 'failed', '不合格'),
    ('sample_result', 'passed', '合格');
