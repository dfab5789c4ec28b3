//! 版头: the mark of the issuer, the number and the red lines; then the title and to whom the paper goes.

use crate::docx::text::{blank, empty_lines, empty_run, letters, line, run, spacing, title};
use crate::mark_size;
use crate::measures::{
    ABOVE_RULE, AREA_WIDTH, BODY, FANGSONG, KAITI, LETTER_BELOW_RULE, LINE, MARK_FROM_AREA,
    OVER_TITLE, Pt, RED, RULE, XIAOBIAOSONG,
};
use crate::paper::{Form, OfficialPaper};
use crate::wording;
use docx_rs::{
    AlignmentType, BorderType, Docx, Paragraph, ParagraphBorder, ParagraphBorderPosition,
    ParagraphBorders, Tab, TabValueType,
};

/// Adds what stands over the body. The mark of a letter stands higher than the type area: it is in the head of its first page.
pub fn add(mut docx: Docx, paper: &OfficialPaper) -> Docx {
    docx = match &paper.form {
        Form::Letter => add_letter_number(docx, paper),
        Form::Document => add_red_head(docx, paper, &[]),
        Form::Report { signers } => add_red_head(docx, paper, signers),
    };
    for part in title(&paper.title, empty_lines(OVER_TITLE)) {
        docx = docx.add_paragraph(part);
    }
    docx = docx.add_paragraph(blank(LINE));
    match wording::addressees(&paper.addressees) {
        Some(addressees) => docx.add_paragraph(line(&addressees, BODY, FANGSONG)),
        None => docx,
    }
}

/// The mark in red.
pub fn mark(paper: &OfficialPaper, above: Pt) -> Paragraph {
    let size = mark_size::fitting(&paper.mark);
    Paragraph::new()
        .align(AlignmentType::Center)
        .line_spacing(spacing(size.times(1.1), above))
        .add_run(run(&paper.mark, size, XIAOBIAOSONG).color(RED))
}

/// A paragraph with a red line at one of its edges, and nothing on it.
pub fn ruled(height: Pt, position: ParagraphBorderPosition, kind: BorderType) -> Paragraph {
    let mut paragraph = blank(height);
    let border = ParagraphBorder::new(position)
        .val(kind)
        .size(RULE.eighths())
        .space(0)
        .color(RED);
    paragraph.property = paragraph
        .property
        .set_borders(ParagraphBorders::with_empty().set(border));
    paragraph
}

/// 发文字号 of a letter: at the right edge, under the double line.
fn add_letter_number(docx: Docx, paper: &OfficialPaper) -> Docx {
    // A line is higher than its letters, and what it is higher counts as distance.
    let above = Pt(LETTER_BELOW_RULE.0 - (LINE.0 - BODY.0) / 2.0);
    let number = wording::number(&paper.number).unwrap_or_default();
    docx.add_paragraph(
        line(number, BODY, FANGSONG)
            .line_spacing(spacing(LINE, above))
            .align(AlignmentType::Right),
    )
}

/// The mark 35 mm under the edge of the type area, two lines under it the number, 4 mm under that the red line.
fn add_red_head(docx: Docx, paper: &OfficialPaper, signers: &[String]) -> Docx {
    let number = wording::number(&paper.number).unwrap_or_default();
    let number = match signers {
        [] => line(number, BODY, FANGSONG).align(AlignmentType::Center),
        _ => number_and_signers(number, signers),
    };
    let number = number.line_spacing(spacing(LINE, empty_lines(2.0)));
    docx.add_paragraph(mark(paper, MARK_FROM_AREA.points()))
        .add_paragraph(number)
        .add_paragraph(ruled(
            ABOVE_RULE.points(),
            ParagraphBorderPosition::Bottom,
            BorderType::Single,
        ))
}

/// Of a report upwards: the number 左空一字, and on the same line those who signed it 右空一字.
fn number_and_signers(number: &str, signers: &[String]) -> Paragraph {
    let edge = (AREA_WIDTH.twips() - letters(1.0)).unsigned_abs() as usize;
    line(number, BODY, FANGSONG)
        .indent(Some(letters(1.0)), None, None, None)
        .add_tab(Tab::new().val(TabValueType::Right).pos(edge))
        .add_run(empty_run(BODY, FANGSONG).add_tab())
        .add_run(run("签发人：", BODY, FANGSONG))
        .add_run(run(&signers.join("　"), BODY, KAITI))
}
