//! Finding a business in a moment.

use tests::Office;

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn office() -> Office {
    let office = Office::new();
    let csv = "信用代码,名称,镇街,许可证编号,负责人,联系电话,登记状态,地址\n\
        91330503MYYG3CWJ94,云溪隆禾盛超市有限公司,云港街道,,谢诚,16000001532,存续,某村1号\n\
        92330503MYWG9MDA0T,桑园鑫满面馆（南浔店）,桑园镇,SC12733050370007,邵涛华,16400002680,存续,某村2号\n\
        92330503MYXM6GFR73,ABC食品厂,桑园镇,,张三,1,注销,某村3号\n";
    office
        .office
        .import("enterprises", csv.as_bytes())
        .expect(200);
    office
}

#[test]
fn any_part_of_the_name_the_code_and_the_initials_find_it() {
    let office = office();
    let found = |q: &str| -> Vec<String> {
        let list = office
            .office
            .get(&format!("/api/v1/enterprises?q={}", encoded(q)))
            .expect(200);
        let names: Vec<String> = list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(list["total"], names.len());
        names
    };
    for q in [
        "隆禾",
        "禾盛",
        "禾盛超",
        "溪",
        "司",
        "云溪隆禾盛超市有限公司",
        "yxlh",
        "YXLHSCS",
        "91330503MYYG",
        "91330503myyg3cwj94",
        "超市 云溪",
        " 隆 ",
    ] {
        assert_eq!(found(q), ["云溪隆禾盛超市有限公司"], "{q}");
    }
    for q in ["馆南", "(南浔", "SC12733", "鑫满面馆南浔"] {
        assert_eq!(found(q), ["桑园鑫满面馆（南浔店）"], "{q}");
    }
    assert_eq!(found("abc"), ["ABC食品厂"]);
    assert_eq!(found("ａｂｃ食"), ["ABC食品厂"]);
    for q in [
        "禾隆",
        "超市 桑园",
        "\"",
        "*",
        "' OR 1=1 --",
        "AND",
        "NEAR(",
        "()",
        "：",
        "９９９９９９",
    ] {
        assert_eq!(found(q), [] as [&str; 0], "{q}");
    }
}

#[test]
fn a_name_that_changes_is_found_by_its_new_parts_alone() {
    let office = office();
    let total = |q: &str| {
        office
            .office
            .get(&format!("/api/v1/enterprises?q={}", encoded(q)))
            .expect(200)["total"]
            .clone()
    };
    office
        .office
        .import(
            "enterprises",
            "信用代码,名称\n91330503MYYG3CWJ94,云溪新名便利店\n".as_bytes(),
        )
        .expect(200);
    assert_eq!(
        (total("隆禾"), total("新名"), total("xmbl")),
        (0.into(), 1.into(), 1.into())
    );
}

#[test]
fn the_public_sees_names_and_towns_of_those_in_business_and_no_person() {
    let office = office();
    let public = office.server.public();
    let list = public
        .get(&format!("/api/v1/public/enterprises?q={}", encoded("隆禾")))
        .expect(200);
    let item = list["items"][0].as_object().unwrap();
    assert_eq!(item.keys().collect::<Vec<_>>(), ["name", "town", "uscc"]);
    assert_eq!(
        public.get("/api/v1/public/enterprises?q=abc").expect(200)["items"],
        serde_json::json!([])
    );
    assert_eq!(
        public.get("/api/v1/public/enterprises").expect(200)["items"],
        serde_json::json!([])
    );
    let page = public
        .get(&format!("/look-up?q={}", encoded("云溪")))
        .text();
    assert!(page.contains("云溪隆禾盛超市有限公司"));
    for secret in ["谢诚", "16000001532", "某村1号"] {
        assert!(!page.contains(secret) && !list.to_string().contains(secret));
    }
}

#[test]
fn pages_of_a_list_have_no_gap_and_no_repeat() {
    let office = Office::new().with_sample();
    let mut seen = std::collections::BTreeSet::new();
    let mut path = format!("/api/v1/enterprises?limit=200&town={}", encoded("云港街道"));
    loop {
        let list = office.office.get(&path).expect(200);
        assert_eq!(list["total"], 404);
        for item in list["items"].as_array().unwrap() {
            assert!(seen.insert(item["uscc"].as_str().unwrap().to_owned()));
        }
        match list["next"].as_str() {
            Some(next) => {
                path = format!(
                    "/api/v1/enterprises?limit=200&town={}&cursor={next}",
                    encoded("云港街道")
                )
            }
            None => break,
        }
    }
    assert_eq!(seen.len(), 404);
    for bad in ["limit=0", "limit=201", "limit=x", "cursor=x"] {
        office
            .office
            .get(&format!("/api/v1/enterprises?{bad}"))
            .expect_problem(422);
    }
}
