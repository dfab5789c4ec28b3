//! The schedules, in China time, with a shifted clock.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on says so"
)]

use std::path::Path;
use std::time::{Duration, Instant};
use tests::{Options, Scratch, Server, root};

/// Due, end and outcome of each run kept so far.
fn runs(server: &Server) -> Vec<(String, Option<String>, Option<String>)> {
    let database = rusqlite::Connection::open(server.data.join("shian.db")).unwrap();
    database
        .prepare("SELECT due_at, ended_at, outcome FROM runtime_schedule_run ORDER BY due_at, started_at")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

fn start(folder: &Path, clock: &str) -> Server {
    let manifest = root().join("tests/fixtures/probe.toml");
    Server::start_in(
        folder,
        &Options {
            manifest,
            clock: Some(clock),
            variables: &[("scheduler_token", tests::SCHEDULER_TOKEN)],
            ..Options::default()
        },
    )
}

fn wait_for(server: &Server, count: usize) -> Vec<(String, Option<String>, Option<String>)> {
    let began = Instant::now();
    loop {
        let runs = runs(server);
        if runs.len() >= count && runs.iter().all(|run| run.1.is_some()) {
            return runs;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{runs:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_run_comes_at_its_time_and_one_missed_while_down_is_made_up_once() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let folder = Scratch::new();
    // The first start ever owes nothing.
    let server = start(&folder.0, "2026-10-08T12:00:00+08:00");
    server.stop();
    // At six, on the dot.
    let server = start(&folder.0, "2026-10-09T05:59:58+08:00");
    let kept = wait_for(&server, 1);
    assert_eq!(kept[0].0, "2026-10-09T06:00:00+08:00");
    assert_eq!(kept[0].2.as_deref(), Some("200"));
    server.kill();
    // Three mornings missed: the last of them is made up, once. A further start finds nothing to make up.
    let server = start(&folder.0, "2026-10-12T09:00:00+08:00");
    wait_for(&server, 2);
    server.stop();
    let server = start(&folder.0, "2026-10-13T05:59:58+08:00");
    let kept = wait_for(&server, 3);
    let due: Vec<&str> = kept[1..].iter().map(|run| run.0.as_str()).collect();
    assert_eq!(
        due,
        ["2026-10-12T06:00:00+08:00", "2026-10-13T06:00:00+08:00"]
    );
    server.stop();
    // What is older than a month is forgotten with the next run.
    let server = start(&folder.0, "2026-12-01T09:00:00+08:00");
    let began = Instant::now();
    while runs(&server).len() != 1 && began.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(runs(&server)[0].0, "2026-12-01T06:00:00+08:00");
}

/// A machine whose clock was ten years ahead for a while, and was put right.
#[test]
fn a_clock_that_was_ahead_and_came_back_stops_no_schedule() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let folder = Scratch::new();
    let server = start(&folder.0, "2036-10-08T05:59:58+08:00");
    let kept = wait_for(&server, 1);
    assert_eq!(kept[0].0, "2036-10-08T06:00:00+08:00");
    server.stop();
    // Which of this morning's runs that one took the place of is not known: the latest is made up.
    let server = start(&folder.0, "2026-10-08T12:00:00+08:00");
    let kept = wait_for(&server, 2);
    assert_eq!(kept[0].0, "2026-10-08T06:00:00+08:00");
    server.stop();
    // Nothing is made up twice, and the next comes at its time.
    let server = start(&folder.0, "2026-10-09T05:59:58+08:00");
    let kept = wait_for(&server, 3);
    let due: Vec<&str> = kept.iter().map(|run| run.0.as_str()).collect();
    assert_eq!(
        due,
        [
            "2026-10-08T06:00:00+08:00",
            "2026-10-09T06:00:00+08:00",
            "2036-10-08T06:00:00+08:00"
        ]
    );
    server.stop();
}
