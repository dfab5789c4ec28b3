//! `migrations/schema/<owner>.sql` says what a migrated store has. It is made from the migrations, and held equal to them here.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod comments;
#[path = "../migrated/mod.rs"]
mod migrated;

use comments::MigrationComments;
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

/// What renews the files.
const RENEW: &str = "SHIAN_RENEW=1 cargo test -p store --test schema";

fn folder() -> PathBuf {
    comments::folder().join("schema")
}

/// A table, view, index or trigger of the store.
struct Object {
    kind: String,
    name: String,
    /// The table that an index or a trigger stands on; a table or view itself.
    table: String,
    sql: String,
}

/// All of them, in the order in which they were made, without what SQLite makes by itself.
fn objects(connection: &Connection) -> Vec<Object> {
    let sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema s
        WHERE sql IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM sqlite_schema v WHERE v.sql LIKE 'CREATE VIRTUAL TABLE%' AND s.type = 'table'
                AND s.name IN (v.name || '_data', v.name || '_idx', v.name || '_content', v.name || '_docsize', v.name || '_config'))
        ORDER BY rowid";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| {
        Ok(Object {
            kind: row.get(0)?,
            name: row.get(1)?,
            table: row.get(2)?,
            sql: row.get(3)?,
        })
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

/// What a statement reads, in its own words: the tables and views behind FROM and JOIN, those of the statement itself before those of
/// the ones within it.
fn read_by(sql: &str) -> Vec<&str> {
    let mut depth = 0;
    let mut words = Vec::new();
    for line in sql.lines() {
        let code = line.split_once("--").map_or(line, |(code, _)| code);
        for piece in
            code.split_inclusive(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
        {
            let word =
                piece.trim_end_matches(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
            if !word.is_empty() {
                words.push((depth, word));
            }
            depth += match piece.chars().last() {
                Some('(') => 1,
                Some(')') => -1,
                _ => 0,
            };
        }
    }
    let mut read: Vec<(i32, &str)> = words
        .windows(2)
        .filter(|pair| pair[0].1 == "FROM" || pair[0].1 == "JOIN")
        .map(|pair| pair[1])
        .collect();
    read.sort_by_key(|(depth, _)| *depth);
    read.into_iter().map(|(_, name)| name).collect()
}

/// A table or view with what stands on it, and the views that begin with it.
fn things(objects: &[Object], comments: &MigrationComments) -> BTreeMap<String, Vec<Vec<usize>>> {
    let at: BTreeMap<&str, usize> = objects
        .iter()
        .enumerate()
        .filter(|(_, object)| object.table == object.name)
        .map(|(at, object)| (object.name.as_str(), at))
        .collect();
    let owner = |at: usize| comments.owner(&objects[at].name);
    // The first table or view of the same owner that a view reads is what the view is of.
    let read = |view: usize| {
        read_by(&objects[view].sql)
            .into_iter()
            .filter_map(|name| at.get(name).copied())
            .find(|&read| read != view && owner(read) == owner(view))
    };
    let thing = |mut at: usize| {
        while objects[at].kind == "view"
            && let Some(read) = read(at)
        {
            at = read;
        }
        at
    };
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, object) in objects.iter().enumerate() {
        groups
            .entry(thing(at[object.table.as_str()]))
            .or_default()
            .push(number);
    }
    let mut owners: BTreeMap<String, Vec<Vec<usize>>> = BTreeMap::new();
    for (table, mut group) in groups {
        let order = |number: &usize| match objects[*number].kind.as_str() {
            "table" => 0,
            "index" => 1,
            "trigger" => 2,
            _ => 3,
        };
        // Each view comes behind the table, and what a view has behind the view.
        group.sort_by_key(|number| {
            let object = &objects[*number];
            match object.table == objects[table].name {
                true => (0, order(number)),
                false => (
                    1 + at[object.table.as_str()],
                    u8::from(object.kind != "view"),
                ),
            }
        });
        owners.entry(owner(table)).or_default().push(group);
    }
    owners
}

/// One object with the comment that stands above it in its migration; a column that came later has its own line and comment.
fn written(object: &Object, comments: &MigrationComments) -> String {
    let mut sql = object.sql.clone();
    for column in comments
        .columns(&object.table)
        .filter(|_| object.kind == "table")
    {
        let added = format!(", {}", column.definition);
        let (before, after) = sql
            .split_once(&added)
            .unwrap_or_else(|| panic!("{} has no column {added}", object.name));
        let mut line = format!("{},\n", before.trim_end());
        for comment in &column.comment {
            writeln!(line, "    {comment}").unwrap();
        }
        let ended = if after.starts_with(')') { "\n" } else { "" };
        sql = format!("{line}    {}{ended}{after}", column.definition);
    }
    let mut text = comments.comment(&object.kind, &object.name).join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    text + &sql + ";\n"
}

/// Tables of more rows than this are data, and no rules that somebody reads.
const RULES: i64 = 60;

/// The rows that the migrations put into a table, as one statement: the moves, the words, the numbers with which a district begins.
/// What the audit tells of them is none.
fn rows(connection: &Connection, object: &Object) -> String {
    let table = &object.name;
    let is_plain =
        object.kind == "table" && table != "audit" && !object.sql.starts_with("CREATE VIRTUAL");
    let count = |table: &str| -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        connection.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    if !is_plain || !(1..=RULES).contains(&count(table)) {
        return String::new();
    }
    let texts = |sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    let columns = texts(&format!(
        "SELECT '\"' || name || '\"' FROM pragma_table_info('{table}')"
    ));
    let values: Vec<String> = columns
        .iter()
        .map(|column| format!("quote({column})"))
        .collect();
    let rows = texts(&format!(
        "SELECT '    (' || {} || ')' FROM {table} ORDER BY {}",
        values.join(" || ', ' || "),
        columns.join(", "),
    ));
    let columns = columns.join(", ").replace('"', "");
    format!(
        "\nINSERT INTO {table} ({columns}) VALUES\n{};\n",
        rows.join(",\n")
    )
}

/// The files, by owner.
fn made() -> BTreeMap<String, String> {
    let connection = migrated::migrated();
    let objects = objects(&connection);
    let comments = MigrationComments::read();
    let file = |(owner, things): (String, Vec<Vec<usize>>)| {
        let mut text = format!(
            "-- What {owner} has in a migrated store: each table with the rules that stand in it, its indexes and triggers, then the views that read it.\n\
             -- To be read, never run: made from the migrations by {RENEW}\n"
        );
        for number in things.into_iter().flatten() {
            let object = &objects[number];
            write!(text, "\n{}", written(object, &comments)).unwrap();
            text.push_str(&rows(&connection, object));
        }
        (owner, text)
    };
    things(&objects, &comments).into_iter().map(file).collect()
}

#[test]
fn the_schema_that_is_read_is_what_the_migrations_make() {
    let made = made();
    if std::env::var_os("SHIAN_RENEW").is_some() {
        std::fs::create_dir_all(folder()).unwrap();
        for old in std::fs::read_dir(folder()).unwrap() {
            std::fs::remove_file(old.unwrap().path()).unwrap();
        }
        for (owner, text) in &made {
            std::fs::write(folder().join(format!("{owner}.sql")), text).unwrap();
        }
    }
    let kept: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let names: BTreeSet<String> = made.keys().map(|owner| format!("{owner}.sql")).collect();
    assert_eq!(kept, names, "This renews them: {RENEW}");
    for (owner, text) in &made {
        let kept = std::fs::read_to_string(folder().join(format!("{owner}.sql"))).unwrap();
        let differs = kept
            .lines()
            .zip(text.lines())
            .position(|(kept, made)| kept != made);
        assert!(
            kept == *text,
            "schema/{owner}.sql is not what the migrations make (line {}). This renews it: {RENEW}",
            differs.unwrap_or_else(|| kept.lines().count().min(text.lines().count())) + 1
        );
    }
}

/// What a name alone does not say is said above it. A trigger that keeps the audit or forbids to delete says so by its ending, and
/// an index by its columns.
#[test]
fn every_table_view_and_trigger_is_explained() {
    let comments = MigrationComments::read();
    let plain = ["_created", "_changed", "_is_never_deleted"];
    let unexplained: Vec<String> = objects(&migrated::migrated())
        .into_iter()
        .filter(|object| object.kind != "index")
        .filter(|object| {
            !(object.kind == "trigger" && plain.iter().any(|end| object.name.ends_with(end)))
        })
        .filter(|object| comments.comment(&object.kind, &object.name).is_empty())
        .map(|object| format!("{} {}", object.kind, object.name))
        .collect();
    assert_eq!(unexplained, Vec::<String>::new());
}

/// What is read is SQL, and says nothing else than the store has.
#[test]
fn the_schema_that_is_read_makes_the_same_store() {
    let bare = |connection: &Connection| -> BTreeMap<(String, String), String> {
        let code = |sql: &str| -> String {
            sql.lines()
                .map(|line| line.split_once("--").map_or(line, |(code, _)| code))
                .flat_map(str::split_whitespace)
                .collect()
        };
        objects(connection)
            .into_iter()
            .map(|object| ((object.kind, object.name), code(&object.sql)))
            .collect()
    };
    let connection = Connection::open_in_memory().unwrap();
    for text in made().values() {
        connection.execute_batch(text).unwrap();
    }
    assert_eq!(bare(&connection), bare(&migrated::migrated()));
}
