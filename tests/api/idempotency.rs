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
            let new = json!({"name": "feed", "role": "office", "expires": "2027-01-01"});
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
