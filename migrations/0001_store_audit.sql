-- Who changed what. Written by triggers alone, so that no statement can forget it.
CREATE TABLE IF NOT EXISTS audit (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    -- The record as its route names it: enterprise/91330503MYYG3CWJ94
    record TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('created', 'changed')),
    before TEXT,
    after TEXT
) STRICT;

CREATE INDEX IF NOT EXISTS audit_record ON audit (record, id);

CREATE TRIGGER IF NOT EXISTS audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;

CREATE TRIGGER IF NOT EXISTS audit_is_never_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;

-- The first answer to a request that carried an Idempotency-Key, sealed under a key derived from that header.
CREATE TABLE IF NOT EXISTS idempotency (
    key_hash TEXT PRIMARY KEY,
    body_hash TEXT NOT NULL,
    claimed_until TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    answer BLOB
) STRICT, WITHOUT ROWID;
