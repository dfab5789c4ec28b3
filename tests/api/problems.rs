//! 问题清单: every problem from whichever source, until another person has seen it put right and it is struck off.

use crate::complaints::{complaint, contains, file_complaint, report, unlimited, with_business};
use crate::supervision::{SHOP, import_assignments, one_shop};
use crate::sweep::{SHOPS, notices, small, sweep};
use domain::problem::{MoveCase, ProblemMove, ProblemStatus};
use domain::words::{Role, Word as _};
use serde_json::{Value, json};
use tests::{Client, LooksInto, Office, left_out};

const PATH: &str = "/api/v1/problems";
const DAY: &str = "2026-11-20T08:00:00+08:00";
const TOWN: &str = "云港街道";

/// An office with a shop, its official, the station and the town's food-safety office.
struct District {
    office: Office,
    official: Client,
    station: Client,
    town: Client,
}

fn district() -> District {
    let office = Office::at(DAY, &[]);
    one_shop(&office, "A", "2020-01-01");
    import_assignments(&office, &format!("C1,{SHOP},2026-01-01,"));
    District {
        official: office.staff("zhang", "cadre", &[TOWN], Some("C1")),
        station: office.staff("station", "station", &[TOWN], None),
        town: office.staff("town", "town", &[TOWN], None),
        office,
    }
}

/// A problem that somebody enters by hand.
fn entered() -> Value {
    json!({"enterprise_no": SHOP, "source": "patrol", "text": "门口堆放垃圾", "found_on": "2026-11-19", "level": "general"})
}

fn enter(client: &Client, problem: &Value) -> Value {
    client.post(PATH, problem).expect(201)
}

fn of(problem: &Value) -> String {
    format!("{PATH}/{}", problem["id"].as_str().unwrap())
}

fn moved(client: &Client, problem: &Value, verb: &str, order: &Value) -> Value {
    client
        .post(&format!("{}/{verb}", of(problem)), order)
        .expect(200)
}

fn refused(client: &Client, problem: &Value, verb: &str, order: &Value, status: u16) -> String {
    client
        .post(&format!("{}/{verb}", of(problem)), order)
        .expect_problem(status)
}

fn list(client: &Client, query: &str) -> Vec<Value> {
    let found = client.get(&format!("{PATH}?limit=200&{query}")).expect(200);
    found["items"].as_array().unwrap().clone()
}

/// The problems that a visit with a day for the first, and the second put right at once, has brought in.
fn visit(official: &Client) -> (Value, [Value; 2]) {
    let visit = json!({"uscc": SHOP, "visited_on": "2026-11-20", "mode": "on_site", "result": "problems",
        "problems": [{"text": "冷柜温度偏高", "mend_by": "2026-11-27"}, {"text": "价签脱落"}]});
    let recorded = official.post("/api/v1/visits", &visit).expect(201);
    let found = list(official, "sort=found_on");
    let named = |text: &str| {
        let mut all = found.iter();
        all.find(|problem| problem["text"] == text).unwrap().clone()
    };
    (recorded, [named("冷柜温度偏高"), named("价签脱落")])
}

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
            &json!("2026-11-27")
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
fn a_problem_entered_by_hand_is_nobodys_until_it_is_assigned() {
    let District {
        office,
        official,
        station,
        town,
    } = district();
    let problem = enter(&official, &entered());
    assert_eq!(
        (
            &problem["status"],
            &problem["town"],
            &problem["cadre_no"],
            &problem["assigned_to"]
        ),
        (&json!("found"), &json!(TOWN), &json!("C1"), &Value::Null)
    );
    assert_eq!(problem["moves"], json!(["rectify"]), "an official's");
    // An official hands nothing out, nor does a station.
    assert_eq!(
        refused(&official, &problem, "assign", &json!({}), 403),
        "forbidden"
    );
    assert_eq!(
        refused(&station, &problem, "assign", &json!({}), 403),
        "forbidden"
    );
    let judged = moved(&station, &problem, "assess", &json!({"level": "major"}));
    assert_eq!(
        (&judged["level"], &judged["status"]),
        (&json!("major"), &json!("found"))
    );
    let warned = moved(
        &town,
        &problem,
        "warn",
        &json!({"note": "请留意周边同类店铺"}),
    );
    assert_eq!(warned["warned_on"], "2026-11-20");
    let told = station.get("/api/v1/messages").expect(200);
    assert_eq!(told["items"][0]["title"], "风险预警：甲超市", "{told}");
    assert_eq!(told["items"][0]["text"], "请留意周边同类店铺");
    let order = json!({"to": "station", "person": "station"});
    let assigned = moved(&town, &problem, "assign", &order);
    // The gravest ones have five working days.
    assert_eq!(
        (
            &assigned["mend_by"],
            &assigned["person"],
            &assigned["assignee"]
        ),
        (
            &json!("2026-11-27"),
            &json!("station"),
            &json!("云港街道市场监管所")
        )
    );
    // Assigned to the town's own office, it is not the station's to settle.
    let again = moved(&office.office, &problem, "assign", &json!({"to": "town"}));
    assert_eq!(
        (&again["assigned_to"], &again["mend_by"]),
        (&json!("town"), &json!("2026-11-27"))
    );
    assert_eq!(
        refused(
            &station,
            &problem,
            "rectify",
            &json!({"note": "清走了"}),
            403
        ),
        "forbidden"
    );
    moved(&town, &problem, "rectify", &json!({"note": "清走了"}));
    moved(&station, &problem, "verify", &json!({"note": "看过了"}));
}

#[test]
fn every_move_that_the_table_does_not_have_is_refused() {
    let District { office, town, .. } = district();
    let other = office.staff("second", "office", &[], None);
    // The way from found to struck off, by the office; at each place all the others are refused.
    let way = [
        ("assign", json!({"to": "office"})),
        ("accept", json!({})),
        ("rectify", json!({"note": "好了"})),
        ("verify", json!({})),
        ("strike_off", json!({})),
    ];
    let problem = enter(&office.office, &entered());
    for place in 0..=way.len() {
        let now = office.office.get(&of(&problem)).expect(200);
        let case = MoveCase {
            status: ProblemStatus::read(now["status"].as_str().unwrap()).unwrap(),
            assigned_to: Some(domain::problem::ProblemAssignee::Office),
            rectified_by: None,
            role: Role::Office,
            account: "second",
        };
        for verb in ProblemMove::ALL {
            if case.leads_to(*verb).is_err() {
                let code = refused(&other, &problem, verb.code(), &json!({"note": "x"}), 409);
                assert_eq!(code, "not_allowed_now", "{verb:?} from {}", now["status"]);
            }
        }
        if let Some((verb, order)) = way.get(place) {
            let by = if *verb == "verify" {
                &other
            } else {
                &office.office
            };
            moved(by, &problem, verb, order);
        }
    }
    // Struck off, it can be opened again, and goes to whoever had it.
    let why = json!({"note": "又堆上了"});
    let again = moved(&town, &problem, "reopen", &why);
    assert_eq!(
        (&again["status"], &again["assigned_to"]),
        (&json!("assigned"), &json!("office"))
    );
    office
        .office
        .post(&format!("{}/delete", of(&problem)), &json!({}))
        .expect_problem(404);
}

#[test]
fn of_two_persons_who_saw_the_same_one_moves_it() {
    let District { office, town, .. } = district();
    let problem = enter(&office.office, &entered());
    let seen = json!({"to": "station", "version": problem["version"]});
    let verb = format!("{}/assign", of(&problem));
    let mut statuses: Vec<u16> = std::thread::scope(|scope| {
        let both = [&office.office, &town];
        let threads: Vec<_> = both
            .into_iter()
            .map(|client| {
                let (client, verb, seen) = (client.clone(), &verb, &seen);
                scope.spawn(move || client.post(verb, seen).status)
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let late = town.post(&verb, &seen);
    assert_eq!(late.expect_problem(409), "changed_meanwhile");
    assert_eq!(late.json()["current"]["version"], 2);
    // Somebody sees it on the page too, with what was typed.
    let page = town.form(
        &format!("/problems/{}/assign", problem["id"].as_str().unwrap()),
        "to=town&note=%E6%88%91%E6%9D%A5&version=1",
    );
    assert_eq!(page.status, 409);
    assert!(
        page.text().contains("刚被别人办理过") && page.text().contains("我来"),
        "{}",
        page.text()
    );
}

#[test]
fn each_sees_the_problems_of_their_towns_and_an_official_their_own() {
    let District {
        office,
        official,
        station,
        ..
    } = district();
    let elsewhere = office.staff("far", "station", &["石湖镇"], None);
    let colleague = office.staff("li", "cadre", &[TOWN], Some("C2"));
    let here = enter(&station, &entered());
    let far = enter(
        &elsewhere,
        &json!({"source": "publicity", "text": "网上说夜市油烟大", "found_on": "2026-11-20", "level": "larger"}),
    );
    assert_eq!(
        (&far["town"], &far["enterprise_no"]),
        (&json!("石湖镇"), &Value::Null)
    );
    let nowhere = enter(
        &office.office,
        &json!({"source": "monitoring", "text": "全区散装白酒", "found_on": "2026-11-20", "level": "major"}),
    );
    let ids = |client: &Client| -> Vec<String> {
        let mut ids: Vec<String> = list(client, "")
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids
    };
    let id = |problem: &Value| problem["id"].as_str().unwrap().to_owned();
    assert_eq!(ids(&office.office), [id(&here), id(&far), id(&nowhere)]);
    assert_eq!(ids(&station), [id(&here)]);
    assert_eq!(ids(&elsewhere), [id(&far)]);
    // The official answers for the shop; the colleague does not.
    assert_eq!(ids(&official), [id(&here)]);
    assert_eq!(ids(&colleague), Vec::<String>::new());
    for hidden in [&elsewhere, &colleague] {
        hidden.get(&of(&here)).expect_problem(404);
        refused(hidden, &here, "rectify", &json!({"note": "x"}), 404);
        hidden
            .get(&format!("/problems/{}", id(&here)))
            .expect_problem(404);
    }
    // A station enters none of a business that is not in its towns.
    let wrong = elsewhere.post(PATH, &entered()).expect(422);
    assert_eq!(wrong["errors"][0]["field"], "enterprise_no");
    // What lies nowhere is the office's to place: the town first.
    assert_eq!(
        office
            .office
            .post(
                &format!("{}/assign", of(&nowhere)),
                &json!({"to": "station"})
            )
            .expect(422)["errors"][0]["field"],
        "town"
    );
    let order = json!({"to": "station", "town": TOWN});
    assert_eq!(
        moved(&office.office, &nowhere, "assign", &order)["town"],
        TOWN
    );
    assert_eq!(ids(&station), [id(&here), id(&nowhere)]);
}

#[test]
fn a_list_is_narrowed_searched_and_exported() {
    let District { office, town, .. } = district();
    let near = enter(&town, &entered());
    let mut graver = entered();
    graver["level"] = json!("major");
    graver["text"] = json!("后厨有老鼠");
    graver["source"] = json!("sample");
    graver["source_id"] = json!("CJ-1");
    enter(&town, &graver);
    let texts = |query: &str| -> Vec<String> {
        list(&town, query)
            .iter()
            .map(|one| one["text"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(texts("level=major"), ["后厨有老鼠"]);
    assert_eq!(texts("source=patrol"), ["门口堆放垃圾"]);
    assert_eq!(texts("q=老鼠"), ["后厨有老鼠"]);
    assert_eq!(texts("q=甲超市").len(), 2);
    assert_eq!(texts("overdue=yes"), Vec::<String>::new());
    assert_eq!(texts("status=found&town=云港街道").len(), 2);
    let book = office.office.get("/problems/export.xlsx");
    assert!(book.status == 200 && book.body.starts_with(b"PK"));
    // The same number of the same source is one problem; what a visit or a report brings in has its number by itself.
    assert_eq!(
        town.post(PATH, &graver).expect_problem(409),
        "already_there"
    );
    graver["source"] = json!("visit");
    let wrong = town.post(PATH, &graver).expect(422);
    assert_eq!(wrong["errors"][0]["field"], "source_id");
    let business = town.get(&format!("/enterprises/{SHOP}")).text();
    let link = format!("/problems/{}", near["id"].as_str().unwrap());
    assert!(
        business.contains(&link) && business.contains("已销号 0 个"),
        "{business}"
    );
}

#[test]
fn what_cannot_be_taken_is_refused_at_its_field() {
    let District { office, town, .. } = district();
    for (wrong, field) in [
        (json!({"text": ""}), "text"),
        (json!({"level": "terrible"}), "level"),
        (json!({"found_on": "2026-11-21"}), "found_on"),
        (
            json!({"enterprise_no": "91330503MA2D2BJJ02"}),
            "enterprise_no",
        ),
        (json!({"source": "rumour"}), "source"),
    ] {
        let mut problem = entered();
        problem
            .as_object_mut()
            .unwrap()
            .extend(wrong.as_object().unwrap().clone());
        let refused = town.post(PATH, &problem).expect(422);
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    let problem = enter(&town, &entered());
    for (verb, order, field) in [
        ("rectify", json!({"note": " "}), "note"),
        ("assess", json!({}), "level"),
        ("assign", json!({"mend_by": "2026-11-19"}), "mend_by"),
        ("assign", json!({"person": "town"}), "person"),
        ("assign", json!({"town": "石湖镇"}), "town"),
        ("warn", json!({"note": "x", "level": "major"}), "level"),
    ] {
        let refused = office
            .office
            .post(&format!("{}/{verb}", of(&problem)), &order)
            .expect(422);
        assert_eq!(refused["errors"][0]["field"], field, "{verb}: {refused}");
    }
    // On the page the error stands at the field of its form.
    let page = town.form(
        &format!("/problems/{}/rectify", problem["id"].as_str().unwrap()),
        "note=&version=1",
    );
    assert!(
        page.status == 422 && page.text().contains("href=\"#rectify-note\""),
        "{}",
        page.text()
    );
    let page = town.form(
        "/problems/new",
        &format!("enterprise_no={SHOP}&text=&level=general&source=patrol&found_on=2026-11-19"),
    );
    assert!(
        page.status == 422 && page.text().contains("请填写问题"),
        "{}",
        page.text()
    );
    let page = town.form(
        "/problems/new",
        &format!("enterprise_no={SHOP}&text=x&level=general&source=patrol&found_on=2026-11-19"),
    );
    assert_eq!(page.status, 303, "{}", page.text());
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
fn what_waits_stands_on_the_home_page_of_whom_it_waits_for() {
    let District {
        official,
        station,
        town,
        office,
    } = district();
    let (_, [cooler, _]) = visit(&official);
    let waits = |client: &Client| -> Vec<String> {
        let home = client.get("/api/v1/home").expect(200);
        home["tasks"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|task| task["what"].as_str().unwrap().starts_with("problem_"))
            .map(|task| {
                format!(
                    "{} {}",
                    task["what"].as_str().unwrap(),
                    task["oldest_due"].as_str().unwrap_or("-")
                )
            })
            .collect()
    };
    assert_eq!(waits(&station), ["problem_assigned 2026-11-27"]);
    // Ten working days to verify what was put right at once.
    assert_eq!(waits(&town), ["problem_rectified 2026-12-04"]);
    enter(&official, &entered());
    assert_eq!(
        waits(&town),
        ["problem_found 2026-11-24", "problem_rectified 2026-12-04"]
    );
    moved(&station, &cooler, "rectify", &json!({"note": "好了"}));
    moved(&town, &cooler, "verify", &json!({}));
    assert!(waits(&town).contains(&"problem_verified -".to_owned()));
    assert_eq!(waits(&station), Vec::<String>::new());
    assert_eq!(waits(&office.office), Vec::<String>::new(), "not overdue");
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
            &json!(code),
            &json!("举报已立案：环境卫生差"),
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
        for part in ["后厨很脏", "蟑螂", "属实", insider.as_str()] {
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
    let office = office.on("2026-07-13T09:00:00+08:00", &[]);
    sweep(&office, "2026-07-13");
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
    let office = office.on("2026-07-14T09:00:00+08:00", &[]);
    assert_eq!(sweep(&office, "2026-07-14")["closed"], 1);
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
    let office = office.on("2026-12-07T09:00:00+08:00", &[]);
    sweep(&office, "2026-12-07");
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
    assert_eq!(owed("problem"), [json!(["station", TOWN, "2026-11-27"])]);
}
