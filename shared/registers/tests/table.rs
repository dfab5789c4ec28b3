//! The two statements of a roster's table, on a real SQLite.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use registers::table::{Brought, Table};
use rusqlite::Connection;

fn table() -> Table {
    Table {
        name: "shop",
        key: vec!["code"],
        key_expressions: vec!["code".to_owned()],
        values: vec![Brought::by("name", "名称"), Brought::by("town", "镇街")],
        places: Vec::new(),
    }
}

fn shops() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "CREATE TABLE shop (code TEXT PRIMARY KEY, name TEXT, town TEXT, version INTEGER NOT NULL DEFAULT 1,
                changed_by TEXT, changed_at TEXT);
             INSERT INTO shop (code, name, town) VALUES ('1', 'one', 'north'), ('2', 'two', NULL);",
        )
        .unwrap();
    connection
}

fn compare(connection: &Connection, has: &dyn Fn(&str) -> bool, records: &str) -> String {
    connection
        .query_row(&table().compare(has), [records], |row| row.get(0))
        .unwrap()
}

/// 1 for each record that was created, 0 for each that was changed.
fn write(connection: &Connection, has: &dyn Fn(&str) -> bool, records: &str) -> Vec<i64> {
    connection
        .prepare(&table().write(has))
        .unwrap()
        .query_map([records, "me", "now"], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

const RECORDS: &str = r#"[{"code":"1","name":"one","town":"south"},{"code":"2","name":"two","town":null},{"code":"3","name":"three","town":null}]"#;

#[test]
fn what_is_said_beforehand_is_what_happens_and_again_nothing_does() {
    let connection = shops();
    let all = |_: &str| true;
    assert_eq!(
        compare(&connection, &all, RECORDS),
        r#"{"created":1,"updated":1}"#
    );
    assert_eq!(write(&connection, &all, RECORDS), [0, 1]);
    assert_eq!(
        compare(&connection, &all, RECORDS),
        r#"{"created":0,"updated":0}"#
    );
    assert_eq!(write(&connection, &all, RECORDS), [] as [i64; 0]);
}

#[test]
fn a_column_that_is_not_brought_stays_as_it_is() {
    let connection = shops();
    let names_only = |heading: &str| heading == "名称";
    assert_eq!(
        compare(&connection, &names_only, RECORDS),
        r#"{"created":1,"updated":0}"#
    );
    assert_eq!(write(&connection, &names_only, RECORDS), [1]);
    let town: String = connection
        .query_row("SELECT town FROM shop WHERE code = '1'", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(town, "north");
}
