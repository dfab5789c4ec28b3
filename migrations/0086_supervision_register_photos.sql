-- The photographs that an official took of a problem, for the register of problems: by the number of the visit's own record.
CREATE VIEW IF NOT EXISTS visit_problem_photo AS
SELECT o.id, CAST(o.problem_id AS TEXT) AS visit_problem, o.changed_at FROM problem_photo o;
