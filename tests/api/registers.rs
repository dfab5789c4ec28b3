//! What every register does by its declaration: records by hand and as data.

mod declared;
mod imports;

use serde_json::{Value, json};
use tests::Office;

const USCC: &str = "91330503MYYG3CWJ94";

/// A penalty as data.
fn penalty() -> Value {
    json!({
        "number": "浔市监处〔2026〕12号",
        "uscc": USCC,
        "ground": "生产菌落总数超标的面包",
        "kind": "fine",
        "amount": 5_200_050,
        "decided_on": "2026-10-12",
    })
}

#[test]
fn a_record_is_added_and_changed_as_data_by_the_rules_of_a_sheet() {
    let office = Office::new();
    let office = &office.office;
    let added = office.post("/api/v1/penalties", &penalty()).expect(201);
    assert_eq!(added["amount"], 5_200_050);
    assert_eq!(added["published_until"], Value::Null);
    let again = office.post("/api/v1/penalties", &penalty());
    assert_eq!(again.expect_problem(409), "already_there");
    let path = format!(
        "/api/v1/penalties/{}",
        web::page::encode(added["id"].as_str().unwrap())
    );
    assert_eq!(office.get(&path).expect(200), added);
    let changed = office
        .patch(
            &path,
            &json!({"version": 1, "kind": "警告", "amount": null}),
        )
        .expect(200);
    assert_eq!(
        (&changed["kind"], &changed["amount"], &changed["ground"]),
        (&json!("warning"), &json!(0), &added["ground"])
    );
    let late = office.patch(&path, &json!({"version": 1, "kind": "fine"}));
    assert_eq!(late.expect_problem(409), "changed_meanwhile");
    assert_eq!(late.json()["current"]["kind"], "warning");
    for (change, field) in [
        (json!({"version": 2, "kind": "恐吓"}), "kind"),
        (json!({"version": 2, "ground": ""}), "ground"),
        (json!({"version": 2, "number": "x"}), "number"),
        (json!({"version": 2, "colour": "red"}), "colour"),
        (json!({"version": 2, "uscc": "91330503MYYG3CWJ95"}), "uscc"),
        (json!({"kind": "fine"}), "version"),
    ] {
        let problem = office.patch(&path, &change).expect(422);
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    office
        .patch("/api/v1/penalties/none", &json!({"version": 1}))
        .expect_problem(404);
    let audited = office
        .get("/api/v1/audit?record=penalty%2F%E6%B5%94%E5%B8%82%E7%9B%91%E5%A4%84%E3%80%942026%E3%80%9512%E5%8F%B7")
        .expect(200);
    assert_eq!(audited["total"], 2, "{audited}");
}

#[test]
fn a_record_of_several_keys_has_an_address_too() {
    let office = Office::new();
    let office = &office.office;
    let officer = json!({"uscc": USCC, "post": "food_safety_officer", "name": "李四", "appointed_on": "2026-03-01"});
    let added = office.post("/api/v1/officers", &officer).expect(201);
    assert_eq!(
        added["id"],
        format!("{USCC}~food_safety_officer~李四").as_str()
    );
    let path = format!(
        "/api/v1/officers/{}",
        web::page::encode(added["id"].as_str().unwrap())
    );
    let changed = office
        .patch(&path, &json!({"version": 1, "exam": "passed"}))
        .expect(200);
    assert_eq!(changed["exam"], "passed");
}

#[test]
fn nobody_but_the_office_changes_a_record() {
    let office = Office::new().with_sample();
    let town = office.staff("town1", "town", &["石湖镇"], None);
    for reply in [
        town.post("/api/v1/penalties", &penalty()),
        town.patch("/api/v1/penalties/x", &json!({"version": 1})),
    ] {
        reply.expect_problem(403);
    }
    assert_eq!(town.get("/facts/penalties/new").status, 403);
    let list = town.get("/facts/penalties").text();
    assert!(!list.contains("登记一条") && !list.contains("/facts/penalties/import"));
}

#[test]
fn a_form_keeps_what_was_typed_and_says_each_error_beside_its_field() {
    let office = Office::new();
    let office = &office.office;
    let page = office.get("/facts/penalties/new").text();
    assert!(page.contains("处罚决定书文号") && page.contains("name=\"number\""));
    let fields = "number=A-1&uscc=91330503MYYG3CWJ95&ground=%E6%A0%87%E7%AD%BE&kind=warning&amount=%E5%BE%88%E5%A4%9A&decided_on=2026-10-12";
    let refused = office.form("/facts/penalties/new", fields);
    assert_eq!(refused.status, 422);
    let shown = refused.text();
    for wanted in [
        "<title>错误：登记行政处罚",
        "href=\"#uscc\"",
        "id=\"amount-error\"",
        "value=\"很多\"",
        "value=\"A-1\"",
    ] {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    assert_eq!(office.get("/api/v1/penalties").expect(200)["total"], 0);
    let mended = fields
        .replace("CWJ95", "CWJ94")
        .replace("%E5%BE%88%E5%A4%9A", "1.2%E4%B8%87");
    let saved = office.form("/facts/penalties/new", &mended);
    assert_eq!(
        saved.header("location"),
        Some("/facts/fact?kind=penalty&number=A-1")
    );
    let listed = office.get("/api/v1/penalties").expect(200);
    assert_eq!(listed["items"][0]["amount"], 1_200_000);
    let form = office.get("/facts/penalties/A-1/edit").text();
    assert!(form.contains("value=\"12000\"") && form.contains("name=\"version\""));
    let edited = office.form(
        "/facts/penalties/A-1/edit",
        "version=1&uscc=91330503MYYG3CWJ94&ground=%E6%A0%87%E7%AD%BE&kind=fine&amount=12000&decided_on=2026-10-12",
    );
    assert_eq!(edited.status, 303);
    assert_eq!(
        office.get("/api/v1/penalties/A-1").expect(200)["kind"],
        "fine"
    );
}

#[test]
fn an_amount_as_data_is_a_whole_number_of_fen_and_nothing_else() {
    let office = Office::new();
    let office = &office.office;
    for amount in [json!("1000"), json!(1000.0), json!(-1), json!([1])] {
        let mut wrong = penalty();
        wrong["amount"] = amount;
        let problem = office.post("/api/v1/penalties", &wrong).expect(422);
        assert_eq!(problem["errors"][0]["field"], "amount", "{problem}");
    }
}

#[test]
fn a_number_that_was_taken_back_is_said_to_be_so() {
    let office = Office::new();
    let office = &office.office;
    let mut taken = penalty();
    taken["number"] = json!("M-1");
    office.post("/api/v1/penalties", &taken).expect(201);
    office
        .post(
            "/api/v1/list-facts/revoke",
            &json!({"kind": "penalty", "number": "M-1"}),
        )
        .expect(204);
    let again = office.post("/api/v1/penalties", &taken);
    assert!(again.text().contains("已经撤销"), "{}", again.text());
}
