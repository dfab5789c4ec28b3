//! The key-value store, which may be another machine's: a call that does not come back ends.

use crate::Problem;
use crate::outbound;
use spin_sdk::key_value;
use std::fmt::Debug;
use std::time::Duration;

/// How long one call may take. A value has at most 256 KiB.
const PATIENCE: Duration = Duration::from_secs(5);

/// An open key-value store.
pub struct KeyValue(key_value::Store);

impl KeyValue {
    /// Opens the store that the manifest calls `default`.
    ///
    /// # Errors
    ///
    /// 503 where it does not answer.
    pub async fn open() -> Result<Self, Problem> {
        in_time(key_value::Store::open_default()).await.map(Self)
    }

    /// The value under `key`, where there is one.
    ///
    /// # Errors
    ///
    /// 503 where the store does not answer.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Problem> {
        in_time(self.0.get(key)).await
    }

    /// Puts a value under `key`.
    ///
    /// # Errors
    ///
    /// 503 where the store does not answer; it may have taken the value all the same.
    pub async fn set(&self, key: &str, value: &[u8]) -> Result<(), Problem> {
        in_time(self.0.set(key, value)).await
    }

    /// Takes away what is under `key`. Doing it twice harms nothing.
    ///
    /// # Errors
    ///
    /// 503 where the store does not answer.
    pub async fn delete(&self, key: &str) -> Result<(), Problem> {
        in_time(self.0.delete(key)).await
    }
}

async fn in_time<T, E: Debug>(call: impl Future<Output = Result<T, E>>) -> Result<T, Problem> {
    let answer = outbound::within(PATIENCE, call).await;
    let cause = match answer {
        Some(Ok(value)) => return Ok(value),
        Some(Err(error)) => format!("{error:?}"),
        None => format!("no answer in {} seconds", PATIENCE.as_secs()),
    };
    Err(Problem::unavailable(format!(
        "the key-value store: {cause}"
    )))
}
