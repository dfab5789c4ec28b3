-- The views by which deadlines are stated today, for whoever reads deadlines beside the sweep. No name of another view may begin with
-- deadline_, for the release before reads all of them.
CREATE VIEW IF NOT EXISTS current_deadline_view AS
SELECT matter, view FROM deadline_view WHERE view IS NOT NULL;
