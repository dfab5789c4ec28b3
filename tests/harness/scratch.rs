//! Folders of one test's own.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// A folder of this test's own, gone with it.
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// In memory, where the system has such a place: most tests ask nothing of a disk but to be waited for.
    pub fn new() -> Self {
        let memory = Path::new("/dev/shm");
        if memory.is_dir() {
            Self::under(memory)
        } else {
            Self::on_disk()
        }
    }

    /// On a disk, for tests of what survives.
    pub fn on_disk() -> Self {
        Self::under(&std::env::temp_dir())
    }

    fn under(place: &Path) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "shian-test-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Relaxed)
        );
        let folder = place.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
