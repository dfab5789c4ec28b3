//! A quarter is closed on the fifth working day after it: what is changed afterwards rewrites none of its figures.

use crate::supervision::{SHOP, import_assignments, import_visits, one_shop};
use crate::sweep::{SHOPS, count, small, sweep, visited};
use serde_json::{Value, json};
use tests::{Client, Office};

/// The fifth working day after the third quarter, in the evening.
const CLOSING: &str = "2026-10-13T22:30:00+08:00";
const JANUARY: &str = "2027-01-20T09:00:00+08:00";

fn close(office: &Office) -> Value {
    let nothing = json!({});
    let scheduler = office.scheduler();
    scheduler
        .post("/internal/close-quarter", &nothing)
        .expect(200)
}

/// The same office in January, its third quarter closed on the day.
fn closed_and_later(office: Office) -> (Office, Value) {
    let office = office.on(CLOSING, &[]);
    assert_eq!(close(&office)["closed"], json!(["2026Q3"]));
    let figures = figures(&office.office, "2026Q3");
    (office.on(JANUARY, &[]), figures)
}

/// Everything that is said of a quarter: its sums, and its obligations as they were closed.
fn figures(client: &Client, period: &str) -> Value {
    let summary = client.get(&format!("/api/v1/supervision/summary?period={period}"));
    let list = client
        .get(&format!(
            "/api/v1/supervision/obligations?period={period}&limit=200"
        ))
        .expect(200);
    let mut items = list["items"].clone();
    for item in items.as_array_mut().unwrap() {
        // What came after the closing stands beside it.
        item.as_object_mut().unwrap().remove("met_since");
    }
    let mut summary = summary.expect(200);
    for beside in ["late_entries", "accepted"] {
        summary.as_object_mut().unwrap().remove(beside);
    }
    json!([summary, items, list["total"]])
}

fn obligation(client: &Client, period: &str, uscc: &str) -> Value {
    let path = format!("/api/v1/supervision/obligations?period={period}&limit=200");
    let list = client.get(&path).expect(200);
    let items = list["items"].as_array().unwrap();
    let found = items.iter().find(|item| item["uscc"] == uscc);
    found.cloned().unwrap_or(Value::Null)
}

fn edit(office: &Office, uscc: &str, change: &Value) {
    let path = format!("/api/v1/enterprises/{uscc}");
    let mut change = change.clone();
    change["version"] = office.office.get(&path).expect(200)["version"].clone();
    office.office.patch(&path, &change).expect(200);
}

fn import(office: &Office, kind: &str, file: &str) {
    let found = office.office.import(kind, file.as_bytes()).expect(200);
    assert_eq!(found["rejected"], json!([]), "{found}");
}

fn breach(office: &Office, key: &str) -> Value {
    let list = office
        .office
        .get("/api/v1/sweep/breaches?limit=200")
        .expect(200);
    let items = list["items"].as_array().unwrap();
    let found = items.iter().find(|breach| breach["key"] == key);
    found.cloned().unwrap_or(Value::Null)
}

#[test]
fn a_quarter_is_closed_on_the_fifth_working_day_and_once() {
    let office = small().on("2026-10-12T22:30:00+08:00", &[]);
    assert_eq!(close(&office)["closed"], json!([]));
    let office = office.on(CLOSING, &[]);
    assert_eq!(
        close(&office),
        json!({"closed": ["2026Q3"], "obligations": 6, "unfinished": []})
    );
    assert_eq!(
        close(&office),
        json!({"closed": [], "obligations": 0, "unfinished": []})
    );
    let office = office.on("2026-12-31T22:30:00+08:00", &[]);
    assert_eq!(close(&office)["closed"], json!([]));
    let office = office.on(JANUARY, &[]);
    assert_eq!(close(&office)["closed"], json!(["2026Q4"]));
    let kept = obligation(&office.office, "2026Q3", SHOPS[0]);
    assert_eq!(
        (&kept["status"], &kept["closed_on"]),
        (&json!("overdue"), &json!("2026-10-13"))
    );
}

#[test]
fn what_ended_before_the_office_began_is_closed_with_its_first_quarter() {
    let office = Office::at("2026-11-20T22:30:00+08:00", &[]);
    assert_eq!(close(&office)["closed"], json!([]));
    one_shop(&office, "A", "2020-01-01");
    import_assignments(&office, &format!("C1,{SHOP},2026-01-01,"));
    import_visits(&office, &format!("2026-08-12,C2,{SHOP},线上"));
    assert_eq!(obligation(&office.office, "2026Q3", SHOP)["status"], "done");
    let office = office.on(JANUARY, &[]);
    assert_eq!(close(&office)["closed"], json!(["2026Q3", "2026Q4"]));
    assert_eq!(obligation(&office.office, "2026Q3", SHOP)["status"], "done");
}

#[test]
fn an_official_who_moves_in_august_leaves_the_quarter_to_the_next_holder_and_closed_it_stays_theirs()
 {
    let office = small().on("2026-08-20T09:00:00+08:00", &[]);
    import_assignments(
        &office,
        &format!("V1,{0},2026-01-01,2026-08-15\nV2,{0},2026-08-16,", SHOPS[0]),
    );
    let (office, before) = closed_and_later(office);
    assert_eq!(
        obligation(&office.office, "2026Q3", SHOPS[0])["cadre_no"],
        "V2"
    );
    // In January it is given to another, dated back to August; the official has another tier and name.
    import_assignments(
        &office,
        &format!("V2,{0},2026-08-16,2026-08-31\nQ1,{0},2026-09-01,", SHOPS[0]),
    );
    import(
        &office,
        "cadres",
        "工号,姓名,层级,所属镇街\nV2,钱大宝,镇街,清禾镇\n",
    );
    assert_eq!(figures(&office.office, "2026Q3"), before);
    assert_eq!(
        obligation(&office.office, "2027Q1", SHOPS[0])["cadre_no"],
        "Q1"
    );
}

#[test]
fn an_official_who_leaves_in_september_leaves_the_breach_to_their_town() {
    let office = small().on("2026-10-08T09:00:00+08:00", &[]);
    sweep(&office, "2026-10-08");
    let key = format!("visit/{}/2026Q3", SHOPS[0]);
    assert_eq!(breach(&office, &key)["owed_by_kind"], "cadre");
    // Entered after the quarter, dated back into it.
    let leave = json!({"left_on": "2026-09-10"});
    office.office.patch("/api/v1/cadres/V1", &leave).expect(204);
    let owed = obligation(&office.office, "2026Q3", SHOPS[0]);
    assert_eq!(
        (&owed["status"], &owed["cadre_no"], &owed["owed_by"]),
        (&json!("overdue"), &Value::Null, &json!("云港街道食安办"))
    );
    sweep(&office, "2026-10-08");
    let still = breach(&office, &key);
    assert_eq!(
        (&still["standing"], &still["owed_by_kind"]),
        (&json!("open"), &json!("town"))
    );
    // 己 was held by nobody in the whole quarter: the office sees it, and nobody owes it.
    assert_eq!(
        obligation(&office.office, "2026Q3", SHOPS[5])["status"],
        "unassigned"
    );
    let (office, before) = closed_and_later(office);
    // A successor who is dated back takes over nothing of what is closed.
    import_assignments(&office, &format!("V2,{},2026-09-11,", SHOPS[0]));
    assert_eq!(figures(&office.office, "2026Q3"), before);
    sweep(&office, "2027-01-20");
    assert_eq!(breach(&office, &key)["owed_by_kind"], "town");
}

#[test]
fn a_business_that_moves_to_another_town_stays_in_the_closed_figures_of_the_old() {
    let (office, before) = closed_and_later(small());
    office.knows(&["清禾镇"]);
    edit(
        &office,
        SHOPS[0],
        &json!({"town": "清禾镇", "village": "北村", "name": "甲食品店新址"}),
    );
    assert_eq!(figures(&office.office, "2026Q3"), before);
    assert_eq!(
        obligation(&office.office, "2026Q3", SHOPS[0])["town"],
        "云港街道"
    );
    assert_eq!(
        obligation(&office.office, "2027Q1", SHOPS[0])["town"],
        "清禾镇"
    );
}

#[test]
fn a_business_that_closes_and_reopens_changes_no_closed_figure() {
    let office = small().on("2026-09-15T09:00:00+08:00", &[]);
    edit(&office, SHOPS[0], &json!({"status": "deregistered"}));
    let (office, before) = closed_and_later(office);
    assert_eq!(before[2], 5, "{before}");
    edit(&office, SHOPS[0], &json!({"status": "operating"}));
    edit(&office, SHOPS[1], &json!({"status": "deregistered"}));
    assert_eq!(figures(&office.office, "2026Q3"), before);
    assert_eq!(
        obligation(&office.office, "2027Q1", SHOPS[0])["status"],
        "due"
    );
    assert_eq!(obligation(&office.office, "2027Q1", SHOPS[1]), Value::Null);
    // Nobody can visit what is no more: the breach that is left ends with it.
    sweep(&office, "2027-01-20");
    let key = format!("visit/{}/2026Q3", SHOPS[1]);
    assert_ne!(breach(&office, &key)["standing"], "open");
}

#[test]
fn a_business_closed_for_most_of_the_quarter_owes_nothing_and_one_entered_later_changes_nothing() {
    let file = |uscc: &str| {
        format!(
            "统一社会信用代码,停业起始日期,停业截止日期,说明\n{uscc},2026-07-10,2026-09-20,装修\n"
        )
    };
    let office = small().on("2026-09-25T09:00:00+08:00", &[]);
    import(&office, "suspensions", &file(SHOPS[0]));
    let (office, before) = closed_and_later(office);
    assert_eq!(obligation(&office.office, "2026Q3", SHOPS[0]), Value::Null);
    import(&office, "suspensions", &file(SHOPS[1]));
    let path = format!("/api/v1/suspensions/{}~2026-07-10", SHOPS[0]);
    let kept = office.office.get(&path).expect(200);
    let revoked = json!({"version": kept["version"], "revoked_on": "2027-01-20"});
    office.office.patch(&path, &revoked).expect(200);
    assert_eq!(figures(&office.office, "2026Q3"), before);
}

#[test]
fn a_grade_raised_in_january_leaves_a_visit_of_august_right() {
    let office = small().on("2026-08-20T09:00:00+08:00", &[]);
    visited(&office, "2026-08-20", "V1", SHOPS[0], "线上");
    let (office, before) = closed_and_later(office);
    edit(&office, SHOPS[0], &json!({"risk_grade": "D", "level": "C"}));
    assert_eq!(figures(&office.office, "2026Q3"), before);
    assert_eq!(
        obligation(&office.office, "2026Q3", SHOPS[0])["status"],
        "done"
    );
    sweep(&office, "2027-01-20");
    let key = format!("visit/{}/2026Q3", SHOPS[0]);
    assert_eq!(breach(&office, &key), Value::Null);
    assert_eq!(
        obligation(&office.office, "2027Q1", SHOPS[0])["on_site_required"],
        true
    );
}

#[test]
fn a_visit_after_the_closing_meets_the_breach_and_no_figure() {
    let (office, before) = closed_and_later(small());
    sweep(&office, "2027-01-19");
    let key = format!("visit/{}/2026Q3", SHOPS[0]);
    assert_eq!(breach(&office, &key)["standing"], "open");
    visited(&office, "2027-01-19", "V2", SHOPS[0], "线上");
    assert_eq!(figures(&office.office, "2026Q3"), before);
    let kept = obligation(&office.office, "2026Q3", SHOPS[0]);
    assert_eq!(
        (&kept["status"], &kept["met_on"], &kept["met_since"]),
        (&json!("overdue"), &Value::Null, &json!("2027-01-19"))
    );
    sweep(&office, "2027-01-20");
    assert_eq!(
        (
            &breach(&office, &key)["standing"],
            &breach(&office, &key)["met_on"]
        ),
        (&json!("closed"), &json!("2027-01-19"))
    );
}

/// What the store keeps of a closed quarter, to the last digit.
fn rows(office: &Office) -> Vec<String> {
    let store = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    let sql = "SELECT json_array(period, ledger_id, uscc, enterprise, town, village, level, sector, risk_grade, canteen, on_site_required, cadre_no, cadre,
        tier, owed_by_kind, owed_by, status, met_on, visited_on, visits) FROM closed_obligation ORDER BY period, ledger_id";
    let mut rows = store.prepare(sql).unwrap();
    let rows = rows.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_closing_killed_in_the_middle_comes_to_the_same_rows() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let sample = || {
        let office = Office::at("2026-09-01T09:00:00+08:00", &[]).with_sample();
        let from = json!({"value": "2026-07-01", "valid_from": "2022-01-01"});
        office
            .office
            .put("/api/v1/policy/obligations_from", &from)
            .expect(204);
        office.on(CLOSING, &[])
    };
    let undisturbed = sample();
    close(&undisturbed);
    let expected = rows(&undisturbed);
    assert!(expected.len() > 2000, "{}", expected.len());
    drop(undisturbed);
    // Cut off after its first slice.
    let office = sample();
    let first = json!({"slices": 1});
    let cut = office
        .scheduler()
        .post("/internal/close-quarter", &first)
        .expect(200);
    assert_eq!(cut["unfinished"], json!(["2026Q3"]));
    let part = rows(&office).len();
    assert!(0 < part && part < expected.len());
    // Until it is finished readers see the quarter whole.
    let shown = figures(&office.office, "2026Q3");
    assert_eq!(shown[2], expected.len(), "{}", shown[2]);
    let office = office.on("2026-10-14T09:00:00+08:00", &[]);
    // Before it goes on, everything about the last businesses changes.
    let of_last = "FROM obligation_to_close WHERE owed_by_kind = 'cadre' AND status = 'overdue' ORDER BY ledger_id DESC LIMIT 1";
    let store = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    let (last, holder): (String, String) = store
        .query_row(&format!("SELECT uscc, cadre_no {of_last}"), [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    drop(store);
    import_visits(&office, &format!("2026-09-02,{holder},{last},现场"));
    edit(
        &office,
        &last,
        &json!({"name": "改了名的店", "level": "B", "risk_grade": "D"}),
    );
    let leave = json!({"left_on": "2026-10-14"});
    let path = format!("/api/v1/cadres/{holder}");
    office.office.patch(&path, &leave).expect(204);
    let newcomer = json!({"uscc": SHOPS[0], "name": "新来的店", "town": "云港街道", "founded_on": "2020-01-01"});
    office
        .office
        .post("/api/v1/enterprises", &newcomer)
        .expect(200);
    close(&office);
    let store = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    let kept: i64 = store
        .query_row("SELECT count(*) FROM closing_kept", [], |row| row.get(0))
        .unwrap();
    assert!(kept > 0);
    for (found, expected) in rows(&office).iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    assert_eq!(rows(&office).len(), expected.len());
    assert_eq!(
        count(
            &office,
            "SELECT count(*) FROM audit WHERE record = 'period/2026Q3'"
        ),
        2
    );
}

#[test]
fn a_visit_recorded_after_the_closing_is_late_and_the_office_may_take_it_as_on_time_beside_the_closed_row()
 {
    let office = small().on(CLOSING, &[]);
    close(&office);
    let before = figures(&office.office, "2026Q3");
    let key = format!("visit/{}/2026Q3", SHOPS[0]);
    sweep(&office, "2026-10-13");
    assert_eq!(breach(&office, &key)["standing"], "open");
    // On the seventh working day after it the official can still record the last day of the quarter, and no day before.
    let office = office.on("2026-10-14T09:00:00+08:00", &[]);
    let official = office.staff("aken", "cadre", &[], Some("V1"));
    let visit =
        |day: &str| json!({"uscc": SHOPS[0], "visited_on": day, "mode": "online", "result": "ok"});
    let refused = official
        .post("/api/v1/visits", &visit("2026-09-28"))
        .expect(422);
    assert_eq!(refused["errors"][0]["field"], "visited_on");
    official
        .post("/api/v1/visits", &visit("2026-09-30"))
        .expect(201);
    // What the office imports is not bound by it.
    visited(&office, "2026-08-03", "V1", SHOPS[1], "线上");
    assert_eq!(figures(&office.office, "2026Q3"), before);
    let kept = obligation(&office.office, "2026Q3", SHOPS[0]);
    assert_eq!(
        (&kept["status"], &kept["met_since"]),
        (&json!("overdue"), &json!("2026-10-14"))
    );
    let summary = |office: &Office| {
        let path = "/api/v1/supervision/summary?period=2026Q3";
        let summary = office.office.get(path).expect(200);
        (summary["late_entries"].clone(), summary["accepted"].clone())
    };
    assert_eq!(summary(&office), (json!(2), json!(0)));
    sweep(&office, "2026-10-14");
    assert_eq!(
        breach(&office, &key)["met_on"],
        "2026-10-14",
        "on the day on which it was recorded"
    );
    // The office takes one as on time, with its reason, once.
    let list = office
        .office
        .get("/api/v1/supervision/late-entries?period=2026Q3")
        .expect(200);
    let items = list["items"].as_array().unwrap();
    let entry = items.iter().find(|item| item["uscc"] == SHOPS[0]).unwrap();
    let path = format!(
        "/api/v1/supervision/late-entries/{}/acceptance",
        entry["visit_id"].as_str().unwrap()
    );
    office.office.post(&path, &json!({})).expect_problem(422);
    let reason = json!({"reason": "手机摔坏，当天有纸质记录"});
    official.post(&path, &reason).expect_problem(403);
    office.office.post(&path, &reason).expect(204);
    office.office.post(&path, &reason).expect_problem(409);
    office
        .office
        .post("/api/v1/supervision/late-entries/999/acceptance", &reason)
        .expect_problem(404);
    assert_eq!(summary(&office), (json!(2), json!(1)));
    assert_eq!(figures(&office.office, "2026Q3"), before);
    assert_eq!(
        obligation(&office.office, "2026Q3", SHOPS[0])["met_since"],
        "2026-09-30"
    );
    let page = format!(
        "/supervision/late-entries/{}",
        entry["visit_id"].as_str().unwrap()
    );
    assert!(office.office.get(&page).text().contains("手机摔坏"));
    let progress = office.office.get("/supervision?period=2026Q3").text();
    assert!(progress.contains("其中认可按时 1 件"), "{progress}");
}

#[test]
fn nobody_leaves_or_moves_back_over_a_closed_quarter_but_by_the_office_with_its_reason() {
    let (office, before) = closed_and_later(small());
    let town = office.staff("zhen", "town", &["云港街道"], None);
    let list = office
        .office
        .get("/api/v1/assignments?cadre_no=V1&limit=10")
        .expect(200);
    let id = list["items"][0]["id"].as_str().unwrap();
    let path = format!("/api/v1/assignments/{id}");
    let refused = town
        .patch(
            &path,
            &json!({"ends_on": "2026-08-31", "backdated_reason": "漏填"}),
        )
        .expect(422);
    assert_eq!(refused["errors"][0]["field"], "ends_on");
    office
        .office
        .patch(&path, &json!({"ends_on": "2026-08-31"}))
        .expect_problem(422);
    let new = json!({"uscc": SHOPS[5], "cadre_no": "V2", "starts_on": "2026-09-01"});
    town.post("/api/v1/assignments", &new).expect_problem(422);
    let leave = |day: &str| json!({"left_on": day});
    office
        .office
        .patch("/api/v1/cadres/V1", &leave("2026-09-29"))
        .expect_problem(422);
    let with_reason = json!({"left_on": "2026-08-31", "backdated_reason": "八月已调离，文件迟到"});
    office
        .office
        .patch("/api/v1/cadres/V1", &with_reason)
        .expect(204);
    // The last day of the quarter is not within what changes.
    office
        .office
        .patch("/api/v1/cadres/V2", &leave("2026-09-30"))
        .expect(204);
    assert_eq!(figures(&office.office, "2026Q3"), before);
    let page = office
        .office
        .form("/supervision/cadres/Q1", "version=1&left_on=2026-08-31");
    assert!(
        page.status == 422 && page.text().contains("backdated_reason"),
        "{}",
        page.text()
    );
}

#[test]
fn the_policy_says_how_often_a_level_is_visited_and_what_must_be_on_site() {
    let office = small();
    let set = |name: &str, value: u32| {
        let value = json!({"value": value, "valid_from": "2026-07-01"});
        let path = format!("/api/v1/policy/{name}");
        office.office.put(&path, &value).expect(204);
    };
    set("visits_a_year_level_d", 2);
    assert_eq!(obligation(&office.office, "2026Q3", SHOPS[0]), Value::Null);
    let half = obligation(&office.office, "2026H2", SHOPS[0]);
    assert_eq!(
        (&half["status"], &half["due"]),
        (&json!("due"), &json!("2026-12-31"))
    );
    let official = office.staff("aken", "cadre", &[], Some("V1"));
    let mine = official.get("/supervision/mine").text();
    assert!(mine.contains("2026年下半年"), "{mine}");
    // A school canteen need not be visited on site where the policy says so.
    assert_eq!(
        obligation(&office.office, "2026H2", SHOPS[2])["on_site_required"],
        true
    );
    set("visit_on_site_canteen", 0);
    assert_eq!(
        obligation(&office.office, "2026H2", SHOPS[2])["on_site_required"],
        false
    );
    // The half-year is closed like a quarter, and what is set for it later does not reach it.
    let office = office.on(JANUARY, &[]);
    // Other levels are still visited each quarter.
    assert_eq!(
        close(&office)["closed"],
        json!(["2026H2", "2026Q3", "2026Q4"])
    );
    let before = figures(&office.office, "2026H2");
    let value = json!({"value": 4, "valid_from": "2026-07-01"});
    office
        .office
        .put("/api/v1/policy/visits_a_year_level_d", &value)
        .expect(204);
    assert_eq!(figures(&office.office, "2026H2"), before);
    sweep(&office, "2027-01-20");
    let late = breach(&office, &format!("visit/{}/2026H2", SHOPS[0]));
    assert_eq!(late["subject"], "甲食品店：2026年下半年督导");
}

#[test]
fn whoever_plans_a_visit_sees_how_often_officials_came_this_year() {
    let office = small();
    let cap = json!({"value": 2, "valid_from": "2026-07-01"});
    office
        .office
        .put("/api/v1/policy/entries_a_year_cap", &cap)
        .expect(204);
    visited(&office, "2026-06-20", "V2", SHOPS[0], "现场");
    let official = office.staff("aken", "cadre", &[], Some("V1"));
    let page = official
        .get(&format!("/supervision/mine/{}", SHOPS[0]))
        .text();
    assert!(
        page.contains("每年上限 2 次") && !page.contains("已到上限"),
        "{page}"
    );
    visited(&office, "2026-06-30", "V1", SHOPS[0], "线上");
    let page = official
        .get(&format!("/supervision/mine/{}", SHOPS[0]))
        .text();
    assert!(page.contains("已到上限"), "{page}");
    let desk = office
        .office
        .get(&format!("/enterprises/{}", SHOPS[0]))
        .text();
    assert!(desk.contains("今年已入企 2 次，上限 2 次"), "{desk}");
}
