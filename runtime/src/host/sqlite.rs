//! `spin:sqlite@3.1.0` on the embedded database.

use super::Guest;
use super::bindings::spin::sqlite::sqlite::{
    Error, Host, HostConnection, HostConnectionWithStore, QueryResult, RowResult, Value,
};
use crate::database::{DatabaseError, OwnConnection, Speaker, StatementOutcome, WriteEffect};
use crate::like_spin::{self, Trouble};
use rusqlite::types::Value as Cell;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::sync::OwnedMutexGuard;
use wasmtime::component::{
    Accessor, Destination, FutureReader, Resource, StreamProducer, StreamReader, StreamResult,
    VecBuffer,
};
use wasmtime::{Result, StoreContextMut};

/// A connection as the guest knows it: it keeps only what its last write did.
#[derive(Default, Clone)]
pub struct Connection {
    written: Arc<Mutex<Option<WriteEffect>>>,
    /// Where the runtime behaves like Spin: whoever holds this has the connection for itself.
    own: Option<Arc<tokio::sync::Mutex<OwnConnection>>>,
    was_used: Arc<AtomicBool>,
}

impl Connection {
    fn written(&self) -> Option<WriteEffect> {
        *self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The rows of a statement, and the connection that it holds until they have been read.
struct Execution {
    outcome: StatementOutcome,
    held: Option<OwnedMutexGuard<OwnConnection>>,
}

impl Guest {
    fn open_database(&mut self, name: &str) -> Result<Result<Resource<Connection>, Error>> {
        if !self.grants.sqlite_databases.contains(name) {
            return Ok(Err(Error::AccessDenied));
        }
        let mut connection = Connection::default();
        if self.grants.like_spin.is_some() {
            match self.grants.database.connect() {
                Ok(own) => connection.own = Some(Arc::new(tokio::sync::Mutex::new(own))),
                Err(error) => return Ok(Err(Error::Io(error.to_string()))),
            }
        }
        self.grants.opened.inc();
        Ok(Ok(self.table.push(connection)?))
    }
}

/// Runs a statement with the guest's store left free, so that its other work goes on.
async fn execute(
    grants: Arc<super::Grants>,
    deadline: std::time::Instant,
    connection: Connection,
    statement: String,
    parameters: Vec<Value>,
) -> Result<Execution, Error> {
    let parameters = parameters.into_iter().map(cell).collect();
    let executed = match (grants.like_spin, &connection.own) {
        (Some(like), Some(own)) => {
            let was_used = connection.was_used.swap(true, Relaxed);
            if was_used && like.has(Trouble::ConnectionsExpire) {
                return Err(Error::Io(like_spin::EXPIRED.into()));
            }
            if like.is_locked_for(&statement) {
                return Err(Error::Io(like_spin::LOCKED.into()));
            }
            let statement = (like.statement)(&statement).map_err(Error::Io)?;
            on_its_own(own.clone(), statement, parameters, deadline).await
        }
        _ => {
            let database = &grants.database;
            database
                .execute(Speaker::Function, statement, parameters, deadline)
                .await
                .map(|outcome| Execution {
                    outcome,
                    held: None,
                })
        }
    };
    let executed = executed.map_err(|error| match &error {
        DatabaseError::Sqlite(cause)
            if cause.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull) =>
        {
            Error::DatabaseFull
        }
        _ => Error::Io(error.to_string()),
    })?;
    if let Some(written) = executed.outcome.written {
        *connection
            .written
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(written);
    }
    Ok(executed)
}

/// Waits for the connection, for ever where the statement before is not read to its end.
async fn on_its_own(
    own: Arc<tokio::sync::Mutex<OwnConnection>>,
    statement: String,
    parameters: Vec<Cell>,
    deadline: std::time::Instant,
) -> Result<Execution, DatabaseError> {
    let held = own.lock_owned().await;
    tokio::task::spawn_blocking(move || {
        let outcome = held.execute(&statement, &parameters, deadline)?;
        Ok(Execution {
            outcome,
            held: Some(held),
        })
    })
    .await
    .map_err(|_| DatabaseError::Closing)?
}

/// Rows on their way to the guest, and the connection until the last one is taken.
struct RowProducer {
    rows: Vec<RowResult>,
    held: Option<OwnedMutexGuard<OwnConnection>>,
}

impl<D> StreamProducer<D> for RowProducer {
    type Item = RowResult;
    type Buffer = VecBuffer<RowResult>;

    fn poll_produce<'a>(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: StoreContextMut<'a, D>,
        mut destination: Destination<'a, Self::Item, Self::Buffer>,
        _: bool,
    ) -> Poll<Result<StreamResult>> {
        let sent = self.get_mut();
        if sent.rows.is_empty() {
            return Poll::Ready(Ok(StreamResult::Dropped));
        }
        destination.set_buffer(std::mem::take(&mut sent.rows).into());
        let over = match sent.held {
            Some(_) => StreamResult::Completed,
            None => StreamResult::Dropped,
        };
        Poll::Ready(Ok(over))
    }
}

impl Host for Guest {}

impl HostConnection for Guest {
    async fn open(&mut self, database: String) -> Result<Result<Resource<Connection>, Error>> {
        self.open_database(&database)
    }

    async fn execute(
        &mut self,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> Result<Result<QueryResult, Error>> {
        let connection = self.table.get(&connection)?.clone();
        let run = execute(
            self.grants.clone(),
            self.deadline,
            connection,
            statement,
            parameters,
        );
        Ok(run.await.map(|Execution { outcome, .. }| QueryResult {
            columns: outcome.columns,
            rows: outcome.rows.into_iter().map(row).collect(),
        }))
    }

    fn last_insert_rowid(&mut self, connection: Resource<Connection>) -> Result<i64> {
        let written = self.table.get(&connection)?.written();
        Ok(written.map_or(0, |written| written.last_insert_rowid))
    }

    fn changes(&mut self, connection: Resource<Connection>) -> Result<u64> {
        let written = self.table.get(&connection)?.written();
        Ok(written.map_or(0, |written| written.changes))
    }

    fn drop(&mut self, connection: Resource<Connection>) -> Result<()> {
        self.table.delete(connection)?;
        Ok(())
    }
}

impl<T: Send> HostConnectionWithStore<T> for Guest {
    async fn open_async(
        accessor: &Accessor<T, Self>,
        database: String,
    ) -> Result<Result<Resource<Connection>, Error>> {
        accessor.with(|mut access| access.get().open_database(&database))
    }

    #[allow(clippy::type_complexity, reason = "the interface's own type")]
    async fn execute_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> Result<
        Result<
            (
                Vec<String>,
                StreamReader<RowResult>,
                FutureReader<Result<(), Error>>,
            ),
            Error,
        >,
    > {
        let (grants, deadline, connection) = accessor.with(|mut access| {
            let guest = access.get();
            let connection = guest.table.get(&connection)?.clone();
            wasmtime::error::Ok((guest.grants.clone(), guest.deadline, connection))
        })?;
        let executed = execute(grants, deadline, connection, statement, parameters).await;
        let Execution { outcome, held } = match executed {
            Ok(executed) => executed,
            Err(error) => return Ok(Err(error)),
        };
        let rows = outcome.rows.into_iter().map(row).collect();
        accessor.with(|mut access| {
            let stream = StreamReader::new(&mut access, RowProducer { rows, held })?;
            let end = FutureReader::new(&mut access, async { wasmtime::error::Ok(Ok(())) })?;
            Ok(Ok((outcome.columns, stream, end)))
        })
    }

    async fn last_insert_rowid_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<Connection>,
    ) -> Result<i64> {
        accessor.with(|mut access| access.get().last_insert_rowid(connection))
    }

    async fn changes_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<Connection>,
    ) -> Result<u64> {
        accessor.with(|mut access| access.get().changes(connection))
    }
}

fn cell(value: Value) -> Cell {
    match value {
        Value::Integer(number) => Cell::Integer(number),
        Value::Real(number) => Cell::Real(number),
        Value::Text(text) => Cell::Text(text),
        Value::Blob(bytes) => Cell::Blob(bytes),
        Value::Null => Cell::Null,
    }
}

fn row(cells: Vec<Cell>) -> RowResult {
    let values = cells
        .into_iter()
        .map(|cell| match cell {
            Cell::Integer(number) => Value::Integer(number),
            Cell::Real(number) => Value::Real(number),
            Cell::Text(text) => Value::Text(text),
            Cell::Blob(bytes) => Value::Blob(bytes),
            Cell::Null => Value::Null,
        })
        .collect();
    RowResult { values }
}
