//! A store in memory with the migrations applied.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use rusqlite::Connection;
use store::migrations::{FILES, File};

pub fn run(connection: &Connection, file: &File) {
    for (number, sql) in file.statements.iter().enumerate() {
        let at = format!("{}, statement {}", file.name, number + 1);
        // One statement each: `prepare` refuses a second one behind it.
        let mut prepared = match connection.prepare(sql) {
            Err(error) if error.to_string().contains("duplicate column name") => continue,
            prepared => prepared.unwrap_or_else(|error| panic!("{at}: {error}")),
        };
        let mut rows = prepared.raw_query();
        while rows
            .next()
            .unwrap_or_else(|error| panic!("{at}: {error}"))
            .is_some()
        {}
    }
}

pub fn migrated() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    for file in FILES {
        run(&connection, file);
    }
    connection
}

/// Who can own a migration, as their names begin: each function's folder with underscores, and the store.
#[allow(
    dead_code,
    reason = "not every test that is in this module asks for it"
)]
pub fn owners() -> Vec<String> {
    let functions = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../functions");
    std::fs::read_dir(functions)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|folder| folder.replace('-', "_"))
        .chain(["store".to_owned()])
        .collect()
}
