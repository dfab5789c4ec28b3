-- The ledger with the number that lists go by.
CREATE VIEW IF NOT EXISTS supervised_enterprise AS
SELECT id AS ledger_id, uscc, name, town, village, address, sector, risk_grade, level, canteen, founded_on, phone
FROM enterprise WHERE status = 'operating';
