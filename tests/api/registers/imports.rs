//! Imports of registers: sheets with headings of their own, rows to be mended.

use super::penalty;
use calamine::{Data, Reader as _, Xlsx};
use serde_json::json;
use std::io::Cursor;
use tests::Office;

/// Penalties from a source that gives its columns other headings than the register.
const OTHER_HEADINGS: &str = "序号,案件号,当事人代码,事由,类型,决定时间,经办人\n\
     1,B-1,91330503MYYG3CWJ94,标签不符合规定,警告,2026-10-12,王五\n\
     2,B-2,91330503MYYG3CWJ94,超过保质期,罚款,2026-10-13,王五\n";

#[test]
fn what_a_source_calls_its_columns_is_asked_once_and_remembered() {
    let office = Office::new();
    let office = &office.office;
    let first = office.upload(
        "/facts/penalties/import",
        "执法.csv",
        OTHER_HEADINGS.as_bytes(),
    );
    let asks = first.header("location").unwrap().to_owned();
    assert!(asks.ends_with("/columns"), "{asks}");
    let page = office.get(&asks).text();
    assert!(page.contains("当事人代码") && page.contains("处罚决定书文号（必须有）"));
    let encode = web::page::encode;
    let told = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect::<Vec<_>>()
            .join("&")
    };
    // The columns by their place in the register: 处罚决定书文号, 统一社会信用代码, 违法事实, 处罚依据, 处罚种类, 罚没金额, 处罚日期.
    let some = [
        ("name", "执法系统"),
        ("column-0", "案件号"),
        ("column-1", "当事人代码"),
    ];
    let refused = office.form(&asks, &told(&some));
    let said = refused.text();
    assert!(
        said.contains("还缺这些必须有的列：违法事实、处罚种类、处罚日期"),
        "{said}"
    );
    let all = [
        ("name", "执法系统"),
        ("column-0", "案件号"),
        ("column-1", "当事人代码"),
        ("column-2", "事由"),
        ("column-4", "类型"),
        ("column-6", "决定时间"),
    ];
    let staged = office.form(&asks, &told(&all));
    let preview = staged.header("location").unwrap().to_owned();
    let page = office.get(&preview).text();
    assert!(page.contains("<strong>2</strong>新增"), "{page}");
    office.form(&format!("{preview}/apply"), "");
    assert_eq!(office.get("/api/v1/penalties").expect(200)["total"], 2);
    // The next sheet of the same source is known, as a page and as data.
    let next = office.upload(
        "/facts/penalties/import",
        "执法.csv",
        OTHER_HEADINGS.as_bytes(),
    );
    assert!(!next.header("location").unwrap().ends_with("/columns"));
    let found = office
        .import("penalties", OTHER_HEADINGS.as_bytes())
        .expect(200);
    assert_eq!(found["unchanged"], 2, "{found}");
    let start = office.get("/facts/penalties/import").text();
    assert!(start.contains("执法系统") && start.contains("“事由”是违法事实"));
}

#[test]
fn rejected_rows_come_back_as_a_workbook_to_mend_and_send_again() {
    let office = Office::new();
    let office = &office.office;
    let csv = "处罚决定书文号,统一社会信用代码,违法事实,处罚种类,处罚日期\n\
         C-1,91330503MYYG3CWJ94,标签,警告,2026-10-12\n\
         C-2,91330503MYYG3CWJ94,标签,恐吓,2026-10-12\n";
    let staged = office.upload("/facts/penalties/import", "x.csv", csv.as_bytes());
    let preview = staged.header("location").unwrap().to_owned();
    assert!(office.get(&preview).text().contains("rejected.xlsx"));
    let workbook = office.get(&format!("{preview}/rejected.xlsx"));
    let mut read: Xlsx<_> = Xlsx::new(Cursor::new(workbook.body)).unwrap();
    let sheet = read.worksheet_range_at(0).unwrap().unwrap();
    let rows: Vec<Vec<String>> = sheet
        .rows()
        .map(|row| row.iter().map(Data::to_string).collect())
        .collect();
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!(rows[0].last().unwrap(), "不能导入的原因");
    assert_eq!(rows[1][0], "C-2");
    assert!(rows[1].last().unwrap().starts_with("处罚种类：应为："));
    // Mended in place, it goes in, reasons and all.
    let mended: Vec<String> = rows
        .iter()
        .map(|row| row.join(",").replace("恐吓", "警告").replace('\n', ""))
        .collect();
    let found = office
        .import("penalties", mended.join("\n").as_bytes())
        .expect(200);
    assert_eq!(found["created"], 1, "{found}");
}

#[test]
fn somebody_elses_import_is_not_seen() {
    let office = Office::new();
    let staged = office.office.upload(
        "/facts/penalties/import",
        "x.csv",
        OTHER_HEADINGS.as_bytes(),
    );
    let asks = staged.header("location").unwrap().to_owned();
    let other = office.staff("office2", "office", &[], None);
    assert_eq!(other.get(&asks).status, 404);
    assert_eq!(
        other
            .form(&asks, "name=x&column-0=%E6%A1%88%E4%BB%B6%E5%8F%B7")
            .status,
        404
    );
}

#[test]
fn what_a_rejected_rows_sheet_did_not_have_is_not_undone_when_it_is_sent_again() {
    let office = Office::new();
    let office = &office.office;
    let mut known = penalty();
    known["number"] = json!("R-1");
    known["published_until"] = json!("2029-10-01");
    office.post("/api/v1/penalties", &known).expect(201);
    let csv = "决定书文号,统一社会信用代码,违法事实,处罚种类,处罚日期\n\
         R-1,91330503MYYG3CWJ94,标签,恐吓,2026-10-12\n";
    let staged = office.upload("/facts/penalties/import", "x.csv", csv.as_bytes());
    let preview = staged.header("location").unwrap().to_owned();
    let workbook = office.get(&format!("{preview}/rejected.xlsx"));
    let mut read: Xlsx<_> = Xlsx::new(Cursor::new(workbook.body)).unwrap();
    let sheet = read.worksheet_range_at(0).unwrap().unwrap();
    let headings: Vec<String> = sheet
        .rows()
        .next()
        .unwrap()
        .iter()
        .map(Data::to_string)
        .collect();
    assert_eq!(
        headings,
        [
            "决定书文号",
            "统一社会信用代码",
            "违法事实",
            "处罚种类",
            "处罚日期",
            "不能导入的原因"
        ]
    );
}

#[test]
fn an_optional_column_is_told_too_and_a_source_is_forgotten_when_the_office_says_so() {
    let office = Office::new();
    let office = &office.office;
    let csv = "决定书文号,统一社会信用代码,违法事实,处罚种类,处罚日期,罚了多少\n\
         T-1,91330503MYYG3CWJ94,标签,罚款,2026-10-12,5000\n";
    let staged = office.upload("/facts/penalties/import", "x.csv", csv.as_bytes());
    let preview = staged.header("location").unwrap().to_owned();
    assert!(
        office
            .get(&preview)
            .text()
            .contains("没有用到的列：罚了多少")
    );
    let encode = web::page::encode;
    let told = format!(
        "name={}&column-5={}",
        encode("执法系统"),
        encode("罚了多少")
    );
    let staged = office.form(&format!("{preview}/columns"), &told);
    let preview = staged.header("location").unwrap().to_owned();
    assert!(!office.get(&preview).text().contains("没有用到的列"));
    office.form(&format!("{preview}/apply"), "");
    assert_eq!(
        office.get("/api/v1/penalties/T-1").expect(200)["amount"],
        500_000
    );
    let forget = format!("name={}", encode("执法系统"));
    office.form("/facts/penalties/import/forget", &forget);
    assert!(
        !office
            .get("/facts/penalties/import")
            .text()
            .contains("执法系统")
    );
}

/// A blank cell under a known heading says that there is nothing, in each register, and loses no other row.
#[test]
fn a_blank_cell_of_what_may_be_blank_goes_in() {
    let office = Office::new();
    let office = &office.office;
    let csv = "统一社会信用代码,企业名称,成立日期,住所,所属镇街,村社区,经营范围,主体业态,风险等级,包保级别,是否学校幼儿园食堂,食品生产许可证编号,许可日期,负责人,联系电话,登记状态\n\
         91330503MYYG3CWJ94,甲公司,,,,,,,,,,,,,,\n";
    let found = office.import("enterprises", csv.as_bytes()).expect(200);
    assert_eq!(found["created"], 1, "{found}");
    let found = office
        .post(
            "/api/v1/enterprises",
            &json!({"uscc": "91330503MYYG3CWJ94", "name": "甲公司", "canteen": null}),
        )
        .expect(200);
    assert_eq!(found["unchanged"], 1, "{found}");
}
