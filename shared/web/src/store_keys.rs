//! The keys of an instance and those that the store was written with: looked at once an instance, before anything is read or written
//! with them.

use crate::context;
use crate::problem::Problem;
use crate::seal;
use keys::{KEPT, Key, OF_A_STORE, Standing};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use store::Store;

/// The key that every function is given.
const EVERYBODYS: &str = "session_key";

/// Whether this instance has seen that its keys are those of the store.
static FIT: AtomicBool = AtomicBool::new(false);

/// Refuses a store that was written with other keys, and has a new store keep the fingerprints of these.
pub async fn check(store: &Store) -> Result<(), Problem> {
    if FIT.load(Relaxed) {
        return Ok(());
    }
    let keys = own().await?;
    let mut kept: Vec<(String, String)> = store.json(KEPT, []).await?;
    for key in &keys {
        if key.standing(&kept) == Standing::New {
            remember(store, key).await?;
            kept = store.json(KEPT, []).await?;
        }
        if key.standing(&kept) != Standing::Known {
            return Err(Problem::wrong_keys(key.name));
        }
    }
    FIT.store(true, Relaxed);
    Ok(())
}

/// The keys that this function is given.
async fn own() -> Result<Vec<Key>, Problem> {
    let mut keys = Vec::new();
    for (name, before) in OF_A_STORE {
        if name != EVERYBODYS && !seal::is_given(name).await {
            continue;
        }
        let current = seal::variable(name).await?;
        let previous = match before {
            Some(before) => Some(seal::variable(before).await?),
            None => None,
        };
        keys.push(Key::new(name, &current, previous.as_deref()));
    }
    Ok(keys)
}

/// Keeps the fingerprint of a key. Where two instances begin a store with two different keys, the statement takes the first alone.
async fn remember(store: &Store, key: &Key) -> Result<(), Problem> {
    let sql = "INSERT INTO store_key (name, fingerprint, first_used_at) SELECT ?1, ?2, ?4
        WHERE NOT EXISTS (SELECT 1 FROM store_key WHERE name = ?1 AND fingerprint NOT IN (SELECT value FROM json_each(?3)))
        ON CONFLICT DO NOTHING";
    let at_hand: Vec<&String> = key.at_hand().collect();
    let parameters = [
        key.name.into(),
        key.current.as_str().into(),
        serde_json::json!(at_hand).to_string().into(),
        context::now()
            .to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
            .into(),
    ];
    store.run(sql, parameters).await?;
    Ok(())
}

/// Nothing is left in the store that was written with the key before: from now on it is opened without it.
pub async fn forget_previous(store: &Store, name: &str) -> Result<(), Problem> {
    let keys = own().await?;
    let Some(Key {
        current,
        previous: Some(previous),
        ..
    }) = keys.iter().find(|key| key.name == name)
    else {
        return Ok(());
    };
    let sql = "DELETE FROM store_key WHERE name = ?1 AND fingerprint = ?2 AND fingerprint <> ?3";
    let parameters = [
        name.into(),
        previous.as_str().into(),
        current.as_str().into(),
    ];
    store.run(sql, parameters).await?;
    Ok(())
}
