//! Workbooks out: one sheet with a header that stays in view and a filter on every column, written row by row.
//!
//! The library writes all that a workbook has beside its rows; it holds a whole sheet in memory, so the rows are written here, into the
//! place of a row that it has left for them.

use crate::cell::shortened;
use chrono::NaiveDate;
use quick_xml::escape::escape;
use rust_xlsxwriter::{Format, FormatAlign, Workbook as Skeleton, XlsxError};
use std::fmt::Write as _;
use std::io::{Cursor, Read as _, Write};
use std::sync::{Arc, Mutex, PoisonError};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// The most rows that a sheet of Excel has below its header.
pub const MOST: usize = 1_048_575;

/// The sheet in the file.
const SHEET: &str = "xl/worksheets/sheet1.xml";

/// A column of an export.
pub struct Heading<'h> {
    pub name: &'h str,
    /// In characters of Excel's standard font; a Chinese one takes two.
    pub width: u16,
}

/// A cell of an export. Text stays text: one that begins with `=` is no formula, and a long code keeps its digits; one that is longer
/// than a cell can be says so at its end.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Text(String),
    Number(f64),
    Date(NaiveDate),
    Blank,
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Blank, Self::Text)
    }
}

impl From<Option<NaiveDate>> for Cell {
    fn from(date: Option<NaiveDate>) -> Self {
        date.map_or(Self::Blank, Self::Date)
    }
}

/// Why a workbook was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The parts beside the rows.
    #[error("no workbook: {0}")]
    Skeleton(#[from] XlsxError),
    /// The file that they are put into.
    #[error("no file: {0}")]
    Zip(#[from] zip::result::ZipError),
    /// The same.
    #[error("not written: {0}")]
    Write(#[from] std::io::Error),
    /// The library writes sheets in another manner than it did.
    #[error("the library's sheet has no place for rows")]
    NoPlace,
}

/// A workbook that is being written.
pub struct Workbook {
    file: ZipWriter<StreamWriter<Pieces>>,
    pieces: Pieces,
    columns: Vec<String>,
    /// The number that the library has given to the look of dates.
    date_style: String,
    /// What of the sheet comes behind its rows.
    behind: String,
    rows: u32,
}

/// The bytes that are ready to be sent.
#[derive(Clone, Default)]
struct Pieces(Arc<Mutex<Vec<u8>>>);

impl Pieces {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut pieces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pieces.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Workbook {
    /// Begins a workbook whose one sheet will have so many rows.
    ///
    /// # Errors
    ///
    /// [`WriteError`].
    pub fn begin(
        sheet_name: &str,
        headings: &[Heading<'_>],
        rows: usize,
    ) -> Result<Self, WriteError> {
        let skeleton = skeleton(sheet_name, headings, rows)?;
        let mut skeleton = ZipArchive::new(Cursor::new(skeleton))?;
        let pieces = Pieces::default();
        let mut file = ZipWriter::new_stream(pieces.clone());
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let mut sheet = String::new();
        for number in 0..skeleton.len() {
            let mut part = skeleton.by_index(number)?;
            let name = part.name()?.into_owned();
            if name == SHEET {
                part.read_to_string(&mut sheet)?;
                continue;
            }
            file.start_file(name, options)?;
            std::io::copy(&mut part, &mut file)?;
        }
        let (before, rest) = sheet.split_once(MARK.0).ok_or(WriteError::NoPlace)?;
        let (date_style, behind) = of_mark(rest).ok_or(WriteError::NoPlace)?;
        file.start_file(SHEET, options)?;
        file.write_all(before.as_bytes())?;
        let columns = (0..headings.len()).map(column_name).collect();
        Ok(Self {
            file,
            pieces,
            columns,
            date_style,
            behind,
            rows: 1,
        })
    }

    /// Writes one row.
    ///
    /// # Errors
    ///
    /// [`WriteError`].
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), WriteError> {
        self.rows += 1;
        let number = self.rows;
        let mut row = format!("<row r=\"{number}\">");
        for (column, cell) in self.columns.iter().zip(cells) {
            // Writing to a string does not fail.
            let _ = match cell {
                Cell::Blank => Ok(()),
                Cell::Number(value) if value.is_finite() => {
                    write!(row, "<c r=\"{column}{number}\"><v>{value}</v></c>")
                }
                Cell::Number(value) => {
                    write!(row, "{}", text_cell(column, number, &value.to_string()))
                }
                Cell::Date(date) => match serial(*date) {
                    Some(day) => write!(
                        row,
                        "<c r=\"{column}{number}\" s=\"{}\"><v>{day}</v></c>",
                        self.date_style
                    ),
                    None => write!(row, "{}", text_cell(column, number, &date.to_string())),
                },
                Cell::Text(text) => write!(row, "{}", text_cell(column, number, text)),
            };
        }
        row.push_str("</row>");
        self.file.write_all(row.as_bytes())?;
        Ok(())
    }

    /// What is ready to be sent of the file.
    pub fn take(&self) -> Vec<u8> {
        self.pieces.take()
    }

    /// Ends the file, and gives what of it has not been taken.
    ///
    /// # Errors
    ///
    /// [`WriteError`].
    pub fn finish(mut self) -> Result<Vec<u8>, WriteError> {
        self.file.write_all(self.behind.as_bytes())?;
        self.file.finish()?;
        Ok(self.pieces.take())
    }
}

/// How the row begins that keeps the rows' place, and how it ends.
const MARK: (&str, &str) = ("<row r=\"2\"", "</sheetData>");

/// A workbook with all but its rows. In their place stands one of blank cells that look like dates, at the sheet's last row or its
/// second, so that the library knows how large the sheet is.
fn skeleton(sheet_name: &str, headings: &[Heading<'_>], rows: usize) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Skeleton::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(sheet_name)?;
    let bold = Format::new().set_bold().set_align(FormatAlign::Center);
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let last = u32::try_from(rows).unwrap_or(u32::MAX);
    for (column, heading) in (0_u16..).zip(headings) {
        sheet.write_string_with_format(0, column, heading.name, &bold)?;
        sheet.set_column_width(column, f64::from(heading.width))?;
        sheet.write_blank(1, column, &date)?;
        sheet.write_blank(last.max(1), column, &date)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    if let Some(width) = u16::try_from(headings.len())
        .ok()
        .and_then(|width| width.checked_sub(1))
    {
        sheet.autofilter(0, 0, last, width)?;
    }
    workbook.save_to_buffer()
}

/// The number of the look of the cells in the row that keeps the place, and what comes behind all rows.
fn of_mark(rest: &str) -> Option<(String, String)> {
    let (_, style) = rest.split_once(" s=\"")?;
    let (style, _) = style.split_once('"')?;
    let behind = rest.find(MARK.1)?;
    Some((style.to_owned(), rest[behind..].to_owned()))
}

fn text_cell(column: &str, row: u32, text: &str) -> String {
    let text = shortened(text);
    format!(
        "<c r=\"{column}{row}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
        escape(protected(&text).as_str())
    )
}

/// In a workbook `_x000D_` in a text stands for the character of that number (ECMA-376, ST_Xstring): who means the letters themselves
/// writes the stroke so.
fn protected(text: &str) -> String {
    let is_coded = |at: usize| {
        let code = text.as_bytes().get(at..at + 7);
        code.is_some_and(|code| {
            code[1] == b'x' && code[6] == b'_' && code[2..6].iter().all(u8::is_ascii_hexdigit)
        })
    };
    let mut protected = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        match letter {
            '_' if is_coded(at) => protected.push_str("_x005F_"),
            // A lone carriage return becomes a line feed where XML is read.
            '\r' => protected.push_str("_x000D_"),
            other => protected.push(other),
        }
    }
    protected
}

/// The day as Excel counts it, where it does: from 1 March 1900, before which it counts a day that never was.
fn serial(date: NaiveDate) -> Option<i64> {
    let first = NaiveDate::from_ymd_opt(1900, 3, 1)?;
    let days = date.signed_duration_since(first).num_days();
    (0..=2_958_404).contains(&days).then_some(days + 61)
}

/// A, B, … Z, AA, AB, …
fn column_name(number: usize) -> String {
    let letter = |number: usize| char::from(b'A' + u8::try_from(number % 26).unwrap_or(0));
    let mut name = String::new();
    let mut left = number;
    loop {
        name.insert(0, letter(left));
        if left < 26 {
            return name;
        }
        left = left / 26 - 1;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

    use super::*;

    #[test]
    fn days_and_columns_are_counted_as_excel_does() {
        let day = |text: &str| serial(text.parse().unwrap());
        assert_eq!(day("1900-03-01"), Some(61));
        assert_eq!(day("2026-03-01"), Some(46_082));
        assert_eq!(day("1900-02-28"), None);
        assert_eq!(day("9999-12-31"), Some(2_958_465));
        assert_eq!(
            [0, 25, 26, 701, 702].map(column_name),
            ["A", "Z", "AA", "ZZ", "AAA"]
        );
    }

    #[test]
    fn letters_that_a_workbook_would_take_for_a_code_stay_letters() {
        assert_eq!(protected("a_x000D_b_xyz_"), "a_x005F_x000D_b_xyz_");
        assert_eq!(protected("表_x4E00_"), "表_x005F_x4E00_");
    }
}
