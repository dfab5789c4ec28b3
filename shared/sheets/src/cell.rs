//! One cell, and what it says.

use chrono::NaiveDate;
use domain::office_date::{self, Epoch, OfficeDateError};
use domain::text;
use std::borrow::Cow;

/// The most UTF-16 units that a cell of Excel can hold: what is longer could never be exported again.
pub const LONGEST: usize = 32_767;
/// Excel keeps 15 digits of a number; from here on some are lost.
const EXACT: f64 = 1e15;

/// One cell as the file has it.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    #[default]
    Empty,
    Text(String),
    /// A number without a format that says it is a date, and from which day its workbook counts.
    Number(f64, Epoch),
    Date(NaiveDate),
    /// A cell that has no value where it should have one, and how it is shown: `#N/A`.
    Unread(String),
}

/// What a cell says, once it is tidied.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Nothing, or what offices put where there is nothing.
    Blank,
    Text(String),
    /// An error value, or a word for it. What was known before is not undone by it.
    Missing(String),
    /// A number with more digits than Excel keeps, as Excel shows it.
    LostDigits(String),
    /// More than a cell can hold, in UTF-16 units.
    TooLong(usize),
}

impl Cell {
    /// What the cell says.
    pub fn content(&self) -> Content {
        match self {
            Self::Empty => Content::Blank,
            Self::Text(typed) => of_text(typed),
            Self::Number(number, _) if number.abs() < EXACT => Content::Text(plain(*number)),
            Self::Number(number, _) if number.is_finite() => {
                Content::LostDigits(scientific(*number))
            }
            Self::Number(number, _) => Content::Missing(number.to_string()),
            Self::Date(date) => Content::Text(date.to_string()),
            Self::Unread(shown) => Content::Missing(shown.clone()),
        }
    }

    /// The cell as tidy text; none where it is blank or has no value.
    pub fn text(&self) -> Option<String> {
        match self.content() {
            Content::Text(text) | Content::LostDigits(text) => Some(text),
            Content::Blank | Content::Missing(_) | Content::TooLong(_) => None,
        }
    }

    /// The cell as a date; none where it is blank or has no value.
    ///
    /// # Errors
    ///
    /// [`OfficeDateError`], whose text can be shown.
    pub fn date(&self) -> Result<Option<NaiveDate>, OfficeDateError> {
        match self {
            Self::Date(date) => Ok(Some(*date)),
            Self::Number(number, epoch) => office_date::from_excel(*number, *epoch).map(Some),
            _ => self
                .text()
                .map(|typed| office_date::parse(&typed))
                .transpose(),
        }
    }

    /// The cell as a person sees it, for an answer that names it.
    pub fn shown(&self) -> String {
        match self {
            Self::Text(typed) => text::tidy(typed),
            Self::Unread(shown) => shown.clone(),
            _ => self.text().unwrap_or_default(),
        }
    }

    /// Whether the cell says nothing.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(typed) => matches!(of_text(typed), Content::Blank),
            Self::Number(..) | Self::Date(_) | Self::Unread(_) => false,
        }
    }
}

fn of_text(typed: &str) -> Content {
    if typed.len() > LONGEST {
        let length = typed.encode_utf16().count();
        if length > LONGEST {
            return Content::TooLong(length);
        }
    }
    let tidied = text::tidy(typed);
    let said = without_mark(&tidied);
    if said.is_empty() || text::is_placeholder(said) {
        Content::Blank
    } else if text::is_missing_value(said) {
        Content::Missing(said.to_owned())
    } else if said.len() == tidied.len() {
        Content::Text(tidied)
    } else {
        Content::Text(said.to_owned())
    }
}

/// Without the apostrophe that tells Excel to take what follows for text, and that other programs write out.
fn without_mark(tidied: &str) -> &str {
    match tidied.strip_prefix(['\'', '‘', '’']) {
        Some(rest) if !rest.contains(['\'', '‘', '’']) => rest,
        _ => tidied,
    }
}

/// A number with the digits that Excel has of it: a sum in a formula is not 0.30000000000000004.
fn plain(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    // Zero has a sign that nobody wrote.
    (rounded + 0.0).to_string()
}

fn scientific(number: f64) -> String {
    let written = format!("{number:.14E}");
    match written.split_once('E') {
        Some((digits, power)) => {
            let digits = digits.trim_end_matches('0').trim_end_matches('.');
            format!("{digits}E+{power}")
        }
        None => written,
    }
}

/// What a cell holds of a longer text: as much as Excel takes, and a word that there is more.
pub(crate) fn shortened(text: &str) -> Cow<'_, str> {
    const MORE: &str = "……（超过 Excel 单元格的长度，余下部分请在系统里查看）";
    let text = text::printable(text);
    if text.len() <= LONGEST || text.encode_utf16().count() <= LONGEST {
        return text;
    }
    let mut left = LONGEST - MORE.encode_utf16().count();
    let kept: String = text
        .chars()
        .take_while(|c| {
            let fits = c.len_utf16() <= left;
            left = left.saturating_sub(c.len_utf16());
            fits
        })
        .collect();
    Cow::Owned(kept + MORE)
}
