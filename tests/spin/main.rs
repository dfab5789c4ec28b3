//! The set runs under plain Spin 4.1: what each .wasm imports, and what the manifest says.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on says so"
)]

mod manifest;
mod statements;

use std::collections::BTreeSet;
use wasmparser::{Parser, Payload};

/// What Spin 4.1 offers, beside wasi 0.2 and 0.3.
const SPIN: [&str; 3] = [
    "spin:key-value/key-value@3.0.0",
    "spin:sqlite/sqlite@3.1.0",
    "spin:variables/variables@3.0.0",
];

fn imports(wasm: &[u8]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.unwrap() {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(section) if depth == 0 => {
                names.extend(
                    section
                        .into_iter()
                        .map(|import| import.unwrap().name.name.to_owned()),
                );
            }
            _ => {}
        }
    }
    names
}

fn manifest() -> toml::Table {
    std::fs::read_to_string(tests::root().join("spin.toml"))
        .unwrap()
        .parse()
        .unwrap()
}

#[test]
fn no_function_imports_what_spin_does_not_offer() {
    let manifest = manifest();
    let components = manifest["component"].as_table().unwrap();
    assert!(components.len() >= 3);
    for (name, component) in components {
        let wasm =
            std::fs::read(tests::root().join(component["source"].as_str().unwrap())).unwrap();
        let imports = imports(&wasm);
        assert!(
            imports.contains("spin:sqlite/sqlite@3.1.0"),
            "{name}: {imports:?}"
        );
        for import in imports {
            let wasi = import.starts_with("wasi:")
                && (import.contains("@0.2.") || import.contains("@0.3."));
            assert!(
                wasi || SPIN.contains(&import.as_str()),
                "{name} imports {import}"
            );
        }
    }
}

#[test]
fn a_function_is_given_no_variable_that_it_does_not_need() {
    let manifest = manifest();
    for (name, component) in manifest["component"].as_table().unwrap() {
        let variables = component["variables"].as_table().unwrap();
        for (secret, whose) in [
            ("setup_token", "portal"),
            ("data_key", "complaint-intake"),
            ("visit_key", "supervision"),
        ] {
            assert_eq!(
                variables.contains_key(secret),
                name == whose,
                "{secret}: {name}"
            );
        }
    }
}
