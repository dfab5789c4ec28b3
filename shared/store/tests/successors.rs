//! A table gets its successor while instances of the release before go on writing the old one: nothing is lost, nothing goes unaudited.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod migrated;

use migrated::{migrated, run};
use rusqlite::{Connection, params};
use store::migrations::{FILES, File};

const SITE: &str = "0065_enterprise_registry_site";

/// What the release before writes of one row of a roster.
const WRITE: &str = "INSERT INTO enterprise (uscc, name, search_name, initials, level, changed_by, changed_at)
    VALUES (?1, ?2, ?2, 'q', ?3, 'office', '2026-11-26T09:00:00+08:00')
    ON CONFLICT (uscc) DO UPDATE SET name = excluded.name, search_name = excluded.search_name, level = excluded.level,
        version = enterprise.version + 1, changed_by = excluded.changed_by, changed_at = excluded.changed_at
    WHERE (enterprise.name, enterprise.level) IS NOT (excluded.name, excluded.level) RETURNING version = 1 AS created";

/// The same as this release writes it.
fn write_successor() -> String {
    WRITE
        .replace("INTO enterprise ", "INTO enterprise_site ")
        .replace("enterprise.", "enterprise_site.")
}

fn code(number: usize) -> String {
    format!("91330503MYSHOP{number:04}")
}

fn name(number: usize, round: usize) -> String {
    format!("shop{number:04}x{round}")
}

fn write(connection: &Connection, sql: &str, number: usize, round: usize) {
    let level = ["C", "D"][round % 2];
    connection
        .query_row(
            sql,
            params![code(number), name(number, round), level],
            |_| Ok(()),
        )
        .unwrap();
}

fn texts(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let width = statement.column_count();
    let rows = statement.query_map([], |row| {
        (0..width)
            .map(|at| row.get_ref(at).map(|value| format!("{value:?} ")))
            .collect::<Result<String, _>>()
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

fn columns(connection: &Connection) -> String {
    let names: Vec<String> = connection
        .prepare("SELECT name FROM pragma_table_info('enterprise')")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    names.join(", ")
}

fn both_say_the_same(connection: &Connection) {
    let columns = columns(connection);
    let all = |table: &str| {
        texts(
            connection,
            &format!("SELECT {columns} FROM {table} ORDER BY id"),
        )
    };
    assert_eq!(all("enterprise"), all("enterprise_site"));
}

/// How many businesses a name finds.
fn found(connection: &Connection, name: &str) -> i64 {
    let letters: Vec<char> = name.chars().collect();
    let pairs: Vec<String> = letters
        .windows(2)
        .map(|pair| pair.iter().collect())
        .collect();
    connection
        .query_row(
            "SELECT count(*) FROM enterprise_search WHERE enterprise_search MATCH ?1",
            [format!("pairs : \"{}\"", pairs.join(" "))],
            |row| row.get(0),
        )
        .unwrap()
}

/// How often the audit says that a business had this name.
fn audited(connection: &Connection, number: usize, round: usize) -> i64 {
    connection
        .query_row(
            "SELECT count(*) FROM audit WHERE record = 'enterprise/' || ?1 AND after ->> '$.name' = ?2",
            [code(number), name(number, round)],
            |row| row.get(0),
        )
        .unwrap()
}

#[test]
fn what_the_release_before_writes_between_any_two_statements_is_carried_over_audited_and_found() {
    let connection = Connection::open_in_memory().unwrap();
    let before = FILES.iter().filter(|file| file.name < SITE);
    before.for_each(|file| run(&connection, file));
    let file = FILES.iter().find(|file| file.name == SITE).unwrap();
    write(&connection, WRITE, 0, 0);
    write(&connection, WRITE, 1, 0);
    for (number, _) in file.statements.iter().enumerate() {
        let statements = &file.statements[number..=number];
        run(
            &connection,
            &File {
                statements,
                ..*file
            },
        );
        // A new business, another name and level for the one before it, and one that has been there from the beginning.
        write(&connection, WRITE, number + 2, 0);
        write(&connection, WRITE, number + 1, 1);
        write(&connection, WRITE, 0, number + 1);
    }
    both_say_the_same(&connection);
    let newest = file.statements.len() + 1;
    for number in 1..=newest {
        assert!(audited(&connection, number, 0) > 0, "{number}");
        let round = usize::from(number < newest);
        assert!(audited(&connection, number, round) > 0, "{number}");
        assert_eq!(found(&connection, &name(number, round)), 1, "{number}");
        if round == 1 {
            assert_eq!(found(&connection, &name(number, 0)), 0, "{number}");
        }
    }
    for round in 0..=file.statements.len() {
        assert!(audited(&connection, 0, round) > 0, "{round}");
    }
    let levels = texts(
        &connection,
        "SELECT DISTINCT uscc FROM enterprise_change WHERE what = 'level'",
    );
    assert_eq!(levels.len(), newest, "every change of level is kept");
}

#[test]
fn each_of_the_two_tables_carries_to_the_other_and_the_audit_tells_it_once() {
    let connection = migrated();
    let successor = write_successor();
    for (number, sql) in [WRITE, &successor].into_iter().enumerate() {
        write(&connection, sql, number, 0);
        write(&connection, &successor, number, 1);
        write(&connection, WRITE, number, 2);
        both_say_the_same(&connection);
        for round in 0..3 {
            assert_eq!(audited(&connection, number, round), 1, "{number} {round}");
        }
        assert_eq!(found(&connection, &name(number, 2)), 1);
    }
    let changes = texts(
        &connection,
        "SELECT uscc, was, became FROM enterprise_change ORDER BY id",
    );
    assert_eq!(changes.len(), 4, "{changes:?}");
    for table in ["enterprise", "enterprise_site"] {
        assert!(
            connection
                .execute(&format!("DELETE FROM {table}"), [])
                .is_err()
        );
    }
}

#[test]
fn the_successor_takes_what_the_old_table_cannot_hold() {
    let connection = migrated();
    let without =
        "INSERT INTO enterprise_site (uscc, name, search_name, initials, changed_by, changed_at)
        VALUES (?1, 'x', 'x', 'x', 'office', '2026-11-26T09:00:00+08:00')";
    for code in [None, None, Some("330503600123456")] {
        connection.execute(without, [code]).unwrap();
    }
    assert_eq!(
        texts(&connection, "SELECT count(*) FROM enterprise"),
        ["Integer(0) "]
    );
    let records = "SELECT count(DISTINCT record) FROM audit WHERE record GLOB 'enterprise/*'";
    assert_eq!(texts(&connection, records), ["Integer(3) "]);
    // The release before would give a number that is taken: it is told so, and nothing is overwritten.
    let taken = connection.query_row(WRITE, params![code(1), name(1, 0), "C"], |_| Ok(()));
    assert!(taken.is_err());
    assert_eq!(
        texts(
            &connection,
            "SELECT count(*) FROM enterprise_site WHERE name = 'x'"
        ),
        ["Integer(3) "]
    );
}
