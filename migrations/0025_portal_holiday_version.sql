-- Counts the changes of the calendar: who keeps one asks in the statement that uses it whether it still holds.
CREATE TABLE IF NOT EXISTS holiday_version (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
) STRICT;

INSERT INTO holiday_version (id, version) VALUES (1, 1) ON CONFLICT DO NOTHING;

CREATE TRIGGER IF NOT EXISTS holiday_counted_when_created AFTER INSERT ON holiday
BEGIN UPDATE holiday_version SET version = version + 1; END;

CREATE TRIGGER IF NOT EXISTS holiday_counted_when_changed AFTER UPDATE ON holiday
BEGIN UPDATE holiday_version SET version = version + 1; END;

-- What other functions may read of it.
CREATE VIEW IF NOT EXISTS holiday_version_ledger AS SELECT version FROM holiday_version;
