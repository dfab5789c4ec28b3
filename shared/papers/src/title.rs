//! The lines of a title: as few as hold it, of about the same length, and never broken where a reader would stumble.

use crate::measures::{AREA_WIDTH, TITLE};
use crate::width;

/// What never begins a line.
const CLOSES: &str = "）〕】》〉”’」』、，。；：！？%的";
/// What never ends a line.
const OPENS: &str = "（〔【《〈“‘「『";

/// The lines of a title.
pub fn lines(title: &str) -> Vec<String> {
    let most = AREA_WIDTH.in_letters(TITLE) * 2;
    let count = width::of_text(title).div_ceil(most).max(1);
    let wanted = width::of_text(title).div_ceil(count);
    let mut lines = vec![String::new()];
    let mut reached = 0;
    let letters: Vec<char> = title.chars().collect();
    for (place, letter) in letters.iter().copied().enumerate() {
        let own = width::of_letter(letter);
        let before = place.checked_sub(1).map(|before| letters[before]);
        let is_full = reached >= wanted || reached + own > most;
        if is_full && before.is_some_and(|before| may_break(before, letter)) {
            lines.push(String::new());
            reached = 0;
        }
        if let Some(line) = lines.last_mut() {
            line.push(letter);
        }
        reached += own;
    }
    lines
}

/// Whether a line may end between two letters.
fn may_break(before: char, after: char) -> bool {
    let in_word = before.is_ascii_alphanumeric() && after.is_ascii_alphanumeric();
    !in_word && !CLOSES.contains(after) && !OPENS.contains(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_title_stands_on_one_line() {
        assert_eq!(lines("关于季度督导未完成的提醒敦促函").len(), 1);
        assert_eq!(lines(""), [""]);
    }

    #[test]
    fn a_long_title_is_broken_into_lines_of_about_one_length() {
        let title = "关于浙江省湖州市南浔区云港街道食品安全包保督导工作事项连续两个季度逾期未完成的责令整改书";
        let lines = lines(title);
        assert_eq!(lines.concat(), title);
        let widths: Vec<usize> = lines.iter().map(|line| width::of_text(line)).collect();
        assert_eq!(lines.len(), 3);
        assert!(widths.iter().all(|width| (20..=40).contains(width)));
    }

    #[test]
    fn no_line_begins_with_a_closing_mark_and_no_number_is_torn() {
        let title = "关于2026年第三季度（7月至9月）食品安全包保督导工作情况的通报和下一步要求";
        for line in lines(title) {
            let first = line.chars().next().unwrap_or('一');
            assert!(!CLOSES.contains(first), "{line}");
        }
        let digits = "1".repeat(60);
        assert_eq!(lines(&digits).concat(), digits);
    }
}
