//! The views in which functions state their deadlines: a new one, one that is missing, one that is replaced.

use crate::sweep::{SHOPS, at, notices, small, sweep};
use domain::words::{AddresseeKind, Word as _};
use serde_json::json;
use tests::Office;

#[test]
fn a_new_kind_of_deadline_is_one_view_its_row_and_one_row_of_policy() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = Office::at("2026-11-22T09:00:00+08:00", &[]);
    rusqlite::Connection::open(office.server.data.join("shian.db"))
        .unwrap()
        .execute_batch(
            "CREATE VIEW deadline_fire_drill AS SELECT 'fire_drill' AS rule, 'fire_drill/2026' AS key, '消防演练' AS subject, 'department' AS owed_by_kind,
                '区消防大队' AS owed_by, NULL AS town, '2026-11-18' AS due_on, NULL AS met_on, '{}' AS evidence;
             INSERT INTO deadline_view (matter, view) VALUES ('fire_drill', 'deadline_fire_drill')",
        )
        .unwrap();
    let unknown = sweep(&office, "2026-11-19");
    assert_eq!(
        (
            &unknown["opened"],
            &unknown["drafted"],
            &unknown["without_policy"]
        ),
        (&json!(1), &json!(0), &json!(["fire_drill"]))
    );
    let version = json!({"valid_from": "2026-11-01", "title": "消防演练未办", "duty": "办一次演练", "basis": "本区规定",
        "rungs": [{"term": 3, "issue": "direct"}]});
    office
        .office
        .put("/api/v1/sweep/policy/fire_drill", &version)
        .expect(204);
    // A view that names somebody unknown stops nothing.
    rusqlite::Connection::open(office.server.data.join("shian.db"))
        .unwrap()
        .execute_batch(
            "CREATE VIEW deadline_odd AS SELECT 'fire_drill' AS rule, 'odd/' || value AS key, '奇怪' AS subject, iif(value = 1, 'cadre', 'whoever') AS owed_by_kind,
                iif(value = 3, NULL, 'nobody') AS owed_by, NULL AS town, '2026-12-01' AS due_on, NULL AS met_on, '{}' AS evidence FROM json_each('[1, 2, 3]');
             INSERT INTO deadline_view (matter, view) VALUES ('odd', 'deadline_odd')",
        )
        .unwrap();
    assert_eq!(sweep(&office, "2026-11-20")["issued"]["reminder_letter"], 1);
    let letter = &notices(&office.office, "")[0];
    assert_eq!(
        (&letter["addressee"]["name"], &letter["due"]),
        (&json!("区消防大队"), &json!("2026-11-25"))
    );
    let office = office.on(&at("2026-12-02"), &[]);
    // The organisation gets its letter; of the official nobody knows the town, and the office has it on its report.
    let outcome = sweep(&office, "2026-12-02");
    assert_eq!(
        (&outcome["issued"]["reminder_letter"], &outcome["drafted"]),
        (&json!(1), &json!(1)),
        "{outcome}"
    );
}

#[test]
fn what_is_overdue_can_be_looked_for_by_whoever_can_owe_it() {
    let office = Office::at("2026-11-02T10:00:00+08:00", &[]);
    let report = json!({"kind": "report", "place": "人民路菜场东门", "happened_on": "2026-11-01", "category": "hygiene",
        "text": "后厨很脏，没有人管", "anonymous": true});
    let filed = office
        .server
        .public()
        .post("/api/v1/complaints", &report)
        .expect(201);
    let office = office.on(&at("2026-12-10"), &[]);
    sweep(&office, "2026-12-10");
    let found = |kind: &str| {
        let page = office
            .office
            .get(&format!("/sweep/breaches?owed_by_kind={kind}"))
            .text();
        let chosen = format!("<option value=\"{kind}\" selected>");
        assert!(page.contains(&chosen), "{kind}: {page}");
        page.contains(filed["code"].as_str().unwrap())
    };
    let owing: Vec<&str> = AddresseeKind::ALL
        .iter()
        .map(|kind| kind.code())
        .filter(|kind| found(kind))
        .collect();
    assert_eq!(owing, ["department"]);
}

/// Opens the store beside the program.
fn store_of(office: &Office) -> rusqlite::Connection {
    rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap()
}

/// Keys of the breaches that are open.
fn open_breaches(store: &rusqlite::Connection) -> Vec<String> {
    store
        .prepare("SELECT key FROM breach WHERE closed_on IS NULL ORDER BY key")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

#[test]
fn a_sweep_that_misses_a_view_of_deadlines_fails_with_its_name_and_closes_nothing() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = small().on(&at("2026-10-08"), &[]);
    sweep(&office, "2026-10-08");
    let store = store_of(&office);
    let open = open_breaches(&store);
    assert!(!open.is_empty());
    let view: String = store
        .query_row(
            "SELECT sql FROM sqlite_master WHERE name = 'visit_deadline'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    store.execute_batch("DROP VIEW visit_deadline").unwrap();
    let day = json!({"as_of": "2026-10-08"});
    let refused = office.scheduler().post("/internal/sweep", &day).expect(500);
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("visit_deadline"), "{detail}");
    let runs = office.office.get("/api/v1/sweep/runs").expect(200);
    assert_eq!(runs["items"][0]["error"], *detail, "{runs}");
    assert_eq!(open_breaches(&store), open);
    // Nobody takes the row away with the view.
    assert!(store.execute_batch("DELETE FROM deadline_view").is_err());
    store.execute_batch(&view).unwrap();
    assert_eq!(sweep(&office, "2026-10-08")["closed"], 0);
    assert_eq!(open_breaches(&store), open);
}

#[test]
fn one_update_puts_the_successor_of_a_view_of_deadlines_in_its_place() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = small().on(&at("2026-10-08"), &[]);
    let store = store_of(&office);
    let one = format!("visit/{}/2026Q3", SHOPS[0]);
    store
        .execute_batch(&format!(
            "CREATE VIEW visit_term_after AS SELECT * FROM visit_deadline WHERE \"key\" <> '{one}';
             UPDATE deadline_view SET view = 'visit_term_after' WHERE matter = 'visit'"
        ))
        .unwrap();
    sweep(&office, "2026-10-08");
    let open = open_breaches(&store);
    assert!(!open.is_empty() && !open.contains(&one), "{open:?}");
    // What the successor states no more is no longer owed.
    let another = open[0].clone();
    store
        .execute_batch(&format!(
            "CREATE VIEW visit_term_after_2 AS SELECT * FROM visit_term_after WHERE \"key\" <> '{another}';
             UPDATE deadline_view SET view = 'visit_term_after_2' WHERE matter = 'visit'"
        ))
        .unwrap();
    assert_eq!(sweep(&office, "2026-10-08")["closed"], 1);
    assert!(!open_breaches(&store).contains(&another));
}
