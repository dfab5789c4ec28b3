//! Workbooks in. Cells are streamed, so a sheet that claims a million columns costs nothing; what unpacks to too much is
//! refused before it is read.

use crate::{Cell, RawRow, SheetError, Source};
use calamine::{DataRef, Reader as _, Xlsx};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write};

/// What all parts may unpack to, and the one that is held in memory.
const UNPACKED: u64 = 400 << 20;
const UNPACKED_STRINGS: u64 = 48 << 20;
/// Excel's own bound on columns that we look at, and a bound on cells.
const COLUMNS: u32 = 256;
const CELLS: usize = 4_000_000;

pub fn sheets(bytes: &[u8]) -> Result<Vec<Source>, SheetError> {
    let merged = unpack_once(bytes)?;
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut sheets = Vec::new();
    let mut cells = 0;
    for name in workbook.sheet_names() {
        // A chart sheet has no cells.
        let Ok(rows) = rows(&mut workbook, &name, merged, &mut cells) else {
            continue;
        };
        sheets.push(Source::Xlsx(rows?.into_iter()));
    }
    Ok(sheets)
}

fn damaged(error: impl std::fmt::Display) -> SheetError {
    SheetError::Damaged(error.to_string())
}

/// Unpacks every part into nowhere, for sizes in a zip's directory can lie. Says whether cells may be merged: where none are, no
/// sheet need be read a second time to find them.
fn unpack_once(bytes: &[u8]) -> Result<bool, SheetError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut left = UNPACKED;
    let mut watch = Watch::default();
    for place in 0..archive.len() {
        let part = archive.by_index(place).map_err(damaged)?;
        let bound = if part
            .name()
            .is_ok_and(|name| name.ends_with("sharedStrings.xml"))
        {
            UNPACKED_STRINGS.min(left)
        } else {
            left
        };
        let unpacked = std::io::copy(&mut part.take(bound + 1), &mut watch).map_err(damaged)?;
        if unpacked > bound {
            return Err(SheetError::Unpacked(bound >> 20));
        }
        left -= unpacked;
    }
    Ok(watch.merged)
}

/// Looks for merged cells in what passes by.
#[derive(Default)]
struct Watch {
    merged: bool,
    /// The end of what passed by last.
    tail: Vec<u8>,
}

impl Write for Watch {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        const MERGED: &[u8] = b"mergeCell";
        if !self.merged {
            self.tail.extend_from_slice(piece);
            self.merged = memchr::memmem::find(&self.tail, MERGED).is_some();
            let past = self.tail.len().saturating_sub(MERGED.len() - 1);
            self.tail.drain(..past);
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

type Read = Result<Vec<RawRow>, SheetError>;

/// The rows of one sheet; the outer error is a sheet without cells.
fn rows(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    merged: bool,
    cells: &mut usize,
) -> Result<Read, calamine::XlsxError> {
    let merged = match merged {
        true => workbook.merge_cells_by_sheet_name(name).unwrap_or_default(),
        false => Vec::new(),
    };
    let mut grid: BTreeMap<u32, Vec<Cell>> = BTreeMap::new();
    let mut reader = workbook.worksheet_cells_reader(name)?;
    while let Some(cell) = reader.next_cell()? {
        let (row, column) = cell.get_position();
        let value = convert(cell.get_value());
        if value == Cell::Empty || column >= COLUMNS {
            continue;
        }
        *cells += 1;
        if *cells > CELLS {
            return Ok(Err(SheetError::Damaged(format!("单元格超过 {CELLS} 个"))));
        }
        put(grid.entry(row).or_default(), column, value);
    }
    // A value in merged cells holds for each of them: a town's name beside all its businesses.
    for region in merged {
        let Some(value) = grid
            .get(&region.start.0)
            .and_then(|cells| cells.get(region.start.1 as usize))
            .cloned()
        else {
            continue;
        };
        let rows: Vec<u32> = grid
            .range(region.start.0..=region.end.0)
            .map(|(row, _)| *row)
            .collect();
        for row in rows {
            let cells = grid.entry(row).or_default();
            if row != region.start.0 && region.start.1 < COLUMNS {
                put(cells, region.start.1, value.clone());
            }
        }
    }
    Ok(Ok(grid
        .into_iter()
        .map(|(row, cells)| RawRow {
            number: row + 1,
            cells,
        })
        .collect()))
}

fn put(cells: &mut Vec<Cell>, column: u32, value: Cell) {
    let column = column as usize;
    if cells.len() <= column {
        cells.resize(column + 1, Cell::Empty);
    }
    cells[column] = value;
}

fn convert(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty | DataRef::Error(_) => Cell::Empty,
        DataRef::String(text) => Cell::Text(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::Text(text.clone()),
        DataRef::Bool(true) => Cell::Text("是".into()),
        DataRef::Bool(false) => Cell::Text("否".into()),
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) => Cell::Number(*number),
        // Also right for workbooks that count from 1904.
        DataRef::DateTime(time) => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            NaiveDate::from_ymd_opt(year.into(), month.into(), day.into())
                .map_or(Cell::Empty, Cell::Date)
        }
    }
}
