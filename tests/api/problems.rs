//! 问题清单: every problem from whichever source, until another person has seen it put right and it is struck off.

use crate::supervision::{SHOP, import_assignments, one_shop};
use domain::problem::{MoveCase, ProblemMove, ProblemStatus};
use domain::words::{Role, Word as _};
use serde_json::{Value, json};
use tests::{Client, Office};

const PATH: &str = "/api/v1/problems";
const DAY: &str = "2026-11-20T08:00:00+08:00";
pub const TOWN: &str = "云港街道";

/// An office with a shop, its official, the station and the town's food-safety office.
pub struct District {
    pub office: Office,
    pub official: Client,
    pub station: Client,
    pub town: Client,
}

pub fn district() -> District {
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
pub fn entered() -> Value {
    json!({"enterprise_no": SHOP, "source": "patrol", "text": "门口堆放垃圾", "found_on": "2026-11-19", "level": "general"})
}

pub fn enter(client: &Client, problem: &Value) -> Value {
    client.post(PATH, problem).expect(201)
}

pub fn of(problem: &Value) -> String {
    format!("{PATH}/{}", problem["id"].as_str().unwrap())
}

pub fn moved(client: &Client, problem: &Value, verb: &str, order: &Value) -> Value {
    client
        .post(&format!("{}/{verb}", of(problem)), order)
        .expect(200)
}

pub fn refused(client: &Client, problem: &Value, verb: &str, order: &Value, status: u16) -> String {
    client
        .post(&format!("{}/{verb}", of(problem)), order)
        .expect_problem(status)
}

pub fn list(client: &Client, query: &str) -> Vec<Value> {
    let found = client.get(&format!("{PATH}?limit=200&{query}")).expect(200);
    found["items"].as_array().unwrap().clone()
}

/// The problems that a visit with a day for the first, and the second put right at once, has brought in.
pub fn visit(official: &Client) -> (Value, [Value; 2]) {
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
    assert_eq!(waits(&station), ["problem_assigned 2026-12-11"]);
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
