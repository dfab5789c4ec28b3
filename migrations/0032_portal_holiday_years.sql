-- How the days off of each year are called: whoever reads it can tell whether the year's whole arrangement has been announced.
CREATE VIEW IF NOT EXISTS holiday_year_ledger AS
SELECT CAST(substr(date, 1, 4) AS INTEGER) AS year, group_concat(DISTINCT name) AS names
FROM holiday WHERE kind = 'holiday' GROUP BY substr(date, 1, 4);
