//! Finding the header row, and telling data from what offices write around it.

use crate::{Cell, Column, RawRow, Source};
use domain::text;

/// The header is looked for in so many rows.
const FIRST_ROWS: usize = 10;
/// A cell that says just this makes its row a total.
const TOTALS: [&str; 5] = ["合计", "总计", "小计", "共计", "累计"];
/// What a row of totals or signatures begins with.
const REMARKS: [&str; 15] = [
    "合计",
    "总计",
    "小计",
    "共计",
    "累计",
    "制表",
    "填表",
    "填报",
    "审核",
    "复核",
    "审批",
    "经办",
    "单位盖章",
    "盖章",
    "签字",
];

pub struct Header {
    /// Of each known column, its place in the sheet.
    pub places: Vec<Option<usize>>,
    pub ignored: Vec<String>,
}

/// Reads up to the header row. Where there is none: which required columns the best row lacks.
pub fn find(source: &mut Source, columns: &[Column]) -> Result<Header, Vec<&'static str>> {
    let required = |header: &Header| -> Vec<&'static str> {
        columns
            .iter()
            .zip(&header.places)
            .filter(|(column, place)| column.required && place.is_none())
            .map(|(column, _)| column.name)
            .collect()
    };
    let mut best: Option<Vec<&'static str>> = None;
    for _ in 0..FIRST_ROWS {
        let Some(row) = source.next() else {
            break;
        };
        let header = read(&row, columns);
        let missing = required(&header);
        if missing.is_empty() {
            return Ok(header);
        }
        if best.as_ref().is_none_or(|best| missing.len() < best.len()) {
            best = Some(missing);
        }
    }
    Err(best.unwrap_or_else(|| {
        columns
            .iter()
            .filter(|column| column.required)
            .map(|column| column.name)
            .collect()
    }))
}

fn read(row: &RawRow, columns: &[Column]) -> Header {
    let mut places = vec![None; columns.len()];
    let mut ignored = Vec::new();
    for (place, cell) in row.cells.iter().enumerate() {
        let Some(typed) = cell.text() else {
            continue;
        };
        // The first of two columns of one name counts.
        match column_called(&typed, columns) {
            Some(known) if places[known].is_none() => places[known] = Some(place),
            _ => ignored.push(typed),
        }
    }
    Header { places, ignored }
}

fn column_called(typed: &str, columns: &[Column]) -> Option<usize> {
    let name = plain(typed);
    columns.iter().position(|column| {
        std::iter::once(&column.name)
            .chain(column.synonyms)
            .any(|known| plain(known) == name)
    })
}

/// A heading without spaces, stars, and the remark in brackets that offices add: 成立日期（必填）*.
fn plain(heading: &str) -> String {
    let tidied = text::tidy(heading);
    let named = tidied.split(['（', '(']).next().unwrap_or_default();
    named
        .chars()
        .filter(|c| !c.is_whitespace() && !"*:：".contains(*c))
        .collect()
}

impl Header {
    /// A row's cells in the order of the known columns.
    pub fn sort(&self, cells: &[Cell]) -> Vec<Cell> {
        self.places
            .iter()
            .map(|place| {
                place
                    .and_then(|place| cells.get(place))
                    .cloned()
                    .unwrap_or_default()
            })
            .collect()
    }

    /// Whether a row is data, not blank, a repeated header, a total or a signature.
    pub fn is_data(&self, raw: &[Cell], sorted: &[Cell], columns: &[Column]) -> bool {
        let texts: Vec<String> = raw.iter().filter_map(Cell::text).collect();
        if texts.is_empty() {
            return false;
        }
        let headings = sorted
            .iter()
            .zip(columns)
            .filter(|(cell, column)| {
                cell.text()
                    .and_then(|typed| column_called(&typed, std::slice::from_ref(column)))
                    .is_some()
            })
            .count();
        let known = self.places.iter().flatten().count();
        if headings > 0 && headings * 2 >= known.min(4) {
            return false;
        }
        if texts
            .iter()
            .any(|typed| TOTALS.contains(&closed(typed).as_str()))
        {
            return false;
        }
        // Beside a key it may be a business that is called so.
        let key = sorted.first().and_then(Cell::text);
        let remark = |typed: &str| REMARKS.iter().any(|word| closed(typed).starts_with(word));
        !(texts.iter().any(|typed| remark(typed)) && key.is_none_or(|key| remark(&key)))
    }
}

/// Without the spaces that spread a word: 合　计.
fn closed(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace()).collect()
}
