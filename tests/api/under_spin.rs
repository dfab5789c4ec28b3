//! What would fail under Spin alone, against the runtime behaving like it.

use domain::Uscc;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tests::{
    LooksInto, Office, Options, Reply, SCHEDULER_TOKEN, SETUP_TOKEN, Scratch, Server, Trouble,
    left_out,
};

/// A well-formed code that is nobody's.
fn code(number: usize) -> String {
    let start = format!("91330503{number:09}");
    "0123456789ABCDEFGHJKLMNPQRTUWXY"
        .chars()
        .map(|last| format!("{start}{last}"))
        .find(|code| code.parse::<Uscc>().is_ok())
        .unwrap()
}

/// A statement whose rows are still being read holds its connection: another one on it would wait for ever, and block every writer.
#[test]
fn an_import_of_20_000_rows_with_references_goes_in_whole_and_blocks_nobody_afterwards() {
    const ROWS: usize = 20_000;
    let office = Office::like_spin();
    let mut enterprises = "统一社会信用代码,企业名称,所属镇街,包保级别\n".to_owned();
    let mut assignments = "统一社会信用代码,工号,包保起始日期\n".to_owned();
    for number in 0..ROWS {
        let code = code(number);
        enterprises.push_str(&format!("{code},云溪第{number}号面馆,清禾镇,D\n"));
        assignments.push_str(&format!("{code},G{},2026-01-05\n", number % 40));
    }
    assignments.push_str(&format!("{},G1,2026-01-05\n", code(ROWS)));
    let mut cadres = "工号,姓名,层级,所属镇街\n".to_owned();
    for number in 0..40 {
        cadres.push_str(&format!("G{number},张某{number},村社区,清禾镇\n"));
    }
    for (kind, file, created) in [
        ("enterprises", enterprises, ROWS),
        ("cadres", cadres, 40),
        ("assignments", assignments, ROWS),
    ] {
        let found = office.office.import(kind, file.as_bytes()).expect(200);
        assert_eq!(found["created"], created, "{kind}: {}", found["rejected"]);
        let strays = usize::from(kind == "assignments");
        assert_eq!(found["rejected"].as_array().unwrap().len(), strays);
    }
    office.staff("town", "town", &["清禾镇"], None);
}

/// Spin leaves what a client sends as `spin-client-addr` standing and appends its own.
#[test]
fn a_forged_client_address_changes_nothing() {
    let office = Office::like_spin();
    let guess = |number: usize| {
        let forged = format!("203.0.113.{number}:4711");
        let stranger = office.server.public().with("spin-client-addr", &forged);
        let guess = json!({"account": "office", "password": format!("guess number {number}")});
        stranger.post("/api/v1/session", &guess).status
    };
    let statuses: Vec<u16> = (0..8).map(guess).collect();
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429, 429]);
}

/// Told to come back, where anybody is told so at all.
fn is_told_to_come_back(reply: &Reply) -> bool {
    match reply.status {
        200 => false,
        503 => {
            assert!(reply.header("retry-after").is_some(), "{}", reply.text());
            true
        }
        other => panic!("{other}: {}", reply.text()),
    }
}

fn tokens() -> [(&'static str, &'static str); 2] {
    [
        ("setup_token", SETUP_TOKEN),
        ("scheduler_token", SCHEDULER_TOKEN),
    ]
}

#[test]
fn of_instances_that_start_at_once_on_an_empty_store_one_migrates_and_the_others_say_come_back() {
    let folder = Scratch::new();
    let server = Server::open_in(
        &folder.0,
        &Options {
            migrated: false,
            like_spin: true,
            variables: &tokens(),
            ..Options::default()
        },
    );
    let began = Instant::now();
    let others: Vec<_> = ["/healthz", "/look-up", "/lists/red", "/healthz", "/look-up"]
        .into_iter()
        .map(|path| {
            let public = server.public();
            std::thread::spawn(move || {
                let mut waited = false;
                while is_told_to_come_back(&public.get(path)) {
                    waited = true;
                    assert!(began.elapsed() < Duration::from_secs(120));
                    std::thread::sleep(Duration::from_millis(20));
                }
                waited
            })
        })
        .collect();
    let waited: BTreeSet<bool> = others.into_iter().map(|one| one.join().unwrap()).collect();
    assert!(waited.contains(&true), "nobody met another one's migration");
}

#[test]
fn a_key_value_store_that_does_not_come_back_is_said_and_holds_nobody_for_ever() {
    let folder = Scratch::new();
    let server = Server::open_in(
        &folder.0,
        &Options {
            like_spin: true,
            trouble: Some(Trouble::KeyValueIsGone),
            variables: &tokens(),
            ..Options::default()
        },
    );
    let reply = server.public().get("/api/v1/lists/red");
    assert_eq!(reply.expect_problem(503), "store_unavailable");
    assert!(reply.header("retry-after").is_some());
    // What needs SQL alone is served.
    server.public().get("/look-up").expect(200);
}

/// A store that cannot be asked says nothing about what somebody typed.
#[test]
fn a_filing_whose_business_cannot_be_looked_up_is_told_to_come_back_and_blames_no_field() {
    let look_up = "SELECT town FROM enterprise_ledger WHERE uscc";
    let office = Office::like_spin_with(Some(Trouble::Locked(look_up)));
    let public = office.server.public();
    let filed = public.post(
        "/api/v1/complaints",
        &crate::complaints::complaint("91330503MYYG3CWJ94"),
    );
    assert_eq!(filed.expect_problem(503), "store_unavailable");
    assert!(filed.header("retry-after").is_some());

    let begun = public.form(
        "/complaints/new/what",
        "category=spoiled&text=%E9%9D%A2%E5%8C%85%E9%87%8C%E6%9C%89%E4%B8%80%E5%8F%AA%E8%9F%91%E8%9E%82",
    );
    let cookie = begun.header("set-cookie").unwrap().split(';').next();
    let browser = public
        .with("cookie", cookie.unwrap())
        .with("accept", "text/html");
    let page = browser.form("/complaints/new/where", "uscc=91330503MYYG3CWJ94");
    assert_eq!(page.status, 503, "{}", page.text());
    assert!(page.header("retry-after").is_some());
}

/// Nobody notices, also whoever writes: a statement on an expired connection has not begun.
#[test]
fn a_connection_that_has_expired_is_opened_anew_and_the_statement_done_once() {
    let office = Office::like_spin_with(Some(Trouble::ConnectionsExpire)).with_sample();
    let opened = office.server.connections_opened();
    assert!(opened > 10, "{opened}");
    let found = office.office.get("/api/v1/enterprises").expect(200);
    let again = office.with_sample();
    let same = again.office.get("/api/v1/enterprises").expect(200);
    assert_eq!(same["total"], found["total"]);
}

#[test]
fn a_request_on_a_warm_instance_opens_no_connection() {
    if left_out(LooksInto::TheProgram) {
        return;
    }
    for office in [Office::new(), Office::like_spin()] {
        let ask = || {
            for path in ["/api/v1/enterprises", "/enterprises", "/api/v1/staff"] {
                assert_eq!(office.office.get(path).status, 200, "{path}");
            }
            let town = json!({"account": "Not!", "name": "", "role": "town", "towns": []});
            office.office.post("/api/v1/staff", &town).expect(422);
        };
        // Each thread has its own instances, and requests go to the threads in turn.
        for _ in 0..4 {
            ask();
        }
        let opened = office.server.connections_opened();
        assert!(opened > 0);
        for _ in 0..8 {
            ask();
        }
        assert_eq!(office.server.connections_opened(), opened);
    }
}
