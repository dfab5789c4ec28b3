//! The register of problems: what SQL says of it is what the rules say, and nothing is lost while a store of the release before gets it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod migrated;

use domain::complaint::Category;
use domain::problem::{MOVES, ProblemLevel, ProblemSource};
use domain::words::Word as _;
use migrated::{migrated, run};
use rusqlite::Connection;
use store::migrations::{FILES, File};

/// The migration that brings the register.
const REGISTER: &str = "0085_risk_and_inspection_problems";

fn strings(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn counted(connection: &Connection, sql: &str) -> u32 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn the_guard_of_the_store_has_the_moves_that_pages_offer() {
    let connection = migrated();
    let mut moves: Vec<String> = MOVES
        .iter()
        .flat_map(|rule| {
            let line = [rule.what.code(), rule.from.code(), rule.to.code()].join(" ");
            rule.by
                .iter()
                .map(move |(mover, needs)| format!("{line} {} {}", mover.code(), needs.code()))
        })
        .collect();
    moves.sort();
    assert_eq!(
        strings(
            &connection,
            "SELECT move || ' ' || from_status || ' ' || to_status || ' ' || role || ' ' || needs FROM problem_move ORDER BY 1"
        ),
        moves
    );
}

#[test]
fn sources_levels_and_kinds_of_reports_are_the_same_in_sql_and_in_code() {
    let connection = migrated();
    let mut sources: Vec<String> = ProblemSource::ALL
        .iter()
        .map(|source| format!("{} {}", source.code(), u8::from(source.is_fed())))
        .collect();
    sources.sort();
    let kept = "SELECT source || ' ' || is_fed FROM problem_source ORDER BY 1";
    assert_eq!(strings(&connection, kept), sources);
    for level in ProblemLevel::ALL {
        let term = format!(
            "SELECT count(*) FROM problem_workdays WHERE policy = 'problem_{}_workdays' AND begins_on = '2026-11-20'",
            level.code()
        );
        assert_eq!(counted(&connection, &term), 1, "{level:?}");
    }
    let mut kinds: Vec<String> = Category::ALL
        .iter()
        .map(|kind| format!("{} 立案核查：{}", kind.code(), kind.chinese()))
        .collect();
    kinds.sort();
    let kept = "SELECT category || ' ' || text FROM problem_report_kind ORDER BY 1";
    assert_eq!(strings(&connection, kept), kinds);
}

fn store_before() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    for file in FILES.iter().filter(|file| file.name < REGISTER) {
        run(&connection, file);
    }
    connection
        .execute_batch(
            "INSERT INTO cadre (cadre_no, name, title, tier, town, changed_by, changed_at) VALUES ('C1', '张', '', 'village', '甲镇', 'x', 'x');
             INSERT INTO enterprise_site (uscc, name, town, search_name, initials, changed_by, changed_at) VALUES ('U1', '甲店', '甲镇', '', '', 'x', 'x');
             INSERT INTO enterprise_site (uscc, name, town, search_name, initials, changed_by, changed_at) VALUES ('U2', '乙店', NULL, '', '', 'x', 'x');",
        )
        .unwrap();
    connection
}

/// A visit as the release before records it: one problem with a day, one that was put right at once.
fn visit(connection: &Connection, uscc: &str, number: usize) {
    let sql = "INSERT INTO visit (visited_on, cadre_no, uscc, mode, result, result_text, problems_found, note, problems, changed_by, changed_at)
        VALUES ('2026-11-20', 'C1', ?1, 'on_site', 'problems', '', 2, ?2, ?3, 'zhang', '2026-11-20T09:00:00+08:00') ON CONFLICT DO NOTHING RETURNING id";
    let problems = r#"[{"text":"冷柜温度偏高","mend_by":"2026-11-27"},{"text":"价签脱落"}]"#;
    let note = number.to_string();
    let _: i64 = connection
        .query_row(sql, [uscc, &note, problems], |row| row.get(0))
        .unwrap();
}

/// The mending of a problem as the release before notes it.
fn mend(connection: &Connection, problem: u32) {
    let sql = "UPDATE visit_problem SET mended_on = coalesce(mended_on, '2026-11-21'), mend_note = iif(mended_on IS NULL, '修好', mend_note),
        version = version + 1, changed_by = 'zhang', changed_at = '2026-11-21T09:00:00+08:00' WHERE id = ?1 RETURNING uscc";
    let _: String = connection
        .query_row(sql, [problem], |row| row.get(0))
        .unwrap();
}

#[test]
fn what_visits_had_found_is_carried_over_and_open_deadlines_keep_their_keys() {
    let connection = store_before();
    visit(&connection, "U1", 0);
    visit(&connection, "U2", 0);
    let stated = "SELECT key || ' ' || due_on FROM deadline_problem ORDER BY 1";
    let before = strings(&connection, stated);
    assert_eq!(before, ["problem/1 2026-11-27", "problem/3 2026-11-27"]);
    for file in FILES.iter().filter(|file| file.name >= REGISTER) {
        run(&connection, file);
    }
    assert_eq!(
        strings(
            &connection,
            "SELECT source_id || ' ' || status || ' ' || coalesce(assigned_to, '') FROM problem ORDER BY source_id"
        ),
        [
            "1 assigned station",
            "2 struck_off station",
            "3 found ",
            "4 struck_off office"
        ]
    );
    let view = strings(
        &connection,
        "SELECT view FROM deadline_view WHERE matter = 'problem'",
    );
    let stated = format!(
        "SELECT key || ' ' || due_on FROM {} WHERE met_on IS NULL ORDER BY 1",
        view[0]
    );
    assert_eq!(strings(&connection, &stated), before);
    let owed = format!(
        "SELECT owed_by_kind || ' ' || owed_by FROM {} WHERE met_on IS NULL ORDER BY key",
        view[0]
    );
    assert_eq!(
        strings(&connection, &owed),
        ["station 甲镇", "department 区食药安办"]
    );
}

#[test]
fn what_the_release_before_writes_between_any_two_statements_is_in_the_register_once() {
    let connection = store_before();
    let file = FILES.iter().find(|file| file.name == REGISTER).unwrap();
    visit(&connection, "U1", 0);
    let mut last = 1;
    for place in 0..file.statements.len() {
        run(
            &connection,
            &File {
                statements: &file.statements[place..=place],
                ..*file
            },
        );
        // Each visit brings two; what was open of the one before is mended.
        visit(&connection, "U1", place + 1);
        mend(&connection, last);
        last += 2;
    }
    let found = counted(&connection, "SELECT count(*) FROM visit_problem");
    assert_eq!(
        counted(
            &connection,
            "SELECT count(*) FROM visit_problem v JOIN problem p ON p.source = 'visit' AND p.source_id = v.id"
        ),
        found
    );
    assert_eq!(counted(&connection, "SELECT count(*) FROM problem"), found);
    // The last alone is open, and whatever was mended is rectified or was struck off with what had been settled before.
    assert_eq!(
        strings(
            &connection,
            "SELECT source_id FROM problem WHERE status IN ('found', 'assigned', 'accepted')"
        ),
        [last.to_string()]
    );
}
