//! How a case is handled: each step by the table of moves, to its end and once more, rewards, repeats and transfers.

use super::{
    SECRETS, TOWN, complaint, due, file_complaint, report, status, unlimited, with_business,
};
use serde_json::{Value, json};
use tests::{Client, Office, Reply};

const CLOCK: &str = "2026-11-22T10:00:00+08:00";

/// Number and passphrase of a case.
type CaseKey = (String, String);

fn step(client: &Client, key: &CaseKey, verb: &str, order: &Value) -> Reply {
    client.post(&format!("/api/v1/complaints/{}/{verb}", key.0), order)
}

/// What the citizen sends, with the key of their case.
fn send(client: &Client, key: &CaseKey, mut message: Value) -> Reply {
    message["code"] = json!(key.0);
    message["passphrase"] = json!(key.1);
    client.post("/api/v1/complaints/messages", &message)
}

#[test]
fn a_complaint_is_seen_by_its_station_and_each_opening_is_written_down() {
    let (office, uscc) = with_business(CLOCK);
    let station = office.staff("station", "station", &[TOWN], None);
    let other = office.staff("other", "station", &["石湖镇"], None);
    let town = office.staff("town", "town", &[TOWN], None);
    let key = file_complaint(&office.server.public(), &complaint(&uscc));
    let path = format!("/api/v1/complaints/{}", key.0);
    // Another town's station knows nothing of it, whatever it tries; a town account handles none.
    assert_eq!(other.get(&path).expect_problem(404), "not_found");
    for verb in ["accept", "reply"] {
        let refused = step(&other, &key, verb, &json!({}));
        assert_eq!(refused.expect_problem(404), "not_found");
    }
    let page = other.get(&format!("/complaints/cases/{}", key.0));
    assert_eq!(page.status, 404);
    assert_eq!(other.get("/api/v1/complaints").expect(200)["total"], 0);
    town.get(&path).expect_problem(403);

    let seen = station.get(&path).expect(200);
    assert_eq!(seen["contact"]["name"], SECRETS[0]);
    assert_eq!(seen["wants"], SECRETS[4]);
    step(&station, &key, "accept", &json!({})).expect(200);
    // Each opening is written down, without what was read.
    let audit = office
        .office
        .get(&format!("/api/v1/audit?record=complaint-opening/{}", key.0))
        .expect(200);
    assert_eq!(audit["total"], 3, "{audit}");
    assert!(!audit.to_string().contains(SECRETS[0]));
}

#[test]
fn a_complaint_is_handled_to_its_end_and_the_citizen_sees_each_step() {
    let (office, uscc) = with_business(CLOCK);
    let public = office.server.public();
    let station = office.staff("station", "station", &[TOWN], None);
    let key = file_complaint(&public, &complaint(&uscc));
    assert!(key.0.starts_with("TS261122-"), "{}", key.0);
    assert_eq!(due(&status(&public, &key), "accept"), "2026-12-01");
    accept_once(&station, &key);
    talk_to_both_sides(&station, &public, &key);
    end_without_agreement(&station, &key);

    let seen = status(&public, &key);
    let steps = seen["steps"].as_array().unwrap();
    let moves: Vec<&str> = steps
        .iter()
        .map(|step| step["move"].as_str().unwrap())
        .collect();
    assert_eq!(
        moves,
        ["submit", "accept", "mediate", "end_mediation", "inform"]
    );
    assert_eq!(steps[3]["note"], "商家不同意全退，可以起诉");
    assert_eq!(seen["status"], "closed");
    assert!(
        steps.iter().all(|step| step.get("by").is_none()),
        "who in the office did it is not the citizen's to know"
    );
}

/// A step that the table of moves does not have is refused, and so is one by a person who saw the case before it moved.
fn accept_once(station: &Client, key: &CaseKey) {
    let too_early = step(station, key, "inform", &json!({"note": "x"}));
    assert_eq!(too_early.expect_problem(409), "not_allowed_now");
    // A refusal needs its statutory ground.
    step(station, key, "refuse", &json!({"note": "不管"})).expect_problem(422);
    let order = json!({"note": "已经联系商家", "version": 1});
    let accepted = step(station, key, "accept", &order).expect(200);
    assert_eq!(due(&accepted, "mediate"), "2027-01-21");
    let late = step(station, key, "accept", &json!({"version": 1}));
    assert_eq!(late.expect_problem(409), "changed_meanwhile");
    assert_eq!(
        late.json()["current"],
        json!({"status": "accepted", "version": 2})
    );
}

fn talk_to_both_sides(station: &Client, public: &Client, key: &CaseKey) {
    step(station, key, "mediate", &json!({})).expect(200);
    let reply = json!({"text": "商家愿意退 20 元，您同意吗？"});
    step(station, key, "reply", &reply).expect(200);
    let after = send(public, key, json!({"text": "不同意，要全退"})).expect(200);
    assert_eq!(after["messages"][0]["from"], "office");
    assert_eq!(after["messages"][1]["text"], "不同意，要全退");
    let listed = station.get("/api/v1/complaints").expect(200);
    assert_eq!(listed["items"][0]["unanswered"], true);
}

fn end_without_agreement(station: &Client, key: &CaseKey) {
    step(station, key, "mediate", &json!({"outcome": "not_agreed"})).expect_problem(422);
    let order = json!({"outcome": "not_agreed", "note": "商家不同意全退，可以起诉"});
    let ended = step(station, key, "mediate", &order).expect(200);
    assert_eq!(due(&ended, "tell_ended"), "2026-12-01");
    step(station, key, "inform", &json!({"note": "已电话告知双方"})).expect(200);
}

#[test]
fn a_closed_complaint_is_reopened_once_and_rated() {
    let (office, uscc) = with_business(CLOCK);
    let public = office.server.public();
    let key = file_complaint(&public, &complaint(&uscc));
    let agree = || {
        step(&office.office, &key, "accept", &json!({})).expect(200);
        let order = json!({"outcome": "agreed", "note": "商家全额退款"});
        step(&office.office, &key, "mediate", &order).expect(200);
    };
    agree();
    let not_fixed = || {
        send(
            &public,
            &key,
            json!({"not_fixed": true, "text": "钱还是没有退"}),
        )
    };
    let reopened = not_fixed().expect(200);
    assert_eq!(reopened["status"], "received");
    assert_eq!(due(&reopened, "accept"), "2026-12-01");
    agree();
    assert_eq!(not_fixed().expect_problem(409), "cannot_reopen");
    let rated = send(&public, &key, json!({"satisfaction": 4})).expect(200);
    assert_eq!(rated["satisfaction"], 4);
}

/// A report with a name, of 20 September 2026.
fn named_report() -> Value {
    let mut document = report();
    document["happened_on"] = json!("2026-09-20");
    document["anonymous"] = json!(false);
    document["contact"] = json!({"name": SECRETS[0], "phone": SECRETS[1]});
    document
}

#[test]
fn a_report_is_verified_extended_once_decided_and_told() {
    let office = unlimited("2026-09-21T10:00:00+08:00");
    let public = office.server.public();
    let key = file_complaint(&public, &named_report());
    let order = |verb: &str, order: Value| step(&office.office, &key, verb, &order);
    // National Day stands between: 15 working days from 21 September.
    assert_eq!(due(&status(&public, &key), "decide"), "2026-10-19");
    order("verify", json!({})).expect(200);
    order("extend", json!({})).expect_problem(422);
    let extended = order("extend", json!({"note": "要等检验报告"})).expect(200);
    assert_eq!(due(&extended, "decide_extended"), "2026-11-09");
    let again = order("extend", json!({"note": "再等等"}));
    assert_eq!(again.expect_problem(409), "extended_already");
    let filed = json!({"filed": true, "note": "违法事实成立"});
    let decided = order("decide", filed).expect(200);
    assert_eq!(decided["status"], "filed");
    assert_eq!(due(&decided, "inform"), "2026-09-29");
    let untold = order("close", json!({"note": "罚了"}));
    assert_eq!(untold.expect_problem(409), "inform_first");
    order("inform", json!({"note": "已告知立案"})).expect(200);
    order("close", json!({"note": "罚款 20 万元"})).expect(200);
    assert_eq!(status(&public, &key)["status"], "closed");
}

/// Decides on a report that has just been filed, tells its reporter and closes it.
fn decide_and_close(office: &Office, key: &CaseKey, filed: bool) {
    let decision = json!({"filed": filed, "note": "看过证据"});
    step(&office.office, key, "decide", &decision).expect(200);
    step(&office.office, key, "inform", &json!({"note": "已告知"})).expect(200);
    step(&office.office, key, "close", &json!({"note": "办结"})).expect(200);
}

fn propose_reward(office: &Office, key: &CaseKey, level: &str, fined: f64) -> Reply {
    let order = json!({"level": level, "fined_yuan": fined});
    step(&office.office, key, "reward", &order)
}

#[test]
fn a_reward_is_proposed_once_the_report_is_filed_and_closed_and_is_paid_once() {
    let office = unlimited("2026-09-21T10:00:00+08:00");
    let public = office.server.public();
    let key = file_complaint(&public, &named_report());
    decide_and_close(&office, &key, true);
    let amount = |level: &str, fined: f64| {
        let case = propose_reward(&office, &key, level, fined).expect(200);
        case["reward"]["amount"].as_u64().unwrap() / 100
    };
    assert_eq!(amount("third", 0.0), 1_000);
    assert_eq!(amount("second", 200_000.5), 6_000);
    assert_eq!(amount("first", 200_000.0), 10_000);
    assert_eq!(amount("first", 90_000_000.0), 1_000_000);
    let pay = || {
        step(
            &office.office,
            &key,
            "reward",
            &json!({"paid_on": "2026-09-21"}),
        )
    };
    pay().expect(200);
    assert_eq!(pay().expect_problem(409), "no_reward_to_pay");
    let changed = propose_reward(&office, &key, "third", 0.0);
    assert_eq!(changed.expect_problem(409), "reward_not_now");
    assert_eq!(
        status(&public, &key)["reward"],
        json!({"amount_yuan": "1000000", "paid_on": "2026-09-21"})
    );
}

#[test]
fn what_is_paid_is_the_reward_that_was_proposed_and_seen() {
    let office = unlimited("2026-09-21T10:00:00+08:00");
    let public = office.server.public();
    let key = file_complaint(&public, &named_report());
    decide_and_close(&office, &key, true);
    let order = |order: Value| step(&office.office, &key, "reward", &order);
    let proposed = propose_reward(&office, &key, "third", 0.0).expect(200);
    let (version, reward_version) = (&proposed["version"], &proposed["reward"]["version"]);
    let both = order(json!({"level": "first", "fined_yuan": 1_000_000, "paid_on": "2026-09-21"}));
    assert_eq!(both.expect_problem(422), "invalid");
    let early = order(json!({"paid_on": "2026-09-20"}));
    assert_eq!(early.expect_problem(422), "invalid");
    propose_reward(&office, &key, "second", 0.0).expect(200);
    let stale =
        json!({"paid_on": "2026-09-21", "version": version, "reward_version": reward_version});
    assert_eq!(order(stale).expect_problem(409), "changed_meanwhile");
    let stale = json!({"level": "first", "fined_yuan": 0, "reward_version": reward_version});
    assert_eq!(order(stale).expect_problem(409), "changed_meanwhile");
    let not_fixed = json!({"text": "还在卖", "not_fixed": true});
    send(&public, &key, not_fixed).expect(200);
    let reopened = order(json!({"paid_on": "2026-09-21"}));
    assert_eq!(reopened.expect_problem(409), "reward_not_now");
}

/// 国市监稽规〔2021〕4号: a reward is due after the case is proved and closed.
#[test]
fn no_reward_is_proposed_before_the_report_is_closed_nor_where_no_case_was_filed() {
    let office = unlimited("2026-09-21T10:00:00+08:00");
    let public = office.server.public();
    let page = |key: &CaseKey| {
        let path = format!("/complaints/cases/{}", key.0);
        office.office.with("accept", "text/html").get(&path).text()
    };
    let refused = |key: &CaseKey| {
        let reply = propose_reward(&office, key, "first", 0.0);
        assert_eq!(reply.expect_problem(409), "reward_not_now");
        let reason = reply.json()["detail"].as_str().unwrap().to_owned();
        assert!(reason.contains("办结以后才能提出奖励"), "{reason}");
        assert!(!page(key).contains("举报奖励"));
    };
    let proved = file_complaint(&public, &named_report());
    refused(&proved);
    let filed = json!({"filed": true, "note": "违法事实成立"});
    step(&office.office, &proved, "decide", &filed).expect(200);
    refused(&proved);
    step(
        &office.office,
        &proved,
        "inform",
        &json!({"note": "已告知"}),
    )
    .expect(200);
    step(&office.office, &proved, "close", &json!({"note": "办结"})).expect(200);
    assert!(page(&proved).contains("提出举报奖励"));
    propose_reward(&office, &proved, "first", 0.0).expect(200);

    let unproved = file_complaint(&public, &named_report());
    decide_and_close(&office, &unproved, false);
    refused(&unproved);
}

#[test]
fn repeats_are_merged_and_several_about_one_business_are_hinted_at() {
    let (office, uscc) = with_business(CLOCK);
    let public = office.server.public();
    let [one, two] = [(); 2].map(|()| file_complaint(&public, &complaint(&uscc)));
    let listed = office.office.get("/api/v1/complaints").expect(200);
    assert_eq!(listed["items"][0]["same"], 1);
    let page = office
        .office
        .with("accept", "text/html")
        .get(&format!("/complaints/cases/{}", two.0))
        .text();
    assert!(page.contains("件反映同一家企业"));
    let merge =
        |key: &CaseKey, into: &str| step(&office.office, key, "merge", &json!({"into": into}));
    merge(&two, &two.0).expect_problem(422);
    merge(&two, "TS261122-AAAAAA").expect_problem(422);
    let merged = merge(&two, &one.0).expect(200);
    assert_eq!(
        (&merged["status"], &merged["merged_into"]),
        (&json!("merged"), &json!(one.0))
    );
    let seen = status(&public, &two);
    assert!(
        seen["status"] == "merged" && !seen.to_string().contains(&one.0),
        "another's number is not told"
    );
    merge(&one, &two.0).expect_problem(422);
}

#[test]
fn what_is_given_to_another_station_or_authority_is_theirs() {
    let (office, uscc) = with_business(CLOCK);
    let key = file_complaint(&office.server.public(), &complaint(&uscc));
    let station = office.staff("station", "station", &[TOWN], None);
    let other = office.staff("other", "station", &["石湖镇"], None);
    let path = format!("/api/v1/complaints/{}", key.0);
    let assigned = step(&station, &key, "assign", &json!({"town": "石湖镇"}));
    assert_eq!(assigned.status, 204);
    station.get(&path).expect_problem(404);
    assert_eq!(other.get(&path).expect(200)["steps"][1]["town"], "石湖镇");
    let without_reason = json!({"to": "区农业农村局"});
    step(&other, &key, "transfer", &without_reason).expect_problem(422);
    let order = json!({"to": "区农业农村局", "note": "种植环节的事，电话 0572-0000000"});
    let moved = step(&other, &key, "transfer", &order).expect(200);
    assert_eq!(moved["status"], "transferred");
    assert!(
        moved["deadlines"]
            .as_array()
            .unwrap()
            .iter()
            .all(|deadline| !deadline["met_on"].is_null())
    );
}
