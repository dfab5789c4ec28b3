//! Telephone numbers as people type them, also with a Chinese keyboard.

use crate::text;
use std::fmt;
use std::str::FromStr;

/// How many digits a number has, its extension not counted.
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
/// What stands before an extension.
const EXTENSIONS: [&str; 6] = ["转", "分机", "EXT", "X", "#", "*"];

/// A number that can be dialled: digits, the stroke behind an area code, 转 before an extension.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Telephone(String);

/// Why a text is no telephone number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TelephoneError {
    /// Other characters, or too few or too many digits.
    #[error("电话应为 7 到 15 位数字，例如 13800000000 或者 0572-0000000，分机写作“转801”")]
    Form,
    /// A mobile number begins with 13 to 19.
    #[error("这不是手机号码，请核对（11 位，以 13 到 19 开头）")]
    Mobile,
    /// An area code without its zero.
    #[error(
        "电话少了区号开头的 0（Excel 会把它当作数字去掉），请写成 0572-0000000，并把这一列设为“文本”格式"
    )]
    LeadingZero,
    /// Digits that a spreadsheet has lost.
    #[error("{}", text::LOST_DIGITS)]
    LostDigits,
}

impl Telephone {
    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Telephone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Telephone {
    type Err = TelephoneError;

    /// Reads one number.
    ///
    /// ```
    /// use domain::telephone::{Telephone, TelephoneError};
    /// let read = |typed: &str| typed.parse().map(|telephone: Telephone| telephone.to_string());
    /// assert_eq!(read("１３８００００００００"), Ok("13800000000".into()));
    /// assert_eq!(read("（0572）1234567 转801"), Ok("0572-1234567转801".into()));
    /// assert_eq!(read("1.38E+10"), Err(TelephoneError::LostDigits));
    /// ```
    fn from_str(typed: &str) -> Result<Self, TelephoneError> {
        let code = text::code(typed);
        if text::has_lost_digits(&code) {
            return Err(TelephoneError::LostDigits);
        }
        // 一 is what a keyboard gives for a long stroke; no number in Chinese numerals has digits beside it.
        let even: String = code
            .chars()
            .map(|c| match c {
                '（' | '[' | '【' => '(',
                '）' | ']' | '】' => ')',
                '\'' | '‘' | '’' => ' ',
                '一' | '~' | '.' | '·' => '-',
                c if text::is_stroke(c) => '-',
                c => c,
            })
            .filter(|c| *c != ' ')
            .collect();
        let label = ["电话:", "手机:", "TEL:", "电话：", "手机：", "TEL："]
            .iter()
            .find_map(|label| even.strip_prefix(label));
        let even = label.unwrap_or(&even);
        let (number, extension) = split_extension(even);
        if !extension.bytes().all(|byte| byte.is_ascii_digit()) || extension.len() > 6 {
            return Err(TelephoneError::Form);
        }
        let mut number = plain(number)?;
        for country in ["+86-", "+86", "0086-", "0086"] {
            if let Some(rest) = number.strip_prefix(country) {
                let area = !rest.starts_with(['0', '1', '4', '8']) && rest.contains('-');
                number = format!("{}{rest}", if area { "0" } else { "" });
                break;
            }
        }
        check(&number)?;
        if extension.is_empty() {
            return Ok(Self(number));
        }
        Ok(Self(format!("{number}转{extension}")))
    }
}

/// A number and its extension: what stands behind a word or sign for it, or behind a second stroke.
fn split_extension(typed: &str) -> (&str, &str) {
    for sign in EXTENSIONS {
        if let Some((number, extension)) = typed.split_once(sign) {
            return (
                number.trim_end_matches(['-', '(', ',']),
                extension.trim_matches([':', '：', ')', '-']),
            );
        }
    }
    match typed.rsplit_once('-') {
        Some((number, extension))
            if number.contains('-')
                && (2..=6).contains(&extension.len())
                && number.starts_with('0')
                && number.bytes().filter(u8::is_ascii_digit).count() >= 10 =>
        {
            (number, extension)
        }
        _ => (typed, ""),
    }
}

/// Digits with one stroke behind an area code; a mobile number and others without any.
fn plain(typed: &str) -> Result<String, TelephoneError> {
    let mut number = String::with_capacity(typed.len());
    for (place, c) in typed.chars().enumerate() {
        match c {
            '0'..='9' => number.push(c),
            '+' if place == 0 => number.push(c),
            // (0572)1234567
            '(' => {}
            ')' | '-' => {
                if !number.is_empty() && !number.ends_with('-') {
                    number.push('-');
                }
            }
            _ => return Err(TelephoneError::Form),
        }
    }
    let number = number.trim_end_matches('-');
    let bare: String = number.chars().filter(|c| *c != '-').collect();
    // Groups help to read a mobile number, and say nothing.
    if bare.len() == 11 && bare.starts_with('1') {
        return Ok(bare);
    }
    Ok(number.to_owned())
}

fn check(number: &str) -> Result<(), TelephoneError> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    if !DIGITS.contains(&digits.len()) {
        return Err(TelephoneError::Form);
    }
    let begins = |with: &[&str]| with.iter().any(|with| digits.starts_with(with));
    match digits.len() {
        _ if number.starts_with('+') => Ok(()),
        11 if begins(&["10", "11", "12"]) => Err(TelephoneError::Mobile),
        11 if begins(&["1"]) => Ok(()),
        10 | 11 if !begins(&["0", "400", "800"]) => Err(TelephoneError::LeadingZero),
        _ => Ok(()),
    }
}

/// The numbers that citizens call, which may be short ones too, such as 12345 and 12315: as [`all`] has them.
///
/// ```
/// use domain::telephone::public_lines;
/// assert_eq!(public_lines("12345、0572-1234567"), Ok("12345、0572-1234567".into()));
/// assert!(public_lines("12").is_err());
/// ```
///
/// # Errors
///
/// [`TelephoneError`] of the first part that is none.
pub fn public_lines(typed: &str) -> Result<String, TelephoneError> {
    numbers(typed, |part| match is_short(part) {
        true => Ok(part.to_owned()),
        false => part.parse().map(|one: Telephone| one.0),
    })
}

/// A line that is dialled with three to six digits.
fn is_short(number: &str) -> bool {
    (3..=6).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// The numbers of a cell, which may hold several: each as [`Telephone`] has it, 、 between them.
///
/// ```
/// use domain::telephone::all;
/// assert_eq!(all("13800000000/0572—1234567"), Ok("13800000000、0572-1234567".into()));
/// assert!(all("13800000000、王").is_err());
/// ```
///
/// # Errors
///
/// [`TelephoneError`] of the first part that is none.
pub fn all(typed: &str) -> Result<String, TelephoneError> {
    numbers(typed, |part| part.parse().map(|one: Telephone| one.0))
}

/// Each number of a cell as `read` takes it.
fn numbers(
    typed: &str,
    read: impl Fn(&str) -> Result<String, TelephoneError>,
) -> Result<String, TelephoneError> {
    let tidied = text::tidy(typed);
    let error = match read(&tidied) {
        Ok(one) => return Ok(one),
        Err(error) => error,
    };
    let signs = ['/', '、', '，', ',', ';', '；', '|', '或'];
    let parts: Vec<&str> = match tidied.contains(signs) {
        true => tidied
            .split(signs)
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect(),
        false => tidied.split(' ').collect(),
    };
    if parts.len() < 2 {
        return Err(error);
    }
    let each: Result<Vec<String>, _> = parts.into_iter().map(read).collect();
    Ok(each?.join("、"))
}
