//! The sample rosters go in with the counts that are known of them; again, nothing changes.

use serde_json::{Value, json};
use tests::{Office, sample};

fn expected() -> Value {
    serde_json::from_slice(&std::fs::read(tests::root().join("tests/data/expected.json")).unwrap())
        .unwrap()
}

#[test]
fn the_sample_goes_in_once_and_its_counts_are_right() {
    let office = Office::new();
    let expected = expected();
    for (kind, twice) in [
        ("enterprises", 0),
        ("cadres", 0),
        ("assignments", 0),
        ("visits", 5),
    ] {
        let rows = expected["rows"][kind].as_u64().unwrap();
        let dry = office
            .office
            .send(
                "POST",
                &format!("/api/v1/{kind}/import?dry_run=true"),
                None,
                sample(kind),
            )
            .expect(200);
        assert_eq!(dry["created"], rows - twice, "{kind}");
        let first = office.office.import(kind, &sample(kind)).expect(200);
        let counts = |found: &Value| {
            ["rows", "created", "updated", "unchanged"].map(|name| found[name].as_u64().unwrap())
        };
        assert_eq!(counts(&first), [rows, rows - twice, 0, twice], "{kind}");
        assert_eq!(
            (&first["rejected"], &first["warnings"]),
            (&json!([]), &json!([])),
            "{kind}"
        );
        let again = office.office.import(kind, &sample(kind)).expect(200);
        assert_eq!(counts(&again), [rows, 0, 0, rows], "{kind}");
        let list = office.office.get(&format!("/api/v1/{kind}")).expect(200);
        assert_eq!(list["total"], rows - twice, "{kind}");
    }
    let towns = expected["enterprises_by_town"]["by_town"]
        .as_object()
        .unwrap();
    for (town, count) in towns {
        let encoded: String = town.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let list = office
            .office
            .get(&format!("/api/v1/enterprises?town={encoded}&limit=1"))
            .expect(200);
        assert_eq!(&list["total"], count, "{town}");
    }
}

#[test]
fn a_column_that_a_sheet_lacks_leaves_what_is_known_and_a_blank_cell_clears_it() {
    let office = Office::new();
    let code = "91330503MYYG3CWJ94";
    let get = || {
        office
            .office
            .get(&format!("/api/v1/enterprises/{code}"))
            .expect(200)
    };
    let import = |csv: &str| {
        office
            .office
            .import("enterprises", csv.as_bytes())
            .expect(200)
    };
    import(&format!(
        "信用代码,名称,镇街,联系电话\n{code},甲,云港街道,1\n"
    ));
    assert_eq!(
        import(&format!("信用代码,名称,联系电话\n{code},甲,\n"))["updated"],
        1
    );
    let now = get();
    assert_eq!(
        (&now["town"], &now["phone"], &now["version"]),
        (&json!("云港街道"), &Value::Null, &json!(2))
    );
    assert_eq!(
        import(&format!("信用代码,名称\n{code},甲\n"))["unchanged"],
        1
    );
    let audit = office
        .office
        .get(&format!("/api/v1/audit?record=enterprise/{code}"))
        .expect(200);
    assert_eq!(audit["items"][0]["before"]["phone"], "1");
    assert_eq!(audit["items"][0]["after"]["phone"], Value::Null);
    assert_eq!(audit["items"][0]["actor"], "office");
}

#[test]
fn rows_that_refer_to_nobody_are_rejected_by_name_and_the_others_go_in() {
    let office = Office::new();
    office
        .office
        .import(
            "enterprises",
            "信用代码,名称\n91330503MYYG3CWJ94,甲\n".as_bytes(),
        )
        .expect(200);
    office
        .office
        .import(
            "cadres",
            "工号,姓名,层级,镇街\nC1,张三,村社区,云港街道\n".as_bytes(),
        )
        .expect(200);
    let csv = "工号,信用代码,开始日期\nC1,91330503MYYG3CWJ94,2026/1/1\nC9,91330503MYYG3CWJ94,\nC1,92330503MYWG9MDA0T,\n";
    let found = office
        .office
        .import("assignments", csv.as_bytes())
        .expect(200);
    assert_eq!((&found["rows"], &found["created"]), (&json!(3), &json!(1)));
    let rejected = found["rejected"].as_array().unwrap();
    assert_eq!(
        (
            &rejected[0]["row"],
            &rejected[0]["field"],
            &rejected[0]["value"]
        ),
        (&json!(3), &json!("工号"), &json!("C9"))
    );
    assert_eq!(
        (&rejected[1]["row"], &rejected[1]["field"]),
        (&json!(4), &json!("统一社会信用代码"))
    );
}

#[test]
fn two_visits_on_one_day_are_two_unless_every_word_is_the_same() {
    let office = Office::new();
    office
        .office
        .import(
            "enterprises",
            "信用代码,名称\n91330503MYYG3CWJ94,甲\n".as_bytes(),
        )
        .expect(200);
    office
        .office
        .import("cadres", "工号,姓名,层级\nQ1,张三,区\n".as_bytes())
        .expect(200);
    let csv = "督导日期,工号,信用代码,方式,结果\n\
        2026-9-1,Q1,91330503MYYG3CWJ94,线上,未发现问题\n\
        2026-9-1,Q1,91330503MYYG3CWJ94,现场,未发现问题\n\
        2026-9-1,Q1,91330503MYYG3CWJ94,现场,未发现问题\n\
        2027-1-1,Q1,91330503MYYG3CWJ94,现场,\n";
    let found = office.office.import("visits", csv.as_bytes()).expect(200);
    assert_eq!(
        (&found["created"], &found["unchanged"]),
        (&json!(3), &json!(1))
    );
    assert_eq!(
        (&found["warnings"][0]["row"], &found["warnings"][0]["field"]),
        (&json!(5), &json!("督导日期"))
    );
}

#[test]
fn the_registration_platforms_records_go_in_as_data() {
    let office = Office::new();
    let one = json!({"uscc": "91330503MYYG3CWJ94", "name": "甲", "town": "云港街道"});
    let found = office.office.post("/api/v1/enterprises", &one).expect(200);
    assert_eq!(found["created"], 1);
    // Less is known of it this time: the town stays.
    let two =
        json!([{"uscc": "91330503MYYG3CWJ94", "name": "甲二"}, {"uscc": "9233", "name": "乙"}]);
    let found = office.office.post("/api/v1/enterprises", &two).expect(200);
    assert_eq!(
        (
            &found["updated"],
            &found["rejected"][0]["field"],
            &found["rejected"][0]["row"]
        ),
        (&json!(1), &json!("uscc"), &json!(2))
    );
    assert_eq!(
        office
            .office
            .get("/api/v1/enterprises/91330503MYYG3CWJ94")
            .expect(200)["town"],
        "云港街道"
    );
    let lines = "{\"uscc\":\"92330503MYWG9MDA0T\",\"name\":\"丙\"}\n\n{\"uscc\":\"91330503MYYG3CWJ94\",\"name\":\"甲二\"}\n";
    let found = office
        .office
        .send(
            "POST",
            "/api/v1/enterprises",
            Some("application/x-ndjson"),
            lines.as_bytes().to_vec(),
        )
        .expect(200);
    assert_eq!(
        (&found["created"], &found["unchanged"]),
        (&json!(1), &json!(1))
    );
}

#[test]
fn the_export_is_a_workbook_that_goes_in_again_unchanged() {
    let office = Office::new().with_sample();
    let workbook = office.office.get("/enterprises/export.xlsx");
    assert_eq!(workbook.status, 200);
    assert!(
        workbook
            .header("content-disposition")
            .unwrap()
            .starts_with("attachment")
    );
    let found = office
        .office
        .import("enterprises", &workbook.body)
        .expect(200);
    assert_eq!(
        (&found["rows"], &found["unchanged"], &found["rejected"]),
        (&json!(3000), &json!(3000), &json!([]))
    );
}

#[test]
fn one_file_imported_twice_at_once_goes_in_once() {
    let office = Office::new();
    let imports: Vec<_> = (0..4)
        .map(|_| {
            let client = office.office.clone();
            std::thread::spawn(move || {
                client
                    .import("enterprises", &sample("enterprises"))
                    .expect(200)
            })
        })
        .collect();
    let created: u64 = imports
        .into_iter()
        .map(|import| import.join().unwrap()["created"].as_u64().unwrap())
        .sum();
    assert_eq!(created, 3000);
    assert_eq!(
        office.office.get("/api/v1/enterprises").expect(200)["total"],
        3000
    );
}

#[test]
fn the_page_says_what_will_change_and_then_does_it() {
    let office = Office::new();
    let staged = office
        .office
        .upload("/enterprises/import", "台账.xlsx", &sample("enterprises"));
    assert_eq!(staged.status, 303, "{}", staged.text());
    let page = staged.header("location").unwrap().to_owned();
    let plan = office.office.get(&page);
    assert!(
        plan.text().contains("将有这些变化")
            && plan.text().contains("台账.xlsx")
            && plan.text().contains("3000")
    );
    assert_eq!(
        office.office.get("/api/v1/enterprises").expect(200)["total"],
        0
    );
    for _ in 0..20 {
        assert_eq!(office.office.form(&format!("{page}/apply"), "").status, 303);
        if office.office.get(&page).text().contains("导入完成") {
            break;
        }
    }
    assert!(
        office
            .office
            .get(&page)
            .text()
            .contains("新增 <strong>3000</strong>")
    );
    assert_eq!(
        office.office.get("/api/v1/enterprises").expect(200)["total"],
        3000
    );
    // It is this account's, and nobody else's.
    let other = office.staff("second", "office", &[], None);
    other.get(&page).expect(404);
}

/// A ledger of so many businesses, which are all called 店 and founded on one day.
fn with_businesses(office: &Office, count: u32) {
    // By a statement: an import of as many takes longer, and is proved elsewhere.
    let database = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    let sql = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
        INSERT INTO enterprise_site (uscc, name, search_name, initials, founded_on, changed_by, changed_at)
        SELECT printf('%018d', n), '店' || n, '店' || n, 'd' || n, '2026-03-01', 'test', '2026-03-01T00:00:00+08:00' FROM n";
    database.execute(sql, [count]).unwrap();
}

#[test]
fn an_export_has_every_row_its_dates_are_dates_and_it_takes_the_memory_of_a_slice() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    use calamine::Reader as _;
    let office = Office::served();
    with_businesses(&office, 50_002);
    // What the first export takes is there for the next.
    office.office.get("/enterprises/export.xlsx?q=50002");
    let (before, _) = office.server.memory();
    let workbook = office.office.get("/enterprises/export.xlsx");
    let (_, most) = office.server.memory();
    assert_eq!(workbook.status, 200);
    let bytes = std::io::Cursor::new(&workbook.body);
    let mut read: calamine::Xlsx<_> = calamine::open_workbook_from_rs(bytes).unwrap();
    let sheet = read.worksheet_range("企业台账").unwrap();
    assert_eq!(sheet.height(), 50_003);
    let last = sheet.rows().next_back().unwrap();
    assert_eq!(last[0], calamine::Data::String("000000000000050002".into()));
    assert!(matches!(&last[2], calamine::Data::DateTime(day) if day.as_f64() == 46_082.0));
    println!("{before} MB before, at most {most} MB");
    assert!(most < before + 64, "{before} MB before, {most} MB after");
}
