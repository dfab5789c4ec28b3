//! What is sealed stays sealed: moved it does not open, erased it is gone, and stores from before come along.

use crate::complaints::{NEW_KEY, OLD_KEY, everything, file, report, status, unlimited};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};
use tests::Office;

const CLOCK: &str = "2026-11-22T10:00:00+08:00";

fn store(office: &Office) -> Connection {
    let connection = Connection::open(office.server.data.join("shian.db")).unwrap();
    connection.busy_timeout(Duration::from_secs(10)).unwrap();
    connection
}

fn named(name: &str, phone: &str, text: &str) -> Value {
    let mut document = report();
    document["anonymous"] = json!(false);
    document["contact"] = json!({"name": name, "phone": phone});
    document["text"] = json!(text);
    document
}

fn housekeeping(office: &Office) -> Value {
    office
        .scheduler()
        .post("/internal/complaints", &json!({}))
        .expect(200)
}

#[test]
fn what_is_moved_to_another_case_column_or_row_does_not_open() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = unlimited(CLOCK);
    let public = office.server.public();
    let one = file(&public, &named("甲乙丙", "13900000001", "第一件事情"));
    let other = file(&public, &named("丁戊己", "13900000002", "第二件事情"));
    for (key, word) in [(&one, "一"), (&other, "二")] {
        for (verb, order) in [
            ("verify", json!({"note": format!("核查{word}")})),
            ("extend", json!({"note": format!("延长{word}")})),
            ("reply", json!({"text": format!("回复{word}")})),
        ] {
            let path = format!("/api/v1/complaints/{}/{verb}", key.0);
            office.office.post(&path, &order).expect(200);
        }
        for text in ["先说的话", "后说的话"] {
            let said = json!({"code": key.0, "passphrase": key.1, "text": format!("{text}{word}")});
            let path = "/api/v1/complaints/messages";
            public.post(path, &said).expect(200);
        }
    }
    let store = store(&office);
    store
        .execute_batch(
            "DROP TRIGGER complaint_step_is_only_sealed_anew;
             CREATE TABLE kept_case AS SELECT * FROM complaint;
             CREATE TABLE kept_step AS SELECT * FROM complaint_step;
             CREATE TABLE kept_message AS SELECT * FROM complaint_message;",
        )
        .unwrap();
    let put_back = || {
        store
            .execute_batch(
                "UPDATE complaint SET (sealed_key, data_key_id, sealed, sealed_contact, form, passphrase_hash) =
                     (SELECT sealed_key, data_key_id, sealed, sealed_contact, form, passphrase_hash FROM kept_case k WHERE k.id = complaint.id);
                 UPDATE complaint_step SET (sealed, form) = (SELECT sealed, form FROM kept_step k WHERE k.id = complaint_step.id);
                 UPDATE complaint_message SET (complaint_id, sealed, mark, from_office, at) =
                     (SELECT complaint_id, sealed, mark, from_office, at FROM kept_message k WHERE k.id = complaint_message.id);",
            )
            .unwrap();
    };
    let open = |code: &str| office.office.get(&format!("/api/v1/complaints/{code}"));
    let of = |column: &str| format!("(SELECT {column} FROM kept_case WHERE code = '{}')", one.0);
    let mine = format!("(SELECT id FROM complaint WHERE code = '{}')", other.0);
    let at = |code: &str| format!("WHERE code = '{code}'");
    let step = |seq: u8| {
        format!("(SELECT sealed FROM kept_step WHERE complaint_id = {mine} AND seq = {seq})")
    };
    let said = |place: u8| {
        format!(
            "(SELECT sealed FROM kept_message WHERE complaint_id = {mine} AND NOT from_office ORDER BY id LIMIT 1 OFFSET {place})"
        )
    };
    let moves = [
        (
            "a whole case to another",
            format!(
                "UPDATE complaint SET sealed_key = {}, sealed = {}, sealed_contact = {} {}",
                of("sealed_key"),
                of("sealed"),
                of("sealed_contact"),
                at(&other.0)
            ),
        ),
        (
            "a key to another case",
            format!(
                "UPDATE complaint SET sealed_key = {} {}",
                of("sealed_key"),
                at(&other.0)
            ),
        ),
        (
            "a column to another case",
            format!(
                "UPDATE complaint SET sealed = {} {}",
                of("sealed"),
                at(&other.0)
            ),
        ),
        (
            "a column to another of the case",
            format!(
                "UPDATE complaint SET sealed_contact = sealed {}",
                at(&other.0)
            ),
        ),
        (
            "two columns with each other",
            format!(
                "UPDATE complaint SET sealed = sealed_contact, sealed_contact = sealed {}",
                at(&other.0)
            ),
        ),
        (
            "a case said to be of the first form",
            format!("UPDATE complaint SET form = 1 {}", at(&other.0)),
        ),
        (
            "a note to another step",
            format!(
                "UPDATE complaint_step SET sealed = {} WHERE complaint_id = {mine} AND seq = 2",
                step(3)
            ),
        ),
        (
            "a step said to be of the first form",
            format!("UPDATE complaint_step SET form = 1 WHERE complaint_id = {mine} AND seq = 2"),
        ),
        (
            "a message to another",
            format!(
                "UPDATE complaint_message SET sealed = {} WHERE id = (SELECT min(id) FROM kept_message WHERE complaint_id = {mine} AND NOT from_office)",
                said(1)
            ),
        ),
        (
            "a message to the other side",
            format!("UPDATE complaint_message SET from_office = 1 WHERE complaint_id = {mine}"),
        ),
        (
            "a message to another moment",
            format!(
                "UPDATE complaint_message SET at = '2026-11-23T10:00:00+08:00' WHERE complaint_id = {mine}"
            ),
        ),
        (
            "a message to another case",
            format!("UPDATE complaint_message SET complaint_id = {mine}"),
        ),
        (
            "a message said to be of the first form",
            format!("UPDATE complaint_message SET mark = NULL WHERE complaint_id = {mine}"),
        ),
    ];
    open(&other.0).expect(200);
    for (what, sql) in moves {
        let moved = store.execute(&sql, []).unwrap();
        assert!(moved > 0, "{what}");
        assert_eq!(open(&other.0).expect_problem(500), "internal", "{what}");
        put_back();
        open(&other.0).expect(200);
    }
    // A passphrase opens its own case, whatever stands beside another.
    let hash = format!(
        "UPDATE complaint SET passphrase_hash = {} {}",
        of("passphrase_hash"),
        at(&other.0)
    );
    for form in [2, 1] {
        store.execute(&hash, []).unwrap();
        store
            .execute(
                &format!("UPDATE complaint SET form = {form} {}", at(&other.0)),
                [],
            )
            .unwrap();
        let key = json!({"code": other.0, "passphrase": one.1});
        public
            .post("/api/v1/complaints/status", &key)
            .expect_problem(404);
        put_back();
    }
    status(&public, &other);
}

/// As cases were sealed and kept before seals were bound.
struct Before {
    data_key: [u8; 32],
    data_key_id: String,
    session_key: &'static str,
}

const SESSION_KEY: &str = "the session key of this test";

impl Before {
    fn new(data_key: &str) -> Self {
        let id = web::seal::derive_key("data key id", data_key);
        Self {
            data_key: STANDARD.decode(data_key).unwrap().try_into().unwrap(),
            data_key_id: STANDARD.encode(&id[..9]),
            session_key: SESSION_KEY,
        }
    }

    fn passphrase(number: u32) -> String {
        format!("{number:025}")
    }

    fn passphrase_hash(&self, number: u32) -> String {
        use hmac::Mac as _;
        let mut mac =
            hmac::Hmac::<sha2::Sha256>::new_from_slice(self.session_key.as_bytes()).unwrap();
        mac.update(b"passphrase\0");
        mac.update(Self::passphrase(number).as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }

    fn code(number: u32) -> String {
        let letters: String = (0..6)
            .map(|place| char::from(b'A' + u8::try_from(number / 20_u32.pow(place) % 20).unwrap()))
            .map(|letter| {
                if letter >= 'I' {
                    char::from(u8::try_from(letter).unwrap() + 5)
                } else {
                    letter
                }
            })
            .collect();
        format!("JB261120-{letters}")
    }

    /// A case with a note of a step and a message of either side.
    fn file(&self, store: &Connection, number: u32, anonymous: bool) {
        let case_key: [u8; 32] = web::seal::random().unwrap();
        let seal =
            |document: Value| web::seal::seal(&case_key, document.to_string().as_bytes()).unwrap();
        let told = json!({"text": format!("以前的事 {number}"), "place": "菜场", "wants": null, "files": []});
        let contact =
            json!({"name": format!("旧人{number}"), "phone": "13700000000", "address": ""});
        let filed =
            json!({"starts": [["decide", "2026-11-20", "2026-12-11", "x", 0, 0]], "files": []});
        store
            .prepare_cached(
                "INSERT INTO complaint (code, passphrase_hash, kind, category, happened_on, received_on, received_at, channel, anonymous, insider,
                     sealed_key, data_key_id, sealed, sealed_contact, filed, changed_by, changed_at)
                 VALUES (?1, ?2, 'report', 'hygiene', '2026-11-19', '2026-11-20', '2026-11-20T10:00:00+08:00', 'api', ?3, 0, ?4, ?5, ?6, ?7, ?8,
                     'citizen', '2026-11-20T10:00:00+08:00')",
            )
            .unwrap()
            .execute(params![
                Self::code(number),
                self.passphrase_hash(number),
                anonymous,
                web::seal::seal(&self.data_key, &case_key).unwrap(),
                self.data_key_id,
                seal(told),
                (!anonymous).then(|| seal(contact)),
                filed.to_string(),
            ])
            .unwrap();
        let id = store.last_insert_rowid();
        let note = |text: &str| seal(json!({"note": format!("{text} {number}")}));
        store
            .prepare_cached(
                "INSERT INTO complaint_step (complaint_id, seq, move, status, sealed, at, by) VALUES (?1, 2, 'verify', 'verifying', ?2, '2026-11-20T11:00:00+08:00', 'office')",
            )
            .unwrap()
            .execute(params![id, note("旧核查")])
            .unwrap();
        for (from_office, text) in [(1, "旧回复"), (0, "旧留言")] {
            store
                .prepare_cached(
                    "INSERT INTO complaint_message (complaint_id, from_office, sealed, at, by) VALUES (?1, ?2, ?3, '2026-11-20T12:00:00+08:00', 'x')",
                )
                .unwrap()
                .execute(params![id, from_office, note(text)])
                .unwrap();
        }
    }
}

fn says_what_it_said(office: &Office, number: u32) -> Value {
    let path = format!("/api/v1/complaints/{}", Before::code(number));
    let seen = office.office.get(&path).expect(200);
    assert_eq!(seen["text"], format!("以前的事 {number}"));
    assert_eq!(seen["steps"][1]["note"], format!("旧核查 {number}"));
    assert_eq!(seen["messages"][0]["text"], format!("旧回复 {number}"));
    assert_eq!(seen["messages"][1]["text"], format!("旧留言 {number}"));
    let key = (Before::code(number), Before::passphrase(number));
    status(&office.server.public(), &key);
    seen
}

#[test]
fn a_store_from_before_opens_and_is_sealed_anew_also_where_that_is_killed() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    const CASES: u32 = 3_000;
    let old = [
        ("complaint_rate_limit", "0"),
        ("session_key", SESSION_KEY),
        ("data_key", OLD_KEY),
    ];
    let office = Office::at(CLOCK, &old);
    // The first request migrates.
    office.office.get("/api/v1/complaints").expect(200);
    let before = Before::new(OLD_KEY);
    let connection = store(&office);
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    for number in 0..CASES {
        before.file(&connection, number, number % 10 == 0);
    }
    connection.execute_batch("COMMIT").unwrap();
    // What comes in before it is done: on a case of the first form, read at once.
    let public = office.server.public();
    let path = |verb: &str| format!("/api/v1/complaints/{}/{verb}", Before::code(0));
    says_what_it_said(&office, 0);
    says_what_it_said(&office, 1);
    office
        .office
        .post(&path("extend"), &json!({"note": "新的理由"}))
        .expect(200);
    office
        .office
        .post(&path("reply"), &json!({"text": "新的回复"}))
        .expect(200);
    let said = json!({"code": Before::code(0), "passphrase": Before::passphrase(0), "contact": {"name": "新来人", "phone": "13900000003"}});
    public
        .post("/api/v1/complaints/messages", &said)
        .expect(200);
    let seen = says_what_it_said(&office, 0);
    assert_eq!(seen["contact"]["name"], "新来人");
    assert_eq!(seen["steps"][2]["note"], "新的理由");
    assert_eq!(seen["messages"][2]["text"], "新的回复");
    let count = |connection: &Connection, sql: &str| -> u32 {
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    const UNBOUND: &str = "SELECT count(*) FROM complaint WHERE form = 1";
    let left = count(&connection, UNBOUND);
    assert_eq!(left, CASES - 1, "whoever gives a name is sealed anew first");
    // Killed in the middle.
    let scheduler = office.scheduler();
    let run = std::thread::spawn(move || {
        let body = b"{}".to_vec();
        let kind = Some("application/json");
        scheduler
            .try_send("POST", "/internal/complaints", kind, body)
            .is_ok_and(|reply| reply.status == 200)
    });
    while count(&connection, UNBOUND) == left {
        std::thread::sleep(Duration::from_millis(1));
    }
    drop(connection);
    let office = office.on(CLOCK, &old);
    assert!(
        !run.join().unwrap(),
        "the run was over before it was killed"
    );
    let connection = store(&office);
    let left = count(&connection, UNBOUND);
    assert!(left > 0 && left < CASES - 1, "{left}");
    for number in [0, 1, CASES / 2, CASES - 1] {
        says_what_it_said(&office, number);
    }
    let done = housekeeping(&office);
    assert_eq!(
        (&done["resealed"], &done["left"]),
        (&json!(left), &json!(0))
    );
    assert_eq!(housekeeping(&office)["resealed"], 0);
    for (what, sql) in [
        ("cases", UNBOUND),
        (
            "steps",
            "SELECT count(*) FROM complaint_step WHERE form = 1 AND sealed IS NOT NULL",
        ),
        (
            "messages",
            "SELECT count(*) FROM complaint_message WHERE mark IS NULL",
        ),
    ] {
        assert_eq!(count(&connection, sql), 0, "{what}");
    }
    for number in (0..CASES).step_by(311).chain([CASES - 1]) {
        says_what_it_said(&office, number);
    }
    // And on to another data_key, sealed anew by the same job.
    let both = [
        ("complaint_rate_limit", "0"),
        ("session_key", SESSION_KEY),
        ("data_key", NEW_KEY),
        ("data_key_previous", OLD_KEY),
    ];
    let office = office.on(CLOCK, &both);
    let done = housekeeping(&office);
    assert_eq!(
        (&done["resealed"], &done["left"]),
        (&json!(CASES), &json!(0))
    );
    let new = [both[0], both[1], both[2]];
    let office = office.on(CLOCK, &new);
    says_what_it_said(&office, 7);
}

/// Which of these, of eight bytes or more each, stand in some file; every byte of each file is looked at once.
fn stand(folder: &Path, parts: &[Vec<u8>]) -> Vec<bool> {
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

/// How many of these sealed keys stand in some file, were it a third of one.
fn found(folder: &Path, keys: &[Vec<u8>]) -> usize {
    let thirds: Vec<Vec<u8>> = keys
        .iter()
        .flat_map(|key| key.chunks_exact(24).map(<[u8]>::to_vec))
        .collect();
    assert_eq!(thirds.len(), 3 * keys.len());
    let stand = stand(folder, &thirds);
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

fn backup(office: &Office, name: &str) -> std::path::PathBuf {
    let target = office.folder.0.join(name);
    let made = std::process::Command::new(tests::program())
        .arg("backup")
        .arg(&target)
        .arg("--data")
        .arg(&office.server.data)
        .status()
        .unwrap();
    assert!(made.success());
    target
}

#[test]
fn who_is_erased_can_be_read_from_nothing_that_is_left() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    const PERSONS: usize = 30;
    const DAY_ONE: &str = "2026-03-02T10:00:00+08:00";
    let variables = [("complaint_rate_limit", "0"), ("data_key", OLD_KEY)];
    let office = Office::at(DAY_ONE, &variables);
    let public = office.server.public();
    let name = |person: usize| format!("被抹去的人{person:02}");
    let phone = |person: usize| format!("1385550{person:04}");
    // Every second of them stays; of all sizes, so that pages are split, joined and given up.
    let mut keys = Vec::new();
    for person in 0..2 * PERSONS {
        let text = "后厨很脏。".repeat(1 + person * person % 900);
        let mut document = named(&name(person), &phone(person), &text);
        document["happened_on"] = json!("2026-03-01");
        let key = file(&public, &document);
        let said = json!({"code": key.0, "passphrase": key.1, "text": "还有一句"});
        public
            .post("/api/v1/complaints/messages", &said)
            .expect(200);
        keys.push(key);
    }
    let erased = |person: usize| person.is_multiple_of(2);
    for (person, key) in keys.iter().enumerate() {
        if erased(person) {
            for (verb, order) in [
                ("decide", json!({"filed": false, "note": "查无实据"})),
                ("inform", json!({"note": "已告知"})),
                ("close", json!({"note": "办结"})),
            ] {
                let path = format!("/api/v1/complaints/{}/{verb}", key.0);
                office.office.post(&path, &order).expect(200);
            }
        }
    }
    let retention = json!({"value": 30, "valid_from": "2026-01-01"});
    let policy = "/api/v1/policy/complaint_retention_days";
    office.office.put(policy, &retention).expect(204);
    // The way by which they could be read: sealed keys from wherever they are found, and what the audit keeps.
    let connection = store(&office);
    let sealed = |code: &str| -> (Vec<u8>, String) {
        connection
            .query_row(
                "SELECT sealed_key, data_key_id FROM complaint WHERE code = ?1",
                [code],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap()
    };
    let from_the_audit = |code: &str, sealed_key: &[u8], data_key_id: &str| -> Option<String> {
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
    };
    let mut gone = Vec::new();
    let mut live = Vec::new();
    for (person, (code, _)) in keys.iter().enumerate() {
        let (key, id) = sealed(code);
        let read = from_the_audit(code, &key, &id).unwrap();
        assert!(read.contains(&name(person)) && read.contains(&phone(person)));
        match erased(person) {
            true => gone.push(key),
            false => live.push(key),
        }
    }
    assert_eq!(found(&office.server.data, &gone), PERSONS);
    drop(connection);
    let office = office.on("2026-05-01T03:30:00+08:00", &variables);
    assert_eq!(housekeeping(&office)["erased"], PERSONS);
    wait_for_an_empty_log(&office);
    let copy = backup(&office, "after");
    for folder in [&office.server.data, &copy] {
        assert_eq!(found(folder, &gone), 0, "{}", folder.display());
        assert_eq!(found(folder, &live), PERSONS, "{}", folder.display());
    }
    let said: Vec<Vec<u8>> = (0..2 * PERSONS)
        .flat_map(|person| [name(person).into_bytes(), phone(person).into_bytes()])
        .collect();
    let stand = stand(&office.folder.0, &said);
    assert!(!stand.contains(&true), "{stand:?}");
}
