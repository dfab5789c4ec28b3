//! The way to the black list and from it: nobody gets there by a shortcut, and no entry outlives what it rests on.

use super::{
    AFTER_THE_TERM, PENALTIES, USCC, move_case, nominate, office_with_penalty, open_store,
    publish_black_entry, reopen_at,
};
use serde_json::{Value, json};
use tests::{Client, Office, PASSWORD};

/// The decision that a second person makes.
fn approval() -> Value {
    json!({"approved": true, "note": "事实清楚"})
}

#[test]
fn nobody_is_nominated_without_cause_by_a_machine_or_from_outside_the_office() {
    let (office, _) = office_with_penalty();
    let first = &office.office;
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
    let new_token = json!({"name": "脚本", "role": "office", "towns": [], "scopes": ["read"], "expires": "2027-01-01"});
    let token = first.post("/api/v1/tokens", &new_token).expect(201)["token"]
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
        move_case(&machine, &id, "notify", json!({"note": "邮寄"})).expect_problem(403),
        "person_required"
    );
}

#[test]
fn nobody_is_listed_without_notice_before_the_term_or_by_one_person_alone() {
    let (office, second) = office_with_penalty();
    let first = &office.office;
    let id = nominate(first, USCC, "black");
    for (client, verb, order) in [
        (&second, "decide", approval()),
        (&second, "publish", json!({})),
        (first, "objection", json!({"note": "有异议"})),
        (first, "repair", json!({"note": "已经改正"})),
    ] {
        assert_eq!(
            move_case(client, &id, verb, order).expect_problem(409),
            "not_allowed_now",
            "{verb}"
        );
    }
    move_case(first, &id, "notify", json!({"note": ""})).expect_problem(422);
    let told = move_case(first, &id, "notify", json!({"note": "当面送达"})).expect(200);
    assert_eq!(told["object_until"], "2026-11-27");
    assert_eq!(
        move_case(first, &id, "decide", approval()).expect_problem(409),
        "another_person"
    );
    assert_eq!(
        move_case(&second, &id, "decide", approval()).expect_problem(409),
        "objection_term_running"
    );
    assert_eq!(
        move_case(&second, &id, "publish", json!({})).expect_problem(409),
        "not_allowed_now"
    );
    // An objection that is not answered holds it up.
    let objection = json!({"note": "已经召回，没有售出"});
    move_case(&second, &id, "objection", objection).expect(200);
    let (office, second) = reopen_at(office, AFTER_THE_TERM);
    let first = &office.office;
    assert_eq!(
        move_case(&second, &id, "decide", approval()).expect_problem(409),
        "not_allowed_now"
    );
    let answer = json!({"upheld": false, "note": "有销售记录"});
    move_case(first, &id, "answer", answer).expect(200);
    let public = office.server.public();
    let total = || public.get("/api/v1/lists/black").expect(200)["total"].clone();
    move_case(&second, &id, "decide", approval()).expect(200);
    assert_eq!(total(), 0);
    move_case(first, &id, "publish", json!({})).expect(200);
    assert_eq!(total(), 1);
}

/// A case that is nominated and notified, after the term to object.
fn notify_black_case() -> (Office, Client, String) {
    let (office, _) = office_with_penalty();
    office.staff("town", "town", &["石湖镇"], None);
    let id = nominate(&office.office, USCC, "black");
    move_case(&office.office, &id, "notify", json!({"note": "当面送达"})).expect(200);
    move_case(&office.office, &id, "objection", json!({"note": "有异议"})).expect(200);
    let answer = json!({"upheld": false, "note": "有销售记录"});
    move_case(&office.office, &id, "answer", answer).expect(200);
    let (office, second) = reopen_at(office, AFTER_THE_TERM);
    (office, second, id)
}

/// What a browser reads at an address of the case.
fn read(client: &Client, id: &str, page: &str) -> String {
    let browser = client.with("accept", "text/html");
    browser.get(&format!("/lists/cases/{id}/{page}")).text()
}

#[test]
fn the_notice_is_dated_once_and_says_where_to_object() {
    let (office, _) = office_with_penalty();
    office.night();
    let path = "/api/v1/organisations/office";
    let now = office.office.get(path).expect(200);
    let sent = json!({"kind": "office", "name": now["name"], "mark": now["mark"], "part_of": now["part_of"], "version": now["version"],
        "telephone": "0572-1234567", "address": "人民路1号", "contact": "王敏"});
    office.office.put(path, &sent).expect(200);
    let id = nominate(&office.office, USCC, "black");
    let draft = read(&office.office, &id, "notice");
    assert!(draft.contains("aria-label=\"草稿\""), "{draft}");
    let made = office.office.form(&format!("/lists/cases/{id}/notice"), "");
    assert_eq!(made.status, 303);
    let day = "2026年11月22日";
    let notice = read(&office.office, &id, "notice");
    for said in [
        format!("<p class=\"date\">{day}</p>"),
        "（地址：人民路1号；电话：0572-1234567）提出".to_owned(),
        "（联系人：王敏，联系电话：0572-1234567）".to_owned(),
    ] {
        assert!(notice.contains(&said), "{said}: {notice}");
    }
    assert!(!notice.contains("aria-label=\"草稿\""), "{notice}");
    // Whoever opens it, prints it or makes it out again on a later day has the paper of that day.
    let (office, second) = reopen_at(office, AFTER_THE_TERM);
    second.form(&format!("/lists/cases/{id}/notice"), "");
    for page in ["notice", "notice/print"] {
        let later = read(&second, &id, page);
        assert!(
            later.contains(&format!("<p class=\"date\">{day}</p>")),
            "{later}"
        );
    }
    let file = second.get(&format!("/lists/cases/{id}/notice.docx"));
    assert_eq!((file.status, &file.body[..2]), (200, &b"PK"[..]));
    // Taken back, it does not hold any more.
    move_case(&office.office, &id, "withdraw", json!({"note": "重新核对"})).expect(200);
    assert!(read(&second, &id, "notice").contains("aria-label=\"作废\""));
}

#[test]
fn the_decision_is_a_paper_with_what_the_business_said_and_the_day_of_the_decision() {
    let (office, second, id) = notify_black_case();
    let path = format!("/lists/cases/{id}/decision");
    second.get(&path).expect_problem(404);
    let approve = json!({"approved": true, "note": "事实清楚"});
    move_case(&second, &id, "decide", approve).expect(200);
    let decision = read(&office.office, &id, "decision");
    for said in [
        "列入食品安全黑榜决定书",
        "答复如下：有销售记录。",
        "现决定将你单位列入食品安全黑榜",
        "<p class=\"date\">2026年11月28日</p>",
    ] {
        assert!(decision.contains(said), "{said}: {decision}");
    }
    let town = office.server.public().signed_in("town", PASSWORD);
    for page in ["", "/print", ".docx"] {
        assert_eq!(second.get(&format!("{path}{page}")).status, 200, "{page}");
        town.get(&format!("{path}{page}")).expect_problem(403);
    }
}

fn assert_not_listed(office: &Office, id: &str) {
    let public = office.server.public();
    assert_eq!(public.get("/api/v1/lists/black").expect(200)["total"], 0);
    assert_eq!(public.get("/api/v1/lists/log").expect(200)["total"], 0);
    assert_eq!(public.get(&format!("/lists/entries/{id}")).status, 404);
}

#[test]
fn the_pages_know_no_shortcut_to_the_black_list() {
    let (office, second, id) = notify_black_case();
    let page = |client: &Client, verb: &str| {
        let browser = client.with("accept", "text/html");
        let reply = browser.form(&format!("/lists/cases/{id}/{verb}"), "note=x");
        match reply.header("location") {
            Some(refused) => browser.get(refused).status,
            None => reply.status,
        }
    };
    let town = office.server.public().signed_in("town", PASSWORD);
    assert_eq!(page(&office.office, "approve"), 409);
    assert_eq!(page(&second, "publish"), 409);
    assert_eq!(page(&second, "expire"), 409);
    assert_eq!(page(&second, "correct"), 409);
    assert_eq!(page(&town, "approve"), 403);
    second.form("/lists/cases/publish", "");
    assert_not_listed(&office, &id);
}

#[test]
fn the_store_itself_refuses_shortcuts_to_the_black_list() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let (office, _, id) = notify_black_case();
    let store = open_store(&office);
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
    assert_not_listed(&office, &id);
}

/// The addresses of the pages of one entry.
fn entry_paths(id: &str) -> [String; 3] {
    let page = format!("/lists/entries/{id}");
    [
        page.clone(),
        format!("{page}/sheet"),
        format!("{page}/qr.svg"),
    ]
}

/// Where readers and programs find the black list and the log.
const LIST_PATHS: [&str; 6] = [
    "/lists/black",
    "/api/v1/lists/black.csv",
    "/api/v1/lists/black.json",
    "/lists/black/feed.atom",
    "/api/v1/lists/log",
    "/lists/log",
];

/// The entry of [`USCC`], repaired three months after its publication; gives its salt too.
fn repair_black_entry() -> (Office, String, String) {
    let (office, _, id) = publish_black_entry();
    let public = office.server.public();
    let list = public.get("/api/v1/lists/black").expect(200);
    let salt = list["items"][0]["salt"].as_str().unwrap().to_owned();
    let proof = json!({"note": "罚款已缴清，整改验收合格"});
    assert_eq!(
        move_case(&office.office, &id, "repair", proof.clone()).expect_problem(409),
        "repair_too_early"
    );
    let (office, second) = reopen_at(office, "2027-02-28T10:00:00+08:00");
    move_case(&office.office, &id, "repair", proof).expect(200);
    let granted = json!({"granted": true, "note": "核查属实"});
    assert_eq!(
        move_case(&office.office, &id, "decide-repair", granted.clone()).expect_problem(409),
        "another_person"
    );
    let page = format!("/lists/entries/{id}");
    assert_eq!(office.server.public().get(&page).status, 200);
    move_case(&second, &id, "decide-repair", granted).expect(200);
    (office, id, salt)
}

fn name_of(office: &Office, uscc: &str) -> String {
    let known = office.office.get(&format!("/api/v1/enterprises/{uscc}"));
    known.expect(200)["name"].as_str().unwrap().to_owned()
}

#[test]
fn a_repaired_business_is_no_longer_named() {
    let (office, id, salt) = repair_black_entry();
    let public = office.server.public();
    let name = name_of(&office, USCC);
    for path in entry_paths(&id) {
        let reply = public.with("accept", "text/html").get(&path);
        assert_eq!(reply.status, 410, "{path}");
        assert!(!reply.text().contains(&name), "{path}");
    }
    for path in LIST_PATHS {
        let text = public.get(path).text();
        let names_it = [&name, USCC, &salt].iter().any(|said| text.contains(*said));
        assert!(!names_it, "{path}");
    }
    let log = public.get("/api/v1/lists/log").expect(200);
    let lines = log["items"].as_array().unwrap().iter();
    let lines: Vec<(&str, Option<u64>)> = lines
        .map(|line| (line["action"].as_str().unwrap(), line["of"].as_u64()))
        .collect();
    assert_eq!(lines, [("publish", None), ("remove", Some(1))]);
    // Staff see what was.
    let case = office.office.get(&format!("/api/v1/list-cases/{id}"));
    let case = case.expect(200);
    assert_eq!(
        (&case["status"], &case["ended_why"]),
        (&json!("repaired"), &json!("核查属实"))
    );
}

#[test]
fn ten_minutes_after_a_repair_no_stored_document_names_the_business() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let (office, _, _) = repair_black_entry();
    let name = name_of(&office, USCC);
    // Nor does what an earlier version of the program has stored.
    open_store(&office)
        .execute(
            "INSERT INTO runtime_key_value (store, key, value) VALUES ('default', 'lists/entry-1/1', CAST(?1 AS BLOB))",
            [&name],
        )
        .unwrap();
    let (office, _) = reopen_at(office, "2027-02-28T10:30:00+08:00");
    office
        .scheduler()
        .post("/internal/lists", &json!({}))
        .expect(200);
    let stored: i64 = open_store(&office)
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
    let (office, _, id) = publish_black_entry();
    let public = office.server.public();
    // The penalty's publication is shortened: so is the entry, and the log says that it changed.
    let shorter = PENALTIES.replace("2027-10-12", "2026-12-31");
    office
        .office
        .import("penalties", shorter.as_bytes())
        .expect(200);
    // Also where somebody writes beside it before the next run.
    let reply = json!({"note": "已经整改。"});
    let told = move_case(&office.office, &id, "reply", reply).expect(200);
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
    let (office, _) = reopen_at(office, "2027-01-01T00:00:01+08:00");
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
    let (office, _, id) = publish_black_entry();
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
    move_case(&office.office, &id, "notify", json!({"note": "邮寄"})).expect(200);
    let (office, second) = reopen_at(office, "2026-12-20T10:00:00+08:00");
    let revoked = json!({"kind": "penalty", "number": "浔市监处〔2026〕13号"});
    office
        .office
        .post("/api/v1/list-facts/revoke", &revoked)
        .expect(204);
    let approve = json!({"approved": true, "note": "事实清楚"});
    assert_eq!(
        move_case(&second, &id, "decide", approve).expect_problem(409),
        "facts_changed"
    );
}

#[test]
fn what_is_decided_is_what_the_business_was_told() {
    let (office, _) = office_with_penalty();
    let id = nominate(&office.office, USCC, "black");
    move_case(&office.office, &id, "notify", json!({"note": "当面送达"})).expect(200);
    let changed = PENALTIES.replace("52,000.50", "61,000");
    office
        .office
        .import("penalties", changed.as_bytes())
        .expect(200);
    let (office, second) = reopen_at(office, AFTER_THE_TERM);
    let approve = json!({"approved": true, "note": "事实清楚"});
    assert_eq!(
        move_case(&second, &id, "decide", approve).expect_problem(409),
        "facts_changed"
    );
    move_case(&office.office, &id, "withdraw", json!({"note": "处罚变更"})).expect(200);
}

#[test]
fn an_owners_name_is_not_published_wherever_it_was_written() {
    let (office, _) = office_with_penalty();
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
    move_case(&office.office, &id, "notify", json!({"note": "当面送达"})).expect(200);
    let (office, second) = reopen_at(office, AFTER_THE_TERM);
    move_case(
        &second,
        &id,
        "decide",
        json!({"approved": true, "note": "事实清楚"}),
    )
    .expect(200);
    move_case(&office.office, &id, "publish", json!({})).expect_problem(422);
    let public = office.server.public();
    assert_eq!(public.get("/api/v1/lists/black").expect(200)["total"], 0);
}
