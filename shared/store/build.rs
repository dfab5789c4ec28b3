//! Puts the files of `migrations/` into the crate, cut into statements.

#![allow(
    clippy::expect_used,
    reason = "a build that cannot go on stops and says why"
)]

use std::fmt::Write as _;
use std::path::Path;

/// Files before this one have an entry a statement in the ledgers of stores that exist; from here on a file has one.
const ENTRY_A_FILE: &str = "0026";

fn main() {
    let own = std::env::var("CARGO_MANIFEST_DIR").expect("CARGO_MANIFEST_DIR");
    let folder = Path::new(&own).join("../../migrations");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder migrations/")
        .map(|entry| entry.expect("an entry of migrations/").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .collect();
    files.sort();
    let mut code = String::from("&[\n");
    for file in files {
        let name = file
            .file_stem()
            .expect("a file name")
            .to_string_lossy()
            .into_owned();
        let sql = std::fs::read_to_string(&file).expect("a readable migration");
        // A blank line ends a statement; one of comments alone is none.
        let statements: Vec<&str> = sql
            .split("\n\n")
            .filter(|part| says_something(part))
            .map(str::trim)
            .collect();
        let entries: Vec<String> = if name.as_str() < ENTRY_A_FILE {
            (1..=statements.len())
                .map(|number| format!("{name}#{number}"))
                .collect()
        } else {
            vec![name.clone()]
        };
        writeln!(
            code,
            "    File {{ name: {name:?}, entries: &{entries:?}, statements: &{statements:?} }},"
        )
        .expect("a string grows");
    }
    code.push(']');
    let out = Path::new(&std::env::var("OUT_DIR").expect("OUT_DIR")).join("migrations.rs");
    std::fs::write(out, code).expect("a writable OUT_DIR");
}

fn says_something(part: &str) -> bool {
    part.lines()
        .any(|line| !line.trim().is_empty() && !line.trim_start().starts_with("--"))
}
