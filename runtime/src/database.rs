//! The one SQLite file behind `sqlite_databases` and `key_value_stores`.
//!
//! Reads run beside each other on connections of their own: short ones where they are asked, for a change of threads costs more than
//! they do; one that proves long is ended, begun again on a thread of its own, and remembered. Writes go to one thread that takes
//! the statements waiting at that moment into one commit and answers once the commit is on disk: a statement that fails undoes
//! itself alone, and what was acknowledged survives a power cut (WAL, `synchronous=FULL`).

use crate::data_folder::private_file;
use crate::like_spin;
use cpu_time::ThreadTime;
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, oneshot};

/// Readers beside the writer.
const READERS: usize = 8;
/// A read that takes more of the processor than this is ended on a thread that serves requests, and is not begun there again.
const SHORT: Duration = Duration::from_millis(5);
/// Steps of SQLite's machine between two looks at the clock.
const STEPS: i32 = 20_000;
/// Statements known to be long. There are some hundreds of statements in all.
const LONG_STATEMENTS: usize = 4_096;
/// The most statements in one commit, and for how long more are taken in.
const BATCH: usize = 256;
const BATCH_TIME: Duration = Duration::from_millis(50);
/// KiB of pages that the writer keeps.
const WRITER_CACHE: i64 = 32_000;
/// Pages in the log before they are brought into the file: one that many commits change is then brought over once.
const LOG_PAGES: i64 = 8_000;
/// After so long without a write the log is brought into the file and emptied.
const QUIET: Duration = Duration::from_secs(2);
/// The same where it is never quiet: what has been erased stands in no log for longer than this.
const BUSY: Duration = Duration::from_secs(600);
/// `user_version` of a file in which all that was erased has been overwritten.
const OVERWRITTEN: i64 = 1;
/// Of the file, what readers see through the system's own memory.
const MAPPED: i64 = 1 << 30;
/// How long a connection waits for a lock that another process (`shian backup`) holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Tables of the runtime's own begin so; no function sees into them.
const OWN_TABLES: &str = "runtime_";

#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error("{0}")]
    Refused(String),
    #[error("the statement was ended at its request's deadline")]
    TimedOut,
    #[error("{0}")]
    Sqlite(rusqlite::Error),
    #[error("the store is closing")]
    Closing,
}

#[derive(Debug, Default, Clone)]
pub struct Outcome {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Value>>,
    /// Of a write; a read leaves the guest's numbers as they were.
    pub written: Option<Written>,
}

#[derive(Debug, Clone, Copy)]
pub struct Written {
    pub changes: u64,
    pub last_insert_rowid: i64,
}

/// Who speaks: a function may do less than the runtime.
#[derive(Clone, Copy, PartialEq)]
pub enum Speaker {
    Function,
    Runtime,
}

struct Job {
    sql: String,
    parameters: Vec<Value>,
    speaker: Speaker,
    deadline: Instant,
    reply: oneshot::Sender<Result<Outcome, DatabaseError>>,
}

#[derive(Clone)]
pub struct Database(Arc<Inner>);

/// How changes reach the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Journal {
    /// Ahead of it: readers and the writer do not wait for each other.
    Ahead,
    /// What they replace is kept beside it, as SQLite does unless it is told otherwise.
    Rollback,
}

struct Inner {
    path: PathBuf,
    journal: Journal,
    writer: mpsc::Sender<Job>,
    readers: Mutex<Vec<Guarded>>,
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
        let (send, jobs) = mpsc::channel::<Job>();
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
    pub fn connect(&self) -> Result<Own, DatabaseError> {
        let open = || {
            let own = Guarded::open(&self.0.path, self.0.journal)?;
            own.connection.busy_timeout(like_spin::BUSY_TIMEOUT)?;
            Ok(own)
        };
        open().map(Own).map_err(DatabaseError::Sqlite)
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
    ) -> Result<Outcome, DatabaseError> {
        if may_be_read(&sql) {
            match self.read(speaker, sql, parameters, deadline).await? {
                End::Done(outcome) => Ok(outcome),
                // What is long has been read to its end by now.
                End::Writes(sql, parameters) | End::Long(sql, parameters) => {
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
    ) -> Result<Outcome, DatabaseError> {
        let (reply, answer) = oneshot::channel();
        let job = Job {
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
    ) -> Result<End, DatabaseError> {
        let statement = hash(&sql);
        let (mut sql, mut parameters) = (sql, parameters);
        if !self.0.is_long(statement) {
            let read = self.0.with_reader(|reader| {
                reader.read(speaker, sql, parameters, deadline, Some(SHORT))
            })??;
            self.0.remember(statement, read.took > SHORT);
            match read.end {
                End::Long(same, given) => (sql, parameters) = (same, given),
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
    fn with_reader<T>(&self, work: impl FnOnce(&mut Guarded) -> T) -> Result<T, DatabaseError> {
        let idle = lock(&self.readers).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => {
                Guarded::open_reader(&self.path, self.journal).map_err(DatabaseError::Sqlite)?
            }
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

/// The writer's connection to a file that has the runtime's own tables.
fn prepare(path: &Path, journal: Journal) -> rusqlite::Result<Guarded> {
    let writer = Guarded::open(path, journal)?;
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

/// Two programs that make one file at once lock each other out for a moment, and SQLite waits only where no lock is held already.
fn patiently<T>(work: impl Fn() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
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

/// What came of a read, and what the statement itself took of the processor: how long it waited for it says nothing of it.
struct Read {
    end: End,
    took: Duration,
}

enum End {
    Done(Outcome),
    /// It begins like a read and is none (`WITH … INSERT`): the statement goes to the writer.
    Writes(String, Vec<Value>),
    /// It was to be brief and was not.
    Long(String, Vec<Value>),
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

/// A connection on which functions may do what one statement may, and nothing to the runtime's own tables.
struct Guarded {
    connection: Connection,
    guard: Arc<Guard>,
}

#[derive(Default)]
struct Guard {
    /// A function speaks; otherwise all is allowed.
    on: AtomicBool,
    refused: Mutex<Option<String>>,
    /// Microseconds of its thread's time after which a read that was to be short is ended; 0 is none.
    briefly: AtomicU64,
    /// Milliseconds after `START`; 0 is none.
    deadline: AtomicU64,
}

static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn thread_micros() -> u64 {
    micros(ThreadTime::now().as_duration())
}

impl Guard {
    fn refuse(&self, what: &str) -> Authorization {
        *lock(&self.refused) = Some(format!(
            "{what} is refused: a statement is its own transaction on the one database it was opened on"
        ));
        Authorization::Deny
    }

    fn allow(&self, context: &AuthContext<'_>) -> Authorization {
        if !self.on.load(Relaxed) {
            return Authorization::Allow;
        }
        use AuthAction::*;
        let table = match context.action {
            Attach { .. } => return self.refuse("ATTACH"),
            Detach { .. } => return self.refuse("DETACH"),
            Transaction { .. } => return self.refuse("BEGIN, COMMIT or ROLLBACK"),
            Savepoint { .. } => return self.refuse("SAVEPOINT"),
            CreateTempTable { .. }
            | CreateTempView { .. }
            | CreateTempTrigger { .. }
            | CreateTempIndex { .. } => {
                return self.refuse("TEMP");
            }
            Pragma { pragma_name, .. } if !READ_PRAGMAS.contains(&pragma_name) => {
                return self.refuse(&format!("PRAGMA {pragma_name}"));
            }
            Read { table_name, .. }
            | Insert { table_name }
            | Update { table_name, .. }
            | Delete { table_name }
            | CreateTable { table_name }
            | DropTable { table_name }
            | AlterTable { table_name, .. }
            | CreateIndex { table_name, .. }
            | CreateTrigger { table_name, .. } => table_name,
            _ => return Authorization::Allow,
        };
        if table.starts_with(OWN_TABLES) {
            return self.refuse(&format!("table {table}"));
        }
        Authorization::Allow
    }

    fn overdue(&self) -> bool {
        let briefly = self.briefly.load(Relaxed);
        if briefly != 0 && thread_micros() > briefly {
            return true;
        }
        let deadline = self.deadline.load(Relaxed);
        deadline != 0 && START.elapsed() > Duration::from_millis(deadline)
    }
}

/// What a function may ask a PRAGMA for; SQLite's own full-text search asks for `data_version`, and ALTER TABLE for
/// `quick_check` where a new column has a CHECK.
const READ_PRAGMAS: [&str; 9] = [
    "quick_check",
    "data_version",
    "foreign_key_check",
    "foreign_key_list",
    "index_info",
    "index_list",
    "integrity_check",
    "table_info",
    "table_list",
];

impl Guarded {
    fn open(path: &Path, journal: Journal) -> rusqlite::Result<Self> {
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
        let asked = guard.clone();
        connection.authorizer(Some(move |context: AuthContext<'_>| asked.allow(&context)))?;
        let timed = guard.clone();
        connection.progress_handler(STEPS, Some(move || timed.overdue()))?;
        Ok(Self { connection, guard })
    }

    /// Pages are read where the system keeps them, without a call and a copy for each.
    fn open_reader(path: &Path, journal: Journal) -> rusqlite::Result<Self> {
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

    /// Reads on this thread, for no more of its time than `most`.
    fn read(
        &mut self,
        speaker: Speaker,
        sql: String,
        parameters: Vec<Value>,
        deadline: Instant,
        most: Option<Duration>,
    ) -> Result<Read, DatabaseError> {
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
            Ok(Some(outcome)) => End::Done(outcome),
            Ok(None) => End::Writes(sql, parameters),
            Err(DatabaseError::TimedOut) if most.is_some_and(|most| took > most) => {
                End::Long(sql, parameters)
            }
            Err(error) => return Err(error),
        };
        Ok(Read { end, took })
    }

    fn write(&self, job: &Job) -> Result<Outcome, DatabaseError> {
        self.as_speaker(job.speaker, job.deadline, |connection| {
            let mut statement = connection.prepare_cached(&job.sql)?;
            let mut outcome = collect(&mut statement, &job.parameters)?;
            outcome.written = Some(Written {
                changes: connection.changes(),
                last_insert_rowid: connection.last_insert_rowid(),
            });
            Ok(outcome)
        })
    }
}

/// A connection of a function's own: each of its statements is a transaction that waits for nobody else's.
pub struct Own(Guarded);

impl Own {
    pub fn execute(
        &self,
        sql: &str,
        parameters: &[Value],
        deadline: Instant,
    ) -> Result<Outcome, DatabaseError> {
        let Self(guarded) = self;
        guarded.as_speaker(Speaker::Function, deadline, |connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let mut outcome = collect(&mut statement, parameters)?;
            if !statement.readonly() {
                outcome.written = Some(Written {
                    changes: connection.changes(),
                    last_insert_rowid: connection.last_insert_rowid(),
                });
            }
            Ok(outcome)
        })
    }
}

fn collect(
    statement: &mut rusqlite::Statement<'_>,
    parameters: &[Value],
) -> rusqlite::Result<Outcome> {
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
    Ok(Outcome {
        columns,
        rows,
        written: None,
    })
}

fn write_until_closed(writer: &mut Guarded, jobs: &mpsc::Receiver<Job>, refuses: &AtomicBool) {
    // A log that an earlier program has left is emptied too.
    let mut log = Log::default();
    loop {
        let next = match log.is_empty {
            true => jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
            false => jobs.recv_timeout(QUIET),
        };
        let first = match next {
            Ok(first) => first,
            Err(RecvTimeoutError::Timeout) => {
                log.empty(&writer.connection);
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let began = Instant::now();
        let mut batch = vec![first];
        while batch.len() < BATCH && began.elapsed() < BATCH_TIME {
            match jobs.try_recv() {
                Ok(job) => batch.push(job),
                Err(_) => break,
            }
        }
        commit_together(writer, batch, refuses);
        log.is_empty = false;
        if log.emptied.elapsed() > BUSY {
            log.empty(&writer.connection);
        }
    }
}

/// The log beside the file, as the writer leaves it.
struct Log {
    is_empty: bool,
    emptied: Instant,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            is_empty: false,
            emptied: Instant::now(),
        }
    }
}

impl Log {
    /// Brings the log into the file and cuts it off, for what was erased still stands in its pages of before. Readers find nothing in
    /// it then, and so need not look. One that reads at this moment is not waited for: it is tried again when it is quiet again.
    fn empty(&mut self, connection: &Connection) {
        let emptied = connection.busy_timeout(Duration::ZERO).and_then(|()| {
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
                row.get::<_, i64>(0)
            })
        });
        match emptied {
            Ok(busy) => self.is_empty = busy == 0,
            Err(error) => tracing::warn!(%error, "the log could not be brought into the file"),
        }
        self.emptied = Instant::now();
        if let Err(error) = connection.busy_timeout(BUSY_TIMEOUT) {
            tracing::warn!(%error, "the store's patience could not be set");
        }
    }
}

/// One commit for all of `batch`; each is answered when it is on disk, or with its own error.
fn commit_together(writer: &Guarded, batch: Vec<Job>, refuses: &AtomicBool) {
    let connection = &writer.connection;
    let refuse_all = |jobs: Vec<(Job, Result<Outcome, DatabaseError>)>, error: &rusqlite::Error| {
        tracing::error!(%error, "a commit failed");
        refuses.store(true, Relaxed);
        for (job, _) in jobs {
            let _ = job
                .reply
                .send(Err(DatabaseError::Refused(error.to_string())));
        }
    };
    if let Err(error) = say(connection, "BEGIN IMMEDIATE") {
        return refuse_all(
            batch
                .into_iter()
                .map(|job| (job, Ok(Outcome::default())))
                .collect(),
            &error,
        );
    }
    let mut done: Vec<(Job, Result<Outcome, DatabaseError>)> = Vec::new();
    let mut waiting = batch.into_iter();
    while let Some(job) = waiting.next() {
        let result = writer.write(&job);
        if let Err(DatabaseError::Sqlite(error)) = &result
            && is_no_place_to_write(error)
        {
            refuses.store(true, Relaxed);
        }
        if connection.is_autocommit() {
            // SQLite gave up the whole transaction (an interrupted write, a full disk). The others did nothing wrong.
            let _ = job.reply.send(result.and_then(|_| {
                Err(DatabaseError::Refused(
                    "the transaction was rolled back".into(),
                ))
            }));
            for (innocent, _) in done {
                commit_together(writer, vec![innocent], refuses);
            }
            let rest: Vec<Job> = waiting.collect();
            if !rest.is_empty() {
                commit_together(writer, rest, refuses);
            }
            return;
        }
        done.push((job, result));
    }
    if done.iter().all(|(_, result)| result.is_err()) {
        let _ = say(connection, "ROLLBACK");
    } else if let Err(error) = say(connection, "COMMIT") {
        let _ = say(connection, "ROLLBACK");
        return refuse_all(done, &error);
    } else {
        refuses.store(false, Relaxed);
    }
    for (job, result) in done {
        let _ = job.reply.send(result);
    }
}

fn is_no_place_to_write(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DiskFull, ReadOnly, SystemIoFailure};
    matches!(
        error.sqlite_error_code(),
        Some(DiskFull | ReadOnly | SystemIoFailure)
    )
}

fn say(connection: &Connection, transaction: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(transaction)?.execute([])?;
    Ok(())
}

/// A panic elsewhere leaves these values whole: they are replaced, never edited in place.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "database_tests.rs"]
mod tests;
