//! 许可服务前移: who is found, what takes them off the list, and two people at one case.

use serde_json::{Value, json};
use tests::{Client, Office};

const FACTORY: &str = "91330503MYYG3CWJ94";
const SHOP: &str = "92330503MYWG9MDA0T";
const LICENSE: &str = "SC12733050370007";
const CANDIDATES: &str = "/api/v1/license-outreach/candidates";

fn expected() -> Value {
    serde_json::from_slice(&std::fs::read(tests::root().join("tests/data/expected.json")).unwrap())
        .unwrap()
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// A factory without a licence and a shop that needs none.
fn two_businesses(office: &Office) {
    let records = json!([
        {"uscc": FACTORY, "name": "湖州南浔甲食品厂", "town": "云港街道", "founded_on": "2026-09-01", "business_scope": "许可项目：食品生产；糕点生产"},
        {"uscc": SHOP, "name": "乙超市", "town": "清禾镇", "founded_on": "2026-09-02", "business_scope": "食品销售"},
    ]);
    let found = office
        .office
        .post("/api/v1/enterprises", &records)
        .expect(200);
    assert_eq!(found["created"], 2, "{found}");
}

fn codes(client: &Client, query: &str) -> Vec<String> {
    let list = client.get(&format!("{CANDIDATES}{query}")).expect(200);
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["uscc"].as_str().unwrap().to_owned())
        .collect()
}

fn licenses(office: &Office, rows: &str) -> Value {
    let file = format!("食品生产许可证编号,统一社会信用代码,类别,发证日期,有效期至,状态\n{rows}\n");
    office
        .office
        .import("licenses", file.as_bytes())
        .expect(200)
}

fn applications(office: &Office, rows: &str) -> Value {
    let file = format!("受理号,统一社会信用代码,申请日期,状态\n{rows}\n");
    office
        .office
        .import("license-applications", file.as_bytes())
        .expect(200)
}

#[test]
fn the_sample_gives_the_candidates_that_are_known_of_it() {
    let office = Office::new();
    office
        .office
        .import("enterprises", &tests::sample("enterprises"))
        .expect(200);
    let expected = expected();
    let wanted = &expected["needs_license_but_none"];
    assert_eq!(
        office.office.get(CANDIDATES).expect(200)["total"],
        wanted["total"]
    );
    for (town, count) in wanted["by_town"].as_object().unwrap() {
        let list = office
            .office
            .get(&format!("{CANDIDATES}?town={}", encoded(town)))
            .expect(200);
        assert_eq!(&list["total"], count, "{town}");
    }
    let long_ago = office
        .office
        .get(&format!("{CANDIDATES}?registered_to=2026-04-03"))
        .expect(200);
    assert_eq!(
        long_ago["total"],
        expected["needs_license_but_none_established_over_180_days"]["total"]
    );
    // None is unclear, and the expired ones are a list of their own; the expectations are of 30 September.
    assert_eq!(
        office
            .office
            .get(&format!("{CANDIDATES}?list=unclear"))
            .expect(200)["total"],
        0
    );
    let expired = office
        .office
        .get(&format!("{CANDIDATES}?list=expired&limit=200"))
        .expect(200);
    let before = expired["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["expires_on"].as_str().unwrap() < "2026-09-29");
    assert_eq!(json!(before.count()), expected["license_expired"]["total"]);
}

#[test]
fn a_licence_or_an_application_takes_a_business_off_the_list_and_its_end_puts_it_back() {
    let office = Office::new();
    two_businesses(&office);
    let listed = || codes(&office.office, "") == [FACTORY];
    assert!(listed());
    // An application, then its end.
    applications(&office, &format!("SL1,{FACTORY},2026-10-01,受理"));
    assert!(!listed());
    applications(&office, &format!("SL1,{FACTORY},2026-10-01,不予许可"));
    assert!(listed());
    // A licence, then its cancellation.
    licenses(
        &office,
        &format!("{LICENSE},{FACTORY},糕点,2026-10-20,,有效"),
    );
    assert!(!listed());
    licenses(
        &office,
        &format!("{LICENSE},{FACTORY},糕点,2026-10-20,,注销"),
    );
    assert!(listed());
    // Granted and licensed, then cancelled: the old application holds nothing back.
    applications(&office, &format!("SL1,{FACTORY},2026-10-01,准予许可"));
    assert!(listed());
    applications(&office, &format!("SL1,{FACTORY},2026-11-01,准予许可"));
    assert!(!listed(), "granted anew, the licence has not come yet");
    applications(&office, &format!("SL1,{FACTORY},2026-10-01,不予许可"));
    // The ledger's own number counts as long as the register does not say that it is gone.
    let edit = |change: Value| {
        let now = office
            .office
            .get(&format!("/api/v1/enterprises/{FACTORY}"))
            .expect(200);
        let mut change = change;
        change["version"] = now["version"].clone();
        office
            .office
            .patch(&format!("/api/v1/enterprises/{FACTORY}"), &change)
            .expect(200);
    };
    edit(json!({"license_no": LICENSE}));
    assert!(listed());
    edit(json!({"license_no": "SC12433050370004", "licensed_on": "2026-10-20"}));
    assert!(!listed());
    edit(json!({"license_no": null, "licensed_on": null}));
    assert!(listed());
    // Another scope, another verdict, when the row is written.
    edit(json!({"business_scope": "食品销售"}));
    assert!(!listed());
    edit(json!({"business_scope": "茶叶加工"}));
    assert!(listed());
    assert_eq!(codes(&office.office, "?category=114"), [FACTORY]);
    assert!(codes(&office.office, "?category=124").is_empty());
    // Closed businesses need nothing.
    edit(json!({"status": "注销"}));
    assert!(!listed());
    edit(json!({"status": "存续"}));
    assert!(listed());
}

#[test]
fn a_person_decides_what_is_unclear_and_the_decision_holds_for_that_text() {
    let office = Office::new();
    let record = |scope: &str| json!({"uscc": FACTORY, "name": "甲", "town": "云港街道", "founded_on": "2026-09-01", "business_scope": scope});
    office
        .office
        .post("/api/v1/enterprises", &record("农副产品加工"))
        .expect(200);
    assert!(codes(&office.office, "").is_empty());
    assert_eq!(codes(&office.office, "?list=unclear"), [FACTORY]);
    let decide = |needed: bool, note: &str| {
        let decision = json!({"uscc": FACTORY, "needs_license": needed, "note": note});
        office
            .office
            .post("/api/v1/license-outreach/decisions", &decision)
    };
    assert_eq!(decide(true, " ").expect(422)["errors"][0]["field"], "note");
    decide(true, "电话确认做酱菜").expect(204);
    assert_eq!(codes(&office.office, ""), [FACTORY]);
    decide(false, "上门看过，只清洗").expect(204);
    assert!(
        codes(&office.office, "").is_empty() && codes(&office.office, "?list=unclear").is_empty()
    );
    office
        .office
        .post("/api/v1/enterprises", &record("农产品加工"))
        .expect(200);
    assert_eq!(codes(&office.office, "?list=unclear"), [FACTORY]);
}

#[test]
fn each_sees_the_candidates_of_its_own_towns() {
    let office = Office::new();
    two_businesses(&office);
    let elsewhere = office.staff("zhan", "station", &["清禾镇"], None);
    assert!(codes(&elsewhere, "").is_empty());
    elsewhere
        .post("/api/v1/license-outreach/cases", &json!({"uscc": FACTORY}))
        .expect_problem(404);
    let here = office.staff("suo", "station", &["云港街道"], None);
    assert_eq!(codes(&here, ""), [FACTORY]);
    let case = here
        .post("/api/v1/license-outreach/cases", &json!({"uscc": FACTORY}))
        .expect(201);
    assert_eq!(
        case["station"], "suo",
        "the station that answers for the town"
    );
    let path = format!(
        "/api/v1/license-outreach/cases/{}",
        case["id"].as_str().unwrap()
    );
    elsewhere.get(&path).expect_problem(404);
    elsewhere
        .post(&format!("{path}/stages/drawing"), &json!({"note": "x"}))
        .expect_problem(404);
    elsewhere
        .post(
            &format!("{path}/close"),
            &json!({"outcome": "gave_up", "note": "x"}),
        )
        .expect_problem(404);
    assert_eq!(
        here.post("/api/v1/license-outreach/cases", &json!({"uscc": FACTORY}))
            .expect(200)["id"],
        case["id"]
    );
}

#[test]
fn of_two_people_at_one_stage_the_second_is_told_what_changed() {
    let office = Office::new();
    two_businesses(&office);
    let case = office
        .office
        .post("/api/v1/license-outreach/cases", &json!({"uscc": FACTORY}))
        .expect(201);
    let path = format!(
        "/api/v1/license-outreach/cases/{}",
        case["id"].as_str().unwrap()
    );
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
    // On the page what was typed is kept, and what is there now is said.
    let id = case["id"].as_str().unwrap();
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
    // Eight at once at a fresh stage: one is first, the others are told.
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
    let office = Office::new();
    two_businesses(&office);
    let case = office
        .office
        .post("/api/v1/license-outreach/cases", &json!({"uscc": FACTORY}))
        .expect(201);
    let path = format!(
        "/api/v1/license-outreach/cases/{}",
        case["id"].as_str().unwrap()
    );
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
fn who_gave_up_stays_off_the_list_until_the_scope_changes() {
    let office = Office::new();
    two_businesses(&office);
    let case = office
        .office
        .post("/api/v1/license-outreach/cases", &json!({"uscc": FACTORY}))
        .expect(201);
    let path = format!(
        "/api/v1/license-outreach/cases/{}/close",
        case["id"].as_str().unwrap()
    );
    office
        .office
        .post(&path, &json!({"outcome": "not_needed", "note": "只做销售"}))
        .expect(200);
    assert!(codes(&office.office, "").is_empty());
    office
        .office
        .post(
            "/api/v1/enterprises",
            &json!({"uscc": FACTORY, "name": "甲", "business_scope": "饮料生产"}),
        )
        .expect(200);
    assert_eq!(codes(&office.office, ""), [FACTORY]);
}

#[test]
fn any_text_is_answered_or_refused_but_never_breaks_the_check() {
    let office = Office::new();
    let public = office.server.public();
    let check =
        |scope: &Value| public.post("/api/v1/license-outreach/check", &json!({"scope": scope}));
    let answer = check(&json!(
        "许可项目：糕点生产（不含裱花）；食品销售；农副产品加工"
    ))
    .expect(200);
    assert_eq!(answer["needs_license"], true);
    assert_eq!(
        answer["matches"],
        json!([{"text": "糕点生产", "category_code": "124", "category": "糕点"}])
    );
    assert_eq!(answer["excluded"][0]["text"], "食品销售");
    assert_eq!(answer["unclear"][0]["text"], "农副产品加工");
    assert_eq!(
        check(&json!("食品銷售")).expect(200)["needs_license"],
        false
    );
    assert_eq!(check(&json!("食品生產")).expect(200)["needs_license"], true);
    assert_eq!(
        check(&json!("food production")).expect(200)["needs_license"],
        Value::Null
    );
    assert_eq!(
        check(&json!("🍜")).expect(200)["needs_license"],
        Value::Null
    );
    assert_eq!(
        check(&json!("\u{0}\u{1b}食品\u{200b}生产\u{202e}")).expect(200)["needs_license"],
        true
    );
    assert_eq!(
        check(&json!("食品生产；".repeat(6_700))).expect(200)["needs_license"],
        true
    );
    for nothing in [
        json!(""),
        json!(" \n"),
        json!("食".repeat(60_000)),
        json!(7),
        Value::Null,
    ] {
        check(&nothing).expect_problem(422);
    }
    public
        .post("/api/v1/license-outreach/check", &json!({}))
        .expect_problem(422);
    public
        .post(
            "/api/v1/license-outreach/check",
            &json!({"scope": "食".repeat(800_000)}),
        )
        .expect_problem(413);
    let page = public.form(
        "/license-outreach/check",
        &format!("scope={}", encoded("<script>alert(1)</script>食品生产")),
    );
    assert_eq!(page.status, 200);
    assert!(
        page.text().contains("需要办食品生产许可证") && !page.text().contains("<script>alert"),
        "{}",
        page.text()
    );
    assert_eq!(public.form("/license-outreach/check", "scope=").status, 422);
}

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

#[test]
fn a_canteen_project_owes_a_visit_at_each_step_and_training_at_the_end() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = Office::new();
    let path = "/api/v1/license-outreach/canteens";
    let refused = office
        .office
        .post(path, &json!({"name": "", "town": "云港街道"}))
        .expect(422);
    assert_eq!(refused["errors"].as_array().unwrap().len(), 2, "{refused}");
    let project = json!({"name": "丙公司食堂", "town": "云港街道", "entered_on": "2026-09-30"});
    let project = office.office.post(path, &project).expect(201);
    let one = format!("{path}/{}", project["id"].as_str().unwrap());
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
    let typed = office.office.form(
        &format!(
            "/license-outreach/canteens/{}/visits",
            project["id"].as_str().unwrap()
        ),
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
    let change = json!({"begun_on": "2026-10-20", "completed_on": "2026-11-02", "version": 1});
    office.office.patch(&one, &change).expect(200);
    assert_eq!(
        office.office.patch(&one, &change).expect_problem(409),
        "changed_meanwhile"
    );
    // A form that was begun before that and is mended afterwards still says what it was begun with.
    let begun_before = office.office.form(
        &format!(
            "/license-outreach/canteens/{}",
            project["id"].as_str().unwrap()
        ),
        "name=%E9%A3%9F%E5%A0%82&town=%E4%BA%91%E6%B8%AF%E8%A1%97%E9%81%93&entered_on=2026-13-01&version=1",
    );
    assert_eq!(begun_before.status, 422);
    assert!(
        begun_before.text().contains("name=\"version\" value=\"1\""),
        "{}",
        begun_before.text()
    );
    assert_eq!(
        office
            .office
            .patch(&one, &json!({"begun_on": "2026-09-01", "version": 2}))
            .expect(422)["errors"][0]["field"],
        "begun_on"
    );
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
fn a_simple_change_is_due_the_same_day_and_on_a_rest_day_the_next_working_day() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = Office::new();
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
fn documents_are_what_their_bytes_say_and_are_shown_to_who_may_see_the_case() {
    let office = Office::new();
    two_businesses(&office);
    let case = office
        .office
        .post("/api/v1/license-outreach/cases", &json!({"uscc": FACTORY}))
        .expect(201);
    let id = case["id"].as_str().unwrap();
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

#[test]
fn chosen_rows_become_cases_of_the_chosen_station() {
    let office = Office::new().with_sample();
    office.staff("suo", "station", &["云港街道", "清禾镇"], None);
    let list = codes(&office.office, &format!("?town={}", encoded("清禾镇")));
    let chosen: Vec<String> = list
        .iter()
        .take(5)
        .map(|uscc| format!("uscc={uscc}"))
        .collect();
    let reply = office.office.form(
        "/license-outreach/assign",
        &format!("{}&station=suo", chosen.join("&")),
    );
    assert_eq!(reply.status, 303);
    let cases = office
        .office
        .get("/api/v1/license-outreach/cases?station=suo")
        .expect(200);
    assert_eq!(cases["total"], 5);
    // A station that does not answer for the town gets nothing, and the office is told which.
    office.staff("zhan", "station", &["双桐镇"], None);
    let refused = office.office.form(
        "/license-outreach/assign",
        &format!("{}&station=zhan", chosen.join("&")),
    );
    assert!(
        refused.expect(422)["detail"]
            .as_str()
            .unwrap()
            .contains("没有交办")
    );
    assert_eq!(
        office
            .office
            .get("/api/v1/license-outreach/cases?station=zhan")
            .expect(200)["total"],
        0
    );
    let id = cases["items"][0]["id"].as_str().unwrap();
    let give = json!({"station": "zhan"});
    office
        .office
        .post(
            &format!("/api/v1/license-outreach/cases/{id}/station"),
            &give,
        )
        .expect_problem(422);
    // Twice changes nothing.
    office.office.form(
        "/license-outreach/assign",
        &format!("{}&station=suo", chosen.join("&")),
    );
    assert_eq!(
        office
            .office
            .get("/api/v1/license-outreach/cases")
            .expect(200)["total"],
        5
    );
    let workbook = office.office.get("/license-outreach/export.xlsx");
    assert!(workbook.status == 200 && workbook.body.starts_with(b"PK"));
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
