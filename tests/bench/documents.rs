//! Public documents and pages: through the shared cache, and past it.

use crate::Scale;
use crate::client::get;
use crate::district::{code, csv};
use crate::sides::{Native, address, in_turn};
use rusqlite::params;
use serde_json::json;
use std::fmt::Write as _;
use tests::Office;

const CONNECTIONS: usize = 32;
/// A request with a cookie is never answered from the cache.
const PAST: &str = "cookie: past=cache\r\n";

/// An office with a red list of so many.
pub fn with_list(entries: usize) -> Office {
    let office = Office::on_disk(tests::DAY, &[("complaint_rate_limit", "0")]);
    let businesses: String = String::from_utf8(csv(entries))
        .unwrap()
        .lines()
        .enumerate()
        .fold(String::new(), |mut text, (place, line)| {
            writeln!(text, "{line},{}", if place == 0 { "风险等级" } else { "A" }).unwrap();
            text
        });
    office
        .office
        .import("enterprises", businesses.as_bytes())
        .expect(200);
    let mut officers = "统一社会信用代码,岗位,姓名,任职日期,考核日期,考核结果\n".to_owned();
    for number in 0..entries {
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
    for number in 0..entries {
        let nomination =
            json!({"uscc": code(number), "list": "red", "ground": "达到红榜的全部标准。"});
        let reply = office.office.post("/api/v1/list-cases", &nomination);
        if reply.status == 201 {
            let id = reply.json()["id"].as_str().unwrap().to_owned();
            let decision = json!({"approved": true, "note": "达标"});
            second
                .post(&format!("/api/v1/list-cases/{id}/decide"), &decision)
                .expect(200);
        }
    }
    assert_eq!(office.office.form("/lists/cases/publish", "").status, 303);
    office
}

pub fn measure(scale: &Scale) {
    let office = with_list(scale.entries);
    let ours = address(&office.server);
    let reply = office.server.public().get("/lists/red/feed.atom");
    assert_eq!(reply.status, 200);
    let native = Native::start(&office.folder.0, |database| {
        database
            .execute(
                "INSERT INTO document (name, kind, tag, value) VALUES ('feed.atom', ?1, ?2, ?3)",
                params![
                    reply.header("content-type").unwrap(),
                    reply.header("etag").unwrap(),
                    reply.body
                ],
            )
            .unwrap();
        for number in 0..scale.entries {
            database
                .execute(
                    "INSERT INTO entry (name, uscc, town, ground, published_on, until_on) VALUES (?1, ?2, '云港街道', '达到红榜的全部标准。', '2026-11-22', '2027-11-22')",
                    params![format!("云溪食品店{number}"), code(number)],
                )
                .unwrap();
        }
    });
    let both = |what: &str, path: &str, peers: &str| {
        for (how, header, wanted) in [
            ("through the cache", "", "≥ 1.2"),
            ("past it", PAST, "≥ 0.5"),
        ] {
            let rounds = in_turn(
                scale,
                CONNECTIONS,
                200,
                (ours, &|_| get(path, header)),
                (native.address, &|_| get(peers, header)),
            );
            rounds.print(&format!("{what}, {how}"), "/s", wanted);
        }
    };
    both(
        "stored document",
        "/lists/red/feed.atom",
        "/documents/feed.atom",
    );
    both("list page", "/lists/red", "/lists/red");
    let rounds = in_turn(
        scale,
        CONNECTIONS,
        200,
        (ours, &|_| get("/sign-in", "")),
        (native.address, &|_| get("/sign-in", "")),
    );
    rounds.print("sign-in page", "/s", "");
}
