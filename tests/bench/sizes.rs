//! Bytes of what is shipped.

use crate::figures::alone;

pub fn measure() {
    let folder = tests::root().join("target/wasm32-wasip2/release");
    let mut functions: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "wasm"))
        .filter(|path| path.file_stem().is_some_and(|name| name != "probe"))
        .collect();
    functions.sort();
    for path in functions {
        let bytes = std::fs::metadata(&path).unwrap().len();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        alone(&name, &format!("{:.2} MB", bytes as f64 / 1e6), "");
    }
}
