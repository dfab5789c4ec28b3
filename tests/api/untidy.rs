//! A workbook as offices really send them: every good row in, every bad one named.

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::json;
use tests::Office;

/// Codes with right check digits.
const CODES: [&str; 8] = [
    "91330503MYYG3CWJ94",
    "92330503MYWG9MDA0T",
    "92330503MYXM6GFR73",
    "91330503MYX9P4421B",
    "92330503MYY5BA6E07",
    "91330503MYT1H3RM06",
    "92330503MYTJWLDM9N",
    "93330503MYTN52FU1J",
];

fn workbook() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let plain = Format::new();
    let day = Format::new().set_num_format("yyyy年m月d日");
    sheet
        .merge_range(0, 0, 0, 5, "云溪区食品生产经营主体台账（2026年）", &plain)
        .unwrap();
    for (column, heading) in [
        "序号",
        "单位名称",
        "统一社会信用代码*",
        "注册日期",
        "镇街",
        "食品生产许可证编号",
    ]
    .into_iter()
    .enumerate()
    {
        sheet.write(1, column as u16, heading).unwrap();
    }
    let full_width: String = CODES[1]
        .chars()
        .map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap())
        .collect();
    let spaced = format!(
        " {} {} ",
        &CODES[2][..8].to_lowercase(),
        &CODES[2][8..].to_lowercase()
    );
    let rows: [(&str, &str); 12] = [
        ("甲食品厂", CODES[0]),
        ("乙餐馆", &full_width),
        ("丙超市", &spaced),
        ("丁面馆", CODES[3]),
        ("戊茶馆", CODES[4]),
        ("", CODES[5]),
        ("己店", "91330503MYT1H3RM07"),
        ("甲食品厂", CODES[0]),
        ("庚店", CODES[0]),
        ("辛店", CODES[6]),
        ("壬店", CODES[7]),
        ("癸店", ""),
    ];
    for (n, (name, code)) in rows.into_iter().enumerate() {
        let row = 2 + n as u32;
        sheet.write(row, 0, n as u32 + 1).unwrap();
        sheet.write(row, 1, name).unwrap();
        sheet.write(row, 2, code).unwrap();
    }
    sheet.merge_range(2, 4, 4, 4, "云港街道", &plain).unwrap();
    sheet
        .write_with_format(2, 3, ExcelDateTime::from_ymd(2026, 3, 1).unwrap(), &day)
        .unwrap();
    sheet.write(3, 3, "2026/3/1").unwrap();
    sheet.write(4, 3, "2026年3月1日").unwrap();
    sheet.write(5, 3, "20260301").unwrap();
    sheet.write(6, 3, 46082).unwrap();
    // The first of the two rows of 甲食品厂 again, cell by cell.
    sheet
        .write_with_format(9, 3, ExcelDateTime::from_ymd(2026, 3, 1).unwrap(), &day)
        .unwrap();
    sheet.write(9, 4, "云港街道").unwrap();
    sheet.write(11, 3, "2026-02-30").unwrap();
    sheet.write(12, 5, "SC12733050370008").unwrap();
    sheet.write(14, 0, "合 计").unwrap();
    sheet.write(14, 2, "12 家").unwrap();
    sheet.write(15, 0, "制表人：张三　　审核：李四").unwrap();
    workbook.save_to_buffer().unwrap()
}

#[test]
fn every_good_row_goes_in_and_every_bad_one_is_named() {
    let office = Office::new();
    let found = office
        .office
        .upload("/api/v1/enterprises/import", "台账.xlsx", &workbook())
        .expect(200);
    let counts =
        ["rows", "created", "updated", "unchanged"].map(|name| found[name].as_u64().unwrap());
    assert_eq!(counts, [12, 6, 0, 1], "{found}");
    let rejected: Vec<(u64, &str, &str)> = found["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|flaw| {
            (
                flaw["row"].as_u64().unwrap(),
                flaw["field"].as_str().unwrap(),
                flaw["value"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        rejected,
        [
            (8, "企业名称", ""),
            (9, "统一社会信用代码", "91330503MYT1H3RM07"),
            (11, "统一社会信用代码", CODES[0]),
            (12, "成立日期", "2026-02-30"),
            (14, "统一社会信用代码", ""),
        ]
    );
    assert!(
        found["rejected"][1]["reason"]
            .as_str()
            .unwrap()
            .contains("应为 6"),
        "{found}"
    );
    assert_eq!(
        (&found["warnings"][0]["row"], &found["warnings"][0]["field"]),
        (&json!(13), &json!("食品生产许可证编号"))
    );
    assert_eq!(found["ignored_columns"], json!(["序号"]));
    for code in &CODES[..5] {
        let enterprise = office
            .office
            .get(&format!("/api/v1/enterprises/{code}"))
            .expect(200);
        assert_eq!(enterprise["founded_on"], "2026-03-01", "{enterprise}");
    }
    for code in &CODES[..3] {
        assert_eq!(
            office
                .office
                .get(&format!("/api/v1/enterprises/{code}"))
                .expect(200)["town"],
            "云港街道"
        );
    }
}
