//! Puts what the functions declare of themselves into the crate.

#![allow(
    clippy::expect_used,
    reason = "a build that cannot go on stops and says why"
)]

#[path = "build/gathering.rs"]
mod gathering;

use std::path::Path;

fn main() {
    // Relative, so that a clone elsewhere with the same files is not built anew.
    let top = Path::new("../..");
    let gathered =
        gathering::gather(&top.join("functions")).unwrap_or_else(|said| panic!("{said}"));
    // A new function stands in the manifest too. To watch the folder would be to watch every source in it.
    println!(
        "cargo::rerun-if-changed={}",
        top.join("spin.toml").display()
    );
    println!("cargo::rerun-if-changed=build/gathering.rs");
    for file in &gathered.files {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    let out = Path::new(&std::env::var("OUT_DIR").expect("OUT_DIR")).join("navigation.rs");
    std::fs::write(out, gathered.code()).expect("a writable OUT_DIR");
}
