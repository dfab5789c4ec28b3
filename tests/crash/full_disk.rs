//! A disk with no room left: whoever writes is told to come back, whoever reads is answered, and nothing is half-written.

use super::{count, watching};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::Path;
use tests::{Office, PASSWORD, sample};

/// Of which the store takes a tenth.
const DISK: u32 = 300;

/// Fills the disk to its last block.
fn fill(file: &Path) {
    let mut ballast = std::fs::File::create(file).unwrap();
    for block in [1 << 20, 4 << 10] {
        let zeros = vec![0; block];
        while ballast.write_all(&zeros).is_ok() {}
    }
}

fn complaint(text: &str) -> Value {
    json!({
        "kind": "report", "place": "菜场东门第三个摊位", "happened_on": "2026-11-20",
        "category": "hygiene", "text": text, "anonymous": true,
    })
}

/// What holds of a store that cannot be written, whyever.
pub fn refuses_whoever_writes_and_answers_whoever_reads(office: &Office) {
    let public = office.server.public();
    for reply in [
        office.office.import("cadres", &sample("cadres")),
        public.post(
            "/api/v1/session",
            &json!({"account": "office", "password": PASSWORD}),
        ),
    ] {
        assert!(reply.header("retry-after").is_some(), "{}", reply.text());
        reply.expect_problem(503);
    }
    for path in [
        "/",
        "/lists/red",
        "/look-up?q=食品",
        "/api/v1/public/enterprises?q=食品",
    ] {
        assert_eq!(public.get(path).status, 200, "{path}");
    }
    assert_eq!(office.office.get("/api/v1/enterprises?q=食品").status, 200);
    let health = public.get("/healthz").expect(200);
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["checks"]["store"], "ok");
}

#[test]
fn a_full_disk_refuses_whoever_writes_and_answers_whoever_reads() {
    let office = Office::on_a_small_disk(DISK);
    office
        .office
        .import("enterprises", &sample("enterprises"))
        .expect(200);
    let public = office.server.public();
    let health = || public.get("/healthz").expect(200);
    assert_eq!(health()["status"], "ok");
    // What the schedule makes every minute.
    office
        .scheduler()
        .post("/internal/lists", &json!({}))
        .expect(200);

    let ballast = office.server.data_inside().join("ballast");
    fill(&ballast);
    let long = "长".repeat(5_000);
    let filed = public.post("/api/v1/complaints", &complaint(&long));
    assert!(filed.header("retry-after").is_some(), "{}", filed.text());
    filed.expect_problem(503);
    refuses_whoever_writes_and_answers_whoever_reads(&office);

    std::fs::remove_file(ballast).unwrap();
    public
        .post("/api/v1/complaints", &complaint(&long))
        .expect(201);
    office
        .office
        .import("cadres", &sample("cadres"))
        .expect(200);
    assert_eq!(health()["status"], "ok");
    // SQLite would take the path for one that everybody sees.
    let copy = office.folder.0.join("copy");
    std::fs::create_dir(&copy).unwrap();
    for file in ["shian.db", "shian.db-wal"] {
        std::fs::copy(office.server.data_inside().join(file), copy.join(file)).unwrap();
    }
    let store = watching(&copy);
    let intact: String = store
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(intact, "ok");
    assert_eq!(count(&store, "SELECT count(*) FROM complaint"), 1);
}
