//! A file's good rows in slices, its bad ones by name.

use crate::{Flaw, Reading, Roster};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sheets::{Row, Rows};
use std::collections::HashMap;
use store::Store;
use web::Problem;

/// Records in one statement. With its audit and search rows a slice holds the writer for tens of milliseconds.
pub const SLICE: usize = 500;

/// What came of a file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Found {
    pub rows: u64,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub rejected: Vec<Flaw>,
    pub warnings: Vec<Flaw>,
    pub ignored_columns: Vec<String>,
}

#[derive(Deserialize)]
struct Compared {
    created: u64,
    updated: u64,
}

#[derive(Deserialize)]
struct Written {
    created: i64,
}

/// Records that go in together.
pub struct Slice {
    /// A JSON array.
    pub records: String,
    pub count: u64,
}

/// A row that can be taken, and what goes into the table.
struct Good {
    row: Row,
    record: serde_json::Value,
    /// The record as JSON.
    text: String,
}

/// Reads a roster's rows slice by slice, and keeps what it found.
pub struct Slices<R: Roster, I: Iterator<Item = Row>> {
    rows: I,
    today: NaiveDate,
    /// Keys of the file, each with its row and the record.
    seen: HashMap<String, (u32, u64)>,
    pub found: Found,
    roster: std::marker::PhantomData<R>,
}

impl<R: Roster> Slices<R, Rows> {
    pub fn of_file(rows: Rows, today: NaiveDate) -> Self {
        let ignored = rows.ignored_columns().to_vec();
        let mut slices = Self::new(rows, today);
        slices.found.ignored_columns = ignored;
        slices
    }
}

impl<R: Roster, I: Iterator<Item = Row>> Slices<R, I> {
    pub fn new(rows: I, today: NaiveDate) -> Self {
        Self {
            rows,
            today,
            seen: HashMap::new(),
            found: Found::default(),
            roster: std::marker::PhantomData,
        }
    }

    /// The next records that can be taken; none at the end of the file.
    pub async fn next(&mut self, store: &Store) -> Result<Option<Slice>, Problem> {
        let mut records: Vec<Good> = Vec::new();
        let mut ended = true;
        while let Some(row) = self.rows.next() {
            self.found.rows += 1;
            let mut reading = Reading::new(&row, self.today);
            let record = R::read(&mut reading);
            let Reading {
                rejected, warnings, ..
            } = reading;
            let flawed = !rejected.is_empty();
            self.found.rejected.extend(in_one(rejected));
            if flawed {
                continue;
            }
            let Some(record) = record else {
                return Err(Problem::internal(
                    "a row gave neither a record nor a reason",
                ));
            };
            let record = serde_json::to_value(record).map_err(Problem::internal)?;
            let text = record.to_string();
            if self.stands_twice(&row, &record, &text) {
                continue;
            }
            self.found.warnings.extend(warnings);
            records.push(Good { row, record, text });
            if records.len() == SLICE {
                ended = false;
                break;
            }
        }
        self.reject_strays(store, &mut records).await?;
        if records.is_empty() {
            // A slice may have been all strays; the file goes on.
            return if ended {
                Ok(None)
            } else {
                Ok(Some(Slice {
                    records: "[]".into(),
                    count: 0,
                }))
            };
        }
        let count = records.len() as u64;
        let (rows, texts): (Vec<Row>, Vec<String>) = records
            .into_iter()
            .map(|good| (good.row, good.text))
            .unzip();
        let records = format!("[{}]", texts.join(","));
        self.doubt(store, &rows, &records).await?;
        Ok(Some(Slice { records, count }))
    }

    /// A key that the file has had: the same row again counts as unchanged, another one is rejected.
    fn stands_twice(&mut self, row: &Row, record: &serde_json::Value, text: &str) -> bool {
        use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
        let key: Vec<&serde_json::Value> =
            R::TABLE.key.iter().map(|column| &record[*column]).collect();
        let key = serde_json::json!(key).to_string();
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(text);
        match self.seen.get(&key) {
            None => {
                self.seen.insert(key, (row.number, hash));
                false
            }
            Some((_, before)) if *before == hash => {
                self.found.unchanged += 1;
                true
            }
            Some((first, _)) => {
                let heading = R::COLUMNS[0].name;
                self.found.rejected.push(Flaw {
                    row: row.number,
                    field: heading.to_owned(),
                    value: row.text(heading).unwrap_or_default(),
                    reason: format!("与第 {first} 行是同一条记录，但内容不同，请只保留一行"),
                });
                true
            }
        }
    }

    /// Takes out the records that refer to something that is not there.
    async fn reject_strays(
        &mut self,
        store: &Store,
        records: &mut Vec<Good>,
    ) -> Result<(), Problem> {
        for reference in R::REFERENCES {
            if records.is_empty() {
                break;
            }
            let named: Vec<&serde_json::Value> = records
                .iter()
                .map(|good| &good.record[reference.field])
                .collect();
            let sql = format!(
                "SELECT json_group_array(DISTINCT value) FROM json_each(?1) WHERE value IS NOT NULL AND value NOT IN (SELECT {} FROM {})",
                reference.column, reference.view
            );
            let strays: Vec<String> = store
                .json(&sql, [serde_json::json!(named).to_string().into()])
                .await?;
            if strays.is_empty() {
                continue;
            }
            let rejected = &mut self.found.rejected;
            records.retain(|Good { row, record, .. }| {
                let stray = record[reference.field]
                    .as_str()
                    .is_some_and(|named| strays.iter().any(|stray| stray == named));
                if stray {
                    rejected.push(Flaw {
                        row: row.number,
                        field: reference.heading.to_owned(),
                        value: row.text(reference.heading).unwrap_or_default(),
                        reason: reference.reason.to_owned(),
                    });
                }
                !stray
            });
        }
        Ok(())
    }

    async fn doubt(&mut self, store: &Store, rows: &[Row], records: &str) -> Result<(), Problem> {
        for doubt in R::DOUBTS {
            let sql = format!(
                "SELECT json_group_array(json_array(place, reason)) FROM ({})",
                doubt.sql
            );
            let doubtful: Vec<(usize, String)> = store.json(&sql, [records.into()]).await?;
            for (place, reason) in doubtful {
                if let Some(row) = rows.get(place) {
                    self.found.warnings.push(Flaw {
                        row: row.number,
                        field: doubt.heading.to_owned(),
                        value: row.text(doubt.heading).unwrap_or_default(),
                        reason,
                    });
                }
            }
        }
        Ok(())
    }

    /// Counts what writing `slice` would do.
    pub async fn compare(
        &mut self,
        store: &Store,
        sql: &str,
        slice: &Slice,
    ) -> Result<(), Problem> {
        let compared: Compared = store.json(sql, [slice.records.as_str().into()]).await?;
        self.count(slice.count, compared.created, compared.updated);
        Ok(())
    }

    pub fn count(&mut self, count: u64, created: u64, updated: u64) {
        self.found.created += created;
        self.found.updated += updated;
        self.found.unchanged += count.saturating_sub(created + updated);
    }
}

/// A row is rejected once, with all that is wrong with it.
fn in_one(flaws: Vec<Flaw>) -> Option<Flaw> {
    let mut flaws = flaws.into_iter();
    let mut first = flaws.next()?;
    for other in flaws {
        first.reason = format!("{}；{}：{}", first.reason, other.field, other.reason);
    }
    Some(first)
}

/// Writes the records of one slice; gives how many were created and how many changed.
pub async fn write(
    store: &Store,
    sql: &str,
    records: &str,
    by: &str,
    at: &str,
) -> Result<(u64, u64), Problem> {
    let rows: Vec<Written> = store
        .all_meanwhile(sql, [records.into(), by.into(), at.into()])
        .await?;
    let created = rows.iter().filter(|row| row.created != 0).count() as u64;
    Ok((created, rows.len() as u64 - created))
}
