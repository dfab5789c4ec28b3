//! 岗位: an official may hold several, moves from one to another, and is known without a number of their own.

use crate::supervision::{SHOP, import_assignments};
use crate::sweep::{SHOPS, small};
use serde_json::{Value, json};
use tests::Office;

const HEADER: &str = "工号,姓名,职务,层级,所属镇街,村社区,手机";

fn roster(office: &Office, rows: &str) -> Value {
    let file = format!("{HEADER}\n{rows}\n");
    office.office.import("cadres", file.as_bytes()).expect(200)
}

/// The posts of the official with a number, by their numbers.
fn posts(office: &Office, cadre_no: &str) -> Vec<Value> {
    let path = format!("/api/v1/cadres?cadre_no={cadre_no}&limit=50");
    let list = office.office.get(&path).expect(200);
    list["items"].as_array().unwrap().clone()
}

fn holder(office: &Office, uscc: &str) -> Value {
    let list = office
        .office
        .get(&format!("/api/v1/assignments?q={uscc}"))
        .expect(200);
    list["items"][0].clone()
}

fn obligation(office: &Office, period: &str, uscc: &str) -> Value {
    let path = format!("/api/v1/supervision/obligations?period={period}&limit=200");
    let list = office.office.get(&path).expect(200);
    let items = list["items"].as_array().unwrap();
    let found = items.iter().find(|item| item["uscc"] == uscc);
    found.cloned().unwrap_or(Value::Null)
}

const TWO_TIERS: &str =
    "L1,沈建国,副区长,区,,,13800000009\nL1,沈建国,挂点领导,村社区,云港街道,东庄社区,13800000009";

#[test]
fn an_official_with_two_tiers_keeps_both_and_the_same_roster_again_changes_nothing() {
    let office = small();
    let report = roster(&office, TWO_TIERS);
    assert_eq!(
        (&report["created"], &report["rejected"]),
        (&json!(2), &json!([])),
        "{report}"
    );
    let held = posts(&office, "L1");
    let tiers: Vec<&Value> = held.iter().map(|post| &post["tier"]).collect();
    assert_eq!(tiers, [&json!("district"), &json!("village")], "{held:?}");
    let again = roster(&office, TWO_TIERS);
    assert_eq!(
        (&again["created"], &again["updated"], &again["unchanged"]),
        (&json!(0), &json!(0), &json!(2)),
        "{again}"
    );
    // A new telephone is the official's, and stands in both.
    roster(&office, &TWO_TIERS.replace("09", "19"));
    let phones: Vec<Value> = posts(&office, "L1")
        .iter()
        .map(|post| post["phone"].clone())
        .collect();
    assert_eq!(phones, [json!("13800000019"), json!("13800000019")]);
}

#[test]
fn an_assignment_hangs_on_the_post_that_fits_the_level() {
    let office = small();
    roster(&office, TWO_TIERS);
    // Level D: the village post fits; nothing is lifted and nothing is doubted.
    let file = format!(
        "工号,统一社会信用代码,包保起始日期\nL1,{},2026-07-01\n",
        SHOPS[5]
    );
    let report = office
        .office
        .import("assignments", file.as_bytes())
        .expect(200);
    assert_eq!(report["warnings"], json!([]), "{report}");
    let held = holder(&office, SHOPS[5]);
    assert_eq!(
        (&held["post_no"], &held["fit"]),
        (&json!("L1~2"), &json!("fits")),
        "{held}"
    );
    // By hand in the other post: that is a lift, and needs its reason.
    let district =
        json!({"uscc": SHOPS[0], "cadre_no": "L1", "post_no": "L1", "starts_on": "2026-07-01"});
    let refused = office
        .office
        .post("/api/v1/assignments", &district)
        .expect(422);
    assert_eq!(refused["errors"][0]["field"], "reason", "{refused}");
}

#[test]
fn a_move_ends_the_old_post_with_all_that_hangs_on_it_and_leaves_the_other_alone() {
    let office = small();
    roster(&office, TWO_TIERS);
    import_assignments(&office, &format!("L1,{},2026-07-01,", SHOPS[5]));
    let office = office.on("2026-08-20T09:00:00+08:00", &[]);
    let moved = json!({"replaces": "L1~2", "starts_on": "2026-08-21", "tier": "village", "town": "云港街道", "village": "西庄社区", "title": "挂点领导"});
    let made = office
        .office
        .post("/api/v1/cadres/L1/posts", &moved)
        .expect(201);
    assert_eq!(made["post_no"], "L1~3");
    let held = posts(&office, "L1");
    let ends: Vec<(&Value, &Value)> = held
        .iter()
        .map(|post| (&post["post_no"], &post["left_on"]))
        .collect();
    assert_eq!(
        ends,
        [
            (&json!("L1"), &Value::Null),
            (&json!("L1~2"), &json!("2026-08-20")),
            (&json!("L1~3"), &Value::Null)
        ]
    );
    assert_eq!(holder(&office, SHOPS[5])["ends_on"], "2026-08-20");
    // Nobody followed: at the end of the quarter the town of the last holder owes the visit.
    let owed = obligation(&office, "2026Q3", SHOPS[5]);
    assert_eq!(owed["owed_by"], "云港街道食安办", "{owed}");
    // The same move again names a post that has ended.
    let again = json!({"replaces": "L1~2", "starts_on": "2026-08-25", "tier": "village", "town": "云港街道"});
    office
        .office
        .post("/api/v1/cadres/L1/posts", &again)
        .expect(422);
}

#[test]
fn a_row_without_a_number_is_known_by_mobile_and_name_and_else_asks() {
    let office = small();
    let known = roster(&office, ",沈阿根,网格长,村社区,云港街道,,13800000001");
    assert_eq!(
        (&known["created"], &known["updated"]),
        (&json!(0), &json!(1)),
        "{known}"
    );
    assert_eq!(posts(&office, "V1")[0]["title"], "网格长");
    let asked = roster(&office, ",沈阿根,网格长,村社区,云港街道,,");
    let row = &asked["rejected"][0];
    assert_eq!(row["reason_code"], "needs_confirmation", "{asked}");
    assert!(row["reason"].as_str().unwrap().contains("工号 V1"), "{row}");
    // Another person with a mobile of their own is new, and is known again.
    let new = ",孙小妹,网格员,村社区,云港街道,,13800000033";
    assert_eq!(roster(&office, new)["created"], 1);
    assert_eq!(roster(&office, new)["unchanged"], 1);
}

#[test]
fn one_number_with_two_names_in_a_file_is_refused() {
    let office = small();
    let report = roster(&office, "L2,王一,,镇街,云港街道,,\nL2,王二,,镇街,清禾镇,,");
    assert_eq!(
        (&report["created"], &report["rejected"][0]["row"]),
        (&json!(1), &json!(3)),
        "{report}"
    );
}

#[test]
fn who_only_helps_holds_no_business() {
    let office = small();
    let file = "工号,姓名,层级,所属镇街,岗位类别\nX1,郑协管,村社区,云港街道,协管员\n";
    assert_eq!(
        office.office.import("cadres", file.as_bytes()).expect(200)["created"],
        1
    );
    let given = json!({"uscc": SHOP, "cadre_no": "X1", "starts_on": "2026-07-02"});
    let refused = office
        .office
        .post("/api/v1/assignments", &given)
        .expect(422);
    assert_eq!(refused["errors"][0]["field"], "cadre_no", "{refused}");
    let rows = format!("工号,统一社会信用代码,包保起始日期\nX1,{SHOP},2026-07-01\n");
    let report = office
        .office
        .send(
            "POST",
            "/api/v1/assignments/import?dry_run=true",
            None,
            rows.into_bytes(),
        )
        .expect(200);
    let said = report["warnings"][0]["reason"].as_str().unwrap();
    assert!(said.contains("协管员"), "{report}");
}

#[test]
fn an_account_ends_with_the_last_post_and_not_before() {
    let office = small();
    roster(&office, TWO_TIERS);
    office.staff("leader", "cadre", &[], Some("L1"));
    let end = json!({"ends_on": "2026-07-02"});
    office.office.patch("/api/v1/posts/L1~2", &end).expect(204);
    // Entered ahead: the account holds until the last day.
    let leave = json!({"left_on": "2026-07-10"});
    office.office.patch("/api/v1/cadres/L1", &leave).expect(204);
    let status_on = |office: Office, clock: &str| {
        let office = office.on(clock, &[]);
        office.night();
        let accounts = office.office.get("/api/v1/staff").expect(200);
        let items = accounts["items"].as_array().unwrap();
        let leader = items.iter().find(|one| one["account"] == "leader").unwrap();
        (leader["status"].clone(), office)
    };
    let (on_the_last_day, office) = status_on(office, "2026-07-10T03:00:00+08:00");
    assert_eq!(on_the_last_day, "active");
    let (after_it, _) = status_on(office, "2026-07-11T03:00:00+08:00");
    assert_eq!(after_it, "disabled");
}

#[test]
fn a_telephone_that_one_row_leaves_out_is_taken_from_the_others_and_two_telephones_are_refused() {
    let office = small();
    roster(&office, &TWO_TIERS.replacen(",13800000009", ",", 1));
    let changed = TWO_TIERS
        .replacen(",13800000009", ",", 1)
        .replace("挂点领导", "包片领导");
    roster(&office, &changed);
    assert_eq!(roster(&office, &changed)["unchanged"], 2);
    let phones: Vec<Value> = posts(&office, "L1")
        .iter()
        .map(|post| post["phone"].clone())
        .collect();
    assert_eq!(phones, [json!("13800000009"), json!("13800000009")]);
    let two = TWO_TIERS.replacen("13800000009", "13800000008", 1);
    let refused = roster(&office, &two);
    assert!(
        refused["rejected"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("手机"),
        "{refused}"
    );
}

#[test]
fn who_was_entered_by_mobile_is_not_entered_again_under_a_number() {
    let office = small();
    roster(&office, ",孙小妹,网格员,村社区,云港街道,,13800000033");
    let asked = roster(&office, "S9,孙小妹,网格员,村社区,云港街道,,13800000033");
    assert_eq!(
        (&asked["created"], &asked["rejected"][0]["reason_code"]),
        (&json!(0), &json!("needs_confirmation")),
        "{asked}"
    );
    let refused = roster(&office, "S~2,孙小妹,网格员,村社区,云港街道,,13800000034");
    assert_eq!(refused["created"], 0, "{refused}");
}

#[test]
fn an_assignment_of_a_post_that_has_ended_ends_with_it_also_when_the_roster_comes_again() {
    let office = small();
    let end = json!({"ends_on": "2026-07-20"});
    office.office.patch("/api/v1/posts/V1", &end).expect(204);
    import_assignments(&office, &format!("V1,{},2026-01-01,", SHOPS[0]));
    assert_eq!(holder(&office, SHOPS[0])["ends_on"], "2026-07-20");
    import_assignments(&office, &format!("V1,{},2026-07-05,", SHOPS[5]));
    assert_eq!(holder(&office, SHOPS[5])["ends_on"], "2026-07-20");
    // A post that has not begun takes nothing yet.
    let later = json!({"starts_on": "2026-08-01", "tier": "village", "town": "云港街道", "village": "西庄社区"});
    office
        .office
        .post("/api/v1/cadres/V2/posts", &later)
        .expect(201);
    let early =
        json!({"uscc": SHOPS[5], "cadre_no": "V2", "post_no": "V2~2", "starts_on": "2026-07-21"});
    let refused = office
        .office
        .post("/api/v1/assignments", &early)
        .expect(422);
    assert!(
        refused["errors"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("还没有开始"),
        "{refused}"
    );
}

#[test]
fn a_town_lifts_nothing_by_a_proposal_either() {
    let office = small();
    roster(&office, "Q2,李副区长,副区长,区,,,");
    let town = office.staff("town", "town", &["云港街道"], None);
    let list = office
        .office
        .get("/api/v1/assignments?cadre_no=Q1")
        .expect(200);
    let moved = json!({"moves": [format!("{}:Q2", list["items"][0]["id"].as_str().unwrap())], "starts_on": "2026-07-02"});
    let accept = "/api/v1/assignments/proposal/accept";
    assert_eq!(town.post(accept, &moved).expect(200)["moved"], 0);
    assert_eq!(office.office.post(accept, &moved).expect(200)["moved"], 1);
}

#[test]
fn a_roster_of_assignments_names_officials_by_name_and_mobile_together() {
    let office = small();
    roster(
        &office,
        "P1,沈阿根,,村社区,云港街道,,13800000051\nP2,沈阿根,,村社区,云港街道,,13800000052",
    );
    let import = |rows: &str| {
        let file = format!("姓名,手机,统一社会信用代码,包保起始日期\n{rows}\n");
        office
            .office
            .import("assignments", file.as_bytes())
            .expect(200)
    };
    let code = SHOPS[5];
    let taken = import(&format!("沈阿根,13800000052,{code},2026-07-01"));
    assert_eq!(taken["created"], 1, "{taken}");
    assert_eq!(holder(&office, code)["cadre_no"], "P2");
    // The same by number is the same assignment.
    let file = format!("工号,统一社会信用代码,包保起始日期\nP2,{code},2026-07-01\n");
    let again = office
        .office
        .import("assignments", file.as_bytes())
        .expect(200);
    assert_eq!(again["unchanged"], 1, "{again}");
    for (row, reason) in [
        ("沈阿根,", "P1"),
        ("陈建国,13800000052", "P2"),
        ("陈建国,13800000059", "没有这个人"),
        (",", "姓名和手机"),
    ] {
        let report = import(&format!("{row},{},2026-07-01", SHOPS[4]));
        let refused = &report["rejected"][0];
        assert_eq!(refused["field"], "工号", "{report}");
        assert!(
            refused["reason"].as_str().unwrap().contains(reason),
            "{report}"
        );
    }
}

#[test]
fn a_name_beside_a_number_that_is_another_officials_is_said() {
    let office = small();
    roster(&office, "P1,沈阿根,,村社区,云港街道,,13800000051");
    let file = format!("工号,姓名,统一社会信用代码\nP1,陈建国,{}\n", SHOPS[5]);
    let report = office
        .office
        .import("assignments", file.as_bytes())
        .expect(200);
    assert_eq!(report["created"], 1, "{report}");
    let warned = report["warnings"][0]["reason"].as_str().unwrap();
    assert!(
        warned.contains("沈阿根") && warned.contains("陈建国"),
        "{report}"
    );
}
