//! The raw rows of one sheet, whichever format it is in, of which the next can be looked at before it is taken.

use crate::csv_in;
use crate::raw_row::RawRow;

/// The rows as the format gives them.
pub enum RawRows {
    Xlsx(std::vec::IntoIter<RawRow>),
    Csv(Box<csv_in::Rows>),
}

/// The rows of one sheet.
pub struct RowSource {
    rows: RawRows,
    peeked: Option<RawRow>,
}

impl RowSource {
    pub fn new(rows: RawRows) -> Self {
        Self { rows, peeked: None }
    }

    /// The next row.
    pub fn next(&mut self) -> Option<RawRow> {
        self.peeked.take().or_else(|| match &mut self.rows {
            RawRows::Xlsx(rows) => rows.next(),
            RawRows::Csv(rows) => rows.next(),
        })
    }

    /// The next row, which stays the next.
    pub fn peek(&mut self) -> Option<&RawRow> {
        if self.peeked.is_none() {
            self.peeked = self.next();
        }
        self.peeked.as_ref()
    }
}
