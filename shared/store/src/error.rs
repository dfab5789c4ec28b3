//! Why the store did not answer: what the layers above can tell apart.
//!
//! A statement's error is made here, once, of what the interface says. Whoever called the statement either passes it on with `?`, and a
//! handler's problem is made of it, or knows what a refusal by the store means at that place. Nobody else looks at its words.

use crate::connections::Loss;
use spin_sdk::sqlite::Error;

/// Why the store did not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, or is full: try again later.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// It refused the statement: the statement or the schema is wrong, which only a new release mends.
    #[error("{0}")]
    Statement(String),
    /// A row does not have the shape that we expect.
    #[error("a row does not fit: {0}")]
    Row(#[from] serde_json::Error),
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let was_lost = Loss::of(&error).is_some();
        match error {
            Error::Io(text) if was_lost || is_passing(&text) => Self::Unavailable(text),
            Error::Io(text) => Self::Statement(text),
            Error::DatabaseFull => Self::Unavailable("the disk is full".into()),
            other => Self::Unavailable(format!("{other:?}")),
        }
    }
}

/// Whether it is the store that cannot take the statement now. Spin and libSQL put all into one text: these words are SQLite's for BUSY,
/// LOCKED, FULL, READONLY, IOERR, CANTOPEN and INTERRUPT, for a schema that other instances keep changing, and the embedded runtime's when
/// it closes.
fn is_passing(text: &str) -> bool {
    [
        "locked",
        "busy",
        "full",
        "readonly",
        "disk I/O error",
        "unable to open",
        "interrupted",
        "schema has changed",
        "closing",
    ]
    .iter()
    .any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_cannot_answer_now_is_told_from_a_statement_that_is_wrong() {
        for text in [
            "database is locked",
            "database or disk is full",
            "interrupted",
            "database schema has changed",
            "tcp connect error: Connection refused (os error 111)",
            "timed out while opening the database",
            "The stream has expired due to inactivity",
        ] {
            let error = StoreError::from(Error::Io(text.into()));
            assert!(matches!(error, StoreError::Unavailable(_)), "{text}");
        }
        for text in [
            "no such table: account",
            "UNIQUE constraint failed: a.b",
            "vtable constructor failed: enterprise_search",
        ] {
            let error = StoreError::from(Error::Io(text.into()));
            assert!(matches!(error, StoreError::Statement(_)), "{text}");
        }
    }
}
