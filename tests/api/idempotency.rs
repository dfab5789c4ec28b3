//! `Idempotency-Key`.

use serde_json::json;
use tests::Office;

#[test]
fn the_same_key_and_body_get_the_first_answer_again_and_another_body_is_refused() {
    let office = Office::served();
    let client = office.office.with("idempotency-key", "7a1e");
    let new = json!({"account": "a1", "name": "x", "role": "chair"});
    let first = client.post("/api/v1/staff", &new).expect(201);
    let again = client.post("/api/v1/staff", &new).expect(201);
    assert_eq!(first, again);
    let other = json!({"account": "a2", "name": "x", "role": "chair"});
    assert_eq!(
        client.post("/api/v1/staff", &other).expect_problem(422),
        "idempotency_key_reused"
    );
    // Without the key it is a request of its own.
    office
        .office
        .post("/api/v1/staff", &new)
        .expect_problem(409);
    // A key is one caller's.
    let second = office.staff("second", "office", &[], None);
    second
        .with("idempotency-key", "7a1e")
        .post("/api/v1/staff", &new)
        .expect_problem(409);
}

#[test]
fn of_many_at_once_with_one_key_one_does_it() {
    let office = Office::served();
    let client = office.office.with("idempotency-key", "at once");
    let tries: Vec<_> = (0..6)
        .map(|_| {
            let client = client.clone();
            let new = json!({"name": "feed", "role": "office", "scopes": ["read"], "expires": "2027-01-01"});
            std::thread::spawn(move || client.post("/api/v1/tokens", &new).status)
        })
        .collect();
    let statuses: Vec<u16> = tries.into_iter().map(|one| one.join().unwrap()).collect();
    assert!(
        statuses.contains(&201) && statuses.iter().all(|status| matches!(status, 201 | 409)),
        "{statuses:?}"
    );
    assert_eq!(office.office.get("/api/v1/tokens").expect(200)["total"], 1);
}

#[test]
fn neither_the_key_nor_the_answer_stands_in_the_store() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = Office::served();
    let client = office.office.with("idempotency-key", "a-key-to-look-for");
    let made = client
        .post(
            "/api/v1/staff",
            &json!({"account": "a1", "name": "x", "role": "chair"}),
        )
        .expect(201);
    let data = office.server.data.clone();
    let Office { server, folder, .. } = office;
    server.stop();
    let bytes = std::fs::read(data.join("shian.db")).unwrap();
    for secret in [
        "a-key-to-look-for",
        made["initial_password"].as_str().unwrap(),
    ] {
        assert!(
            !bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes())
        );
    }
    drop(folder);
}

fn kept(office: &Office) -> i64 {
    let store = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    store
        .query_row("SELECT count(*) FROM idempotency", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn the_publics_keys_are_kept_only_where_something_was_filed() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = Office::with(&[("complaint_rate_limit", "0")]);
    let public = office.server.public();
    let keyed = |key: &str| public.with("idempotency-key", key);
    // What only asks, what signs in, and what was refused.
    for n in 0..5 {
        let client = keyed(&format!("asked-{n}"));
        client
            .post(
                "/api/v1/license-outreach/check",
                &json!({"scope": "糕点制造"}),
            )
            .expect(200);
        client.post(
            "/api/v1/session",
            &json!({"account": "nobody", "password": "x"}),
        );
        client.post(
            "/api/v1/complaints/status",
            &json!({"code": "JB261122-AAAAAA", "passphrase": "x"}),
        );
        client
            .post("/api/v1/sampling", &json!({"food": ""}))
            .expect_problem(422);
        client
            .post("/internal/sweep", &json!({}))
            .expect_problem(401);
        client.post("/api/v1/staff", &json!({})).expect_problem(401);
    }
    assert_eq!(kept(&office), 0);
    let proposal = json!({"food": "菜场的活虾"});
    for _ in 0..2 {
        keyed("filed")
            .post("/api/v1/sampling", &proposal)
            .expect(202);
    }
    assert_eq!(kept(&office), 1);
    let listed = office.office.get("/sampling/desk").text();
    assert_eq!(listed.matches("<h2>菜场的活虾</h2>").count(), 1);
}

#[test]
fn one_address_has_no_more_answers_kept_than_anybody_needs() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = Office::with(&[
        ("complaint_rate_limit", "0"),
        ("trusted_proxies", "127.0.0.1"),
    ]);
    let proposal = json!({"food": "菜场的活虾"});
    let file = |address: &str, n: usize| {
        office
            .server
            .public()
            .with("x-forwarded-for", address)
            .with("idempotency-key", &format!("{address} {n}"))
            .post("/api/v1/sampling", &proposal)
            .status
    };
    let last = (0..201).fold(None, |_, n| Some(file("203.0.113.7", n)));
    assert_eq!(last, Some(429));
    assert_eq!(kept(&office), 200);
    // What was kept is still answered, and a neighbour's is kept.
    assert_eq!(file("203.0.113.7", 0), 202);
    assert_eq!(file("203.0.113.8", 0), 202);
}
