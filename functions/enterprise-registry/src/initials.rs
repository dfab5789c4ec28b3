//! The initials of a name's pinyin: 湖州南浔 is hznx. Letters and digits stay.

use pinyin::ToPinyin as _;

/// Of a comparable name (`domain::text::comparable`). A character with several readings takes its most usual one.
pub fn initials(name: &str) -> String {
    name.chars()
        .filter_map(|c| match c.to_pinyin() {
            Some(reading) => reading.first_letter().chars().next(),
            None => Some(c).filter(char::is_ascii_alphanumeric),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn initials_are_one_letter_a_character() {
        assert_eq!(super::initials("湖州南浔abc食品7"), "hznxabcsp7");
    }
}
