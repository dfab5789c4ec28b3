//! Amounts of money, in 分: a fine is never a fraction that a computer rounds.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An amount in 分, not below zero.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Fen(pub u64);

/// Why a text is no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FenError {
    /// Not a number in a form that offices write.
    #[error("应为金额（元），例如 5000、5,000.50 或者 1.2万")]
    Form,
    /// The amount is larger than can be kept.
    #[error("金额太大")]
    TooLarge,
}

impl FromStr for Fen {
    type Err = FenError;

    /// Reads yuan as offices write them: `5000`, `5,000.50`, `￥5000元`, `1.2万元`.
    ///
    /// ```
    /// use domain::money::Fen;
    /// assert_eq!("1.2万元".parse(), Ok(Fen(1_200_000)));
    /// assert_eq!("￥5,000.5".parse(), Ok(Fen(500_050)));
    /// assert_eq!("人民币52,000.50元整".parse(), Ok(Fen(5_200_050)));
    /// assert!("-1".parse::<Fen>().is_err() && "1.234".parse::<Fen>().is_err() && "".parse::<Fen>().is_err());
    /// ```
    fn from_str(typed: &str) -> Result<Self, FenError> {
        let tidy = crate::text::code(typed).replace([',', '，'], "");
        let text = tidy.strip_prefix("人民币").unwrap_or(&tidy);
        let text = text.trim_start_matches(['￥', '¥']);
        let text = text.strip_suffix(['整', '正']).unwrap_or(text);
        let text = text.strip_suffix(['元', '圆']).unwrap_or(text);
        let (text, digits) = match text.strip_suffix('万') {
            Some(text) => (text, 6),
            None => (text, 2),
        };
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let part = part.trim_end_matches('0');
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_number(whole) || !is_number(part) || part.len() > digits {
            return Err(FenError::Form);
        }
        format!("{whole}{part:0<digits$}")
            .parse()
            .map(Self)
            .map_err(|_| FenError::TooLarge)
    }
}

impl fmt::Display for Fen {
    /// In yuan; two digits behind the point only where there are any.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 % 100 {
            0 => write!(out, "{}", self.0 / 100),
            rest => write!(out, "{}.{rest:02}", self.0 / 100),
        }
    }
}
