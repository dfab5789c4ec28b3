//! The paper as a Word file. Measures are those of GB/T 9704: A4, margins of 37, 35, 28 and 26 mm, the title in 22 pt, the body in
//! 16 pt 仿宋 with 28 pt lines.

use crate::paper::Paper;
use docx_rs::{
    AlignmentType, BorderType, Docx, FieldCharType, Footer, InstrPAGE, InstrText, LineSpacing,
    LineSpacingType, PageMargin, Paragraph, Run, RunFonts, SpecialIndentType, Table, TableBorder,
    TableBorderPosition, TableBorders, TableCell, TableLayoutType, TableRow, VAlignType, WidthType,
};
use std::io::Cursor;

/// Sizes of letters, in half-points.
const MARK: usize = 72;
const TITLE: usize = 44;
const BODY: usize = 32;
const SMALL: usize = 24;
const PAGE_NUMBER: usize = 28;
/// The height of a line and the indent of a paragraph, in twentieths of a point.
const LINE: i32 = 560;
const INDENT: i32 = 640;
/// The width of the type area, 156 mm, in twips; and of the columns of the list.
const WIDTH: usize = 8844;
const COLUMNS: [usize; 5] = [700, 3344, 2100, 1200, 1500];
const RED: &str = "E60012";

/// The fonts of a run. Quotation marks and dashes belong to both scripts: the hint makes them Chinese.
fn fonts(name: &str) -> RunFonts {
    RunFonts::new()
        .hint("eastAsia")
        .east_asia(name)
        .ascii("Times New Roman")
        .hi_ansi("Times New Roman")
}

fn run(text: &str, size: usize, font: &str) -> Run {
    Run::new()
        .add_text(domain::text::printable(text))
        .size(size)
        .fonts(fonts(font))
}

fn paragraph(text: &str, size: usize, font: &str) -> Paragraph {
    Paragraph::new()
        .line_spacing(
            LineSpacing::new()
                .line_rule(LineSpacingType::Exact)
                .line(LINE.max(i32::try_from(size).unwrap_or(LINE) * 13)),
        )
        .add_run(run(text, size, font))
}

fn body(text: &str) -> Paragraph {
    paragraph(text, BODY, "仿宋_GB2312").indent(
        None,
        Some(SpecialIndentType::FirstLine(INDENT)),
        None,
        None,
    )
}

fn cell(text: &str, width: usize, font: &str) -> TableCell {
    TableCell::new()
        .width(width, WidthType::Dxa)
        .vertical_align(VAlignType::Center)
        .add_paragraph(Paragraph::new().add_run(run(text, SMALL, font)))
}

fn row(cells: [&str; 5], font: &str) -> TableRow {
    TableRow::new(
        cells
            .iter()
            .zip(COLUMNS)
            .map(|(text, width)| cell(text, width, font))
            .collect(),
    )
    .cant_split()
}

/// The page number, such as — 1 —, in 宋体 of 14 pt, one character from the edge: right on odd pages, left on even ones (GB/T 9704-2012, 7.5).
fn page_number(align: AlignmentType) -> Footer {
    let (left, right) = match align {
        AlignmentType::Left => (Some(PAGE_NUMBER as i32 * 10), None),
        _ => (None, Some(PAGE_NUMBER as i32 * 10)),
    };
    let plain = || Run::new().size(PAGE_NUMBER).fonts(fonts("宋体"));
    let number = plain()
        .add_field_char(FieldCharType::Begin, false)
        .add_instr_text(InstrText::PAGE(InstrPAGE::new()))
        .add_field_char(FieldCharType::Separate, false)
        .add_text("1")
        .add_field_char(FieldCharType::End, false);
    let paragraph = Paragraph::new()
        .align(align)
        .indent(left, None, right, None)
        .add_run(plain().add_text("— "))
        .add_run(number)
        .add_run(plain().add_text(" —"));
    Footer::new().add_paragraph(paragraph)
}

/// Has the header of the list repeat on each page: it is the first row that may not be cut. The library cannot say this.
fn repeat_header(document: Vec<u8>) -> Vec<u8> {
    const ROW: &str = "<w:cantSplit />";
    match String::from_utf8(document) {
        Ok(xml) => xml
            .replacen(ROW, &format!("{ROW}<w:tblHeader />"), 1)
            .into_bytes(),
        Err(error) => error.into_bytes(),
    }
}

/// Lines across the page, with `content` below the first of them.
fn ruled(
    positions: Vec<TableBorderPosition>,
    colour: &str,
    size: usize,
    content: Paragraph,
) -> Table {
    let borders = positions
        .into_iter()
        .fold(TableBorders::with_empty(), |borders, position| {
            borders.set(
                TableBorder::new(position)
                    .border_type(BorderType::Single)
                    .size(size)
                    .color(colour),
            )
        });
    let cell = TableCell::new()
        .width(WIDTH, WidthType::Dxa)
        .add_paragraph(content);
    Table::new(vec![TableRow::new(vec![cell])])
        .set_borders(borders)
        .width(WIDTH, WidthType::Dxa)
}

/// The paper as the bytes of a Word file.
///
/// # Errors
///
/// What the zip writer says; writing to memory does not fail.
pub fn write_docx(paper: &Paper) -> std::io::Result<Vec<u8>> {
    let mut docx = add_head(empty_document(), paper);
    for text in &paper.opening {
        docx = docx.add_paragraph(body(text));
    }
    docx = docx.add_table(line_table(paper));
    for text in &paper.closing {
        docx = docx.add_paragraph(body(text));
    }
    let docx = add_foot(docx, paper);
    let mut bytes = Cursor::new(Vec::new());
    let mut parts = docx.build();
    parts.document = repeat_header(parts.document);
    parts.pack(&mut bytes).map_err(std::io::Error::other)?;
    Ok(bytes.into_inner())
}

/// A document of A4 pages with their margins and page numbers. Measures are twips.
fn empty_document() -> Docx {
    Docx::new()
        .page_size(11906, 16838)
        .page_margin(
            PageMargin::new()
                .top(2098)
                .bottom(1985)
                .left(1588)
                .right(1474)
                .header(851)
                .footer(992)
                .gutter(0),
        )
        .footer(page_number(AlignmentType::Right))
        .even_footer(page_number(AlignmentType::Left))
}

/// Adds the mark, the number, the red line, the title and the addressee.
fn add_head(docx: Docx, paper: &Paper) -> Docx {
    docx.add_paragraph(
        Paragraph::new()
            .align(AlignmentType::Center)
            .add_run(run(&paper.mark, MARK, "方正小标宋简体").color(RED)),
    )
    .add_paragraph(paragraph(&paper.number, BODY, "仿宋_GB2312").align(AlignmentType::Center))
    .add_table(ruled(
        vec![TableBorderPosition::Top],
        RED,
        18,
        paragraph("", BODY, "仿宋_GB2312"),
    ))
    .add_paragraph(paragraph(&paper.title, TITLE, "方正小标宋简体").align(AlignmentType::Center))
    .add_paragraph(paragraph("", BODY, "仿宋_GB2312"))
    .add_paragraph(paragraph(&paper.addressee, BODY, "仿宋_GB2312"))
}

fn line_table(paper: &Paper) -> Table {
    let mut rows = vec![row(
        ["序号", "事项", "应完成日期", "责任人", "情况"],
        "黑体",
    )];
    for (place, line) in paper.lines.iter().enumerate() {
        let place = (place + 1).to_string();
        let cells = [
            place.as_str(),
            &line.subject,
            &line.due_on,
            &line.owed_by,
            &line.facts,
        ];
        rows.push(row(cells, "仿宋_GB2312"));
    }
    Table::new(rows)
        .set_grid(COLUMNS.to_vec())
        .width(WIDTH, WidthType::Dxa)
        .layout(TableLayoutType::Fixed)
}

/// Adds the issuer, the date and, between its lines, whom the paper is copied to.
fn add_foot(mut docx: Docx, paper: &Paper) -> Docx {
    for text in [&paper.issuer, &paper.date] {
        docx = docx.add_paragraph(
            paragraph(text, BODY, "仿宋_GB2312")
                .align(AlignmentType::Right)
                .indent(None, None, Some(INDENT), None),
        );
    }
    if paper.copies.is_empty() {
        return docx;
    }
    // The copies stand in one table with their lines, so that 版记 is not torn apart.
    let copies = format!("抄送：{}。", paper.copies);
    docx.add_paragraph(Paragraph::new()).add_table(ruled(
        vec![TableBorderPosition::Top, TableBorderPosition::Bottom],
        "000000",
        8,
        paragraph(&copies, 28, "仿宋_GB2312"),
    ))
}
