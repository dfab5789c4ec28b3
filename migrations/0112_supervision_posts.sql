-- 岗位: what an official is appointed to, from when and until when. One may hold several; 包保关系 hang on one of them. Its number is given
-- once: the official's own for the first, and with ~2, ~3 behind it for further ones. Name and telephone are the official's, the same in all of them.
CREATE TABLE IF NOT EXISTS post (
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

CREATE INDEX IF NOT EXISTS post_cadre ON post (cadre_no);

CREATE INDEX IF NOT EXISTS post_phone ON post (phone) WHERE phone IS NOT NULL;

CREATE INDEX IF NOT EXISTS post_name ON post (name);

-- The post on which an assignment hangs; null: the official's first.
ALTER TABLE assignment ADD COLUMN post_no TEXT REFERENCES post (post_no);

-- The post of each official that stands for them where only one can: of the running ones that owe visits the first.
CREATE VIEW IF NOT EXISTS main_post AS
SELECT post_no, cadre_no, name, phone, any_phone, title, tier, town FROM (
    SELECT p.*, max(p.phone) OVER (PARTITION BY p.cadre_no) AS any_phone, row_number() OVER (PARTITION BY p.cadre_no ORDER BY p.ends_on IS NOT NULL, p.duty <> 'cadre', p.ends_on DESC, p.rowid) AS place FROM post p)
WHERE place = 1;

CREATE TRIGGER IF NOT EXISTS post_changed AFTER UPDATE ON post
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'post/' || new.post_no, 'changed',
        json_object('name', old.name, 'phone', old.phone, 'title', old.title, 'duty', old.duty, 'fields', old.fields, 'tier', old.tier,
            'town', old.town, 'village', old.village, 'starts_on', old.starts_on, 'ends_on', old.ends_on, 'backdated_reason', old.backdated_reason),
        json_object('name', new.name, 'phone', new.phone, 'title', new.title, 'duty', new.duty, 'fields', new.fields, 'tier', new.tier,
            'town', new.town, 'village', new.village, 'starts_on', new.starts_on, 'ends_on', new.ends_on, 'backdated_reason', new.backdated_reason));
END;

CREATE TRIGGER IF NOT EXISTS post_is_never_deleted BEFORE DELETE ON post
BEGIN SELECT RAISE(ABORT, 'posts end, and are never deleted'); END;

-- An official of the roster is who holds a post: the row of the official follows.
CREATE TRIGGER IF NOT EXISTS post_names_official AFTER INSERT ON post
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
CREATE TRIGGER IF NOT EXISTS post_change_reaches_official AFTER UPDATE OF name, phone, title, duty, tier, town, ends_on ON post
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
CREATE TRIGGER IF NOT EXISTS post_ends AFTER UPDATE OF ends_on ON post WHEN new.ends_on IS NOT NULL AND new.ends_on IS NOT old.ends_on
BEGIN
    UPDATE assignment SET ends_on = new.ends_on, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE cadre_no = new.cadre_no AND coalesce(post_no, cadre_no) = new.post_no AND (ends_on IS NULL OR ends_on > new.ends_on);
END;

-- A post in a town that nobody has named.
CREATE TRIGGER IF NOT EXISTS post_names_place AFTER INSERT ON post
WHEN new.town <> '' AND NOT EXISTS (SELECT 1 FROM place WHERE id = new.town)
BEGIN
    INSERT INTO place (id, kind, name, confirmed, today, changed_by, changed_at)
    SELECT new.town, 'town', new.town, 0, new.town, new.changed_by, new.changed_at WHERE true ON CONFLICT DO NOTHING;
END;

-- The same where a roster gives a post another town.
CREATE TRIGGER IF NOT EXISTS post_names_another_place AFTER UPDATE OF town ON post
WHEN new.town <> '' AND NOT EXISTS (SELECT 1 FROM place WHERE id = new.town)
BEGIN
    INSERT INTO place (id, kind, name, confirmed, today, changed_by, changed_at)
    SELECT new.town, 'town', new.town, 0, new.town, new.changed_by, new.changed_at WHERE true ON CONFLICT DO NOTHING;
END;

-- A post has another name, tier or town while a period is being closed.
CREATE TRIGGER IF NOT EXISTS post_changes_while_closing BEFORE UPDATE OF name, tier, town ON post
WHEN EXISTS (SELECT 1 FROM period_close WHERE finished_at IS NULL)
BEGIN
    INSERT INTO closing_kept (period, uscc)
    SELECT DISTINCT c.period, a.uscc FROM period_close c CROSS JOIN assignment a WHERE c.finished_at IS NULL AND a.cadre_no = old.cadre_no
    ON CONFLICT (period, uscc) DO NOTHING;
END;

-- Who has left, and when, for the accounts.
CREATE VIEW IF NOT EXISTS cadre_left AS
SELECT cadre_no, left_on FROM cadre WHERE left_on IS NOT NULL;

-- An official whom an instance of the release before writes holds the post that it says.
CREATE TRIGGER IF NOT EXISTS cadre_brings_post AFTER INSERT ON cadre
WHEN NOT EXISTS (SELECT 1 FROM post WHERE cadre_no = new.cadre_no)
BEGIN
    INSERT INTO post (post_no, cadre_no, name, phone, title, tier, town, ends_on, changed_by, changed_at)
    VALUES (new.cadre_no, new.cadre_no, new.name, new.phone, new.title, new.tier, new.town, new.left_on, new.changed_by, new.changed_at);
END;

-- What it changes of an official changes the post that stands for them.
CREATE TRIGGER IF NOT EXISTS cadre_changes_post AFTER UPDATE OF name, title, tier, town, phone ON cadre
BEGIN
    UPDATE post SET name = new.name, title = new.title, tier = new.tier, town = new.town, phone = new.phone,
        version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE post_no = (SELECT m.post_no FROM main_post m WHERE m.cadre_no = new.cadre_no)
        AND ((name, title, tier, town) IS NOT (new.name, new.title, new.tier, new.town)
            OR NOT EXISTS (SELECT 1 FROM post o WHERE o.cadre_no = new.cadre_no AND o.phone IS new.phone));
END;

-- Whoever leaves there leaves all posts.
CREATE TRIGGER IF NOT EXISTS cadre_leaves_posts AFTER UPDATE OF left_on ON cadre WHEN new.left_on IS NOT NULL
BEGIN
    UPDATE post SET ends_on = new.left_on, backdated_reason = new.backdated_reason, version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE cadre_no = new.cadre_no AND (ends_on IS NULL OR ends_on > new.left_on);
END;

-- Officials of the release before hold one post each.
INSERT INTO post (post_no, cadre_no, name, phone, title, tier, town, ends_on, changed_by, changed_at)
SELECT c.cadre_no, c.cadre_no, c.name, c.phone, c.title, c.tier, c.town, c.left_on, c.changed_by, c.changed_at
FROM cadre c WHERE NOT EXISTS (SELECT 1 FROM post p WHERE p.cadre_no = c.cadre_no) ON CONFLICT DO NOTHING;

-- Posts that were made of officials stand in the audit as these.
CREATE TRIGGER IF NOT EXISTS post_created AFTER INSERT ON post
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'post/' || new.post_no, 'created',
        json_object('cadre_no', new.cadre_no, 'name', new.name, 'phone', new.phone, 'title', new.title, 'duty', new.duty, 'fields', new.fields, 'tier', new.tier,
            'town', new.town, 'village', new.village, 'starts_on', new.starts_on, 'ends_on', new.ends_on, 'replaces', new.replaces,
            'backdated_reason', new.backdated_reason));
END;

-- An assignment that names the official alone hangs on the post, of several, that fits the business best: by its level, then by its town.
CREATE TRIGGER IF NOT EXISTS assignment_finds_post AFTER INSERT ON assignment
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
CREATE TRIGGER IF NOT EXISTS assignment_begins_with_its_post AFTER INSERT ON assignment
WHEN new.post_no IS NOT NULL OR (SELECT count(*) FROM post WHERE cadre_no = new.cadre_no) = 1
BEGIN
    UPDATE assignment SET ends_on = (SELECT p.ends_on FROM post p WHERE p.post_no = coalesce(new.post_no, new.cadre_no))
    WHERE id = new.id AND EXISTS (SELECT 1 FROM post p WHERE p.post_no = coalesce(new.post_no, new.cadre_no)
        AND p.ends_on >= coalesce(new.starts_on, '') AND (new.ends_on IS NULL OR new.ends_on > p.ends_on));
END;

-- The same where its end or its post changes.
CREATE TRIGGER IF NOT EXISTS assignment_ends_with_its_post AFTER UPDATE OF ends_on, post_no ON assignment
WHEN EXISTS (SELECT 1 FROM post p WHERE p.post_no = coalesce(new.post_no, new.cadre_no)
    AND p.ends_on >= coalesce(new.starts_on, '') AND (new.ends_on IS NULL OR new.ends_on > p.ends_on))
BEGIN
    UPDATE assignment SET ends_on = (SELECT p.ends_on FROM post p WHERE p.post_no = coalesce(new.post_no, new.cadre_no)) WHERE id = new.id;
END;

-- On which post an assignment hangs stands in the audit.
CREATE TRIGGER IF NOT EXISTS assignment_hangs_on_post AFTER UPDATE OF post_no ON assignment WHEN new.post_no IS NOT old.post_no
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'assignment/' || new.uscc, 'changed', json_object('post_no', old.post_no), json_object('post_no', new.post_no));
END;

-- Each assignment with the post on which it hangs, and how the tier of the post goes with the level of its business; null while the level is
-- not known.
CREATE VIEW IF NOT EXISTS assignment_of_post AS
SELECT a.id, a.uscc, a.cadre_no, c.post_no, c.name AS cadre, c.title, c.tier, c.town, a.starts_on, a.ends_on, a.lifted_reason, a.version, f.fit
FROM assignment a
JOIN post c ON c.post_no = coalesce(a.post_no, a.cadre_no)
JOIN enterprise_ledger e ON e.uscc = a.uscc
LEFT JOIN tier_fit f ON f.tier = c.tier AND f.level = e.level;

-- Who holds or held a business, for the page of the business.
CREATE VIEW IF NOT EXISTS enterprise_holder AS
SELECT e.uscc, a.cadre_no, c.name AS cadre, c.tier, c.title, a.starts_on, a.ends_on
FROM enterprise_ledger e
JOIN assignment a ON a.uscc = e.uscc
JOIN post c ON c.post_no = coalesce(a.post_no, a.cadre_no);

-- An official's assignment has ended: within 20 working days the business has another (001 §三.2). The district's own is its
-- office's to settle. What was merged into another business needs none.
CREATE VIEW IF NOT EXISTS reassignment_after_official_term AS
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

UPDATE deadline_view SET view = 'reassignment_after_official_term' WHERE matter = 'reassignment_official';

-- A business is new, has another level, or is closed: within the working days that the policy names its assignment follows (001 §三.2).
-- What was merged into another business needs none.
CREATE VIEW IF NOT EXISTS reassignment_on_change_term AS
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

UPDATE deadline_view SET view = 'reassignment_on_change_term' WHERE matter = 'reassignment_enterprise';

-- 应督导事项 of a period that is not closed: owed by who holds the business when the period ends; where the assignment ended within it, by
-- the town of the last holder; where nobody held it at all, by nobody. Any official's visit meets it. `met_on` is the first visit that fits,
-- in the period or after it; `visited_on` the first of any kind in the period. What of this has come to pass on a day, the reader compares.
-- While a period is being closed, visits that were recorded after its moment are not seen.
CREATE VIEW IF NOT EXISTS running_obligation AS
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
CREATE VIEW IF NOT EXISTS closing_obligation_row AS
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

-- 应督导事项 of every period: as they were closed, and where they are not, as they are today. `closed_status` is null for the latter. Beside
-- what a closed row says stands what came after it: `met_since` is when it was met at last; a visit that was recorded after the closing
-- (补录) met it on the day it was recorded, or where the office takes it as on time on its own day. The CASTs give the columns of both halves the
-- same affinity, without which SQLite reads a whole period to show a page of it.
CREATE VIEW IF NOT EXISTS obligation_of_period AS
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
CREATE VIEW IF NOT EXISTS visit_owed_term AS
SELECT 'visit' AS rule, 'visit/' || o.uscc || '/' || o.period AS "key", o.enterprise || '：' || o.period_name || '督导' AS subject,
    o.owed_by_kind, o.owed_by, o.town, o.ends_on AS due_on, o.met_since AS met_on,
    json_object('uscc', o.uscc, 'enterprise', o.enterprise, 'period', o.period, 'on_site_required', json(iif(o.on_site_required, 'true', 'false')),
        'visited_on', o.visited_on, 'previous', 'visit/' || o.uscc || '/' || o.previous) AS evidence
FROM obligation_of_period o
WHERE o.owed_by IS NOT NULL
    AND (o.closed_status IS NULL OR o.met_on IS NOT NULL OR EXISTS (SELECT 1 FROM enterprise_in_business e WHERE e.uscc = o.uscc));

UPDATE deadline_view SET view = 'visit_owed_term' WHERE matter = 'visit';

-- What such a business owes is written before it changes.
CREATE TRIGGER IF NOT EXISTS closing_kept_writes_row AFTER INSERT ON closing_kept
BEGIN
    INSERT INTO closed_obligation (period, ledger_id, uscc, enterprise, town, village, level, sector, risk_grade, canteen, on_site_required,
        cadre_no, cadre, tier, owed_by_kind, owed_by, status, met_on, visited_on, visits)
    SELECT o.period, o.ledger_id, o.uscc, o.enterprise, o.town, o.village, o.level, o.sector, o.risk_grade, o.canteen, o.on_site_required,
        o.cadre_no, o.cadre, o.tier, o.owed_by_kind, o.owed_by, o.status, o.met_on, o.visited_on, o.visits
    FROM closing_obligation_row o WHERE o.period = new.period AND o.uscc = new.uscc
    ON CONFLICT (period, ledger_id) DO NOTHING;
END;

DROP TRIGGER IF EXISTS closing_kept_writes_obligation;
