-- 食品安全总监 and 食品安全员 in post, for the officials who answer for the business: names stay among those in office.
CREATE VIEW IF NOT EXISTS enterprise_officer AS
SELECT uscc, post, name, appointed_on, left_on, examined_on, exam FROM officer WHERE revoked_on IS NULL;
