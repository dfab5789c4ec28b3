//! What anonymous people leave behind between the pages of the complaints form, and the way out of it.

use tests::{Client, Office, Reply};

const ACCEPTED: &str =
    "category=hygiene&text=%E5%90%8E%E5%8E%A8%E5%BE%88%E8%84%8F%E5%BE%88%E8%84%8F";

fn drafts(office: &Office) -> i64 {
    let store = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    store
        .query_row("SELECT count(*) FROM complaint_draft", [], |row| row.get(0))
        .unwrap()
}

fn office() -> Office {
    Office::with(&[("trusted_proxies", "127.0.0.1")])
}

fn at(office: &Office, address: &str) -> Client {
    office
        .server
        .public()
        .with("accept", "text/html")
        .with("x-forwarded-for", address)
}

fn cookie(reply: &Reply) -> &str {
    let cookie = reply.header("set-cookie").unwrap();
    cookie.split(';').next().unwrap()
}

#[test]
fn a_page_that_is_refused_leaves_nothing() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = office();
    let browser = at(&office, "203.0.113.7");
    for (page, fields) in [
        ("what", "category=&text="),
        ("what", "category=nothing&text=%E5%90%8E%E5%8E%A8"),
        ("where", "place=&town=&uscc=nobody"),
        ("when", "happened_on=soon"),
        ("check", "proof="),
    ] {
        let path = format!("/complaints/new/{page}");
        let reply = browser.form(&path, fields);
        assert_eq!(reply.status, 422, "{page}: {}", reply.text());
        assert_eq!(reply.header("set-cookie"), None, "{page}");
    }
    assert_eq!(drafts(&office), 0);
    // One that was begun keeps what was accepted last, and shows again what was typed.
    let begun = browser.form("/complaints/new/what", ACCEPTED);
    assert_eq!(begun.status, 303);
    let browser = browser.with("cookie", cookie(&begun));
    let wrong = browser.form("/complaints/new/what", "category=hygiene&text=x");
    assert!(wrong.status == 422 && wrong.text().contains(">x</textarea>"));
    let page = browser.get("/complaints/new/what").text();
    assert!(page.contains("后厨很脏很脏") && !page.contains(">x</textarea>"));
    assert_eq!(drafts(&office), 1);
}

#[test]
fn one_address_begins_no_more_drafts_than_anybody_needs() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = office();
    let begin = |address: &str| {
        at(&office, address)
            .form("/complaints/new/what", ACCEPTED)
            .status
    };
    let statuses: Vec<u16> = (0..61).map(|_| begin("203.0.113.7")).collect();
    assert!(
        statuses[..60].iter().all(|status| *status == 303),
        "{statuses:?}"
    );
    assert_eq!(statuses[60], 429);
    assert_eq!(drafts(&office), 60);
    // A neighbour is not held up.
    assert_eq!(begin("203.0.113.8"), 303);
}

#[test]
fn following_the_way_out_changes_nothing_and_pressing_it_forgets() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = office();
    let browser = at(&office, "203.0.113.7");
    let begun = browser.form("/complaints/new/what", &format!("{ACCEPTED}&insider=true"));
    let browser = browser.with("cookie", cookie(&begun));
    let link = browser.get("/complaints/leave");
    assert_eq!(link.header("location"), Some("https://www.weather.com.cn/"));
    assert_eq!(link.header("set-cookie"), None);
    assert_eq!(drafts(&office), 1);
    let page = browser.get("/complaints/new/where").text();
    assert!(page.contains("<form method=\"post\" action=\"/complaints/leave\""));
    let pressed = browser.form("/complaints/leave", "");
    assert_eq!(
        pressed.header("refresh"),
        Some("0; url=https://www.weather.com.cn/")
    );
    assert!(cookie(&pressed).ends_with('='), "{}", cookie(&pressed));
    assert_eq!(drafts(&office), 0);
    // Another site's page cannot press it.
    let elsewhere = browser.with("sec-fetch-site", "cross-site");
    assert_eq!(elsewhere.form("/complaints/leave", "").status, 403);
}

#[test]
fn filings_at_once_are_no_more_than_the_limit() {
    let office = office();
    let public = at(&office, "203.0.113.7");
    let report = serde_json::json!({
        "kind": "report", "place": "人民路菜场东门", "happened_on": "2026-11-20", "category": "hygiene",
        "text": "后厨很脏，老鼠乱跑", "anonymous": true,
    });
    let filings: Vec<_> = (0..20)
        .map(|_| {
            let (public, report) = (public.clone(), report.clone());
            std::thread::spawn(move || public.post("/api/v1/complaints", &report).status)
        })
        .collect();
    let statuses: Vec<u16> = filings.into_iter().map(|one| one.join().unwrap()).collect();
    // Three are free; the fourth works or waits.
    let filed = statuses.iter().filter(|status| **status == 201).count();
    assert_eq!(filed, 3, "{statuses:?}");
    assert!(
        statuses.iter().all(|status| matches!(status, 201 | 429)),
        "{statuses:?}"
    );
}
