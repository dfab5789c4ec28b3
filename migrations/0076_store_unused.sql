-- What the release before last read, and nobody reads any more.
DROP VIEW IF EXISTS list_case_objection;

DROP VIEW IF EXISTS deadline_reassignment_enterprise;

DROP VIEW IF EXISTS assignment_fit;

DROP INDEX IF EXISTS list_case_running;

DROP TABLE IF EXISTS sign_in_failure;

DROP TABLE IF EXISTS complaint_failure;
