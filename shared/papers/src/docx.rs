//! The paper as a Word file.

mod close;
mod content;
mod head;
mod pages;
mod parts;
mod stamp;
mod tables;
mod text;

use crate::paper::OfficialPaper;
use crate::{measures, wording};
use docx_rs::{Docx, LineSpacing, LineSpacingType};
use std::io::Cursor;

/// The paper as the bytes of a Word file.
///
/// # Errors
///
/// What the zip writer says; writing to memory does not fail.
pub fn write(paper: &OfficialPaper) -> std::io::Result<Vec<u8>> {
    let mut docx = pages::set_up(Docx::new(), paper)
        .default_fonts(text::fonts(measures::FANGSONG))
        .default_size(measures::BODY.half_points())
        .default_line_spacing(
            LineSpacing::new()
                .line_rule(LineSpacingType::Exact)
                .line(measures::LINE.twips()),
        );
    docx = head::add(docx, paper);
    docx = content::add_body(docx, paper);
    docx = close::add_signature(docx, paper);
    for (place, annex) in paper.annexes.iter().enumerate() {
        let mark = wording::annex_mark(&paper.annexes, place);
        docx = content::add_annex(docx, &mark, annex);
    }
    docx = close::add_foot(docx, paper);
    let mut built = docx.build();
    parts::finish(&mut built, paper.standing);
    let mut bytes = Cursor::new(Vec::new());
    built.pack(&mut bytes).map_err(std::io::Error::other)?;
    Ok(bytes.into_inner())
}
