//! The lists as the public reads, searches and pages through them.

use super::{
    AFTER_THE_TERM, USCC, make_spotless, move_case, nominate, office_with_penalty,
    publish_black_entry, reopen_at,
};
use serde_json::{Value, json};
use tests::Office;

#[test]
fn the_list_says_what_why_by_which_rule_and_until_when() {
    let (office, second, id) = publish_black_entry();
    let public = office.server.public();
    let reply = json!({"note": "已更换杀菌设备，欢迎监督。"});
    move_case(&second, &id, "reply", reply).expect(200);
    let entry = public.get("/api/v1/lists/black").expect(200)["items"][0].clone();
    assert_eq!(entry["uscc"], USCC);
    assert_eq!(entry["reply"], "已更换杀菌设备，欢迎监督。");
    // Twelve months, but the penalty is published to 12 October 2027 only.
    assert_eq!(
        (&entry["published_on"], &entry["until"]),
        (&json!("2026-11-28"), &json!("2027-10-12"))
    );
    let rule = &entry["rules"][0];
    assert_eq!(
        (&rule["rule"], &rule["valid_from"]),
        (&json!("black_penalty"), &json!("2020-01-01"))
    );
    assert_eq!(rule["evidence"][0]["number"], "浔市监处〔2026〕12号");
    let page = public.get(&format!("/lists/entries/{id}")).text();
    for said in [
        "受到较重的行政处罚。",
        "浔市监处〔2026〕12号",
        "罚款，52000.50 元",
        "已更换杀菌设备，欢迎监督。",
        "不是国家严重违法失信名单",
    ] {
        assert!(page.contains(said), "{said}");
    }
}

/// The business of [`USCC`] as the ledger has it.
fn ledger_entry(office: &Office) -> Value {
    let known = office.office.get(&format!("/api/v1/enterprises/{USCC}"));
    known.expect(200)
}

#[test]
fn no_public_document_says_anything_of_the_owner() {
    let (office, second, id) = publish_black_entry();
    let public = office.server.public();
    let reply = json!({"note": "已更换杀菌设备，欢迎监督。"});
    move_case(&second, &id, "reply", reply).expect(200);
    let known = ledger_entry(&office);
    let name = known["name"].as_str().unwrap();
    for path in [
        "/lists",
        "/lists/black",
        "/lists/red",
        &format!("/lists/black?q={}", web::page::encode(name)),
        &format!("/lists/entries/{id}"),
        &format!("/lists/entries/{id}/sheet"),
        "/lists/black/feed.atom",
        "/lists/log",
        "/api/v1/lists/black",
        "/api/v1/lists/black.csv",
        "/api/v1/lists/black.json",
        "/api/v1/lists/log",
    ] {
        let reply = public.get(path);
        assert_eq!(reply.status, 200, "{path}");
        let text = reply.text().replace(name, "");
        for secret in ["person_in_charge", "phone", "address"] {
            let secret = known[secret].as_str().unwrap();
            assert!(
                secret.len() > 3 && !text.contains(secret),
                "{path}: {secret}"
            );
        }
    }
    let person = known["person_in_charge"].as_str().unwrap();
    let telling = json!({"note": format!("{person}说已经改正")});
    move_case(&second, &id, "reply", telling).expect_problem(422);
}

#[test]
fn a_list_is_searched_filtered_and_fetched_again_only_when_it_is_another() {
    let (office, _, _) = publish_black_entry();
    let public = office.server.public();
    let known = ledger_entry(&office);
    let total = |query: &str| {
        let found = public.get(&format!("/api/v1/lists/black?{query}"));
        found.expect(200)["total"].clone()
    };
    let name = known["name"].as_str().unwrap();
    let part: String = name.chars().take(2).collect();
    let town = known["town"].as_str().unwrap();
    assert_eq!(total(&format!("q={}", web::page::encode(&part))), 1);
    assert_eq!(total(&format!("town={}", web::page::encode(town))), 1);
    assert_eq!(total("q=没有这一家"), 0);
    public
        .get("/api/v1/lists/black?sector=other")
        .expect_problem(422);
    for path in [
        "/lists/black",
        "/api/v1/lists/black.csv",
        "/lists/black/feed.atom",
    ] {
        let first = public.get(path);
        assert_eq!(
            first.header("cache-control"),
            Some("public, max-age=1"),
            "{path}"
        );
        let tag = first.header("etag").unwrap();
        let again = public.with("if-none-match", tag).get(path);
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
    }
    assert_eq!(public.get("/lists/green").status, 404);
    assert_eq!(public.get("/lists/black?page=7").status, 404);
}

/// The list's search finds what the look-up finds.
#[test]
fn the_search_of_a_list_folds_as_the_look_up_does() {
    let (office, _) = office_with_penalty();
    let known = office
        .office
        .get(&format!("/api/v1/enterprises/{USCC}"))
        .expect(200);
    let change = json!({"name": "湖州（南浔）KFC麵包廠", "version": known["version"]});
    office
        .office
        .patch(&format!("/api/v1/enterprises/{USCC}"), &change)
        .expect(200);
    let id = nominate(&office.office, USCC, "black");
    let note = json!({"note": "当面送达，李某签收"});
    move_case(&office.office, &id, "notify", note).expect(200);
    let (office, second) = reopen_at(office, AFTER_THE_TERM);
    let decision = json!({"approved": true, "note": "事实清楚"});
    move_case(&second, &id, "decide", decision).expect(200);
    move_case(&office.office, &id, "publish", json!({})).expect(200);
    let public = office.server.public();
    let total = |q: &str| {
        let q = web::page::encode(q);
        let list = public
            .get(&format!("/api/v1/lists/black?q={q}"))
            .expect(200);
        let page = public.get(&format!("/lists/black?q={q}")).text();
        let on_page = page.contains("KFC麵包廠");
        assert_eq!(on_page, list["total"] == 1, "{q}");
        list["total"].clone()
    };
    for q in [
        "湖州(南浔)",
        "湖州南浔",
        "kfc",
        "ＫＦＣ",
        "面包厂 湖州",
        "hznx",
        "9133 0503-MYYG3CWJ94",
        "91330503myyg",
    ] {
        assert_eq!(total(q), 1, "{q}");
    }
    for q in ["%", "_", "州湖", "8090", "（）"] {
        assert_eq!(total(q), 0, "{q}");
    }
}

/// Whoever reads page after page sees every entry that stands throughout.
#[test]
fn an_entry_that_is_removed_between_two_pages_makes_no_other_skipped() {
    let (office, second) = office_with_penalty();
    let ids: Vec<String> = make_spotless(&office)
        .iter()
        .take(14)
        .map(|uscc| {
            let id = nominate(&office.office, uscc, "red");
            let decision = json!({"approved": true, "note": "达标"});
            move_case(&second, &id, "decide", decision).expect(200);
            move_case(&office.office, &id, "publish", json!({})).expect(200);
            id
        })
        .collect();
    let public = office.server.public();
    let newest = ids.last().unwrap();
    let mut seen: Vec<String> = Vec::new();
    let mut path = "/api/v1/lists/red?limit=5".to_owned();
    loop {
        let list = public.get(&path).expect(200);
        let items = list["items"].as_array().unwrap();
        seen.extend(
            items
                .iter()
                .map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        if seen.len() == 5 {
            move_case(&office.office, newest, "withdraw", json!({"note": "撤回"})).expect(200);
        }
        match list["next"].as_str() {
            Some(next) => path = format!("/api/v1/lists/red?limit=5&cursor={next}"),
            None => break,
        }
    }
    let mut expected = ids.clone();
    expected.reverse();
    assert_eq!(seen, expected);
    for bad in ["-5", "0", "5", "x", "5B5D"] {
        for path in [
            format!("/api/v1/lists/red?cursor={bad}"),
            format!("/lists/red?cursor={bad}"),
            format!("/api/v1/lists/samples?cursor={bad}"),
        ] {
            assert_eq!(public.get(&path).status, 422, "{path}");
        }
        office
            .office
            .get(&format!(
                "/api/v1/list-cases/suggestions?list=red&cursor={bad}"
            ))
            .expect_problem(422);
    }
}
