//! 红黑榜: the way to a list, what the public reads, and the log that nobody changes quietly. Here is what these tests have in common.

mod black_list;
mod duty_publication;
mod generations;
mod key_help;
mod public_lists;
mod red_list;
mod tampering;

use rusqlite::Connection;
use serde_json::{Value, json};
use tests::{Client, Office, PASSWORD};

/// The business that most tests are about.
pub const USCC: &str = "91330503MYYG3CWJ94";
/// The day on which the tests begin.
const SUNDAY: &str = "2026-11-22T10:00:00+08:00";
/// The objection term of a notice of Sunday 22 November ends on Friday 27.
pub const AFTER_THE_TERM: &str = "2026-11-28T10:00:00+08:00";

/// The penalty of [`USCC`], by which it meets a criterion of the black list.
pub const PENALTIES: &str = "处罚决定书文号,统一社会信用代码,违法事实,处罚依据,处罚种类,罚没金额（元）,处罚日期,公示截止日期\n\
    浔市监处〔2026〕12号,91330503MYYG3CWJ94,生产菌落总数超标的面包,食品安全法第一百二十四条,罚款,\"52,000.50\",2026-10-12,2027-10-12\n";

/// The sample ledger, the penalty of [`USCC`], and a second person in the office.
pub fn office_with_penalty() -> (Office, Client) {
    let office = Office::at(SUNDAY, &[]);
    office
        .office
        .import("enterprises", &tests::sample("enterprises"))
        .expect(200);
    office
        .office
        .import("penalties", PENALTIES.as_bytes())
        .expect(200);
    let second = office.staff("second", "office", &[], None);
    (office, second)
}

/// The same store at another time, and the second person signed in again.
pub fn reopen_at(office: Office, clock: &str) -> (Office, Client) {
    let office = office.on(clock, &[]);
    let second = office.server.public().signed_in("second", PASSWORD);
    (office, second)
}

/// Nominates a business, and gives the id of the case.
pub fn nominate(client: &Client, uscc: &str, list: &str) -> String {
    let nomination = json!({"uscc": uscc, "list": list, "ground": "受到较重的行政处罚。"});
    client.post("/api/v1/list-cases", &nomination).expect(201)["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Asks for a move of a case.
pub fn move_case(client: &Client, id: &str, verb: &str, order: Value) -> tests::Reply {
    client.post(&format!("/api/v1/list-cases/{id}/{verb}"), &order)
}

/// Publishes the entry of [`USCC`] on the black list, all steps done as they should be, and gives the id of its case.
pub fn publish_black_entry() -> (Office, Client, String) {
    let (office, _) = office_with_penalty();
    let id = nominate(&office.office, USCC, "black");
    move_case(
        &office.office,
        &id,
        "notify",
        json!({"note": "当面送达，李某签收"}),
    )
    .expect(200);
    let (office, second) = reopen_at(office, AFTER_THE_TERM);
    move_case(
        &second,
        &id,
        "decide",
        json!({"approved": true, "note": "事实清楚"}),
    )
    .expect(200);
    move_case(&office.office, &id, "publish", json!({})).expect(200);
    (office, second, id)
}

/// Gives every business the officers that the red list asks for, and gives the codes of those that meet all its criteria.
pub fn make_spotless(office: &Office) -> Vec<String> {
    let mut csv = "统一社会信用代码,岗位,姓名,任职日期,考核日期,考核结果\n".to_owned();
    let found = office
        .office
        .get("/api/v1/enterprises?limit=200&status=operating")
        .expect(200);
    for item in found["items"].as_array().unwrap() {
        let uscc = item["uscc"].as_str().unwrap();
        for (post, name) in [("食品安全总监", "甲"), ("食品安全员", "乙")] {
            csv += &format!("{uscc},{post},{name},2024-01-01,2026-06-01,合格\n");
        }
    }
    office.office.import("officers", csv.as_bytes()).expect(200);
    let red = office
        .office
        .get("/api/v1/list-cases/suggestions?list=red&limit=200")
        .expect(200);
    red["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["uscc"].as_str().unwrap().to_owned())
        .collect()
}

/// The file of the store.
pub fn open_store(office: &Office) -> Connection {
    Connection::open(office.folder.0.join("data/shian.db")).unwrap()
}
