//! The page of a business at the desk: what every function knows of it, for whoever may see it.

use crate::complaints::{complaint, file_complaint, unlimited};
use crate::insiders::name_handlers;
use crate::problems::{TOWN, enter, entered};
use crate::supervision::{SHOP, import_assignments, import_visits, one_shop};
use crate::sweep::sweep;
use serde_json::json;
use tests::{Client, Office};

const DAY: &str = "2026-11-22T10:00:00+08:00";

fn page(client: &Client) -> String {
    client.get(&format!("/enterprises/{SHOP}")).text()
}

fn import(office: &Office, kind: &str, file: &str) {
    let report = office.office.import(kind, file.as_bytes()).expect(200);
    assert_eq!(report["rejected"], json!([]), "{kind}: {report}");
}

/// An office with a shop of which each register knows something.
fn known_shop() -> Office {
    let office = unlimited(DAY);
    one_shop(&office, "A", "2020-01-01");
    office.knows_its_towns();
    import_assignments(&office, &format!("C1,{SHOP},2026-01-01,"));
    import_visits(&office, &format!("2026-08-14,C1,{SHOP},现场"));
    import(
        &office,
        "licenses",
        &format!(
            "食品生产许可证编号,统一社会信用代码,类别,发证日期,有效期至,状态\nSC12733050370007,{SHOP},糕点,2021-03-02,2026-03-01,有效\n"
        ),
    );
    import(
        &office,
        "officers",
        &format!(
            "统一社会信用代码,岗位,姓名,任职日期,考核日期,考核结果\n{SHOP},食品安全员,王小青,2025-05-06,2026-04-07,合格\n"
        ),
    );
    import(
        &office,
        "inspections",
        &format!(
            "检查编号,统一社会信用代码,检查日期,检查类型,检查结果,发现问题数,备注\nJC-1,{SHOP},2026-08-01,日常检查,基本符合,2,地面积水\n"
        ),
    );
    enter(&office.office, &entered());
    let help = json!({"uscc": SHOP, "reason": "连续两次抽检不合格"});
    office.office.post("/api/v1/key-help", &help).expect(201);
    office
}

#[test]
fn everything_that_is_known_of_a_business_stands_on_its_page_with_days_in_chinese() {
    let office = known_shop();
    let page = page(&office.office);
    for said in [
        "SC12733050370007",
        "2021年3月2日",
        "2026年3月1日",
        "已过期",
        "王小青",
        "2026年4月7日，合格",
        "张三",
        "2026年8月14日",
        "门口堆放垃圾",
        "基本符合",
        "2026年8月1日",
        "连续两次抽检不合格",
        "不在榜上",
        "没有列入这一家的文书",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    for link in [
        format!("/facts/inspections?uscc={SHOP}"),
        format!("/problems?status=struck_off&amp;enterprise_no={SHOP}"),
        format!("/lists/cases?q={SHOP}"),
    ] {
        assert!(page.contains(&link), "{link}");
    }
    let digits = |text: &str| {
        let bytes = text.as_bytes();
        bytes.windows(10).any(|part| {
            part[4] == b'-'
                && part[7] == b'-'
                && part.iter().filter(|byte| byte.is_ascii_digit()).count() == 8
        })
    };
    let (_, shown) = page.split_once("<main").unwrap();
    assert!(!digits(shown), "a day that is not in Chinese: {shown}");
}

#[test]
fn a_town_reads_of_nominations_and_help_nothing_and_of_the_rest_what_its_registers_have() {
    let office = known_shop();
    let town = office.staff("town", "town", &[TOWN], None);
    let page = page(&town);
    assert!(page.contains("王小青") && page.contains("门口堆放垃圾"));
    assert!(!page.contains("连续两次抽检不合格") && !page.contains("/lists/cases"));
    let stranger = office.staff("other", "town", &["桑园镇"], None);
    stranger
        .get(&format!("/enterprises/{SHOP}"))
        .expect_problem(404);
}

#[test]
fn complaints_stand_there_for_whoever_handles_them_and_say_nothing_of_what_was_written() {
    let office = known_shop();
    let public = office.server.public();
    let (code, _) = file_complaint(&public, &complaint(SHOP));
    let chair = office.staff("chair", "chair", &[], None);
    drop(office.staff("first", "station", &["石湖镇"], None));
    drop(office.staff("second", "office", &[], None));
    name_handlers(&office.office, &chair, "first", "second");
    let mut inside = complaint(SHOP);
    inside["kind"] = json!("report");
    inside["anonymous"] = json!(true);
    inside["insider"] = json!(true);
    inside["contact"] = serde_json::Value::Null;
    let (insiders, _) = file_complaint(&public, &inside);
    let station = office.staff("station", "station", &[TOWN], None);
    for handler in [&office.office, &station] {
        let page = page(handler);
        assert!(
            page.contains(&format!("/complaints/cases/{code}")),
            "{page}"
        );
        assert!(page.contains("食品变质、有异物") && page.contains("已收到"));
        assert!(!page.contains(&insiders) && !page.contains("蟑螂"));
    }
    let head = office.staff("head", "chair", &[TOWN], None);
    for client in [office.staff("town", "town", &[TOWN], None), head] {
        let page = page(&client);
        assert!(
            !page.contains(&code) && !page.contains("<h2>投诉举报</h2>"),
            "{page}"
        );
    }
    assert!(!page(&chair).contains(&code));
}

#[test]
fn a_long_part_shows_the_latest_and_leads_to_the_register_of_this_business() {
    let office = known_shop();
    let days: Vec<String> = (1..=12)
        .map(|day| format!("2026-09-{day:02},C1,{SHOP},现场"))
        .collect();
    import_visits(&office, &days.join("\n"));
    let page = page(&office.office);
    assert!(
        page.contains("2026年9月12日")
            && page.contains("2026年9月3日")
            && !page.contains("2026年9月2日"),
        "{page}"
    );
    let register = format!("/supervision/visits?uscc={SHOP}");
    assert!(
        page.contains("这里是最近 10 次。")
            && page.contains(&format!("<a href=\"{register}\">全部 13 次</a>"))
    );
    let all = office
        .office
        .get(&format!("/api/v1/visits?uscc={SHOP}"))
        .expect(200);
    assert_eq!(all["total"], 13);
}

#[test]
fn papers_that_list_the_business_stand_there_for_whoever_sees_them() {
    let office = Office::at("2026-10-08T08:00:00+08:00", &[]);
    one_shop(&office, "A", "2020-01-01");
    office.knows_its_towns();
    import_assignments(&office, &format!("C1,{SHOP},2026-01-01,"));
    sweep(&office, "2026-10-08");
    let papers = office
        .office
        .get(&format!("/api/v1/notices?enterprise_no={SHOP}"))
        .expect(200);
    let id = papers["items"][0]["id"].as_str().unwrap();
    assert_eq!(papers["total"], 1, "{papers}");
    let none = office
        .office
        .get("/api/v1/notices?enterprise_no=91330503MYYMYQH439");
    assert_eq!(none.expect(200)["total"], 0);
    let link = format!("/notices/{id}");
    let page_of = |client: &Client| page(client).contains(&link);
    assert!(page_of(&office.office), "{}", page(&office.office));
    // A letter to an official is the town's to know, not the station's.
    assert!(page_of(&office.staff("town", "town", &[TOWN], None)));
    assert!(!page_of(&office.staff("station", "station", &[TOWN], None)));
    assert!(page_of(&office.staff("chair", "chair", &[], None)));
}
