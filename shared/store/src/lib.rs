//! The one store that all functions share: its connections, rows as values, migrations. A function's SQL is its own.
#![deny(missing_docs)]

mod connections;
pub mod migrations;

use connections::{Loss, Taken};
use serde::de::DeserializeOwned;
use spin_sdk::sqlite::Error;
// The interface has a form that answers with all rows at once, and one that answers with a stream and a future. The SDK wraps the
// second, and each of its three suspends the guest and polls the whole request again; rows are few here, and come in one text.
use spin_sdk::sqlite::wit::sqlite::{QueryResult, RowResult};

pub use spin_sdk::sqlite::Value;

/// Why the store did not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, or is full: try again later.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// It refused the statement.
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
/// LOCKED, FULL, READONLY, IOERR, CANTOPEN and INTERRUPT, for a schema that another instance changed while the statement was being
/// prepared, and the embedded runtime's when it closes.
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
        "vtable constructor failed",
        "closing",
    ]
    .iter()
    .any(|word| text.contains(word))
}

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
        named(&result.columns, result.rows)
    }

    /// As [`Self::all`], and whoever waits for it can do something else meanwhile.
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
        let mut taken = Taken::take()?;
        let mut read = read_meanwhile(&taken, sql, parameters.clone()).await;
        if let Err(error) = &read
            && let Some(again) = taken.instead(error, sql)?
        {
            taken = again;
            read = read_meanwhile(&taken, sql, parameters).await;
        }
        let (columns, rows) = taken.ended(read)?;
        named(&columns, rows)
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
        let mut taken = Taken::take()?;
        let mut executed = taken.execute(sql, &parameters);
        if let Err(error) = &executed
            && let Some(again) = taken.instead(error, sql)?
        {
            taken = again;
            executed = taken.execute(sql, &parameters);
        }
        taken.ended(executed)
    }
}

/// Rows with their columns, read to the last while whoever waits does something else.
async fn read_meanwhile(
    taken: &Taken,
    sql: &str,
    parameters: Vec<Value>,
) -> Result<(Vec<String>, Vec<RowResult>), Error> {
    let connection = taken.connection();
    let (columns, rows, end) = connection.execute_async(sql.to_owned(), parameters).await?;
    let rows = rows.collect().await;
    end.await?;
    Ok((columns, rows))
}

fn named<T: DeserializeOwned>(
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

fn json(value: Value) -> serde_json::Value {
    match value {
        Value::Integer(number) => number.into(),
        Value::Real(number) => number.into(),
        Value::Text(text) => text.into(),
        Value::Blob(bytes) => bytes.into(),
        Value::Null => serde_json::Value::Null,
    }
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
            "vtable constructor failed: enterprise_search",
            "tcp connect error: Connection refused (os error 111)",
            "timed out while opening the database",
            "The stream has expired due to inactivity",
        ] {
            let error = StoreError::from(Error::Io(text.into()));
            assert!(matches!(error, StoreError::Unavailable(_)), "{text}");
        }
        for text in ["no such table: account", "UNIQUE constraint failed: a.b"] {
            let error = StoreError::from(Error::Io(text.into()));
            assert!(matches!(error, StoreError::Statement(_)), "{text}");
        }
    }
}
