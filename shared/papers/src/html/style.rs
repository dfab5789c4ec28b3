//! The style sheet, with the measures put where it names them.

use crate::foot;
use crate::html::MOST_FOOT_LINES;
use crate::measures::{
    ABOVE_RULE, AREA_HEIGHT, BODY, BOTTOM, CELL_ABOVE, CELL_SIDE, CHARACTER, DATE_FROM_RIGHT,
    FANGSONG, HEITI, IMPRINT_LINE, IMPRINT_RULE, IMPRINT_THIN_RULE, KAITI, LEFT, LETTER_BELOW_RULE,
    LETTER_MARK_FROM_PAGE, LETTER_OUT_LEFT, LETTER_OUT_RIGHT, LETTER_RULE_FROM_FOOT, LETTER_SIDE,
    LINE, MARK_FROM_AREA, MARK_SIZES, Mm, NUMBER_FROM_AREA, NUMBER_LINE, OVER_TITLE, PAGE_WIDTH,
    Pt, RED, RIGHT, RULE, SEAL_LINES, SMALL, SONGTI, STAMP, TABLE, TABLE_LINE, THIN_RULE,
    TIGHTENED, TITLE, TOP, XIAOBIAOSONG,
};
use std::sync::LazyLock;

/// The style sheet as it is written, each measure by its name between two pairs of braces.
const SHEET: &str = include_str!("../../assets/paper.css");

/// The style sheet.
pub static STYLE: LazyLock<String> = LazyLock::new(|| {
    let sheet = measures()
        .into_iter()
        .fold(SHEET.to_owned(), |sheet, (name, value)| {
            sheet.replace(&format!("{{{{{name}}}}}"), &value)
        });
    sheet + &mark_sizes() + &foot_rooms()
});

/// The measures by the names that the style sheet has for them.
fn measures() -> Vec<(&'static str, String)> {
    let number_above = Pt(NUMBER_FROM_AREA.points().0 - NUMBER_LINE.0 / 2.0);
    let letter_number_above = Pt(LETTER_BELOW_RULE.0 - (LINE.0 - BODY.0) / 2.0);
    let double_line = Mm((RULE.0 + 2.0 * THIN_RULE.0) * 25.4 / 72.0);
    let over_double_line = Mm(BOTTOM.0 - LETTER_RULE_FROM_FOOT.0 - double_line.0);
    let lengths_in_mm = [
        ("page-width", PAGE_WIDTH),
        ("top", TOP),
        ("bottom", BOTTOM),
        ("left", LEFT),
        ("right", RIGHT),
        ("area-height", AREA_HEIGHT),
        ("mark-from-area", MARK_FROM_AREA),
        ("above-rule", ABOVE_RULE),
        ("letter-top", LETTER_MARK_FROM_PAGE),
        ("letter-side", LETTER_SIDE),
        ("letter-left", LETTER_OUT_LEFT),
        ("letter-right", LETTER_OUT_RIGHT),
        ("letter-higher", Mm(TOP.0 - LETTER_MARK_FROM_PAGE.0)),
        ("letter-rule-from-foot", LETTER_RULE_FROM_FOOT),
        ("over-letter-rule", over_double_line),
        ("stamp", STAMP),
    ];
    let lengths_in_pt = [
        ("line", LINE),
        ("body", BODY),
        ("tightened", TIGHTENED),
        ("letter", CHARACTER),
        ("title", TITLE),
        ("small", SMALL),
        ("table", TABLE),
        ("table-line", TABLE_LINE),
        ("cell-side", CELL_SIDE),
        ("cell-above", CELL_ABOVE),
        ("rule", RULE),
        ("thin-rule", THIN_RULE),
        ("over-title", LINE.times(OVER_TITLE)),
        ("seal", LINE.times(SEAL_LINES)),
        ("two-lines", LINE.times(2.0)),
        ("two-letters", CHARACTER.times(2.0)),
        ("date-side", CHARACTER.times(DATE_FROM_RIGHT as f64)),
        ("letter-number-above", letter_number_above),
        ("number-line", NUMBER_LINE),
        ("number-above", number_above),
        ("imprint-line", IMPRINT_LINE),
        ("imprint-rule", IMPRINT_RULE),
        ("imprint-thin-rule", IMPRINT_THIN_RULE),
    ];
    let faces = [
        ("fangsong", FANGSONG),
        ("xiaobiaosong", XIAOBIAOSONG),
        ("heiti", HEITI),
        ("kaiti", KAITI),
        ("songti", SONGTI),
    ];
    let lengths_in_mm = lengths_in_mm.map(|(name, length)| (name, length.to_string()));
    let lengths_in_pt = lengths_in_pt.map(|(name, length)| (name, length.to_string()));
    let faces = faces.map(|(name, face)| (name, face.css.to_owned()));
    let mut measures = vec![("red", format!("#{RED}"))];
    measures.extend(lengths_in_mm);
    measures.extend(lengths_in_pt);
    measures.extend(faces);
    measures
}

/// A class for each size of the mark.
fn mark_sizes() -> String {
    MARK_SIZES
        .iter()
        .enumerate()
        .map(|(step, size)| format!(".official-paper .size-{step} {{ --mark: {size}; }}\n"))
        .collect()
}

/// A class for each height of 版记, by its lines.
fn foot_rooms() -> String {
    (1..=MOST_FOOT_LINES)
        .map(|lines| {
            let height = foot::height(lines);
            format!(".official-paper .lines-{lines} {{ height: {height}; }}\n")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_that_the_style_sheet_names_is_there_and_none_is_left_unused() {
        assert!(!STYLE.contains("{{") && !STYLE.contains("}}"), "{}", *STYLE);
        for (name, _) in measures() {
            assert!(SHEET.contains(&format!("{{{{{name}}}}}")), "{name}");
        }
    }
}
