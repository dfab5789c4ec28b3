//! The sweep of many obligations beside the same statements on the same file, run one after another as a shell would, by the same
//! SQLite. (The `sqlite3` shells of today's distributions are too old for `json_group_array(… ORDER BY …)`.)

use crate::Scale;
use crate::district::{Dice, code};
use crate::figures::{Rounds, alone};
use rusqlite::{Connection, params};
use std::path::Path;
use std::time::{Duration, Instant};
use supervision_sweep::breach_changes;
use supervision_sweep::deadline_views::{COLUMNS, DeadlineViews, NAMES};
use supervision_sweep::ladder::{self, BreachSource};
use supervision_sweep::reminders;
use tests::{Office, Place, Scratch, Server};

const DAY: &str = "2026-10-08";
const PASSED: &str = "2026-10-07";
const AT: &str = "2026-10-08T09:00:00+08:00";
/// From the first of 2022 to the third of 2026.
const QUARTERS: usize = 19;
/// Of a hundred visits owed.
const VISITED: usize = 90;

/// A district with so many obligations behind it in the last `quarters`; of the visits owed in each, `visited` in a hundred were made.
fn district(obligations: usize, quarters: usize, visited: usize) -> (Scratch, String) {
    let office = Office::on_disk(AT, &[]);
    let begin = QUARTERS - quarters;
    let first = format!("{}-{:02}-01", 2022 + begin / 4, begin % 4 * 3 + 1);
    let from = serde_json::json!({"value": first, "valid_from": "2022-01-01"});
    office
        .office
        .put("/api/v1/policy/obligations_from", &from)
        .expect(204);
    let cadre = "工号,姓名,层级,所属镇街,手机\nV0,沈阿根,村社区,云港街道,13800000001\n";
    office.office.import("cadres", cadre.as_bytes()).expect(200);
    let official = office.staff("v0", "cadre", &[], Some("V0"));
    let cookie = official.headers[0].1.clone();
    let Office { server, folder, .. } = office;
    let data = server.data.clone();
    server.stop();
    let mut database = Connection::open(data.join("shian.db")).unwrap();
    let work = database.transaction().unwrap();
    let mut dice = Dice(obligations as u64);
    let enterprises = obligations / quarters;
    for number in 0..enterprises / 40 + 1 {
        insert(
            &work,
            "INSERT INTO cadre (cadre_no, name, tier, town, changed_by, changed_at) VALUES (?1, ?2, 'village', '云港街道', 'x', ?3) ON CONFLICT DO NOTHING",
            params![format!("V{number}"), dice.syllables(3), AT],
        );
    }
    for number in 0..enterprises {
        let (uscc, name) = (code(number), format!("云溪{}食品店", dice.syllables(4)));
        insert(
            &work,
            "INSERT INTO enterprise_site (uscc, name, founded_on, town, business_scope, risk_grade, level, search_name, initials, changed_by, changed_at)
             VALUES (?1, ?2, '2020-01-01', '云港街道', '食品销售', 'A', 'D', ?2, 'yx', 'x', ?3)",
            params![uscc, name, AT],
        );
        insert(
            &work,
            "INSERT INTO assignment (cadre_no, uscc, starts_on, changed_by, changed_at) VALUES (?1, ?2, '2021-01-01', 'x', ?3)",
            params![format!("V{}", number / 40), uscc, AT],
        );
        for quarter in begin..QUARTERS {
            if dice.roll(100) < visited {
                let (year, month) = (2022 + quarter / 4, quarter % 4 * 3 + 1 + dice.roll(3));
                insert(
                    &work,
                    "INSERT INTO visit (visited_on, cadre_no, uscc, mode, result, changed_by, changed_at) VALUES (?1, ?2, ?3, 'on_site', 'ok', 'x', ?4)",
                    params![
                        format!("{year}-{month:02}-{:02}", 1 + dice.roll(28)),
                        format!("V{}", number / 40),
                        uscc,
                        AT
                    ],
                );
            }
        }
    }
    work.commit().unwrap();
    database
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    (folder, cookie)
}

/// Writes one row. The statement is compiled once, with the triggers that hang on it.
fn insert(database: &Connection, sql: &str, parameters: impl rusqlite::Params) {
    let mut statement = database.prepare_cached(sql).unwrap();
    statement.execute(parameters).unwrap();
}

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

/// One visit after another while a sweep runs; the longest wait.
fn longest_wait(server: &Server, cookie: &str, sweep: impl FnOnce() + Send) -> Duration {
    let official = server.public().with("cookie", cookie);
    std::thread::scope(|scope| {
        let sweep = scope.spawn(sweep);
        let mut longest = Duration::ZERO;
        let mut number = 0;
        while !sweep.is_finished() {
            let visit = serde_json::json!({"uscc": code(number % 20), "visited_on": DAY, "mode": "on_site", "result": "ok", "note": number.to_string()});
            let began = Instant::now();
            official.post("/api/v1/visits", &visit).expect(201);
            longest = longest.max(began.elapsed());
            number += 1;
            std::thread::sleep(Duration::from_millis(20));
        }
        sweep.join().unwrap();
        longest
    })
}

pub fn measure(scale: &Scale) {
    let (folder, cookie) = district(scale.obligations, QUARTERS, VISITED);
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
    let wait = longest_wait(&server, &cookie, || {
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
