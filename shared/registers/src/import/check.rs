//! A file's good rows in slices, its bad ones by name.

use crate::opened::Opened;
use crate::reading::{Flaw, Reading, flaw};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sheets::{Place, Row, Rows, SheetState};
use std::collections::HashMap;
use store::Store;
use web::Problem;

/// Records in one statement. With its audit and search rows a slice holds the writer for tens of milliseconds.
pub const SLICE: usize = 500;

/// A row that cannot be taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rejected {
    /// Of each column of the register, how the sheet calls it and what the cell shows; none where the sheet has no such column, for what
    /// it does not have must not be undone when the row is sent again.
    pub cells: Vec<Option<(String, String)>>,
    pub reason: String,
}

impl Rejected {
    /// How the row's sheet calls a column of the register, by its place.
    pub fn heading(&self, place: usize) -> Option<&str> {
        let (heading, _) = self.cells.get(place)?.as_ref()?;
        Some(heading)
    }
}

/// Rejected rows that are kept to be mended.
pub const TO_MEND: usize = 5_000;

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

impl Found {
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

/// Reads a register's rows slice by slice, and keeps what it found.
pub struct Slices<I: Iterator<Item = Row>> {
    opened: &'static Opened,
    rows: I,
    today: NaiveDate,
    /// The columns that rows bring which came in no sheet.
    headings: Vec<&'static str>,
    buckets: Vec<Bucket>,
    /// Keys of the file.
    seen: HashMap<String, Seen>,
    pub found: Found,
    /// The first rows that cannot be taken, to be mended and sent again.
    pub rejected_rows: Vec<Rejected>,
}

impl Slices<Rows> {
    pub fn of_file(opened: &'static Opened, rows: Rows, today: NaiveDate) -> Self {
        let ignored = rows.ignored_columns().to_vec();
        let sheets = rows.sheets().iter().map(|sheet| FoundSheet {
            name: sheet.name.clone(),
            state: sheet.state.into(),
        });
        let sheets = sheets.collect();
        let mut slices = Self::new(opened, rows, Vec::new(), today);
        slices.found.ignored_columns = ignored;
        slices.found.sheets = sheets;
        slices
    }
}

impl<I: Iterator<Item = Row>> Slices<I> {
    /// Of rows that bring the columns of `headings`, and those of their sheet.
    pub fn new(
        opened: &'static Opened,
        rows: I,
        headings: Vec<&'static str>,
        today: NaiveDate,
    ) -> Self {
        Self {
            opened,
            rows,
            today,
            headings,
            buckets: Vec::new(),
            seen: HashMap::new(),
            found: Found::default(),
            rejected_rows: Vec::new(),
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
                let flaw = flaw(&row, self.first_heading(), reason);
                self.reject(&row, flaw);
                continue;
            }
            let mut reading = Reading::new(&row, self.today);
            let record = reading.record(self.opened.register.fields, self.opened.register.rules);
            let Reading {
                rejected,
                warnings,
                kept,
                ..
            } = reading;
            if let Some(flaw) = in_one(rejected) {
                self.reject(&row, flaw);
                continue;
            }
            let record = serde_json::Value::Object(record.0);
            // Not `to_string`, which writes letter by letter.
            let text = serde_json::to_string(&record).map_err(Problem::internal)?;
            if self.stands_twice(&row, &record, &text)? {
                continue;
            }
            self.found.warnings.extend(warnings);
            let headings: Vec<&'static str> = self
                .opened
                .columns
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
    fn stands_twice(
        &mut self,
        row: &Row,
        record: &serde_json::Value,
        text: &str,
    ) -> Result<bool, Problem> {
        use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
        let key: Vec<&serde_json::Value> = self
            .opened
            .table
            .key
            .iter()
            .map(|column| &record[*column])
            .collect();
        let key = serde_json::to_string(&key).map_err(Problem::internal)?;
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(text);
        let Some(first) = self.seen.get(&key) else {
            let seen = Seen {
                sheet: row.sheet().map(str::to_owned),
                row: row.number,
                hash,
            };
            self.seen.insert(key, seen);
            return Ok(false);
        };
        if first.hash == hash {
            self.found.unchanged += 1;
            return Ok(true);
        }
        let place = Place {
            sheet: first.sheet.as_deref(),
            row: first.row,
        };
        let reason = format!("与{place}是同一条记录，但内容不同，请只保留一行");
        let flaw = flaw(row, self.first_heading(), reason);
        self.reject(row, flaw);
        Ok(true)
    }

    fn first_heading(&self) -> &'static str {
        self.opened.columns.first().map_or("", |column| column.name)
    }

    fn reject(&mut self, row: &Row, flaw: Flaw) {
        if self.rejected_rows.len() < TO_MEND {
            let columns = self.opened.columns.iter();
            let cells = columns
                .map(|column| {
                    let heading = row.heading(column.name)?.to_owned();
                    Some((heading, row.cell(column.name).shown()))
                })
                .collect();
            self.rejected_rows.push(Rejected {
                cells,
                reason: format!("{}：{}", flaw.field, flaw.reason),
            });
        }
        self.found.rejected.push(flaw);
    }

    /// Takes out the records that refer to something that is not there.
    async fn reject_strays(
        &mut self,
        store: &Store,
        records: &mut Vec<Good>,
    ) -> Result<(), Problem> {
        for field in self.opened.register.fields {
            let Some(known) = field.known else {
                continue;
            };
            if records.is_empty() {
                break;
            }
            let named: Vec<&serde_json::Value> = records
                .iter()
                .map(|good| &good.record[field.column])
                .collect();
            let sql = format!(
                "SELECT json_group_array(DISTINCT value) FROM json_each(?1) WHERE value IS NOT NULL AND value NOT IN (SELECT {} FROM {})",
                known.column, known.view
            );
            let strays: Vec<String> = store
                .json(&sql, [serde_json::json!(named).to_string().into()])
                .await?;
            if strays.is_empty() {
                continue;
            }
            let is_stray = |good: &mut Good| {
                good.record[field.column]
                    .as_str()
                    .is_some_and(|named| strays.iter().any(|stray| stray == named))
            };
            for stray in records.extract_if(.., is_stray) {
                let flaw = flaw(&stray.row, field.heading, known.otherwise);
                self.reject(&stray.row, flaw);
            }
        }
        Ok(())
    }

    async fn doubt(&mut self, store: &Store, rows: &[Row], records: &str) -> Result<(), Problem> {
        for doubt in self.opened.register.doubts {
            let sql = format!(
                "SELECT json_group_array(json_array(place, reason)) FROM ({})",
                doubt.sql
            );
            let doubtful: Vec<(usize, String)> = store.json(&sql, [records.into()]).await?;
            for (place, reason) in doubtful {
                if let Some(row) = rows.get(place) {
                    self.found
                        .warnings
                        .push(flaw(row, doubt.field.heading, reason));
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
