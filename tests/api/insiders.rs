//! 吹哨人: an insider's report is its two handlers' alone, and nobody becomes one of them by somebody's single word.

use crate::access::{all_routes, concrete};
use crate::complaints::{TOWN, file_complaint, report, status, unlimited, with_business};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Read as _;
use tests::{Client, Office, Reply};

const CLOCK: &str = "2026-11-02T10:00:00+08:00";
const HANDLERS: &str = "/api/v1/complaints/handlers";
const WAITING: &str = "/api/v1/complaints/insiders/waiting";

fn insider() -> Value {
    let mut document = report();
    document["happened_on"] = json!("2026-11-01");
    document["insider"] = json!(true);
    document
}

/// Names the two handlers: proposed by one person, confirmed by the other.
pub fn name_handlers(one: &Client, other: &Client, first: &str, second: &str) {
    let named = json!({"first": first, "second": second});
    let proposed = one.put(HANDLERS, &named).expect(202);
    let which = json!({"id": proposed["change"]["id"]});
    let path = format!("{HANDLERS}/confirm");
    let now = other.post(&path, &which).expect(200);
    assert_eq!(
        (&now["first"], &now["second"]),
        (&json!(first), &json!(second))
    );
}

fn path(key: &(String, String)) -> String {
    format!("/api/v1/complaints/{}", key.0)
}

fn token(office: &Office, role: &str) -> Client {
    let new = json!({"name": "script", "role": role, "towns": [], "scopes": ["read"], "expires": "2026-12-31"});
    let made = office.office.post("/api/v1/tokens", &new).expect(201);
    let bearer = format!("Bearer {}", made["token"].as_str().unwrap());
    office.server.public().with("authorization", &bearer)
}

fn set_status(office: &Office, account: &str, status: &str) {
    let listed = office.office.get("/api/v1/staff").expect(200);
    let items = listed["items"].as_array().unwrap();
    let found = items
        .iter()
        .find(|item| item["account"] == account)
        .unwrap();
    let change = json!({"status": status, "version": found["version"]});
    let path = format!("/api/v1/staff/{account}");
    office.office.patch(&path, &change).expect(200);
}

#[test]
fn an_insiders_report_is_seen_by_its_two_handlers_and_by_nobody_else() {
    let office = unlimited(CLOCK);
    let public = office.server.public();
    let first = office.staff("first", "station", &["石湖镇"], None);
    let second = office.staff("second", "office", &[], None);
    let station = office.staff("station", "station", &[TOWN], None);
    let chair = office.staff("chair", "chair", &[], None);
    name_handlers(&office.office, &chair, "first", "second");
    let key = file_complaint(&public, &insider());
    let script = token(&office, "office");
    for client in [&first, &second] {
        assert_eq!(client.get(&path(&key)).expect(200)["insider"], true);
        let listed = client.get("/api/v1/complaints/insiders").expect(200);
        assert_eq!(listed["items"][0]["code"], key.0);
        assert_eq!(client.get("/api/v1/complaints").expect(200)["total"], 0);
    }
    for client in [&office.office, &station] {
        assert_sees_nothing_of_it(client, &key);
    }
    // Nothing of a case is for a script.
    for asked in [
        path(&key),
        format!("{}/audit", path(&key)),
        format!("/complaints/cases/{}", key.0),
        "/api/v1/complaints/insiders".to_owned(),
    ] {
        assert_eq!(script.get(&asked).status, 403, "{asked}");
    }
    assert_eq!(script.get("/api/v1/complaints").expect(200)["total"], 0);
    chair.get(&path(&key)).expect_problem(403);
    assert_eq!(chair.get(WAITING).expect(200)["total"], 0);
    first
        .post(&format!("{}/verify", path(&key)), &json!({}))
        .expect(200);
    let reply = json!({"text": "是哪条生产线？"});
    first
        .post(&format!("{}/reply", path(&key)), &reply)
        .expect(200);
    assert_eq!(
        status(&public, &key)["messages"][0]["text"],
        "是哪条生产线？"
    );
    // Each handler sees what the other did.
    let audit = second.get(&format!("{}/audit", path(&key))).expect(200);
    let records: Vec<&str> = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["record"].as_str().unwrap().split('/').next().unwrap())
        .collect();
    for record in ["complaint", "complaint-opening", "insider-seat"] {
        assert!(records.contains(&record), "{record}: {audit}");
    }
    let page = second
        .with("accept", "text/html")
        .get(&format!("/complaints/cases/{}", key.0));
    assert!(page.text().contains("谁打开过"));
}

/// There is no such report for this person, whatever they try.
fn assert_sees_nothing_of_it(client: &Client, key: &(String, String)) {
    client.get(&path(key)).expect_problem(404);
    for verb in ["verify", "hand-over", "reply"] {
        client
            .post(&format!("{}/{verb}", path(key)), &json!({}))
            .expect_problem(404);
    }
    client
        .get(&format!("{}/audit", path(key)))
        .expect_problem(404);
    let page = client.get(&format!("/complaints/cases/{}", key.0));
    assert_eq!(page.status, 404);
    let listed = client.get("/api/v1/complaints/insiders").expect(200);
    assert_eq!(listed["total"], 0);
    assert_eq!(client.get("/api/v1/complaints").expect(200)["total"], 0);
}

/// What a workbook says, without when it was made.
fn said(reply: &tests::Reply) -> Vec<u8> {
    if !reply.body.starts_with(b"PK") {
        return reply.body.clone();
    }
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&reply.body)).unwrap();
    let mut all = Vec::new();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        if !entry.name().unwrap().starts_with("docProps") {
            entry.read_to_end(&mut all).unwrap();
        }
    }
    all
}

/// Everything that can be read, by route and reader.
fn all_that_is_said(readers: &[(&str, &Client)], uscc: &str) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for route in all_routes().iter().filter(|route| route.method == "GET") {
        let path = concrete(route).replace("91330503MYYG3CWJ94", uscc);
        for (name, client) in readers {
            for accept in ["application/json", "text/html"] {
                let reply = client.with("accept", accept).get(&path);
                let text = said(&reply);
                all.insert(
                    format!("{} as {name}, {accept}: {}", route.path, reply.status),
                    text,
                );
            }
        }
    }
    all
}

#[test]
fn for_third_persons_the_world_is_the_same_before_an_insiders_report_and_after_it() {
    let (office, uscc) = with_business(CLOCK);
    let public = office.server.public();
    let first = office.staff("first", "station", &["石湖镇"], None);
    let second = office.staff("second", "office", &[], None);
    name_handlers(&office.office, &second, "first", "second");
    let third = office.staff("third", "office", &[], None);
    let chair = office.staff("chair", "chair", &[], None);
    let town = office.staff("town", "town", &[TOWN], None);
    let station = office.staff("station", "station", &[TOWN], None);
    let cadre = office.staff("cadre", "cadre", &[], Some("C00050"));
    let (script, of_station) = (token(&office, "office"), token(&office, "chair"));
    let readers = [
        ("office", &third),
        ("chair", &chair),
        ("town", &town),
        ("station", &station),
        ("cadre", &cadre),
        ("token of the office", &script),
        ("token of the chair", &of_station),
        ("nobody", &public),
    ];
    // Another's complaint stands beside it, so that the figures and lists are not empty.
    let mut other = crate::complaints::complaint(&uscc);
    other["happened_on"] = json!("2026-11-01");
    file_complaint(&public, &other);
    // The first who reads the organisations begins them.
    office.office.get("/api/v1/organisations").expect(200);
    let before = all_that_is_said(&readers, &uscc);
    assert!(before.len() > 500, "{}", before.len());
    let mut document = insider();
    document["place"] = json!("");
    document["uscc"] = json!(uscc);
    let key = file_complaint(&public, &document);
    for (client, verb, order) in [
        (&first, "verify", json!({"note": "去看过"})),
        (&second, "assign", json!({"town": TOWN})),
        (&first, "extend", json!({"note": "还要再看"})),
        (&first, "decide", json!({"filed": true, "note": "立案"})),
        (&second, "close", json!({"note": "办结"})),
        (
            &second,
            "reward",
            json!({"level": "first", "fined_yuan": 1000}),
        ),
    ] {
        client
            .post(&format!("{}/{verb}", path(&key)), &order)
            .expect(200);
    }
    let after = all_that_is_said(&readers, &uscc);
    let unlike: Vec<&String> = after
        .iter()
        .filter(|(route, text)| before.get(*route) != Some(*text))
        .map(|(route, _)| route)
        .collect();
    assert!(unlike.is_empty(), "{unlike:#?}");
}

#[test]
fn an_overdue_report_of_an_insider_stands_on_no_paper_list_or_figure() {
    let (office, uscc) = with_business(CLOCK);
    let public = office.server.public();
    let second = office.staff("second", "office", &[], None);
    office.staff("first", "station", &["石湖镇"], None);
    name_handlers(&office.office, &second, "first", "second");
    for (account, role) in [
        ("third", "office"),
        ("chair", "chair"),
        ("town", "town"),
        ("station", "station"),
    ] {
        let towns: &[&str] = match role {
            "town" | "station" => &[TOWN],
            _ => &[],
        };
        office.staff(account, role, towns, None);
    }
    let mut document = insider();
    document["place"] = json!("");
    document["uscc"] = json!(uscc);
    let key = file_complaint(&public, &document);
    // Due on 23 November: the reminder before it, the breach after it, the second rung, the quarter's figures.
    let mut office = office;
    for day in ["2026-11-20", "2026-11-24", "2026-12-20", "2027-01-20"] {
        office = office.on(
            &format!("{day}T06:00:00+08:00"),
            &[("complaint_rate_limit", "0")],
        );
        office
            .scheduler()
            .post("/internal/sweep", &json!({}))
            .expect(200);
        let preview = json!({"as_of": "2027-02-10"});
        let preview = office.office.post("/api/v1/sweep/preview", &preview);
        assert!(!preview.expect(200).to_string().contains(&key.0));
    }
    let body = b"period=2026Q4&verb=publish";
    office
        .office
        .form("/lists/cases/duties", std::str::from_utf8(body).unwrap());
    let public = office.server.public();
    let signed_in = |account| public.signed_in(account, tests::PASSWORD);
    let (third, chair) = (signed_in("third"), signed_in("chair"));
    let (town, station) = (signed_in("town"), signed_in("station"));
    let readers = [
        ("office", &third),
        ("chair", &chair),
        ("town", &town),
        ("station", &station),
        ("nobody", &public),
    ];
    for (route, text) in all_that_is_said(&readers, &uscc) {
        let text = String::from_utf8_lossy(&text);
        assert!(!text.contains(&key.0), "{route}");
        assert!(!text.contains("complaint_decide/"), "{route}");
    }
    let duties = public.get("/api/v1/lists/duties").expect(200);
    assert_eq!(duties["items"][0]["period"], "2026Q4");
    let departments = duties["items"][0]["departments"].to_string();
    assert!(!departments.contains("区食药安办"), "{departments}");
    // Its handlers see that it is late.
    let handler = public.signed_in("first", tests::PASSWORD);
    let mine = handler.get("/api/v1/complaints/insiders").expect(200);
    assert_eq!(mine["items"][0]["due"], "2026-11-23");
}

fn propose(client: &Client, first: &str, second: &str) -> Reply {
    client.put(HANDLERS, &json!({"first": first, "second": second}))
}

/// Confirms or withdraws the change of that id.
fn end(client: &Client, how: &str, id: &Value) -> Reply {
    client.post(&format!("{HANDLERS}/{how}"), &json!({"id": id}))
}

/// What a handler is told: the ids of the notices, and what they say.
fn notices(client: &Client) -> Vec<(String, String)> {
    let mine = client.get("/api/v1/complaints/insiders").expect(200);
    let text = |notice: &Value, name: &str| notice[name].as_str().unwrap().to_owned();
    mine["told"]
        .as_array()
        .unwrap()
        .iter()
        .map(|notice| (text(notice, "id"), text(notice, "what")))
        .collect()
}

fn is_told(client: &Client, what: &str) -> bool {
    notices(client).iter().any(|(_, told)| told == what)
}

#[test]
fn handlers_are_changed_by_two_persons() {
    let office = unlimited(CLOCK);
    let second = office.staff("second", "office", &[], None);
    let chair = office.staff("chair", "chair", &[], None);
    office.staff("first", "station", &["石湖镇"], None);
    let script = token(&office, "office");
    propose(&office.office, "first", "first").expect_problem(422);
    propose(&office.office, "first", "nobody").expect_problem(422);
    let by_script = propose(&script, "first", "second");
    assert_eq!(by_script.expect_problem(403), "person_required");
    propose(&chair, "first", "second").expect_problem(403);
    let proposed = propose(&office.office, "first", "second").expect(202);
    let id = &proposed["change"]["id"];
    // Nothing holds yet, and one alone does not make it hold.
    assert!(proposed["first"].is_null());
    let alone = end(&office.office, "confirm", id);
    assert_eq!(alone.expect_problem(409), "two_people");
    let by_script = end(&script, "confirm", id);
    assert_eq!(by_script.expect_problem(403), "person_required");
    let unknown = end(&chair, "confirm", &json!("77"));
    assert_eq!(unknown.expect_problem(409), "no_change_waiting");
    let another = propose(&second, "first", "office");
    assert_eq!(another.expect_problem(409), "change_waiting");
    end(&chair, "confirm", id).expect(200);
    let again = end(&second, "confirm", id);
    assert_eq!(again.expect_problem(409), "no_change_waiting");
    let same = propose(&second, "second", "first");
    assert_eq!(same.expect_problem(409), "handlers_already");
}

#[test]
fn whoever_is_or_was_a_handler_is_told_of_each_change() {
    let office = unlimited(CLOCK);
    let second = office.staff("second", "office", &[], None);
    let chair = office.staff("chair", "chair", &[], None);
    let first = office.staff("first", "station", &["石湖镇"], None);
    let new = office.staff("new", "office", &[], None);
    name_handlers(&office.office, &chair, "first", "second");
    assert!(is_told(&first, "named") && notices(&first).len() == 1);
    // Withdrawn, a change is none; whoever would have been replaced has been told of it.
    let proposed = propose(&new, "new", "second").expect(202);
    assert!(is_told(&first, "replacement_proposed") && notices(&first).len() == 2);
    let now = end(&second, "withdraw", &proposed["change"]["id"]).expect(200);
    assert_eq!(
        (&now["first"], &now["change"]),
        (&json!("first"), &Value::Null)
    );
    // Whoever was named and has left meanwhile is not confirmed.
    let proposed = propose(&office.office, "new", "second").expect(202);
    let id = &proposed["change"]["id"];
    set_status(&office, "new", "disabled");
    let gone = end(&chair, "confirm", id);
    assert_eq!(gone.expect_problem(409), "handler_gone");
    set_status(&office, "new", "active");
    end(&chair, "confirm", id).expect(200);
    assert!(is_told(&first, "replaced") && is_told(&second, "kept"));
    let page = first
        .with("accept", "text/html")
        .get("/complaints/insider-cases")
        .text();
    assert!(page.contains("您不再是内部举报经办人"));
    // Read, a notice is not shown again; another's cannot be read away.
    for (id, _) in notices(&first) {
        let notice = json!({"id": id});
        let path = "/api/v1/complaints/insiders/told";
        second.post(path, &notice).expect_problem(404);
        first.post(path, &notice).expect(204);
    }
    assert!(notices(&first).is_empty());
}

#[test]
fn an_open_report_stays_with_its_handlers_until_one_of_them_hands_it_over() {
    let office = unlimited(CLOCK);
    let public = office.server.public();
    let [first, second, third, fourth] = ["first", "second", "third", "fourth"]
        .map(|account| office.staff(account, "office", &[], None));
    name_handlers(&office.office, &second, "first", "second");
    let [one, other] = [(); 2].map(|()| file_complaint(&public, &insider()));
    let hand_over = |client: &Client, key: &(String, String)| {
        client.post(&format!("{}/hand-over", path(key)), &json!({}))
    };
    assert_eq!(
        hand_over(&first, &one).expect_problem(409),
        "handlers_already"
    );
    // Two others conspire: what is open does not come to them.
    name_handlers(&office.office, &fourth, "third", "fourth");
    let later = file_complaint(&public, &insider());
    for key in [&one, &other] {
        for client in [&third, &fourth, &office.office] {
            client.get(&path(key)).expect_problem(404);
            hand_over(client, key).expect_problem(404);
        }
        first.get(&path(key)).expect(200);
        second.get(&path(key)).expect(200);
    }
    third.get(&path(&later)).expect(200);
    first.get(&path(&later)).expect_problem(404);
    // One by one.
    let page = first
        .with("accept", "text/html")
        .get(&format!("/complaints/cases/{}", one.0))
        .text();
    assert!(page.contains("移交给现任经办人"));
    assert_eq!(hand_over(&first, &one).status, 204);
    for client in [&third, &fourth] {
        client.get(&path(&one)).expect(200);
        client.get(&path(&other)).expect_problem(404);
    }
    for client in [&first, &second] {
        client.get(&path(&one)).expect_problem(404);
        client.get(&path(&other)).expect(200);
    }
    let moved = second.form(&format!("/complaints/cases/{}/hand-over", other.0), "");
    assert_eq!(moved.header("location"), Some("/complaints/insider-cases"));
    fourth.get(&path(&other)).expect(200);
}

#[test]
fn what_has_no_handler_is_handed_over_by_the_chair_who_reads_nothing_of_it() {
    let office = unlimited(CLOCK);
    let public = office.server.public();
    let chair = office.staff("chair", "chair", &[], None);
    let keys = [(); 3].map(|()| file_complaint(&public, &insider()));
    let script = token(&office, "chair");
    let waiting = || -> Vec<Value> {
        let listed = chair.get(WAITING).expect(200);
        let text = listed.to_string();
        for (code, _) in &keys {
            assert!(!text.contains(code) && !text.contains("2026"), "{text}");
        }
        listed["items"].as_array().unwrap().clone()
    };
    assert_eq!(waiting().len(), 3);
    office.office.get(WAITING).expect_problem(403);
    let hand_over = |client: &Client, which: &Value| client.post(WAITING, which);
    assert_eq!(
        hand_over(&chair, &waiting()[0]).expect_problem(409),
        "no_handlers"
    );
    let page = office
        .office
        .with("accept", "text/html")
        .get("/complaints/handlers");
    assert!(page.text().contains("还没有指定经办人"));
    let first = office.staff("first", "office", &[], None);
    let second = office.staff("second", "office", &[], None);
    name_handlers(&office.office, &chair, "first", "second");
    // Named is not handed over.
    for key in &keys {
        first.get(&path(key)).expect_problem(404);
    }
    let which = waiting()[1].clone();
    assert_eq!(
        hand_over(&script, &which).expect_problem(403),
        "person_required"
    );
    hand_over(&chair, &json!({"id": "nothing"})).expect_problem(404);
    hand_over(&chair, &which).expect(204);
    assert_eq!(waiting().len(), 2);
    hand_over(&chair, &which).expect_problem(404);
    let seen =
        |client: &Client| client.get("/api/v1/complaints/insiders").expect(200)["total"].clone();
    assert_eq!((seen(&first), seen(&second)), (json!(1), json!(1)));
    // On the page as well, and only on the chair's.
    let page = chair
        .with("accept", "text/html")
        .get("/complaints/handlers")
        .text();
    assert!(page.contains("第 2 件"));
    let id = waiting()[0]["id"].as_str().unwrap().to_owned();
    let moved = chair.form("/complaints/handlers/waiting", &format!("id={id}"));
    assert_eq!(moved.header("location"), Some("/complaints/handlers"));
    assert_eq!(waiting().len(), 1);
    // While one of its handlers is there, a report is not the chair's to give away; when both have left, it is.
    set_status(&office, "first", "disabled");
    assert_eq!(waiting().len(), 1);
    set_status(&office, "second", "disabled");
    assert_eq!(waiting().len(), 3);
}
