-- What was lawfully established about a business is kept by a function of its own. Tables and rows stay as they are.
-- Taken over: sample, penalty, inspection, honour, accident, officer, fact_document.

-- The views `fact_…` are those by which others judge: the facts that stand. Here the samples.
CREATE VIEW IF NOT EXISTS fact_sample AS
SELECT sample_no, uscc, food, batch, sampled_on, standard, result, failed_items, institution, published_on FROM sample WHERE revoked_on IS NULL;

-- The penalties that stand.
CREATE VIEW IF NOT EXISTS fact_penalty AS
SELECT decision_no, uscc, ground, basis, kind, amount, decided_on, published_until FROM penalty WHERE revoked_on IS NULL;

-- The inspections that stand.
CREATE VIEW IF NOT EXISTS fact_inspection AS
SELECT inspection_no, uscc, inspected_on, kind, result, hazards, note FROM inspection WHERE revoked_on IS NULL;

-- The honours that stand.
CREATE VIEW IF NOT EXISTS fact_honour AS
SELECT honour_no, uscc, kind, name, issuer, issued_on, expires_on FROM honour WHERE revoked_on IS NULL;

-- The accidents that stand.
CREATE VIEW IF NOT EXISTS fact_accident AS
SELECT accident_no, uscc, happened_on, grade, note FROM accident WHERE revoked_on IS NULL;

-- The officers whose record stands.
CREATE VIEW IF NOT EXISTS fact_officer AS
SELECT uscc, post, name, appointed_on, left_on, examined_on, exam FROM officer WHERE revoked_on IS NULL;

-- The words of facts as pages and notices say them: a test holds them against the types of the code.
CREATE TABLE IF NOT EXISTS fact_word (
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    chinese TEXT NOT NULL,
    PRIMARY KEY (kind, code)
) STRICT, WITHOUT ROWID;

INSERT INTO fact_word (kind, code, chinese) VALUES
    ('fact_kind', 'sample', '抽检'), ('fact_kind', 'penalty', '行政处罚'), ('fact_kind', 'inspection', '监督检查'),
    ('fact_kind', 'honour', '荣誉认证'), ('fact_kind', 'accident', '食品安全事故'),
    ('sample_result', 'passed', '合格'), ('sample_result', 'failed', '不合格'),
    ('penalty_kind', 'warning', '警告'), ('penalty_kind', 'fine', '罚款'), ('penalty_kind', 'confiscation', '没收'),
    ('penalty_kind', 'closure', '责令停产停业'), ('penalty_kind', 'revocation', '吊销许可证'),
    ('inspection_result', 'conforms', '符合'), ('inspection_result', 'basically', '基本符合'), ('inspection_result', 'fails', '不符合'),
    ('inspection_result', 'refused', '拒绝检查'),
    ('accident_grade', 'general', '一般'), ('accident_grade', 'larger', '较大'), ('accident_grade', 'major', '重大'), ('accident_grade', 'extreme', '特别重大')
ON CONFLICT (kind, code) DO UPDATE SET chinese = excluded.chinese;

DROP VIEW IF EXISTS enterprise_fact;

-- What a fact says, once and word for word as it was said before, for notices and cases hold what was told. One row a fact that stands.
CREATE VIEW IF NOT EXISTS enterprise_fact AS
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
