//! How wide a text is. Chinese letters and marks are as wide as they are high, the others about half of it.

/// The width of a letter, in halves of its height.
pub fn of_letter(letter: char) -> usize {
    match letter {
        '\0'..='\u{2ff}' => 1,
        _ => 2,
    }
}

/// The width of a text, in halves of the height of its letters.
pub fn of_text(text: &str) -> usize {
    text.chars().map(of_letter).sum()
}
