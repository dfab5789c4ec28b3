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
    // Relative, so that a clone elsewhere with the same files is not built anew.
    let folder = Path::new("../../migrations");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<_> = std::fs::read_dir(folder)
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
        let statements: Vec<String> = sql
            .split("\n\n")
            .filter(|part| says_something(part))
            .flat_map(
                |part| match part.lines().any(|line| line.starts_with("AUDITED")) {
                    true => audited(part.trim())
                        .expect("AUDITED <table> AS <noun> BY <key>, … OF <column>, …;"),
                    false => vec![part.trim().to_owned()],
                },
            )
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

/// The three triggers of a register's table, where `statement` is
/// `AUDITED <table> AS <noun> BY <key>, … OF <column>, …`: what is created and changed leaves a row in the audit under
/// `<noun>/<key>`, with these columns before and after, and nothing is deleted.
fn audited(statement: &str) -> Option<Vec<String>> {
    let said = statement
        .lines()
        .filter(|line| !line.trim_start().starts_with("--"))
        .collect::<Vec<_>>()
        .join(" ");
    let said = said.trim().trim_end_matches(';');
    let (table, said) = said.strip_prefix("AUDITED ")?.split_once(" AS ")?;
    let (noun, said) = said.split_once(" BY ")?;
    let (keys, columns) = said.split_once(" OF ")?;
    let names = |list: &str| -> Vec<String> {
        list.split(',').map(|name| name.trim().to_owned()).collect()
    };
    let record: Vec<String> = names(keys)
        .iter()
        .map(|key| format!(" || '/' || new.{key}"))
        .collect();
    let record = format!("'{noun}'{}", record.concat());
    let row = |side: &str| {
        let members: Vec<String> = names(columns)
            .iter()
            .map(|column| format!("'{column}', {side}.{column}"))
            .collect();
        format!("json_object({})", members.join(", "))
    };
    Some(vec![
        format!(
            "CREATE TRIGGER IF NOT EXISTS {table}_created AFTER INSERT ON {table}
BEGIN
    INSERT INTO audit (at, actor, record, action, after) VALUES (new.changed_at, new.changed_by, {record}, 'created', {});
END",
            row("new")
        ),
        format!(
            "CREATE TRIGGER IF NOT EXISTS {table}_changed AFTER UPDATE ON {table}
BEGIN
    INSERT INTO audit (at, actor, record, action, before, after) VALUES (new.changed_at, new.changed_by, {record}, 'changed', {}, {});
END",
            row("old"),
            row("new")
        ),
        format!(
            "CREATE TRIGGER IF NOT EXISTS {table}_is_never_deleted BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, 'a record of {noun} is taken back, never deleted'); END"
        ),
    ])
}

fn says_something(part: &str) -> bool {
    part.lines()
        .any(|line| !line.trim().is_empty() && !line.trim_start().starts_with("--"))
}
