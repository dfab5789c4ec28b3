-- Which view states the deadlines of a matter: the sweep reads these views and no others. A new kind of deadline is a view, a row here
-- and a row of policy. A view is replaced by a successor under a new name and then one UPDATE of its row; the old view stays for one
-- release. A matter that is stated no more has no view: the sweep fails where a view is missing, and closes nothing.
CREATE TABLE IF NOT EXISTS deadline_view (
    matter TEXT PRIMARY KEY,
    view TEXT UNIQUE
) STRICT, WITHOUT ROWID;

CREATE TRIGGER IF NOT EXISTS deadline_view_is_never_deleted BEFORE DELETE ON deadline_view
BEGIN SELECT RAISE(ABORT, 'a matter that is stated no more keeps its row, without a view'); END;

INSERT INTO deadline_view (matter, view) VALUES
    ('canteen', 'deadline_canteen'),
    ('commitment', 'deadline_commitment'),
    ('complaint', 'deadline_complaint_term'),
    ('license_renewal', 'deadline_license_renewal'),
    ('limited_matter', 'deadline_limited_matter_term'),
    ('new_producer_training', 'deadline_new_producer_training'),
    ('oversight', 'deadline_oversight'),
    ('problem', 'deadline_problem'),
    ('reassignment_enterprise', 'deadline_reassignment_enterprise'),
    ('reassignment_official', 'deadline_reassignment_official'),
    ('report', 'deadline_report'),
    ('visit', 'deadline_visit')
ON CONFLICT (matter) DO NOTHING;
