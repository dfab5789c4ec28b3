//! 履责晾晒: how towns and departments did on their own duties.

use super::open_store;
use serde_json::{Value, json};
use tests::Office;

#[test]
fn the_office_publishes_how_towns_do_and_nobody_else_switches_it_on() {
    let office = Office::at("2026-10-09T09:00:00+08:00", &[]).with_sample();
    let public = office.server.public();
    let run = |office: &Office| {
        office
            .scheduler()
            .post("/internal/lists", &json!({}))
            .expect(200)
    };
    let switch = json!({"value": 1, "valid_from": "2026-10-01"});
    office
        .office
        .put("/api/v1/policy/duty_publication", &switch)
        .expect(204);
    // Fifteen days after the quarter's end, not before.
    assert_eq!(run(&office)["duties"], Value::Null);
    let (server, client, folder) = {
        let office = office.on("2026-10-15T09:00:00+08:00", &[]);
        (office.server, office.office, office.folder)
    };
    let office = Office {
        server,
        office: client,
        folder,
    };
    let public_later = office.server.public();
    drop(public);
    assert_eq!(run(&office)["duties"], "2026Q3");
    assert_eq!(run(&office)["duties"], Value::Null);
    let shown = public_later.get("/api/v1/lists/duties").expect(200);
    let summary = office
        .office
        .get("/api/v1/supervision/summary?period=2026Q3")
        .expect(200);
    let sum = |items: &Value, field: &str| {
        items
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item[field].as_u64().unwrap())
            .sum::<u64>()
    };
    let towns = &shown["items"][0]["towns"];
    assert_eq!(sum(towns, "total"), sum(&summary["items"], "total"));
    assert_eq!(sum(towns, "done"), sum(&summary["items"], "done"));
    assert_eq!(sum(towns, "late"), sum(&summary["items"], "late"));
    assert!(
        public_later
            .get("/lists/duties")
            .text()
            .contains("2026年第3季度")
    );
}

/// A view of deadlines and its successor stand side by side for one release.
#[test]
fn a_deadline_whose_view_has_a_successor_is_counted_once() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = Office::at("2026-10-20T09:00:00+08:00", &[]);
    let store = open_store(&office);
    let state_drill = |view: &str| {
        let sql = format!(
            "CREATE VIEW {view} AS SELECT 'fire_drill' AS rule, 'fire_drill/2026' AS key, '消防演练' AS subject, 'department' AS owed_by_kind,
                '区消防大队' AS owed_by, NULL AS town, '2026-09-18' AS due_on, '2026-09-17' AS met_on, '{{}}' AS evidence"
        );
        store.execute_batch(&sql).unwrap();
    };
    state_drill("deadline_fire_drill");
    store
        .execute_batch(
            "INSERT INTO deadline_view (matter, view) VALUES ('fire_drill', 'deadline_fire_drill')",
        )
        .unwrap();
    for successor in ["deadline_fire_drill_2", "fire_drill_term"] {
        state_drill(successor);
        let switch = "UPDATE deadline_view SET view = ?1 WHERE matter = 'fire_drill'";
        store.execute(switch, [successor]).unwrap();
        let order = |verb: &str| format!("period=2026Q3&verb={verb}");
        office.office.form("/lists/cases/duties", &order("publish"));
        let published = office.server.public().get("/api/v1/lists/duties");
        assert_eq!(
            published.expect(200)["items"][0]["departments"],
            json!([{"name": "区消防大队", "due": 1, "on_time": 1}]),
            "{successor}"
        );
        office
            .office
            .form("/lists/cases/duties", &order("withdraw"));
    }
}
