//! Workbooks out: one sheet with a header that stays in view and a filter on every column.

use crate::cell::shortened;
use rust_xlsxwriter::{Format, FormatAlign, Workbook, XlsxError};

/// A column of an export.
pub struct Heading {
    pub name: &'static str,
    /// In characters of Excel's standard font; a Chinese one takes two.
    pub width: u16,
}

/// A cell of an export.
pub enum Value<'v> {
    Text(&'v str),
    Number(f64),
    Blank,
}

impl<'v> From<Option<&'v str>> for Value<'v> {
    fn from(text: Option<&'v str>) -> Self {
        text.map_or(Self::Blank, Self::Text)
    }
}

/// Writes a workbook of one sheet. Text stays text: a cell that begins with `=` is no formula; one that is longer than a cell can
/// be says so at its end.
pub fn write<'v, R: IntoIterator<Item = Value<'v>>>(
    sheet_name: &str,
    headings: &[Heading],
    rows: impl IntoIterator<Item = R>,
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(sheet_name)?;
    let bold = Format::new().set_bold().set_align(FormatAlign::Center);
    for (column, heading) in (0_u16..).zip(headings) {
        sheet.write_string_with_format(0, column, heading.name, &bold)?;
        sheet.set_column_width(column, f64::from(heading.width))?;
    }
    let mut last = 0;
    for (row, cells) in (1_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                Value::Text(text) => sheet.write_string(row, column, shortened(text))?,
                Value::Number(number) => sheet.write_number(row, column, number)?,
                Value::Blank => continue,
            };
        }
        last = row;
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
