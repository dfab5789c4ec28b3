//! 投诉举报: filed by anybody, sealed, handled by the days of the law, followed by number and passphrase.

mod erasure;
mod filing;
mod form;
mod handling;
mod limits;
mod sampling;
mod terms;
mod uploads;

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tests::{Client, Office};

pub const TOWN: &str = "云港街道";

/// Words that must stand nowhere in clear.
pub const SECRETS: [&str; 6] = [
    "赵钱孙李四",
    "13987654321",
    "明月路十八号",
    "面包里有一只蟑螂",
    "退我三十五块",
    "人民路菜场东门",
];

/// A complaint about the business of that credit code.
pub fn complaint(uscc: &str) -> Value {
    json!({
        "kind": "complaint", "uscc": uscc, "happened_on": "2026-11-20", "category": "spoiled", "text": "面包里有一只蟑螂，店员不理",
        "wants": "退我三十五块", "contact": {"name": "赵钱孙李四", "phone": "13987654321", "address": "明月路十八号"}, "anonymous": false, "insider": false,
    })
}

/// A report without a name.
pub fn report() -> Value {
    json!({
        "kind": "report", "place": "人民路菜场东门", "happened_on": "2026-11-20", "category": "hygiene",
        "text": "面包里有一只蟑螂，后厨很脏", "anonymous": true,
    })
}

/// Number and passphrase of what is filed.
pub fn file_complaint(client: &Client, document: &Value) -> (String, String) {
    let receipt = client.post("/api/v1/complaints", document).expect(201);
    (
        receipt["code"].as_str().unwrap().to_owned(),
        receipt["passphrase"].as_str().unwrap().to_owned(),
    )
}

/// The case as its citizen reads it.
pub fn status(client: &Client, (code, passphrase): &(String, String)) -> Value {
    let key = json!({"code": code, "passphrase": passphrase});
    client.post("/api/v1/complaints/status", &key).expect(200)
}

/// The last day of the step that is owed.
fn due(case: &Value, step: &str) -> String {
    case["deadlines"]
        .as_array()
        .unwrap()
        .iter()
        .find(|deadline| deadline["step"] == step && deadline["ended_on"].is_null())
        .unwrap_or_else(|| panic!("{step}: {case}"))["due"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// The credit code of a business of [`TOWN`].
fn business(office: &Office) -> String {
    let found = office
        .office
        .get(&format!(
            "/api/v1/enterprises?town={TOWN}&status=operating&limit=1"
        ))
        .expect(200);
    found["items"][0]["uscc"].as_str().unwrap().to_owned()
}

/// An office in which anybody may file as often as they like.
pub fn unlimited(clock: &str) -> Office {
    Office::at(clock, &[("complaint_rate_limit", "0")])
}

/// As [`unlimited`], in a process of its own: for its log, its memory and its sockets.
fn served(clock: &str) -> Office {
    Office::served_at(clock, &[("complaint_rate_limit", "0")])
}

/// As [`unlimited`], with the sample of businesses, and the credit code of one.
pub fn with_business(clock: &str) -> (Office, String) {
    let office = unlimited(clock);
    office
        .office
        .import("enterprises", &tests::sample("enterprises"))
        .expect(200);
    office.knows_its_towns();
    let uscc = business(&office);
    (office, uscc)
}

pub fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Every file of the data folder and the log, read whole.
pub fn everything(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().is_some_and(|name| name == "compiled") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                found.push((path, bytes));
            }
        }
    }
    found
}

/// Two values of `data_key`.
pub const OLD_KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
pub const NEW_KEY: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

pub fn run_housekeeping(office: &Office) -> Value {
    office
        .scheduler()
        .post("/internal/complaints", &json!({}))
        .expect(200)
}

/// A backup under that name, made by the program while the office runs.
pub fn back_up(office: &Office, name: &str) -> PathBuf {
    let target = office.folder.0.join(name);
    let status = std::process::Command::new(tests::program())
        .arg("backup")
        .arg(&target)
        .arg("--data")
        .arg(&office.server.data)
        .status()
        .unwrap();
    assert!(status.success());
    target
}
