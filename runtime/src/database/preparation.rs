//! What is done to the file when the program opens it: the runtime's own tables, and what a file of an earlier release still needs.

use super::connection::{BUSY_TIMEOUT, GuardedConnection, Journal};
use rusqlite::Connection;
use std::path::Path;
use std::time::{Duration, Instant};

/// KiB of pages that the writer keeps in memory.
const WRITER_CACHE: i64 = 32_000;

/// Pages in the log before they are brought into the file: one that many commits change is then brought over once.
const LOG_PAGES: i64 = 8_000;

/// `user_version` of a file in which all that was erased has been overwritten.
pub const OVERWRITTEN: i64 = 1;

/// Opens the writer's connection; after it the file has the runtime's own tables.
pub fn prepare(path: &Path, journal: Journal) -> rusqlite::Result<GuardedConnection> {
    let writer = GuardedConnection::open(path, journal)?;
    let connection = &writer.connection;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE)?;
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    take_values_out_of_the_index(connection)?;
    overwrite_what_was_erased(connection)?;
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS runtime_key_value (
            id INTEGER PRIMARY KEY, store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, UNIQUE (store, key)
         ) STRICT;
         CREATE TABLE IF NOT EXISTS runtime_schedule_run (
            schedule TEXT NOT NULL, due_at TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT, outcome TEXT
         ) STRICT;
         CREATE INDEX IF NOT EXISTS runtime_schedule_run_due ON runtime_schedule_run (schedule, due_at);",
    )?;
    Ok(writer)
}

/// Tries again while the file is locked: two programs that make one file at once lock each other out for a moment, and SQLite waits only where no lock is held already.
pub fn patiently<T>(work: impl Fn() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    let began = Instant::now();
    loop {
        match work() {
            Err(error)
                if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
                    && began.elapsed() < BUSY_TIMEOUT =>
            {
                std::thread::sleep(Duration::from_millis(20));
            }
            done => return done,
        }
    }
}

/// Files made before had the values inside the index of their keys: a search read whole values to compare keys.
fn take_values_out_of_the_index(connection: &Connection) -> rusqlite::Result<()> {
    let sql = "SELECT count(*) FROM sqlite_schema WHERE name = 'runtime_key_value' AND sql LIKE '%WITHOUT ROWID%'";
    let found: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    if found == 0 {
        return Ok(());
    }
    connection.execute_batch(
        "BEGIN IMMEDIATE;
         ALTER TABLE runtime_key_value RENAME TO runtime_key_value_before;
         CREATE TABLE runtime_key_value (
            id INTEGER PRIMARY KEY, store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, UNIQUE (store, key)
         ) STRICT;
         INSERT INTO runtime_key_value (store, key, value) SELECT store, key, value FROM runtime_key_value_before;
         DROP TABLE runtime_key_value_before;
         COMMIT;",
    )
}

/// A file that was written before erasing overwrote is written anew, once: its free pages still hold what was erased. Which it is stands
/// in the file's `user_version`, which no function can reach.
fn overwrite_what_was_erased(connection: &Connection) -> rusqlite::Result<()> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version >= OVERWRITTEN {
        return Ok(());
    }
    match connection.execute_batch("VACUUM") {
        Ok(()) => connection.pragma_update(None, "user_version", OVERWRITTEN),
        // Too little room, or another program reads: the next start tries again.
        Err(error) => {
            tracing::warn!(%error, "the store could not be written anew; its free pages keep what was erased");
            Ok(())
        }
    }
}
