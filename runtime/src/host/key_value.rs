//! `spin:key-value@3.0.0` on a table of the embedded database, so that one snapshot holds both.

use super::Guest;
use super::bindings::spin::key_value::key_value::{Error, Host, HostStore, HostStoreWithStore};
use crate::database::{Speaker, StatementOutcome};
use crate::like_spin::{LikeSpin, Trouble};
use rusqlite::types::Value as Cell;
use wasmtime::Result;
use wasmtime::component::{Accessor, FutureReader, Resource, StreamReader};

/// A store as the guest knows it: its name.
pub struct Store(String);

/// Runs a statement of ours for the store behind `store`; its name is the first parameter.
async fn execute<T: Send>(
    accessor: &Accessor<T, Guest>,
    store: &Resource<Store>,
    sql: &str,
    parameters: impl IntoIterator<Item = Cell>,
) -> Result<Result<StatementOutcome, Error>> {
    let (grants, deadline, name) = accessor.with(|mut access| {
        let guest = access.get();
        let name = guest.table.get(store)?.0.clone();
        wasmtime::error::Ok((guest.grants.clone(), guest.deadline, name))
    })?;
    let is_gone = |like: LikeSpin| like.has(Trouble::KeyValueIsGone);
    if grants.like_spin.is_some_and(is_gone) {
        std::future::pending::<()>().await;
    }
    let parameters = std::iter::once(Cell::Text(name))
        .chain(parameters)
        .collect();
    Ok(grants
        .database
        .execute(Speaker::Runtime, sql.to_owned(), parameters, deadline)
        .await
        .map_err(|error| Error::Other(error.to_string())))
}

impl Host for Guest {}

impl HostStore for Guest {
    fn drop(&mut self, store: Resource<Store>) -> Result<()> {
        self.table.delete(store)?;
        Ok(())
    }
}

impl<T: Send> HostStoreWithStore<T> for Guest {
    async fn open(
        accessor: &Accessor<T, Self>,
        label: String,
    ) -> Result<Result<Resource<Store>, Error>> {
        accessor.with(|mut access| {
            let guest = access.get();
            if !guest.grants.key_value_stores.contains(&label) {
                return Ok(Err(Error::AccessDenied));
            }
            Ok(Ok(guest.table.push(Store(label))?))
        })
    }

    async fn get(
        accessor: &Accessor<T, Self>,
        store: Resource<Store>,
        key: String,
    ) -> Result<Result<Option<Vec<u8>>, Error>> {
        let sql = "SELECT value FROM runtime_key_value WHERE store = ?1 AND key = ?2";
        let found = execute(accessor, &store, sql, [Cell::Text(key)]).await?;
        Ok(found.map(|outcome| {
            outcome
                .rows
                .into_iter()
                .flatten()
                .find_map(|cell| match cell {
                    Cell::Blob(value) => Some(value),
                    _ => None,
                })
        }))
    }

    async fn set(
        accessor: &Accessor<T, Self>,
        store: Resource<Store>,
        key: String,
        value: Vec<u8>,
    ) -> Result<Result<(), Error>> {
        let sql = "INSERT INTO runtime_key_value (store, key, value) VALUES (?1, ?2, ?3)
                   ON CONFLICT (store, key) DO UPDATE SET value = excluded.value";
        let done = execute(accessor, &store, sql, [Cell::Text(key), Cell::Blob(value)]).await?;
        Ok(done.map(|_| ()))
    }

    async fn delete(
        accessor: &Accessor<T, Self>,
        store: Resource<Store>,
        key: String,
    ) -> Result<Result<(), Error>> {
        let sql = "DELETE FROM runtime_key_value WHERE store = ?1 AND key = ?2";
        let done = execute(accessor, &store, sql, [Cell::Text(key)]).await?;
        Ok(done.map(|_| ()))
    }

    async fn exists(
        accessor: &Accessor<T, Self>,
        store: Resource<Store>,
        key: String,
    ) -> Result<Result<bool, Error>> {
        let sql = "SELECT 1 FROM runtime_key_value WHERE store = ?1 AND key = ?2";
        let found = execute(accessor, &store, sql, [Cell::Text(key)]).await?;
        Ok(found.map(|outcome| !outcome.rows.is_empty()))
    }

    async fn get_keys(
        accessor: &Accessor<T, Self>,
        store: Resource<Store>,
    ) -> Result<(StreamReader<String>, FutureReader<Result<(), Error>>)> {
        let sql = "SELECT key FROM runtime_key_value WHERE store = ?1 ORDER BY key";
        let (keys, end) = match execute(accessor, &store, sql, []).await? {
            Ok(outcome) => {
                let keys = outcome
                    .rows
                    .into_iter()
                    .flatten()
                    .filter_map(|cell| match cell {
                        Cell::Text(key) => Some(key),
                        _ => None,
                    });
                (keys.collect(), Ok(()))
            }
            Err(error) => (Vec::new(), Err(error)),
        };
        accessor.with(|mut access| {
            let stream = StreamReader::new(&mut access, keys)?;
            let end = FutureReader::new(&mut access, async { wasmtime::error::Ok(end) })?;
            Ok((stream, end))
        })
    }
}
