-- The least and the most that a number may be; null where 0 and 10,000 hold, which the program knows.
ALTER TABLE policy_rule ADD COLUMN at_least INTEGER;

ALTER TABLE policy_rule ADD COLUMN at_most INTEGER;

-- A term of no days would take away what the term is for, and one of more than a year of working days would end beyond every plan.
UPDATE policy_rule SET at_least = 1, at_most = 250 WHERE name IN ('objection_workdays', 'notice_term_workdays', 'withdrawn_draft_workdays');

-- A value stays within the bounds, whoever writes it.
CREATE TRIGGER IF NOT EXISTS policy_keeps_its_bounds BEFORE INSERT ON policy
WHEN EXISTS (SELECT 1 FROM policy_rule r WHERE r.name = new.name AND CAST(new.value AS INTEGER) NOT BETWEEN r.at_least AND r.at_most)
BEGIN SELECT RAISE(ABORT, 'a policy value is out of its bounds'); END;
