//! `kill -9` while the lists are published: readers have the old generation or the new one, and the next run does the rest.

use crate::{count, wait_until, watching};
use serde_json::{Value, json};
use std::process::Command;
use tests::{Client, Office, PASSWORD, Place};

/// What a publication has written so far.
const WRITTEN: &str =
    "SELECT (SELECT count(*) FROM list_log) + (SELECT count(*) FROM list_generation)
    + (SELECT count(*) FROM runtime_key_value WHERE key LIKE 'lists/%')";
const CLOCK: &str = "2026-11-22T10:00:00+08:00";

/// Everything readers get is of one size of the log, and says what the log of that size says. Gives the size and the entries.
fn one_generation(public: &Client) -> (u64, Vec<String>) {
    let head = public.get("/api/v1/lists/log/head").expect(200);
    let size = head["size"].as_u64().unwrap();
    let document = public.get("/api/v1/lists/red.json").expect(200);
    assert_eq!(document["head"], head);
    let mut ids: Vec<String> = document["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    let log = public.get("/api/v1/lists/log").expect(200);
    let standing = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| if line["action"] == "remove" { -1 } else { 1 })
        .sum::<i64>();
    assert_eq!(i64::try_from(ids.len()).unwrap(), standing);
    let listed = public.get("/api/v1/lists/red?limit=200").expect(200);
    assert_eq!(listed["total"], ids.len());
    for path in [
        "/lists/red",
        "/lists/red/feed.atom",
        "/api/v1/lists/red.csv",
    ] {
        let reply = public.get(path);
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        assert_eq!(
            reply.header("shian-list-size"),
            Some(size.to_string().as_str()),
            "{path}"
        );
        // A page and a feed have fifty.
        let found = ids.iter().filter(|id| reply.text().contains(*id)).count();
        assert_eq!(
            found,
            if path.ends_with("csv") {
                ids.len()
            } else {
                ids.len().min(50)
            }
        );
    }
    for id in &ids {
        assert_eq!(public.get(&format!("/lists/entries/{id}")).status, 200);
    }
    (size, ids)
}

/// The sample ledger, a second person, and officers in post, so that many meet the red list's criteria.
fn prepared() -> Office {
    let office = Office::on_disk(CLOCK, &[]);
    office
        .office
        .import("enterprises", &tests::sample("enterprises"))
        .expect(200);
    office.staff("second", "office", &[], None);
    let mut csv = "统一社会信用代码,岗位,姓名,任职日期,考核日期,考核结果\n".to_owned();
    let mut path = "/api/v1/enterprises?limit=200&status=operating".to_owned();
    for _ in 0..3 {
        let list = office.office.get(&path).expect(200);
        let next = list["next"].as_str().unwrap();
        path = format!("/api/v1/enterprises?limit=200&status=operating&cursor={next}");
        for item in list["items"].as_array().unwrap() {
            let uscc = item["uscc"].as_str().unwrap();
            for (post, name) in [("食品安全总监", "甲"), ("食品安全员", "乙")] {
                csv += &format!("{uscc},{post},{name},2024-01-01,2026-06-01,合格\n");
            }
        }
    }
    office.office.import("officers", csv.as_bytes()).expect(200);
    office
}

/// So many more are decided and wait.
fn decide(office: &Office, count: usize) {
    let second = office.server.public().signed_in("second", PASSWORD);
    let red = office
        .office
        .get(&format!(
            "/api/v1/list-cases/suggestions?list=red&limit={count}"
        ))
        .expect(200);
    for item in red["items"].as_array().unwrap() {
        let nomination =
            json!({"uscc": item["uscc"], "list": "red", "ground": "达到红榜的全部标准。"});
        let id = office
            .office
            .post("/api/v1/list-cases", &nomination)
            .expect(201)["id"]
            .clone();
        let path = format!("/api/v1/list-cases/{}/decide", id.as_str().unwrap());
        second
            .post(&path, &json!({"approved": true, "note": "达标"}))
            .expect(200);
    }
}

fn run(office: &Office) -> Value {
    office
        .scheduler()
        .post("/internal/lists", &json!({}))
        .expect(200)
}

fn assert_log_holds(office: &Office) {
    let checked = Command::new(tests::program())
        .arg("verify-log")
        .arg(&office.server.base)
        .output()
        .unwrap();
    assert!(
        checked.status.success(),
        "{}",
        String::from_utf8_lossy(&checked.stderr)
    );
}

#[test]
fn a_publication_that_is_killed_leaves_the_old_generation_or_the_new_one() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let mut office = prepared();
    let mut published = 0;
    // After so much more of log, pages, documents and generation is written; the last one is let end.
    for written in [0, 1, 6, 12, 13, 16, 20, 24, 28, 10_000] {
        decide(&office, 12);
        let Office {
            server,
            office: client,
            folder,
        } = office;
        let store = watching(&server.data);
        let before = count(&store, WRITTEN);
        let publishing = std::thread::spawn(move || {
            let kind = Some("application/x-www-form-urlencoded");
            client
                .try_send("POST", "/lists/cases/publish", kind, Vec::new())
                .map(|reply| reply.status)
        });
        wait_until(&publishing, || count(&store, WRITTEN) >= before + written);
        drop(store);
        server.kill();
        let _ = publishing.join().unwrap();
        let (server, client) = tests::reopen(&folder.0, Place::Process, CLOCK, &[]);
        office = Office {
            server,
            office: client,
            folder,
        };
        let public = office.server.public();
        one_generation(&public);
        run(&office);
        let (size, ids) = one_generation(&public);
        let decided: Value = office
            .office
            .get("/api/v1/list-cases?status=published&limit=1")
            .expect(200);
        assert_eq!(
            decided["total"],
            ids.len(),
            "all whose step is written are public"
        );
        assert!(ids.len() >= published, "{size}");
        published = ids.len();
        assert_eq!(run(&office)["switched"], false);
        assert_log_holds(&office);
    }
    assert!(published > 0, "no publication got so far");
}

#[test]
fn whichever_step_was_the_last_one_the_next_run_does_the_rest() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let mut office = prepared();
    for _ in 0..2 {
        decide(&office, 3);
        office.office.form("/lists/cases/publish", "");
    }
    assert_eq!(one_generation(&office.server.public()).0, 6);
    let back = "DROP TRIGGER IF EXISTS list_current_only_grows; UPDATE list_current SET size = 3;";
    let no_documents = "DELETE FROM runtime_key_value WHERE key LIKE 'lists/_-6/%';";
    let no_pages = "DELETE FROM runtime_key_value WHERE key LIKE 'lists/entry-_/%' AND CAST(substr(key, 15) AS INTEGER) > 3;";
    let no_generation = "DELETE FROM list_generation WHERE size = 6;";
    for undone in [
        format!("{back}{no_documents}{no_pages}{no_generation}"),
        format!("{back}{no_documents}{no_pages}"),
        format!("{back}{no_pages}"),
        back.to_owned(),
    ] {
        let Office { server, folder, .. } = office;
        server.kill();
        let store = rusqlite::Connection::open(folder.0.join("data/shian.db")).unwrap();
        store.execute_batch(&undone).unwrap();
        drop(store);
        let (server, client) = tests::reopen(&folder.0, Place::Process, CLOCK, &[]);
        office = Office {
            server,
            office: client,
            folder,
        };
        let public = office.server.public();
        assert_eq!(one_generation(&public).0, 3, "{undone}");
        assert_eq!(run(&office)["switched"], true, "{undone}");
        assert_eq!(one_generation(&public).0, 6, "{undone}");
        assert_log_holds(&office);
    }
}
