//! The columns that a roster knows, and what its sheets may call them.

/// A column that a roster knows.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub name: &'static str,
    pub synonyms: &'static [&'static str],
    /// A sheet without it is not this roster.
    pub required: bool,
}

impl Column {
    /// A column without which a sheet is not this roster.
    pub const fn required(name: &'static str, synonyms: &'static [&'static str]) -> Self {
        Self {
            name,
            synonyms,
            required: true,
        }
    }

    /// A column that a sheet may leave out.
    pub const fn optional(name: &'static str, synonyms: &'static [&'static str]) -> Self {
        Self {
            name,
            synonyms,
            required: false,
        }
    }
}

/// The name that the sheets of one source have for a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnAlias {
    /// The heading in its sheets.
    pub heading: String,
    /// The name of the column that is meant.
    pub column: String,
}
