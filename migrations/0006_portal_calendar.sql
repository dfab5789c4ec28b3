-- The working days, numbered, so that SQL can count them (design: time and law). `workdays` is how many there have been since
-- the calendar's first day, that day included: the n-th after D has the number of D plus n.
CREATE TABLE IF NOT EXISTS calendar_day (
    date TEXT PRIMARY KEY,
    is_workday INTEGER NOT NULL CHECK (is_workday IN (0, 1)),
    workdays INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO calendar_day (date, is_workday, workdays)
WITH RECURSIVE
    day (date) AS (SELECT '2015-01-01' UNION ALL SELECT date(date, '+1 day') FROM day WHERE date < '2050-12-31'),
    kind (date, is_workday) AS (
        SELECT day.date, coalesce(holiday.kind = 'workday', strftime('%w', day.date) NOT IN ('0', '6'))
        FROM day LEFT JOIN holiday ON holiday.date = day.date)
SELECT date, is_workday, sum(is_workday) OVER (ORDER BY date) FROM kind WHERE true
ON CONFLICT (date) DO NOTHING;

CREATE INDEX IF NOT EXISTS calendar_day_number ON calendar_day (workdays, date) WHERE is_workday;

-- A new arrangement renumbers what follows. Two statements each: the first must still see what the day was.
CREATE TRIGGER IF NOT EXISTS holiday_numbers_days AFTER INSERT ON holiday
BEGIN
    UPDATE calendar_day SET workdays = workdays + (new.kind = 'workday') - (SELECT is_workday FROM calendar_day WHERE date = new.date)
    WHERE date >= new.date;
    UPDATE calendar_day SET is_workday = (new.kind = 'workday') WHERE date = new.date;
END;

-- The same where the kind of an announced day is corrected.
CREATE TRIGGER IF NOT EXISTS holiday_renumbers_days AFTER UPDATE OF kind ON holiday WHEN new.kind <> old.kind
BEGIN
    UPDATE calendar_day SET workdays = workdays + (new.kind = 'workday') - (SELECT is_workday FROM calendar_day WHERE date = new.date)
    WHERE date >= new.date;
    UPDATE calendar_day SET is_workday = (new.kind = 'workday') WHERE date = new.date;
END;

-- What other functions may read of the policy: each value with the days on which it holds.
CREATE VIEW IF NOT EXISTS policy_ledger AS
SELECT name, value, valid_from,
    lead(valid_from) OVER (PARTITION BY name ORDER BY valid_from) AS valid_before
FROM policy;

-- Accounts that work can be given to.
CREATE VIEW IF NOT EXISTS station_account AS
SELECT account, name, towns FROM account WHERE role = 'station' AND status = 'active';
