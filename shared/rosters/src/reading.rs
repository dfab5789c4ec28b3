//! Reading one row, and noting what is wrong with it.

use chrono::NaiveDate;
use domain::license_number::LicenseNumberError;
use domain::money::Fen;
use domain::telephone::{self, TelephoneError};
use domain::words::Word;
use domain::{LicenseNumber, text};
use serde::{Deserialize, Serialize};
use sheets::{Content, Row};
use std::fmt::Display;
use std::str::FromStr;

/// A cell that cannot be taken, or can only with a doubt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flaw {
    /// Of a workbook with more than one sheet that was read.
    #[serde(default)]
    pub sheet: Option<String>,
    /// As Excel shows it.
    pub row: u32,
    /// The column's name.
    pub field: String,
    pub value: String,
    pub reason: String,
}

pub struct Reading<'r> {
    row: &'r Row,
    today: NaiveDate,
    pub(crate) rejected: Vec<Flaw>,
    pub(crate) warnings: Vec<Flaw>,
    /// What could not be read of an optional column, which keeps what was known; each has a warning.
    pub(crate) kept: Vec<Flaw>,
}

/// What a cell says to whoever reads a row.
enum Said {
    Blank,
    /// Nothing that can be taken, which has been noted.
    Noted,
    Text(String),
}

impl<'r> Reading<'r> {
    pub fn new(row: &'r Row, today: NaiveDate) -> Self {
        Self {
            row,
            today,
            rejected: Vec::new(),
            warnings: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// What cannot be taken, for whoever has nothing to go by but this row.
    pub fn into_rejected(self) -> Vec<Flaw> {
        self.rejected.into_iter().chain(self.kept).collect()
    }

    fn flaw(&self, heading: &str, reason: impl Display) -> Flaw {
        flaw(self.row, heading, reason)
    }

    pub fn reject(&mut self, heading: &str, reason: impl Display) {
        let flaw = self.flaw(heading, reason);
        if !self.rejected.contains(&flaw) {
            self.rejected.push(flaw);
        }
    }

    pub fn warn(&mut self, heading: &str, reason: impl Display) {
        let flaw = self.flaw(heading, reason);
        if !self.warnings.contains(&flaw) {
            self.warnings.push(flaw);
        }
    }

    /// Leaves the column as it was known, and says why.
    pub fn keep(&mut self, heading: &str, reason: impl Display) {
        let flaw = self.flaw(heading, format!("{reason}。这一格没有写入，原来的内容不变"));
        if !self.kept.contains(&flaw) {
            self.kept.push(flaw.clone());
            self.warnings.push(flaw);
        }
    }

    fn said(&mut self, heading: &str, required: bool) -> Said {
        let reason = match self.row.cell(heading).content() {
            Content::Blank => return Said::Blank,
            // Letters that no encoding gave.
            Content::Text(text) if text.contains('\u{fffd}') => {
                self.reject(
                    heading,
                    "含有无法识别的字符，请检查文件编码（另存为 UTF-8 的 csv 或 .xlsx）",
                );
                return Said::Noted;
            }
            Content::Text(text) => return Said::Text(text),
            Content::Missing(shown) => format!("单元格里是“{shown}”，不是内容，请在 Excel 里改正"),
            Content::LostDigits(_) => text::LOST_DIGITS.to_owned(),
            Content::TooLong(length) => format!(
                "有 {length} 个字，超过 Excel 单元格的上限 {} 个字，请缩短",
                sheets::LONGEST
            ),
        };
        match required {
            true => self.reject(heading, reason),
            false => self.keep(heading, reason),
        }
        Said::Noted
    }

    /// The cell's text; none where it is blank.
    pub fn text(&mut self, heading: &str) -> Option<String> {
        match self.said(heading, false) {
            Said::Text(text) => Some(text),
            Said::Blank | Said::Noted => None,
        }
    }

    /// The cell's text, of at most `longest` characters; a blank one is rejected.
    pub fn required_text(&mut self, heading: &str, longest: usize) -> Option<String> {
        match self.said(heading, true) {
            Said::Text(text) => {
                if text.chars().count() > longest {
                    self.reject(heading, format!("{heading}超过 {longest} 个字"));
                }
                Some(text)
            }
            Said::Blank => {
                self.reject(heading, format!("{heading}不能为空"));
                None
            }
            Said::Noted => None,
        }
    }

    /// The cell as a value of its own type; a blank one is rejected.
    pub fn required<T: FromStr<Err: Display>>(&mut self, heading: &str) -> Option<T> {
        let text = self.required_text(heading, 100)?;
        self.parsed(heading, &text)
    }

    /// The cell as a value of its own type; none where it is blank.
    pub fn optional<T: FromStr<Err: Display>>(&mut self, heading: &str) -> Option<T> {
        let text = self.text(heading)?;
        self.parsed(heading, &text)
    }

    fn parsed<T: FromStr<Err: Display>>(&mut self, heading: &str, text: &str) -> Option<T> {
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.reject(heading, error);
                None
            }
        }
    }

    /// The cell as one or several telephone numbers. What looks like none is taken as it is, with a warning; one that has lost
    /// digits is not.
    pub fn telephone(&mut self, heading: &str) -> Option<String> {
        let text = self.text(heading)?;
        match telephone::all(&text) {
            Ok(numbers) => Some(numbers),
            Err(error @ (TelephoneError::LostDigits | TelephoneError::LeadingZero)) => {
                self.keep(heading, error);
                None
            }
            Err(TelephoneError::Form | TelephoneError::Mobile) => {
                self.warn(heading, "不像电话号码，已按原样接受，请核对");
                Some(text)
            }
        }
    }

    /// The cell as the number of a food production licence. A number of another kind does not lose the row: it is left out.
    pub fn license_number(&mut self, heading: &str) -> Option<LicenseNumber> {
        let text = self.text(heading)?;
        match text.parse::<LicenseNumber>() {
            Ok(number) => {
                if let Some(expected) = number.doubt() {
                    self.warn(
                        heading,
                        format!("校验码不符（按规则末位应为 {expected}），已按原样接受，请核对"),
                    );
                }
                Some(number)
            }
            Err(error @ LicenseNumberError::Form) => {
                self.reject(heading, error);
                None
            }
            Err(error) => {
                self.keep(heading, error);
                None
            }
        }
    }

    /// The cell as an amount of yuan, or of 万元 where the heading says so and the cell names no unit of its own.
    pub fn money(&mut self, heading: &str) -> Option<Fen> {
        let text = self.text(heading)?;
        let in_wan = self
            .row
            .heading(heading)
            .is_some_and(|typed| typed.contains('万'));
        let text = match in_wan && !text.contains(['万', '元', '圆']) {
            true => format!("{text}万"),
            false => text,
        };
        self.parsed(heading, &text)
    }

    /// The cell as one of the words of its kind; none where it is blank.
    pub fn word<W: Word>(&mut self, heading: &str) -> Option<W> {
        let text = self.text(heading)?;
        let word = W::read(&text);
        if word.is_none() {
            let known: Vec<&str> = W::ALL.iter().map(|word| word.chinese()).collect();
            self.reject(heading, format!("应为：{}", known.join("、")));
        }
        word
    }

    /// 是 or 否; blank is 否.
    pub fn yes(&mut self, heading: &str) -> bool {
        match self.text(heading).as_deref() {
            Some("是" | "Y" | "y" | "√" | "1" | "true") => true,
            None | Some("否" | "N" | "n" | "×" | "0" | "false") => false,
            Some(_) => {
                self.reject(heading, "应为：是、否");
                false
            }
        }
    }

    /// The cell as a date that may well lie ahead: the end of a term.
    pub fn future_date(&mut self, heading: &str) -> Option<NaiveDate> {
        self.text(heading)?;
        match self.row.cell(heading).date() {
            Ok(date) => date,
            Err(error) => {
                self.reject(heading, error);
                None
            }
        }
    }

    /// The cell as a date; one that has not come yet is taken with a warning.
    pub fn date(&mut self, heading: &str) -> Option<NaiveDate> {
        let date = self.future_date(heading)?;
        if date > self.today {
            self.warn(heading, "这个日期还没有到，请核对");
        }
        Some(date)
    }
}

/// What is wrong with a cell of a row.
pub(crate) fn flaw(row: &Row, heading: &str, reason: impl Display) -> Flaw {
    Flaw {
        sheet: row.sheet().map(str::to_owned),
        row: row.number,
        field: heading.to_owned(),
        value: row.cell(heading).shown(),
        reason: reason.to_string(),
    }
}
