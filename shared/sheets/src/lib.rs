//! The office's spreadsheets. A header row is looked for among the first ten; columns are known by their names, in any order;
//! what is no data (repeated headers, totals, signatures, blank rows) is passed over; a row keeps the number that Excel shows.

mod csv_in;
mod header;
mod xlsx_in;
pub mod xlsx_out;

use bytes::Bytes;
use chrono::NaiveDate;
use domain::office_date::{self, OfficeDateError};
use domain::text;

/// A column that a roster knows.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub name: &'static str,
    pub synonyms: &'static [&'static str],
    /// A sheet without it is not this roster.
    pub required: bool,
}

impl Column {
    pub const fn required(name: &'static str, synonyms: &'static [&'static str]) -> Self {
        Self {
            name,
            synonyms,
            required: true,
        }
    }

    pub const fn optional(name: &'static str, synonyms: &'static [&'static str]) -> Self {
        Self {
            name,
            synonyms,
            required: false,
        }
    }
}

/// Why a file is no roster.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// Judged by its bytes, not by its name.
    #[error("只能读取 .xlsx 或 .csv 文件，这个文件是{0}")]
    NotASheet(&'static str),
    #[error("这个 .xlsx 文件已损坏或加了密码，请用 Excel 打开后另存一次：{0}")]
    Damaged(String),
    #[error("文件解压后太大（超过 {0} MB），请拆分后再导入")]
    Unpacked(u64),
    #[error("没有找到表头。前十行里应有这些列名：{}", missing.join("、"))]
    NoHeader { missing: Vec<&'static str> },
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    #[default]
    Empty,
    Text(String),
    Number(f64),
    Date(NaiveDate),
}

impl Cell {
    /// The cell as tidy text; none where it is blank.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Empty => None,
            Self::Text(typed) => Some(text::tidy(typed)).filter(|tidied| !tidied.is_empty()),
            // A code or a phone number that Excel took for a number. 2^53: beyond it digits are lost.
            Self::Number(number) => Some(number.to_string()),
            Self::Date(date) => Some(date.to_string()),
        }
    }

    /// The cell as a date; none where it is blank.
    pub fn date(&self) -> Result<Option<NaiveDate>, OfficeDateError> {
        match self {
            Self::Empty => Ok(None),
            Self::Date(date) => Ok(Some(*date)),
            Self::Number(number) if *number < 1e7 => office_date::from_excel(*number).map(Some),
            _ => self
                .text()
                .map(|typed| office_date::parse(&typed))
                .transpose(),
        }
    }
}

/// One row of data.
#[derive(Debug, Clone)]
pub struct Row {
    /// As Excel shows it.
    pub number: u32,
    columns: &'static [Column],
    /// In the order of `columns`.
    cells: Vec<Cell>,
}

impl Row {
    /// A row that came some other way than in a sheet; `cells` in the order of `columns`.
    pub fn new(number: u32, columns: &'static [Column], cells: Vec<Cell>) -> Self {
        Self {
            number,
            columns,
            cells,
        }
    }

    /// The cell under the column of this name; blank where the sheet has no such column.
    pub fn cell(&self, name: &str) -> &Cell {
        const BLANK: &Cell = &Cell::Empty;
        self.columns
            .iter()
            .position(|column| column.name == name)
            .and_then(|place| self.cells.get(place))
            .unwrap_or(BLANK)
    }

    pub fn text(&self, name: &str) -> Option<String> {
        self.cell(name).text()
    }
}

/// A row as the file has it, not yet sorted into columns.
struct RawRow {
    number: u32,
    cells: Vec<Cell>,
}

enum Source {
    Xlsx(std::vec::IntoIter<RawRow>),
    Csv(Box<csv_in::Rows>),
}

impl Source {
    fn next(&mut self) -> Option<RawRow> {
        match self {
            Self::Xlsx(rows) => rows.next(),
            Self::Csv(rows) => rows.next(),
        }
    }
}

/// Gives the rows of data of one sheet, one after another.
pub struct Rows {
    columns: &'static [Column],
    header: header::Header,
    source: Source,
}

impl Rows {
    /// Opens a file that came in pieces.
    pub fn open(pieces: Vec<Bytes>, columns: &'static [Column]) -> Result<Self, SheetError> {
        let mut missing = None;
        for mut source in sources(pieces)? {
            match header::find(&mut source, columns) {
                Ok(header) => {
                    return Ok(Self {
                        columns,
                        header,
                        source,
                    });
                }
                Err(names) => missing = missing.or(Some(names)),
            }
        }
        let missing = missing.unwrap_or_else(|| columns.iter().map(|column| column.name).collect());
        Err(SheetError::NoHeader { missing })
    }

    /// Columns of the sheet that the roster does not know.
    pub fn ignored_columns(&self) -> &[String] {
        &self.header.ignored
    }

    /// Whether the sheet has the column of this name.
    pub fn has(&self, name: &str) -> bool {
        self.columns
            .iter()
            .zip(&self.header.places)
            .any(|(column, place)| column.name == name && place.is_some())
    }
}

impl Iterator for Rows {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        loop {
            let raw = self.source.next()?;
            if !self.header.is_data(&raw.cells) {
                continue;
            }
            return Some(Row {
                number: raw.number,
                columns: self.columns,
                cells: self.header.sort(raw.cells),
            });
        }
    }
}

/// The sheets of a workbook, or a csv as the only one.
fn sources(pieces: Vec<Bytes>) -> Result<Vec<Source>, SheetError> {
    let head: Vec<u8> = pieces.iter().flatten().take(8).copied().collect();
    match head.as_slice() {
        [b'P', b'K', 3, 4, ..] => xlsx_in::sheets(&pieces.concat()),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Err(SheetError::NotASheet(
            "旧版 .xls 或加密的工作簿，请另存为 .xlsx",
        )),
        [b'%', b'P', b'D', b'F', ..] => Err(SheetError::NotASheet(" PDF")),
        [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, 0xff, ..] => Err(SheetError::NotASheet("图片")),
        _ if pieces.iter().any(|piece| piece.contains(&0)) => {
            Err(SheetError::NotASheet("其他格式的文件"))
        }
        _ => Ok(vec![Source::Csv(Box::new(csv_in::Rows::new(pieces)))]),
    }
}
