//! `shian backup DIR`: one consistent copy of the data while the program runs. The secrets are not in it.

use anyhow::{Context as _, Result, bail};
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The file in the data folder that holds everything.
pub const FILE: &str = "shian.db";

/// Copies `data`'s store into the folder `target` and returns the copy's path.
pub fn backup(data: &Path, target: &Path) -> Result<PathBuf> {
    let source = data.join(FILE);
    let copy = target.join(FILE);
    if copy.exists() {
        bail!(
            "{} is already there: a backup never overwrites another",
            copy.display()
        );
    }
    std::fs::create_dir_all(target).with_context(|| target.display().to_string())?;
    let connection = Connection::open_with_flags(&source, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .with_context(|| format!("no data at {}", source.display()))?;
    connection.busy_timeout(Duration::from_secs(10))?;
    let fresh = target.join(format!("{FILE}.part"));
    let _ = std::fs::remove_file(&fresh);
    connection.execute("VACUUM INTO ?1", [fresh.to_string_lossy()])?;
    std::fs::File::open(&fresh)?.sync_all()?;
    std::fs::rename(&fresh, &copy)?;
    std::fs::File::open(target)?.sync_all()?;
    Ok(copy)
}
