//! The bytes, in chunks that every key-value store takes. They are written first; the row that names them makes them exist.

use web::{KeyValue, Problem};

/// At most 256 KiB a value (design: the store).
const CHUNK: usize = 256 << 10;

/// How many chunks a file of so many bytes takes.
pub fn chunks(bytes: usize) -> usize {
    bytes.div_ceil(CHUNK)
}

fn key(id: &str, chunk: usize) -> String {
    format!("attachment/{id}/{chunk}")
}

/// Writes a file under `id`; gives the number of its chunks.
///
/// # Errors
///
/// [`Problem`] where the store does not take it.
pub async fn keep(id: &str, bytes: &[u8]) -> Result<usize, Problem> {
    let store = KeyValue::open().await?;
    let mut chunks = 0;
    for chunk in bytes.chunks(CHUNK) {
        store.set(&key(id, chunks), chunk).await?;
        chunks += 1;
    }
    Ok(chunks)
}

/// The whole file; none where a chunk is missing.
///
/// # Errors
///
/// [`Problem`] where the store does not answer.
pub async fn fetch(id: &str, chunks: usize) -> Result<Option<Vec<u8>>, Problem> {
    let store = KeyValue::open().await?;
    let mut bytes = Vec::with_capacity(chunks * CHUNK);
    for chunk in 0..chunks {
        match store.get(&key(id, chunk)).await? {
            Some(part) => bytes.extend_from_slice(&part),
            None => return Ok(None),
        }
    }
    Ok(Some(bytes))
}

/// Deletes the bytes. Doing it twice harms nothing.
///
/// # Errors
///
/// [`Problem`] where the store does not answer.
pub async fn erase(id: &str, chunks: usize) -> Result<(), Problem> {
    let store = KeyValue::open().await?;
    for chunk in 0..chunks {
        store.delete(&key(id, chunk)).await?;
    }
    Ok(())
}
