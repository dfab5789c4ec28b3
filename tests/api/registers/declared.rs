//! Every register is held against its table, and against what the interface promises.

use registers::{Kind, Register};
use rusqlite::Connection;
use std::collections::BTreeSet;

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

/// An empty store with all migrations.
fn migrated() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
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
fn checked_words(table_sql: &str, column: &str) -> Option<BTreeSet<String>> {
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
    assert_eq!(registers.len(), 16);
    for register in registers {
        assert_fields_are_columns(&store, register);
        assert_audited(&store, register);
        assert_headings_stand_once(register);
    }
}

/// The columns of a table: the name, whether it may not be null, whether it is a key.
fn columns(store: &Connection, table: &str) -> Vec<(String, bool, bool)> {
    store
        .prepare("SELECT name, \"notnull\", pk > 0 FROM pragma_table_info(?1)")
        .unwrap()
        .query_map([table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

fn assert_fields_are_columns(store: &Connection, register: &Register) {
    let table = register.table;
    let columns = columns(store, table);
    let sql: String = store
        .query_row(
            "SELECT sql FROM sqlite_master WHERE name = ?1",
            [table],
            |row| row.get(0),
        )
        .unwrap();
    for field in register.fields.iter().filter(|field| field.is_kept()) {
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
        if let Kind::Word(words) = field.kind
            && let Some(checked) = checked_words(&sql, field.column)
        {
            let choices = (words.choices)().into_iter();
            let codes: BTreeSet<String> = choices.map(|(code, _)| code.to_owned()).collect();
            assert_eq!(codes, checked, "{at}");
        }
    }
    for written in register.written {
        let is_column = columns.iter().any(|(name, ..)| name == written.column);
        assert!(is_column, "{table}.{}", written.column);
    }
}

fn assert_audited(store: &Connection, register: &Register) {
    let table = register.table;
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
}

fn assert_headings_stand_once(register: &Register) {
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
        "{}: a heading stands twice",
        register.table
    );
}

/// The headings that the interface promises, with the synonyms that it names, by register.
const PROMISED_HEADINGS: [(&str, &[&str]); 6] = [
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

#[test]
fn the_headings_that_clients_rely_on_are_known() {
    let registers = declared();
    for (noun, headings) in PROMISED_HEADINGS {
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
