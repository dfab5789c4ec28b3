//! The one SQLite file behind `sqlite_databases` and `key_value_stores`.
//!
//! Reads run beside each other on connections of their own: short ones where they are asked, for a change of threads costs more than
//! they do; one that proves long is ended, begun again on a thread of its own, and remembered. Writes go to one thread that takes
//! the statements waiting at that moment into one commit and answers once the commit is on disk: a statement that fails undoes
//! itself alone, and what was acknowledged survives a power cut (WAL, `synchronous=FULL`).

mod connection;
mod guard;
mod locking;
mod preparation;
mod statement;
mod writer;

use crate::data_folder::private_file;
use crate::like_spin;
use connection::{GuardedConnection, ReadEnd};
use locking::lock;
use preparation::{patiently, prepare};
use rusqlite::types::Value;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, oneshot};
use writer::{WriteJob, write_until_closed};

pub use connection::{Journal, OwnConnection};
pub use statement::{DatabaseError, Speaker, StatementOutcome, WriteEffect};

/// Readers beside the writer.
const READERS: usize = 8;
/// A read that takes more of the processor than this is ended on a thread that serves requests, and is not begun there again.
const SHORT: Duration = Duration::from_millis(5);
/// Statements known to be long. There are some hundreds of statements in all.
const LONG_STATEMENTS: usize = 4_096;

#[derive(Clone)]
pub struct Database(Arc<Inner>);

struct Inner {
    path: PathBuf,
    journal: Journal,
    writer: mpsc::Sender<WriteJob>,
    readers: Mutex<Vec<GuardedConnection>>,
    reading: Semaphore,
    long: RwLock<HashSet<u64>>,
    /// The last commit could not be made.
    refuses_writes: Arc<AtomicBool>,
}

impl Database {
    /// Opens the file, or makes it with the runtime's own tables; nobody but its owner can read it.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        Self::open_with(path, Journal::Ahead)
    }

    pub fn open_with(path: &Path, journal: Journal) -> anyhow::Result<Self> {
        private_file(path)?;
        let mut writer = patiently(|| prepare(path, journal))?;
        let (send, jobs) = mpsc::channel::<WriteJob>();
        let refuses_writes = Arc::<AtomicBool>::default();
        let refuses = refuses_writes.clone();
        std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || write_until_closed(&mut writer, &jobs, &refuses))?;
        Ok(Self(Arc::new(Inner {
            path: path.to_owned(),
            journal,
            writer: send,
            readers: Mutex::new(Vec::new()),
            reading: Semaphore::new(READERS),
            long: RwLock::default(),
            refuses_writes,
        })))
    }

    /// A connection beside all others, as Spin opens one for each that a function opens.
    pub fn connect(&self) -> Result<OwnConnection, DatabaseError> {
        let open = || {
            let own = GuardedConnection::open(&self.0.path, self.0.journal)?;
            own.connection.busy_timeout(like_spin::BUSY_TIMEOUT)?;
            Ok(own)
        };
        open().map(OwnConnection).map_err(DatabaseError::Sqlite)
    }

    /// Whether the last commit failed: the disk is full or read-only, say.
    pub fn refuses_writes(&self) -> bool {
        self.0.refuses_writes.load(Relaxed)
    }

    /// Runs one statement; a write has reached the disk when this returns.
    pub async fn execute(
        &self,
        speaker: Speaker,
        sql: String,
        parameters: Vec<Value>,
        deadline: Instant,
    ) -> Result<StatementOutcome, DatabaseError> {
        if may_be_read(&sql) {
            match self.read(speaker, sql, parameters, deadline).await? {
                ReadEnd::Done(outcome) => Ok(outcome),
                // What is long has been read to its end by now.
                ReadEnd::Writes(sql, parameters) | ReadEnd::Long(sql, parameters) => {
                    self.write(speaker, sql, parameters, deadline).await
                }
            }
        } else {
            self.write(speaker, sql, parameters, deadline).await
        }
    }

    async fn write(
        &self,
        speaker: Speaker,
        sql: String,
        parameters: Vec<Value>,
        deadline: Instant,
    ) -> Result<StatementOutcome, DatabaseError> {
        let (reply, answer) = oneshot::channel();
        let job = WriteJob {
            sql,
            parameters,
            speaker,
            deadline,
            reply,
        };
        self.0
            .writer
            .send(job)
            .map_err(|_| DatabaseError::Closing)?;
        answer.await.map_err(|_| DatabaseError::Closing)?
    }

    async fn read(
        &self,
        speaker: Speaker,
        sql: String,
        parameters: Vec<Value>,
        deadline: Instant,
    ) -> Result<ReadEnd, DatabaseError> {
        let statement = hash(&sql);
        let (mut sql, mut parameters) = (sql, parameters);
        if !self.0.is_long(statement) {
            let read = self.0.with_reader(|reader| {
                reader.read(speaker, sql, parameters, deadline, Some(SHORT))
            })??;
            self.0.remember(statement, read.took > SHORT);
            match read.end {
                ReadEnd::Long(same, given) => (sql, parameters) = (same, given),
                end => return Ok(end),
            }
        }
        let _permit = self
            .0
            .reading
            .acquire()
            .await
            .map_err(|_| DatabaseError::Closing)?;
        let inner = self.0.clone();
        let read = tokio::task::spawn_blocking(move || {
            inner.with_reader(|reader| reader.read(speaker, sql, parameters, deadline, None))?
        })
        .await
        .map_err(|_| DatabaseError::Closing)??;
        self.0.remember(statement, read.took > SHORT);
        Ok(read.end)
    }
}

impl Inner {
    fn with_reader<T>(
        &self,
        work: impl FnOnce(&mut GuardedConnection) -> T,
    ) -> Result<T, DatabaseError> {
        let idle = lock(&self.readers).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => GuardedConnection::open_reader(&self.path, self.journal)
                .map_err(DatabaseError::Sqlite)?,
        };
        let result = work(&mut reader);
        lock(&self.readers).push(reader);
        Ok(result)
    }

    fn is_long(&self, statement: u64) -> bool {
        let long = self.long.read().unwrap_or_else(PoisonError::into_inner);
        long.contains(&statement)
    }

    fn remember(&self, statement: u64, is_long: bool) {
        if self.is_long(statement) == is_long {
            return;
        }
        let mut long = self.long.write().unwrap_or_else(PoisonError::into_inner);
        if !is_long {
            long.remove(&statement);
        } else if long.len() < LONG_STATEMENTS {
            long.insert(statement);
        }
    }
}

fn hash(sql: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    sql.hash(&mut hasher);
    hasher.finish()
}

/// Whether a look at the first word leaves it possible that the statement only reads.
fn may_be_read(sql: &str) -> bool {
    let word = sql
        .trim_start()
        .split(|c: char| !c.is_ascii_alphabetic())
        .next()
        .unwrap_or("");
    ["SELECT", "WITH", "VALUES", "EXPLAIN", "PRAGMA"]
        .iter()
        .any(|read| word.eq_ignore_ascii_case(read))
}

#[cfg(test)]
#[path = "database_tests.rs"]
mod tests;
