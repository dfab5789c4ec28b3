//! Reading one row, and noting what is wrong with it.

use chrono::NaiveDate;
use domain::words::Word;
use serde::{Deserialize, Serialize};
use sheets::Row;
use std::fmt::Display;
use std::str::FromStr;

/// A cell that cannot be taken, or can only with a doubt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flaw {
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
}

impl<'r> Reading<'r> {
    pub fn new(row: &'r Row, today: NaiveDate) -> Self {
        Self {
            row,
            today,
            rejected: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// What cannot be taken.
    pub fn into_rejected(self) -> Vec<Flaw> {
        self.rejected
    }

    fn flaw(&self, heading: &str, reason: impl Display) -> Flaw {
        Flaw {
            row: self.row.number,
            field: heading.to_owned(),
            value: self.row.text(heading).unwrap_or_default(),
            reason: reason.to_string(),
        }
    }

    pub fn reject(&mut self, heading: &str, reason: impl Display) {
        let flaw = self.flaw(heading, reason);
        self.rejected.push(flaw);
    }

    pub fn warn(&mut self, heading: &str, reason: impl Display) {
        let flaw = self.flaw(heading, reason);
        self.warnings.push(flaw);
    }

    /// The cell's text; none where it is blank. Letters that no encoding gave are rejected.
    pub fn text(&mut self, heading: &str) -> Option<String> {
        let text = self.row.text(heading)?;
        if text.contains('\u{fffd}') {
            self.reject(heading, "含有无法识别的字符，请检查文件编码");
        }
        Some(text)
    }

    /// The cell's text, of at most `longest` characters; a blank one is rejected.
    pub fn required_text(&mut self, heading: &str, longest: usize) -> Option<String> {
        let text = self.text(heading);
        match &text {
            None => self.reject(heading, format!("{heading}不能为空")),
            Some(text) if text.chars().count() > longest => {
                self.reject(heading, format!("{heading}超过 {longest} 个字"));
            }
            Some(_) => {}
        }
        text
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
