//! 统一社会信用代码 (GB 32100-2015): 18 characters, the last of them computed from the others.

use crate::text;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Digits and capitals without I, O, S, V and Z; a character's value is its place.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// 3^n mod 31 for the first 17 places.
const WEIGHTS: [usize; 17] = [
    1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
];

/// A code whose check digit is right.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Uscc([u8; 18]);

/// Why a text is no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UsccError {
    /// Not 18 characters; how many it has.
    #[error("统一社会信用代码应为 18 位，这里是 {0} 位")]
    Length(usize),
    /// A character that no code has, and its place counted from 1.
    #[error("第 {place} 位“{character}”不会出现在统一社会信用代码中")]
    Character {
        /// Counted from 1.
        place: usize,
        /// The code as it was typed.
        character: char,
    },
    /// The last character is not what the others make it.
    #[error("校验码不符：前 17 位对应的末位应为 {expected}，请核对是否抄错")]
    CheckDigit {
        /// What the code should end in.
        expected: char,
    },
    /// Zeros alone, which satisfy the check digit.
    #[error("18 个 0 不是统一社会信用代码")]
    Nobody,
    /// Digits that a spreadsheet has lost.
    #[error("{}", text::LOST_DIGITS)]
    LostDigits,
}

impl Uscc {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        // Only characters of the alphabet get in.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    fn check_digit(places: &[usize; 17]) -> u8 {
        let sum: usize = places
            .iter()
            .zip(WEIGHTS)
            .map(|(value, weight)| value * weight)
            .sum();
        ALPHABET[(31 - sum % 31) % 31]
    }
}

impl FromStr for Uscc {
    type Err = UsccError;

    /// Reads a code as offices write it: full-width, with spaces or hyphens, in small letters.
    fn from_str(typed: &str) -> Result<Self, UsccError> {
        let code = text::plain_code(typed);
        if text::has_lost_digits(&code) {
            return Err(UsccError::LostDigits);
        }
        let length = code.chars().count();
        if length != 18 {
            return Err(UsccError::Length(length));
        }
        let mut bytes = [0; 18];
        let mut values = [0; 18];
        for (place, character) in code.chars().enumerate() {
            let found = ALPHABET
                .iter()
                .position(|known| char::from(*known) == character);
            let value = found.ok_or(UsccError::Character {
                place: place + 1,
                character,
            })?;
            values[place] = value;
            bytes[place] = ALPHABET[value];
        }
        if values == [0; 18] {
            return Err(UsccError::Nobody);
        }
        let mut first = [0; 17];
        first.copy_from_slice(&values[..17]);
        let expected = Self::check_digit(&first);
        if bytes[17] != expected {
            return Err(UsccError::CheckDigit {
                expected: char::from(expected),
            });
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Uscc {
    type Error = UsccError;

    fn try_from(text: String) -> Result<Self, UsccError> {
        text.parse()
    }
}

impl From<Uscc> for String {
    fn from(code: Uscc) -> Self {
        code.as_str().to_owned()
    }
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
