//! The files in `files/`, as openpyxl, xlsxwriter, LibreOffice, SheetJS, exceljs and WPS write them and as offices send them: each
//! is read as `files/expected.txt` says. A cell without a value stands there as `?`, one that has lost digits as `!`, a date that
//! cannot be read as `x`, each with what is shown of it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use bytes::Bytes;
use sheets::{Column, Content, Rows, SheetRow};
use std::fmt::Write as _;
use std::path::Path;

static COLUMNS: [Column; 7] = [
    Column::required("统一社会信用代码", &["信用代码"]),
    Column::required("企业名称", &["名称", "单位名称"]),
    Column::optional("成立日期", &["注册日期"]),
    Column::optional("联系电话", &[]),
    Column::optional("所属镇街", &["镇街"]),
    Column::optional("食品生产许可证编号", &["许可证编号"]),
    Column::optional("登记证编号", &[]),
];

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files")
}

fn cell(row: &SheetRow, name: &str) -> String {
    let cell = row.cell(name);
    match cell.content() {
        Content::Blank => String::new(),
        Content::Missing(shown) => format!("?{shown}"),
        Content::LostDigits(shown) => format!("!{shown}"),
        Content::TooLong(length) => format!("{length} units"),
        Content::Text(_) if name == "成立日期" => match cell.date() {
            Ok(date) => date.map(|date| date.to_string()).unwrap_or_default(),
            Err(_) => format!("x{}", cell.shown()),
        },
        Content::Text(text) if text.chars().count() > 100 => {
            format!("{} characters", text.chars().count())
        }
        Content::Text(text) => text,
    }
}

/// What a file gives, line by line.
fn read(bytes: Vec<u8>) -> String {
    let mut said = String::new();
    let rows = match Rows::open(&[Bytes::from(bytes)], &COLUMNS) {
        Ok(rows) => rows,
        Err(error) => return format!("refused: {error}\n"),
    };
    for sheet in rows.sheets() {
        writeln!(said, "sheet {}: {:?}", sheet.name, sheet.state).unwrap();
    }
    if !rows.ignored_columns().is_empty() {
        writeln!(said, "ignored: {}", rows.ignored_columns().join(", ")).unwrap();
    }
    for row in rows {
        let cells: Vec<String> = COLUMNS
            .iter()
            .map(|column| cell(&row, column.name))
            .collect();
        let cells = cells.join(" | ");
        let broken = row.why_broken().map_or("", |_| "BROKEN ");
        writeln!(
            said,
            "{}: {broken}{}",
            row.place(),
            cells.trim_end_matches([' ', '|'])
        )
        .unwrap();
    }
    said
}

#[test]
fn every_file_is_read_or_refused_as_expected() {
    let expected = std::fs::read_to_string(folder().join("expected.txt")).unwrap();
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "expected.txt")
        .collect();
    names.sort();
    assert!(names.len() >= 40);
    let mut found = String::new();
    for name in &names {
        let bytes = std::fs::read(folder().join(name)).unwrap();
        assert!(bytes.len() < 12_000, "{name} has {} bytes", bytes.len());
        write!(found, "== {name}\n{}", read(bytes)).unwrap();
    }
    let (mut found, mut expected) = (found.split("== "), expected.split("== "));
    loop {
        match (found.next(), expected.next()) {
            (None, None) => return,
            (found, expected) => assert_eq!(found, expected),
        }
    }
}
