//! What comes into the register of problems by itself: what visits find, and reports that a case is filed on; and its deadlines.

use crate::complaints::{complaint, contains, file_complaint, report, unlimited, with_business};
use crate::problems::{District, TOWN, district, enter, entered, list, moved, of, refused, visit};
use crate::supervision::{SHOP, import_assignments};
use crate::sweep::{SHOPS, notices, small, sweep};
use serde_json::{Value, json};
use tests::{LooksInto, Office, left_out};

#[test]
fn what_an_official_finds_goes_to_the_station_and_is_struck_off_by_two_persons() {
    let District {
        office,
        official,
        station,
        town,
    } = district();
    let (recorded, [cooler, label]) = visit(&official);
    assert_eq!(
        (&cooler["status"], &cooler["assigned_to"]),
        (&json!("assigned"), &json!("station"))
    );
    assert_eq!(
        (&cooler["source"], &cooler["source_id"], &cooler["mend_by"]),
        (
            &json!("visit"),
            &recorded["problems"][0]["id"],
            // The station has its own term, however early the day that the official named.
            &json!("2026-12-11")
        )
    );
    // What was put right at once waits for another person like the rest.
    assert_eq!(
        (&label["status"], &label["rectified_by"]),
        (&json!("rectified"), &json!("zhang"))
    );
    let accepted = moved(&station, &cooler, "accept", &json!({}));
    assert_eq!(accepted["status"], "accepted");
    let note = json!({"note": "换了压缩机"});
    let rectified = moved(&station, &cooler, "rectify", &note);
    assert_eq!(
        (&rectified["status"], &rectified["rectified_note"]),
        (&json!("rectified"), &json!("换了压缩机"))
    );
    // Whoever rectified does not verify; nobody strikes off before.
    assert_eq!(
        refused(&station, &cooler, "verify", &json!({}), 409),
        "another_person"
    );
    assert_eq!(
        refused(&town, &cooler, "strike_off", &json!({}), 409),
        "not_allowed_now"
    );
    assert_eq!(
        moved(&town, &cooler, "verify", &json!({}))["verified_by"],
        "town"
    );
    let done = moved(&town, &cooler, "strike_off", &json!({}));
    assert_eq!(
        (&done["status"], &done["struck_off_on"]),
        (&json!("struck_off"), &json!("2026-11-20"))
    );
    let steps: Vec<&str> = done["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["move"].as_str().unwrap())
        .collect();
    assert_eq!(steps, ["find", "accept", "rectify", "verify", "strike_off"]);
    // It is open no more for the official, at the door as in the old list, which leads to the register.
    let door = official.get(&format!("/supervision/mine/{SHOP}")).text();
    assert!(!door.contains("冷柜温度偏高"), "{door}");
    let old = "/api/v1/supervision/problems?standing=open";
    assert_eq!(official.get(old).expect(200)["total"], 0);
    let old = official.get("/api/v1/supervision/problems").expect(200);
    let same = old["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["text"] == "冷柜温度偏高")
        .unwrap();
    assert_eq!(
        (&same["problem"], &same["problem_status"]),
        (&cooler["id"], &json!("struck_off"))
    );
    let page = official
        .get(&format!(
            "/supervision/problems/{}",
            same["id"].as_str().unwrap()
        ))
        .text();
    let link = format!("/problems/{}", cooler["id"].as_str().unwrap());
    assert!(page.contains(&link) && page.contains("已销号"), "{page}");
    // Each step has left its row.
    let audit = office
        .office
        .get(&format!(
            "/api/v1/audit?record=problem/{}",
            cooler["id"].as_str().unwrap()
        ))
        .expect(200);
    assert_eq!(audit["total"], 5, "{audit}");
}

#[test]
fn what_the_official_sees_mended_is_rectified_in_the_register_also_after_it_was_reopened() {
    let District {
        official,
        station,
        town,
        office: _office,
    } = district();
    let (recorded, [cooler, _]) = visit(&official);
    let mended = format!(
        "/api/v1/supervision/problems/{}/mended",
        recorded["problems"][0]["id"].as_str().unwrap()
    );
    official
        .post(&mended, &json!({"note": "温度正常了"}))
        .expect(204);
    let now = station.get(&of(&cooler)).expect(200);
    assert_eq!(
        (
            &now["status"],
            &now["rectified_by"],
            &now["rectified_note"],
            &now["version"]
        ),
        (
            &json!("rectified"),
            &json!("zhang"),
            &json!("温度正常了"),
            &json!(2)
        )
    );
    official.post(&mended, &json!({})).expect(204);
    assert_eq!(
        station.get(&of(&cooler)).expect(200)["version"],
        2,
        "said once"
    );
    let why = json!({"note": "下午又升到十度", "mend_by": "2026-12-01"});
    let reopened = moved(&town, &cooler, "reopen", &why);
    assert_eq!(
        (
            &reopened["status"],
            &reopened["mend_by"],
            &reopened["rectified_on"]
        ),
        (&json!("assigned"), &json!("2026-12-01"), &Value::Null)
    );
    let open = official
        .get("/api/v1/supervision/problems?standing=open")
        .expect(200);
    assert_eq!(
        (&open["total"], &open["items"][0]["mend_by"]),
        (&json!(1), &json!("2026-12-01"))
    );
    let door = official.get(&format!("/supervision/mine/{SHOP}")).text();
    assert!(
        door.contains("冷柜温度偏高") && door.contains("转监管所处理"),
        "{door}"
    );
    official
        .post(&mended, &json!({"note": "换了新的"}))
        .expect(204);
    let now = station.get(&of(&cooler)).expect(200);
    assert_eq!(
        (&now["status"], &now["rectified_note"]),
        (&json!("rectified"), &json!("换了新的"))
    );
}

#[test]
fn a_photograph_of_the_visit_and_one_of_the_station_stand_in_the_register() {
    let District {
        office,
        official,
        station,
        ..
    } = district();
    let (recorded, [cooler, _]) = visit(&official);
    let photo = tests::photo_with_gps();
    let at_the_visit = format!(
        "/api/v1/supervision/problems/{}/photos",
        recorded["problems"][0]["id"].as_str().unwrap()
    );
    official
        .multipart(&at_the_visit, &[], &[("a.jpg", &photo)])
        .expect(201);
    let kept = station
        .multipart(
            &format!("{}/photos", of(&cooler)),
            &[],
            &[("b.jpg", &photo)],
        )
        .expect(201);
    let shown = station.get(&of(&cooler)).expect(200);
    let paths: Vec<&str> = shown["photos"]
        .as_array()
        .unwrap()
        .iter()
        .map(|photo| photo["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths.len(), 2);
    for path in &paths {
        assert_eq!(station.get(path).status, 200, "{path}");
    }
    let elsewhere = office.staff("far", "station", &["石湖镇"], None);
    elsewhere
        .get(kept["path"].as_str().unwrap())
        .expect_problem(404);
}

#[test]
fn a_report_that_a_case_was_filed_on_is_a_problem_that_names_nobody() {
    let (office, uscc) = with_business("2026-11-20T10:00:00+08:00");
    let public = office.server.public();
    let mut reported = report();
    reported["uscc"] = json!(uscc);
    reported.as_object_mut().unwrap().remove("place");
    let (code, _) = file_complaint(&public, &reported);
    let (mediated, _) = file_complaint(&public, &complaint(&uscc));
    let (insider, _) = file_complaint(&public, &{
        let mut insider = reported.clone();
        insider["insider"] = json!(true);
        insider
    });
    let town = office.staff("town", "town", &[TOWN], None);
    let case = |code: &str, verb: &str, order: &Value| {
        office
            .office
            .post(&format!("/api/v1/complaints/{code}/{verb}"), order)
            .expect(200)
    };
    case(&mediated, "accept", &json!({"note": "已受理"}));
    assert_eq!(list(&office.office, ""), Vec::<Value>::new());
    case(
        &code,
        "decide",
        &json!({"filed": true, "note": "后厨很脏，属实"}),
    );
    let found = list(&town, "");
    assert_eq!(found.len(), 1, "{found:?}");
    let problem = &found[0];
    assert_eq!(
        (
            &problem["source"],
            &problem["source_id"],
            &problem["text"],
            &problem["enterprise_no"],
            &problem["status"]
        ),
        (
            &json!("complaint"),
            &Value::Null,
            &json!("立案核查：环境卫生差"),
            &json!(uscc),
            &json!("assigned")
        )
    );
    let id = problem["id"].as_str().unwrap();
    for said in [
        town.get(&of(problem)).body,
        town.get(&format!("/problems/{id}")).body,
        town.get(&format!("/enterprises/{uscc}")).body,
        office
            .office
            .get(&format!("/api/v1/audit?record=problem/{id}"))
            .body,
    ] {
        for part in ["后厨很脏", "蟑螂", "属实", "已立案", insider.as_str()] {
            assert!(!contains(&said, part.as_bytes()), "{part}");
        }
    }
    // The officials of the business could speak of it at the door: for them it is not there.
    office
        .office
        .import(
            "cadres",
            format!("工号,姓名,层级,镇街\nC9,张三,镇街,{TOWN}\n").as_bytes(),
        )
        .expect(200);
    import_assignments(&office, &format!("C9,{uscc},2026-01-01,"));
    let official = office.staff("zhang", "cadre", &[TOWN], Some("C9"));
    assert_eq!(list(&official, ""), Vec::<Value>::new());
    official.get(&of(problem)).expect_problem(404);
}

#[test]
fn an_insiders_report_becomes_no_problem_also_where_a_case_is_filed_on_it() {
    if left_out(LooksInto::TheStore) {
        return;
    }
    let office = unlimited("2026-11-20T10:00:00+08:00");
    let mut insider = report();
    insider["insider"] = json!(true);
    file_complaint(&office.server.public(), &insider);
    let store = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    store
        .execute(
            "INSERT INTO complaint_step (complaint_id, seq, move, status, at, by) SELECT id, 2, 'file', 'filed', '2026-11-20T11:00:00+08:00', 'x' FROM complaint",
            [],
        )
        .unwrap();
    let count = |sql: &str| -> i64 { store.query_row(sql, [], |row| row.get(0)).unwrap() };
    assert_eq!(
        count("SELECT count(*) FROM complaint WHERE status = 'filed'"),
        1
    );
    assert_eq!(count("SELECT count(*) FROM problem"), 0);
}

#[test]
fn a_problem_past_its_day_is_the_stations_on_a_paper_and_closed_when_it_is_rectified() {
    let office = small();
    let official = office.staff("shen", "cadre", &[TOWN], Some("V1"));
    let visit = json!({"uscc": SHOPS[0], "visited_on": "2026-07-01", "mode": "on_site", "result": "problems",
        "problems": [{"text": "冷柜温度偏高", "mend_by": "2026-07-10"}]});
    official.post("/api/v1/visits", &visit).expect(201);
    let office = office.on("2026-07-23T09:00:00+08:00", &[]);
    sweep(&office, "2026-07-23");
    let of_problem = |office: &Office| -> Vec<Value> {
        let mut papers = notices(&office.office, "");
        papers.retain(|paper| paper["breaches"][0]["rule"] == "problem");
        papers
    };
    let papers = of_problem(&office);
    assert_eq!(papers.len(), 1, "{papers:?}");
    let (addressee, line) = (&papers[0]["addressee"], &papers[0]["breaches"][0]);
    assert_eq!(
        (&addressee["kind"], &addressee["id"], &papers[0]["kind"]),
        (&json!("station"), &json!(TOWN), &json!("reminder_letter"))
    );
    assert_eq!(line["subject"], "甲食品店：冷柜温度偏高");
    assert!(
        line["key"].as_str().unwrap().starts_with("problem/"),
        "{line}"
    );
    let overdue = list(&office.office, "overdue=yes");
    assert_eq!(overdue.len(), 1);
    moved(
        &office.office,
        &overdue[0],
        "rectify",
        &json!({"note": "好了"}),
    );
    let office = office.on("2026-07-24T09:00:00+08:00", &[]);
    assert_eq!(sweep(&office, "2026-07-24")["closed"], 1);
    assert_eq!(of_problem(&office)[0]["status"], "closed");
}

#[test]
fn what_nobody_assigns_or_verifies_in_its_term_is_the_towns() {
    let District {
        office, official, ..
    } = district();
    visit(&official);
    let office = office.on("2026-12-02T09:00:00+08:00", &[]);
    enter(&office.office, &entered());
    let office = office.on("2026-12-14T09:00:00+08:00", &[]);
    sweep(&office, "2026-12-14");
    let owed = |rule: &str| -> Vec<Value> {
        let path = format!("/api/v1/sweep/breaches?rule={rule}");
        let found = office.office.get(&path).expect(200);
        let items = found["items"].as_array().unwrap().iter();
        items
            .map(|one| json!([one["owed_by_kind"], one["owed_by"], one["due_on"]]))
            .collect()
    };
    assert_eq!(
        owed("problem_assign"),
        [json!(["town", TOWN, "2026-12-04"])]
    );
    assert_eq!(
        owed("problem_verify"),
        [json!(["town", TOWN, "2026-12-04"])]
    );
    assert_eq!(owed("problem"), [json!(["station", TOWN, "2026-12-11"])]);
}
