//! A table gets its successor while instances of the release before go on writing the old one: nothing is lost, nothing goes unaudited.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

#[allow(
    dead_code,
    reason = "a store that is migrated whole is for the other tests"
)]
mod migrated;

use migrated::run;
use rusqlite::{Connection, ToSql, params};
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

fn code(number: u32) -> String {
    format!("91330503MYSHOP{number:04}")
}

fn name(number: u32, round: u32) -> String {
    format!("shop{number:04}x{round}")
}

fn write(connection: &Connection, sql: &str, number: u32, round: u32) {
    let level = if round.is_multiple_of(2) { "C" } else { "D" };
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
fn audited(connection: &Connection, number: u32, round: u32) -> i64 {
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
    for (place, number) in (0..file.statements.len()).zip(0..) {
        let statements = &file.statements[place..=place];
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
    let newest = u32::try_from(file.statements.len()).unwrap() + 1;
    for number in 1..=newest {
        assert!(audited(&connection, number, 0) > 0, "{number}");
        let round = u32::from(number < newest);
        assert!(audited(&connection, number, round) > 0, "{number}");
        assert_eq!(found(&connection, &name(number, round)), 1, "{number}");
        if round == 1 {
            assert_eq!(found(&connection, &name(number, 0)), 0, "{number}");
        }
    }
    for round in 0..newest {
        assert!(audited(&connection, 0, round) > 0, "{round}");
    }
    let levels = texts(
        &connection,
        "SELECT DISTINCT uscc FROM enterprise_change WHERE what = 'level'",
    );
    assert_eq!(
        levels.len(),
        newest as usize,
        "every change of level is kept"
    );
}

/// A store of the release that brought the successor, where both tables stand.
fn with_both_tables() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    let until = FILES.iter().filter(|file| file.name <= SITE);
    until.for_each(|file| run(&connection, file));
    connection
}

#[test]
fn each_of_the_two_tables_carries_to_the_other_and_the_audit_tells_it_once() {
    let connection = with_both_tables();
    let successor = write_successor();
    for (number, sql) in (0..).zip([WRITE, &successor]) {
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
    let connection = with_both_tables();
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

/// The first and the last file of this release.
const BEGINS: &str = "0122";
const ENDS: &str = "0159";
/// Between these two no view of the ledger can be read: a table cannot become a view in one statement.
const LEDGER_GOES: &str = "0070_enterprise_registry_one_ledger";

/// Views that the release before read no more itself, and that this one drops.
const RETIRED: [&str; 12] = [
    "assignment_tier_fit",
    "closing_obligation",
    "enterprise_entry",
    "enterprise_supervision",
    "obligation",
    "obligation_ledger",
    "open_obligation",
    "reassignment_after_change_term",
    "reassignment_of_official_term",
    "supervised_enterprise",
    "visit_of_period_term",
    "visit_period_policy",
];

/// One statement of the release before, which has to say that it did something.
fn send(connection: &Connection, sql: &str, parameters: &[&dyn ToSql]) {
    let done = connection
        .prepare(&format!("{sql} RETURNING 1"))
        .unwrap()
        .query_map(parameters, |_| Ok(()))
        .unwrap()
        .count();
    assert_eq!(done, 1, "{sql}");
}

/// The one column of each row, which is text.
fn strings(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// What one statement counts.
fn counted(connection: &Connection, sql: &str) -> u32 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// A case of the red list on its way: nominated by one, approved by another, published with its line in the log.
fn publish_a_case(connection: &Connection, round: u32) {
    let case = format!("case{round}");
    let uscc = code(round);
    send(
        connection,
        "INSERT INTO list_case (id, list, uscc, ground, rules, nominated_by, nominated_on, changed_by, changed_at)
         VALUES (?1, 'red', ?2, 'good', '[]', 'a', '2026-11-02', 'a', '2026-11-02T09:00:00+08:00')
         ON CONFLICT (uscc, list) WHERE ended_on IS NULL DO NOTHING",
        &[&case, &uscc],
    );
    let step = "INSERT INTO list_case_step (case_id, seq, move, status, until_on, content, salt, leaf, at, by)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, '2026-11-03T09:00:00+08:00', 'b')";
    let content =
        format!(r#"{{"list":"red","uscc":"{uscc}","name":"n","published_on":"2026-11-03"}}"#);
    send(
        connection,
        step,
        &[
            &case,
            &2,
            &"approve",
            &"approved",
            &None::<&str>,
            &None::<&str>,
            &None::<&str>,
        ],
    );
    send(
        connection,
        step,
        &[
            &case,
            &3,
            &"publish",
            &"published",
            &"2027-11-03",
            &content,
            &case,
        ],
    );
}

/// A case of the black list of which the business is told: its term to object begins.
fn notify_a_case(connection: &Connection, round: u32) {
    let case = format!("told{round}");
    send(
        connection,
        "INSERT INTO list_case (id, list, uscc, ground, rules, nominated_by, nominated_on, changed_by, changed_at)
         VALUES (?1, 'black', ?2, 'bad', '[]', 'a', '2026-11-02', 'a', '2026-11-02T09:00:00+08:00')",
        &[&case, &code(round)],
    );
    let step = "INSERT INTO list_case_step (case_id, seq, move, status, at, by) VALUES (?1, ?2, ?3, ?4, '2026-11-03T09:00:00+08:00', 'b')";
    send(connection, step, &[&case, &2, &"notify", &"notified"]);
    if round.is_multiple_of(2) {
        send(connection, step, &[&case, &3, &"withdraw", &"withdrawn"]);
    }
}

/// Two papers: one goes out and is closed, one goes out and is withdrawn.
fn issue_papers(connection: &Connection, round: u32) {
    for (place, ended) in ["closed", "withdrawn"].into_iter().enumerate() {
        let town = format!("town{round}");
        let kind = ["reminder_letter", "rectification_order"][place];
        send(
            connection,
            "INSERT INTO notice (kind, rung, status, addressee_kind, addressee, addressee_name, town, drafted_on, lines, prefix, changed_by, changed_at)
             VALUES (?2, 1, 'drafted', 'town', ?1, ?1, ?1, '2026-11-03', '[]', 'p', 'sweep', '2026-11-03T09:00:00+08:00')",
            &[&town, &kind],
        );
        send(
            connection,
            "UPDATE notice SET status = ?3, said = 'why', version = version + 1, changed_by = 'b', changed_at = '2026-11-04T09:00:00+08:00'
             WHERE addressee = ?1 AND kind = ?2",
            &[&town, &kind, &ended],
        );
    }
}

#[test]
fn what_the_release_before_does_between_any_two_statements_of_this_one_happens_once() {
    let connection = Connection::open_in_memory().unwrap();
    let before = FILES.iter().filter(|file| file.name < BEGINS);
    before.for_each(|file| run(&connection, file));
    let successor = write_successor();
    let views = strings(
        &connection,
        "SELECT name FROM sqlite_schema WHERE type = 'view' AND sql LIKE '%enterprise%'",
    );
    let views: Vec<&String> = views
        .iter()
        .filter(|view| !RETIRED.contains(&view.as_str()))
        .collect();
    assert!(views.len() > 20, "{views:?}");
    let mut rounds = 0;
    for file in FILES.iter().filter(|file| file.name >= BEGINS) {
        assert!(
            file.name <= ENDS,
            "{}: another release has begun",
            file.name
        );
        for (number, _) in file.statements.iter().enumerate() {
            let statements = &file.statements[number..=number];
            run(
                &connection,
                &File {
                    statements,
                    ..*file
                },
            );
            if file.name == LEDGER_GOES && number + 1 == file.statements.len() {
                continue;
            }
            write(&connection, &successor, rounds, 0);
            write(&connection, &successor, 0, rounds + 1);
            publish_a_case(&connection, rounds);
            notify_a_case(&connection, rounds);
            issue_papers(&connection, rounds);
            for view in &views {
                counted(&connection, &format!("SELECT count(*) FROM {view}"));
            }
            rounds += 1;
            // What comes while the ledger goes is seen from the next file on.
            if file.name != LEDGER_GOES {
                let ledger = "SELECT count(*) FROM enterprise_ledger";
                assert_eq!(counted(&connection, ledger), rounds);
            }
        }
    }
    each_happened_once(&connection, rounds);
}

/// What so many rounds of the release before have left.
fn each_happened_once(connection: &Connection, rounds: u32) {
    let counted = |sql: &str| counted(connection, sql);
    // The log and the list have each publication once, and the case its last day.
    assert_eq!(counted("SELECT count(*) FROM list_log"), rounds);
    assert_eq!(
        counted("SELECT count(*) FROM list_entry WHERE gone_seq IS NULL"),
        rounds
    );
    assert_eq!(
        counted(
            "SELECT count(*) FROM list_case WHERE list = 'red' AND status = 'published' AND version = 3 AND ended_on IS NULL"
        ),
        rounds
    );
    // Whoever was told has five working days, and a case ends once no move is left.
    assert_eq!(
        strings(
            connection,
            "SELECT DISTINCT object_until FROM list_case WHERE list = 'black'"
        ),
        ["2026-11-10"]
    );
    assert_eq!(
        counted(
            "SELECT count(*) FROM list_case WHERE (status = 'withdrawn') <> (ended_on IS NOT NULL)"
        ),
        0
    );
    // Each kind of paper is numbered without a gap and without a double, and each message is there once.
    for kind in ["reminder_letter", "rectification_order"] {
        let numbers = format!(
            "SELECT count(DISTINCT number) || ' ' || max(number) FROM notice WHERE kind = '{kind}'"
        );
        assert_eq!(
            strings(connection, &numbers),
            [format!("{rounds} {rounds}")]
        );
    }
    assert_eq!(
        strings(
            connection,
            "SELECT kind || ' ' || count(*) FROM message GROUP BY kind ORDER BY kind"
        ),
        [
            format!("closure {rounds}"),
            format!("notice {}", 2 * rounds),
            format!("withdrawal {rounds}")
        ]
    );
    assert_eq!(
        strings(
            connection,
            "SELECT DISTINCT term || ' ' || due_on FROM notice"
        ),
        ["10 2026-11-17"]
    );
}

#[test]
fn what_rosters_said_of_licences_is_in_the_register_of_permits_when_it_has_the_column() {
    let connection = Connection::open_in_memory().unwrap();
    let this = FILES.iter().position(|file| file.name >= BEGINS).unwrap();
    FILES[..this].iter().for_each(|file| run(&connection, file));
    let license = |number: &str, category: Option<&str>| {
        send(
            &connection,
            "INSERT INTO license (license_no, uscc, category, status, changed_by, changed_at)
             VALUES (?1, ?2, ?3, 'valid', 'x', '2026-11-03T09:00:00+08:00')",
            &[&number, &code(0), &category],
        );
    };
    license("SC1", Some("饮料"));
    license("SC2", None);
    FILES[this..].iter().for_each(|file| run(&connection, file));
    license("SC3", Some("糕点"));
    // A migration that is run again carries nothing over twice.
    FILES[this..].iter().for_each(|file| run(&connection, file));
    assert_eq!(
        strings(
            &connection,
            "SELECT number || ' ' || coalesce(covers, '') || ' ' || version FROM enterprise_permit ORDER BY number"
        ),
        ["SC1 饮料 2", "SC2  1", "SC3 糕点 1"]
    );
}
