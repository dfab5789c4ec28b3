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
    /// Of each known column, what it may be called, as [`plain`] has it.
    names: Vec<Vec<String>>,
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
    let names: Vec<Vec<String>> = columns
        .iter()
        .map(|column| {
            std::iter::once(&column.name)
                .chain(column.synonyms)
                .map(|name| plain(name).collect())
                .collect()
        })
        .collect();
    let mut places = vec![None; columns.len()];
    let mut ignored = Vec::new();
    for (place, cell) in row.cells.iter().enumerate() {
        let Some(typed) = cell.text() else {
            continue;
        };
        // The first of two columns of one name counts.
        match names.iter().position(|names| is_called(&typed, names)) {
            Some(known) if places[known].is_none() => places[known] = Some(place),
            _ => ignored.push(typed),
        }
    }
    Header {
        places,
        names,
        ignored,
    }
}

fn is_called(typed: &str, names: &[String]) -> bool {
    names.iter().any(|name| plain(typed).eq(name.chars()))
}

/// A heading without spaces, stars, and the remark in brackets that offices add: 成立日期（必填）*.
fn plain(heading: &str) -> impl Iterator<Item = char> + '_ {
    text::closed(heading)
        .take_while(|c| !['（', '('].contains(c))
        .filter(|c| !['*', ':', '：'].contains(c))
}

impl Header {
    /// A row's cells in the order of the known columns.
    pub fn sort(&self, mut cells: Vec<Cell>) -> Vec<Cell> {
        self.places
            .iter()
            .map(|place| {
                place
                    .and_then(|place| cells.get_mut(place))
                    .map(std::mem::take)
                    .unwrap_or_default()
            })
            .collect()
    }

    /// Whether a row is data, not blank, a repeated header, a total or a signature.
    pub fn is_data(&self, cells: &[Cell]) -> bool {
        if cells.iter().all(is_blank) {
            return false;
        }
        let known = self.places.iter().flatten().count();
        let headings = self
            .places
            .iter()
            .zip(&self.names)
            .filter(
                |(place, names)| match place.and_then(|place| cells.get(place)) {
                    Some(Cell::Text(typed)) => is_called(typed, names),
                    _ => false,
                },
            )
            .count();
        if headings > 0 && headings * 2 >= known.min(4) {
            return false;
        }
        let begun: Vec<String> = cells.iter().filter_map(beginning).collect();
        if begun.iter().any(|typed| TOTALS.contains(&typed.as_str())) {
            return false;
        }
        // Beside a key it may be a business that is called so.
        let is_remark = |typed: &String| REMARKS.iter().any(|word| typed.starts_with(word));
        let key = self.places.first().copied().flatten();
        let key = key
            .and_then(|place| cells.get(place))
            .filter(|cell| !is_blank(cell));
        let key_is_remark = key.is_none_or(|key| beginning(key).as_ref().is_some_and(is_remark));
        !(key_is_remark && begun.iter().any(is_remark))
    }
}

fn is_blank(cell: &Cell) -> bool {
    match cell {
        Cell::Empty => true,
        Cell::Text(typed) => text::closed(typed).next().is_none(),
        Cell::Number(_) | Cell::Date(_) => false,
    }
}

/// Of a text, as much as the words of totals and remarks are long, and one letter more.
fn beginning(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(typed) => Some(text::closed(typed).take(5).collect()),
        _ => None,
    }
}
