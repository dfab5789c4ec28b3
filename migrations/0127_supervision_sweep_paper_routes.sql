-- Who gives which paper to whom (design: papers of the ladder), by who owes and by rung, from a day on.
-- owing: 'town' (officials of a town or village, and the town itself), 'station', 'department', 'host' (the organisation that hosts the office).
-- What district officials and the office itself owe has no row: it is reported upwards once a month.
-- receiver: 'town_office', 'town_government', 'itself', 'part_of' (the organisation of which it is part).
-- signer: null where the sweep issues it under the standing authorisation that stands beside it.
CREATE TABLE IF NOT EXISTS paper_route (
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
    ('town', 1, '2020-01-01', 'office', 'town_office', NULL, '提醒敦促函由系统在逾期后的第一个工作日按核对结果直接发出，食药安办负责人一次授权，可随时收回', 'migration', '2026-11-27T00:00:00+08:00'),
    ('town', 2, '2020-01-01', 'office', 'town_government', 'office', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('town', 3, '2020-01-01', 'committee', 'town_government', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('town', 4, '2020-01-01', 'committee', 'town_government', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('town', 5, '2020-01-01', 'committee', 'town_government', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('station', 1, '2020-01-01', 'office', 'itself', NULL, '提醒敦促函由系统在逾期后的第一个工作日按核对结果直接发出，食药安办负责人一次授权，可随时收回', 'migration', '2026-11-27T00:00:00+08:00'),
    ('station', 2, '2020-01-01', 'committee', 'part_of', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('station', 3, '2020-01-01', 'committee', 'part_of', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('station', 4, '2020-01-01', 'committee', 'part_of', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('station', 5, '2020-01-01', 'committee', 'part_of', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('department', 1, '2020-01-01', 'office', 'itself', NULL, '提醒敦促函由系统在逾期后的第一个工作日按核对结果直接发出，食药安办负责人一次授权，可随时收回', 'migration', '2026-11-27T00:00:00+08:00'),
    ('department', 2, '2020-01-01', 'committee', 'part_of', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('department', 3, '2020-01-01', 'committee', 'part_of', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('department', 4, '2020-01-01', 'committee', 'part_of', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('department', 5, '2020-01-01', 'committee', 'part_of', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('host', 1, '2020-01-01', 'committee', 'itself', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('host', 2, '2020-01-01', 'committee', 'itself', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('host', 3, '2020-01-01', 'committee', 'itself', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('host', 4, '2020-01-01', 'committee', 'itself', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00'),
    ('host', 5, '2020-01-01', 'committee', 'itself', 'chair', NULL, 'migration', '2026-11-27T00:00:00+08:00')
ON CONFLICT (owing, rung, valid_from) DO NOTHING;

CREATE TRIGGER IF NOT EXISTS paper_route_created AFTER INSERT ON paper_route WHEN new.changed_by <> 'migration'
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'paper-route/' || new.owing || '/' || new.rung, 'created',
        json_object('valid_from', new.valid_from, 'issuer', new.issuer, 'receiver', new.receiver, 'signer', new.signer, 'standing_authorisation', new.standing_authorisation));
END;

CREATE TRIGGER IF NOT EXISTS paper_route_changed AFTER UPDATE ON paper_route
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (new.changed_at, new.changed_by, 'paper-route/' || new.owing || '/' || new.rung, 'changed',
        json_object('valid_from', old.valid_from, 'issuer', old.issuer, 'receiver', old.receiver, 'signer', old.signer, 'standing_authorisation', old.standing_authorisation),
        json_object('valid_from', new.valid_from, 'issuer', new.issuer, 'receiver', new.receiver, 'signer', new.signer, 'standing_authorisation', new.standing_authorisation));
END;

CREATE TRIGGER IF NOT EXISTS paper_route_is_never_deleted BEFORE DELETE ON paper_route
BEGIN SELECT RAISE(ABORT, 'a route is followed by another, never deleted'); END;

-- Each route with the days on which it holds.
CREATE VIEW IF NOT EXISTS paper_route_held AS
SELECT *, lead(valid_from) OVER (PARTITION BY owing, rung ORDER BY valid_from) AS valid_before FROM paper_route;

-- What the committee publishes when a listing has run out, and what the office reports upwards. The report stands beyond the rungs
-- of the ladder, of which there are nine at most.
INSERT INTO notice_kind (rung, kind, name, mark) VALUES (5, 'circular', '通报', '通'), (90, 'report_upwards', '专报', '报')
ON CONFLICT (rung) DO NOTHING;

-- In whose name it goes out: 'office' or 'committee'.
ALTER TABLE notice ADD COLUMN issuer TEXT NOT NULL DEFAULT 'office';

-- Which organisation of its addressee gets it, as in `paper_route`; null: the addressee as it is named.
ALTER TABLE notice ADD COLUMN receiver TEXT;

-- Its number of the year among the papers of its issuer and kind. The column `number` has it for those of the office only.
ALTER TABLE notice ADD COLUMN serial INTEGER;

-- Until which day what it still listed when it was closed or withdrawn is not chased.
ALTER TABLE notice ADD COLUMN excused_until TEXT;

-- Of a listing (挂牌督办): who answers for it.
ALTER TABLE notice ADD COLUMN leader TEXT;

UPDATE notice SET serial = number WHERE number IS NOT NULL AND serial IS NULL;

UPDATE notice SET issuer = 'committee' WHERE signer = 'chair' AND issuer = 'office' AND number IS NULL;

CREATE UNIQUE INDEX IF NOT EXISTS notice_serial ON notice (issuer, kind, year, serial);

-- The number of a paper as it is printed: 浔食药安办函〔2026〕1号.
CREATE VIEW IF NOT EXISTS paper_number AS
SELECT n.id AS notice_id, k.name AS paper, n.prefix || k.mark || '〔' || n.year || '〕' || n.serial || '号' AS number
FROM notice n JOIN notice_kind k ON k.kind = n.kind WHERE n.serial IS NOT NULL;

-- The papers that list something about a business, for its page at the desk, a row a line. Who sees a paper stands beside it, as in the list of
-- papers: the office and the chair see all, a town those of its own, a station those that went to it, a department those that went to its organisation.
CREATE VIEW IF NOT EXISTS paper_about_enterprise AS
SELECT l.evidence ->> '$.uscc' AS uscc, n.id AS notice_id, l.subject, k.name AS paper,
    iif(n.serial IS NULL, NULL, n.prefix || k.mark || '〔' || n.year || '〕' || n.serial || '号') AS number,
    n.status, n.addressee_name, n.drafted_on, n.issued_on, n.due_on,
    iif(n.issued_on IS NOT NULL AND n.addressee_kind <> 'station', n.town, NULL) AS town_that_sees,
    iif(n.issued_on IS NOT NULL AND n.addressee_kind = 'station', n.addressee, NULL) AS station_that_sees,
    iif(n.issued_on IS NOT NULL AND n.addressee_kind = 'department', n.addressee, NULL) AS department_that_sees
FROM notice_line l JOIN notice n ON n.id = l.notice_id JOIN notice_kind k ON k.kind = n.kind;

-- What is not chased until a day, and why: a paper that listed it was closed or withdrawn with it open.
CREATE TABLE IF NOT EXISTS breach_excuse (
    key TEXT NOT NULL,
    notice_id INTEGER NOT NULL REFERENCES notice (id),
    excused_until TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (key, notice_id)
) STRICT, WITHOUT ROWID;

-- 责任约谈: when and where it was held, who came, and what was said and agreed.
CREATE TABLE IF NOT EXISTS talk (
    notice_id INTEGER PRIMARY KEY REFERENCES notice (id),
    held_on TEXT NOT NULL,
    place TEXT NOT NULL,
    attended TEXT NOT NULL,
    record TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE TRIGGER IF NOT EXISTS talk_created AFTER INSERT ON talk
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'talk/' || new.notice_id, 'created',
        json_object('held_on', new.held_on, 'place', new.place, 'attended', new.attended, 'record', new.record));
END;

CREATE TRIGGER IF NOT EXISTS talk_changed AFTER UPDATE ON talk
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (new.changed_at, new.changed_by, 'talk/' || new.notice_id, 'changed',
        json_object('held_on', old.held_on, 'place', old.place, 'attended', old.attended, 'record', old.record),
        json_object('held_on', new.held_on, 'place', new.place, 'attended', new.attended, 'record', new.record));
END;

CREATE TRIGGER IF NOT EXISTS talk_is_never_deleted BEFORE DELETE ON talk
BEGIN SELECT RAISE(ABORT, 'a talk that was held stays'); END;

-- What a paper took over stands again where it stood: on the highest rung of a paper that still counts. The lines of a withdrawn paper stand on
-- no rung (theirs is below zero), those of a report upwards on the month's.
CREATE VIEW IF NOT EXISTS breach_standing AS
SELECT l.key, max(l.rung) AS rung, l.notice_id FROM notice_line l WHERE l.rung BETWEEN 1 AND 9 GROUP BY l.key;

-- The whole paper comes with its one row: lines, the climb, and where it goes out by itself its issue. A report upwards moves nothing.
CREATE TRIGGER IF NOT EXISTS notice_is_drafted AFTER INSERT ON notice
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

DROP TRIGGER IF EXISTS notice_created;

-- New lines join a draft that nobody has signed.
CREATE TRIGGER IF NOT EXISTS notice_gains_lines AFTER UPDATE OF lines ON notice WHEN new.status = 'drafted' AND new.lines <> old.lines
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
CREATE TRIGGER IF NOT EXISTS notice_is_numbered AFTER UPDATE OF issued_on ON notice
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

DROP TRIGGER IF EXISTS notice_is_issued;

-- What was issued while both were there.
UPDATE notice SET serial = number WHERE number IS NOT NULL AND serial IS NULL;

-- Meeting what was owed closes the chain, and the addressee is told (销号). What a paper still listed when it was closed is excused until the day
-- that was named with it.
CREATE TRIGGER IF NOT EXISTS notice_closure_excuses_and_is_told AFTER UPDATE OF status ON notice
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

DROP TRIGGER IF EXISTS notice_closure_is_told;

-- A withdrawn paper never counts: what it listed stands where it stood before, and is drafted anew unless it is excused until a day. Of an issued
-- paper its addressee is told.
CREATE TRIGGER IF NOT EXISTS notice_withdrawal_gives_back AFTER UPDATE OF status ON notice
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

DROP TRIGGER IF EXISTS notice_withdrawal_holds_and_is_told;

-- Whoever excuses says so in the record.
CREATE TRIGGER IF NOT EXISTS notice_excuse_is_kept AFTER UPDATE OF excused_until ON notice WHEN new.excused_until IS NOT old.excused_until
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'notice/' || new.id, 'changed',
        json_object('excused_until', new.excused_until, 'reason', new.said));
END;

-- A listing has somebody who answers for it.
CREATE TRIGGER IF NOT EXISTS notice_leader_is_kept AFTER UPDATE OF leader ON notice WHEN new.leader IS NOT old.leader
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, 'notice/' || new.id, 'changed', json_object('leader', new.leader));
END;

-- A talk to which somebody was called and that nobody has recorded is the office's to make up for: it stands on its report upwards.
CREATE VIEW IF NOT EXISTS talk_record_term AS
SELECT 'talk' AS rule, 'talk/' || n.id AS "key", n.addressee_name || '：' || t.number || '责任约谈' AS subject,
    'department' AS owed_by_kind, '区食药安办' AS owed_by, n.town, n.due_on, k.held_on AS met_on,
    json_object('notice', CAST(n.id AS TEXT)) AS evidence
FROM notice n JOIN paper_number t ON t.notice_id = n.id LEFT JOIN talk k ON k.notice_id = n.id
WHERE n.kind = 'interview_summons' AND n.due_on IS NOT NULL AND (k.notice_id IS NOT NULL OR n.status NOT IN ('closed', 'withdrawn'));

INSERT INTO escalation_policy (rule, valid_from, title, duty, basis, rungs, repeated_at, remind, changed_by, changed_at) VALUES
    ('talk', '2026-12-01', '责任约谈未记录', '进行责任约谈并记录日期、地点、到场人员和内容', '责任约谈（食品安全风险管控长效机制）', '[{"term":10,"issue":"signed","told":[]}]', 1, '[3]', 'migration', '2026-11-27T00:00:00+08:00')
ON CONFLICT (rule, valid_from) DO NOTHING;

INSERT INTO deadline_view (matter, view) VALUES ('talk', 'talk_record_term') ON CONFLICT (matter) DO NOTHING;
