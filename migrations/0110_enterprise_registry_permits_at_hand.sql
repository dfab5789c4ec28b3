-- The permits that hold, for whoever stands at the door: those that were entered wrongly are not among them. After a merger they are the
-- surviving row's.
CREATE VIEW IF NOT EXISTS enterprise_permit_held AS
SELECT coalesce(e.merged_into, p.uscc) AS uscc, p.number, p.kind, p.valid_from, p.valid_until
FROM enterprise_permit p LEFT JOIN enterprise_site e ON e.uscc = p.uscc WHERE p.revoked_on IS NULL;
