//! Text as offices type it.

use std::borrow::Cow;

/// Half-width letters, digits and signs for full-width ones, one space for any run of white space, none at the ends.
///
/// Chinese brackets and punctuation stay as they are, except the full-width forms of ASCII.
///
/// ```
/// assert_eq!(domain::text::tidy("　ＡＢ１２　 x\n"), "AB12 x");
/// assert_eq!(domain::text::tidy("湖州\u{200b}南浔\u{fffe}"), "湖州南浔");
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
    if is_plain_code(text) {
        return text.to_owned();
    }
    closed(text).map(|c| c.to_ascii_uppercase()).collect()
}

/// Codes of letters and digits alone: as [`code`], without the strokes and dots that are set between groups.
///
/// ```
/// assert_eq!(domain::text::plain_code("91330503-myyg3cwj9—4"), "91330503MYYG3CWJ94");
/// ```
pub fn plain_code(text: &str) -> String {
    if is_plain_code(text) {
        return text.to_owned();
    }
    let written = code(text);
    // The point and the sign of 9.13305E+17 say what became of the code.
    if has_lost_digits(&written) {
        return written;
    }
    written
        .chars()
        .filter(|c| !is_stroke(*c) && !matches!(c, '_' | '.' | '·' | '\'' | '‘' | '’'))
        .collect()
}

/// Most codes come as they are kept: capitals and digits, which need not be looked at one by one.
fn is_plain_code(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Any of the strokes that stand for a hyphen, also the ones a Chinese keyboard gives.
pub fn is_stroke(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2500}' | '\u{30fc}' | '\u{fe63}'
    )
}

/// A name as people would compare it: tidied, in small letters, without brackets, dots and spaces.
///
/// ```
/// assert_eq!(domain::text::comparable("湖州（南浔） ABC·食品"), "湖州南浔abc食品");
/// ```
pub fn comparable(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // Most letters of a name are Chinese, and stay as they are.
            '\u{4e00}'..='\u{9fff}' => name.push(c),
            _ if c.is_whitespace() || is_invisible(c) => {}
            _ => name.extend(
                Some(half_width(c))
                    .filter(|c| c.is_alphanumeric())
                    .into_iter()
                    .flat_map(char::to_lowercase),
            ),
        }
    }
    name
}

/// A character that [`tidy`] leaves as it is, wherever it stands.
fn is_plain(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => c.is_ascii_graphic(),
        // Chinese characters, and the punctuation that begins with 、 and 。
        '\u{3001}'..='\u{3163}' | '\u{3165}'..='\u{d7ff}' => true,
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

/// What shows nothing: control characters, marks of direction and joining, the fillers of other scripts, and the code points that
/// Unicode says are no characters, which no XML may hold.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || is_noncharacter(c)
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}')
}

fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

/// Whether nothing of a text can be seen.
///
/// ```
/// assert!(domain::text::is_blank(" \u{200b}\u{3164}\n"));
/// assert!(!domain::text::is_blank("店"));
/// ```
pub fn is_blank(text: &str) -> bool {
    closed(text).next().is_none()
}

/// A longer text as it was typed, less what XML 1.0 cannot hold: control characters other than tab and line ends, and code points
/// that are no characters. Marks that turn the direction of writing go too, for with them a text reads otherwise than it is.
///
/// ```
/// assert_eq!(domain::text::printable("一\u{fffe}二\u{b}\n三"), "一二\n三");
/// assert_eq!(domain::text::printable("某所\u{202e}所某"), "某所所某");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    let holds = |c: char| match c {
        '\t' | '\n' | '\r' => true,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => false,
        _ => !c.is_control() && !is_noncharacter(c),
    };
    match text.chars().all(holds) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.chars().filter(|c| holds(*c)).collect()),
    }
}

/// A cell of a public csv, so that a spreadsheet opens it as the text that it is: an apostrophe stands before what would be a formula
/// (`=`, `+`, `-`, `@`, tab, line end, also in full width) and before what would be a number and lose digits or the zeros in front: ten
/// and more digits, digits with one E, digits that begin with 0. Numbers of ours are not for this.
///
/// ```
/// use domain::text::guarded;
/// assert_eq!(guarded("=1+1"), "'=1+1");
/// assert_eq!(guarded("913305032000000000"), "'913305032000000000");
/// assert_eq!(guarded("913305031234567E11"), "'913305031234567E11");
/// assert_eq!(guarded("91330503MYYG3CWJ94"), "91330503MYYG3CWJ94");
/// ```
pub fn guarded(cell: &str) -> Cow<'_, str> {
    let formula = cell.starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '\'',
    ]);
    match formula || is_read_as_number(cell.trim()) {
        true => Cow::Owned(format!("'{cell}")),
        false => Cow::Borrowed(cell),
    }
}

/// Whether a spreadsheet takes a text for a number and shows another than its digits.
fn is_read_as_number(text: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (number, power) = match text.split_once(['E', 'e']) {
        Some((number, power)) => (number, Some(power)),
        None => (text, None),
    };
    let is_number = is_digits(&number.replacen('.', "", 1));
    match power {
        Some(power) => is_number && is_digits(power.trim_start_matches(['+', '-'])),
        None => is_number && (number.len() >= 10 || number.len() > 1 && number.starts_with('0')),
    }
}

/// Whether a tidied text is what offices put where there is nothing: `/`, 无, ——.
///
/// ```
/// use domain::text::is_placeholder;
/// assert!(is_placeholder("/") && is_placeholder("——") && is_placeholder("无") && is_placeholder("（无）"));
/// assert!(!is_placeholder("无名小店") && !is_placeholder("0"));
/// ```
pub fn is_placeholder(tidied: &str) -> bool {
    let inside = tidied.trim_matches(['(', ')', '（', '）', '[', ']', '【', '】', '<', '>']);
    matches!(
        inside,
        "无" | "暂无" | "没有" | "空" | "N/A" | "n/a" | "NA" | "无此项" | "不适用"
    ) || tidied.chars().all(|c| {
        matches!(
            c,
            '/' | '\\'
                | '|'
                | '-'
                | '_'
                | '.'
                | ','
                | '*'
                | '~'
                | '·'
                | '…'
                | '、'
                | '。'
                | '，'
                | '\u{2010}'
                ..='\u{2015}' | '\u{2212}' | '\u{2500}' | '\u{30fc}' | '（' | '）' | '(' | ')'
        )
    })
}

/// Whether a tidied text is a program's way of saying that it had no value: what was known before is not undone by it.
///
/// ```
/// use domain::text::is_missing_value;
/// assert!(is_missing_value("#N/A") && is_missing_value("NULL") && is_missing_value("nan") && is_missing_value("#REF!"));
/// assert!(!is_missing_value("#1 店"));
/// ```
pub fn is_missing_value(tidied: &str) -> bool {
    const WORDS: [&str; 9] = [
        "null",
        "nan",
        "none",
        "nil",
        "undefined",
        "nat",
        "<na>",
        "\\n",
        "#value",
    ];
    let small = tidied.to_ascii_lowercase();
    let inside = small
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'))
        .unwrap_or(&small);
    WORDS.contains(&inside)
        || (small.len() > 2
            && small.starts_with('#')
            && small.ends_with(['!', '?'])
            && !small.contains(' '))
        || small == "#n/a"
        || (small.starts_with("err:") && small[4..].bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a code or a telephone was kept as a number that is too long for it: `9.13305E+17`, `1.38E+10`.
///
/// ```
/// use domain::text::has_lost_digits;
/// assert!(has_lost_digits("9.13305E+17") && has_lost_digits("1.38e+10"));
/// assert!(!has_lost_digits("913305031000002000") && !has_lost_digits("E+10"));
/// ```
pub fn has_lost_digits(code: &str) -> bool {
    let Some((digits, power)) = code.split_once(['E', 'e']) else {
        return false;
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    power.strip_prefix('+').is_some_and(is_number) && is_number(&digits.replacen('.', "", 1))
}

/// What is told wherever a spreadsheet has lost digits.
pub const LOST_DIGITS: &str = "Excel 把它当作数字，只保留了前 15 位或显示成科学计数，原来的数字已经丢失；请把这一列设为“文本”格式，重新填写后再导入";
