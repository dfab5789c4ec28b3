-- As before, with the 分 of an amount: a fine of 52,000.50 yuan is said to its last digit.
DROP VIEW IF EXISTS enterprise_fact;

CREATE VIEW IF NOT EXISTS enterprise_fact AS
SELECT uscc, 'sample' AS kind, sample_no AS number, sampled_on AS happened_on, food AS title,
    CASE result WHEN 'passed' THEN '合格' ELSE '不合格' || coalesce('：' || failed_items, '') END AS said, result = 'failed' AS bad
FROM sample WHERE revoked_on IS NULL
UNION ALL
SELECT uscc, 'penalty', decision_no, decided_on, ground,
    CASE kind WHEN 'warning' THEN '警告' WHEN 'fine' THEN '罚款' WHEN 'confiscation' THEN '没收' WHEN 'closure' THEN '责令停产停业' ELSE '吊销许可证' END
        || iif(amount > 0, '，' || (amount / 100) || iif(amount % 100 > 0, printf('.%02d', amount % 100), '') || ' 元', ''), 1
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
