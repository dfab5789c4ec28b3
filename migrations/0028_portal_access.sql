-- Tries to get in: what each was counted against, as a keyed hash. Every function's guard counts here (`web::throttle`), as answers
-- to an Idempotency-Key stand in one table. Seconds since 1970: a wait is computed in the statement that claims a try.
CREATE TABLE IF NOT EXISTS attempt (
    subject TEXT PRIMARY KEY,
    tries INTEGER NOT NULL,
    tried_at INTEGER NOT NULL,
    forgotten_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS attempt_forgotten ON attempt (forgotten_at);

-- Whoever tries clears away what is forgotten, so that the table grows no longer than tries are remembered.
CREATE TRIGGER IF NOT EXISTS attempt_clears_the_forgotten AFTER INSERT ON attempt
BEGIN
    DELETE FROM attempt WHERE forgotten_at <= new.tried_at;
END;

-- Browsers that have signed in to an account, by a keyed hash of their cookie: their tries are counted apart from strangers'.
CREATE TABLE IF NOT EXISTS known_browser (
    account TEXT NOT NULL REFERENCES account (account),
    browser_hash TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    PRIMARY KEY (account, browser_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS known_browser_hash ON known_browser (browser_hash);

ALTER TABLE session ADD COLUMN browser_hash TEXT;

-- Signing in is one statement: with the session the browser becomes known. Of each account the last twenty.
CREATE TRIGGER IF NOT EXISTS session_makes_its_browser_known AFTER INSERT ON session WHEN new.browser_hash IS NOT NULL
BEGIN
    INSERT INTO known_browser (account, browser_hash, seen_at) VALUES (new.account, new.browser_hash, new.created_at)
    ON CONFLICT (account, browser_hash) DO UPDATE SET seen_at = excluded.seen_at;
    DELETE FROM known_browser WHERE account = new.account AND browser_hash NOT IN (
        SELECT browser_hash FROM known_browser WHERE account = new.account ORDER BY seen_at DESC, browser_hash LIMIT 20);
END;

-- A password that the office resets, and an account that it disables, may have been in other hands: no browser is known any more.
CREATE TRIGGER IF NOT EXISTS account_change_forgets_browsers AFTER UPDATE OF password_hash, status ON account WHEN new.changed_by <> new.account
BEGIN
    DELETE FROM known_browser WHERE account = new.account;
END;

-- What a token may do: JSON array of scopes. Null: made before there were scopes, and kept to what is no act of law.
ALTER TABLE access_token ADD COLUMN scopes TEXT CHECK (scopes IS NULL OR json_valid(scopes));

-- Which token was made for whom, and what it may do, stands in the audit; the token and its hash do not.
CREATE TRIGGER IF NOT EXISTS access_token_created_with_scopes AFTER INSERT ON access_token
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'token/' || new.id, 'created',
        json_object('name', new.name, 'role', new.role, 'towns', json(new.towns), 'scopes', json(new.scopes), 'expires_at', new.expires_at));
END;

DROP TRIGGER IF EXISTS access_token_created;

-- Who calls, and of a token what it may do. `caller` stays for instances of the release before.
CREATE VIEW IF NOT EXISTS caller_scoped AS
SELECT s.token_hash, a.account, a.name, a.role, a.towns, a.cadre_no, a.must_change_password, s.expires_at, 0 AS is_token, NULL AS scopes
FROM session s JOIN account a ON a.account = s.account WHERE a.status = 'active'
UNION ALL
SELECT token_hash, 'token/' || id, name, role, towns, NULL, 0, expires_at, 1, scopes
FROM access_token WHERE revoked_at IS NULL;

-- From where an answer was asked for that the public may have kept, as a keyed hash of the address; null for staff. It bounds
-- how many one address, and all together, leave in a day.
ALTER TABLE idempotency ADD COLUMN asked_from TEXT;

CREATE INDEX IF NOT EXISTS idempotency_asked_from ON idempotency (asked_from, expires_at) WHERE asked_from IS NOT NULL;
