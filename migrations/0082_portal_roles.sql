-- As whom somebody works. The CHECK of `account.role` and of `access_token.role` knows the words of the releases before: a role that they
-- cannot take stands in `acts_as`, and `role` then says what a release before takes the account for, which is never more than it is.
CREATE TABLE IF NOT EXISTS staff_role (
    role TEXT PRIMARY KEY,
    -- `account.role` of such an account
    taken_for TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO staff_role (role, taken_for) VALUES
    ('office', 'office'), ('chair', 'chair'), ('town', 'town'), ('station', 'station'), ('cadre', 'cadre'),
    ('bureau', 'cadre'), ('department', 'cadre'), ('town_chair', 'cadre')
ON CONFLICT (role) DO NOTHING;

ALTER TABLE account ADD COLUMN acts_as TEXT REFERENCES staff_role (role);

-- The organisation that the account of a department belongs to.
ALTER TABLE account ADD COLUMN organisation TEXT REFERENCES organisation (id);

ALTER TABLE access_token ADD COLUMN acts_as TEXT REFERENCES staff_role (role);

-- A chair with towns is the head of a town's committee from here on. Of those that there are nobody read the towns: they are the district's,
-- and stay so.
UPDATE account SET towns = '[]', version = version + 1, changed_by = 'migration', changed_at = '2026-11-27T00:00:00+08:00'
WHERE role = 'chair' AND towns <> '[]' AND acts_as IS NULL;

-- A release before that writes towns for a chair means the district's, too.
CREATE TRIGGER IF NOT EXISTS account_of_chair_has_no_towns AFTER INSERT ON account
WHEN new.role = 'chair' AND new.acts_as IS NULL AND new.towns <> '[]'
BEGIN
    UPDATE account SET towns = '[]' WHERE account = new.account;
END;

-- The same where it changes one.
CREATE TRIGGER IF NOT EXISTS account_of_chair_gets_no_towns AFTER UPDATE OF role, towns ON account
WHEN new.role = 'chair' AND new.acts_as IS NULL AND new.towns <> '[]'
BEGIN
    UPDATE account SET towns = '[]' WHERE account = new.account;
END;

-- Accounts by the role in which their people work.
CREATE VIEW IF NOT EXISTS staff_account AS
SELECT account, name, coalesce(acts_as, role) AS role, towns, organisation, status FROM account;

-- An account is told of with the role in which its person works.
CREATE TRIGGER IF NOT EXISTS account_created_with_its_role AFTER INSERT ON account
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'staff/' || new.account, 'created',
        json_object('name', new.name, 'role', coalesce(new.acts_as, new.role), 'towns', json(new.towns), 'cadre_no', new.cadre_no,
            'organisation', new.organisation, 'status', new.status));
END;

DROP TRIGGER IF EXISTS account_created;

-- The same of a change.
CREATE TRIGGER IF NOT EXISTS account_changed_with_its_role AFTER UPDATE ON account
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'staff/' || new.account, 'changed',
        json_object('name', old.name, 'role', coalesce(old.acts_as, old.role), 'towns', json(old.towns), 'cadre_no', old.cadre_no,
            'organisation', old.organisation, 'status', old.status),
        json_object('name', new.name, 'role', coalesce(new.acts_as, new.role), 'towns', json(new.towns), 'cadre_no', new.cadre_no,
            'organisation', new.organisation, 'status', new.status,
            'password_changed', json(iif(new.password_hash IS old.password_hash, 'false', 'true'))));
END;

DROP TRIGGER IF EXISTS account_changed;

-- A changed password, a changed role or organisation, or a disabled account ends what was signed in with it.
CREATE TRIGGER IF NOT EXISTS account_change_ends_what_was_signed_in AFTER UPDATE OF password_hash, role, acts_as, organisation, towns, status ON account
BEGIN
    DELETE FROM session WHERE account = new.account;
END;

DROP TRIGGER IF EXISTS account_change_ends_sessions;

-- A release before that gives an account another role, or makes it an official with a number, knows nothing of `acts_as`: its role holds.
CREATE TRIGGER IF NOT EXISTS account_role_is_given_anew AFTER UPDATE OF role ON account
WHEN new.acts_as IS NOT NULL AND new.acts_as IS old.acts_as
    AND (new.role <> old.role OR new.cadre_no IS NOT old.cadre_no AND new.cadre_no IS NOT NULL)
BEGIN
    UPDATE account SET acts_as = NULL, organisation = NULL WHERE account = new.account;
END;

-- Which token was made for whom, and what it may do, stands in the audit; the token and its hash do not.
CREATE TRIGGER IF NOT EXISTS access_token_created_with_its_role AFTER INSERT ON access_token
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'token/' || new.id, 'created',
        json_object('name', new.name, 'role', coalesce(new.acts_as, new.role), 'towns', json(new.towns), 'scopes', json(new.scopes),
            'expires_at', new.expires_at));
END;

DROP TRIGGER IF EXISTS access_token_created_with_scopes;

-- Whether the office acts for the bureau too: unless somebody else hosts it.
CREATE VIEW IF NOT EXISTS office_for_bureau AS
SELECT NOT EXISTS (SELECT 1 FROM organisation o JOIN organisation h ON h.id = o.hosted_by
    WHERE o.kind = 'office' AND o.ended_on IS NULL AND h.kind <> 'bureau') AS holds;

-- Who calls: the role in which they work, whether their office acts for the bureau too, the organisation that they answer for, and all
-- places that are today their towns, with the names of these.
CREATE VIEW IF NOT EXISTS caller_seated AS
SELECT c.token_hash, c.account, c.name, c.role, c.cadre_no, c.must_change_password, c.expires_at, c.is_token, c.scopes,
    c.role = 'office' AND (SELECT holds FROM office_for_bureau) AS acts_for_bureau,
    (SELECT json_object('id', o.id, 'name', o.name) FROM organisation o
        WHERE o.ended_on IS NULL AND (o.id = c.organisation OR c.role = 'bureau' AND o.kind = 'bureau')) AS organisation,
    (SELECT json_group_array(one.id) FROM (SELECT t.value AS id FROM json_each(c.towns) t
        UNION SELECT same.id FROM json_each(c.towns) t JOIN place own ON own.id = t.value JOIN place same ON same.today = own.today) one) AS towns,
    (SELECT json_group_array(DISTINCT coalesce((SELECT p.name FROM place_today p WHERE p.id = t.value), t.value)) FROM json_each(c.towns) t) AS town_names
FROM (
    SELECT s.token_hash, a.account, a.name, coalesce(a.acts_as, a.role) AS role, a.towns, a.cadre_no, a.organisation, a.must_change_password,
        s.expires_at, 0 AS is_token, NULL AS scopes
    FROM session s JOIN account a ON a.account = s.account WHERE a.status = 'active'
    UNION ALL
    SELECT k.token_hash, 'token/' || k.id, k.name, coalesce(k.acts_as, k.role), k.towns, NULL, NULL, 0, k.expires_at, 1, k.scopes
    FROM access_token k WHERE k.revoked_at IS NULL) c;

-- Accounts that a complaint or report can be given to by name.
CREATE VIEW IF NOT EXISTS case_handler AS
SELECT account, name, role FROM staff_account
WHERE status = 'active' AND (role IN ('bureau', 'station') OR role = 'office' AND (SELECT holds FROM office_for_bureau));
