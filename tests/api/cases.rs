//! Files and values that offices and citizens send, each an example of its kind: read right, or refused with what to do.

use rust_xlsxwriter::{Format, Workbook};
use serde_json::{Value, json};
use std::path::PathBuf;
use tests::{Client, Office, Reply};

/// Codes with right check digits.
const CODES: [&str; 4] = [
    "91330503MYYG3CWJ94",
    "92330503MYWG9MDA0T",
    "92330503MYXM6GFR73",
    "91330503MYX9P4421B",
];

/// A file of those that `shared/sheets` is tested with.
fn file(name: &str) -> Vec<u8> {
    let folder: PathBuf = tests::root().join("shared/sheets/tests/files");
    std::fs::read(folder.join(name)).unwrap()
}

fn import(client: &Client, kind: &str, csv: &str) -> Value {
    client.import(kind, csv.as_bytes()).expect(200)
}

fn enterprise(client: &Client, code: &str) -> Value {
    client
        .get(&format!("/api/v1/enterprises/{code}"))
        .expect(200)
}

fn reasons(found: &Value, of: &str) -> Vec<String> {
    let flaws = found[of].as_array().unwrap().iter();
    flaws
        .map(|flaw| format!("{} {}: {}", flaw["row"], flaw["field"], flaw["reason"]))
        .collect()
}

#[test]
fn a_code_that_was_kept_as_a_number_is_rejected_and_excel_named() {
    let office = Office::new();
    let found = office
        .office
        .import("enterprises", &file("case-21.xlsx"))
        .expect(200);
    assert_eq!(
        (&found["rows"], &found["created"]),
        (&json!(2), &json!(0)),
        "{found}"
    );
    for flaw in found["rejected"].as_array().unwrap() {
        let reason = flaw["reason"].as_str().unwrap();
        assert!(
            reason.contains("前 15 位") && reason.contains("文本"),
            "{flaw}"
        );
        assert!(flaw["value"].as_str().unwrap().contains("E+17"), "{flaw}");
    }
}

#[test]
fn what_stands_for_nothing_is_nothing() {
    let office = Office::new();
    let found = office
        .office
        .import("enterprises", &file("case-22.xlsx"))
        .expect(200);
    assert_eq!(
        (&found["created"], &found["rejected"]),
        (&json!(4), &json!([])),
        "{found}"
    );
    let business = enterprise(&office.office, "91330503MA6HKGX6C4");
    for field in ["license_no", "licensed_on", "risk_grade"] {
        assert_eq!(business[field], Value::Null, "{field}");
    }
    let csv = format!(
        "信用代码,名称,联系电话,住所\n{},甲,/,无\n{},无,,\n{},\u{200b}\u{3164},,\n",
        CODES[0], CODES[1], CODES[2]
    );
    let found = import(&office.office, "enterprises", &csv);
    let business = enterprise(&office.office, CODES[0]);
    assert_eq!(
        (&business["phone"], &business["address"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(reasons(&found, "rejected").len(), 2, "{found}");
}

#[test]
fn a_csv_is_read_in_any_of_its_clothes() {
    let office = Office::new();
    for (name, code, created) in [
        ("apostrophe", "91330503MAQWK1YLG4", 1),
        ("semicolon", "91330503MAQWK1YLG4", 0),
        ("title-then-tabs", "91330503MAE7234WQ8", 1),
        ("utf16", "91330503MAA4QCN4Y3", 1),
        ("one-bad-byte", "91330503MA1TKETP09", 1),
    ] {
        let found = office
            .office
            .import("enterprises", &file(&format!("case-23-{name}.csv")))
            .expect(200);
        assert_eq!(found["created"], json!(created), "{name}: {found}");
        enterprise(&office.office, code);
        if name == "one-bad-byte" {
            assert_eq!(found["rejected"][0]["row"], 2);
            let reason = found["rejected"][0]["reason"].as_str().unwrap();
            assert!(reason.contains("编码"), "{found}");
        } else {
            assert_eq!(found["rejected"], json!([]), "{name}");
        }
    }
}

#[test]
fn a_quote_that_is_never_closed_names_its_row_and_loses_no_other() {
    let office = Office::new();
    let csv = format!(
        "信用代码,名称,住所\n{},甲,x\n{},\"乙,y\n{},丙,z\n{},\"丁\",z\n",
        CODES[0], CODES[1], CODES[2], CODES[3]
    );
    let found = import(&office.office, "enterprises", &csv);
    assert_eq!(
        (&found["rows"], &found["created"]),
        (&json!(4), &json!(3)),
        "{found}"
    );
    assert_eq!(found["rejected"][0]["row"], 3);
    assert!(
        found["rejected"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("引号")
    );
}

#[test]
fn a_number_in_a_workbook_that_counts_from_1904_is_its_day() {
    let office = Office::new();
    office
        .office
        .import("enterprises", &file("case-24.xlsx"))
        .expect(200);
    let business = enterprise(&office.office, "91330503MAH14R85LC");
    assert_eq!(business["founded_on"], "2026-03-01");
}

#[test]
fn a_year_or_a_month_is_no_day() {
    let office = Office::new();
    let csv = format!(
        "信用代码,名称,成立日期\n{},甲,2026\n{},乙,2026年3月\n{},丙,2026 年 3 月 1 日\n{},丁,2026. 3. 1\n",
        CODES[0], CODES[1], CODES[2], CODES[3]
    );
    let found = import(&office.office, "enterprises", &csv);
    assert_eq!(found["created"], 2, "{found}");
    for reason in reasons(&found, "rejected") {
        assert!(reason.contains("写到日"), "{reason}");
    }
    for code in &CODES[2..] {
        assert_eq!(enterprise(&office.office, code)["founded_on"], "2026-03-01");
    }
}

#[test]
fn a_cell_without_a_value_keeps_what_was_known_and_is_named() {
    let office = Office::new();
    let known = "信用代码,名称,成立日期,镇街,联系电话,登记状态";
    let csv = format!(
        "{known}\n{},甲,2026-03-01,云港街道,13800000000,注销\n",
        CODES[0]
    );
    import(&office.office, "enterprises", &csv);
    let before = enterprise(&office.office, CODES[0]);
    let long = "长".repeat(32_768);
    let csv = format!(
        "{known},经营范围\n{},甲,#N/A,NULL,1.38E+10,nan,{long}\n{},乙,#REF!,云港街道,5721234567,,糕点销售\n",
        CODES[0], CODES[1]
    );
    let found = import(&office.office, "enterprises", &csv);
    assert_eq!(
        (&found["created"], &found["unchanged"], &found["rejected"]),
        (&json!(1), &json!(1), &json!([])),
        "{found}"
    );
    let warnings = reasons(&found, "warnings");
    assert_eq!(warnings.len(), 7, "{warnings:?}");
    assert!(
        warnings.iter().all(|warning| warning.contains("没有写入")),
        "{warnings:?}"
    );
    assert_eq!(enterprise(&office.office, CODES[0]), before);
    let other = enterprise(&office.office, CODES[1]);
    assert_eq!(
        (
            &other["town"],
            &other["founded_on"],
            &other["phone"],
            &other["status"]
        ),
        (
            &json!("云港街道"),
            &Value::Null,
            &Value::Null,
            &json!("operating")
        )
    );
    // The same by the page, which writes slice by slice.
    let staged = office
        .office
        .upload("/enterprises/import", "x.csv", csv.as_bytes());
    let page = staged.header("location").unwrap().to_owned();
    assert!(office.office.get(&page).text().contains("没有写入"));
    assert_eq!(office.office.form(&format!("{page}/apply"), "").status, 303);
    assert_eq!(enterprise(&office.office, CODES[0]), before);
}

#[test]
fn no_export_fails_on_what_came_in() {
    let office = Office::new();
    let long = "长".repeat(100_000);
    let record = json!({"uscc": CODES[0], "name": "甲", "business_scope": long});
    let found = office
        .office
        .post("/api/v1/enterprises", &record)
        .expect(200);
    assert_eq!(found["warnings"][0]["field"], "business_scope", "{found}");
    let mut change = enterprise(&office.office, CODES[0]);
    change = json!({"version": change["version"], "business_scope": long});
    let path = format!("/api/v1/enterprises/{}", CODES[0]);
    office.office.patch(&path, &change).expect_problem(422);
    assert_eq!(office.office.get("/enterprises/export.xlsx").status, 200);
}

#[test]
fn every_visible_sheet_goes_in_and_each_row_is_named_with_its_sheet() {
    let office = Office::new();
    let mut workbook = Workbook::new();
    let header = ["信用代码", "名称", "镇街"];
    let rows: [(&str, &[[&str; 3]]); 4] = [
        ("线下", &[[CODES[0], "甲", "云港街道"]]),
        ("网上", &[[CODES[1], "乙", "云港街道"], ["1", "丙", ""]]),
        ("空表", &[]),
        ("旧表", &[[CODES[2], "丁", ""]]),
    ];
    for (name, rows) in rows {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name).unwrap().set_hidden(name == "旧表");
        for (row, cells) in (0..).zip(std::iter::once(&header).chain(rows)) {
            for (column, cell) in (0..).zip(cells) {
                sheet.write(row, column, *cell).unwrap();
            }
        }
    }
    workbook
        .add_worksheet()
        .set_name("说明")
        .unwrap()
        .write(0, 0, "填表说明")
        .unwrap();
    let bytes = workbook.save_to_buffer().unwrap();
    let found = office.office.import("enterprises", &bytes).expect(200);
    assert_eq!(found["created"], 2, "{found}");
    assert_eq!(
        (&found["rejected"][0]["sheet"], &found["rejected"][0]["row"]),
        (&json!("网上"), &json!(3))
    );
    assert_eq!(
        found["sheets"],
        json!([
            {"name": "线下", "state": "read"}, {"name": "网上", "state": "read"}, {"name": "空表", "state": "header_only"},
            {"name": "旧表", "state": "hidden"}, {"name": "说明", "state": "no_header"},
        ])
    );
    let staged = office
        .office
        .upload("/enterprises/import", "x.xlsx", &bytes);
    let page = office.office.get(staged.header("location").unwrap()).text();
    assert!(page.contains("“旧表”是隐藏的，没有读"), "{page}");
}

#[test]
fn a_number_of_another_kind_under_licence_number_does_not_lose_the_row() {
    let office = Office::new();
    let csv = format!(
        "信用代码,名称,许可证编号\n{},甲,QS330512345678\n{},乙,JY13305030012345\n{},丙,SC 127-33050370007\n",
        CODES[0], CODES[1], CODES[2]
    );
    let found = import(&office.office, "enterprises", &csv);
    assert_eq!(
        (&found["created"], &found["rejected"]),
        (&json!(3), &json!([])),
        "{found}"
    );
    assert_eq!(reasons(&found, "warnings").len(), 2, "{found}");
    assert_eq!(
        enterprise(&office.office, CODES[0])["license_no"],
        Value::Null
    );
    assert_eq!(
        enterprise(&office.office, CODES[2])["license_no"],
        "SC12733050370007"
    );
}

#[test]
fn a_telephone_is_a_telephone_and_an_officials_mobile_never_a_power_of_ten() {
    let office = Office::new();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, heading) in (0..).zip(["工号", "姓名", "层级", "手机"]) {
        sheet.write(0, column, heading).unwrap();
    }
    let padded = Format::new().set_num_format("0000\\-0000000");
    for (row, no) in (1..).zip(["C1", "C2", "C3", "C4"]) {
        sheet.write(row, 0, no).unwrap();
        sheet.write(row, 1, "张三").unwrap();
        sheet.write(row, 2, "区").unwrap();
    }
    sheet.write(1, 3, 13_800_000_000_u64).unwrap();
    sheet.write(2, 3, "1.38E+10").unwrap();
    sheet
        .write_with_format(3, 3, 5_721_234_567_u64, &padded)
        .unwrap();
    sheet.write(4, 3, "（0572）１２３４５６７转801").unwrap();
    let found = office
        .office
        .import("cadres", &workbook.save_to_buffer().unwrap())
        .expect(200);
    assert_eq!(found["created"], 4, "{found}");
    let warning = found["warnings"][0]["reason"].as_str().unwrap();
    assert!(warning.contains("丢失"), "{found}");
    let cadres = office.office.get("/api/v1/cadres").expect(200);
    let phone = |no: &str| {
        let mut cadres = cadres["items"].as_array().unwrap().iter();
        let found = cadres.find(|cadre| cadre["cadre_no"] == no);
        found.unwrap()["phone"].clone()
    };
    assert_eq!(
        [phone("C1"), phone("C2"), phone("C3"), phone("C4")],
        [
            json!("13800000000"),
            Value::Null,
            json!("0572-1234567"),
            json!("0572-1234567转801")
        ]
    );
}

#[test]
fn a_telephone_typed_with_a_chinese_keyboard_is_taken_and_letters_of_no_width_are_nothing() {
    let office = Office::with(&[("complaint_rate_limit", "0")]);
    let public = office.server.public();
    let report = |name: &str, phone: &str, place: &str, text: &str| -> Reply {
        let report = json!({
            "kind": "report", "category": "hygiene", "place": place, "happened_on": "2026 年 11 月 20 日", "text": text,
            "anonymous": false, "contact": {"name": name, "phone": phone, "address": ""},
        });
        public.post("/api/v1/complaints", &report)
    };
    let text = "店里有老鼠跑来跑去";
    for phone in ["１３８００００００００", "0572—1234567", "（0572）1234567"] {
        report("张三", phone, "人民路1号", text).expect(201);
    }
    let nothing = "\u{200b}\u{3164}\u{200d}";
    for (name, place, text, field) in [
        (nothing, "人民路1号", text, "name"),
        ("张三", nothing, text, "place"),
        ("张三", "人民路1号", nothing, "text"),
    ] {
        let problem = report(name, "13800000000", place, text).expect(422);
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
}

#[test]
fn a_holiday_outside_the_calendar_is_named_and_one_typed_with_spaces_is_read() {
    let office = Office::new();
    let import = |csv: &str| {
        let csv = format!("date,kind,name\n{csv}").into_bytes();
        office
            .office
            .send("POST", "/api/v1/holidays/import", Some("text/csv"), csv)
    };
    for csv in [
        "2014-10-01,holiday,国庆节\n2027-05-03,holiday,劳动节\n",
        "2051-10-02,holiday,国庆节\n",
    ] {
        let problem = import(csv).expect(422);
        let reason = problem["errors"][0]["reason"].as_str().unwrap();
        assert!(
            reason.contains("第 2 行") && reason.contains("2015年1月1日"),
            "{reason}"
        );
    }
    let imported = import("2027 年 5 月 3 日,holiday,劳动节\n").expect(200);
    assert_eq!(imported["created"], 1);
}

#[test]
fn a_character_that_is_none_never_gets_in() {
    let office = Office::new();
    let record = json!([{"uscc": CODES[0], "name": "坏字\u{fffe}符\u{b}店", "town": "云港街道"}]);
    office
        .office
        .post("/api/v1/enterprises", &record)
        .expect(200);
    assert_eq!(enterprise(&office.office, CODES[0])["name"], "坏字符 店");
}

#[test]
fn amounts_in_ten_thousands_are_read_by_their_heading() {
    let office = Office::new();
    let csv = format!(
        "决定书文号,信用代码,案由,处罚类别,罚款金额（万元）,处罚日期\n1号,{0},x,罚款,5.20005,2026-10-12\n2号,{0},x,罚款,人民币300元整,2026-10-12\n",
        CODES[0]
    );
    let found = import(&office.office, "penalties", &csv);
    assert_eq!(found["created"], 2, "{found}");
    let penalties = office.office.get("/api/v1/penalties").expect(200);
    let amount = |number: &str| {
        let mut items = penalties["items"].as_array().unwrap().iter();
        items.find(|item| item["number"] == number).unwrap()["amount"].clone()
    };
    assert_eq!(
        (amount("1号"), amount("2号")),
        (json!(5_200_050), json!(30_000))
    );
}
