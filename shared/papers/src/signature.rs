//! Where the issuer and the date stand.

use crate::measures::{CHARACTERS, DATE_FROM_RIGHT};
use crate::width;

/// How far the middle of issuer and date lies from the right edge of the type area, in halves of a letter: the date 右空四字 and the issuer
/// centred over it, unless the issuer is so long that it would stand out of the type area.
fn middle(issuer: &str, date: &str) -> usize {
    let half_of_date = width::of_text(date).div_ceil(2);
    let half_of_issuer = width::of_text(issuer).div_ceil(2);
    (DATE_FROM_RIGHT * 2 + half_of_date).max(half_of_issuer)
}

/// The indent from the left that centres issuer and date where they belong, in halves of a letter.
pub fn indent(issuer: &str, date: &str) -> usize {
    (CHARACTERS * 2).saturating_sub(middle(issuer, date) * 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_stands_four_letters_from_the_right_and_the_issuer_over_its_middle() {
        // 13 halves of date: its middle is 7 halves from its end, which is 8 halves from the edge.
        assert_eq!(middle("某区食药安办", "2026年10月8日"), 8 + 7);
        assert_eq!(indent("某区食药安办", "2026年10月8日"), 56 - 30);
    }

    #[test]
    fn a_long_issuer_moves_the_middle_and_never_leaves_the_type_area() {
        let long = "湖州市南浔区食品安全委员会办公室";
        assert_eq!(middle(long, "2026年10月8日"), 16);
        assert_eq!(indent(&"食".repeat(40), "2026年10月8日"), 0);
    }
}
