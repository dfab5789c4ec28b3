//! What people wrote stands nowhere in clear, and who is erased is gone, from backups too once the key has been changed.

use super::{
    NEW_KEY, OLD_KEY, SECRETS, back_up, business, complaint, contains, everything, file_complaint,
    report, run_housekeeping, served, status,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::path::Path;
use tests::{Client, Office, photo_with_gps};

/// Number and passphrase of a case.
type CaseKey = (String, String);

/// Files a complaint, a report and an insider's report, each read, answered and followed.
fn file_and_talk(office: &Office) -> Vec<CaseKey> {
    let uscc = business(office);
    let public = office.server.public();
    let keyed = public.with("idempotency-key", "a key of the client's");
    let mut insider = report();
    insider["insider"] = json!(true);
    let keys = vec![
        file_complaint(&keyed, &complaint(&uscc)),
        file_complaint(&public, &report()),
        file_complaint(&public, &insider),
    ];
    for key in &keys {
        let message = json!({"code": key.0, "passphrase": key.1, "text": SECRETS[3]});
        public
            .post("/api/v1/complaints/messages", &message)
            .expect(200);
        office.office.get(&format!("/api/v1/complaints/{}", key.0));
        let reply = json!({"text": SECRETS[4]});
        let path = format!("/api/v1/complaints/{}/reply", key.0);
        office.office.post(&path, &reply);
        let fields = format!("code={}&passphrase={}", key.0, key.1.replace(' ', "+"));
        public.form("/complaints/follow", &fields);
    }
    keys
}

/// The text itself, in base64, and escaped as in JSON.
fn forms_of(secret: &str) -> [String; 3] {
    let escaped = secret
        .encode_utf16()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect();
    let base64 = STANDARD.encode(secret);
    let base64 = base64.trim_end_matches('=').to_owned();
    [secret.to_owned(), base64, escaped]
}

#[test]
fn nothing_that_people_wrote_stands_anywhere_in_clear() {
    let office = served("2026-11-22T10:00:00+08:00");
    office
        .office
        .import("enterprises", &tests::sample("enterprises"))
        .expect(200);
    let keys = file_and_talk(&office);
    let public = office.server.public();
    // A draft that was begun on a page and never sent.
    let fields = format!("category=hygiene&text={}", SECRETS[3]);
    assert_eq!(public.form("/complaints/new/what", &fields).status, 303);
    // A filing that is refused, and a passphrase that is nearly right.
    let refused = json!({"kind": "report", "text": SECRETS[3]});
    public
        .post("/api/v1/complaints", &refused)
        .expect_problem(422);
    let wrong = json!({"code": keys[0].0, "passphrase": format!("1{}", keys[0].1)});
    public
        .post("/api/v1/complaints/status", &wrong)
        .expect_problem(404);
    let mut secrets: Vec<String> = SECRETS.iter().map(ToString::to_string).collect();
    for (_, passphrase) in keys {
        secrets.push(passphrase.replace(' ', ""));
        secrets.push(passphrase);
    }
    for (path, bytes) in everything(&office.folder.0) {
        if path.file_name().is_some_and(|name| name == "secrets.toml") {
            continue;
        }
        for secret in &secrets {
            for form in forms_of(secret) {
                let stands = contains(&bytes, form.as_bytes());
                assert!(!stands, "{secret} in {}", path.display());
            }
        }
        // The address of whoever filed. The log names the address that the server listens on, and no other.
        let text = String::from_utf8_lossy(&bytes);
        let own = office.server.base.trim_start_matches("http://");
        let (all, own) = (text.matches("127.0.0.1").count(), text.matches(own).count());
        assert_eq!(all, own, "{}", path.display());
    }
}

const DAY_ONE: &str = "2026-03-02T10:00:00+08:00";

/// A report with a name and a photograph.
fn file_with_photo(public: &Client) -> CaseKey {
    let fields = [
        ("kind", "report"),
        ("place", SECRETS[5]),
        ("happened_on", "2026-03-01"),
        ("category", "hygiene"),
        ("text", SECRETS[3]),
        ("name", SECRETS[0]),
        ("phone", SECRETS[1]),
    ];
    let photo = photo_with_gps();
    let receipt = public
        .multipart("/api/v1/complaints", &fields, &[("a.jpg", &photo)])
        .expect(201);
    let text = |name: &str| receipt[name].as_str().unwrap().to_owned();
    (text("code"), text("passphrase"))
}

/// A report with a name that stays open.
fn file_live(public: &Client) -> CaseKey {
    let mut document = report();
    document["happened_on"] = json!("2026-03-01");
    document["anonymous"] = json!(false);
    document["contact"] = json!({"name": SECRETS[0], "phone": SECRETS[1]});
    file_complaint(public, &document)
}

/// Decides not to open a case, tells the reporter, and closes the report.
fn close(office: &Office, key: &CaseKey) {
    for (verb, order) in [
        ("decide", json!({"filed": false, "note": SECRETS[4]})),
        ("inform", json!({"note": "已告知"})),
        ("close", json!({"note": "办结"})),
    ] {
        let path = format!("/api/v1/complaints/{}/{verb}", key.0);
        office.office.post(&path, &order).expect(200);
    }
}

#[test]
fn who_is_erased_is_gone_and_a_live_case_outlives_the_change_of_the_data_key() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let old = [("complaint_rate_limit", "0"), ("data_key", OLD_KEY)];
    let office = Office::at(DAY_ONE, &old);
    let over = file_with_photo(&office.server.public());
    let live = file_live(&office.server.public());
    close(&office, &over);
    let policy = json!({"value": 30, "valid_from": "2026-01-01"});
    let path = "/api/v1/policy/complaint_retention_days";
    office.office.put(path, &policy).expect(204);
    // Not before its time.
    let office = office.on("2026-03-20T03:30:00+08:00", &old);
    assert_eq!(run_housekeeping(&office)["erased"], 0);
    // A message is activity, and puts it off.
    let message = json!({"code": over.0, "passphrase": over.1, "text": "还有一句"});
    let write = |office: &Office| {
        let path = "/api/v1/complaints/messages";
        office.server.public().post(path, &message)
    };
    write(&office).expect(200);
    let office = office.on("2026-04-05T03:30:00+08:00", &old);
    assert_eq!(run_housekeeping(&office)["erased"], 0);
    let backup = back_up(&office, "before");
    let office = office.on("2026-05-01T03:30:00+08:00", &old);
    let done = run_housekeeping(&office);
    assert_eq!((&done["erased"], &done["files"]), (&json!(1), &json!(2)));
    assert_eq!(run_housekeeping(&office)["erased"], 0);
    assert_erased(&office, &over);
    assert_eq!(write(&office).expect_problem(409), "erased");
    let office = change_the_data_key(office, &live);
    let opened_later = open_backup(&backup, &office, &over);
    assert!(!opened_later, "the new key opens nothing of the backup");
    for (path, bytes) in everything(&office.server.data) {
        for secret in SECRETS {
            let stands = contains(&bytes, secret.as_bytes());
            assert!(!stands, "{secret} in {}", path.display());
        }
    }
}

/// The case is still there, with its steps and without what anybody wrote.
fn assert_erased(office: &Office, key: &CaseKey) {
    let path = format!("/api/v1/complaints/{}", key.0);
    let case = office.office.get(&path).expect(200);
    for field in ["text", "place", "contact"] {
        assert!(case[field].is_null(), "{case}");
    }
    assert_eq!(case["status"], "closed");
    let steps = case["steps"].as_array().unwrap();
    assert!(steps.iter().all(|step| step["note"].is_null()));
    status(&office.server.public(), key);
}

/// Live cases are sealed anew, and then the old key is not needed any more.
fn change_the_data_key(office: Office, live: &CaseKey) -> Office {
    let both = [
        ("complaint_rate_limit", "0"),
        ("data_key", NEW_KEY),
        ("data_key_previous", OLD_KEY),
    ];
    let office = office.on("2026-05-02T03:30:00+08:00", &both);
    assert_eq!(status(&office.server.public(), live)["status"], "received");
    assert_eq!(run_housekeeping(&office)["resealed"], 1);
    assert_eq!(run_housekeeping(&office)["resealed"], 0);
    let new = [("complaint_rate_limit", "0"), ("data_key", NEW_KEY)];
    let office = office.on("2026-05-03T03:30:00+08:00", &new);
    let path = format!("/api/v1/complaints/{}", live.0);
    let case: Value = office.office.get(&path).expect(200);
    assert_eq!(case["contact"]["name"], SECRETS[0]);
    office
}

/// Whether the key of now opens the erased case in the backup from before the erasure, as the old key does.
fn open_backup(backup: &Path, office: &Office, erased: &CaseKey) -> bool {
    let database = Connection::open(backup.join("shian.db")).unwrap();
    let (sealed, key_id): (Vec<u8>, String) = database
        .query_row(
            "SELECT sealed_key, data_key_id FROM complaint WHERE code = ?1",
            [&erased.0],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    let now = Connection::open(office.server.data.join("shian.db")).unwrap();
    let (live_id, without_key): (String, i64) = now
        .query_row(
            "SELECT max(data_key_id), sum(sealed_key IS NULL) FROM complaint",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert!(!sealed.is_empty() && key_id != live_id && without_key == 1);
    let place = json!([erased.0, "complaint.sealed_key", key_id]).to_string();
    let opens = |key: &str| {
        let key: [u8; 32] = STANDARD.decode(key).unwrap().try_into().unwrap();
        web::seal::open_at(&key, place.as_bytes(), &sealed).is_some()
    };
    assert!(opens(OLD_KEY));
    opens(NEW_KEY)
}
