-- Which tier may hold a business of which level (001 §三.1): A and B the district, C the town, D the village; a higher tier may, with its
-- reason (提级包保), a lower one may not: nobody is assigned so by hand. What an office's sheet says is taken as it is and shown as a doubt.
CREATE TABLE IF NOT EXISTS tier_fit (
    tier TEXT NOT NULL,
    level TEXT NOT NULL,
    fit TEXT NOT NULL,
    PRIMARY KEY (tier, level)
) STRICT, WITHOUT ROWID;

INSERT INTO tier_fit (tier, level, fit) VALUES
    ('district', 'A', 'fits'), ('district', 'B', 'fits'), ('district', 'C', 'lifted'), ('district', 'D', 'lifted'),
    ('town', 'A', 'too_low'), ('town', 'B', 'too_low'), ('town', 'C', 'fits'), ('town', 'D', 'lifted'),
    ('village', 'A', 'too_low'), ('village', 'B', 'too_low'), ('village', 'C', 'too_low'), ('village', 'D', 'fits')
ON CONFLICT (tier, level) DO NOTHING;

-- Each assignment, and how the tier of its official goes with the level of its business; null while the level is not known.
CREATE VIEW IF NOT EXISTS assignment_tier_fit AS
SELECT a.id, a.uscc, a.cadre_no, a.starts_on, a.ends_on, a.lifted_reason, a.version, f.fit
FROM assignment a
JOIN cadre c ON c.cadre_no = a.cadre_no
JOIN enterprise_ledger e ON e.uscc = a.uscc
LEFT JOIN tier_fit f ON f.tier = c.tier AND f.level = e.level;

-- It is called otherwise than `deadline_…`, for the release before counts duties by every view of such a name.
-- A business is new, has another level, or is closed: within the working days that the policy names its assignment follows (001 §三.2).
CREATE VIEW IF NOT EXISTS reassignment_of_enterprise_term AS
WITH changed (uscc, enterprise, town, what, since, met_on) AS (
    SELECT e.uscc, e.name, e.town, 'new', e.founded_on,
        (SELECT min(max(coalesce(a.starts_on, ''), e.founded_on)) FROM assignment a WHERE a.uscc = e.uscc)
    FROM supervised_enterprise e WHERE e.founded_on IS NOT NULL
    UNION ALL
    SELECT c.uscc, c.name, c.town, 'level', c.changed_on,
        (SELECT min(max(coalesce(f.starts_on, ''), c.changed_on)) FROM assignment_tier_fit f
         WHERE f.uscc = c.uscc AND f.fit <> 'too_low' AND (f.ends_on IS NULL OR f.ends_on > c.changed_on))
    FROM enterprise_change_ledger c WHERE c.what = 'level' AND c.status = 'operating' AND c.became IS c.level
    UNION ALL
    SELECT c.uscc, c.name, c.town, 'closed', c.changed_on,
        (SELECT iif(count(*) = count(a.ends_on), max(coalesce(max(a.ends_on), ''), c.changed_on), NULL) FROM assignment a WHERE a.uscc = c.uscc)
    FROM enterprise_change_ledger c WHERE c.what = 'status' AND c.status <> 'operating' AND c.became = c.status)
SELECT 'reassignment_enterprise' AS rule,
    'reassignment/' || g.uscc || '/' || g.what || '/' || g.since AS "key",
    g.enterprise || CASE g.what WHEN 'new' THEN '：新设立，确定包保干部' WHEN 'level' THEN '：级别变动，调整包保干部' ELSE '：已退出，结束包保关系' END AS subject,
    'town' AS owed_by_kind, g.town AS owed_by, g.town,
    (SELECT min(day.date) FROM calendar_day day
     WHERE day.is_workday AND day.workdays = (SELECT since.workdays FROM calendar_day since WHERE since.date = g.since) + p.value) AS due_on,
    g.met_on,
    json_object('uscc', g.uscc, 'change', g.what, 'since', g.since) AS evidence
FROM changed g
JOIN policy_ledger p ON p.name = 'reassignment_after_enterprise_change' AND g.since >= p.valid_from AND (p.valid_before IS NULL OR g.since < p.valid_before)
WHERE g.town IS NOT NULL;

-- The sweep reads the successor from here on. The view that it read stays for one release, for instances that began their run with it.
UPDATE deadline_view SET view = 'reassignment_of_enterprise_term' WHERE matter = 'reassignment_enterprise';
