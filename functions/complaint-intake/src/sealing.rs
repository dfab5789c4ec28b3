//! A key a case, itself sealed under `data_key`: erasing a person is erasing the case's key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use web::{Problem, seal};

/// One key of the office's.
pub struct DataKey {
    key: [u8; 32],
    /// Names the key, and does not tell it.
    pub id: String,
}

/// `data_key`, and the one before it while cases are sealed anew.
pub struct DataKeys {
    pub current: DataKey,
    pub previous: Option<DataKey>,
}

impl DataKey {
    fn read(text: &str) -> Result<Self, Problem> {
        let key: [u8; 32] = STANDARD
            .decode(text.trim())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| Problem::internal("data_key must be base64 of 32 bytes"))?;
        let id = STANDARD.encode(&seal::derive_key("data key id", text.trim())[..9]);
        Ok(Self { key, id })
    }
}

impl DataKeys {
    pub async fn read() -> Result<Self, Problem> {
        let previous = seal::variable("data_key_previous").await?;
        Ok(Self {
            current: DataKey::read(&seal::variable("data_key").await?)?,
            previous: match previous.trim() {
                "" => None,
                text => Some(DataKey::read(text)?),
            },
        })
    }
}

/// The key of one case.
#[derive(Clone)]
pub struct CaseKey([u8; 32]);

impl CaseKey {
    pub fn new() -> Result<Self, Problem> {
        seal::random().map(Self)
    }

    /// As the case's row keeps it.
    pub fn sealed(&self, under: &DataKey) -> Result<Vec<u8>, Problem> {
        seal::seal(&under.key, &self.0)
    }

    /// The key that was sealed under the data key of that name.
    pub fn open(keys: &DataKeys, sealed: &[u8], data_key_id: &str) -> Result<Self, Problem> {
        let under = std::iter::once(&keys.current)
            .chain(&keys.previous)
            .find(|key| key.id == data_key_id)
            .ok_or_else(|| {
                Problem::internal("a case is sealed under a data_key that is not set")
            })?;
        seal::open(&under.key, sealed)
            .and_then(|key| key.try_into().ok())
            .map(Self)
            .ok_or_else(|| Problem::internal("the key of a case cannot be opened"))
    }

    pub fn seal<T: Serialize>(&self, said: &T) -> Result<Vec<u8>, Problem> {
        let plain = serde_json::to_vec(said).map_err(Problem::internal)?;
        seal::seal(&self.0, &plain)
    }

    pub fn read<T: DeserializeOwned>(&self, sealed: &[u8]) -> Result<T, Problem> {
        let plain = seal::open(&self.0, sealed)
            .ok_or_else(|| Problem::internal("what a case holds cannot be opened"))?;
        serde_json::from_slice(&plain).map_err(Problem::internal)
    }
}
