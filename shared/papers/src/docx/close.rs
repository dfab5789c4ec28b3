//! What closes a paper: the issuer over the date with room for the seal, 附注, and 版记 at the foot of the last page.

use crate::docx::text::{blank, empty_lines, empty_run, letters, line, run, spacing};
use crate::measures::{
    AREA_WIDTH, BODY, FANGSONG, IMPRINT_LINE, IMPRINT_RULE, IMPRINT_THIN_RULE, LINE, Pt,
    SEAL_LINES, SMALL,
};
use crate::paper::{Form, OfficialPaper};
use crate::{foot, signature, wording};
use docx_rs::{
    AlignmentType, Docx, Paragraph, Shading, ShdType, SpecialIndentType, Tab, TabValueType,
};

/// Adds 署名, 成文日期 and 附注.
pub fn add_signature(docx: Docx, paper: &OfficialPaper) -> Docx {
    let date = wording::date(paper.signature.date);
    let indent = signature::indent(&paper.signature.issuer, &date) as f64 / 2.0;
    let signed = |text: &str, above: Pt| {
        line(text, BODY, FANGSONG)
            .line_spacing(spacing(LINE, above))
            .align(AlignmentType::Center)
            .indent(Some(letters(indent)), None, None, None)
            .keep_lines(true)
    };
    let issuer = signed(&paper.signature.issuer, empty_lines(SEAL_LINES)).keep_next(true);
    let docx = docx
        .add_paragraph(issuer)
        .add_paragraph(signed(&date, Pt(0.0)));
    match wording::contact(paper.contact.as_ref()) {
        Some(note) => docx.add_paragraph(line(&note, BODY, FANGSONG).indent(
            Some(letters(2.0)),
            None,
            None,
            None,
        )),
        None => docx,
    }
}

/// Adds 版记; of a letter 抄送 alone, without lines.
pub fn add_foot(docx: Docx, paper: &OfficialPaper) -> Docx {
    let copies = wording::copies(paper).map(|copies| copies_line(&copies));
    let imprint = foot::imprint(paper)
        .map(|imprint| imprint_line(&imprint.office, &wording::printed_on(imprint.date)));
    let mut lines: Vec<Paragraph> = Vec::new();
    for line in copies.into_iter().chain(imprint) {
        let strength = match lines.is_empty() {
            true => IMPRINT_RULE,
            false => IMPRINT_THIN_RULE,
        };
        lines.extend([rule(strength), line]);
    }
    if lines.is_empty() {
        return docx;
    }
    lines.push(rule(IMPRINT_RULE));
    let has_rules = paper.form != Form::Letter;
    let room = blank(foot::height(foot::lines(paper)));
    lines
        .into_iter()
        .enumerate()
        .filter(|(place, _)| has_rules || place % 2 == 1)
        .map(|(_, line)| at_foot(line))
        // Where there is no room for the frame below the text, this leads both to the next page.
        .fold(docx.add_paragraph(room), Docx::add_paragraph)
        // The frame stands on the page of the paragraph that follows it.
        .add_paragraph(blank(Pt(1.0)))
}

/// Sets a paragraph into the frame at the foot of the type area.
fn at_foot(line: Paragraph) -> Paragraph {
    line.frame_width(AREA_WIDTH.twips().unsigned_abs())
        .wrap("through")
        .h_anchor("margin")
        .v_anchor("margin")
        .x_align("left")
        .y_align("bottom")
}

/// A line of 版记, across the type area: a paragraph as high as the line is strong. A border would do in Word, but other programs take the
/// paragraph out of its frame for it.
fn rule(strength: Pt) -> Paragraph {
    let mut line = blank(strength);
    let black = Shading::new().shd_type(ShdType::Clear).fill("000000");
    line.property = line.property.shading(black);
    line
}

/// So many letters of 版记.
fn small_letters(count: f64) -> i32 {
    SMALL.times(count).twips()
}

fn small_line(text: &str) -> Paragraph {
    Paragraph::new()
        .line_spacing(spacing(IMPRINT_LINE, Pt(0.0)))
        .add_run(run(text, SMALL, FANGSONG))
}

/// 抄送, 左右各空一字; what does not fit goes on under the first name.
fn copies_line(copies: &str) -> Paragraph {
    small_line(&format!("抄送：{copies}")).indent(
        Some(small_letters(4.0)),
        Some(SpecialIndentType::Hanging(small_letters(3.0))),
        Some(small_letters(1.0)),
        None,
    )
}

/// 印发机关 左空一字 and 印发日期 右空一字.
fn imprint_line(office: &str, date: &str) -> Paragraph {
    let edge = (AREA_WIDTH.twips() - small_letters(1.0)).unsigned_abs() as usize;
    small_line(office)
        .indent(
            Some(small_letters(1.0)),
            None,
            Some(small_letters(1.0)),
            None,
        )
        .add_tab(Tab::new().val(TabValueType::Right).pos(edge))
        .add_run(empty_run(SMALL, FANGSONG).add_tab())
        .add_run(run(date, SMALL, FANGSONG))
}
