-- Changes of a business that its supervision follows (001 §三.2).
CREATE TABLE IF NOT EXISTS enterprise_change (
    id INTEGER PRIMARY KEY,
    uscc TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('level', 'status')),
    changed_on TEXT NOT NULL,
    was TEXT,
    became TEXT
) STRICT;

CREATE INDEX IF NOT EXISTS enterprise_change_uscc ON enterprise_change (what, uscc);

CREATE TRIGGER IF NOT EXISTS enterprise_level_changed AFTER UPDATE OF level ON enterprise WHEN new.level IS NOT old.level
BEGIN
    INSERT INTO enterprise_change (uscc, what, changed_on, was, became) VALUES (new.uscc, 'level', substr(new.changed_at, 1, 10), old.level, new.level);
END;

CREATE TRIGGER IF NOT EXISTS enterprise_status_changed AFTER UPDATE OF status ON enterprise WHEN new.status IS NOT old.status
BEGIN
    INSERT INTO enterprise_change (uscc, what, changed_on, was, became) VALUES (new.uscc, 'status', substr(new.changed_at, 1, 10), old.status, new.status);
END;

-- What other functions may know of the changes of a business.
CREATE VIEW IF NOT EXISTS enterprise_change_ledger AS
SELECT c.id, c.uscc, c.what, c.changed_on, c.was, c.became, e.name, e.town, e.level, e.status
FROM enterprise_change c JOIN enterprise e ON e.uscc = c.uscc;
