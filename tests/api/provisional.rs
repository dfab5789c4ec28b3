//! Dates that need a year whose holidays are not announced yet, and what becomes of them when they are (design: provisional dates).

use crate::complaints::{file_complaint as file, report, status, unlimited};
use crate::lists::{move_case, nominate, reopen_at};
use serde_json::{Value, json};
use tests::{Office, Reply};

/// Monday; the terms that begin on it end in 2027.
const FILED: &str = "2026-12-28T10:00:00+08:00";
const AFTER: &str = "2026-12-30T03:30:00+08:00";

/// An arrangement of 2027 as it might be: 元旦 is Friday 1 January, and Saturday the 9th is worked.
const ARRANGEMENT: &str = "date,kind,name
2027-01-01,holiday,元旦
2027-01-09,workday,元旦
2027-01-11,holiday,春节
2027-01-12,holiday,春节
2027-04-05,holiday,清明节
2027-05-03,holiday,劳动节
2027-06-09,holiday,端午节
2027-09-15,holiday,中秋节
2027-10-01,holiday,国庆节
";

fn announce(office: &Office, csv: &str) {
    let path = "/api/v1/holidays/import";
    office
        .office
        .send("POST", path, Some("text/csv"), csv.as_bytes().to_vec())
        .expect(200);
}

fn night(office: &Office) -> Value {
    office
        .scheduler()
        .post("/internal/complaints", &json!({}))
        .expect(200)
}

fn decide(case: &Value) -> (&str, bool) {
    let deadlines = case["deadlines"].as_array().unwrap();
    let decide = deadlines.iter().find(|it| it["step"] == "decide").unwrap();
    (
        decide["due"].as_str().unwrap(),
        decide["provisional"].as_bool().unwrap(),
    )
}

fn told(case: &Value) -> Vec<String> {
    let messages = case["messages"].as_array().unwrap();
    let text = |message: &Value| message["text"].as_str().unwrap().to_owned();
    messages.iter().map(text).collect()
}

#[test]
fn a_report_filed_before_its_year_is_announced_gets_the_dates_of_the_announced_calendar_and_the_citizen_is_told_once()
 {
    let office = unlimited(FILED);
    let public = office.server.public();
    let key = file(&public, &report());
    let erased = file(&public, &report());
    // Fifteen weekdays, and said to be provisional.
    let at_first = status(&public, &key);
    assert_eq!(decide(&at_first), ("2027-01-18", true));
    let page = |office: &Office, path: &str| {
        let client = office.office.with("accept", "text/html");
        client.get(path).text()
    };
    let case_page = format!("/complaints/cases/{}", key.0);
    assert!(page(&office, &case_page).contains("节假日未公布，暂定"));
    let office = office.on(AFTER, &[("complaint_rate_limit", "0")]);
    let public = office.server.public();
    // Without an arrangement, or with half of one, nothing is computed anew.
    assert_eq!(night(&office)["redated"], 0);
    let (half, rest) = ARRANGEMENT.split_at(ARRANGEMENT.find("2027-05-03").unwrap());
    announce(&office, half);
    assert_eq!(night(&office)["redated"], 0);
    assert_eq!(decide(&status(&public, &key)), ("2027-01-18", true));
    // The whole: less 元旦, 11 and 12 January, and with Saturday the 9th.
    announce(&office, &format!("date,kind,name\n{rest}"));
    let store = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    let erase = "UPDATE complaint SET sealed_key = NULL, data_key_id = NULL, sealed = NULL, sealed_contact = NULL WHERE code = ?1";
    store.execute(erase, [&erased.0]).unwrap();
    // Two runs at once change each case once.
    let redated: Vec<u64> = std::thread::scope(|scope| {
        let runs = [0, 1].map(|_| scope.spawn(|| night(&office)["redated"].as_u64().unwrap()));
        runs.map(|run| run.join().unwrap()).to_vec()
    });
    assert_eq!(redated.iter().sum::<u64>(), 2, "{redated:?}");
    let now = status(&public, &key);
    assert_eq!(decide(&now), ("2027-01-20", false));
    let said = told(&now);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].contains("2027年1月18日") && said[0].contains("2027年1月20日"),
        "{said:?}"
    );
    assert!(!page(&office, &case_page).contains("节假日未公布，暂定"));
    // Again, and after the same file once more: one change is told once.
    assert_eq!(night(&office)["redated"], 0);
    announce(&office, ARRANGEMENT);
    assert_eq!(night(&office)["redated"], 0);
    assert_eq!(told(&status(&public, &key)), said);
    let history = office
        .office
        .get(&format!("/api/v1/audit?record=complaint/{}", key.0))
        .expect(200);
    let by_calendar = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["actor"] == "calendar");
    assert_eq!(by_calendar.count(), 1, "{history}");
}

#[test]
fn whoever_was_told_a_later_day_is_not_chased_before_it() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = unlimited(FILED);
    let public = office.server.public();
    let key = file(&public, &report());
    // Two Saturdays worked, and 元旦 on a weekend: the true day is earlier.
    let earlier = ARRANGEMENT
        .replace("2027-01-01,holiday,元旦", "2027-01-02,holiday,元旦")
        .replace("2027-01-11,holiday,春节", "2027-02-08,holiday,春节")
        .replace("2027-01-12,holiday,春节", "2027-01-16,workday,春节");
    announce(&office, &earlier);
    assert_eq!(night(&office)["redated"], 1);
    assert_eq!(decide(&status(&public, &key)), ("2027-01-15", false));
    let store = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    let chased: String = store
        .query_row(
            "SELECT due_on FROM deadline_complaint_term WHERE rule = 'complaint_decide'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(chased, "2027-01-18");
    // Nor is it called late, in the list or in the figures.
    drop(store);
    let mut office = office;
    for (day, overdue) in [("2027-01-18", 0), ("2027-01-19", 1)] {
        office = office.on(
            &format!("{day}T10:00:00+08:00"),
            &[("complaint_rate_limit", "0")],
        );
        let sql = "UPDATE complaint_deadline SET ended_on = '2026-12-28' WHERE step <> 'decide'";
        let store = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
        store.execute(sql, []).unwrap();
        drop(store);
        let path = "/api/v1/complaints?overdue=true";
        assert_eq!(
            office.office.get(path).expect(200)["total"],
            overdue,
            "{day}"
        );
    }
}

#[test]
fn a_case_that_no_key_opens_keeps_no_other_from_its_dates() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = unlimited(FILED);
    let public = office.server.public();
    let broken = file(&public, &report());
    let sound = file(&public, &report());
    announce(&office, ARRANGEMENT);
    let store = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    let spoil = "UPDATE complaint SET sealed_key = zeroblob(length(sealed_key)) WHERE code = ?1";
    assert_eq!(store.execute(spoil, [&broken.0]).unwrap(), 1);
    drop(store);
    assert_eq!(night(&office)["redated"], 1);
    assert_eq!(decide(&status(&public, &sound)), ("2027-01-20", false));
}

fn matter(office: &Office) -> Value {
    let path = "/api/v1/license-outreach/matters";
    office.office.get(path).expect(200)["items"][0].clone()
}

#[test]
fn a_matter_of_licences_follows_the_announced_days_and_is_marked_until_then() {
    let office = Office::at(FILED, &[]);
    office.knows(&["云港街道"]);
    let received = json!({"kind": "license_application", "applicant": "阿婆糕团店", "town": "云港街道", "received_on": "2026-12-28"});
    let made = office
        .office
        .post("/api/v1/license-outreach/matters", &received)
        .expect(201);
    let id = made["id"].as_str().unwrap();
    let at_first = matter(&office);
    assert_eq!(at_first["provisional"], true, "{at_first}");
    let page = |office: &Office| -> Reply {
        let browser = office.office.with("accept", "text/html");
        browser.get(&format!("/license-outreach/matters/{id}"))
    };
    assert!(page(&office).text().contains("暂定"));
    announce(&office, ARRANGEMENT);
    let now = matter(&office);
    assert_eq!(now["provisional"], false);
    assert!(
        now["due_on"].as_str().unwrap() > at_first["due_on"].as_str().unwrap(),
        "{at_first} {now}"
    );
    assert!(!page(&office).text().contains("暂定"));
}

/// An official who missed the third quarter; the sweep of `day` has run.
fn swept(day: &str) -> Office {
    let office = Office::at("2026-07-01T09:00:00+08:00", &[]);
    let from = json!({"value": "2026-07-01", "valid_from": "2022-01-01"});
    office
        .office
        .put("/api/v1/policy/obligations_from", &from)
        .expect(204);
    for (kind, csv) in [
        (
            "enterprises",
            "统一社会信用代码,企业名称,成立日期,所属镇街,经营范围\n91330503MYYG3CWJ94,甲食品店,2020-01-01,云港街道,食品销售\n",
        ),
        (
            "cadres",
            "工号,姓名,层级,所属镇街,手机\nV1,沈阿根,村社区,云港街道,13800000001\n",
        ),
        (
            "assignments",
            "统一社会信用代码,工号,包保起始日期\n91330503MYYG3CWJ94,V1,2026-01-01\n",
        ),
    ] {
        office.office.import(kind, csv.as_bytes()).expect(200);
    }
    let office = office.on(day, &[]);
    sweep(&office);
    office
}

fn sweep(office: &Office) -> Value {
    office
        .scheduler()
        .post("/internal/sweep", &json!({}))
        .expect(200)
}

fn letter(office: &Office) -> Value {
    let path = "/api/v1/notices?kind=reminder_letter";
    office.office.get(path).expect(200)["items"][0].clone()
}

#[test]
fn a_paper_is_marked_provisional_keeps_its_day_and_climbs_by_the_later_one_which_is_told_once() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = swept("2026-12-28T09:00:00+08:00");
    let paper = letter(&office);
    assert_eq!(
        (&paper["due"], &paper["due_provisional"]),
        (&json!("2027-01-11"), &json!(true)),
        "{paper}"
    );
    let path = format!("/notices/{}", paper["id"].as_str().unwrap());
    let page = |office: &Office| office.office.with("accept", "text/html").get(&path).text();
    assert!(page(&office).contains("（2027年1月11日前，暂定）"));
    assert!(page(&office).contains("个工作日，暂定）"));
    let store = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    let marked = "SELECT count(*) FROM message WHERE kind IN ('notice', 'copy') AND facts ->> '$.due_on' = '2027-01-11' AND facts ->> '$.provisional' = 1";
    let marked: i64 = store.query_row(marked, [], |row| row.get(0)).unwrap();
    assert_eq!(marked, 1);
    drop(store);
    announce(&office, ARRANGEMENT);
    let office = office.on("2026-12-29T06:00:00+08:00", &[]);
    for _ in 0..2 {
        sweep(&office);
    }
    let messages = || -> Vec<String> {
        let store = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
        let sql =
            "SELECT recipient || '：' || text FROM message WHERE key GLOB 'term/*' ORDER BY id";
        let mut rows = store.prepare(sql).unwrap();
        let rows = rows.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let said = messages();
    // The town, to which the letter went.
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said.iter()
            .all(|text| text.contains("2027年1月11日顺延到2027年1月13日")),
        "{said:?}"
    );
    let seen = page(&office);
    assert!(
        seen.contains("（2027年1月11日前，暂定）") && seen.contains("顺延到2027年1月13日"),
        "what is printed stays"
    );
    assert!(seen.contains("个工作日，已确定）") && !seen.contains("个工作日，暂定）"));
    // Over by the printed day and not by the true one.
    let climbed = |day: &str, office: Office| {
        let office = office.on(day, &[]);
        sweep(&office);
        let path = "/api/v1/notices?kind=rectification_order";
        let orders = office.office.get(path).expect(200)["total"].as_u64();
        (orders.unwrap(), office)
    };
    let (orders, office) = climbed("2027-01-13T06:00:00+08:00", office);
    assert_eq!(orders, 0);
    let (orders, _) = climbed("2027-01-14T06:00:00+08:00", office);
    assert_eq!(orders, 1);
}

#[test]
fn what_somebody_was_reminded_of_is_not_chased_before_that_day() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    // Ten working days after the project was entered: 8 January by weekdays alone.
    let office = Office::at("2026-12-26T09:00:00+08:00", &[]);
    office.knows(&["云港街道"]);
    let project = json!({"name": "职工食堂", "company": "某某科技", "town": "云港街道", "contacts": "张经理 13800000000", "entered_on": "2026-12-25"});
    office
        .office
        .post("/api/v1/license-outreach/canteens", &project)
        .expect(201);
    let stands = |office: &Office| -> (String, i64, i64) {
        let store = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
        let sql = "SELECT (SELECT due_on FROM deadline_canteen WHERE rule = 'canteen_entered'),
                (SELECT count(*) FROM breach WHERE rule = 'canteen_entered' AND closed_on IS NULL),
                (SELECT count(*) FROM message WHERE kind = 'reminder')";
        store
            .query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap()
    };
    let (told, _, _) = stands(&office);
    assert!(told.as_str() > "2027-01-01", "{told}");
    let day = |date: chrono::NaiveDate| format!("{date}T06:00:00+08:00");
    let told: chrono::NaiveDate = told.parse().unwrap();
    let office = office.on(&day(told - chrono::Days::new(4)), &[]);
    sweep(&office);
    assert!(stands(&office).2 > 0, "nobody was reminded");
    // Saturday and Sunday the 2nd and 3rd of January are worked: the true day is earlier.
    let earlier = ARRANGEMENT
        .replace("2027-01-01,holiday,元旦", "2027-12-31,holiday,元旦")
        .replace("2027-01-09,workday", "2027-01-02,workday")
        .replace("2027-01-11,holiday,春节", "2027-02-08,holiday,春节")
        .replace("2027-01-12,holiday,春节", "2027-01-03,workday,春节");
    announce(&office, &earlier);
    let (truly, _, _) = stands(&office);
    let truly: chrono::NaiveDate = truly.parse().unwrap();
    assert!(truly < told, "{truly} {told}");
    let mut office = office;
    for (date, open) in [
        (truly + chrono::Days::new(1), 0),
        (told, 0),
        (told + chrono::Days::new(4), 1),
    ] {
        office = office.on(&day(date), &[]);
        sweep(&office);
        assert_eq!(stands(&office).1, open, "{date}");
    }
}

#[test]
fn the_days_to_object_to_the_black_list_are_those_of_the_announced_calendar_and_never_fewer() {
    let uscc = "91330503MYYG3CWJ94";
    let office = Office::at(FILED, &[]);
    office.staff("second", "office", &[], None);
    for (kind, csv) in [
        (
            "enterprises",
            "统一社会信用代码,企业名称,成立日期,所属镇街,经营范围\n91330503MYYG3CWJ94,甲食品厂,2020-01-01,云港街道,食品生产\n",
        ),
        (
            "penalties",
            "处罚决定书文号,统一社会信用代码,违法事实,处罚依据,处罚种类,罚没金额（元）,处罚日期,公示截止日期\n浔市监处〔2026〕12号,91330503MYYG3CWJ94,生产菌落总数超标的面包,食品安全法第一百二十四条,罚款,52000,2026-10-12,2027-10-12\n",
        ),
    ] {
        office.office.import(kind, csv.as_bytes()).expect(200);
    }
    let id = nominate(&office.office, uscc, "black");
    let told = json!({"note": "当面送达，李某签收"});
    move_case(&office.office, &id, "notify", told).expect(200);
    let notice = |office: &Office| {
        let browser = office.office.with("accept", "text/html");
        browser.get(&format!("/lists/cases/{id}/notice")).text()
    };
    // Five weekdays; with New Year's Day off it is one day more.
    assert!(notice(&office).contains("（2027年1月4日以前，暂定）"));
    announce(&office, ARRANGEMENT);
    // A copy says both days, and whoever handles the case sees that the business has to be told.
    assert!(notice(&office).contains("（2027年1月4日以前；按已经公布的节假日顺延到2027年1月5日）"));
    let browser = office.office.with("accept", "text/html");
    let desk = browser.get(&format!("/lists/cases/{id}")).text();
    assert!(desk.contains("告知书上写的是2027年1月4日，按已经公布的节假日顺延到2027年1月5日"));
    let approve = json!({"approved": true, "note": "事实清楚"});
    let (office, second) = reopen_at(office, "2027-01-05T10:00:00+08:00");
    let refused = move_case(&second, &id, "decide", approve.clone());
    assert_eq!(refused.expect_problem(409), "objection_term_running");
    assert!(
        refused.text().contains("2027年1月5日"),
        "{}",
        refused.text()
    );
    let (_office, second) = reopen_at(office, "2027-01-06T10:00:00+08:00");
    move_case(&second, &id, "decide", approve).expect(200);
}
