//! 督导: a visit recorded at the shop door, the problems that it found, and their photographs.

use crate::assignments::small_district;
use crate::supervision::{SHOP, import_assignments, one_shop, statuses};
use serde_json::{Value, json};
use tests::{Client, Office};

/// A shop that the first of two officials answers for; and that official.
fn at_the_door() -> (Office, Client) {
    let office = Office::at("2026-11-20T08:00:00+08:00", &[]);
    one_shop(&office, "A", "2020-01-01");
    import_assignments(&office, &format!("C1,{SHOP},2026-01-01,"));
    let official = office.staff("zhang", "cadre", &["云港街道"], Some("C1"));
    (office, official)
}

/// A visit that found one problem to be mended within a week and one that was mended at once.
fn visit_with_problems() -> Value {
    json!({"uscc": SHOP, "visited_on": "2026-11-20", "mode": "on_site", "result": "problems", "checked": ["进货查验"],
        "problems": [{"text": "冷柜温度偏高", "mend_by": "2026-11-27"}, {"text": "价签脱落"}]})
}

#[test]
fn an_official_records_a_visit_at_the_door_and_sent_twice_it_is_one() {
    let (office, official) = at_the_door();
    let visit = visit_with_problems();
    let recorded = official.post("/api/v1/visits", &visit).expect(201);
    assert_eq!(recorded["problems_found"], 2);
    assert_eq!(
        recorded["problems"][1]["mended_on"], "2026-11-20",
        "mended on the spot"
    );
    assert_eq!(
        official.post("/api/v1/visits", &visit).expect(200)["id"],
        recorded["id"]
    );
    assert_eq!(statuses(&official, "2026Q4"), ["done"]);
    // Any official's visit meets what is owed (组团包保); the business must be there.
    let other = office.staff("li", "cadre", &["云港街道"], Some("C2"));
    let visit = |uscc: &str| json!({"uscc": uscc, "visited_on": "2026-11-20", "mode": "on_site", "result": "ok"});
    other.post("/api/v1/visits", &visit(SHOP)).expect(201);
    other
        .post("/api/v1/visits", &visit("92330503MYU5792E31"))
        .expect_problem(404);
    let form = other.get(&format!("/supervision/mine/{SHOP}")).text();
    assert!(
        form.contains("这家不由您包保") && !form.contains("冷柜温度偏高"),
        "{form}"
    );
}

#[test]
fn a_problem_is_a_deadline_until_it_is_mended() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let (office, official) = at_the_door();
    let recorded = official
        .post("/api/v1/visits", &visit_with_problems())
        .expect(201);
    let met = || -> Vec<(String, String, Option<String>)> {
        let database = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
        let mut all = database
            .prepare("SELECT owed_by, due_on, met_on FROM deadline_problem_rectification")
            .unwrap();
        all.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap()
    };
    // It is the station's of the town, to which it went.
    assert_eq!(met(), [("云港街道".into(), "2026-12-11".into(), None)]);
    let problem = format!(
        "/api/v1/supervision/problems/{}/mended",
        recorded["problems"][0]["id"].as_str().unwrap()
    );
    let other = office.staff("li", "cadre", &["云港街道"], Some("C2"));
    other.post(&problem, &json!({})).expect_problem(404);
    official
        .post(&problem, &json!({"note": "已修好"}))
        .expect(204);
    official
        .post(&problem, &json!({"note": "再说一次"}))
        .expect(204);
    assert_eq!(
        met(),
        [(
            "云港街道".into(),
            "2026-12-11".into(),
            Some("2026-11-20".into())
        )]
    );
}

#[test]
fn a_visit_that_cannot_be_is_refused_at_its_field() {
    let (_office, official) = at_the_door();
    let visit = visit_with_problems();
    for (wrong, field) in [
        (json!({"visited_on": "2026-11-21"}), "visited_on"),
        (json!({"mode": "by_post"}), "mode"),
        (
            json!({"result": "ok", "problems": [{"text": "x"}]}),
            "result",
        ),
        (json!({"result": "problems", "problems": []}), "problems"),
        (json!({"problems": [{"text": " "}]}), "problems"),
        (
            json!({"problems": [{"text": "x", "mend_by": "2026-11-01"}]}),
            "problems",
        ),
        (json!({"uscc": "1"}), "uscc"),
    ] {
        let mut changed = visit.clone();
        changed
            .as_object_mut()
            .unwrap()
            .extend(wrong.as_object().unwrap().clone());
        let refused = official.post("/api/v1/visits", &changed).expect(422);
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
}

#[test]
fn the_form_at_the_door_keeps_what_was_typed_and_says_what_was_saved() {
    let (_office, official) = at_the_door();
    let visit =
        json!({"uscc": SHOP, "visited_on": "2026-11-20", "mode": "on_site", "result": "ok"});
    official.post("/api/v1/visits", &visit).expect(201);
    let page = official.get("/supervision/mine");
    assert!(
        page.text().contains("本季度应督导") && !page.text().contains("甲超市"),
        "{}",
        page.text()
    );
    let form = official.get(&format!("/supervision/mine/{SHOP}"));
    assert!(
        form.text().contains("看了哪些方面") || form.text().contains("甲超市"),
        "{}",
        form.text()
    );
    let refused = official.form(
        &format!("/supervision/mine/{SHOP}"),
        "visited_on=2026-11-19&mode=online&result=&note=abc",
    );
    assert!(
        refused.status == 422 && refused.text().contains("abc"),
        "{}",
        refused.text()
    );
    let saved = official.form(
        &format!("/supervision/mine/{SHOP}"),
        "visited_on=2026-11-19&mode=online&result=ok",
    );
    assert_eq!(
        (saved.status, saved.header("location")),
        (303, Some("/supervision/mine?saved=1"))
    );
    official
        .get("/supervision/mine/92330503MYU5792E31")
        .expect_problem(404);
}

#[test]
fn a_problem_carries_photographs_that_only_those_concerned_see() {
    let office = small_district();
    let official = office.staff("v1", "cadre", &[], Some("V1"));
    let other = office.staff("v2", "cadre", &[], Some("V2"));
    let far = office.staff("far", "town", &["南塘镇"], None);
    let visit = json!({"uscc": SHOP, "visited_on": "2026-12-01", "mode": "on_site", "result": "problems", "problems": [{"text": "冷柜温度偏高", "mend_by": "2026-12-08"}]});
    let id = official.post("/api/v1/visits", &visit).expect(201)["problems"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let picture = std::fs::read(tests::root().join("docs/phone.png")).unwrap();
    let photos = format!("/api/v1/supervision/problems/{id}/photos");
    let photo = official.upload(&photos, "冷柜.png", &picture).expect(201)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    official
        .upload(&photos, "x.png", b"not a picture")
        .expect_problem(422);
    other
        .upload(&photos, "冷柜.png", &picture)
        .expect_problem(404);
    for _ in 0..5 {
        official.upload(&photos, "冷柜.png", &picture).expect(201);
    }
    official
        .upload(&photos, "冷柜.png", &picture)
        .expect_problem(422);
    let path = format!("/supervision/photos/{photo}");
    for seen in [&official, &office.office] {
        // Drawn anew, as a JPEG
        assert_eq!(seen.get(&path).header("content-type"), Some("image/jpeg"));
        assert!(
            seen.get(&format!("/supervision/problems/{id}"))
                .text()
                .contains(&path)
        );
    }
    for stranger in [&other, &far] {
        stranger.get(&path).expect_problem(404);
        stranger
            .get(&format!("/supervision/problems/{id}"))
            .expect_problem(404);
    }
    let list = office
        .office
        .get("/api/v1/supervision/problems?standing=open")
        .expect(200);
    assert_eq!(
        (&list["total"], &list["items"][0]["photos"]),
        (&json!(1), &json!(6))
    );
}
