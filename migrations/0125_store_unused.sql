-- What the release before last read, and nobody reads any more.
DROP VIEW IF EXISTS visit_of_period_term;

DROP VIEW IF EXISTS obligation_ledger;

DROP VIEW IF EXISTS closing_obligation;

DROP VIEW IF EXISTS open_obligation;

DROP VIEW IF EXISTS reassignment_after_change_term;

DROP VIEW IF EXISTS reassignment_of_official_term;

DROP VIEW IF EXISTS assignment_tier_fit;

DROP VIEW IF EXISTS enterprise_supervision;

DROP VIEW IF EXISTS enterprise_entry;

DROP VIEW IF EXISTS obligation;

DROP VIEW IF EXISTS supervised_enterprise;

-- Only a trigger read it, which has its successor in `visit_policy_sets_periods`.
DROP VIEW IF EXISTS visit_period_policy;
