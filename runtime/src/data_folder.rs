//! The data folder: nobody else's to read, one program's at a time, and after a crash it is seen whether all is still there.

use anyhow::{Context as _, Result, bail, ensure};
use rusqlite::{Connection, OpenFlags};
use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The file in the data folder that holds everything.
pub const STORE: &str = "shian.db";
/// The lock of the program that works in the folder. It is not empty from the program's start to its proper end.
const LOCK: &str = "shian.lock";
const RUNNING: &[u8] = b"running\n";
/// How long the end waits for somebody who reads the store (`shian backup`).
const PATIENCE: Duration = Duration::from_secs(2);

/// Makes the folder where it is missing, and takes it from everybody else.
pub fn private_folder(folder: &Path) -> Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| folder.display().to_string())?;
    keep_private(folder, 0o700)
}

/// Makes the file where it is missing, and takes it from everybody else. What SQLite lays beside it is as private as the file.
pub fn private_file(file: &Path) -> Result<()> {
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(file)
        .with_context(|| file.display().to_string())?;
    keep_private(file, 0o600)?;
    for beside in ["-wal", "-shm"] {
        let beside = beside_of(file, beside);
        if beside.exists() {
            keep_private(&beside, 0o600)?;
        }
    }
    Ok(())
}

fn keep_private(path: &Path, mode: u32) -> Result<()> {
    let context = || format!("{} must be readable by its owner alone", path.display());
    let now = std::fs::metadata(path).with_context(context)?.permissions();
    if now.mode() & 0o077 != 0 {
        std::fs::set_permissions(path, Permissions::from_mode(mode)).with_context(context)?;
        tracing::warn!(path = %path.display(), "others could read this; from now on its owner alone can");
    }
    Ok(())
}

/// The store's name with an ending behind it, as SQLite names its log.
pub fn beside_of(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The data folder, for as long as this lives no other program's.
pub struct FolderLock {
    lock: File,
    store: PathBuf,
    running: bool,
}

impl FolderLock {
    pub fn take(folder: &Path) -> Result<Self> {
        private_folder(folder)?;
        let path = folder.join(LOCK);
        let lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .with_context(|| path.display().to_string())?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!(
                "another program works in the data folder {}: stop it first, or give this one a --data of its own",
                folder.display()
            ),
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
        Ok(Self {
            lock,
            store: folder.join(STORE),
            running: false,
        })
    }

    /// Says so where the program before was cut off and the log that it left is gone; from now on a crash can be told from an end.
    pub fn begin(&mut self) -> Result<()> {
        let mut before = Vec::new();
        self.lock.read_to_end(&mut before)?;
        if before == RUNNING && self.store.exists() && !beside_of(&self.store, "-wal").exists() {
            tracing::error!(
                "the program was cut off, and {} is gone, which held what it had written last. Unless another program has opened the store \
                 since and brought it in, that is lost",
                beside_of(&self.store, "-wal").display()
            );
            ensure_sound(&self.store)?;
        }
        // A full disk still answers whoever reads.
        match self.mark() {
            Ok(()) => self.running = true,
            Err(error) => tracing::warn!(%error, "a crash will not be told from an end"),
        }
        Ok(())
    }

    fn mark(&mut self) -> std::io::Result<()> {
        self.lock.set_len(0)?;
        self.lock.rewind()?;
        self.lock.write_all(RUNNING)?;
        self.lock.sync_all()
    }
}

impl Drop for FolderLock {
    /// Once all stands in the file itself, its log need not be missed.
    fn drop(&mut self) {
        if self.running && !self.store.exists() {
            let _ = self.lock.set_len(0);
        } else if self.running {
            let emptied = empty_log(&self.store).and_then(|()| Ok(self.lock.set_len(0)?));
            if let Err(error) = emptied {
                tracing::warn!(%error, "the store's log could not be brought into the file; the next start finds it");
            }
        }
    }
}

fn empty_log(store: &Path) -> Result<()> {
    let connection = open(store)?;
    connection.busy_timeout(PATIENCE)?;
    let busy: i64 =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    ensure!(busy == 0, "somebody else reads the store");
    Ok(())
}

/// A file that lost its log may hold half of what was on the way into it.
fn ensure_sound(store: &Path) -> Result<()> {
    let found: String = open(store)?.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    ensure!(
        found == "ok",
        "{} is damaged without its log ({found}): restore a backup",
        store.display()
    );
    Ok(())
}

fn open(store: &Path) -> rusqlite::Result<Connection> {
    Connection::open_with_flags(store, OpenFlags::SQLITE_OPEN_READ_WRITE)
}
