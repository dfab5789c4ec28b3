//! 门店码: the code at the door of a business, printed by the desk; what it leads to for citizens and for whoever works here.

use crate::supervision::SHOP;
use serde_json::json;
use tests::Office;

const SITE: (&str, &str) = ("public_url", "https://shian.example/");

/// A name as long as they come.
const LONG: &str = "云溪区某某街道中华人民共和国第一超级无敌长名字食品科技发展有限责任公司（云港街道东庄社区第三分公司）";

fn office() -> Office {
    let office = Office::at("2026-11-20T08:00:00+08:00", &[SITE]);
    let csv = format!(
        "统一社会信用代码,企业名称,所属镇街,村社区,登记状态\n{SHOP},{LONG},云港街道,东庄社区,存续\n92330503MYWG9MDA0T,乙食品厂,云溪街道,,存续\n91330503MYYMYQH439,丙面馆,云港街道,,注销\n"
    );
    let report = office
        .office
        .import("enterprises", csv.as_bytes())
        .expect(200);
    assert_eq!(report["rejected"], json!([]), "{report}");
    let cadre = "工号,姓名,层级,所属镇街,手机\nC1,沈阿根,村社区,云港街道,13800000001\n";
    office.office.import("cadres", cadre.as_bytes()).expect(200);
    office
}

#[test]
fn the_code_of_a_business_leads_to_its_page_for_citizens_and_says_what_it_is_for() {
    let office = office();
    let business = office.office.get(&format!("/enterprises/{SHOP}")).text();
    let sheet = format!("/enterprises/{SHOP}/door-code");
    assert!(
        business.contains(&format!("href=\"{sheet}\"")),
        "{business}"
    );
    let page = office.office.get(&sheet).text();
    for said in [
        LONG,
        &format!("主体编号 {SHOP}"),
        &format!("二维码，打开 https://shian.example/look-up/{SHOP}"),
        "包保干部在这里登记督导",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    // Whoever does not know of the business gets no code of it either.
    let town = office.staff("yunxi", "town", &["云溪街道"], None);
    assert_eq!(town.get(&sheet).status, 404);
    assert_eq!(office.office.get("/enterprises/1/door-code").status, 404);
}

#[test]
fn the_codes_of_a_town_are_printed_together_and_of_those_in_business_alone() {
    let office = office();
    let town = "%E4%BA%91%E6%B8%AF%E8%A1%97%E9%81%93";
    let page = office
        .office
        .get(&format!("/enterprises/door-codes?town={town}"))
        .text();
    assert!(
        page.contains(LONG) && page.contains("共 <strong>1</strong> 家"),
        "{page}"
    );
    assert!(
        !page.contains("乙食品厂") && !page.contains("丙面馆"),
        "{page}"
    );
    let all = office.office.get("/enterprises/door-codes").text();
    assert_eq!(all.matches("<svg").count(), 2, "{all}");
    let of_town = office.staff("yunxi", "town", &["云溪街道"], None);
    let own = of_town.get("/enterprises/door-codes").text();
    assert!(own.contains("乙食品厂") && !own.contains(LONG), "{own}");
}

#[test]
fn behind_the_code_a_citizen_complains_and_whoever_works_here_goes_to_work() {
    let office = office();
    let address = format!("/look-up/{SHOP}");
    let entrance = format!("{address}/staff");
    let public = office.server.public();
    let citizen = public.get(&address);
    let page = citizen.text();
    assert!(page.contains("投诉这家") && page.contains(&format!("href=\"{entrance}\"")));
    assert!(
        !page.contains("登记督导") && !page.contains("主体档案"),
        "{page}"
    );
    let sign_in = public.with("accept", "text/html").get(&entrance);
    let next = format!("/sign-in?next=%2Flook-up%2F{SHOP}%2Fstaff");
    assert_eq!(
        (sign_in.status, sign_in.header("location")),
        (303, Some(next.as_str()))
    );
    let official = office.staff("zhang", "cadre", &["云港街道"], Some("C1"));
    let business = format!("/enterprises/{SHOP}");
    let visit = format!("/supervision/mine/{SHOP}");
    let chair = office.staff("chair", "chair", &[], None);
    for (reader, shown, goes_to) in [
        (&official, Some("登记督导"), &visit),
        (&office.office, Some("主体档案"), &business),
        (&chair, Some("主体档案"), &business),
    ] {
        let reply = reader.get(&address);
        // What stands there for one person is given to no other.
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        let page = reply.text();
        for label in ["登记督导", "主体档案"] {
            assert_eq!(
                page.contains(label),
                shown == Some(label),
                "{label}: {page}"
            );
        }
        let led = reader.get(&entrance);
        assert_eq!(
            (led.status, led.header("location")),
            (303, Some(goes_to.as_str()))
        );
    }
    assert!(
        !official
            .get("/look-up/91330503MYYMYQH439")
            .text()
            .contains("登记督导")
    );
}
