//! The terms of the law: counted by the holidays, paused while something is tested, chased by the sweep.

use super::{TOWN, complaint, due, file_complaint, report, status, unlimited, with_business};
use serde_json::{Value, json};
use tests::{Client, Office};

#[test]
fn a_term_counts_by_the_holidays_announced_when_it_begins() {
    let office = unlimited("2026-11-22T10:00:00+08:00");
    let public = office.server.public();
    let due_of_a_new_report = || {
        due(
            &status(&public, &file_complaint(&public, &report())),
            "decide",
        )
    };
    assert_eq!(due_of_a_new_report(), "2026-12-11");
    // An instance remembers the calendar, and notices that other days were announced.
    let announce = |csv: &str| {
        let kind = Some("text/csv");
        let csv = csv.as_bytes().to_vec();
        let path = "/api/v1/holidays/import";
        office.office.send("POST", path, kind, csv).expect(200);
    };
    announce("date,kind,name\n2026-12-01,holiday,测试\n");
    assert_eq!(due_of_a_new_report(), "2026-12-14");
    announce("date,kind,name\n2026-12-12,workday,测试\n");
    assert_eq!(due_of_a_new_report(), "2026-12-12");
}

#[test]
fn the_time_of_a_test_does_not_count_and_nobody_is_chased_meanwhile() {
    let office = unlimited("2026-11-02T10:00:00+08:00");
    let mut document = report();
    document["happened_on"] = json!("2026-11-01");
    let key = file_complaint(&office.server.public(), &document);
    let path = |verb: &str| format!("/api/v1/complaints/{}/{verb}", key.0);
    assert_eq!(
        due(&status(&office.server.public(), &key), "decide"),
        "2026-11-23"
    );
    office
        .office
        .post(&path("resume"), &json!({}))
        .expect_problem(409);
    let office = office.on("2026-11-04T10:00:00+08:00", &[]);
    office
        .office
        .post(&path("pause"), &json!({}))
        .expect_problem(422);
    let note = json!({"note": "面粉送市检验院"});
    office.office.post(&path("pause"), &note).expect(200);
    assert_eq!(
        office
            .office
            .post(&path("pause"), &note)
            .expect_problem(409),
        "nothing_to_pause"
    );
    assert_eq!(
        office
            .office
            .post(&path("extend"), &note)
            .expect_problem(409),
        "paused"
    );
    // Long after the day that would have been the last.
    let office = office.on("2026-12-10T06:00:00+08:00", &[]);
    office
        .scheduler()
        .post("/internal/sweep", &json!({}))
        .expect(200);
    let notices = office.office.get("/api/v1/notices?limit=200").expect(200);
    assert!(!notices.to_string().contains(&key.0));
    assert_eq!(
        office
            .office
            .get("/api/v1/complaints?overdue=true")
            .expect(200)["total"],
        0
    );
    let resumed = office.office.post(&path("resume"), &json!({})).expect(200);
    // 15 working days without the 26 from 5 November to 10 December.
    assert_eq!(due(&resumed, "decide"), "2026-12-29");
}

/// What was filed for [`a_paused_term_shows_no_due_date_anywhere`].
struct Paused {
    office: Office,
    known: (String, String),
    insider: (String, String),
    /// The number of an Open311 request.
    request: String,
}

impl Paused {
    /// A report, an insider's report that the office handles, and an Open311 request, all of 2 November.
    fn file() -> Self {
        let office = unlimited("2026-11-02T10:00:00+08:00");
        let public = office.server.public();
        let chair = office.staff("chair", "chair", &[], None);
        let handler = office.staff("handler", "office", &[], None);
        let handlers = "/api/v1/complaints/handlers";
        let named = json!({"first": "office", "second": "handler"});
        let proposed = handler.put(handlers, &named).expect(202);
        let which = json!({"id": proposed["change"]["id"]});
        chair
            .post(&format!("{handlers}/confirm"), &which)
            .expect(200);
        let mut document = report();
        document["happened_on"] = json!("2026-11-01");
        let known = file_complaint(&public, &document);
        document["insider"] = json!(true);
        let insider = file_complaint(&public, &document);
        let fields = "service_code=hygiene&address_string=Road&description=a+rat+in+the+kitchen";
        let receipts = public.form("/open311/v2/requests.json", fields).expect(201);
        let request = receipts[0]["service_request_id"].as_str().unwrap();
        Self {
            request: request.to_owned(),
            office,
            known,
            insider,
        }
    }

    /// What the API says of the last day, in lists, in cases and to Open311 clients.
    fn assert_due_in_the_api(&self, day: &Value) {
        for (list, code) in [
            ("/api/v1/complaints", &self.known.0),
            ("/api/v1/complaints/insiders", &self.insider.0),
        ] {
            let listed = self.office.office.get(list).expect(200);
            let items = listed["items"].as_array().unwrap();
            let item = items.iter().find(|item| item["code"] == **code).unwrap();
            assert_eq!(item["due"], *day, "{list}");
        }
        let public = self.office.server.public();
        for key in [&self.known, &self.insider] {
            let path = format!("/api/v1/complaints/{}", key.0);
            let seen = self.office.office.get(&path).expect(200);
            assert_eq!(seen["deadlines"][0]["due"], *day, "{seen}");
            assert_eq!(status(&public, key)["deadlines"][0]["due"], *day);
        }
        let path = format!("/open311/v2/requests/{}.json", self.request);
        let expected = &public.get(&path).expect(200)[0]["expected_datetime"];
        match day.as_str() {
            Some(day) => assert_eq!(*expected, format!("{day}T23:59:59+08:00")),
            None => assert_eq!(*expected, Value::Null),
        }
    }

    /// A browser that has the case open.
    fn citizen(&self, key: &(String, String)) -> Client {
        let public = self.office.server.public();
        let fields = format!("code={}&passphrase={}", key.0, key.1);
        let follow = public.form("/complaints/follow", &fields);
        let cookie = follow.header("set-cookie").unwrap().split(';').next();
        public.with("cookie", cookie.unwrap())
    }

    /// Whether the pages of the office and of the citizen show 23 November.
    fn assert_day_on_pages(&self, shows: bool) {
        let mut pages = vec![
            (self.office.office.clone(), "/complaints/cases".to_owned()),
            (
                self.office.office.clone(),
                "/complaints/insider-cases".to_owned(),
            ),
        ];
        for key in [&self.known, &self.insider] {
            let path = format!("/complaints/cases/{}", key.0);
            pages.push((self.office.office.clone(), path));
            pages.push((self.citizen(key), "/complaints/follow/case".to_owned()));
        }
        for (client, path) in pages {
            let page = client.get(&path).text();
            assert_eq!(page.contains("2026年11月23日"), shows, "{path}: {page}");
        }
    }
}

/// While something is being tested nobody knows the last day, and the one that was is shown to nobody.
#[test]
fn a_paused_term_shows_no_due_date_anywhere() {
    let paused = Paused::file();
    paused.assert_due_in_the_api(&json!("2026-11-23"));
    paused.assert_day_on_pages(true);
    for code in [&paused.known.0, &paused.insider.0, &paused.request] {
        let note = json!({"note": "面粉送市检验院"});
        let path = format!("/api/v1/complaints/{code}/pause");
        paused.office.office.post(&path, &note).expect(200);
    }
    paused.assert_due_in_the_api(&Value::Null);
    paused.assert_day_on_pages(false);
}

#[test]
fn the_sweep_chases_the_station_and_an_insider_stands_on_no_paper() {
    let (office, uscc) = with_business("2026-11-02T10:00:00+08:00");
    let public = office.server.public();
    office.staff("station", "station", &[TOWN], None);
    let mut plain = complaint(&uscc);
    plain["happened_on"] = json!("2026-11-01");
    let mut insider = report();
    insider["happened_on"] = json!("2026-11-01");
    insider["insider"] = json!(true);
    let (case, hidden) = (
        file_complaint(&public, &plain),
        file_complaint(&public, &insider),
    );
    let office = office.on("2026-11-24T06:00:00+08:00", &[]);
    office
        .scheduler()
        .post("/internal/sweep", &json!({}))
        .expect(200);
    let notices = office.office.get("/api/v1/notices?limit=200").expect(200);
    let of = |code: &str| {
        notices["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|notice| notice["breaches"].to_string().contains(code))
            .cloned()
    };
    // Due on 11 November; the paper is the station's.
    let paper = of(&case.0).unwrap();
    assert_eq!(paper["addressee"]["kind"], "station");
    assert_eq!(paper["breaches"][0]["rule"], "complaint_accept");
    assert!(of(&hidden.0).is_none());
    // Late, and still done: the breach is met.
    let station = office.server.public().signed_in("station", tests::PASSWORD);
    assert_eq!(
        station.get("/api/v1/complaints?overdue=true").expect(200)["total"],
        1
    );
    station
        .post(&format!("/api/v1/complaints/{}/accept", case.0), &json!({}))
        .expect(200);
    let office = office.on("2026-11-25T06:00:00+08:00", &[]);
    let run = office
        .scheduler()
        .post("/internal/sweep", &json!({}))
        .expect(200);
    assert!(run["closed"].as_u64().unwrap() >= 1, "{run}");
}
