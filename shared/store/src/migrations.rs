//! Migrations: ordered, forward-only, additive. Every component carries them all and looks once an instance, so the set
//! migrates itself wherever it runs.
//!
//! There is no transaction around a migration. Each statement is claimed in a ledger before it runs and marked after it; a
//! claim that a crash left behind expires, and a statement tolerates being there already.

use crate::{Store, StoreError};
use serde::Deserialize;
use spin_sdk::sqlite::Value;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// One statement of a file in `migrations/`.
pub struct Statement {
    /// File name and place in the file.
    pub id: &'static str,
    /// One statement of SQL.
    pub sql: &'static str,
}

/// All of them, in order.
pub static STATEMENTS: &[Statement] = include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// How long a statement may take before another instance tries it.
const CLAIM_MILLIS: i64 = 10_000;
const NAP: Duration = Duration::from_millis(50);

/// This instance has seen the store migrated.
static MIGRATED: AtomicBool = AtomicBool::new(false);

#[derive(Deserialize)]
struct Found {
    found: i64,
}

/// Brings the store up to date, unless this instance has done so before. `now` only times the claims.
///
/// # Errors
///
/// [`StoreError`], with the id of the statement that failed.
pub async fn migrate(store: &Store, now: SystemTime) -> Result<(), StoreError> {
    if MIGRATED.load(Relaxed) {
        return Ok(());
    }
    let done = match done_statements(store).await {
        Ok(done) => done,
        Err(StoreError::Statement(_)) => {
            let ledger = "CREATE TABLE IF NOT EXISTS migration (
                id TEXT PRIMARY KEY, claimed_by TEXT NOT NULL, claimed_until INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0
            ) STRICT";
            store.run(ledger, []).await?;
            done_statements(store).await?
        }
        Err(error) => return Err(error),
    };
    let claimant = random_name();
    let started = std::time::Instant::now();
    for statement in STATEMENTS
        .iter()
        .filter(|statement| !done.iter().any(|id| id == statement.id))
    {
        loop {
            let millis = now
                .checked_add(started.elapsed())
                .and_then(|now| now.duration_since(UNIX_EPOCH).ok())
                .and_then(|since| i64::try_from(since.as_millis()).ok())
                .unwrap_or(0);
            if claim(store, statement, &claimant, millis).await? {
                apply(store, statement).await?;
                break;
            }
            if is_done(store, statement).await? {
                break;
            }
            spin_sdk::time::sleep(NAP).await;
        }
    }
    MIGRATED.store(true, Relaxed);
    Ok(())
}

async fn done_statements(store: &Store) -> Result<Vec<String>, StoreError> {
    store
        .json("SELECT json_group_array(id) FROM migration WHERE done", [])
        .await
}

/// A claim from the far future was made under a shifted clock and counts as expired too.
async fn claim(
    store: &Store,
    statement: &Statement,
    claimant: &str,
    now: i64,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO migration (id, claimed_by, claimed_until) VALUES (?1, ?2, ?3 + ?4)
               ON CONFLICT (id) DO UPDATE SET claimed_by = excluded.claimed_by, claimed_until = excluded.claimed_until
               WHERE NOT done AND (claimed_until < ?3 OR claimed_until > ?3 + ?4) RETURNING id";
    let parameters: [Value; 4] = [
        statement.id.into(),
        claimant.into(),
        now.into(),
        CLAIM_MILLIS.into(),
    ];
    Ok(store.run(sql, parameters).await? == 1)
}

async fn is_done(store: &Store, statement: &Statement) -> Result<bool, StoreError> {
    let sql = "SELECT done AS found FROM migration WHERE id = ?1";
    let row: Option<Found> = store.first(sql, [statement.id.into()]).await?;
    Ok(row.is_some_and(|row| row.found == 1))
}

async fn apply(store: &Store, statement: &Statement) -> Result<(), StoreError> {
    match store.run(statement.sql, []).await {
        Ok(_) => {}
        // ALTER TABLE … ADD COLUMN knows no IF NOT EXISTS.
        Err(StoreError::Statement(text)) if text.contains("duplicate column name") => {}
        Err(StoreError::Statement(text)) => {
            return Err(StoreError::Statement(format!(
                "migration {}: {text}",
                statement.id
            )));
        }
        Err(error) => return Err(error),
    }
    let marked = store
        .run(
            "UPDATE migration SET done = 1 WHERE id = ?1 RETURNING id",
            [statement.id.into()],
        )
        .await?;
    if marked == 1 {
        Ok(())
    } else {
        Err(StoreError::Statement(format!(
            "migration {} is not in the ledger",
            statement.id
        )))
    }
}

fn random_name() -> String {
    getrandom::u64().map_or_else(|_| "somebody".to_owned(), |number| format!("{number:016x}"))
}
