//! A business as citizens see it, and the way from there to a complaint about it.

use crate::supervision::SHOP;
use serde_json::json;
use tests::Office;

const DAY: &str = "2026-11-22T10:00:00+08:00";

fn office() -> Office {
    let office = Office::at(DAY, &[("complaint_rate_limit", "0")]);
    let shop = json!({"uscc": SHOP, "name": "甲糕点厂", "town": "云港街道", "village": "东庄社区", "address": "某路一号", "sector": "production",
        "person_in_charge": "谢诚", "phone": "16000001532", "founded_on": "2020-01-01"});
    office.office.post("/api/v1/enterprises", &shop).expect(200);
    office.knows_its_towns();
    office
}

fn import(office: &Office, kind: &str, file: &str) {
    let report = office.office.import(kind, file.as_bytes()).expect(200);
    assert_eq!(report["rejected"], json!([]), "{kind}: {report}");
}

fn page(office: &Office) -> String {
    let reply = office.server.public().get(&format!("/look-up/{SHOP}"));
    assert_eq!(reply.status, 200);
    reply.text()
}

#[test]
fn a_citizen_reads_what_a_business_is_its_licence_last_check_and_samples_and_no_person() {
    let office = office();
    let bare = page(&office);
    for said in [
        "甲糕点厂",
        "食品生产",
        "云港街道 东庄社区",
        "没有登记食品生产许可证",
        "没有检查记录",
        "没有公布过这一家的抽检结果",
        "不在榜上",
    ] {
        assert!(bare.contains(said), "{said}: {bare}");
    }
    import(
        &office,
        "licenses",
        &format!(
            "食品生产许可证编号,统一社会信用代码,类别,发证日期,有效期至,状态\nSC12733050370007,{SHOP},糕点,2023-03-02,2028-03-01,有效\n"
        ),
    );
    import(
        &office,
        "inspections",
        &format!(
            "检查编号,统一社会信用代码,检查日期,检查类型,检查结果,发现问题数,备注\n\
        JC-1,{SHOP},2026-08-01,日常检查,基本符合,2,谢诚不在场\nJC-0,{SHOP},2025-08-01,日常检查,不符合,2,\n"
        ),
    );
    import(
        &office,
        "samples",
        &format!(
            "抽样编号,统一社会信用代码,食品名称,批次,抽样日期,检验依据,检验结果,不合格项目,检验机构\n\
        CY2026001,{SHOP},红豆面包,20260901,2026-09-03,GB 7099,不合格,菌落总数,市检验院\n\
        CY2026002,{SHOP},肉松面包,20260902,2026-09-03,GB 7099,合格,,市检验院\n"
        ),
    );
    // Not before they are published.
    assert!(!page(&office).contains("红豆面包"));
    assert_eq!(office.office.form("/facts/publish", "").status, 303);
    let full = page(&office);
    for said in [
        "SC12733050370007",
        "有效期至2028年3月1日",
        "2026年8月1日，基本符合",
        "2026年9月3日，肉松面包：<strong>合格",
    ] {
        assert!(full.contains(said), "{said}: {full}");
    }
    for hidden in [
        "谢诚",
        "16000001532",
        "某路一号",
        "不符合",
        "没有登记食品生产许可证",
    ] {
        assert!(!full.contains(hidden), "{hidden}: {full}");
    }
    // The look-up leads there, and a number that nobody has leads nowhere.
    let found = office
        .server
        .public()
        .get("/look-up?q=%E7%94%B2%E7%B3%95")
        .text();
    assert!(found.contains(&format!("href=\"/look-up/{SHOP}\"")));
    office
        .server
        .public()
        .get("/look-up/91330503MYYMYQH439")
        .expect_problem(404);
    office
        .server
        .public()
        .get("/look-up/nonsense")
        .expect_problem(404);
}

#[test]
fn an_expired_licence_and_a_business_that_is_closed_are_said_to_be_so() {
    let office = office();
    import(
        &office,
        "licenses",
        &format!(
            "食品生产许可证编号,统一社会信用代码,类别,发证日期,有效期至,状态\nSC12733050370007,{SHOP},糕点,2021-03-02,2026-03-01,有效\n"
        ),
    );
    import(
        &office,
        "suspensions",
        &format!("统一社会信用代码,停业起始日期,停业截止日期,说明\n{SHOP},2026-11-01,,谢诚生病\n"),
    );
    let page = page(&office);
    assert!(
        page.contains("已过期") && page.contains("现在停业") && !page.contains("谢诚"),
        "{page}"
    );
}

#[test]
fn whoever_complains_from_the_page_of_a_business_need_not_look_for_it_again() {
    let office = office();
    let shown = page(&office);
    let link = format!("/complaints/new/what?insider=0&enterprise_no={SHOP}");
    assert!(
        shown.contains(&format!("href=\"{}\"", link.replace('&', "&amp;"))),
        "{shown}"
    );
    let public = office.server.public();
    let first = public.get(&link).text();
    assert!(
        first.contains("说的是：<strong>甲糕点厂</strong>（云港街道）"),
        "{first}"
    );
    assert!(first.contains(&format!("name=\"enterprise_no\" value=\"{SHOP}\"")));
    let answered = public.form(
        "/complaints/new/what",
        &format!("category=spoiled&text=the%20bread%20had%20mould%20on%20it%20when%20I%20opened%20it&enterprise_no={SHOP}"),
    );
    assert_eq!(
        (answered.status, answered.header("location")),
        (303, Some("/complaints/new/where"))
    );
    let cookie = answered
        .header("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let place = public
        .with("cookie", &cookie)
        .get("/complaints/new/where")
        .text();
    let chosen = format!("name=\"uscc\" value=\"{SHOP}\" checked");
    assert!(place.contains(&chosen), "{place}");
    // A number that nobody has fills in nothing, and an insider is not asked about it so early.
    let strange = public
        .get("/complaints/new/what?enterprise_no=91330503MYYMYQH439")
        .text();
    assert!(!strange.contains("说的是"));
    let insider = public
        .get(&format!(
            "/complaints/new/what?insider=1&enterprise_no={SHOP}"
        ))
        .text();
    assert!(!insider.contains("甲糕点厂"));
}
