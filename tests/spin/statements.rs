//! libSQL parses each statement itself and runs what its parser writes back. That parser takes no HAVING without GROUP BY and no ORDER BY
//! within an aggregate, and gives a name that is a keyword back in upper case: a row then has no column of the name that was asked for.
//!
//! Migrations are put through it whole here. The statements of functions are put together as they run, so that the texts they are made
//! of are looked at here, and the statements themselves in the api tests, wherever the runtime behaves like Spin.

use libsql_sqlite3_parser::dialect::TokenType;
use libsql_sqlite3_parser::lexer::Splitter as _;
use libsql_sqlite3_parser::lexer::sql::Tokenizer;
use proc_macro2::{TokenStream, TokenTree};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tests::libsql::written_back;

/// Functions that take many rows: an ORDER BY is refused within any of them.
const AGGREGATES: [&str; 10] = [
    "json_group_array",
    "json_group_object",
    "group_concat",
    "string_agg",
    "sum",
    "min",
    "max",
    "count",
    "total",
    "avg",
];

/// What stands between one bracket and its end, or in the whole text.
#[derive(Default)]
struct Bracket {
    /// The name before it, in an aggregate's call.
    aggregate: Option<String>,
    /// A SELECT of its own has begun in it.
    selects: bool,
    is_grouped: bool,
}

/// What libSQL would refuse or read otherwise in a text of SQL. Keywords stand in capitals in this project; what stands in braces is
/// put in by `format!`.
fn faults(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let tokens = tokens(text);
    let mut open = vec![Bracket::default()];
    for (at, (token, kind)) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let after = tokens.get(at + 1).map(|(token, _)| token.as_str());
        match token.as_str() {
            "(" => {
                let name = before.map(|(name, _)| name.to_lowercase());
                open.push(Bracket {
                    aggregate: name.filter(|name| AGGREGATES.contains(&name.as_str())),
                    ..Bracket::default()
                });
                continue;
            }
            ")" => {
                if open.len() > 1 {
                    open.pop();
                }
                continue;
            }
            _ => {}
        }
        let Some(bracket) = open.last_mut() else {
            continue;
        };
        match token.as_str() {
            "SELECT" => {
                bracket.selects = true;
                bracket.is_grouped = false;
            }
            "GROUP" if after == Some("BY") => bracket.is_grouped = true,
            "HAVING" if !bracket.is_grouped => faults.push("HAVING without GROUP BY".to_owned()),
            "ORDER" if after == Some("BY") && !bracket.selects => {
                if let Some(name) = &bracket.aggregate {
                    faults.push(format!("ORDER BY within {name}"));
                }
            }
            _ => {}
        }
        let is_alias = before.is_some_and(|(before, _)| before == "AS");
        let opens_a_query = ["MATERIALIZED", "NOT", "WITH", "SELECT"].contains(&token.as_str());
        if is_alias && !opens_a_query && kind.as_str().is_some() {
            faults.push(format!("AS {token}, which is a keyword"));
        }
    }
    faults
}

fn tokens(text: &str) -> Vec<(String, TokenType)> {
    let text = without_places(text);
    let mut tokenizer = Tokenizer::new();
    let mut rest = text.as_bytes();
    let mut tokens = Vec::new();
    while !rest.is_empty() {
        match tokenizer.split(rest) {
            Ok((token, taken)) if taken > 0 => {
                if let Some((bytes, kind)) = token {
                    tokens.push((String::from_utf8_lossy(bytes).into_owned(), kind));
                }
                rest = &rest[taken..];
            }
            // What is no token of SQL is no SQL.
            _ => rest = &rest[1..],
        }
    }
    tokens
}

/// The text with a name in place of what `format!` puts in.
fn without_places(text: &str) -> String {
    let mut whole = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        whole.push_str(before);
        match after.split_once('}') {
            Some((_, after)) => {
                whole.push_str("put_in");
                rest = after;
            }
            None => rest = after,
        }
    }
    whole + rest
}

#[test]
fn the_three_kinds_are_found() {
    let found = |text: &str| faults(text).join("; ");
    assert_eq!(
        found("SELECT max(a) AS most FROM t WHERE b = ?1 HAVING count(*) > 0"),
        "HAVING without GROUP BY"
    );
    assert_eq!(
        found("SELECT json_group_array(json_object('a', a) ORDER BY a DESC) FROM t"),
        "ORDER BY within json_group_array"
    );
    assert_eq!(
        found("SELECT max(id) AS last FROM t"),
        "AS last, which is a keyword"
    );
    for right in [
        "SELECT a FROM (SELECT a FROM t GROUP BY a HAVING count(*) > 1)",
        "SELECT json_group_array(a) FROM (SELECT a FROM t ORDER BY a)",
        "SELECT max((SELECT a FROM t ORDER BY a LIMIT 1)), row_number() OVER (ORDER BY a) FROM t",
        "SELECT max(id) AS \"last\", CAST(a AS TEXT) AS latest FROM t",
        "WITH a AS MATERIALIZED (SELECT 1), b AS (SELECT 2) SELECT * FROM a, b",
        "SELECT json_group_array({ITEM}) FROM {table} {where_}",
    ] {
        assert_eq!(found(right), "", "{right}");
    }
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every text in a piece of source, also within macros.
fn texts(stream: TokenStream, found: &mut Vec<String>) {
    for tree in stream {
        match tree {
            TokenTree::Group(group) => texts(group.stream(), found),
            TokenTree::Literal(literal) => {
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                    found.push(text.value());
                }
            }
            _ => {}
        }
    }
}

#[test]
fn no_text_of_a_function_holds_what_libsql_refuses_or_reads_otherwise() {
    let mut files = Vec::new();
    for part in ["functions", "shared"] {
        for owner in std::fs::read_dir(tests::root().join(part)).unwrap() {
            rust_files(&owner.unwrap().path().join("src"), &mut files);
        }
    }
    assert!(files.len() > 100);
    let mut statements = 0;
    let mut found = Vec::new();
    for file in files {
        let source = std::fs::read_to_string(&file).unwrap();
        let mut all = Vec::new();
        texts(source.parse().unwrap(), &mut all);
        for text in all {
            statements += usize::from(text.contains("SELECT "));
            for fault in faults(&text) {
                found.push(format!("{}: {fault}\n{text}", file.display()));
            }
        }
    }
    assert!(statements > 200, "{statements}");
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

/// The columns of every table and view, and all that hangs on them.
fn names(store: &Connection) -> BTreeMap<String, Vec<String>> {
    let list = |sql: &str, of: &str| -> Vec<String> {
        let mut statement = store.prepare(sql).unwrap();
        let rows = statement.query_map([of], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>()
            .unwrap_or_else(|error| panic!("{of}: {error}"))
    };
    list(
        "SELECT type || ' ' || name FROM sqlite_schema WHERE ?1 = '' ORDER BY 1",
        "",
    )
    .into_iter()
    .map(|known| {
        let name = known.split(' ').nth(1).unwrap().to_owned();
        let columns = "SELECT name FROM pragma_table_xinfo(?1) ORDER BY cid";
        let columns = list(columns, &name);
        (known, columns)
    })
    .collect()
}

/// Runs a statement whatever it gives; an added column that is there already is no fault, as in the functions.
fn run(store: &Connection, sql: &str) {
    let mut statement = match store.prepare(sql) {
        Err(error) if error.to_string().contains("duplicate column name") => return,
        prepared => prepared.unwrap_or_else(|error| panic!("{error}\n{sql}")),
    };
    let mut rows = statement.raw_query();
    while rows.next().unwrap().is_some() {}
}

#[test]
fn the_migrations_make_the_same_store_under_libsql() {
    let plain = Connection::open_in_memory().unwrap();
    let under_libsql = Connection::open_in_memory().unwrap();
    for file in store::migrations::FILES {
        for sql in file.statements {
            let parsed = written_back(sql).unwrap_or_else(|why| panic!("{}: {why}", file.name));
            run(&plain, sql);
            run(&under_libsql, &parsed);
        }
    }
    let expected = names(&plain);
    assert!(expected.len() > 100);
    assert_eq!(names(&under_libsql), expected);
    for known in expected.keys().filter(|known| known.starts_with("view ")) {
        let read = format!("SELECT * FROM {}", &known["view ".len()..]);
        under_libsql
            .prepare(&read)
            .unwrap_or_else(|error| panic!("{known}: {error}"));
    }
}
