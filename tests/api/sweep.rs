//! The sweep: the right paper, on its day, once.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use tests::{Client, Office};

/// Uscc with right check digits; the roster test data has these.
pub const SHOPS: [&str; 6] = [
    "91330503MYYG3CWJ94",
    "92330503MYWG9MDA0T",
    "91330503MA2D2BJJ02",
    "92330503MYU5792E31",
    "92330503MYUU70F425",
    "91330503MYX29PY18E",
];

/// Two officials of a village, one of the district, and their businesses.
pub fn small() -> Office {
    let office = Office::at("2026-07-01T09:00:00+08:00", &[]);
    let from = json!({"value": "2026-07-01", "valid_from": "2022-01-01"});
    office
        .office
        .put("/api/v1/policy/obligations_from", &from)
        .expect(204);
    let names = [
        "甲食品店",
        "乙食品店",
        "丙小学食堂",
        "丁大型商超",
        "戊食品店",
        "己食品店",
    ];
    let enterprises: String = SHOPS
        .iter()
        .zip(names)
        .map(|(uscc, name)| {
            let canteen = if name.contains("食堂") {
                "是"
            } else {
                "否"
            };
            format!("{uscc},{name},2020-01-01,云港街道,东庄社区,食品销售,流通,A,D,{canteen}\n")
        })
        .collect();
    let header = "统一社会信用代码,企业名称,成立日期,所属镇街,村社区,经营范围,主体业态,风险等级,包保级别,是否学校幼儿园食堂\n";
    import(&office, "enterprises", &format!("{header}{enterprises}"));
    import(
        &office,
        "cadres",
        "工号,姓名,层级,所属镇街,手机\nV1,沈阿根,村社区,云港街道,13800000001\nV2,钱小宝,村社区,云港街道,13800000002\nQ1,周区长,区,,13800000003\n",
    );
    let held = [
        ("V1", SHOPS[0]),
        ("V1", SHOPS[1]),
        ("V2", SHOPS[2]),
        ("Q1", SHOPS[3]),
        ("V2", SHOPS[4]),
    ];
    let assignments: String = held
        .iter()
        .map(|(cadre, uscc)| format!("{uscc},{cadre},2026-01-01\n"))
        .collect();
    import(
        &office,
        "assignments",
        &format!("统一社会信用代码,工号,包保起始日期\n{assignments}"),
    );
    office
}

fn import(office: &Office, kind: &str, csv: &str) {
    let report = office.office.import(kind, csv.as_bytes()).expect(200);
    assert_eq!(report["rejected"], json!([]), "{report}");
}

pub fn visited(office: &Office, day: &str, cadre: &str, uscc: &str, mode: &str) {
    import(
        office,
        "visits",
        &format!(
            "统一社会信用代码,督导日期,工号,督导方式,督导结果\n{uscc},{day},{cadre},{mode},未发现问题\n"
        ),
    );
}

pub fn sweep(office: &Office, day: &str) -> Value {
    office
        .scheduler()
        .post("/internal/sweep", &json!({"as_of": day}))
        .expect(200)
}

/// One sweep a day, from the first day to the last.
fn sweep_daily(office: &Office, from: &str, to: &str) {
    let mut day: chrono::NaiveDate = from.parse().unwrap();
    let last: chrono::NaiveDate = to.parse().unwrap();
    while day <= last {
        sweep(office, &day.to_string());
        day = day.succ_opt().unwrap();
    }
}

pub fn notices(client: &Client, query: &str) -> Vec<Value> {
    let list = client
        .get(&format!(
            "/api/v1/notices?limit=200&sort=drafted_on&{query}"
        ))
        .expect(200);
    list["items"].as_array().unwrap().clone()
}

/// Day of drafting, kind, addressee, day of issue and number of each paper, sorted.
fn paper_lines(notices: &[Value]) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let mut all: Vec<String> = notices
        .iter()
        .map(|notice| {
            format!(
                "{} {} {} {} {}",
                text(&notice["drafted_on"]),
                text(&notice["kind"]),
                text(&notice["addressee"]["name"]),
                text(&notice["issued_on"]),
                text(&notice["number"]),
            )
        })
        .collect();
    all.sort();
    all
}

fn sign_all(office: &Office) {
    office
        .office
        .get("/api/v1/notices?status=drafted")
        .expect(200);
    for notice in notices(&office.office, "status=drafted") {
        if notice["signer"] == "office" {
            let id = notice["id"].as_str().unwrap();
            let signed = office
                .office
                .post(&format!("/api/v1/notices/{id}/sign"), &json!({}))
                .expect(200);
            assert_eq!(signed["status"], "issued", "{signed}");
        }
    }
}

fn next_day(day: &str) -> String {
    let day: chrono::NaiveDate = day.parse().unwrap();
    day.succ_opt().unwrap().to_string()
}

pub fn at(day: &str) -> String {
    format!("{day}T09:00:00+08:00")
}

/// On these days something happens; between them there is one sweep a day.
const EVENTFUL_DAYS: [&str; 12] = [
    "2026-09-20",
    "2026-10-07",
    "2026-10-08",
    "2026-10-15",
    "2026-10-20",
    "2026-10-22",
    "2026-11-04",
    "2026-11-06",
    "2026-11-23",
    "2026-12-31",
    "2027-01-01",
    "2027-03-31",
];

/// The papers of these months: day of drafting, kind, addressee, day of issue, number. «食药安委» stands for the committee's whole name.
const PAPERS_UNTIL_MARCH: [&str; 14] = [
    // One letter to the town of both officials; what the district official owes is reported upwards, on the first working day of each month.
    "2026-10-08 reminder_letter 云港街道食安办 2026-10-08 浔食药安办函〔2026〕1号",
    "2026-10-08 report_upwards 食药安委主任 2026-10-20 浔食药安办报〔2026〕1号",
    "2026-10-22 rectification_order 云港街道办事处 2026-10-22 浔食药安办改〔2026〕1号",
    "2026-11-02 report_upwards 食药安委主任 2026-11-06 浔食药安办报〔2026〕2号",
    "2026-11-06 interview_summons 云港街道办事处 2026-11-06 浔食药安委约〔2026〕1号",
    "2026-11-23 supervision_listing 云港街道办事处 2026-11-23 浔食药安委督〔2026〕1号",
    "2026-12-01 report_upwards 食药安委主任 - -",
    // The listing has run out.
    "2026-12-08 circular 云港街道办事处 - -",
    // The fourth quarter: who missed the third too is called in at once. Who did not, and that nobody looked at the officials of the villages in the
    // year, stands in one letter to the town.
    "2027-01-01 interview_summons 云港街道办事处 - -",
    "2027-01-01 reminder_letter 云港街道食安办 2027-01-01 浔食药安办函〔2027〕1号",
    "2027-01-01 report_upwards 食药安委主任 - -",
    "2027-01-18 rectification_order 云港街道办事处 - -",
    "2027-02-01 report_upwards 食药安委主任 - -",
    "2027-03-01 report_upwards 食药安委主任 - -",
];

/// Signs as the chair what waits for the chair; a listing names who answers for it.
fn sign_as_chair(office: &Office) {
    let chair = office.server.public().signed_in("chair", tests::PASSWORD);
    for draft in notices(&office.office, "status=drafted") {
        if draft["signer"] != "chair" {
            continue;
        }
        let path = format!("/api/v1/notices/{}/sign", draft["id"].as_str().unwrap());
        // The office does not sign for the chair.
        office.office.post(&path, &json!({})).expect_problem(403);
        if draft["kind"] == "supervision_listing" {
            assert_eq!(chair.post(&path, &json!({})).expect_invalid(), ["leader"]);
        }
        let signed = chair
            .post(&path, &json!({"leader": "周副区长"}))
            .expect(200);
        assert_eq!(signed["status"], "issued", "{signed}");
    }
}

/// Records the talk of the day to which the last summons called.
fn record_talk(office: &Office, day: &str) {
    let summons = notices(&office.office, "kind=interview_summons&status=issued");
    let path = format!(
        "/api/v1/notices/{}/talk",
        summons[0]["id"].as_str().unwrap()
    );
    let talk = json!({"held_on": day, "place": "区政府三楼会议室", "attended": "云港街道办事处主任、分管负责人", "record": "说明了原因，月底前全部完成"});
    office.office.put(&path, &talk).expect(204);
}

/// The breaches by key: whether each is open, and since when it is met.
fn breach_standings(office: &Office) -> BTreeMap<String, (String, Value)> {
    let list = office
        .office
        .get("/api/v1/sweep/breaches?limit=200")
        .expect(200);
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|breach| {
            (
                breach["key"].as_str().unwrap().to_owned(),
                (
                    breach["standing"].as_str().unwrap().to_owned(),
                    breach["met_on"].clone(),
                ),
            )
        })
        .collect()
}

#[test]
fn from_july_to_march_each_breach_climbs_on_its_days_and_closes_when_met() {
    let mut office = small();
    drop(office.staff("chair", "chair", &[], None));
    visited(&office, "2026-07-01", "V2", SHOPS[4], "现场");
    let mut swept = "2026-07-01".to_owned();
    for day in EVENTFUL_DAYS {
        office = office.on(&at(day), &[]);
        sweep_daily(&office, &swept, day);
        swept = next_day(day);
        match day {
            // 丙 is a school canteen: online is the wrong way.
            "2026-09-20" => visited(&office, day, "V2", SHOPS[2], "线上"),
            "2026-10-07" => assert_eq!(notices(&office.office, ""), Vec::<Value>::new()),
            // 乙 is met late: closed by the next sweep.
            "2026-10-15" => visited(&office, day, "V1", SHOPS[1], "线上"),
            "2026-10-20" | "2026-10-22" => sign_all(&office),
            "2026-11-06" => {
                sign_all(&office);
                sign_as_chair(&office);
                record_talk(&office, day);
            }
            "2026-11-23" => sign_as_chair(&office),
            "2026-12-31" => visited(&office, day, "V2", SHOPS[2], "现场"),
            _ => {}
        }
    }
    let head = committee(&office);
    let mut expected = PAPERS_UNTIL_MARCH.map(|line| line.replace("食药安委主任", &head));
    expected.sort();
    assert_eq!(paper_lines(&notices(&office.office, "")), expected);
    assert_golden(&papers_in_words(&office));
    // 乙 closed in October, 丙 by the visit of 31 December; 甲 and 丁 stand.
    let standing = breach_standings(&office);
    let of =
        |shop: usize, period: &str| standing[&format!("visit/{}/{period}", SHOPS[shop])].clone();
    assert_eq!(of(0, "2026Q3").0, "open");
    assert_eq!(of(1, "2026Q3"), ("closed".to_owned(), json!("2026-10-15")));
    assert_eq!(of(2, "2026Q3"), ("closed".to_owned(), json!("2026-12-31")));
    assert_eq!(of(3, "2026Q3").0, "open");
    assert_eq!(of(0, "2026Q4").0, "open");
    assert!(!standing.contains_key(&format!("visit/{}/2026Q4", SHOPS[1])));
    assert!(!standing.contains_key(&format!("visit/{}/2026Q4", SHOPS[2])));
    // 己 is nobody's: the office's to see, nobody's breach.
    assert!(!standing.keys().any(|key| key.contains(SHOPS[5])));
}

/// The papers of the rehearsal as they read, in the order in which they were drafted.
fn papers_in_words(office: &Office) -> String {
    let browser = office.office.with("accept", "text/html");
    let mut papers = notices(&office.office, "");
    papers.sort_by_key(|paper| paper["id"].as_str().unwrap().parse::<i64>().unwrap());
    papers
        .iter()
        .map(|paper| {
            let id = paper["id"].as_str().unwrap();
            let page = browser.get(&format!("/notices/{id}")).text();
            let sheet = page.split_once("<article").unwrap().1;
            let sheet = sheet.split_once("</article>").unwrap().0;
            sheet_in_words(sheet)
        })
        .collect::<Vec<_>>()
        .join("\n\n————————\n\n")
}

/// What stands between the tags, a line each.
fn sheet_in_words(sheet: &str) -> String {
    let texts = sheet
        .split('<')
        .skip(1)
        .filter_map(|part| part.split_once('>').map(|(_, text)| text.trim()));
    let texts: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
    texts.join("\n")
}

/// Holds the papers against what they have to say. SHIAN_RENEW=1 writes it anew, to be read before it is kept.
#[track_caller]
fn assert_golden(found: &str) {
    let file = tests::root().join("tests/data/papers_until_march.txt");
    if std::env::var_os("SHIAN_RENEW").is_some() {
        std::fs::write(&file, format!("{found}\n")).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(found.trim(), expected.trim());
}

fn committee(office: &Office) -> String {
    let papers = notices(&office.office, "status=drafted");
    papers
        .iter()
        .find(|paper| paper["addressee"]["kind"] == "committee")
        .map(|paper| paper["addressee"]["name"].as_str().unwrap().to_owned())
        .unwrap()
}

#[test]
fn a_late_sweep_takes_one_rung_a_draft_blocks_and_a_changed_policy_holds_from_its_day() {
    // Nobody has swept since summer: on 20 November a letter, not a listing.
    let office = small().on(&at("2026-11-20"), &[]);
    let first = sweep(&office, "2026-11-20");
    assert_eq!(
        (&first["issued"]["reminder_letter"], &first["drafted"]),
        (&json!(1), &json!(1)),
        "{first}"
    );
    // On a Saturday nothing goes out.
    let office = office.on(&at("2026-12-05"), &[]);
    let rest = sweep(&office, "2026-12-05");
    assert_eq!(rest["drafted"], 0, "{rest}");
    // From the 6th on an order has five days: the letter's term ran out on the 4th.
    let rungs = json!([{"term": 10, "issue": "direct", "told": ["town"]}, {"term": 5, "issue": "signed", "told": ["cadre"]},
        {"term": 10, "issue": "signed"}, {"term": 10, "issue": "signed"}]);
    let version = json!({"valid_from": "2026-12-06", "title": "季度督导未完成", "duty": "完成督导", "basis": "两个责任", "rungs": rungs});
    let path = "/api/v1/sweep/policy/visit";
    office.office.put(path, &version).expect(204);
    let mut today = version.clone();
    today["valid_from"] = json!("2026-12-05");
    office.office.put(path, &today).expect_problem(422);
    let office = office.on(&at("2026-12-07"), &[]);
    let order = sweep(&office, "2026-12-07");
    // 甲乙 of the one official, 丙戊 of the other: one town, one order. The month's report is made up for, for no run was on its first days.
    assert_eq!(order["drafted"], 2, "{order}");
    // Two weeks without a signature: nothing climbs.
    let office = office.on(&at("2026-12-21"), &[]);
    for day in ["2026-12-14", "2026-12-15", "2026-12-21"] {
        assert_eq!(sweep(&office, day)["drafted"], 0, "{day}");
    }
    sign_all(&office);
    let signed = &notices(&office.office, "kind=rectification_order")[0];
    assert_eq!(
        (&signed["issued_on"], &signed["due"], &signed["term"]),
        (&json!("2026-12-21"), &json!("2026-12-28"), &json!(5))
    );
    let office = office.on(&at("2026-12-29"), &[]);
    assert_eq!(sweep(&office, "2026-12-28")["drafted"], 0);
    assert_eq!(sweep(&office, "2026-12-29")["drafted"], 1);
    // A preview of a day writes nothing, and a day ahead can only be previewed.
    let ahead = office
        .office
        .post("/api/v1/sweep/preview", &json!({"as_of": "2027-01-01"}))
        .expect(200);
    assert_eq!(ahead["drafted"], 2, "{ahead}");
    office
        .scheduler()
        .post("/internal/sweep", &json!({"as_of": "2027-01-01"}))
        .expect_problem(422);
}

/// The sample on the first working day after its quarter.
fn sample() -> Office {
    Office::at("2026-10-08T09:00:00+08:00", &[]).with_sample()
}

pub fn count(office: &Office, sql: &str) -> i64 {
    rusqlite::Connection::open(office.server.data.join("shian.db"))
        .unwrap()
        .query_row(sql, [], |row| row.get(0))
        .unwrap()
}

#[test]
fn on_the_sample_nothing_goes_out_on_the_seventh_and_on_the_eighth_one_letter_an_addressee() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = sample();
    let seventh = sweep(&office, "2026-10-07");
    assert_eq!(seventh["issued"]["reminder_letter"], 0);
    assert_eq!(count(&office, "SELECT count(*) FROM notice"), 0);
    let ahead = office
        .office
        .post("/api/v1/sweep/preview", &json!({"as_of": "2026-10-08"}))
        .expect(200);
    let eighth = sweep(&office, "2026-10-08");
    for field in ["issued", "drafted", "opened"] {
        assert_eq!(ahead[field], eighth[field], "{field}");
    }
    let owing = |tiers: &str| {
        count(
            &office,
            &format!(
                "SELECT count(DISTINCT b.owed_by) FROM breach b JOIN cadre c ON c.cadre_no = b.owed_by WHERE b.rule = 'visit' AND c.tier IN ({tiers})"
            ),
        )
    };
    let towns = count(
        &office,
        "SELECT count(DISTINCT c.town) FROM breach b JOIN cadre c ON c.cadre_no = b.owed_by WHERE b.rule = 'visit' AND c.tier <> 'district'",
    );
    assert_eq!(eighth["issued"]["reminder_letter"], towns);
    // One report of all that district officials owe.
    assert!(owing("'district'") > 1);
    assert_eq!(eighth["drafted"], 1);
    // Each official is told the same morning, once.
    let told = count(
        &office,
        "SELECT count(*) FROM message WHERE key LIKE 'overdue/%'",
    );
    assert_eq!(told, owing("'village', 'town', 'district'"));
    assert_eq!(
        count(
            &office,
            "SELECT count(*) FROM (SELECT addressee FROM notice GROUP BY addressee HAVING count(*) > 1)"
        ),
        0
    );
    // As many as the quarter counts.
    let summary = office
        .office
        .get("/api/v1/supervision/summary?period=2026Q3")
        .expect(200);
    let missed: i64 = summary["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["overdue"].as_i64().unwrap() + line["wrong_mode"].as_i64().unwrap())
        .sum();
    assert_eq!(count(&office, "SELECT count(*) FROM notice_line"), missed);
}

/// All papers and lines, without what only says when.
fn papers(office: &Office) -> Vec<String> {
    let database = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    database
        .prepare("SELECT n.kind || ' ' || n.addressee || ' ' || n.status || ' ' || coalesce(n.serial, '-') || ' ' || l.key FROM notice n JOIN notice_line l ON l.notice_id = n.id ORDER BY 1")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

#[test]
fn a_day_swept_a_hundred_times_and_eight_at_once_is_a_day_swept_once() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let once = sample();
    sweep(&once, "2026-10-08");
    let expected = papers(&once);
    assert!(expected.len() > 300);
    let messages = count(&once, "SELECT count(*) FROM message");
    for _ in 0..99 {
        let again = sweep(&once, "2026-10-08");
        assert_eq!(
            (&again["opened"], &again["queued_messages"]),
            (&json!(0), &json!(0))
        );
    }
    assert_eq!(papers(&once), expected);
    assert_eq!(count(&once, "SELECT count(*) FROM message"), messages);
    let together = sample();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| sweep(&together, "2026-10-08"));
        }
    });
    assert_eq!(papers(&together), expected);
    assert_eq!(count(&together, "SELECT count(*) FROM message"), messages);
    assert_eq!(
        count(
            &together,
            "SELECT max(serial) - count(*) FROM notice WHERE serial IS NOT NULL"
        ),
        0
    );
}

#[test]
fn a_changed_policy_can_be_looked_at_before_it_holds() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = small().on(&at("2026-10-07"), &[]);
    let ahead = |day: &str| {
        office
            .office
            .post("/api/v1/sweep/preview", &json!({"as_of": day}))
            .expect(200)
    };
    let before = ahead("2026-10-08");
    assert_eq!(
        (&before["issued"]["reminder_letter"], &before["drafted"]),
        (&json!(1), &json!(1))
    );
    let version = json!({"valid_from": "2026-10-08", "title": "季度督导未完成", "duty": "完成督导", "basis": "两个责任",
        "rungs": [{"term": 10, "issue": "signed"}]});
    office
        .office
        .put("/api/v1/sweep/policy/visit", &version)
        .expect(204);
    let after = ahead("2026-10-08");
    assert_eq!(
        (&after["issued"]["reminder_letter"], &after["drafted"]),
        (&json!(0), &json!(2))
    );
    assert_eq!(
        count(&office, "SELECT count(*) FROM breach")
            + count(&office, "SELECT count(*) FROM notice"),
        0
    );
    let page = office.office.get("/sweep/preview?as_of=2026-10-08").text();
    assert!(
        page.contains("食药安办签发") && page.contains("专报"),
        "{page}"
    );
    let rules = office.office.get("/sweep/policy").text();
    assert!(rules.contains("2026年10月8日起改为"), "{rules}");
}
