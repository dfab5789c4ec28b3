//! 上门服务: two people at one case, its way from the first call to the licence, and its documents.

use crate::outreach::{FACTORY, LICENSE, applications, codes, encoded, licenses, two_businesses};
use serde_json::{Value, json};
use tests::Office;

/// An office with a factory that has an open case; and the id of the case.
fn office_with_case() -> (Office, String) {
    let office = Office::new();
    two_businesses(&office);
    let case = office
        .office
        .post("/api/v1/license-outreach/cases", &json!({"uscc": FACTORY}))
        .expect(201);
    (office, case["id"].as_str().unwrap().to_owned())
}

fn case_path(id: &str) -> String {
    format!("/api/v1/license-outreach/cases/{id}")
}

#[test]
fn of_two_people_at_one_stage_the_second_is_told_what_changed() {
    let (office, id) = office_with_case();
    let path = case_path(&id);
    let stage = |name: &str, content: Value| {
        office
            .office
            .post(&format!("{path}/stages/{name}"), &content)
    };
    stage("drawing", json!({"note": "先看图纸", "expert": "周工"})).expect(200);
    // Another stage is another matter.
    stage("layout", json!({"done_on": "2026-11-20"})).expect(200);
    // The same stage, without having seen the first words, or with what they were.
    let refused = stage("drawing", json!({"note": "不用看"}));
    assert_eq!(refused.expect_problem(409), "changed_meanwhile");
    assert_eq!(refused.json()["current"]["note"], "先看图纸");
    stage("drawing", json!({"note": "先看图纸", "expert": "周工"})).expect(200);
    stage(
        "drawing",
        json!({"note": "图纸已改", "expert": "周工", "done_on": "2026-11-21", "version": 1}),
    )
    .expect(200);
    stage("drawing", json!({"note": "晚了一步", "version": 1})).expect_problem(409);
    let now = office.office.get(&path).expect(200);
    let drawing = now["stages"]
        .as_array()
        .unwrap()
        .iter()
        .find(|stage| stage["stage"] == "drawing")
        .unwrap();
    assert_eq!(
        (&drawing["note"], &drawing["version"]),
        (&json!("图纸已改"), &json!(2))
    );
    assert_eq!(codes(&office.office, "?stage=site_selection"), [FACTORY]);
}

#[test]
fn what_was_typed_at_a_stage_that_another_changed_is_kept_beside_what_is_there_now() {
    let (office, id) = office_with_case();
    let stage = format!("{}/stages/drawing", case_path(&id));
    for (note, version) in [("先看图纸", 0), ("图纸已改", 1)] {
        let content = json!({"note": note, "version": version});
        office.office.post(&stage, &content).expect(200);
    }
    let page = office.office.form(
        &format!("/license-outreach/cases/{id}/stages/drawing"),
        &format!("version=1&note={}", encoded("我写的")),
    );
    assert_eq!(page.status, 409);
    assert!(
        page.text().contains("我写的") && page.text().contains("意见：图纸已改"),
        "{}",
        page.text()
    );
}

#[test]
fn of_eight_at_a_fresh_stage_one_is_first_and_the_others_are_told() {
    let (office, id) = office_with_case();
    let path = case_path(&id);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let client = office.office.clone();
                let path = format!("{path}/stages/personnel");
                scope.spawn(move || {
                    client
                        .post(&path, &json!({"note": format!("第 {number} 人")}))
                        .status
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        1,
        "{statuses:?}"
    );
    assert_eq!(
        statuses.iter().filter(|status| **status == 409).count(),
        7,
        "{statuses:?}"
    );
}

#[test]
fn a_case_goes_from_the_first_call_to_the_licence_and_is_counted() {
    let (office, id) = office_with_case();
    let path = case_path(&id);
    let post = |step: &str, content: Value| office.office.post(&format!("{path}/{step}"), &content);
    assert_eq!(
        post("contact", json!({"contacted_on": "2026-12-01"})).expect(422)["errors"][0]["field"],
        "contacted_on"
    );
    post(
        "contact",
        json!({"contacted_on": "2026-09-05", "note": "厂长在"}),
    )
    .expect(200);
    post("contact", json!({"contacted_on": "2026-09-06"})).expect_problem(409);
    assert_eq!(
        post(
            "stages/drawing",
            json!({"begun_on": "2026-09-09", "done_on": "2026-09-08"})
        )
        .expect(422)["errors"][0]["field"],
        "done_on"
    );
    post("stages/drawings", json!({})).expect_problem(404);
    post("stages/drawing", json!({"colour": "red"})).expect_problem(422);
    applications(&office, &format!("SL1,{FACTORY},2026-10-01,受理"));
    post(
        "check",
        json!({"checked_on": "2026-10-15", "passed_first_time": true}),
    )
    .expect(200);
    licenses(
        &office,
        &format!("{LICENSE},{FACTORY},糕点,2026-10-31,,有效"),
    );
    assert_eq!(
        post("close", json!({"outcome": "done"})).expect(422)["errors"][0]["field"],
        "outcome"
    );
    assert_eq!(
        post("close", json!({"outcome": "gave_up"})).expect(422)["errors"][0]["field"],
        "note"
    );
    let closed = post("close", json!({"outcome": "licensed"})).expect(200);
    assert_eq!(
        (&closed["outcome"], &closed["license_no"]),
        (&json!("licensed"), &json!(LICENSE))
    );
    assert_eq!(
        post("close", json!({"outcome": "licensed"})).expect_problem(409),
        "case_closed"
    );
    assert_eq!(
        post("stages/drawing", json!({"note": "x"})).expect_problem(409),
        "case_closed"
    );
    let figures = office
        .office
        .get("/api/v1/license-outreach/figures?from=2026-09-01")
        .expect(200);
    assert_eq!(
        figures["total"],
        json!({"found": 1, "contacted": 1, "applied": 1, "licensed": 1, "median_days": 60, "checked": 1, "passed_first_time": 1})
    );
    assert_eq!(figures["towns"][0]["name"], "云港街道");
    assert_eq!(figures["months"][0]["name"], "2026-09");
}

#[test]
fn documents_are_what_their_bytes_say_and_are_shown_to_who_may_see_the_case() {
    let (office, id) = office_with_case();
    let path = format!("/api/v1/license-outreach/cases/{id}/stages/drawing/documents");
    let mut drawing = b"%PDF-1.7\n".to_vec();
    drawing.resize(700_000, 7);
    let document = office
        .office
        .upload(&path, "平面图.pdf", &drawing)
        .expect(201);
    let shown = format!(
        "/license-outreach/documents/{}",
        document["id"].as_str().unwrap()
    );
    let reply = office.office.get(&shown);
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (200, Some("application/pdf"))
    );
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    assert!(reply.body == drawing);
    let elsewhere = office.staff("zhan", "station", &["清禾镇"], None);
    elsewhere.get(&shown).expect_problem(404);
    assert_eq!(
        office
            .office
            .upload(&path, "a.pdf", b"MZ executable")
            .expect(422)["errors"][0]["field"],
        "file"
    );
    office
        .office
        .upload(&path, "a.pdf", &vec![b'%'; 21 << 20])
        .expect_problem(413);
    let page = office.office.upload(
        &format!("/license-outreach/cases/{id}/stages/drawing/documents"),
        "a.exe",
        b"MZ",
    );
    assert!(
        page.status == 422 && page.text().contains("只能上传照片"),
        "{}",
        page.text()
    );
    assert_eq!(
        office.office.form(&format!("{shown}/remove"), "").status,
        303
    );
    office.office.get(&shown).expect_problem(404);
}
