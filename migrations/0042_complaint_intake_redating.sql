-- Terms that were provisional, computed anew once their year has been announced (design: provisional dates). One row a case and
-- version of the calendar: its trigger sets the dates and keeps the message that tells the citizen, so that one change is told once.
CREATE TABLE IF NOT EXISTS complaint_redating (
    complaint_id INTEGER NOT NULL REFERENCES complaint (id),
    -- Of the announced days it was computed with
    calendar INTEGER NOT NULL,
    -- [step, began_on, due_on as it was, due_on, provisional] of each term
    terms TEXT NOT NULL CHECK (json_valid(terms)),
    -- What the citizen is told, under the case's key; null where no date is another, or where the person has been erased
    sealed BLOB,
    mark TEXT,
    at TEXT NOT NULL,
    PRIMARY KEY (complaint_id, calendar)
) STRICT;

-- The latest day that was told before the true one was known; null where there was none. Nobody is chased before it.
ALTER TABLE complaint_deadline ADD COLUMN told_on TEXT;

CREATE INDEX IF NOT EXISTS complaint_deadline_provisional ON complaint_deadline (complaint_id)
WHERE provisional AND met_on IS NULL AND ended_on IS NULL AND paused_on IS NULL;

-- The running terms get the days that were computed anew where nobody has moved them meanwhile, and the citizen gets the message.
CREATE TRIGGER IF NOT EXISTS complaint_redated AFTER INSERT ON complaint_redating
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after)
    SELECT new.at, 'calendar', 'complaint/' || c.code, 'changed',
        json_object('due', (SELECT json_group_array(json_array(t.value ->> 0, t.value ->> 2)) FROM json_each(new.terms) t)),
        json_object('due', (SELECT json_group_array(json_array(t.value ->> 0, t.value ->> 3)) FROM json_each(new.terms) t), 'calendar', new.calendar)
    FROM complaint c WHERE c.id = new.complaint_id;
    UPDATE complaint_deadline SET
        told_on = max(complaint_deadline.due_on, coalesce(complaint_deadline.told_on, complaint_deadline.due_on)),
        due_on = (SELECT t.value ->> 3 FROM json_each(new.terms) t
            WHERE t.value ->> 0 = complaint_deadline.step AND t.value ->> 1 = complaint_deadline.began_on),
        provisional = (SELECT t.value ->> 4 FROM json_each(new.terms) t
            WHERE t.value ->> 0 = complaint_deadline.step AND t.value ->> 1 = complaint_deadline.began_on)
    WHERE complaint_id = new.complaint_id AND met_on IS NULL AND ended_on IS NULL AND paused_on IS NULL
        AND EXISTS (SELECT 1 FROM json_each(new.terms) t
            WHERE t.value ->> 0 = complaint_deadline.step AND t.value ->> 1 = complaint_deadline.began_on AND t.value ->> 2 = complaint_deadline.due_on);
    INSERT INTO complaint_message (complaint_id, from_office, sealed, mark, at, by)
    SELECT new.complaint_id, 1, new.sealed, new.mark, new.at, '系统' WHERE new.sealed IS NOT NULL;
END;

CREATE TRIGGER IF NOT EXISTS complaint_redating_is_never_changed BEFORE UPDATE ON complaint_redating
BEGIN SELECT RAISE(ABORT, 'a change of dates is followed by another, never changed'); END;

CREATE TRIGGER IF NOT EXISTS complaint_redating_is_never_deleted BEFORE DELETE ON complaint_redating
BEGIN SELECT RAISE(ABORT, 'a change of dates is never deleted'); END;

-- The terms of complaints and reports, in the shape that the sweep reads. What is chased goes by the later of the day that was told and
-- the true one. Insiders' reports stand on no paper and among nobody's duties: their handlers see what is due in their own list.
CREATE VIEW IF NOT EXISTS deadline_complaint_term AS
SELECT 'complaint_' || d.step AS rule,
    'complaint/' || c.code || '/' || d.step || '/' || d.began_on AS "key",
    CASE c.kind WHEN 'complaint' THEN '投诉 ' ELSE '举报 ' END || c.code AS subject,
    iif(c.town IS NULL, 'department', 'station') AS owed_by_kind,
    coalesce(c.town, '区食药安办') AS owed_by,
    c.town AS town,
    iif(d.paused_on IS NULL OR d.met_on IS NOT NULL, max(d.due_on, coalesce(d.told_on, d.due_on)), NULL) AS due_on, d.met_on,
    json_object('code', c.code, 'step', d.step, 'began_on', d.began_on, 'source', d.source) AS evidence
FROM complaint_deadline d JOIN complaint c ON c.id = d.complaint_id
WHERE NOT c.insider AND (d.ended_on IS NULL OR d.met_on IS NOT NULL);

-- The successor stands before the view that it replaces goes: for a moment the same keys are stated twice, never not at all.
DROP VIEW IF EXISTS deadline_complaint;
