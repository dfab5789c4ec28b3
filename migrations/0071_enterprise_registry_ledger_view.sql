-- The name under which the views of other functions read the ledger.
CREATE VIEW IF NOT EXISTS enterprise AS
SELECT id, uscc, name, founded_on, address, town, village, business_scope, sector, risk_grade, level, canteen, license_no, licensed_on,
    person_in_charge, phone, status, search_name, initials, version, changed_by, changed_at, needs_license, scope_reading, scope_rules, search_rules
FROM enterprise_site;
