-- Why the office dated the last day of an official back into a closed period.
ALTER TABLE cadre ADD COLUMN backdated_reason TEXT;

-- The same of an assignment.
ALTER TABLE assignment ADD COLUMN backdated_reason TEXT;

-- Why a last day was dated back stands in the audit.
CREATE TRIGGER IF NOT EXISTS cadre_leaves_backdated AFTER UPDATE OF backdated_reason ON cadre WHEN new.backdated_reason IS NOT old.backdated_reason
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'cadre/' || new.cadre_no, 'changed', json_object('left_on', new.left_on, 'backdated_reason', new.backdated_reason));
END;

-- Why the start of an assignment was dated back stands in the audit.
CREATE TRIGGER IF NOT EXISTS assignment_begins_backdated AFTER INSERT ON assignment WHEN new.backdated_reason IS NOT NULL
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'assignment/' || new.uscc, 'changed',
        json_object('cadre_no', new.cadre_no, 'starts_on', new.starts_on, 'backdated_reason', new.backdated_reason));
END;

-- Why the end of an assignment was dated back stands in the audit.
CREATE TRIGGER IF NOT EXISTS assignment_ends_backdated AFTER UPDATE OF backdated_reason ON assignment WHEN new.backdated_reason IS NOT old.backdated_reason
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'assignment/' || new.uscc, 'changed',
        json_object('cadre_no', new.cadre_no, 'ends_on', new.ends_on, 'backdated_reason', new.backdated_reason));
END;
