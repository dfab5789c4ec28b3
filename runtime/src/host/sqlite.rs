//! `spin:sqlite@3.1.0` on the embedded database.

use super::Guest;
use super::bindings::spin::sqlite::sqlite::{
    Error, Host, HostConnection, HostConnectionWithStore, QueryResult, RowResult, Value,
};
use crate::database::{DatabaseError, Outcome, Speaker, Written};
use rusqlite::types::Value as Cell;
use std::sync::{Arc, Mutex, PoisonError};
use wasmtime::Result;
use wasmtime::component::{Accessor, FutureReader, Resource, StreamReader};

/// A connection as the guest knows it: it keeps only what its last write did.
#[derive(Default)]
pub struct Connection {
    written: Arc<Mutex<Option<Written>>>,
}

impl Connection {
    fn written(&self) -> Option<Written> {
        *self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guest {
    fn open_database(&mut self, name: &str) -> Result<Result<Resource<Connection>, Error>> {
        if !self.grants.sqlite_databases.contains(name) {
            return Ok(Err(Error::AccessDenied));
        }
        Ok(Ok(self.table.push(Connection::default())?))
    }
}

/// Runs a statement with the guest's store left free, so that its other work goes on.
async fn execute(
    grants: Arc<super::Grants>,
    deadline: std::time::Instant,
    written: Arc<Mutex<Option<Written>>>,
    statement: String,
    parameters: Vec<Value>,
) -> Result<Outcome, Error> {
    let parameters = parameters.into_iter().map(cell).collect();
    let outcome = grants
        .database
        .execute(Speaker::Function, statement, parameters, deadline)
        .await
        .map_err(|error| match &error {
            DatabaseError::Sqlite(cause)
                if cause.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull) =>
            {
                Error::DatabaseFull
            }
            _ => Error::Io(error.to_string()),
        })?;
    if outcome.written.is_some() {
        *written.lock().unwrap_or_else(PoisonError::into_inner) = outcome.written;
    }
    Ok(outcome)
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
        let written = self.table.get(&connection)?.written.clone();
        let run = execute(
            self.grants.clone(),
            self.deadline,
            written,
            statement,
            parameters,
        );
        Ok(run.await.map(|outcome| QueryResult {
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
        let (grants, deadline, written) = accessor.with(|mut access| {
            let guest = access.get();
            let written = guest.table.get(&connection)?.written.clone();
            wasmtime::error::Ok((guest.grants.clone(), guest.deadline, written))
        })?;
        let outcome = match execute(grants, deadline, written, statement, parameters).await {
            Ok(outcome) => outcome,
            Err(error) => return Ok(Err(error)),
        };
        let rows: Vec<RowResult> = outcome.rows.into_iter().map(row).collect();
        accessor.with(|mut access| {
            let stream = StreamReader::new(&mut access, rows)?;
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
