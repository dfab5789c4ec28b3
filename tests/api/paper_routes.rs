//! From whom a paper goes to whom (design: papers of the ladder): nobody writes to their own superior, to their host, or to themselves.

use crate::sweep::{at, notices, small, sweep};
use serde_json::{Value, json};
use tests::Office;

/// Has these owe something that fell due on 2 November: a name, the kind of who owes it, and who.
pub fn owes(office: &Office, rows: &[(&str, &str, &str)]) {
    let rows: Vec<String> = rows
        .iter()
        .map(|(name, kind, owed_by)| {
            format!(
                "SELECT 'problem' AS rule, 'made/{name}' AS key, '事项{name}' AS subject, '{kind}' AS owed_by_kind, '{owed_by}' AS owed_by,
                    iif('{kind}' IN ('station', 'town'), '{owed_by}', NULL) AS town, '2026-11-02' AS due_on, NULL AS met_on, '{{}}' AS evidence"
            )
        })
        .collect();
    rusqlite::Connection::open(office.server.data.join("shian.db"))
        .unwrap()
        .execute_batch(&format!(
            "CREATE VIEW deadline_made AS {};
             INSERT INTO deadline_view (matter, view) VALUES ('made', 'deadline_made')",
            rows.join(" UNION ALL ")
        ))
        .unwrap();
}

fn register(office: &Office, new: &Value) -> String {
    let made = office.office.post("/api/v1/organisations", new).expect(201);
    made["id"].as_str().unwrap().to_owned()
}

/// A district whose bureau hosts the office.
fn hosted() -> Office {
    let office = small();
    office.knows_its_towns();
    office.night();
    let bureau = register(
        &office,
        &json!({"kind": "bureau", "name": "南浔区市场监督管理局"}),
    );
    register(
        &office,
        &json!({"kind": "town_government", "name": "南浔区云港街道办事处", "towns": ["云港街道"]}),
    );
    register(
        &office,
        &json!({"kind": "station", "name": "云港市场监管所", "towns": ["云港街道"], "part_of": bureau}),
    );
    register(
        &office,
        &json!({"kind": "department", "name": "南浔区教育局"}),
    );
    let path = "/api/v1/organisations/office";
    let now = office.office.get(path).expect(200);
    let sent = json!({"kind": "office", "name": now["name"], "mark": now["mark"], "part_of": now["part_of"], "version": now["version"],
        "hosted_by": bureau, "first_number": 12});
    office.office.put(path, &sent).expect(200);
    office
}

/// Each paper: kind, addressee, who signs, number.
fn papers(office: &Office) -> Vec<String> {
    let mut all: Vec<String> = notices(&office.office, "")
        .iter()
        .map(|paper| {
            let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
            format!(
                "{} → {}，{}，{}",
                text(&paper["kind"]),
                text(&paper["addressee"]["name"]),
                text(&paper["signer"]),
                text(&paper["number"])
            )
        })
        .collect();
    all.sort();
    all
}

#[test]
fn a_first_letter_goes_to_the_station_the_town_and_the_department_and_never_to_the_host() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = hosted().on(&at("2026-11-03"), &[]);
    owes(
        &office,
        &[
            ("1", "station", "云港街道"),
            ("2", "town", "云港街道"),
            ("3", "department", "南浔区教育局"),
            ("4", "department", "南浔区市场监督管理局"),
            ("5", "department", "区食药安办"),
            ("6", "cadre", "Q1"),
        ],
    );
    sweep(&office, "2026-11-03");
    let made: Vec<String> = papers(&office);
    let letters: Vec<&String> = made
        .iter()
        .filter(|paper| paper.starts_with("reminder_letter"))
        .collect();
    // The first number of the year is the one that the office has named.
    let expected = [
        "reminder_letter → 云港市场监管所，-，浔食药安办函〔2026〕13号",
        "reminder_letter → 云港街道食安办，-，浔食药安办函〔2026〕14号",
        "reminder_letter → 南浔区市场监督管理局，chair，-",
        "reminder_letter → 南浔区教育局，-，浔食药安办函〔2026〕12号",
    ];
    assert_eq!(letters, expected, "{made:?}");
    // What the district official and the office itself owe stands on one report upwards.
    let report = notices(&office.office, "kind=report_upwards");
    let subjects: Vec<&Value> = report[0]["breaches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| &line["subject"])
        .collect();
    assert!(
        subjects.contains(&&json!("事项5")) && subjects.contains(&&json!("事项6")),
        "{subjects:?}"
    );
    assert!(!subjects.contains(&&json!("事项4")), "{subjects:?}");
}

#[test]
fn an_order_goes_to_the_government_from_the_office_and_to_the_bureau_from_the_committee() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = hosted().on(&at("2026-11-17"), &[]);
    drop(office.staff("chair", "chair", &[], None));
    owes(
        &office,
        &[
            ("1", "station", "云港街道"),
            ("2", "town", "云港街道"),
            ("3", "department", "南浔区教育局"),
        ],
    );
    let office = office.on(&at("2026-11-18"), &[]);
    sweep(&office, "2026-11-03");
    sweep(&office, "2026-11-18");
    let chair = office.server.public().signed_in("chair", tests::PASSWORD);
    for draft in notices(&office.office, "kind=rectification_order&status=drafted") {
        let signer = match draft["signer"].as_str() {
            Some("chair") => &chair,
            _ => &office.office,
        };
        let path = format!("/api/v1/notices/{}/sign", draft["id"].as_str().unwrap());
        signer.post(&path, &json!({})).expect(200);
    }
    let mut orders = papers(&office);
    orders.retain(|paper| paper.starts_with("rectification_order"));
    let addressees: Vec<&str> = orders
        .iter()
        .map(|order| order.split_once('，').unwrap().0)
        .collect();
    assert_eq!(
        addressees,
        [
            "rectification_order → 南浔区云港街道办事处",
            "rectification_order → 南浔区市场监督管理局",
            "rectification_order → 南浔区教育局",
        ],
        "{orders:?}"
    );
    // Each issuer has its own numbers.
    assert!(
        orders[0].ends_with("office，浔食药安办改〔2026〕12号"),
        "{orders:?}"
    );
    let mut committees: Vec<&str> = orders[1..]
        .iter()
        .map(|order| order.rsplit_once('，').unwrap().1)
        .collect();
    committees.sort_unstable();
    assert_eq!(
        committees,
        ["浔食药安委改〔2026〕1号", "浔食药安委改〔2026〕2号"]
    );
}
