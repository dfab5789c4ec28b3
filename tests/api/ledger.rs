//! The ledger as a page: its order, its pages, and the way back to where one was.

use tests::{Client, Office};

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The names on a page of the ledger, as they stand there.
fn names(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/enterprises?{query}")).text();
    let rows = page.split("<td class=\"name\">").skip(1);
    rows.map(|row| {
        let (_, name) = row.split_once('>').unwrap();
        name.split_once("</a>").unwrap().0.to_owned()
    })
    .collect()
}

const SHOPS: &str = "信用代码,名称,镇街,主体业态,包保级别,登记状态\n\
    91330503MAJYNK56BH,织里馒头店,织里镇,餐饮,B,存续\n\
    92330503MAJYNK56BE,重庆小面馆,南浔镇,餐饮,C,存续\n\
    92330503MAJYNK57BF,安吉白茶店,南浔镇,销售,D,注销\n\
    92330503MAJYNK58BG,湖州包子铺,,餐饮,,存续\n\
    92330503MAJYNK59BH,8090烤吧,织里镇,餐饮,D,存续\n\
    92330503MAJYNK60BX,南浔糕团厂,南浔镇,生产,C,存续\n";

fn office() -> Office {
    let office = Office::new();
    let imported = office.office.import("enterprises", SHOPS.as_bytes());
    assert_eq!(imported.expect(200)["created"], 6);
    office
}

#[test]
fn the_ledger_goes_by_name_in_the_order_of_pinyin_and_by_each_column_both_ways() {
    let office = office();
    let mut by_name = [
        "8090烤吧",
        "安吉白茶店",
        "重庆小面馆",
        "湖州包子铺",
        "南浔糕团厂",
        "织里馒头店",
    ];
    assert_eq!(names(&office.office, ""), by_name);
    assert_eq!(names(&office.office, "sort=name"), by_name);
    // What there is no order for is passed over.
    assert_eq!(names(&office.office, "sort=phone"), by_name);
    by_name.reverse();
    assert_eq!(names(&office.office, "sort=-name"), by_name);
    // Blank values come last, and those of a town by name.
    assert_eq!(
        names(&office.office, "sort=level"),
        [
            "织里馒头店",
            "重庆小面馆",
            "南浔糕团厂",
            "安吉白茶店",
            "8090烤吧",
            "湖州包子铺"
        ]
    );
    assert_eq!(
        names(&office.office, "sort=town").last().unwrap(),
        "湖州包子铺"
    );
    let of_town = format!("town={}&sort=-sector", encoded("南浔镇"));
    assert_eq!(
        names(&office.office, &of_town),
        ["南浔糕团厂", "安吉白茶店", "重庆小面馆"]
    );
    assert_eq!(
        names(&office.office, "sort=-status&status=deregistered"),
        ["安吉白茶店"]
    );
    assert_eq!(
        names(&office.office, "sort=-name&q=%E5%8D%97%E6%B5%94"),
        ["南浔糕团厂"]
    );
    let page = office.office.get("/enterprises?sort=-name&level=D").text();
    assert!(page.contains("aria-sort=\"descending\""), "{page}");
    // Whoever looks for something else keeps the order.
    assert!(
        page.contains("<input type=\"hidden\" name=\"sort\" value=\"-name\">"),
        "{page}"
    );
}

#[test]
fn a_business_that_is_renamed_moves_to_its_place() {
    let office = office();
    let renamed = "信用代码,名称\n92330503MAJYNK57BF,醉白茶店\n";
    office
        .office
        .import("enterprises", renamed.as_bytes())
        .expect(200);
    assert_eq!(names(&office.office, "").last().unwrap(), "醉白茶店");
    let edited = office
        .office
        .get("/api/v1/enterprises/92330503MAJYNK57BF")
        .expect(200);
    let change = serde_json::json!({"version": edited["version"], "name": "AB白茶店"});
    office
        .office
        .patch("/api/v1/enterprises/92330503MAJYNK57BF", &change)
        .expect(200);
    assert_eq!(names(&office.office, "").last().unwrap(), "AB白茶店");
}

#[test]
fn pages_of_the_ledger_have_numbers_and_lead_both_ways_with_no_gap_and_no_repeat() {
    let office = Office::new().with_sample();
    let filter = format!("town={}&sort=-level", encoded("云港街道"));
    let mut seen = std::collections::BTreeSet::new();
    for number in 1..=9 {
        let page = office
            .office
            .get(&format!("/enterprises?{filter}&page={number}"))
            .text();
        assert!(
            page.contains(&format!("第 {number} 页，共 9 页")),
            "{number}"
        );
        let way = |rel: &str, to: u32| {
            page.contains(&format!(
                "rel=\"{rel}\" href=\"/enterprises?{}&amp;page={to}\"",
                filter.replace('&', "&amp;")
            ))
        };
        assert_eq!(
            way("prev", number.max(2) - 1),
            number > 1,
            "{number}: {page}"
        );
        assert_eq!(way("next", number + 1), number < 9, "{number}");
        let shown = page.matches("<td class=\"name\">").count();
        assert_eq!(shown, if number < 9 { 50 } else { 4 }, "{number}");
        for row in page.split("href=\"/enterprises/").skip(1) {
            if let Some((code, _)) = row.split_once("?back=") {
                assert!(seen.insert(code.to_owned()), "{code} again");
            }
        }
    }
    assert_eq!(seen.len(), 404);
    // A page behind the last one leads to the last one; what is no number is the first.
    let behind = office
        .office
        .get(&format!("/enterprises?{filter}&page=999"));
    assert_eq!(behind.status, 303);
    assert!(behind.header("location").unwrap().ends_with("&page=9"));
    for odd in ["0", "-1", "x", "99999999999999999999999"] {
        let page = office
            .office
            .get(&format!("/enterprises?{filter}&page={odd}"));
        assert!([200, 303].contains(&page.status), "{odd}");
    }
}

#[test]
fn a_business_that_was_opened_from_the_ledger_leads_back_to_where_one_was() {
    let office = Office::new().with_sample();
    let place = format!("town={}&sort=-name&page=3", encoded("云港街道"));
    let page = office.office.get(&format!("/enterprises?{place}")).text();
    let (_, link) = page.split_once("<td class=\"name\"><a href=\"").unwrap();
    let link = link.split_once('"').unwrap().0;
    let opened = office.office.get(link).text();
    let back = format!("href=\"/enterprises?{}\"", place.replace('&', "&amp;"));
    assert!(opened.contains(&back), "{link}: {opened}");
    // What is no place in the ledger leads to its beginning.
    let code = link.split_once('?').unwrap().0;
    let opened = office
        .office
        .get(&format!("{code}?back=%22%3E%3Cscript%3E"))
        .text();
    assert!(opened.contains("href=\"/enterprises\"") && !opened.contains("<script>"));
}

#[test]
fn names_that_have_no_place_yet_are_given_one_and_nobody_is_said_to_have_changed_them() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = office();
    let database = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    let sql = "UPDATE enterprise_site SET name_key = '', name_order = NULL";
    database.execute(sql, []).unwrap();
    let audited = || -> i64 {
        let sql = "SELECT count(*) FROM audit WHERE record LIKE 'enterprise/%'";
        database.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let before = audited();
    // Until then they come as they were entered.
    assert_eq!(names(&office.office, "")[0], "织里馒头店");
    let placed = || {
        let reply = office
            .scheduler()
            .post("/internal/scopes", &serde_json::json!({}));
        reply.expect(200)["placed"].clone()
    };
    assert_eq!(placed(), 6);
    assert_eq!(names(&office.office, "")[1], "安吉白茶店");
    assert_eq!(placed(), 0);
    assert_eq!(audited(), before);
    // A release before changes a name and knows of no key.
    let sql = "UPDATE enterprise_site SET name = '醉白茶店', version = version + 1 WHERE uscc = '92330503MAJYNK57BF'";
    database.execute(sql, []).unwrap();
    assert_eq!(names(&office.office, "")[0], "醉白茶店");
    assert_eq!(placed(), 1);
    assert_eq!(names(&office.office, "").last().unwrap(), "醉白茶店");
}
