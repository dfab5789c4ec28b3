//! 主体编号: the permanent number of a place of business, which is never given twice. The first site under a credit code has the code
//! itself, further sites have `<code>-2`, `<code>-3`…; a business without a code has T and nine digits, the last a check digit.

use crate::text;
use crate::uscc::{Uscc, UsccError};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The most sites that one code can have.
const MOST_SITES: u32 = 9_999;

/// A number of a place of business.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EnterpriseNo {
    number: String,
    /// Whether the first site was written as such, with -1: then the code stands for it alone, and not for all sites.
    is_first: bool,
}

/// Why a text is no number of a place of business.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnterpriseNoError {
    /// No credit code stands where one should.
    #[error(transparent)]
    Code(#[from] UsccError),
    /// The number behind the code is no site.
    #[error("主体编号的“-”后面应是 1 到 9999 的序号")]
    Site,
    /// T without nine digits, or with a wrong check digit.
    #[error("没有信用代码的主体，编号是 T 和 9 位数字，请核对是否抄错")]
    Unlisted,
}

/// The check digit of eight digits: their sum with the weights 3, 7, 1 in turn, filled up to a whole ten.
fn check_digit(digits: &[u8]) -> u32 {
    let sum: u32 = digits
        .iter()
        .zip([3, 7, 1].iter().cycle())
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    (10 - sum % 10) % 10
}

impl EnterpriseNo {
    /// The number of the nth site under a code, counted from 1.
    pub fn of_site(code: Uscc, site: u32) -> Self {
        match site {
            0 | 1 => Self::plain(code.to_string()),
            _ => Self::plain(format!("{code}-{site}")),
        }
    }

    /// The nth number of those without a code, for n up to 99,999,999.
    ///
    /// ```
    /// use domain::enterprise_no::EnterpriseNo;
    /// assert_eq!(EnterpriseNo::without_code(1).as_str(), "T000000013");
    /// ```
    pub fn without_code(number: u32) -> Self {
        let digits = format!("{number:08}");
        Self::plain(format!("T{digits}{}", check_digit(digits.as_bytes())))
    }

    fn plain(number: String) -> Self {
        Self {
            number,
            is_first: false,
        }
    }

    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.number
    }

    /// The number as it was written, with -1 where the first site was named as such.
    ///
    /// ```
    /// use domain::enterprise_no::EnterpriseNo;
    /// let first: EnterpriseNo = "91330503MYYG3CWJ94-1".parse()?;
    /// assert_eq!((first.as_str(), &*first.as_written()), ("91330503MYYG3CWJ94", "91330503MYYG3CWJ94-1"));
    /// # Ok::<(), domain::enterprise_no::EnterpriseNoError>(())
    /// ```
    pub fn as_written(&self) -> String {
        match self.is_first {
            true => format!("{}-1", self.number),
            false => self.number.clone(),
        }
    }

    /// The credit code in it; none where there is no code.
    pub fn code(&self) -> Option<Uscc> {
        self.number.get(..18)?.parse().ok()
    }

    /// Whether it is the bare credit code, which stands for all sites under it.
    pub fn is_bare_code(&self) -> bool {
        self.number.len() == 18 && !self.is_first
    }
}

impl FromStr for EnterpriseNo {
    type Err = EnterpriseNoError;

    /// Reads a number as people write it. A stroke before the check digit of a code belongs to the code.
    ///
    /// ```
    /// use domain::enterprise_no::EnterpriseNo;
    /// let read = |typed: &str| typed.parse().map(|no: EnterpriseNo| no.to_string());
    /// assert_eq!(read("91330503MYYG3CWJ94"), Ok("91330503MYYG3CWJ94".into()));
    /// assert_eq!(read("91330503MYYG3CWJ94-1"), Ok("91330503MYYG3CWJ94".into()));
    /// assert_eq!(read("91330503MYYG3CWJ94－2"), Ok("91330503MYYG3CWJ94-2".into()));
    /// assert_eq!(read("91330503-MYYG3CWJ9-4"), Ok("91330503MYYG3CWJ94".into()));
    /// assert_eq!(read("t000000013"), Ok("T000000013".into()));
    /// assert!(read("T000000014").is_err());
    /// assert!(read("91330503MYYG3CWJ94-0").is_err());
    /// ```
    fn from_str(typed: &str) -> Result<Self, EnterpriseNoError> {
        let code = text::code(typed);
        if let Some(digits) = code.strip_prefix('T') {
            let bytes = digits.as_bytes();
            let is_number = bytes.len() == 9 && bytes.iter().all(u8::is_ascii_digit);
            return match is_number && check_digit(&bytes[..8]) == u32::from(bytes[8] - b'0') {
                true => Ok(Self::plain(code)),
                false => Err(EnterpriseNoError::Unlisted),
            };
        }
        let whole = match code.parse::<Uscc>() {
            Ok(code) => return Ok(Self::plain(code.to_string())),
            Err(error) => error,
        };
        let Some((before, site)) = code.rsplit_once(text::is_stroke) else {
            return Err(whole.into());
        };
        let Ok(before) = before.parse::<Uscc>() else {
            return Err(whole.into());
        };
        match site.parse::<u32>() {
            Ok(1) => Ok(Self {
                is_first: true,
                ..Self::of_site(before, 1)
            }),
            Ok(site @ 2..=MOST_SITES) => Ok(Self::of_site(before, site)),
            _ => Err(EnterpriseNoError::Site),
        }
    }
}

impl TryFrom<String> for EnterpriseNo {
    type Error = EnterpriseNoError;

    fn try_from(text: String) -> Result<Self, EnterpriseNoError> {
        text.parse()
    }
}

impl From<EnterpriseNo> for String {
    fn from(no: EnterpriseNo) -> Self {
        no.as_written()
    }
}

impl fmt::Display for EnterpriseNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.number)
    }
}
