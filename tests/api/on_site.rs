//! Which visits must be on site by what a business is licensed for (总局令49号 第22条): the policy says whether it counts.

use crate::supervision::import_visits;
use crate::sweep::{SHOPS, small, sweep};
use serde_json::{Value, json};
use tests::Office;

const CLOSING: &str = "2026-10-13T22:30:00+08:00";
const JANUARY: &str = "2027-01-05T09:00:00+08:00";
const MAKER: &str = "visit_on_site_special_food_maker";

fn set(office: &Office, name: &str, value: u32) {
    let value = json!({"value": value, "valid_from": "2026-07-01"});
    let path = format!("/api/v1/policy/{name}");
    office.office.put(&path, &value).expect(204);
}

fn permit(office: &Office, shop: usize, number: &str, kind: &str, covers: &str) {
    let permit = json!({"number": number, "uscc": SHOPS[shop], "kind": kind, "covers": covers});
    office.office.post("/api/v1/permits", &permit).expect(201);
}

fn known_permit(office: &Office, number: &str) -> Value {
    let list = office.office.get("/api/v1/permits?limit=200").expect(200);
    let items = list["items"].as_array().unwrap();
    let found = items.iter().find(|one| one["number"] == number);
    found.unwrap().clone()
}

fn change_permit(office: &Office, number: &str, change: &Value) {
    let known = known_permit(office, number);
    let path = format!("/api/v1/permits/{}", known["id"].as_str().unwrap());
    let mut change = change.clone();
    change["version"] = known["version"].clone();
    let changed = office.office.patch(&path, &change);
    assert!(changed.status < 300, "{}", changed.text());
}

fn obligations(office: &Office, period: &str) -> Vec<Value> {
    let path = format!("/api/v1/supervision/obligations?period={period}&limit=200");
    let list = office.office.get(&path).expect(200);
    list["items"].as_array().unwrap().clone()
}

/// The places in `SHOPS` of the businesses that must be visited on site.
fn on_site(office: &Office, period: &str) -> Vec<usize> {
    let mut places: Vec<usize> = obligations(office, period)
        .iter()
        .filter(|one| one["on_site_required"] == true)
        .map(|one| SHOPS.iter().position(|shop| one["uscc"] == *shop).unwrap())
        .collect();
    places.sort_unstable();
    places
}

/// How the obligation of the second shop stands.
fn status(office: &Office, period: &str) -> Value {
    let all = obligations(office, period);
    let one = all.iter().find(|one| one["uscc"] == SHOPS[1]);
    one.unwrap()["status"].clone()
}

fn import(office: &Office, kind: &str, file: &str) {
    let found = office.office.import(kind, file.as_bytes()).expect(200);
    assert_eq!(found["rejected"], json!([]), "{found}");
}

fn close(office: &Office) -> Value {
    let scheduler = office.scheduler();
    scheduler
        .post("/internal/close-quarter", &json!({}))
        .expect(200)["closed"]
        .clone()
}

/// Every kind of business that the policy can name, the canteen of the school besides.
fn licensed() -> Office {
    let office = small();
    let business = "business_license";
    permit(
        &office,
        0,
        "JY23305030000001",
        business,
        "餐饮服务经营者（中央厨房）；热食类食品制售",
    );
    permit(
        &office,
        1,
        "SC12733050300018",
        "production_license",
        "片剂；胶囊",
    );
    permit(
        &office,
        3,
        "JY33305030000003",
        business,
        "单位食堂（养老机构食堂）",
    );
    permit(
        &office,
        4,
        "JY23305030000004",
        business,
        "热食类食品制售（不含集体用餐配送）；保健食品销售",
    );
    permit(&office, 5, "JY23305030000005", business, "集体用餐配送单位");
    office
}

#[test]
fn a_licence_asks_for_visits_on_site_where_the_policy_goes_by_it_and_nowhere_else() {
    let office = licensed();
    assert_eq!(on_site(&office, "2026Q3"), [2]);
    for (name, shop) in [
        ("visit_on_site_central_kitchen", 0),
        (MAKER, 1),
        ("visit_on_site_elderly_canteen", 3),
        ("visit_on_site_group_meals", 5),
    ] {
        set(&office, name, 1);
        let mut expected = vec![2, shop];
        expected.sort_unstable();
        assert_eq!(on_site(&office, "2026Q3"), expected, "{name}");
        set(&office, name, 0);
        assert_eq!(on_site(&office, "2026Q3"), [2], "{name}");
    }
}

#[test]
fn what_a_maker_s_licence_covers_counts_beside_its_number() {
    let office = small();
    set(&office, MAKER, 1);
    for (shop, covers) in [
        (0, "饮料；特殊医学用途婴儿配方食品"),
        (1, "乳制品（不含婴幼儿配方乳粉）"),
        (4, "婴幼儿配方食品"),
    ] {
        permit(
            &office,
            shop,
            &format!("SC1063305030001{shop}"),
            "production_license",
            covers,
        );
    }
    assert_eq!(on_site(&office, "2026Q3"), [0, 2, 4]);
}

#[test]
fn a_running_period_follows_a_licence_and_its_days_and_a_closed_one_does_not() {
    let office = licensed();
    let office = office.on(CLOSING, &[]);
    import_visits(&office, &format!("2026-08-12,V1,{},线上", SHOPS[1]));
    assert_eq!(close(&office), json!(["2026Q3"]));
    let office = office.on(JANUARY, &[]);
    import_visits(&office, &format!("2026-11-12,V1,{},线上", SHOPS[1]));
    assert_eq!(status(&office, "2026Q4"), "done");
    set(&office, MAKER, 1);
    assert_eq!(status(&office, "2026Q4"), "wrong_mode");
    assert_eq!(
        (status(&office, "2026Q3"), on_site(&office, "2026Q3")),
        (json!("done"), vec![2])
    );
    // A licence that ran out before the quarter began asks for nothing in it; one that held for a part of it does.
    let number = "SC12733050300018";
    change_permit(&office, number, &json!({"valid_until": "2026-09-30"}));
    assert_eq!(status(&office, "2026Q4"), "done");
    change_permit(&office, number, &json!({"valid_until": "2026-10-01"}));
    assert_eq!(status(&office, "2026Q4"), "wrong_mode");
    // Nor does one that was entered wrongly, or cancelled.
    change_permit(&office, number, &json!({"revoked_on": "2026-10-20"}));
    assert_eq!(status(&office, "2026Q4"), "done");
    let roster = |status: &str| {
        let head = "食品生产许可证编号,统一社会信用代码,发证日期,有效期至,状态";
        let file = format!(
            "{head}\n{number},{},2024-01-02,2029-01-01,{status}\n",
            SHOPS[1]
        );
        import(&office, "licenses", &file);
    };
    roster("有效");
    assert_eq!(status(&office, "2026Q4"), "wrong_mode");
    roster("注销");
    assert_eq!(status(&office, "2026Q4"), "done");
}

#[test]
fn a_permit_that_is_entered_while_a_quarter_is_being_closed_changes_none_of_its_rows() {
    let office = licensed();
    set(&office, MAKER, 1);
    let office = office.on(CLOSING, &[]);
    let nothing_yet = json!({"slices": 0});
    let begun = office
        .scheduler()
        .post("/internal/close-quarter", &nothing_yet);
    assert_eq!(begun.expect(200)["unfinished"], json!(["2026Q3"]));
    permit(
        &office,
        0,
        "SC12833050300019",
        "production_license",
        "特殊医学用途配方食品",
    );
    change_permit(
        &office,
        "SC12733050300018",
        &json!({"revoked_on": "2026-10-13"}),
    );
    assert_eq!(close(&office), json!(["2026Q3"]));
    assert_eq!(on_site(&office, "2026Q3"), [1, 2]);
    assert_eq!(on_site(&office, "2026Q4"), [0, 2]);
}

#[test]
fn what_a_permit_covers_comes_in_by_rosters_and_the_form_and_is_shown_where_permits_are() {
    let office = small();
    let head = "许可证编号,统一社会信用代码,种类,食品类别";
    let file = format!(
        "{head}\nJY23305030000001,{},食品经营许可,餐饮服务经营者（中央厨房）\n",
        SHOPS[0]
    );
    import(&office, "permits", &file);
    let covers = |number: &str| known_permit(&office, number)["covers"].clone();
    assert_eq!(covers("JY23305030000001"), "餐饮服务经营者（中央厨房）");
    // A roster of production licences says it too, and what was entered stays where it does not.
    let licences = |category: &str| {
        let head = "食品生产许可证编号,统一社会信用代码,食品类别,发证日期,有效期至,状态";
        let file = format!(
            "{head}\nSC10633050300018,{},{category},2024-01-02,2029-01-01,有效\n",
            SHOPS[0]
        );
        import(&office, "licenses", &file);
    };
    licences("饮料");
    assert_eq!(covers("SC10633050300018"), "饮料");
    licences("饮料、糕点");
    assert_eq!(covers("SC10633050300018"), "饮料、糕点");
    let form = "/enterprises/permits/new";
    assert!(office.office.get(form).text().contains("许可项目"));
    let fields = format!(
        "number=JY33305030000009&uscc={}&kind=business_license&covers=%E5%8D%95%E4%BD%8D%E9%A3%9F%E5%A0%82",
        SHOPS[0]
    );
    let entered = office.office.form(form, &fields);
    assert_eq!(entered.status, 303, "{}", entered.text());
    assert_eq!(covers("JY33305030000009"), "单位食堂");
    let audit = office.office.get(&format!(
        "/api/v1/audit?record=permit/JY33305030000009/{}",
        SHOPS[0]
    ));
    assert_eq!(audit.expect(200)["items"][0]["after"]["covers"], "单位食堂");
    let official = office.staff("aken", "cadre", &[], Some("V1"));
    for page in [
        office.office.get(&format!("/enterprises/{}", SHOPS[0])),
        official.get(&format!("/supervision/mine/{}", SHOPS[0])),
    ] {
        for said in ["餐饮服务经营者（中央厨房）", "饮料、糕点", "单位食堂"] {
            assert!(page.text().contains(said), "{said}: {}", page.text());
        }
    }
    let sheet = office.office.get("/enterprises/permits?format=csv");
    assert!(sheet.text().contains("饮料、糕点"), "{}", sheet.text());
}

#[test]
fn the_deadline_of_a_visit_says_tier_and_town_of_the_post_that_holds_the_business() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = small().on("2026-10-08T09:00:00+08:00", &[]);
    // What the ladder goes by; people are shown the official.
    let said = |office: &Office, shop: usize| -> (Option<String>, Option<String>) {
        let store = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
        let sql =
            "SELECT evidence ->> '$.tier', evidence ->> '$.post_town' FROM breach WHERE key = ?1";
        let key = format!("visit/{}/2026Q3", SHOPS[shop]);
        store
            .query_row(sql, [key], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
    };
    sweep(&office, "2026-10-08");
    let expected = |office: &Office| {
        let village = (Some("village".to_owned()), Some("云港街道".to_owned()));
        assert_eq!(said(office, 0), village);
        assert_eq!(said(office, 3), (Some("district".to_owned()), None));
    };
    expected(&office);
    // A closed row keeps both, wherever the official is later.
    let office = office.on(CLOSING, &[]);
    close(&office);
    import(
        &office,
        "cadres",
        "工号,姓名,层级,所属镇街,手机\nV1,沈阿根,镇街,新埠街道,13800000001\n",
    );
    sweep(&office, "2026-10-13");
    expected(&office);
}
