//! Whether the keys that are set are those that a store was written with. The functions look too, for elsewhere nobody else does; here a
//! start is refused before anybody is answered, and a restored store before it is put in its place.

use keys::{KEPT, Key, OF_A_STORE, Standing};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// Name and fingerprint of each.
pub type KeptFingerprints = Vec<(String, String)>;

#[derive(Debug, thiserror::Error, PartialEq)]
pub enum WrongKey {
    #[error(
        "`{0}` is not set, and the store was written with one: put back the secrets that belong to it"
    )]
    Missing(&'static str),
    #[error(
        "`{0}` is another than the store was written with: put back the secrets that belong to it"
    )]
    Other(&'static str),
}

/// What the store in that file keeps; nothing where no function has used it yet.
pub fn of_file(store: &Path) -> anyhow::Result<KeptFingerprints> {
    let connection = Connection::open_with_flags(store, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    of(&connection)
}

pub fn of(connection: &Connection) -> anyhow::Result<KeptFingerprints> {
    let is_there = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'store_key')";
    if !connection.query_row(is_there, [], |row| row.get(0))? {
        return Ok(Vec::new());
    }
    let text: String = connection.query_row(KEPT, [], |row| row.get(0))?;
    Ok(serde_json::from_str(&text)?)
}

/// Holds what is set against what the store keeps.
pub fn check(
    kept: &KeptFingerprints,
    value: impl Fn(&str) -> Option<String>,
) -> Result<(), WrongKey> {
    for (name, before) in OF_A_STORE {
        if !kept.iter().any(|(known, _)| known == name) {
            continue;
        }
        let current = value(name).ok_or(WrongKey::Missing(name))?;
        let previous = before.and_then(&value);
        if Key::new(name, &current, previous.as_deref()).standing(kept) == Standing::Wrong {
            return Err(WrongKey::Other(name));
        }
    }
    Ok(())
}
