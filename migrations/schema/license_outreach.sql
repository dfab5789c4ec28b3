-- What license_outreach has in a migrated store: each table with the rules that stand in it, its indexes and triggers, then the views that read it.
-- To be read, never run: made from the migrations by SHIAN_RENEW=1 cargo test -p store --test schema

-- 食品生产许可证, as the licensing system's roster brings them.
CREATE TABLE license (
    license_no TEXT PRIMARY KEY,
    uscc TEXT NOT NULL,
    category TEXT,
    issued_on TEXT,
    expires_on TEXT,
    status TEXT NOT NULL CHECK (status IN ('valid', 'suspended', 'cancelled', 'revoked')),
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX license_uscc ON license (uscc);

CREATE TRIGGER license_created AFTER INSERT ON license
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'license/' || new.license_no, 'created',
        json_object('uscc', new.uscc, 'category', new.category, 'issued_on', new.issued_on, 'expires_on', new.expires_on, 'status', new.status));
END;

CREATE TRIGGER license_changed AFTER UPDATE ON license
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'license/' || new.license_no, 'changed',
        json_object('uscc', old.uscc, 'category', old.category, 'issued_on', old.issued_on, 'expires_on', old.expires_on, 'status', old.status),
        json_object('uscc', new.uscc, 'category', new.category, 'issued_on', new.issued_on, 'expires_on', new.expires_on, 'status', new.status));
END;

CREATE TRIGGER license_is_never_deleted BEFORE DELETE ON license
BEGIN SELECT RAISE(ABORT, 'licences are cancelled, never deleted'); END;

-- The roster of production licences knows their days and their categories.
CREATE TRIGGER license_stands_among_permits AFTER INSERT ON license
BEGIN
    INSERT INTO enterprise_permit (number, uscc, kind, covers, valid_from, valid_until, source, changed_by, changed_at)
    SELECT new.license_no, new.uscc, 'production_license', new.category, new.issued_on, new.expires_on, 'licenses', new.changed_by, new.changed_at WHERE true
    ON CONFLICT (number, uscc) DO UPDATE SET covers = coalesce(excluded.covers, covers), valid_from = excluded.valid_from,
        valid_until = excluded.valid_until, source = excluded.source, revoked_on = NULL,
        version = version + 1, changed_by = excluded.changed_by, changed_at = excluded.changed_at;
END;

-- And their changes.
CREATE TRIGGER license_changes_among_permits AFTER UPDATE OF uscc, category, issued_on, expires_on ON license
WHEN (new.uscc, new.category, new.issued_on, new.expires_on) IS NOT (old.uscc, old.category, old.issued_on, old.expires_on)
BEGIN
    UPDATE enterprise_permit SET revoked_on = substr(new.changed_at, 1, 10), version = version + 1, changed_by = new.changed_by, changed_at = new.changed_at
    WHERE number = old.license_no AND uscc = old.uscc AND old.uscc <> new.uscc AND source = 'licenses' AND revoked_on IS NULL;
    INSERT INTO enterprise_permit (number, uscc, kind, covers, valid_from, valid_until, source, changed_by, changed_at)
    SELECT new.license_no, new.uscc, 'production_license', new.category, new.issued_on, new.expires_on, 'licenses', new.changed_by, new.changed_at WHERE true
    ON CONFLICT (number, uscc) DO UPDATE SET covers = coalesce(excluded.covers, covers), valid_from = excluded.valid_from,
        valid_until = excluded.valid_until, source = excluded.source, revoked_on = NULL,
        version = version + 1, changed_by = excluded.changed_by, changed_at = excluded.changed_at;
END;

-- A production licence is cancelled, or holds again, while a period is being closed.
CREATE TRIGGER license_stands_otherwise_while_closing BEFORE UPDATE OF status ON license
WHEN EXISTS (SELECT 1 FROM period_close WHERE finished_at IS NULL)
BEGIN
    INSERT INTO closing_kept (period, uscc)
    SELECT c.period, coalesce((SELECT e.merged_into FROM enterprise_site e WHERE e.uscc = old.uscc), old.uscc) FROM period_close c WHERE c.finished_at IS NULL
    ON CONFLICT (period, uscc) DO NOTHING;
END;

-- All licences that are known: the register's, and the ledger's where the register does not have the number. Five years from
-- the day of issue where nothing else is said (食品生产许可管理办法 第18条).
CREATE VIEW food_license AS
SELECT license_no, uscc, category, issued_on,
    coalesce(expires_on, date(issued_on, '+5 years', '-1 day')) AS expires_on, status, 1 AS in_register
FROM license
UNION ALL
SELECT e.license_no, e.uscc, NULL, e.licensed_on, date(e.licensed_on, '+5 years', '-1 day'), 'valid', 0
FROM enterprise_licensing e
WHERE e.license_no IS NOT NULL AND NOT EXISTS (SELECT 1 FROM license l WHERE l.license_no = e.license_no);

-- Deadlines, in the one shape that the sweep reads: rule, key, subject, owed_by_kind, owed_by, town, due_on, met_on, evidence.
-- A view knows no «now». What is no longer stated is no longer owed. The station that answers for a town owes what is here.
CREATE VIEW deadline_license_renewal AS
SELECT 'license_renewal' AS rule,
    'license_renewal/' || f.license_no || '/' || f.expires_on AS "key",
    e.name || '：食品生产许可证 ' || f.license_no || ' 申请延续' AS subject,
    'station' AS owed_by_kind, e.town AS owed_by, e.town,
    (SELECT max(day.date) FROM calendar_day day
     WHERE day.is_workday AND day.workdays = (SELECT end.workdays FROM calendar_day end WHERE end.date = f.expires_on) - p.value) AS due_on,
    (SELECT min(a.applied_on) FROM license_application a
     WHERE a.uscc = f.uscc AND a.status IN ('open', 'granted') AND a.applied_on > date(f.expires_on, '-1 year')) AS met_on,
    json_object('uscc', e.uscc, 'license_no', f.license_no, 'expires_on', f.expires_on) AS evidence
FROM food_license f
JOIN enterprise_licensing e ON e.uscc = f.uscc AND e.status = 'operating'
JOIN policy_ledger p ON p.name = 'license_renewal_workdays'
    AND f.expires_on >= p.valid_from AND (p.valid_before IS NULL OR f.expires_on < p.valid_before)
WHERE f.status = 'valid' AND f.expires_on IS NOT NULL;

-- A new producer is trained at its door within a number of days from the day of issue (000 §三(四)).
CREATE VIEW deadline_new_producer_training AS
SELECT 'new_producer_training' AS rule,
    'new_producer_training/' || f.license_no AS "key",
    e.name || '：新获证企业上门培训' AS subject,
    'station' AS owed_by_kind, e.town AS owed_by, e.town,
    (SELECT min(day.date) FROM calendar_day day WHERE day.is_workday AND day.date >= date(f.issued_on, '+' || days.value || ' days')) AS due_on,
    (SELECT min(t.held_on) FROM producer_training t WHERE t.uscc = f.uscc AND t.kind = 'door_step' AND t.held_on >= f.issued_on) AS met_on,
    json_object('uscc', e.uscc, 'license_no', f.license_no, 'issued_on', f.issued_on) AS evidence
FROM food_license f
JOIN enterprise_licensing e ON e.uscc = f.uscc AND e.status = 'operating'
JOIN policy_ledger since ON since.name = 'outreach_duties_from'
    AND f.issued_on >= since.valid_from AND (since.valid_before IS NULL OR f.issued_on < since.valid_before)
    AND f.issued_on >= since.value ->> '$'
JOIN policy_ledger days ON days.name = 'new_producer_training_days'
    AND f.issued_on >= days.valid_from AND (days.valid_before IS NULL OR f.issued_on < days.valid_before)
WHERE f.status = 'valid'
    -- A renewal is no new producer
    AND NOT EXISTS (SELECT 1 FROM audit WHERE record = 'license/' || f.license_no AND action = 'changed' AND before ->> '$.issued_on' < f.issued_on);

-- 食品生产许可申请
CREATE TABLE license_application (
    acceptance_no TEXT PRIMARY KEY,
    uscc TEXT NOT NULL,
    applied_on TEXT,
    status TEXT NOT NULL CHECK (status IN ('open', 'granted', 'refused', 'withdrawn')),
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX license_application_uscc ON license_application (uscc);

CREATE TRIGGER license_application_created AFTER INSERT ON license_application
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'license-application/' || new.acceptance_no, 'created',
        json_object('uscc', new.uscc, 'applied_on', new.applied_on, 'status', new.status));
END;

CREATE TRIGGER license_application_changed AFTER UPDATE ON license_application
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'license-application/' || new.acceptance_no, 'changed',
        json_object('uscc', old.uscc, 'applied_on', old.applied_on, 'status', old.status),
        json_object('uscc', new.uscc, 'applied_on', new.applied_on, 'status', new.status));
END;

CREATE TRIGGER license_application_is_never_deleted BEFORE DELETE ON license_application
BEGIN SELECT RAISE(ABORT, 'applications are withdrawn, never deleted'); END;

-- What a person decided of an unclear scope. It holds for that text: another text is read anew.
CREATE TABLE scope_decision (
    uscc TEXT PRIMARY KEY,
    business_scope TEXT NOT NULL,
    needs_license INTEGER NOT NULL CHECK (needs_license IN (0, 1)),
    note TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE TRIGGER scope_decision_created AFTER INSERT ON scope_decision
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'scope-decision/' || new.uscc, 'created',
        json_object('business_scope', new.business_scope, 'needs_license', new.needs_license, 'note', new.note));
END;

CREATE TRIGGER scope_decision_changed AFTER UPDATE ON scope_decision
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'scope-decision/' || new.uscc, 'changed',
        json_object('business_scope', old.business_scope, 'needs_license', old.needs_license, 'note', old.note),
        json_object('business_scope', new.business_scope, 'needs_license', new.needs_license, 'note', new.note));
END;

CREATE TRIGGER scope_decision_is_never_deleted BEFORE DELETE ON scope_decision
BEGIN SELECT RAISE(ABORT, 'decisions are changed, never deleted'); END;

-- Who needs a licence or may, and has neither licence nor application: candidates (verdict 1) and unclear scopes (null). The
-- machine's «no» is in no list; a person's decision stands over the machine's verdict.
CREATE VIEW outreach_prospect AS
SELECT e.id AS ledger_id, e.uscc, e.name, e.town, e.village, e.address, e.founded_on, e.sector, e.business_scope,
    e.scope_reading, e.person_in_charge, e.phone,
    iif(d.uscc IS NULL, e.needs_license, d.needs_license) AS verdict,
    c.id AS case_id, c.station, c.opened_on, c.contacted_on,
    (SELECT count(*) FROM outreach_stage s WHERE s.case_id = c.id AND s.done_on IS NOT NULL) AS stages_done,
    -- The first of the nine that is not done
    (SELECT k.value FROM json_each('["site_selection","drawing","construction","layout","equipment","personnel","rules","product_standard","trial_inspection"]') k
     WHERE c.id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM outreach_stage s WHERE s.case_id = c.id AND s.stage = k.value AND s.done_on IS NOT NULL)
     ORDER BY k.key LIMIT 1) AS stage
FROM enterprise_licensing e
LEFT JOIN scope_decision d ON d.uscc = e.uscc AND d.business_scope = e.business_scope
LEFT JOIN outreach_case c ON c.uscc = e.uscc AND c.outcome IS NULL
WHERE e.needs_license IS NOT 0 AND e.business_scope IS NOT NULL AND e.status = 'operating'
    AND (d.uscc IS NULL OR d.needs_license = 1)
    AND NOT EXISTS (SELECT 1 FROM license l WHERE l.uscc = e.uscc AND l.status IN ('valid', 'suspended'))
    AND (e.license_no IS NULL
        OR EXISTS (SELECT 1 FROM license l WHERE l.license_no = e.license_no AND l.status NOT IN ('valid', 'suspended')))
    -- A granted application waits for its licence; once that has come, the licence alone counts
    AND NOT EXISTS (SELECT 1 FROM license_application a WHERE a.uscc = e.uscc AND (a.status = 'open'
        OR a.status = 'granted' AND NOT EXISTS (SELECT 1 FROM license l
            WHERE l.uscc = a.uscc AND (l.issued_on IS NULL OR a.applied_on IS NULL OR l.issued_on >= a.applied_on))))
    AND (c.id IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM outreach_case o
        WHERE o.uscc = e.uscc AND o.outcome IN ('gave_up', 'not_needed') AND o.closed_scope IS e.business_scope));

-- Everybody who needs a licence, with or without one.
CREATE VIEW outreach_in_scope AS
SELECT e.uscc, e.town, e.founded_on FROM enterprise_licensing e
WHERE e.needs_license = 1
    AND NOT EXISTS (SELECT 1 FROM scope_decision d WHERE d.uscc = e.uscc AND d.business_scope = e.business_scope AND d.needs_license = 0)
UNION ALL
SELECT e.uscc, e.town, e.founded_on FROM scope_decision d
JOIN enterprise_licensing e ON e.uscc = d.uscc AND e.business_scope = d.business_scope
WHERE d.needs_license = 1 AND e.needs_license IS NULL;

-- A business that is helped to its licence, at its door.
CREATE TABLE outreach_case (
    id TEXT PRIMARY KEY,
    uscc TEXT NOT NULL,
    -- The account of the station that answers for it
    station TEXT,
    opened_on TEXT NOT NULL,
    contacted_on TEXT,
    contact_note TEXT NOT NULL DEFAULT '',
    -- The on-site check of the application
    checked_on TEXT,
    passed_first_time INTEGER CHECK (passed_first_time IN (0, 1)),
    check_note TEXT NOT NULL DEFAULT '',
    outcome TEXT CHECK (outcome IN ('licensed', 'gave_up', 'not_needed')),
    closed_on TEXT,
    close_note TEXT NOT NULL DEFAULT '',
    -- The scope as it was then: a business that changes it is found again
    closed_scope TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX outreach_case_open_once ON outreach_case (uscc) WHERE outcome IS NULL;

CREATE INDEX outreach_case_uscc ON outreach_case (uscc);

CREATE TRIGGER outreach_case_created AFTER INSERT ON outreach_case
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'outreach-case/' || new.id, 'created',
        json_object('uscc', new.uscc, 'station', new.station, 'opened_on', new.opened_on));
END;

CREATE TRIGGER outreach_case_changed AFTER UPDATE ON outreach_case
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'outreach-case/' || new.id, 'changed',
        json_object('station', old.station, 'contacted_on', old.contacted_on, 'contact_note', old.contact_note,
            'checked_on', old.checked_on, 'passed_first_time', old.passed_first_time, 'check_note', old.check_note,
            'outcome', old.outcome, 'closed_on', old.closed_on, 'close_note', old.close_note),
        json_object('station', new.station, 'contacted_on', new.contacted_on, 'contact_note', new.contact_note,
            'checked_on', new.checked_on, 'passed_first_time', new.passed_first_time, 'check_note', new.check_note,
            'outcome', new.outcome, 'closed_on', new.closed_on, 'close_note', new.close_note));
END;

CREATE TRIGGER outreach_case_is_never_deleted BEFORE DELETE ON outreach_case
BEGIN SELECT RAISE(ABORT, 'cases are closed, never deleted'); END;

-- The nine stages, each its own version: two people at two stages do not disturb each other.
CREATE TABLE outreach_stage (
    case_id TEXT NOT NULL REFERENCES outreach_case (id),
    stage TEXT NOT NULL CHECK (stage IN ('site_selection', 'drawing', 'construction', 'layout', 'equipment', 'personnel', 'rules', 'product_standard', 'trial_inspection')),
    begun_on TEXT,
    done_on TEXT,
    expert TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (case_id, stage)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER outreach_stage_created AFTER INSERT ON outreach_stage
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'outreach-case/' || new.case_id, 'created',
        json_object('stage', new.stage, 'begun_on', new.begun_on, 'done_on', new.done_on, 'expert', new.expert, 'note', new.note));
END;

CREATE TRIGGER outreach_stage_changed AFTER UPDATE ON outreach_stage
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'outreach-case/' || new.case_id, 'changed',
        json_object('stage', old.stage, 'begun_on', old.begun_on, 'done_on', old.done_on, 'expert', old.expert, 'note', old.note),
        json_object('stage', new.stage, 'begun_on', new.begun_on, 'done_on', new.done_on, 'expert', new.expert, 'note', new.note));
END;

CREATE TRIGGER outreach_stage_is_never_deleted BEFORE DELETE ON outreach_stage
BEGIN SELECT RAISE(ABORT, 'stages are changed, never deleted'); END;

-- Drawings, reports and photographs of a stage; the bytes lie in the key-value store in chunks, under outreach/<id>/<n>.
CREATE TABLE outreach_attachment (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES outreach_case (id),
    stage TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    removed_at TEXT,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX outreach_attachment_case ON outreach_attachment (case_id);

CREATE TRIGGER outreach_attachment_created AFTER INSERT ON outreach_attachment
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'outreach-case/' || new.case_id, 'created',
        json_object('attachment', new.name, 'stage', new.stage, 'bytes', new.bytes));
END;

CREATE TRIGGER outreach_attachment_changed AFTER UPDATE ON outreach_attachment
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'outreach-case/' || new.case_id, 'changed',
        json_object('attachment', old.name, 'removed_at', old.removed_at),
        json_object('attachment', new.name, 'removed_at', new.removed_at));
END;

CREATE TRIGGER outreach_attachment_is_never_deleted BEFORE DELETE ON outreach_attachment
BEGIN SELECT RAISE(ABORT, 'attachments are marked as removed, never deleted'); END;

-- Training given at the door, and the yearly examination (000 §三(四)).
CREATE TABLE producer_training (
    id TEXT PRIMARY KEY,
    uscc TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('door_step', 'yearly')),
    held_on TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX producer_training_uscc ON producer_training (uscc, held_on);

CREATE TRIGGER producer_training_created AFTER INSERT ON producer_training
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'producer-training/' || new.uscc, 'created',
        json_object('kind', new.kind, 'held_on', new.held_on, 'note', new.note));
END;

CREATE TRIGGER producer_training_is_never_changed BEFORE UPDATE ON producer_training
BEGIN SELECT RAISE(ABORT, 'a training that was held is never changed'); END;

CREATE TRIGGER producer_training_is_never_deleted BEFORE DELETE ON producer_training
BEGIN SELECT RAISE(ABORT, 'a training that was held is never deleted'); END;

-- 重点企业食堂项目 (000 §三(二))
CREATE TABLE canteen_project (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL CHECK (name <> ''),
    company TEXT NOT NULL DEFAULT '',
    town TEXT NOT NULL,
    -- 项目方负责人, 施工方负责人, 项目设计人员, 项目专员
    contacts TEXT NOT NULL DEFAULT '',
    entered_on TEXT NOT NULL,
    begun_on TEXT,
    completed_on TEXT,
    trained_on TEXT,
    ended_on TEXT,
    note TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE TRIGGER canteen_project_created AFTER INSERT ON canteen_project
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'canteen-project/' || new.id, 'created',
        json_object('name', new.name, 'company', new.company, 'town', new.town, 'contacts', new.contacts, 'entered_on', new.entered_on));
END;

CREATE TRIGGER canteen_project_changed AFTER UPDATE ON canteen_project
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'canteen-project/' || new.id, 'changed',
        json_object('name', old.name, 'company', old.company, 'town', old.town, 'contacts', old.contacts, 'entered_on', old.entered_on,
            'begun_on', old.begun_on, 'completed_on', old.completed_on, 'trained_on', old.trained_on, 'ended_on', old.ended_on, 'note', old.note),
        json_object('name', new.name, 'company', new.company, 'town', new.town, 'contacts', new.contacts, 'entered_on', new.entered_on,
            'begun_on', new.begun_on, 'completed_on', new.completed_on, 'trained_on', new.trained_on, 'ended_on', new.ended_on, 'note', new.note));
END;

CREATE TRIGGER canteen_project_is_never_deleted BEFORE DELETE ON canteen_project
BEGIN SELECT RAISE(ABORT, 'projects end, and are never deleted'); END;

-- The visits and the training that a canteen project is owed at each of its steps (000 §三(二)).
CREATE VIEW deadline_canteen AS
WITH step (project_id, step, what, since, term) AS (
    SELECT id, 'entered', '入库后上门服务', entered_on, 'canteen_visit_workdays' FROM canteen_project
    UNION ALL SELECT id, 'begun', '开工后上门服务', begun_on, 'canteen_visit_workdays' FROM canteen_project WHERE begun_on IS NOT NULL
    UNION ALL SELECT id, 'completed', '竣工后上门服务', completed_on, 'canteen_visit_workdays' FROM canteen_project WHERE completed_on IS NOT NULL
    UNION ALL SELECT id, 'training', '竣工后食品安全培训', completed_on, 'canteen_training_workdays' FROM canteen_project WHERE completed_on IS NOT NULL)
SELECT 'canteen_' || s.step AS rule,
    'canteen_' || s.step || '/' || c.id || '/' || s.since AS "key",
    c.name || '：' || s.what AS subject,
    'station' AS owed_by_kind, c.town AS owed_by, c.town,
    (SELECT min(day.date) FROM calendar_day day
     WHERE day.is_workday AND day.workdays = (SELECT began.workdays FROM calendar_day began WHERE began.date = s.since) + p.value) AS due_on,
    CASE s.step
        WHEN 'training' THEN c.trained_on
        ELSE (SELECT min(v.visited_on) FROM canteen_visit v WHERE v.project_id = c.id AND v.step = s.step AND v.visited_on >= s.since)
    END AS met_on,
    json_object('project', c.id, 'step', s.step, 'since', s.since) AS evidence
FROM step s
JOIN canteen_project c ON c.id = s.project_id AND c.ended_on IS NULL
JOIN policy_ledger p ON p.name = s.term AND s.since >= p.valid_from AND (p.valid_before IS NULL OR s.since < p.valid_before);

-- The visit owed at each step.
CREATE TABLE canteen_visit (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES canteen_project (id),
    step TEXT NOT NULL CHECK (step IN ('entered', 'begun', 'completed')),
    visited_on TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX canteen_visit_project ON canteen_visit (project_id, step, visited_on);

CREATE TRIGGER canteen_visit_created AFTER INSERT ON canteen_visit
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'canteen-project/' || new.project_id, 'created',
        json_object('step', new.step, 'visited_on', new.visited_on, 'note', new.note));
END;

CREATE TRIGGER canteen_visit_is_never_changed BEFORE UPDATE ON canteen_visit
BEGIN SELECT RAISE(ABORT, 'a recorded visit is never changed'); END;

CREATE TRIGGER canteen_visit_is_never_deleted BEFORE DELETE ON canteen_visit
BEGIN SELECT RAISE(ABORT, 'a recorded visit is never deleted'); END;

-- 限时办结事项 (000 §三(三)). The due day is fixed when the matter is received, by the rule that holds then.
CREATE TABLE limited_matter (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('simple_change', 'cancellation', 'license_application', 'enterprise_request')),
    applicant TEXT NOT NULL CHECK (applicant <> ''),
    uscc TEXT,
    town TEXT NOT NULL,
    received_on TEXT NOT NULL,
    due_on TEXT NOT NULL,
    done_on TEXT,
    note TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE TRIGGER limited_matter_created AFTER INSERT ON limited_matter
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'limited-matter/' || new.id, 'created',
        json_object('kind', new.kind, 'applicant', new.applicant, 'uscc', new.uscc, 'town', new.town, 'received_on', new.received_on, 'due_on', new.due_on, 'note', new.note));
END;

CREATE TRIGGER limited_matter_changed AFTER UPDATE ON limited_matter
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'limited-matter/' || new.id, 'changed',
        json_object('done_on', old.done_on, 'note', old.note), json_object('done_on', new.done_on, 'note', new.note));
END;

CREATE TRIGGER limited_matter_is_never_deleted BEFORE DELETE ON limited_matter
BEGIN SELECT RAISE(ABORT, 'matters are never deleted'); END;

-- The day by which a matter is done: the day that was said when it came, or the true one where that is later, by the days that are
-- announced now (design: provisional dates). Provisional while a year that it needs is not announced.
CREATE VIEW limited_matter_term AS
SELECT t.id, max(t.said_on, coalesce(t.true_on, t.said_on)) AS due_on,
    CAST(substr(t.received_on, 1, 4) AS INTEGER) NOT IN (SELECT year FROM announced_year)
        OR CAST(substr(max(t.said_on, coalesce(t.true_on, t.said_on)), 1, 4) AS INTEGER) NOT IN (SELECT year FROM announced_year) AS provisional
FROM (SELECT m.id, m.received_on, m.due_on AS said_on,
        (SELECT min(d.date) FROM calendar_day d WHERE d.is_workday AND d.date >= m.received_on
            AND d.workdays >= (SELECT r.workdays FROM calendar_day r WHERE r.date = m.received_on)
                + (SELECT p.value FROM policy_ledger p WHERE p.name = 'matter_' || m.kind AND p.valid_from <= m.received_on
                    AND (p.valid_before IS NULL OR m.received_on < p.valid_before))) AS true_on
    FROM limited_matter m) t;

-- Matters that are to be done by a day, in the shape that the sweep reads.
CREATE VIEW deadline_limited_matter_term AS
SELECT 'limited_matter' AS rule, 'limited_matter/' || m.id AS "key",
    m.applicant || '：' || CASE m.kind WHEN 'simple_change' THEN '许可证简单变更' WHEN 'cancellation' THEN '许可证注销'
        WHEN 'license_application' THEN '食品生产许可申请' ELSE '企业诉求' END AS subject,
    'station' AS owed_by_kind, m.town AS owed_by, m.town, t.due_on, m.done_on AS met_on,
    json_object('kind', m.kind, 'received_on', m.received_on, 'uscc', m.uscc) AS evidence
FROM limited_matter m JOIN limited_matter_term t ON t.id = m.id;
