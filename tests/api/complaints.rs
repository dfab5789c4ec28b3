//! 投诉举报: filed by anybody, sealed, handled by the days of the law, followed by number and passphrase.

use serde_json::{Value, json};
use std::path::Path;
use tests::{Client, Office, photo_with_gps};

pub const TOWN: &str = "云港街道";

/// Words that must stand nowhere in clear.
pub const SECRETS: [&str; 6] = [
    "赵钱孙李四",
    "13987654321",
    "明月路十八号",
    "面包里有一只蟑螂",
    "退我三十五块",
    "人民路菜场东门",
];

pub fn complaint(uscc: &str) -> Value {
    json!({
        "kind": "complaint", "uscc": uscc, "happened_on": "2026-11-20", "category": "spoiled", "text": "面包里有一只蟑螂，店员不理",
        "wants": "退我三十五块", "contact": {"name": "赵钱孙李四", "phone": "13987654321", "address": "明月路十八号"}, "anonymous": false, "insider": false,
    })
}

pub fn report() -> Value {
    json!({
        "kind": "report", "place": "人民路菜场东门", "happened_on": "2026-11-20", "category": "hygiene",
        "text": "面包里有一只蟑螂，后厨很脏", "anonymous": true,
    })
}

pub fn file(client: &Client, document: &Value) -> (String, String) {
    let receipt = client.post("/api/v1/complaints", document).expect(201);
    (
        receipt["code"].as_str().unwrap().to_owned(),
        receipt["passphrase"].as_str().unwrap().to_owned(),
    )
}

pub fn status(client: &Client, (code, passphrase): &(String, String)) -> Value {
    let key = json!({"code": code, "passphrase": passphrase});
    client.post("/api/v1/complaints/status", &key).expect(200)
}

fn due(case: &Value, step: &str) -> String {
    case["deadlines"]
        .as_array()
        .unwrap()
        .iter()
        .find(|deadline| deadline["step"] == step && deadline["ended_on"].is_null())
        .unwrap_or_else(|| panic!("{step}: {case}"))["due"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A business of [`TOWN`].
fn business(office: &Office) -> String {
    let found = office
        .office
        .get(&format!(
            "/api/v1/enterprises?town={TOWN}&status=operating&limit=1"
        ))
        .expect(200);
    found["items"][0]["uscc"].as_str().unwrap().to_owned()
}

pub fn unlimited(clock: &str) -> Office {
    Office::at(clock, &[("complaint_rate_limit", "0")])
}

/// As [`unlimited`], in a process of its own: for its log, its memory and its sockets.
fn served(clock: &str) -> Office {
    Office::served_at(clock, &[("complaint_rate_limit", "0")])
}

pub fn with_business(clock: &str) -> (Office, String) {
    let office = unlimited(clock);
    office
        .office
        .import("enterprises", &tests::sample("enterprises"))
        .expect(200);
    let uscc = business(&office);
    (office, uscc)
}

#[test]
fn a_term_counts_by_the_holidays_announced_when_it_begins() {
    let office = unlimited("2026-11-22T10:00:00+08:00");
    let public = office.server.public();
    let filed = || due(&status(&public, &file(&public, &report())), "decide");
    assert_eq!(filed(), "2026-12-11");
    // Whatever an instance remembers of the calendar.
    let announce = |csv: &str| {
        let kind = Some("text/csv");
        let csv = csv.as_bytes().to_vec();
        let path = "/api/v1/holidays/import";
        office.office.send("POST", path, kind, csv).expect(200);
    };
    announce("date,kind,name\n2026-12-01,holiday,测试\n");
    assert_eq!(filed(), "2026-12-14");
    announce("date,kind,name\n2026-12-12,workday,测试\n");
    assert_eq!(filed(), "2026-12-12");
}

#[test]
fn a_complaint_is_handled_to_its_end_and_the_citizen_sees_each_step() {
    let (office, uscc) = with_business("2026-11-22T10:00:00+08:00");
    let public = office.server.public();
    let station = office.staff("station", "station", &[TOWN], None);
    let other = office.staff("other", "station", &["石湖镇"], None);
    let town = office.staff("town", "town", &[TOWN], None);
    let key = file(&public, &complaint(&uscc));
    assert!(key.0.starts_with("TS261122-"), "{}", key.0);
    let path = |verb: &str| format!("/api/v1/complaints/{}{verb}", key.0);
    assert_eq!(due(&status(&public, &key), "accept"), "2026-12-01");

    // Another town's station knows nothing of it, whatever it tries; a town account handles none.
    for verb in ["", "/accept", "/reply"] {
        let reply = match verb {
            "" => other.get(&path(verb)),
            verb => other.post(&path(verb), &json!({})),
        };
        assert_eq!(reply.expect_problem(404), "not_found");
        assert!(other.get(&format!("/complaints/cases/{}", key.0)).status == 404);
    }
    assert_eq!(other.get("/api/v1/complaints").expect(200)["total"], 0);
    town.get(&path("")).expect_problem(403);

    let seen = station.get(&path("")).expect(200);
    assert_eq!(seen["contact"]["name"], SECRETS[0]);
    assert_eq!(seen["wants"], SECRETS[4]);
    // Not allowed now: nothing to end, and a refusal needs its statutory ground.
    assert_eq!(
        station
            .post(&path("/inform"), &json!({"note": "x"}))
            .expect_problem(409),
        "not_allowed_now"
    );
    station
        .post(&path("/refuse"), &json!({"note": "不管"}))
        .expect_problem(422);
    let accepted = station
        .post(
            &path("/accept"),
            &json!({"note": "已经联系商家", "version": 1}),
        )
        .expect(200);
    assert_eq!(due(&accepted, "mediate"), "2027-01-21");
    // Whoever saw the case before it moved is told.
    let late = station.post(&path("/accept"), &json!({"version": 1}));
    assert_eq!(late.expect_problem(409), "changed_meanwhile");
    assert_eq!(
        late.json()["current"],
        json!({"status": "accepted", "version": 2})
    );

    station.post(&path("/mediate"), &json!({})).expect(200);
    station
        .post(
            &path("/reply"),
            &json!({"text": "商家愿意退 20 元，您同意吗？"}),
        )
        .expect(200);
    let said = json!({"code": key.0, "passphrase": key.1, "text": "不同意，要全退"});
    let after = public
        .post("/api/v1/complaints/messages", &said)
        .expect(200);
    assert_eq!(after["messages"][0]["from"], "office");
    assert_eq!(after["messages"][1]["text"], "不同意，要全退");
    let listed = station.get("/api/v1/complaints").expect(200);
    assert_eq!(listed["items"][0]["unanswered"], true);
    station
        .post(&path("/mediate"), &json!({"outcome": "not_agreed"}))
        .expect_problem(422);
    let ended = station
        .post(
            &path("/mediate"),
            &json!({"outcome": "not_agreed", "note": "商家不同意全退，可以起诉"}),
        )
        .expect(200);
    assert_eq!(due(&ended, "tell_ended"), "2026-12-01");
    station
        .post(&path("/inform"), &json!({"note": "已电话告知双方"}))
        .expect(200);

    let told = status(&public, &key);
    let moves: Vec<&str> = told["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["move"].as_str().unwrap())
        .collect();
    assert_eq!(
        moves,
        ["submit", "accept", "mediate", "end_mediation", "inform"]
    );
    assert_eq!(told["steps"][3]["note"], "商家不同意全退，可以起诉");
    assert_eq!(told["status"], "closed");
    assert!(
        told["steps"]
            .as_array()
            .unwrap()
            .iter()
            .all(|step| step.get("by").is_none()),
        "who in the office did it is not the citizen's to know"
    );
    // Not put right: once.
    let again =
        json!({"code": key.0, "passphrase": key.1, "not_fixed": true, "text": "钱还是没有退"});
    let reopened = public
        .post("/api/v1/complaints/messages", &again)
        .expect(200);
    assert_eq!(reopened["status"], "received");
    assert_eq!(due(&reopened, "accept"), "2026-12-01");
    station.post(&path("/accept"), &json!({})).expect(200);
    station
        .post(
            &path("/mediate"),
            &json!({"outcome": "agreed", "note": "商家全额退款"}),
        )
        .expect(200);
    assert_eq!(
        public
            .post("/api/v1/complaints/messages", &again)
            .expect_problem(409),
        "cannot_reopen"
    );
    let mark = json!({"code": key.0, "passphrase": key.1, "satisfaction": 4});
    assert_eq!(
        public
            .post("/api/v1/complaints/messages", &mark)
            .expect(200)["satisfaction"],
        4
    );
    // Each opening is written down, without what was read.
    let audit = office
        .office
        .get(&format!("/api/v1/audit?record=complaint-opening/{}", key.0))
        .expect(200);
    assert!(audit["total"].as_u64().unwrap() > 5, "{audit}");
    assert!(!audit.to_string().contains(SECRETS[0]));
}

#[test]
fn a_report_is_verified_extended_once_decided_told_and_rewarded() {
    let office = unlimited("2026-09-21T10:00:00+08:00");
    office
        .office
        .import("enterprises", &tests::sample("enterprises"))
        .expect(200);
    let public = office.server.public();
    let mut named = report();
    named["happened_on"] = json!("2026-09-20");
    named["anonymous"] = json!(false);
    named["contact"] = json!({"name": SECRETS[0], "phone": SECRETS[1]});
    let key = file(&public, &named);
    let path = |verb: &str| format!("/api/v1/complaints/{}/{verb}", key.0);
    // National Day stands between: 15 working days from 21 September.
    assert_eq!(due(&status(&public, &key), "decide"), "2026-10-19");
    office.office.post(&path("verify"), &json!({})).expect(200);
    office
        .office
        .post(&path("extend"), &json!({}))
        .expect_problem(422);
    let extended = office
        .office
        .post(&path("extend"), &json!({"note": "要等检验报告"}))
        .expect(200);
    assert_eq!(due(&extended, "decide_extended"), "2026-11-09");
    assert_eq!(
        office
            .office
            .post(&path("extend"), &json!({"note": "再等等"}))
            .expect_problem(409),
        "extended_already"
    );
    assert_eq!(
        office
            .office
            .post(&path("reward"), &json!({"level": "first", "fined_yuan": 0}))
            .expect_problem(409),
        "reward_not_now"
    );
    let decided = office
        .office
        .post(
            &path("decide"),
            &json!({"filed": true, "note": "违法事实成立"}),
        )
        .expect(200);
    assert_eq!(decided["status"], "filed");
    assert_eq!(due(&decided, "inform"), "2026-09-29");
    assert_eq!(
        office
            .office
            .post(&path("close"), &json!({"note": "罚了"}))
            .expect_problem(409),
        "inform_first"
    );
    office
        .office
        .post(&path("inform"), &json!({"note": "已告知立案"}))
        .expect(200);
    office
        .office
        .post(&path("close"), &json!({"note": "罚款 20 万元"}))
        .expect(200);
    let reward = |level: &str, fined: f64| {
        let order = json!({"level": level, "fined_yuan": fined});
        office.office.post(&path("reward"), &order).expect(200)["reward"]["amount"]
            .as_u64()
            .unwrap()
            / 100
    };
    assert_eq!(reward("third", 0.0), 1_000);
    assert_eq!(reward("second", 200_000.5), 6_000);
    assert_eq!(reward("first", 200_000.0), 10_000);
    assert_eq!(reward("first", 90_000_000.0), 1_000_000);
    office
        .office
        .post(&path("reward"), &json!({"paid_on": "2026-09-21"}))
        .expect(200);
    assert_eq!(
        office
            .office
            .post(&path("reward"), &json!({"level": "third", "fined_yuan": 0}))
            .expect_problem(409),
        "reward_not_now"
    );
    let told = status(&public, &key);
    assert_eq!(
        told["reward"],
        json!({"amount_yuan": "1000000", "paid_on": "2026-09-21"})
    );
}

#[test]
fn the_time_of_a_test_does_not_count_and_nobody_is_chased_meanwhile() {
    let office = unlimited("2026-11-02T10:00:00+08:00");
    let mut document = report();
    document["happened_on"] = json!("2026-11-01");
    let key = file(&office.server.public(), &document);
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

/// While something is being tested nobody knows the last day, and the one that was is shown to nobody.
#[test]
fn a_paused_term_shows_no_due_date_anywhere() {
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
    let known = file(&public, &document);
    document["insider"] = json!(true);
    let insider = file(&public, &document);
    let fields = "service_code=hygiene&address_string=Road&description=a+rat+in+the+kitchen";
    let filed = public.form("/open311/v2/requests.json", fields).expect(201);
    let request = filed[0]["service_request_id"].as_str().unwrap();
    let looked_up = format!("/open311/v2/requests/{request}.json");

    let said = |shows: bool| {
        let day = if shows {
            json!("2026-11-23")
        } else {
            Value::Null
        };
        for (list, code) in [
            ("/api/v1/complaints", &known.0),
            ("/api/v1/complaints/insiders", &insider.0),
        ] {
            let listed = office.office.get(list).expect(200);
            let items = listed["items"].as_array().unwrap();
            let item = items.iter().find(|item| item["code"] == **code).unwrap();
            assert_eq!(item["due"], day, "{list}");
        }
        for key in [&known, &insider] {
            let seen = office
                .office
                .get(&format!("/api/v1/complaints/{}", key.0))
                .expect(200);
            assert_eq!(seen["deadlines"][0]["due"], day, "{seen}");
            assert_eq!(status(&public, key)["deadlines"][0]["due"], day);
            let follow = public.form(
                "/complaints/follow",
                &format!("code={}&passphrase={}", key.0, key.1),
            );
            let cookie = follow.header("set-cookie").unwrap().split(';').next();
            for (client, path) in [
                (
                    office.office.clone(),
                    format!("/complaints/cases/{}", key.0),
                ),
                (
                    public.with("cookie", cookie.unwrap()),
                    "/complaints/follow/case".to_owned(),
                ),
            ] {
                let page = client.get(&path).text();
                assert_eq!(page.contains("2026年11月23日"), shows, "{path}: {page}");
            }
        }
        for page in ["/complaints/cases", "/complaints/insider-cases"] {
            let page = office.office.get(page).text();
            assert_eq!(page.contains("2026年11月23日"), shows, "{page}");
        }
        let expected = &public.get(&looked_up).expect(200)[0]["expected_datetime"];
        match shows {
            true => assert_eq!(expected, "2026-11-23T23:59:59+08:00"),
            false => assert_eq!(*expected, Value::Null),
        }
    };
    said(true);
    for code in [&*known.0, &*insider.0, request] {
        let note = json!({"note": "面粉送市检验院"});
        office
            .office
            .post(&format!("/api/v1/complaints/{code}/pause"), &note)
            .expect(200);
    }
    said(false);
}

#[test]
fn only_a_report_may_be_anonymous_and_each_field_says_what_it_needs() {
    let office = unlimited("2026-11-22T10:00:00+08:00");
    let public = office.server.public();
    let fields = |document: &Value| {
        let reply = public.post("/api/v1/complaints", document);
        let problem = reply.expect(422);
        assert!(
            SECRETS
                .iter()
                .all(|secret| !problem.to_string().contains(secret)),
            "what people wrote is not said again: {problem}"
        );
        let mut fields: Vec<String> = problem["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["field"].as_str().unwrap().to_owned())
            .collect();
        fields.sort();
        fields.join(" ")
    };
    let with = |changes: &[(&str, Value)]| {
        let mut document = complaint("");
        document["uscc"] = json!("");
        document["place"] = json!("人民路菜场东门");
        for (name, value) in changes {
            document[*name] = value.clone();
        }
        document
    };
    file(&public, &with(&[]));
    assert_eq!(fields(&with(&[("anonymous", json!(true))])), "anonymous");
    assert_eq!(fields(&with(&[("wants", json!(null))])), "wants");
    assert_eq!(
        fields(&with(&[("contact", json!(null))])),
        "address name phone"
    );
    assert_eq!(
        fields(&with(&[(
            "contact",
            json!({"name": SECRETS[0], "phone": "12"})
        )])),
        "address phone"
    );
    assert_eq!(fields(&with(&[("kind", json!("letter"))])), "kind");
    assert_eq!(fields(&with(&[("category", json!("x"))])), "category");
    assert_eq!(
        fields(&with(&[("happened_on", json!("2026-11-23"))])),
        "happened_on"
    );
    assert_eq!(
        fields(&with(&[("happened_on", json!("不记得"))])),
        "happened_on"
    );
    assert_eq!(fields(&with(&[("place", json!(""))])), "place");
    assert_eq!(fields(&with(&[("town", json!("纽约"))])), "town");
    assert_eq!(
        fields(&with(&[("uscc", json!("91330503MYYG3CWJ95"))])),
        "uscc"
    );
    assert_eq!(fields(&with(&[("text", json!("坏"))])), "text");
    assert_eq!(fields(&with(&[("text", json!("面".repeat(5001)))])), "text");
    assert_eq!(fields(&with(&[("insider", json!(true))])), "insider");
    assert_eq!(
        fields(&json!({"kind": "report", "surprise": 1})),
        "surprise"
    );
    let raw = |kind: &str, body: &[u8]| {
        public.send("POST", "/api/v1/complaints", Some(kind), body.to_vec())
    };
    raw("application/json", b"{").expect_problem(400);
    raw("text/plain", b"x").expect_problem(415);
    assert_eq!(
        raw("application/json", &vec![b' '; 200 << 10]).expect_problem(413),
        "too_large"
    );
    // Who gives a name and wants to be anonymous is anonymous.
    let mut both = report();
    both["contact"] = json!({"name": SECRETS[0], "phone": SECRETS[1]});
    let key = file(&public, &both);
    let seen = office
        .office
        .get(&format!("/api/v1/complaints/{}", key.0))
        .expect(200);
    assert_eq!(
        (&seen["contact"], &seen["anonymous"]),
        (&Value::Null, &json!(true))
    );
    // And may give it later.
    let later = json!({"code": key.0, "passphrase": key.1, "contact": {"name": SECRETS[0], "phone": SECRETS[1]}});
    assert_eq!(
        public
            .post("/api/v1/complaints/messages", &later)
            .expect(200)["anonymous"],
        false
    );
    assert_eq!(
        public
            .post("/api/v1/complaints/messages", &later)
            .expect_problem(409),
        "named_already"
    );
}

#[test]
fn a_photograph_is_turned_upright_and_tells_nothing_of_where_it_was_taken() {
    let office = served("2026-11-22T10:00:00+08:00");
    let public = office.server.public();
    let fields = [
        ("kind", "report"),
        ("place", SECRETS[5]),
        ("happened_on", "2026-11-20"),
        ("category", "spoiled"),
        ("text", SECRETS[3]),
        ("anonymous", "true"),
    ];
    let photo = photo_with_gps();
    assert!(
        contains(&photo, b"Exif")
            && contains(&photo, b"PhoneOfZhangSan")
            && contains(&photo, b"GPS 30.876")
    );
    let receipt = public
        .multipart(
            "/api/v1/complaints",
            &fields,
            &[("IMG_0001.jpg", &photo), ("again.jpg", &photo)],
        )
        .expect(201);
    let code = receipt["code"].as_str().unwrap();
    let seen = office
        .office
        .get(&format!("/api/v1/complaints/{code}"))
        .expect(200);
    let id = seen["files"][0]["id"].as_str().unwrap();
    let path = format!("/complaints/cases/{code}/files/{id}");
    for path in [path.clone(), format!("{path}/small")] {
        let reply = office.office.get(&path);
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("content-type"), Some("image/jpeg"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert!(reply.header("content-disposition").is_some());
        for told in [&b"Exif"[..], b"GPS", b"PhoneOfZhangSan"] {
            assert!(
                !contains(&reply.body, told),
                "{}",
                String::from_utf8_lossy(told)
            );
        }
        // 640 by 480 lying down; upright it is higher than wide (the frame header: marker, length, precision, height, width).
        let frame = reply
            .body
            .windows(2)
            .position(|pair| pair == [0xff, 0xc0])
            .unwrap()
            + 5;
        let number = |at: usize| u16::from_be_bytes([reply.body[at], reply.body[at + 1]]);
        assert!(
            number(frame) > number(frame + 2),
            "{} x {}",
            number(frame + 2),
            number(frame)
        );
    }
    let other = office.staff("other", "station", &["石湖镇"], None);
    assert_eq!(other.get(&path).status, 404);
    assert_eq!(public.get(&path).status, 401);
}

pub fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn uploads_that_are_not_what_they_say_are_refused_with_the_reason() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let office = served("2026-11-22T10:00:00+08:00");
    let public = office.server.public();
    let fields = [
        ("kind", "report"),
        ("place", SECRETS[5]),
        ("happened_on", "2026-11-20"),
        ("category", "spoiled"),
        ("text", SECRETS[3]),
        ("anonymous", "true"),
    ];
    let send = |files: &[(&str, &[u8])]| public.multipart("/api/v1/complaints", &fields, files);
    for (name, bytes) in [
        ("a.jpg", &b"MZ\x90\0"[..]),
        ("a.jpg", b"<svg onload=alert(1)>"),
        ("a.pdf", b"%PDF-1.7"),
        ("a.jpg", b"\xff\xd8\xff\xe0 not a picture"),
        ("a.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
        ("a.mp4", b"\0\0\0\x18ftypisom\0\0\0\0isomiso2"),
    ] {
        assert_eq!(
            send(&[(name, bytes)]).expect_problem(422),
            "invalid",
            "{name}"
        );
    }
    // A PNG that says it has 100,000 by 100,000 points.
    let mut huge = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    huge.extend(100_000_u32.to_be_bytes());
    huge.extend(100_000_u32.to_be_bytes());
    huge.extend([8, 6, 0, 0, 0]);
    let mut sum = flate(&huge[12..]);
    huge.append(&mut sum);
    huge.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\0IEND\xae\x42\x60\x82");
    let refused = send(&[("a.png", &huge)]);
    assert_eq!(refused.expect_problem(422), "invalid");
    assert!(refused.text().contains("100000"), "{}", refused.text());
    let photo = photo_with_gps();
    let seven: Vec<(&str, &[u8])> = (0..7).map(|_| ("a.jpg", photo.as_slice())).collect();
    assert_eq!(send(&seven).expect_problem(422), "invalid");
    let large = vec![0xff; 31 << 20];
    assert_eq!(send(&[("a.jpg", &large)]).expect_problem(413), "too_large");
    // Thousands of parts, and a form that breaks off.
    let many: Vec<(String, String)> = (0..3000)
        .map(|n| (format!("f{n}"), "x".to_owned()))
        .collect();
    let many: Vec<(&str, &str)> = many
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        public.multipart("/api/v1/complaints", &many, &[]).status,
        400
    );
    let kind = Some("multipart/form-data; boundary=b");
    for broken in [
        &b"--b\r\ncontent-disposition: form-data; name=\"kind\"\r\n\r\nrep"[..],
        b"--b",
        b"",
        b"no boundary at all",
    ] {
        let status = public
            .send("POST", "/api/v1/complaints", kind, broken.to_vec())
            .status;
        assert!((400..500).contains(&status), "{status}");
    }
    let one_large_field = [("text", "面".repeat(100_000))];
    let fields: Vec<(&str, &str)> = one_large_field
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    assert_eq!(
        public
            .multipart("/api/v1/complaints", &fields, &[])
            .expect_problem(413),
        "too_large"
    );
    assert!(
        office.server.memory().1 < 500,
        "{:?}",
        office.server.memory()
    );
    // Nothing of all this was kept.
    assert_eq!(
        office.office.get("/api/v1/complaints").expect(200)["total"],
        0
    );
}

/// The checksum of a PNG's chunk (ISO 3309).
fn flate(bytes: &[u8]) -> Vec<u8> {
    let sum = !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 {
                sum >> 1 ^ 0xedb8_8320
            } else {
                sum >> 1
            }
        })
    });
    sum.to_be_bytes().to_vec()
}

/// Every file of the data folder and the log, read whole.
pub fn everything(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().is_some_and(|name| name == "compiled") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                found.push((path, bytes));
            }
        }
    }
    found
}

#[test]
fn nothing_that_people_wrote_stands_anywhere_in_clear() {
    let office = served("2026-11-22T10:00:00+08:00");
    office
        .office
        .import("enterprises", &tests::sample("enterprises"))
        .expect(200);
    let uscc = business(&office);
    let public = office.server.public();
    // Whose address is told apart from this machine's own.
    let keyed = public.with("idempotency-key", "a key of the client's");
    let mut keys = vec![file(&keyed, &complaint(&uscc)), file(&public, &report())];
    let mut insider = report();
    insider["insider"] = json!(true);
    keys.push(file(&public, &insider));
    for key in &keys {
        let said = json!({"code": key.0, "passphrase": key.1, "text": SECRETS[3]});
        public
            .post("/api/v1/complaints/messages", &said)
            .expect(200);
        office.office.get(&format!("/api/v1/complaints/{}", key.0));
        office.office.post(
            &format!("/api/v1/complaints/{}/reply", key.0),
            &json!({"text": SECRETS[4]}),
        );
        public.form(
            "/complaints/follow",
            &format!("code={}&passphrase={}", key.0, key.1.replace(' ', "+")),
        );
    }
    // A draft that was begun on a page and never sent.
    let begun = public.form(
        "/complaints/new/what",
        &format!("category=hygiene&text={}", SECRETS[3]),
    );
    assert_eq!(begun.status, 303);
    // A refused one, with a wrong passphrase that is nearly right.
    public
        .post(
            "/api/v1/complaints",
            &json!({"kind": "report", "text": SECRETS[3]}),
        )
        .expect_problem(422);
    let wrong = json!({"code": keys[0].0, "passphrase": format!("1{}", keys[0].1)});
    public
        .post("/api/v1/complaints/status", &wrong)
        .expect_problem(404);
    let mut secrets: Vec<String> = SECRETS.iter().map(ToString::to_string).collect();
    for (_, passphrase) in &keys {
        secrets.push(passphrase.clone());
        secrets.push(passphrase.replace(' ', ""));
    }
    for (path, bytes) in everything(&office.folder.0) {
        if path.file_name().is_some_and(|name| name == "secrets.toml") {
            continue;
        }
        for secret in &secrets {
            let base64 = {
                use base64::Engine as _;
                base64::engine::general_purpose::STANDARD.encode(secret)
            };
            let escaped: String = secret
                .encode_utf16()
                .map(|unit| format!("\\u{unit:04x}"))
                .collect();
            for form in [
                secret.as_bytes(),
                base64.trim_end_matches('=').as_bytes(),
                escaped.as_bytes(),
            ] {
                assert!(!contains(&bytes, form), "{secret} in {}", path.display());
            }
        }
        // The address of whoever filed. The log names the address that the server listens on, and no other.
        let named = String::from_utf8_lossy(&bytes).matches("127.0.0.1").count();
        let own = String::from_utf8_lossy(&bytes)
            .matches(office.server.base.trim_start_matches("http://"))
            .count();
        assert_eq!(named, own, "{}", path.display());
    }
}

#[test]
fn wrong_passphrases_slow_down_and_tell_nothing() {
    let office = unlimited("2026-11-22T10:00:00+08:00");
    let public = office.server.public();
    let key = file(&public, &report());
    // Full width, without spaces, with dashes: as people type it.
    let typed: String = key
        .1
        .replace(' ', "-")
        .chars()
        .map(|c| char::from_u32(c as u32 + if c.is_ascii_digit() { 0xfee0 } else { 0 }).unwrap())
        .collect();
    status(&public, &(key.0.to_lowercase(), typed));
    let tried = |code: &str| {
        let wrong = json!({"code": code, "passphrase": "11111 22222 33333 44444 55555"});
        let reply = public.post("/api/v1/complaints/status", &wrong);
        (reply.status, reply.text())
    };
    let known = tried(&key.0);
    let unknown = tried("JB261122-AAAAAA");
    assert_eq!(known, unknown);
    assert_eq!(known.0, 404);
    let mut last = 0;
    for _ in 0..8 {
        last = tried(&key.0).0;
    }
    assert_eq!(last, 429);
    // Now the right one has to wait as well, and the page says so.
    let right = json!({"code": key.0, "passphrase": key.1});
    let reply = public.post("/api/v1/complaints/status", &right);
    assert_eq!(reply.expect_problem(429), "too_many_requests");
    assert!(reply.header("retry-after").is_some());
}

#[test]
fn the_same_request_files_once_and_another_body_under_its_key_is_refused() {
    let office = unlimited("2026-11-22T10:00:00+08:00");
    let public = office.server.public().with("idempotency-key", "k-1");
    let first = public.post("/api/v1/complaints", &report()).expect(201);
    assert_eq!(
        public.post("/api/v1/complaints", &report()).expect(201),
        first
    );
    let mut other = report();
    other["text"] = json!("另外一件事情");
    assert_eq!(
        public
            .post("/api/v1/complaints", &other)
            .expect_problem(422),
        "idempotency_key_reused"
    );
    let clients: Vec<_> = (0..16)
        .map(|_| {
            let client = office.server.public().with("idempotency-key", "k-2");
            std::thread::spawn(move || client.post("/api/v1/complaints", &report()).expect(201))
        })
        .collect();
    let answers: Vec<Value> = clients
        .into_iter()
        .map(|client| client.join().unwrap())
        .collect();
    assert!(
        answers
            .iter()
            .all(|answer| answer["code"] == answers[0]["code"]
                && answer["passphrase"] == answers[0]["passphrase"])
    );
    let code = answers[0]["code"].as_str().unwrap().to_owned();
    let passphrase = answers[0]["passphrase"].as_str().unwrap().to_owned();
    status(&office.server.public(), &(code, passphrase));
    assert_eq!(
        office.office.get("/api/v1/complaints").expect(200)["total"],
        2
    );
}

#[test]
fn the_fourth_filing_of_an_hour_works_or_waits_and_the_limit_ends_it() {
    let office = Office::at(
        "2026-11-22T10:00:00+08:00",
        &[("complaint_rate_limit", "5")],
    );
    let public = office.server.public();
    for _ in 0..3 {
        file(&public, &report());
    }
    let slow = public.post("/api/v1/complaints", &report());
    assert_eq!(slow.expect_problem(429), "slow_down");
    assert!(slow.header("retry-after").is_some());
    let work = &slow.json()["current"]["proof_of_work"];
    let challenge = work["challenge"].as_str().unwrap();
    let bits = u32::try_from(work["bits"].as_u64().unwrap()).unwrap();
    let proof = (0_u64..)
        .find(|n| {
            use sha2::Digest as _;
            let hash = sha2::Sha256::digest(format!("{challenge}:{n}"));
            u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]).leading_zeros() >= bits
        })
        .unwrap();
    let proven = public.with("proof-of-work", &proof.to_string());
    file(&proven, &report());
    // The same proof is good for one.
    assert_eq!(
        proven
            .post("/api/v1/complaints", &report())
            .expect_problem(429),
        "slow_down"
    );
    // Without one, a wait does.
    let office = office.on(
        "2026-11-22T10:10:00+08:00",
        &[("complaint_rate_limit", "5")],
    );
    let public = office.server.public();
    file(&public, &report());
    assert_eq!(
        public
            .post("/api/v1/complaints", &report())
            .expect_problem(429),
        "too_many_requests"
    );
    // An hour later all is forgotten.
    let office = office.on(
        "2026-11-22T11:20:00+08:00",
        &[("complaint_rate_limit", "5")],
    );
    let swept = office
        .scheduler()
        .post("/internal/complaints", &json!({}))
        .expect(200);
    assert_eq!(swept["filings"], 5);
    file(&office.server.public(), &report());
}

/// A browser without JavaScript: cookies, and nothing else.
struct Browser {
    client: Client,
    cookies: Vec<(String, String)>,
}

impl Browser {
    fn new(office: &Office) -> Self {
        Self {
            client: office.server.public().with("accept", "text/html"),
            cookies: Vec::new(),
        }
    }

    fn client(&self) -> Client {
        let all: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        self.client.with("cookie", &all.join("; "))
    }

    fn keep(&mut self, reply: tests::Reply) -> tests::Reply {
        for (_, cookie) in reply
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
        {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        reply
    }

    fn form(&mut self, path: &str, fields: &str) -> tests::Reply {
        let reply = self.client().form(path, fields);
        self.keep(reply)
    }

    fn get(&mut self, path: &str) -> tests::Reply {
        let reply = self.client().get(path);
        self.keep(reply)
    }
}

#[test]
fn the_pages_file_both_halves_of_a_letter_once_and_keep_what_was_typed() {
    let (office, uscc) = with_business("2026-11-22T10:00:00+08:00");
    let mut browser = Browser::new(&office);
    let next = |reply: &tests::Reply| reply.header("location").unwrap_or("").to_owned();
    // An error keeps what was typed and names the field.
    let wrong = browser.form(
        "/complaints/new/what",
        "text=%E5%9D%8F%E4%BA%86%E5%9D%8F%E4%BA%86%E5%9D%8F",
    );
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("坏了坏了坏") && wrong.text().contains("<title>错误："));
    let reply = browser.form(
        "/complaints/new/what",
        "category=spoiled&text=%E5%9D%8F%E4%BA%86%E5%9D%8F%E4%BA%86%E5%9D%8F",
    );
    assert_eq!(next(&reply), "/complaints/new/where");
    let reply = browser.form(
        "/complaints/new/where",
        "q=%E9%A3%9F%E5%93%81&do=search&place=&town=",
    );
    assert_eq!(next(&reply), "/complaints/new/where");
    assert!(
        browser
            .get("/complaints/new/where")
            .text()
            .contains("type=\"radio\" name=\"uscc\"")
    );
    // Letters that are patterns elsewhere are letters.
    for nothing in ["%25", "_", "%EF%BC%88"] {
        let fields = format!("q={nothing}&do=search&place=&town=");
        browser.form("/complaints/new/where", &fields);
        let page = browser.get("/complaints/new/where").text();
        assert!(page.contains("没有找到"), "{nothing}");
    }
    let reply = browser.form(
        "/complaints/new/where",
        &format!("uscc={uscc}&place=&town=&q=x"),
    );
    assert_eq!(next(&reply), "/complaints/new/when");
    let reply = browser.form("/complaints/new/when", "quick=yesterday&happened_on=");
    assert_eq!(next(&reply), "/complaints/new/photos");
    let photo = photo_with_gps();
    let reply = browser.client().multipart(
        "/complaints/new/photos/add",
        &[("do", "more")],
        &[("a.jpg", &photo)],
    );
    let reply = browser.keep(reply);
    assert_eq!(next(&reply), "/complaints/new/photos");
    let page = browser.get("/complaints/new/photos").text();
    let small = page
        .split("src=\"/complaints/new/photos/")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(
        browser
            .get(&format!("/complaints/new/photos/{small}"))
            .status,
        200
    );
    let bad = browser
        .client()
        .multipart("/complaints/new/photos/add", &[], &[("a.exe", b"MZ")]);
    assert_eq!(bad.status, 422);
    let reply = browser
        .client()
        .multipart("/complaints/new/photos/add", &[], &[]);
    assert_eq!(next(&browser.keep(reply)), "/complaints/new/wants");
    let reply = browser.form(
        "/complaints/new/wants",
        "kind=both&wants=%E9%80%80%E9%92%B1",
    );
    assert_eq!(next(&reply), "/complaints/new/who");
    // Anonymous is offered as a report, and not taken for a complaint.
    let who = browser.get("/complaints/new/who").text();
    assert!(who.contains("改为匿名举报"));
    assert_eq!(
        browser
            .form("/complaints/new/who", "name=&phone=&address=")
            .status,
        422
    );
    let reply = browser.form(
        "/complaints/new/who",
        "name=%E6%9D%8E%E5%9B%9B&phone=13800000000&address=%E8%B7%AF",
    );
    assert_eq!(next(&reply), "/complaints/new/check");
    // Going back keeps everything.
    assert!(
        browser
            .get("/complaints/new/what")
            .text()
            .contains("坏了坏了坏")
    );
    assert!(
        browser
            .get("/complaints/new/check")
            .text()
            .contains("2026年11月21日")
    );
    // Another browser has none of it.
    let mut stranger = Browser::new(&office);
    assert_eq!(next(&stranger.get("/complaints/new/check")), "/complaints");
    // Sent twice, filed once.
    for _ in 0..2 {
        assert_eq!(
            next(&browser.form("/complaints/new/check", "proof=")),
            "/complaints/filed"
        );
    }
    let page = browser.get("/complaints/filed").text();
    assert!(
        page.contains("TS261122-") && page.contains("JB261122-"),
        "{page}"
    );
    assert_eq!(
        office.office.get("/api/v1/complaints").expect(200)["total"],
        2
    );
    let receipt = browser.get("/complaints/filed/receipt.txt");
    assert!(
        receipt
            .header("content-disposition")
            .unwrap()
            .starts_with("attachment")
    );
    let line = |name: &str| {
        let text = receipt.text();
        text.lines()
            .find(|line| line.starts_with(name))
            .unwrap()
            .trim_start_matches(name)
            .trim()
            .to_owned()
    };
    let (code, passphrase) = (line("编号："), line("查询码："));
    // A second chance to save them; then this browser forgets.
    assert!(
        browser
            .get("/complaints/filed/done")
            .text()
            .contains(&passphrase)
    );
    browser.form("/complaints/filed/done", "");
    assert_eq!(next(&browser.get("/complaints/filed")), "/complaints");
    // Followed by number and passphrase, which stand in no address.
    let opened = browser.form(
        "/complaints/follow",
        &format!("code={code}&passphrase={}", passphrase.replace(' ', "+")),
    );
    assert_eq!(next(&opened), "/complaints/follow/case");
    let page = browser.get("/complaints/follow/case").text();
    assert!(page.contains("坏了坏了坏") && page.contains("受理或者不予受理"));
    let photo = page
        .split("href=\"/complaints/follow/files/")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let shown = browser.get(&format!("/complaints/follow/files/{photo}"));
    assert_eq!(shown.status, 200);
    assert!(!contains(&shown.body, b"Exif"));
    browser.form("/complaints/follow/case/leave", "");
    assert_eq!(
        next(&browser.get("/complaints/follow/case")),
        "/complaints/follow"
    );
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
    let (case, hidden) = (file(&public, &plain), file(&public, &insider));
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

const DAY_ONE: &str = "2026-03-02T10:00:00+08:00";
pub const OLD_KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
pub const NEW_KEY: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

#[test]
fn who_is_erased_is_gone_and_a_live_case_outlives_the_change_of_the_data_key() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let old = [("complaint_rate_limit", "0"), ("data_key", OLD_KEY)];
    let office = Office::at(DAY_ONE, &old);
    let public = office.server.public();
    let mut document = report();
    document["town"] = json!("");
    document["happened_on"] = json!("2026-03-01");
    document["anonymous"] = json!(false);
    document["contact"] = json!({"name": SECRETS[0], "phone": SECRETS[1]});
    let photo = photo_with_gps();
    let fields: Vec<(String, String)> = [
        ("kind", "report"),
        ("place", SECRETS[5]),
        ("happened_on", "2026-03-01"),
        ("category", "hygiene"),
        ("text", SECRETS[3]),
        ("name", SECRETS[0]),
        ("phone", SECRETS[1]),
    ]
    .iter()
    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
    .collect();
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let receipt = public
        .multipart("/api/v1/complaints", &fields, &[("a.jpg", &photo)])
        .expect(201);
    let over = (
        receipt["code"].as_str().unwrap().to_owned(),
        receipt["passphrase"].as_str().unwrap().to_owned(),
    );
    let live = file(&public, &document);
    for (verb, order) in [
        ("decide", json!({"filed": false, "note": SECRETS[4]})),
        ("inform", json!({"note": "已告知"})),
        ("close", json!({"note": "办结"})),
    ] {
        office
            .office
            .post(&format!("/api/v1/complaints/{}/{verb}", over.0), &order)
            .expect(200);
    }
    office
        .office
        .put(
            "/api/v1/policy/complaint_retention_days",
            &json!({"value": 30, "valid_from": "2026-01-01"}),
        )
        .expect(204);
    // Not before its time.
    let office = office.on("2026-03-20T03:30:00+08:00", &old);
    assert_eq!(
        office
            .scheduler()
            .post("/internal/complaints", &json!({}))
            .expect(200)["erased"],
        0
    );
    // A message is activity, and puts it off.
    let said = json!({"code": over.0, "passphrase": over.1, "text": "还有一句"});
    office
        .server
        .public()
        .post("/api/v1/complaints/messages", &said)
        .expect(200);
    let office = office.on("2026-04-05T03:30:00+08:00", &old);
    assert_eq!(
        office
            .scheduler()
            .post("/internal/complaints", &json!({}))
            .expect(200)["erased"],
        0
    );
    let before = office.folder.0.join("before");
    let status_of_backup = std::process::Command::new(tests::program())
        .arg("backup")
        .arg(&before)
        .arg("--data")
        .arg(&office.server.data)
        .status()
        .unwrap();
    assert!(status_of_backup.success());
    let office = office.on("2026-05-01T03:30:00+08:00", &old);
    let done = office
        .scheduler()
        .post("/internal/complaints", &json!({}))
        .expect(200);
    assert_eq!((&done["erased"], &done["files"]), (&json!(1), &json!(2)));
    assert_eq!(
        office
            .scheduler()
            .post("/internal/complaints", &json!({}))
            .expect(200)["erased"],
        0
    );
    let gone = office
        .office
        .get(&format!("/api/v1/complaints/{}", over.0))
        .expect(200);
    for field in ["text", "place", "contact"] {
        assert!(gone[field].is_null(), "{gone}");
    }
    assert_eq!(gone["status"], "closed");
    assert!(
        gone["steps"]
            .as_array()
            .unwrap()
            .iter()
            .all(|step| step["note"].is_null())
    );
    status(&office.server.public(), &over);
    assert_eq!(
        office
            .server
            .public()
            .post("/api/v1/complaints/messages", &said)
            .expect_problem(409),
        "erased"
    );
    // The key is changed: live cases are sealed anew, and then the old one is not needed any more.
    let both = [
        ("complaint_rate_limit", "0"),
        ("data_key", NEW_KEY),
        ("data_key_previous", OLD_KEY),
    ];
    let office = office.on("2026-05-02T03:30:00+08:00", &both);
    assert_eq!(status(&office.server.public(), &live)["status"], "received");
    assert_eq!(
        office
            .scheduler()
            .post("/internal/complaints", &json!({}))
            .expect(200)["resealed"],
        1
    );
    assert_eq!(
        office
            .scheduler()
            .post("/internal/complaints", &json!({}))
            .expect(200)["resealed"],
        0
    );
    let new = [("complaint_rate_limit", "0"), ("data_key", NEW_KEY)];
    let office = office.on("2026-05-03T03:30:00+08:00", &new);
    let seen = office
        .office
        .get(&format!("/api/v1/complaints/{}", live.0))
        .expect(200);
    assert_eq!(seen["contact"]["name"], SECRETS[0]);
    // The backup from before the erasure, opened with the key of now, tells nothing of who was erased.
    let database = rusqlite::Connection::open(before.join("shian.db")).unwrap();
    let (sealed, key_id): (Vec<u8>, String) = database
        .query_row(
            "SELECT sealed_key, data_key_id FROM complaint WHERE code = ?1",
            [&over.0],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    let now = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    let (live_id, erased): (String, i64) = now
        .query_row(
            "SELECT max(data_key_id), sum(sealed_key IS NULL) FROM complaint",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert!(!sealed.is_empty() && key_id != live_id && erased == 1);
    let opens = |key: &str| {
        use base64::Engine as _;
        let key: [u8; 32] = base64::engine::general_purpose::STANDARD
            .decode(key)
            .unwrap()
            .try_into()
            .unwrap();
        let place = json!([over.0, "complaint.sealed_key", key_id]).to_string();
        web::seal::open_at(&key, place.as_bytes(), &sealed).is_some()
    };
    assert!(opens(OLD_KEY) && !opens(NEW_KEY));
    for (path, bytes) in everything(&office.server.data) {
        for secret in SECRETS {
            assert!(
                !contains(&bytes, secret.as_bytes()),
                "{secret} in {}",
                path.display()
            );
        }
    }
}

#[test]
fn an_open311_client_finds_services_files_reads_and_is_told_errors() {
    let office = unlimited("2026-11-22T10:00:00+08:00");
    let public = office.server.public();
    let services = public.get("/open311/v2/services.json").expect(200);
    assert_eq!(services[0]["service_code"], "spoiled");
    assert!(
        services
            .as_array()
            .unwrap()
            .iter()
            .all(|service| service["metadata"] == false && service["type"] == "realtime")
    );
    let xml = public.get("/open311/v2/services.xml");
    assert_eq!(xml.header("content-type"), Some("text/xml; charset=utf-8"));
    assert!(
        xml.text()
            .starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?><services><service>")
    );
    assert!(
        public
            .with("accept", "application/xml")
            .get("/open311/v2/services")
            .text()
            .starts_with("<?xml")
    );
    assert_eq!(
        public.get("/open311/v2/services/spoiled.json").expect(200)["service_code"],
        "spoiled"
    );
    assert_eq!(
        public.get("/open311/v2/services/bicycles.json").expect(404)[0]["code"],
        404
    );
    // What is missing is an error with a code and words.
    for (fields, status) in [
        ("description=x", 400),
        (
            "service_code=bicycles&description=xxxxxx&address_string=x",
            404,
        ),
        ("service_code=spoiled&description=xxxxxx", 400),
        ("service_code=spoiled&address_string=x", 400),
    ] {
        let error = public
            .form("/open311/v2/requests.json", fields)
            .expect(status);
        assert_eq!(error[0]["code"], status);
        assert!(!error[0]["description"].as_str().unwrap().is_empty());
        let xml = public.form("/open311/v2/requests.xml", fields);
        assert_eq!(xml.status, status);
        assert!(
            xml.text().contains(&format!(
                "<errors><error><code>{status}</code><description>"
            )),
            "{}",
            xml.text()
        );
    }
    let filed = public
        .form("/open311/v2/requests.json", "jurisdiction_id=x&service_code=spoiled&lat=30.87&long=120.42&address_string=%E4%BA%BA%E6%B0%91%E8%B7%AF&description=mouldy+bread+%3C%26%3E&last_name=Li&first_name=Si&phone=13800000000")
        .expect(201);
    let code = filed[0]["service_request_id"].as_str().unwrap();
    assert!(
        filed[0]["service_notice"]
            .as_str()
            .unwrap()
            .contains("查询码")
    );
    let read = public
        .get(&format!("/open311/v2/requests/{code}.json"))
        .expect(200);
    assert_eq!(read[0]["status"], "open");
    assert_eq!(read[0]["expected_datetime"], "2026-12-11T23:59:59+08:00");
    assert!(!read.to_string().contains("mouldy") && !read.to_string().contains("13800000000"));
    let seen = office
        .office
        .get(&format!("/api/v1/complaints/{code}"))
        .expect(200);
    assert_eq!(seen["contact"]["name"], "LiSi");
    assert!(seen["place"].as_str().unwrap().contains("30.87"));
    // What was filed elsewhere cannot be looked up here.
    let other = file(&public, &report());
    public
        .get(&format!("/open311/v2/requests/{}.json", other.0))
        .expect(404);
    let listed = public
        .get(&format!(
            "/open311/v2/requests.json?service_request_id={code},{}",
            other.0
        ))
        .expect(200);
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(
        public
            .get("/open311/v2/requests.json?status=closed")
            .expect(200),
        json!([])
    );
    // A single case stands in no list, as in no figure; with the district's own threshold it does.
    let spoiled = || public.get("/open311/v2/requests.json?service_code=spoiled");
    assert_eq!(spoiled().expect(200), json!([]));
    let least = json!({"value": 1, "valid_from": "2026-11-22"});
    office
        .office
        .put("/api/v1/policy/complaint_small_cell", &least)
        .expect(204);
    assert_eq!(spoiled().expect(200).as_array().unwrap().len(), 1);
    let xml = public.get("/open311/v2/requests.xml").text();
    assert!(
        xml.contains("<service_requests><request>")
            && xml.contains(&format!("<service_request_id>{code}</service_request_id>")),
        "{xml}"
    );
}

#[test]
fn repeats_are_merged_and_several_about_one_business_are_hinted_at() {
    let (office, uscc) = with_business("2026-11-22T10:00:00+08:00");
    let public = office.server.public();
    let (one, two) = (
        file(&public, &complaint(&uscc)),
        file(&public, &complaint(&uscc)),
    );
    let listed = office.office.get("/api/v1/complaints").expect(200);
    assert_eq!(listed["items"][0]["same"], 1);
    let page = office
        .office
        .with("accept", "text/html")
        .get(&format!("/complaints/cases/{}", two.0))
        .text();
    assert!(page.contains("件反映同一家企业"));
    let merge = |code: &str, into: &str| {
        office.office.post(
            &format!("/api/v1/complaints/{code}/merge"),
            &json!({"into": into}),
        )
    };
    merge(&two.0, &two.0).expect_problem(422);
    merge(&two.0, "TS261122-AAAAAA").expect_problem(422);
    let merged = merge(&two.0, &one.0).expect(200);
    assert_eq!(
        (&merged["status"], &merged["merged_into"]),
        (&json!("merged"), &json!(one.0))
    );
    let told = status(&public, &two);
    assert!(
        told["status"] == "merged" && !told.to_string().contains(&one.0),
        "another's number is not told"
    );
    merge(&one.0, &two.0).expect_problem(422);
    // Given to another station, it is that one's.
    let station = office.staff("station", "station", &[TOWN], None);
    let other = office.staff("other", "station", &["石湖镇"], None);
    let path = format!("/api/v1/complaints/{}", one.0);
    assert_eq!(
        station
            .post(&format!("{path}/assign"), &json!({"town": "石湖镇"}))
            .status,
        204
    );
    station.get(&path).expect_problem(404);
    assert_eq!(other.get(&path).expect(200)["steps"][1]["town"], "石湖镇");
    other
        .post(&format!("{path}/transfer"), &json!({"to": "区农业农村局"}))
        .expect_problem(422);
    let moved = other
        .post(
            &format!("{path}/transfer"),
            &json!({"to": "区农业农村局", "note": "种植环节的事，电话 0572-0000000"}),
        )
        .expect(200);
    assert_eq!(moved["status"], "transferred");
    assert!(
        moved["deadlines"]
            .as_array()
            .unwrap()
            .iter()
            .all(|deadline| !deadline["met_on"].is_null())
    );
}

#[test]
fn the_public_proposes_what_to_sample_the_office_answers_and_figures_withhold_small_numbers() {
    let office = unlimited("2026-11-22T10:00:00+08:00");
    let public = office.server.public();
    public
        .post("/api/v1/sampling", &json!({"food": ""}))
        .expect_problem(422);
    public
        .post(
            "/api/v1/sampling",
            &json!({"food": "校门口的炸串", "reason": "孩子常吃"}),
        )
        .expect(202);
    assert_eq!(
        public.get("/api/v1/sampling").expect(200)["total"],
        0,
        "the office reads it first"
    );
    let decide = |verb: &str, order: Value| {
        office
            .office
            .post(&format!("/api/v1/sampling/1/{verb}"), &order)
    };
    public
        .post("/api/v1/sampling/1/vote", &json!({}))
        .expect_problem(404);
    decide("answer", json!({"said": "合格"})).expect_problem(409);
    decide("publish", json!({})).expect(204);
    let first = public.post("/api/v1/sampling/1/vote", &json!({}));
    assert_eq!(first.status, 204);
    let cookie = first
        .header("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    public
        .with("cookie", &cookie)
        .post("/api/v1/sampling/1/vote", &json!({}))
        .expect(204);
    assert_eq!(
        public.get("/api/v1/sampling").expect(200)["items"][0]["votes"],
        1
    );
    decide("take_up", json!({"said": "12 月抽检 10 批"})).expect(204);
    decide("answer", json!({})).expect_problem(422);
    decide("answer", json!({"said": "10 批全部合格"})).expect(204);
    assert!(
        public
            .with("accept", "text/html")
            .get("/sampling")
            .text()
            .contains("10 批全部合格")
    );

    let empty = public.get("/api/v1/public/complaints/figures").expect(200);
    assert_eq!(empty["items"], json!([]));
    for _ in 0..6 {
        file(
            &public,
            &json!({"kind": "report", "place": "某地方", "happened_on": "2026-11-20", "category": "spoiled", "text": "发霉的面包", "anonymous": true}),
        );
    }
    file(
        &public,
        &json!({"kind": "report", "place": "某地方", "happened_on": "2026-11-20", "category": "illness", "text": "吃坏了肚子", "anonymous": true}),
    );
    let figures = public.get("/api/v1/public/complaints/figures").expect(200);
    let month = &figures["items"][0];
    assert_eq!(
        (&month["month"], &month["received"]),
        (&json!("2026-11"), &json!(7))
    );
    // One alone would be told by the sum: its neighbour is withheld with it.
    assert_eq!(
        month["categories"],
        json!({"spoiled": null, "illness": null})
    );
    assert_eq!(month["closed"], Value::Null);
}
