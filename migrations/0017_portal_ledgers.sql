-- What other functions may read of the State Council's arrangement: the days that are not what their weekday says.
CREATE VIEW IF NOT EXISTS holiday_ledger AS SELECT date, kind FROM holiday;

-- Accounts that a complaint or report can be given to by name.
CREATE VIEW IF NOT EXISTS complaint_handler AS
SELECT account, name, role FROM account WHERE role IN ('office', 'station') AND status = 'active';
