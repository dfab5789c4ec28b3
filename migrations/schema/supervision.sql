-- What supervision has in a migrated store: each table with the rules that stand in it, its indexes and triggers, then the views that read it.
-- To be read, never run: made from the migrations by SHIAN_RENEW=1 cargo test -p store --test schema

-- 包保干部
CREATE TABLE cadre (
    cadre_no TEXT PRIMARY KEY,
    name TEXT NOT NULL CHECK (name <> ''),
    title TEXT,
    tier TEXT NOT NULL CHECK (tier IN ('district', 'town', 'village')),
    town TEXT,
    phone TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    left_on TEXT,
    -- Why the office dated the last day of an official back into a closed period.
    backdated_reason TEXT
) STRICT;

CREATE TRIGGER cadre_created AFTER INSERT ON cadre
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'cadre/' || new.cadre_no, 'created',
        json_object('name', new.name, 'title', new.title, 'tier', new.tier, 'town', new.town, 'phone', new.phone));
END;

CREATE TRIGGER cadre_changed AFTER UPDATE ON cadre
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'cadre/' || new.cadre_no, 'changed',
        json_object('name', old.name, 'title', old.title, 'tier', old.tier, 'town', old.town, 'phone', old.phone),
        json_object('name', new.name, 'title', new.title, 'tier', new.tier, 'town', new.town, 'phone', new.phone));
END;

CREATE TRIGGER cadre_is_never_deleted BEFORE DELETE ON cadre
BEGIN SELECT RAISE(ABORT, 'officials are never deleted'); END;

-- Who leaves holds nothing from the next day on.
CREATE TRIGGER cadre_leaves AFTER UPDATE OF left_on ON cadre WHEN new.left_on IS NOT old.left_on
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'cadre/' || new.cadre_no, 'changed', json_object('left_on', old.left_on), json_object('left_on', new.left_on));
    UPDATE assignment SET ends_on = new.left_on, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE new.left_on IS NOT NULL AND cadre_no = new.cadre_no AND (ends_on IS NULL OR ends_on > new.left_on);
END;

-- The same of the roster of officials.
CREATE TRIGGER cadre_names_place AFTER INSERT ON cadre
WHEN new.town <> '' AND NOT EXISTS (SELECT 1 FROM place WHERE id = new.town)
BEGIN
    INSERT INTO place (id, kind, name, confirmed, today, changed_by, changed_at)
    SELECT new.town, 'town', new.town, 0, new.town, new.changed_by, new.changed_at WHERE true ON CONFLICT DO NOTHING;
END;

-- The same where an official moves to a town that nobody has named.
CREATE TRIGGER cadre_names_another_place AFTER UPDATE OF town ON cadre
WHEN new.town <> '' AND NOT EXISTS (SELECT 1 FROM place WHERE id = new.town)
BEGIN
    INSERT INTO place (id, kind, name, confirmed, today, changed_by, changed_at)
    SELECT new.town, 'town', new.town, 0, new.town, new.changed_by, new.changed_at WHERE true ON CONFLICT DO NOTHING;
END;

-- An official has another name, tier or town while a period is being closed.
CREATE TRIGGER cadre_changes_while_closing BEFORE UPDATE OF name, tier, town ON cadre
WHEN EXISTS (SELECT 1 FROM period_close WHERE finished_at IS NULL)
BEGIN
    INSERT INTO closing_kept (period, uscc)
    SELECT DISTINCT c.period, a.uscc FROM period_close c CROSS JOIN assignment a WHERE c.finished_at IS NULL AND a.cadre_no = old.cadre_no
    ON CONFLICT (period, uscc) DO NOTHING;
END;

-- Why a last day was dated back stands in the audit.
CREATE TRIGGER cadre_leaves_backdated AFTER UPDATE OF backdated_reason ON cadre WHEN new.backdated_reason IS NOT old.backdated_reason
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'cadre/' || new.cadre_no, 'changed', json_object('left_on', new.left_on, 'backdated_reason', new.backdated_reason));
END;

-- An official whom an instance of the release before writes holds the post that it says.
CREATE TRIGGER cadre_brings_post AFTER INSERT ON cadre
WHEN NOT EXISTS (SELECT 1 FROM post WHERE cadre_no = new.cadre_no)
BEGIN
    INSERT INTO post (post_no, cadre_no, name, phone, title, tier, town, ends_on, changed_by, changed_at)
    VALUES (new.cadre_no, new.cadre_no, new.name, new.phone, new.title, new.tier, new.town, new.left_on, new.changed_by, new.changed_at);
END;

-- What it changes of an official changes the post that stands for them.
CREATE TRIGGER cadre_changes_post AFTER UPDATE OF name, title, tier, town, phone ON cadre
BEGIN
    UPDATE post SET name = new.name, title = new.title, tier = new.tier, town = new.town, phone = new.phone,
        version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE post_no = (SELECT m.post_no FROM main_post m WHERE m.cadre_no = new.cadre_no)
        AND ((name, title, tier, town) IS NOT (new.name, new.title, new.tier, new.town)
            OR NOT EXISTS (SELECT 1 FROM post o WHERE o.cadre_no = new.cadre_no AND o.phone IS new.phone));
END;

-- Whoever leaves there leaves all posts.
CREATE TRIGGER cadre_leaves_posts AFTER UPDATE OF left_on ON cadre WHEN new.left_on IS NOT NULL
BEGIN
    UPDATE post SET ends_on = new.left_on, backdated_reason = new.backdated_reason, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE cadre_no = new.cadre_no AND (ends_on IS NULL OR ends_on > new.left_on);
END;

-- What other functions may know.
CREATE VIEW cadre_ledger AS SELECT cadre_no, name, title, tier, town FROM cadre;

-- How an official is reached by a robot that names people.
CREATE VIEW cadre_contact AS SELECT cadre_no, phone FROM cadre WHERE phone IS NOT NULL;

-- Who has left, and when, for the accounts.
CREATE VIEW cadre_left AS
SELECT cadre_no, left_on FROM cadre WHERE left_on IS NOT NULL;

-- 包保关系. No start: held since before the roster began. Who holds a business on a day is whose assignment began last.
CREATE TABLE assignment (
    id INTEGER PRIMARY KEY,
    cadre_no TEXT NOT NULL REFERENCES cadre (cadre_no),
    uscc TEXT NOT NULL,
    starts_on TEXT,
    ends_on TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    -- Why a business is held by a higher tier than its level asks for (001 §三.1: 提级包保).
    lifted_reason TEXT,
    -- The assignment that this one follows.
    replaces INTEGER REFERENCES assignment (id),
    -- The same of an assignment.
    backdated_reason TEXT,
    -- The post on which an assignment hangs; null: the official's first.
    post_no TEXT REFERENCES post (post_no)
) STRICT;

CREATE UNIQUE INDEX assignment_once ON assignment (uscc, cadre_no, coalesce(starts_on, ''));

CREATE INDEX assignment_cadre ON assignment (cadre_no);

CREATE TRIGGER assignment_created AFTER INSERT ON assignment
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'assignment/' || new.uscc, 'created',
        json_object('cadre_no', new.cadre_no, 'starts_on', new.starts_on, 'ends_on', new.ends_on));
END;

CREATE TRIGGER assignment_changed AFTER UPDATE ON assignment
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'assignment/' || new.uscc, 'changed',
        json_object('cadre_no', old.cadre_no, 'starts_on', old.starts_on, 'ends_on', old.ends_on),
        json_object('cadre_no', new.cadre_no, 'starts_on', new.starts_on, 'ends_on', new.ends_on));
END;

CREATE TRIGGER assignment_is_never_deleted BEFORE DELETE ON assignment
BEGIN SELECT RAISE(ABORT, 'assignments end, and are never deleted'); END;

-- A new assignment ends the one that it follows, on the day before it starts.
CREATE TRIGGER assignment_follows AFTER INSERT ON assignment WHEN new.replaces IS NOT NULL
BEGIN
    UPDATE assignment SET ends_on = date(new.starts_on, '-1 day'), version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE id = new.replaces AND (ends_on IS NULL OR ends_on >= new.starts_on);
END;

-- Why a business is lifted to a higher tier stands in the audit.
CREATE TRIGGER assignment_lifted AFTER INSERT ON assignment WHEN new.lifted_reason IS NOT NULL
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'assignment/' || new.uscc, 'changed',
        json_object('cadre_no', new.cadre_no, 'starts_on', new.starts_on, 'lifted_reason', new.lifted_reason));
END;

-- A business is given to somebody while a period is being closed.
CREATE TRIGGER assignment_begins_while_closing BEFORE INSERT ON assignment
WHEN EXISTS (SELECT 1 FROM period_close WHERE finished_at IS NULL)
BEGIN
    INSERT INTO closing_kept (period, uscc) SELECT c.period, new.uscc FROM period_close c WHERE c.finished_at IS NULL
    ON CONFLICT (period, uscc) DO NOTHING;
END;

-- An assignment changes while a period is being closed.
CREATE TRIGGER assignment_changes_while_closing BEFORE UPDATE ON assignment
WHEN EXISTS (SELECT 1 FROM period_close WHERE finished_at IS NULL)
BEGIN
    INSERT INTO closing_kept (period, uscc) SELECT c.period, old.uscc FROM period_close c WHERE c.finished_at IS NULL
    ON CONFLICT (period, uscc) DO NOTHING;
END;

-- Why the start of an assignment was dated back stands in the audit.
CREATE TRIGGER assignment_begins_backdated AFTER INSERT ON assignment WHEN new.backdated_reason IS NOT NULL
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'assignment/' || new.uscc, 'changed',
        json_object('cadre_no', new.cadre_no, 'starts_on', new.starts_on, 'backdated_reason', new.backdated_reason));
END;

-- Why the end of an assignment was dated back stands in the audit.
CREATE TRIGGER assignment_ends_backdated AFTER UPDATE OF backdated_reason ON assignment WHEN new.backdated_reason IS NOT old.backdated_reason
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'assignment/' || new.uscc, 'changed',
        json_object('cadre_no', new.cadre_no, 'ends_on', new.ends_on, 'backdated_reason', new.backdated_reason));
END;

-- An assignment that names the official alone hangs on the post, of several, that fits the business best: by its level, then by its town.
CREATE TRIGGER assignment_finds_post AFTER INSERT ON assignment
WHEN new.post_no IS NULL AND (SELECT count(*) FROM post WHERE cadre_no = new.cadre_no) > 1
BEGIN
    UPDATE assignment SET post_no = (
        SELECT p.post_no FROM post p
        LEFT JOIN enterprise_ledger e ON e.uscc = new.uscc
        LEFT JOIN tier_fit f ON f.tier = p.tier AND f.level = e.level
        WHERE p.cadre_no = new.cadre_no AND p.duty = 'cadre'
        ORDER BY p.ends_on < coalesce(new.starts_on, substr(new.changed_at, 1, 10)), p.starts_on > coalesce(new.starts_on, substr(new.changed_at, 1, 10)),
            coalesce(f.fit, '') <> 'fits', coalesce(f.fit, '') = 'too_low', p.town IS NOT e.town, p.rowid LIMIT 1)
    WHERE id = new.id;
END;

-- What comes in for a post that has ended, or is opened again, ends with it all the same.
CREATE TRIGGER assignment_begins_with_its_post AFTER INSERT ON assignment
WHEN new.post_no IS NOT NULL OR (SELECT count(*) FROM post WHERE cadre_no = new.cadre_no) = 1
BEGIN
    UPDATE assignment SET ends_on = (SELECT p.ends_on FROM post p WHERE p.post_no = coalesce(new.post_no, new.cadre_no))
    WHERE id = new.id AND EXISTS (SELECT 1 FROM post p WHERE p.post_no = coalesce(new.post_no, new.cadre_no)
        AND p.ends_on >= coalesce(new.starts_on, '') AND (new.ends_on IS NULL OR new.ends_on > p.ends_on));
END;

-- The same where its end or its post changes.
CREATE TRIGGER assignment_ends_with_its_post AFTER UPDATE OF ends_on, post_no ON assignment
WHEN EXISTS (SELECT 1 FROM post p WHERE p.post_no = coalesce(new.post_no, new.cadre_no)
    AND p.ends_on >= coalesce(new.starts_on, '') AND (new.ends_on IS NULL OR new.ends_on > p.ends_on))
BEGIN
    UPDATE assignment SET ends_on = (SELECT p.ends_on FROM post p WHERE p.post_no = coalesce(new.post_no, new.cadre_no)) WHERE id = new.id;
END;

-- On which post an assignment hangs stands in the audit.
CREATE TRIGGER assignment_hangs_on_post AFTER UPDATE OF post_no ON assignment WHEN new.post_no IS NOT old.post_no
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'assignment/' || new.uscc, 'changed', json_object('post_no', old.post_no), json_object('post_no', new.post_no));
END;

-- Each assignment with the post on which it hangs, and how the tier of the post goes with the level of its business; null while the level is
-- not known.
CREATE VIEW assignment_of_post AS
SELECT a.id, a.uscc, a.cadre_no, c.post_no, c.name AS cadre, c.title, c.tier, c.town, a.starts_on, a.ends_on, a.lifted_reason, a.version, f.fit
FROM assignment a
JOIN post c ON c.post_no = coalesce(a.post_no, a.cadre_no)
JOIN enterprise_ledger e ON e.uscc = a.uscc
LEFT JOIN tier_fit f ON f.tier = c.tier AND f.level = e.level;

-- Who holds or held a business, for the page of the business.
CREATE VIEW enterprise_holder AS
SELECT e.uscc, a.cadre_no, c.name AS cadre, c.tier, c.title, a.starts_on, a.ends_on
FROM enterprise_ledger e
JOIN assignment a ON a.uscc = e.uscc
JOIN post c ON c.post_no = coalesce(a.post_no, a.cadre_no);

-- An official's assignment has ended: within 20 working days the business has another (001 §三.2). The district's own is its
-- office's to settle. What was merged into another business needs none.
CREATE VIEW reassignment_after_official_term AS
SELECT 'reassignment_official' AS rule,
    'reassignment/' || a.uscc || '/' || a.cadre_no || '/' || a.ends_on AS "key",
    e.name || '：' || c.name || '不再包保后重新确定包保干部' AS subject,
    iif(c.tier = 'district', 'department', 'town') AS owed_by_kind, iif(c.tier = 'district', '区食药安办', coalesce(e.town, c.town)) AS owed_by, e.town,
    (SELECT min(day.date) FROM calendar_day day
     WHERE day.is_workday AND day.workdays = (SELECT since.workdays FROM calendar_day since WHERE since.date = a.ends_on) + p.value) AS due_on,
    (SELECT min(max(coalesce(s.starts_on, ''), a.ends_on)) FROM assignment s
     WHERE s.uscc = a.uscc AND s.id <> a.id AND (s.ends_on IS NULL OR s.ends_on > a.ends_on)) AS met_on,
    json_object('uscc', a.uscc, 'cadre_no', a.cadre_no, 'ended_on', a.ends_on) AS evidence
FROM assignment a
JOIN post c ON c.post_no = coalesce(a.post_no, a.cadre_no)
JOIN enterprise_in_business e ON e.uscc = a.uscc
JOIN policy_ledger p ON p.name = 'reassignment_after_official_change' AND a.ends_on >= p.valid_from AND (p.valid_before IS NULL OR a.ends_on < p.valid_before)
WHERE a.ends_on IS NOT NULL;

-- A business is new, has another level, or is closed: within the working days that the policy names its assignment follows (001 §三.2).
-- What was merged into another business needs none.
CREATE VIEW reassignment_on_change_term AS
WITH changed (uscc, enterprise, town, what, since, met_on) AS (
    SELECT e.uscc, e.name, e.town, 'new', e.founded_on,
        (SELECT min(max(coalesce(a.starts_on, ''), e.founded_on)) FROM assignment a WHERE a.uscc = e.uscc)
    FROM enterprise_in_business e WHERE e.founded_on IS NOT NULL
    UNION ALL
    SELECT c.uscc, e.name, e.town, 'level', c.changed_on,
        (SELECT min(max(coalesce(f.starts_on, ''), c.changed_on)) FROM assignment_of_post f
         WHERE f.uscc = c.uscc AND f.fit <> 'too_low' AND (f.ends_on IS NULL OR f.ends_on > c.changed_on))
    FROM enterprise_change_ledger c JOIN enterprise_today e ON e.uscc = c.uscc
    WHERE c.what = 'level' AND e.status = 'operating' AND c.became IS e.level
    UNION ALL
    SELECT c.uscc, e.name, e.town, 'closed', c.changed_on,
        (SELECT iif(count(*) = count(a.ends_on), max(coalesce(max(a.ends_on), ''), c.changed_on), NULL) FROM assignment a WHERE a.uscc = c.uscc)
    FROM enterprise_change_ledger c JOIN enterprise_today e ON e.uscc = c.uscc
    WHERE c.what = 'status' AND e.status NOT IN ('operating', 'merged') AND c.became = e.status)
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

-- 督导. Two visits on one day are two unless every word of them is the same.
CREATE TABLE visit (
    id INTEGER PRIMARY KEY,
    visited_on TEXT NOT NULL,
    cadre_no TEXT NOT NULL REFERENCES cadre (cadre_no),
    uscc TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('on_site', 'online')),
    result TEXT NOT NULL CHECK (result IN ('ok', 'problems')),
    -- The result in the roster's own words
    result_text TEXT NOT NULL DEFAULT '',
    problems_found INTEGER NOT NULL DEFAULT 0,
    note TEXT NOT NULL DEFAULT '',
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    -- What was looked at, and what was found: problems go into their own table with the visit.
    checked TEXT CHECK (checked IS NULL OR json_valid(checked)),
    problems TEXT CHECK (problems IS NULL OR json_valid(problems)),
    UNIQUE (uscc, visited_on, cadre_no, mode, result_text, problems_found, note)
) STRICT;

CREATE INDEX visit_day ON visit (visited_on);

CREATE TRIGGER visit_created AFTER INSERT ON visit
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'visit/' || new.id, 'created',
        json_object('uscc', new.uscc, 'visited_on', new.visited_on, 'cadre_no', new.cadre_no, 'mode', new.mode,
            'result', new.result, 'result_text', new.result_text, 'problems_found', new.problems_found, 'note', new.note));
END;

CREATE TRIGGER visit_is_never_changed BEFORE UPDATE ON visit
BEGIN SELECT RAISE(ABORT, 'a recorded visit is never changed'); END;

CREATE TRIGGER visit_is_never_deleted BEFORE DELETE ON visit
BEGIN SELECT RAISE(ABORT, 'a recorded visit is never deleted'); END;

-- The problems that a visit found come in the visit's own statement. While a store is being migrated the trigger `visit_brings_problems` may
-- still be there and does the same: then this one does nothing, so that no problem stands twice.
CREATE TRIGGER visit_brings_what_it_found AFTER INSERT ON visit
WHEN new.problems IS NOT NULL AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = 'visit_brings_problems')
BEGIN
    INSERT INTO visit_problem (visit_id, uscc, cadre_no, text, found_on, mend_by, mended_on, said, changed_by, changed_at)
    SELECT new.id, new.uscc, new.cadre_no, p.value ->> '$.text', new.visited_on, p.value ->> '$.mend_by',
        iif(p.value ->> '$.mend_by' IS NULL, new.visited_on, NULL), coalesce(p.value ->> '$.said', ''), new.changed_by, new.changed_at
    FROM json_each(new.problems) p;
END;

-- The visits to a business, for the page of the business.
CREATE VIEW enterprise_visit AS
SELECT v.uscc, v.visited_on, v.cadre_no, c.name AS cadre, v.mode, v.result, v.result_text, v.problems_found, v.note
FROM visit v JOIN cadre c ON c.cadre_no = v.cadre_no;

-- How often officials came to a business (入企) from the first of January to a day, which 国办发〔2024〕54号 asks to count: visits, those of them that
-- were online, and inspections that were lawfully made; and how often the policy of that day lets them come in a year. No cap, or 0, is none.
-- Asked by business and day. It takes the place of `enterprise_entry`, which the release before reads.
CREATE VIEW enterprise_entries_of_year AS
SELECT e.uscc, d.date AS day,
    (SELECT count(*) FROM visit v WHERE v.uscc = e.uscc AND v.visited_on BETWEEN substr(d.date, 1, 4) || '-01-01' AND d.date) AS visits,
    (SELECT count(*) FROM visit v WHERE v.uscc = e.uscc AND v.visited_on BETWEEN substr(d.date, 1, 4) || '-01-01' AND d.date
        AND v.mode <> 'on_site') AS online,
    (SELECT count(*) FROM fact_inspection i WHERE i.uscc = e.uscc
        AND i.inspected_on BETWEEN substr(d.date, 1, 4) || '-01-01' AND d.date) AS inspections,
    (SELECT p.value ->> '$' FROM policy_ledger p WHERE p.name = 'entries_a_year_cap' AND p.valid_from <= d.date
        AND (p.valid_before IS NULL OR d.date < p.valid_before)) AS cap
FROM calendar_day d CROSS JOIN enterprise_ledger e;

-- The quarters of the years 2022 to 2050.
CREATE TABLE quarter (
    -- 2026Q3
    period TEXT PRIMARY KEY,
    starts_on TEXT NOT NULL UNIQUE,
    ends_on TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Officials who hold something at the end of a year, and what they owe in it.
CREATE VIEW yearly_duty AS
SELECT CAST(substr(q.period, 1, 4) AS INTEGER) AS year, c.cadre_no, c.name, c.tier, c.town,
    substr(q.period, 1, 4) || '-11-30' AS commitment_due_on, q.ends_on AS report_due_on,
    (SELECT substr(s.changed_at, 1, 10) FROM commitment s WHERE s.cadre_no = c.cadre_no AND s.year = CAST(substr(q.period, 1, 4) AS INTEGER)) AS committed_on,
    (SELECT r.submitted_on FROM duty_report r WHERE r.cadre_no = c.cadre_no AND r.year = CAST(substr(q.period, 1, 4) AS INTEGER)) AS reported_on
FROM quarter q CROSS JOIN cadre c
WHERE q.period LIKE '%Q4' AND EXISTS (SELECT 1 FROM assignment a WHERE a.cadre_no = c.cadre_no
    AND (a.starts_on IS NULL OR a.starts_on <= q.ends_on) AND (a.ends_on IS NULL OR a.ends_on >= q.ends_on));

-- Each official signs the commitment of the year by the end of November (001 §三.2).
CREATE VIEW deadline_commitment AS
SELECT 'commitment' AS rule, 'commitment/' || cadre_no || '/' || year AS "key", year || '年食品安全责任与任务承诺书' AS subject,
    'cadre' AS owed_by_kind, cadre_no AS owed_by, town, commitment_due_on AS due_on, committed_on AS met_on,
    json_object('year', year, 'previous', 'commitment/' || cadre_no || '/' || (year - 1)) AS evidence
FROM yearly_duty;

-- Each official reports by the end of the year (001 §三.2).
CREATE VIEW deadline_report AS
SELECT 'report' AS rule, 'report/' || cadre_no || '/' || year AS "key", year || '年度履职报告' AS subject,
    'cadre' AS owed_by_kind, cadre_no AS owed_by, town, report_due_on AS due_on, reported_on AS met_on,
    json_object('year', year, 'previous', 'report/' || cadre_no || '/' || (year - 1)) AS evidence
FROM yearly_duty;

-- A problem that a visit found, until it is mended.
CREATE TABLE visit_problem (
    id INTEGER PRIMARY KEY,
    visit_id INTEGER NOT NULL REFERENCES visit (id),
    uscc TEXT NOT NULL,
    cadre_no TEXT NOT NULL,
    text TEXT NOT NULL CHECK (text <> ''),
    found_on TEXT NOT NULL,
    -- None: mended on the spot
    mend_by TEXT,
    mended_on TEXT,
    mend_note TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    -- What the business said of a problem that a visit found: when it will be right, or why it is not. Empty: nothing.
    said TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX visit_problem_uscc ON visit_problem (uscc);

CREATE TRIGGER visit_problem_created AFTER INSERT ON visit_problem
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'visit-problem/' || new.id, 'created',
        json_object('uscc', new.uscc, 'text', new.text, 'found_on', new.found_on, 'mend_by', new.mend_by, 'mended_on', new.mended_on));
END;

CREATE TRIGGER visit_problem_changed AFTER UPDATE ON visit_problem
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'visit-problem/' || new.id, 'changed',
        json_object('mended_on', old.mended_on, 'mend_note', old.mend_note),
        json_object('mended_on', new.mended_on, 'mend_note', new.mend_note));
END;

CREATE TRIGGER visit_problem_is_never_deleted BEFORE DELETE ON visit_problem
BEGIN SELECT RAISE(ABORT, 'problems are mended, never deleted'); END;

-- What an official finds at a door and what is not put right at once goes to the station of the place in the statement that records it;
-- where no town is known, to whoever assigns. What was put right at once waits to be verified like all that is rectified: otherwise
-- leaving the day blank would be a way around the register.
CREATE TRIGGER visit_problem_enters_register AFTER INSERT ON visit_problem
BEGIN
    INSERT INTO problem (uscc, town, source, source_id, cadre_no, text, level, status, found_on, registered_on, assigned_to, assigned_on, mend_by,
        rectified_on, rectified_by, rectified_note, changed_by, changed_at)
    SELECT new.uscc, nullif(e.town, ''), 'visit', CAST(new.id AS TEXT), new.cadre_no, new.text, 'general',
        CASE WHEN new.mended_on IS NOT NULL THEN 'rectified' WHEN nullif(e.town, '') IS NULL THEN 'found' ELSE 'assigned' END,
        new.found_on, substr(new.changed_at, 1, 10),
        CASE WHEN nullif(e.town, '') IS NOT NULL THEN 'station' WHEN new.mended_on IS NOT NULL THEN 'office' END,
        iif(nullif(e.town, '') IS NULL AND new.mended_on IS NULL, NULL, substr(new.changed_at, 1, 10)),
        -- The station has its term, however early the day that the official named.
        max(new.mend_by, coalesce((SELECT w.ends_on FROM problem_workdays w
            WHERE w.policy = 'problem_general_workdays' AND w.begins_on = substr(new.changed_at, 1, 10)), new.mend_by)),
        iif(new.mended_on IS NULL, NULL, substr(new.changed_at, 1, 10)), iif(new.mended_on IS NULL, NULL, new.changed_by), new.mend_note,
        new.changed_by, new.changed_at
    FROM (SELECT 1) one LEFT JOIN enterprise_ledger e ON e.uscc = new.uscc WHERE true
    ON CONFLICT (source, source_id) DO NOTHING;
END;

-- An official who sees at the next visit that a problem is mended says so in the visit's own record, and the register has it too.
CREATE TRIGGER visit_problem_mended_is_rectified AFTER UPDATE ON visit_problem WHEN new.mended_on IS NOT NULL
BEGIN
    INSERT INTO problem_step (problem_id, seq, move, status, note, role, at, by)
    SELECT p.id, p.version + 1, m.move, m.to_status, new.mend_note, m.role, new.changed_at, new.changed_by
    FROM problem p JOIN problem_move m ON m.move = 'rectify' AND m.from_status = p.status AND m.role = 'feed'
    WHERE p.source = 'visit' AND p.source_id = CAST(new.id AS TEXT);
END;

-- 食品安全责任与任务承诺书, signed online: the name, the moment, and the text as it was (001 §三.2).
CREATE TABLE commitment (
    cadre_no TEXT NOT NULL REFERENCES cadre (cadre_no),
    year INTEGER NOT NULL,
    text_version TEXT NOT NULL,
    text TEXT NOT NULL,
    name TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (cadre_no, year)
) STRICT;

-- The text that was signed stands in the audit as it was.
CREATE TRIGGER commitment_signed AFTER INSERT ON commitment
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'commitment/' || new.cadre_no || '/' || new.year, 'created',
        json_object('name', new.name, 'text_version', new.text_version, 'text', new.text));
END;

CREATE TRIGGER commitment_is_never_changed BEFORE UPDATE ON commitment
BEGIN SELECT RAISE(ABORT, 'what was signed is never changed'); END;

CREATE TRIGGER commitment_is_never_deleted BEFORE DELETE ON commitment
BEGIN SELECT RAISE(ABORT, 'what was signed is never deleted'); END;

-- 年度履职报告 (001 §三.2: every December), with the figures of the year as they were then.
CREATE TABLE duty_report (
    cadre_no TEXT NOT NULL REFERENCES cadre (cadre_no),
    year INTEGER NOT NULL,
    text TEXT NOT NULL CHECK (text <> ''),
    figures TEXT NOT NULL CHECK (json_valid(figures)),
    submitted_on TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (cadre_no, year)
) STRICT;

CREATE TRIGGER duty_report_created AFTER INSERT ON duty_report
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'duty-report/' || new.cadre_no || '/' || new.year, 'created', json_object('text', new.text, 'figures', json(new.figures)));
END;

CREATE TRIGGER duty_report_changed AFTER UPDATE ON duty_report
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'duty-report/' || new.cadre_no || '/' || new.year, 'changed',
        json_object('text', old.text, 'figures', json(old.figures)), json_object('text', new.text, 'figures', json(new.figures)));
END;

CREATE TRIGGER duty_report_is_never_deleted BEFORE DELETE ON duty_report
BEGIN SELECT RAISE(ABORT, 'reports are never deleted'); END;

-- 督查 of the tier below (001 §三.2): the district looks at the officials of a town's own tier, a town at those of its villages.
CREATE TABLE oversight (
    id INTEGER PRIMARY KEY,
    tier TEXT NOT NULL CHECK (tier IN ('district', 'town')),
    town TEXT NOT NULL,
    held_on TEXT NOT NULL,
    officials INTEGER NOT NULL CHECK (officials > 0),
    findings TEXT NOT NULL CHECK (findings <> ''),
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    UNIQUE (tier, town, held_on, findings)
) STRICT;

CREATE TRIGGER oversight_created AFTER INSERT ON oversight
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'oversight/' || new.id, 'created',
        json_object('tier', new.tier, 'town', new.town, 'held_on', new.held_on, 'officials', new.officials, 'findings', new.findings));
END;

CREATE TRIGGER oversight_is_never_changed BEFORE UPDATE ON oversight
BEGIN SELECT RAISE(ABORT, 'a recorded oversight is never changed'); END;

CREATE TRIGGER oversight_is_never_deleted BEFORE DELETE ON oversight
BEGIN SELECT RAISE(ABORT, 'a recorded oversight is never deleted'); END;

-- A photograph of a problem; its bytes are in the key-value store.
CREATE TABLE problem_photo (
    id TEXT PRIMARY KEY,
    problem_id INTEGER NOT NULL REFERENCES visit_problem (id),
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX problem_photo_problem ON problem_photo (problem_id);

CREATE TRIGGER problem_photo_created AFTER INSERT ON problem_photo
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'visit-problem/' || new.problem_id, 'changed', json_object('photo', new.id, 'name', new.name, 'bytes', new.bytes));
END;

CREATE TRIGGER problem_photo_is_never_changed BEFORE UPDATE ON problem_photo
BEGIN SELECT RAISE(ABORT, 'a photograph is never changed'); END;

CREATE TRIGGER problem_photo_is_never_deleted BEFORE DELETE ON problem_photo
BEGIN SELECT RAISE(ABORT, 'a photograph is never deleted'); END;

-- The photographs that an official took of a problem, for the register of problems: by the number of the visit's own record.
CREATE VIEW visit_problem_photo AS
SELECT o.id, CAST(o.problem_id AS TEXT) AS visit_problem, o.changed_at FROM problem_photo o;

-- Which tier may hold a business of which level (001 §三.1): A and B the district, C the town, D the village; a higher tier may, with its
-- reason (提级包保), a lower one may not: nobody is assigned so by hand. What an office's sheet says is taken as it is and shown as a doubt.
CREATE TABLE tier_fit (
    tier TEXT NOT NULL,
    level TEXT NOT NULL,
    fit TEXT NOT NULL,
    PRIMARY KEY (tier, level)
) STRICT, WITHOUT ROWID;

INSERT INTO tier_fit (tier, level, fit) VALUES
    ('district', 'A', 'fits'),
    ('district', 'B', 'fits'),
    ('district', 'C', 'lifted'),
    ('district', 'D', 'lifted'),
    ('town', 'A', 'too_low'),
    ('town', 'B', 'too_low'),
    ('town', 'C', 'fits'),
    ('town', 'D', 'lifted'),
    ('village', 'A', 'too_low'),
    ('village', 'B', 'too_low'),
    ('village', 'C', 'too_low'),
    ('village', 'D', 'fits');

-- Which kind of period so many visits a year make.
CREATE TABLE visit_frequency (
    visits_a_year INTEGER PRIMARY KEY,
    kind TEXT NOT NULL
) STRICT;

INSERT INTO visit_frequency (visits_a_year, kind) VALUES
    (1, 'year'),
    (2, 'half'),
    (3, 'quarter'),
    (4, 'quarter');

-- The periods for which visits may be owed: the quarters, halves and years from 2022 to 2050, and what the policy says of each on its first
-- day. The columns of policy are kept by triggers, so that whoever reads obligations does not ask the policy ledger again for each business.
CREATE TABLE visit_period (
    -- 2026Q3, 2026H2, 2026
    period TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('quarter', 'half', 'year')),
    -- 2026年第三季度
    name TEXT NOT NULL,
    starts_on TEXT NOT NULL,
    ends_on TEXT NOT NULL,
    -- The period of the same kind before it
    previous TEXT,
    -- Whether anything is owed for it at all
    is_counted INTEGER NOT NULL DEFAULT 0,
    -- Whether a business of this level, or of none, owes a visit for it
    level_a INTEGER NOT NULL DEFAULT 0,
    level_b INTEGER NOT NULL DEFAULT 0,
    level_c INTEGER NOT NULL DEFAULT 0,
    level_d INTEGER NOT NULL DEFAULT 0,
    level_none INTEGER NOT NULL DEFAULT 0,
    -- Which visits must be on site
    on_site_grade_d INTEGER NOT NULL DEFAULT 1,
    on_site_grade_c_maker INTEGER NOT NULL DEFAULT 0,
    on_site_canteen INTEGER NOT NULL DEFAULT 1,
    on_site_central_kitchen INTEGER NOT NULL DEFAULT 0,
    on_site_elderly_canteen INTEGER NOT NULL DEFAULT 0,
    on_site_group_meals INTEGER NOT NULL DEFAULT 0,
    on_site_special_food_maker INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Which visits must be on site (001 §三.2): of each business in business and each period, by the set that the policy names for it.
CREATE VIEW visit_manner AS
SELECT q.period, q.name AS period_name, q.previous, q.starts_on, q.ends_on, q.is_counted, q.level_a, q.level_b, q.level_c, q.level_d, q.level_none,
    e.ledger_id, e.uscc, e.name AS enterprise, e.town, e.village, e.level, e.sector, e.risk_grade, e.canteen, e.founded_on,
    (e.risk_grade IS 'D' AND q.on_site_grade_d) OR (e.canteen AND q.on_site_canteen)
        OR (e.risk_grade IS 'C' AND e.sector IS 'production' AND q.on_site_grade_c_maker) AS on_site_required
FROM visit_period q
CROSS JOIN enterprise_in_business e;

-- Which businesses owe a visit for which period (001 §三.2): those in business that were founded before it, by the frequency of their level.
-- Who was closed (停业) for more than half of the period owes nothing for it.
CREATE VIEW owed_visit AS
SELECT q.period, q.period_name, q.previous, q.starts_on, q.ends_on, q.ledger_id, q.uscc, q.enterprise, q.town, q.village, q.level, q.sector,
    q.risk_grade, q.canteen, q.on_site_required
FROM visit_manner q
WHERE q.is_counted AND (q.founded_on IS NULL OR q.founded_on < q.starts_on)
    AND CASE q.level WHEN 'A' THEN q.level_a WHEN 'B' THEN q.level_b WHEN 'C' THEN q.level_c WHEN 'D' THEN q.level_d ELSE q.level_none END
    AND ((SELECT NOT EXISTS (SELECT 1 FROM enterprise_suspended))
        OR NOT EXISTS (SELECT 1 FROM enterprise_suspended s WHERE s.uscc = q.uscc AND s.starts_on <= q.ends_on AND s.ends_on >= q.starts_on)
        OR 2 * (SELECT count(*) FROM calendar_day d WHERE d.date BETWEEN q.starts_on AND q.ends_on
            AND EXISTS (SELECT 1 FROM enterprise_suspended s WHERE s.uscc = q.uscc AND d.date BETWEEN s.starts_on AND s.ends_on))
            <= julianday(q.ends_on) - julianday(q.starts_on) + 1);

-- The periods to be closed, with the day on which each is: so many working days after its end as the policy says, of those that had ended before
-- the policy's first day so many after the end of that day's quarter.
CREATE VIEW period_closing AS
SELECT q.period, q.starts_on, q.ends_on,
    (SELECT min(d.date) FROM calendar_day d WHERE d.is_workday AND d.workdays = (SELECT l.workdays FROM calendar_day l WHERE l.date = q.last_day) + n.value) AS closes_on
FROM (SELECT v.period, v.starts_on, v.ends_on,
        max(v.ends_on, iif(v.ends_on < f.value ->> '$', (SELECT t.ends_on FROM quarter t WHERE f.value ->> '$' BETWEEN t.starts_on AND t.ends_on), v.ends_on)) AS last_day
    FROM visit_period v JOIN policy_ledger f ON f.name = 'visit_close_from' AND f.valid_from <= v.ends_on AND (f.valid_before IS NULL OR v.ends_on < f.valid_before)
    WHERE v.is_counted AND (v.level_a OR v.level_b OR v.level_c OR v.level_d OR v.level_none)) q
JOIN policy_ledger n ON n.name = 'visit_close_after' AND n.valid_from <= q.ends_on AND (n.valid_before IS NULL OR q.ends_on < n.valid_before)
WHERE NOT EXISTS (SELECT 1 FROM period_close p WHERE p.period = q.period AND p.finished_at IS NOT NULL);

-- 应督导事项 of a period that is not closed: owed by who holds the business when the period ends; where the assignment ended within it, by
-- the town of the last holder; where nobody held it at all, by nobody. Any official's visit meets it. `met_on` is the first visit that fits,
-- in the period or after it; `visited_on` the first of any kind in the period. What of this has come to pass on a day, the reader compares.
-- While a period is being closed, visits that were recorded after its moment are not seen.
CREATE VIEW running_obligation AS
SELECT o.ledger_id, o.period, o.period_name, o.previous, o.starts_on, o.ends_on, o.uscc, o.enterprise, o.town, o.village, o.level, o.sector,
    o.risk_grade, o.canteen, o.on_site_required,
    iif(h.ends_on IS NULL OR h.ends_on >= o.ends_on, h.cadre_no, NULL) AS cadre_no,
    iif(h.ends_on IS NULL OR h.ends_on >= o.ends_on, c.name, NULL) AS cadre,
    iif(h.ends_on IS NULL OR h.ends_on >= o.ends_on, c.tier, NULL) AS tier,
    CASE WHEN h.id IS NULL THEN NULL WHEN h.ends_on IS NULL OR h.ends_on >= o.ends_on THEN 'cadre'
        WHEN c.tier = 'district' OR coalesce(c.town, o.town) IS NULL THEN 'department' ELSE 'town' END AS owed_by_kind,
    CASE WHEN h.id IS NULL THEN NULL WHEN h.ends_on IS NULL OR h.ends_on >= o.ends_on THEN h.cadre_no
        WHEN c.tier = 'district' OR coalesce(c.town, o.town) IS NULL THEN '区食药安办' ELSE coalesce(c.town, o.town) END AS owed_by,
    (SELECT min(v.visited_on) FROM visit v
     WHERE v.uscc = o.uscc AND v.visited_on >= o.starts_on AND (p.last_visit_id IS NULL OR v.id <= p.last_visit_id)
         AND (v.mode = 'on_site' OR NOT o.on_site_required)) AS met_on,
    (SELECT min(v.visited_on) FROM visit v
     WHERE v.uscc = o.uscc AND v.visited_on BETWEEN o.starts_on AND o.ends_on AND (p.last_visit_id IS NULL OR v.id <= p.last_visit_id)) AS visited_on,
    p.closed_on, p.last_visit_id, p.last_ledger_id, p.finished_at
FROM owed_visit o
LEFT JOIN period_close p ON p.period = o.period
LEFT JOIN assignment h ON h.id = coalesce(
    (SELECT a.id FROM assignment a
     WHERE a.uscc = o.uscc AND (a.starts_on IS NULL OR a.starts_on <= o.ends_on) AND (a.ends_on IS NULL OR a.ends_on >= o.ends_on)
     ORDER BY a.starts_on DESC, a.id DESC LIMIT 1),
    (SELECT a.id FROM assignment a
     WHERE a.uscc = o.uscc AND (a.starts_on IS NULL OR a.starts_on <= o.ends_on) AND a.ends_on >= o.starts_on
     ORDER BY a.ends_on DESC, a.starts_on DESC, a.id DESC LIMIT 1))
LEFT JOIN post c ON c.post_no = coalesce(h.post_no, h.cadre_no);

-- The rows of a closing that has not ended, as they are written: a visit that was recorded by its moment counts, that of the day itself too.
CREATE VIEW closing_obligation_row AS
SELECT o.period, o.ledger_id, o.uscc, o.enterprise, o.town, o.village, o.level, o.sector, o.risk_grade, o.canteen, o.on_site_required,
    o.cadre_no, o.cadre, o.tier, o.owed_by_kind, o.owed_by,
    CASE WHEN o.owed_by IS NULL THEN 'unassigned'
        WHEN o.met_on <= o.ends_on THEN 'done'
        WHEN o.met_on <= o.closed_on THEN 'late'
        WHEN o.on_site_required AND o.visited_on IS NOT NULL THEN 'wrong_mode'
        ELSE 'overdue' END AS status,
    iif(o.met_on <= o.closed_on, o.met_on, NULL) AS met_on, o.visited_on,
    (SELECT count(*) FROM visit v WHERE v.uscc = o.uscc AND v.visited_on BETWEEN o.starts_on AND o.ends_on AND v.id <= o.last_visit_id) AS visits
FROM running_obligation o
WHERE o.closed_on IS NOT NULL AND o.finished_at IS NULL AND o.ledger_id <= o.last_ledger_id;

-- What the policy says of a period: by the value that holds on its first day. A level whose number of visits is not set, or that is not
-- known, owes one a quarter.
CREATE VIEW visit_period_rule AS
WITH said AS (
    SELECT q.period, q.kind, q.starts_on, p.name, p.value ->> '$' AS value, f.kind AS frequency
    FROM visit_period q
    JOIN policy_ledger p ON p.valid_from <= q.starts_on AND (p.valid_before IS NULL OR q.starts_on < p.valid_before)
    LEFT JOIN visit_frequency f ON p.name GLOB 'visits_a_year_level_?' AND f.visits_a_year = p.value ->> '$'
    WHERE p.name GLOB 'visits_a_year_level_?' OR p.name GLOB 'visit_on_site_*' OR p.name = 'obligations_from')
SELECT q.period,
    coalesce(max(s.name = 'obligations_from' AND q.starts_on >= s.value), 0) AS is_from,
    coalesce(max(CASE s.name WHEN 'visits_a_year_level_a' THEN s.frequency = q.kind END), q.kind = 'quarter') AS level_a,
    coalesce(max(CASE s.name WHEN 'visits_a_year_level_b' THEN s.frequency = q.kind END), q.kind = 'quarter') AS level_b,
    coalesce(max(CASE s.name WHEN 'visits_a_year_level_c' THEN s.frequency = q.kind END), q.kind = 'quarter') AS level_c,
    coalesce(max(CASE s.name WHEN 'visits_a_year_level_d' THEN s.frequency = q.kind END), q.kind = 'quarter') AS level_d,
    q.kind = 'quarter' AS level_none,
    coalesce(max(CASE s.name WHEN 'visit_on_site_grade_d' THEN s.value <> 0 END), 1) AS on_site_grade_d,
    coalesce(max(CASE s.name WHEN 'visit_on_site_grade_c_maker' THEN s.value <> 0 END), 0) AS on_site_grade_c_maker,
    coalesce(max(CASE s.name WHEN 'visit_on_site_canteen' THEN s.value <> 0 END), 1) AS on_site_canteen,
    coalesce(max(CASE s.name WHEN 'visit_on_site_central_kitchen' THEN s.value <> 0 END), 0) AS on_site_central_kitchen,
    coalesce(max(CASE s.name WHEN 'visit_on_site_elderly_canteen' THEN s.value <> 0 END), 0) AS on_site_elderly_canteen,
    coalesce(max(CASE s.name WHEN 'visit_on_site_group_meals' THEN s.value <> 0 END), 0) AS on_site_group_meals,
    coalesce(max(CASE s.name WHEN 'visit_on_site_special_food_maker' THEN s.value <> 0 END), 0) AS on_site_special_food_maker
FROM visit_period q LEFT JOIN said s ON s.period = q.period
GROUP BY q.period;

-- Which visits must be on site (001 §三.2): of each business in business and each period, by the set that the policy names for it. Licences that
-- were held in the period are looked at only where the policy goes by them; a CASE asks no further than it must, which an OR does not promise.
CREATE VIEW enterprise_period AS
SELECT q.period, q.name AS period_name, q.previous, q.starts_on, q.ends_on, q.is_counted, q.level_a, q.level_b, q.level_c, q.level_d, q.level_none,
    e.ledger_id, e.uscc, e.name AS enterprise, e.town, e.village, e.level, e.sector, e.risk_grade, e.canteen, e.founded_on,
    CASE WHEN (e.risk_grade IS 'D' AND q.on_site_grade_d) OR (e.canteen AND q.on_site_canteen)
        OR (e.risk_grade IS 'C' AND e.sector IS 'production' AND q.on_site_grade_c_maker) THEN 1
    WHEN q.on_site_central_kitchen OR q.on_site_elderly_canteen OR q.on_site_group_meals OR q.on_site_special_food_maker THEN EXISTS (
        SELECT 1 FROM enterprise_permit_at_hand h
        WHERE h.uscc = e.uscc AND (h.valid_from IS NULL OR h.valid_from <= q.ends_on) AND (h.valid_until IS NULL OR h.valid_until >= q.starts_on)
            AND EXISTS (SELECT 1 FROM on_site_mark m
                WHERE m.permit_kind = h.kind
                    AND CASE m.policy WHEN 'visit_on_site_central_kitchen' THEN q.on_site_central_kitchen
                        WHEN 'visit_on_site_elderly_canteen' THEN q.on_site_elderly_canteen
                        WHEN 'visit_on_site_group_meals' THEN q.on_site_group_meals
                        WHEN 'visit_on_site_special_food_maker' THEN q.on_site_special_food_maker END
                    AND CASE m.stands_in WHEN 'number' THEN h.number ELSE h.covers END GLOB m.pattern
                    AND NOT (CASE m.stands_in WHEN 'number' THEN h.number ELSE h.covers END GLOB m.unless)))
    ELSE 0 END AS on_site_required
FROM visit_period q
CROSS JOIN enterprise_in_business e;

-- Which businesses owe a visit for which period (001 §三.2): those in business that were founded before it, by the frequency of their level.
-- Who was closed (停业) for more than half of the period owes nothing for it.
CREATE VIEW visit_duty AS
SELECT q.period, q.period_name, q.previous, q.starts_on, q.ends_on, q.ledger_id, q.uscc, q.enterprise, q.town, q.village, q.level, q.sector,
    q.risk_grade, q.canteen, q.on_site_required
FROM enterprise_period q
WHERE q.is_counted AND (q.founded_on IS NULL OR q.founded_on < q.starts_on)
    AND CASE q.level WHEN 'A' THEN q.level_a WHEN 'B' THEN q.level_b WHEN 'C' THEN q.level_c WHEN 'D' THEN q.level_d ELSE q.level_none END
    AND ((SELECT NOT EXISTS (SELECT 1 FROM enterprise_suspended))
        OR NOT EXISTS (SELECT 1 FROM enterprise_suspended s WHERE s.uscc = q.uscc AND s.starts_on <= q.ends_on AND s.ends_on >= q.starts_on)
        OR 2 * (SELECT count(*) FROM calendar_day d WHERE d.date BETWEEN q.starts_on AND q.ends_on
            AND EXISTS (SELECT 1 FROM enterprise_suspended s WHERE s.uscc = q.uscc AND d.date BETWEEN s.starts_on AND s.ends_on))
            <= julianday(q.ends_on) - julianday(q.starts_on) + 1);

-- 应督导事项 of a period that is not closed: owed by who holds the business when the period ends; where the assignment ended within it, by
-- the town of the last holder; where nobody held it at all, by nobody. `tier` and `post_town` are those of the post that holds it. Any
-- official's visit meets it. `met_on` is the first visit that fits, in the period or after it; `visited_on` the first of any kind in the period.
-- What of this has come to pass on a day, the reader compares. While a period is being closed, visits that were recorded after its moment are
-- not seen.
CREATE VIEW unclosed_obligation AS
SELECT o.ledger_id, o.period, o.period_name, o.previous, o.starts_on, o.ends_on, o.uscc, o.enterprise, o.town, o.village, o.level, o.sector,
    o.risk_grade, o.canteen, o.on_site_required,
    iif(h.ends_on IS NULL OR h.ends_on >= o.ends_on, h.cadre_no, NULL) AS cadre_no,
    iif(h.ends_on IS NULL OR h.ends_on >= o.ends_on, c.name, NULL) AS cadre,
    iif(h.ends_on IS NULL OR h.ends_on >= o.ends_on, c.tier, NULL) AS tier,
    iif(h.ends_on IS NULL OR h.ends_on >= o.ends_on, c.town, NULL) AS post_town,
    CASE WHEN h.id IS NULL THEN NULL WHEN h.ends_on IS NULL OR h.ends_on >= o.ends_on THEN 'cadre'
        WHEN c.tier = 'district' OR coalesce(c.town, o.town) IS NULL THEN 'department' ELSE 'town' END AS owed_by_kind,
    CASE WHEN h.id IS NULL THEN NULL WHEN h.ends_on IS NULL OR h.ends_on >= o.ends_on THEN h.cadre_no
        WHEN c.tier = 'district' OR coalesce(c.town, o.town) IS NULL THEN '区食药安办' ELSE coalesce(c.town, o.town) END AS owed_by,
    (SELECT min(v.visited_on) FROM visit v
     WHERE v.uscc = o.uscc AND v.visited_on >= o.starts_on AND (p.last_visit_id IS NULL OR v.id <= p.last_visit_id)
         AND (v.mode = 'on_site' OR NOT o.on_site_required)) AS met_on,
    (SELECT min(v.visited_on) FROM visit v
     WHERE v.uscc = o.uscc AND v.visited_on BETWEEN o.starts_on AND o.ends_on AND (p.last_visit_id IS NULL OR v.id <= p.last_visit_id)) AS visited_on,
    p.closed_on, p.last_visit_id, p.last_ledger_id, p.finished_at
FROM visit_duty o
LEFT JOIN period_close p ON p.period = o.period
LEFT JOIN assignment h ON h.id = coalesce(
    (SELECT a.id FROM assignment a
     WHERE a.uscc = o.uscc AND (a.starts_on IS NULL OR a.starts_on <= o.ends_on) AND (a.ends_on IS NULL OR a.ends_on >= o.ends_on)
     ORDER BY a.starts_on DESC, a.id DESC LIMIT 1),
    (SELECT a.id FROM assignment a
     WHERE a.uscc = o.uscc AND (a.starts_on IS NULL OR a.starts_on <= o.ends_on) AND a.ends_on >= o.starts_on
     ORDER BY a.ends_on DESC, a.starts_on DESC, a.id DESC LIMIT 1))
LEFT JOIN post c ON c.post_no = coalesce(h.post_no, h.cadre_no);

-- The rows of a closing that has not ended, as they are written: a visit that was recorded by its moment counts, that of the day itself too.
CREATE VIEW obligation_to_close AS
SELECT o.period, o.ledger_id, o.uscc, o.enterprise, o.town, o.village, o.level, o.sector, o.risk_grade, o.canteen, o.on_site_required,
    o.cadre_no, o.cadre, o.tier, o.post_town, o.owed_by_kind, o.owed_by,
    CASE WHEN o.owed_by IS NULL THEN 'unassigned'
        WHEN o.met_on <= o.ends_on THEN 'done'
        WHEN o.met_on <= o.closed_on THEN 'late'
        WHEN o.on_site_required AND o.visited_on IS NOT NULL THEN 'wrong_mode'
        ELSE 'overdue' END AS status,
    iif(o.met_on <= o.closed_on, o.met_on, NULL) AS met_on, o.visited_on,
    (SELECT count(*) FROM visit v WHERE v.uscc = o.uscc AND v.visited_on BETWEEN o.starts_on AND o.ends_on AND v.id <= o.last_visit_id) AS visits
FROM unclosed_obligation o
WHERE o.closed_on IS NOT NULL AND o.finished_at IS NULL AND o.ledger_id <= o.last_ledger_id;

-- A period is closed in a moment, which this row fixes; then its obligations are written in slices, and `finished_at` is the switch from
-- which readers take them. Visits and businesses beyond the numbers that it names came later.
CREATE TABLE period_close (
    period TEXT PRIMARY KEY REFERENCES visit_period (period),
    closed_on TEXT NOT NULL,
    last_visit_id INTEGER NOT NULL,
    last_ledger_id INTEGER NOT NULL,
    -- Up to which business the slices are written
    reached INTEGER NOT NULL DEFAULT 0,
    finished_at TEXT,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER period_close_created AFTER INSERT ON period_close
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'period/' || new.period, 'created',
        json_object('closed_on', new.closed_on, 'last_visit_id', new.last_visit_id, 'last_ledger_id', new.last_ledger_id));
END;

-- The end of a closing stands in the audit.
CREATE TRIGGER period_close_finished AFTER UPDATE OF finished_at ON period_close
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'period/' || new.period, 'changed', json_object('finished_at', new.finished_at));
END;

CREATE TRIGGER period_close_is_never_changed BEFORE UPDATE ON period_close
WHEN old.finished_at IS NOT NULL OR new.period <> old.period OR new.closed_on <> old.closed_on OR new.last_visit_id <> old.last_visit_id
    OR new.last_ledger_id <> old.last_ledger_id
BEGIN SELECT RAISE(ABORT, 'a closed period stays as it was closed'); END;

CREATE TRIGGER period_close_is_never_deleted BEFORE DELETE ON period_close
BEGIN SELECT RAISE(ABORT, 'a closed period stays closed'); END;

-- 补录: visits of a closed period that fit what was not met on time, recorded after the moment of the closing.
CREATE VIEW late_entry AS
SELECT v.id AS visit_id, c.period, q.name AS period_name, c.uscc, c.enterprise, c.town, c.village, c.cadre_no AS owed_cadre_no, c.status AS closed_status,
    v.visited_on, v.cadre_no, v.mode, substr(v.changed_at, 1, 10) AS recorded_on, p.closed_on,
    a.visit_id IS v.id AS is_accepted, a.reason, a.changed_by AS accepted_by, a.changed_at AS accepted_at
FROM period_close p
CROSS JOIN visit_period q ON q.period = p.period
CROSS JOIN visit v ON v.id > p.last_visit_id AND v.visited_on BETWEEN q.starts_on AND q.ends_on
CROSS JOIN closed_obligation c ON c.uscc = v.uscc AND c.period = p.period
LEFT JOIN late_entry_acceptance a ON a.period = c.period AND a.uscc = c.uscc
WHERE p.finished_at IS NOT NULL AND c.status <> 'done' AND (v.mode = 'on_site' OR NOT c.on_site_required);

-- The last day of the closed periods: what changes hold from does not lie before it. None where nothing is closed.
CREATE VIEW closed_until AS
SELECT max(q.ends_on) AS ends_on FROM period_close p JOIN visit_period q ON q.period = p.period WHERE p.finished_at IS NOT NULL;

-- 应督导事项 of every period: as they were closed, and where they are not, as they are today. `closed_status` is null for the latter. Beside
-- what a closed row says stands what came after it: `met_since` is when it was met at last; a visit that was recorded after the closing
-- (补录) met it on the day it was recorded, or where the office takes it as on time on its own day. The CASTs give the columns of both halves the
-- same affinity, without which SQLite reads a whole period to show a page of it.
CREATE VIEW obligation_of_period AS
SELECT c.ledger_id, c.period, q.name AS period_name, q.previous, q.starts_on, q.ends_on, c.uscc, c.enterprise, c.town, c.village, c.level, c.sector,
    c.risk_grade, c.on_site_required, c.cadre_no, c.cadre, c.tier, c.owed_by_kind, c.owed_by, c.met_on, c.visited_on,
    c.status AS closed_status, p.closed_on, c.visits AS closed_visits,
    CAST(coalesce(c.met_on,
        (SELECT a.visited_on FROM late_entry_acceptance a WHERE a.period = c.period AND a.uscc = c.uscc),
        (SELECT min(iif(v.visited_on <= q.ends_on, substr(v.changed_at, 1, 10), v.visited_on)) FROM visit v
         WHERE v.uscc = c.uscc AND v.visited_on >= q.starts_on AND (v.mode = 'on_site' OR NOT c.on_site_required))) AS TEXT) AS met_since
FROM period_close p
CROSS JOIN visit_period q ON q.period = p.period
CROSS JOIN closed_obligation c ON c.period = p.period
WHERE p.finished_at IS NOT NULL
UNION ALL
SELECT o.ledger_id, o.period, o.period_name, o.previous, o.starts_on, o.ends_on, o.uscc, o.enterprise, o.town, o.village, o.level, o.sector,
    o.risk_grade, CAST(o.on_site_required AS INTEGER), CAST(o.cadre_no AS TEXT), CAST(o.cadre AS TEXT), CAST(o.tier AS TEXT),
    CAST(o.owed_by_kind AS TEXT), CAST(o.owed_by AS TEXT), CAST(o.met_on AS TEXT), CAST(o.visited_on AS TEXT),
    CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS INTEGER), CAST(o.met_on AS TEXT)
FROM running_obligation o
WHERE NOT EXISTS (SELECT 1 FROM period_close f WHERE f.period = o.period AND f.finished_at IS NOT NULL);

-- With the deadline that came before it in the same matter: who misses two running is called in at once. Who owes a closed obligation is who
-- owed it in the moment of the closing. A business that is no more cannot be visited: what was not met by then is no longer owed.
CREATE VIEW visit_owed_term AS
SELECT 'visit' AS rule, 'visit/' || o.uscc || '/' || o.period AS "key", o.enterprise || '：' || o.period_name || '督导' AS subject,
    o.owed_by_kind, o.owed_by, o.town, o.ends_on AS due_on, o.met_since AS met_on,
    json_object('uscc', o.uscc, 'enterprise', o.enterprise, 'period', o.period, 'on_site_required', json(iif(o.on_site_required, 'true', 'false')),
        'visited_on', o.visited_on, 'previous', 'visit/' || o.uscc || '/' || o.previous) AS evidence
FROM obligation_of_period o
WHERE o.owed_by IS NOT NULL
    AND (o.closed_status IS NULL OR o.met_on IS NOT NULL OR EXISTS (SELECT 1 FROM enterprise_in_business e WHERE e.uscc = o.uscc));

-- 应督导事项 of every period: as they were closed, and where they are not, as they are today. `closed_status` is null for the latter. Beside
-- what a closed row says stands what came after it: `met_since` is when it was met at last; a visit that was recorded after the closing
-- (补录) met it on the day it was recorded, or where the office takes it as on time on its own day. The CASTs give the columns of both halves the
-- same affinity, without which SQLite reads a whole period to show a page of it.
CREATE VIEW obligation_record AS
SELECT c.ledger_id, c.period, q.name AS period_name, q.previous, q.starts_on, q.ends_on, c.uscc, c.enterprise, c.town, c.village, c.level, c.sector,
    c.risk_grade, c.on_site_required, c.cadre_no, c.cadre, c.tier, c.post_town, c.owed_by_kind, c.owed_by, c.met_on, c.visited_on,
    c.status AS closed_status, p.closed_on, c.visits AS closed_visits,
    CAST(coalesce(c.met_on,
        (SELECT a.visited_on FROM late_entry_acceptance a WHERE a.period = c.period AND a.uscc = c.uscc),
        (SELECT min(iif(v.visited_on <= q.ends_on, substr(v.changed_at, 1, 10), v.visited_on)) FROM visit v
         WHERE v.uscc = c.uscc AND v.visited_on >= q.starts_on AND (v.mode = 'on_site' OR NOT c.on_site_required))) AS TEXT) AS met_since
FROM period_close p
CROSS JOIN visit_period q ON q.period = p.period
CROSS JOIN closed_obligation c ON c.period = p.period
WHERE p.finished_at IS NOT NULL
UNION ALL
SELECT o.ledger_id, o.period, o.period_name, o.previous, o.starts_on, o.ends_on, o.uscc, o.enterprise, o.town, o.village, o.level, o.sector,
    o.risk_grade, CAST(o.on_site_required AS INTEGER), CAST(o.cadre_no AS TEXT), CAST(o.cadre AS TEXT), CAST(o.tier AS TEXT),
    CAST(o.post_town AS TEXT), CAST(o.owed_by_kind AS TEXT), CAST(o.owed_by AS TEXT), CAST(o.met_on AS TEXT), CAST(o.visited_on AS TEXT),
    CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS INTEGER), CAST(o.met_on AS TEXT)
FROM unclosed_obligation o
WHERE NOT EXISTS (SELECT 1 FROM period_close f WHERE f.period = o.period AND f.finished_at IS NOT NULL);

-- With the deadline that came before it in the same matter: who misses two running is called in at once. Who owes a closed obligation is who
-- owed it in the moment of the closing. A business that is no more cannot be visited: what was not met by then is no longer owed.
CREATE VIEW visit_deadline AS
SELECT 'visit' AS rule, 'visit/' || o.uscc || '/' || o.period AS "key", o.enterprise || '：' || o.period_name || '督导' AS subject,
    o.owed_by_kind, o.owed_by, o.town, o.ends_on AS due_on, o.met_since AS met_on,
    json_object('uscc', o.uscc, 'enterprise', o.enterprise, 'period', o.period, 'on_site_required', json(iif(o.on_site_required, 'true', 'false')),
        'visited_on', o.visited_on, 'tier', o.tier, 'post_town', o.post_town, 'previous', 'visit/' || o.uscc || '/' || o.previous) AS evidence
FROM obligation_record o
WHERE o.owed_by IS NOT NULL
    AND (o.closed_status IS NULL OR o.met_on IS NOT NULL OR EXISTS (SELECT 1 FROM enterprise_in_business e WHERE e.uscc = o.uscc));

-- How often the policy about visits was set: each time the periods are brought up to it, those that are closed excepted.
CREATE TABLE visit_policy_version (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
) STRICT;

INSERT INTO visit_policy_version (id, version) VALUES
    (1, 5);

-- The one place where the periods take over what the policy says.
CREATE TRIGGER visit_policy_sets_periods AFTER UPDATE ON visit_policy_version
BEGIN
    UPDATE visit_period SET is_counted = p.is_from AND (p.level_a OR p.level_b OR p.level_c OR p.level_d OR p.level_none),
        level_a = p.level_a, level_b = p.level_b, level_c = p.level_c, level_d = p.level_d, level_none = p.level_none,
        on_site_grade_d = p.on_site_grade_d, on_site_grade_c_maker = p.on_site_grade_c_maker, on_site_canteen = p.on_site_canteen,
        on_site_central_kitchen = p.on_site_central_kitchen, on_site_elderly_canteen = p.on_site_elderly_canteen,
        on_site_group_meals = p.on_site_group_meals, on_site_special_food_maker = p.on_site_special_food_maker
    FROM visit_period_rule p
    WHERE p.period = visit_period.period AND NOT EXISTS (SELECT 1 FROM period_close c WHERE c.period = visit_period.period);
END;

-- 应督导事项 of a closed period, as it was in the moment of the closing: one row an obligation, which nothing rewrites.
CREATE TABLE closed_obligation (
    period TEXT NOT NULL REFERENCES period_close (period),
    ledger_id INTEGER NOT NULL,
    uscc TEXT NOT NULL,
    enterprise TEXT NOT NULL,
    town TEXT,
    village TEXT,
    level TEXT,
    sector TEXT,
    risk_grade TEXT,
    canteen INTEGER NOT NULL,
    on_site_required INTEGER NOT NULL,
    -- Who held the business when the period ended
    cadre_no TEXT,
    cadre TEXT,
    tier TEXT,
    owed_by_kind TEXT,
    owed_by TEXT,
    status TEXT NOT NULL,
    -- The first visit that fits and the first of any kind in the period, of those recorded by the moment
    met_on TEXT,
    visited_on TEXT,
    visits INTEGER NOT NULL,
    -- The town of the post that held the business; what was closed by the release before does not have it.
    post_town TEXT,
    PRIMARY KEY (period, ledger_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX closed_obligation_once ON closed_obligation (uscc, period);

CREATE INDEX closed_obligation_cadre ON closed_obligation (cadre_no, period);

-- What is still to be met.
CREATE INDEX closed_obligation_unmet ON closed_obligation (period, status) WHERE status IN ('overdue', 'wrong_mode');

CREATE TRIGGER closed_obligation_is_never_changed BEFORE UPDATE ON closed_obligation
BEGIN SELECT RAISE(ABORT, 'a closed obligation stays as it was'); END;

CREATE TRIGGER closed_obligation_is_never_deleted BEFORE DELETE ON closed_obligation
BEGIN SELECT RAISE(ABORT, 'a closed obligation stays as it was'); END;

-- No row comes into a period whose closing has ended.
CREATE TRIGGER closed_obligation_comes_with_its_closing BEFORE INSERT ON closed_obligation
WHEN NOT EXISTS (SELECT 1 FROM period_close c WHERE c.period = new.period AND c.finished_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'a closed period stays as it was closed'); END;

-- The businesses that something reached between the moment of a closing and its slices: what they owed is written before it changes, and the
-- slices pass them over. Thus a closing that was cut off and goes on later comes to the same rows.
CREATE TABLE closing_kept (
    period TEXT NOT NULL REFERENCES period_close (period),
    uscc TEXT NOT NULL,
    PRIMARY KEY (period, uscc)
) STRICT, WITHOUT ROWID;

-- What such a business owes is written before it changes.
CREATE TRIGGER closing_kept_is_written AFTER INSERT ON closing_kept
BEGIN
    INSERT INTO closed_obligation (period, ledger_id, uscc, enterprise, town, village, level, sector, risk_grade, canteen, on_site_required,
        cadre_no, cadre, tier, post_town, owed_by_kind, owed_by, status, met_on, visited_on, visits)
    SELECT o.period, o.ledger_id, o.uscc, o.enterprise, o.town, o.village, o.level, o.sector, o.risk_grade, o.canteen, o.on_site_required,
        o.cadre_no, o.cadre, o.tier, o.post_town, o.owed_by_kind, o.owed_by, o.status, o.met_on, o.visited_on, o.visits
    FROM obligation_to_close o WHERE o.period = new.period AND o.uscc = new.uscc
    ON CONFLICT (period, ledger_id) DO NOTHING;
END;

-- 补录 that the office takes as on time, with its reason: a row beside the closed one, which stays as it was.
CREATE TABLE late_entry_acceptance (
    period TEXT NOT NULL,
    uscc TEXT NOT NULL,
    visit_id INTEGER NOT NULL REFERENCES visit (id),
    visited_on TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason <> ''),
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (period, uscc)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER late_entry_acceptance_created AFTER INSERT ON late_entry_acceptance
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'obligation/' || new.uscc || '/' || new.period, 'changed',
        json_object('accepted_visit', new.visit_id, 'visited_on', new.visited_on, 'reason', new.reason));
END;

CREATE TRIGGER late_entry_acceptance_is_never_changed BEFORE UPDATE ON late_entry_acceptance
BEGIN SELECT RAISE(ABORT, 'what the office accepted stays as it was said'); END;

CREATE TRIGGER late_entry_acceptance_is_never_deleted BEFORE DELETE ON late_entry_acceptance
BEGIN SELECT RAISE(ABORT, 'what the office accepted stays as it was said'); END;

-- What a visit looks at, by sector (000 §二): the office changes it. The source names ten points of production, seven of distribution and
-- fourteen of catering; what it does not name stands here only when the office has entered it.
CREATE TABLE visit_point (
    sector TEXT NOT NULL,
    point TEXT NOT NULL CHECK (point <> ''),
    -- Points stand on the form in this order
    place INTEGER NOT NULL,
    revoked_on TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (sector, point)
) STRICT;

INSERT INTO visit_point (sector, point, place, revoked_on, version, changed_by, changed_at) VALUES
    ('catering', '专间专区', 10, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('catering', '人员管理', 4, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('catering', '供餐配送', 12, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('catering', '岗位责任', 1, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('catering', '清洗切配', 8, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('catering', '烹饪加工', 9, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('catering', '环境卫生', 14, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('catering', '设施设备', 5, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('catering', '诚信自律', 2, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('catering', '质控管理', 3, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('catering', '采购运输', 6, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('catering', '食品留样', 11, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('catering', '食品贮存', 7, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('catering', '餐具洗消', 13, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('distribution', '人员管理', 3, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('distribution', '制度落实', 2, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('distribution', '标识管理', 7, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('distribution', '设备设施', 4, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('distribution', '证照管理', 1, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('distribution', '贮存管理', 6, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('distribution', '进货查验', 5, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('production', '事故处置', 10, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('production', '产品检验', 5, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('production', '产品追溯', 8, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('production', '人员管理', 7, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('production', '召回管理', 9, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('production', '条件保持', 2, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('production', '规范标识', 6, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('production', '资质管理', 1, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('production', '过程控制', 4, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00'),
    ('production', '进货查验', 3, NULL, 1, 'migration', '2026-11-27T00:00:00+08:00');

CREATE TRIGGER visit_point_created AFTER INSERT ON visit_point
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'visit-point' || '/' || new.sector || '/' || new.point, 'created', json_object('place', new.place, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER visit_point_changed AFTER UPDATE ON visit_point
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (new.changed_at, new.changed_by, 'visit-point' || '/' || new.sector || '/' || new.point, 'changed', json_object('place', old.place, 'revoked_on', old.revoked_on), json_object('place', new.place, 'revoked_on', new.revoked_on));
END;

CREATE TRIGGER visit_point_is_never_deleted BEFORE DELETE ON visit_point
BEGIN SELECT RAISE(ABORT, 'a record of visit-point is taken back, never deleted'); END;

-- Where an official was at a visit, where they allowed it: for the office alone, to a hundred metres, for some months. It stands in no export,
-- and not in the audit, which is kept longer.
CREATE TABLE visit_position (
    visit_id INTEGER PRIMARY KEY REFERENCES visit (id),
    -- Thousandths of a degree
    latitude INTEGER NOT NULL CHECK (latitude BETWEEN -90000 AND 90000),
    longitude INTEGER NOT NULL CHECK (longitude BETWEEN -180000 AND 180000),
    -- The last day on which it is shown
    kept_until TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX visit_position_kept ON visit_position (kept_until);

CREATE TRIGGER visit_position_is_never_changed BEFORE UPDATE ON visit_position
BEGIN SELECT RAISE(ABORT, 'the position of a visit stays as it was'); END;

-- Whoever records the next one clears away what is kept no longer.
CREATE TRIGGER visit_position_clears_away AFTER INSERT ON visit_position
BEGIN
    DELETE FROM visit_position WHERE kept_until < substr(new.changed_at, 1, 10);
END;

-- 岗位: what an official is appointed to, from when and until when. One may hold several; 包保关系 hang on one of them. Its number is given
-- once: the official's own for the first, and with ~2, ~3 behind it for further ones. Name and telephone are the official's, the same in all of them.
CREATE TABLE post (
    post_no TEXT PRIMARY KEY,
    cadre_no TEXT NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    phone TEXT,
    -- 职务
    title TEXT,
    -- 包保干部 owe visits; 协管员 and 联络员 do not.
    duty TEXT NOT NULL DEFAULT 'cadre',
    -- 分管领域
    fields TEXT,
    tier TEXT NOT NULL,
    town TEXT,
    village TEXT,
    starts_on TEXT,
    ends_on TEXT,
    -- The post that this one follows (调动).
    replaces TEXT REFERENCES post (post_no),
    -- Why the office dated its first or last day back into a closed period.
    backdated_reason TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX post_cadre ON post (cadre_no);

CREATE INDEX post_phone ON post (phone) WHERE phone IS NOT NULL;

CREATE INDEX post_name ON post (name);

CREATE TRIGGER post_changed AFTER UPDATE ON post
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'post/' || new.post_no, 'changed',
        json_object('name', old.name, 'phone', old.phone, 'title', old.title, 'duty', old.duty, 'fields', old.fields, 'tier', old.tier,
            'town', old.town, 'village', old.village, 'starts_on', old.starts_on, 'ends_on', old.ends_on, 'backdated_reason', old.backdated_reason),
        json_object('name', new.name, 'phone', new.phone, 'title', new.title, 'duty', new.duty, 'fields', new.fields, 'tier', new.tier,
            'town', new.town, 'village', new.village, 'starts_on', new.starts_on, 'ends_on', new.ends_on, 'backdated_reason', new.backdated_reason));
END;

CREATE TRIGGER post_is_never_deleted BEFORE DELETE ON post
BEGIN SELECT RAISE(ABORT, 'posts end, and are never deleted'); END;

-- An official of the roster is who holds a post: the row of the official follows.
CREATE TRIGGER post_names_official AFTER INSERT ON post
BEGIN
    INSERT INTO cadre (cadre_no, name, title, tier, town, phone, left_on, changed_by, changed_at)
    SELECT new.cadre_no, new.name, new.title, new.tier, new.town, new.phone, new.ends_on, new.changed_by, new.changed_at WHERE true ON CONFLICT DO NOTHING;
    UPDATE post SET ends_on = date(new.starts_on, '-1 day'), version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE post_no = new.replaces AND (ends_on IS NULL OR ends_on >= new.starts_on);
    UPDATE post SET name = new.name, phone = coalesce(new.phone, phone), version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE cadre_no = new.cadre_no AND (name, phone) IS NOT (new.name, coalesce(new.phone, phone));
    UPDATE cadre SET name = m.name, phone = m.any_phone, title = m.title, tier = m.tier, town = m.town,
        version = cadre.version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    FROM main_post m
    WHERE cadre.cadre_no = new.cadre_no AND m.cadre_no = new.cadre_no
        AND (cadre.name, cadre.phone, cadre.title, cadre.tier, cadre.town) IS NOT (m.name, m.any_phone, m.title, m.tier, m.town);
    UPDATE cadre SET left_on = NULL, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE cadre_no = new.cadre_no AND left_on IS NOT NULL AND new.ends_on IS NULL;
END;

-- What changes in a post reaches the official, and name and telephone their other posts; a telephone that is not known changes none. Who holds no running post has left.
CREATE TRIGGER post_change_reaches_official AFTER UPDATE OF name, phone, title, duty, tier, town, ends_on ON post
BEGIN
    UPDATE post SET name = new.name, phone = coalesce(new.phone, phone), version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE cadre_no = new.cadre_no AND (name, phone) IS NOT (new.name, coalesce(new.phone, phone));
    UPDATE cadre SET name = m.name, phone = m.any_phone, title = m.title, tier = m.tier, town = m.town,
        version = cadre.version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    FROM main_post m
    WHERE cadre.cadre_no = new.cadre_no AND m.cadre_no = new.cadre_no
        AND (cadre.name, cadre.phone, cadre.title, cadre.tier, cadre.town) IS NOT (m.name, m.any_phone, m.title, m.tier, m.town);
    UPDATE cadre SET left_on = p.left_on, backdated_reason = coalesce(new.backdated_reason, cadre.backdated_reason),
        version = cadre.version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    FROM (SELECT iif(count(*) = count(ends_on), max(ends_on), NULL) AS left_on FROM post WHERE cadre_no = new.cadre_no) p
    WHERE cadre.cadre_no = new.cadre_no AND cadre.left_on IS NOT p.left_on;
END;

-- Nothing that hangs on a post goes on beyond its last day.
CREATE TRIGGER post_ends AFTER UPDATE OF ends_on ON post WHEN new.ends_on IS NOT NULL AND new.ends_on IS NOT old.ends_on
BEGIN
    UPDATE assignment SET ends_on = new.ends_on, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE cadre_no = new.cadre_no AND coalesce(post_no, cadre_no) = new.post_no AND (ends_on IS NULL OR ends_on > new.ends_on);
END;

-- A post in a town that nobody has named.
CREATE TRIGGER post_names_place AFTER INSERT ON post
WHEN new.town <> '' AND NOT EXISTS (SELECT 1 FROM place WHERE id = new.town)
BEGIN
    INSERT INTO place (id, kind, name, confirmed, today, changed_by, changed_at)
    SELECT new.town, 'town', new.town, 0, new.town, new.changed_by, new.changed_at WHERE true ON CONFLICT DO NOTHING;
END;

-- The same where a roster gives a post another town.
CREATE TRIGGER post_names_another_place AFTER UPDATE OF town ON post
WHEN new.town <> '' AND NOT EXISTS (SELECT 1 FROM place WHERE id = new.town)
BEGIN
    INSERT INTO place (id, kind, name, confirmed, today, changed_by, changed_at)
    SELECT new.town, 'town', new.town, 0, new.town, new.changed_by, new.changed_at WHERE true ON CONFLICT DO NOTHING;
END;

-- A post has another name, tier or town while a period is being closed.
CREATE TRIGGER post_changes_while_closing BEFORE UPDATE OF name, tier, town ON post
WHEN EXISTS (SELECT 1 FROM period_close WHERE finished_at IS NULL)
BEGIN
    INSERT INTO closing_kept (period, uscc)
    SELECT DISTINCT c.period, a.uscc FROM period_close c CROSS JOIN assignment a WHERE c.finished_at IS NULL AND a.cadre_no = old.cadre_no
    ON CONFLICT (period, uscc) DO NOTHING;
END;

-- Posts that were made of officials stand in the audit as these.
CREATE TRIGGER post_created AFTER INSERT ON post
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'post/' || new.post_no, 'created',
        json_object('cadre_no', new.cadre_no, 'name', new.name, 'phone', new.phone, 'title', new.title, 'duty', new.duty, 'fields', new.fields, 'tier', new.tier,
            'town', new.town, 'village', new.village, 'starts_on', new.starts_on, 'ends_on', new.ends_on, 'replaces', new.replaces,
            'backdated_reason', new.backdated_reason));
END;

-- The post of each official that stands for them where only one can: of the running ones that owe visits the first.
CREATE VIEW main_post AS
SELECT post_no, cadre_no, name, phone, any_phone, title, tier, town FROM (
    SELECT p.*, max(p.phone) OVER (PARTITION BY p.cadre_no) AS any_phone, row_number() OVER (PARTITION BY p.cadre_no ORDER BY p.ends_on IS NOT NULL, p.duty <> 'cadre', p.ends_on DESC, p.rowid) AS place FROM post p)
WHERE place = 1;

-- 提级包保 that a town asks for (001 §三.1): a business to an official of a higher tier than its level asks for, or to one of the district. The
-- office approves it, and only then is there an assignment.
CREATE TABLE lift_request (
    id INTEGER PRIMARY KEY,
    uscc TEXT NOT NULL,
    post_no TEXT NOT NULL REFERENCES post (post_no),
    starts_on TEXT NOT NULL,
    -- The assignment that it would follow.
    replaces INTEGER REFERENCES assignment (id),
    reason TEXT NOT NULL CHECK (reason <> ''),
    asked_by TEXT NOT NULL,
    asked_on TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'asked',
    -- Why the office refuses it.
    answer TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

-- Asked twice it is one.
CREATE UNIQUE INDEX lift_request_once ON lift_request (uscc, post_no) WHERE status = 'asked';

CREATE INDEX lift_request_open ON lift_request (status, id);

CREATE TRIGGER lift_request_created AFTER INSERT ON lift_request
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'lift-request/' || new.id, 'created',
        json_object('uscc', new.uscc, 'post_no', new.post_no, 'starts_on', new.starts_on, 'reason', new.reason));
END;

CREATE TRIGGER lift_request_changed AFTER UPDATE ON lift_request
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'lift-request/' || new.id, 'changed',
        json_object('status', old.status, 'reason', old.reason, 'starts_on', old.starts_on),
        json_object('status', new.status, 'reason', new.reason, 'starts_on', new.starts_on, 'answer', new.answer));
END;

CREATE TRIGGER lift_request_is_never_deleted BEFORE DELETE ON lift_request
BEGIN SELECT RAISE(ABORT, 'requests are answered, and never deleted'); END;

-- What is answered stays answered.
CREATE TRIGGER lift_request_is_answered_once BEFORE UPDATE ON lift_request WHEN old.status <> 'asked'
BEGIN SELECT RAISE(ABORT, 'a request is answered once'); END;

-- What the office approves is an assignment, with the reason of the town.
CREATE TRIGGER lift_request_approved AFTER UPDATE OF status ON lift_request WHEN new.status = 'approved'
BEGIN
    INSERT INTO assignment (uscc, cadre_no, post_no, starts_on, replaces, lifted_reason, changed_by, changed_at)
    SELECT new.uscc, p.cadre_no, p.post_no, new.starts_on, new.replaces, new.reason, new.changed_by, new.changed_at
    FROM post p WHERE p.post_no = new.post_no ON CONFLICT DO NOTHING;
END;

-- Each request with its business and the official who is asked for.
CREATE VIEW lift_request_ledger AS
SELECT r.id, r.uscc, e.name AS enterprise, e.town, e.level, r.post_no, p.cadre_no, p.name AS cadre, p.title, p.tier, p.starts_on AS post_starts_on,
    p.ends_on AS post_ends_on,
    r.starts_on, r.replaces, r.reason, r.asked_by, r.asked_on, r.status, r.answer, r.version
FROM lift_request r
JOIN post p ON p.post_no = r.post_no
JOIN enterprise_ledger e ON e.uscc = r.uscc;

-- What waits for the office.
CREATE VIEW task_lift_request AS
SELECT 'office' AS role, NULL AS town, NULL AS account, NULL AS cadre_no, NULL AS except_account, 'lift_request' AS what,
    '等待批准的提级包保' AS title, '/supervision/lift-requests?status=asked' AS path, NULL AS waits_from, NULL AS oldest_due, count(*) AS "count"
FROM lift_request WHERE status = 'asked';

-- What the person of a business signed on the screen at a visit, with the name that was given: sealed, so that it opens under its own visit
-- alone. It stands in no list, export or audit.
CREATE TABLE visit_signature (
    visit_id INTEGER PRIMARY KEY REFERENCES visit (id),
    sealed BLOB NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

-- Of a signature the audit says that it is there, and nothing else.
CREATE TRIGGER visit_signature_created AFTER INSERT ON visit_signature
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'visit/' || new.visit_id, 'changed', json_object('signed', '有'));
END;

CREATE TRIGGER visit_signature_is_never_changed BEFORE UPDATE ON visit_signature
BEGIN SELECT RAISE(ABORT, 'what was signed stays as it was'); END;

CREATE TRIGGER visit_signature_is_never_deleted BEFORE DELETE ON visit_signature
BEGIN SELECT RAISE(ABORT, 'what was signed is never deleted'); END;

-- A visit with its signature: both are written by one statement.
CREATE VIEW signed_visit AS
SELECT v.visited_on, v.cadre_no, v.uscc, v.mode, v.result, v.result_text, v.problems_found, v.note, v.checked, v.problems, v.changed_by, v.changed_at,
    s.sealed AS signature
FROM visit_signature s JOIN visit v ON v.id = s.visit_id;

-- Sent again, the visit is there already, and has the signature that it was sent with first.
CREATE TRIGGER visit_is_signed INSTEAD OF INSERT ON signed_visit
BEGIN
    INSERT INTO visit (visited_on, cadre_no, uscc, mode, result, result_text, problems_found, note, checked, problems, changed_by, changed_at)
    VALUES (new.visited_on, new.cadre_no, new.uscc, new.mode, new.result, new.result_text, new.problems_found, new.note, new.checked, new.problems,
        new.changed_by, new.changed_at)
    ON CONFLICT DO NOTHING;
    INSERT INTO visit_signature (visit_id, sealed, changed_by, changed_at)
    SELECT v.id, new.signature, new.changed_by, new.changed_at FROM visit v
    WHERE v.uscc = new.uscc AND v.visited_on = new.visited_on AND v.cadre_no = new.cadre_no AND v.mode = new.mode
        AND v.result_text = new.result_text AND v.problems_found = new.problems_found AND v.note = new.note
    ON CONFLICT (visit_id) DO NOTHING;
END;

-- By which words a licence marks a business whose visits the policy may ask on site. The number of a production licence begins with the category of
-- food: SC127 保健食品, SC128 特殊医学用途配方食品, SC129 婴幼儿配方食品.
CREATE TABLE on_site_mark (
    -- The value of the policy that asks for it
    policy TEXT NOT NULL,
    permit_kind TEXT NOT NULL,
    -- Where the words stand: in the `number`, or in what the permit `covers`
    stands_in TEXT NOT NULL,
    -- As GLOB reads it
    pattern TEXT NOT NULL,
    -- Words that say the contrary
    unless TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (policy, permit_kind, stands_in, pattern)
) STRICT, WITHOUT ROWID;

INSERT INTO on_site_mark (policy, permit_kind, stands_in, pattern, unless) VALUES
    ('visit_on_site_central_kitchen', 'business_license', 'covers', '*中央厨房*', '*不含*中央厨房*'),
    ('visit_on_site_elderly_canteen', 'business_license', 'covers', '*养老*食堂*', '*不含*养老*食堂*'),
    ('visit_on_site_elderly_canteen', 'business_license', 'covers', '*食堂*养老*', '*不含*养老*'),
    ('visit_on_site_group_meals', 'business_license', 'covers', '*集体用餐配送*', '*不含*集体用餐配送*'),
    ('visit_on_site_special_food_maker', 'production_license', 'covers', '*保健食品*', '*不含*保健食品*'),
    ('visit_on_site_special_food_maker', 'production_license', 'covers', '*婴幼儿配方*', '*不含*婴幼儿配方*'),
    ('visit_on_site_special_food_maker', 'production_license', 'covers', '*特殊医学用途*', '*不含*特殊医学用途*'),
    ('visit_on_site_special_food_maker', 'production_license', 'number', 'SC127*', ''),
    ('visit_on_site_special_food_maker', 'production_license', 'number', 'SC128*', ''),
    ('visit_on_site_special_food_maker', 'production_license', 'number', 'SC129*', '');
