//! A migrated store that nobody has used: made once for a set of migrations, as it comes out under Spin with libSQL or otherwise, and copied
//! for each test.

use crate::here::{self, Here};
use crate::{Client, Options, SCHEDULER_TOKEN, SETUP_TOKEN, Scratch, another_program, root};
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Puts the migrated store into the data folder of a new server; one that has a store keeps it.
pub fn lay(data: &Path, options: &Options<'_>) {
    let own = data.join("shian.db");
    let ours = another_program().is_none() && options.migrated;
    if ours && options.manifest == root().join("spin.toml") && !own.exists() {
        std::fs::copy(template(options.like_spin), own).unwrap();
    }
}

fn template(like_spin: bool) -> &'static Path {
    static TEMPLATES: [OnceLock<PathBuf>; 2] = [OnceLock::new(), OnceLock::new()];
    TEMPLATES[usize::from(like_spin)].get_or_init(|| {
        let folder = root().join("target/migrated-for-tests");
        let under = if like_spin { "-under-spin" } else { "" };
        let migrated = folder.join(format!("{}{under}.db", migrations()));
        if !migrated.exists() {
            std::fs::create_dir_all(&folder).unwrap();
            make(&migrated, like_spin);
        }
        migrated
    })
}

/// What the store is made of. The functions carry the same files.
fn migrations() -> String {
    let mut hash = Sha256::new();
    for file in store::migrations::FILES {
        hash.update(file.name);
        for statement in file.statements {
            hash.update(statement);
        }
    }
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn make(migrated: &Path, like_spin: bool) {
    let scratch = Scratch::new();
    let options = Options {
        migrated: false,
        like_spin,
        variables: &[
            ("setup_token", SETUP_TOKEN),
            ("scheduler_token", SCHEDULER_TOKEN),
        ],
        ..Options::default()
    };
    let here = Here::open(&here::settings(&scratch.0, &options), &options.manifest);
    // Under Spin it is the first request that migrates.
    let first = Client::here("http://localhost", &here).get("/healthz");
    assert_eq!(first.status, 200, "{}", first.text());
    let copy = scratch.0.join("copy");
    let copy = shian::backup::backup(&scratch.0.join("data"), &copy, &[]).unwrap();
    here.close();
    // Whoever gets it brings keys of his own.
    let store = rusqlite::Connection::open(&copy).unwrap();
    store.execute_batch("DELETE FROM store_key").unwrap();
    store.close().unwrap();
    // Under a name of its own first: another test program may be doing the same.
    let fresh = migrated.with_extension(std::process::id().to_string());
    std::fs::copy(copy, &fresh).unwrap();
    std::fs::rename(fresh, migrated).unwrap();
}
