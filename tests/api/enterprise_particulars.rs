//! Under what other names and numbers a business is known, when it was closed, and two rows of the ledger that are one business.

use crate::complaints::{complaint, unlimited};
use crate::supervision::{SHOP, import_assignments, one_shop, statuses};
use serde_json::{Value, json};
use tests::{Client, Office};

const DAY: &str = "2026-11-22T10:00:00+08:00";
const OTHER: &str = "91330503MYYMYQH439";

fn import(client: &Client, kind: &str, file: &str) -> Value {
    let path = format!("/api/v1/{kind}/import");
    client.upload(&path, "a.csv", file.as_bytes()).expect(200)
}

/// What a search of the ledger finds, by name.
fn found(client: &Client, q: &str) -> Vec<String> {
    let list = client
        .get(&format!("/api/v1/enterprises?q={q}"))
        .expect(200);
    let items = list["items"].as_array().unwrap();
    assert_eq!(list["total"], items.len(), "{list}");
    items
        .iter()
        .map(|one| one["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_business_is_found_by_what_it_was_called_before_and_by_what_people_call_it() {
    let office = Office::at(DAY, &[]);
    let office = &office.office;
    let ledger = |name: &str| format!("统一社会信用代码,企业名称\n{SHOP},{name}\n");
    import(office, "enterprises", &ledger("湖州旧名食品店"));
    import(office, "enterprises", &ledger("湖州新名食品店"));
    for q in ["旧名食品", "新名食品", "hzjmsp"] {
        assert_eq!(found(office, q), ["湖州新名食品店"], "{q}");
    }
    let names = format!("统一社会信用代码,其他名称,名称类别\n{SHOP},老王烧饼,招牌\n");
    assert_eq!(import(office, "enterprise-names", &names)["created"], 1);
    assert_eq!(import(office, "enterprise-names", &names)["unchanged"], 1);
    assert_eq!(found(office, "老王"), ["湖州新名食品店"]);
    // Words of two names do not run together, and the public finds it by each.
    assert!(found(office, "店老").is_empty());
    let page = office.get(&format!("/enterprises/{SHOP}")).text();
    assert!(
        page.contains("湖州旧名食品店（用到2026年11月22日）") && page.contains("老王烧饼"),
        "{page}"
    );
    let public = office.get("/api/v1/public/enterprises?q=老王").expect(200);
    assert_eq!(public["items"][0]["name"], "湖州新名食品店");
    // A name that was entered wrongly is found no more, and the former one still is.
    let wrong = format!("/api/v1/enterprise-names/{SHOP}~老王烧饼");
    let kept = office.get(&wrong).expect(200);
    office
        .patch(
            &wrong,
            &json!({"version": kept["version"], "revoked_on": "2026-11-22"}),
        )
        .expect(200);
    assert!(found(office, "老王").is_empty());
    assert_eq!(found(office, "旧名食品"), ["湖州新名食品店"]);
    // A row with a former name and a town alone has its business among those that it may be.
    let row = "企业名称\n湖州旧名食品店\n";
    let asked = import(office, "enterprises", row);
    assert_eq!(
        asked["rejected"][0]["candidates"][0]["enterprise_no"], SHOP,
        "{asked}"
    );
}

#[test]
fn every_number_that_a_business_ever_held_leads_to_it() {
    let office = Office::at(DAY, &[]);
    let office = &office.office;
    let ledger = |number: &str| {
        format!(
            "统一社会信用代码,企业名称,登记证编号,食品经营许可证编号\n{SHOP},甲食品店,{number},JY13305031234567\n"
        )
    };
    import(office, "enterprises", &ledger("浙小作坊登字〔2025〕0012号"));
    import(office, "enterprises", &ledger("浙小作坊登字〔2026〕0034号"));
    for q in [
        "浙小作坊登字〔2025〕0012号",
        "浙小作坊登字〔2026〕",
        "JY1330503",
    ] {
        assert_eq!(found(office, q), ["甲食品店"], "{q}");
    }
    let permits = office.get(&format!("/api/v1/permits?q={SHOP}")).expect(200);
    let kinds: Vec<&str> = permits["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    assert_eq!(permits["total"], 3, "{permits}");
    assert!(kinds.contains(&"business_license") && kinds.contains(&"registration"));
    // A roster that has the old registration alone means the same business.
    let old = "登记证编号,企业名称,联系电话\n浙小作坊登字〔2025〕0012号,甲食品店,13800000001\n";
    assert_eq!(import(office, "enterprises", old)["updated"], 1);
    // The roster of production licences knows their days.
    let license = format!(
        "食品生产许可证编号,统一社会信用代码,发证日期,有效期至,状态\nSC10133050300018,{SHOP},2024-01-02,2029-01-01,有效\n"
    );
    import(office, "licenses", &license);
    let page = office.get(&format!("/enterprises/{SHOP}")).text();
    assert!(page.contains("（2024年1月2日至2029年1月1日）"), "{page}");
    let entered = format!(
        "编号,统一社会信用代码,种类,起始日期,有效期至\nYB23305030000001,{SHOP},备案,2026-01-01,2025-01-01\n"
    );
    let refused = import(office, "permits", &entered);
    assert!(
        refused["rejected"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("早于起始日期"),
        "{refused}"
    );
}

#[test]
fn who_was_closed_for_more_than_half_of_a_quarter_owes_no_visit_for_it() {
    let office = Office::at("2026-11-20T08:00:00+08:00", &[]);
    one_shop(&office, "A", "2020-01-01");
    import_assignments(&office, &format!("C1,{SHOP},2026-01-01,"));
    let office = office.office;
    assert_eq!(statuses(&office, "2026Q3"), ["overdue"]);
    // 46 of 92 days are half, and not more.
    let file = |until: &str| {
        format!("统一社会信用代码,停业起始日期,停业截止日期,说明\n{SHOP},2026-07-01,{until},装修\n")
    };
    import(&office, "suspensions", &file("2026-08-15"));
    assert_eq!(statuses(&office, "2026Q3"), ["overdue"]);
    import(&office, "suspensions", &file("2026-08-16"));
    assert!(statuses(&office, "2026Q3").is_empty());
    assert_eq!(statuses(&office, "2026Q4"), ["due"]);
    // Two that overlap count each day once.
    import(&office, "suspensions", &file("2026-08-15"));
    import(
        &office,
        "suspensions",
        &format!("统一社会信用代码,停业起始日期,停业截止日期\n{SHOP},2026-08-01,2026-08-10\n"),
    );
    assert_eq!(statuses(&office, "2026Q3"), ["overdue"]);
    // Still closed: no end.
    import(
        &office,
        "suspensions",
        &format!("统一社会信用代码,停业起始日期,停业截止日期\n{SHOP},2026-10-10,\n"),
    );
    assert!(statuses(&office, "2026Q4").is_empty());
    let page = office.get(&format!("/enterprises/{SHOP}")).text();
    assert!(page.contains("（2026年10月10日起停业）"), "{page}");
    // Entered by mistake.
    let path = format!("/api/v1/suspensions/{SHOP}~2026-10-10");
    let kept = office.get(&path).expect(200);
    let revoked = json!({"version": kept["version"], "revoked_on": "2026-11-20"});
    office.patch(&path, &revoked).expect(200);
    assert_eq!(statuses(&office, "2026Q4"), ["due"]);
}

/// Two rows of the ledger for one shop: under its code, and one without a code.
fn twice_in_the_ledger(office: &Office) -> String {
    one_shop(office, "A", "2020-01-01");
    let stall = "登记证编号,企业名称,住所,所属镇街,成立日期\nXZF330503000001,老街豆腐坊,老街1号,云港街道,2020-01-01\n";
    import(&office.office, "enterprises", stall);
    let stall = office
        .office
        .get("/api/v1/enterprises?q=老街豆腐坊")
        .expect(200);
    stall["items"][0]["enterprise_no"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn merge(office: &Client, old: &str, into: &str, dry_run: bool) -> tests::Reply {
    let merger = json!({"into": into, "note": "同一家", "dry_run": dry_run});
    office.post(&format!("/api/v1/enterprises/{old}/merge"), &merger)
}

#[test]
fn a_row_without_records_is_merged_into_the_business_that_it_is_and_parted_again() {
    let office = unlimited("2026-11-20T08:00:00+08:00");
    let stall = twice_in_the_ledger(&office);
    import_assignments(&office, &format!("C1,{SHOP},2026-01-01,"));
    let official = office.staff("zhang", "cadre", &["云港街道"], Some("C1"));
    let ledger = |client: &Client| client.get("/api/v1/enterprises?limit=200").expect(200);
    let before = ledger(&office.office);
    assert_eq!(statuses(&office.office, "2026Q4").len(), 2);

    let looked = merge(&office.office, &stall, SHOP, true).expect(200);
    assert_eq!(
        (&looked["old"]["records"], &looked["new"]["records"]),
        (&json!([]), &json!([{"kind": "assignment", "count": 1}]))
    );
    let page = office
        .office
        .get(&format!("/enterprises/{stall}/merge?into={SHOP}"))
        .text();
    assert!(
        page.contains("包保关系 1 条") && page.contains("撤销合并后"),
        "{page}"
    );
    assert_eq!(ledger(&office.office), before);
    merge(&office.office, &stall, SHOP, false).expect(200);

    // One row, found by either name and either number.
    for q in ["老街豆腐坊", &stall, "XZF330503000001"] {
        assert_eq!(found(&office.office, q), ["甲超市"], "{q}");
    }
    let all = ledger(&office.office);
    assert_eq!(
        (&all["total"], all["items"].as_array().unwrap().len()),
        (&json!(1), 1)
    );
    assert_eq!(statuses(&office.office, "2026Q4"), ["due"]);
    let of_old = office.office.get(&format!("/api/v1/enterprises/{stall}"));
    assert_eq!(of_old.expect(200)["enterprise_no"], SHOP);
    let page = office.office.get(&format!("/enterprises/{stall}")).text();
    assert!(
        page.contains("老街豆腐坊") && page.contains("撤销合并"),
        "{page}"
    );

    // What is told under the old number is kept under the new one: once.
    let penalty = format!(
        "处罚决定书文号,统一社会信用代码,违法事实,处罚种类,处罚日期\n罚1号,{stall},过期,警告,2026-11-01\n"
    );
    assert_eq!(import(&office.office, "penalties", &penalty)["created"], 1);
    assert_eq!(
        import(&office.office, "penalties", &penalty)["unchanged"],
        1
    );
    let visit =
        json!({"uscc": stall, "visited_on": "2026-11-20", "mode": "on_site", "result": "ok"});
    official.post("/api/v1/visits", &visit).expect(201);
    assert_eq!(statuses(&office.office, "2026Q4"), ["done"]);
    let mut filed = complaint(SHOP);
    filed.as_object_mut().unwrap().remove("uscc");
    filed["enterprise_no"] = json!(stall);
    let public = office.server.public();
    let made = public.post("/api/v1/complaints", &filed).expect(201);
    let code = made["code"].as_str().unwrap();
    let case = office
        .office
        .get(&format!("/api/v1/complaints/{code}"))
        .expect(200);
    assert_eq!(case["enterprise"], "甲超市");
    // What a roster of businesses says of the old row stays with it, and a form of it that was open does not write over the other.
    let roster = format!("主体编号,企业名称,联系电话\n{stall},老街豆腐坊,13800000002\n");
    assert_eq!(import(&office.office, "enterprises", &roster)["updated"], 1);
    let kept = office.office.get(&format!("/api/v1/enterprises/{SHOP}"));
    let kept = kept.expect(200);
    assert_eq!(
        (&kept["name"], &kept["phone"]),
        (&json!("甲超市"), &Value::Null)
    );
    office
        .office
        .patch(
            &format!("/api/v1/enterprises/{stall}"),
            &json!({"version": 1, "phone": "13800000003"}),
        )
        .expect_problem(409);

    let parted = office
        .office
        .post(&format!("/api/v1/enterprises/{stall}/unmerge"), &json!({}))
        .expect(200);
    assert_eq!(parted["was_merged_into"], SHOP);
    assert_eq!(ledger(&office.office)["total"], before["total"]);
    assert_eq!(found(&office.office, "老街豆腐坊"), ["老街豆腐坊"]);
    let page = office.office.get(&format!("/enterprises/{SHOP}")).text();
    assert!(
        page.contains("罚1号") && !page.contains("老街豆腐坊"),
        "{page}"
    );
    office
        .office
        .post(&format!("/api/v1/enterprises/{stall}/unmerge"), &json!({}))
        .expect_problem(404);
}

#[test]
fn a_merger_that_cannot_be_is_refused_with_its_reason() {
    let office = Office::at(DAY, &[]);
    let stall = twice_in_the_ledger(&office);
    import(
        &office.office,
        "enterprises",
        &format!("统一社会信用代码,企业名称\n{OTHER},第三家\n"),
    );
    let office = &office.office;
    merge(office, &stall, "不是编号", false).expect_problem(422);
    merge(office, &stall, &stall, false).expect_problem(422);
    merge(office, &stall, "T000000991", false).expect_problem(422);
    merge(office, "T000000991", SHOP, false).expect_problem(404);
    merge(office, &stall, SHOP, false).expect(200);
    // Twice, round about, and on from what others were merged into.
    merge(office, &stall, SHOP, false).expect_problem(404);
    merge(office, SHOP, &stall, false).expect_problem(422);
    merge(office, SHOP, OTHER, false).expect_problem(409);
    // A row that has records, and one that is still in business into one that is not.
    office
        .post(&format!("/api/v1/enterprises/{stall}/unmerge"), &json!({}))
        .expect(200);
    let visit = format!("督导日期,工号,统一社会信用代码,督导方式\n2026-10-12,C1,{stall},现场\n");
    assert_eq!(import(office, "visits", &visit)["created"], 1);
    let refused = merge(office, &stall, SHOP, false);
    assert_eq!(refused.expect_problem(409), "already_there");
    assert!(refused.text().contains("督导记录"), "{}", refused.text());
    let page = office.get(&format!("/enterprises/{stall}/merge?into={SHOP}"));
    assert!(page.text().contains("反过来合并"), "{}", page.text());
    let closed = format!("统一社会信用代码,企业名称,登记状态\n{OTHER},第三家,注销\n");
    import(office, "enterprises", &closed);
    merge(office, SHOP, OTHER, false).expect_problem(422);
    let page = office.get(&format!("/enterprises/{OTHER}/merge?into={OTHER}"));
    assert_eq!(page.status, 422);
    assert!(page.text().contains("这就是它自己"), "{}", page.text());
}

#[test]
fn a_row_that_waits_may_be_any_business_of_the_ledger_or_not_be_wanted() {
    let office = Office::at(DAY, &[]);
    one_shop(&office, "A", "2020-01-01");
    let office = &office.office;
    let rows = "企业名称,所属镇街\n另一个写法,云港街道\n写错的一行,云港街道\n";
    assert_eq!(
        import(office, "enterprises", rows)["rejected"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let waiting = office.get("/api/v1/enterprises/unplaced").expect(200);
    let id = |row: usize| waiting["items"][row]["id"].as_str().unwrap().to_owned();
    let typed = |row: usize, choice: &str, number: &str| {
        office.form(
            "/enterprises/unplaced",
            &format!("id={}&choice={choice}&number={number}", id(row)),
        )
    };
    let wrong = typed(0, "other", OTHER);
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("台账里没有这个主体编号") && wrong.text().contains(OTHER));
    assert_eq!(typed(0, "other", "").status, 422);
    assert_eq!(typed(0, "other", SHOP).status, 303);
    let discarded = json!({"id": id(1), "enterprise_no": null, "discard": true});
    office
        .post("/api/v1/enterprises/import/confirm", &discarded)
        .expect(200);
    let left = office.get("/api/v1/enterprises/unplaced").expect(200);
    assert_eq!(left["total"], 0);
    // What was placed is known from then on; what was not wanted is asked again.
    let again = import(office, "enterprises", rows);
    assert_eq!(
        (
            &again["unchanged"],
            again["rejected"].as_array().unwrap().len()
        ),
        (&json!(1), 1),
        "{again}"
    );
    let left = office.get("/api/v1/enterprises/unplaced").expect(200);
    assert_eq!(left["items"][0]["name"], "写错的一行");
}
