//! Towns and villages: one register, in which a place is renamed and merged without a row of anybody else being rewritten.

use crate::complaints::{TOWN, complaint, file_complaint, with_business};
use serde_json::{Value, json};
use tests::{Client, Office, Reply, sample};

const PATH: &str = "/api/v1/places";
const DAY: &str = "2026-11-22T10:00:00+08:00";
const OTHER: &str = "石湖镇";

fn address(id: &str) -> String {
    format!("{PATH}/{}", web::page::encode(id))
}

fn rename(office: &Office, id: &str, name: &str) -> Reply {
    let rename = json!({"name": name});
    office
        .office
        .post(&format!("{}/rename", address(id)), &rename)
}

fn merge(office: &Office, id: &str, merge: &Value) -> Reply {
    office.office.post(&format!("{}/merge", address(id)), merge)
}

fn unmerge(office: &Office, id: &str) -> Reply {
    office
        .office
        .post(&format!("{}/unmerge", address(id)), &json!({}))
}

/// How many businesses the ledger has in a town.
fn enterprises_in(client: &Client, town: &str) -> u64 {
    let path = format!(
        "/api/v1/enterprises?limit=1&town={}",
        web::page::encode(town)
    );
    client.get(&path).expect(200)["total"].as_u64().unwrap()
}

fn place(office: &Office, id: &str) -> Value {
    office.office.get(&address(id)).expect(200)
}

/// An office with the sample rosters, a station and a town account of the town, papers of October and a complaint.
fn at_work() -> (Office, Client, Client, String) {
    let office = Office::at(
        "2026-10-08T09:00:00+08:00",
        &[("complaint_rate_limit", "0")],
    )
    .with_sample();
    let station = office.staff("station", "station", &[TOWN], None);
    let town = office.staff("town", "town", &[TOWN], None);
    crate::sweep::sweep(&office, "2026-10-08");
    let found = office
        .office
        .get(&format!(
            "/api/v1/enterprises?status=operating&limit=1&town={}",
            web::page::encode(TOWN)
        ))
        .expect(200);
    let uscc = found["items"][0]["uscc"].as_str().unwrap();
    let mut filed = complaint(uscc);
    filed["happened_on"] = json!("2026-10-01");
    let (code, _) = file_complaint(&office.server.public(), &filed);
    (office, station, town, code)
}

/// The pages and lists that show towns.
const SHOWN: &[&str] = &[
    "/api/v1/enterprises?limit=200",
    "/enterprises",
    "/api/v1/cadres?limit=200",
    "/supervision/cadres",
    "/api/v1/supervision/obligations?period=2026Q3&limit=200",
    "/supervision",
    "/api/v1/supervision/summary?period=2026Q3",
    "/api/v1/assignments/balance",
    "/supervision/balance",
    "/api/v1/complaints",
    "/complaints/cases",
    "/api/v1/sweep/breaches?limit=200",
    "/sweep/breaches",
    "/sweep",
    "/staff",
    "/api/v1/staff",
    "/api/v1/license-outreach/candidates?limit=200",
    "/license-outreach",
    "/license-outreach/figures",
    "/supervision/assignments",
    "/api/v1/public/enterprises?q=%E9%A3%9F%E5%93%81",
    "/organisations",
];

#[test]
fn a_renamed_town_is_called_by_its_new_name_wherever_it_is_shown_and_found_by_both() {
    let (office, station, town, code) = at_work();
    let before = enterprises_in(&office.office, TOWN);
    let breaches = |town: &str| {
        let path = format!(
            "/api/v1/sweep/breaches?limit=1&town={}",
            web::page::encode(town)
        );
        office.office.get(&path).expect(200)["total"].clone()
    };
    let owed = breaches(TOWN);
    assert!(before > 0 && owed.as_u64() > Some(0));
    let rows = |office: &Office| {
        office.office.get("/api/v1/audit?limit=1").expect(200)["total"]
            .as_u64()
            .unwrap()
    };
    let written = rows(&office);
    rename(&office, TOWN, "云山街道").expect(200);
    // The order, the place, and nothing else.
    assert_eq!(rows(&office) - written, 2);
    for path in SHOWN {
        let reply = office.office.get(path);
        assert_eq!(reply.status, 200, "{path}");
        let text = reply.text();
        // Addresses and names of businesses have it too, and keep it.
        for old in [
            format!("\"{TOWN}\""),
            format!(">{TOWN}"),
            format!("{TOWN}食安办"),
            format!("{TOWN}市场"),
        ] {
            assert!(!text.contains(&old), "{path}: {}", around(&text, &old));
        }
    }
    for path in [
        "/enterprises",
        "/api/v1/enterprises?limit=200",
        "/staff",
        "/complaints/cases",
    ] {
        assert!(
            office.office.get(path).text().contains("云山街道"),
            "{path}"
        );
    }
    // Filters and links find it by both names.
    for name in [TOWN, "云山街道"] {
        assert_eq!(enterprises_in(&office.office, name), before, "{name}");
        assert_eq!(breaches(name), owed, "{name}");
    }
    // Accounts see what they saw.
    assert_eq!(enterprises_in(&town, "云山街道"), before);
    assert_eq!(
        station.get("/api/v1/session").expect(200)["towns"],
        json!(["云山街道"])
    );
    let case = station
        .get(&format!("/api/v1/complaints/{code}"))
        .expect(200);
    assert_eq!(case["town"], "云山街道");
    // The roster of last year changes nothing, and the old name in a new one neither.
    let again = office
        .office
        .import("enterprises", &sample("enterprises"))
        .expect(200);
    assert_eq!(
        (again["created"].clone(), again["updated"].clone()),
        (json!(0), json!(0))
    );
    assert_eq!(place(&office, TOWN)["other_names"], json!([TOWN]));
}

fn around(text: &str, part: &str) -> String {
    let Some(at) = text.find(part) else {
        return String::new();
    };
    let before: String = text[..at]
        .chars()
        .rev()
        .take(120)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    before + &text[at..].chars().take(60).collect::<String>()
}

#[test]
fn a_printed_paper_keeps_the_name_and_an_unsigned_draft_takes_the_new_one() {
    let office = crate::sweep::small().on("2026-10-22T09:00:00+08:00", &[]);
    crate::sweep::sweep(&office, "2026-10-08");
    crate::sweep::sweep(&office, "2026-10-22");
    let papers = |status: &str| {
        let path = format!("/api/v1/notices?limit=200&status={status}");
        let list = office.office.get(&path).expect(200);
        list["items"].as_array().unwrap().clone()
    };
    let draft = papers("drafted")
        .into_iter()
        .find(|paper| paper["addressee"]["kind"] == "town")
        .expect("a draft to a town");
    let town = draft["town"].as_str().unwrap().to_owned();
    rename(&office, &town, "新名镇").expect(200);
    let id = draft["id"].as_str().unwrap();
    let page = office.office.get(&format!("/notices/{id}")).text();
    assert!(
        page.contains("新名镇人民政府") && !page.contains(&format!("{town}办事处")),
        "{page}"
    );
    office
        .office
        .post(&format!("/api/v1/notices/{id}/sign"), &json!({}))
        .expect(200);
    rename(&office, &town, "再名镇").expect(200);
    let page = office.office.get(&format!("/notices/{id}")).text();
    assert!(
        page.contains("新名镇人民政府") && !page.contains("再名镇人民政府"),
        "{page}"
    );
    let listed = office.office.get("/api/v1/notices?limit=200").expect(200);
    let listed = listed["items"].as_array().unwrap();
    let paper = listed
        .iter()
        .find(|paper| paper["id"] == draft["id"])
        .unwrap();
    assert_eq!(paper["town"], "再名镇");
}

#[test]
fn two_towns_are_merged_and_taken_apart_again() {
    let (office, station, _, code) = at_work();
    let other = office.staff("other", "town", &[OTHER], None);
    let (first, second) = (
        enterprises_in(&office.office, TOWN),
        enterprises_in(&office.office, OTHER),
    );
    let summary = |town: &str| {
        let lines = office
            .office
            .get("/api/v1/supervision/summary?period=2026Q3")
            .expect(200);
        let lines = lines["items"].as_array().unwrap().clone();
        let found: Vec<Value> = lines
            .into_iter()
            .filter(|line| line["town"] == town)
            .collect();
        assert!(found.len() < 2, "{found:?}");
        found
            .first()
            .map_or(0, |line| line["total"].as_u64().unwrap())
    };
    let (owed, other_owed) = (summary(TOWN), summary(OTHER));
    let preview = merge(&office, TOWN, &json!({"into": OTHER, "dry_run": true})).expect(200);
    assert_eq!(preview["businesses"], first);
    assert_eq!(
        (&preview["accounts"], &preview["cases"]),
        (&json!(2), &json!(1))
    );
    assert!(preview["posts"].as_u64() > Some(0) && preview["papers"].as_u64() > Some(0));
    // A preview changes nothing.
    assert_eq!(enterprises_in(&office.office, OTHER), second);
    assert_eq!(
        merge(&office, TOWN, &json!({"into": OTHER})).expect(200),
        preview
    );
    for name in [TOWN, OTHER] {
        assert_eq!(enterprises_in(&office.office, name), first + second);
    }
    assert_eq!((summary(OTHER), summary(TOWN)), (owed + other_owed, 0));
    // Either account sees the whole town, and the case is where it was.
    assert_eq!(enterprises_in(&station, OTHER), first + second);
    assert_eq!(enterprises_in(&other, OTHER), first + second);
    assert_eq!(
        other.get("/api/v1/session").expect(200)["towns"],
        json!([OTHER])
    );
    let case = office
        .office
        .get(&format!("/api/v1/complaints/{code}"))
        .expect(200);
    assert_eq!(case["town"], OTHER);
    assert_eq!(place(&office, TOWN)["merged_into"], OTHER);
    let twice = merge(&office, TOWN, &json!({"into": "荷塘镇"}));
    assert_eq!(twice.expect_problem(409), "not_allowed_now");
    assert_eq!(
        rename(&office, TOWN, "别名镇").expect_problem(409),
        "not_allowed_now"
    );
    unmerge(&office, TOWN).expect(200);
    assert_eq!(
        unmerge(&office, TOWN).expect_problem(409),
        "not_allowed_now"
    );
    assert_eq!(enterprises_in(&office.office, TOWN), first);
    assert_eq!(enterprises_in(&other, OTHER), second);
    assert_eq!((summary(TOWN), summary(OTHER)), (owed, other_owed));
    let case = office
        .office
        .get(&format!("/api/v1/complaints/{code}"))
        .expect(200);
    assert_eq!(case["town"], TOWN);
}

#[test]
fn what_is_edited_and_imported_while_towns_are_one_goes_back_with_the_town() {
    let office = Office::at(DAY, &[]);
    office.knows(&["甲镇", "乙镇"]);
    let roster = |town: &str| {
        let rows = format!(
            "统一社会信用代码,企业名称,所属镇街,村社区\n91330503MYYG3CWJ94,某店,{town},张村\n"
        );
        office
            .office
            .import("enterprises", rows.as_bytes())
            .expect(200)
    };
    roster("甲镇");
    let town = office.staff("town", "town", &["甲镇"], None);
    merge(&office, "甲镇", &json!({"into": "乙镇"})).expect(200);
    let path = "/api/v1/enterprises/91330503MYYG3CWJ94";
    let shop = office.office.get(path).expect(200);
    let edit = json!({"version": shop["version"], "phone": "13800000000", "town": "乙镇", "village": "张村"});
    office.office.patch(path, &edit).expect(200);
    assert_eq!(roster("乙镇")["unchanged"], 1);
    let account = json!({"version": 1, "name": "某人", "towns": ["乙镇"]});
    let account = office.office.patch("/api/v1/staff/town", &account);
    assert!([200, 409].contains(&account.status), "{}", account.text());
    unmerge(&office, "甲镇").expect(200);
    assert_eq!(office.office.get(path).expect(200)["town"], "甲镇");
    assert_eq!(enterprises_in(&town, "甲镇"), 1);
    assert_eq!(
        office
            .office
            .get(&format!("{PATH}?standing=unconfirmed"))
            .expect(200)["total"],
        1
    );
}

#[test]
fn two_places_that_were_to_have_one_name_do_not_keep_the_night_from_its_work() {
    let office = Office::at(DAY, &[]);
    office.knows(&["甲镇", "乙镇", "丙镇"]);
    for (place, name) in [("甲镇", "新镇"), ("乙镇", "新镇"), ("丙镇", "丁镇")] {
        let ahead = json!({"name": name, "from": "2026-12-01"});
        let path = format!("{}/rename", address(place));
        office.office.post(&path, &ahead).expect(200);
    }
    let office = office.on("2026-12-01T03:00:00+08:00", &[]);
    office.night();
    let names = ["甲镇", "乙镇", "丙镇"].map(|id| place(&office, id)["name"].clone());
    assert_eq!(names, [json!("新镇"), json!("乙镇"), json!("丁镇")]);
}

#[test]
fn a_chain_of_mergers_is_undone_one_by_one() {
    let office = Office::at(DAY, &[]);
    office.knows(&["甲镇", "乙镇", "丙镇"]);
    merge(&office, "甲镇", &json!({"into": "乙镇"})).expect(200);
    merge(&office, "乙镇", &json!({"into": "丙镇"})).expect(200);
    let today = |id: &str| place(&office, id)["merged_into"].clone();
    assert_eq!(
        [today("甲镇"), today("乙镇")],
        [json!("丙镇"), json!("丙镇")]
    );
    unmerge(&office, "乙镇").expect(200);
    assert_eq!([today("甲镇"), today("乙镇")], [json!("乙镇"), Value::Null]);
    unmerge(&office, "甲镇").expect(200);
    assert_eq!(today("甲镇"), Value::Null);
    // Five mergers, one behind the other: the second is undone, and the first goes back with it.
    let chain = ["一镇", "二镇", "三镇", "四镇", "五镇", "六镇"];
    office.knows(&chain);
    for pair in chain.windows(2) {
        merge(&office, pair[0], &json!({"into": pair[1]})).expect(200);
    }
    assert_eq!(today("一镇"), "六镇");
    unmerge(&office, "五镇").expect(200);
    assert_eq!(
        [today("一镇"), today("四镇")],
        [json!("五镇"), json!("五镇")]
    );
    // Nothing is merged into itself, or into what it holds.
    merge(&office, "甲镇", &json!({"into": "甲镇"})).expect_problem(422);
    merge(&office, "甲镇", &json!({"into": "乙镇"})).expect(200);
    merge(&office, "乙镇", &json!({"into": "甲镇"})).expect_problem(422);
}

#[test]
fn a_change_that_is_entered_ahead_holds_from_the_night_of_its_day() {
    let office = Office::at(DAY, &[]);
    office.knows(&["甲镇", "乙镇", "丙镇"]);
    let ahead = json!({"name": "新甲镇", "from": "2026-12-01"});
    let path = format!("{}/rename", address("甲镇"));
    assert_eq!(
        office.office.post(&path, &ahead).expect(200),
        json!({"applied": false})
    );
    merge(
        &office,
        "丙镇",
        &json!({"into": "乙镇", "from": "2026-12-01"}),
    )
    .expect(200);
    office.night();
    assert_eq!(place(&office, "甲镇")["name"], "甲镇");
    let office = office.on("2026-12-01T03:00:00+08:00", &[]);
    office.night();
    office.night();
    assert_eq!(place(&office, "甲镇")["name"], "新甲镇");
    assert_eq!(place(&office, "丙镇")["merged_into"], "乙镇");
    let too_far = json!({"name": "远镇", "from": "2028-01-01"});
    office.office.post(&path, &too_far).expect_problem(422);
}

#[test]
fn a_name_that_no_place_has_waits_for_the_office_with_the_likeliest_place() {
    let office = Office::at(DAY, &[]);
    office.knows(&["练浦镇", "石湖镇"]);
    let roster =
        "统一社会信用代码,企业名称,所属镇街,村社区\n91330503MYYG3CWJ94,某店,某区练浦镇,花林村\n";
    office
        .office
        .import("enterprises", roster.as_bytes())
        .expect(200);
    let waiting = office
        .office
        .get(&format!("{PATH}?standing=unconfirmed"))
        .expect(200);
    let names: Vec<&str> = waiting["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["某区练浦镇", "花林村"]);
    let page = office.office.get("/places").text();
    assert!(
        page.contains("“练浦镇”，并入它") && !page.contains("“石湖镇”，并入它"),
        "{page}"
    );
    // Nobody gets an account for it, nor for what is nowhere.
    for town in ["某区练浦镇", "不存在镇"] {
        let new = json!({"account": "town", "name": "某人", "role": "town", "towns": [town]});
        let refused = office.office.post("/api/v1/staff", &new);
        assert_eq!(refused.expect(422)["errors"][0]["field"], "towns");
    }
    merge(&office, "某区练浦镇", &json!({"into": "练浦镇"})).expect(200);
    assert_eq!(enterprises_in(&office.office, "练浦镇"), 1);
    let again = office
        .office
        .import("enterprises", roster.as_bytes())
        .expect(200);
    assert_eq!(again["unchanged"], 1);
    assert_eq!(
        office
            .office
            .get(&format!("{PATH}?standing=unconfirmed&kind=town"))
            .expect(200)["total"],
        0
    );
}

#[test]
fn the_codes_of_the_statistics_office_are_imported_by_code_and_by_name_and_twice_change_nothing() {
    let (office, _) = with_business(DAY);
    let list = "统计用区划代码,城乡分类代码,名称\n330503000000,,南浔区\n330503001000,111,云港街道办事处\n330503001001,111,城东社区居委会\n\
        330503001200,220,花林村村民委员会\n330503999200,220,别处村委会\n33050,,错\n";
    let first = office
        .office
        .upload(&format!("{PATH}/import"), "places.csv", list.as_bytes())
        .expect(200);
    assert_eq!(
        (
            &first["rows"],
            &first["above"],
            &first["created"],
            &first["updated"]
        ),
        (&json!(6), &json!(1), &json!(2), &json!(1))
    );
    let rows: Vec<u64> = first["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["row"].as_u64().unwrap())
        .collect();
    assert_eq!(rows, [7, 6]);
    assert_eq!(place(&office, TOWN)["code"], "330503001000");
    let villages = office
        .office
        .get(&format!("{PATH}?kind=village&q=花林"))
        .expect(200);
    assert_eq!(villages["items"][0]["name"], "花林村");
    assert_eq!(villages["items"][0]["town"], TOWN);
    let again = office
        .office
        .upload(&format!("{PATH}/import"), "places.csv", list.as_bytes())
        .expect(200);
    assert_eq!(
        (&again["created"], &again["updated"], &again["unchanged"]),
        (&json!(0), &json!(0), &json!(3))
    );
}

#[test]
fn what_cannot_be_a_place_is_refused_by_its_field() {
    let office = Office::at(DAY, &[]);
    office.knows(&["甲镇"]);
    for (new, field) in [
        (json!({"kind": "town", "name": " "}), "name"),
        (json!({"kind": "town", "name": "甲:乙"}), "name"),
        (
            json!({"kind": "town", "name": "乙镇", "town": "甲镇"}),
            "town",
        ),
        (json!({"kind": "village", "name": "一村"}), "town"),
        (
            json!({"kind": "village", "name": "一村", "town": "没有镇"}),
            "town",
        ),
        (
            json!({"kind": "town", "name": "乙镇", "code": "330503001200"}),
            "code",
        ),
        (
            json!({"kind": "town", "name": "乙镇", "code": "12"}),
            "code",
        ),
    ] {
        let refused = office.office.post(PATH, &new).expect(422);
        assert_eq!(refused["errors"][0]["field"], field, "{new}");
    }
    let again = json!({"kind": "town", "name": "甲镇"});
    assert_eq!(
        office.office.post(PATH, &again).expect_problem(409),
        "already_there"
    );
    let village = json!({"kind": "village", "name": "一村", "town": "甲镇"});
    let made = office.office.post(PATH, &village).expect(201);
    assert_eq!(
        office
            .office
            .get(&address(made["id"].as_str().unwrap()))
            .expect(200)["town"],
        "甲镇"
    );
    office.knows(&["乙镇"]);
    assert_eq!(
        rename(&office, "乙镇", "甲镇").expect_problem(409),
        "already_there"
    );
    office.office.get(&address("没有镇")).expect_problem(404);
    let town = office.staff("town", "town", &["甲镇"], None);
    town.get(PATH).expect_problem(403);
    town.post(PATH, &again).expect_problem(403);
}

/// A town that is founded under the name which another had before is another place.
#[test]
fn a_new_town_may_take_the_former_name_of_another() {
    let office = Office::at(DAY, &[]);
    office.knows(&["甲镇"]);
    rename(&office, "甲镇", "乙镇").expect(200);
    let made = office
        .office
        .post(PATH, &json!({"kind": "town", "name": "甲镇"}))
        .expect(201);
    assert_ne!(made["id"], "甲镇");
    let roster = "统一社会信用代码,企业名称,所属镇街\n91330503MYYG3CWJ94,某店,甲镇\n";
    office
        .office
        .import("enterprises", roster.as_bytes())
        .expect(200);
    assert_eq!(
        (
            enterprises_in(&office.office, "甲镇"),
            enterprises_in(&office.office, "乙镇")
        ),
        (1, 0)
    );
}

#[test]
fn a_village_of_a_merged_town_is_merged_into_one_of_the_other_before_the_towns_are_two_again() {
    let office = Office::at(DAY, &[]);
    office.knows(&["甲镇", "乙镇", "丙镇"]);
    let village = |town: &str, name: &str| {
        let new = json!({"kind": "village", "town": town, "name": name});
        office.office.post(PATH, &new).expect(201)
    };
    village("甲镇", "花林村");
    village("乙镇", "花林村");
    village("乙镇", "石桥村");
    village("丙镇", "远村");
    // Of two towns they are two villages, whatever they are called.
    let into = json!({"into": "石桥村"});
    merge(&office, "甲镇:花林村", &into).expect_problem(422);
    merge(&office, "甲镇", &json!({"into": "乙镇"})).expect(200);
    let villages = |town: &str| {
        let path = format!("{PATH}?kind=village&town={}", web::page::encode(town));
        office.office.get(&path).expect(200)["total"].clone()
    };
    assert_eq!(villages("乙镇"), 3);
    merge(&office, "甲镇:花林村", &json!({"into": "远村"})).expect_problem(422);
    merge(&office, "甲镇:花林村", &json!({"into": "花林村"})).expect(200);
    assert_eq!(place(&office, "甲镇:花林村")["merged_into"], "花林村");
    let rosters =
        "统一社会信用代码,企业名称,所属镇街,村社区\n91330503MYYG3CWJ94,某店,甲镇,花林村\n";
    office
        .office
        .import("enterprises", rosters.as_bytes())
        .expect(200);
    let along = merge(
        &office,
        "乙镇:花林村",
        &json!({"into": "石桥村", "dry_run": true}),
    )
    .expect(200);
    assert_eq!(along["businesses"], 1);
    // The towns cannot be two while a village of the one is one of the other.
    let refused = unmerge(&office, "甲镇");
    assert_eq!(refused.expect_problem(409), "not_allowed_now");
    assert!(refused.text().contains("花林村"), "{}", refused.text());
    unmerge(&office, "甲镇:花林村").expect(200);
    unmerge(&office, "甲镇").expect(200);
    assert_eq!((villages("甲镇"), villages("乙镇")), (json!(1), json!(2)));
}

#[test]
fn figures_of_a_month_that_is_over_do_not_follow_a_merger() {
    let (office, uscc) = with_business("2026-10-05T10:00:00+08:00");
    let least = json!({"value": 1, "valid_from": "2020-01-01"});
    office
        .office
        .put("/api/v1/policy/complaint_small_cell", &least)
        .expect(204);
    let file = |office: &Office, day: &str| {
        let mut document = complaint(&uscc);
        document["happened_on"] = json!(day);
        file_complaint(&office.server.public(), &document);
    };
    file(&office, "2026-10-04");
    let office = office.on(
        "2026-11-22T10:00:00+08:00",
        &[("complaint_rate_limit", "0")],
    );
    let figures = || {
        let public = office.server.public();
        let figures = public.get("/api/v1/public/complaints/figures").expect(200);
        let months = figures["items"].as_array().unwrap().clone();
        months
            .into_iter()
            .map(|month| (month["month"].clone(), month["towns"].clone()))
            .collect::<Vec<_>>()
    };
    let october = (json!("2026-10"), json!({TOWN: 1}));
    assert_eq!(figures(), std::slice::from_ref(&october));
    merge(&office, TOWN, &json!({"into": OTHER, "from": "2026-01-01"})).expect(200);
    file(&office, "2026-11-20");
    let november = (json!("2026-11"), json!({OTHER: 1}));
    assert_eq!(figures(), [november, october.clone()]);
    unmerge(&office, TOWN).expect(200);
    assert_eq!(figures(), [(json!("2026-11"), json!({TOWN: 1})), october]);
}

#[test]
fn towns_that_were_merged_are_reminded_as_one() {
    let office = crate::sweep::small();
    let cadres = "工号,姓名,层级,所属镇街,手机\nV9,吴远,村社区,石湖镇,13800000009\n";
    office
        .office
        .import("cadres", cadres.as_bytes())
        .expect(200);
    let town = office.staff("town", "town", &[OTHER], None);
    drop(town);
    let office = office.on("2026-12-16T09:00:00+08:00", &[]);
    office.knows(&["云港街道"]);
    merge(&office, "云港街道", &json!({"into": OTHER})).expect(200);
    let office = office.on("2026-12-17T09:00:00+08:00", &[]);
    crate::sweep::sweep(&office, "2026-12-17");
    let town = office.server.public().signed_in("town", tests::PASSWORD);
    let list = town.get("/api/v1/messages").expect(200);
    let reminders: Vec<&Value> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|message| message["kind"] == "reminder")
        .collect();
    assert_eq!(reminders.len(), 1, "{list}");
    assert!(
        reminders[0]["title"].as_str().unwrap().contains("2 项"),
        "{list}"
    );
}
