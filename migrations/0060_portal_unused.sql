-- Every function has read `caller_scoped` since tokens have scopes, in the release before too.
DROP VIEW IF EXISTS caller;

-- Failed sign-ins are counted in `attempt`, in the release before too. What is left here is older than the hour for which it was kept,
-- and nothing asks for it by subject. The table goes when no running release clears it any more.
DELETE FROM sign_in_failure;

DROP INDEX IF EXISTS sign_in_failure_subject;
