//! Who meets the criteria of the lists, against a second computation in plain Rust over the rows.

mod rolled_facts;
mod second_computation;

use chrono::NaiveDate;
use rolled_facts::{import_facts, roll_facts};
use second_computation::{Meets, compute};
use serde_json::{Value, json};
use tests::Office;

/// All items of a list, page after page.
fn read_all(office: &Office, path: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = office
            .office
            .get(&format!("{path}limit=200{cursor}"))
            .expect(200);
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => {
                assert_eq!(page["total"], items.len());
                return items;
            }
        }
    }
}

fn suggested(office: &Office, list: &str) -> Meets {
    let items = read_all(
        office,
        &format!("/api/v1/list-cases/suggestions?list={list}&"),
    );
    let rules = |item: &Value| {
        item["rules"]
            .as_array()
            .unwrap()
            .iter()
            .map(|met| {
                let numbers = met["evidence"].as_array().unwrap().iter();
                let numbers = numbers
                    .map(|fact| fact["number"].as_str().unwrap_or("").to_owned())
                    .collect();
                (met["rule"].as_str().unwrap().to_owned(), numbers)
            })
            .collect()
    };
    items
        .iter()
        .map(|item| (item["uscc"].as_str().unwrap().to_owned(), rules(item)))
        .collect()
}

/// The sample ledger, and no limit of complaints.
fn office_with_ledger() -> Office {
    let office = Office::with(&[("complaint_rate_limit", "0")]);
    office
        .office
        .import("enterprises", &tests::sample("enterprises"))
        .expect(200);
    office
}

#[test]
fn suggestions_are_those_of_a_second_computation() {
    let office = office_with_ledger();
    let today: NaiveDate = "2026-11-22".parse().unwrap();
    let enterprises = read_all(&office, "/api/v1/enterprises?");
    let mut facts = roll_facts(&enterprises, today);
    import_facts(&office, &facts);
    // Five reports of one business, four of another.
    for (place, count) in [(3, 5), (4, 4)] {
        let uscc = enterprises[place]["uscc"].as_str().unwrap();
        facts.complaints.insert(uscc.to_owned(), count);
        for _ in 0..count {
            let report = json!({"kind": "report", "uscc": uscc, "happened_on": "2026-11-20", "category": "hygiene",
                "text": "后厨很脏，地上有老鼠", "anonymous": true});
            office
                .server
                .public()
                .post("/api/v1/complaints", &report)
                .expect(201);
        }
    }
    for list in ["red", "black", "key_help"] {
        let expected = compute(list, &enterprises, &facts, today);
        let found = suggested(&office, list);
        assert!(expected.len() > 3, "{list}: {}", expected.len());
        for (uscc, rules) in &expected {
            assert_eq!(found.get(uscc), Some(rules), "{list}: {uscc}");
        }
        assert_eq!(found.len(), expected.len(), "{list}");
    }
}

/// A criterion is policy: from its day on another number holds.
#[test]
fn a_new_version_of_a_criterion_holds_from_its_day_on_and_no_past_one_is_rewritten() {
    let office = office_with_ledger();
    let enterprises = read_all(&office, "/api/v1/enterprises?");
    import_facts(
        &office,
        &roll_facts(&enterprises, "2026-11-22".parse().unwrap()),
    );
    let before = suggested(&office, "black");
    let version =
        json!({"valid_from": "2026-11-22", "months": 12, "threshold": 120_001, "active": true});
    office
        .office
        .put("/api/v1/list-criteria/black_penalty", &version)
        .expect(204);
    let after = suggested(&office, "black");
    assert!(
        before
            .values()
            .any(|rules| rules.contains_key("black_penalty"))
    );
    assert!(
        !after
            .values()
            .any(|rules| rules.contains_key("black_penalty"))
    );
    let rewritten =
        json!({"valid_from": "2026-01-01", "months": 1, "threshold": 1, "active": true});
    office
        .office
        .put("/api/v1/list-criteria/black_penalty", &rewritten)
        .expect_problem(422);
}

#[test]
fn the_form_of_a_criterion_keeps_what_was_typed_and_what_was_not_ticked() {
    let office = Office::new();
    let typed = office.office.form(
        "/lists/cases/criteria",
        "rule=black_penalty&valid_from=2026-11-30&months=121&threshold=77&active=1",
    );
    assert_eq!(typed.status, 422);
    let page = typed.text();
    assert!(
        page.contains("value=\"121\"") && page.contains("value=\"77\""),
        "{page}"
    );
    // A box that was not ticked stays so.
    let unticked = office.office.form(
        "/lists/cases/criteria",
        "rule=black_penalty&valid_from=2026-11-30&months=121&threshold=77",
    );
    let ticks = |page: &str| page.matches(" checked").count();
    assert_eq!(ticks(&unticked.text()) + 1, ticks(&page));
}
