-- What is kept under the number of a business, by kind: a row of the ledger is merged into another only where nothing is.
CREATE VIEW IF NOT EXISTS enterprise_record AS
SELECT uscc, 'visit' AS kind FROM visit
UNION ALL SELECT uscc, 'assignment' FROM assignment
UNION ALL SELECT uscc, 'fact' FROM sample
UNION ALL SELECT uscc, 'fact' FROM penalty
UNION ALL SELECT uscc, 'fact' FROM inspection
UNION ALL SELECT uscc, 'fact' FROM honour
UNION ALL SELECT uscc, 'fact' FROM accident
UNION ALL SELECT uscc, 'fact' FROM officer
UNION ALL SELECT uscc, 'complaint' FROM complaint WHERE uscc IS NOT NULL AND NOT insider
UNION ALL SELECT uscc, 'list' FROM list_case
UNION ALL SELECT uscc, 'list' FROM key_help
UNION ALL SELECT uscc, 'license' FROM license
UNION ALL SELECT uscc, 'license' FROM license_application
UNION ALL SELECT uscc, 'license' FROM outreach_case
UNION ALL SELECT uscc, 'license' FROM producer_training
UNION ALL SELECT uscc, 'license' FROM limited_matter
UNION ALL SELECT e.uscc, 'license' FROM enterprise_site e WHERE e.license_no IS NOT NULL
UNION ALL SELECT uscc, 'problem' FROM problem WHERE uscc IS NOT NULL
UNION ALL SELECT uscc, 'suspension' FROM enterprise_suspension WHERE revoked_on IS NULL;
