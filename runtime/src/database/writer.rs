//! The thread that writes: it takes the statements waiting at a moment into one commit, and brings the log into the file when it is
//! quiet.

use super::connection::{BUSY_TIMEOUT, GuardedConnection};
use super::statement::{DatabaseError, Speaker, StatementOutcome};
use rusqlite::Connection;
use rusqlite::types::Value;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// The most statements in one commit, and for how long more are taken in.
const BATCH: usize = 256;

const BATCH_TIME: Duration = Duration::from_millis(50);

/// After so long without a write the log is brought into the file and emptied.
const QUIET: Duration = Duration::from_secs(2);

/// After so long it is done in the middle of writes: what has been erased stands in no log for longer than this.
const BUSY: Duration = Duration::from_secs(600);

/// A statement that waits for the writer.
pub struct WriteJob {
    pub sql: String,
    pub parameters: Vec<Value>,
    pub speaker: Speaker,
    pub deadline: Instant,
    pub reply: oneshot::Sender<Result<StatementOutcome, DatabaseError>>,
}

/// Takes jobs in and commits them, until nobody can send any more.
pub fn write_until_closed(
    writer: &mut GuardedConnection,
    jobs: &mpsc::Receiver<WriteJob>,
    refuses: &AtomicBool,
) {
    // A log that an earlier program has left is emptied too.
    let mut log = WriteAheadLog::default();
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

/// The write-ahead log beside the file, as the writer leaves it.
struct WriteAheadLog {
    is_empty: bool,
    emptied: Instant,
}

impl Default for WriteAheadLog {
    fn default() -> Self {
        Self {
            is_empty: false,
            emptied: Instant::now(),
        }
    }
}

impl WriteAheadLog {
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

type JobResult = Result<StatementOutcome, DatabaseError>;

/// One commit for all of `batch`; each is answered when it is on disk, or with its own error.
fn commit_together(writer: &GuardedConnection, batch: Vec<WriteJob>, refuses: &AtomicBool) {
    let connection = &writer.connection;
    if let Err(error) = run_transaction_verb(connection, "BEGIN IMMEDIATE") {
        return refuse_all(batch, &error, refuses);
    }
    let mut done: Vec<(WriteJob, JobResult)> = Vec::new();
    let mut waiting = batch.into_iter();
    while let Some(job) = waiting.next() {
        let result = writer.write(job.speaker, &job.sql, &job.parameters, job.deadline);
        if let Err(DatabaseError::Sqlite(error)) = &result
            && is_no_place_to_write(error)
        {
            refuses.store(true, Relaxed);
        }
        if connection.is_autocommit() {
            // SQLite gave up the whole transaction (an interrupted write, a full disk). The others did nothing wrong.
            answer_rolled_back(job, result);
            for (innocent, _) in done {
                commit_together(writer, vec![innocent], refuses);
            }
            let rest: Vec<WriteJob> = waiting.collect();
            if !rest.is_empty() {
                commit_together(writer, rest, refuses);
            }
            return;
        }
        done.push((job, result));
    }
    if done.iter().all(|(_, result)| result.is_err()) {
        let _ = run_transaction_verb(connection, "ROLLBACK");
    } else if let Err(error) = run_transaction_verb(connection, "COMMIT") {
        let _ = run_transaction_verb(connection, "ROLLBACK");
        return refuse_all(done.into_iter().map(|(job, _)| job), &error, refuses);
    } else {
        refuses.store(false, Relaxed);
    }
    for (job, result) in done {
        let _ = job.reply.send(result);
    }
}

/// Answers jobs whose commit could not be begun or made.
fn refuse_all(
    jobs: impl IntoIterator<Item = WriteJob>,
    error: &rusqlite::Error,
    refuses: &AtomicBool,
) {
    tracing::error!(%error, "a commit failed");
    refuses.store(true, Relaxed);
    for job in jobs {
        let _ = job
            .reply
            .send(Err(DatabaseError::Refused(error.to_string())));
    }
}

/// Answers the job at which SQLite gave up the transaction.
fn answer_rolled_back(job: WriteJob, result: JobResult) {
    let _ = job.reply.send(result.and_then(|_| {
        Err(DatabaseError::Refused(
            "the transaction was rolled back".into(),
        ))
    }));
}

fn is_no_place_to_write(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DiskFull, ReadOnly, SystemIoFailure};
    matches!(
        error.sqlite_error_code(),
        Some(DiskFull | ReadOnly | SystemIoFailure)
    )
}

/// BEGIN, COMMIT or ROLLBACK.
fn run_transaction_verb(connection: &Connection, transaction: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(transaction)?.execute([])?;
    Ok(())
}
