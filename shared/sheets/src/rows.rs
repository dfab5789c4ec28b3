//! The rows of data of a whole file: its sheets one after another, each with a header that is known.

use crate::column::{Column, ColumnAlias};
use crate::csv_in;
use crate::error::SheetError;
use crate::header::{self, Known, NoHeader};
use crate::kind;
use crate::row::{Layout, SheetRow};
use crate::row_source::{RawRows, RowSource};
use crate::xlsx_in;
use bytes::Bytes;
use std::collections::VecDeque;
use std::sync::Arc;

/// What became of a sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    pub name: String,
    pub state: SheetState,
}

/// Why a sheet was read or was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetState {
    Read,
    /// A template that nobody has filled in.
    HeaderOnly,
    NoHeader,
    Hidden,
}

/// A sheet whose header is known.
struct Table {
    header: header::Header,
    source: RowSource,
    layout: Arc<Layout>,
}

impl Table {
    fn new(header: header::Header, source: RowSource) -> Self {
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

    /// Of one sheet of a workbook.
    fn of_sheet(header: header::Header, source: RowSource, sheet: &str) -> Self {
        let mut table = Self::new(header, source);
        if let Some(layout) = Arc::get_mut(&mut table.layout) {
            layout.sheet = Some(sheet.to_owned());
        }
        table
    }

    /// The next row of data; what is none is passed over.
    fn next(&mut self, columns: &'static [Column]) -> Option<SheetRow> {
        loop {
            let raw = self.source.next()?;
            if raw.broken.is_none() && !self.header.is_data(&raw.cells) {
                continue;
            }
            return Some(SheetRow {
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

/// The rows of data of a file's sheets, one after another.
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
        called: &[ColumnAlias],
    ) -> Result<Self, SheetError> {
        let known = Known { columns, called };
        match kind::find(pieces)? {
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
            let mut source = RowSource::new(RawRows::Csv(Box::new(rows)));
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
        kind::check_archive(bytes)?;
        let mut rows = Self {
            columns: known.columns,
            tables: VecDeque::new(),
            ignored: Vec::new(),
            sheets: Vec::new(),
        };
        let mut best: Option<NoHeader> = None;
        let mut templates = Vec::new();
        for xlsx_in::Sheet { name, rows: raw } in xlsx_in::sheets(bytes)? {
            let state = match raw.map(|raw| RowSource::new(RawRows::Xlsx(raw.into_iter()))) {
                None => SheetState::Hidden,
                Some(mut source) => match header::find(&mut source, known) {
                    Ok(header) => {
                        let mut table = Table::of_sheet(header, source, &name);
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
            return Err(no_header(rows, best));
        }
        rows.note_ignored_columns();
        if let [only] = rows.tables.make_contiguous()
            && let Some(layout) = Arc::get_mut(&mut only.layout)
        {
            layout.sheet = None;
        }
        Ok(rows)
    }

    fn note_ignored_columns(&mut self) {
        for table in &self.tables {
            for heading in &table.header.ignored {
                if !self.ignored.contains(heading) {
                    self.ignored.push(heading.clone());
                }
            }
        }
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
    type Item = SheetRow;

    fn next(&mut self) -> Option<SheetRow> {
        loop {
            if let Some(row) = self.tables.front_mut()?.next(self.columns) {
                return Some(row);
            }
            self.tables.pop_front();
        }
    }
}

/// What is told of a workbook none of whose sheets has a header that is known.
fn no_header(rows: Rows, best: Option<NoHeader>) -> SheetError {
    let required = rows.columns.iter().filter(|column| column.required);
    let best = best.unwrap_or_else(|| NoHeader {
        missing: required.map(|column| column.name).collect(),
        likely: Vec::new(),
    });
    let hidden = rows.sheets.into_iter();
    SheetError::NoHeader {
        missing: best.missing,
        likely: best.likely,
        hidden: hidden
            .filter(|sheet| sheet.state == SheetState::Hidden)
            .map(|sheet| sheet.name)
            .collect(),
    }
}
