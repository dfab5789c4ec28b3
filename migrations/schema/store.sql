-- What store has in a migrated store: each table with the rules that stand in it, its indexes and triggers, then the views that read it.
-- To be read, never run: made from the migrations by SHIAN_RENEW=1 cargo test -p store --test schema

-- Who changed what. Written by triggers alone, so that no statement can forget it.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    -- The record as its route names it: enterprise/91330503MYYG3CWJ94
    record TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('created', 'changed')),
    before TEXT,
    after TEXT
) STRICT;

CREATE INDEX audit_record ON audit (record, id);

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;

-- Whichever trigger writes it: no other way leads into the audit.
CREATE TRIGGER audit_of_an_insider BEFORE INSERT ON audit
WHEN substr(new.record, 1, 9) = 'complaint'
    AND EXISTS (SELECT 1 FROM complaint c WHERE c.code = substr(new.record, instr(new.record, '/') + 1) AND c.insider)
BEGIN
    INSERT INTO insider_audit (code, at, actor, record, action, before, after)
    VALUES (substr(new.record, instr(new.record, '/') + 1), new.at, new.actor, new.record, new.action, new.before, new.after);
    SELECT RAISE(IGNORE);
END;

CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;

-- The first answer to a request that carried an Idempotency-Key, sealed under a key derived from that header.
CREATE TABLE idempotency (
    key_hash TEXT PRIMARY KEY,
    body_hash TEXT NOT NULL,
    claimed_until TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    answer BLOB,
    -- From where an answer was asked for that the public may have kept, as a keyed hash of the address; null for staff. It bounds
    -- how many one address, and all together, leave in a day.
    asked_from TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_asked_from ON idempotency (asked_from, expires_at) WHERE asked_from IS NOT NULL;

-- The keys that this store was written with: of each a fingerprint, which names the key and does not tell it. The first use of a key
-- writes it; of a key that is changed, the row goes when nothing is left that was written with it.
CREATE TABLE store_key (
    -- Of its variable
    name TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    first_used_at TEXT NOT NULL,
    PRIMARY KEY (name, fingerprint)
) STRICT, WITHOUT ROWID;

-- A sheet that was dropped on an import page, in parts: what it would change, its good rows in slices, its bad rows, and the file
-- itself while its columns are not all known. Gone after a day.
CREATE TABLE import_part (
    id TEXT NOT NULL,
    what TEXT NOT NULL,
    part INTEGER NOT NULL,
    register TEXT NOT NULL,
    account TEXT NOT NULL,
    content TEXT NOT NULL,
    created_at TEXT NOT NULL,
    applied_at TEXT,
    created INTEGER NOT NULL DEFAULT 0,
    updated INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (id, what, part)
) STRICT, WITHOUT ROWID;

CREATE INDEX import_part_created ON import_part (created_at);

-- What a source calls the columns of a register, as the office has said: {"heading of the sheet": "heading of the register"}.
CREATE TABLE import_source (
    register TEXT NOT NULL,
    name TEXT NOT NULL,
    columns TEXT NOT NULL CHECK (json_valid(columns)),
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (register, name)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER import_source_created AFTER INSERT ON import_source
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'import-source/' || new.register || '/' || new.name, 'created', new.columns);
END;

CREATE TRIGGER import_source_changed AFTER UPDATE ON import_source
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'import-source/' || new.register || '/' || new.name, 'changed', old.columns, new.columns);
END;

CREATE TRIGGER import_source_is_never_deleted BEFORE DELETE ON import_source
BEGIN SELECT RAISE(ABORT, 'a source is told anew or emptied, never deleted'); END;
