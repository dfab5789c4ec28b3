//! What was found, a line each: what and where.

use crate::verify_log::{DIFFERS, HOLDS, UNCHECKED};
use std::fmt::{self, Display, Formatter};
use transparency::Entry;

/// Where something was found; what is not known is left out.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// Of the log.
    pub line: Option<u64>,
    /// Its id.
    pub entry: Option<String>,
    /// Path and query.
    pub document: Option<String>,
}

impl Place {
    pub fn line(seq: u64) -> Self {
        Self {
            line: Some(seq),
            ..Self::default()
        }
    }

    pub fn document(path: &str) -> Self {
        Self {
            document: Some(path.to_owned()),
            ..Self::default()
        }
    }

    pub fn of(entry: &Entry) -> Self {
        Self {
            line: Some(entry.seq),
            entry: Some(entry.content.id.clone()),
            document: None,
        }
    }

    pub fn at(&self, path: &str) -> Self {
        Self {
            document: Some(path.to_owned()),
            ..self.clone()
        }
    }
}

impl Display for Place {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let parts = [
            self.line.map(|seq| format!("line {seq}")),
            self.entry.as_ref().map(|id| format!("entry {id}")),
            self.document.clone(),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        match parts.is_empty() {
            true => Ok(()),
            false => write!(out, "{}: ", parts.join(", ")),
        }
    }
}

#[derive(Default)]
pub struct Report {
    differs: Vec<String>,
    unchecked: Vec<String>,
    /// Documents that were compared.
    pub compared: usize,
}

impl Report {
    /// Something is not what it should be.
    pub fn differs(&mut self, place: Place, what: impl Display) {
        self.differs.push(format!("{place}{what}"));
    }

    /// Something could not be checked.
    pub fn unchecked(&mut self, place: Place, what: impl Display) {
        self.unchecked.push(format!("{place}{what}"));
    }

    pub fn unchecked_so_far(&self) -> usize {
        self.unchecked.len()
    }

    pub fn print(&self) {
        for line in &self.differs {
            eprintln!("differs: {line}");
        }
        for line in &self.unchecked {
            eprintln!("unchecked: {line}");
        }
    }

    pub fn code(&self) -> i32 {
        match (self.differs.is_empty(), self.unchecked.is_empty()) {
            (false, _) => DIFFERS,
            (true, false) => UNCHECKED,
            (true, true) => HOLDS,
        }
    }
}
