//! One row of data, by the columns of its roster.

use crate::cell::Cell;
use crate::column::Column;
use std::fmt;
use std::sync::Arc;

/// The sheet that a row comes from, and what its columns are called there.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Layout {
    /// The sheet, where more than one of the workbook was read.
    pub sheet: Option<String>,
    /// The headings as typed, in the order of the known columns; none where the sheet has no such column.
    pub headings: Vec<Option<String>>,
}

/// One row of data.
#[derive(Debug, Clone)]
pub struct SheetRow {
    /// The number that Excel shows.
    pub number: u32,
    pub(crate) columns: &'static [Column],
    /// The cells, in the order of `columns`.
    pub(crate) cells: Vec<Cell>,
    pub(crate) layout: Arc<Layout>,
    pub(crate) broken: Option<&'static str>,
}

impl SheetRow {
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

    /// Whoever asks mostly has the name from the column itself: then nothing is compared letter by letter.
    fn position(&self, name: &str) -> Option<usize> {
        let mut columns = self.columns.iter();
        columns
            .position(|column| std::ptr::eq(column.name, name))
            .or_else(|| self.columns.iter().position(|column| column.name == name))
    }

    /// The cell under the column of this name; blank where the sheet has no such column.
    pub fn cell(&self, name: &str) -> &Cell {
        const BLANK: &Cell = &Cell::Empty;
        self.position(name)
            .and_then(|place| self.cells.get(place))
            .unwrap_or(BLANK)
    }

    /// The text of the cell under the column of this name; none where it is blank.
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
    pub fn why_broken(&self) -> Option<&'static str> {
        self.broken
    }

    /// The row's place in the file, for a message.
    pub fn place(&self) -> Place<'_> {
        Place {
            sheet: self.sheet(),
            row: self.number,
        }
    }
}

/// A row's place in a file: 第 3 行, or “网上餐饮”第 3 行.
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
