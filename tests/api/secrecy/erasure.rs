//! Whoever has the data key and everything that is left still reads nothing of who was erased.

use super::{CaseKey, named_report, store};
use crate::complaints::{OLD_KEY, back_up, everything, file_complaint, run_housekeeping};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::Connection;
use serde_json::json;
use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};
use tests::Office;

/// Which of these texts, of eight bytes or more each, stand in some file. Every byte of each file is looked at once.
fn which_stand(folder: &Path, parts: &[Vec<u8>]) -> Vec<bool> {
    let mut by_start: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (at, part) in parts.iter().enumerate() {
        by_start.entry(&part[..8]).or_default().push(at);
    }
    let mut stand = vec![false; parts.len()];
    for (_, bytes) in everything(folder) {
        for (place, start) in bytes.windows(8).enumerate() {
            for at in by_start.get(start).into_iter().flatten() {
                stand[*at] |= bytes[place..].starts_with(&parts[*at]);
            }
        }
    }
    stand
}

/// How many of these sealed keys stand in some file, or a third of them.
fn count_keys_left(folder: &Path, keys: &[Vec<u8>]) -> usize {
    let thirds: Vec<Vec<u8>> = keys
        .iter()
        .flat_map(|key| key.chunks_exact(24).map(<[u8]>::to_vec))
        .collect();
    assert_eq!(thirds.len(), 3 * keys.len());
    let stand = which_stand(folder, &thirds);
    stand
        .chunks(3)
        .filter(|thirds| thirds.contains(&true))
        .count()
}

/// Waits until the log beside the file is empty, as it is soon after the last write.
fn wait_for_an_empty_log(office: &Office) {
    let log = office.server.data.join("shian.db-wal");
    let began = Instant::now();
    while std::fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        assert!(began.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(20));
    }
}

const PERSONS: usize = 30;
const DAY_ONE: &str = "2026-03-02T10:00:00+08:00";

fn name(person: usize) -> String {
    format!("被抹去的人{person:02}")
}

fn phone(person: usize) -> String {
    format!("1385550{person:04}")
}

/// Every second person is erased.
fn is_erased(person: usize) -> bool {
    person.is_multiple_of(2)
}

/// Files a report of each person and closes those of whom will be erased. The reports are of all sizes, so that pages of the
/// store are split, joined and given up.
fn file_reports(office: &Office) -> Vec<CaseKey> {
    let public = office.server.public();
    let mut keys = Vec::new();
    for person in 0..2 * PERSONS {
        let text = "后厨很脏。".repeat(1 + person * person % 900);
        let mut document = named_report(&name(person), &phone(person), &text);
        document["happened_on"] = json!("2026-03-01");
        let key = file_complaint(&public, &document);
        let message = json!({"code": key.0, "passphrase": key.1, "text": "还有一句"});
        public
            .post("/api/v1/complaints/messages", &message)
            .expect(200);
        keys.push(key);
    }
    for (_, key) in keys
        .iter()
        .enumerate()
        .filter(|(person, _)| is_erased(*person))
    {
        for (verb, order) in [
            ("decide", json!({"filed": false, "note": "查无实据"})),
            ("inform", json!({"note": "已告知"})),
            ("close", json!({"note": "办结"})),
        ] {
            let path = format!("/api/v1/complaints/{}/{verb}", key.0);
            office.office.post(&path, &order).expect(200);
        }
    }
    keys
}

/// The sealed key of a case, and the id of the data key that it is sealed under.
fn sealed_key(connection: &Connection, code: &str) -> (Vec<u8>, String) {
    connection
        .query_row(
            "SELECT sealed_key, data_key_id FROM complaint WHERE code = ?1",
            [code],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap()
}

/// Who filed the case, read from the audit by whoever finds its sealed key and has the data key.
fn read_from_the_audit(
    connection: &Connection,
    code: &str,
    (sealed_key, data_key_id): &(Vec<u8>, String),
) -> Option<String> {
    let data_key: [u8; 32] = STANDARD.decode(OLD_KEY).unwrap().try_into().unwrap();
    let place = json!([code, "complaint.sealed_key", data_key_id]).to_string();
    let key = web::seal::open_at(&data_key, place.as_bytes(), sealed_key)?;
    let (hex,): (String,) = connection
        .query_row(
            "SELECT after ->> '$.sealed_contact' FROM audit WHERE record = 'complaint/' || ?1 AND action = 'created'",
            [code],
            |row| Ok((row.get(0)?,)),
        )
        .unwrap();
    let contact: Vec<u8> = (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect();
    let place = json!([code, "complaint.sealed_contact", 2]).to_string();
    let plain = web::seal::open_at(&key.try_into().unwrap(), place.as_bytes(), &contact)?;
    String::from_utf8(plain).ok()
}

#[test]
fn who_is_erased_can_be_read_from_nothing_that_is_left() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let variables = [("complaint_rate_limit", "0"), ("data_key", OLD_KEY)];
    let office = Office::at(DAY_ONE, &variables);
    let keys = file_reports(&office);
    let retention = json!({"value": 30, "valid_from": "2026-01-01"});
    let policy = "/api/v1/policy/complaint_retention_days";
    office.office.put(policy, &retention).expect(204);
    let connection = store(&office);
    let (mut gone, mut live) = (Vec::new(), Vec::new());
    for (person, (code, _)) in keys.iter().enumerate() {
        let sealed = sealed_key(&connection, code);
        let contact = read_from_the_audit(&connection, code, &sealed).unwrap();
        assert!(contact.contains(&name(person)) && contact.contains(&phone(person)));
        match is_erased(person) {
            true => gone.push(sealed.0),
            false => live.push(sealed.0),
        }
    }
    assert_eq!(count_keys_left(&office.server.data, &gone), PERSONS);
    drop(connection);
    let office = office.on("2026-05-01T03:30:00+08:00", &variables);
    assert_eq!(run_housekeeping(&office)["erased"], PERSONS);
    wait_for_an_empty_log(&office);
    let copy = back_up(&office, "after");
    for folder in [&office.server.data, &copy] {
        let left = |keys: &[Vec<u8>]| count_keys_left(folder, keys);
        assert_eq!(
            (left(&gone), left(&live)),
            (0, PERSONS),
            "{}",
            folder.display()
        );
    }
    let written: Vec<Vec<u8>> = (0..2 * PERSONS)
        .flat_map(|person| [name(person).into_bytes(), phone(person).into_bytes()])
        .collect();
    let stand = which_stand(&office.folder.0, &written);
    assert!(!stand.contains(&true), "{stand:?}");
}
