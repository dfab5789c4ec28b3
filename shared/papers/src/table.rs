//! Tables in the body and in annexes.

use crate::measures::AREA_WIDTH;

/// A table whose head stands on each of its pages and whose rows are never broken.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its columns, from the left.
    pub columns: Vec<Column>,
    /// Its rows, in one section or several.
    pub sections: Vec<Section>,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// What stands in the head.
    pub head: String,
    /// How wide it is, beside the shares of the others.
    pub share: u32,
    /// Whether it holds numbers, short names or days, which stand in the middle.
    pub is_short: bool,
}

/// Rows that belong together.
#[derive(Debug, Clone)]
pub struct Section {
    /// What stands over them, across the table; none where there is but one section.
    pub heading: Option<String>,
    /// The rows, with a cell for each column.
    pub rows: Vec<Vec<String>>,
}

impl Column {
    /// A column of words.
    pub fn wide(head: &str, share: u32) -> Self {
        Self {
            head: head.to_owned(),
            share,
            is_short: false,
        }
    }

    /// A column of what is short.
    pub fn short(head: &str, share: u32) -> Self {
        Self {
            is_short: true,
            ..Self::wide(head, share)
        }
    }
}

impl Table {
    /// The number of all rows.
    pub fn row_count(&self) -> usize {
        self.sections.iter().map(|section| section.rows.len()).sum()
    }

    /// The widths of the columns in twips, which fill the type area together.
    pub(crate) fn widths(&self) -> Vec<usize> {
        let whole = AREA_WIDTH.twips().unsigned_abs() as usize;
        let shares: Vec<usize> = self
            .columns
            .iter()
            .map(|column| column.share.max(1) as usize)
            .collect();
        let total: usize = shares.iter().sum();
        let mut passed = 0;
        shares
            .iter()
            .map(|share| {
                let begins = whole * passed / total;
                passed += share;
                whole * passed / total - begins
            })
            .collect()
    }
}
