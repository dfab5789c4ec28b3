-- The way to a list. A case moves by one INSERT into `list_case_step`, possible only where `list_case_move` has the move.
CREATE TABLE IF NOT EXISTS list_case (
    -- Random; in the public address of the entry
    id TEXT PRIMARY KEY,
    list TEXT NOT NULL CHECK (list IN ('red', 'black')),
    uscc TEXT NOT NULL,
    -- Why, as it will be read in public
    ground TEXT NOT NULL,
    -- [{rule, valid_from, title, basis, said, evidence: [{kind, number, happened_on, title, said}]}]
    rules TEXT NOT NULL CHECK (json_valid(rules)),
    status TEXT NOT NULL DEFAULT 'nominated',
    nominated_by TEXT NOT NULL,
    nominated_on TEXT NOT NULL,
    notified_on TEXT,
    -- The last day on which the business may object (陈述申辩)
    object_until TEXT,
    objection TEXT,
    answer TEXT,
    decided_by TEXT,
    decided_on TEXT,
    published_on TEXT,
    -- The last day of the entry
    until_on TEXT,
    -- The business's own words beside the entry
    reply TEXT,
    repair TEXT,
    repair_applied_by TEXT,
    repair_applied_on TEXT,
    ended_on TEXT,
    ended_why TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX IF NOT EXISTS list_case_running ON list_case (uscc, list) WHERE status NOT IN ('rejected', 'withdrawn', 'expired', 'repaired');

CREATE INDEX IF NOT EXISTS list_case_until ON list_case (until_on) WHERE status IN ('published', 'repair_applied');

-- The moves that there are from one status of a case to the next.
CREATE TABLE IF NOT EXISTS list_case_move (
    list TEXT NOT NULL,
    move TEXT NOT NULL,
    from_status TEXT NOT NULL,
    to_status TEXT NOT NULL,
    PRIMARY KEY (list, move, from_status)
) STRICT, WITHOUT ROWID;

INSERT INTO list_case_move (list, move, from_status, to_status) VALUES
    ('red', 'approve', 'nominated', 'approved'),
    ('red', 'reject', 'nominated', 'rejected'),
    ('red', 'withdraw', 'nominated', 'withdrawn'),
    ('red', 'withdraw', 'approved', 'withdrawn'),
    ('red', 'publish', 'approved', 'published'),
    ('red', 'correct', 'published', 'published'),
    ('red', 'withdraw', 'published', 'withdrawn'),
    ('red', 'expire', 'published', 'expired'),
    ('black', 'notify', 'nominated', 'notified'),
    ('black', 'object', 'notified', 'objected'),
    ('black', 'object', 'answered', 'objected'),
    ('black', 'answer', 'objected', 'answered'),
    ('black', 'uphold', 'objected', 'withdrawn'),
    ('black', 'approve', 'notified', 'approved'),
    ('black', 'approve', 'answered', 'approved'),
    ('black', 'reject', 'notified', 'rejected'),
    ('black', 'reject', 'answered', 'rejected'),
    ('black', 'withdraw', 'nominated', 'withdrawn'),
    ('black', 'withdraw', 'notified', 'withdrawn'),
    ('black', 'withdraw', 'objected', 'withdrawn'),
    ('black', 'withdraw', 'answered', 'withdrawn'),
    ('black', 'withdraw', 'approved', 'withdrawn'),
    ('black', 'publish', 'approved', 'published'),
    ('black', 'reply', 'approved', 'approved'),
    ('black', 'reply', 'published', 'published'),
    ('black', 'reply', 'repair_applied', 'repair_applied'),
    ('black', 'correct', 'published', 'published'),
    ('black', 'correct', 'repair_applied', 'repair_applied'),
    ('black', 'apply_repair', 'published', 'repair_applied'),
    ('black', 'refuse_repair', 'repair_applied', 'published'),
    ('black', 'grant_repair', 'repair_applied', 'repaired'),
    ('black', 'withdraw', 'published', 'withdrawn'),
    ('black', 'withdraw', 'repair_applied', 'withdrawn'),
    ('black', 'expire', 'published', 'expired'),
    ('black', 'expire', 'repair_applied', 'expired')
ON CONFLICT (list, move, from_status) DO NOTHING;

-- Each step of a case with who and when. Inserting one is the move: its trigger does the rest.
CREATE TABLE IF NOT EXISTS list_case_step (
    id INTEGER PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES list_case (id),
    -- The version that the case has after it
    seq INTEGER NOT NULL,
    move TEXT NOT NULL,
    status TEXT NOT NULL,
    note TEXT,
    -- Of what changes the public list: the last day, the new content or null, its salt, and the salted hash in the log
    until_on TEXT,
    content TEXT CHECK (content IS NULL OR json_valid(content)),
    salt TEXT,
    leaf TEXT,
    at TEXT NOT NULL,
    by TEXT NOT NULL,
    UNIQUE (case_id, seq)
) STRICT;

-- Every publication, change and removal: the leaves of a Merkle tree (RFC 6962), counted from 1.
CREATE TABLE IF NOT EXISTS list_log (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('publish', 'change', 'remove')),
    -- The publication or change that it follows
    of INTEGER,
    leaf TEXT NOT NULL,
    step_id INTEGER NOT NULL UNIQUE REFERENCES list_case_step (id)
) STRICT;

-- What readers see: an entry from the place of its publication in the log to the place of what followed it.
CREATE TABLE IF NOT EXISTS list_entry (
    seq INTEGER PRIMARY KEY REFERENCES list_log (seq),
    case_id TEXT NOT NULL REFERENCES list_case (id),
    list TEXT NOT NULL,
    uscc TEXT NOT NULL,
    name TEXT NOT NULL,
    town TEXT,
    sector TEXT,
    published_on TEXT NOT NULL,
    gone_seq INTEGER,
    -- Whether its page stands in the key-value store
    has_page INTEGER NOT NULL DEFAULT 1,
    salt TEXT NOT NULL,
    content TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS list_entry_case ON list_entry (case_id, seq);

CREATE INDEX IF NOT EXISTS list_entry_uscc ON list_entry (uscc, seq);

-- Everything that a search looks at: the long content is read of one page's entries alone.
CREATE INDEX IF NOT EXISTS list_entry_searched ON list_entry (list, published_on, seq, gone_seq, town, sector, uscc, name);

CREATE UNIQUE INDEX IF NOT EXISTS list_entry_standing ON list_entry (case_id) WHERE gone_seq IS NULL;

-- Documents that were made for one size of the log. Immutable: whoever makes them again makes the same.
CREATE TABLE IF NOT EXISTS list_generation (
    size INTEGER NOT NULL,
    -- Of the documents; a new version of the program may make them anew
    format INTEGER NOT NULL,
    -- Signed
    head TEXT NOT NULL CHECK (json_valid(head)),
    -- Key and chunks of each document in the key-value store; null once they are gone
    documents TEXT CHECK (documents IS NULL OR json_valid(documents)),
    made_at TEXT NOT NULL,
    PRIMARY KEY (size, format)
) STRICT, WITHOUT ROWID;

-- The switch: which generation holds.
CREATE TABLE IF NOT EXISTS list_current (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    size INTEGER NOT NULL,
    format INTEGER NOT NULL
) STRICT;

-- Two instances may publish at once: the older generation never takes the place of the newer.
CREATE TRIGGER IF NOT EXISTS list_current_only_grows BEFORE UPDATE ON list_current
WHEN (new.format, new.size) < (old.format, old.size) OR new.size < old.size
BEGIN SELECT RAISE(ABORT, 'what was published is not taken back by an older generation'); END;

-- Nobody enters a case in the middle of its way.
CREATE TRIGGER IF NOT EXISTS list_case_begins_nominated BEFORE INSERT ON list_case
WHEN new.status <> 'nominated' OR new.version <> 1 OR new.notified_on IS NOT NULL OR new.decided_by IS NOT NULL OR new.published_on IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a case begins nominated'); END;

CREATE TRIGGER IF NOT EXISTS list_case_created AFTER INSERT ON list_case
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'list-case/' || new.id, 'created',
        json_object('list', new.list, 'uscc', new.uscc, 'ground', new.ground, 'rules', json(new.rules)));
    INSERT INTO list_case_step (case_id, seq, move, status, note, at, by)
    VALUES (new.id, 1, 'nominate', 'nominated', new.ground, new.changed_at, new.changed_by);
END;

-- No business gets on the black list without notice, the days to object, and a second person; none on the red one without the
-- second person. Whatever statement tries.
CREATE TRIGGER IF NOT EXISTS list_case_step_is_allowed BEFORE INSERT ON list_case_step
WHEN new.seq > 1 AND NOT EXISTS (
    SELECT 1 FROM list_case c JOIN list_case_move m
        ON m.list = c.list AND m.move = new.move AND m.from_status = c.status AND m.to_status = new.status
    WHERE c.id = new.case_id AND c.version = new.seq - 1
        AND (new.move NOT IN ('approve', 'reject') OR new.by <> c.nominated_by)
        AND (new.move NOT IN ('grant_repair', 'refuse_repair') OR new.by <> c.repair_applied_by)
        AND (c.list = 'red' OR new.move NOT IN ('approve', 'publish')
            OR (c.notified_on IS NOT NULL AND c.object_until < substr(new.at, 1, 10)))
        AND (new.move <> 'publish' OR (c.decided_by <> c.nominated_by AND new.content IS NOT NULL AND new.until_on IS NOT NULL)))
BEGIN SELECT RAISE(ABORT, 'a case cannot move so'); END;

-- Notice runs from the day on which it is recorded, never from an earlier one; the day itself is not counted.
CREATE TRIGGER IF NOT EXISTS list_case_steps AFTER INSERT ON list_case_step WHEN new.seq > 1
BEGIN
    UPDATE list_case SET status = new.status, version = new.seq,
        notified_on = iif(new.move = 'notify', substr(new.at, 1, 10), notified_on),
        object_until = iif(new.move = 'notify', (SELECT d.date FROM calendar_day d WHERE d.is_workday
            AND d.workdays = (SELECT t.workdays + 5 FROM calendar_day t WHERE t.date = substr(new.at, 1, 10))), object_until),
        objection = iif(new.move = 'object', new.note, objection),
        answer = iif(new.move IN ('answer', 'uphold'), new.note, answer),
        decided_by = iif(new.move IN ('approve', 'reject'), new.by, decided_by),
        decided_on = iif(new.move IN ('approve', 'reject'), substr(new.at, 1, 10), decided_on),
        published_on = iif(new.move = 'publish', substr(new.at, 1, 10), published_on),
        until_on = coalesce(new.until_on, until_on),
        reply = iif(new.move = 'reply', new.note, reply),
        repair = iif(new.move = 'apply_repair', new.note, repair),
        repair_applied_by = iif(new.move = 'apply_repair', new.by, repair_applied_by),
        repair_applied_on = iif(new.move = 'apply_repair', substr(new.at, 1, 10), repair_applied_on),
        ended_on = iif(new.status IN ('rejected', 'withdrawn', 'expired', 'repaired'), substr(new.at, 1, 10), NULL),
        ended_why = iif(new.status IN ('rejected', 'withdrawn', 'expired', 'repaired'), new.note, NULL),
        changed_by = new.by, changed_at = new.at
    WHERE id = new.case_id;
    INSERT INTO list_log (seq, at, action, of, leaf, step_id)
    SELECT (SELECT coalesce(max(seq), 0) + 1 FROM list_log), new.at,
        CASE WHEN new.move = 'publish' THEN 'publish' WHEN new.content IS NULL THEN 'remove' ELSE 'change' END,
        (SELECT e.seq FROM list_entry e WHERE e.case_id = new.case_id AND e.gone_seq IS NULL), new.leaf, new.id
    WHERE new.leaf IS NOT NULL;
    UPDATE list_entry SET gone_seq = (SELECT l.seq FROM list_log l WHERE l.step_id = new.id)
    WHERE new.leaf IS NOT NULL AND case_id = new.case_id AND gone_seq IS NULL;
    INSERT INTO list_entry (seq, case_id, list, uscc, name, town, sector, published_on, content, salt)
    SELECT l.seq, new.case_id, new.content ->> '$.list', new.content ->> '$.uscc', new.content ->> '$.name', new.content ->> '$.town',
        new.content ->> '$.sector', new.content ->> '$.published_on', new.content, new.salt
    FROM list_log l WHERE l.step_id = new.id AND new.content IS NOT NULL;
END;

-- What decides over a case changes only with the step that has been inserted for it.
CREATE TRIGGER IF NOT EXISTS list_case_moves_by_steps BEFORE UPDATE ON list_case
WHEN (new.version <> old.version OR new.status <> old.status OR new.notified_on IS NOT old.notified_on OR new.object_until IS NOT old.object_until
        OR new.decided_by IS NOT old.decided_by OR new.nominated_by <> old.nominated_by OR new.list <> old.list OR new.uscc <> old.uscc
        OR new.rules <> old.rules OR new.ground <> old.ground)
    AND NOT EXISTS (SELECT 1 FROM list_case_step s WHERE s.case_id = old.id AND s.seq = new.version AND s.status = new.status AND new.version = old.version + 1)
BEGIN SELECT RAISE(ABORT, 'a case moves by steps'); END;

CREATE TRIGGER IF NOT EXISTS list_case_changed AFTER UPDATE OF version ON list_case WHEN new.version <> old.version
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'list-case/' || new.id, 'changed',
        json_object('status', old.status, 'until_on', old.until_on, 'reply', old.reply),
        json_object('status', new.status, 'until_on', new.until_on, 'reply', new.reply, 'why', new.ended_why));
END;

-- A last day that a changed fact brings forward is no step, and stands in the audit all the same.
CREATE TRIGGER IF NOT EXISTS list_case_shortened AFTER UPDATE OF until_on ON list_case WHEN new.version = old.version AND new.until_on IS NOT old.until_on
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'list-case/' || new.id, 'changed', json_object('until_on', old.until_on), json_object('until_on', new.until_on));
END;

CREATE TRIGGER IF NOT EXISTS list_case_is_never_deleted BEFORE DELETE ON list_case
BEGIN SELECT RAISE(ABORT, 'a case ends, and is never deleted'); END;

CREATE TRIGGER IF NOT EXISTS list_case_step_is_never_changed BEFORE UPDATE ON list_case_step
BEGIN SELECT RAISE(ABORT, 'steps are never changed'); END;

CREATE TRIGGER IF NOT EXISTS list_case_step_is_never_deleted BEFORE DELETE ON list_case_step
BEGIN SELECT RAISE(ABORT, 'steps are never deleted'); END;

CREATE TRIGGER IF NOT EXISTS list_log_is_never_changed BEFORE UPDATE ON list_log
BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END;

CREATE TRIGGER IF NOT EXISTS list_log_is_never_deleted BEFORE DELETE ON list_log
BEGIN SELECT RAISE(ABORT, 'the log is never deleted'); END;

CREATE TRIGGER IF NOT EXISTS list_entry_content_is_never_changed BEFORE UPDATE OF seq, case_id, list, uscc, name, town, sector, published_on, content, salt ON list_entry
BEGIN SELECT RAISE(ABORT, 'an entry is followed by another, never changed'); END;

CREATE TRIGGER IF NOT EXISTS list_entry_is_never_deleted BEFORE DELETE ON list_entry
BEGIN SELECT RAISE(ABORT, 'an entry is removed, never deleted'); END;

-- An entry never outlives the publication of what it rests on. The next run, or the next reader, removes it.
CREATE TRIGGER IF NOT EXISTS list_case_follows_penalty AFTER UPDATE OF published_until, revoked_on ON penalty
BEGIN
    UPDATE list_case SET until_on = min(until_on, iif(new.revoked_on IS NULL, coalesce(new.published_until, until_on), date(substr(new.changed_at, 1, 10), '-1 day'))),
        changed_by = new.changed_by, changed_at = new.changed_at
    WHERE uscc IN (old.uscc, new.uscc) AND status IN ('published', 'repair_applied')
        AND EXISTS (SELECT 1 FROM json_each(rules) r, json_each(r.value, '$.evidence') v WHERE v.value ->> '$.kind' = 'penalty' AND v.value ->> '$.number' = new.decision_no);
END;

-- A sample that is revoked, or passes after all, ends the entries that rest on it the day before.
CREATE TRIGGER IF NOT EXISTS list_case_follows_sample AFTER UPDATE OF revoked_on, result ON sample WHEN new.revoked_on IS NOT NULL OR new.result = 'passed'
BEGIN
    UPDATE list_case SET until_on = min(until_on, date(substr(new.changed_at, 1, 10), '-1 day')), changed_by = new.changed_by, changed_at = new.changed_at
    WHERE list = 'black' AND uscc IN (old.uscc, new.uscc) AND status IN ('published', 'repair_applied')
        AND EXISTS (SELECT 1 FROM json_each(rules) r, json_each(r.value, '$.evidence') v WHERE v.value ->> '$.kind' = 'sample' AND v.value ->> '$.number' = new.sample_no);
END;

-- An inspection that is revoked, or was not refused after all, ends the entries that rest on it the day before.
CREATE TRIGGER IF NOT EXISTS list_case_follows_inspection AFTER UPDATE OF revoked_on, result ON inspection WHEN new.revoked_on IS NOT NULL OR new.result <> 'refused'
BEGIN
    UPDATE list_case SET until_on = min(until_on, date(substr(new.changed_at, 1, 10), '-1 day')), changed_by = new.changed_by, changed_at = new.changed_at
    WHERE list = 'black' AND uscc IN (old.uscc, new.uscc) AND status IN ('published', 'repair_applied')
        AND EXISTS (SELECT 1 FROM json_each(rules) r, json_each(r.value, '$.evidence') v WHERE v.value ->> '$.kind' = 'inspection' AND v.value ->> '$.number' = new.inspection_no);
END;

-- An accident that is revoked ends the entries that rest on it the day before.
CREATE TRIGGER IF NOT EXISTS list_case_follows_accident AFTER UPDATE OF revoked_on ON accident WHEN new.revoked_on IS NOT NULL
BEGIN
    UPDATE list_case SET until_on = min(until_on, date(substr(new.changed_at, 1, 10), '-1 day')), changed_by = new.changed_by, changed_at = new.changed_at
    WHERE list = 'black' AND uscc IN (old.uscc, new.uscc) AND status IN ('published', 'repair_applied')
        AND EXISTS (SELECT 1 FROM json_each(rules) r, json_each(r.value, '$.evidence') v WHERE v.value ->> '$.kind' = 'accident' AND v.value ->> '$.number' = new.accident_no);
END;

-- What other functions may know: who stands on a list in the generation that holds.
CREATE VIEW IF NOT EXISTS listed_enterprise AS
SELECT e.uscc, e.list, e.case_id AS id, e.content ->> '$.until' AS until_on
FROM list_current g JOIN list_entry e ON e.seq <= g.size AND (e.gone_seq IS NULL OR e.gone_seq > g.size);

-- 抽检 results that have been made public (003 §三(五)), and 履责晾晒 (001 §三.12).
ALTER TABLE sample ADD COLUMN published_on TEXT;

CREATE INDEX IF NOT EXISTS sample_published ON sample (sampled_on) WHERE published_on IS NOT NULL AND revoked_on IS NULL;

-- When the result of a sample is made public, or no longer is, stands in the audit.
CREATE TRIGGER IF NOT EXISTS sample_made_public AFTER UPDATE OF published_on ON sample WHEN new.published_on IS NOT old.published_on
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'sample/' || new.sample_no, 'changed', json_object('published_on', old.published_on), json_object('published_on', new.published_on));
END;

-- 履责晾晒 (001 §三.12): the figures of a quarter as they were published.
CREATE TABLE IF NOT EXISTS duty_publication (
    -- 2026Q3
    period TEXT PRIMARY KEY,
    -- {towns: […], departments: […]}, as they stood on that day
    figures TEXT NOT NULL CHECK (json_valid(figures)),
    published_on TEXT NOT NULL,
    withdrawn_on TEXT,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER IF NOT EXISTS duty_publication_created AFTER INSERT ON duty_publication
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'duty-publication/' || new.period, 'created', new.figures);
END;

CREATE TRIGGER IF NOT EXISTS duty_publication_changed AFTER UPDATE ON duty_publication
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'duty-publication/' || new.period, 'changed', json_object('withdrawn_on', old.withdrawn_on), json_object('withdrawn_on', new.withdrawn_on));
END;

CREATE TRIGGER IF NOT EXISTS duty_publication_is_never_deleted BEFORE DELETE ON duty_publication
BEGIN SELECT RAISE(ABORT, 'figures are withdrawn, never deleted'); END;

-- Every publication asks whether the same business stands on the other list, every change of a fact who rests on it.
CREATE INDEX IF NOT EXISTS list_case_uscc ON list_case (uscc, list, status);
