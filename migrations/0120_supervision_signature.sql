-- What the person of a business signed on the screen at a visit, with the name that was given: sealed, so that it opens under its own visit
-- alone. It stands in no list, export or audit.
CREATE TABLE IF NOT EXISTS visit_signature (
    visit_id INTEGER PRIMARY KEY REFERENCES visit (id),
    sealed BLOB NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

-- Of a signature the audit says that it is there, and nothing else.
CREATE TRIGGER IF NOT EXISTS visit_signature_created AFTER INSERT ON visit_signature
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'visit/' || new.visit_id, 'changed', json_object('signed', '有'));
END;

CREATE TRIGGER IF NOT EXISTS visit_signature_is_never_changed BEFORE UPDATE ON visit_signature
BEGIN SELECT RAISE(ABORT, 'what was signed stays as it was'); END;

CREATE TRIGGER IF NOT EXISTS visit_signature_is_never_deleted BEFORE DELETE ON visit_signature
BEGIN SELECT RAISE(ABORT, 'what was signed is never deleted'); END;

-- A visit with its signature: both are written by one statement.
CREATE VIEW IF NOT EXISTS signed_visit AS
SELECT v.visited_on, v.cadre_no, v.uscc, v.mode, v.result, v.result_text, v.problems_found, v.note, v.checked, v.problems, v.changed_by, v.changed_at,
    s.sealed AS signature
FROM visit_signature s JOIN visit v ON v.id = s.visit_id;

-- Sent again, the visit is there already, and has the signature that it was sent with first.
CREATE TRIGGER IF NOT EXISTS visit_is_signed INSTEAD OF INSERT ON signed_visit
BEGIN
    INSERT INTO visit (visited_on, cadre_no, uscc, mode, result, result_text, problems_found, note, checked, problems, changed_by, changed_at)
    VALUES (new.visited_on, new.cadre_no, new.uscc, new.mode, new.result, new.result_text, new.problems_found, new.note, new.checked, new.problems,
        new.changed_by, new.changed_at)
    ON CONFLICT DO NOTHING;
    INSERT INTO visit_signature (visit_id, sealed, changed_by, changed_at)
    SELECT v.id, new.signature, new.changed_by, new.changed_at FROM visit v
    WHERE v.uscc = new.uscc AND v.visited_on = new.visited_on AND v.cadre_no = new.cadre_no AND v.mode = new.mode
        AND v.result_text = new.result_text AND v.problems_found = new.problems_found AND v.note = new.note
    ON CONFLICT (visit_id) DO NOTHING;
END;
