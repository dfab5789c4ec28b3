//! Runs and paragraphs. Every run names its Chinese font and says by its hint that quotation marks and dashes, which belong to both scripts,
//! are Chinese.

use crate::measures::{self, BODY, CHARACTER, FANGSONG, LATIN, LINE, Pt, TIGHTENED, Typeface};
use docx_rs::{
    AlignmentType, LineSpacing, LineSpacingType, Paragraph, Run, RunFonts, SpecialIndentType,
};

/// The fonts of a run.
pub fn fonts(face: Typeface) -> RunFonts {
    RunFonts::new()
        .hint("eastAsia")
        .east_asia(face.word)
        .ascii(LATIN)
        .hi_ansi(LATIN)
        .cs(LATIN)
}

/// A run without text yet.
pub fn empty_run(size: Pt, face: Typeface) -> Run {
    let run = Run::new().size(size.half_points()).fonts(fonts(face));
    match size == BODY {
        true => run.character_spacing(-TIGHTENED.twips()),
        false => run,
    }
}

/// A run of text.
pub fn run(text: &str, size: Pt, face: Typeface) -> Run {
    empty_run(size, face).add_text(domain::text::printable(text))
}

/// The height of lines, with what is left free above the paragraph.
pub fn spacing(line: Pt, above: Pt) -> LineSpacing {
    LineSpacing::new()
        .line_rule(LineSpacingType::Exact)
        .line(line.twips())
        .before(above.twips().unsigned_abs())
        .after(0)
}

/// An empty paragraph whose lines are so high.
pub fn blank(line: Pt) -> Paragraph {
    Paragraph::new()
        .line_spacing(spacing(line, Pt(0.0)))
        .widow_control(false)
        .run_property(docx_rs::RunProperty::new().size(BODY.half_points()))
}

/// Lines of the body with nothing on them.
pub fn empty_lines(count: f64) -> Pt {
    LINE.times(count)
}

/// A paragraph of one run on lines of the body.
pub fn line(text: &str, size: Pt, face: Typeface) -> Paragraph {
    blank(LINE).add_run(run(text, size, face))
}

/// So many letters of the body, as an indent.
pub fn letters(count: f64) -> i32 {
    CHARACTER.times(count).twips()
}

/// 自然段: 左空二字, 回行顶格.
pub fn body(text: &str, face: Typeface) -> Paragraph {
    line(text, BODY, face).align(AlignmentType::Both).indent(
        None,
        Some(SpecialIndentType::FirstLine(letters(2.0))),
        None,
        None,
    )
}

/// 自然段 in 仿宋.
pub fn body_text(text: &str) -> Paragraph {
    body(text, FANGSONG)
}

/// 标题, line by line in the middle; nothing of it is left alone at the foot of a page.
pub fn title(text: &str, above: Pt) -> Vec<Paragraph> {
    crate::title::lines(text)
        .iter()
        .enumerate()
        .map(|(place, part)| {
            let above = match place {
                0 => above,
                _ => Pt(0.0),
            };
            line(part, measures::TITLE, measures::XIAOBIAOSONG)
                .line_spacing(spacing(LINE, above))
                .align(AlignmentType::Center)
                .keep_next(true)
        })
        .collect()
}
