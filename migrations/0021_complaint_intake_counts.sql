-- That there was a complaint or report about a business, and when: nothing of who or what. Reports of insiders are not among them.
CREATE VIEW IF NOT EXISTS enterprise_complaint AS
SELECT uscc, received_on FROM complaint
WHERE uscc IS NOT NULL AND NOT insider AND status NOT IN ('refused', 'transferred', 'merged');
