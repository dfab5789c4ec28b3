//! 包保督导: what is owed in a quarter, and where it stands.

use serde_json::{Value, json};
use tests::{Client, Office};

const SHOP: &str = "91330503MYYG3CWJ94";

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

fn statuses(client: &Client, period: &str) -> Vec<String> {
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

fn one_shop(office: &Office, grade: &str, founded_on: &str) {
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

fn visits(office: &Office, rows: &str) {
    let file = format!("督导日期,工号,统一社会信用代码,督导方式\n{rows}\n");
    let found = office.office.import("visits", file.as_bytes()).expect(200);
    assert_eq!(found["rejected"], json!([]));
}

fn assign(office: &Office, rows: &str) {
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
    assign(&office, &format!("C1,{SHOP},2026-01-01,"));
    assert_eq!(statuses(&office.office, "2026Q3"), ["overdue"]);
    assert_eq!(statuses(&office.office, "2026Q4"), ["due"]);
    // A visit of another official in October meets both, the first one late.
    visits(&office, &format!("2026-10-12,C2,{SHOP},线上"));
    assert_eq!(statuses(&office.office, "2026Q3"), ["late"]);
    assert_eq!(statuses(&office.office, "2026Q4"), ["done"]);
    // Tomorrow's visit counts from tomorrow; one within the quarter makes it done.
    visits(&office, &format!("2026-09-30,C2,{SHOP},线上"));
    assert_eq!(statuses(&office.office, "2026Q3"), ["done"]);
}

#[test]
fn where_on_site_is_required_online_visits_are_not_enough() {
    let office = Office::at("2026-10-20T08:00:00+08:00", &[]);
    one_shop(&office, "D", "2020-01-01");
    assign(&office, &format!("C1,{SHOP},,"));
    visits(&office, &format!("2026-08-01,C1,{SHOP},线上"));
    assert_eq!(statuses(&office.office, "2026Q3"), ["wrong_mode"]);
    visits(&office, &format!("2026-10-08,C1,{SHOP},线上"));
    assert_eq!(statuses(&office.office, "2026Q3"), ["wrong_mode"]);
    visits(&office, &format!("2026-10-09,C1,{SHOP},现场"));
    assert_eq!(statuses(&office.office, "2026Q3"), ["late"]);
}

#[test]
fn the_holder_at_the_end_of_the_quarter_owes_it_and_a_new_business_owes_from_the_next() {
    let office = Office::at("2026-10-20T08:00:00+08:00", &[]);
    one_shop(&office, "A", "2026-07-01");
    assign(
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
    assign(&office, &format!("C1,{SHOP},,"));
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

#[test]
fn an_official_records_a_visit_at_the_door_and_sent_twice_it_is_one() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = Office::at("2026-11-20T08:00:00+08:00", &[]);
    one_shop(&office, "A", "2020-01-01");
    assign(&office, &format!("C1,{SHOP},2026-01-01,"));
    let official = office.staff("zhang", "cadre", &["云港街道"], Some("C1"));
    let visit = json!({"uscc": SHOP, "visited_on": "2026-11-20", "mode": "on_site", "result": "problems", "checked": ["进货查验"],
        "problems": [{"text": "冷柜温度偏高", "mend_by": "2026-11-27"}, {"text": "价签脱落"}]});
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
    // The problem is a deadline until it is mended.
    let met = || -> Vec<(String, String, Option<String>)> {
        let database = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
        let mut all = database
            .prepare("SELECT owed_by, due_on, met_on FROM deadline_problem")
            .unwrap();
        all.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap()
    };
    assert_eq!(met(), [("C1".into(), "2026-11-27".into(), None)]);
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
        [("C1".into(), "2026-11-27".into(), Some("2026-11-20".into()))]
    );
    // What is not theirs does not exist for them.
    other
        .post(
            "/api/v1/visits",
            &json!({"uscc": SHOP, "visited_on": "2026-11-20", "mode": "on_site", "result": "ok"}),
        )
        .expect_problem(404);
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
    // On the telephone: the list, the form, what was typed kept, saved.
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
        .get(&format!("/supervision/mine/{}", "92330503MYWG9MDA0T"))
        .expect_problem(404);
}

fn import(office: &Office, kind: &str, csv: &str) {
    let report = office.office.import(kind, csv.as_bytes()).expect(200);
    assert_eq!(report["rejected"], json!([]), "{report}");
}

const OTHER: &str = "92330503MYWG9MDA0T";

/// One business a village answers for and one the town does; three officials.
fn held() -> Office {
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
fn the_tier_must_fit_the_level_and_a_higher_one_needs_its_reason() {
    let office = held();
    let town = office.staff("town", "town", &["云港街道"], None);
    let far = office.staff("far", "town", &["南塘镇"], None);
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
    town.post("/api/v1/assignments", &with_reason).expect(201);
    town.post("/api/v1/assignments", &with_reason)
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
fn who_leaves_opens_a_deadline_of_twenty_working_days_for_each_business() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = held();
    office
        .office
        .patch("/api/v1/cadres/V1", &json!({"left_on": "2026-12-01"}))
        .expect(204);
    assert_eq!(assignments(&office, SHOP)[0]["ends_on"], "2026-12-01");
    let database = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    let deadline = || -> (String, String, String, Option<String>) {
        database
            .query_row(
                "SELECT owed_by_kind, owed_by, due_on, met_on FROM deadline_reassignment_official",
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
    // A new business has thirty, and a business that changes its level another thirty.
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
            "SELECT count(*) FROM deadline_reassignment_enterprise WHERE key LIKE 'reassignment/%/{what}/%' AND met_on IS {met}"
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
    let page = office.office.get("/supervision/cadres/V1").text();
    assert!(
        page.contains("2026年12月1日") && page.contains("离任"),
        "{page}"
    );
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

#[test]
fn an_official_signs_and_reports_once_a_year_and_is_looked_at() {
    let office = held();
    let official = office.staff("v1", "cadre", &[], Some("V1"));
    let town = office.staff("town", "town", &["云港街道"], None);
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
    let lists = official.get("/supervision/lists").text();
    for said in ["责任清单", "任务清单", "督查清单", "甲食品店"] {
        assert!(lists.contains(said), "{said}");
    }
    assert!(!lists.contains("乙食品厂"));
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
    // The town looks at its villages, the office at the town.
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

#[test]
fn a_problem_carries_photographs_that_only_those_concerned_see() {
    let office = held();
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
