//! `shian backup DIR`: one consistent copy of the data while the program runs. The secrets are not in it. For a recipient of age it is
//! encrypted, and what is written outside the data folder is unreadable to everybody else.

use crate::clock::Clock;
use crate::data_folder::{STORE, private_file, private_folder};
use age::x25519::Recipient;
use anyhow::{Context as _, Result, bail};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::fs::{File, OpenOptions};
use std::io::BufWriter;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The ending of an encrypted copy's name.
const ENCRYPTED: &str = "age";
/// The lock that a backup holds in the data folder.
const LOCK: &str = "backup.lock";
/// The copy before it is encrypted. It never leaves the data folder.
const PLAIN: &str = "backup.part";

/// Copies `data`'s store into the folder `target`, for `recipients` alone where there are any, and returns the copy's path.
pub fn backup(data: &Path, target: &Path, recipients: &[Recipient]) -> Result<PathBuf> {
    let mut copy = target.join(STORE);
    if !recipients.is_empty() {
        copy.add_extension(ENCRYPTED);
    }
    if copy.exists() {
        bail!(
            "{} is already there: a backup never overwrites another",
            copy.display()
        );
    }
    let source = data.join(STORE);
    if !source.exists() {
        bail!("no data at {}", source.display());
    }
    if !target.exists() {
        private_folder(target)?;
    }
    let lock = data.join(LOCK);
    private_file(&lock)?;
    let lock = File::open(&lock)?;
    lock.lock()
        .context("cannot lock the data folder's backups")?;
    let mut fresh = copy.clone();
    fresh.add_extension("part");
    if recipients.is_empty() {
        copy_of(&source, &fresh)?;
    } else {
        let plain = data.join(PLAIN);
        let encrypted = copy_of(&source, &plain).and_then(|()| encrypt(&plain, &fresh, recipients));
        remove(&plain)?;
        encrypted?;
    }
    std::fs::rename(&fresh, &copy)?;
    File::open(target)?.sync_all()?;
    Ok(copy)
}

/// A copy as of one moment, which says when that was.
fn copy_of(source: &Path, copy: &Path) -> Result<()> {
    let connection = Connection::open_with_flags(source, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .with_context(|| format!("no data at {}", source.display()))?;
    // Behind a program that was cut off the log stays where the next start looks for it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    remove(copy)?;
    private_file(copy)?;
    connection.execute("VACUUM INTO ?1", [copy.to_string_lossy()])?;
    let copied = Connection::open(copy)?;
    copied.execute_batch(
        "CREATE TABLE IF NOT EXISTS runtime_backup (id INTEGER PRIMARY KEY CHECK (id = 1), made_at TEXT NOT NULL) STRICT",
    )?;
    let made_at = Clock::default()
        .now()
        .to_rfc3339_opts(chrono::SecondsFormat::Secs, false);
    copied.execute(
        "INSERT INTO runtime_backup (id, made_at) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET made_at = excluded.made_at",
        [made_at],
    )?;
    copied.close().map_err(|(_, error)| error)?;
    File::open(copy)?.sync_all()?;
    Ok(())
}

fn encrypt(plain: &Path, encrypted: &Path, recipients: &[Recipient]) -> Result<()> {
    remove(encrypted)?;
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(encrypted)
        .with_context(|| encrypted.display().to_string())?;
    let recipients = recipients
        .iter()
        .map(|recipient| recipient as &dyn age::Recipient);
    let mut writer =
        age::Encryptor::with_recipients(recipients)?.wrap_output(BufWriter::new(file))?;
    std::io::copy(&mut File::open(plain)?, &mut writer)?;
    writer
        .finish()?
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error)?
        .sync_all()?;
    Ok(())
}

fn remove(file: &Path) -> Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| file.display().to_string())
        }
        _ => Ok(()),
    }
}
