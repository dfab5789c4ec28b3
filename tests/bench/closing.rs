//! The closing of quarters in a district of 200,000 businesses, while officials record visits; and how long one person waits for a search and
//! for the page of a business there. No peer does these: what is wanted is a time.

use crate::Scale;
use crate::district::{Dice, code};
use crate::figures::{alone, millis};
use crate::sweep::{district, longest_wait};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::{Client, Place, Server};

/// The evening on which all quarters since the office began are closed.
const EVENING: &str = "2027-01-20T22:30:00+08:00";
/// Behind each business.
const QUARTERS: usize = 5;
/// Of a hundred visits owed.
const VISITED: usize = 90;
const LOOKUPS: usize = 400;

/// Closes all that is to be closed; gives the quarters.
fn close(server: &Server) -> Vec<Value> {
    let mut closed = Vec::new();
    loop {
        let done = server
            .scheduler()
            .post("/internal/close-quarter", &json!({}))
            .expect(200);
        closed.extend(done["closed"].as_array().unwrap().iter().cloned());
        if done["unfinished"] == json!([]) {
            return closed;
        }
    }
}

/// What 95 of a hundred requests are answered within.
fn within(client: &Client, path: impl Fn() -> String) -> f64 {
    let mut times: Vec<Duration> = (0..LOOKUPS)
        .map(|_| {
            let path = path();
            let began = Instant::now();
            assert_eq!(client.get(&path).status, 200, "{path}");
            began.elapsed()
        })
        .collect();
    times.sort();
    millis(times[LOOKUPS * 95 / 100])
}

pub fn measure(scale: &Scale) {
    let (folder, cookie) = district(scale.obligations, QUARTERS, VISITED);
    let (server, office) = tests::reopen(&folder.0, Place::Process, EVENING, &[]);
    let began = Instant::now();
    let mut closed = Vec::new();
    let wait = longest_wait(&server, &cookie, "2027-01-20", || closed = close(&server));
    let each = began.elapsed().as_secs_f64() / closed.len().max(1) as f64;
    let businesses = scale.obligations / QUARTERS;
    alone(
        &format!(
            "closing a quarter of {businesses} businesses (of {})",
            closed.len()
        ),
        &format!("{each:.1} s"),
        "< 30 s",
    );
    alone(
        "longest wait of a visit recorded meanwhile",
        &format!("{:.2} s", wait.as_secs_f64()),
        "≤ 1 s",
    );
    let dice = std::cell::RefCell::new(Dice(11));
    let search = within(&office, || {
        let typed = dice.borrow_mut().syllables(2);
        format!("/api/v1/enterprises?q={typed}")
    });
    alone(
        "search, 95th percentile",
        &format!("{search:.1} ms"),
        "< 50 ms",
    );
    let page = within(&office, || {
        format!("/enterprises/{}", code(dice.borrow_mut().roll(businesses)))
    });
    alone(
        "the page of a business, 95th percentile",
        &format!("{page:.1} ms"),
        "< 60 ms",
    );
    server.stop();
}
