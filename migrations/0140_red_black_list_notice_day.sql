-- The day on which the paper was made out that tells a business of its nomination (告知书). It is dated once: whoever opens it later reads the
-- same day. Where nobody has made it out before the business was told, the day of telling is its date.
CREATE TABLE IF NOT EXISTS list_case_notice (
    case_id TEXT PRIMARY KEY REFERENCES list_case (id),
    dated_on TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

-- Making the paper out is a step of its case.
CREATE TRIGGER IF NOT EXISTS list_case_notice_created AFTER INSERT ON list_case_notice
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'list-case/' || new.case_id, 'changed', json_object('notice_dated_on', new.dated_on));
END;

-- The paper is out by then.
CREATE TRIGGER IF NOT EXISTS list_case_notice_is_never_changed BEFORE UPDATE ON list_case_notice
BEGIN SELECT RAISE(ABORT, 'a paper is dated once'); END;

-- The case may be withdrawn; its paper was made out all the same.
CREATE TRIGGER IF NOT EXISTS list_case_notice_is_never_deleted BEFORE DELETE ON list_case_notice
BEGIN SELECT RAISE(ABORT, 'a paper that was made out is never deleted'); END;
