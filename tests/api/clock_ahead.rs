//! A machine whose clock was years ahead for a while, and was put right: nothing from then keeps anybody out, or lets anybody in.

use serde_json::json;
use tests::{DAY, Office};

const AHEAD: &str = "2036-11-22T10:00:00+08:00";

#[test]
fn a_key_that_was_used_while_the_clock_was_ahead_is_free_again() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = Office::new().on(AHEAD, &[]);
    let post = |office: &Office, account: &str| {
        let new = json!({"account": account, "name": "x", "role": "chair"});
        let client = office.office.with("idempotency-key", "7a1e");
        client.post("/api/v1/staff", &new)
    };
    post(&office, "a1").expect(201);
    let office = office.on(DAY, &[]);
    post(&office, "a2").expect(201);
    // A claim that nobody answered.
    let store = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    let ahead = "UPDATE idempotency SET answer = NULL, claimed_until = '2036-11-22T10:10:00+08:00'";
    store.execute(ahead, []).unwrap();
    post(&office, "a3").expect(201);
}

#[test]
fn a_session_begun_while_the_clock_was_ahead_is_over() {
    let office = Office::new().on(AHEAD, &[]);
    let headers = office.office.headers.clone();
    office.office.get("/api/v1/session").expect(200);
    let office = office.on(DAY, &[]);
    let mut before = office.server.public();
    before.headers = headers;
    before.get("/api/v1/session").expect_problem(401);
    office.office.get("/api/v1/session").expect(200);
}
