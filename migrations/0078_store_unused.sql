-- What the release before last read, and nobody reads any more.
DROP VIEW IF EXISTS deadline_oversight;

DROP VIEW IF EXISTS enterprise_coded;
