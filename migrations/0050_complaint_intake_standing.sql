-- How a term of the law stands, said once: whoever asks for running, paused or met terms asks by this word.
ALTER TABLE complaint_deadline ADD COLUMN standing TEXT GENERATED ALWAYS AS (CASE WHEN met_on IS NOT NULL THEN 'met'
    WHEN ended_on IS NOT NULL THEN 'ended' WHEN paused_on IS NOT NULL THEN 'paused' ELSE 'running' END) VIRTUAL;

-- The day that is shown. While something is being tested nobody knows it.
ALTER TABLE complaint_deadline ADD COLUMN shown_due_on TEXT GENERATED ALWAYS AS (iif(standing = 'paused', NULL, due_on)) VIRTUAL;

-- The day that holds: the later of the latest day that was told and the true one.
ALTER TABLE complaint_deadline ADD COLUMN holds_until TEXT GENERATED ALWAYS AS (max(due_on, coalesce(told_on, due_on))) VIRTUAL;

CREATE INDEX IF NOT EXISTS complaint_deadline_running ON complaint_deadline (complaint_id, holds_until) WHERE standing = 'running';

DROP INDEX IF EXISTS complaint_deadline_open;

CREATE INDEX IF NOT EXISTS complaint_deadline_running_provisional ON complaint_deadline (complaint_id) WHERE provisional AND standing = 'running';

DROP INDEX IF EXISTS complaint_deadline_provisional;
