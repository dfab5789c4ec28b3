//! The secrets file: made at the first start, kept apart from the data so that no backup carries it.

use crate::manifest::Manifest;
use crate::store_keys::KeptFingerprints;
use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

/// Reads the secrets at `path` and makes those that the manifest requires and nobody has given: 32 random bytes each. A key that the
/// store was written with is never made anew.
pub fn load_or_make(
    path: &Path,
    manifest: &Manifest,
    given: &BTreeMap<String, String>,
    kept: &KeptFingerprints,
) -> Result<BTreeMap<String, String>> {
    let needed: Vec<&String> = manifest
        .variables
        .iter()
        .filter(|(_, variable)| variable.required && variable.secret)
        .map(|(name, _)| name)
        .filter(|name| !given.contains_key(*name))
        .filter(|name| std::env::var_os(format!("SPIN_VARIABLE_{}", name.to_uppercase())).is_none())
        .collect();
    let secrets = read(path)?;
    if needed.iter().all(|name| secrets.contains_key(*name)) {
        return Ok(secrets);
    }
    // Of two programs that start at once the second takes what the first has made: with two keys what one seals the other
    // could never open.
    let lock = path.with_extension("lock");
    let lock = File::create(&lock).with_context(|| format!("cannot write {}", lock.display()))?;
    lock.lock().context("cannot lock the secrets file")?;
    let mut secrets = read(path)?;
    for name in needed {
        if !secrets.contains_key(name) {
            ensure!(
                !kept.iter().any(|(known, _)| known == name),
                "{} has no `{name}`, and the store was written with one: put back the secrets that belong to it",
                path.display()
            );
            secrets.insert(name.clone(), random_secret()?);
        }
    }
    write(path, &secrets).with_context(|| format!("cannot write {}", path.display()))?;
    tracing::info!(path = %path.display(), "made the missing secrets");
    Ok(secrets)
}

/// What stands in the file; nothing where there is none.
pub fn read(path: &Path) -> Result<BTreeMap<String, String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            keep_private(path)?;
            toml::from_str(&text).with_context(|| format!("{} is not readable", path.display()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

fn keep_private(path: &Path) -> Result<()> {
    let mode = std::fs::metadata(path)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    std::fs::set_permissions(path, Permissions::from_mode(0o600)).with_context(|| {
        let path = path.display();
        format!(
            "others can read {path} (its mode is {:o}), and must not",
            mode & 0o777
        )
    })?;
    tracing::warn!(
        path = %path.display(),
        "others could read the secrets; from now on their owner alone can. Change what somebody may have read"
    );
    Ok(())
}

/// `data_key` and `visit_key` are read as base64 of 32 bytes; the others are taken as they stand.
fn random_secret() -> Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no random bytes: {error}"))?;
    Ok(base64::engine::general_purpose::STANDARD.encode(bytes))
}

/// A new file beside the old one, then its name: a crash leaves one of the two whole.
fn write(path: &Path, secrets: &BTreeMap<String, String>) -> Result<()> {
    let fresh = path.with_extension("new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&fresh)?;
    writeln!(
        file,
        "# Made by shian. Keep it apart from the data and out of every backup."
    )?;
    file.write_all(toml::to_string(secrets)?.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&fresh, path)?;
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
