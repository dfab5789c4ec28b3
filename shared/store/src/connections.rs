//! The connections of an instance. To open one SQLite reads the whole schema, which takes longer than most statements do: a connection is
//! therefore kept when its statement has been read to its end, and the next statement takes it. It holds nothing of anybody's.
//!
//! A statement has its connection for itself as long as it is read. Another one on the same connection would wait for it, and where
//! both belong to one request for ever; so it takes another connection, or opens one.

use crate::StoreError;
use spin_sdk::sqlite::Error;
use spin_sdk::sqlite::wit::sqlite::{Connection, QueryResult};
use std::sync::{Mutex, PoisonError};

/// The most idle connections that an instance keeps. One is in use at a time, but for statements that run beside other work.
const KEPT: usize = 4;

static IDLE: Mutex<Vec<Connection>> = Mutex::new(Vec::new());

/// A connection that a statement has for itself.
pub struct StatementConnection {
    connection: Connection,
    was_kept: bool,
}

impl StatementConnection {
    /// The connection that was used last, or a new one where none is idle.
    pub fn take() -> Result<Self, StoreError> {
        let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match idle {
            Some(connection) => Ok(Self {
                connection,
                was_kept: true,
            }),
            None => Self::open(),
        }
    }

    /// A new connection to the store that the manifest calls `default`.
    pub fn open() -> Result<Self, StoreError> {
        Ok(Self {
            connection: Connection::open("default")?,
            was_kept: false,
        })
    }

    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Whether the statement that failed with `error` is to be tried once more; where it needs a new connection for that, it has one then.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where a new connection cannot be opened.
    pub fn is_ready_for_second_try(
        &mut self,
        error: &Error,
        sql: &str,
    ) -> Result<bool, StoreError> {
        if Loss::of(error).is_some() {
            // The others were kept as long, and are given up too.
            let others = std::mem::take(&mut *IDLE.lock().unwrap_or_else(PoisonError::into_inner));
            drop(others);
        }
        match SecondTry::after(error, sql, self.was_kept) {
            SecondTry::None => Ok(false),
            SecondTry::OnTheSame => Ok(true),
            SecondTry::OnANew => {
                *self = Self::open()?;
                Ok(true)
            }
        }
    }

    /// Ends a statement: its connection is kept for the next one, unless it was lost.
    pub fn finish<T>(self, result: Result<T, Error>) -> Result<T, StoreError> {
        if !matches!(&result, Err(error) if Loss::of(error).is_some()) {
            let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < KEPT {
                idle.push(self.connection);
            }
        }
        Ok(result?)
    }

    pub fn execute(&self, sql: &str, parameters: &[crate::Value]) -> Result<QueryResult, Error> {
        self.connection.execute(sql, parameters)
    }
}

/// Whether a statement that failed is tried once more, and where.
#[derive(Debug, PartialEq)]
enum SecondTry {
    None,
    /// Another instance changed the schema while the statement was being prepared: it has done nothing yet, and is prepared anew.
    OnTheSame,
    /// The connection was kept until the store forgot it, or all that is lost is the answer to a question.
    OnANew,
}

impl SecondTry {
    fn after(error: &Error, sql: &str, was_kept: bool) -> Self {
        let is_new = match Loss::of(error) {
            None if is_change_of_schema(error) => return Self::OnTheSame,
            None => false,
            Some(Loss::BeforeTheStatement) => was_kept,
            Some(Loss::Perhaps) => was_kept && only_reads(sql),
        };
        match is_new {
            true => Self::OnANew,
            false => Self::None,
        }
    }
}

/// SQLite's words for a statement that was not prepared because the schema was another than the connection knew. A full-text table
/// that is being changed says so in its own way.
fn is_change_of_schema(error: &Error) -> bool {
    let Error::Io(text) = error else {
        return false;
    };
    ["schema has changed", "vtable constructor failed"]
        .iter()
        .any(|words| text.contains(words))
}

/// How a connection was lost.
#[derive(Debug, PartialEq)]
pub enum Loss {
    /// Before the statement was begun.
    BeforeTheStatement,
    /// Perhaps after the statement was executed.
    Perhaps,
}

impl Loss {
    /// How `error` says that the connection was lost; none where it is still good. Spin gives what libSQL's client says as one text.
    pub fn of(error: &Error) -> Option<Self> {
        let text = match error {
            Error::InvalidConnection => return Some(Self::BeforeTheStatement),
            Error::Io(text) => text.to_lowercase(),
            _ => return None,
        };
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if says(&[
            "stream has expired",
            "stream_expired",
            "invalid baton",
            "connection refused",
        ]) {
            Some(Self::BeforeTheStatement)
        } else if says(&[
            "connection reset",
            "connection closed",
            "broken pipe",
            "timed out",
            "error sending request",
        ]) {
            Some(Self::Perhaps)
        } else {
            None
        }
    }
}

/// Whether a statement does nothing but read, by its first word.
fn only_reads(sql: &str) -> bool {
    let word = sql.split_whitespace().next().unwrap_or("");
    ["SELECT", "VALUES"]
        .iter()
        .any(|read| word.eq_ignore_ascii_case(read))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn io(text: &str) -> Error {
        Error::Io(text.into())
    }

    #[test]
    fn what_had_expired_before_a_statement_is_told_from_what_was_lost_during_one() {
        let expired = "Hrana: `api error: `status=400 Bad Request, body={\"message\":\"The stream has expired due to inactivity\",\"code\":\"STREAM_EXPIRED\"}``";
        assert_eq!(Loss::of(&io(expired)), Some(Loss::BeforeTheStatement));
        assert_eq!(
            Loss::of(&io("tcp connect error: Connection refused (os error 111)")),
            Some(Loss::BeforeTheStatement)
        );
        assert_eq!(
            Loss::of(&io("connection closed before message completed")),
            Some(Loss::Perhaps)
        );
        assert_eq!(
            Loss::of(&io("UNIQUE constraint failed: account.account")),
            None
        );
        assert_eq!(Loss::of(&io("database is locked")), None);
    }

    #[test]
    fn a_statement_that_a_change_of_schema_held_up_is_tried_once_more_on_its_connection() {
        for sql in ["SELECT 1", "INSERT INTO a SELECT 1"] {
            for text in [
                "database schema has changed",
                "Hrana: `vtable constructor failed: enterprise_search`",
            ] {
                for was_kept in [true, false] {
                    let second = SecondTry::after(&io(text), sql, was_kept);
                    assert_eq!(second, SecondTry::OnTheSame, "{text}");
                }
            }
        }
        let refused = io("no such table: account");
        assert_eq!(
            SecondTry::after(&refused, "SELECT 1", true),
            SecondTry::None
        );
    }

    #[test]
    fn a_connection_that_was_kept_too_long_is_replaced_once() {
        let expired = io("The stream has expired due to inactivity");
        let after =
            |error: &Error, sql: &str, was_kept: bool| SecondTry::after(error, sql, was_kept);
        let write = "INSERT INTO a SELECT 1";
        assert_eq!(after(&expired, write, true), SecondTry::OnANew);
        assert_eq!(after(&expired, write, false), SecondTry::None);
        let broken = io("connection reset by peer");
        assert_eq!(after(&broken, "SELECT 1", true), SecondTry::OnANew);
        assert_eq!(after(&broken, write, true), SecondTry::None);
    }

    #[test]
    fn a_statement_that_may_have_written_is_not_tried_again() {
        assert!(only_reads("\n        select 1"));
        for sql in [
            "INSERT INTO a SELECT 1",
            "WITH a AS (SELECT 1) INSERT INTO b SELECT * FROM a",
            "UPDATE a SET b = 1 RETURNING b",
        ] {
            assert!(!only_reads(sql), "{sql}");
        }
    }
}
