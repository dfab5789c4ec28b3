-- What the release before last read, and nobody reads any more.
DROP VIEW IF EXISTS deadline_visit;

DROP VIEW IF EXISTS deadline_reassignment_official;

DROP VIEW IF EXISTS reassignment_of_enterprise_term;

DROP VIEW IF EXISTS deadline_problem;

DROP VIEW IF EXISTS enterprise_known_by;

DROP VIEW IF EXISTS complaint_handler;

DROP VIEW IF EXISTS caller_placed;

DROP VIEW IF EXISTS caller_scoped;

DROP VIEW IF EXISTS issuing_organisation;
