//! What may be filed, and what each field needs.

use super::{SECRETS, complaint, file_complaint, report, unlimited};
use serde_json::{Value, json};
use tests::Client;

const CLOCK: &str = "2026-11-22T10:00:00+08:00";

/// A complaint about a place, with some fields changed.
fn complaint_with(changes: &[(&str, Value)]) -> Value {
    let mut document = complaint("");
    document["place"] = json!("人民路菜场东门");
    for (name, value) in changes {
        document[*name] = value.clone();
    }
    document
}

/// The fields that are wrong, in the order of their names. What people wrote is not said again.
fn wrong_fields(public: &Client, document: &Value) -> String {
    let problem = public.post("/api/v1/complaints", document).expect(422);
    let text = problem.to_string();
    assert!(
        SECRETS.iter().all(|secret| !text.contains(secret)),
        "{text}"
    );
    let mut fields: Vec<&str> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["field"].as_str().unwrap())
        .collect();
    fields.sort_unstable();
    fields.join(" ")
}

#[test]
fn only_a_report_may_be_anonymous_and_each_field_says_what_it_needs() {
    let office = unlimited(CLOCK);
    let public = office.server.public();
    file_complaint(&public, &complaint_with(&[]));
    let unreachable = json!({"name": SECRETS[0], "phone": "12"});
    for (field, value, wrong) in [
        ("anonymous", json!(true), "anonymous"),
        ("wants", json!(null), "wants"),
        ("contact", json!(null), "address name phone"),
        ("contact", unreachable, "address phone"),
        ("kind", json!("letter"), "kind"),
        ("category", json!("x"), "category"),
        ("happened_on", json!("2026-11-23"), "happened_on"),
        ("happened_on", json!("不记得"), "happened_on"),
        ("place", json!(""), "place"),
        ("town", json!("纽约"), "town"),
        ("uscc", json!("91330503MYYG3CWJ95"), "uscc"),
        ("text", json!("坏"), "text"),
        ("text", json!("面".repeat(5001)), "text"),
        ("insider", json!(true), "insider"),
    ] {
        let document = complaint_with(&[(field, value)]);
        assert_eq!(wrong_fields(&public, &document), wrong, "{document}");
    }
    let surprising = json!({"kind": "report", "surprise": 1});
    assert_eq!(wrong_fields(&public, &surprising), "surprise");
}

#[test]
fn a_body_that_is_no_json_or_too_large_is_refused() {
    let office = unlimited(CLOCK);
    let public = office.server.public();
    let send = |kind: &str, body: &[u8]| {
        public.send("POST", "/api/v1/complaints", Some(kind), body.to_vec())
    };
    send("application/json", b"{").expect_problem(400);
    send("text/plain", b"x").expect_problem(415);
    let large = send("application/json", &vec![b' '; 200 << 10]);
    assert_eq!(large.expect_problem(413), "too_large");
}

#[test]
fn whoever_wants_to_be_anonymous_is_and_may_give_a_name_later() {
    let office = unlimited(CLOCK);
    let public = office.server.public();
    let contact = json!({"name": SECRETS[0], "phone": SECRETS[1]});
    let mut document = report();
    document["contact"] = contact.clone();
    let key = file_complaint(&public, &document);
    let seen = office
        .office
        .get(&format!("/api/v1/complaints/{}", key.0))
        .expect(200);
    assert_eq!(
        (&seen["contact"], &seen["anonymous"]),
        (&Value::Null, &json!(true))
    );
    let later = json!({"code": key.0, "passphrase": key.1, "contact": contact});
    let give_name = || public.post("/api/v1/complaints/messages", &later);
    assert_eq!(give_name().expect(200)["anonymous"], false);
    assert_eq!(give_name().expect_problem(409), "named_already");
}
