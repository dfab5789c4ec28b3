//! Workbooks in. Cells are streamed, so a sheet that claims a million columns costs nothing; what unpacks to too much is
//! refused before it is read.

use crate::cell::Cell;
use crate::error::SheetError;
use crate::number_format::{self, Shape};
use crate::raw_row::RawRow;
use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Style, Xlsx, XlsxError};
use chrono::Datelike as _;
use domain::office_date::{self, Epoch};
use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Read as _, Write};

/// What all parts may unpack to, and the one that is held in memory.
const UNPACKED: u64 = 400 << 20;
const UNPACKED_STRINGS: u64 = 48 << 20;
/// Between two tags stands a cell's text at the most, of which Excel takes 32,767 letters; what is longer would be held in memory.
const TEXT: usize = 1 << 20;
/// Columns that we look at, and a bound on cells, blank ones before the last of a row among them: each takes memory.
const COLUMNS: u32 = 256;
const CELLS: usize = 4_000_000;
/// Cells that are merged across columns matter in headers, which stand in the first rows.
const SPANNED_ROWS: u32 = 12;
/// What a cell shows whose formula has not been computed.
const NOT_COMPUTED: &str = "公式没有算出结果";

/// A sheet of a workbook.
pub struct Sheet {
    pub name: String,
    /// Its rows; none of a hidden sheet, which is not read.
    pub rows: Option<Vec<RawRow>>,
}

/// The sheets that have cells, in the order of their tabs.
pub fn sheets(bytes: &[u8]) -> Result<Vec<Sheet>, SheetError> {
    let watch = unpack_once(bytes)?;
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut sheets = Vec::new();
    let mut cells = 0;
    for sheet in workbook.sheets_metadata().to_vec() {
        if sheet.typ != SheetType::WorkSheet {
            continue;
        }
        let rows = match sheet.visible {
            SheetVisible::Visible => Some(rows(&mut workbook, &sheet.name, &watch, &mut cells)?),
            SheetVisible::Hidden | SheetVisible::VeryHidden => None,
        };
        sheets.push(Sheet {
            name: sheet.name,
            rows,
        });
    }
    Ok(sheets)
}

fn damaged(error: impl std::fmt::Display) -> SheetError {
    SheetError::Damaged(error.to_string())
}

/// Unpacks every part into nowhere, for sizes in a zip's directory can lie. Says what the sheets have that takes a second reading.
fn unpack_once(bytes: &[u8]) -> Result<Watch, SheetError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut left = UNPACKED;
    let mut watch = Watch::default();
    for place in 0..archive.len() {
        let part = archive.by_index(place).map_err(damaged)?;
        let name = part.name();
        let is = |end: &str| name.as_ref().is_ok_and(|name| name.ends_with(end));
        let bound = match is("sharedStrings.xml") {
            true => UNPACKED_STRINGS.min(left),
            false => left,
        };
        watch.begin(is(".xml") || is(".rels"));
        let unpacked = match std::io::copy(&mut part.take(bound + 1), &mut watch) {
            Ok(unpacked) => unpacked,
            Err(_) if watch.has_long_text() => return Err(SheetError::LongText),
            Err(error) => return Err(damaged(error)),
        };
        if unpacked > bound {
            return Err(SheetError::Unpacked(bound >> 20));
        }
        left -= unpacked;
    }
    Ok(watch)
}

/// Looks for merged cells, formulas and endless texts in what passes by.
#[derive(Default)]
struct Watch {
    merged: bool,
    formulas: bool,
    /// The end of what passed by last.
    tail: Vec<u8>,
    is_xml: bool,
    /// Bytes since a tag began.
    since_tag: usize,
    /// Bytes of the part so far, and whether it has a comment or the like, which may hold what looks like tags.
    bytes: u64,
    has_comment: bool,
    last: u8,
}

impl Watch {
    /// Another part is unpacked.
    fn begin(&mut self, is_xml: bool) {
        self.tail.clear();
        self.is_xml = is_xml;
        self.since_tag = 0;
        self.bytes = 0;
        self.has_comment = false;
        self.last = 0;
    }

    fn has_long_text(&self) -> bool {
        let may_be_one = self.has_comment && self.bytes > UNPACKED_STRINGS;
        self.is_xml && (self.since_tag > TEXT || may_be_one)
    }
}

impl Write for Watch {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        // Pieces are shorter than the bound, so a text that passes it is seen in the piece behind.
        match memchr::memchr(b'<', piece) {
            Some(first) => self.since_tag += first,
            None => self.since_tag += piece.len(),
        }
        self.bytes += piece.len() as u64;
        self.has_comment |= memchr::memmem::find(piece, b"<!").is_some()
            || (self.last == b'<' && piece.first() == Some(&b'!'));
        self.last = piece.last().copied().unwrap_or(self.last);
        if self.has_long_text() {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        if let Some(last) = memchr::memrchr(b'<', piece) {
            self.since_tag = piece.len() - last;
        }
        const MERGED: &[u8] = b"mergeCell";
        if !(self.merged && self.formulas) {
            self.tail.extend_from_slice(piece);
            self.merged |= memchr::memmem::find(&self.tail, MERGED).is_some();
            self.formulas |= [&b"<f"[..], b":f"].iter().any(|sign| {
                memchr::memmem::find_iter(&self.tail, sign).any(|place| {
                    let behind = self.tail.get(place + sign.len());
                    behind.is_some_and(|byte| matches!(byte, b'>' | b' ' | b'/'))
                })
            });
            let past = self.tail.len().saturating_sub(MERGED.len() - 1);
            self.tail.drain(..past);
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

type Grid = BTreeMap<u32, Vec<Cell>>;

/// The rows of one sheet.
fn rows(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    watch: &Watch,
    cells: &mut usize,
) -> Result<Vec<RawRow>, SheetError> {
    let merged = match watch.merged {
        true => workbook.merge_cells_by_sheet_name(name).unwrap_or_default(),
        false => Vec::new(),
    };
    let mut grid = Grid::new();
    let odd = read(workbook, name, &mut grid, cells)?;
    if watch.formulas || !odd.is_empty() {
        mark_unread(workbook, name, &mut grid, &odd, cells)?;
    }
    let mut spans: HashMap<u32, Vec<(usize, usize)>> = HashMap::new();
    for region in merged {
        let (top, left) = region.start;
        let (bottom, right) = (region.end.0, region.end.1.min(COLUMNS - 1));
        if top < SPANNED_ROWS && right > left {
            let span = (left as usize, right as usize);
            spans.entry(top).or_default().push(span);
        }
        // A value in merged cells holds for each row of them: a town's name beside all its businesses.
        let value = grid.get(&top).and_then(|cells| cells.get(left as usize));
        let Some(value) = value.filter(|_| left < COLUMNS).cloned() else {
            continue;
        };
        let rows: Vec<u32> = grid.range(top..=bottom).map(|(row, _)| *row).collect();
        for row in rows.into_iter().filter(|row| *row != top) {
            put(&mut grid, row, left, value.clone(), cells)?;
        }
    }
    Ok(grid
        .into_iter()
        .map(|(row, cells)| RawRow {
            number: row + 1,
            cells,
            spans: spans.remove(&row).unwrap_or_default(),
            broken: None,
        })
        .collect())
}

/// Fills the grid. Gives the cells, counted as the sheet has them, whose error value is younger than those that calamine knows.
fn read(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    grid: &mut Grid,
    cells: &mut usize,
) -> Result<BTreeMap<usize, String>, SheetError> {
    let epoch = match workbook.has_1904_epoch() {
        true => Epoch::From1904,
        false => Epoch::From1900,
    };
    let mut reader = match workbook.worksheet_cells_reader(name) {
        Ok(reader) => reader,
        // Macro sheets, and files whose part is missing.
        Err(XlsxError::NotAWorksheet(_) | XlsxError::WorksheetNotFound(_)) => {
            return Ok(BTreeMap::new());
        }
        Err(error) => return Err(damaged(error)),
    };
    let shapes: Vec<Shape> = reader.styles().iter().map(shape).collect();
    let mut odd = BTreeMap::new();
    for count in 0.. {
        let (cell, style) = match reader.next_cell_with_style_id() {
            Ok(Some(found)) => found,
            Ok(None) => break,
            Err(XlsxError::CellError(shown)) => {
                odd.insert(count, shown);
                continue;
            }
            Err(error) => return Err(damaged(error)),
        };
        let (row, column) = cell.get_position();
        let value = convert(cell.get_value(), shapes.get(style), epoch);
        if value == Cell::Empty || column >= COLUMNS {
            continue;
        }
        put(grid, row, column, value, cells)?;
    }
    Ok(odd)
}

/// Marks the cells that have no value where they should have one: formulas that nobody computed, and odd error values.
fn mark_unread(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    grid: &mut Grid,
    odd: &BTreeMap<usize, String>,
    cells: &mut usize,
) -> Result<(), SheetError> {
    let Ok(mut reader) = workbook.worksheet_cells_reader(name) else {
        return Ok(());
    };
    for count in 0.. {
        let Some(cell) = reader.next_formula().map_err(damaged)? else {
            break;
        };
        let (row, column) = cell.get_position();
        if column >= COLUMNS {
            continue;
        }
        let read = grid
            .get(&row)
            .and_then(|cells| cells.get(column as usize))
            .is_some_and(|cell| *cell != Cell::Empty);
        let shown = match odd.get(&count) {
            Some(shown) => shown,
            None if !read && !cell.get_value().is_empty() => NOT_COMPUTED,
            None => continue,
        };
        put(grid, row, column, Cell::Unread(shown.to_owned()), cells)?;
    }
    Ok(())
}

/// Puts a cell into its row; `cells` counts those of the whole workbook.
fn put(
    grid: &mut Grid,
    row: u32,
    column: u32,
    value: Cell,
    cells: &mut usize,
) -> Result<(), SheetError> {
    let column = column as usize;
    let row = grid.entry(row).or_default();
    if row.len() <= column {
        *cells += column + 1 - row.len();
        if *cells > CELLS {
            return Err(SheetError::TooManyCells(CELLS));
        }
        row.resize(column + 1, Cell::Empty);
    }
    row[column] = value;
    Ok(())
}

fn shape(style: &Style) -> Shape {
    match &style.number_format {
        Some(format) => Shape::of(format.format_id, &format.format_code),
        None => Shape::Plain,
    }
}

fn convert(value: &DataRef<'_>, shape: Option<&Shape>, epoch: Epoch) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Error(error) => Cell::Unread(error.to_string()),
        DataRef::String(text) => Cell::Text(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::Text(text.clone()),
        DataRef::Bool(true) => Cell::Text("是".into()),
        DataRef::Bool(false) => Cell::Text("否".into()),
        DataRef::Int(number) => of_number(*number as f64, shape, epoch),
        DataRef::Float(number) => of_number(*number, shape, epoch),
        DataRef::DateTime(time) if time.is_duration() => Cell::Number(time.as_f64(), epoch),
        DataRef::DateTime(time) => match office_date::of_date_cell(time.as_f64(), epoch) {
            Some(date) if shape == Some(&Shape::YearMonth) && date.day() == 1 => {
                Cell::Text(format!("{}年{}月", date.year(), date.month()))
            }
            Some(date) => Cell::Date(date),
            None => Cell::Number(time.as_f64(), epoch),
        },
    }
}

fn of_number(number: f64, shape: Option<&Shape>, epoch: Epoch) -> Cell {
    let padded = match shape {
        Some(Shape::Padded(pieces)) => number_format::shown(number, pieces),
        _ => None,
    };
    padded.map_or(Cell::Number(number, epoch), Cell::Text)
}
