//! Setup, accounts, passwords, tokens.

use serde_json::json;
use tests::{Office, PASSWORD};

#[test]
fn setup_makes_one_account_and_is_void_for_good() {
    let office = Office::served();
    let again =
        json!({"token": "the setup token", "account": "second", "name": "x", "password": PASSWORD});
    assert_eq!(
        office
            .server
            .public()
            .post("/api/v1/setup", &again)
            .expect_problem(409),
        "already_set_up"
    );
    office.server.public().get("/setup").expect(409);
}

#[test]
fn a_first_password_must_be_changed_before_anything_else() {
    let office = Office::served();
    office.knows(&["云港街道"]);
    let new = json!({"account": "li.na", "name": "李娜", "role": "town", "towns": ["云港街道"]});
    let first = office.office.post("/api/v1/staff", &new).expect(201)["initial_password"]
        .as_str()
        .unwrap()
        .to_owned();
    let client = office.server.public().signed_in("li.na", &first);
    assert_eq!(
        client.get("/api/v1/enterprises").expect_problem(403),
        "password_change_required"
    );
    assert_eq!(
        client.get("/api/v1/session").expect(200)["must_change_password"],
        true
    );
    let page = client.with("accept", "text/html").get("/enterprises");
    assert_eq!(page.header("location"), Some("/account/password"));
    for bad in ["short", &first] {
        let problem = client.post(
            "/api/v1/session/password",
            &json!({"current": first, "new": bad}),
        );
        problem.expect(422);
        assert!(
            !problem.text().contains(&first),
            "a password is never said again"
        );
    }
    client
        .post(
            "/api/v1/session/password",
            &json!({"current": first, "new": PASSWORD}),
        )
        .expect(204);
    // The old session went with the old password.
    client.get("/api/v1/session").expect_problem(401);
    office
        .server
        .public()
        .signed_in("li.na", PASSWORD)
        .get("/api/v1/enterprises")
        .expect(200);
}

#[test]
fn sign_in_slows_down_after_failures() {
    let office = Office::served();
    let public = office.server.public();
    let wrong = json!({"account": "office", "password": "wrong"});
    for _ in 0..5 {
        assert_eq!(
            public.post("/api/v1/session", &wrong).expect_problem(401),
            "wrong_credentials"
        );
    }
    let reply = public.post(
        "/api/v1/session",
        &json!({"account": "office", "password": PASSWORD}),
    );
    assert_eq!(reply.expect_problem(429), "too_many_requests");
    assert!(reply.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
    // Who is signed in stays so.
    office.office.get("/api/v1/session").expect(200);
}

#[test]
fn a_role_needs_its_town_or_number_and_a_disabled_account_is_out_at_once() {
    let office = Office::served();
    for (new, field) in [
        (
            json!({"account": "a1", "name": "x", "role": "town", "towns": []}),
            "towns",
        ),
        (
            json!({"account": "a1", "name": "x", "role": "cadre"}),
            "cadre_no",
        ),
        (
            json!({"account": "No Good", "name": "x", "role": "chair"}),
            "account",
        ),
        (
            json!({"account": "a1", "name": " ", "role": "chair"}),
            "name",
        ),
        (
            json!({"account": "a1", "name": "x", "role": "chair", "extra": 1}),
            "extra",
        ),
    ] {
        let problem = office.office.post("/api/v1/staff", &new).expect(422);
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    let station = office.staff("station", "station", &["云港街道", "新埠街道"], None);
    let again = json!({"account": "station", "name": "x", "role": "chair"});
    assert_eq!(
        office
            .office
            .post("/api/v1/staff", &again)
            .expect_problem(409),
        "account_exists"
    );
    let list = office.office.get("/api/v1/staff").expect(200);
    let account = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["account"] == "station")
        .unwrap()
        .clone();
    let stale = json!({"version": 0, "status": "disabled"});
    assert_eq!(
        office
            .office
            .patch("/api/v1/staff/station", &stale)
            .expect_problem(409),
        "changed_meanwhile"
    );
    let change = json!({"version": account["version"], "status": "disabled"});
    office
        .office
        .patch("/api/v1/staff/station", &change)
        .expect(200);
    station.get("/api/v1/session").expect_problem(401);
    let own = json!({"version": 1, "role": "chair"});
    office
        .office
        .patch("/api/v1/staff/office", &own)
        .expect(422);
}

#[test]
fn a_token_has_a_role_and_an_end() {
    let office = Office::served();
    for expires in ["2026-11-21", "2020-01-01T00:00:00+08:00", "soon", ""] {
        let new = json!({"name": "feed", "role": "office", "scopes": ["read"], "expires": expires});
        assert_eq!(
            office.office.post("/api/v1/tokens", &new).expect(422)["errors"][0]["field"],
            "expires"
        );
    }
    office.knows(&["西岙乡"]);
    let new = json!({"name": "feed", "role": "town", "towns": ["西岙乡"], "scopes": ["read"], "expires": "2026-12-31"});
    let made = office.office.post("/api/v1/tokens", &new).expect(201);
    let script = office.server.public().with(
        "authorization",
        &format!("Bearer {}", made["token"].as_str().unwrap()),
    );
    script.get("/api/v1/enterprises").expect(200);
    script.get("/api/v1/staff").expect_problem(403);
    office
        .server
        .public()
        .with("authorization", "Bearer nonsense")
        .get("/api/v1/enterprises")
        .expect_problem(401);
    let path = format!("/api/v1/tokens/{}", made["id"].as_str().unwrap());
    assert_eq!(
        office.office.send("DELETE", &path, None, vec![]).status,
        204
    );
    script.get("/api/v1/enterprises").expect_problem(401);
}

#[test]
fn changes_of_accounts_and_tokens_leave_audit_rows_without_secrets() {
    let office = Office::served();
    office.staff("chair", "chair", &[], None);
    let rows = office
        .office
        .get("/api/v1/audit?record=staff/chair")
        .expect(200);
    let items = rows["items"].as_array().unwrap();
    assert_eq!(items.len(), 2, "{rows}");
    assert_eq!(
        (&items[0]["action"], &items[1]["action"]),
        (&json!("changed"), &json!("created"))
    );
    assert_eq!(items[0]["actor"], "chair");
    assert_eq!(items[0]["after"]["password_changed"], true);
    assert!(!rows.to_string().contains("argon2"));
}
