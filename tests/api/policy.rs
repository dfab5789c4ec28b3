//! The policy table and the calendar.

use serde_json::json;
use tests::Office;

#[test]
fn a_value_holds_from_its_date_and_history_is_kept() {
    let office = Office::new();
    let set = |value: serde_json::Value, from: &str| {
        office.office.put(
            "/api/v1/policy/reassignment_after_official_change",
            &json!({"value": value, "valid_from": from}),
        )
    };
    set(json!(15), "2027-01-01").expect(204);
    set(json!(10), "2027-01-01").expect(204);
    let list = office.office.get("/api/v1/policy").expect(200);
    let rule = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|rule| rule["name"] == "reassignment_after_official_change")
        .unwrap();
    let values: Vec<_> = rule["values"]
        .as_array()
        .unwrap()
        .iter()
        .map(|value| (value["valid_from"].as_str().unwrap(), &value["value"]))
        .collect();
    assert_eq!(
        values,
        [("2027-01-01", &json!(10)), ("2022-01-01", &json!(20))]
    );
    let audit = office
        .office
        .get("/api/v1/audit?record=policy/reassignment_after_official_change")
        .expect(200);
    assert_eq!(audit["items"][0]["before"]["value"], 15);
    for (value, from) in [
        (json!("x"), "2027-01-01"),
        (json!(-1), "2027-01-01"),
        (json!(5), "soon"),
    ] {
        set(value, from).expect(422);
    }
    office
        .office
        .put(
            "/api/v1/policy/nonsense",
            &json!({"value": 1, "valid_from": "2027-01-01"}),
        )
        .expect_problem(404);
}

#[test]
fn a_value_that_would_undo_what_its_rule_is_for_is_refused() {
    let office = Office::new();
    let set = |name: &str, value: u32| {
        let change = json!({"value": value, "valid_from": "2027-01-01"});
        office
            .office
            .put(&format!("/api/v1/policy/{name}"), &change)
    };
    for (name, least, most) in [
        ("objection_workdays", 1, 250),
        ("matter_license_application", 0, 250),
        ("canteen_visit_workdays", 1, 250),
        ("complaint_retention_days", 30, 10_000),
        ("complaint_small_cell", 1, 100),
        ("duty_publication", 0, 1),
    ] {
        for value in [least, most] {
            set(name, value).expect(204);
        }
        if least > 0 {
            set(name, least - 1).expect(422);
        }
        let refused = set(name, most + 1).expect(422);
        let reason = refused["errors"][0]["reason"].as_str().unwrap();
        assert_eq!(reason, format!("应为 {least} 到 {most} 的整数"));
    }
}

#[test]
fn working_days_follow_the_arrangement_and_a_new_year_is_imported() {
    let office = Office::new();
    let public = office.server.public();
    let count = |from: &str, days: u32| {
        public
            .get(&format!("/api/v1/workdays?from={from}&days={days}"))
            .expect(200)
    };
    assert_eq!(
        count("2026-09-30", 1),
        json!({"date": "2026-10-08", "provisional": false})
    );
    assert_eq!(
        count("2026-12-31", 1),
        json!({"date": "2027-01-01", "provisional": true})
    );
    let csv = "date,kind,name\n2027-01-01,holiday,元旦\n2027-01-03,workday,元旦\n";
    let import = || {
        office
            .office
            .send(
                "POST",
                "/api/v1/holidays/import",
                Some("text/csv"),
                csv.as_bytes().to_vec(),
            )
            .expect(200)
    };
    let missing = ["春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"];
    assert_eq!(
        import(),
        json!({"rows": 2, "created": 2, "updated": 0, "unchanged": 0, "incomplete": [{"year": 2027, "missing": missing}]})
    );
    assert_eq!(import()["unchanged"], 2);
    // The days count, but the year is announced only with all its statutory holidays.
    assert_eq!(
        count("2026-12-31", 1),
        json!({"date": "2027-01-03", "provisional": true})
    );
    let rest = "date,kind,name\n2027-02-08,holiday,春节\n2027-04-05,holiday,清明节\n2027-05-03,holiday,劳动节\n\
        2027-06-09,holiday,端午节\n2027-09-15,holiday,中秋节\n2027-10-01,holiday,国庆节\n";
    let announced = office
        .office
        .send(
            "POST",
            "/api/v1/holidays/import",
            Some("text/csv"),
            rest.as_bytes().to_vec(),
        )
        .expect(200);
    assert_eq!(announced["incomplete"], json!([]));
    assert_eq!(
        count("2026-12-31", 1),
        json!({"date": "2027-01-03", "provisional": false})
    );
    let bad = "date,kind,name\n2028-01-01,holiday,元旦\n2028-01-32,party,\n";
    office
        .office
        .send(
            "POST",
            "/api/v1/holidays/import",
            Some("text/csv"),
            bad.as_bytes().to_vec(),
        )
        .expect(422);
    assert_eq!(
        count("2027-12-31", 1)["date"],
        "2028-01-03",
        "nothing of a bad file goes in"
    );
    for query in [
        "from=x&days=1",
        "from=2026-01-01&days=-1",
        "from=2026-01-01",
        "days=99999999999&from=2026-01-01",
    ] {
        public
            .get(&format!("/api/v1/workdays?{query}"))
            .expect_problem(422);
    }
}
