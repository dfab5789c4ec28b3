//! The migrations on a real SQLite, without a runtime around them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use rusqlite::Connection;
use store::migrations::STATEMENTS;

fn migrated() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    for statement in STATEMENTS {
        // One statement each: `prepare` refuses a second one behind it.
        let mut prepared = connection
            .prepare(statement.sql)
            .unwrap_or_else(|error| panic!("{}: {error}", statement.id));
        let mut rows = prepared.raw_query();
        while rows
            .next()
            .unwrap_or_else(|error| panic!("{}: {error}", statement.id))
            .is_some()
        {}
    }
    connection
}

#[test]
fn every_statement_tolerates_being_there_already() {
    let connection = migrated();
    for statement in STATEMENTS {
        match connection.execute_batch(statement.sql) {
            Ok(()) => {}
            Err(error) if error.to_string().contains("duplicate column name") => {}
            Err(error) => panic!("{}: {error}", statement.id),
        }
    }
}

#[test]
fn file_names_say_number_owner_and_content() {
    let owners = [
        "store",
        "portal",
        "enterprise_registry",
        "supervision",
        "license_outreach",
        "supervision_sweep",
        "complaint_intake",
        "red_black_list",
    ];
    for statement in STATEMENTS {
        let (number, rest) = statement.id.split_once('_').unwrap();
        assert!(
            number.len() == 4 && number.parse::<u32>().is_ok(),
            "{}",
            statement.id
        );
        assert!(
            owners.iter().any(|owner| rest.starts_with(owner)),
            "{}",
            statement.id
        );
    }
}

#[test]
fn no_statement_asks_sqlite_for_the_time() {
    for statement in STATEMENTS {
        let sql = statement.sql.to_lowercase();
        assert!(
            !sql.contains("current_timestamp") && !sql.contains("'now'"),
            "{}",
            statement.id
        );
    }
}

/// A view is not looked into when it is made.
#[test]
fn every_view_can_be_read_and_every_deadline_has_its_columns() {
    let connection = migrated();
    let views: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_master WHERE type = 'view'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for view in views {
        let read = connection
            .prepare(&format!("SELECT * FROM {view}"))
            .unwrap_or_else(|error| panic!("{view}: {error}"));
        if view.starts_with("deadline_") {
            assert_eq!(
                read.column_names().collect::<Vec<_>>().join(", "),
                "rule, key, subject, owed_by_kind, owed_by, town, due_on, met_on, evidence",
                "{view}"
            );
        }
    }
}

/// The words of papers stand in SQL, for the papers are made there, and in the code.
#[test]
fn papers_have_the_same_words_in_sql_and_in_code() {
    use domain::words::{NoticeKind, NoticeStatus, Word as _};
    let connection = migrated();
    let all = |sql: &str| -> Vec<String> {
        connection
            .prepare(sql)
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap()
    };
    let kinds: Vec<String> = NoticeKind::ALL
        .iter()
        .map(|kind| format!("{} {}", kind.code(), kind.chinese()))
        .collect();
    assert_eq!(
        all("SELECT kind || ' ' || name FROM notice_kind ORDER BY rung"),
        kinds
    );
    let mut statuses: Vec<&str> = NoticeStatus::ALL
        .iter()
        .map(|status| status.code())
        .collect();
    statuses.sort_unstable();
    assert_eq!(
        all(
            "SELECT from_status FROM notice_move UNION SELECT to_status FROM notice_move ORDER BY 1"
        ),
        statuses
    );
}

/// Rows of legal weight: their audit trigger must be there and they must not be deletable.
#[test]
fn audited_tables_write_an_audit_row_and_keep_their_rows() {
    let connection = migrated();
    let tables: Vec<String> = connection
        .prepare("SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'changed_by' WHERE m.type = 'table'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(tables.len() >= 5, "{tables:?}");
    for table in tables {
        for event in ["INSERT", "UPDATE", "DELETE"] {
            let found: i64 = connection
                .query_row(
                    "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?1 AND sql LIKE '%' || ?2 || ' %'",
                    [&table, &event.to_owned()],
                    |row| row.get(0),
                )
                .unwrap();
            assert!(found > 0, "{table} has no trigger on {event}");
        }
    }
}

#[test]
fn the_holidays_are_those_of_the_announcements() {
    let connection = migrated();
    let stored: Vec<String> = connection
        .prepare("SELECT date || ',' || kind || ',' || name FROM holiday ORDER BY date")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let announced: Vec<&str> = include_str!("../../domain/data/holidays.csv")
        .lines()
        .skip(1)
        .collect();
    assert_eq!(stored, announced);
}

/// The calendar that SQL counts with gives what the rules give, also after a year is announced.
#[test]
fn the_numbered_calendar_agrees_with_the_rules() {
    use domain::workdays::{Calendar, Exception};
    let connection = migrated();
    let announce = "INSERT INTO holiday (date, kind, name, changed_by, changed_at) VALUES
        ('2027-01-01', 'holiday', '元旦', 'x', 'x'), ('2027-02-08', 'holiday', '春节', 'x', 'x'), ('2027-02-14', 'workday', '春节', 'x', 'x')";
    for stage in ["as migrated", "with a new year", "with a day changed"] {
        match stage {
            "with a new year" => connection.execute_batch(announce).unwrap(),
            "with a day changed" => connection
                .execute_batch("UPDATE holiday SET kind = 'workday' WHERE date = '2027-02-08'")
                .unwrap(),
            _ => {}
        }
        let days: Vec<(String, String)> = connection
            .prepare("SELECT date, kind FROM holiday")
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let exceptions = days.iter().map(|(date, kind)| {
            let kind = if kind == "holiday" {
                Exception::Holiday
            } else {
                Exception::Workday
            };
            (date.parse().unwrap(), kind)
        });
        let calendar = Calendar::new(exceptions, []);
        let mut after = connection
            .prepare("SELECT min(date) FROM calendar_day WHERE is_workday AND workdays = (SELECT workdays FROM calendar_day WHERE date = ?1) + ?2")
            .unwrap();
        let mut day: chrono::NaiveDate = "2019-12-20".parse().unwrap();
        while day.to_string().as_str() < "2028-03-01" {
            for days in [1, 7, 10, 30] {
                let counted: String = after
                    .query_row((day.to_string(), days), |row| row.get(0))
                    .unwrap();
                let expected = calendar.workdays_after(day, days).unwrap().date.to_string();
                assert_eq!(counted, expected, "{stage}: {days} after {day}");
            }
            day = day + chrono::Days::new(3);
        }
    }
}
