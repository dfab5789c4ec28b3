//! The measures of GB/T 9704-2012. Both writers set by these, so that the page and the Word file are the same paper.

use std::fmt;

/// A length in millimetres.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Mm(pub f64);

/// A length in points, as letters are measured.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Pt(pub f64);

impl Mm {
    /// The same in points.
    pub const fn points(self) -> Pt {
        Pt(self.0 * 72.0 / 25.4)
    }

    /// The same in twentieths of a point, as Word counts.
    pub const fn twips(self) -> i32 {
        self.points().twips()
    }

    /// How many letters of a size stand side by side.
    pub const fn in_letters(self, size: Pt) -> usize {
        (self.points().0 / size.0) as usize
    }
}

impl Pt {
    /// The same in twentieths of a point, to the nearest.
    pub const fn twips(self) -> i32 {
        (self.0 * 20.0).round() as i32
    }

    /// The same in halves of a point, as Word counts the sizes of letters.
    pub const fn half_points(self) -> usize {
        (self.0 * 2.0).round() as usize
    }

    /// The same in eighths of a point, as Word counts the strength of lines.
    pub const fn eighths(self) -> usize {
        (self.0 * 8.0).round() as usize
    }

    /// So many times the length.
    pub const fn times(self, count: f64) -> Self {
        Self(self.0 * count)
    }
}

impl fmt::Display for Mm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}mm", rounded(self.0))
    }
}

impl fmt::Display for Pt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}pt", rounded(self.0))
    }
}

/// To a thousandth, so that no style sheet is full of digits.
fn rounded(length: f64) -> f64 {
    (length * 1000.0).round() / 1000.0
}

/// The width of a page: A4.
pub const PAGE_WIDTH: Mm = Mm(210.0);
/// The height of a page.
pub const PAGE_HEIGHT: Mm = Mm(297.0);
/// 天头.
pub const TOP: Mm = Mm(37.0);
/// The margin below.
pub const BOTTOM: Mm = Mm(35.0);
/// 订口.
pub const LEFT: Mm = Mm(28.0);
/// The margin on the right.
pub const RIGHT: Mm = Mm(26.0);
/// 版心, across.
pub const AREA_WIDTH: Mm = Mm(156.0);
/// 版心, down.
pub const AREA_HEIGHT: Mm = Mm(225.0);
/// Lines on a page.
pub const LINES: usize = 22;
/// Letters on a line.
pub const CHARACTERS: usize = 28;

/// The height of a line: 22 of them fill the type area.
pub const LINE: Pt = Pt(28.95);
/// 三号, of the body.
pub const BODY: Pt = Pt(16.0);
/// What is taken from between letters of the body, so that 28 of them stand on a line.
pub const TIGHTENED: Pt = Pt(0.25);
/// 二号, of titles.
pub const TITLE: Pt = Pt(22.0);
/// 四号, of 版记 and of page numbers.
pub const SMALL: Pt = Pt(14.0);
/// 小四号, in tables.
pub const TABLE: Pt = Pt(12.0);
/// The height of a line in tables.
pub const TABLE_LINE: Pt = Pt(18.0);
/// The room around the text of a cell: beside it.
pub const CELL_SIDE: Pt = Pt(4.0);
/// The room around the text of a cell: above and below it.
pub const CELL_ABOVE: Pt = Pt(3.0);

/// The sizes of 发文机关标志: as large as its name allows, and never as large as 22 mm.
pub const MARK_SIZES: [Pt; 12] = [
    Pt(56.0),
    Pt(52.0),
    Pt(48.0),
    Pt(44.0),
    Pt(40.0),
    Pt(36.0),
    Pt(32.0),
    Pt(30.0),
    Pt(28.0),
    Pt(26.0),
    Pt(24.0),
    Pt(22.0),
];
/// From the top of the type area to the top of the mark.
pub const MARK_FROM_AREA: Mm = Mm(35.0);
/// From the number to the red line under it, and from the mark of a letter to its.
pub const ABOVE_RULE: Mm = Mm(4.0);
/// The strength of the red line.
pub const RULE: Pt = Pt(2.25);
/// The strength of the thin line of a double one, and of the gap in it.
pub const THIN_RULE: Pt = Pt(0.75);

/// 信函格式: from the top of the page to the top of the mark.
pub const LETTER_MARK_FROM_PAGE: Mm = Mm(30.0);
/// 信函格式: how long the red double lines are.
pub const LETTER_RULE_WIDTH: Mm = Mm(170.0);
/// 信函格式: from the lower double line to the end of the page.
pub const LETTER_RULE_FROM_FOOT: Mm = Mm(20.0);
/// 信函格式: from the upper double line to the number: 7/8 of a letter of the body.
pub const LETTER_BELOW_RULE: Pt = Pt(14.0);
/// 信函格式: how far the double lines stand out of the type area on the left.
pub const LETTER_OUT_LEFT: Mm = Mm(LEFT.0 - LETTER_SIDE.0);
/// 信函格式: how far they stand out on the right.
pub const LETTER_OUT_RIGHT: Mm = Mm(RIGHT.0 - LETTER_SIDE.0);
/// 信函格式: from the double lines to the edge of the page.
pub const LETTER_SIDE: Mm = Mm((PAGE_WIDTH.0 - LETTER_RULE_WIDTH.0) / 2.0);

/// Empty lines over the title.
pub const OVER_TITLE: f64 = 2.0;
/// Empty lines between the body and the issuer: the seal, 42 mm across, reaches up to the body by less than a line.
pub const SEAL_LINES: f64 = 2.0;
/// 右空四字.
pub const DATE_FROM_RIGHT: usize = 4;

/// From the type area to the dash of a page number.
pub const NUMBER_FROM_AREA: Mm = Mm(7.0);
/// The height of the line of a page number.
pub const NUMBER_LINE: Pt = Pt(16.0);
/// The height of a line of 版记.
pub const IMPRINT_LINE: Pt = Pt(24.0);
/// The strength of the first and the last line of 版记: 0.35 mm.
pub const IMPRINT_RULE: Pt = Pt(1.0);
/// The strength of the lines between: 0.25 mm.
pub const IMPRINT_THIN_RULE: Pt = Pt(0.75);

/// How high the two letters are that stand across a paper that does not hold.
pub const STAMP: Mm = Mm(55.0);

/// The red of mark and lines.
pub const RED: &str = "E60012";

/// A typeface by its name in Word, and by those that browsers find on the computers of offices.
#[derive(Debug, Clone, Copy)]
pub struct Typeface {
    /// The name that Word is told.
    pub word: &'static str,
    /// The names that a browser is told, the best first.
    pub css: &'static str,
}

/// 仿宋, of the body.
pub const FANGSONG: Typeface = Typeface {
    word: "仿宋_GB2312",
    css: "FangSong_GB2312, FangSong, STFangsong, \"Noto Serif CJK SC\", serif",
};
/// 小标宋, of marks and titles.
pub const XIAOBIAOSONG: Typeface = Typeface {
    word: "方正小标宋简体",
    css: "FZXiaoBiaoSong-B05S, STZhongsong, STSong, SimSun, \"Noto Serif CJK SC\", serif",
};
/// 黑体, of headings.
pub const HEITI: Typeface = Typeface {
    word: "黑体",
    css: "SimHei, STHeiti, \"Noto Sans CJK SC\", sans-serif",
};
/// 楷体, of headings below them and of the names of those who sign.
pub const KAITI: Typeface = Typeface {
    word: "楷体_GB2312",
    css: "KaiTi_GB2312, KaiTi, STKaiti, \"Noto Serif CJK SC\", serif",
};
/// 宋体, of page numbers.
pub const SONGTI: Typeface = Typeface {
    word: "宋体",
    css: "SimSun, STSong, \"Noto Serif CJK SC\", serif",
};
/// What letters that are not Chinese, and digits, are set in by Word.
pub const LATIN: &str = "Times New Roman";

/// The room of one letter of the body.
pub const CHARACTER: Pt = Pt(BODY.0 - TIGHTENED.0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_area_is_what_the_margins_leave_of_the_page() {
        assert_eq!(PAGE_WIDTH.0 - LEFT.0 - RIGHT.0, AREA_WIDTH.0);
        assert_eq!(PAGE_HEIGHT.0 - TOP.0 - BOTTOM.0, AREA_HEIGHT.0);
    }

    #[test]
    fn twenty_two_lines_of_twenty_eight_letters_fill_it_and_no_more_would() {
        let (lines, letters) = (LINES as f64, CHARACTERS as f64);
        assert!(LINE.times(lines).0 <= AREA_HEIGHT.points().0);
        assert!(LINE.times(lines + 1.0).0 > AREA_HEIGHT.points().0);
        assert!(CHARACTER.times(letters).0 <= AREA_WIDTH.points().0);
        assert!(CHARACTER.times(letters + 1.0).0 > AREA_WIDTH.points().0);
    }

    #[test]
    fn the_seal_reaches_up_to_the_body_by_less_than_a_line() {
        // Issuer and date lie a little below the middle of the seal: here by 3 mm.
        let middle = LINE.times(SEAL_LINES + 1.0).0 - Mm(3.0).points().0;
        let top = middle - Mm(21.0).points().0;
        assert!(top > 0.0 && top < LINE.0, "{top}");
    }

    #[test]
    fn lengths_are_written_as_style_sheets_and_word_read_them() {
        assert_eq!((LEFT.twips(), TOP.twips()), (1587, 2098));
        assert_eq!((BODY.half_points(), IMPRINT_RULE.eighths()), (32, 8));
        assert_eq!(format!("{TOP} {LINE}"), "37mm 28.95pt");
    }
}
