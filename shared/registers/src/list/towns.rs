//! The towns that a caller can choose from.

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

/// From one town to the next by the index: as many steps as there are towns, not businesses.
async fn within(store: &Store, own: Option<String>) -> Result<Vec<String>, Problem> {
    let sql = "WITH RECURSIVE known (place) AS (
                   SELECT min(town) FROM enterprise_ledger
                   UNION ALL
                   SELECT (SELECT min(town) FROM enterprise_ledger WHERE town > known.place) FROM known WHERE known.place IS NOT NULL)
               SELECT json_group_array(place) FROM known
               WHERE place IS NOT NULL AND (?1 IS NULL OR place IN (SELECT value FROM json_each(?1)))";
    Ok(store.json(sql, [own.into()]).await?)
}
