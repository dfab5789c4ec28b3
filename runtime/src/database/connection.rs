//! One connection to the file, set up as all are, on which functions may do what one statement may.

use super::guard::{Guard, START, micros, thread_micros};
use super::locking::lock;
use super::statement::{DatabaseError, Speaker, StatementOutcome, WriteEffect};
use rusqlite::config::DbConfig;
use rusqlite::hooks::AuthContext;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// Steps of SQLite's machine between two looks at the clock.
const STEPS: i32 = 20_000;

/// How many bytes of the file readers see through the system's own memory.
const MAPPED: i64 = 1 << 30;

/// How long a connection waits for a lock that another process (`shian backup`) holds.
pub const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How changes reach the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Journal {
    /// Ahead of it: readers and the writer do not wait for each other.
    Ahead,
    /// What they replace is kept beside it, as SQLite does unless it is told otherwise.
    Rollback,
}

/// A connection on which functions may do what one statement may, and nothing to the runtime's own tables.
pub struct GuardedConnection {
    pub connection: Connection,
    guard: Arc<Guard>,
}

/// A read that has ended, with the processor time that the statement itself took: how long it waited for the processor says nothing of it.
pub struct TimedRead {
    pub end: ReadEnd,
    pub took: Duration,
}

/// How a read ended.
pub enum ReadEnd {
    Done(StatementOutcome),
    /// It begins like a read and is none (`WITH … INSERT`): the statement goes to the writer.
    Writes(String, Vec<Value>),
    /// It took longer than it was allowed, and is to be begun again elsewhere.
    Long(String, Vec<Value>),
}

impl GuardedConnection {
    /// Opens the file, or makes it.
    pub fn open(path: &Path, journal: Journal) -> rusqlite::Result<Self> {
        let mut connection = Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE
                | OpenFlags::SQLITE_OPEN_CREATE
                | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        let mode = match journal {
            Journal::Ahead => "WAL",
            Journal::Rollback => "DELETE",
        };
        connection.pragma_update(None, "journal_mode", mode)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // What is erased is overwritten, in rows and in pages that are given up: a person's key must not be read from free pages.
        connection.query_row("PRAGMA secure_delete = ON", [], |_| Ok(()))?;
        connection.pragma_update(None, "trusted_schema", true)?;
        // Without this, a build of SQLite with STAT4 (ours) compiles a statement anew whenever other values are bound to it.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.set_prepared_statement_cache_capacity(128);
        let guard = Arc::new(Guard::default());
        let allowing = guard.clone();
        connection.authorizer(Some(move |context: AuthContext<'_>| {
            allowing.allow(&context)
        }))?;
        let timing = guard.clone();
        connection.progress_handler(STEPS, Some(move || timing.overdue()))?;
        Ok(Self { connection, guard })
    }

    /// Pages are read where the system keeps them, without a call and a copy for each.
    pub fn open_reader(path: &Path, journal: Journal) -> rusqlite::Result<Self> {
        let reader = Self::open(path, journal)?;
        reader.connection.pragma_update(None, "mmap_size", MAPPED)?;
        Ok(reader)
    }

    /// Runs `work` with what `speaker` may do and until `deadline`.
    fn as_speaker<T>(
        &self,
        speaker: Speaker,
        deadline: Instant,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, DatabaseError> {
        let until = deadline.saturating_duration_since(*START).as_millis();
        self.guard
            .deadline
            .store(u64::try_from(until).unwrap_or(0).max(1), Relaxed);
        self.guard.on.store(speaker == Speaker::Function, Relaxed);
        let result = work(&self.connection);
        self.guard.on.store(false, Relaxed);
        self.guard.deadline.store(0, Relaxed);
        let refused = lock(&self.guard.refused).take();
        result.map_err(|error| match refused {
            Some(reason) => DatabaseError::Refused(reason),
            None if error.sqlite_error_code()
                == Some(rusqlite::ErrorCode::OperationInterrupted) =>
            {
                DatabaseError::TimedOut
            }
            None => DatabaseError::Sqlite(error),
        })
    }

    /// Reads on this thread, for no more of its processor time than `most`.
    pub fn read(
        &mut self,
        speaker: Speaker,
        sql: String,
        parameters: Vec<Value>,
        deadline: Instant,
        most: Option<Duration>,
    ) -> Result<TimedRead, DatabaseError> {
        let mut took = Duration::ZERO;
        let guard = &self.guard;
        let rows = self.as_speaker(speaker, deadline, |connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            if !statement.readonly() {
                return Ok(None);
            }
            let began = thread_micros();
            let until = most.map_or(0, |most| began.saturating_add(micros(most)));
            guard.briefly.store(until, Relaxed);
            let rows = collect(&mut statement, &parameters).map(Some);
            guard.briefly.store(0, Relaxed);
            took = Duration::from_micros(thread_micros().saturating_sub(began));
            rows
        });
        let end = match rows {
            Ok(Some(outcome)) => ReadEnd::Done(outcome),
            Ok(None) => ReadEnd::Writes(sql, parameters),
            Err(DatabaseError::TimedOut) if most.is_some_and(|most| took > most) => {
                ReadEnd::Long(sql, parameters)
            }
            Err(error) => return Err(error),
        };
        Ok(TimedRead { end, took })
    }

    /// Runs a statement, which may write, in the transaction that is open.
    pub fn write(
        &self,
        speaker: Speaker,
        sql: &str,
        parameters: &[Value],
        deadline: Instant,
    ) -> Result<StatementOutcome, DatabaseError> {
        self.as_speaker(speaker, deadline, |connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let mut outcome = collect(&mut statement, parameters)?;
            outcome.written = Some(effect_of(connection));
            Ok(outcome)
        })
    }
}

/// A connection of a function's own: each of its statements is a transaction that waits for nobody else's.
pub struct OwnConnection(pub GuardedConnection);

impl OwnConnection {
    pub fn execute(
        &self,
        sql: &str,
        parameters: &[Value],
        deadline: Instant,
    ) -> Result<StatementOutcome, DatabaseError> {
        let Self(guarded) = self;
        guarded.as_speaker(Speaker::Function, deadline, |connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let mut outcome = collect(&mut statement, parameters)?;
            if !statement.readonly() {
                outcome.written = Some(effect_of(connection));
            }
            Ok(outcome)
        })
    }
}

fn collect(
    statement: &mut rusqlite::Statement<'_>,
    parameters: &[Value],
) -> rusqlite::Result<StatementOutcome> {
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let width = columns.len();
    let mut rows = Vec::new();
    let mut cursor = statement.query(rusqlite::params_from_iter(parameters))?;
    while let Some(row) = cursor.next()? {
        rows.push(
            (0..width)
                .map(|at| row.get(at))
                .collect::<rusqlite::Result<_>>()?,
        );
    }
    Ok(StatementOutcome {
        columns,
        rows,
        written: None,
    })
}

/// What the last write on this connection did.
fn effect_of(connection: &Connection) -> WriteEffect {
    WriteEffect {
        changes: connection.changes(),
        last_insert_rowid: connection.last_insert_rowid(),
    }
}
