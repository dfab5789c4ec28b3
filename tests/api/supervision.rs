//! 应督导事项: what is owed in a quarter, and where it stands.

use serde_json::{Value, json};
use tests::{Client, Office};

pub const SHOP: &str = "91330503MYYG3CWJ94";

fn expected() -> Value {
    serde_json::from_slice(&std::fs::read(tests::root().join("tests/data/expected.json")).unwrap())
        .unwrap()
}

fn summary(client: &Client, period: &str) -> Vec<Value> {
    let summary = client
        .get(&format!("/api/v1/supervision/summary?period={period}"))
        .expect(200);
    summary["items"].as_array().unwrap().clone()
}

fn count(line: &Value, name: &str) -> u64 {
    line[name].as_u64().unwrap()
}

pub fn statuses(client: &Client, period: &str) -> Vec<String> {
    let list = client
        .get(&format!("/api/v1/supervision/obligations?period={period}"))
        .expect(200);
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["status"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_sample_quarter_stands_by_town_as_is_known_of_it() {
    let office = Office::at("2026-10-01T08:00:00+08:00", &[]).with_sample();
    let expected = expected();
    let lines = summary(&office.office, "2026Q3");
    let without_visit = office
        .office
        .get("/api/v1/supervision/obligations?period=2026Q3&status=unassigned&limit=200")
        .expect(200);
    let unassigned = without_visit["items"].as_array().unwrap();
    let wanted = &expected["no_visit_2026Q3_excluding_established_after_quarter_start"];
    let mut all = 0;
    for (town, missing) in wanted["by_town"].as_object().unwrap() {
        let line = lines.iter().find(|line| line["town"] == **town).unwrap();
        let nobody = unassigned
            .iter()
            .filter(|item| item["town"] == **town && item["visits"] == 0)
            .count() as u64;
        let found = count(line, "overdue") + count(line, "late") + nobody;
        assert_eq!(json!(found), *missing, "{town}: {line}");
        all += found;
    }
    assert_eq!(json!(all), wanted["total"]);
    // Of the 34 with online visits alone one was founded in the quarter and owes nothing of it.
    let online: u64 = lines.iter().map(|line| count(line, "wrong_mode")).sum();
    assert_eq!(
        json!(online + 1),
        expected["high_risk_or_canteen_online_only_2026Q3"]["total"]
    );
    let owed_online: u64 = office
        .office
        .get("/api/v1/supervision/obligations?period=2026Q3&status=wrong_mode")
        .expect(200)["total"]
        .as_u64()
        .unwrap();
    assert_eq!(online, owed_online);
    for line in &lines {
        let parts = ["done", "due", "overdue", "wrong_mode", "late", "unassigned"]
            .map(|name| count(line, name));
        assert_eq!(parts.iter().sum::<u64>(), count(line, "total"), "{line}");
    }
    // The quarter that has just begun: all are due, but for visits of its first day.
    let lines = summary(&office.office, "2026Q4");
    assert!(lines.iter().map(|line| count(line, "due")).sum::<u64>() > 2_900);
    // Before the office began nothing is owed.
    assert!(summary(&office.office, "2026Q2").is_empty());
}

pub fn one_shop(office: &Office, grade: &str, founded_on: &str) {
    let shop = json!({"uscc": SHOP, "name": "甲超市", "town": "云港街道", "risk_grade": grade, "founded_on": founded_on});
    office.office.post("/api/v1/enterprises", &shop).expect(200);
    office
        .office
        .import(
            "cadres",
            "工号,姓名,层级,镇街\nC1,张三,镇街,云港街道\nC2,李四,镇街,云港街道\n".as_bytes(),
        )
        .expect(200);
}

pub fn import_visits(office: &Office, rows: &str) {
    let file = format!("督导日期,工号,统一社会信用代码,督导方式\n{rows}\n");
    let found = office.office.import("visits", file.as_bytes()).expect(200);
    assert_eq!(found["rejected"], json!([]));
}

pub fn import_assignments(office: &Office, rows: &str) {
    let file = format!("工号,统一社会信用代码,包保起始日期,包保结束日期\n{rows}\n");
    let found = office
        .office
        .import("assignments", file.as_bytes())
        .expect(200);
    assert_eq!(found["rejected"], json!([]));
}

#[test]
fn an_obligation_is_due_then_overdue_then_late_and_any_officials_visit_meets_it() {
    let office = Office::at("2026-10-20T08:00:00+08:00", &[]);
    one_shop(&office, "A", "2020-01-01");
    assert_eq!(statuses(&office.office, "2026Q3"), ["unassigned"]);
    import_assignments(&office, &format!("C1,{SHOP},2026-01-01,"));
    assert_eq!(statuses(&office.office, "2026Q3"), ["overdue"]);
    assert_eq!(statuses(&office.office, "2026Q4"), ["due"]);
    // A visit of another official in October meets both, the first one late.
    import_visits(&office, &format!("2026-10-12,C2,{SHOP},线上"));
    assert_eq!(statuses(&office.office, "2026Q3"), ["late"]);
    assert_eq!(statuses(&office.office, "2026Q4"), ["done"]);
    // Tomorrow's visit counts from tomorrow; one within the quarter makes it done.
    import_visits(&office, &format!("2026-09-30,C2,{SHOP},线上"));
    assert_eq!(statuses(&office.office, "2026Q3"), ["done"]);
}

#[test]
fn where_on_site_is_required_online_visits_are_not_enough() {
    let office = Office::at("2026-10-20T08:00:00+08:00", &[]);
    one_shop(&office, "D", "2020-01-01");
    import_assignments(&office, &format!("C1,{SHOP},,"));
    import_visits(&office, &format!("2026-08-01,C1,{SHOP},线上"));
    assert_eq!(statuses(&office.office, "2026Q3"), ["wrong_mode"]);
    import_visits(&office, &format!("2026-10-08,C1,{SHOP},线上"));
    assert_eq!(statuses(&office.office, "2026Q3"), ["wrong_mode"]);
    import_visits(&office, &format!("2026-10-09,C1,{SHOP},现场"));
    assert_eq!(statuses(&office.office, "2026Q3"), ["late"]);
}

#[test]
fn the_holder_at_the_end_of_the_quarter_owes_it_and_a_new_business_owes_from_the_next() {
    let office = Office::at("2026-10-20T08:00:00+08:00", &[]);
    one_shop(&office, "A", "2026-07-01");
    import_assignments(
        &office,
        &format!("C1,{SHOP},2026-01-01,2026-10-31\nC2,{SHOP},2026-11-01,"),
    );
    // Founded on the first day of the third quarter: its first quarter is the fourth.
    assert!(statuses(&office.office, "2026Q3").is_empty());
    let list = office
        .office
        .get("/api/v1/supervision/obligations?period=2026Q4")
        .expect(200);
    assert_eq!(
        (&list["items"][0]["cadre_no"], &list["items"][0]["due"]),
        (&json!("C2"), &json!("2026-12-31"))
    );
    // Each official sees what is theirs.
    let first = office.staff("zhang", "cadre", &[], Some("C1"));
    let second = office.staff("li", "cadre", &[], Some("C2"));
    assert!(statuses(&first, "2026Q4").is_empty());
    assert_eq!(statuses(&second, "2026Q4"), ["due"]);
    assert_eq!(summary(&second, "2026Q4")[0]["total"], 1);
    assert!(summary(&first, "2026Q4").is_empty());
    let town = office.staff("qing", "town", &["清禾镇"], None);
    assert!(statuses(&town, "2026Q4").is_empty());
    let refused = office
        .office
        .get("/api/v1/supervision/obligations?period=2026-10")
        .expect(422);
    assert_eq!(refused["errors"][0]["field"], "period");
}

#[test]
fn the_office_sets_from_which_day_obligations_count() {
    let office = Office::at("2026-11-20T08:00:00+08:00", &[]);
    one_shop(&office, "A", "2020-01-01");
    import_assignments(&office, &format!("C1,{SHOP},,"));
    // By itself: since the last full quarter before the first day.
    assert_eq!(statuses(&office.office, "2026Q3"), ["overdue"]);
    assert!(statuses(&office.office, "2026Q2").is_empty());
    let policy = json!({"value": "2026-01-01", "valid_from": "2022-01-01"});
    office
        .office
        .put("/api/v1/policy/obligations_from", &policy)
        .expect(204);
    assert_eq!(statuses(&office.office, "2026Q1"), ["overdue"]);
    assert!(statuses(&office.office, "2025Q4").is_empty());
}
