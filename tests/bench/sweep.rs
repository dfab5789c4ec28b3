//! The sweep of many obligations beside the same statements on the same file, run one after another as a shell would, by the same
//! SQLite. (The `sqlite3` shells of today's distributions are too old for `json_group_array(… ORDER BY …)`.)

use crate::Scale;
use crate::figures::{Rounds, alone};
use crate::owing::{AT, DAY, OwingDistrict, QUARTERS, longest_wait};
use rusqlite::{Connection, params};
use std::path::Path;
use std::time::{Duration, Instant};
use supervision_sweep::breach_changes;
use supervision_sweep::deadline_views::{COLUMNS, DeadlineViews, NAMES};
use supervision_sweep::ladder::{self, BreachSource};
use supervision_sweep::reminders;
use tests::{Place, Server};

const PASSED: &str = "2026-10-07";
/// Of a hundred visits owed.
const VISITED: usize = 90;

fn texts(database: &Connection, sql: &str, parameters: impl rusqlite::Params) -> Vec<String> {
    let mut statement = database.prepare(sql).unwrap();
    statement
        .query_map(parameters, |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

/// Runs a statement that gives rows, to its end.
fn run(database: &Connection, sql: &str, parameters: impl rusqlite::Params) {
    let mut statement = database.prepare_cached(sql).unwrap();
    let mut rows = statement.query(parameters).unwrap();
    while rows.next().unwrap().is_some() {}
}

/// The statements of a sweep, each its own transaction, as a shell would run them.
fn native(file: &Path) -> Duration {
    let database = Connection::open(file).unwrap();
    database
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON",
        )
        .unwrap();
    let began = Instant::now();
    let names = &texts(&database, NAMES, [])[0];
    let views = DeadlineViews::named(serde_json::from_str(names).unwrap());
    for view in views.each(COLUMNS, breach_changes::MISSED) {
        loop {
            let slices = texts(
                &database,
                &breach_changes::missed_slices(&view),
                [PASSED, DAY],
            );
            for slice in &slices {
                run(&database, breach_changes::OPEN, params![slice, DAY]);
            }
            if slices.len() < 200 {
                break;
            }
        }
    }
    let gone = &texts(&database, &breach_changes::gone_keys(&views), [PASSED, DAY])[0];
    assert_eq!(gone, "[]");
    for slice in texts(
        &database,
        &ladder::papers(&BreachSource::OpenBreaches),
        [PASSED, DAY],
    ) {
        run(
            &database,
            ladder::WRITE,
            params![slice, DAY, "浔食药安办", AT, "浔食药安委"],
        );
    }
    let until = reminders::last_day_reminded(DAY.parse().unwrap());
    texts(
        &database,
        &reminders::reminder_slices(&views),
        [DAY, &until],
    );
    began.elapsed()
}

pub fn measure(scale: &Scale) {
    let OwingDistrict {
        folder, official, ..
    } = OwingDistrict::make(scale.obligations, QUARTERS, VISITED, |_, _, _| ());
    let file = folder.0.join("data/shian.db");
    let (kept, copy) = (folder.0.join("kept.db"), folder.0.join("copy.db"));
    std::fs::copy(&file, &kept).unwrap();
    let (mut first, mut again) = (Rounds::default(), Rounds::default());
    for _ in 0..scale.rounds.min(3) {
        for copy in [&file, &copy] {
            std::fs::copy(&kept, copy).unwrap();
        }
        let (server, _) = tests::reopen(&folder.0, Place::Process, AT, &[]);
        for rounds in [&mut first, &mut again] {
            rounds.ours.push(swept(&server).as_secs_f64());
            rounds.peers.push(native(&copy).as_secs_f64());
        }
        server.stop();
    }
    first.print(
        &format!("sweep of {} obligations (time)", scale.obligations),
        "s",
        "≤ 1.3",
    );
    again.print("the same sweep again (time)", "s", "≤ 1.3");
    std::fs::copy(&kept, &file).unwrap();
    let (server, _) = tests::reopen(&folder.0, Place::Process, AT, &[]);
    let wait = longest_wait(&official.at(&server), DAY, || {
        swept(&server);
    });
    let most = server.memory().1;
    alone(
        "longest wait of a visit recorded during the sweep",
        &format!("{:.2} s ({most} MiB at most)", wait.as_secs_f64()),
        "",
    );
}

fn swept(server: &Server) -> Duration {
    let began = Instant::now();
    server
        .scheduler()
        .post("/internal/sweep", &serde_json::json!({}))
        .expect(200);
    began.elapsed()
}
