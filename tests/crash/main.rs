//! `kill -9` in the middle, and two starting at once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on says so"
)]

mod closing;
mod failing_disk;
mod filings;
mod full_disk;
mod publication;
mod restore;
mod store_files;

use rusqlite::Connection;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::Duration;
use tests::{Office, Options, Place, Scratch, Server, program, rounds, sample};

const CLOCK: &str = "2026-11-22T10:00:00+08:00";

/// What sweep and delivery have written so far.
const DONE: &str = "SELECT (SELECT count(*) FROM breach) + (SELECT count(*) FROM notice_line) + (SELECT count(*) FROM delivery WHERE status <> 'waiting')";

/// A look into the store of a server that runs.
fn watching(data: &std::path::Path) -> Connection {
    let database = Connection::open(data.join("shian.db")).unwrap();
    database.busy_timeout(Duration::from_secs(10)).unwrap();
    database
}

/// Waits until it has come so far, or has ended.
fn wait_until<T>(work: &JoinHandle<T>, is_so_far: impl Fn() -> bool) {
    while !is_so_far() && !work.is_finished() {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// An import whose first rows are in and which goes on.
fn begin_to_import(office: &Office) -> JoinHandle<()> {
    let client = office.office.clone();
    let importing = std::thread::spawn(move || {
        client
            .import("enterprises", &sample("enterprises"))
            .expect(200);
    });
    let store = watching(&office.server.data);
    wait_until(&importing, || {
        count(&store, "SELECT count(*) FROM enterprise") > 0
    });
    importing
}

fn count(database: &Connection, sql: &str) -> i64 {
    database.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// The ledger and what is kept with it, without ids and times.
fn picture(data: &std::path::Path) -> Vec<String> {
    let database = Connection::open(data.join("shian.db")).unwrap();
    assert_eq!(
        database
            .query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0))
            .unwrap(),
        "ok"
    );
    assert_eq!(
        count(
            &database,
            "SELECT count(*) FROM enterprise WHERE uscc NOT IN (SELECT substr(record, 12) FROM audit)"
        ),
        0
    );
    assert_eq!(
        count(&database, "SELECT count(*) FROM enterprise_search"),
        count(&database, "SELECT count(*) FROM enterprise")
    );
    database
        .prepare("SELECT uscc || name || ifnull(town, '') || ifnull(license_no, '') || version FROM enterprise ORDER BY uscc")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

#[test]
fn an_import_that_is_killed_and_done_again_leaves_the_store_as_if_nothing_had_happened() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let quiet = Office::on_disk(CLOCK, &[]);
    quiet
        .office
        .import("enterprises", &sample("enterprises"))
        .expect(200);
    let expected = {
        let data = quiet.server.data.clone();
        quiet.server.stop();
        picture(&data)
    };
    for part in 0..4 {
        let Office {
            server,
            office,
            folder,
        } = Office::on_disk(CLOCK, &[]);
        let importing = std::thread::spawn(move || {
            office
                .try_send(
                    "POST",
                    "/api/v1/enterprises/import",
                    None,
                    sample("enterprises"),
                )
                .map(|reply| reply.status)
        });
        // Before the first row, and with a quarter, a half and three quarters of them in.
        let store = watching(&server.data);
        wait_until(&importing, || {
            count(&store, "SELECT count(*) FROM enterprise") >= part * 750
        });
        server.kill();
        let _ = importing.join().unwrap();
        let variables = [("scheduler_token", tests::SCHEDULER_TOKEN)];
        let server = Server::start_in(
            &folder.0,
            &Options {
                variables: &variables,
                ..Options::default()
            },
        );
        let office = server.public().signed_in("office", tests::PASSWORD);
        let there = office.get("/api/v1/enterprises").expect(200)["total"]
            .as_u64()
            .unwrap();
        let found = office
            .import("enterprises", &sample("enterprises"))
            .expect(200);
        assert_eq!(
            (
                found["unchanged"].as_u64().unwrap(),
                found["created"].as_u64().unwrap()
            ),
            (there, 3000 - there)
        );
        let data = server.data.clone();
        server.stop();
        assert_eq!(picture(&data), expected, "killed with {there} rows in");
    }
}

#[test]
fn what_was_acknowledged_is_there_after_a_kill() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let Office {
        server,
        office,
        folder,
    } = Office::on_disk(CLOCK, &[]);
    let mut acknowledged = Vec::new();
    let count = Arc::new(AtomicUsize::new(0));
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let (client, count) = (office.clone(), count.clone());
            std::thread::spawn(move || {
                let mut named = Vec::new();
                for n in 0.. {
                    let name = format!("token {writer} {n}");
                    let new = serde_json::json!({"name": name, "role": "office", "scopes": ["read"], "expires": "2027-06-30"});
                    let sent = client.try_send("POST", "/api/v1/tokens", Some("application/json"), new.to_string().into_bytes());
                    match sent {
                        Ok(reply) if reply.status == 201 => {
                            named.push(name);
                            count.fetch_add(1, Relaxed);
                        }
                        _ => return named,
                    }
                }
                named
            })
        })
        .collect();
    while count.load(Relaxed) < 100 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let data = server.data.clone();
    server.kill();
    for writer in writers {
        acknowledged.extend(writer.join().unwrap());
    }
    let database = Connection::open(data.join("shian.db")).unwrap();
    for name in &acknowledged {
        let found: i64 = database
            .query_row("SELECT count(*) FROM access_token JOIN audit ON record = 'token/' || access_token.id WHERE name = ?1", [name], |row| row.get(0))
            .unwrap();
        assert_eq!(found, 1, "{name}");
    }
    drop(folder);
}

#[test]
fn two_instances_that_migrate_one_store_at_once_migrate_it_once() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let folder = Scratch::on_disk();
    // No secret is given: both must come to the same ones.
    let starts: Vec<_> = (0..2)
        .map(|_| {
            let folder = folder.0.clone();
            std::thread::spawn(move || {
                Server::open_in(
                    &folder,
                    &Options {
                        migrated: false,
                        ..Options::default()
                    },
                )
            })
        })
        .collect();
    let servers: Vec<Server> = starts
        .into_iter()
        .map(|start| start.join().unwrap())
        .collect();
    let database = Connection::open(servers[0].data.join("shian.db")).unwrap();
    assert_eq!(
        count(&database, "SELECT count(*) FROM migration WHERE NOT done"),
        0
    );
    assert_eq!(count(&database, "SELECT count(*) FROM holiday"), 223);
    for server in &servers {
        assert_eq!(server.public().get("/healthz").status, 200);
    }
    // What one seals the other opens.
    let report = serde_json::json!({"kind": "report", "place": "某处", "happened_on": "2024-01-01", "category": "other", "text": "事情的经过", "anonymous": true});
    let filed = servers[0]
        .public()
        .post("/api/v1/complaints", &report)
        .expect(201);
    let key = serde_json::json!({"code": filed["code"], "passphrase": filed["passphrase"]});
    servers[1]
        .public()
        .post("/api/v1/complaints/status", &key)
        .expect(200);
}

#[test]
fn a_backup_taken_while_rows_go_in_is_whole_and_holds_no_secret() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let office = Office::on_disk(CLOCK, &[]);
    let importing = begin_to_import(&office);
    let target = office.folder.0.join("backup");
    let backup = || {
        Command::new(program())
            .arg("backup")
            .arg(&target)
            .arg("--data")
            .arg(&office.server.data)
            .output()
            .unwrap()
    };
    assert!(backup().status.success());
    assert!(
        !backup().status.success(),
        "a backup never overwrites another"
    );
    importing.join().unwrap();
    let names: Vec<_> = std::fs::read_dir(&target)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["shian.db"]);
    let copy = Connection::open(target.join("shian.db")).unwrap();
    assert_eq!(
        copy.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0))
            .unwrap(),
        "ok"
    );
    assert_eq!(
        count(&copy, "SELECT count(*) FROM enterprise"),
        count(
            &copy,
            "SELECT count(*) FROM audit WHERE record LIKE 'enterprise/%'"
        )
    );
}

/// Papers with their numbers and lines.
fn papers(data: &std::path::Path) -> Vec<String> {
    let database = Connection::open(data.join("shian.db")).unwrap();
    database
        .prepare("SELECT n.kind || ' ' || n.addressee || ' ' || coalesce(n.serial, '-') || ' ' || l.key FROM notice n JOIN notice_line l ON l.notice_id = n.id ORDER BY 1")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

/// Again and again the power goes at another moment of the same morning; the next run makes it the same morning.
#[test]
fn a_sweep_killed_anywhere_leaves_the_same_papers_and_each_message_arrives() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    use std::collections::BTreeSet;
    use tests::receiver::{CannedAnswer, Receiver};
    let receiver = Receiver::new(|_| CannedAnswer::status(200));
    let variables = [
        ("webhook_host", receiver.address.as_str()),
        ("webhook_secret", "s3cret"),
    ];
    let run = |server: &Server, path: &str| {
        let scheduler = server.scheduler();
        let path = path.to_owned();
        std::thread::spawn(move || scheduler.try_send("POST", &path, None, Vec::new()).is_ok())
    };
    let ready = Office::on_disk("2026-10-08T09:00:00+08:00", &variables).with_sample();
    let data = ready.server.data.clone();
    let Office { server, folder, .. } = ready;
    server.stop();
    // What has not come into the file yet stands in its log.
    let files = ["shian.db", "shian.db-wal"].map(|name| data.join(name));
    let before = files.clone().map(|file| std::fs::read(file).ok());
    let open = |clock: &str| tests::reopen(&folder.0, Place::Process, clock, &variables).0;
    let again = || {
        let _ = std::fs::remove_file(data.join("shian.db-shm"));
        for (file, was) in files.iter().zip(&before) {
            match was {
                Some(bytes) => std::fs::write(file, bytes).unwrap(),
                None => drop(std::fs::remove_file(file)),
            }
        }
        receiver.heard();
    };
    // Quiet, for comparison; and how much there is to do.
    let quiet = open("2026-10-08T09:00:00+08:00");
    let store = watching(&data);
    let done_before = count(&store, DONE);
    assert!(run(&quiet, "/internal/sweep").join().unwrap());
    let swept = count(&store, DONE) - done_before;
    assert!(run(&quiet, "/internal/deliver").join().unwrap());
    let whole = count(&store, DONE) - done_before;
    drop(store);
    quiet.stop();
    let expected = papers(&data);
    let messages: BTreeSet<String> = receiver
        .heard()
        .iter()
        .map(|request| request.header("webhook-id"))
        .collect();
    assert!(expected.len() > 300 && messages.len() > 100);
    let (mut cut, mut twice) = (0, 0);
    for moment in 0..rounds() {
        again();
        let office = open("2026-10-08T09:00:00+08:00");
        let sweep = run(&office, "/internal/sweep");
        let store = watching(&data);
        let done = || count(&store, DONE) - done_before;
        wait_until(&sweep, || done() >= swept / 2);
        let deliver = run(&office, "/internal/deliver");
        // In turn within the sweep and within both.
        let within = if moment % 2 == 0 { swept } else { whole };
        let until = within * i64::from(moment) / i64::from(rounds());
        wait_until(&sweep, || done() >= until);
        wait_until(&deliver, || done() >= until);
        drop(store);
        office.kill();
        cut += u32::from(!sweep.join().unwrap() || !deliver.join().unwrap());
        // Later, when claims of the dead have run out.
        let office = open("2026-10-08T09:10:00+08:00");
        assert!(run(&office, "/internal/sweep").join().unwrap());
        assert!(run(&office, "/internal/deliver").join().unwrap());
        office.stop();
        assert_eq!(papers(&data), expected, "cut at {moment}");
        let database = Connection::open(data.join("shian.db")).unwrap();
        let gaps = "SELECT count(*) FROM (SELECT max(serial) - count(serial) AS missing FROM notice WHERE serial IS NOT NULL GROUP BY issuer, kind, year) WHERE missing <> 0";
        assert_eq!(count(&database, gaps), 0);
        let heard: Vec<String> = receiver
            .heard()
            .iter()
            .map(|request| request.header("webhook-id"))
            .collect();
        let ids: BTreeSet<String> = heard.iter().cloned().collect();
        assert_eq!(ids, messages, "cut at {moment}");
        twice += heard.len() - ids.len();
    }
    println!(
        "{cut} of {} were cut off; {twice} messages came twice under their id",
        rounds()
    );
    assert!(cut > 0, "nothing was ever cut off");
}
