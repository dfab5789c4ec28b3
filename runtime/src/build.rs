//! `shian build`: each component's build command, as `spin build` runs it.

use crate::manifest::{Build, Manifest};
use anyhow::{Context as _, Result, bail};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

const TARGET: &str = "wasm32-wasip2";

/// Builds every component that has a build command; with `only_stale`, those whose .wasm is older than what it is made of.
pub fn build(manifest: &Manifest, only_stale: bool) -> Result<()> {
    let mut done = BTreeSet::new();
    for (name, component) in &manifest.component {
        let Some(build) = &component.build else {
            continue;
        };
        let workdir = match &build.workdir {
            Some(workdir) => manifest.root.join(workdir),
            None => manifest.root.clone(),
        };
        if only_stale && !is_stale(&manifest.source(component), build, &workdir)? {
            continue;
        }
        for line in build.command.lines() {
            // One command may build several.
            if !done.insert((workdir.clone(), line.clone())) {
                continue;
            }
            if line.contains(TARGET) {
                have_target()?;
            }
            tracing::info!(component = name, "{line}");
            let status = Command::new("sh")
                .args(["-c", line])
                .current_dir(&workdir)
                // The manifest says where the .wasm will lie.
                .env_remove("CARGO_TARGET_DIR")
                .status()
                .context("sh cannot be run")?;
            if !status.success() {
                bail!("component `{name}` could not be built: `{line}` ended with {status}");
            }
        }
    }
    Ok(())
}

/// Whether one of the watched files is newer than the .wasm. With nothing to watch, the build command decides.
fn is_stale(wasm: &Path, build: &Build, workdir: &Path) -> Result<bool> {
    let Ok(built) = modified(wasm) else {
        return Ok(true);
    };
    if build.watch.is_empty() {
        return Ok(true);
    }
    for pattern in &build.watch {
        let full = workdir.join(pattern);
        for path in
            glob::glob(&full.to_string_lossy()).with_context(|| format!("watch: `{pattern}`"))?
        {
            if path.is_ok_and(|path| modified(&path).is_ok_and(|changed| changed > built)) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn modified(path: &Path) -> std::io::Result<SystemTime> {
    std::fs::metadata(path)?.modified()
}

/// Adds the wasm target where it is missing.
fn have_target() -> Result<()> {
    let asked = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .context("rustc cannot be run: install Rust from https://rustup.rs, or use --no-build with functions built elsewhere")?;
    let folder = String::from_utf8_lossy(&asked.stdout);
    if asked.status.success() && Path::new(folder.trim()).exists() {
        return Ok(());
    }
    tracing::info!("the wasm target is missing: rustup target add {TARGET}");
    let added = Command::new("rustup")
        .args(["target", "add", TARGET])
        .status();
    if !added.is_ok_and(|status| status.success()) {
        bail!(
            "Rust's target {TARGET} is missing and `rustup target add {TARGET}` failed: install it (with rustup, or your \
             distribution's package of Rust's standard library for that target) and start again"
        );
    }
    Ok(())
}
