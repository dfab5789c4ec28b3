//! A district whose businesses have owed visits for some quarters, most of them made.

use crate::district::{Dice, code};
use rusqlite::{Connection, params};
use std::time::{Duration, Instant};
use tests::{Client, Office, PASSWORD, Scratch, Server};

pub const DAY: &str = "2026-10-08";
pub const AT: &str = "2026-10-08T09:00:00+08:00";
/// From the first of 2022 to the third of 2026.
pub const QUARTERS: usize = 19;
/// The businesses of one official.
const HELD: usize = 40;

pub struct OwingDistrict {
    pub folder: Scratch,
    pub official: Official,
    pub businesses: usize,
}

/// The official who holds the first businesses, signed in on the first day.
pub struct Official {
    cookie: String,
}

impl Official {
    pub fn at(&self, server: &Server) -> Client {
        server.public().with("cookie", &self.cookie)
    }
}

/// The official signs in again, for a session of a day before has ended.
pub fn official_of_today(server: &Server) -> Client {
    server.public().signed_in("v0", PASSWORD)
}

impl OwingDistrict {
    /// So many obligations in the last `quarters`; of the visits owed in each, `visited` in a hundred were made. What else is known of the
    /// n-th business, `more` writes.
    pub fn make(
        obligations: usize,
        quarters: usize,
        visited: usize,
        more: impl Fn(&Connection, usize, &str),
    ) -> Self {
        let begin = QUARTERS - quarters;
        let office = Office::on_disk(AT, &[]);
        let official = official_who_owes_since(&office, begin);
        let Office { server, folder, .. } = office;
        let data = server.data.clone();
        server.stop();
        let mut database = Connection::open(data.join("shian.db")).unwrap();
        let work = database.transaction().unwrap();
        let mut dice = Dice(obligations as u64);
        let businesses = obligations / quarters;
        for number in 0..businesses / HELD + 1 {
            insert(
                &work,
                "INSERT INTO cadre (cadre_no, name, tier, town, changed_by, changed_at) VALUES (?1, ?2, 'village', '云港街道', 'x', ?3) ON CONFLICT DO NOTHING",
                params![format!("V{number}"), dice.syllables(3), AT],
            );
        }
        for number in 0..businesses {
            let (uscc, name) = (code(number), format!("云溪{}食品店", dice.syllables(4)));
            // Its place in the order of names is a text of about the length that the order of pinyin gives.
            insert(
                &work,
                "INSERT INTO enterprise_site (uscc, name, founded_on, town, business_scope, risk_grade, level, search_name, initials, name_key, name_order, changed_by, changed_at)
                 VALUES (?1, ?2, '2020-01-01', '云港街道', '食品销售', 'A', 'D', ?2, 'yx', ?2, 1, 'x', ?3)",
                params![uscc, name, AT],
            );
            let official = format!("V{}", number / HELD);
            insert(
                &work,
                "INSERT INTO assignment (cadre_no, uscc, starts_on, changed_by, changed_at) VALUES (?1, ?2, '2021-01-01', 'x', ?3)",
                params![official, uscc, AT],
            );
            for quarter in begin..QUARTERS {
                if dice.roll(100) < visited {
                    let (year, month) = (2022 + quarter / 4, quarter % 4 * 3 + 1 + dice.roll(3));
                    let day = format!("{year}-{month:02}-{:02}", 1 + dice.roll(28));
                    insert(
                        &work,
                        "INSERT INTO visit (visited_on, cadre_no, uscc, mode, result, changed_by, changed_at) VALUES (?1, ?2, ?3, 'on_site', 'ok', 'x', ?4)",
                        params![day, official, uscc, AT],
                    );
                }
            }
            more(&work, number, &uscc);
        }
        work.commit().unwrap();
        database
            .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
            .unwrap();
        Self {
            folder,
            official,
            businesses,
        }
    }
}

/// The office counts obligations from the first of the quarters, the `begin`-th since 2022, closes each on its day, and has the first official.
fn official_who_owes_since(office: &Office, begin: usize) -> Official {
    let first = format!("{}-{:02}-01", 2022 + begin / 4, begin % 4 * 3 + 1);
    for (name, since) in [
        ("obligations_from", "2022-01-01"),
        ("visit_close_from", "2020-01-01"),
    ] {
        let from = serde_json::json!({"value": first, "valid_from": since});
        let path = format!("/api/v1/policy/{name}");
        office.office.put(&path, &from).expect(204);
    }
    let cadre = "工号,姓名,层级,所属镇街,手机\nV0,沈阿根,村社区,云港街道,13800000001\n";
    office.office.import("cadres", cadre.as_bytes()).expect(200);
    let official = office.staff("v0", "cadre", &[], Some("V0"));
    Official {
        cookie: official.headers[0].1.clone(),
    }
}

/// Writes one row. The statement is compiled once, with the triggers that hang on it.
pub fn insert(database: &Connection, sql: &str, parameters: impl rusqlite::Params) {
    let mut statement = database.prepare_cached(sql).unwrap();
    statement.execute(parameters).unwrap();
}

/// One visit of an official after another while something runs; the longest wait.
pub fn longest_wait(official: &Client, day: &str, work: impl FnOnce() + Send) -> Duration {
    std::thread::scope(|scope| {
        let work = scope.spawn(work);
        let mut longest = Duration::ZERO;
        let mut number = 0;
        while !work.is_finished() {
            let visit = serde_json::json!({"uscc": code(number % 20), "visited_on": day, "mode": "on_site", "result": "ok", "note": number.to_string()});
            let began = Instant::now();
            official.post("/api/v1/visits", &visit).expect(201);
            longest = longest.max(began.elapsed());
            number += 1;
            std::thread::sleep(Duration::from_millis(20));
        }
        work.join().unwrap();
        longest
    })
}
