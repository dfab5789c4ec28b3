//! Tables, with their head on each page and no row broken. The head is marked by [`HEAD`] until the parts are finished, for the library has
//! no word for it.

use crate::docx::text::{run, spacing};
use crate::measures::{
    AREA_WIDTH, CELL_ABOVE, CELL_SIDE, FANGSONG, HEITI, Pt, TABLE, TABLE_LINE, Typeface,
};
use crate::table::{Section, Table as PaperTable};
use docx_rs::{
    AlignmentType, BorderType, HeightRule, Paragraph, Table, TableBorder, TableBorderPosition,
    TableBorders, TableCell, TableCellMargins, TableLayoutType, TableRow, VAlignType, WidthType,
};

/// The height by which the head of a table is known among its rows: a thousandth of a point more than none.
const HEAD_HEIGHT: f32 = 1.0;
/// How that height is written.
pub const HEAD: &str = "<w:trHeight w:val=\"1\" w:hRule=\"atLeast\" />";

const BORDERS: [TableBorderPosition; 6] = [
    TableBorderPosition::Top,
    TableBorderPosition::Bottom,
    TableBorderPosition::Left,
    TableBorderPosition::Right,
    TableBorderPosition::InsideH,
    TableBorderPosition::InsideV,
];

/// A table as wide as the type area.
pub fn table(content: &PaperTable) -> Table {
    let widths = content.widths();
    let borders = BORDERS
        .into_iter()
        .fold(TableBorders::with_empty(), |borders, position| {
            borders.set(
                TableBorder::new(position)
                    .border_type(BorderType::Single)
                    .size(4)
                    .color("000000"),
            )
        });
    let (side, above) = (twips(CELL_SIDE), twips(CELL_ABOVE));
    let mut rows = vec![head(content, &widths)];
    for section in &content.sections {
        rows.extend(section_rows(content, section, &widths));
    }
    Table::new(rows)
        .set_grid(widths)
        .width(twips(AREA_WIDTH.points()), WidthType::Dxa)
        .layout(TableLayoutType::Fixed)
        .margins(TableCellMargins::new().margin(above, side, above, side))
        .set_borders(borders)
}

fn twips(length: Pt) -> usize {
    length.twips().unsigned_abs() as usize
}

fn head(content: &PaperTable, widths: &[usize]) -> TableRow {
    let cells = content
        .columns
        .iter()
        .zip(widths)
        .map(|(column, width)| cell(&column.head, *width, HEITI, true, true))
        .collect();
    TableRow::new(cells)
        .row_height(HEAD_HEIGHT)
        .height_rule(HeightRule::AtLeast)
        .cant_split()
}

/// The rows of a section; its heading is not parted from the first of them.
fn section_rows(content: &PaperTable, section: &Section, widths: &[usize]) -> Vec<TableRow> {
    let heading = section.heading.as_ref().map(|heading| {
        let whole = cell(heading, widths.iter().sum(), HEITI, false, true);
        TableRow::new(vec![whole.grid_span(widths.len())]).cant_split()
    });
    let rows = section.rows.iter().map(|row| {
        let cells = content
            .columns
            .iter()
            .zip(row)
            .zip(widths)
            .map(|((column, text), width)| cell(text, *width, FANGSONG, column.is_short, false))
            .collect();
        TableRow::new(cells).cant_split()
    });
    heading.into_iter().chain(rows).collect()
}

fn cell(text: &str, width: usize, face: Typeface, is_centred: bool, leads: bool) -> TableCell {
    let align = match is_centred {
        true => AlignmentType::Center,
        false => AlignmentType::Left,
    };
    let paragraph = Paragraph::new()
        .line_spacing(spacing(TABLE_LINE, Pt(0.0)))
        .align(align)
        .keep_next(leads)
        .add_run(run(text, TABLE, face));
    TableCell::new()
        .width(width, WidthType::Dxa)
        .vertical_align(VAlignType::Center)
        .add_paragraph(paragraph)
}
