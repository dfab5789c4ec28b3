//! A disk that fails while the program runs, and is read-only from then on: whoever writes is told to come back, whoever reads is
//! answered.

use serde_json::json;
use tests::{Office, PASSWORD, fail_the_disk, sample};

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
    let public = office.server.public();
    let health = || public.get("/healthz").expect(200);
    assert_eq!(health()["status"], "ok");

    fail_the_disk(&office.folder.0);
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
    assert_eq!(health()["status"], "degraded");
    assert_eq!(health()["checks"]["store"], "ok");
}
