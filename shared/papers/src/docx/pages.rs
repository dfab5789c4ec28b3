//! The page: its size and margins, its number, and what stands over and under the type area.

use crate::docx::head::{mark, ruled};
use crate::docx::text::{blank, empty_run, fonts, spacing};
use crate::measures::{
    self, ABOVE_RULE, BOTTOM, LEFT, LETTER_MARK_FROM_PAGE, LETTER_OUT_LEFT, LETTER_OUT_RIGHT,
    LETTER_RULE_FROM_FOOT, NUMBER_FROM_AREA, NUMBER_LINE, Pt, RIGHT, SMALL, SONGTI, TOP,
};
use crate::paper::{Form, OfficialPaper, Standing};
use docx_rs::{
    AlignmentType, BorderType, Docx, FieldCharType, Footer, Header, InstrPAGE, InstrText,
    PageMargin, Paragraph, ParagraphBorderPosition, Run,
};

/// From the end of the page to the end of the line of its number.
fn number_from_foot() -> Pt {
    let dash = BOTTOM.points().0 - NUMBER_FROM_AREA.points().0;
    Pt(dash - NUMBER_LINE.0 / 2.0)
}

/// A document of A4 pages, with their margins and numbers.
pub fn set_up(docx: Docx, paper: &OfficialPaper) -> Docx {
    let is_letter = paper.form == Form::Letter;
    let foot = match is_letter {
        true => LETTER_RULE_FROM_FOOT.points(),
        false => number_from_foot(),
    };
    let margin = PageMargin::new()
        .top(TOP.twips())
        .bottom(BOTTOM.twips())
        .left(LEFT.twips())
        .right(RIGHT.twips())
        .header(LETTER_MARK_FROM_PAGE.twips())
        .footer(foot.twips())
        .gutter(0);
    // What the number stands higher than the footer does.
    let below = Pt(number_from_foot().0 - foot.0);
    let docx = docx
        .page_size(
            measures::PAGE_WIDTH.twips().unsigned_abs(),
            measures::PAGE_HEIGHT.twips().unsigned_abs(),
        )
        .page_margin(margin)
        .footer(page_number(AlignmentType::Right, below))
        .even_footer(page_number(AlignmentType::Left, below));
    let docx = match paper.standing {
        Standing::Issued => docx,
        Standing::Draft | Standing::Withdrawn => docx
            .header(Header::new().add_paragraph(blank(Pt(1.0))))
            .even_header(Header::new().add_paragraph(blank(Pt(1.0)))),
    };
    match is_letter {
        true => docx
            .first_header(letter_head(paper))
            .first_footer(letter_foot()),
        false => docx,
    }
}

/// The page number, such as — 1 —, one letter from the edge: right on odd pages, left on even ones.
fn page_number(align: AlignmentType, below: Pt) -> Footer {
    let edge = Some(SMALL.twips());
    let (left, right) = match align {
        AlignmentType::Left => (edge, None),
        _ => (None, edge),
    };
    let plain = || Run::new().size(SMALL.half_points()).fonts(fonts(SONGTI));
    let number = plain()
        .add_field_char(FieldCharType::Begin, false)
        .add_instr_text(InstrText::PAGE(InstrPAGE::new()))
        .add_field_char(FieldCharType::Separate, false)
        .add_text("1")
        .add_field_char(FieldCharType::End, false);
    let paragraph = Paragraph::new()
        .line_spacing(spacing(NUMBER_LINE, Pt(0.0)).after(below.twips().unsigned_abs()))
        .align(align)
        .indent(left, None, right, None)
        .add_run(empty_run(SMALL, SONGTI).add_text("— "))
        .add_run(number)
        .add_run(empty_run(SMALL, SONGTI).add_text(" —"));
    Footer::new().add_paragraph(paragraph)
}

/// The head of the first page of a letter: its mark 30 mm from the edge of the page, 4 mm under it a double line, thick over thin.
fn letter_head(paper: &OfficialPaper) -> Header {
    Header::new()
        .add_paragraph(out_of_area(mark(paper, Pt(0.0))))
        .add_paragraph(out_of_area(ruled(
            ABOVE_RULE.points(),
            ParagraphBorderPosition::Bottom,
            BorderType::ThickThinSmallGap,
        )))
}

/// The foot of the first page of a letter: a double line, thin over thick, 20 mm from the end of the page, and no number.
fn letter_foot() -> Footer {
    Footer::new().add_paragraph(out_of_area(ruled(
        Pt(1.0),
        ParagraphBorderPosition::Bottom,
        BorderType::ThinThickSmallGap,
    )))
}

/// Sets a paragraph as wide as the double lines are long.
fn out_of_area(paragraph: Paragraph) -> Paragraph {
    let (left, right) = (-LETTER_OUT_LEFT.twips(), -LETTER_OUT_RIGHT.twips());
    paragraph.indent(Some(left), None, Some(right), None)
}
