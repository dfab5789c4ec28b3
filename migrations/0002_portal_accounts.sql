-- Who may sign in: staff of the office, the towns and the stations, and officials.
CREATE TABLE IF NOT EXISTS account (
    account TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('office', 'chair', 'town', 'station', 'cadre')),
    -- JSON array of town names; empty for the whole district
    towns TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(towns)),
    cadre_no TEXT,
    password_hash TEXT NOT NULL,
    must_change_password INTEGER NOT NULL DEFAULT 1,
    status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE TRIGGER IF NOT EXISTS account_created AFTER INSERT ON account
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'staff/' || new.account, 'created',
        json_object('name', new.name, 'role', new.role, 'towns', json(new.towns), 'cadre_no', new.cadre_no, 'status', new.status));
END;

CREATE TRIGGER IF NOT EXISTS account_changed AFTER UPDATE ON account
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'staff/' || new.account, 'changed',
        json_object('name', old.name, 'role', old.role, 'towns', json(old.towns), 'cadre_no', old.cadre_no, 'status', old.status),
        json_object('name', new.name, 'role', new.role, 'towns', json(new.towns), 'cadre_no', new.cadre_no, 'status', new.status,
            'password_changed', json(iif(new.password_hash IS old.password_hash, 'false', 'true'))));
END;

CREATE TRIGGER IF NOT EXISTS account_is_never_deleted BEFORE DELETE ON account
BEGIN SELECT RAISE(ABORT, 'accounts are disabled, never deleted'); END;

-- Who is signed in, by a hash of the cookie.
CREATE TABLE IF NOT EXISTS session (
    token_hash TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (account),
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS session_account ON session (account);

-- A changed password, a changed role or a disabled account ends what was signed in with it.
CREATE TRIGGER IF NOT EXISTS account_change_ends_sessions AFTER UPDATE OF password_hash, role, towns, status ON account
BEGIN
    DELETE FROM session WHERE account = new.account;
END;

-- Failed sign-ins, by account and by a keyed hash of the address; kept for an hour.
CREATE TABLE IF NOT EXISTS sign_in_failure (
    subject TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS sign_in_failure_subject ON sign_in_failure (subject, at);

-- Tokens of programs, by their hash; the token itself is shown once.
CREATE TABLE IF NOT EXISTS access_token (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('office', 'chair', 'town', 'station')),
    towns TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(towns)),
    expires_at TEXT NOT NULL,
    revoked_at TEXT,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE TRIGGER IF NOT EXISTS access_token_created AFTER INSERT ON access_token
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'token/' || new.id, 'created',
        json_object('name', new.name, 'role', new.role, 'towns', json(new.towns), 'expires_at', new.expires_at));
END;

CREATE TRIGGER IF NOT EXISTS access_token_changed AFTER UPDATE ON access_token
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'token/' || new.id, 'changed',
        json_object('revoked_at', old.revoked_at), json_object('revoked_at', new.revoked_at));
END;

CREATE TRIGGER IF NOT EXISTS access_token_is_never_deleted BEFORE DELETE ON access_token
BEGIN SELECT RAISE(ABORT, 'tokens are revoked, never deleted'); END;

-- Who calls: what every function reads of a session cookie or a token.
CREATE VIEW IF NOT EXISTS caller AS
SELECT s.token_hash, a.account, a.name, a.role, a.towns, a.cadre_no, a.must_change_password, s.expires_at, 0 AS is_token
FROM session s JOIN account a ON a.account = s.account WHERE a.status = 'active'
UNION ALL
SELECT token_hash, 'token/' || id, name, role, towns, NULL, 0, expires_at, 1
FROM access_token WHERE revoked_at IS NULL;

-- The days that are not what their weekday says, as the State Council announces them (data/holidays.csv).
CREATE TABLE IF NOT EXISTS holiday (
    date TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('holiday', 'workday')),
    name TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE TRIGGER IF NOT EXISTS holiday_created AFTER INSERT ON holiday WHEN new.changed_by <> 'migration'
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'holiday/' || new.date, 'created', json_object('kind', new.kind, 'name', new.name));
END;

CREATE TRIGGER IF NOT EXISTS holiday_changed AFTER UPDATE ON holiday
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'holiday/' || new.date, 'changed',
        json_object('kind', old.kind, 'name', old.name), json_object('kind', new.kind, 'name', new.name));
END;

CREATE TRIGGER IF NOT EXISTS holiday_is_never_deleted BEFORE DELETE ON holiday
BEGIN SELECT RAISE(ABORT, 'announced days are never deleted'); END;

-- What a district may set, and where each comes from.
CREATE TABLE IF NOT EXISTS policy_rule (
    name TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('date', 'whole_number')),
    source TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO policy_rule (name, title, kind, source) VALUES
    ('obligations_from', '从哪一天起计算应督导事项', 'date', '本区确定'),
    ('reassignment_after_official_change', '包保干部变动后重新指定的工作日数', 'whole_number', '001 §三.2'),
    ('reassignment_after_enterprise_change', '主体变动后重新指定的工作日数', 'whole_number', '001 §三.2')
ON CONFLICT (name) DO NOTHING;

-- Numbers and dates that a district may set, each value with the date it holds from.
CREATE TABLE IF NOT EXISTS policy (
    name TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    -- JSON
    value TEXT NOT NULL CHECK (json_valid(value)),
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (name, valid_from)
) STRICT;

CREATE TRIGGER IF NOT EXISTS policy_created AFTER INSERT ON policy
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'policy/' || new.name, 'created',
        json_object('valid_from', new.valid_from, 'value', json(new.value)));
END;

CREATE TRIGGER IF NOT EXISTS policy_changed AFTER UPDATE ON policy
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'policy/' || new.name, 'changed',
        json_object('valid_from', old.valid_from, 'value', json(old.value)),
        json_object('valid_from', new.valid_from, 'value', json(new.value)));
END;

CREATE TRIGGER IF NOT EXISTS policy_is_never_deleted BEFORE DELETE ON policy
BEGIN SELECT RAISE(ABORT, 'policy values keep their history'); END;

INSERT INTO policy (name, valid_from, value, changed_by, changed_at) VALUES
    ('reassignment_after_official_change', '2022-01-01', '20', 'migration', '2026-11-22T00:00:00+08:00'),
    ('reassignment_after_enterprise_change', '2022-01-01', '30', 'migration', '2026-11-22T00:00:00+08:00')
ON CONFLICT (name, valid_from) DO NOTHING;
