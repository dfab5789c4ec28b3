//! What a libSQL server makes of a statement. It parses it, and runs what the parser writes back.
#![allow(clippy::print_stderr, reason = "a test tells whoever runs it")]

use fallible_iterator::FallibleIterator as _;
use libsql_sqlite3_parser::ast::{Cmd, Stmt};
use libsql_sqlite3_parser::lexer::sql::Parser;
use std::collections::HashMap;
use std::sync::Mutex;

/// The one statement of `sql` as the server runs it, or why it is refused: as the parser writes it, but a new table as it was written.
///
/// # Errors
///
/// What the parser says, with the statement.
pub fn written_back(sql: &str) -> Result<String, String> {
    // The parser is large.
    let mut parser = Box::new(Parser::new(sql.as_bytes()));
    let refused =
        |why: &dyn std::fmt::Display| format!("libSQL refuses this statement: {why}\n{sql}");
    let first = parser.next().map_err(|error| refused(&error))?;
    let first = first.ok_or_else(|| refused(&"it is empty"))?;
    match parser.next() {
        Ok(None) if matches!(first, Cmd::Stmt(Stmt::CreateTable { .. })) => Ok(sql.to_owned()),
        Ok(None) => Ok(first.to_string()),
        Ok(Some(_)) => Err(refused(&"there are two")),
        Err(error) => Err(refused(&error)),
    }
}

/// [`written_back`], of statements that come again and again. One that is refused is said, for functions tell nobody why they failed.
pub(crate) fn as_run(sql: &str) -> Result<String, String> {
    static KNOWN: Mutex<Option<HashMap<String, Result<String, String>>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap();
    let known = known.get_or_insert_default();
    if let Some(answer) = known.get(sql) {
        return answer.clone();
    }
    let answer = written_back(sql);
    if let Err(why) = &answer {
        eprintln!("{why}");
    }
    known.insert(sql.to_owned(), answer.clone());
    answer
}
