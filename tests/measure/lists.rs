//! Pages of a red list with 5,000 entries, beside a stored document of a list with none and a file that no store is asked for.

use crate::{code, csv};
use serde_json::json;
use std::fmt::Write as _;
use std::io::Read as _;
use std::time::{Duration, Instant};
use tests::Office;

const ENTRIES: usize = 5_000;
const CONNECTIONS: usize = 8;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);

/// Requests a second over some connections that stay open.
fn rate(url: &str) -> f64 {
    let counts: Vec<u32> = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                scope.spawn(|| {
                    let agent = ureq::Agent::new_with_defaults();
                    let began = Instant::now();
                    let mut count = 0;
                    let mut body = Vec::new();
                    while began.elapsed() < ROUND {
                        let mut response = agent.get(url).call().unwrap();
                        body.clear();
                        response
                            .body_mut()
                            .as_reader()
                            .read_to_end(&mut body)
                            .unwrap();
                        count += 1;
                    }
                    count
                })
            })
            .collect();
        readers
            .into_iter()
            .map(|reader| reader.join().unwrap())
            .collect()
    });
    f64::from(counts.iter().sum::<u32>()) / ROUND.as_secs_f64()
}

pub fn measure() {
    let office = Office::new();
    let rows = csv(ENTRIES);
    let graded = String::from_utf8(rows).unwrap();
    let graded: String =
        graded
            .lines()
            .enumerate()
            .fold(String::new(), |mut text, (place, line)| {
                let more = if place == 0 { "风险等级" } else { "A" };
                writeln!(text, "{line},{more}").unwrap();
                text
            });
    office
        .office
        .import("enterprises", graded.as_bytes())
        .expect(200);
    let mut officers = "统一社会信用代码,岗位,姓名,任职日期,考核日期,考核结果\n".to_owned();
    for number in 0..ENTRIES {
        for (post, name) in [("食品安全总监", "甲"), ("食品安全员", "乙")] {
            writeln!(
                officers,
                "{},{post},{name},2024-01-01,2026-06-01,合格",
                code(number)
            )
            .unwrap();
        }
    }
    office
        .office
        .import("officers", officers.as_bytes())
        .expect(200);
    let second = office.staff("second", "office", &[], None);
    let began = Instant::now();
    let found = office
        .office
        .get("/api/v1/list-cases/suggestions?list=red&limit=1")
        .expect(200);
    println!(
        "suggestions over {ENTRIES} businesses: {} in {:.2?}",
        found["total"],
        began.elapsed()
    );
    let mut id = String::new();
    for number in 0..ENTRIES {
        let nomination =
            json!({"uscc": code(number), "list": "red", "ground": "达到红榜的全部标准。"});
        let reply = office.office.post("/api/v1/list-cases", &nomination);
        if reply.status != 201 {
            continue;
        }
        id = reply.json()["id"].as_str().unwrap().to_owned();
        second
            .post(
                &format!("/api/v1/list-cases/{id}/decide"),
                &json!({"approved": true, "note": "达标"}),
            )
            .expect(200);
    }
    let began = Instant::now();
    let reply = office.office.form("/lists/cases/publish", "");
    let total = office.server.public().get("/api/v1/lists/red").expect(200)["total"].clone();
    println!(
        "published at once: {total} entries in {:.2?} ({})",
        began.elapsed(),
        reply.status
    );
    let paths = [
        "/lists/black".to_owned(),
        "/assets/style.css".to_owned(),
        "/lists/red".to_owned(),
        "/lists/red?page=60".to_owned(),
        format!("/lists/entries/{id}"),
        "/lists/red/feed.atom".to_owned(),
        "/api/v1/lists/red".to_owned(),
        "/lists/red?town=%E4%BA%91%E6%B8%AF%E8%A1%97%E9%81%93".to_owned(),
    ];
    let mut rates = vec![Vec::new(); paths.len()];
    for _ in 0..ROUNDS {
        for (path, rates) in paths.iter().zip(&mut rates) {
            rates.push(rate(&format!("{}{path}", office.server.base)));
        }
    }
    let median = |rates: &[f64]| {
        let mut rates = rates.to_vec();
        rates.sort_by(f64::total_cmp);
        rates[rates.len() / 2]
    };
    let yardstick = median(&rates[0]);
    println!(
        "{CONNECTIONS} connections, medians of {ROUNDS}; a stored document of an empty list is 1:"
    );
    for (path, rates) in paths.iter().zip(&rates) {
        let (least, most) = rates
            .iter()
            .fold((f64::MAX, 0.0_f64), |(least, most), rate| {
                (least.min(*rate), most.max(*rate))
            });
        let bytes = office.server.public().get(path).body.len();
        println!(
            "{:>7.0}/s  ×{:.2}  ({least:.0}–{most:.0})  {bytes:>7} bytes  {path}",
            median(rates),
            median(rates) / yardstick
        );
    }
}
