//! A row as the file has it, before its cells are sorted into columns.

use crate::cell::Cell;

/// A row as the file has it.
pub struct RawRow {
    pub number: u32,
    pub cells: Vec<Cell>,
    /// Cells that are merged across columns: the first and the last place. Of the first rows only.
    pub spans: Vec<(usize, usize)>,
    /// Why the row cannot be cut into cells.
    pub broken: Option<&'static str>,
}
