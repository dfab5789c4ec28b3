//! How much room 版记 takes at the foot of the last page. Room for it is kept in the flow of the text, so that nothing stands where it is set.

use crate::measures::{AREA_WIDTH, IMPRINT_LINE, IMPRINT_RULE, Pt, SMALL};
use crate::paper::{Form, Imprint, OfficialPaper};
use crate::{width, wording};

/// 印发机关 and 印发日期, which a letter does not show.
pub fn imprint(paper: &OfficialPaper) -> Option<&Imprint> {
    paper
        .imprint
        .as_ref()
        .filter(|_| paper.form != Form::Letter)
}

/// How many lines it takes, at the most; none where there is nothing to say.
pub fn lines(paper: &OfficialPaper) -> usize {
    let on_line = AREA_WIDTH.in_letters(SMALL).saturating_sub(6) * 2;
    let copies =
        wording::copies(paper).map_or(0, |copies| width::of_text(&copies).div_ceil(on_line));
    copies + usize::from(imprint(paper).is_some())
}

/// How high so many lines are, with the three that are drawn.
pub fn height(lines: usize) -> Pt {
    Pt(IMPRINT_LINE.times(lines as f64).0 + 3.0 * IMPRINT_RULE.0)
}
