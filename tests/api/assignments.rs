//! 包保关系: who may answer for a business, what a change of official or business owes, and even loads.

use crate::supervision::SHOP;
use serde_json::{Value, json};
use tests::Office;

fn import(office: &Office, kind: &str, csv: &str) {
    let report = office.office.import(kind, csv.as_bytes()).expect(200);
    assert_eq!(report["rejected"], json!([]), "{report}");
}

const OTHER: &str = "92330503MYWG9MDA0T";

/// One business a village answers for and one the town does; three officials.
pub fn small_district() -> Office {
    let office = Office::at("2026-12-01T09:00:00+08:00", &[]);
    import(
        &office,
        "enterprises",
        &format!(
            "统一社会信用代码,企业名称,成立日期,所属镇街,村社区,经营范围,包保级别\n{SHOP},甲食品店,2020-01-01,云港街道,东庄社区,食品销售,D\n{OTHER},乙食品厂,2020-01-01,云港街道,东庄社区,食品生产,C\n"
        ),
    );
    import(
        &office,
        "cadres",
        "工号,姓名,层级,所属镇街,手机\nV1,沈阿根,村社区,云港街道,13800000001\nV2,钱小宝,村社区,云港街道,13800000002\nT1,吴镇长,镇街,云港街道,13800000003\n",
    );
    import(
        &office,
        "assignments",
        &format!(
            "统一社会信用代码,工号,包保起始日期\n{SHOP},V1,2026-01-01\n{OTHER},T1,2026-01-01\n"
        ),
    );
    office
}

fn assignments(office: &Office, uscc: &str) -> Vec<Value> {
    let list = office
        .office
        .get(&format!("/api/v1/assignments?q={uscc}"))
        .expect(200);
    list["items"].as_array().unwrap().clone()
}

#[test]
fn the_tier_must_fit_the_level() {
    let office = small_district();
    let town = office.staff("town", "town", &["云港街道"], None);
    let low = json!({"uscc": OTHER, "cadre_no": "V1", "starts_on": "2026-12-01"});
    let refused = town.post("/api/v1/assignments", &low).expect(422);
    assert_eq!(
        refused["errors"][0]["reason"],
        "C级主体不能由村社区干部包保"
    );
    // A roster that says so is taken, and the office is told.
    let roster = format!(
        "统一社会信用代码,工号,包保起始日期\n{SHOP},V2,2026-02-01\n{OTHER},V2,2026-02-01\n"
    );
    let report = office
        .office
        .send(
            "POST",
            "/api/v1/assignments/import?dry_run=true",
            None,
            roster.into_bytes(),
        )
        .expect(200);
    assert_eq!(
        (
            &report["created"],
            &report["warnings"][0]["row"],
            report["warnings"].as_array().unwrap().len()
        ),
        (&json!(2), &json!(3), 1),
        "{report}"
    );
}

#[test]
fn a_higher_tier_needs_its_reason_and_the_history_goes_by_date() {
    let office = small_district();
    let town = office.staff("town", "town", &["云港街道"], None);
    let far = office.staff("far", "town", &["南塘镇"], None);
    let first = assignments(&office, SHOP)[0]["id"].clone();
    let lifted =
        json!({"uscc": SHOP, "cadre_no": "T1", "starts_on": "2026-12-01", "replaces": first});
    far.post("/api/v1/assignments", &lifted).expect_problem(404);
    assert_eq!(
        town.post("/api/v1/assignments", &lifted).expect(422)["errors"][0]["field"],
        "reason"
    );
    let mut with_reason = lifted.clone();
    with_reason["reason"] = json!("校园周边，镇街直接包保");
    // A town asks; the office approves, and only then is there an assignment.
    let asked = town.post("/api/v1/assignments", &with_reason).expect(201);
    let again = town.post("/api/v1/assignments", &with_reason).expect(201);
    assert_eq!(asked["lift_request"], again["lift_request"]);
    assert_eq!(assignments(&office, SHOP).len(), 1);
    let waits = office.office.get("/api/v1/home").expect(200);
    assert!(
        waits["tasks"].to_string().contains("lift_request"),
        "{waits}"
    );
    let answer = format!(
        "/api/v1/lift-requests/{}/answer",
        asked["lift_request"].as_str().unwrap()
    );
    let approve = json!({"decision": "approve"});
    town.post(&answer, &approve).expect_problem(403);
    let refused = json!({"decision": "refuse"});
    assert_eq!(
        office.office.post(&answer, &refused).expect(422)["errors"][0]["field"],
        "answer"
    );
    office.office.post(&answer, &approve).expect(204);
    office.office.post(&answer, &approve).expect_problem(409);
    far.get(&format!(
        "/supervision/lift-requests/{}",
        asked["lift_request"].as_str().unwrap()
    ))
    .expect_problem(404);
    office
        .office
        .post("/api/v1/assignments", &with_reason)
        .expect_problem(422);
    // By date: the one ends the day before the other begins.
    let mut history = assignments(&office, SHOP);
    history.sort_by_key(|one| one["starts_on"].to_string());
    assert_eq!(
        (
            &history[0]["ends_on"],
            &history[1]["fit"],
            &history[1]["lifted_reason"]
        ),
        (
            &json!("2026-11-30"),
            &json!("lifted"),
            &json!("校园周边，镇街直接包保")
        )
    );
    let page = town.get(&format!("/supervision/assignments/{SHOP}")).text();
    assert!(
        page.contains("提级：校园周边，镇街直接包保") && page.contains("2026年11月30日"),
        "{page}"
    );
    far.get(&format!("/supervision/assignments/{SHOP}"))
        .expect_problem(404);
    // Ended; a version that is old is told so.
    let id = history[1]["id"].as_str().unwrap();
    let end = json!({"ends_on": "2026-12-31", "version": 7});
    office
        .office
        .patch(&format!("/api/v1/assignments/{id}"), &end)
        .expect_problem(409);
    office
        .office
        .patch(
            &format!("/api/v1/assignments/{id}"),
            &json!({"ends_on": "2026-12-31"}),
        )
        .expect(204);
    assert_eq!(
        office
            .office
            .get("/api/v1/assignments?fit=lifted")
            .expect(200)["total"],
        1
    );
}

#[test]
fn the_page_asks_to_choose_an_official_where_none_was_chosen() {
    let office = small_district();
    let page = format!("/supervision/assignments/{SHOP}");
    let refused = office
        .office
        .form(&page, "cadre_no=&replaces=&starts_on=2026-12-01&reason=");
    assert_eq!(refused.status, 422);
    let text = refused.text();
    assert!(
        text.contains("请选择包保干部") && !text.contains("请填写包保干部"),
        "{text}"
    );
}

#[test]
fn who_leaves_opens_a_deadline_of_twenty_working_days_for_each_business() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = small_district();
    office
        .office
        .patch("/api/v1/cadres/V1", &json!({"left_on": "2026-12-01"}))
        .expect(204);
    assert_eq!(assignments(&office, SHOP)[0]["ends_on"], "2026-12-01");
    let database = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    let deadline = || -> (String, String, String, Option<String>) {
        database
            .query_row(
                "SELECT owed_by_kind, owed_by, due_on, met_on FROM reassignment_after_official_term",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
            )
            .unwrap()
    };
    // 2 to 29 December are twenty working days.
    assert_eq!(
        deadline(),
        ("town".into(), "云港街道".into(), "2026-12-29".into(), None)
    );
    office
        .office
        .post(
            "/api/v1/assignments",
            &json!({"uscc": SHOP, "cadre_no": "V1", "starts_on": "2026-12-10"}),
        )
        .expect(422);
    office
        .office
        .post(
            "/api/v1/assignments",
            &json!({"uscc": SHOP, "cadre_no": "V2", "starts_on": "2026-12-10"}),
        )
        .expect(201);
    assert_eq!(deadline().3.as_deref(), Some("2026-12-10"));
    let page = office.office.get("/supervision/cadres/V1").text();
    assert!(
        page.contains("2026年12月1日") && page.contains("离任"),
        "{page}"
    );
}

#[test]
fn a_new_business_and_one_that_changes_open_a_deadline_of_thirty_working_days() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = small_district();
    let database = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    import(
        &office,
        "enterprises",
        "统一社会信用代码,企业名称,成立日期,所属镇街,经营范围,包保级别\n91330503MA2D2BJJ02,丙食品店,2026-11-30,云港街道,食品销售,D\n",
    );
    office
        .office
        .patch(
            &format!("/api/v1/enterprises/{SHOP}"),
            &json!({"level": "C", "version": 1}),
        )
        .expect(200);
    let count = |what: &str, met: &str| -> i64 {
        let sql = format!(
            "SELECT count(*) FROM reassignment_on_change_term WHERE key LIKE 'reassignment/%/{what}/%' AND met_on IS {met}"
        );
        database.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!((count("new", "NULL"), count("level", "NULL")), (1, 1));
    let changed = json!({"uscc": SHOP, "cadre_no": "T1", "starts_on": "2026-12-15"});
    office
        .office
        .post("/api/v1/assignments", &changed)
        .expect(201);
    assert_eq!(count("level", "'2026-12-15'"), 1);
    office
        .office
        .patch(
            &format!("/api/v1/enterprises/{OTHER}"),
            &json!({"status": "deregistered", "version": 1}),
        )
        .expect(200);
    assert_eq!(count("closed", "NULL"), 1);
}

#[test]
fn a_proposal_evens_out_the_loads_and_is_accepted_in_part_or_whole() {
    let office = Office::at("2026-10-01T08:00:00+08:00", &[]).with_sample();
    let balance = office
        .office
        .get("/api/v1/assignments/balance?town=%E4%BA%91%E6%B8%AF%E8%A1%97%E9%81%93")
        .expect(200);
    let loads: Vec<u64> = balance["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["load"].as_u64().unwrap())
        .collect();
    assert_eq!(
        loads.iter().sum::<u64>(),
        balance["spread"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["total"].as_u64().unwrap())
            .sum::<u64>()
    );
    let proposal = office
        .office
        .post("/api/v1/assignments/proposal", &json!({"town": "云港街道"}))
        .expect(200);
    let gap = |spread: &Value| spread["most"].as_u64().unwrap() - spread["least"].as_u64().unwrap();
    let (before, after) = (
        proposal["before"].as_array().unwrap(),
        proposal["after"].as_array().unwrap(),
    );
    assert!(
        before
            .iter()
            .zip(after)
            .all(|(before, after)| gap(after) <= gap(before)),
        "{proposal}"
    );
    let moves = proposal["moves"].as_array().unwrap();
    assert!(!moves.is_empty());
    let step = |one: &Value| {
        format!(
            "{}:{}",
            one["assignment"].as_str().unwrap(),
            one["to"].as_str().unwrap()
        )
    };
    // One of them, then all: what was taken is not taken again.
    let one = json!({"moves": [step(&moves[0])], "starts_on": "2026-10-02"});
    assert_eq!(
        office
            .office
            .post("/api/v1/assignments/proposal/accept", &one)
            .expect(200)["moved"],
        1
    );
    let all =
        json!({"moves": moves.iter().map(step).collect::<Vec<_>>(), "starts_on": "2026-10-02"});
    assert_eq!(
        office
            .office
            .post("/api/v1/assignments/proposal/accept", &all)
            .expect(200)["moved"],
        moves.len() - 1
    );
    let far = office.staff("far", "town", &["南塘镇"], None);
    assert_eq!(
        far.post("/api/v1/assignments/proposal/accept", &all)
            .expect(200)["moved"],
        0
    );
    let page = office.office.get("/supervision/balance").text();
    assert!(page.contains("任务均衡") && page.contains("调整建议"));
}
