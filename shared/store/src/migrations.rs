//! Migrations: ordered, forward-only, additive. Every component carries them all and looks once an instance, so the set
//! migrates itself wherever it runs.
//!
//! There is no transaction around a migration. A file is claimed whole in a ledger before its first statement runs and marked after
//! the last; a claim that a crash left behind expires, and then the file is begun again, for each statement tolerates being there
//! already.
//!
//! What a migrated store has is read in `migrations/schema/<owner>.sql`, which is made from the migrations and held equal to them by a
//! test: `SHIAN_RENEW=1 cargo test -p store --test schema` renews it.

use crate::{Store, StoreError};
use serde::Deserialize;
use spin_sdk::sqlite::Value;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// One file of `migrations/`.
pub struct File {
    /// Its name, without the ending.
    pub name: &'static str,
    /// Its entries in the ledger: its name, or for the oldest files one for each statement.
    pub entries: &'static [&'static str],
    /// Its statements, in order.
    pub statements: &'static [&'static str],
}

/// All files, in the order of their numbers.
pub static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// How long one statement may take before another instance begins the file again.
const CLAIM_MILLIS: i64 = 10_000;
/// A claim is renewed before a statement where it is older than this.
const RENEW_AFTER: Duration = Duration::from_secs(2);

/// This instance has seen the store migrated.
static MIGRATED: AtomicBool = AtomicBool::new(false);

#[derive(Deserialize)]
struct UndoneCount {
    count: usize,
}

/// Brings the store up to date, unless this instance has done so before. `now` only times the claims.
///
/// # Errors
///
/// [`StoreError`], with the file and the statement that failed; [`StoreError::Unavailable`] while another instance does it.
pub async fn migrate(store: &Store, now: SystemTime) -> Result<(), StoreError> {
    if MIGRATED.load(Relaxed) {
        return Ok(());
    }
    let done = match done_entries(store).await {
        Ok(done) => done,
        Err(StoreError::Statement(_)) => {
            let ledger = "CREATE TABLE IF NOT EXISTS migration (
                id TEXT PRIMARY KEY, claimed_by TEXT NOT NULL, claimed_until INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0
            ) STRICT";
            store.run(ledger, []).await?;
            done_entries(store).await?
        }
        Err(error) => return Err(error),
    };
    let claims = Claims {
        store,
        claimant: random_name(),
        now,
        started: Instant::now(),
    };
    let is_done = |entry: &&str| done.iter().any(|done| done == entry);
    for file in FILES
        .iter()
        .filter(|file| !file.entries.iter().all(is_done))
    {
        claims.apply(file).await?;
    }
    MIGRATED.store(true, Relaxed);
    Ok(())
}

async fn done_entries(store: &Store) -> Result<Vec<String>, StoreError> {
    store
        .json("SELECT json_group_array(id) FROM migration WHERE done", [])
        .await
}

/// The claims of one instance.
struct Claims<'s> {
    store: &'s Store,
    claimant: String,
    now: SystemTime,
    started: Instant,
}

impl Claims<'_> {
    /// Applies what of the file is not done. While another instance is at it, whoever asks is told to come back: to wait would hold
    /// requests for as long as a migration takes.
    async fn apply(&self, file: &File) -> Result<(), StoreError> {
        let entries = serde_json::to_string(file.entries)?;
        while self.undone(&entries).await? > 0 {
            if !self.claim(&entries).await? {
                return Err(StoreError::Unavailable(format!(
                    "another instance applies migration {}",
                    file.name
                )));
            }
            self.run(file, &entries).await?;
        }
        Ok(())
    }

    async fn undone(&self, entries: &str) -> Result<usize, StoreError> {
        let sql = "SELECT count(*) AS count FROM json_each(?1) WHERE value NOT IN (SELECT id FROM migration WHERE done)";
        let row: Option<UndoneCount> = self.store.first(sql, [entries.into()]).await?;
        Ok(row.map_or(0, |row| row.count))
    }

    /// Whether all that is not done is now this instance's. A claim from the far future was made under a shifted clock and counts as
    /// expired too.
    async fn claim(&self, entries: &str) -> Result<bool, StoreError> {
        let sql = "INSERT INTO migration (id, claimed_by, claimed_until) SELECT value, ?2, ?3 + ?4 FROM json_each(?1) WHERE true
                   ON CONFLICT (id) DO UPDATE SET claimed_by = excluded.claimed_by, claimed_until = excluded.claimed_until
                   WHERE NOT done AND (claimed_by = ?2 OR claimed_until < ?3 OR claimed_until > ?3 + 2 * ?4) RETURNING id";
        let parameters: [Value; 4] = [
            entries.into(),
            self.claimant.as_str().into(),
            self.millis().into(),
            CLAIM_MILLIS.into(),
        ];
        let claimed = self.store.run(sql, parameters).await?;
        Ok(claimed > 0 && claimed == self.undone(entries).await?)
    }

    async fn run(&self, file: &File, entries: &str) -> Result<(), StoreError> {
        let mut claimed = Instant::now();
        for (number, sql) in file.statements.iter().enumerate() {
            if claimed.elapsed() > RENEW_AFTER {
                claimed = Instant::now();
                if !self.claim(entries).await? {
                    return Ok(());
                }
            }
            match self.store.run(sql, []).await {
                Ok(_) => {}
                // ALTER TABLE … ADD COLUMN knows no IF NOT EXISTS.
                Err(StoreError::Statement(text)) if text.contains("duplicate column name") => {}
                Err(StoreError::Statement(text)) => {
                    return Err(StoreError::Statement(format!(
                        "migration {}, statement {}: {text}",
                        file.name,
                        number + 1
                    )));
                }
                Err(error) => return Err(error),
            }
        }
        let sql = "UPDATE migration SET done = 1 WHERE id IN (SELECT value FROM json_each(?1)) AND claimed_by = ?2 RETURNING id";
        let parameters: [Value; 2] = [entries.into(), self.claimant.as_str().into()];
        self.store.run(sql, parameters).await?;
        Ok(())
    }

    /// Milliseconds since 1970 by the clock of the caller.
    fn millis(&self) -> i64 {
        self.now
            .checked_add(self.started.elapsed())
            .and_then(|now| now.duration_since(UNIX_EPOCH).ok())
            .and_then(|since| i64::try_from(since.as_millis()).ok())
            .unwrap_or(0)
    }
}

fn random_name() -> String {
    getrandom::u64().map_or_else(|_| "somebody".to_owned(), |number| format!("{number:016x}"))
}
