//! What waits for whom, on the home page and in the API.

use crate::complaints::{
    TOWN, complaint, file_complaint as file, report, unlimited, with_business,
};
use crate::lists::{move_case, nominate, office_with_penalty, reopen_at};
use crate::sweep::{small, sweep};
use serde_json::{Value, json};
use tests::{Client, Office, PASSWORD};

/// `what: count, oldest due`, most urgent first.
fn waits(client: &Client) -> Vec<String> {
    let home = client.get("/api/v1/home").expect(200);
    let tasks = home["tasks"].as_array().unwrap();
    tasks
        .iter()
        .map(|task| {
            let text = |name: &str| task[name].as_str().unwrap_or("-");
            format!(
                "{}: {}, {}",
                text("what"),
                task["count"],
                text("oldest_due")
            )
        })
        .collect()
}

fn signed_in(office: &Office, account: &str) -> Client {
    office.server.public().signed_in(account, PASSWORD)
}

fn name_handlers(one: &Client, other: &Client, first: &str, second: &str) {
    let handlers = "/api/v1/complaints/handlers";
    let named = json!({"first": first, "second": second});
    let proposed = one.put(handlers, &named).expect(202);
    let which = json!({"id": proposed["change"]["id"]});
    other
        .post(&format!("{handlers}/confirm"), &which)
        .expect(200);
}

const NOTHING: [&str; 0] = [];

#[test]
fn complaints_wait_for_the_office_and_the_station_of_their_town_and_for_nobody_else() {
    let (office, uscc) = with_business("2026-11-02T10:00:00+08:00");
    let public = office.server.public();
    for (account, role, towns) in [
        ("here", "station", &[TOWN][..]),
        ("far", "station", &["石湖镇"][..]),
        ("town", "town", &[TOWN][..]),
        ("chair", "chair", &[][..]),
    ] {
        office.staff(account, role, towns, None);
    }
    office.staff("cadre", "cadre", &[], Some("C00001"));
    let mut document = complaint(&uscc);
    document["happened_on"] = json!("2026-11-01");
    let known = file(&public, &document);
    let mut document = report();
    document["happened_on"] = json!("2026-11-01");
    file(&public, &document);

    assert_eq!(waits(&office.office), ["complaint_new: 2, 2026-11-11"]);
    assert_eq!(
        waits(&signed_in(&office, "here")),
        ["complaint_new: 1, 2026-11-11"]
    );
    for account in ["far", "town", "chair", "cadre"] {
        assert_eq!(waits(&signed_in(&office, account)), NOTHING, "{account}");
    }
    public.get("/api/v1/home").expect_problem(401);

    // Its first day has passed unmet; the report's has not.
    let office = office.on("2026-11-12T10:00:00+08:00", &[]);
    assert_eq!(
        waits(&office.office),
        [
            "complaint_new: 2, 2026-11-11",
            "complaint_overdue: 1, 2026-11-11"
        ]
    );
    let accept = format!("/api/v1/complaints/{}/accept", known.0);
    office.office.post(&accept, &json!({})).expect(200);
    assert_eq!(waits(&office.office), ["complaint_new: 1, 2026-11-23"]);
    assert_eq!(waits(&signed_in(&office, "here")), NOTHING);
}

#[test]
fn an_insiders_report_counts_for_its_handlers_alone() {
    let office = unlimited("2026-11-02T10:00:00+08:00");
    let first = office.staff("first", "station", &["石湖镇"], None);
    let second = office.staff("second", "office", &[], None);
    let station = office.staff("station", "station", &[TOWN], None);
    let chair = office.staff("chair", "chair", &[], None);
    name_handlers(&office.office, &chair, "first", "second");
    let mut document = report();
    document["happened_on"] = json!("2026-11-01");
    document["insider"] = json!(true);
    file(&office.server.public(), &document);
    for handler in [&first, &second] {
        assert_eq!(waits(handler), ["insider_report: 1, 2026-11-23"]);
    }
    for stranger in [&office.office, &station, &chair] {
        assert_eq!(waits(stranger), NOTHING);
    }
    let page = office.office.get("/").text();
    assert!(!page.contains("在办的内部举报"), "{page}");
    let office = office.on("2026-12-10T10:00:00+08:00", &[]);
    for stranger in ["office", "station", "chair"] {
        assert_eq!(waits(&signed_in(&office, stranger)), NOTHING, "{stranger}");
    }
}

#[test]
fn a_nomination_waits_for_another_person_than_the_nominator_once_it_can_be_decided() {
    let (office, second) = office_with_penalty();
    let id = nominate(&office.office, "91330503MYYG3CWJ94", "black");
    let notified = json!({"note": "当面送达，李某签收"});
    move_case(&office.office, &id, "notify", notified).expect(200);
    assert_eq!(waits(&second), NOTHING);
    let (office, second) = reopen_at(office, crate::lists::AFTER_THE_TERM);
    assert_eq!(waits(&second), ["list_black_notified: 1, -"]);
    assert_eq!(waits(&office.office), NOTHING);
    let decided = json!({"approved": true, "note": "事实清楚"});
    move_case(&second, &id, "decide", decided).expect(200);
    assert_eq!(waits(&second), NOTHING);
}

#[test]
fn papers_wait_for_whoever_signs_and_whoever_answers_them() {
    let office = small();
    for (account, role, towns, cadre_no) in [
        ("mine", "cadre", &[][..], Some("V1")),
        ("other", "cadre", &[][..], Some("V9")),
        ("town", "town", &[TOWN][..], None),
        ("station", "station", &[TOWN][..], None),
        ("chair", "chair", &[][..], None),
    ] {
        office.staff(account, role, towns, cadre_no);
    }
    let office = office.on("2026-10-08T09:00:00+08:00", &[]);
    sweep(&office, "2026-10-08");
    let town = signed_in(&office, "town");
    let due = town.get("/api/v1/notices").expect(200)["items"][0]["due"].clone();
    let due = due.as_str().unwrap();
    assert_eq!(waits(&town), [format!("notice_to_acknowledge: 1, {due}")]);
    // The report upwards of what the district official owes.
    assert_eq!(waits(&office.office), ["notice_to_sign: 1, -"]);
    for account in ["mine", "other", "station", "chair"] {
        assert_eq!(waits(&signed_in(&office, account)), NOTHING, "{account}");
    }
    let listed = town.get("/api/v1/notices").expect(200);
    let id = listed["items"][0]["id"].as_str().unwrap();
    town.post(&format!("/api/v1/notices/{id}/acknowledge"), &json!({}))
        .expect(200);
    assert_eq!(waits(&town), NOTHING);
}

#[test]
fn a_paper_to_a_station_waits_for_the_stations_of_its_town() {
    let (office, uscc) = with_business("2026-11-02T10:00:00+08:00");
    office.staff("here", "station", &[TOWN], None);
    office.staff("far", "station", &["石湖镇"], None);
    let mut document = complaint(&uscc);
    document["happened_on"] = json!("2026-11-01");
    file(&office.server.public(), &document);
    let office = office.on("2026-11-12T10:00:00+08:00", &[]);
    sweep(&office, "2026-11-12");
    let here = waits(&signed_in(&office, "here"));
    assert!(
        here.iter()
            .any(|task| task.starts_with("notice_to_acknowledge: 1, ")),
        "{here:?}"
    );
    assert_eq!(waits(&signed_in(&office, "far")), NOTHING);
}

/// A view that nobody has heard of is found by its name, and counts for nobody whom it does not name.
#[test]
fn a_new_kind_of_task_is_one_view() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = Office::at("2026-11-22T09:00:00+08:00", &[]);
    let here = office.staff("here", "station", &[TOWN], None);
    let far = office.staff("far", "station", &["石湖镇"], None);
    let mine = office.staff("mine", "cadre", &[], Some("V1"));
    let other = office.staff("other", "cadre", &[], Some("V2"));
    let second = office.staff("second", "office", &[], None);
    let rows = json!([
        // role, town, account, cadre_no, except_account, waits_from, oldest_due, count
        ["station", TOWN, null, null, null, null, "2026-11-30", 3],
        [
            "station",
            TOWN,
            null,
            null,
            null,
            "2026-11-22",
            "2026-11-29",
            2
        ],
        [
            "station",
            TOWN,
            null,
            null,
            null,
            "2026-11-23",
            "2026-11-01",
            1
        ],
        ["station", null, null, null, null, null, null, 50],
        ["station", null, "far", null, null, null, null, 1],
        ["cadre", null, null, "V1", null, null, null, 7],
        ["cadre", null, null, null, null, null, null, 50],
        ["office", null, null, null, "office", null, null, 4],
        ["office", null, "nobody", null, null, null, null, 50],
    ]);
    let store = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    store
        .execute_batch(&format!(
            "CREATE VIEW task_fire_drill AS SELECT value ->> 0 AS role, value ->> 1 AS town, value ->> 2 AS account, value ->> 3 AS cadre_no,
                value ->> 4 AS except_account, 'fire_drill' AS what, '消防演练' AS title, '/notices' AS path, value ->> 5 AS waits_from,
                value ->> 6 AS oldest_due, value ->> 7 AS \"count\" FROM json_each('{rows}');
             INSERT INTO message (key, kind, recipient_kind, recipient, title, text, path, created_at)
                VALUES ('drafts/1', 'drafts', 'office', '', '待签发', '', '/notices', '2026-11-20T09:00:00+08:00');
             INSERT INTO delivery (message_id, channel, status, next_try_at, queued_at)
                SELECT id, 'webhook', 'dead', created_at, created_at FROM message;"
        ))
        .unwrap();
    assert_eq!(waits(&here), ["fire_drill: 5, 2026-11-29"]);
    assert_eq!(waits(&far), ["fire_drill: 1, -"]);
    assert_eq!(waits(&mine), ["fire_drill: 7, -"]);
    assert_eq!(waits(&other), NOTHING);
    assert_eq!(waits(&second), ["fire_drill: 4, -", "message_failed: 1, -"]);
    assert_eq!(waits(&office.office), ["message_failed: 1, -"]);

    let page = here.get("/").text();
    for part in [
        "<strong>5</strong>",
        "<a href=\"/notices\">消防演练</a>",
        "最早的期限是 2026年11月29日",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(other.get("/").text().contains("现在没有等您办的事"));
    let public = office.server.public().get("/").text();
    assert!(!public.contains("等您办的事"), "{public}");
    let home = here.get("/api/v1/home").expect(200);
    let task = json!({"what": "fire_drill", "title": "消防演练", "count": 5, "oldest_due": "2026-11-29", "path": "/notices"});
    assert_eq!(home["tasks"], Value::Array(vec![task]));
}
