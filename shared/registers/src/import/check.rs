//! Reads the rows of a file: those that can be taken in slices for one statement each, the others named with what is wrong.

use super::report::{ImportReport, RejectedRow, SheetReport};
use crate::enterprises::{NamedEnterprises, SEVERAL_SITES};
use crate::field::{Field, Kind, Usual};
use crate::identity::{FileIdentities, Identity};
use crate::opened::Opened;
use crate::reading::{Flaw, Reading, flaw};
use chrono::NaiveDate;
use serde::Deserialize;
use sheets::{Place, Rows, SheetRow};
use std::collections::HashMap;
use store::Store;
use web::Problem;

/// Records in one statement. With its audit and search rows a slice holds the writer for about a tenth of a second; each writes the pages of
/// the indexes anew, so that fewer, larger ones write less.
pub const SLICE: usize = 1_000;

/// Why a row waits for a person.
const NEEDS_CONFIRMATION: &str =
    "只有名称和镇街，不能确定是哪一家，请在“待确认的主体”里选一家，或者确认是新的";

const SEVERAL_FIT: &str = "有几家主体都对得上，请在“待确认的主体”里选一家，或者确认是新的";

/// RejectedRow rows that are kept to be mended.
pub const TO_MEND: usize = 5_000;

#[derive(Deserialize)]
struct ChangeCounts {
    created: u64,
    updated: u64,
}

#[derive(Deserialize)]
struct WrittenRow {
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
    /// Whether its records bring this column.
    pub fn has(&self, heading: &str) -> bool {
        self.headings.contains(&heading)
    }
}

/// A row that can be taken, and what goes into the table.
struct ReadyRecord {
    row: SheetRow,
    record: serde_json::Value,
    /// The record as JSON.
    text: String,
}

/// The first row that had a key: where it stands, and what it says.
struct FirstRow {
    sheet: Option<String>,
    row: u32,
    hash: u64,
}

/// Which columns of a register a row brings: a bit for each, in their order.
type Brought = u128;

/// Records that bring the same columns, until there are enough of them.
struct Bucket {
    brought: Brought,
    records: Vec<ReadyRecord>,
}

/// Rows that have been read, and not yet held against the store; empty at the end of the file.
pub struct ReadAhead(Option<Bucket>);

/// Reads a register's rows slice by slice, and keeps what it found.
pub struct Slices<I: Iterator<Item = SheetRow>> {
    opened: &'static Opened,
    rows: I,
    today: NaiveDate,
    /// The columns that rows bring which came in no sheet.
    headings: Vec<&'static str>,
    buckets: Vec<Bucket>,
    /// Keys of the file.
    seen: HashMap<String, FirstRow>,
    /// What rows were told to be, where the register identifies them.
    identities: FileIdentities,
    /// Whether what is read is written, so that new numbers are given.
    writes: bool,
    /// Rows that only a person can place, as documents of the register.
    pub unplaced: Vec<serde_json::Value>,
    pub report: ImportReport,
    /// The first rows that cannot be taken, to be mended and sent again.
    pub rejected_rows: Vec<RejectedRow>,
}

impl Slices<Rows> {
    /// Reads the rows of a file.
    pub fn of_file(opened: &'static Opened, rows: Rows, today: NaiveDate) -> Self {
        let ignored = rows.ignored_columns().to_vec();
        let sheets = rows.sheets().iter().map(|sheet| SheetReport {
            name: sheet.name.clone(),
            state: sheet.state.into(),
        });
        let sheets = sheets.collect();
        let mut slices = Self::new(opened, rows, Vec::new(), today);
        slices.report.ignored_columns = ignored;
        slices.report.sheets = sheets;
        slices
    }
}

impl<I: Iterator<Item = SheetRow>> Slices<I> {
    /// Reads rows that bring the columns of `headings` and those of their sheet.
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
            identities: FileIdentities::default(),
            writes: true,
            unplaced: Vec::new(),
            report: ImportReport::default(),
            rejected_rows: Vec::new(),
        }
    }

    /// Each slice is written before the next is asked for.
    #[must_use]
    pub fn written_at_once(mut self) -> Self {
        self.identities.is_written = true;
        self
    }

    /// Only looks: no number is given.
    #[must_use]
    pub fn that_only_look(mut self) -> Self {
        self.writes = false;
        self
    }

    /// The next records that can be taken; none at the end of the file.
    pub async fn next(&mut self, store: &Store) -> Result<Option<Slice>, Problem> {
        let ahead = self.read_ahead()?;
        self.next_of(store, ahead).await
    }

    /// Reads on in the file until there are enough rows for a slice, or none are left. It asks the store nothing, and so can be done
    /// while a statement runs.
    pub fn read_ahead(&mut self) -> Result<ReadAhead, Problem> {
        self.fill().map(ReadAhead)
    }

    /// The next slice of rows that have been read already; none at the end of the file.
    pub async fn next_of(
        &mut self,
        store: &Store,
        ahead: ReadAhead,
    ) -> Result<Option<Slice>, Problem> {
        let ReadAhead(mut bucket) = ahead;
        while let Some(Bucket {
            brought,
            mut records,
        }) = bucket
        {
            let headings = self.headings_of(brought);
            self.identify(store, &headings, &mut records).await?;
            self.find_enterprises(store, &mut records).await?;
            self.reject_strays(store, &mut records).await?;
            if records.is_empty() {
                bucket = self.fill()?;
                continue;
            }
            let count = records.len() as u64;
            let (rows, texts): (Vec<SheetRow>, Vec<String>) = records
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
            self.report.rows += 1;
            if let Some(reason) = row.why_broken() {
                let flaw = flaw(&row, self.first_heading(), reason);
                self.reject(&row, flaw);
                continue;
            }
            let mut reading = Reading::of_row(&row, self.today);
            let record = reading.record(self.opened.register.fields, self.opened.register.rules);
            let Reading {
                rejected,
                warnings,
                kept,
                ..
            } = reading;
            if let Some(flaw) = join_flaws(rejected) {
                self.reject(&row, flaw);
                continue;
            }
            let record = serde_json::Value::Object(record.0);
            // Not `to_string`, which writes letter by letter.
            let text = serde_json::to_string(&record).map_err(Problem::internal)?;
            if self.opened.register.identify.is_none() && self.is_repeated(&row, &record, &text)? {
                continue;
            }
            self.report.warnings.extend(warnings);
            let brought = self.brought(&row, &record, &kept);
            let known = self.buckets.iter();
            let place = known
                .enumerate()
                .find_map(|(place, bucket)| (bucket.brought == brought).then_some(place));
            let place = place.unwrap_or_else(|| {
                self.buckets.push(Bucket {
                    brought,
                    records: Vec::new(),
                });
                self.buckets.len() - 1
            });
            let records = &mut self.buckets[place].records;
            records.push(ReadyRecord { row, record, text });
            if records.len() == SLICE {
                return Ok(Some(self.buckets.swap_remove(place)));
            }
        }
        Ok(self.buckets.pop())
    }

    /// Which columns a row brings, less those that could not be read and are kept as they were.
    fn brought(&self, row: &SheetRow, record: &serde_json::Value, kept: &[Flaw]) -> Brought {
        let fields = self.opened.register.fields.iter();
        let columns = fields.zip(self.opened.columns).enumerate();
        columns
            .filter(|(_, (field, column))| self.is_brought(field, column.name, row, record))
            .filter(|(_, (_, column))| kept.iter().all(|flaw| flaw.field != column.name))
            .fold(0, |brought, (place, _)| brought | 1 << place)
    }

    fn headings_of(&self, brought: Brought) -> Vec<&'static str> {
        let columns = self.opened.columns.iter().enumerate();
        columns
            .filter(|(place, _)| brought >> place & 1 == 1)
            .map(|(_, column)| column.name)
            .collect()
    }

    /// Whether a row brings a column. A number by which a register identifies its rows is brought where the row says it, whatever its heading
    /// is: a blank cell takes none away.
    fn is_brought(
        &self,
        field: &Field,
        name: &'static str,
        row: &SheetRow,
        record: &serde_json::Value,
    ) -> bool {
        let is_headed = || row.heading(name).is_some() || self.headings.contains(&name);
        let is_number = matches!(field.kind, Kind::Code(_) | Kind::CreditCode);
        if !is_number || self.opened.register.identify.is_none() {
            return is_headed();
        }
        if matches!(field.usual, Usual::Identified) {
            return true;
        }
        !record[field.column].is_null() || !row.cell(name).is_blank() && is_headed()
    }

    /// Whether the file has had the key before: the same row again counts as unchanged, another one is rejected.
    fn is_repeated(
        &mut self,
        row: &SheetRow,
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
            let seen = FirstRow {
                sheet: row.sheet().map(str::to_owned),
                row: row.number,
                hash,
            };
            self.seen.insert(key, seen);
            return Ok(false);
        };
        if first.hash == hash {
            self.report.unchanged += 1;
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

    /// The column that is found where a row does not say it.
    fn identified_heading(&self) -> &'static str {
        let fields = self.opened.register.fields.iter();
        let found = fields.filter(|field| matches!(field.usual, Usual::Identified));
        found
            .map(|field| field.heading)
            .next()
            .unwrap_or_else(|| self.first_heading())
    }

    fn first_heading(&self) -> &'static str {
        self.opened.columns.first().map_or("", |column| column.name)
    }

    fn reject(&mut self, row: &SheetRow, flaw: Flaw) {
        if self.rejected_rows.len() < TO_MEND {
            let columns = self.opened.columns.iter();
            let cells = columns
                .map(|column| {
                    let heading = row.heading(column.name)?.to_owned();
                    Some((heading, row.cell(column.name).shown()))
                })
                .collect();
            self.rejected_rows.push(RejectedRow {
                cells,
                reason: format!("{}：{}", flaw.field, flaw.reason),
            });
        }
        self.report.rejected.push(flaw);
    }

    /// Gives each record the key of the one that it is, where the register identifies its rows; takes out those that only a person can place.
    async fn identify(
        &mut self,
        store: &Store,
        headings: &[&'static str],
        records: &mut Vec<ReadyRecord>,
    ) -> Result<(), Problem> {
        let (Some(identify), Some(key)) = (
            self.opened.register.identify,
            self.opened.table.key.first().copied(),
        ) else {
            return Ok(());
        };
        let given: Vec<&serde_json::Map<String, serde_json::Value>> = records
            .iter()
            .filter_map(|ready| ready.record.as_object())
            .collect();
        let identities = identify(store, &given, &mut self.identities, self.writes).await?;
        let all = std::mem::take(records);
        for (mut ready, identity) in all.into_iter().zip(identities) {
            let mut refused = flaw(&ready.row, self.identified_heading(), "");
            match identity {
                Identity::Known {
                    key: id,
                    written,
                    warning,
                } => {
                    if ready.record[key] != id || !written.is_empty() {
                        ready.record[key] = id.into();
                        for (column, value) in written {
                            ready.record[column] = value;
                        }
                        ready.text =
                            serde_json::to_string(&ready.record).map_err(Problem::internal)?;
                    }
                    if self.is_repeated(&ready.row, &ready.record, &ready.text)? {
                        continue;
                    }
                    if let Some(warning) = warning {
                        self.report.warnings.push(flaw(
                            &ready.row,
                            self.identified_heading(),
                            warning,
                        ));
                    }
                    records.push(ready);
                }
                Identity::Unclear(candidates) => {
                    refused.reason = match ready.record[key].is_null() {
                        true => NEEDS_CONFIRMATION.to_owned(),
                        false => SEVERAL_FIT.to_owned(),
                    };
                    // What its sheet does not have is not written when a person has placed it.
                    for field in self.opened.register.fields {
                        let is_blank = ready.record[field.column].is_null();
                        if (is_blank || !headings.contains(&field.heading))
                            && field.column != key
                            && let Some(record) = ready.record.as_object_mut()
                        {
                            record.remove(field.column);
                        }
                    }
                    refused.reason_code = Some("needs_confirmation".to_owned());
                    refused.candidates = candidates;
                    self.unplaced.push(ready.record);
                    self.reject(&ready.row, refused);
                }
                Identity::Ask(reason) => {
                    refused.reason = reason;
                    refused.reason_code = Some("needs_confirmation".to_owned());
                    self.reject(&ready.row, refused);
                }
                Identity::None(reason) => {
                    refused.reason = reason;
                    self.reject(&ready.row, refused);
                }
            }
        }
        Ok(())
    }

    /// Sets for each business that is named its number; takes out the records that name a code which several sites share.
    async fn find_enterprises(
        &mut self,
        store: &Store,
        records: &mut Vec<ReadyRecord>,
    ) -> Result<(), Problem> {
        if self.opened.register.names_itself() {
            return Ok(());
        }
        for field in self.opened.register.fields {
            if !matches!(field.kind, Kind::Uscc) {
                continue;
            }
            let written: Vec<&str> = records
                .iter()
                .filter_map(|ready| ready.record[field.column].as_str())
                .collect();
            let named = NamedEnterprises::find(store, &written).await?;
            let all = std::mem::take(records);
            for mut ready in all {
                let written = ready.record[field.column].as_str().map(str::to_owned);
                let number = written.as_deref().map(|written| named.number(written));
                match number {
                    Some(None) => {
                        let flaw = flaw(&ready.row, field.heading, SEVERAL_SITES);
                        self.reject(&ready.row, flaw);
                        continue;
                    }
                    Some(Some(number)) if written.as_ref() != Some(&number) => {
                        ready.record[field.column] = number.into();
                        ready.text =
                            serde_json::to_string(&ready.record).map_err(Problem::internal)?;
                    }
                    _ => {}
                }
                records.push(ready);
            }
        }
        Ok(())
    }

    /// Takes out the records that refer to something that is not there.
    async fn reject_strays(
        &mut self,
        store: &Store,
        records: &mut Vec<ReadyRecord>,
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
            let is_stray = |good: &mut ReadyRecord| {
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

    async fn doubt(
        &mut self,
        store: &Store,
        rows: &[SheetRow],
        records: &str,
    ) -> Result<(), Problem> {
        for doubt in self.opened.register.doubts {
            let sql = format!(
                "SELECT json_group_array(json_array(place, reason)) FROM ({})",
                doubt.sql
            );
            let doubtful: Vec<(usize, String)> = store.json(&sql, [records.into()]).await?;
            for (place, reason) in doubtful {
                if let Some(row) = rows.get(place) {
                    self.report
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
        let compared: ChangeCounts = store.json(sql, [slice.records.as_str().into()]).await?;
        self.count(slice.count, compared.created, compared.updated);
        Ok(())
    }

    /// Counts `count` records of which so many were created and updated.
    pub fn count(&mut self, count: u64, created: u64, updated: u64) {
        self.report.created += created;
        self.report.updated += updated;
        self.report.unchanged += count.saturating_sub(created + updated);
    }
}

/// A row is rejected once, with all that is wrong with it.
fn join_flaws(flaws: Vec<Flaw>) -> Option<Flaw> {
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
    let rows: Vec<WrittenRow> = store
        .all_meanwhile(sql, [records.into(), by.into(), at.into()])
        .await?;
    let created = rows.iter().filter(|row| row.created != 0).count() as u64;
    Ok((created, rows.len() as u64 - created))
}
