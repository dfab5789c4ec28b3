//! The office's spreadsheets. Every visible sheet with a known header is read; the header is looked for among the first ten rows
//! and may take two; columns are known by their names, in any order; what is no data (repeated headers, totals, signatures, blank
//! rows) is passed over; a row keeps the number that Excel shows.

mod cell;
mod csv_in;
mod header;
mod kind;
mod number_format;
mod xlsx_in;
pub mod xlsx_out;

pub use cell::{Cell, Content, LONGEST};

use bytes::Bytes;
use header::{Known, NoHeader};
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

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

/// What one source calls a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// As its sheets have it.
    pub heading: String,
    /// The name of the column that is meant.
    pub column: String,
}

/// Why a file is no roster.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// Judged by its bytes, not by its name: what it is, and what to do.
    #[error("只能读取 .xlsx 或 .csv 文件，这个文件是{0}")]
    NotASheet(String),
    #[error("这个 .xlsx 文件已损坏或加了密码，请用 Excel 打开后另存一次：{0}")]
    Damaged(String),
    #[error("文件解压后太大（超过 {0} MB），请拆分后再导入")]
    Unpacked(u64),
    #[error("表格里有一段文字长得读不了（超过 1 MB），请删除它后再导入")]
    LongText,
    #[error(
        "表格的单元格太多（连同每行最后一格之前的空格超过 {0} 个），请删除右边用不到的列，或者拆分后再导入"
    )]
    TooManyCells(usize),
    #[error("没有找到表头。前十行里应有这些列名：{}{}", missing.join("、"), said_of(hidden))]
    NoHeader {
        missing: Vec<&'static str>,
        /// Sheets that were not looked at.
        hidden: Vec<String>,
        /// What the row says that looks most like a header.
        likely: Vec<String>,
    },
}

fn said_of(hidden: &[String]) -> String {
    match hidden {
        [] => String::new(),
        _ => format!(
            "。隐藏的工作表没有读：{}，需要的话请取消隐藏",
            hidden.join("、")
        ),
    }
}

/// What became of a sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    pub name: String,
    pub state: SheetState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetState {
    Read,
    /// A template that nobody has filled in.
    HeaderOnly,
    NoHeader,
    Hidden,
}

/// Where a row comes from, and how its columns are called there.
#[derive(Debug, Clone, Default, PartialEq)]
struct Layout {
    /// Of a workbook with more than one sheet that was read.
    sheet: Option<String>,
    /// In the order of the known columns, as typed; none where the sheet has no such column.
    headings: Vec<Option<String>>,
}

/// One row of data.
#[derive(Debug, Clone)]
pub struct Row {
    /// As Excel shows it.
    pub number: u32,
    columns: &'static [Column],
    /// In the order of `columns`.
    cells: Vec<Cell>,
    layout: Arc<Layout>,
    broken: Option<&'static str>,
}

impl Row {
    /// A row that came some other way than in a sheet; `cells` in the order of `columns`.
    pub fn new(number: u32, columns: &'static [Column], cells: Vec<Cell>) -> Self {
        Self {
            number,
            columns,
            cells,
            layout: Arc::default(),
            broken: None,
        }
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The cell under the column of this name; blank where the sheet has no such column.
    pub fn cell(&self, name: &str) -> &Cell {
        const BLANK: &Cell = &Cell::Empty;
        self.position(name)
            .and_then(|place| self.cells.get(place))
            .unwrap_or(BLANK)
    }

    pub fn text(&self, name: &str) -> Option<String> {
        self.cell(name).text()
    }

    /// The heading of the column of this name, as the sheet has it; none where the row came in no sheet.
    pub fn heading(&self, name: &str) -> Option<&str> {
        self.position(name)
            .and_then(|place| self.layout.headings.get(place)?.as_deref())
    }

    /// The sheet's name, where the workbook has more than one that was read.
    pub fn sheet(&self) -> Option<&str> {
        self.layout.sheet.as_deref()
    }

    /// Why the row cannot be cut into cells.
    pub fn broken(&self) -> Option<&'static str> {
        self.broken
    }

    /// Where the row stands, for a message.
    pub fn place(&self) -> Place<'_> {
        Place {
            sheet: self.sheet(),
            row: self.number,
        }
    }
}

/// Where a row stands: 第 3 行, or “网上餐饮”第 3 行.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'r> {
    pub sheet: Option<&'r str>,
    pub row: u32,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(sheet) = self.sheet {
            write!(out, "“{sheet}”")?;
        }
        write!(out, "第 {} 行", self.row)
    }
}

/// A row as the file has it, not yet sorted into columns.
struct RawRow {
    number: u32,
    cells: Vec<Cell>,
    /// Cells that are merged across columns: the first and the last place. Of the first rows only.
    spans: Vec<(usize, usize)>,
    broken: Option<&'static str>,
}

enum RawRows {
    Xlsx(std::vec::IntoIter<RawRow>),
    Csv(Box<csv_in::Rows>),
}

/// The rows of one sheet, of which the next can be looked at.
struct Source {
    rows: RawRows,
    peeked: Option<RawRow>,
}

impl Source {
    fn new(rows: RawRows) -> Self {
        Self { rows, peeked: None }
    }

    fn next(&mut self) -> Option<RawRow> {
        self.peeked.take().or_else(|| match &mut self.rows {
            RawRows::Xlsx(rows) => rows.next(),
            RawRows::Csv(rows) => rows.next(),
        })
    }

    fn peek(&mut self) -> Option<&RawRow> {
        if self.peeked.is_none() {
            self.peeked = self.next();
        }
        self.peeked.as_ref()
    }
}

/// A sheet whose header is known.
struct Table {
    header: header::Header,
    source: Source,
    layout: Arc<Layout>,
}

impl Table {
    fn new(header: header::Header, source: Source) -> Self {
        let layout = Layout {
            sheet: None,
            headings: header.typed.clone(),
        };
        Self {
            header,
            source,
            layout: Arc::new(layout),
        }
    }

    /// Passes over what is no data.
    fn next(&mut self, columns: &'static [Column]) -> Option<Row> {
        loop {
            let raw = self.source.next()?;
            if raw.broken.is_none() && !self.header.is_data(&raw.cells) {
                continue;
            }
            return Some(Row {
                number: raw.number,
                columns,
                cells: self.header.sort(raw.cells),
                layout: self.layout.clone(),
                broken: raw.broken,
            });
        }
    }

    fn has_data(&mut self) -> bool {
        while let Some(raw) = self.source.peek() {
            if raw.broken.is_some() || self.header.is_data(&raw.cells) {
                return true;
            }
            self.source.next();
        }
        false
    }
}

/// Gives the rows of data of a file's sheets, one after another.
pub struct Rows {
    columns: &'static [Column],
    tables: VecDeque<Table>,
    ignored: Vec<String>,
    sheets: Vec<Sheet>,
}

impl Rows {
    /// Opens a file that came in pieces.
    ///
    /// # Errors
    ///
    /// [`SheetError`], whose text says what to do.
    pub fn open(pieces: &[Bytes], columns: &'static [Column]) -> Result<Self, SheetError> {
        Self::open_called(pieces, columns, &[])
    }

    /// [`Self::open`] where the sheet's source has names of its own for columns.
    ///
    /// # Errors
    ///
    /// [`SheetError`], whose text says what to do.
    pub fn open_called(
        pieces: &[Bytes],
        columns: &'static [Column],
        called: &[Called],
    ) -> Result<Self, SheetError> {
        let known = Known { columns, called };
        match kind::of(pieces)? {
            kind::Kind::Workbook => Self::of_workbook(&pieces.concat(), known),
            kind::Kind::Csv => Self::of_csv(pieces, known),
        }
    }

    fn of_csv(pieces: &[Bytes], known: Known<'_>) -> Result<Self, SheetError> {
        let columns = known.columns;
        let encoding = csv_in::encoding(pieces);
        let mut best: Option<NoHeader> = None;
        // A title or a long text may hold any of the signs; only the right one gives the header.
        for delimiter in csv_in::DELIMITERS {
            let rows = csv_in::Rows::new(pieces.to_vec(), encoding, delimiter);
            let mut source = Source::new(RawRows::Csv(Box::new(rows)));
            match header::find(&mut source, known) {
                Ok(header) => {
                    return Ok(Self {
                        columns,
                        ignored: header.ignored.clone(),
                        tables: VecDeque::from([Table::new(header, source)]),
                        sheets: Vec::new(),
                    });
                }
                // Another sign cuts the same text into other pieces: the most pieces are the likeliest.
                Err(none) => {
                    let nearer = best.as_ref().is_none_or(|best| {
                        (none.missing.len(), best.likely.len())
                            < (best.missing.len(), none.likely.len())
                    });
                    if nearer {
                        best = Some(none);
                    }
                }
            }
        }
        let (missing, likely) =
            best.map_or_else(Default::default, |best| (best.missing, best.likely));
        Err(SheetError::NoHeader {
            missing,
            hidden: Vec::new(),
            likely,
        })
    }

    fn of_workbook(bytes: &[u8], known: Known<'_>) -> Result<Self, SheetError> {
        let columns = known.columns;
        kind::check_archive(bytes)?;
        let mut rows = Self {
            columns,
            tables: VecDeque::new(),
            ignored: Vec::new(),
            sheets: Vec::new(),
        };
        let mut best: Option<NoHeader> = None;
        let mut templates = Vec::new();
        for xlsx_in::Sheet { name, rows: raw } in xlsx_in::sheets(bytes)? {
            let state = match raw.map(|raw| Source::new(RawRows::Xlsx(raw.into_iter()))) {
                None => SheetState::Hidden,
                Some(mut source) => match header::find(&mut source, known) {
                    Ok(header) => {
                        let mut table = Table::new(header, source);
                        if let Some(layout) = Arc::get_mut(&mut table.layout) {
                            layout.sheet = Some(name.clone());
                        }
                        if table.has_data() {
                            rows.tables.push_back(table);
                            SheetState::Read
                        } else {
                            templates.push(table);
                            SheetState::HeaderOnly
                        }
                    }
                    Err(none) => {
                        best = Some(none.or(best.take()));
                        SheetState::NoHeader
                    }
                },
            };
            rows.sheets.push(Sheet { name, state });
        }
        // A workbook of templates alone is a roster without rows.
        if rows.tables.is_empty() {
            rows.tables.extend(templates);
        }
        if rows.tables.is_empty() {
            let required = columns.iter().filter(|column| column.required);
            let hidden = rows.sheets.into_iter();
            let best = best.unwrap_or_else(|| NoHeader {
                missing: required.map(|column| column.name).collect(),
                likely: Vec::new(),
            });
            return Err(SheetError::NoHeader {
                missing: best.missing,
                likely: best.likely,
                hidden: hidden
                    .filter(|sheet| sheet.state == SheetState::Hidden)
                    .map(|sheet| sheet.name)
                    .collect(),
            });
        }
        for table in &mut rows.tables {
            for heading in &table.header.ignored {
                if !rows.ignored.contains(heading) {
                    rows.ignored.push(heading.clone());
                }
            }
        }
        if let [only] = rows.tables.make_contiguous()
            && let Some(layout) = Arc::get_mut(&mut only.layout)
        {
            layout.sheet = None;
        }
        Ok(rows)
    }

    /// Columns of the sheets that the roster does not know.
    pub fn ignored_columns(&self) -> &[String] {
        &self.ignored
    }

    /// The sheets of a workbook, and what became of each; none of a csv.
    pub fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    /// How many columns of the sheets that are read are known.
    pub fn known_columns(&self) -> usize {
        self.tables
            .iter()
            .map(|table| table.layout.headings.iter().flatten().count())
            .sum()
    }

    /// Whether a sheet that is read has the column of this name.
    pub fn has(&self, name: &str) -> bool {
        let place = self.columns.iter().position(|column| column.name == name);
        place.is_some_and(|place| {
            let mut tables = self.tables.iter();
            tables.any(|table| table.layout.headings[place].is_some())
        })
    }
}

impl Iterator for Rows {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        loop {
            if let Some(row) = self.tables.front_mut()?.next(self.columns) {
                return Some(row);
            }
            self.tables.pop_front();
        }
    }
}
