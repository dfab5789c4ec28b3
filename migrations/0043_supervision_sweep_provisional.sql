-- Whether the day that a paper names needed a year that was not announced when it was issued: it is marked so, and stays as it is.
ALTER TABLE notice ADD COLUMN due_provisional INTEGER NOT NULL DEFAULT 0;

-- A day that needs a year that is not announced is marked when the paper is issued.
CREATE TRIGGER IF NOT EXISTS notice_due_is_provisional AFTER UPDATE OF due_on ON notice
WHEN new.due_on IS NOT NULL AND old.due_on IS NULL AND new.issued_on IS NOT NULL
BEGIN
    UPDATE notice SET due_provisional = 1 WHERE id = new.id
        AND (CAST(substr(new.issued_on, 1, 4) AS INTEGER) NOT IN (SELECT year FROM announced_year)
            OR CAST(substr(new.due_on, 1, 4) AS INTEGER) NOT IN (SELECT year FROM announced_year));
END;

-- The message that tells of it says so too. The mark stands before the message is written.
CREATE TRIGGER IF NOT EXISTS message_of_a_provisional_day AFTER INSERT ON message
WHEN new.kind IN ('notice', 'copy') AND (SELECT n.due_provisional FROM notice n WHERE n.id = new.notice_id)
BEGIN
    UPDATE message SET text = new.text || '那一年的节假日还没有公布，日期暂定。' WHERE id = new.id;
END;

-- The day on which a paper's term ends by the days that are announced now.
CREATE VIEW IF NOT EXISTS notice_term AS
SELECT n.id AS notice_id, (SELECT min(d.date) FROM calendar_day d
    WHERE d.is_workday AND d.workdays = (SELECT i.workdays FROM calendar_day i WHERE i.date = n.issued_on) + n.term) AS ends_on
FROM notice n WHERE n.issued_on IS NOT NULL;

CREATE INDEX IF NOT EXISTS notice_provisional ON notice (id) WHERE due_provisional AND status NOT IN ('closed', 'withdrawn');

-- The latest day that somebody was reminded of while its year was not announced. A deadline is not chased before it, whatever day the
-- announced holidays make of it: the later of the two holds.
CREATE TABLE IF NOT EXISTS deadline_told (
    key TEXT PRIMARY KEY,
    due_on TEXT NOT NULL
) STRICT, WITHOUT ROWID;
