//! What is sealed stays sealed: moved it does not open, erased it is gone, and stores of the first form come along.

mod erasure;
mod resealing;

use crate::complaints::{file_complaint, report, status, unlimited};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::time::Duration;
use tests::{Client, Office};

const CLOCK: &str = "2026-11-22T10:00:00+08:00";

fn store(office: &Office) -> Connection {
    let connection = Connection::open(office.server.data.join("shian.db")).unwrap();
    connection.busy_timeout(Duration::from_secs(10)).unwrap();
    connection
}

/// A report with a name.
fn named_report(name: &str, phone: &str, text: &str) -> Value {
    let mut document = report();
    document["anonymous"] = json!(false);
    document["contact"] = json!({"name": name, "phone": phone});
    document["text"] = json!(text);
    document
}

/// Number and passphrase of a case.
type CaseKey = (String, String);

/// A case with two steps, a reply and two messages; `word` stands in each of them.
fn file_with_notes(office: &Office, document: &Value, word: &str) -> CaseKey {
    let public = office.server.public();
    let key = file_complaint(&public, document);
    for (verb, order) in [
        ("verify", json!({"note": format!("核查{word}")})),
        ("extend", json!({"note": format!("延长{word}")})),
        ("reply", json!({"text": format!("回复{word}")})),
    ] {
        let path = format!("/api/v1/complaints/{}/{verb}", key.0);
        office.office.post(&path, &order).expect(200);
    }
    for text in ["先说的话", "后说的话"] {
        let message = json!({"code": key.0, "passphrase": key.1, "text": format!("{text}{word}")});
        public
            .post("/api/v1/complaints/messages", &message)
            .expect(200);
    }
    key
}

/// A store in which somebody moves seals about, and puts them back.
struct Tampered {
    store: Connection,
    /// The number of the case that seals are taken from.
    from: String,
    /// The number of the case that they are put into.
    into: String,
}

impl Tampered {
    fn begin(office: &Office, from: &CaseKey, into: &CaseKey) -> Self {
        let store = store(office);
        store
            .execute_batch(
                "DROP TRIGGER complaint_step_is_only_sealed_anew;
                 CREATE TABLE kept_case AS SELECT * FROM complaint;
                 CREATE TABLE kept_step AS SELECT * FROM complaint_step;
                 CREATE TABLE kept_message AS SELECT * FROM complaint_message;",
            )
            .unwrap();
        Self {
            store,
            from: from.0.clone(),
            into: into.0.clone(),
        }
    }

    fn put_back(&self) {
        self.store
            .execute_batch(
                "UPDATE complaint SET (sealed_key, data_key_id, sealed, sealed_contact, form, passphrase_hash) =
                     (SELECT sealed_key, data_key_id, sealed, sealed_contact, form, passphrase_hash FROM kept_case k WHERE k.id = complaint.id);
                 UPDATE complaint_step SET (sealed, form) = (SELECT sealed, form FROM kept_step k WHERE k.id = complaint_step.id);
                 UPDATE complaint_message SET (complaint_id, sealed, mark, from_office, at) =
                     (SELECT complaint_id, sealed, mark, from_office, at FROM kept_message k WHERE k.id = complaint_message.id);",
            )
            .unwrap();
    }

    /// A column of the case that seals are taken from.
    fn taken(&self, column: &str) -> String {
        let from = &self.from;
        format!("(SELECT {column} FROM kept_case WHERE code = '{from}')")
    }

    fn set_case(&self, assignments: &str) -> String {
        let into = &self.into;
        format!("UPDATE complaint SET {assignments} WHERE code = '{into}'")
    }

    fn moves_of_columns(&self) -> Vec<(&'static str, String)> {
        let (key, sealed, contact) = (
            self.taken("sealed_key"),
            self.taken("sealed"),
            self.taken("sealed_contact"),
        );
        let whole = format!("sealed_key = {key}, sealed = {sealed}, sealed_contact = {contact}");
        [
            ("a whole case to another", whole),
            ("a key to another case", format!("sealed_key = {key}")),
            ("a column to another case", format!("sealed = {sealed}")),
            (
                "a column to another of the case",
                "sealed_contact = sealed".to_owned(),
            ),
            (
                "two columns with each other",
                "sealed = sealed_contact, sealed_contact = sealed".to_owned(),
            ),
            ("a case said to be of the first form", "form = 1".to_owned()),
        ]
        .into_iter()
        .map(|(what, assignments)| (what, self.set_case(&assignments)))
        .collect()
    }

    fn moves_of_steps_and_messages(&self) -> Vec<(&'static str, String)> {
        let id = format!("(SELECT id FROM complaint WHERE code = '{}')", self.into);
        let step = format!("WHERE complaint_id = {id} AND seq = 2");
        let other_note =
            format!("(SELECT sealed FROM kept_step WHERE complaint_id = {id} AND seq = 3)");
        let of_citizen = format!("FROM kept_message WHERE complaint_id = {id} AND NOT from_office");
        let second = format!("(SELECT sealed {of_citizen} ORDER BY id LIMIT 1 OFFSET 1)");
        let first = format!("WHERE id = (SELECT min(id) {of_citizen})");
        let all = format!("WHERE complaint_id = {id}");
        vec![
            (
                "a note to another step",
                format!("UPDATE complaint_step SET sealed = {other_note} {step}"),
            ),
            (
                "a step said to be of the first form",
                format!("UPDATE complaint_step SET form = 1 {step}"),
            ),
            (
                "a message to another",
                format!("UPDATE complaint_message SET sealed = {second} {first}"),
            ),
            (
                "a message to the other side",
                format!("UPDATE complaint_message SET from_office = 1 {all}"),
            ),
            (
                "a message to another moment",
                format!("UPDATE complaint_message SET at = '2026-11-23T10:00:00+08:00' {all}"),
            ),
            (
                "a message to another case",
                format!("UPDATE complaint_message SET complaint_id = {id}"),
            ),
            (
                "a message said to be of the first form",
                format!("UPDATE complaint_message SET mark = NULL {all}"),
            ),
        ]
    }
}

#[test]
fn what_is_moved_to_another_case_column_or_row_does_not_open() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = unlimited(CLOCK);
    let from = named_report("甲乙丙", "13900000001", "第一件事情");
    let from = file_with_notes(&office, &from, "一");
    let into = named_report("丁戊己", "13900000002", "第二件事情");
    let into = file_with_notes(&office, &into, "二");
    let tampered = Tampered::begin(&office, &from, &into);
    let open = || office.office.get(&format!("/api/v1/complaints/{}", into.0));
    open().expect(200);
    let moves = [
        tampered.moves_of_columns(),
        tampered.moves_of_steps_and_messages(),
    ];
    for (what, sql) in moves.concat() {
        let moved = tampered.store.execute(&sql, []).unwrap();
        assert!(moved > 0, "{what}");
        assert_eq!(open().expect_problem(500), "internal", "{what}");
        tampered.put_back();
        open().expect(200);
    }
    a_passphrase_opens_its_own_case(&tampered, &office.server.public(), &from, &into);
}

/// Whatever stands beside another case.
fn a_passphrase_opens_its_own_case(
    tampered: &Tampered,
    public: &Client,
    from: &CaseKey,
    into: &CaseKey,
) {
    let hash = tampered.taken("passphrase_hash");
    for form in [2, 1] {
        let sql = tampered.set_case(&format!("passphrase_hash = {hash}, form = {form}"));
        tampered.store.execute(&sql, []).unwrap();
        let key = json!({"code": into.0, "passphrase": from.1});
        public
            .post("/api/v1/complaints/status", &key)
            .expect_problem(404);
        tampered.put_back();
    }
    status(public, into);
}
