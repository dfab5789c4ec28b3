//! 重点帮扶.

use super::{PENALTIES, USCC, office_with_penalty};
use serde_json::json;

#[test]
fn key_help_falls_out_of_the_facts_and_is_paired_with_an_expert() {
    let (office, _) = office_with_penalty();
    let more = PENALTIES
        .replace("12号", "40号")
        .replace("2026-10-12", "2026-03-02");
    office
        .office
        .import("penalties", more.as_bytes())
        .expect(200);
    let found = office
        .office
        .get("/api/v1/list-cases/suggestions?list=key_help")
        .expect(200);
    assert_eq!(found["items"][0]["uscc"], USCC);
    let id = office
        .office
        .post("/api/v1/key-help", &json!({"uscc": USCC}))
        .expect(201)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    office
        .office
        .post("/api/v1/key-help", &json!({"uscc": USCC}))
        .expect_problem(409);
    let expert = json!({"expert": "周工", "expert_from": "市食品检验院，烘焙"});
    let helped = office
        .office
        .post(&format!("/api/v1/key-help/{id}/pair"), &expert)
        .expect(200);
    assert_eq!(helped["expert"], "周工");
    let ended = office
        .office
        .post(
            &format!("/api/v1/key-help/{id}/end"),
            &json!({"outcome": "连续三批次合格"}),
        )
        .expect(200);
    assert_eq!(ended["standing"], "ended");
    office
        .server
        .public()
        .get("/api/v1/key-help")
        .expect_problem(401);
}
