//! What came of a file: how many rows, what was wrong with which, and what became of each sheet.

use crate::reading::Flaw;
use serde::{Deserialize, Serialize};
use sheets::SheetState;

/// A row that cannot be taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RejectedRow {
    /// Of each column of the register, how the sheet calls it and what the cell shows; none where the sheet has no such column, for what
    /// it does not have must not be undone when the row is sent again.
    pub cells: Vec<Option<(String, String)>>,
    pub reason: String,
}

impl RejectedRow {
    /// How the row's sheet calls a column of the register, by its place.
    pub fn heading(&self, place: usize) -> Option<&str> {
        let (heading, _) = self.cells.get(place)?.as_ref()?;
        Some(heading)
    }
}

/// What came of a file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ImportReport {
    pub rows: u64,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub rejected: Vec<Flaw>,
    pub warnings: Vec<Flaw>,
    pub ignored_columns: Vec<String>,
    /// The sheets of a workbook, in the order of its tabs.
    #[serde(default)]
    pub sheets: Vec<SheetReport>,
}

impl ImportReport {
    /// What came of one part, to what came of the others.
    pub(crate) fn add(&mut self, part: Self) {
        self.rows += part.rows;
        self.created += part.created;
        self.updated += part.updated;
        self.unchanged += part.unchanged;
        self.rejected.extend(part.rejected);
        self.warnings.extend(part.warnings);
    }
}

/// A sheet, and what became of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SheetReport {
    pub name: String,
    pub state: SheetOutcome,
}

/// What became of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SheetOutcome {
    Read,
    HeaderOnly,
    NoHeader,
    Hidden,
}

impl SheetOutcome {
    /// What pages say of the sheet; nothing of one that was read.
    pub fn remark(self) -> Option<&'static str> {
        match self {
            Self::Read => None,
            Self::HeaderOnly => Some("只有表头，没有内容"),
            Self::NoHeader => Some("没有认识的表头，没有读"),
            Self::Hidden => Some("是隐藏的，没有读"),
        }
    }
}

impl From<SheetState> for SheetOutcome {
    fn from(state: SheetState) -> Self {
        match state {
            SheetState::Read => Self::Read,
            SheetState::HeaderOnly => Self::HeaderOnly,
            SheetState::NoHeader => Self::NoHeader,
            SheetState::Hidden => Self::Hidden,
        }
    }
}
