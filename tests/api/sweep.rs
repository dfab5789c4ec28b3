//! The sweep: the right paper, on its day, once.

use domain::words::{AddresseeKind, Word as _};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tests::{Client, Office};

/// Uscc with right check digits; the roster test data has these.
const SHOPS: [&str; 6] = [
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

fn visited(office: &Office, day: &str, cadre: &str, uscc: &str, mode: &str) {
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

fn notices(client: &Client, query: &str) -> Vec<Value> {
    let list = client
        .get(&format!(
            "/api/v1/notices?limit=200&sort=drafted_on&{query}"
        ))
        .expect(200);
    list["items"].as_array().unwrap().clone()
}

/// Kind, addressee, day of drafting, day of issue, number.
fn told(notices: &[Value]) -> Vec<String> {
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

fn at(day: &str) -> String {
    format!("{day}T09:00:00+08:00")
}

#[test]
fn from_july_to_march_each_breach_climbs_on_its_days_and_closes_when_met() {
    let mut office = small();
    let chair = office.staff("chair", "chair", &[], None);
    drop(chair);
    visited(&office, "2026-07-01", "V2", SHOPS[4], "现场");
    let mut swept = "2026-07-01".to_owned();
    // What happens on which days; between them one sweep a day.
    let acts = [
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
    for day in acts {
        office = office.on(&at(day), &[]);
        sweep_daily(&office, &swept, day);
        swept = next_day(day);
        match day {
            // 丙 is a school canteen: online is the wrong way.
            "2026-09-20" => visited(&office, day, "V2", SHOPS[2], "线上"),
            "2026-10-07" => assert_eq!(notices(&office.office, ""), Vec::<Value>::new()),
            // 乙 is met late: closed by the next sweep.
            "2026-10-15" => visited(&office, day, "V1", SHOPS[1], "线上"),
            "2026-10-20" => {
                let chair = office.server.public().signed_in("chair", tests::PASSWORD);
                let draft = notices(&office.office, "status=drafted");
                assert_eq!(draft.len(), 1, "{draft:?}");
                let id = draft[0]["id"].as_str().unwrap();
                // The office does not sign for the chair.
                let path = format!("/api/v1/notices/{id}/sign");
                office.office.post(&path, &json!({})).expect_problem(403);
                let signed = chair.post(&path, &json!({})).expect(200);
                assert_eq!(
                    (&signed["due"], &signed["number"]),
                    (&json!("2026-11-03"), &json!("浔食药安办函〔2026〕3号"))
                );
            }
            "2026-10-22" | "2026-11-06" | "2026-11-23" => sign_all(&office),
            "2026-12-31" => visited(&office, day, "V2", SHOPS[2], "现场"),
            _ => {}
        }
    }
    let all = told(&notices(&office.office, ""));
    let expected = [
        "2026-10-08 reminder_letter 周区长 2026-10-20 浔食药安办函〔2026〕3号",
        "2026-10-08 reminder_letter 沈阿根 2026-10-08 浔食药安办函〔2026〕1号",
        "2026-10-08 reminder_letter 钱小宝 2026-10-08 浔食药安办函〔2026〕2号",
        "2026-10-22 rectification_order 云港街道食安办 2026-10-22 浔食药安办改〔2026〕1号",
        // The district official's, drafted to the committee and never signed: no further paper.
        "2026-11-04 rectification_order 食药安委 - -",
        "2026-11-06 interview_summons 云港街道食安办 2026-11-06 浔食药安办约〔2026〕1号",
        "2026-11-23 supervision_listing 云港街道食安办 2026-11-23 浔食药安办督〔2026〕1号",
        // The fourth quarter: who missed the third too is called in at once; who did not gets a letter.
        "2027-01-01 interview_summons 云港街道食安办 - -",
        "2027-01-01 interview_summons 食药安委 - -",
        "2027-01-01 reminder_letter 周区长 - -",
        "2027-01-01 reminder_letter 沈阿根 2027-01-01 浔食药安办函〔2027〕1号",
        "2027-01-01 reminder_letter 钱小宝 2027-01-01 浔食药安办函〔2027〕2号",
        // Nobody looked at the officials of the villages in the year.
        "2027-01-01 reminder_letter 云港街道食安办 2027-01-01 浔食药安办函〔2027〕3号",
        "2027-01-18 rectification_order 云港街道食安办 - -",
    ];
    let expected: Vec<String> = expected
        .iter()
        .map(|line| line.replace("食药安委 -", &format!("{} -", committee(&office))))
        .collect();
    let mut expected = expected;
    expected.sort();
    assert_eq!(all, expected);
    // 乙 closed in October, 丙 by the visit of 31 December; 甲 and 丁 stand.
    let list = office
        .office
        .get("/api/v1/sweep/breaches?limit=200")
        .expect(200);
    let standing: BTreeMap<String, (String, Value)> = list["items"]
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
        .collect();
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
        (&json!(2), &json!(1)),
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
    // 甲乙 of the one official, 丙戊 of the other: one town, one order.
    assert_eq!(order["drafted"], 1, "{order}");
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
    assert_eq!(ahead["drafted"], 3, "{ahead}");
    office
        .scheduler()
        .post("/internal/sweep", &json!({"as_of": "2027-01-01"}))
        .expect_problem(422);
}

/// The papers of the sample quarter, as they must be whatever runs.
fn sample() -> Office {
    Office::at("2026-10-08T09:00:00+08:00", &[]).with_sample()
}

fn count(office: &Office, sql: &str) -> i64 {
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
    assert_eq!(
        eighth["issued"]["reminder_letter"],
        owing("'village', 'town'")
    );
    assert_eq!(eighth["drafted"], owing("'district'"));
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
        .prepare("SELECT n.kind || ' ' || n.addressee || ' ' || n.status || ' ' || coalesce(n.number, '-') || ' ' || l.key FROM notice n JOIN notice_line l ON l.notice_id = n.id ORDER BY 1")
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
            "SELECT max(number) - count(*) FROM notice WHERE number IS NOT NULL"
        ),
        0
    );
}

#[test]
fn a_new_kind_of_deadline_is_one_view_its_row_and_one_row_of_policy() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = Office::at("2026-11-22T09:00:00+08:00", &[]);
    rusqlite::Connection::open(office.server.data.join("shian.db"))
        .unwrap()
        .execute_batch(
            "CREATE VIEW deadline_fire_drill AS SELECT 'fire_drill' AS rule, 'fire_drill/2026' AS key, '消防演练' AS subject, 'department' AS owed_by_kind,
                '区消防大队' AS owed_by, NULL AS town, '2026-11-18' AS due_on, NULL AS met_on, '{}' AS evidence;
             INSERT INTO deadline_view (matter, view) VALUES ('fire_drill', 'deadline_fire_drill')",
        )
        .unwrap();
    let unknown = sweep(&office, "2026-11-19");
    assert_eq!(
        (
            &unknown["opened"],
            &unknown["drafted"],
            &unknown["without_policy"]
        ),
        (&json!(1), &json!(0), &json!(["fire_drill"]))
    );
    let version = json!({"valid_from": "2026-11-01", "title": "消防演练未办", "duty": "办一次演练", "basis": "本区规定",
        "rungs": [{"term": 3, "issue": "direct"}]});
    office
        .office
        .put("/api/v1/sweep/policy/fire_drill", &version)
        .expect(204);
    // A view that names somebody unknown stops nothing.
    rusqlite::Connection::open(office.server.data.join("shian.db"))
        .unwrap()
        .execute_batch(
            "CREATE VIEW deadline_odd AS SELECT 'fire_drill' AS rule, 'odd/' || value AS key, '奇怪' AS subject, iif(value = 1, 'cadre', 'whoever') AS owed_by_kind,
                iif(value = 3, NULL, 'nobody') AS owed_by, NULL AS town, '2026-12-01' AS due_on, NULL AS met_on, '{}' AS evidence FROM json_each('[1, 2, 3]');
             INSERT INTO deadline_view (matter, view) VALUES ('odd', 'deadline_odd')",
        )
        .unwrap();
    assert_eq!(sweep(&office, "2026-11-20")["issued"]["reminder_letter"], 1);
    let letter = &notices(&office.office, "")[0];
    assert_eq!(
        (&letter["addressee"]["name"], &letter["due"]),
        (&json!("区消防大队"), &json!("2026-11-25"))
    );
    let office = office.on(&at("2026-12-02"), &[]);
    assert_eq!(sweep(&office, "2026-12-02")["issued"]["reminder_letter"], 2);
}

#[test]
fn what_is_overdue_can_be_looked_for_by_whoever_can_owe_it() {
    let office = Office::at("2026-11-02T10:00:00+08:00", &[]);
    let report = json!({"kind": "report", "place": "人民路菜场东门", "happened_on": "2026-11-01", "category": "hygiene",
        "text": "后厨很脏，没有人管", "anonymous": true});
    let filed = office
        .server
        .public()
        .post("/api/v1/complaints", &report)
        .expect(201);
    let office = office.on(&at("2026-12-10"), &[]);
    sweep(&office, "2026-12-10");
    let found = |kind: &str| {
        let page = office
            .office
            .get(&format!("/sweep/breaches?owed_by_kind={kind}"))
            .text();
        let chosen = format!("<option value=\"{kind}\" selected>");
        assert!(page.contains(&chosen), "{kind}: {page}");
        page.contains(filed["code"].as_str().unwrap())
    };
    let owing: Vec<&str> = AddresseeKind::ALL
        .iter()
        .map(|kind| kind.code())
        .filter(|kind| found(kind))
        .collect();
    assert_eq!(owing, ["department"]);
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
        (&json!(2), &json!(1))
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
        (&json!(0), &json!(3))
    );
    assert_eq!(
        count(&office, "SELECT count(*) FROM breach")
            + count(&office, "SELECT count(*) FROM notice"),
        0
    );
    let page = office.office.get("/sweep/preview?as_of=2026-10-08").text();
    assert!(
        page.contains("食药安办签发") && page.contains("食药安委主任签发"),
        "{page}"
    );
    let rules = office.office.get("/sweep/policy").text();
    assert!(rules.contains("2026年10月8日起改为"), "{rules}");
}

#[test]
fn a_paper_goes_its_way_and_each_sees_and_touches_only_their_own() {
    let office = small();
    let other = office.staff("other", "cadre", &[], Some("V2"));
    let mine = office.staff("mine", "cadre", &[], Some("V1"));
    let town = office.staff("town", "town", &["云港街道"], None);
    let far = office.staff("far", "town", &["南塘镇"], None);
    let station = office.staff("station", "station", &["云港街道"], None);
    drop((other, mine, town, far, station));
    let office = office.on(&at("2026-10-08"), &[]);
    sweep(&office, "2026-10-08");
    let sign_in = |account: &str| office.server.public().signed_in(account, tests::PASSWORD);
    let (other, mine, town, far, station) = (
        sign_in("other"),
        sign_in("mine"),
        sign_in("town"),
        sign_in("far"),
        sign_in("station"),
    );
    let letter = notices(&mine, "");
    assert_eq!(letter.len(), 1);
    let id = letter[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(letter[0]["breaches"].as_array().unwrap().len(), 2);
    // Told: the official, and the town for its two officials.
    assert_eq!(notices(&town, "").len(), 2);
    for stranger in [&far, &station] {
        assert_eq!(notices(stranger, "").len(), 0);
    }
    for stranger in [&other, &far, &station] {
        for path in [format!("/notices/{id}"), format!("/notices/{id}.docx")] {
            stranger.get(&path).expect_problem(404);
        }
        stranger
            .post(&format!("/api/v1/notices/{id}/acknowledge"), &json!({}))
            .expect_problem(404);
    }
    // A draft is nobody's but the desk's.
    let draft = notices(&office.office, "status=drafted")[0]["id"].clone();
    town.get(&format!("/notices/{}", draft.as_str().unwrap()))
        .expect_problem(404);
    let move_ = |client: &Client, made: &str, said: Value| {
        client.post(&format!("/api/v1/notices/{id}/{made}"), &said)
    };
    // The town reads its official's letter, and does not answer for them.
    assert!(town.get(&format!("/notices/{id}")).status == 200);
    move_(&town, "acknowledge", json!({})).expect_problem(403);
    move_(&mine, "withdraw", json!({"reason": "x"})).expect_problem(403);
    assert_eq!(
        office
            .office
            .get("/api/v1/notices?status=delivered")
            .expect(200)["total"],
        0
    );
    // Read, acknowledged, answered, closed; each once, and nothing out of turn.
    let page = mine.get(&format!("/notices/{id}")).text();
    for said in [
        "关于季度督导未完成的提醒敦促函",
        "沈阿根同志：",
        "浔食药安办函〔2026〕1号",
        "2026年10月21日前",
        "抄送：云港街道食安办",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert_eq!(notices(&mine, "")[0]["status"], "delivered");
    let version = move_(&mine, "acknowledge", json!({})).expect(200)["version"].clone();
    assert_eq!(
        move_(&mine, "acknowledge", json!({})).expect_problem(409),
        "changed_meanwhile"
    );
    move_(&mine, "reply", json!({})).expect_problem(422);
    move_(&mine, "reply", json!({"text": "已上门", "version": 1})).expect_problem(409);
    let answered = move_(
        &mine,
        "reply",
        json!({"text": "已上门", "version": version}),
    )
    .expect(200);
    assert_eq!(answered["status"], "answered");
    assert_eq!(
        move_(&office.office, "close", json!({})).expect(200)["status"],
        "closed"
    );
    assert_eq!(
        move_(&office.office, "withdraw", json!({"reason": "x"})).expect_problem(409),
        "changed_meanwhile"
    );
    // Eight at once: one signs, and one number is given.
    let chair = office.staff("chair", "chair", &[], None);
    let path = format!("/api/v1/notices/{}/sign", draft.as_str().unwrap());
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let signs: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| chair.post(&path, &json!({})).status))
            .collect();
        signs.into_iter().map(|sign| sign.join().unwrap()).collect()
    });
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        1,
        "{statuses:?}"
    );
    // Withdrawn with its reason, it keeps its number, and the next one is another.
    let withdrawn = office
        .office
        .post(
            &format!("/api/v1/notices/{}/withdraw", draft.as_str().unwrap()),
            &json!({"reason": "发错了"}),
        )
        .expect(200);
    assert_eq!(
        (&withdrawn["status"], &withdrawn["number"]),
        (&json!("withdrawn"), &json!("浔食药安办函〔2026〕3号"))
    );
    // As a Word file.
    let file = office.office.get(&format!("/notices/{id}.docx"));
    assert_eq!(
        file.header("content-type").unwrap(),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    );
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(file.body)).unwrap();
    let mut document = String::new();
    std::io::Read::read_to_string(
        &mut archive.by_name("word/document.xml").unwrap(),
        &mut document,
    )
    .unwrap();
    assert!(
        document.contains("浔食药安办函〔2026〕1号") && document.contains("甲食品店"),
        "{document}"
    );
    // GB/T 9704: the list's header on each page, no row cut, Chinese marks in the Chinese font, a number on each page.
    assert_eq!(document.matches("<w:tblHeader />").count(), 1);
    let (header, rows) = document.split_once("<w:tblHeader />").unwrap();
    assert!(header.ends_with("<w:cantSplit />") && rows.contains("<w:cantSplit />"));
    assert!(document.contains("w:hint=\"eastAsia\""), "{document}");
    for footer in ["word/footer1.xml", "word/footer2.xml"] {
        let mut page_number = String::new();
        let mut part = archive.by_name(footer).unwrap();
        std::io::Read::read_to_string(&mut part, &mut page_number).unwrap();
        assert!(
            page_number.contains("PAGE") && page_number.contains('—'),
            "{page_number}"
        );
    }
}

#[test]
fn a_draft_whose_lines_are_met_before_it_is_signed_does_not_go_out() {
    let office = small().on(&at("2026-10-08"), &[]);
    sweep(&office, "2026-10-08");
    let office = office.on(&at("2026-10-22"), &[]);
    sweep(&office, "2026-10-22");
    // One of the order's lines is met after the sweep, before the signature; then all.
    visited(&office, "2026-10-21", "V1", SHOPS[0], "现场");
    let draft = notices(&office.office, "kind=rectification_order")[0]["id"].clone();
    let page = office
        .office
        .get(&format!("/notices/{}", draft.as_str().unwrap()))
        .text();
    assert!(
        page.contains("待签发") && page.contains("（签发后编号）"),
        "{page}"
    );
    for shop in [1, 2, 4] {
        visited(&office, "2026-10-21", "V1", SHOPS[shop], "现场");
    }
    let path = format!("/api/v1/notices/{}/sign", draft.as_str().unwrap());
    office.office.post(&path, &json!({})).expect_problem(409);
    let papers = notices(&office.office, "kind=rectification_order");
    assert_eq!(
        (&papers[0]["status"], &papers[0]["number"]),
        (&json!("closed"), &Value::Null)
    );
}

#[test]
fn a_reminder_comes_fourteen_and_three_days_before_once_and_is_no_paper() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = small();
    let mine = office.staff("mine", "cadre", &[], Some("V1"));
    drop(mine);
    let office = office.on(&at("2026-10-01"), &[]);
    for (day, reminders) in [
        ("2026-09-15", 0),
        ("2026-09-16", 3),
        ("2026-09-17", 3),
        ("2026-09-26", 3),
        ("2026-09-27", 6),
        ("2026-09-30", 6),
    ] {
        sweep(&office, day);
        assert_eq!(
            count(
                &office,
                "SELECT count(*) FROM message WHERE kind = 'reminder'"
            ),
            reminders,
            "{day}"
        );
    }
    let mine = office.server.public().signed_in("mine", tests::PASSWORD);
    let list = mine.get("/api/v1/messages").expect(200);
    assert_eq!(list["total"], 2, "{list}");
    let text = list["items"][0]["text"].as_str().unwrap();
    assert!(
        text.contains("还有 3 天") && text.contains("甲食品店"),
        "{text}"
    );
    let id = list["items"][0]["id"].as_str().unwrap();
    assert_eq!(
        mine.get(&format!("/messages/{id}")).header("location"),
        Some("/supervision/mine")
    );
    assert_eq!(mine.get("/api/v1/messages").expect(200)["unread"], 1);
    assert!(mine.get("/messages").text().contains("到期提醒"));
}

/// Opens the store beside the program.
fn beside(office: &Office) -> rusqlite::Connection {
    rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap()
}

/// Keys of the breaches that are open.
fn open_breaches(store: &rusqlite::Connection) -> Vec<String> {
    store
        .prepare("SELECT key FROM breach WHERE closed_on IS NULL ORDER BY key")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

#[test]
fn a_sweep_that_misses_a_view_of_deadlines_fails_with_its_name_and_closes_nothing() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = small().on(&at("2026-10-08"), &[]);
    sweep(&office, "2026-10-08");
    let store = beside(&office);
    let open = open_breaches(&store);
    assert!(!open.is_empty());
    let view: String = store
        .query_row(
            "SELECT sql FROM sqlite_master WHERE name = 'deadline_visit'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    store.execute_batch("DROP VIEW deadline_visit").unwrap();
    let day = json!({"as_of": "2026-10-08"});
    let refused = office.scheduler().post("/internal/sweep", &day).expect(500);
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("deadline_visit"), "{detail}");
    let runs = office.office.get("/api/v1/sweep/runs").expect(200);
    assert_eq!(runs["items"][0]["error"], *detail, "{runs}");
    assert_eq!(open_breaches(&store), open);
    // Nobody takes the row away with the view.
    assert!(store.execute_batch("DELETE FROM deadline_view").is_err());
    store.execute_batch(&view).unwrap();
    assert_eq!(sweep(&office, "2026-10-08")["closed"], 0);
    assert_eq!(open_breaches(&store), open);
}

#[test]
fn one_update_puts_the_successor_of_a_view_of_deadlines_in_its_place() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = small().on(&at("2026-10-08"), &[]);
    let store = beside(&office);
    let one = format!("visit/{}/2026Q3", SHOPS[0]);
    store
        .execute_batch(&format!(
            "CREATE VIEW visit_term AS SELECT * FROM deadline_visit WHERE \"key\" <> '{one}';
             UPDATE deadline_view SET view = 'visit_term' WHERE matter = 'visit'"
        ))
        .unwrap();
    sweep(&office, "2026-10-08");
    let open = open_breaches(&store);
    assert!(!open.is_empty() && !open.contains(&one), "{open:?}");
    // What the successor states no more is no longer owed.
    let another = open[0].clone();
    store
        .execute_batch(&format!(
            "CREATE VIEW visit_term_2 AS SELECT * FROM visit_term WHERE \"key\" <> '{another}';
             UPDATE deadline_view SET view = 'visit_term_2' WHERE matter = 'visit'"
        ))
        .unwrap();
    assert_eq!(sweep(&office, "2026-10-08")["closed"], 1);
    assert!(!open_breaches(&store).contains(&another));
}
