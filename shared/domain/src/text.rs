//! Text as offices type it.

/// Half-width letters, digits and signs for full-width ones, one space for any run of white space, none at the ends.
///
/// Chinese brackets and punctuation stay as they are, except the full-width forms of ASCII.
///
/// ```
/// assert_eq!(domain::text::tidy("　ＡＢ１２　 x\n"), "AB12 x");
/// assert_eq!(domain::text::tidy("湖州\u{200b}南浔"), "湖州南浔");
/// ```
pub fn tidy(text: &str) -> String {
    // Most cells are tidy as they come, and copying them whole is much faster than letter by letter.
    if text.chars().all(is_plain) {
        return text.to_owned();
    }
    let mut tidied = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        let c = half_width(c);
        if c.is_whitespace() {
            gap = !tidied.is_empty();
        } else if !is_invisible(c) {
            if gap {
                tidied.push(' ');
                gap = false;
            }
            tidied.push(c);
        }
    }
    tidied
}

/// The characters of a text as [`tidy`] has them, without any white space: 合　计 is 合计.
pub fn closed(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars()
        .map(half_width)
        .filter(|c| !c.is_whitespace() && !is_invisible(*c))
}

/// Codes: tidied, without any space, in capitals.
///
/// ```
/// assert_eq!(domain::text::code(" ９133 05ab "), "913305AB");
/// ```
pub fn code(text: &str) -> String {
    closed(text).map(|c| c.to_ascii_uppercase()).collect()
}

/// A name as people would compare it: tidied, in small letters, without brackets, dots and spaces.
///
/// ```
/// assert_eq!(domain::text::comparable("湖州（南浔） ABC·食品"), "湖州南浔abc食品");
/// ```
pub fn comparable(text: &str) -> String {
    closed(text)
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// A character that [`tidy`] leaves as it is, wherever it stands.
fn is_plain(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => c.is_ascii_graphic(),
        // Chinese characters, and the punctuation that begins with 、 and 。
        '\u{3001}'..='\u{d7ff}' => true,
        _ => half_width(c) == c && !c.is_whitespace() && !is_invisible(c),
    }
}

fn half_width(c: char) -> char {
    match c {
        // The full-width forms stand 0xFEE0 above ASCII. Brackets and commas are Chinese punctuation in names and scopes.
        '（' | '）' | '，' | '：' | '；' | '！' | '？' => c,
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}
