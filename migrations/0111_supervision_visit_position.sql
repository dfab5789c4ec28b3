INSERT INTO policy_rule (name, title, kind, source, at_least, at_most) VALUES
    ('visit_position_months', '督导时记下的位置保存几个月', 'whole_number', '本区确定', 1, 24)
ON CONFLICT (name) DO NOTHING;

INSERT INTO policy (name, valid_from, value, changed_by, changed_at) VALUES
    ('visit_position_months', '2020-01-01', '6', 'migration', '2026-11-27T00:00:00+08:00')
ON CONFLICT (name, valid_from) DO NOTHING;

-- Where an official was at a visit, where they allowed it: for the office alone, to a hundred metres, for some months. It stands in no export,
-- and not in the audit, which is kept longer.
CREATE TABLE IF NOT EXISTS visit_position (
    visit_id INTEGER PRIMARY KEY REFERENCES visit (id),
    -- Thousandths of a degree
    latitude INTEGER NOT NULL CHECK (latitude BETWEEN -90000 AND 90000),
    longitude INTEGER NOT NULL CHECK (longitude BETWEEN -180000 AND 180000),
    -- The last day on which it is shown
    kept_until TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS visit_position_kept ON visit_position (kept_until);

CREATE TRIGGER IF NOT EXISTS visit_position_is_never_changed BEFORE UPDATE ON visit_position
BEGIN SELECT RAISE(ABORT, 'the position of a visit stays as it was'); END;

-- Whoever records the next one clears away what is kept no longer.
CREATE TRIGGER IF NOT EXISTS visit_position_clears_away AFTER INSERT ON visit_position
BEGIN
    DELETE FROM visit_position WHERE kept_until < substr(new.changed_at, 1, 10);
END;
