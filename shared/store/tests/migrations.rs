//! The migrations on a real SQLite, without a runtime around them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod migrated;

use migrated::{migrated, run};
use rusqlite::Connection;
use store::migrations::{FILES, File};

/// The schema and every row, to compare two stores.
fn everything(connection: &Connection) -> Vec<String> {
    let texts = |sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        let width = statement.column_count();
        let rows = statement.query_map([], |row| {
            (0..width)
                .map(|at| row.get_ref(at).map(|value| format!("{value:?}")))
                .collect::<Result<String, _>>()
        });
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    };
    let mut all = texts("SELECT type, name, sql FROM sqlite_master ORDER BY type, name");
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%\\_search\\_%' ESCAPE '\\' ORDER BY name";
    let names: Vec<String> = connection
        .prepare(tables)
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for name in names {
        let mut rows = texts(&format!("SELECT * FROM {name}"));
        rows.sort();
        all.extend(rows.into_iter().map(|row| format!("{name}: {row}")));
    }
    all
}

/// Cut off anywhere, a file is begun again: its statements up to that place run twice.
#[test]
fn a_file_that_was_cut_off_and_is_begun_again_comes_to_the_same() {
    let expected = everything(&migrated());
    for whole in FILES {
        for done in [whole.statements.len() / 2, whole.statements.len()] {
            let connection = Connection::open_in_memory().unwrap();
            for file in FILES {
                if file.name == whole.name {
                    let statements = &file.statements[..done];
                    run(
                        &connection,
                        &File {
                            statements,
                            ..*file
                        },
                    );
                }
                run(&connection, file);
            }
            assert_eq!(
                everything(&connection),
                expected,
                "{} after {done}",
                whole.name
            );
        }
    }
}

/// Stores made before files were claimed whole have these entries, and nothing of theirs runs again.
#[test]
fn the_first_25_files_have_an_entry_a_statement_and_later_ones_one_a_file() {
    for file in FILES {
        let first = format!("{}#1", file.name);
        if file.name < "0026" {
            assert_eq!(file.entries.len(), file.statements.len(), "{}", file.name);
            assert_eq!(file.entries[0], first);
        } else {
            assert_eq!(file.entries, [file.name]);
        }
    }
    let old: usize = FILES
        .iter()
        .filter(|file| file.name < "0026")
        .map(|file| file.entries.len())
        .sum();
    assert_eq!(old, 384);
}

#[test]
fn file_names_say_number_owner_and_content() {
    let owners = migrated::owners();
    for file in FILES {
        let (number, rest) = file.name.split_once('_').unwrap();
        assert!(
            number.len() == 4 && number.parse::<u32>().is_ok(),
            "{}",
            file.name
        );
        assert!(
            owners.iter().any(|owner| rest.starts_with(owner.as_str())),
            "{}",
            file.name
        );
    }
}

#[test]
fn no_statement_asks_sqlite_for_the_time() {
    for file in FILES {
        let sql = file.statements.join(";").to_lowercase();
        assert!(
            !sql.contains("current_timestamp") && !sql.contains("'now'"),
            "{}",
            file.name
        );
    }
}

/// A view is not looked into when it is made.
#[test]
fn every_view_can_be_read_and_every_deadline_and_task_has_its_columns() {
    let connection = migrated();
    let views: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_master WHERE type = 'view'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let named: Vec<String> = connection
        .prepare("SELECT view FROM deadline_view WHERE view IS NOT NULL ORDER BY view")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for view in views.iter().filter(|view| view.starts_with("deadline_")) {
        assert!(named.contains(view), "{view} has no row of deadline_view");
    }
    for view in &named {
        assert!(views.contains(view), "deadline_view names {view}");
    }
    for view in views {
        let read = connection
            .prepare(&format!("SELECT * FROM {view}"))
            .unwrap_or_else(|error| panic!("{view}: {error}"));
        let columns = read.column_names().collect::<Vec<_>>().join(", ");
        if named.contains(&view) {
            let stated =
                "rule, key, subject, owed_by_kind, owed_by, town, due_on, met_on, evidence";
            assert_eq!(columns, stated, "{view}");
        }
        if view.starts_with("task_") {
            let stated = "role, town, account, cadre_no, except_account, what, title, path, waits_from, oldest_due, count";
            assert_eq!(columns, stated, "{view}");
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

/// A store from before: what the audit tells of insiders' reports goes to where their handlers alone read it, and nothing else does.
#[test]
fn insiders_reports_leave_the_audit_and_keep_their_handlers() {
    let connection = Connection::open_in_memory().unwrap();
    let (before, after): (Vec<&File>, Vec<&File>) =
        FILES.iter().partition(|file| file.name < "0027");
    for file in before {
        run(&connection, file);
    }
    connection
        .execute_batch(
            "INSERT INTO insider_handler VALUES (1, 'first', 'office', 'x'), (2, 'second', 'office', 'x');
             INSERT INTO complaint (code, passphrase_hash, kind, category, happened_on, received_on, received_at, channel, anonymous, insider, filed, changed_by, changed_at)
             VALUES ('JB1', '', 'report', 'hygiene', 'x', 'x', 'x', 'api', 1, 1, '{\"starts\":[],\"files\":[]}', 'citizen', 'x'), ('JB2', '', 'report', 'hygiene', 'x', 'x', 'x', 'api', 1, 0, '{\"starts\":[],\"files\":[]}', 'citizen', 'x');
             INSERT INTO complaint_opening (code, what, at, by) VALUES ('JB1', 'page', 'x', 'first'), ('JB2', 'page', 'x', 'first');",
        )
        .unwrap();
    run(&connection, after[0]);
    for file in &after {
        run(&connection, file);
    }
    connection
        .execute_batch("INSERT INTO complaint_opening (code, what, at, by) VALUES ('JB1', 'page', 'y', 'second'), ('JB2', 'page', 'y', 'second')")
        .unwrap();
    let all = |sql: &str| -> String { connection.query_row(sql, [], |row| row.get(0)).unwrap() };
    let records = |table: &str| {
        all(&format!(
            "SELECT group_concat(record || ' ' || at, ', ' ORDER BY id) FROM {table} WHERE record LIKE '%/JB%'"
        ))
    };
    assert_eq!(
        records("audit"),
        "complaint/JB2 x, complaint-opening/JB2 x, complaint-opening/JB2 y"
    );
    assert_eq!(
        records("insider_audit"),
        "complaint/JB1 x, complaint-opening/JB1 x, complaint-opening/JB1 y"
    );
    assert_eq!(
        all("SELECT group_concat(account, ', ' ORDER BY place) FROM insider_seat"),
        "first, second"
    );
    assert!(connection.execute_batch("DELETE FROM audit").is_err());
}

/// A rule stands once: the words by which SQL knows an announced year are those by which the calendar knows it.
#[test]
fn a_year_is_announced_in_sql_by_the_same_words_as_in_the_calendar() {
    let connection = migrated();
    let mut kept = connection
        .prepare("SELECT holiday, word FROM statutory_holiday")
        .unwrap();
    let kept: Vec<(String, String)> = kept
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut known: Vec<(String, String)> = domain::workdays::STATUTORY_HOLIDAYS
        .iter()
        .flat_map(|(holiday, words)| {
            let pair = |word: &&str| ((*holiday).to_owned(), (*word).to_owned());
            words.iter().map(pair)
        })
        .collect();
    known.sort();
    assert_eq!(kept, known);
    let years: String = connection
        .query_row("SELECT group_concat(year) FROM announced_year", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(years, "2018,2019,2020,2021,2022,2023,2024,2025,2026");
}
