//! Cases of the first form open, and are sealed anew by housekeeping.

use super::{CLOCK, store};
use crate::complaints::{NEW_KEY, OLD_KEY, run_housekeeping, status};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use std::time::Duration;
use tests::Office;

/// Cases as they were sealed in the first form, when seals were bound to nothing.
struct FirstForm {
    data_key: [u8; 32],
    data_key_id: String,
    session_key: &'static str,
}

const SESSION_KEY: &str = "the session key of this test";

impl FirstForm {
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
    fn insert_case(&self, store: &Connection, number: u32, anonymous: bool) {
        let case_key: [u8; 32] = web::seal::random().unwrap();
        let id = self.insert_complaint(store, &case_key, number, anonymous);
        let note = |text: &str| {
            let note = json!({"note": format!("{text} {number}")});
            web::seal::seal(&case_key, note.to_string().as_bytes()).unwrap()
        };
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

    /// The row of the case, and its id.
    fn insert_complaint(
        &self,
        store: &Connection,
        case_key: &[u8; 32],
        number: u32,
        anonymous: bool,
    ) -> i64 {
        let seal =
            |document: Value| web::seal::seal(case_key, document.to_string().as_bytes()).unwrap();
        let statement = json!({"text": format!("以前的事 {number}"), "place": "菜场", "wants": null, "files": []});
        let contact =
            json!({"name": format!("旧人{number}"), "phone": "13700000000", "address": ""});
        let first_events =
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
                web::seal::seal(&self.data_key, case_key).unwrap(),
                self.data_key_id,
                seal(statement),
                (!anonymous).then(|| seal(contact)),
                first_events.to_string(),
            ])
            .unwrap();
        store.last_insert_rowid()
    }
}

/// The case says what it said in the first form.
fn assert_case(office: &Office, number: u32) -> Value {
    let path = format!("/api/v1/complaints/{}", FirstForm::code(number));
    let seen = office.office.get(&path).expect(200);
    assert_eq!(seen["text"], format!("以前的事 {number}"));
    assert_eq!(seen["steps"][1]["note"], format!("旧核查 {number}"));
    assert_eq!(seen["messages"][0]["text"], format!("旧回复 {number}"));
    assert_eq!(seen["messages"][1]["text"], format!("旧留言 {number}"));
    let key = (FirstForm::code(number), FirstForm::passphrase(number));
    status(&office.server.public(), &key);
    seen
}

const CASES: u32 = 3_000;

/// How many cases, steps and messages are in the first form.
const UNBOUND_CASES: &str = "SELECT count(*) FROM complaint WHERE form = 1";
const UNBOUND_STEPS: &str =
    "SELECT count(*) FROM complaint_step WHERE form = 1 AND sealed IS NOT NULL";
const UNBOUND_MESSAGES: &str = "SELECT count(*) FROM complaint_message WHERE mark IS NULL";

fn count(connection: &Connection, sql: &str) -> u32 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_store_of_the_first_form_opens_and_is_sealed_anew_also_where_that_is_killed() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let old = [
        ("complaint_rate_limit", "0"),
        ("session_key", SESSION_KEY),
        ("data_key", OLD_KEY),
    ];
    let office = Office::at(CLOCK, &old);
    // The first request migrates.
    office.office.get("/api/v1/complaints").expect(200);
    let first_form = FirstForm::new(OLD_KEY);
    let connection = store(&office);
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    for number in 0..CASES {
        first_form.insert_case(&connection, number, number % 10 == 0);
    }
    connection.execute_batch("COMMIT").unwrap();
    handle_a_case_of_the_first_form(&office);
    let left = count(&connection, UNBOUND_CASES);
    assert_eq!(left, CASES - 1, "whoever gives a name is sealed anew first");
    let office = kill_housekeeping_in_the_middle(office, connection, &old);
    finish_sealing(&office);
    // And on to another data_key, sealed anew by the same job.
    let both = [
        ("complaint_rate_limit", "0"),
        ("session_key", SESSION_KEY),
        ("data_key", NEW_KEY),
        ("data_key_previous", OLD_KEY),
    ];
    let office = office.on(CLOCK, &both);
    let done = run_housekeeping(&office);
    assert_eq!(
        (&done["resealed"], &done["left"]),
        (&json!(CASES), &json!(0))
    );
    let new = [both[0], both[1], both[2]];
    let office = office.on(CLOCK, &new);
    assert_case(&office, 7);
}

/// What comes in before the case is sealed anew is read at once.
fn handle_a_case_of_the_first_form(office: &Office) {
    assert_case(office, 0);
    assert_case(office, 1);
    let order = |verb: &str, order: Value| {
        let path = format!("/api/v1/complaints/{}/{verb}", FirstForm::code(0));
        office.office.post(&path, &order).expect(200);
    };
    order("extend", json!({"note": "新的理由"}));
    order("reply", json!({"text": "新的回复"}));
    let message = json!({"code": FirstForm::code(0), "passphrase": FirstForm::passphrase(0), "contact": {"name": "新来人", "phone": "13900000003"}});
    office
        .server
        .public()
        .post("/api/v1/complaints/messages", &message)
        .expect(200);
    let case = assert_case(office, 0);
    assert_eq!(case["contact"]["name"], "新来人");
    assert_eq!(case["steps"][2]["note"], "新的理由");
    assert_eq!(case["messages"][2]["text"], "新的回复");
}

/// The office as it is once housekeeping was killed while it sealed.
fn kill_housekeeping_in_the_middle(
    office: Office,
    connection: Connection,
    variables: &[(&str, &str)],
) -> Office {
    let left = count(&connection, UNBOUND_CASES);
    let scheduler = office.scheduler();
    let run = std::thread::spawn(move || {
        let body = b"{}".to_vec();
        let kind = Some("application/json");
        scheduler
            .try_send("POST", "/internal/complaints", kind, body)
            .is_ok_and(|reply| reply.status == 200)
    });
    while count(&connection, UNBOUND_CASES) == left {
        std::thread::sleep(Duration::from_millis(1));
    }
    drop(connection);
    let office = office.on(CLOCK, variables);
    assert!(
        !run.join().unwrap(),
        "the run was over before it was killed"
    );
    office
}

/// Every case opens, sealed anew or not; the next run seals the rest.
fn finish_sealing(office: &Office) {
    let connection = store(office);
    let left = count(&connection, UNBOUND_CASES);
    assert!(left > 0 && left < CASES - 1, "{left}");
    for number in [0, 1, CASES / 2, CASES - 1] {
        assert_case(office, number);
    }
    let done = run_housekeeping(office);
    assert_eq!(
        (&done["resealed"], &done["left"]),
        (&json!(left), &json!(0))
    );
    assert_eq!(run_housekeeping(office)["resealed"], 0);
    for sql in [UNBOUND_CASES, UNBOUND_STEPS, UNBOUND_MESSAGES] {
        assert_eq!(count(&connection, sql), 0, "{sql}");
    }
    for number in (0..CASES).step_by(311).chain([CASES - 1]) {
        assert_case(office, number);
    }
}
