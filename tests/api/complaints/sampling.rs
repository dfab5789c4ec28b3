//! 你点我检, and the public figures.

use super::{file_complaint, report, unlimited};
use serde_json::{Value, json};

#[test]
fn the_public_proposes_what_to_sample_and_votes_and_the_office_answers() {
    let office = unlimited("2026-11-22T10:00:00+08:00");
    let public = office.server.public();
    public
        .post("/api/v1/sampling", &json!({"food": ""}))
        .expect_problem(422);
    public
        .post(
            "/api/v1/sampling",
            &json!({"food": "校门口的炸串", "reason": "孩子常吃"}),
        )
        .expect(202);
    assert_eq!(
        public.get("/api/v1/sampling").expect(200)["total"],
        0,
        "the office reads it first"
    );
    let decide = |verb: &str, order: Value| {
        office
            .office
            .post(&format!("/api/v1/sampling/1/{verb}"), &order)
    };
    public
        .post("/api/v1/sampling/1/vote", &json!({}))
        .expect_problem(404);
    decide("answer", json!({"said": "合格"})).expect_problem(409);
    decide("publish", json!({})).expect(204);
    let first = public.post("/api/v1/sampling/1/vote", &json!({}));
    assert_eq!(first.status, 204);
    let cookie = first
        .header("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    public
        .with("cookie", &cookie)
        .post("/api/v1/sampling/1/vote", &json!({}))
        .expect(204);
    assert_eq!(
        public.get("/api/v1/sampling").expect(200)["items"][0]["votes"],
        1
    );
    decide("take_up", json!({"said": "12 月抽检 10 批"})).expect(204);
    decide("answer", json!({})).expect_problem(422);
    decide("answer", json!({"said": "10 批全部合格"})).expect(204);
    assert!(
        public
            .with("accept", "text/html")
            .get("/sampling")
            .text()
            .contains("10 批全部合格")
    );
}

#[test]
fn public_figures_withhold_small_numbers() {
    let office = unlimited("2026-11-22T10:00:00+08:00");
    let public = office.server.public();
    let file_report = |category: &str, text: &str| {
        let mut document = report();
        document["category"] = json!(category);
        document["text"] = json!(text);
        file_complaint(&public, &document);
    };
    let empty = public.get("/api/v1/public/complaints/figures").expect(200);
    assert_eq!(empty["items"], json!([]));
    for _ in 0..6 {
        file_report("spoiled", "发霉的面包");
    }
    file_report("illness", "吃坏了肚子");
    let figures = public.get("/api/v1/public/complaints/figures").expect(200);
    let month = &figures["items"][0];
    assert_eq!(
        (&month["month"], &month["received"]),
        (&json!("2026-11"), &json!(7))
    );
    // One alone would be told by the sum: its neighbour is withheld with it.
    assert_eq!(
        month["categories"],
        json!({"spoiled": null, "illness": null})
    );
    assert_eq!(month["closed"], Value::Null);
}
