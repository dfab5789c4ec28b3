//! Compiled functions. Compiling is done once for a .wasm, a version of wasmtime and a machine, and kept where the next start finds it,
//! whatever its data folder.

use crate::function;
use crate::house;
use crate::manifest::Manifest;
use anyhow::{Context as _, Result, ensure};
use etcetera::BaseStrategy as _;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{DirBuilder, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime};
use wasmtime::Engine;
use wasmtime::component::Component;

/// Code that no start has used for so long is removed.
const KEPT: Duration = Duration::from_secs(60 * 24 * 3600);
const ENDING: &str = "cwasm";

/// The functions of a manifest as code of this machine.
pub struct Functions {
    pub engine: Engine,
    /// The code of each component, by its name.
    pub components: BTreeMap<String, Component>,
}

impl Functions {
    /// Takes what an earlier start or `shian build` has compiled, and compiles the rest. It is kept in the user's cache folder, or in
    /// `otherwise` where the user has none that can be written.
    pub fn load(manifest: &Manifest, otherwise: &Path) -> Result<Self> {
        let slots = house::INSTANCES * manifest.component.len().max(1);
        let engine = function::engine(u32::try_from(slots)?)?;
        let kept = CodeFolder::open(otherwise)?;
        // Several components may be made of one file.
        let files: BTreeSet<PathBuf> = manifest
            .component
            .values()
            .map(|component| manifest.source(component))
            .collect();
        let compiled = kept.load(&engine, files)?;
        let components = manifest
            .component
            .iter()
            .filter_map(|(name, component)| {
                let code = compiled.get(&manifest.source(component))?;
                Some((name.clone(), code.clone()))
            })
            .collect();
        Ok(Self { engine, components })
    }
}

/// The folder of compiled code. What lies in it is run as it is: nobody else may write there.
struct CodeFolder {
    folder: PathBuf,
}

/// One .wasm file and where its code belongs.
struct Source {
    wasm: PathBuf,
    bytes: Vec<u8>,
    code: PathBuf,
}

impl CodeFolder {
    fn open(otherwise: &Path) -> Result<Self> {
        let of_the_user = etcetera::choose_base_strategy()
            .map(|base| base.cache_dir().join("shian/compiled"))
            .ok();
        if let Some(folder) = of_the_user {
            match private_folder(&folder) {
                Ok(()) => return Ok(Self { folder }),
                Err(error) => {
                    tracing::debug!(%error, "the user's cache folder is not used");
                }
            }
        }
        let folder = otherwise.join("compiled");
        private_folder(&folder)?;
        Ok(Self { folder })
    }

    fn load(
        &self,
        engine: &Engine,
        files: BTreeSet<PathBuf>,
    ) -> Result<BTreeMap<PathBuf, Component>> {
        let mut found = BTreeMap::new();
        let mut missing = Vec::new();
        for wasm in files {
            let source = self.source(engine, wasm)?;
            match load_code(engine, &source.code) {
                Some(component) => drop(found.insert(source.wasm, component)),
                None => missing.push(source),
            }
        }
        if !missing.is_empty() {
            self.forget_unused();
            found.extend(self.compile(engine, &missing)?);
        }
        Ok(found)
    }

    fn source(&self, engine: &Engine, wasm: PathBuf) -> Result<Source> {
        let bytes = std::fs::read(&wasm)
            .with_context(|| format!("{} (run `shian build`)", wasm.display()))?;
        let hash: String = Sha256::digest(&bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let mut compatibility = DefaultHasher::new();
        engine
            .precompile_compatibility_hash()
            .hash(&mut compatibility);
        let code = self
            .folder
            .join(format!("{hash}-{:016x}.{ENDING}", compatibility.finish()));
        Ok(Source { wasm, bytes, code })
    }

    /// Compiles as many at once as there are cores, and says how far it is.
    fn compile(&self, engine: &Engine, sources: &[Source]) -> Result<BTreeMap<PathBuf, Component>> {
        let count = sources.len();
        tracing::info!(
            kept_in = %self.folder.display(),
            "compiling {count} functions for this machine; the next start finds them ready"
        );
        let began = Instant::now();
        let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = || -> Result<Vec<(PathBuf, Component)>> {
            let mut compiled = Vec::new();
            while let Some(source) = sources.get(next.fetch_add(1, Relaxed)) {
                compiled.push((source.wasm.clone(), compile(engine, source)?));
                tracing::info!(
                    "{} of {count} compiled after {} s: {}",
                    done.fetch_add(1, Relaxed) + 1,
                    began.elapsed().as_secs(),
                    source.wasm.file_name().unwrap_or_default().display(),
                );
            }
            Ok(compiled)
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let parts = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..cores.min(count)).map(|_| scope.spawn(work)).collect();
            threads
                .into_iter()
                .map(|thread| {
                    thread
                        .join()
                        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                })
                .collect::<Result<Vec<_>>>()
        })?;
        Ok(parts.into_iter().flatten().collect())
    }

    /// Every change of a function leaves its old code behind.
    fn forget_unused(&self) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else {
            return;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let last_used = entry.metadata().and_then(|metadata| metadata.modified());
            let unused = last_used.is_ok_and(|used| {
                SystemTime::now()
                    .duration_since(used)
                    .is_ok_and(|since| since > KEPT)
            });
            if unused && path.extension().is_some_and(|ending| ending == ENDING) {
                let _ = std::fs::remove_file(path);
            }
        }
    }
}

/// Makes the folder where it is missing, and refuses one that somebody else can write to.
fn private_folder(folder: &Path) -> Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| folder.display().to_string())?;
    let metadata = std::fs::metadata(folder).with_context(|| folder.display().to_string())?;
    ensure!(
        metadata.uid() == rustix::process::geteuid().as_raw() && metadata.mode() & 0o022 == 0,
        "{} can be written by others; compiled code is kept in no such folder",
        folder.display()
    );
    rustix::fs::access(folder, rustix::fs::Access::WRITE_OK)
        .with_context(|| format!("{} cannot be written", folder.display()))?;
    Ok(())
}

/// What an earlier start has left, marked as used.
fn load_code(engine: &Engine, code: &Path) -> Option<Component> {
    let file = File::open(code).ok()?;
    // SAFETY: only this user writes to the folder, and the name holds the hash of the component and of wasmtime's version and settings.
    match unsafe { Component::deserialize_file(engine, code) } {
        Ok(component) => {
            let _ = file.set_modified(SystemTime::now());
            Some(component)
        }
        Err(error) => {
            tracing::warn!(%error, "compiled code is not usable and is made anew");
            None
        }
    }
}

fn compile(engine: &Engine, source: &Source) -> Result<Component> {
    let code = engine
        .precompile_component(&source.bytes)
        .map_err(anyhow::Error::from)
        .with_context(|| format!("{} is no component", source.wasm.display()))?;
    // A name of its own: another program may be compiling the same beside us.
    let fresh = source
        .code
        .with_extension(format!("{}.new", std::process::id()));
    std::fs::write(&fresh, &code).with_context(|| fresh.display().to_string())?;
    std::fs::rename(&fresh, &source.code)?;
    // SAFETY: made a moment ago by this engine.
    Ok(unsafe { Component::deserialize(engine, &code) }?)
}
