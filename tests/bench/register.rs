//! What a district of 200,000 businesses waits for: the closing of a quarter while officials record visits, a search, and the page of a business
//! with its history. No peer does these; what is wanted is a time.

use crate::Scale;
use crate::district::{Dice, code, encoded};
use crate::figures::{alone, millis};
use crate::owing::{AT, OwingDistrict, insert, longest_wait, official_of_today};
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::{Duration, Instant};
use tests::{Client, Place, Server};

/// The evening of the fifth working day after the third quarter.
const CLOSING_DAY: &str = "2026-10-13";
const EVENING: &str = "2026-10-13T22:30:00+08:00";
/// Behind each business; the last of them is the one whose closing is timed.
const QUARTERS: usize = 5;
/// Of a hundred visits owed.
const VISITED: usize = 90;
/// Each of another name, or of another business.
const ASKED: usize = 300;
const WARM_UP: usize = 50;

pub fn measure(scale: &Scale) {
    let began = Instant::now();
    let district = OwingDistrict::make(scale.obligations, QUARTERS, VISITED, history);
    let (server, _) = tests::reopen(&district.folder.0, Place::Process, AT, &[]);
    assert_eq!(close(&server).len(), QUARTERS - 1);
    server.stop();
    alone(
        &format!(
            "set-up: {} businesses, {} obligations, {} quarters closed",
            district.businesses,
            scale.obligations,
            QUARTERS - 1
        ),
        &format!("{:.0} s", began.elapsed().as_secs_f64()),
        "< 180 s",
    );
    let (server, office) = tests::reopen(&district.folder.0, Place::Process, EVENING, &[]);
    measure_closing(&server);
    measure_answers(&office, district.businesses);
    server.stop();
}

fn measure_closing(server: &Server) {
    let official = official_of_today(server);
    let mut took = Duration::ZERO;
    let wait = longest_wait(&official, CLOSING_DAY, || {
        let began = Instant::now();
        assert_eq!(close(server), [json!("2026Q3")]);
        took = began.elapsed();
    });
    alone(
        "closing of a quarter",
        &format!("{:.1} s", took.as_secs_f64()),
        "< 30 s",
    );
    alone(
        "longest wait of a visit recorded meanwhile",
        &format!("{:.2} s", wait.as_secs_f64()),
        "≤ 1 s",
    );
}

fn measure_answers(office: &Client, businesses: usize) {
    let mut dice = Dice(11);
    let names = different(|| encoded(&dice.syllables(2)));
    for (what, path) in [
        ("search by two characters", "/api/v1/enterprises?q="),
        ("the same as a page", "/enterprises?q="),
    ] {
        let paths: Vec<String> = names.iter().map(|name| format!("{path}{name}")).collect();
        print_percentiles(what, &answer_times(office, &paths), "95 % < 50 ms");
    }
    let paths = different(|| format!("/enterprises/{}", code(dice.roll(businesses))));
    print_percentiles(
        "page of a business with its history",
        &answer_times(office, &paths),
        "95 % < 60 ms",
    );
}

/// Closes all that is to be closed today; gives the quarters.
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

/// What is known of each business besides its visits: an official before this one, permits, who answers for food safety, results, problems.
fn history(database: &Connection, number: usize, uscc: &str) {
    let row = i64::try_from(number).unwrap();
    insert(
        database,
        "INSERT INTO assignment (cadre_no, uscc, starts_on, ends_on, changed_by, changed_at) VALUES ('V1', ?1, '2020-02-01', '2020-12-31', 'x', ?2)",
        params![uscc, AT],
    );
    insert(
        database,
        "INSERT INTO enterprise_permit (number, uscc, kind, covers, valid_from, valid_until, changed_by, changed_at)
         VALUES ('JY133050' || ?3, ?1, 'business_license', '食品销售经营者', '2023-01-01', '2027-12-31', 'x', ?2)",
        params![uscc, AT, row],
    );
    insert(
        database,
        "INSERT INTO officer (uscc, post, name, appointed_on, changed_by, changed_at) VALUES (?1, 'food_safety_officer', '沈小妹', '2024-01-05', 'x', ?2)",
        params![uscc, AT],
    );
    for year in [2025, 2026] {
        insert(
            database,
            "INSERT INTO inspection (inspection_no, uscc, inspected_on, result, changed_by, changed_at) VALUES (?3 || '-' || ?4, ?1, ?4 || '-03-05', 'conforms', 'x', ?2)",
            params![uscc, AT, row, year],
        );
        insert(
            database,
            "INSERT INTO sample (sample_no, uscc, food, sampled_on, result, changed_by, changed_at) VALUES (?3 || '-' || ?4, ?1, '糕点', ?4 || '-04-05', 'passed', 'x', ?2)",
            params![uscc, AT, row, year],
        );
    }
    if number.is_multiple_of(10) {
        insert(
            database,
            "INSERT INTO problem (uscc, town, source, text, level, found_on, registered_on, changed_by, changed_at)
             VALUES (?1, '云港街道', 'visit', '货架上有过期食品', 'general', '2026-09-05', '2026-09-05', 'x', ?2)",
            params![uscc, AT],
        );
    }
}

/// So many that differ, after as many for the warm-up as that takes.
fn different(mut next: impl FnMut() -> String) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut all = Vec::new();
    // A short run has fewer businesses than would be asked for.
    for _ in 0..100 * (ASKED + WARM_UP) {
        let one = next();
        if seen.insert(one.clone()) {
            all.push(one);
        }
        if all.len() == ASKED + WARM_UP {
            break;
        }
    }
    all
}

/// How long each is waited for, one after another, those of the warm-up left out; the shortest first.
fn answer_times(client: &Client, paths: &[String]) -> Vec<Duration> {
    let mut times: Vec<Duration> = paths
        .iter()
        .map(|path| {
            let began = Instant::now();
            assert_eq!(client.get(path).status, 200, "{path}");
            began.elapsed()
        })
        .skip(WARM_UP)
        .collect();
    times.sort();
    times
}

fn print_percentiles(what: &str, times: &[Duration], wanted: &str) {
    let of = |percent: usize| millis(times[times.len() * percent / 100]);
    alone(
        &format!("{what}, 50th and 95th percentile of {}", times.len()),
        &format!("{:.1} and {:.1} ms", of(50), of(95)),
        wanted,
    );
}
