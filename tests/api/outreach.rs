//! 许可服务前移: who is found, and what takes them off the list.

use serde_json::{Value, json};
use tests::{Client, Office};

pub const FACTORY: &str = "91330503MYYG3CWJ94";
pub const SHOP: &str = "92330503MYWG9MDA0T";
pub const LICENSE: &str = "SC12733050370007";
const CANDIDATES: &str = "/api/v1/license-outreach/candidates";

fn expected() -> Value {
    serde_json::from_slice(&std::fs::read(tests::root().join("tests/data/expected.json")).unwrap())
        .unwrap()
}

pub fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// A factory without a licence and a shop that needs none.
pub fn two_businesses(office: &Office) {
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

pub fn codes(client: &Client, query: &str) -> Vec<String> {
    let list = client.get(&format!("{CANDIDATES}{query}")).expect(200);
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["uscc"].as_str().unwrap().to_owned())
        .collect()
}

pub fn licenses(office: &Office, rows: &str) -> Value {
    let file = format!("食品生产许可证编号,统一社会信用代码,类别,发证日期,有效期至,状态\n{rows}\n");
    office
        .office
        .import("licenses", file.as_bytes())
        .expect(200)
}

pub fn applications(office: &Office, rows: &str) -> Value {
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
