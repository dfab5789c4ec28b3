//! All documents that are read at one moment are of one generation.

use super::{make_spotless, move_case, nominate, office_with_penalty};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tests::Client;

/// The documents of one list; the last is a search, which has some of the entries only.
const PATHS: [&str; 6] = [
    "/lists/red",
    "/lists/red/feed.atom",
    "/api/v1/lists/red.csv",
    "/api/v1/lists/red.json",
    "/api/v1/lists/red?limit=200",
    "/lists/red?sector=&town=&q=%E5%85%AC",
];

/// What a document said: the size of its generation, its path, and the entries that stood in it.
type Reading = (u64, String, Vec<String>);

/// Reads each document once. The generations of later answers are no older than those before.
fn read_all(public: &Client, ids: &[String], readings: &mut Vec<Reading>) {
    let mut newest = 0;
    for path in PATHS {
        let reply = public.get(path);
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        let size: u64 = reply.header("shian-list-size").unwrap().parse().unwrap();
        assert!(size >= newest, "{path}: {size} after {newest}");
        newest = size;
        let text = reply.text();
        assert_of_generation(path, size, &text);
        if !path.contains("q=") {
            let there = ids.iter().filter(|id| text.contains(id.as_str()));
            let mut there: Vec<String> = there.cloned().collect();
            there.sort();
            readings.push((size, path.to_owned(), there));
        }
    }
    let head = public.get("/api/v1/lists/log/head").expect(200);
    let log = public.get("/api/v1/lists/log").expect(200);
    let size = head["size"].as_u64().unwrap();
    assert!(size >= newest);
    assert!(log["items"].as_array().unwrap().len() as u64 >= size);
}

/// What a document says of its own generation is what its header says.
fn assert_of_generation(path: &str, size: u64, text: &str) {
    if path.ends_with(".json") {
        let document: Value = serde_json::from_str(text).unwrap();
        assert_eq!(document["head"]["size"], size);
        assert_eq!(
            document["total"],
            document["items"].as_array().unwrap().len()
        );
    }
    if path.ends_with(".atom") {
        assert!(text.contains(&format!("size=\"{size}\"")), "{text}");
    }
}

#[test]
fn nobody_reads_two_generations_in_one() {
    let (office, second) = office_with_penalty();
    let good = make_spotless(&office);
    let approve = json!({"approved": true, "note": "达标"});
    let decided = good.iter().take(12).map(|uscc| {
        let id = nominate(&office.office, uscc, "red");
        move_case(&second, &id, "decide", approve.clone()).expect(200);
        id
    });
    let ids: Vec<String> = decided.collect();
    let done = AtomicBool::new(false);
    let public = office.server.public();
    let mut readings: Vec<Reading> = std::thread::scope(|scope| {
        let read_until_done = || {
            let mut readings = Vec::new();
            while !done.load(Relaxed) {
                read_all(&public, &ids, &mut readings);
            }
            read_all(&public, &ids, &mut readings);
            readings
        };
        let readers: Vec<_> = (0..4).map(|_| scope.spawn(read_until_done)).collect();
        for id in &ids {
            move_case(&office.office, id, "publish", json!({})).expect(200);
        }
        for id in ids.iter().take(4) {
            move_case(&office.office, id, "withdraw", json!({"note": "撤回"})).expect(200);
        }
        done.store(true, Relaxed);
        let readings = readers.into_iter().map(|reader| reader.join().unwrap());
        readings.flatten().collect()
    });
    readings.sort();
    let sizes: BTreeSet<u64> = readings.iter().map(|(size, ..)| *size).collect();
    assert!(sizes.len() > 3, "the readers saw {sizes:?} only");
    for pair in readings.windows(2) {
        let [(size, path, entries), (next_size, next_path, next_entries)] = pair else {
            unreachable!("a window of two");
        };
        if size == next_size {
            assert_eq!(entries, next_entries, "{path} and {next_path} of {size}");
        }
    }
    let (size, _, entries) = readings.last().unwrap();
    assert_eq!((*size, entries.len()), (16, 8));
}
