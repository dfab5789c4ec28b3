//! 食品生产许可证编号: SC and 14 digits, the last of them a check digit (食品生产许可管理办法 第29条; GB/T 17710, MOD 11,10).

use crate::text;
use std::fmt;
use std::str::FromStr;

/// A number of the right form. Real ones break the rule of the check digit, so that is only a doubt, not an error.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LicenseNumber {
    number: String,
    expected: char,
}

/// Why a text is no licence number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LicenseNumberError {
    /// Not SC with 14 digits behind it.
    #[error("食品生产许可证编号应为 SC 加 14 位数字")]
    Form,
    /// A number of another kind, whose name is given.
    #[error("这是{0}，不是食品生产许可证编号（SC 加 14 位数字）")]
    Another(&'static str),
    /// Digits that a spreadsheet has lost.
    #[error("{}", text::LOST_DIGITS)]
    LostDigits,
}

/// What other numbers begin with, and what they are.
const OTHERS: [(&str, &str); 7] = [
    ("QS", "旧版生产许可证编号（QS，已停用）"),
    ("JY", "食品经营许可证编号（JY）"),
    ("YB", "仅销售预包装食品的备案编号（YB）"),
    ("SP", "旧版食品流通许可证编号（SP）"),
    ("XK", "工业产品生产许可证编号（XK）"),
    ("DJ", "登记证编号"),
    ("BA", "备案编号"),
];

impl LicenseNumber {
    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.number
    }

    /// The digit that the number should end in, where it ends in another.
    pub fn doubt(&self) -> Option<char> {
        (!self.number.ends_with(self.expected)).then_some(self.expected)
    }

    /// The category of the licensing catalogue: 101–131, or 201–203 for additives.
    pub fn category_code(&self) -> &str {
        &self.number[2..5]
    }
}

impl FromStr for LicenseNumber {
    type Err = LicenseNumberError;

    fn from_str(typed: &str) -> Result<Self, LicenseNumberError> {
        let number = text::plain_code(typed);
        if text::has_lost_digits(&number) {
            return Err(LicenseNumberError::LostDigits);
        }
        let another = OTHERS.iter().find(|(begins, _)| {
            number.strip_prefix(begins).is_some_and(|rest| {
                let digits = rest.chars().filter(char::is_ascii_digit).count();
                digits >= 8 && digits + 4 >= rest.chars().count()
            })
        });
        if let Some((_, what)) = another {
            return Err(LicenseNumberError::Another(what));
        }
        if ["餐证字", "食坊", "登字", "小作坊", "小餐饮", "小食杂"]
            .iter()
            .any(|word| number.contains(word))
        {
            return Err(LicenseNumberError::Another("餐饮服务许可证或登记证编号"));
        }
        let digits = number.strip_prefix("SC").ok_or(LicenseNumberError::Form)?;
        if digits.len() != 14 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(LicenseNumberError::Form);
        }
        let mut product = 10;
        for digit in digits.bytes().take(13) {
            let sum = match (product + u32::from(digit - b'0')) % 10 {
                0 => 10,
                sum => sum,
            };
            product = sum * 2 % 11;
        }
        let expected = char::from_digit((11 - product) % 10, 10).ok_or(LicenseNumberError::Form)?;
        Ok(Self { number, expected })
    }
}

impl fmt::Display for LicenseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.number)
    }
}
