//! Complaints and reports that are filed while the power goes, again and again.

use chrono::{Days, NaiveDate};
use rusqlite::Connection;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tests::{Client, Office, Place, rounds};

const CLIENTS: usize = 64;
const CLOCK: &str = "2026-11-22T10:00:00+08:00";
const VARIABLES: [(&str, &str); 1] = [("complaint_rate_limit", "0")];

/// Every request has a day of its own, which stands in clear: none may be there twice.
fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).unwrap() - Days::new(number)
}

/// What the clients share while the server goes and comes.
struct Filings {
    base: Mutex<String>,
    ended: AtomicBool,
    next: AtomicU64,
    acknowledged: AtomicU64,
}

/// What one client has filed: number, code and passphrase of each, and how often it had to send again.
#[derive(Default)]
struct FiledByOne {
    receipts: Vec<(u64, String, String)>,
    sent_again: u64,
}

/// Files one report after another until the test has ended.
fn file_reports(filings: &Filings) -> FiledByOne {
    let mut filed = FiledByOne::default();
    while !filings.ended.load(Relaxed) {
        let number = filings.next.fetch_add(1, Relaxed);
        let receipt = file_one(filings, number, &mut filed.sent_again);
        let text = |name: &str| receipt[name].as_str().unwrap().to_owned();
        let receipt = (number, text("code"), text("passphrase"));
        filed.receipts.push(receipt);
    }
    filed
}

/// Files a report under one `Idempotency-Key`, again and again until it gets its 201.
fn file_one(filings: &Filings, number: u64, sent_again: &mut u64) -> serde_json::Value {
    let report = serde_json::json!({
        "kind": "report", "place": "人民路", "happened_on": day(number), "category": "hygiene", "text": "后厨很脏，没有人管", "anonymous": true,
    });
    loop {
        let client = Client::to(&filings.base.lock().unwrap().clone())
            .with("idempotency-key", &format!("filing {number}"));
        let body = report.to_string().into_bytes();
        match client.try_send("POST", "/api/v1/complaints", Some("application/json"), body) {
            Ok(reply) if reply.status == 201 => {
                filings.acknowledged.fetch_add(1, Relaxed);
                return reply.json();
            }
            // Gone, or just going: the same request once more.
            _ => *sent_again += 1,
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn every_filing_that_got_its_201_is_there_and_none_twice() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let Office { server, folder, .. } = Office::on_disk(CLOCK, &VARIABLES);
    let filings = Arc::new(Filings {
        base: Mutex::new(server.base.clone()),
        ended: AtomicBool::new(false),
        next: AtomicU64::new(0),
        acknowledged: AtomicU64::new(0),
    });
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let filings = filings.clone();
            std::thread::spawn(move || file_reports(&filings))
        })
        .collect();
    let mut server = server;
    for round in 0..u64::from(rounds()) {
        // From the next answer on, in the middle of whatever is on its way then.
        let further = filings.acknowledged.load(Relaxed) + 1 + round * 37 % 200;
        while filings.acknowledged.load(Relaxed) < further {
            std::thread::yield_now();
        }
        server.kill();
        server = tests::reopen(&folder.0, Place::Process, CLOCK, &VARIABLES).0;
        *filings.base.lock().unwrap() = server.base.clone();
    }
    filings.ended.store(true, Relaxed);
    let mut all = FiledByOne::default();
    for client in clients {
        let filed = client.join().unwrap();
        all.receipts.extend(filed.receipts);
        all.sent_again += filed.sent_again;
    }
    each_can_be_followed(&server.public(), &all.receipts);
    let database = Connection::open(server.data.join("shian.db")).unwrap();
    each_is_whole_and_there_once(&database, &all.receipts);
    println!(
        "{} filed by {CLIENTS} clients over {} kills, {} tries again",
        all.receipts.len(),
        rounds(),
        all.sent_again
    );
    assert!(all.sent_again > 0, "no filing was ever cut off");
}

fn each_can_be_followed(public: &Client, receipts: &[(u64, String, String)]) {
    for (number, code, passphrase) in receipts.iter().step_by(97) {
        let key = serde_json::json!({"code": code, "passphrase": passphrase});
        let case = public.post("/api/v1/complaints/status", &key).expect(200);
        assert_eq!(case["deadlines"][0]["due"], "2026-12-11", "{number}");
    }
}

fn each_is_whole_and_there_once(database: &Connection, receipts: &[(u64, String, String)]) {
    for (number, code, _) in receipts {
        let happened_on: String = database
            .query_row(
                "SELECT happened_on FROM complaint WHERE code = ?1",
                [code],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(happened_on, day(*number).to_string());
    }
    let count = |sql: &str| {
        database
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    // None twice, and whole cases: each with its first step, its deadline and its audit row.
    for what in [
        "SELECT count(*) FROM (SELECT 1 FROM complaint GROUP BY happened_on HAVING count(*) > 1)",
        "SELECT count(*) FROM complaint c WHERE NOT EXISTS (SELECT 1 FROM complaint_step s WHERE s.complaint_id = c.id)",
        "SELECT count(*) FROM complaint c WHERE NOT EXISTS (SELECT 1 FROM complaint_deadline d WHERE d.complaint_id = c.id)",
        "SELECT count(*) FROM complaint c WHERE NOT EXISTS (SELECT 1 FROM audit a WHERE a.record = 'complaint/' || c.code)",
    ] {
        assert_eq!(count(what), 0, "{what}");
    }
}
