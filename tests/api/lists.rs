//! 红黑榜: the way to a list, what the public reads, and the log that nobody changes quietly.

use rusqlite::Connection;
use serde_json::{Value, json};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tests::{Client, Office, PASSWORD, Place};

const USCC: &str = "91330503MYYG3CWJ94";
const SUNDAY: &str = "2026-11-22T10:00:00+08:00";
/// The objection term of a notice of Sunday 22 November ends on Friday 27.
pub const AFTER_THE_TERM: &str = "2026-11-28T10:00:00+08:00";

const PENALTIES: &str = "处罚决定书文号,统一社会信用代码,违法事实,处罚依据,处罚种类,罚没金额（元）,处罚日期,公示截止日期\n\
    浔市监处〔2026〕12号,91330503MYYG3CWJ94,生产菌落总数超标的面包,食品安全法第一百二十四条,罚款,\"52,000.50\",2026-10-12,2027-10-12\n";

/// The sample ledger, the penalty of [`USCC`], and a second person in the office.
pub fn office() -> (Office, Client) {
    let office = Office::at(SUNDAY, &[]);
    office
        .office
        .import("enterprises", &tests::sample("enterprises"))
        .expect(200);
    office
        .office
        .import("penalties", PENALTIES.as_bytes())
        .expect(200);
    let second = office.staff("second", "office", &[], None);
    (office, second)
}

pub fn later(office: Office, clock: &str) -> (Office, Client) {
    let office = office.on(clock, &[]);
    let second = office.server.public().signed_in("second", PASSWORD);
    (office, second)
}

pub fn nominate(client: &Client, uscc: &str, list: &str) -> String {
    let nomination = json!({"uscc": uscc, "list": list, "ground": "受到较重的行政处罚。"});
    client.post("/api/v1/list-cases", &nomination).expect(201)["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

pub fn act(client: &Client, id: &str, verb: &str, order: Value) -> tests::Reply {
    client.post(&format!("/api/v1/list-cases/{id}/{verb}"), &order)
}

/// The one entry of [`USCC`] on the black list, all steps done as they should be.
pub fn published() -> (Office, Client, String) {
    let (office, _) = office();
    let id = nominate(&office.office, USCC, "black");
    act(
        &office.office,
        &id,
        "notify",
        json!({"note": "当面送达，李某签收"}),
    )
    .expect(200);
    let (office, second) = later(office, AFTER_THE_TERM);
    act(
        &second,
        &id,
        "decide",
        json!({"approved": true, "note": "事实清楚"}),
    )
    .expect(200);
    act(&office.office, &id, "publish", json!({})).expect(200);
    (office, second, id)
}

/// Puts every business of grade A into the state that the red list asks for; gives them.
pub fn spotless(office: &Office) -> Vec<String> {
    let mut csv = "统一社会信用代码,岗位,姓名,任职日期,考核日期,考核结果\n".to_owned();
    let found = office
        .office
        .get("/api/v1/enterprises?limit=200&status=operating")
        .expect(200);
    for item in found["items"].as_array().unwrap() {
        let uscc = item["uscc"].as_str().unwrap();
        for (post, name) in [("食品安全总监", "甲"), ("食品安全员", "乙")] {
            csv += &format!("{uscc},{post},{name},2024-01-01,2026-06-01,合格\n");
        }
    }
    office.office.import("officers", csv.as_bytes()).expect(200);
    let red = office
        .office
        .get("/api/v1/list-cases/suggestions?list=red&limit=200")
        .expect(200);
    red["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["uscc"].as_str().unwrap().to_owned())
        .collect()
}

/// The store's file, with nobody else at it.
fn database(office: &Office) -> Connection {
    Connection::open(office.folder.0.join("data/shian.db")).unwrap()
}

#[test]
fn no_shortcut_leads_to_the_black_list() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let (office, second) = office();
    let first = &office.office;
    // Without cause.
    let other = first
        .get("/api/v1/enterprises?limit=1&town=石湖镇&status=operating")
        .expect(200)["items"][0]["uscc"]
        .as_str()
        .unwrap()
        .to_owned();
    let groundless = json!({"uscc": other, "list": "black", "ground": "群众反映不好"});
    first
        .post("/api/v1/list-cases", &groundless)
        .expect_problem(422);
    let invented = json!({"uscc": USCC, "list": "black", "ground": "受到处罚",
        "evidence": [{"kind": "penalty", "number": "浔市监处〔2026〕99号"}]});
    first
        .post("/api/v1/list-cases", &invented)
        .expect_problem(422);
    // By a machine, or by somebody from outside the office.
    let token = first
        .post(
            "/api/v1/tokens",
            &json!({"name": "脚本", "role": "office", "towns": [], "scopes": ["read"], "expires": "2027-01-01"}),
        )
        .expect(201)["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let machine = office
        .server
        .public()
        .with("authorization", &format!("Bearer {token}"));
    let good = json!({"uscc": USCC, "list": "black", "ground": "受到较重的行政处罚。"});
    assert_eq!(
        machine
            .post("/api/v1/list-cases", &good)
            .expect_problem(403),
        "person_required"
    );
    let town = office.staff("town", "town", &["石湖镇"], None);
    town.post("/api/v1/list-cases", &good).expect_problem(403);
    let id = nominate(first, USCC, "black");
    assert_eq!(
        machine
            .post(
                &format!("/api/v1/list-cases/{id}/notify"),
                &json!({"note": "邮寄"})
            )
            .expect_problem(403),
        "person_required"
    );
    // Without notice.
    let approve = json!({"approved": true, "note": "事实清楚"});
    for (client, verb, order) in [
        (&second, "decide", approve.clone()),
        (&second, "publish", json!({})),
        (first, "objection", json!({"note": "有异议"})),
        (first, "repair", json!({"note": "已经改正"})),
    ] {
        assert_eq!(
            act(client, &id, verb, order).expect_problem(409),
            "not_allowed_now",
            "{verb}"
        );
    }
    act(first, &id, "notify", json!({"note": ""})).expect_problem(422);
    let told = act(first, &id, "notify", json!({"note": "当面送达"})).expect(200);
    assert_eq!(told["object_until"], "2026-11-27");
    // By one person alone, or before the term has passed.
    assert_eq!(
        act(first, &id, "decide", approve.clone()).expect_problem(409),
        "another_person"
    );
    assert_eq!(
        act(&second, &id, "decide", approve.clone()).expect_problem(409),
        "objection_term_running"
    );
    assert_eq!(
        act(&second, &id, "publish", json!({})).expect_problem(409),
        "not_allowed_now"
    );
    // An objection that is not answered holds it up.
    act(
        &second,
        &id,
        "objection",
        json!({"note": "已经召回，没有售出"}),
    )
    .expect(200);
    let (office, second) = later(office, AFTER_THE_TERM);
    let first = &office.office;
    assert_eq!(
        act(&second, &id, "decide", approve.clone()).expect_problem(409),
        "not_allowed_now"
    );
    act(
        first,
        &id,
        "answer",
        json!({"upheld": false, "note": "有销售记录"}),
    )
    .expect(200);
    // The pages know no other way.
    let page = |client: &Client, verb: &str| {
        let browser = client.with("accept", "text/html");
        let reply = browser.form(&format!("/lists/cases/{id}/{verb}"), "note=x");
        match reply.header("location") {
            Some(refused) => browser.get(refused).status,
            None => reply.status,
        }
    };
    assert_eq!(page(first, "approve"), 409);
    assert_eq!(page(&second, "publish"), 409);
    assert_eq!(page(&second, "expire"), 409);
    assert_eq!(page(&second, "correct"), 409);
    assert_eq!(page(&town_of(&office), "approve"), 403);
    second.form("/lists/cases/publish", "");
    // Nor do statements: the store itself refuses them.
    let folder = office.folder.0.join("data");
    let store = Connection::open(folder.join("shian.db")).unwrap();
    for statement in [
        "INSERT INTO list_case_step (case_id, seq, move, status, at, by) SELECT id, version + 1, 'approve', 'approved', '2026-11-28T10:00:00+08:00', nominated_by FROM list_case",
        "INSERT INTO list_case_step (case_id, seq, move, status, at, by) SELECT id, version + 1, 'approve', 'approved', '2026-11-25T10:00:00+08:00', 'second' FROM list_case",
        "INSERT INTO list_case_step (case_id, seq, move, status, content, until_on, at, by) SELECT id, version + 1, 'publish', 'published', '{}', '2027-01-01', '2026-11-28T10:00:00+08:00', 'second' FROM list_case",
        "UPDATE list_case SET status = 'published'",
        "UPDATE list_case SET object_until = '2026-11-01'",
        "UPDATE list_case SET nominated_by = 'somebody'",
        "INSERT INTO list_case (id, list, uscc, ground, rules, status, nominated_by, nominated_on, changed_by, changed_at) VALUES ('x', 'black', 'x', 'x', '[]', 'approved', 'a', 'b', 'c', 'd')",
        "DELETE FROM list_case",
    ] {
        store.execute(statement, []).expect_err(statement);
    }
    drop(store);
    let public = office.server.public();
    assert_eq!(public.get("/api/v1/lists/black").expect(200)["total"], 0);
    assert_eq!(public.get("/api/v1/lists/log").expect(200)["total"], 0);
    assert_eq!(public.get(&format!("/lists/entries/{id}")).status, 404);
    // As it should be.
    act(&second, &id, "decide", approve).expect(200);
    assert_eq!(public.get("/api/v1/lists/black").expect(200)["total"], 0);
    act(first, &id, "publish", json!({})).expect(200);
    let listed = public.get("/api/v1/lists/black").expect(200);
    assert_eq!(listed["total"], 1, "{listed}");
}

fn town_of(office: &Office) -> Client {
    office.server.public().signed_in("town", PASSWORD)
}

#[test]
fn the_list_says_what_why_by_which_rule_and_until_when_and_names_nobody() {
    let (office, second, id) = published();
    let public = office.server.public();
    act(
        &second,
        &id,
        "reply",
        json!({"note": "已更换杀菌设备，欢迎监督。"}),
    )
    .expect(200);
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
    // Nothing of the owner, in none of the documents.
    let known = office
        .office
        .get(&format!("/api/v1/enterprises/{USCC}"))
        .expect(200);
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
    act(&second, &id, "reply", telling).expect_problem(422);
    // Search, filters, and a tag that says whether anything is new.
    let found = |query: &str| {
        public
            .get(&format!("/api/v1/lists/black?{query}"))
            .expect(200)["total"]
            .clone()
    };
    let part: String = name.chars().take(2).collect();
    assert_eq!(found(&format!("q={}", web::page::encode(&part))), 1);
    assert_eq!(
        found(&format!(
            "town={}",
            web::page::encode(known["town"].as_str().unwrap())
        )),
        1
    );
    assert_eq!(found("q=没有这一家"), 0);
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

#[test]
fn a_repaired_business_is_no_longer_named() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let (office, second, id) = published();
    let first = &office.office;
    let name = first
        .get(&format!("/api/v1/enterprises/{USCC}"))
        .expect(200)["name"]
        .as_str()
        .unwrap()
        .to_owned();
    let salt = office
        .server
        .public()
        .get("/api/v1/lists/black")
        .expect(200)["items"][0]["salt"]
        .as_str()
        .unwrap()
        .to_owned();
    let proof = json!({"note": "罚款已缴清，整改验收合格"});
    assert_eq!(
        act(first, &id, "repair", proof.clone()).expect_problem(409),
        "repair_too_early"
    );
    drop(second);
    let (office, second) = later(office, "2027-02-28T10:00:00+08:00");
    let first = &office.office;
    let public = office.server.public();
    act(first, &id, "repair", proof).expect(200);
    let granted = json!({"granted": true, "note": "核查属实"});
    assert_eq!(
        act(first, &id, "decide-repair", granted.clone()).expect_problem(409),
        "another_person"
    );
    assert_eq!(public.get(&format!("/lists/entries/{id}")).status, 200);
    act(&second, &id, "decide-repair", granted).expect(200);
    for path in [
        format!("/lists/entries/{id}"),
        format!("/lists/entries/{id}/sheet"),
        format!("/lists/entries/{id}/qr.svg"),
    ] {
        let reply = public.with("accept", "text/html").get(&path);
        assert_eq!(reply.status, 410, "{path}");
        assert!(!reply.text().contains(&name), "{path}");
    }
    for path in [
        "/lists/black",
        "/api/v1/lists/black.csv",
        "/api/v1/lists/black.json",
        "/lists/black/feed.atom",
        "/api/v1/lists/log",
        "/lists/log",
    ] {
        let text = public.get(path).text();
        assert!(
            !text.contains(&name) && !text.contains(USCC) && !text.contains(&salt),
            "{path}"
        );
    }
    let log = public.get("/api/v1/lists/log").expect(200);
    assert_eq!(
        log["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| (line["action"].as_str().unwrap(), line["of"].as_u64()))
            .collect::<Vec<_>>(),
        [("publish", None), ("remove", Some(1))]
    );
    // Staff see what was.
    let kept = first.get(&format!("/api/v1/list-cases/{id}")).expect(200);
    assert_eq!(
        (&kept["status"], &kept["ended_why"]),
        (&json!("repaired"), &json!("核查属实"))
    );
    // After ten minutes nothing of it lies among the stored documents either, nor in what an earlier version of the program stored.
    database(&office)
        .execute(
            "INSERT INTO runtime_key_value (store, key, value) VALUES ('default', 'lists/entry-1/1', CAST(?1 AS BLOB))",
            [&name],
        )
        .unwrap();
    let (office, _) = later(office, "2027-02-28T10:30:00+08:00");
    office
        .scheduler()
        .post("/internal/lists", &json!({}))
        .expect(200);
    let stored: i64 = database(&office)
        .query_row(
            "SELECT count(*) FROM runtime_key_value WHERE instr(value, CAST(?1 AS BLOB))",
            [&name],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(stored, 0);
}

#[test]
fn an_entry_never_outlives_what_it_rests_on() {
    let (office, _, id) = published();
    let public = office.server.public();
    // The penalty's publication is shortened: so is the entry, and the log says that it changed.
    let shorter = PENALTIES.replace("2027-10-12", "2026-12-31");
    office
        .office
        .import("penalties", shorter.as_bytes())
        .expect(200);
    // Also where somebody writes beside it before the next run.
    let reply = json!({"note": "已经整改。"});
    let told = act(&office.office, &id, "reply", reply).expect(200);
    assert_eq!(told["until_on"], "2026-12-31");
    office
        .scheduler()
        .post("/internal/lists", &json!({}))
        .expect(200);
    let entry = public.get("/api/v1/lists/black").expect(200)["items"][0].clone();
    assert_eq!(
        (&entry["until"], &entry["seq"]),
        (&json!("2026-12-31"), &json!(2))
    );
    // The day after, no reader sees it, though no schedule has run.
    let (office, _) = later(office, "2027-01-01T00:00:01+08:00");
    let public = office.server.public();
    assert_eq!(public.get(&format!("/lists/entries/{id}")).status, 410);
    assert_eq!(public.get("/api/v1/lists/black").expect(200)["total"], 0);
    let case = office
        .office
        .get(&format!("/api/v1/list-cases/{id}"))
        .expect(200);
    assert_eq!(case["status"], "expired");
}

#[test]
fn a_fact_that_is_taken_back_takes_its_entry_with_it() {
    let (office, _, id) = published();
    let public = office.server.public();
    let revoked = json!({"kind": "penalty", "number": "浔市监处〔2026〕12号"});
    office
        .office
        .post("/api/v1/list-facts/revoke", &revoked)
        .expect(204);
    assert_eq!(public.get(&format!("/lists/entries/{id}")).status, 410);
    // And whose nomination rests on it cannot be published.
    let penalty = PENALTIES.replace("12号", "13号");
    office
        .office
        .import("penalties", penalty.as_bytes())
        .expect(200);
    let id = nominate(&office.office, USCC, "black");
    act(&office.office, &id, "notify", json!({"note": "邮寄"})).expect(200);
    let (office, second) = later(office, "2026-12-20T10:00:00+08:00");
    let revoked = json!({"kind": "penalty", "number": "浔市监处〔2026〕13号"});
    office
        .office
        .post("/api/v1/list-facts/revoke", &revoked)
        .expect(204);
    let approve = json!({"approved": true, "note": "事实清楚"});
    assert_eq!(
        act(&second, &id, "decide", approve).expect_problem(409),
        "facts_changed"
    );
}

#[test]
fn what_is_decided_is_what_the_business_was_told() {
    let (office, _) = office();
    let id = nominate(&office.office, USCC, "black");
    act(&office.office, &id, "notify", json!({"note": "当面送达"})).expect(200);
    let changed = PENALTIES.replace("52,000.50", "61,000");
    office
        .office
        .import("penalties", changed.as_bytes())
        .expect(200);
    let (office, second) = later(office, AFTER_THE_TERM);
    let approve = json!({"approved": true, "note": "事实清楚"});
    assert_eq!(
        act(&second, &id, "decide", approve).expect_problem(409),
        "facts_changed"
    );
    act(&office.office, &id, "withdraw", json!({"note": "处罚变更"})).expect(200);
}

#[test]
fn an_owners_name_is_not_published_wherever_it_was_written() {
    let (office, _) = office();
    let known = office
        .office
        .get(&format!("/api/v1/enterprises/{USCC}"))
        .expect(200);
    let person = known["person_in_charge"].as_str().unwrap();
    let telling =
        json!({"uscc": USCC, "list": "black", "ground": format!("{person}受到较重的行政处罚。")});
    assert_eq!(
        office
            .office
            .post("/api/v1/list-cases", &telling)
            .expect(422)["errors"][0]["field"],
        "ground"
    );
    // In the register's own words.
    let telling = PENALTIES.replace("生产菌落", &format!("{person}生产菌落"));
    office
        .office
        .import("penalties", telling.as_bytes())
        .expect(200);
    let id = nominate(&office.office, USCC, "black");
    act(&office.office, &id, "notify", json!({"note": "当面送达"})).expect(200);
    let (office, second) = later(office, AFTER_THE_TERM);
    act(
        &second,
        &id,
        "decide",
        json!({"approved": true, "note": "事实清楚"}),
    )
    .expect(200);
    act(&office.office, &id, "publish", json!({})).expect_problem(422);
    let public = office.server.public();
    assert_eq!(public.get("/api/v1/lists/black").expect(200)["total"], 0);
}

#[test]
fn the_red_list_asks_for_a_second_person_and_gives_a_badge() {
    let (office, second) = office();
    let good = spotless(&office);
    assert!(good.len() > 2, "{good:?}");
    let public = office.server.public();
    let id = nominate(&office.office, &good[0], "red");
    let approve = json!({"approved": true, "note": "全部达标"});
    assert_eq!(
        act(&office.office, &id, "decide", approve.clone()).expect_problem(409),
        "another_person"
    );
    let badge = format!("/lists/badge/{}.svg", good[0]);
    assert_eq!(public.get(&badge).status, 404);
    act(&second, &id, "decide", approve.clone()).expect(200);
    act(&office.office, &id, "publish", json!({})).expect(200);
    let shown = public.get(&badge);
    assert_eq!(shown.header("content-type"), Some("image/svg+xml"));
    assert!(shown.text().contains("食品安全红榜 · 到2027年11月22日"));
    let code = public.get(&format!("/lists/entries/{id}/qr.svg"));
    assert!(code.status == 200 && code.text().contains("<svg"));
    // What has happened since the nomination counts: no longer spotless, not published.
    let other = nominate(&office.office, &good[1], "red");
    act(&second, &other, "decide", approve).expect(200);
    let penalty = PENALTIES.replace(USCC, &good[1]).replace("12号", "77号");
    office
        .office
        .import("penalties", penalty.as_bytes())
        .expect(200);
    assert_eq!(
        act(&office.office, &other, "publish", json!({})).expect_problem(409),
        "no_longer_meets"
    );
    // A badge never tells of the black list.
    assert_eq!(public.get(&format!("/lists/badge/{USCC}.svg")).status, 404);
}

fn verify(office: &Office, since: Option<&std::path::Path>) -> Output {
    let mut command = Command::new(tests::program());
    command.arg("verify-log").arg(&office.server.base);
    if let Some(since) = since {
        command.arg("--since").arg(since);
    }
    command.output().unwrap()
}

#[track_caller]
fn assert_found(office: &Office, since: &std::path::Path, said: &str) {
    let outcome = verify(office, Some(since));
    let text = String::from_utf8_lossy(&outcome.stderr).into_owned();
    assert!(
        !outcome.status.success() && text.contains(said),
        "{said}: {text}"
    );
}

/// Statements at the store's file while nobody is at it: whoever can write the file is not held by its triggers.
fn tamper(office: Office, statements: &str) -> Office {
    let Office {
        server,
        office: client,
        folder,
    } = office;
    drop(client);
    let place = server.place();
    server.kill();
    let store = Connection::open(folder.0.join("data/shian.db")).unwrap();
    for name in [
        "list_log_is_never_changed",
        "list_log_is_never_deleted",
        "list_entry_content_is_never_changed",
        "list_entry_is_never_deleted",
        "list_current_only_grows",
    ] {
        store
            .execute_batch(&format!("DROP TRIGGER IF EXISTS {name}"))
            .unwrap();
    }
    store.execute_batch("PRAGMA foreign_keys = off").unwrap();
    store.execute_batch(statements).unwrap();
    drop(store);
    let (server, client) = tests::reopen(&folder.0, place, AFTER_THE_TERM, &[]);
    Office {
        server,
        office: client,
        folder,
    }
}

/// As it was before.
fn restore(office: Office, kept: &std::path::Path) -> Office {
    let Office { server, folder, .. } = office;
    let place = server.place();
    server.kill();
    for name in ["shian.db", "shian.db-wal"] {
        let _ = std::fs::remove_file(folder.0.join("data").join(name));
        if kept.join(name).exists() {
            std::fs::copy(kept.join(name), folder.0.join("data").join(name)).unwrap();
        }
    }
    let (server, client) = tests::reopen(&folder.0, place, AFTER_THE_TERM, &[]);
    Office {
        server,
        office: client,
        folder,
    }
}

#[test]
fn what_is_changed_or_dropped_behind_our_back_is_found() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let (office, _, _) = published();
    let office = office.in_a_process(AFTER_THE_TERM, &[]);
    let second = office.server.public().signed_in("second", PASSWORD);
    let good = spotless(&office);
    for uscc in good.iter().take(2) {
        let id = nominate(&office.office, uscc, "red");
        act(
            &second,
            &id,
            "decide",
            json!({"approved": true, "note": "达标"}),
        )
        .expect(200);
        act(&office.office, &id, "publish", json!({})).expect(200);
    }
    let first = verify(&office, None);
    assert!(
        first.status.success(),
        "{}",
        String::from_utf8_lossy(&first.stderr)
    );
    let head = office.folder.0.join("head.json");
    std::fs::write(&head, &first.stdout).unwrap();
    // Every line can be proved.
    let public = office.server.public();
    let kept: transparency::Head = serde_json::from_slice(&first.stdout).unwrap();
    for seq in 1..=kept.size {
        let proof = public
            .get(&format!(
                "/api/v1/lists/log/proof?seq={seq}&size={}",
                kept.size
            ))
            .expect(200);
        let item: transparency::Item = serde_json::from_value(proof["item"].clone()).unwrap();
        let path: Vec<String> = serde_json::from_value(proof["proof"].clone()).unwrap();
        transparency::check_proof(&item, &path, &kept).unwrap();
    }
    public
        .get("/api/v1/lists/log/proof?seq=9")
        .expect_problem(422);
    // What comes after by the usual way is no alteration.
    let id = nominate(&office.office, &good[2], "red");
    act(
        &second,
        &id,
        "decide",
        json!({"approved": true, "note": "达标"}),
    )
    .expect(200);
    act(&office.office, &id, "publish", json!({})).expect(200);
    act(&office.office, &id, "withdraw", json!({"note": "重复"})).expect(200);
    let again = verify(&office, Some(&head));
    assert!(
        again.status.success(),
        "{}",
        String::from_utf8_lossy(&again.stderr)
    );

    let copy = office.folder.0.join("kept");
    std::fs::create_dir_all(&copy).unwrap();
    let data = office.folder.0.join("data");
    let store = database(&office);
    store
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    drop(store);
    for name in ["shian.db", "shian.db-wal"] {
        if data.join(name).exists() {
            std::fs::copy(data.join(name), copy.join(name)).unwrap();
        }
    }
    // Made anew and signed anew with our own key: nothing but the head that somebody kept tells.
    let anew = "UPDATE list_generation SET documents = NULL; DELETE FROM list_current; DELETE FROM list_generation;";
    let mut office = office;
    for (statements, said) in [
        (
            "UPDATE list_entry SET content = json_set(content, '$.ground', '小问题') WHERE seq = 1;",
            "has been altered",
        ),
        (
            "UPDATE list_entry SET content = json_set(content, '$.until', '2026-12-01') WHERE seq = 1;",
            "has been altered",
        ),
        ("DELETE FROM list_entry WHERE seq = 1;", "has been dropped"),
        (
            "UPDATE list_entry SET gone_seq = 2 WHERE seq = 1;",
            "has been dropped",
        ),
        (
            "UPDATE list_log SET leaf = (SELECT leaf FROM list_log WHERE seq = 2) WHERE seq = 1;",
            "altered or dropped",
        ),
        (
            "UPDATE list_log SET at = '2026-01-01T00:00:00+08:00' WHERE seq = 2;",
            "altered or dropped",
        ),
        (
            "UPDATE list_log SET action = 'change' WHERE seq = 2;",
            "altered or dropped",
        ),
        (
            "DELETE FROM list_entry WHERE seq = 1; DELETE FROM list_log WHERE seq = 1;",
            "is missing",
        ),
        (
            "DELETE FROM list_entry WHERE seq >= 2; DELETE FROM list_log WHERE seq >= 2;",
            "dropped",
        ),
        (
            "DELETE FROM list_entry; DELETE FROM list_log; UPDATE list_case SET until_on = NULL;",
            "dropped",
        ),
    ] {
        office = tamper(office, &format!("{statements}{anew}"));
        assert_found(&office, &head, said);
        office = restore(office, &copy);
    }
    // A stored page alone, and another key.
    office = tamper(
        office,
        "UPDATE runtime_key_value SET value = CAST(replace(CAST(value AS TEXT), '受到较重的行政处罚。', '表现良好。') AS BLOB) WHERE key LIKE 'lists/entry-%';",
    );
    assert_found(&office, &head, "does not say what the log says");
    office = restore(office, &copy);
    assert!(verify(&office, Some(&head)).status.success());
    let office = {
        let Office { server, folder, .. } = office;
        server.kill();
        let store = Connection::open(folder.0.join("data/shian.db")).unwrap();
        store
            .execute_batch(&format!("DROP TRIGGER list_current_only_grows; {anew} DELETE FROM store_key WHERE name = 'log_signing_key';"))
            .unwrap();
        drop(store);
        let (server, client) = tests::reopen(
            &folder.0,
            Place::Process,
            AFTER_THE_TERM,
            &[("log_signing_key", "another key to sign with")],
        );
        Office {
            server,
            office: client,
            folder,
        }
    };
    assert_found(&office, &head, "another key");
}

#[test]
fn nobody_reads_two_generations_in_one() {
    let (office, second) = office();
    let good = spotless(&office);
    let ids: Vec<String> = good
        .iter()
        .take(12)
        .map(|uscc| {
            let id = nominate(&office.office, uscc, "red");
            act(
                &second,
                &id,
                "decide",
                json!({"approved": true, "note": "达标"}),
            )
            .expect(200);
            id
        })
        .collect();
    let done = AtomicBool::new(false);
    let public = office.server.public();
    // What each generation says, by each document: the same of all, whoever reads when.
    let read = |public: &Client, seen: &mut Vec<(u64, String, Vec<String>)>| {
        let names = |text: &str| {
            let mut found: Vec<String> = ids
                .iter()
                .filter(|id| text.contains(id.as_str()))
                .cloned()
                .collect();
            found.sort();
            found
        };
        let mut last = 0;
        for path in [
            "/lists/red",
            "/lists/red/feed.atom",
            "/api/v1/lists/red.csv",
            "/api/v1/lists/red.json",
            "/api/v1/lists/red?limit=200",
            "/lists/red?sector=&town=&q=%E5%85%AC",
        ] {
            let reply = public.get(path);
            assert_eq!(reply.status, 200, "{path}: {}", reply.text());
            let size: u64 = reply.header("shian-list-size").unwrap().parse().unwrap();
            assert!(size >= last, "{path}: {size} after {last}");
            last = size;
            let text = reply.text();
            if path.ends_with(".json") {
                let document: Value = serde_json::from_str(&text).unwrap();
                assert_eq!(document["head"]["size"], size);
                assert_eq!(
                    document["total"],
                    document["items"].as_array().unwrap().len()
                );
            }
            if path.ends_with(".atom") {
                assert!(text.contains(&format!("size=\"{size}\"")), "{text}");
            }
            // Of a search some only: the rest must be in the generation at least.
            if !path.contains("q=") {
                seen.push((size, path.to_owned(), names(&text)));
            }
        }
        let head = public.get("/api/v1/lists/log/head").expect(200);
        let log = public.get("/api/v1/lists/log").expect(200);
        assert!(head["size"].as_u64().unwrap() >= last);
        assert!(log["items"].as_array().unwrap().len() as u64 >= head["size"].as_u64().unwrap());
    };
    let mut seen: Vec<(u64, String, Vec<String>)> = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut seen = Vec::new();
                    while !done.load(Relaxed) {
                        read(&public, &mut seen);
                    }
                    read(&public, &mut seen);
                    seen
                })
            })
            .collect();
        for id in &ids {
            act(&office.office, id, "publish", json!({})).expect(200);
        }
        for id in ids.iter().take(4) {
            act(&office.office, id, "withdraw", json!({"note": "撤回"})).expect(200);
        }
        done.store(true, Relaxed);
        readers
            .into_iter()
            .flat_map(|reader| reader.join().unwrap())
            .collect()
    });
    seen.sort();
    let sizes: std::collections::BTreeSet<u64> = seen.iter().map(|(size, ..)| *size).collect();
    assert!(sizes.len() > 3, "the readers saw {sizes:?} only");
    for pair in seen.windows(2) {
        if pair[0].0 == pair[1].0 {
            assert_eq!(
                pair[0].2, pair[1].2,
                "{} and {} of {}",
                pair[0].1, pair[1].1, pair[0].0
            );
        }
    }
    assert_eq!(
        seen.last().map(|(size, _, names)| (*size, names.len())),
        Some((16, 8))
    );
}

#[test]
fn facts_have_their_papers_and_samples_are_published_when_the_law_lets_them() {
    let (office, second) = office();
    let fact = "/api/v1/list-facts?kind=penalty&number=%E6%B5%94%E5%B8%82%E7%9B%91%E5%A4%84%E3%80%942026%E3%80%9512%E5%8F%B7";
    let paper = fact.replacen("list-facts?", "list-facts/documents?", 1);
    let photo = tests::photo_with_gps();
    let id = office
        .office
        .upload(&paper, "处罚决定书.jpg", &photo)
        .expect(201)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    office
        .office
        .upload(&paper, "x.exe", b"MZ not a picture")
        .expect_problem(422);
    let known = office.office.get(fact).expect(200);
    assert_eq!(known["documents"][0]["name"], "处罚决定书.jpg");
    let bytes = second.get(&format!("/facts/documents/{id}"));
    assert_eq!(bytes.header("content-type"), Some("image/jpeg"));
    let stranger = office.staff("stranger", "town", &["石湖镇"], None);
    let own = office
        .office
        .get(&format!("/api/v1/enterprises/{USCC}"))
        .expect(200)["town"]
        .clone();
    if own != "石湖镇" {
        assert_eq!(stranger.get(&format!("/facts/documents/{id}")).status, 404);
        stranger.get(fact).expect_problem(404);
    }
    assert_eq!(
        office
            .server
            .public()
            .get(&format!("/facts/documents/{id}"))
            .status,
        401
    );
    // 13 November: seven working days ago; a result that failed waits for twenty.
    let samples = "抽样编号,统一社会信用代码,食品名称,抽样日期,检验结果,不合格项目\n\
        CY1,91330503MYYG3CWJ94,麵包,2026-11-13,合格,\n\
        CY2,91330503MYYG3CWJ94,蛋糕,2026-11-13,不合格,菌落总数\n\
        CY3,91330503MYYG3CWJ94,饼干,2026-09-03,不合格,过氧化值\n";
    office
        .office
        .import("samples", samples.as_bytes())
        .expect(200);
    let public = office.server.public();
    assert_eq!(public.get("/api/v1/lists/samples").expect(200)["total"], 0);
    let published = office
        .office
        .post("/api/v1/list-facts/publish-samples", &json!({}))
        .expect(200);
    assert_eq!(published["published"], 2);
    let shown = public.get("/api/v1/lists/samples").expect(200);
    // What is not seen asks for nothing.
    let blank = public.get("/api/v1/lists/samples?q=%E2%80%8B").expect(200);
    assert_eq!(blank["total"], shown["total"]);
    // A food is found as the register writes it, and in simplified letters: 麵包, 餅.
    for (q, number) in [("%E9%BA%B5%E5%8C%85", "CY1"), ("%E9%A4%85", "CY3")] {
        let found = public.get(&format!("/api/v1/lists/samples?q={q}"));
        let found = found.expect(200);
        assert_eq!(
            (&found["total"], &found["items"][0]["number"]),
            (&json!(1), &json!(number)),
            "{q}"
        );
    }
    let numbers: Vec<&str> = shown["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["number"].as_str().unwrap())
        .collect();
    assert_eq!(numbers, ["CY1", "CY3"]);
    assert!(
        public
            .get("/api/v1/lists/samples.csv")
            .text()
            .contains("过氧化值")
    );
    assert!(
        public
            .get("/facts/results?result=failed")
            .text()
            .contains("饼干")
    );
}

#[test]
fn the_office_publishes_how_towns_do_and_nobody_else_switches_it_on() {
    let office = Office::at("2026-10-09T09:00:00+08:00", &[]).with_sample();
    let public = office.server.public();
    let run = |office: &Office| {
        office
            .scheduler()
            .post("/internal/lists", &json!({}))
            .expect(200)
    };
    let switch = json!({"value": 1, "valid_from": "2026-10-01"});
    office
        .office
        .put("/api/v1/policy/duty_publication", &switch)
        .expect(204);
    // Fifteen days after the quarter's end, not before.
    assert_eq!(run(&office)["duties"], Value::Null);
    let (server, client, folder) = {
        let office = office.on("2026-10-15T09:00:00+08:00", &[]);
        (office.server, office.office, office.folder)
    };
    let office = Office {
        server,
        office: client,
        folder,
    };
    let public_later = office.server.public();
    drop(public);
    assert_eq!(run(&office)["duties"], "2026Q3");
    assert_eq!(run(&office)["duties"], Value::Null);
    let shown = public_later.get("/api/v1/lists/duties").expect(200);
    let summary = office
        .office
        .get("/api/v1/supervision/summary?period=2026Q3")
        .expect(200);
    let sum = |items: &Value, field: &str| {
        items
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item[field].as_u64().unwrap())
            .sum::<u64>()
    };
    let towns = &shown["items"][0]["towns"];
    assert_eq!(sum(towns, "total"), sum(&summary["items"], "total"));
    assert_eq!(sum(towns, "done"), sum(&summary["items"], "done"));
    assert_eq!(sum(towns, "late"), sum(&summary["items"], "late"));
    assert!(
        public_later
            .get("/lists/duties")
            .text()
            .contains("2026年第3季度")
    );
}

/// A view of deadlines and its successor stand side by side for one release.
#[test]
fn a_deadline_whose_view_has_a_successor_is_counted_once() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = Office::at("2026-10-20T09:00:00+08:00", &[]);
    let store = database(&office);
    let state_drill = |view: &str| {
        let sql = format!(
            "CREATE VIEW {view} AS SELECT 'fire_drill' AS rule, 'fire_drill/2026' AS key, '消防演练' AS subject, 'department' AS owed_by_kind,
                '区消防大队' AS owed_by, NULL AS town, '2026-09-18' AS due_on, '2026-09-17' AS met_on, '{{}}' AS evidence"
        );
        store.execute_batch(&sql).unwrap();
    };
    state_drill("deadline_fire_drill");
    store
        .execute_batch(
            "INSERT INTO deadline_view (matter, view) VALUES ('fire_drill', 'deadline_fire_drill')",
        )
        .unwrap();
    for successor in ["deadline_fire_drill_2", "fire_drill_term"] {
        state_drill(successor);
        let switch = "UPDATE deadline_view SET view = ?1 WHERE matter = 'fire_drill'";
        store.execute(switch, [successor]).unwrap();
        let order = |verb: &str| format!("period=2026Q3&verb={verb}");
        office.office.form("/lists/cases/duties", &order("publish"));
        let published = office.server.public().get("/api/v1/lists/duties");
        assert_eq!(
            published.expect(200)["items"][0]["departments"],
            json!([{"name": "区消防大队", "due": 1, "on_time": 1}]),
            "{successor}"
        );
        office
            .office
            .form("/lists/cases/duties", &order("withdraw"));
    }
}

#[test]
fn key_help_falls_out_of_the_facts_and_is_paired_with_an_expert() {
    let (office, _) = office();
    let more = PENALTIES
        .replace("12号", "40号")
        .replace("2026-10-12", "2026-03-02");
    office
        .office
        .import("penalties", more.as_bytes())
        .expect(200);
    let found = office
        .office
        .get("/api/v1/list-cases/suggestions?list=key_help")
        .expect(200);
    assert_eq!(found["items"][0]["uscc"], USCC);
    let id = office
        .office
        .post("/api/v1/key-help", &json!({"uscc": USCC}))
        .expect(201)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    office
        .office
        .post("/api/v1/key-help", &json!({"uscc": USCC}))
        .expect_problem(409);
    let expert = json!({"expert": "周工", "expert_from": "市食品检验院，烘焙"});
    let helped = office
        .office
        .post(&format!("/api/v1/key-help/{id}/pair"), &expert)
        .expect(200);
    assert_eq!(helped["expert"], "周工");
    let ended = office
        .office
        .post(
            &format!("/api/v1/key-help/{id}/end"),
            &json!({"outcome": "连续三批次合格"}),
        )
        .expect(200);
    assert_eq!(ended["standing"], "ended");
    office
        .server
        .public()
        .get("/api/v1/key-help")
        .expect_problem(401);
}

/// The list's search finds what the look-up finds.
#[test]
fn the_search_of_a_list_folds_as_the_look_up_does() {
    let (office, _) = office();
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
    act(&office.office, &id, "notify", note).expect(200);
    let (office, second) = later(office, AFTER_THE_TERM);
    let decision = json!({"approved": true, "note": "事实清楚"});
    act(&second, &id, "decide", decision).expect(200);
    act(&office.office, &id, "publish", json!({})).expect(200);
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
    let (office, second) = office();
    let ids: Vec<String> = spotless(&office)
        .iter()
        .take(14)
        .map(|uscc| {
            let id = nominate(&office.office, uscc, "red");
            let decision = json!({"approved": true, "note": "达标"});
            act(&second, &id, "decide", decision).expect(200);
            act(&office.office, &id, "publish", json!({})).expect(200);
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
            act(&office.office, newest, "withdraw", json!({"note": "撤回"})).expect(200);
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
