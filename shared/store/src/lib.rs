//! The one store that all functions share: its connections, rows as values, migrations. A function's SQL is its own.
//!
//! Which error type belongs in which layer stands in [`StoreError`]'s module and, for all layers, in the module `problem` of the crate `web`.
#![deny(missing_docs)]

mod connections;
mod error;
pub mod migrations;

use connections::StatementConnection;
use serde::de::DeserializeOwned;
use spin_sdk::sqlite::Error;
// The interface has a form that answers with all rows at once, and one that answers with a stream and a future. The SDK wraps the
// second, and each of its three suspends the guest and polls the whole request again; rows are few here, and come in one text.
use spin_sdk::sqlite::wit::sqlite::{QueryResult, RowResult};

pub use error::StoreError;
pub use spin_sdk::sqlite::Value;

/// The store that all functions share. Each statement takes a connection of this instance for as long as it is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Store;

impl Store {
    /// Runs one statement and returns its rows, each column by its name.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; also for a row that is no `T`.
    pub async fn all<T: DeserializeOwned>(
        &self,
        sql: &str,
        parameters: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<T>, StoreError> {
        let result = self.execute(sql, parameters)?;
        rows_by_name(&result.columns, result.rows)
    }

    /// Runs one statement as [`Self::all`] does, but lets whoever waits for it do something else meanwhile.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; also for a row that is no `T`.
    pub async fn all_meanwhile<T: DeserializeOwned>(
        &self,
        sql: &str,
        parameters: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<T>, StoreError> {
        let parameters: Vec<Value> = parameters.into_iter().collect();
        let mut connection = StatementConnection::take()?;
        let mut result = read_meanwhile(&connection, sql, parameters.clone()).await;
        if let Err(error) = &result
            && connection.is_ready_for_second_try(error, sql)?
        {
            result = read_meanwhile(&connection, sql, parameters).await;
        }
        let (columns, rows) = connection.finish(result)?;
        rows_by_name(&columns, rows)
    }

    /// The first row of [`Self::all`], where there is one.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn first<T: DeserializeOwned>(
        &self,
        sql: &str,
        parameters: impl IntoIterator<Item = Value>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.all(sql, parameters).await?.into_iter().next())
    }

    /// Runs one statement that gives one text, JSON made in SQL. Rows cross into WebAssembly one by one and dearly; a text
    /// crosses once.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; also where there is no row or no text in it.
    pub async fn text(
        &self,
        sql: &str,
        parameters: impl IntoIterator<Item = Value>,
    ) -> Result<String, StoreError> {
        match self
            .execute(sql, parameters)?
            .rows
            .into_iter()
            .next()
            .and_then(|row| row.values.into_iter().next())
        {
            Some(Value::Text(text)) => Ok(text),
            _ => Err(StoreError::Statement("one text was expected".into())),
        }
    }

    /// Runs one statement whose rows are one text each: what is too much for one text, cut in SQL.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; also where a row is no text.
    pub async fn texts(
        &self,
        sql: &str,
        parameters: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<String>, StoreError> {
        self.execute(sql, parameters)?
            .rows
            .into_iter()
            .map(|row| match row.values.into_iter().next() {
                Some(Value::Text(text)) => Ok(text),
                _ => Err(StoreError::Statement("texts were expected".into())),
            })
            .collect()
    }

    /// [`Self::text`], read as `T`.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn json<T: DeserializeOwned>(
        &self,
        sql: &str,
        parameters: impl IntoIterator<Item = Value>,
    ) -> Result<T, StoreError> {
        Ok(serde_json::from_str(&self.text(sql, parameters).await?)?)
    }

    /// Runs one statement and returns how many rows it gave: with RETURNING, the rows it touched.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn run(
        &self,
        sql: &str,
        parameters: impl IntoIterator<Item = Value>,
    ) -> Result<usize, StoreError> {
        Ok(self.execute(sql, parameters)?.rows.len())
    }

    fn execute(
        &self,
        sql: &str,
        parameters: impl IntoIterator<Item = Value>,
    ) -> Result<QueryResult, StoreError> {
        let parameters: Vec<Value> = parameters.into_iter().collect();
        let mut connection = StatementConnection::take()?;
        let mut result = connection.execute(sql, &parameters);
        if let Err(error) = &result
            && connection.is_ready_for_second_try(error, sql)?
        {
            result = connection.execute(sql, &parameters);
        }
        connection.finish(result)
    }
}

/// Rows with their columns, read to the last while whoever waits does something else.
async fn read_meanwhile(
    connection: &StatementConnection,
    sql: &str,
    parameters: Vec<Value>,
) -> Result<(Vec<String>, Vec<RowResult>), Error> {
    let (columns, rows, end) = connection
        .connection()
        .execute_async(sql.to_owned(), parameters)
        .await?;
    let rows = rows.collect().await;
    end.await?;
    Ok((columns, rows))
}

/// Each row as `T`, its columns by their names.
fn rows_by_name<T: DeserializeOwned>(
    columns: &[String],
    rows: Vec<RowResult>,
) -> Result<Vec<T>, StoreError> {
    rows.into_iter()
        .map(|row| {
            let object = columns
                .iter()
                .cloned()
                .zip(row.values.into_iter().map(json))
                .collect();
            Ok(serde_json::from_value(serde_json::Value::Object(object))?)
        })
        .collect()
}

/// A cell as JSON.
fn json(value: Value) -> serde_json::Value {
    match value {
        Value::Integer(number) => number.into(),
        Value::Real(number) => number.into(),
        Value::Text(text) => text.into(),
        Value::Blob(bytes) => bytes.into(),
        Value::Null => serde_json::Value::Null,
    }
}
