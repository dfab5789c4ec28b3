//! What officials owe once a year: the commitment, the report; and the oversight of the tier above.

use crate::assignments::small_district;
use serde_json::{Value, json};

#[test]
fn an_official_signs_the_commitment_once_a_year_with_their_own_name() {
    let office = small_district();
    let official = office.staff("v1", "cadre", &[], Some("V1"));
    let page = official.get("/supervision/commitment").text();
    assert!(
        page.contains("本人沈阿根") && page.contains("包保食品生产经营主体1家"),
        "{page}"
    );
    official
        .post("/api/v1/supervision/commitment", &json!({"name": "钱小宝"}))
        .expect_problem(422);
    let signed = official
        .post("/api/v1/supervision/commitment", &json!({"name": "沈阿根"}))
        .expect(201);
    assert!(
        signed["at"].as_str().unwrap().starts_with("2026-12-01T09:"),
        "{signed}"
    );
    assert_eq!(
        official
            .form(
                "/supervision/commitment",
                "name=%E6%B2%88%E9%98%BF%E6%A0%B9"
            )
            .status,
        303
    );
}

#[test]
fn a_report_can_be_written_again_and_both_duties_are_listed() {
    let office = small_district();
    let official = office.staff("v1", "cadre", &[], Some("V1"));
    let town = office.staff("town", "town", &["云港街道"], None);
    official
        .post("/api/v1/supervision/commitment", &json!({"name": "沈阿根"}))
        .expect(201);
    official
        .post("/api/v1/supervision/report", &json!({"text": " "}))
        .expect_problem(422);
    official
        .post(
            "/api/v1/supervision/report",
            &json!({"text": "全年督导四次"}),
        )
        .expect(201);
    official
        .post(
            "/api/v1/supervision/report",
            &json!({"text": "全年督导五次"}),
        )
        .expect(201);
    let duties = town.get("/api/v1/supervision/duties").expect(200);
    let of = |number: &str| {
        duties["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["cadre_no"] == number)
            .unwrap()
            .clone()
    };
    assert_eq!(
        (
            &of("V1")["committed_on"],
            &of("V1")["report"],
            &of("T1")["reported_on"]
        ),
        (&json!("2026-12-01"), &json!("全年督导五次"), &Value::Null)
    );
    assert_eq!(
        town.get("/api/v1/supervision/duties?standing=no_commitment")
            .expect(200)["total"],
        1
    );
}

#[test]
fn the_three_lists_of_an_official_say_what_is_theirs() {
    let office = small_district();
    let official = office.staff("v1", "cadre", &[], Some("V1"));
    let lists = official.get("/supervision/lists").text();
    for said in ["责任清单", "任务清单", "督查清单", "甲食品店"] {
        assert!(lists.contains(said), "{said}");
    }
    assert!(!lists.contains("乙食品厂"));
}

#[test]
fn the_office_oversees_towns_and_a_town_its_villages() {
    let office = small_district();
    let official = office.staff("v1", "cadre", &[], Some("V1"));
    let town = office.staff("town", "town", &["云港街道"], None);
    let seen = json!({"town": "云港街道", "held_on": "2026-12-01", "officials": 3, "findings": "台账齐全"});
    town.post("/api/v1/supervision/oversight", &seen)
        .expect(201);
    office
        .office
        .post("/api/v1/supervision/oversight", &seen)
        .expect(201);
    let mut wrong = seen.clone();
    wrong["town"] = json!("南塘镇");
    town.post("/api/v1/supervision/oversight", &wrong)
        .expect_problem(422);
    let tiers: Vec<Value> = office
        .office
        .get("/api/v1/supervision/oversight")
        .expect(200)["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["tier"].clone())
        .collect();
    assert_eq!(tiers.len(), 2);
    assert!(
        official
            .get("/supervision/lists")
            .text()
            .contains("台账齐全")
    );
}
