//! A disk that fails while the program runs, and is read-only from then on: whoever writes is told to come back, whoever reads is
//! answered.

use super::full_disk::refuses_whoever_writes_and_answers_whoever_reads;
use serde_json::json;
use tests::{Office, fail_the_disk, sample};

#[test]
fn a_disk_that_becomes_read_only_refuses_whoever_writes_and_answers_whoever_reads() {
    if !tests::a_disk_can_fail() {
        return;
    }
    let office = Office::on_a_failing_disk();
    office
        .office
        .import("enterprises", &sample("enterprises"))
        .expect(200);
    // What the schedule makes every minute.
    office
        .scheduler()
        .post("/internal/lists", &json!({}))
        .expect(200);
    let health = office.server.public().get("/healthz").expect(200);
    assert_eq!(health["status"], "ok");

    fail_the_disk(&office.folder.0);
    refuses_whoever_writes_and_answers_whoever_reads(&office);
}
