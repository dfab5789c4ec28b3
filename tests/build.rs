//! Writes down which functions there are, so that no test names them one by one.

#![allow(
    clippy::expect_used,
    reason = "a build that cannot go on stops and says why"
)]

use std::path::Path;

fn main() {
    // Relative, so that a clone elsewhere with the same files is not built anew.
    let top = Path::new("..");
    // A new function stands in the manifest too. To watch the folder would be to watch every source in it.
    println!(
        "cargo::rerun-if-changed={}",
        top.join("spin.toml").display()
    );
    let mut functions: Vec<String> = std::fs::read_dir(top.join("functions"))
        .expect("the folder functions/")
        .map(|entry| entry.expect("an entry of functions/").path())
        .filter(|path| path.join("Cargo.toml").is_file())
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    functions.sort();
    let routes: Vec<String> = functions
        .iter()
        .map(|name| format!("({name:?}, {}::routes())", name.replace('-', "_")))
        .collect();
    let out = Path::new(&std::env::var("OUT_DIR").expect("OUT_DIR")).join("routes.rs");
    std::fs::write(out, format!("[{}]", routes.join(", "))).expect("a writable OUT_DIR");
}
