//! The body, the list of annexes under it, and the annexes.

use crate::docx::tables::table;
use crate::docx::text::{blank, body, body_text, letters, line, run, spacing, title};
use crate::measures::{BODY, FANGSONG, HEITI, KAITI, LINE, Pt};
use crate::paper::{Annex, Block, OfficialPaper};
use crate::wording::{self, is_short};
use docx_rs::{AlignmentType, Docx, Paragraph, SpecialIndentType};

/// Adds the body and 附件说明. Their last paragraph is not parted from the issuer and the date.
pub fn add_body(mut docx: Docx, paper: &OfficialPaper) -> Docx {
    for (place, block) in paper.body.iter().enumerate() {
        let is_last = place + 1 == paper.body.len();
        docx = match block {
            Block::Heading(text) => docx.add_paragraph(body(text, HEITI).keep_next(true)),
            Block::Subheading(text) => docx.add_paragraph(body(text, KAITI).keep_next(true)),
            Block::Text(text) => {
                let is_kept = is_last && is_short(text);
                docx.add_paragraph(body_text(text).keep_next(is_last).keep_lines(is_kept))
            }
            Block::Table(rows) => docx.add_table(table(rows)),
        };
    }
    let names = wording::annex_names(&paper.annexes);
    for (place, (number, name)) in names.into_iter().enumerate() {
        docx = docx.add_paragraph(annex_name(place, number.as_deref(), name));
    }
    docx
}

/// A line of 附件说明: 左空二字, and what does not fit on it goes on under the first letter of the name.
fn annex_name(place: usize, number: Option<&str>, name: &str) -> Paragraph {
    let (before_number, is_first) = (5.0, place == 0);
    let room = number.map_or(0.0, |_| 1.0);
    let hanging = match is_first {
        true => 3.0 + room,
        false => room,
    };
    let above = match is_first {
        true => LINE,
        false => Pt(0.0),
    };
    let mut paragraph = blank(LINE)
        .line_spacing(spacing(LINE, above))
        .align(AlignmentType::Both)
        .indent(
            Some(letters(before_number + room)),
            Some(SpecialIndentType::Hanging(letters(hanging))),
            None,
            None,
        )
        .keep_next(true);
    if is_first {
        paragraph = paragraph.add_run(run("附件：", BODY, FANGSONG));
    }
    if let Some(number) = number {
        paragraph = paragraph.add_run(run(number, BODY, FANGSONG).add_tab());
    }
    paragraph.add_run(run(name, BODY, FANGSONG))
}

/// Adds an annex on a page of its own: 附件 at the top left, its name on the third line.
pub fn add_annex(mut docx: Docx, mark: &str, annex: &Annex) -> Docx {
    docx = docx.add_paragraph(
        line(mark, BODY, HEITI)
            .page_break_before(true)
            .keep_next(true),
    );
    for part in title(&annex.name, LINE) {
        docx = docx.add_paragraph(part);
    }
    docx = docx.add_paragraph(blank(LINE).keep_next(true));
    for text in &annex.opening {
        docx = docx.add_paragraph(body_text(text));
    }
    docx.add_table(table(&annex.table))
}
