-- The day of a matter is computed by `limited_matter_term`, so that nothing asks for open matters by the day that was said.
DROP INDEX IF EXISTS limited_matter_open;
