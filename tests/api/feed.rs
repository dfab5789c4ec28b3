//! The registration platform's feed, played by a small server: cut off, slow, repeating itself, answering nonsense.

use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tests::{Client, Office, SCHEDULER_TOKEN};

const FIRST: &str = "91330503MYYG3CWJ94";
const SECOND: &str = "92330503MYWG9MDA0T";

/// What the platform answers to one request: by the cursor it was asked with.
type Answer = Box<dyn FnMut(Option<String>) -> PlatformAnswer + Send>;

enum PlatformAnswer {
    Json(Value),
    Raw(&'static str),
    /// Half of an answer, then nothing.
    CutOff,
    Status(u16),
    Slow(Duration, Value),
}

struct Platform {
    address: String,
    asked: Arc<Mutex<Vec<Option<String>>>>,
    answer: Arc<Mutex<Answer>>,
}

impl Platform {
    fn new(answer: impl FnMut(Option<String>) -> PlatformAnswer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked: Arc<Mutex<Vec<Option<String>>>> = Arc::default();
        let answer: Arc<Mutex<Answer>> = Arc::new(Mutex::new(Box::new(answer)));
        let platform = Self {
            address,
            asked: asked.clone(),
            answer: answer.clone(),
        };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (asked, answer) = (asked.clone(), answer.clone());
                std::thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    let mut head = Vec::new();
                    let mut byte = [0];
                    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
                        head.push(byte[0]);
                    }
                    let head = String::from_utf8_lossy(&head).into_owned();
                    assert!(
                        head.to_lowercase()
                            .contains("authorization: bearer feed-token"),
                        "{head}"
                    );
                    let path = head.split(' ').nth(1).unwrap_or("");
                    let cursor = path
                        .split_once("cursor=")
                        .map(|(_, cursor)| cursor.to_owned());
                    asked.lock().unwrap().push(cursor.clone());
                    let said = answer.lock().unwrap()(cursor);
                    let (status, body) = match said {
                        PlatformAnswer::Json(value) => (200, value.to_string()),
                        PlatformAnswer::Raw(text) => (200, text.to_owned()),
                        PlatformAnswer::Status(status) => (status, "{}".to_owned()),
                        PlatformAnswer::Slow(pause, value) => {
                            std::thread::sleep(pause);
                            (200, value.to_string())
                        }
                        PlatformAnswer::CutOff => {
                            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{\"items\": [");
                            return;
                        }
                    };
                    let answer = format!(
                        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                        body.len()
                    );
                    let _ = stream.write_all(answer.as_bytes());
                });
            }
        });
        platform
    }

    fn says(&self, answer: impl FnMut(Option<String>) -> PlatformAnswer + Send + 'static) {
        *self.answer.lock().unwrap() = Box::new(answer);
    }

    fn asked(&self) -> Vec<Option<String>> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

fn variables(platform: &Platform) -> [(&str, &str); 3] {
    [
        ("registry_feed_host", &platform.address),
        ("registry_feed_path", "/feed?district=330503"),
        ("registry_feed_token", "feed-token"),
    ]
}

fn office(platform: &Platform) -> (Office, Client) {
    let office = Office::with(&variables(platform));
    let scheduler = office.scheduler();
    (office, scheduler)
}

fn business(uscc: &str, scope: &str) -> Value {
    // The platform knows more than we ask for.
    json!({"uscc": uscc, "name": format!("企业{uscc}"), "town": "云港街道", "founded_on": "2026-11-20", "business_scope": scope, "registered_capital": 50})
}

fn pull(scheduler: &Client) -> Value {
    scheduler
        .post("/internal/registry-feed", &json!({}))
        .expect(200)
}

fn candidates(office: &Office) -> Value {
    office
        .office
        .get("/api/v1/license-outreach/candidates")
        .expect(200)["total"]
        .clone()
}

/// Nobody is signed in when the schedule pulls: a record that only a person can place waits all the same, and the pull goes on.
#[test]
fn a_record_without_a_code_waits_for_a_person_and_the_pull_goes_on() {
    let platform = Platform::new(|cursor| {
        PlatformAnswer::Json(match cursor.as_deref() {
            None => {
                json!({"items": [{"name": "没有代码的店", "town": "云港街道"}], "next": "c1"})
            }
            _ => json!({"items": [business(SECOND, "食品销售")], "next": null}),
        })
    });
    let (office, scheduler) = office(&platform);
    let run = pull(&scheduler);
    assert_eq!(
        (&run["status"], &run["created"], &run["rejected"]),
        (&json!("done"), &json!(1), &json!(1)),
        "{run}"
    );
    let waiting = office
        .office
        .get("/api/v1/enterprises/unplaced")
        .expect(200);
    assert_eq!(waiting["items"][0]["name"], "没有代码的店");
}

#[test]
fn a_record_is_a_candidate_within_one_pull_and_the_next_pull_goes_on_where_it_stopped() {
    let platform = Platform::new(|cursor| {
        PlatformAnswer::Json(match cursor.as_deref() {
            None => json!({"items": [business(FIRST, "食品生产")], "next": "c1"}),
            _ => json!({"items": [business(SECOND, "食品销售")], "next": null}),
        })
    });
    let (office, scheduler) = office(&platform);
    let run = pull(&scheduler);
    assert_eq!(
        (&run["status"], &run["pages"], &run["created"]),
        (&json!("done"), &json!(2), &json!(2)),
        "{run}"
    );
    assert_eq!(platform.asked(), [None, Some("c1".to_owned())]);
    assert_eq!(candidates(&office), 1);
    // The next day: on from the last place, whose page is no news.
    let run = pull(&scheduler);
    assert_eq!(
        (&run["created"], &run["unchanged"]),
        (&json!(0), &json!(1)),
        "{run}"
    );
    assert_eq!(platform.asked(), [Some("c1".to_owned())]);
    // A changed scope is read when it comes.
    platform.says(|_| {
        PlatformAnswer::Json(json!({"items": [business(SECOND, "饮料生产")], "next": null}))
    });
    assert_eq!(pull(&scheduler)["updated"], 1);
    assert_eq!(candidates(&office), 2);
    let runs = office
        .office
        .get("/api/v1/enterprises/feed-runs")
        .expect(200);
    assert_eq!(runs["total"], 3);
    let page = office.office.get("/enterprises/feed");
    assert!(page.text().contains("现在取一次"), "{}", page.text());
    assert_eq!(
        office.office.form("/enterprises/feed", "from=start").status,
        303
    );
    assert_eq!(platform.asked().last().unwrap(), &None);
}

#[test]
fn a_feed_that_breaks_off_loses_and_doubles_nothing() {
    let platform = Platform::new(|cursor| match cursor.as_deref() {
        None => PlatformAnswer::Json(json!({"items": [business(FIRST, "食品生产")], "next": "c1"})),
        _ => PlatformAnswer::CutOff,
    });
    let (office, scheduler) = office(&platform);
    let run = pull(&scheduler);
    assert_eq!(
        (&run["status"], &run["pages"]),
        (&json!("failed"), &json!(1)),
        "{run}"
    );
    assert!(run["error"].as_str().unwrap().contains("平台"), "{run}");
    assert_eq!(candidates(&office), 1);
    for (said, code) in [
        (PlatformAnswer::Raw("<html>维护中</html>"), "无法读取"),
        (PlatformAnswer::Raw("{\"items\": 7}"), "无法读取"),
        (PlatformAnswer::Status(500), "500"),
        (PlatformAnswer::Status(403), "403"),
    ] {
        let mut said = Some(said);
        let mut last = None;
        platform.says(move |_| match said.take().or_else(|| last.take()) {
            Some(PlatformAnswer::Raw(text)) => {
                last = Some(PlatformAnswer::Raw(text));
                PlatformAnswer::Raw(text)
            }
            Some(PlatformAnswer::Status(status)) => {
                last = Some(PlatformAnswer::Status(status));
                PlatformAnswer::Status(status)
            }
            _ => PlatformAnswer::CutOff,
        });
        let run = pull(&scheduler);
        assert_eq!(run["status"], "failed", "{run}");
        assert!(run["error"].as_str().unwrap().contains(code), "{run}");
    }
    // Once it is well again everything is there once.
    platform.says(|cursor| {
        assert_eq!(cursor.as_deref(), Some("c1"));
        PlatformAnswer::Slow(Duration::from_millis(300), json!({"items": [business(SECOND, "糕点生产"), business(FIRST, "食品生产")], "next": null}))
    });
    let run = pull(&scheduler);
    assert_eq!(
        (&run["status"], &run["created"], &run["unchanged"]),
        (&json!("done"), &json!(1), &json!(1)),
        "{run}"
    );
    assert_eq!(
        office.office.get("/api/v1/enterprises").expect(200)["total"],
        2
    );
}

#[test]
fn a_feed_that_repeats_itself_ends_and_strange_records_are_named() {
    let platform = Platform::new(|cursor| {
        let next = match cursor.as_deref() {
            None | Some("b") => "a",
            _ => "b",
        };
        let items = json!([business(FIRST, "食品生产"), {"uscc": "1", "name": "错码"}, "胡言", 7, business(FIRST, "食品生产")]);
        PlatformAnswer::Json(json!({"items": items, "next": next}))
    });
    let (office, scheduler) = office(&platform);
    let run = pull(&scheduler);
    assert_eq!(run["status"], "failed", "{run}");
    assert!(run["error"].as_str().unwrap().contains("反复"), "{run}");
    assert_eq!(
        (&run["created"], &run["rejected"]),
        (&json!(1), &json!(9)),
        "{run}"
    );
    assert!(run["flaws"].to_string().contains("不是一条记录"), "{run}");
    assert_eq!(candidates(&office), 1);
}

#[test]
fn two_pulls_at_once_are_one() {
    let platform = Platform::new(|_| {
        PlatformAnswer::Slow(
            Duration::from_secs(1),
            json!({"items": [business(FIRST, "食品生产")], "next": null}),
        )
    });
    let (office, scheduler) = office(&platform);
    let runs: Vec<Value> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let scheduler = scheduler.clone();
                scope.spawn(move || pull(&scheduler)["id"].clone())
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(runs.iter().all(|run| run == &runs[0]), "{runs:?}");
    assert_eq!(platform.asked().len(), 1);
    assert_eq!(candidates(&office), 1);
}

#[test]
fn a_pull_killed_in_the_middle_goes_on_where_it_stopped() {
    let platform = Platform::new(|cursor| match cursor.as_deref() {
        None => PlatformAnswer::Json(json!({"items": [business(FIRST, "食品生产")], "next": "c1"})),
        _ => PlatformAnswer::Slow(Duration::from_secs(60), json!({"items": [], "next": null})),
    });
    let office = Office::served_at("2026-11-22T10:00:00+08:00", &variables(&platform));
    let scheduler = office.scheduler();
    let pulling = std::thread::spawn(move || {
        let _ = scheduler.try_send(
            "POST",
            "/internal/registry-feed",
            Some("application/json"),
            b"{}".to_vec(),
        );
    });
    while platform.asked.lock().unwrap().len() < 2 {
        std::thread::sleep(Duration::from_millis(20));
    }
    let Office { server, folder, .. } = office;
    server.kill();
    pulling.join().unwrap();
    platform.asked();
    platform.says(|_| {
        PlatformAnswer::Json(json!({"items": [business(SECOND, "糕点生产")], "next": null}))
    });
    // An hour later, so that the claim of the dead pull is over.
    let options = tests::Options {
        clock: Some("2026-11-22T11:00:00+08:00"),
        variables: &[
            ("scheduler_token", SCHEDULER_TOKEN),
            ("registry_feed_host", &platform.address),
            ("registry_feed_path", "/feed"),
            ("registry_feed_token", "feed-token"),
        ],
        ..tests::Options::default()
    };
    let server = tests::Server::begin(tests::Place::Process, &folder.0, &options);
    let scheduler = server
        .public()
        .with("authorization", &format!("Bearer {SCHEDULER_TOKEN}"));
    let run = pull(&scheduler);
    assert_eq!(
        (&run["status"], &run["created"]),
        (&json!("done"), &json!(1)),
        "{run}"
    );
    assert_eq!(platform.asked(), [Some("c1".to_owned())]);
    let office = server.public().signed_in("office", tests::PASSWORD);
    assert_eq!(office.get("/api/v1/enterprises").expect(200)["total"], 2);
    let runs = office.get("/api/v1/enterprises/feed-runs").expect(200);
    assert_eq!(
        (&runs["items"][1]["status"], &runs["items"][1]["error"]),
        (&json!("failed"), &json!("中途断开"))
    );
}

#[test]
fn where_no_platform_is_set_the_pull_says_so() {
    let office = Office::new();
    let scheduler = office
        .server
        .public()
        .with("authorization", &format!("Bearer {SCHEDULER_TOKEN}"));
    assert_eq!(pull(&scheduler)["status"], "not_configured");
    let page = office.office.get("/enterprises/feed");
    assert!(page.text().contains("还没有接通"), "{}", page.text());
}

#[test]
fn scopes_that_other_rules_have_read_are_read_again() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = Office::new();
    office
        .office
        .post("/api/v1/enterprises", &business_alone())
        .expect(200);
    let database = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    database
        .execute(
            "UPDATE enterprise_site SET needs_license = NULL, scope_reading = NULL, scope_rules = 0",
            [],
        )
        .unwrap();
    assert_eq!(candidates(&office), 0);
    let scheduler = office
        .server
        .public()
        .with("authorization", &format!("Bearer {SCHEDULER_TOKEN}"));
    assert_eq!(
        scheduler.post("/internal/scopes", &json!({})).expect(200)["read"],
        1
    );
    assert_eq!(candidates(&office), 1);
    assert_eq!(
        scheduler.post("/internal/scopes", &json!({})).expect(200)["read"],
        0
    );
    let audit = office
        .office
        .get(&format!("/api/v1/audit?record=enterprise/{FIRST}"))
        .expect(200);
    assert!(audit.to_string().contains("scope-rules/"), "{audit}");
}

fn business_alone() -> Value {
    json!({"uscc": FIRST, "name": "甲", "business_scope": "食品生产"})
}
