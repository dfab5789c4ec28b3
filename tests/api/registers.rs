//! What every register does by its declaration: records by hand and as data, sheets with headings of their own, rows to be mended.

use calamine::{Data, Reader as _, Xlsx};
use registers::{Kind, Register};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Cursor;
use tests::Office;

const USCC: &str = "91330503MYYG3CWJ94";

fn penalty() -> Value {
    json!({
        "number": "浔市监处〔2026〕12号",
        "uscc": USCC,
        "ground": "生产菌落总数超标的面包",
        "kind": "fine",
        "amount": 5_200_050,
        "decided_on": "2026-10-12",
    })
}

#[test]
fn a_record_is_added_and_changed_as_data_by_the_rules_of_a_sheet() {
    let office = Office::new();
    let office = &office.office;
    let added = office.post("/api/v1/penalties", &penalty()).expect(201);
    assert_eq!(added["amount"], 5_200_050);
    assert_eq!(added["published_until"], Value::Null);
    let again = office.post("/api/v1/penalties", &penalty());
    assert_eq!(again.expect_problem(409), "already_there");
    let path = format!(
        "/api/v1/penalties/{}",
        web::page::encode(added["id"].as_str().unwrap())
    );
    assert_eq!(office.get(&path).expect(200), added);
    let changed = office
        .patch(
            &path,
            &json!({"version": 1, "kind": "警告", "amount": null}),
        )
        .expect(200);
    assert_eq!(
        (&changed["kind"], &changed["amount"], &changed["ground"]),
        (&json!("warning"), &json!(0), &added["ground"])
    );
    let late = office.patch(&path, &json!({"version": 1, "kind": "fine"}));
    assert_eq!(late.expect_problem(409), "changed_meanwhile");
    assert_eq!(late.json()["current"]["kind"], "warning");
    for (change, field) in [
        (json!({"version": 2, "kind": "恐吓"}), "kind"),
        (json!({"version": 2, "ground": ""}), "ground"),
        (json!({"version": 2, "number": "x"}), "number"),
        (json!({"version": 2, "colour": "red"}), "colour"),
        (json!({"version": 2, "uscc": "91330503MYYG3CWJ95"}), "uscc"),
        (json!({"kind": "fine"}), "version"),
    ] {
        let problem = office.patch(&path, &change).expect(422);
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    office
        .patch("/api/v1/penalties/none", &json!({"version": 1}))
        .expect_problem(404);
    let audited = office
        .get("/api/v1/audit?record=penalty%2F%E6%B5%94%E5%B8%82%E7%9B%91%E5%A4%84%E3%80%942026%E3%80%9512%E5%8F%B7")
        .expect(200);
    assert_eq!(audited["total"], 2, "{audited}");
}

#[test]
fn a_record_of_several_keys_has_an_address_too() {
    let office = Office::new();
    let office = &office.office;
    let officer = json!({"uscc": USCC, "post": "food_safety_officer", "name": "李四", "appointed_on": "2026-03-01"});
    let added = office.post("/api/v1/officers", &officer).expect(201);
    assert_eq!(
        added["id"],
        format!("{USCC}~food_safety_officer~李四").as_str()
    );
    let path = format!(
        "/api/v1/officers/{}",
        web::page::encode(added["id"].as_str().unwrap())
    );
    let changed = office
        .patch(&path, &json!({"version": 1, "exam": "passed"}))
        .expect(200);
    assert_eq!(changed["exam"], "passed");
}

#[test]
fn nobody_but_the_office_changes_a_record() {
    let office = Office::new().with_sample();
    let town = office.staff("town1", "town", &["石湖镇"], None);
    for reply in [
        town.post("/api/v1/penalties", &penalty()),
        town.patch("/api/v1/penalties/x", &json!({"version": 1})),
    ] {
        reply.expect_problem(403);
    }
    assert_eq!(town.get("/facts/penalties/new").status, 403);
    let list = town.get("/facts/penalties").text();
    assert!(!list.contains("登记一条") && !list.contains("/facts/penalties/import"));
}

#[test]
fn a_form_keeps_what_was_typed_and_says_each_error_beside_its_field() {
    let office = Office::new();
    let office = &office.office;
    let page = office.get("/facts/penalties/new").text();
    assert!(page.contains("处罚决定书文号") && page.contains("name=\"number\""));
    let fields = "number=A-1&uscc=91330503MYYG3CWJ95&ground=%E6%A0%87%E7%AD%BE&kind=warning&amount=%E5%BE%88%E5%A4%9A&decided_on=2026-10-12";
    let refused = office.form("/facts/penalties/new", fields);
    assert_eq!(refused.status, 422);
    let shown = refused.text();
    for wanted in [
        "<title>错误：登记行政处罚",
        "href=\"#uscc\"",
        "id=\"amount-error\"",
        "value=\"很多\"",
        "value=\"A-1\"",
    ] {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    assert_eq!(office.get("/api/v1/penalties").expect(200)["total"], 0);
    let mended = fields
        .replace("CWJ95", "CWJ94")
        .replace("%E5%BE%88%E5%A4%9A", "1.2%E4%B8%87");
    let saved = office.form("/facts/penalties/new", &mended);
    assert_eq!(
        saved.header("location"),
        Some("/facts/fact?kind=penalty&number=A-1")
    );
    let listed = office.get("/api/v1/penalties").expect(200);
    assert_eq!(listed["items"][0]["amount"], 1_200_000);
    let form = office.get("/facts/penalties/A-1/edit").text();
    assert!(form.contains("value=\"12000\"") && form.contains("name=\"version\""));
    let edited = office.form(
        "/facts/penalties/A-1/edit",
        "version=1&uscc=91330503MYYG3CWJ94&ground=%E6%A0%87%E7%AD%BE&kind=fine&amount=12000&decided_on=2026-10-12",
    );
    assert_eq!(edited.status, 303);
    assert_eq!(
        office.get("/api/v1/penalties/A-1").expect(200)["kind"],
        "fine"
    );
}

/// All registers that the functions declare.
fn declared() -> Vec<&'static Register> {
    let all = [
        facts::routes(),
        license_outreach::routes(),
        supervision::routes(),
        enterprise_registry::routes(),
    ];
    all.iter()
        .flat_map(|routes| routes.values().to_vec())
        .filter_map(|value| value.downcast_ref::<Register>())
        .collect()
}

fn migrated() -> rusqlite::Connection {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    for file in store::migrations::FILES {
        for sql in file.statements {
            match connection.execute_batch(sql) {
                Err(error) if error.to_string().contains("duplicate column name") => {}
                done => done.unwrap_or_else(|error| panic!("{}: {error}", file.name)),
            }
        }
    }
    connection
}

/// The words that a column's CHECK allows.
fn checked(table_sql: &str, column: &str) -> Option<BTreeSet<String>> {
    let (_, rest) = table_sql.split_once(&format!("CHECK ({column} IN ("))?;
    let (words, _) = rest.split_once(')')?;
    Some(
        words
            .split(',')
            .map(|word| word.trim().trim_matches('\'').to_owned())
            .collect(),
    )
}

#[test]
fn a_register_is_what_its_table_is() {
    let store = migrated();
    let registers = declared();
    assert_eq!(registers.len(), 12);
    for register in registers {
        let table = register.table;
        let columns: Vec<(String, bool, bool)> = store
            .prepare("SELECT name, \"notnull\", pk > 0 FROM pragma_table_info(?1)")
            .unwrap()
            .query_map([table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let sql: String = store
            .query_row(
                "SELECT sql FROM sqlite_master WHERE name = ?1",
                [table],
                |row| row.get(0),
            )
            .unwrap();
        for field in register.fields {
            let at = format!("{table}.{}", field.column);
            let (_, not_null, key) = columns
                .iter()
                .find(|(name, ..)| name == field.column)
                .unwrap_or_else(|| panic!("{at} is no column"));
            assert!(
                !not_null || field.is_always_there(),
                "{at} may be blank, and its column not"
            );
            assert!(!key || field.is_key(), "{at} is a key of the table");
            if let Kind::Word(words) = field.kind {
                let codes: BTreeSet<String> = (words.choices)()
                    .into_iter()
                    .map(|(code, _)| code.to_owned())
                    .collect();
                if let Some(checked) = checked(&sql, field.column) {
                    assert_eq!(codes, checked, "{at}");
                }
            }
        }
        for written in register.written {
            assert!(
                columns.iter().any(|(name, ..)| name == written.column),
                "{table}.{}",
                written.column
            );
        }
        for trigger in ["created", "changed", "is_never_deleted"] {
            let there: bool = store
                .query_row(
                    "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?1 AND name LIKE ?2)",
                    [table, &format!("%{trigger}%")],
                    |row| row.get(0),
                )
                .unwrap();
            // A visit is never changed, by a trigger of its own.
            assert!(
                there || table == "visit" && trigger == "changed",
                "{table}_{trigger}"
            );
        }
        let headings: Vec<&str> = register
            .fields
            .iter()
            .flat_map(|field| std::iter::once(&field.heading).chain(field.synonyms))
            .copied()
            .collect();
        let once: BTreeSet<&str> = headings.iter().copied().collect();
        assert_eq!(
            once.len(),
            headings.len(),
            "{table}: a heading stands twice"
        );
    }
}

/// What the interface promises, with the synonyms that it names.
#[test]
fn the_headings_that_clients_rely_on_are_known() {
    let promised: [(&str, &[&str]); 6] = [
        (
            "enterprises",
            &[
                "统一社会信用代码",
                "信用代码",
                "企业名称",
                "名称",
                "单位名称",
                "成立日期",
                "注册日期",
                "住所",
                "地址",
                "所属镇街",
                "镇街",
                "村社区",
                "经营范围",
                "主体业态",
                "风险等级",
                "包保级别",
                "是否学校幼儿园食堂",
                "食品生产许可证编号",
                "许可证编号",
                "许可日期",
                "负责人",
                "法定代表人",
                "联系电话",
                "登记状态",
            ],
        ),
        (
            "cadres",
            &["工号", "姓名", "职务", "层级", "所属镇街", "手机"],
        ),
        (
            "assignments",
            &[
                "工号",
                "统一社会信用代码",
                "包保起始日期",
                "开始日期",
                "包保结束日期",
                "结束日期",
            ],
        ),
        (
            "visits",
            &[
                "督导日期",
                "工号",
                "统一社会信用代码",
                "督导方式",
                "方式",
                "督导结果",
                "结果",
                "发现问题数",
                "备注",
            ],
        ),
        (
            "licenses",
            &[
                "食品生产许可证编号",
                "统一社会信用代码",
                "类别",
                "发证日期",
                "有效期至",
                "状态",
            ],
        ),
        (
            "license-applications",
            &["受理号", "统一社会信用代码", "申请日期", "状态"],
        ),
    ];
    let registers = declared();
    for (noun, headings) in promised {
        let register = registers.iter().find(|one| one.noun == noun).unwrap();
        for heading in headings {
            assert!(
                register
                    .fields
                    .iter()
                    .any(|field| field.heading == *heading || field.synonyms.contains(heading)),
                "{noun}: {heading}"
            );
        }
    }
}

#[test]
fn the_words_of_facts_in_the_store_are_those_of_the_code() {
    use domain::words::{
        AccidentGrade, FactKind, InspectionResult, PenaltyKind, SampleResult, choices,
    };
    let store = migrated();
    for (kind, words) in [
        ("fact_kind", choices::<FactKind>()),
        ("sample_result", choices::<SampleResult>()),
        ("penalty_kind", choices::<PenaltyKind>()),
        ("inspection_result", choices::<InspectionResult>()),
        ("accident_grade", choices::<AccidentGrade>()),
    ] {
        let kept: BTreeSet<(String, String)> = store
            .prepare("SELECT code, chinese FROM fact_word WHERE kind = ?1")
            .unwrap()
            .query_map([kind], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let words: BTreeSet<(String, String)> = words
            .into_iter()
            .map(|(code, name)| (code.to_owned(), name.to_owned()))
            .collect();
        assert_eq!(kept, words, "{kind}");
    }
}

/// As the office would send it: the licensing system calls the columns otherwise.
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
fn pages_of_facts_are_found_under_their_old_addresses() {
    let office = Office::new();
    for (old, new) in [
        ("/lists/facts", "/facts"),
        ("/lists/facts/samples?q=x", "/facts/samples?q=x"),
        (
            "/lists/facts/fact?kind=sample&number=1",
            "/facts/fact?kind=sample&number=1",
        ),
        (
            "/lists/samples?result=failed",
            "/facts/results?result=failed",
        ),
    ] {
        let reply = office.office.get(old);
        assert_eq!(
            (reply.status, reply.header("location")),
            (301, Some(new)),
            "{old}"
        );
    }
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

#[test]
fn an_amount_as_data_is_a_whole_number_of_fen_and_nothing_else() {
    let office = Office::new();
    let office = &office.office;
    for amount in [json!("1000"), json!(1000.0), json!(-1), json!([1])] {
        let mut wrong = penalty();
        wrong["amount"] = amount;
        let problem = office.post("/api/v1/penalties", &wrong).expect(422);
        assert_eq!(problem["errors"][0]["field"], "amount", "{problem}");
    }
}

#[test]
fn a_number_that_was_taken_back_is_said_to_be_so() {
    let office = Office::new();
    let office = &office.office;
    let mut taken = penalty();
    taken["number"] = json!("M-1");
    office.post("/api/v1/penalties", &taken).expect(201);
    office
        .post(
            "/api/v1/list-facts/revoke",
            &json!({"kind": "penalty", "number": "M-1"}),
        )
        .expect(204);
    let again = office.post("/api/v1/penalties", &taken);
    assert!(again.text().contains("已经撤销"), "{}", again.text());
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
