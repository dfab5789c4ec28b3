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

#[test]
fn every_filing_that_got_its_201_is_there_and_none_twice() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let Office { server, folder, .. } = Office::on_disk(CLOCK, &VARIABLES);
    let base = Arc::new(Mutex::new(server.base.clone()));
    let ended = Arc::new(AtomicBool::new(false));
    let (next, acknowledged) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (base, ended) = (base.clone(), ended.clone());
            let (next, acknowledged) = (next.clone(), acknowledged.clone());
            std::thread::spawn(move || {
                let (mut filed, mut again) = (Vec::new(), 0);
                while !ended.load(Relaxed) {
                    let number = next.fetch_add(1, Relaxed);
                    let report = serde_json::json!({
                        "kind": "report", "place": "人民路", "happened_on": day(number), "category": "hygiene", "text": "后厨很脏，没有人管", "anonymous": true,
                    });
                    let receipt = loop {
                        let client = Client::to(&base.lock().unwrap().clone())
                            .with("idempotency-key", &format!("filing {number}"));
                        let body = report.to_string().into_bytes();
                        match client.try_send("POST", "/api/v1/complaints", Some("application/json"), body) {
                            Ok(reply) if reply.status == 201 => {
                                acknowledged.fetch_add(1, Relaxed);
                                break reply.json();
                            }
                            // Gone, or just going: the same request once more.
                            _ => again += 1,
                        }
                        std::thread::sleep(Duration::from_millis(20));
                    };
                    let text = |name: &str| receipt[name].as_str().unwrap().to_owned();
                    filed.push((number, text("code"), text("passphrase")));
                }
                (filed, again)
            })
        })
        .collect();
    let mut server = server;
    for round in 0..u64::from(rounds()) {
        // From the next answer on, in the middle of whatever is on its way then.
        let further = acknowledged.load(Relaxed) + 1 + round * 37 % 200;
        while acknowledged.load(Relaxed) < further {
            std::thread::yield_now();
        }
        server.kill();
        server = tests::reopen(&folder.0, Place::Process, CLOCK, &VARIABLES).0;
        *base.lock().unwrap() = server.base.clone();
    }
    ended.store(true, Relaxed);
    let (mut filed, mut again) = (Vec::new(), 0);
    for client in clients {
        let (of_one, repeated) = client.join().unwrap();
        filed.extend(of_one);
        again += repeated;
    }
    let public = server.public();
    for (number, code, passphrase) in filed.iter().step_by(97) {
        let key = serde_json::json!({"code": code, "passphrase": passphrase});
        let case = public.post("/api/v1/complaints/status", &key).expect(200);
        assert_eq!(case["deadlines"][0]["due"], "2026-12-11", "{number}");
    }
    let database = Connection::open(server.data.join("shian.db")).unwrap();
    for (number, code, _) in &filed {
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
    assert_eq!(
        count(
            "SELECT count(*) FROM (SELECT 1 FROM complaint GROUP BY happened_on HAVING count(*) > 1)"
        ),
        0
    );
    // Whole cases: each with its first step, its deadline and its audit row.
    for what in [
        "SELECT count(*) FROM complaint c WHERE NOT EXISTS (SELECT 1 FROM complaint_step s WHERE s.complaint_id = c.id)",
        "SELECT count(*) FROM complaint c WHERE NOT EXISTS (SELECT 1 FROM complaint_deadline d WHERE d.complaint_id = c.id)",
        "SELECT count(*) FROM complaint c WHERE NOT EXISTS (SELECT 1 FROM audit a WHERE a.record = 'complaint/' || c.code)",
    ] {
        assert_eq!(count(what), 0, "{what}");
    }
    println!(
        "{} filed by {CLIENTS} clients over {} kills, {again} tries again",
        filed.len(),
        rounds()
    );
    assert!(again > 0, "no filing was ever cut off");
}
