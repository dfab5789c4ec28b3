-- The least and the most that a number may be; null where 0 and 10,000 hold, which the program knows.
ALTER TABLE policy_rule ADD COLUMN at_least INTEGER;

ALTER TABLE policy_rule ADD COLUMN at_most INTEGER;

-- A term of no days would take away what the term is for, where the law does not say the same day; one of more than a year of working days
-- ends beyond every plan, and a long one beyond the numbered calendar. Nobody's case is erased sooner than a month after its end, and no
-- single report can be told from the figures.
UPDATE policy_rule SET (at_least, at_most) = (SELECT b.at_least, b.at_most FROM (
    SELECT 'black_list_months' AS name, 1 AS at_least, 120 AS at_most
    UNION ALL SELECT 'canteen_training_workdays', 1, 250
    UNION ALL SELECT 'canteen_visit_workdays', 1, 250
    UNION ALL SELECT 'complaint_retention_days', 30, 10000
    UNION ALL SELECT 'complaint_small_cell', 1, 100
    UNION ALL SELECT 'credit_repair_months', 1, 36
    UNION ALL SELECT 'duty_publication', 0, 1
    UNION ALL SELECT 'failed_sample_workdays', 0, 250
    UNION ALL SELECT 'license_renewal_workdays', 1, 250
    UNION ALL SELECT 'matter_cancellation', 0, 250
    UNION ALL SELECT 'matter_enterprise_request', 0, 250
    UNION ALL SELECT 'matter_license_application', 0, 250
    UNION ALL SELECT 'matter_simple_change', 0, 250
    UNION ALL SELECT 'new_producer_training_days', 1, 366
    UNION ALL SELECT 'notice_term_workdays', 1, 250
    UNION ALL SELECT 'objection_workdays', 1, 250
    UNION ALL SELECT 'reassignment_after_enterprise_change', 1, 250
    UNION ALL SELECT 'reassignment_after_official_change', 1, 250
    UNION ALL SELECT 'red_list_months', 1, 120
    UNION ALL SELECT 'withdrawn_draft_workdays', 1, 250) b WHERE b.name = policy_rule.name)
WHERE kind = 'whole_number';

-- A value stays within the bounds, whoever writes it.
CREATE TRIGGER IF NOT EXISTS policy_keeps_its_bounds BEFORE INSERT ON policy
WHEN EXISTS (SELECT 1 FROM policy_rule r WHERE r.name = new.name AND CAST(new.value AS INTEGER) NOT BETWEEN r.at_least AND r.at_most)
BEGIN SELECT RAISE(ABORT, 'a policy value is out of its bounds'); END;
