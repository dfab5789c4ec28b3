-- What the release before last read, and nobody reads any more.
DROP VIEW IF EXISTS visit_term;

DROP VIEW IF EXISTS quarter_obligation;
