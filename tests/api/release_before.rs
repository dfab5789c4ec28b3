//! A store that the release before has made opens, migrates, and answers as it did there.

mod allowed;
mod shown;

use flate2::read::GzDecoder;
use serde_json::Value;
use std::io::Read as _;
use std::path::PathBuf;
use tests::{Client, PASSWORD, Place, Scratch};

/// Made by `make.js` beside it.
fn fixture(file: &str) -> PathBuf {
    tests::root()
        .join("tests/fixtures/release-before")
        .join(file)
}

pub fn document(file: &str) -> Value {
    serde_json::from_slice(&std::fs::read(fixture(file)).unwrap()).unwrap()
}

/// What was asked, and what the release before answered.
struct Answer {
    status: u16,
    path: String,
    body: String,
}

fn answers(who: &str) -> Vec<Answer> {
    let text = std::fs::read_to_string(fixture(&format!("answers/{who}.txt"))).unwrap();
    let sections = format!("\n{text}");
    let sections = sections.split("\n=== ").skip(1).map(|section| {
        let (head, body) = section.split_once('\n').unwrap();
        let (status, path) = head.split_once(' ').unwrap();
        Answer {
            status: status.parse().unwrap(),
            path: path.to_owned(),
            body: body.trim_end().to_owned(),
        }
    });
    sections.collect()
}

/// The fixture's store and secrets in a folder of their own.
pub fn lay_out_store() -> Scratch {
    let folder = Scratch::new();
    let data = folder.0.join("data");
    std::fs::create_dir_all(&data).unwrap();
    let mut statements = String::new();
    GzDecoder::new(std::fs::File::open(fixture("store.sql.gz")).unwrap())
        .read_to_string(&mut statements)
        .unwrap();
    let store = rusqlite::Connection::open(data.join("shian.db")).unwrap();
    store.execute_batch(&statements).unwrap();
    store.close().unwrap();
    std::fs::copy(fixture("secrets.toml"), folder.0.join("secrets.toml")).unwrap();
    folder
}

#[test]
fn a_store_of_the_release_before_answers_as_it_did_there() {
    // It is laid out as the embedded store.
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let folder = lay_out_store();
    let office = document("office.json");
    let (clock, issuer) = (
        office["ASKED_AT"].as_str().unwrap(),
        office["ISSUER"].as_str().unwrap(),
    );
    let (server, office) = tests::reopen(&folder.0, Place::Here, clock, &[("issuer", issuer)]);
    let public = server.public();
    let people = ["office", "town", "station", "cadre", "chair", "nobody"].map(|who| {
        let client = match who {
            "office" => office.clone(),
            "nobody" => public.clone(),
            _ => public.signed_in(who, PASSWORD),
        };
        (who, client)
    });
    let mut differences = String::new();
    for (who, client) in &people {
        for answer in answers(who) {
            if let Some(difference) = difference(client, &answer) {
                differences += &format!("{who} {}\n{difference}", answer.path);
            }
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

/// How the answer of today differs, apart from what [`allowed`] names.
fn difference(client: &Client, before: &Answer) -> Option<String> {
    let mut reply = client.get(&before.path);
    let moved = allowed::new_address(&before.path);
    if let Some(moved) = &moved {
        let said = reply.header("location");
        if reply.status != 301 || said != Some(moved) {
            return Some(format!(
                "  {} {said:?}, not moved to {moved}\n",
                reply.status
            ));
        }
        reply = client.get(moved);
    }
    let status = (reply.status != before.status)
        .then(|| format!("  status {} → {}\n", before.status, reply.status));
    let now = shown::visible_text(&reply);
    let parsed = |text: &str| serde_json::from_str::<Value>(text).ok();
    let differs = match (parsed(&before.body), parsed(&now)) {
        (Some(mut before_parsed), Some(mut now)) => {
            allowed::leave_out_new(&before.path, &mut before_parsed, &mut now);
            let before = before_parsed;
            let mut all = Vec::new();
            compare_members("", &before, &now, &mut all);
            all.concat()
        }
        _ if now == before.body => String::new(),
        _ => allowed::page_differences(moved.as_ref().unwrap_or(&before.path), &before.body, &now),
    };
    let all = status.unwrap_or_default() + &differs;
    (!all.is_empty()).then_some(all)
}

/// Where two documents differ, by path.
fn compare_members(path: &str, before: &Value, now: &Value, all: &mut Vec<String>) {
    match (before, now) {
        (Value::Object(was), Value::Object(is)) => {
            for (name, was) in was {
                let path = format!("{path}.{name}");
                match is.get(name) {
                    Some(is) => compare_members(&path, was, is, all),
                    None => all.push(format!("  - {path}: {was}\n")),
                }
            }
            let new = |name: &str| !was.contains_key(name) && !allowed::may_have_member(path, name);
            for (name, is) in is.iter().filter(|(name, _)| new(name)) {
                all.push(format!("  + {path}.{name}: {is}\n"));
            }
        }
        (Value::Array(was), Value::Array(is)) if was.len() == is.len() => {
            for (at, (was, is)) in was.iter().zip(is).enumerate() {
                compare_members(&format!("{path}[{at}]"), was, is, all);
            }
        }
        _ if before == now || (before.is_number() && before.as_f64() == now.as_f64()) => {}
        _ if allowed::may_say_otherwise(path, now) => {}
        _ => all.push(format!("  {path}: {before} → {now}\n")),
    }
}
