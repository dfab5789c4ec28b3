-- A sheet that was dropped on an import page, in parts: what it would change, its good rows in slices, its bad rows, and the file
-- itself while its columns are not all known. Gone after a day.
CREATE TABLE IF NOT EXISTS import_part (
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

CREATE INDEX IF NOT EXISTS import_part_created ON import_part (created_at);

-- What a source calls the columns of a register, as the office has said: {"heading of the sheet": "heading of the register"}.
CREATE TABLE IF NOT EXISTS import_source (
    register TEXT NOT NULL,
    name TEXT NOT NULL,
    columns TEXT NOT NULL CHECK (json_valid(columns)),
    version INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (register, name)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER IF NOT EXISTS import_source_created AFTER INSERT ON import_source
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (
        new.changed_at, new.changed_by, 'import-source/' || new.register || '/' || new.name, 'created', new.columns);
END;

CREATE TRIGGER IF NOT EXISTS import_source_changed AFTER UPDATE ON import_source
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (
        new.changed_at, new.changed_by, 'import-source/' || new.register || '/' || new.name, 'changed', old.columns, new.columns);
END;

CREATE TRIGGER IF NOT EXISTS import_source_is_never_deleted BEFORE DELETE ON import_source
BEGIN SELECT RAISE(ABORT, 'a source is told anew or emptied, never deleted'); END;
