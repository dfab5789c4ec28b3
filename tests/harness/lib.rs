//! What the tests share: servers on fresh data, an office with its first account, and clients that speak to them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on says so"
)]

mod client;
mod described;
mod here;
mod host;
pub mod libsql;
mod office;
mod prepared;
pub mod receiver;
mod rounds;
mod scratch;
mod server;
mod template;

pub use client::{Client, Reply, Unanswered};
pub use host::{LooksInto, another_program, left_out, like_spin};
pub use office::{DAY, Office, reopen};
pub use rounds::rounds;
pub use scratch::Scratch;
pub use server::{Disk, Options, Place, Server, a_disk_can_fail, fail_the_disk, refused};
pub use shian::like_spin::Trouble;

use std::path::{Path, PathBuf};

pub const PASSWORD: &str = "correct horse battery";
pub const SCHEDULER_TOKEN: &str = "the scheduler's token";
pub const SETUP_TOKEN: &str = "the token of the setup";

/// The top of the repository: asked for at run time, so that the tests of a clone elsewhere with the same files are not built anew.
pub fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let start = package.unwrap_or_else(|| std::env::current_dir().unwrap());
    let is_top = |folder: &&Path| folder.join("spin.toml").is_file();
    start.ancestors().find(is_top).unwrap().to_owned()
}

/// The program under test: built beside this test, or another one.
pub fn program() -> PathBuf {
    if let Some(another) = another_program() {
        return another;
    }
    let test = std::env::current_exe().unwrap();
    test.ancestors()
        .skip(1)
        .map(|folder| folder.join("shian"))
        .find(|program| program.is_file())
        .expect("shian is not built: tests/run does")
}

pub fn sample(kind: &str) -> Vec<u8> {
    std::fs::read(root().join("tests/data").join(format!("{kind}.xlsx"))).unwrap()
}

/// A photograph that tells where it was taken, with which telephone, and that it is to be turned.
pub fn photo_with_gps() -> Vec<u8> {
    std::fs::read(root().join("tests/data/photo_with_gps.jpg")).unwrap()
}
