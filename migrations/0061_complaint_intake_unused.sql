-- Failed tries to open a case are counted in `attempt`, in the release before too. What is left here is older than the hour for which it
-- was kept, and nothing asks for it by subject. The table goes when no running release clears it any more.
DELETE FROM complaint_failure;

DROP INDEX IF EXISTS complaint_failure_subject;
