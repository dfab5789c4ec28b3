//! What the licence outreach must do by a day: renewals, trainings, canteen projects, matters with a time limit.

use crate::outreach::{FACTORY, LICENSE, SHOP, applications, licenses, two_businesses};
use serde_json::{Value, json};
use tests::Office;

/// The deadlines as the sweep will read them.
fn deadlines(office: &Office, view: &str) -> Vec<(String, String, String, Option<String>)> {
    let database = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    let columns =
        "SELECT rule, key, subject, owed_by_kind, owed_by, town, due_on, met_on, evidence FROM";
    let mut all = database
        .prepare(&format!("{columns} {view} ORDER BY rule, due_on"))
        .unwrap();
    all.query_map([], |row| {
        assert_eq!(row.get::<_, String>(3)?, "station");
        assert!(row.get::<_, String>(8)?.starts_with('{'));
        Ok((row.get(0)?, row.get(4)?, row.get(6)?, row.get(7)?))
    })
    .unwrap()
    .collect::<Result<_, _>>()
    .unwrap()
}

#[test]
fn a_renewal_is_due_thirty_working_days_before_the_licence_ends() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = Office::new();
    two_businesses(&office);
    // Ends on Thursday 31 December 2026: of the working days 30 are left after Thursday 19 November.
    licenses(
        &office,
        &format!("{LICENSE},{FACTORY},糕点,2022-01-01,2026-12-31,有效"),
    );
    let due = deadlines(&office, "deadline_license_renewal");
    assert_eq!(
        due,
        [(
            "license_renewal".into(),
            "云港街道".into(),
            "2026-11-19".into(),
            None
        )]
    );
    let list = office
        .office
        .get("/api/v1/license-outreach/renewals?standing=late")
        .expect(200);
    assert_eq!(
        (&list["total"], &list["items"][0]["days_left"]),
        (&json!(1), &json!(-3))
    );
    applications(&office, &format!("SL2,{FACTORY},2026-11-20,受理"));
    assert_eq!(
        deadlines(&office, "deadline_license_renewal")[0]
            .3
            .as_deref(),
        Some("2026-11-20")
    );
    // Renewed, the term is another; the old one is no longer stated.
    licenses(
        &office,
        &format!("{LICENSE},{FACTORY},糕点,2027-01-01,2031-12-31,有效"),
    );
    assert_eq!(
        deadlines(&office, "deadline_license_renewal")[0].2,
        "2031-11-19"
    );
}

#[test]
fn each_of_two_licences_of_one_business_has_its_line_on_its_page() {
    let office = Office::new();
    two_businesses(&office);
    licenses(
        &office,
        &format!(
            "{LICENSE},{FACTORY},糕点,2022-01-01,2026-12-31,有效\nSC12433050370004,{FACTORY},糖果,2022-01-01,2026-12-31,有效"
        ),
    );
    let mut seen = Vec::new();
    let mut cursor = String::new();
    for _ in 0..2 {
        let path = format!("/api/v1/license-outreach/renewals?limit=1{cursor}");
        let page = office.office.get(&path).expect(200);
        seen.push(page["items"][0]["license_no"].clone());
        cursor = format!("&cursor={}", page["next"].as_str().unwrap_or(""));
    }
    seen.sort_by_key(ToString::to_string);
    assert_eq!(seen, ["SC12433050370004", LICENSE]);
}

#[test]
fn a_new_producer_is_trained_within_thirty_days_and_a_renewed_one_is_none() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = Office::new();
    two_businesses(&office);
    let policy = json!({"value": "2026-10-01", "valid_from": "2020-03-02"});
    office
        .office
        .put("/api/v1/policy/outreach_duties_from", &policy)
        .expect(204);
    licenses(
        &office,
        &format!("{LICENSE},{FACTORY},糕点,2026-10-31,,有效"),
    );
    // The thirtieth day is Monday 30 November.
    assert_eq!(
        deadlines(&office, "deadline_new_producer_training")[0].2,
        "2026-11-30"
    );
    let held = json!({"uscc": FACTORY, "kind": "door_step", "held_on": "2026-11-10"});
    let refused = office.office.form(
        "/license-outreach/trainings/new",
        "uscc=1&kind=door_step&held_on=2026-11-10&note=abc",
    );
    assert!(
        refused.status == 422 && refused.text().contains("abc"),
        "{}",
        refused.text()
    );
    office
        .office
        .post("/api/v1/license-outreach/trainings", &held)
        .expect(201);
    assert_eq!(
        deadlines(&office, "deadline_new_producer_training")[0]
            .3
            .as_deref(),
        Some("2026-11-10")
    );
    licenses(
        &office,
        &format!("SC12433050370004,{SHOP},糕点,2021-11-01,,有效"),
    );
    licenses(
        &office,
        &format!("SC12433050370004,{SHOP},糕点,2026-11-01,,有效"),
    );
    assert_eq!(
        deadlines(&office, "deadline_new_producer_training").len(),
        1
    );
}

const CANTEENS: &str = "/api/v1/license-outreach/canteens";

/// Enters a canteen project on 30 September; gives its id.
fn canteen_project(office: &Office) -> String {
    office.knows(&["云港街道"]);
    let project = json!({"name": "丙公司食堂", "town": "云港街道", "entered_on": "2026-09-30"});
    let project = office.office.post(CANTEENS, &project).expect(201);
    project["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_canteen_project_owes_a_visit_at_each_step_and_training_at_the_end() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = Office::new();
    let one = format!("{CANTEENS}/{}", canteen_project(&office));
    // Ten working days after 30 September: the holiday week does not count, Saturday 10 October does.
    assert_eq!(
        deadlines(&office, "deadline_canteen"),
        [(
            "canteen_entered".into(),
            "云港街道".into(),
            "2026-10-20".into(),
            None
        )]
    );
    office
        .office
        .post(
            &format!("{one}/visits"),
            &json!({"step": "entered", "visited_on": "2026-10-12"}),
        )
        .expect(201);
    let change = json!({"begun_on": "2026-10-20", "completed_on": "2026-11-02", "version": 1});
    office.office.patch(&one, &change).expect(200);
    office
        .office
        .patch(&one, &json!({"trained_on": "2026-11-10", "version": 2}))
        .expect(200);
    let rules: Vec<(String, bool)> = deadlines(&office, "deadline_canteen")
        .into_iter()
        .map(|(rule, _, _, met)| (rule, met.is_some()))
        .collect();
    let expected = [
        ("canteen_begun", false),
        ("canteen_completed", false),
        ("canteen_entered", true),
        ("canteen_training", true),
    ];
    assert_eq!(rules, expected.map(|(rule, met)| (rule.to_owned(), met)));
}

#[test]
fn a_canteen_project_is_refused_at_its_fields_and_to_whoever_comes_second() {
    let office = Office::new();
    let refused = office
        .office
        .post(CANTEENS, &json!({"name": "", "town": "云港街道"}))
        .expect(422);
    assert_eq!(refused["errors"].as_array().unwrap().len(), 2, "{refused}");
    let one = format!("{CANTEENS}/{}", canteen_project(&office));
    let change = json!({"begun_on": "2026-10-20", "version": 1});
    office.office.patch(&one, &change).expect(200);
    assert_eq!(
        office.office.patch(&one, &change).expect_problem(409),
        "changed_meanwhile"
    );
    assert_eq!(
        office
            .office
            .patch(&one, &json!({"begun_on": "2026-09-01", "version": 2}))
            .expect(422)["errors"][0]["field"],
        "begun_on"
    );
}

#[test]
fn a_refused_form_of_a_canteen_project_keeps_what_was_typed_and_its_version() {
    let office = Office::new();
    let id = canteen_project(&office);
    let change = json!({"begun_on": "2026-10-20", "version": 1});
    office
        .office
        .patch(&format!("{CANTEENS}/{id}"), &change)
        .expect(200);
    let typed = office.office.form(
        &format!("/license-outreach/canteens/{id}/visits"),
        "step=begun&visited_on=2026-13-01&visit_note=abc",
    );
    assert_eq!(typed.status, 422);
    let page = typed.text();
    assert!(
        page.contains("value=\"2026-13-01\"")
            && page.contains("value=\"abc\"")
            && page.contains("<option value=\"begun\" selected"),
        "{page}"
    );
    // A form that was begun before that change and is mended afterwards still says what it was begun with.
    let begun_before = office.office.form(
        &format!("/license-outreach/canteens/{id}"),
        "name=%E9%A3%9F%E5%A0%82&town=%E4%BA%91%E6%B8%AF%E8%A1%97%E9%81%93&entered_on=2026-13-01&version=1",
    );
    assert_eq!(begun_before.status, 422);
    assert!(
        begun_before.text().contains("name=\"version\" value=\"1\""),
        "{}",
        begun_before.text()
    );
}

#[test]
fn an_error_of_a_canteen_visits_note_stands_at_that_note_and_not_at_the_projects() {
    let office = Office::new();
    let id = canteen_project(&office);
    let too_long = "a".repeat(40_000);
    let refused = office.office.form(
        &format!("/license-outreach/canteens/{id}/visits"),
        &format!("step=entered&visited_on=2026-10-12&visit_note={too_long}"),
    );
    let page = refused.text();
    assert_eq!(refused.status, 422);
    assert!(
        page.contains("href=\"#visit_note\"") && page.contains("id=\"visit_note-error\""),
        "{page}"
    );
    assert!(!page.contains("id=\"note-error\""), "{page}");
}

#[test]
fn a_simple_change_is_due_the_same_day_and_on_a_rest_day_the_next_working_day() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = Office::new();
    office.knows(&["云港街道"]);
    let path = "/api/v1/license-outreach/matters";
    let matter = |kind: &str, day: &str| json!({"kind": kind, "applicant": "甲", "town": "云港街道", "received_on": day});
    let due = |kind: &str, day: &str| {
        office.office.post(path, &matter(kind, day)).expect(201)["due_on"].clone()
    };
    assert_eq!(due("simple_change", "2026-11-20"), "2026-11-20");
    assert_eq!(due("cancellation", "2026-10-03"), "2026-10-08");
    assert_eq!(due("license_application", "2026-09-30"), "2026-10-20");
    assert_eq!(
        office
            .office
            .post(path, &matter("gift", "2026-11-20"))
            .expect(422)["errors"][0]["field"],
        "kind"
    );
    let town = office.staff("suo", "station", &["清禾镇"], None);
    assert_eq!(
        town.post(path, &matter("cancellation", "2026-11-20"))
            .expect(422)["errors"][0]["field"],
        "town"
    );
    let late = office
        .office
        .get(&format!("{path}?standing=late"))
        .expect(200);
    assert_eq!(late["total"], 3);
    let id = late["items"][0]["id"].as_str().unwrap().to_owned();
    town.post(&format!("{path}/{id}/done"), &json!({}))
        .expect_problem(404);
    office
        .office
        .post(&format!("{path}/{id}/done"), &json!({}))
        .expect(200);
    office
        .office
        .post(&format!("{path}/{id}/done"), &json!({}))
        .expect_problem(409);
    assert_eq!(
        deadlines(&office, "deadline_limited_matter_term")
            .iter()
            .filter(|matter| matter.3.is_some())
            .count(),
        1
    );
}

#[test]
fn a_matter_is_done_with_its_note_kept_replaced_or_cleared_as_is_said() {
    let office = Office::new();
    office.knows(&["云港街道"]);
    let path = "/api/v1/license-outreach/matters";
    let note_after = |end: Value| {
        let matter = json!({"kind": "simple_change", "applicant": "甲", "town": "云港街道", "note": "带了原件"});
        let id = office.office.post(path, &matter).expect(201)["id"].clone();
        let done = format!("{path}/{}/done", id.as_str().unwrap());
        office.office.post(&done, &end).expect(200)["note"].clone()
    };
    assert_eq!(note_after(json!({})), "带了原件");
    assert_eq!(note_after(json!({"note": null})), "带了原件");
    assert_eq!(note_after(json!({"note": "已换证"})), "已换证");
    assert_eq!(note_after(json!({"note": ""})), "");
}

#[test]
fn the_form_of_an_application_stands_under_the_tabs_of_its_list() {
    let office = Office::new();
    let form = office.office.get("/license-outreach/applications/new");
    assert!(
        form.text()
            .contains("nav class=\"tabs\" aria-label=\"许可服务前移\""),
        "{}",
        form.text()
    );
}
