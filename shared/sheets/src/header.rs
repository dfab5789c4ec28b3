//! Finding the header row, and telling data from what offices write around it.

use crate::cell::Cell;
use crate::column::{Column, ColumnAlias};
use crate::raw_row::RawRow;
use crate::row_source::RowSource;
use domain::text;

/// The header is looked for in so many rows.
const FIRST_ROWS: usize = 10;
/// A cell that says just this makes its row a total.
const TOTALS: [&str; 5] = ["合计", "总计", "小计", "共计", "累计"];
/// What a row of totals or signatures begins with.
const REMARKS: [&str; 23] = [
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
    "注：",
    "注:",
    "备注：",
    "备注:",
    "说明：",
    "填表说明",
    "以下空白",
    "单位负责人",
];

pub struct Header {
    /// The place in the sheet of each known column.
    pub places: Vec<Option<usize>>,
    /// The heading of each known column, as typed.
    pub typed: Vec<Option<String>>,
    /// Of each known column, what it may be called, as [`plain`] has it.
    names: Vec<Vec<String>>,
    pub ignored: Vec<String>,
}

/// No row that can be the header.
pub struct NoHeader {
    /// Which required columns the best row lacks.
    pub missing: Vec<&'static str>,
    /// What the row says that looks most like a header: the one with the most different texts.
    pub likely: Vec<String>,
}

impl NoHeader {
    /// The nearer of two.
    pub fn or(self, other: Option<Self>) -> Self {
        match other {
            Some(other)
                if (other.missing.len(), self.likely.len())
                    < (self.missing.len(), other.likely.len()) =>
            {
                other
            }
            _ => self,
        }
    }
}

/// What columns may be called.
#[derive(Clone, Copy)]
pub struct Known<'k> {
    pub columns: &'static [Column],
    pub called: &'k [ColumnAlias],
}

/// Reads up to the header, which may take two rows: groups, and the columns of each.
pub fn find(source: &mut RowSource, known: Known<'_>) -> Result<Header, NoHeader> {
    let columns = known.columns;
    let mut likely: Vec<String> = Vec::new();
    let mut best: Option<Vec<&'static str>> = None;
    let mut above: Option<RawRow> = None;
    for _ in 0..FIRST_ROWS {
        let Some(row) = source.next() else {
            break;
        };
        let texts = headings_of(&row);
        // A header comes before its data: a later row must say much more to be taken for it.
        if texts.len() > likely.len() * 2 || likely.len() < 2 && texts.len() > likely.len() {
            likely = texts;
        }
        let mut header = read(&alone(&row), known);
        if let Some(above) = &above {
            let grouped = read(&joined(above, &row), known);
            if grouped.known() > header.known() {
                header = grouped;
            }
        }
        let missing = header.missing(columns);
        if missing.is_empty() {
            if let Some(below) = source.peek()
                && header.is_above(below, columns)
            {
                let grouped = read(&joined(&row, below), known);
                if grouped.known() > header.known() && grouped.missing(columns).is_empty() {
                    source.next();
                    return Ok(grouped);
                }
            }
            return Ok(header);
        }
        if best.as_ref().is_none_or(|best| missing.len() < best.len()) {
            best = Some(missing);
        }
        above = Some(row);
    }
    let required = columns.iter().filter(|column| column.required);
    Err(NoHeader {
        missing: best.unwrap_or_else(|| required.map(|column| column.name).collect()),
        likely,
    })
}

/// The different texts of a row that can be headings; none of a row that has a date or a long number in it.
fn headings_of(row: &RawRow) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for cell in &row.cells {
        match cell {
            Cell::Text(_) | Cell::Empty => {}
            _ => return Vec::new(),
        }
        let Some(text) = cell.text() else {
            continue;
        };
        let digits = text.chars().filter(char::is_ascii_digit).count();
        if digits > 5 {
            return Vec::new();
        }
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

/// What each column may be called, the likeliest name first.
type Headings = Vec<Vec<String>>;

fn alone(row: &RawRow) -> Headings {
    row.cells
        .iter()
        .map(|cell| cell.text().into_iter().collect())
        .collect()
}

/// Of two rows: a column is called by its group and its own name (食品生产许可证 and 编号), by its own alone, or, where it has none
/// or stands in cells merged downwards, by the upper.
fn joined(upper: &RawRow, lower: &RawRow) -> Headings {
    let width = upper.cells.len().max(lower.cells.len());
    let text = |row: &RawRow, place: usize| row.cells.get(place).and_then(Cell::text);
    let mut group: Option<String> = None;
    (0..width)
        .map(|place| {
            let (over, own) = (text(upper, place), text(lower, place));
            if over.is_some() {
                group.clone_from(&over);
            }
            let span = upper
                .spans
                .iter()
                .find(|(left, right)| (*left..=*right).contains(&place));
            let over = match span {
                Some((left, _)) => text(upper, *left),
                // A group's name stands over the first of its columns.
                None => over.or_else(|| group.clone().filter(|_| own.is_some())),
            };
            match (over, own) {
                (Some(over), Some(own)) if over == own => vec![own],
                (Some(over), Some(own)) => vec![format!("{over}{own}"), own],
                (over, own) => own.or(over).into_iter().collect(),
            }
        })
        .collect()
}

fn read(headings: &Headings, known: Known<'_>) -> Header {
    let columns = known.columns;
    let names: Vec<Vec<String>> = columns
        .iter()
        .map(|column| {
            std::iter::once(&column.name)
                .chain(column.synonyms)
                .map(|name| plain(name).collect())
                .collect()
        })
        .collect();
    let mut header = Header {
        places: vec![None; columns.len()],
        typed: vec![None; columns.len()],
        names,
        ignored: Vec::new(),
    };
    for (place, called) in headings.iter().enumerate() {
        let Some(last) = called.last() else {
            continue;
        };
        let found = called.iter().find_map(|typed| {
            // What an office has said itself goes before what is known of all.
            let said = known
                .called
                .iter()
                .find(|called| text::closed(&called.heading).eq(text::closed(typed)))
                .and_then(|called| {
                    columns
                        .iter()
                        .position(|column| column.name == called.column)
                });
            let column = said.or_else(|| {
                header
                    .names
                    .iter()
                    .position(|names| is_called(typed, names))
            })?;
            Some((column, typed))
        });
        // The first of two columns of one name counts.
        match found {
            Some((column, typed)) if header.places[column].is_none() => {
                header.places[column] = Some(place);
                header.typed[column] = Some(typed.clone());
            }
            _ => header.ignored.push(last.clone()),
        }
    }
    header
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
    fn known(&self) -> usize {
        self.places.iter().flatten().count()
    }

    fn missing(&self, columns: &[Column]) -> Vec<&'static str> {
        columns
            .iter()
            .zip(&self.places)
            .filter(|(column, place)| column.required && place.is_none())
            .map(|(column, _)| column.name)
            .collect()
    }

    /// Whether the row below may be the second of the header: it says nothing of its own where the first has required columns.
    fn is_above(&self, below: &RawRow, columns: &[Column]) -> bool {
        let required = columns.iter().zip(self.places.iter().zip(&self.names));
        required
            .filter(|(column, _)| column.required)
            .filter_map(|(_, (place, names))| Some((below.cells.get((*place)?)?, names)))
            .all(|(cell, names)| cell.text().is_none_or(|typed| is_called(&typed, names)))
    }

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

    /// Whether a row is data, not blank (a running number alone is none), a repeated header, a total or a signature.
    pub fn is_data(&self, cells: &[Cell]) -> bool {
        let mut known_cells = self
            .places
            .iter()
            .flatten()
            .filter_map(|place| cells.get(*place));
        if known_cells.all(Cell::is_blank) {
            return false;
        }
        let known = self.known();
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
            .filter(|cell| !cell.is_blank());
        let key_is_remark = key.is_none_or(|key| beginning(key).as_ref().is_some_and(is_remark));
        !(key_is_remark && begun.iter().any(is_remark))
    }
}

/// Of a text, as much as the words of totals and remarks are long, and one letter more.
fn beginning(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(typed) => Some(text::closed(typed).take(5).collect()),
        _ => None,
    }
}
