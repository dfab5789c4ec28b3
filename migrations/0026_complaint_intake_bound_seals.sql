-- How a case is sealed. 1: its seals open wherever they are put under their key, and the hash of its passphrase opens any case that it
-- is put beside. 2: both are bound to the case; a seal also to its column, its row and the version of the key. What is new is always 2,
-- and housekeeping brings the rest there.
ALTER TABLE complaint ADD COLUMN form INTEGER NOT NULL DEFAULT 1;

CREATE INDEX IF NOT EXISTS complaint_form_1 ON complaint (id) WHERE form = 1;

-- The same of what was said with a step.
ALTER TABLE complaint_step ADD COLUMN form INTEGER NOT NULL DEFAULT 1;

-- Names the message in its seal; null: sealed in the first form.
ALTER TABLE complaint_message ADD COLUMN mark TEXT;

-- Sealed anew a step says the same.
CREATE TRIGGER IF NOT EXISTS complaint_step_is_only_sealed_anew BEFORE UPDATE ON complaint_step
WHEN NOT (old.form = 1 AND new.form = 2 AND old.sealed IS NOT NULL AND new.sealed IS NOT NULL
    AND (new.id, new.complaint_id, new.seq, new.move, new.status, new.ground, new.town, new.merged_into, new.meets, new.ends, new.starts, new.at, new.by)
     IS (old.id, old.complaint_id, old.seq, old.move, old.status, old.ground, old.town, old.merged_into, old.meets, old.ends, old.starts, old.at, old.by))
BEGIN SELECT RAISE(ABORT, 'steps are never changed'); END;

DROP TRIGGER IF EXISTS complaint_step_is_never_changed;
