//! The memory of functions: what each instance has, what all have together, and the line in which those requests wait that may need
//! much of it. A bound that is met is never somebody's fault: such a request is told to come back.

use anyhow::{Result, bail};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const MIB: usize = 1 << 20;
/// The variable that, where it is set, says how many MiB all functions may have together.
const SET: &str = "SHIAN_MEMORY_MIB";
/// What is assumed of a machine that does not say how much memory it has.
const UNKNOWN: usize = 4096 * MIB;
/// The least that functions are given: one picture takes more than less.
const LEAST: usize = 256 * MIB;
/// How long a request stands in line.
const PATIENCE: Duration = Duration::from_secs(20);

/// Bytes of linear memory that all instances hold together, and may.
#[derive(Clone)]
pub struct MemoryOfAll {
    held: Arc<AtomicUsize>,
    bound: usize,
    /// MiB that are promised to requests that may need much; the rest is for all others.
    line: Arc<Semaphore>,
    promised: u32,
}

/// Memory that is promised to a request; given back when dropped.
#[derive(Debug)]
pub struct MemoryPromise {
    _permit: OwnedSemaphorePermit,
}

impl MemoryOfAll {
    /// Half of what the machine, or the group of processes that we are in, may have.
    ///
    /// # Errors
    ///
    /// Where `SHIAN_MEMORY_MIB` is no number above zero.
    pub fn of_this_machine() -> Result<Self> {
        let Some(set) = std::env::var_os(SET) else {
            let all = memory_of_the_machine().unwrap_or(UNKNOWN);
            return Ok(Self::bounded((all / 2).max(LEAST)));
        };
        let set = set.to_string_lossy();
        match set.trim().parse::<usize>() {
            Ok(mib) if mib > 0 => Ok(Self::bounded(mib.saturating_mul(MIB))),
            _ => bail!("{SET} is `{set}`, and should be a number of MiB"),
        }
    }

    pub fn bounded(bytes: usize) -> Self {
        let promised = u32::try_from(bytes / MIB / 4 * 3).unwrap_or(u32::MAX >> 3);
        Self {
            held: Arc::default(),
            bound: bytes,
            line: Arc::new(Semaphore::new(promised as usize)),
            promised,
        }
    }

    /// What all instances hold together.
    pub fn bytes_in_use(&self) -> usize {
        self.held.load(Relaxed)
    }

    /// Waits in line for `mib` MiB, or for all there is where that is less; none where it takes too long.
    pub async fn promise(&self, mib: u32) -> Option<MemoryPromise> {
        let permit = self.line.clone().acquire_many_owned(mib.min(self.promised));
        match tokio::time::timeout(PATIENCE, permit).await {
            Ok(Ok(permit)) => Some(MemoryPromise { _permit: permit }),
            _ => None,
        }
    }

    /// Takes `bytes` more, unless that is too much for all together.
    fn take(&self, bytes: usize) -> bool {
        self.held
            .fetch_update(Relaxed, Relaxed, |held| {
                Some(held + bytes).filter(|all| *all <= self.bound)
            })
            .is_ok()
    }

    fn give_back(&self, bytes: usize) {
        self.held.fetch_sub(bytes, Relaxed);
    }
}

/// What the machine has, or the control group where that is less.
fn memory_of_the_machine() -> Option<usize> {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let total = read("/proc/meminfo").as_deref().and_then(total_of_meminfo);
    let groups = groups_of(&read("/proc/self/cgroup").unwrap_or_default());
    let limits = groups
        .iter()
        .filter_map(|path| read(path)?.trim().parse().ok());
    limits.chain(total).min()
}

/// Where the limits stand of our control group and of those that it is in: of the first version and of the second. A container sees
/// its own at the top.
fn groups_of(text: &str) -> Vec<String> {
    let mut files = Vec::new();
    for line in text.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (folder, file) = match parts.next() {
            Some("") => ("/sys/fs/cgroup", "memory.max"),
            Some("memory") => ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
            _ => continue,
        };
        let path = parts.next().unwrap_or("/").trim_end_matches('/');
        let ends = path.match_indices('/').map(|(end, _)| &path[..end]);
        files.extend(
            ends.chain([path])
                .map(|group| format!("{folder}{group}/{file}")),
        );
    }
    files
}

fn total_of_meminfo(text: &str) -> Option<usize> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: usize = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}

/// A mark that a request met the bound of all: what became of it is not its own fault.
#[derive(Clone, Debug, Default)]
pub struct MemoryShortage(Arc<AtomicBool>);

impl MemoryShortage {
    pub fn is_set(&self) -> bool {
        self.0.load(Relaxed)
    }
}

/// How much linear memory an instance may have, and has.
pub struct Memory {
    limit: usize,
    pub used: Arc<AtomicUsize>,
    all: MemoryOfAll,
    /// The mark of the request that is being answered.
    pub shortage: MemoryShortage,
}

impl Memory {
    pub fn new(limit: usize, all: MemoryOfAll) -> Self {
        Self {
            limit,
            used: Arc::default(),
            all,
            shortage: MemoryShortage::default(),
        }
    }
}

impl wasmtime::ResourceLimiter for Memory {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let more = desired.saturating_sub(current);
        let used = self.used.load(Relaxed) + more;
        if used > self.limit {
            return Ok(false);
        }
        if !self.all.take(more) {
            self.shortage.0.store(true, Relaxed);
            return Ok(false);
        }
        self.used.store(used, Relaxed);
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= 100_000)
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.all.give_back(self.used.load(Relaxed));
    }
}

#[cfg(test)]
#[path = "memory_tests.rs"]
mod tests;
