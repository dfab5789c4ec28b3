-- How a business stands with the lists, for its page at the desk: each case on its way to a list or on it, and each help (重点帮扶). What has
-- ended stands here too.
CREATE VIEW IF NOT EXISTS enterprise_standing AS
SELECT c.uscc, c.list AS what, c.id, c.status, c.ground, c.nominated_on AS since, c.published_on, c.until_on, c.ended_on
FROM list_case c
UNION ALL
SELECT h.uscc, 'key_help', CAST(h.id AS TEXT), iif(h.ended_on IS NULL, 'running', 'ended'), h.reason, h.since, NULL, NULL, h.ended_on
FROM key_help h;

-- Helps that have ended are found by their business too.
CREATE INDEX IF NOT EXISTS key_help_uscc ON key_help (uscc);
