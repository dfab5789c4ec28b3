-- What the audit keeps of other cases, kept here of insiders' reports: their number, town and moment stand where only their handlers
-- read them.
CREATE TABLE IF NOT EXISTS insider_audit (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    record TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('created', 'changed')),
    before TEXT,
    after TEXT
) STRICT;

CREATE INDEX IF NOT EXISTS insider_audit_code ON insider_audit (code, id);

CREATE TRIGGER IF NOT EXISTS insider_audit_is_never_changed BEFORE UPDATE ON insider_audit
BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;

CREATE TRIGGER IF NOT EXISTS insider_audit_is_never_deleted BEFORE DELETE ON insider_audit
BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;

-- Whichever trigger writes it: no other way leads into the audit.
CREATE TRIGGER IF NOT EXISTS audit_of_an_insider BEFORE INSERT ON audit
WHEN substr(new.record, 1, 9) = 'complaint'
    AND EXISTS (SELECT 1 FROM complaint c WHERE c.code = substr(new.record, instr(new.record, '/') + 1) AND c.insider)
BEGIN
    INSERT INTO insider_audit (code, at, actor, record, action, before, after)
    VALUES (substr(new.record, instr(new.record, '/') + 1), new.at, new.actor, new.record, new.action, new.before, new.after);
    SELECT RAISE(IGNORE);
END;

-- What stands in the audit already moves, in front of what is new.
INSERT INTO insider_audit (id, code, at, actor, record, action, before, after)
SELECT a.id - 1000000000000, c.code, a.at, a.actor, a.record, a.action, a.before, a.after
FROM complaint c JOIN audit a ON a.record IN ('complaint/' || c.code, 'complaint-opening/' || c.code, 'complaint-reward/' || c.code)
WHERE c.insider
ON CONFLICT (id) DO NOTHING;

DROP TRIGGER IF EXISTS audit_is_never_deleted;

DELETE FROM audit WHERE record IN (
    SELECT prefix.value || c.code FROM complaint c JOIN json_each('["complaint/","complaint-opening/","complaint-reward/"]') prefix WHERE c.insider);

CREATE TRIGGER IF NOT EXISTS audit_is_never_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;

CREATE INDEX IF NOT EXISTS complaint_insider ON complaint (id) WHERE insider;

-- Who handles which insider's report: whoever was named when it came in, until it is handed over.
CREATE TABLE IF NOT EXISTS insider_seat (
    complaint_id INTEGER NOT NULL REFERENCES complaint (id),
    place INTEGER NOT NULL CHECK (place IN (1, 2)),
    account TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (complaint_id, place)
) STRICT, WITHOUT ROWID;

-- Who has taken a seat stands where only the report's handlers read it.
CREATE TRIGGER IF NOT EXISTS insider_seat_taken AFTER INSERT ON insider_seat WHEN new.changed_by <> 'migration'
BEGIN
    INSERT INTO insider_audit (code, at, actor, record, action, after)
    SELECT c.code, new.changed_at, new.changed_by, 'insider-seat/' || c.code || '/' || new.place, 'created', json_object('account', new.account)
    FROM complaint c WHERE c.id = new.complaint_id;
END;

-- Who has handed over to whom stands where only the report's handlers read it.
CREATE TRIGGER IF NOT EXISTS insider_seat_handed_over AFTER UPDATE ON insider_seat
BEGIN
    INSERT INTO insider_audit (code, at, actor, record, action, before, after)
    SELECT c.code, new.changed_at, new.changed_by, 'insider-seat/' || c.code || '/' || new.place, 'changed', json_object('account', old.account), json_object('account', new.account)
    FROM complaint c WHERE c.id = new.complaint_id;
END;

CREATE TRIGGER IF NOT EXISTS insider_seat_is_never_deleted BEFORE DELETE ON insider_seat
BEGIN SELECT RAISE(ABORT, 'a report is handed over, never left alone'); END;

INSERT INTO insider_seat (complaint_id, place, account, changed_by, changed_at)
SELECT c.id, h.place, h.account, 'migration', '2026-11-26T00:00:00+08:00' FROM complaint c JOIN insider_handler h WHERE c.insider
ON CONFLICT (complaint_id, place) DO NOTHING;

-- A report belongs to the two who are named when it comes in.
CREATE TRIGGER IF NOT EXISTS insider_report_filed AFTER INSERT ON complaint WHEN new.insider
BEGIN
    INSERT INTO insider_seat (complaint_id, place, account, changed_by, changed_at)
    SELECT new.id, h.place, h.account, new.changed_by, new.changed_at FROM insider_handler h;
END;

-- A change of the two handlers: proposed by one person, confirmed by another. One at a time.
CREATE TABLE IF NOT EXISTS insider_handler_change (
    id INTEGER PRIMARY KEY,
    first TEXT NOT NULL,
    second TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at TEXT NOT NULL,
    outcome TEXT CHECK (outcome IN ('confirmed', 'withdrawn')),
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    CHECK (first <> second),
    CHECK (outcome IS NOT 'confirmed' OR changed_by <> proposed_by)
) STRICT;

CREATE UNIQUE INDEX IF NOT EXISTS insider_handler_change_open ON insider_handler_change (outcome IS NULL) WHERE outcome IS NULL;

-- What somebody must know of their being a handler, until they say that they have read it.
CREATE TABLE IF NOT EXISTS insider_told (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('replacement_proposed', 'replaced', 'named', 'kept')),
    change_id INTEGER NOT NULL REFERENCES insider_handler_change (id),
    at TEXT NOT NULL,
    read_at TEXT,
    UNIQUE (account, what, change_id)
) STRICT;

-- Whoever would be replaced is told when it is proposed.
CREATE TRIGGER IF NOT EXISTS insider_handler_change_proposed AFTER INSERT ON insider_handler_change
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'insider-handler-change/' || new.id, 'created', json_object('first', new.first, 'second', new.second));
    INSERT INTO insider_told (account, what, change_id, at)
    SELECT h.account, 'replacement_proposed', new.id, new.changed_at FROM insider_handler h WHERE h.account NOT IN (new.first, new.second);
END;

-- A confirmed change is the change: who handles from now on, and who is told.
CREATE TRIGGER IF NOT EXISTS insider_handler_change_ended AFTER UPDATE ON insider_handler_change
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'insider-handler-change/' || new.id, 'changed', json_object('outcome', old.outcome), json_object('outcome', new.outcome));
    INSERT INTO insider_told (account, what, change_id, at)
    SELECT h.account, iif(h.account IN (new.first, new.second), 'kept', 'replaced'), new.id, new.changed_at
    FROM insider_handler h WHERE new.outcome = 'confirmed';
    INSERT INTO insider_told (account, what, change_id, at)
    SELECT account, 'named', new.id, new.changed_at FROM (SELECT new.first AS account UNION SELECT new.second)
    WHERE new.outcome = 'confirmed' AND account NOT IN (SELECT h.account FROM insider_handler h);
    INSERT INTO insider_handler (place, account, changed_by, changed_at)
    SELECT place, account, new.changed_by, new.changed_at FROM (SELECT 1 AS place, new.first AS account UNION SELECT 2, new.second)
    WHERE new.outcome = 'confirmed'
    ON CONFLICT (place) DO UPDATE SET account = excluded.account, changed_by = excluded.changed_by, changed_at = excluded.changed_at
    WHERE account IS NOT excluded.account;
END;

-- What was confirmed or withdrawn stays so.
CREATE TRIGGER IF NOT EXISTS insider_handler_change_ends_once BEFORE UPDATE ON insider_handler_change WHEN old.outcome IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a change of handlers ends once'); END;

CREATE TRIGGER IF NOT EXISTS insider_handler_change_is_never_deleted BEFORE DELETE ON insider_handler_change
BEGIN SELECT RAISE(ABORT, 'a change of handlers is confirmed or withdrawn, never deleted'); END;

-- Insiders' reports stand on no paper and among nobody's duties: their handlers see what is due in their own list.
DROP VIEW IF EXISTS deadline_complaint;

CREATE VIEW IF NOT EXISTS deadline_complaint AS
SELECT 'complaint_' || d.step AS rule,
    'complaint/' || c.code || '/' || d.step || '/' || d.began_on AS "key",
    CASE c.kind WHEN 'complaint' THEN '投诉 ' ELSE '举报 ' END || c.code AS subject,
    iif(c.town IS NULL, 'department', 'station') AS owed_by_kind,
    coalesce(c.town, '区食药安办') AS owed_by,
    c.town AS town,
    iif(d.paused_on IS NULL OR d.met_on IS NOT NULL, d.due_on, NULL) AS due_on, d.met_on,
    json_object('code', c.code, 'step', d.step, 'began_on', d.began_on, 'source', d.source) AS evidence
FROM complaint_deadline d JOIN complaint c ON c.id = d.complaint_id
WHERE NOT c.insider AND (d.ended_on IS NULL OR d.met_on IS NOT NULL);
