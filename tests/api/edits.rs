//! Hand edits: what was changed meanwhile is not overwritten.

use serde_json::json;
use tests::Office;

const PATH: &str = "/api/v1/enterprises/91330503MYYG3CWJ94";

#[test]
fn the_second_of_two_editors_is_told_what_changed() {
    let office = Office::new();
    office
        .office
        .post(
            "/api/v1/enterprises",
            &json!({"uscc": "91330503MYYG3CWJ94", "name": "甲", "phone": "1"}),
        )
        .expect(200);
    let after = office
        .office
        .patch(PATH, &json!({"version": 1, "phone": "2"}))
        .expect(200);
    assert_eq!(
        (&after["phone"], &after["version"]),
        (&json!("2"), &json!(2))
    );
    let refused = office
        .office
        .patch(PATH, &json!({"version": 1, "phone": "3"}));
    assert_eq!(refused.expect_problem(409), "changed_meanwhile");
    assert_eq!(refused.json()["current"]["phone"], "2");
    let page = office.office.form(
        "/enterprises/91330503MYYG3CWJ94/edit",
        "version=1&name=%E7%94%B2&phone=4&status=operating&canteen=%E5%90%A6",
    );
    assert_eq!(page.status, 409);
    assert!(
        page.text().contains("现在是“2”，您填的是“4”"),
        "{}",
        page.text()
    );
}

#[test]
fn an_edit_follows_the_rules_of_the_roster() {
    let office = Office::new();
    office
        .office
        .post(
            "/api/v1/enterprises",
            &json!({"uscc": "91330503MYYG3CWJ94", "name": "甲"}),
        )
        .expect(200);
    for (change, field) in [
        (json!({"version": 1, "name": ""}), "name"),
        (json!({"version": 1, "sector": "农业"}), "sector"),
        (
            json!({"version": 1, "founded_on": "2026-02-30"}),
            "founded_on",
        ),
        (json!({"version": 1, "uscc": "92330503MYWG9MDA0T"}), "uscc"),
        (json!({"version": 1, "colour": "red"}), "colour"),
        (json!({"name": "乙"}), "version"),
    ] {
        let problem = office.office.patch(PATH, &change).expect(422);
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    office
        .office
        .patch(
            "/api/v1/enterprises/92330503MYWG9MDA0T",
            &json!({"version": 1, "name": "x"}),
        )
        .expect_problem(404);
    assert_eq!(office.office.get(PATH).expect(200)["version"], 1);
}
