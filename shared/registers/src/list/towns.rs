//! The towns that a caller can choose from, as they are called today.

use store::Store;
use web::{Caller, Problem};

/// The towns of the district that a caller sees.
pub async fn of(store: &Store, caller: &Caller) -> Result<Vec<String>, Problem> {
    within(store, caller.only_towns_json()).await
}

/// All towns of the district.
pub async fn all(store: &Store) -> Result<Vec<String>, Problem> {
    within(store, None).await
}

async fn within(store: &Store, own: Option<String>) -> Result<Vec<String>, Problem> {
    let sql = "SELECT json_group_array(name) FROM (SELECT p.name FROM place_today p
        WHERE p.kind = 'town' AND p.id = p.today AND (?1 IS NULL OR p.id IN (SELECT value FROM json_each(?1))) ORDER BY p.name)";
    Ok(store.json(sql, [own.into()]).await?)
}
