//! The statements that compare a slice of records with a table, and write it.

use crate::places;
use std::fmt::Write as _;

/// SQL: the records of ?1, a JSON array. `json_each` writes a record out as text each time that it is asked for a column; here it does so
/// once a record.
const RECORDS: &str = "record AS MATERIALIZED (SELECT jsonb(value) AS value FROM json_each(?1))";

/// A table that a roster goes into.
pub struct Table {
    pub name: &'static str,
    /// The columns that make a record the same one, as the table's unique index has them.
    pub key: Vec<&'static str>,
    /// The index's expression of each key column, where it is not the column itself.
    pub key_expressions: Vec<String>,
    /// The other columns.
    pub values: Vec<Brought>,
    /// The columns that keep a place, which a record names.
    pub places: Vec<PlaceColumn>,
}

/// A column that keeps a place by its id.
pub enum PlaceColumn {
    /// A town.
    Town(&'static str),
    /// A village, and the column of its town.
    Village {
        column: &'static str,
        town: &'static str,
    },
}

/// A column and the heading that brings it. A sheet without the heading leaves the column as it is.
pub struct Brought {
    pub column: &'static str,
    /// The heading that brings it; none where it is written with every record.
    pub heading: Option<&'static str>,
    /// Made from another column: written with it, but no change by itself.
    pub derived: bool,
}

impl Brought {
    /// A column that a heading brings.
    pub const fn by(column: &'static str, heading: &'static str) -> Self {
        Self {
            column,
            heading: Some(heading),
            derived: false,
        }
    }

    /// A column that is made from others, written where the heading is, or always.
    pub const fn derived(column: &'static str, heading: Option<&'static str>) -> Self {
        Self {
            column,
            heading,
            derived: true,
        }
    }
}

impl Table {
    /// What a column keeps of a record, in SQL: what the record says, and of a place that it names, the id.
    fn kept(&self, record: &str, column: &str) -> String {
        let given = |column: &str| format!("{record} ->> '$.{column}'");
        let place = self.places.iter().find(|place| match place {
            PlaceColumn::Town(town) => *town == column,
            PlaceColumn::Village {
                column: village, ..
            } => *village == column,
        });
        match place {
            None => given(column),
            Some(PlaceColumn::Town(town)) => self.kept_town(record, town),
            Some(PlaceColumn::Village { town, .. }) => {
                places::village_kept(&self.kept_town(record, town), &given(column))
            }
        }
    }

    /// The id of the town that a record names. A record that is there keeps the town that it has, where that is today the one that is named:
    /// after a merger nobody's rows are rewritten, so that it can be undone.
    fn kept_town(&self, record: &str, column: &str) -> String {
        let named = places::town_id(&format!("({record} ->> '$.{column}')"));
        let same_record: Vec<String> = self
            .key
            .iter()
            .filter(|key| **key != column)
            .map(|key| format!("had.{key} IS {record} ->> '$.{key}'"))
            .collect();
        if same_record.len() < self.key.len() || same_record.is_empty() {
            return named;
        }
        format!(
            "coalesce(iif((SELECT EXISTS (SELECT 1 FROM place_today WHERE today <> id)), (SELECT had.{column} FROM {} had WHERE {}
                AND EXISTS (SELECT 1 FROM place_today a JOIN place_today b ON b.today = a.today WHERE a.id = had.{column} AND b.id = {named})), NULL), {named})",
            self.name,
            same_record.join(" AND ")
        )
    }

    fn given(&self, record: &str, columns: &[&str]) -> Vec<String> {
        let each = columns.iter();
        each.map(|column| self.kept(record, column)).collect()
    }

    fn brought(&self, has: &dyn Fn(&str) -> bool) -> Vec<&'static str> {
        self.values
            .iter()
            .filter(|value| value.heading.is_none_or(has))
            .map(|value| value.column)
            .collect()
    }

    fn compared(&self, has: &dyn Fn(&str) -> bool) -> Vec<&'static str> {
        self.values
            .iter()
            .filter(|value| !value.derived && value.heading.is_none_or(has))
            .map(|value| value.column)
            .collect()
    }

    /// One statement that writes the records of ?1 (a JSON array), by ?2, at ?3. It returns a row for each record that was
    /// created (1) or changed (0).
    pub fn write(&self, has: &dyn Fn(&str) -> bool) -> String {
        let values = self.brought(has);
        let columns: Vec<&str> = self
            .key
            .iter()
            .copied()
            .chain(values.iter().copied())
            .collect();
        let mut sql = format!(
            "INSERT INTO {} ({}, changed_by, changed_at) WITH {RECORDS} SELECT {}, ?2, ?3 FROM record WHERE true ON CONFLICT ({}) ",
            self.name,
            columns.join(", "),
            self.given("value", &columns).join(", "),
            self.key_expressions.join(", "),
        );
        let compared = self.compared(has);
        if compared.is_empty() {
            sql.push_str("DO NOTHING RETURNING 1 AS created");
            return sql;
        }
        sql.push_str("DO UPDATE SET ");
        for column in &values {
            // Writing to a string does not fail.
            let _ = write!(sql, "{column} = excluded.{column}, ");
        }
        let table = self.name;
        let ours = qualified(table, &compared);
        let theirs = qualified("excluded", &compared);
        let _ = write!(
            sql,
            "version = {table}.version + 1, changed_by = excluded.changed_by, changed_at = excluded.changed_at \
             WHERE ({ours}) IS NOT ({theirs}) RETURNING version = 1 AS created"
        );
        sql
    }

    /// One statement that adds the record ?1 (a JSON object), by ?2, at ?3, where there is none of its key; it returns a row then.
    pub fn insert(&self) -> String {
        let columns: Vec<&str> = self
            .key
            .iter()
            .copied()
            .chain(self.brought(&|_| true))
            .collect();
        let given = self.given("?1", &columns);
        format!(
            "INSERT INTO {} ({}, changed_by, changed_at) SELECT {}, ?2, ?3 WHERE true ON CONFLICT ({}) DO NOTHING RETURNING 1",
            self.name,
            columns.join(", "),
            given.join(", "),
            self.key_expressions.join(", "),
        )
    }

    /// One statement that changes what is brought of the record ?1 (a JSON object), by ?2, at ?3, where it has version ?4; it returns
    /// a row then.
    pub fn update(&self, has: &dyn Fn(&str) -> bool) -> String {
        let sets: Vec<String> = self
            .brought(has)
            .iter()
            .map(|column| format!("{column} = {}, ", self.kept("?1", column)))
            .collect();
        let keys: Vec<String> = self
            .key
            .iter()
            .map(|column| format!("{column} IS {}", self.kept("?1", column)))
            .collect();
        format!(
            "UPDATE {} SET {}version = version + 1, changed_by = ?2, changed_at = ?3 WHERE {} AND version = ?4 RETURNING 1",
            self.name,
            sets.concat(),
            keys.join(" AND "),
        )
    }

    /// One statement that says what [`Self::write`] would do with ?1: a JSON text of `created` and `updated`.
    pub fn compare(&self, has: &dyn Fn(&str) -> bool) -> String {
        let values = self.compared(has);
        let columns: Vec<&str> = self
            .key
            .iter()
            .copied()
            .chain(values.iter().copied())
            .collect();
        let same_key = self
            .key
            .iter()
            .map(|column| format!("t.{column} IS r.{column}"))
            .collect::<Vec<_>>()
            .join(" AND ");
        let changed = if values.is_empty() {
            "0".to_owned()
        } else {
            let (ours, theirs) = (qualified("t", &values), qualified("r", &values));
            format!("t.rowid IS NOT NULL AND ({ours}) IS NOT ({theirs})")
        };
        format!(
            "WITH {RECORDS}, r AS (SELECT {} FROM record) \
             SELECT json_object('created', coalesce(sum(t.rowid IS NULL), 0), 'updated', coalesce(sum({changed}), 0)) \
             FROM r LEFT JOIN {} t ON {same_key}",
            columns
                .iter()
                .map(|column| format!("{} AS {column}", self.kept("value", column)))
                .collect::<Vec<_>>()
                .join(", "),
            self.name,
        )
    }
}

fn qualified(table: &str, columns: &[&str]) -> String {
    columns
        .iter()
        .map(|column| format!("{table}.{column}"))
        .collect::<Vec<_>>()
        .join(", ")
}
