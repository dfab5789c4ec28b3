//! `shian restore STORE`: puts a backup back where there is no store, once it is found whole and the secrets are those it belongs to.
//! Until then it lies under another name, and whatever is wrong leaves nothing behind.

use crate::data_folder::{FolderLock, STORE, beside_of, private_file};
use crate::variables;
use crate::{secrets, store_keys};
use anyhow::{Context as _, Result, bail, ensure};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};

/// How a file for a recipient of age begins.
const ENCRYPTED: &[u8] = b"age-encryption.org/";
/// The copy's name until it is found whole.
const FRESH: &str = "restore.part";

/// What is put back, where, and with what it is opened.
pub struct Order {
    /// A backup, encrypted or not.
    pub file: PathBuf,
    pub data: PathBuf,
    pub secrets: PathBuf,
    /// A file of identities of age, as `age-keygen` writes it.
    pub identity: Option<PathBuf>,
}

/// What has been put back.
#[derive(Debug)]
pub struct RestoreReport {
    pub store: PathBuf,
    /// When the backup was made; older ones do not say.
    pub made_at: Option<String>,
    /// The last change that is in it.
    pub last_change: Option<String>,
}

pub fn restore(order: &Order) -> Result<RestoreReport> {
    let _held = FolderLock::take(&order.data)?;
    let store = order.data.join(STORE);
    for there in [store.clone(), beside_of(&store, "-wal")] {
        if std::fs::metadata(&there).is_ok_and(|file| file.len() > 0) {
            bail!(
                "{} is there: a store is never overwritten. Move it away, or give another --data",
                there.display()
            );
        }
    }
    let fresh = order.data.join(FRESH);
    let found = take(order, &fresh).and_then(|()| look_through(order, &fresh));
    let put = found.and_then(|(made_at, last_change)| {
        for beside in ["-wal", "-shm"] {
            forget(&beside_of(&store, beside))?;
        }
        File::open(&fresh)?.sync_all()?;
        std::fs::rename(&fresh, &store)?;
        File::open(&order.data)?.sync_all()?;
        Ok(RestoreReport {
            store,
            made_at,
            last_change,
        })
    });
    for left in ["", "-wal", "-shm", "-journal"] {
        forget(&beside_of(&fresh, left))?;
    }
    put
}

fn forget(file: &Path) -> Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| file.display().to_string())
        }
        _ => Ok(()),
    }
}

/// The backup's plain bytes, in a file of its own.
fn take(order: &Order, fresh: &Path) -> Result<()> {
    let name = order.file.display();
    let file = File::open(&order.file).with_context(|| name.to_string())?;
    let mut file = BufReader::new(file);
    let mut plain: Box<dyn Read> = if file.fill_buf()?.starts_with(ENCRYPTED) {
        let Some(identity) = &order.identity else {
            bail!("{name} is encrypted: --identity names the file with the key that opens it");
        };
        let identities = age::IdentityFile::from_file(identity.to_string_lossy().into_owned())
            .with_context(|| identity.display().to_string())?
            .into_identities()?;
        let opened = age::Decryptor::new_buffered(file)?
            .decrypt(identities.iter().map(|identity| identity.as_ref() as _))
            .with_context(|| format!("{name} is not opened by {}", identity.display()))?;
        Box::new(opened)
    } else {
        Box::new(file)
    };
    forget(fresh)?;
    private_file(fresh)?;
    let mut copy = OpenOptions::new().write(true).truncate(true).open(fresh)?;
    std::io::copy(&mut plain, &mut copy).with_context(|| format!("{name} is not whole"))?;
    Ok(())
}

/// Checks all that makes a file a store of this program; gives the time that it is from.
fn look_through(order: &Order, fresh: &Path) -> Result<(Option<String>, Option<String>)> {
    let name = order.file.display();
    let store = Connection::open_with_flags(fresh, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let whole: String = store
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .with_context(|| format!("{name} is no whole backup"))?;
    ensure!(whole == "ok", "{name} is no whole backup: {whole}");
    let dangling: Option<String> = store
        .query_row("PRAGMA foreign_key_check", [], |row| row.get(0))
        .optional()?;
    if let Some(table) = dangling {
        bail!("{name}: rows of `{table}` belong to rows that are not there");
    }
    look_at_ledger(&store).with_context(|| name.to_string())?;
    let kept = store_keys::of(&store)?;
    let read = secrets::read(&order.secrets)?;
    let none = BTreeMap::new();
    let value = |name: &str| variables::given(name, &none, &read);
    for (key, _) in &kept {
        if let Some(value) = value(key) {
            keys::check(key, &value)?;
        }
    }
    store_keys::check(&kept, value).with_context(|| {
        format!(
            "the secrets in {} and the environment are not those of {name}",
            order.secrets.display()
        )
    })?;
    let made_at = one_of(
        &store,
        "runtime_backup",
        "SELECT made_at FROM runtime_backup",
    )?;
    let last_change = one_of(
        &store,
        "audit",
        "SELECT at FROM audit ORDER BY id DESC LIMIT 1",
    )?;
    store.close().map_err(|(_, error)| error)?;
    Ok((made_at, last_change))
}

/// A store is one that functions have migrated, and not further than these here know.
fn look_at_ledger(store: &Connection) -> Result<()> {
    let mut ledger = store
        .prepare("SELECT id FROM migration")
        .context("there is no ledger of migrations in it")?;
    let there: BTreeSet<String> = ledger
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let known: BTreeSet<&str> = store::migrations::FILES
        .iter()
        .flat_map(|file| file.entries)
        .copied()
        .collect();
    ensure!(!there.is_empty(), "its ledger of migrations is empty");
    if let Some(newer) = there.iter().find(|entry| !known.contains(entry.as_str())) {
        bail!(
            "it is from a newer release, which has the migration `{newer}`: restore it with that one"
        );
    }
    Ok(())
}

fn one_of(store: &Connection, table: &str, sql: &str) -> Result<Option<String>> {
    let is_there = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?1)";
    if !store.query_row(is_there, [table], |row| row.get(0))? {
        return Ok(None);
    }
    Ok(store.query_row(sql, [], |row| row.get(0)).optional()?)
}
