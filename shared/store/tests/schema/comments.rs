//! What the migrations say of each object: whose it is, and the comment above its latest definition.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use crate::migrated;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations")
}

/// Begins the line of comment by which a migration takes tables over from the function that made them.
const TAKEN_OVER: &str = "-- Taken over: ";

/// A column that a later migration added.
pub struct Column {
    pub table: String,
    pub definition: String,
    pub comment: Vec<String>,
}

/// Whose each table is, and the comments above the definitions.
#[derive(Default)]
pub struct MigrationComments {
    owners: BTreeMap<String, String>,
    comments: BTreeMap<(String, String), Vec<String>>,
    columns: Vec<Column>,
}

/// The function whose migration this is, as in `0007_enterprise_registry_scope`.
fn owner_of(file: &str) -> String {
    let content = file.split_once('_').unwrap().1;
    migrated::owners()
        .into_iter()
        .filter(|owner| content.starts_with(owner.as_str()))
        .max_by_key(String::len)
        .unwrap_or_else(|| panic!("{file} names no function"))
}

impl MigrationComments {
    /// Reads the files as they are written: the store itself keeps no comment that stands above a statement.
    pub fn read() -> Self {
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "sql"))
            .collect();
        files.sort();
        let mut comments = Self::default();
        for path in files {
            let owner = owner_of(&path.file_stem().unwrap().to_string_lossy());
            for part in std::fs::read_to_string(path).unwrap().split("\n\n") {
                comments.statement(&owner, part.trim());
            }
        }
        comments
    }

    /// Takes in one statement with the comment above it.
    fn statement(&mut self, owner: &str, part: &str) {
        let is_comment = |line: &&str| line.starts_with("--");
        for line in part
            .lines()
            .filter_map(|line| line.strip_prefix(TAKEN_OVER))
        {
            for table in line.trim_end_matches('.').split(", ") {
                self.owners.insert(table.to_owned(), owner.to_owned());
            }
        }
        let comment: Vec<String> = part
            .lines()
            .take_while(is_comment)
            .filter(|line| !line.starts_with(TAKEN_OVER))
            .map(str::to_owned)
            .collect();
        let statement: Vec<&str> = part.lines().skip_while(is_comment).collect();
        let Some(first) = statement.first() else {
            return;
        };
        let words: Vec<&str> = first
            .split_whitespace()
            .filter(|word| !["IF", "NOT", "EXISTS", "UNIQUE", "VIRTUAL"].contains(word))
            .collect();
        match words[..] {
            ["CREATE", kind, name, ..] => {
                let kind = kind.to_lowercase();
                if kind == "table" || kind == "view" {
                    self.owners.insert(name.to_owned(), owner.to_owned());
                }
                self.comments.insert((kind, name.to_owned()), comment);
            }
            ["ALTER", "TABLE", table, "ADD", "COLUMN", ..] => {
                let whole = statement.join("\n");
                let (_, definition) = whole.split_once(" ADD COLUMN ").unwrap();
                self.columns.push(Column {
                    table: table.to_owned(),
                    definition: definition.trim_end_matches(';').to_owned(),
                    comment,
                });
            }
            ["AUDITED", table, ..] => {
                for ending in ["created", "changed", "is_never_deleted"] {
                    let trigger = ("trigger".to_owned(), format!("{table}_{ending}"));
                    self.comments.insert(trigger, comment.clone());
                }
            }
            _ => {}
        }
    }

    /// The function that a table or view belongs to.
    pub fn owner(&self, name: &str) -> String {
        self.owners
            .get(name)
            .unwrap_or_else(|| panic!("no migration makes {name}"))
            .clone()
    }

    /// The comment above the latest definition.
    pub fn comment(&self, kind: &str, name: &str) -> &[String] {
        self.comments
            .get(&(kind.to_owned(), name.to_owned()))
            .map_or(&[], Vec::as_slice)
    }

    /// The columns that came to a table later, in order.
    pub fn columns<'s>(&'s self, table: &'s str) -> impl Iterator<Item = &'s Column> {
        self.columns
            .iter()
            .filter(move |column| column.table == table)
    }
}
