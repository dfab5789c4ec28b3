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

/// What the form at the door says of a visit that found two problems.
const FOUND: [(&str, &str); 9] = [
    ("visited_on", "2026-11-20"),
    ("mode", "on_site"),
    ("result", "problems"),
    ("problem-0", "冷柜温度偏高"),
    ("mended-0", "later"),
    ("mend-0", "2026-11-27"),
    ("said-0", "师傅周二来修"),
    ("problem-1", "价签脱落"),
    ("mended-1", "now"),
];

#[test]
fn a_visit_comes_with_the_photographs_of_its_problems_and_sent_twice_has_them_once() {
    let (office, official) = at_the_door();
    let door = format!("/supervision/mine/{SHOP}");
    let picture = std::fs::read(tests::root().join("docs/phone.png")).unwrap();
    let no_picture = [("photo-0", "a.png", &b"no picture"[..])];
    let refused = official.form_with_files(&door, &FOUND, &no_picture);
    assert!(
        refused.status == 422 && refused.text().contains("师傅周二来修"),
        "{}",
        refused.text()
    );
    let visits = official.get("/api/v1/visits").expect(200);
    assert_eq!(visits["total"], 0, "a refused form records nothing");
    let photos = [
        ("photo-0", "冷柜.png", &picture[..]),
        ("photo-0", "温度计.png", &picture[..]),
        ("photo-1", "价签.png", &picture[..]),
    ];
    for _ in 0..2 {
        let saved = official.form_with_files(&door, &FOUND, &photos);
        let next = saved.header("location");
        assert_eq!(
            (saved.status, next),
            (303, Some("/supervision/mine?saved=1"))
        );
    }
    let list = official.get("/api/v1/supervision/problems").expect(200);
    let mut kept: Vec<(&str, i64)> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["text"].as_str().unwrap(),
                one["photos"].as_i64().unwrap(),
            )
        })
        .collect();
    kept.sort_unstable();
    assert_eq!(kept, [("价签脱落", 1), ("冷柜温度偏高", 2)]);
    let cooler = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["text"] == "冷柜温度偏高")
        .unwrap();
    let page = format!("/supervision/problems/{}", cooler["id"].as_str().unwrap());
    let page = office.office.get(&page).text();
    assert!(page.contains("师傅周二来修"), "{page}");
}

#[test]
fn the_form_asks_of_each_problem_whether_it_was_put_right_and_until_when_it_will_be() {
    let (_office, official) = at_the_door();
    for (without, asked) in [("mended-0", "答应哪天"), ("mended-1", "当场改好了，还是")]
    {
        let fields: Vec<(&str, &str)> = FOUND
            .into_iter()
            .filter(|(name, _)| *name != without && (without != "mended-0" || *name != "mend-0"))
            .chain((without == "mended-0").then_some(("mended-0", "later")))
            .collect();
        let refused = official.multipart(&format!("/supervision/mine/{SHOP}"), &fields, &[]);
        assert!(
            refused.status == 422 && refused.text().contains(asked),
            "{}",
            refused.text()
        );
    }
}

#[test]
fn the_form_says_what_is_known_of_the_business() {
    let (office, official) = at_the_door();
    let form = || official.get(&format!("/supervision/mine/{SHOP}")).text();
    assert!(form().contains("没有登记") && !form().contains("有证到期"));
    let permit = json!({"number": "JY13305030000001", "uscc": SHOP, "kind": "business_license", "valid_until": "2026-11-19"});
    office.office.post("/api/v1/permits", &permit).expect(201);
    let officer = json!({"uscc": SHOP, "post": "food_safety_officer", "name": "沈小妹", "appointed_on": "2026-01-05"});
    office.office.post("/api/v1/officers", &officer).expect(201);
    let visit = json!({"uscc": SHOP, "visited_on": "2026-11-18", "mode": "online", "result": "ok"});
    official.post("/api/v1/visits", &visit).expect(201);
    for known in [
        "JY13305030000001",
        "有证到期",
        "沈小妹（食品安全员）",
        "2026年11月18日",
    ] {
        assert!(form().contains(known), "{known}: {}", form());
    }
}

#[test]
fn where_a_visit_was_recorded_only_the_office_sees_and_for_six_months() {
    let (office, official) = at_the_door();
    office.staff("yungang", "town", &["云港街道"], None);
    let door = format!("/supervision/mine/{SHOP}");
    let fields = "visited_on=2026-11-20&mode=on_site&result=ok&position=30.87012,120.42391";
    for _ in 0..2 {
        assert_eq!(official.form(&door, fields).status, 303);
    }
    let visits = official.get("/api/v1/visits").expect(200);
    let page = format!(
        "/supervision/visits/{}",
        visits["items"][0]["id"].as_str().unwrap()
    );
    assert!(
        office
            .office
            .get(&page)
            .text()
            .contains("北纬30.87度，东经120.424度")
    );
    let own = official.get(&page).text();
    assert!(
        own.contains("没有发现问题") || own.contains("未发现问题"),
        "{own}"
    );
    assert!(!own.contains("北纬"), "{own}");
    let list = office.office.get("/api/v1/visits").text();
    assert!(!list.contains("120.42"), "{list}");
    let office = office.on("2027-05-20T08:00:00+08:00", &[]);
    assert!(office.office.get(&page).text().contains("北纬"));
    let office = office.on("2027-05-21T08:00:00+08:00", &[]);
    assert!(!office.office.get(&page).text().contains("北纬"));
}

#[test]
fn the_office_says_what_a_visit_looks_at() {
    let (office, official) = at_the_door();
    let shop = format!("/api/v1/enterprises/{SHOP}");
    let version = office.office.get(&shop).expect(200)["version"].clone();
    let sector = json!({"sector": "distribution", "version": version});
    office.office.patch(&shop, &sector).expect(200);
    let form = || official.get(&format!("/supervision/mine/{SHOP}")).text();
    assert!(form().contains("贮存管理") && !form().contains("环境卫生"));
    let point = json!({"sector": "distribution", "point": "环境卫生", "place": 8});
    let points = "/api/v1/supervision/points";
    office.office.post(points, &point).expect(201);
    assert!(form().contains("环境卫生"));
    official.post(points, &point).expect_problem(403);
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
