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
fn a_name_that_changes_is_found_by_its_new_parts_and_as_a_former_name_by_the_old_ones() {
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
        (1.into(), 1.into(), 1.into())
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
    assert_eq!(
        item.keys().collect::<Vec<_>>(),
        ["enterprise_no", "name", "town", "uscc"]
    );
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

/// Businesses with names that searches have missed.
fn named() -> Office {
    let office = Office::new();
    let csv = "信用代码,名称\n\
        91330503MAJYNK56BH,8090烤吧\n\
        92330503MAJYNK56BE,1912酒吧\n\
        92330503MAJYNK57BF,A1B2饮品\n\
        92330503MAJYNK58BG,重庆小面馆\n\
        92330503MAJYNK59BH,厦门沙茶面\n\
        92330503MAJYNK60BX,长兴饭店\n\
        92330503MAJYNK61BY,曾记面馆\n\
        92330503MAJYNK62B0,单县羊肉汤\n\
        92330503MAJYNK63B1,湖州（南浔）麵包廠\n\
        92330503MAJYNK64B2,KFC肯德基店\n";
    office
        .office
        .import("enterprises", csv.as_bytes())
        .expect(200);
    office
}

/// What was found, by the ledger, the look-up and the form on which people complain alike.
fn found_everywhere(office: &Office, q: &str) -> Vec<String> {
    let names = |list: &serde_json::Value| -> Vec<String> {
        let mut names: Vec<String> = list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    let (q, public) = (encoded(q), office.server.public());
    let ledger = office.office.get(&format!("/api/v1/enterprises?q={q}"));
    let ledger = names(&ledger.expect(200));
    let look_up = public.get(&format!("/api/v1/public/enterprises?q={q}"));
    assert_eq!(names(&look_up.expect(200)), ledger, "{q}");
    let page = public.get(&format!("/look-up?q={q}")).text();
    for name in &ledger {
        assert!(page.contains(name), "{q}: {name}");
    }
    ledger
}

#[test]
fn a_name_of_digits_is_found_although_it_could_be_the_beginning_of_a_code() {
    let office = named();
    assert_eq!(found_everywhere(&office, "8090"), ["8090烤吧"]);
    assert_eq!(found_everywhere(&office, "8090烤吧"), ["8090烤吧"]);
    assert_eq!(found_everywhere(&office, "1912"), ["1912酒吧"]);
    assert_eq!(found_everywhere(&office, "a1b2"), ["A1B2饮品"]);
    assert_eq!(
        found_everywhere(&office, "9233 0503-MAJYNK56BE"),
        ["1912酒吧"]
    );
}

#[test]
fn initials_are_those_of_every_reading_of_a_letter() {
    let office = named();
    for (name, both) in [
        ("重庆小面馆", ["cqxmg", "zqxmg"]),
        ("厦门沙茶面", ["xmscm", "smscm"]),
        ("长兴饭店", ["cxfd", "zxfd"]),
        ("曾记面馆", ["zjmg", "cjmg"]),
        ("单县羊肉汤", ["sxyrt", "dxyrt"]),
    ] {
        for initials in both {
            assert_eq!(found_everywhere(&office, initials), [name], "{initials}");
        }
    }
}

#[test]
fn width_brackets_spaces_capitals_and_traditional_letters_make_no_difference() {
    let office = named();
    for q in [
        "湖州(南浔)",
        "湖州南浔",
        "湖州（南潯） 面包",
        "麵包廠",
        "面包厂",
        "HZNX",
    ] {
        assert_eq!(found_everywhere(&office, q), ["湖州（南浔）麵包廠"], "{q}");
    }
    for q in ["kfc", "ＫＦＣ", "KfC 肯德基"] {
        assert_eq!(found_everywhere(&office, q), ["KFC肯德基店"], "{q}");
    }
    for q in ["%", "_", "%%", "K_C肯"] {
        assert_eq!(found_everywhere(&office, q), [] as [&str; 0], "{q}");
    }
}

#[test]
fn what_an_earlier_folding_made_ready_is_folded_again_and_nobody_is_said_to_have_changed_it() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = named();
    let database = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    database
        .execute(
            "UPDATE enterprise_site SET search_name = 'x', initials = 'y', search_rules = NULL",
            [],
        )
        .unwrap();
    let audited = || -> i64 {
        let sql = "SELECT count(*) FROM audit WHERE record LIKE 'enterprise/%'";
        database.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let before = audited();
    assert_eq!(found_everywhere(&office, "面包厂"), [] as [&str; 0]);
    let folded = |office: &Office| {
        let reply = office
            .scheduler()
            .post("/internal/scopes", &serde_json::json!({}));
        reply.expect(200)["folded"].clone()
    };
    assert_eq!(folded(&office), 10);
    assert_eq!(found_everywhere(&office, "面包厂"), ["湖州（南浔）麵包廠"]);
    assert_eq!(folded(&office), 0);
    assert_eq!(audited(), before);
}

/// A list in another order goes on behind the last item, through equal values and blank ones.
#[test]
fn pages_of_a_sorted_list_have_no_gap_and_no_repeat() {
    let office = Office::new().with_sample();
    for sort in ["town", "-town", "name", "-name"] {
        let mut seen = Vec::new();
        let mut path = format!("/api/v1/cadres?limit=37&sort={sort}");
        let total = loop {
            let list = office.office.get(&path).expect(200);
            let items = list["items"].as_array().unwrap();
            seen.extend(items.iter().map(|item| item["cadre_no"].to_string()));
            match list["next"].as_str() {
                Some(next) => path = format!("/api/v1/cadres?limit=37&sort={sort}&cursor={next}"),
                None => break list["total"].as_u64().unwrap(),
            }
        };
        let all = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((all as u64, seen.len()), (total, all), "{sort}");
    }
    let first = office
        .office
        .get("/api/v1/cadres?limit=5&sort=name")
        .expect(200);
    let other = first["next"].as_str().unwrap();
    for bad in [
        "sort=town&cursor=5",
        "sort=name&cursor=-5",
        "cursor=-5",
        "cursor=0",
    ] {
        let reply = office.office.get(&format!("/api/v1/cadres?{bad}"));
        assert_eq!(reply.expect_problem(422), "invalid", "{bad}");
    }
    office
        .office
        .get(&format!("/api/v1/cadres?sort=town&cursor={other}"))
        .expect_problem(422);
}

/// Lists of staff find a business as the ledger does, and take no letter for a pattern.
#[test]
fn lists_of_staff_search_as_the_ledger_does() {
    let office = Office::new().with_sample();
    let total = |q: &str| {
        office
            .office
            .get(&format!("/api/v1/assignments?q={}", encoded(q)))
            .expect(200)["total"]
            .as_u64()
            .unwrap()
    };
    let some = office.office.get("/api/v1/assignments?limit=1").expect(200)["items"][0].clone();
    let name = some["enterprise"].as_str().unwrap();
    let part: String = name.chars().take(6).collect();
    let wide: String = part.chars().map(|c| format!("{c} ")).collect();
    assert!(total(&part) >= 1 && total(&wide) >= 1, "{part}");
    assert!(total(some["uscc"].as_str().unwrap()) >= 1);
    assert_eq!((total("%"), total("_"), total("%%")), (0, 0, 0));
}
