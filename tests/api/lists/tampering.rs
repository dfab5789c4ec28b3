//! `shian verify-log` finds what somebody who can write the store has altered.

use super::{AFTER_THE_TERM, make_spotless, move_case, nominate, open_store, publish_black_entry};
use rusqlite::Connection;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tests::{Client, Office, PASSWORD, Place};

/// Runs `shian verify-log` on the site, against the head that was saved.
fn verify(office: &Office, since: Option<&Path>) -> Output {
    let mut command = Command::new(tests::program());
    command.arg("verify-log").arg(&office.server.base);
    if let Some(since) = since {
        command.arg("--since").arg(since);
    }
    command.output().unwrap()
}

#[track_caller]
fn assert_found(office: &Office, since: &Path, said: &str) {
    let outcome = verify(office, Some(since));
    let text = String::from_utf8_lossy(&outcome.stderr).into_owned();
    assert!(
        !outcome.status.success() && text.contains(said),
        "{said}: {text}"
    );
}

/// Statements at the store's file while nobody is at it: whoever can write the file is not held by its triggers.
fn tamper(office: Office, statements: &str) -> Office {
    let Office {
        server,
        office: client,
        folder,
    } = office;
    drop(client);
    let place = server.place();
    server.kill();
    let store = Connection::open(folder.0.join("data/shian.db")).unwrap();
    for name in [
        "list_log_is_never_changed",
        "list_log_is_never_deleted",
        "list_entry_content_is_never_changed",
        "list_entry_is_never_deleted",
        "list_current_only_grows",
    ] {
        store
            .execute_batch(&format!("DROP TRIGGER IF EXISTS {name}"))
            .unwrap();
    }
    store.execute_batch("PRAGMA foreign_keys = off").unwrap();
    store.execute_batch(statements).unwrap();
    drop(store);
    let (server, client) = tests::reopen(&folder.0, place, AFTER_THE_TERM, &[]);
    Office {
        server,
        office: client,
        folder,
    }
}

/// Puts the copied files of the store back.
fn restore(office: Office, kept: &Path) -> Office {
    let Office { server, folder, .. } = office;
    let place = server.place();
    server.kill();
    for name in ["shian.db", "shian.db-wal"] {
        let _ = std::fs::remove_file(folder.0.join("data").join(name));
        if kept.join(name).exists() {
            std::fs::copy(kept.join(name), folder.0.join("data").join(name)).unwrap();
        }
    }
    let (server, client) = tests::reopen(&folder.0, place, AFTER_THE_TERM, &[]);
    Office {
        server,
        office: client,
        folder,
    }
}

/// Publishes a business on the red list, and gives the id of its case.
fn publish_red(office: &Office, second: &Client, uscc: &str) -> String {
    let id = nominate(&office.office, uscc, "red");
    let approve = json!({"approved": true, "note": "达标"});
    move_case(second, &id, "decide", approve).expect(200);
    move_case(&office.office, &id, "publish", json!({})).expect(200);
    id
}

/// A site with one black entry and two red ones, and the head of its log, as somebody saved it.
struct SavedSite {
    office: Office,
    second: Client,
    /// The businesses that the red list may take.
    spotless: Vec<String>,
    /// The file with the head.
    head: PathBuf,
}

impl SavedSite {
    fn publish() -> Self {
        let (office, _, _) = publish_black_entry();
        let office = office.in_a_process(AFTER_THE_TERM, &[]);
        let second = office.server.public().signed_in("second", PASSWORD);
        let good = make_spotless(&office);
        for uscc in good.iter().take(2) {
            publish_red(&office, &second, uscc);
        }
        let first = verify(&office, None);
        assert_verified(&first);
        let head = office.folder.0.join("head.json");
        std::fs::write(&head, &first.stdout).unwrap();
        Self {
            office,
            second,
            spotless: good,
            head,
        }
    }
}

fn assert_verified(outcome: &Output) {
    let said = String::from_utf8_lossy(&outcome.stderr);
    assert!(outcome.status.success(), "{said}");
}

/// Copies the store's files, and gives the folder of the copies.
fn copy_store(office: &Office) -> PathBuf {
    let copy = office.folder.0.join("kept");
    std::fs::create_dir_all(&copy).unwrap();
    let data = office.folder.0.join("data");
    open_store(office)
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    for name in ["shian.db", "shian.db-wal"] {
        if data.join(name).exists() {
            std::fs::copy(data.join(name), copy.join(name)).unwrap();
        }
    }
    copy
}

#[test]
fn every_line_of_the_log_can_be_proved_and_what_comes_after_is_no_alteration() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let site = SavedSite::publish();
    let office = &site.office;
    let public = office.server.public();
    let head: transparency::Head =
        serde_json::from_slice(&std::fs::read(&site.head).unwrap()).unwrap();
    for seq in 1..=head.size {
        let path = format!("/api/v1/lists/log/proof?seq={seq}&size={}", head.size);
        let proof = public.get(&path).expect(200);
        let item: transparency::Item = serde_json::from_value(proof["item"].clone()).unwrap();
        let hashes: Vec<String> = serde_json::from_value(proof["proof"].clone()).unwrap();
        transparency::check_proof(&item, &hashes, &head).unwrap();
    }
    public
        .get("/api/v1/lists/log/proof?seq=9")
        .expect_problem(422);
    let id = publish_red(office, &site.second, &site.spotless[2]);
    move_case(&office.office, &id, "withdraw", json!({"note": "重复"})).expect(200);
    assert_verified(&verify(office, Some(&site.head)));
}

/// Makes the documents anew and signs them anew with the program's own key: nothing but the head that somebody saved tells.
const ANEW: &str = "UPDATE list_generation SET documents = NULL; DELETE FROM list_current; DELETE FROM list_generation;";

/// Statements of somebody who can write the store, each with what is then said.
const ALTERATIONS: [(&str, &str); 10] = [
    (
        "UPDATE list_entry SET content = json_set(content, '$.ground', '小问题') WHERE seq = 1;",
        "has been altered",
    ),
    (
        "UPDATE list_entry SET content = json_set(content, '$.until', '2026-12-01') WHERE seq = 1;",
        "has been altered",
    ),
    ("DELETE FROM list_entry WHERE seq = 1;", "has been dropped"),
    (
        "UPDATE list_entry SET gone_seq = 2 WHERE seq = 1;",
        "has been dropped",
    ),
    (
        "UPDATE list_log SET leaf = (SELECT leaf FROM list_log WHERE seq = 2) WHERE seq = 1;",
        "altered or dropped",
    ),
    (
        "UPDATE list_log SET at = '2026-01-01T00:00:00+08:00' WHERE seq = 2;",
        "altered or dropped",
    ),
    (
        "UPDATE list_log SET action = 'change' WHERE seq = 2;",
        "altered or dropped",
    ),
    (
        "DELETE FROM list_entry WHERE seq = 1; DELETE FROM list_log WHERE seq = 1;",
        "is missing",
    ),
    (
        "DELETE FROM list_entry WHERE seq >= 2; DELETE FROM list_log WHERE seq >= 2;",
        "dropped",
    ),
    (
        "DELETE FROM list_entry; DELETE FROM list_log; UPDATE list_case SET until_on = NULL;",
        "dropped",
    ),
];

#[test]
fn what_is_changed_or_dropped_behind_our_back_is_found() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let site = SavedSite::publish();
    let head = site.head;
    // A later line, so that the saved head is not the newest.
    let id = publish_red(&site.office, &site.second, &site.spotless[2]);
    move_case(
        &site.office.office,
        &id,
        "withdraw",
        json!({"note": "重复"}),
    )
    .expect(200);
    let copy = copy_store(&site.office);
    let mut office = site.office;
    for (statements, said) in ALTERATIONS {
        office = tamper(office, &format!("{statements}{ANEW}"));
        assert_found(&office, &head, said);
        office = restore(office, &copy);
    }
    let alter_page = "UPDATE runtime_key_value SET value = CAST(replace(CAST(value AS TEXT), '受到较重的行政处罚。', '表现良好。') AS BLOB) WHERE key LIKE 'lists/entry-%';";
    office = tamper(office, alter_page);
    assert_found(&office, &head, "does not say what the log says");
    office = restore(office, &copy);
    assert_verified(&verify(&office, Some(&head)));
    assert_found(&with_another_key(office), &head, "another key");
}

/// The same site, whose log is signed with another key from now on.
fn with_another_key(office: Office) -> Office {
    let Office { server, folder, .. } = office;
    server.kill();
    let store = Connection::open(folder.0.join("data/shian.db")).unwrap();
    let forget_key = "DELETE FROM store_key WHERE name = 'log_signing_key';";
    store
        .execute_batch(&format!(
            "DROP TRIGGER list_current_only_grows; {ANEW} {forget_key}"
        ))
        .unwrap();
    drop(store);
    let key = [("log_signing_key", "another key to sign with")];
    let (server, client) = tests::reopen(&folder.0, Place::Process, AFTER_THE_TERM, &key);
    Office {
        server,
        office: client,
        folder,
    }
}
