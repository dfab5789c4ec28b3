-- What is never said in public (design: trust): read only to keep it out of what is about to be published.
CREATE VIEW IF NOT EXISTS enterprise_personal AS
SELECT uscc, name, person_in_charge, phone, address FROM enterprise;
