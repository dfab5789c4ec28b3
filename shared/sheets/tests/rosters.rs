//! Workbooks and csv as offices send them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use bytes::Bytes;
use domain::office_date::Epoch;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use sheets::{Cell, Column, Rows, SheetError, SheetRow};

static COLUMNS: [Column; 4] = [
    Column::required("统一社会信用代码", &["信用代码"]),
    Column::required("企业名称", &["名称", "单位名称"]),
    Column::optional("成立日期", &["注册日期"]),
    Column::optional("所属镇街", &["镇街"]),
];

fn open(bytes: &[u8], piece: usize) -> Result<Rows, SheetError> {
    let pieces: Vec<Bytes> = bytes.chunks(piece).map(Bytes::copy_from_slice).collect();
    Rows::open(&pieces, &COLUMNS)
}

fn brief(row: &SheetRow) -> (u32, String, String) {
    let date = row
        .cell("成立日期")
        .date()
        .map(|date| date.map(|date| date.to_string()));
    (
        row.number,
        row.text("企业名称").unwrap_or_default(),
        date.unwrap().unwrap_or_default(),
    )
}

fn untidy_workbook() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let plain = Format::new();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    sheet
        .merge_range(0, 0, 0, 4, "某区食品生产经营主体台账", &plain)
        .unwrap();
    sheet.write(1, 0, "填报单位：某镇").unwrap();
    for (column, heading) in ["序号", "单位名称（全称）*", "信用代码", "镇街", "注册日期"]
        .into_iter()
        .enumerate()
    {
        sheet.write(2, column as u16, heading).unwrap();
    }
    let rows = ["甲食品厂", "乙 餐馆", "丙超市", "丁面馆", "戊茶馆"];
    for (n, name) in rows.into_iter().enumerate() {
        let row = 3 + n as u32;
        sheet.write(row, 0, n as u32 + 1).unwrap();
        sheet.write(row, 1, name).unwrap();
        sheet.write(row, 2, format!("CODE{n}")).unwrap();
    }
    sheet.merge_range(3, 3, 5, 3, "云港街道", &plain).unwrap();
    sheet
        .write_with_format(3, 4, ExcelDateTime::from_ymd(2026, 3, 1).unwrap(), &day)
        .unwrap();
    sheet.write(4, 4, 46082).unwrap();
    sheet.write(5, 4, "2026/3/1").unwrap();
    sheet.write(6, 4, "2026年3月1日").unwrap();
    sheet.write(7, 4, 20260301).unwrap();
    // A repeated header, a blank row, a total, a signature.
    for (column, heading) in ["序号", "单位名称", "信用代码", "镇街", "注册日期"]
        .into_iter()
        .enumerate()
    {
        sheet.write(8, column as u16, heading).unwrap();
    }
    sheet.write(10, 0, "合计").unwrap();
    sheet.write(10, 1, 5).unwrap();
    sheet.write(11, 0, "制表人：张三    审核：李四").unwrap();
    workbook.save_to_buffer().unwrap()
}

#[test]
fn an_untidy_workbook_gives_its_rows_with_the_numbers_that_excel_shows() {
    let rows = open(&untidy_workbook(), 1000).unwrap();
    assert_eq!(rows.ignored_columns(), ["序号"]);
    assert!(rows.has("成立日期"));
    let rows: Vec<SheetRow> = rows.collect();
    let brief: Vec<_> = rows.iter().map(brief).collect();
    let expected = [
        (4, "甲食品厂"),
        (5, "乙 餐馆"),
        (6, "丙超市"),
        (7, "丁面馆"),
        (8, "戊茶馆"),
    ]
    .map(|(number, name)| (number, name.to_owned(), "2026-03-01".to_owned()));
    assert_eq!(brief, expected);
    let towns: Vec<_> = rows.iter().map(|row| row.text("所属镇街")).collect();
    let merged = Some("云港街道".to_owned());
    assert_eq!(towns, [merged.clone(), merged.clone(), merged, None, None]);
}

const CSV: &str = "企业名称,统一社会信用代码,成立日期\n\n甲,A,2026-03-01\n\"乙\n二行\",B,\n丙,=\"0C\",20260301\n合计,,3\n";

#[test]
fn a_csv_is_read_in_either_encoding_and_in_pieces_of_any_size() {
    let gb = encoding_rs::GB18030.encode(CSV).0.into_owned();
    let marked = [b"\xef\xbb\xbf", CSV.as_bytes()].concat();
    for bytes in [CSV.as_bytes(), &gb, &marked] {
        for piece in [1, 2, 3, 7, 10_000] {
            let rows: Vec<SheetRow> = open(bytes, piece).unwrap().collect();
            let brief: Vec<_> = rows
                .iter()
                .map(|row| (row.number, row.text("企业名称").unwrap()))
                .collect();
            assert_eq!(
                brief,
                [(3, "甲".into()), (4, "乙 二行".into()), (5, "丙".into())],
                "{piece}"
            );
            assert_eq!(rows[2].text("统一社会信用代码"), Some("0C".into()));
        }
    }
}

#[test]
fn a_sheet_without_our_header_says_what_it_lacks() {
    let Err(SheetError::NoHeader { missing, .. }) = open("企业名称,电话\n甲,1\n".as_bytes(), 100)
    else {
        panic!("accepted");
    };
    assert_eq!(missing, ["统一社会信用代码"]);
}

#[test]
fn other_files_are_known_by_their_bytes() {
    for (bytes, word) in [
        (&b"%PDF-1.7 ..."[..], "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
        (b"\x89PNG\r\n\x1a\n", "图片"),
        (b"abc\0def", "其他"),
    ] {
        let Err(SheetError::NotASheet(said)) = open(bytes, 100) else {
            panic!("accepted");
        };
        assert!(said.contains(word));
    }
    assert!(matches!(
        open(b"PK\x03\x04 not a zip", 100),
        Err(SheetError::Damaged(_))
    ));
}

#[test]
fn what_unpacks_to_too_much_is_refused_before_it_is_read() {
    use std::io::Write as _;
    let mut bomb = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    bomb.start_file("xl/sharedStrings.xml", options).unwrap();
    let block = b"<si/>".repeat(200 << 10);
    for _ in 0..60 {
        bomb.write_all(&block).unwrap();
    }
    let bytes = bomb.finish().unwrap().into_inner();
    assert!(bytes.len() < 1 << 20);
    assert!(matches!(
        open(&bytes, 1 << 16),
        Err(SheetError::Unpacked(_))
    ));
}

#[test]
fn a_number_is_text_without_a_fraction() {
    assert_eq!(
        Cell::Number(16_000_001_532.0, Epoch::From1900).text(),
        Some("16000001532".into())
    );
}

#[test]
fn no_text_is_too_long_or_too_odd_to_be_written_and_what_is_left_out_is_said() {
    use sheets::xlsx_out::{Cell, Heading, Workbook};
    let headings = ["信用代码", "名称"].map(|name| Heading { name, width: 20 });
    let long = "🍜长".repeat(20_000);
    let rows = [
        [Cell::Text("A".into()), Cell::Text(long)],
        [
            Cell::Text("B".into()),
            Cell::Text("坏\u{fffe}字\u{b}\u{1}符".into()),
        ],
    ];
    let mut workbook = Workbook::begin("表", &headings, rows.len()).unwrap();
    for row in &rows {
        workbook.row(row).unwrap();
    }
    let workbook = workbook.finish().unwrap();
    let rows: Vec<SheetRow> = open(&workbook, 1 << 16).unwrap().collect();
    let written = rows[0].text("企业名称").unwrap();
    assert!(written.starts_with("🍜长🍜长") && written.ends_with("请在系统里查看）"));
    assert!(written.encode_utf16().count() <= sheets::LONGEST);
    assert_eq!(rows[1].text("企业名称"), Some("坏字符".into()));
}

/// A workbook as `rust_xlsxwriter` makes it, whose sheet is the text given.
fn with_sheet(rows: &str) -> Vec<u8> {
    use std::io::{Cursor, Read as _, Write as _};
    let mut workbook = Workbook::new();
    workbook.add_worksheet();
    let made = workbook.save_to_buffer().unwrap();
    let mut from = zip::ZipArchive::new(Cursor::new(made)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let how = zip::write::SimpleFileOptions::default();
    for place in 0..from.len() {
        let mut part = from.by_index(place).unwrap();
        let name = part.name().unwrap().to_string();
        to.start_file(&*name, how).unwrap();
        if name == "xl/worksheets/sheet1.xml" {
            write!(
                to,
                r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
            )
            .unwrap();
        } else {
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).unwrap();
            to.write_all(&bytes).unwrap();
        }
    }
    to.finish().unwrap().into_inner()
}

fn row(number: u32, cells: &[(&str, &str)]) -> String {
    let cells: String = cells
        .iter()
        .map(|(column, text)| {
            format!(r#"<c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c>"#)
        })
        .collect();
    format!(r#"<row r="{number}">{cells}</row>"#)
}

#[test]
fn what_unpacks_to_one_endless_text_is_refused_before_it_is_held_in_memory() {
    let header = row(1, &[("A", "信用代码"), ("B", "企业名称")]);
    let good = row(2, &[("A", "C1"), ("B", "甲食品厂")]);
    let right = with_sheet(&format!("{header}{good}"));
    assert_eq!(open(&right, 10_000).unwrap().count(), 1);
    let long_cell = row(2, &[("A", "C1"), ("B", &"x".repeat(100 << 20))]);
    for rows in [
        format!("{header}{long_cell}"),
        format!("{header}{}{good}", " ".repeat(300 << 20)),
        format!("{header}<!--{}-->{good}", "<x> ".repeat(20 << 20)),
        format!(
            "{header}<row r=\"2\" spans=\"{}\"></row>",
            "1".repeat(100 << 20)
        ),
    ] {
        let refused = open(&with_sheet(&rows), 1 << 20).err();
        assert!(matches!(refused, Some(SheetError::LongText)), "{refused:?}");
    }
}

#[test]
fn cells_far_to_the_right_of_every_row_take_no_more_memory_than_is_allowed() {
    let header = row(1, &[("A", "信用代码"), ("B", "企业名称")]);
    let of = |count: u32| -> Vec<u8> {
        let rows: String = (2..count + 2)
            .map(|number| row(number, &[("A", "C1"), ("B", "甲"), ("IV", "1")]))
            .collect();
        with_sheet(&format!("{header}{rows}"))
    };
    assert_eq!(open(&of(1_000), 1 << 20).unwrap().count(), 1_000);
    let refused = open(&of(100_000), 1 << 20).err();
    assert!(
        matches!(refused, Some(SheetError::TooManyCells(_))),
        "{refused:?}"
    );
}

#[test]
fn a_line_of_csv_without_end_is_named_and_the_rows_around_it_are_read() {
    let long = "x".repeat(64 << 20);
    for end in ["\n", "\r\n", "\r"] {
        let text = format!("信用代码,企业名称{end}C1,甲{end}C2,{long}{end}C3,丙{end}");
        let rows: Vec<SheetRow> = open(text.as_bytes(), 1 << 20).unwrap().collect();
        let numbers: Vec<u32> = rows.iter().map(|row| row.number).collect();
        assert_eq!(numbers, [2, 3, 4]);
        assert!(rows[1].why_broken().unwrap().contains("1 MB"));
        assert_eq!(rows[2].text("企业名称").as_deref(), Some("丙"));
    }
}

/// The rows of an export, as another program reads them.
#[test]
fn an_export_holds_dates_as_dates_long_digits_as_text_and_every_row() {
    use calamine::{Data, Reader as _};
    use sheets::xlsx_out::{Cell, Heading, Workbook};
    let headings = ["代码", "成立日期", "次数", "名称"].map(|name| Heading { name, width: 20 });
    let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
    let rows = 3000;
    let mut workbook = Workbook::begin("表", &headings, rows).unwrap();
    let mut bytes = Vec::new();
    for number in 0..rows {
        let cells = [
            Cell::Text("913305032000000000".into()),
            Cell::Date(day),
            Cell::Number(number as f64),
            Cell::Text(format!("=1+1 & <{number}> \"甲\" _x000D_")),
        ];
        workbook.row(&cells).unwrap();
        if number % 500 == 0 {
            bytes.extend(workbook.take());
        }
    }
    bytes.extend(workbook.finish().unwrap());
    let mut read: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(std::io::Cursor::new(&bytes)).unwrap();
    let sheet = read.worksheet_range("表").unwrap();
    assert_eq!((sheet.height(), sheet.width()), (rows + 1, 4));
    let last: Vec<Data> = sheet.rows().next_back().unwrap().to_vec();
    assert_eq!(last[0], Data::String("913305032000000000".into()));
    assert!(
        matches!(&last[1], Data::DateTime(date) if date.is_datetime() && date.as_f64() == 46_082.0),
        "{last:?}"
    );
    assert_eq!(last[2], Data::Float(2999.0));
    assert_eq!(last[3], Data::String("=1+1 & <2999> \"甲\" _x000D_".into()));
    assert!(read.worksheet_formula("表").unwrap().is_empty());
}

#[test]
fn an_export_without_rows_has_its_header() {
    use calamine::Reader as _;
    use sheets::xlsx_out::{Heading, Workbook};
    let headings = ["代码", "名称"].map(|name| Heading { name, width: 20 });
    let bytes = Workbook::begin("表", &headings, 0)
        .unwrap()
        .finish()
        .unwrap();
    let mut read: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(std::io::Cursor::new(&bytes)).unwrap();
    assert_eq!(read.worksheet_range("表").unwrap().rows().count(), 1);
}
