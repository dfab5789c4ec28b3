//! Instances of two releases on one store: the release before goes on writing while this one migrates, sweeps, files and edits.
//! Of the release before stand here the statements that it sends; its program is not kept.

use crate::complaints::complaint;
use crate::release_before::{document, lay_out_store};
use rusqlite::{Connection, ErrorCode};
use serde_json::json;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use store::migrations::{FILES, File};
use tests::{Client, Place, Reply, Server};

/// Two businesses of the fixture.
const EDITED_BY_BOTH: &str = "91330503MYYG3CWJ94";
const EDITED_BY_THIS: &str = "91330503MYYMYQH439";

/// Rounds of this release.
const ROUNDS: u64 = 12;

/// The first file of this release: what stands before it, a store of the release before has.
const THIS_RELEASE: &str = "0122";

/// A row of a roster, as the register of the release before writes it.
const WRITE: &str = "INSERT INTO enterprise_site (uscc, name, town, search_name, initials, search_rules, phone, changed_by, changed_at)
    VALUES (?1, ?2, '云港街道', ?2, 'x', 1, ?3, 'release-before', '2026-11-23T09:00:00+08:00')
    ON CONFLICT (uscc) DO UPDATE SET name = excluded.name, search_name = excluded.search_name, phone = excluded.phone,
        version = enterprise_site.version + 1, changed_by = excluded.changed_by, changed_at = excluded.changed_at
    WHERE (enterprise_site.name, enterprise_site.phone) IS NOT (excluded.name, excluded.phone) RETURNING version = 1 AS created";

/// An edit by hand there.
const EDIT: &str = "UPDATE enterprise_site SET phone = ?2, version = version + 1, changed_by = 'release-before', changed_at = '2026-11-23T09:00:00+08:00'
    WHERE uscc = ?1 AND version = (SELECT version FROM enterprise_site WHERE uscc = ?1) RETURNING 1";

fn open(data: &Path) -> Connection {
    let store = Connection::open(data.join("shian.db")).unwrap();
    store.busy_timeout(Duration::from_secs(60)).unwrap();
    store
}

fn texts(store: &Connection, sql: &str) -> Vec<String> {
    let mut statement = store.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn code(round: u64) -> String {
    format!("91330503MYOLD{round:05}")
}

/// Sends a statement, and again where the schema changed while it was being prepared, which executes nothing: the full-text search is
/// then opened on a schema that is gone a moment later, or the table of the ledger has gone and its view is not there yet. In the release
/// before that is a 500 for whoever asked in that moment.
fn send(store: &Connection, sql: &str, parameters: impl rusqlite::Params + Clone) {
    let of_a_moment = |error: &rusqlite::Error| {
        error.sqlite_error_code() == Some(ErrorCode::SchemaChanged)
            || error
                .to_string()
                .starts_with("no such table: main.enterprise")
    };
    loop {
        match store.query_row(sql, parameters.clone(), |_| Ok(())) {
            Err(error) if of_a_moment(&error) => {}
            done => return done.unwrap(),
        }
    }
}

/// Brings a store to where the release before had it.
fn as_the_release_before_left_it(data: &Path) {
    let store = open(data);
    let done = texts(&store, "SELECT id FROM migration WHERE done");
    let file_before = |file: &&File| file.name < THIS_RELEASE;
    for file in FILES.iter().filter(file_before) {
        if file
            .entries
            .iter()
            .all(|entry| done.iter().any(|id| id == entry))
        {
            continue;
        }
        for sql in file.statements {
            match store.prepare(sql) {
                Err(error) if error.to_string().contains("duplicate column name") => {}
                statement => {
                    let mut statement = statement.unwrap();
                    let mut rows = statement.query([]).unwrap();
                    while rows.next().unwrap().is_some() {}
                }
            }
        }
        for entry in file.entries {
            let mark = "INSERT INTO migration (id, claimed_by, claimed_until, done) VALUES (?1, 'release-before', 0, 1)";
            store.execute(mark, [entry]).unwrap();
        }
    }
}

/// What the release before does until it is told to stop, each statement a transaction as there. It fails the test where the store
/// refuses one.
fn release_before(data: &Path, rounds: &AtomicU64, ended: &AtomicBool) {
    let store = open(data);
    while !ended.load(Relaxed) {
        let round = rounds.load(Relaxed);
        let phone = format!("138{round:08}");
        for name in ["旧版食品店", "旧版食品商店"] {
            let named = format!("{name}{round}");
            send(&store, WRITE, [&code(round), &named, &phone]);
        }
        send(&store, EDIT, [EDITED_BY_BOTH, &phone]);
        // Its sweep reads the views that hold at the moment.
        let views = "SELECT view FROM deadline_view WHERE view IS NOT NULL";
        for view in texts(&store, views) {
            let stated = format!("SELECT count(*) FROM \"{view}\" WHERE due_on <= '2026-11-22'");
            send(&store, &stated, []);
        }
        for view in ["enterprise_ledger", "enterprise_licensing", "caller_seated"] {
            send(&store, &format!("SELECT count(*) FROM {view}"), []);
        }
        rounds.fetch_add(1, Relaxed);
    }
}

/// Ends the release before, also where this one fails.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// Whether an answer is one, or says that it is to be asked again.
fn answered(what: &str, reply: &Reply) -> bool {
    assert!(
        matches!(reply.status, 200..=204 | 409 | 503),
        "{what}: {} {}",
        reply.status,
        reply.text()
    );
    reply.status < 400
}

fn edit(office: &Client, uscc: &str, address: &str) -> bool {
    let path = format!("/api/v1/enterprises/{uscc}");
    let known = office.get(&path);
    if !answered(&path, &known) {
        return false;
    }
    let change = json!({"version": known.json()["version"], "address": address});
    answered(&path, &office.patch(&path, &change))
}

/// Sweeps, files and edits; how many filings and edits went in.
fn this_release(server: &Server, office: &Client) -> (u64, u64) {
    let (mut filings, mut edits) = (0, 0);
    for round in 0..ROUNDS {
        answered(
            "sweep",
            &server.scheduler().post("/internal/sweep", &json!({})),
        );
        filings += u64::from(answered(
            "filing",
            &server
                .public()
                .post("/api/v1/complaints", &complaint(EDITED_BY_THIS)),
        ));
        for uscc in [EDITED_BY_BOTH, EDITED_BY_THIS] {
            edits += u64::from(edit(office, uscc, &format!("新版地址{round}号")));
        }
    }
    (filings, edits)
}

/// The fixture opened by this release.
fn opened(folder: &Path) -> (Server, Client) {
    let office = document("office.json");
    let clock = office["ASKED_AT"].as_str().unwrap();
    let issuer = office["ISSUER"].as_str().unwrap();
    // One address files all complaints here.
    let variables = [("issuer", issuer), ("complaint_rate_limit", "0")];
    tests::reopen(folder, Place::Here, clock, &variables)
}

const OPEN_BREACHES: &str = "SELECT key FROM breach WHERE closed_on IS NULL ORDER BY key";

#[test]
fn while_the_release_before_writes_this_one_migrates_sweeps_files_and_edits() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    // What is open where nobody writes beside it.
    let alone = lay_out_store();
    let (server, _) = opened(&alone.0);
    server
        .scheduler()
        .post("/internal/sweep", &json!({}))
        .expect(200);
    let expected = texts(&open(&server.data), OPEN_BREACHES);
    assert!(!expected.is_empty());
    server.stop();

    let folder = lay_out_store();
    let data = folder.0.join("data");
    as_the_release_before_left_it(&data);
    let (rounds, ended) = (AtomicU64::new(0), AtomicBool::new(false));
    let (filings, edits) = std::thread::scope(|scope| {
        let before = scope.spawn(|| release_before(&data, &rounds, &ended));
        let ends = Ends(&ended);
        // It writes before the first statement of a migration, and goes on after the last.
        let goes_on = |until: u64| {
            while rounds.load(Relaxed) < until && !before.is_finished() {
                std::thread::yield_now();
            }
        };
        goes_on(2);
        let (server, office) = opened(&folder.0);
        let done = this_release(&server, &office);
        goes_on(rounds.load(Relaxed) + 2);
        drop(ends);
        before.join().unwrap();
        server.stop();
        done
    });
    assert!(
        filings > 0 && edits >= ROUNDS,
        "{filings} filings, {edits} edits"
    );

    let store = open(&data);
    let held = "SELECT view FROM deadline_view WHERE matter = 'reassignment_enterprise'";
    assert_eq!(texts(&store, held), ["reassignment_on_change_term"]);
    let written = rounds.load(Relaxed);
    let seen =
        "SELECT CAST(count(*) AS TEXT) FROM enterprise_ledger WHERE name GLOB '旧版食品商店*'";
    assert_eq!(texts(&store, seen), [written.to_string()]);
    for round in 0..written {
        let names = "SELECT after ->> '$.name' FROM audit WHERE record = 'enterprise/' || ?1 GROUP BY 1 ORDER BY min(id)";
        let mut told = store.prepare(names).unwrap();
        let told: Vec<String> = told
            .query_map([code(round)], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(
            told,
            [format!("旧版食品店{round}"), format!("旧版食品商店{round}")]
        );
        let phone = format!("138{round:08}");
        let told: i64 = store
            .query_row(
                "SELECT count(*) FROM audit WHERE record = 'enterprise/' || ?1 AND after ->> '$.phone' = ?2 AND before ->> '$.phone' <> ?2",
                [EDITED_BY_BOTH, &phone],
                |row| row.get(0),
            )
            .unwrap();
        assert!(told > 0, "{phone}");
    }
    let of_this = format!(
        "SELECT count(*) FROM audit WHERE record IN ('enterprise/{EDITED_BY_BOTH}', 'enterprise/{EDITED_BY_THIS}') AND actor = 'office' AND action = 'changed' AND after ->> '$.address' GLOB '新版地址*' AND before ->> '$.address' IS NOT after ->> '$.address'"
    );
    let told: i64 = store.query_row(&of_this, [], |row| row.get(0)).unwrap();
    assert_eq!(told, i64::try_from(edits).unwrap());
    assert_eq!(texts(&store, OPEN_BREACHES), expected);
}
