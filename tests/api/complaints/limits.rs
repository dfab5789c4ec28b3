//! What holds floods and guessers back, and files the same request once.

use super::{file_complaint, report, status, unlimited};
use serde_json::{Value, json};
use tests::Office;

#[test]
fn wrong_passphrases_slow_down_and_tell_nothing() {
    let office = unlimited("2026-11-22T10:00:00+08:00");
    let public = office.server.public();
    let key = file_complaint(&public, &report());
    // Full width, without spaces, with dashes: as people type it.
    let typed: String = key
        .1
        .replace(' ', "-")
        .chars()
        .map(|c| char::from_u32(c as u32 + if c.is_ascii_digit() { 0xfee0 } else { 0 }).unwrap())
        .collect();
    status(&public, &(key.0.to_lowercase(), typed));
    let tried = |code: &str| {
        let wrong = json!({"code": code, "passphrase": "11111 22222 33333 44444 55555"});
        let reply = public.post("/api/v1/complaints/status", &wrong);
        (reply.status, reply.text())
    };
    let known = tried(&key.0);
    let unknown = tried("JB261122-AAAAAA");
    assert_eq!(known, unknown);
    assert_eq!(known.0, 404);
    let mut last = 0;
    for _ in 0..8 {
        last = tried(&key.0).0;
    }
    assert_eq!(last, 429);
    // Now the right one has to wait as well, and the page says so.
    let right = json!({"code": key.0, "passphrase": key.1});
    let reply = public.post("/api/v1/complaints/status", &right);
    assert_eq!(reply.expect_problem(429), "too_many_requests");
    assert!(reply.header("retry-after").is_some());
}

#[test]
fn the_same_request_files_once_and_another_body_under_its_key_is_refused() {
    let office = unlimited("2026-11-22T10:00:00+08:00");
    let public = office.server.public().with("idempotency-key", "k-1");
    let first = public.post("/api/v1/complaints", &report()).expect(201);
    assert_eq!(
        public.post("/api/v1/complaints", &report()).expect(201),
        first
    );
    let mut other = report();
    other["text"] = json!("另外一件事情");
    assert_eq!(
        public
            .post("/api/v1/complaints", &other)
            .expect_problem(422),
        "idempotency_key_reused"
    );
    let clients: Vec<_> = (0..16)
        .map(|_| {
            let client = office.server.public().with("idempotency-key", "k-2");
            std::thread::spawn(move || client.post("/api/v1/complaints", &report()).expect(201))
        })
        .collect();
    let answers: Vec<Value> = clients
        .into_iter()
        .map(|client| client.join().unwrap())
        .collect();
    assert!(
        answers
            .iter()
            .all(|answer| answer["code"] == answers[0]["code"]
                && answer["passphrase"] == answers[0]["passphrase"])
    );
    let code = answers[0]["code"].as_str().unwrap().to_owned();
    let passphrase = answers[0]["passphrase"].as_str().unwrap().to_owned();
    status(&office.server.public(), &(code, passphrase));
    assert_eq!(
        office.office.get("/api/v1/complaints").expect(200)["total"],
        2
    );
}

#[test]
fn the_fourth_filing_of_an_hour_works_or_waits_and_the_limit_ends_it() {
    let office = Office::at(
        "2026-11-22T10:00:00+08:00",
        &[("complaint_rate_limit", "5")],
    );
    let public = office.server.public();
    for _ in 0..3 {
        file_complaint(&public, &report());
    }
    let slow = public.post("/api/v1/complaints", &report());
    assert_eq!(slow.expect_problem(429), "slow_down");
    assert!(slow.header("retry-after").is_some());
    let work = &slow.json()["current"]["proof_of_work"];
    let challenge = work["challenge"].as_str().unwrap();
    let bits = u32::try_from(work["bits"].as_u64().unwrap()).unwrap();
    let proof = (0_u64..)
        .find(|n| {
            use sha2::Digest as _;
            let hash = sha2::Sha256::digest(format!("{challenge}:{n}"));
            u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]).leading_zeros() >= bits
        })
        .unwrap();
    let proven = public.with("proof-of-work", &proof.to_string());
    file_complaint(&proven, &report());
    // The same proof is good for one.
    assert_eq!(
        proven
            .post("/api/v1/complaints", &report())
            .expect_problem(429),
        "slow_down"
    );
    // Without one, a wait does.
    let office = office.on(
        "2026-11-22T10:10:00+08:00",
        &[("complaint_rate_limit", "5")],
    );
    let public = office.server.public();
    file_complaint(&public, &report());
    assert_eq!(
        public
            .post("/api/v1/complaints", &report())
            .expect_problem(429),
        "too_many_requests"
    );
    // An hour later all is forgotten.
    let office = office.on(
        "2026-11-22T11:20:00+08:00",
        &[("complaint_rate_limit", "5")],
    );
    let swept = office
        .scheduler()
        .post("/internal/complaints", &json!({}))
        .expect(200);
    assert_eq!(swept["filings"], 5);
    file_complaint(&office.server.public(), &report());
}
