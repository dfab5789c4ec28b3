//! Businesses by 主体编号: several sites under one code, those without a code, and rows that only a person can place.

use crate::complaints::{complaint, unlimited};
use serde_json::{Value, json};
use tests::{Client, Office};

const DAY: &str = "2026-11-22T10:00:00+08:00";
const CODE: &str = "91330503MYYG3CWJ94";
const OTHER: &str = "91330503MYYMYQH439";
const HEADER: &str = "统一社会信用代码,注册号,登记证编号,企业名称,住所,所属镇街\n";

fn import(client: &Client, rows: &str) -> Value {
    let file = format!("{HEADER}{rows}");
    client.import("enterprises", file.as_bytes()).expect(200)
}

fn enterprise(office: &Office, number: &str) -> Value {
    let path = format!("/api/v1/enterprises/{number}");
    office.office.get(&path).expect(200)
}

/// Two sites of one code, a stall with an old number, a workshop with its registration alone.
const ROWS: &str = "91330503MYYG3CWJ94,,,甲超市东街店,东街1号,云港街道\n\
    91330503MYYG3CWJ94,,,甲超市西街店,西街2号,石湖镇\n\
    330503600123456,,,菜场王记摊位,菜场3号,云港街道\n\
    ,,XZF330503000001,李家豆腐坊,南街4号,云港街道\n";

fn counts(report: &Value) -> [u64; 4] {
    ["created", "updated", "unchanged", "rejected"].map(|what| match &report[what] {
        Value::Array(rows) => rows.len() as u64,
        count => count.as_u64().unwrap(),
    })
}

#[test]
fn two_sites_of_one_code_an_old_number_and_a_registration_alone_go_in_and_twice_change_nothing() {
    let office = Office::at(DAY, &[]);
    let path = "/api/v1/enterprises/import?dry_run=true";
    let file = format!("{HEADER}{ROWS}");
    let looked = office
        .office
        .upload(path, "a.csv", file.as_bytes())
        .expect(200);
    assert_eq!(counts(&looked), [4, 0, 0, 0]);
    let first = import(&office.office, ROWS);
    assert_eq!(counts(&first), [4, 0, 0, 0]);
    let warned = first["warnings"].to_string();
    assert!(warned.contains("作为新的场所"), "{warned}");
    let second = import(&office.office, ROWS);
    assert_eq!(counts(&second), [0, 0, 4, 0], "{second}");
    let again = office
        .office
        .upload(path, "a.csv", file.as_bytes())
        .expect(200);
    assert_eq!(counts(&again), [0, 0, 4, 0]);
    let two = enterprise(&office, &format!("{CODE}-2"));
    assert_eq!(
        (&two["name"], &two["uscc"]),
        (&json!("甲超市西街店"), &json!(CODE))
    );
    let found = office
        .office
        .get("/api/v1/enterprises?q=330503600123456")
        .expect(200);
    let stall = &found["items"][0];
    assert_eq!(
        (&stall["old_no"], &stall["uscc"]),
        (&json!("330503600123456"), &Value::Null)
    );
    assert!(stall["enterprise_no"].as_str().unwrap().starts_with('T'));
    let found = office
        .office
        .get("/api/v1/enterprises?q=XZF330503000001")
        .expect(200);
    assert_eq!(found["items"][0]["name"], "李家豆腐坊");
}

#[test]
fn a_code_that_several_sites_share_has_to_say_which() {
    let office = Office::at(DAY, &[]);
    import(&office.office, ROWS);
    let reply = office.office.get(&format!("/api/v1/enterprises/{CODE}"));
    assert_eq!(reply.expect_problem(409), "several_sites");
    let items = reply.json()["current"]["items"].clone();
    assert_eq!(
        (&items[0]["enterprise_no"], &items[1]["enterprise_no"]),
        (&json!(CODE), &json!(format!("{CODE}-2")))
    );
    assert_eq!(
        enterprise(&office, &format!("{CODE}-1"))["name"],
        "甲超市东街店"
    );
    // In another roster too.
    let samples = |code: &str| {
        let file = format!(
            "抽样编号,统一社会信用代码,食品名称,抽样日期,结果\n{code},{code},豆腐,2026-11-01,合格\n"
        );
        office
            .office
            .upload("/api/v1/samples/import", "a.csv", file.as_bytes())
            .expect(200)
    };
    let refused = samples(CODE);
    assert!(
        refused["rejected"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("几个经营场所"),
        "{refused}"
    );
    for number in [format!("{CODE}-1"), format!("{CODE}-2")] {
        assert_eq!(samples(&number)["created"], 1, "{number}");
    }
    // Pages are led to by numbers: the first site is there under its own.
    let page = office.office.get(&format!("/enterprises/{CODE}")).text();
    assert!(page.contains("甲超市东街店"), "{page}");
    let page = office.office.get(&format!("/enterprises/{CODE}-2")).text();
    assert!(
        page.contains("甲超市西街店") && page.contains("豆腐"),
        "{page}"
    );
}

#[test]
fn a_complaint_about_the_second_site_reaches_its_station() {
    let office = unlimited(DAY);
    import(&office.office, ROWS);
    let second = office.staff("second", "station", &["石湖镇"], None);
    let public = office.server.public();
    let found = public
        .get("/api/v1/public/enterprises?q=甲超市")
        .expect(200);
    assert_eq!(found["items"].as_array().unwrap().len(), 2);
    let mut filed = complaint(CODE);
    let reply = public.post("/api/v1/complaints", &filed);
    assert_eq!(reply.expect_problem(409), "several_sites");
    // An address may be somebody's home: it is not told to the public.
    let sites = reply.json()["current"]["items"].clone();
    assert_eq!(
        (&sites[1]["name"], &sites[1]["address"]),
        (&json!("甲超市西街店"), &Value::Null)
    );
    filed.as_object_mut().unwrap().remove("uscc");
    filed["enterprise_no"] = json!(format!("{CODE}-2"));
    let made = public.post("/api/v1/complaints", &filed).expect(201);
    let case = second
        .get(&format!(
            "/api/v1/complaints/{}",
            made["code"].as_str().unwrap()
        ))
        .expect(200);
    assert_eq!(
        (&case["enterprise"], &case["town"]),
        (&json!("甲超市西街店"), &json!("石湖镇"))
    );
}

#[test]
fn a_name_and_a_town_alone_wait_for_a_person_and_are_known_from_then_on() {
    let office = Office::at(DAY, &[]);
    import(&office.office, ROWS);
    let rows = ",,,甲超市东街店,,云港街道\n,,,从来没有的店,北街9号,云港街道\n";
    let first = import(&office.office, rows);
    assert_eq!(counts(&first), [0, 0, 0, 2]);
    let rejected = &first["rejected"][0];
    assert_eq!(rejected["reason_code"], "needs_confirmation");
    assert_eq!(rejected["candidates"][0]["enterprise_no"], CODE);
    // Sent again they wait once.
    import(&office.office, rows);
    let waiting = office
        .office
        .get("/api/v1/enterprises/unplaced")
        .expect(200);
    assert_eq!(waiting["total"], 2);
    let page = office.office.get("/enterprises/unplaced").text();
    assert!(
        page.contains("甲超市东街店") && page.contains("都不是，是新的主体"),
        "{page}"
    );
    assert!(
        office
            .office
            .get("/enterprises")
            .text()
            .contains("有 2 行名单")
    );
    let place = |row: usize, number: Value| {
        let placing = json!({"id": waiting["items"][row]["id"], "enterprise_no": number});
        office
            .office
            .post("/api/v1/enterprises/import/confirm", &placing)
    };
    place(0, json!("91330503MYYMYQH439")).expect_problem(422);
    assert_eq!(place(0, json!(CODE)).expect(200)["enterprise_no"], CODE);
    assert_eq!(
        place(0, Value::Null).expect_problem(409),
        "changed_meanwhile"
    );
    let new = place(1, Value::Null).expect(200);
    assert_eq!(
        enterprise(&office, new["enterprise_no"].as_str().unwrap())["address"],
        "北街9号"
    );
    let again = import(&office.office, rows);
    assert_eq!(counts(&again), [0, 0, 2, 0], "{again}");
    // The address that was known is not lost to a row that had none.
    let first = enterprise(&office, &format!("{CODE}-1"));
    assert_eq!(first["address"], "东街1号");
}

/// A sheet may have both kinds of number in one column, and a blank cell takes no number away.
#[test]
fn a_number_once_known_is_not_lost_to_a_sheet_that_does_not_have_it() {
    let office = Office::at(DAY, &[]);
    let import = |file: &str| {
        office
            .office
            .import("enterprises", file.as_bytes())
            .expect(200)
    };
    let one = "统一社会信用代码/注册号,企业名称,住所\n330503600123456,王记摊位,菜场3号\n";
    assert_eq!(counts(&import(one)), [1, 0, 0, 0]);
    assert_eq!(counts(&import(one)), [0, 0, 1, 0]);
    let other = "注册号,登记证编号,企业名称,住所\n330503600123456,XZF1,王记摊位,菜场3号\n";
    assert_eq!(counts(&import(other)), [0, 1, 0, 0]);
    let blank = "注册号,登记证编号,企业名称,住所\n,XZF1,王记摊位,菜场4号\n";
    assert_eq!(counts(&import(blank)), [0, 1, 0, 0]);
    assert_eq!(counts(&import(one)), [0, 1, 0, 0]);
    // Another stall with the same licence text is not this one.
    let pending = "登记证编号,企业名称,住所\nXZF1,张记摊位,菜场9号\n";
    assert_eq!(counts(&import(pending)), [0, 0, 0, 1]);
    let all = office.office.get("/api/v1/enterprises").expect(200);
    assert_eq!(
        (&all["total"], &all["items"][0]["old_no"]),
        (&json!(1), &json!("330503600123456"))
    );
}

#[test]
fn a_number_is_never_given_twice_and_a_wrong_one_is_refused() {
    let office = Office::at(DAY, &[]);
    import(&office.office, ROWS);
    import(
        &office.office,
        "91330503MYYG3CWJ94,,,甲超市北街店,北街5号,云港街道\n",
    );
    assert_eq!(
        enterprise(&office, &format!("{CODE}-3"))["name"],
        "甲超市北街店"
    );
    let stalls = import(
        &office.office,
        "330503600123457,,,张记摊位,菜场5号,云港街道\n,,XZF330503000002,赵家豆腐坊,南街6号,云港街道\n",
    );
    assert_eq!(counts(&stalls), [2, 0, 0, 0]);
    let all = office
        .office
        .get("/api/v1/enterprises?limit=200")
        .expect(200);
    let mut numbers: Vec<&str> = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["enterprise_no"].as_str().unwrap())
        .collect();
    let count = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!((numbers.len(), count), (7, 7));
    let by_number = |number: &str| {
        let file = format!("主体编号,企业名称\n{number},别的名称\n");
        office
            .office
            .import("enterprises", file.as_bytes())
            .expect(200)
    };
    assert_eq!(counts(&by_number(&format!("{CODE}-9"))), [0, 0, 0, 1]);
    assert_eq!(counts(&by_number(&format!("{CODE}-3"))), [0, 1, 0, 0]);
    assert_eq!(
        enterprise(&office, &format!("{CODE}-3"))["name"],
        "别的名称"
    );
    // A stall that gets a code keeps its number, and is found by both.
    let stall = numbers
        .iter()
        .find(|number| number.starts_with('T'))
        .unwrap();
    let file = format!("主体编号,统一社会信用代码,企业名称\n{stall},{OTHER},有了执照的摊位\n");
    office
        .office
        .import("enterprises", file.as_bytes())
        .expect(200);
    let now = enterprise(&office, OTHER);
    assert_eq!(
        (&now["enterprise_no"], &now["uscc"]),
        (&json!(stall), &json!(OTHER))
    );
    let audit = office
        .office
        .get(&format!("/api/v1/audit?record=enterprise/{stall}"))
        .expect(200);
    assert!(
        audit
            .to_string()
            .contains(&format!("\"credit_code\":\"{OTHER}\"")),
        "{audit}"
    );
    let version = now["version"].clone();
    let edited = office
        .office
        .patch(
            &format!("/api/v1/enterprises/{stall}"),
            &json!({"version": version, "phone": "13800000000"}),
        )
        .expect(200);
    assert_eq!(edited["uscc"], OTHER);
    // Two businesses that got the same code share it.
    let second = numbers
        .iter()
        .filter(|number| number.starts_with('T'))
        .nth(1)
        .unwrap();
    let file = format!("主体编号,统一社会信用代码,企业名称\n{second},{OTHER},另一个摊位\n");
    office
        .office
        .import("enterprises", file.as_bytes())
        .expect(200);
    let shared = office.office.get(&format!("/api/v1/enterprises/{OTHER}"));
    assert_eq!(shared.expect_problem(409), "several_sites");
}
