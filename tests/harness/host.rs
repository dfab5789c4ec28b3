//! Which host of the set the tests run against: the embedded runtime, the same behaving like Spin, or another program.
#![allow(clippy::print_stderr, reason = "a test tells whoever runs it")]

use std::path::PathBuf;

/// Another program than ours, named by `SHIAN_TEST_PROGRAM`. It is started with the arguments of `shian up`, has `public_url` and all
/// other variables from `--variable`, serves the address of `--listen`, and is ready when `/healthz` answers 200.
pub fn another_program() -> Option<PathBuf> {
    std::env::var_os("SHIAN_TEST_PROGRAM").map(PathBuf::from)
}

/// Whether the embedded runtime behaves like Spin in all tests: `SHIAN_TEST_LIKE_SPIN`. They are then all in this process.
pub fn like_spin() -> bool {
    std::env::var_os("SHIAN_TEST_LIKE_SPIN").is_some()
}

/// What a test looks into besides what the set answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LooksInto {
    /// The file of the embedded store.
    TheStore,
    /// The program of its own process: its log, its command line, what it answers by itself or from its cache.
    TheProgram,
}

/// Whether a test is left out since the host has nothing of that kind to look into; said by the test's name.
pub fn left_out(looks_into: LooksInto) -> bool {
    let left = match looks_into {
        LooksInto::TheStore => another_program().is_some(),
        LooksInto::TheProgram => another_program().is_some() || like_spin(),
    };
    if left {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("a test");
        eprintln!("left out: {name} looks into {looks_into:?}");
    }
    left
}
