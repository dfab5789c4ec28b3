//! A file's good rows in slices, its bad ones by name.

use crate::reading::flaw;
use crate::{Flaw, Reading, Roster};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sheets::{Place, Row, Rows, SheetState};
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
    /// Of a workbook, in the order of its tabs.
    #[serde(default)]
    pub sheets: Vec<FoundSheet>,
}

/// A sheet, and what became of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FoundSheet {
    pub name: String,
    pub state: FoundState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundState {
    Read,
    HeaderOnly,
    NoHeader,
    Hidden,
}

impl FoundState {
    /// On pages; nothing of one that was read.
    pub fn said(self) -> Option<&'static str> {
        match self {
            Self::Read => None,
            Self::HeaderOnly => Some("只有表头，没有内容"),
            Self::NoHeader => Some("没有认识的表头，没有读"),
            Self::Hidden => Some("是隐藏的，没有读"),
        }
    }
}

impl From<SheetState> for FoundState {
    fn from(state: SheetState) -> Self {
        match state {
            SheetState::Read => Self::Read,
            SheetState::HeaderOnly => Self::HeaderOnly,
            SheetState::NoHeader => Self::NoHeader,
            SheetState::Hidden => Self::Hidden,
        }
    }
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

/// Records that go in together, for they bring the same columns.
pub struct Slice {
    /// A JSON array.
    pub records: String,
    pub count: u64,
    /// The columns of their sheet, less those whose cells could not be read.
    pub headings: Vec<&'static str>,
}

impl Slice {
    pub fn has(&self, heading: &str) -> bool {
        self.headings.contains(&heading)
    }
}

/// A row that can be taken, and what goes into the table.
struct Good {
    row: Row,
    record: serde_json::Value,
    /// The record as JSON.
    text: String,
}

/// The first row that had a key: where it stands, and what it says.
struct Seen {
    sheet: Option<String>,
    row: u32,
    hash: u64,
}

/// Records that bring the same columns, until there are enough of them.
struct Bucket {
    headings: Vec<&'static str>,
    records: Vec<Good>,
}

/// Rows that have been read, and not yet held against the store; empty at the end of the file.
pub struct Ahead(Option<Bucket>);

/// Reads a roster's rows slice by slice, and keeps what it found.
pub struct Slices<R: Roster, I: Iterator<Item = Row>> {
    rows: I,
    today: NaiveDate,
    /// The columns that rows bring which came in no sheet.
    headings: Vec<&'static str>,
    buckets: Vec<Bucket>,
    /// Keys of the file.
    seen: HashMap<String, Seen>,
    pub found: Found,
    roster: std::marker::PhantomData<R>,
}

impl<R: Roster> Slices<R, Rows> {
    pub fn of_file(rows: Rows, today: NaiveDate) -> Self {
        let ignored = rows.ignored_columns().to_vec();
        let sheets = rows.sheets().iter().map(|sheet| FoundSheet {
            name: sheet.name.clone(),
            state: sheet.state.into(),
        });
        let sheets = sheets.collect();
        let mut slices = Self::new(rows, Vec::new(), today);
        slices.found.ignored_columns = ignored;
        slices.found.sheets = sheets;
        slices
    }
}

impl<R: Roster, I: Iterator<Item = Row>> Slices<R, I> {
    /// Of rows that bring the columns of `headings`, and those of their sheet.
    pub fn new(rows: I, headings: Vec<&'static str>, today: NaiveDate) -> Self {
        Self {
            rows,
            today,
            headings,
            buckets: Vec::new(),
            seen: HashMap::new(),
            found: Found::default(),
            roster: std::marker::PhantomData,
        }
    }

    /// The next records that can be taken; none at the end of the file.
    pub async fn next(&mut self, store: &Store) -> Result<Option<Slice>, Problem> {
        let ahead = self.read_ahead()?;
        self.next_of(store, ahead).await
    }

    /// Reads on in the file until there are enough rows for a slice, or none are left. It asks the store nothing, and so can be done
    /// while a statement runs.
    pub fn read_ahead(&mut self) -> Result<Ahead, Problem> {
        self.fill().map(Ahead)
    }

    /// As [`Self::next`], of rows that have been read.
    pub async fn next_of(&mut self, store: &Store, ahead: Ahead) -> Result<Option<Slice>, Problem> {
        let Ahead(mut bucket) = ahead;
        while let Some(Bucket {
            headings,
            mut records,
        }) = bucket
        {
            self.reject_strays(store, &mut records).await?;
            if records.is_empty() {
                bucket = self.fill()?;
                continue;
            }
            let count = records.len() as u64;
            let (rows, texts): (Vec<Row>, Vec<String>) = records
                .into_iter()
                .map(|good| (good.row, good.text))
                .unzip();
            let records = format!("[{}]", texts.join(","));
            self.doubt(store, &rows, &records).await?;
            return Ok(Some(Slice {
                records,
                count,
                headings,
            }));
        }
        Ok(None)
    }

    /// Reads rows until a bucket is full, and at the end of the file gives what is left.
    fn fill(&mut self) -> Result<Option<Bucket>, Problem> {
        while let Some(row) = self.rows.next() {
            self.found.rows += 1;
            if let Some(reason) = row.broken() {
                self.found
                    .rejected
                    .push(flaw(&row, R::COLUMNS[0].name, reason));
                continue;
            }
            let mut reading = Reading::new(&row, self.today);
            let record = R::read(&mut reading);
            let Reading {
                rejected,
                warnings,
                kept,
                ..
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
            let headings: Vec<&'static str> = R::COLUMNS
                .iter()
                .map(|column| column.name)
                .filter(|name| row.heading(name).is_some() || self.headings.contains(name))
                .filter(|name| kept.iter().all(|flaw| flaw.field != *name))
                .collect();
            let known = self.buckets.iter();
            let place = known
                .enumerate()
                .find_map(|(place, bucket)| (bucket.headings == headings).then_some(place));
            let place = place.unwrap_or_else(|| {
                self.buckets.push(Bucket {
                    headings,
                    records: Vec::new(),
                });
                self.buckets.len() - 1
            });
            let records = &mut self.buckets[place].records;
            records.push(Good { row, record, text });
            if records.len() == SLICE {
                return Ok(Some(self.buckets.swap_remove(place)));
            }
        }
        Ok(self.buckets.pop())
    }

    /// A key that the file has had: the same row again counts as unchanged, another one is rejected.
    fn stands_twice(&mut self, row: &Row, record: &serde_json::Value, text: &str) -> bool {
        use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
        let key: Vec<&serde_json::Value> =
            R::TABLE.key.iter().map(|column| &record[*column]).collect();
        let key = serde_json::json!(key).to_string();
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(text);
        let Some(first) = self.seen.get(&key) else {
            let seen = Seen {
                sheet: row.sheet().map(str::to_owned),
                row: row.number,
                hash,
            };
            self.seen.insert(key, seen);
            return false;
        };
        if first.hash == hash {
            self.found.unchanged += 1;
            return true;
        }
        let place = Place {
            sheet: first.sheet.as_deref(),
            row: first.row,
        };
        let reason = format!("与{place}是同一条记录，但内容不同，请只保留一行");
        self.found
            .rejected
            .push(flaw(row, R::COLUMNS[0].name, reason));
        true
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
                    rejected.push(flaw(row, reference.heading, reference.reason));
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
                    self.found.warnings.push(flaw(row, doubt.heading, reason));
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

/// Writes the records of one slice; gives how many were created and how many changed. Meanwhile nothing else may be asked of the store.
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
