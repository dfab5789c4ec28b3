//! A quarter that is being closed when the power goes.

use crate::{count, wait_until, watching};
use rusqlite::Connection;
use std::path::Path;
use tests::{Office, Place, Server, rounds};

/// The office begins, with the rosters of the third quarter.
const FIRST_DAY: &str = "2026-10-13T09:00:00+08:00";
/// The evening on which that quarter is closed with the office's first.
const EVENING: &str = "2027-01-20T22:30:00+08:00";

/// How far a closing is: its moment, its rows, and its end.
const DONE: &str =
    "SELECT (SELECT count(*) FROM period_close) + (SELECT count(*) FROM closed_obligation)
    + (SELECT count(*) FROM period_close WHERE finished_at IS NOT NULL)";

/// Everything that is written of the closed quarter, but for the moment of its end.
fn rows(data: &Path) -> Vec<String> {
    let database = Connection::open(data.join("shian.db")).unwrap();
    let mut rows: Vec<String> = Vec::new();
    for sql in [
        "SELECT json_array(period, closed_on, last_visit_id, last_ledger_id, finished_at IS NOT NULL) FROM period_close ORDER BY 1",
        "SELECT json_array(period, ledger_id, uscc, enterprise, town, village, level, risk_grade, on_site_required, cadre_no, cadre, tier, owed_by_kind, owed_by,
            status, met_on, visited_on, visits) FROM closed_obligation ORDER BY period, ledger_id",
    ] {
        let mut statement = database.prepare(sql).unwrap();
        let found = statement.query_map([], |row| row.get(0)).unwrap();
        rows.extend(found.collect::<Result<Vec<String>, _>>().unwrap());
    }
    rows
}

fn close(server: &Server) -> std::thread::JoinHandle<bool> {
    let scheduler = server.scheduler();
    std::thread::spawn(move || {
        scheduler
            .try_send("POST", "/internal/close-quarter", None, Vec::new())
            .is_ok()
    })
}

#[test]
fn a_quarter_whose_closing_is_killed_is_closed_to_the_same_rows() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let Office { server, folder, .. } = Office::on_disk(FIRST_DAY, &[]).with_sample();
    let data = server.data.clone();
    server.stop();
    let files = ["shian.db", "shian.db-wal"].map(|name| data.join(name));
    let before = files.clone().map(|file| std::fs::read(file).ok());
    let again = || {
        let _ = std::fs::remove_file(data.join("shian.db-shm"));
        for (file, was) in files.iter().zip(&before) {
            match was {
                Some(bytes) => std::fs::write(file, bytes).unwrap(),
                None => drop(std::fs::remove_file(file)),
            }
        }
    };
    let open = || tests::reopen(&folder.0, Place::Process, EVENING, &[]).0;
    let quiet = open();
    assert!(close(&quiet).join().unwrap());
    quiet.stop();
    let expected = rows(&data);
    assert!(expected.len() > 2_000, "{}", expected.len());
    let whole = expected.len() as i64;
    let mut cut = 0;
    for moment in 0..rounds() {
        again();
        let server = open();
        let closing = close(&server);
        let store = watching(&data);
        let until = (whole * i64::from(moment) / i64::from(rounds())).max(1);
        wait_until(&closing, || count(&store, DONE) >= until);
        drop(store);
        server.kill();
        cut += u32::from(!closing.join().unwrap());
        let server = open();
        assert!(close(&server).join().unwrap());
        server.stop();
        assert_eq!(rows(&data), expected, "cut at {moment}");
    }
    println!("{cut} of {} were cut off", rounds());
}
