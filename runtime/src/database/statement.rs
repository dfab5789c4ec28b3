//! A statement's parties: on whose behalf it runs, what it gives, and why it may fail.

use rusqlite::types::Value;

/// Why a statement was not run to its end.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// A function may not do it, or the commit could not be made.
    #[error("{0}")]
    Refused(String),
    #[error("the statement was ended at its request's deadline")]
    TimedOut,
    #[error("{0}")]
    Sqlite(rusqlite::Error),
    #[error("the store is closing")]
    Closing,
}

/// What a statement gave.
#[derive(Debug, Default, Clone)]
pub struct StatementOutcome {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Value>>,
    /// What a write did; none of a read, which leaves the guest's numbers as they were.
    pub written: Option<WriteEffect>,
}

/// What a write did, as SQLite tells it.
#[derive(Debug, Clone, Copy)]
pub struct WriteEffect {
    pub changes: u64,
    pub last_insert_rowid: i64,
}

/// On whose behalf a statement is run: a function may do less than the runtime.
#[derive(Clone, Copy, PartialEq)]
pub enum Speaker {
    Function,
    Runtime,
}
