//! Reading one row or one form, and noting what is wrong with it.

use crate::field::{Field, Kind, Usual, Words};
use crate::identity::Candidate;
use crate::list::Item;
use crate::record_values::Record;
use chrono::NaiveDate;
use domain::license_number::LicenseNumberError;
use domain::money::Fen;
use domain::telephone::{self, TelephoneError};
use domain::words::Word;
use domain::{EnterpriseNo, LicenseNumber, office_date, text};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sheets::{Content, LONGEST, SheetRow};
use std::fmt::Display;
use std::str::FromStr;

/// The digits of an old registration number (注册号).
pub const OLD_NUMBER: usize = 15;

/// A cell that cannot be taken, or can only with a doubt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flaw {
    /// The sheet, where more than one of the workbook was read.
    #[serde(default)]
    pub sheet: Option<String>,
    /// The number that Excel shows.
    pub row: u32,
    /// The column's name.
    pub field: String,
    pub value: String,
    pub reason: String,
    /// What programs go by, where they can do something about it: `needs_confirmation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// What the row may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
}

/// Where the values come from.
#[derive(Clone, Copy)]
enum Source<'r> {
    Sheet(&'r SheetRow),
    /// A form, or a document that asks the same.
    Form {
        given: &'r Item,
        /// The only towns that they may name; none is any.
        towns: Option<&'r [String]>,
    },
}

/// Which columns somebody has just given who can mend at once what is wrong with them.
enum Mendable {
    /// A sheet's: who sends it in has not written it.
    Nothing,
    Columns(Vec<&'static str>),
    Everything,
}

impl Mendable {
    fn has(&self, field: &Field) -> bool {
        match self {
            Self::Nothing => false,
            Self::Columns(columns) => columns.contains(&field.column),
            Self::Everything => true,
        }
    }
}

/// A rule over several fields: it notes what is wrong and may set what is written.
pub type Rule = fn(&mut Reading<'_>, &mut Record);

/// One row or form that is being read.
pub struct Reading<'r> {
    source: Source<'r>,
    today: NaiveDate,
    pub(crate) rejected: Vec<Flaw>,
    pub(crate) warnings: Vec<Flaw>,
    /// What could not be read of an optional column, which keeps what was known; each has a warning.
    pub(crate) kept: Vec<Flaw>,
    /// What has just been given by somebody who can mend it at once: there a day that has not come is refused.
    mendable: Mendable,
}

impl<'r> Reading<'r> {
    /// Reads a row of a sheet.
    pub(crate) fn of_row(row: &'r SheetRow, today: NaiveDate) -> Self {
        Self::new(Source::Sheet(row), Mendable::Nothing, today)
    }

    /// Reads one record as data, laid out as a row; these columns of it have just been given.
    pub(crate) fn of_record(row: &'r SheetRow, given: Vec<&'static str>, today: NaiveDate) -> Self {
        Self::new(Source::Sheet(row), Mendable::Columns(given), today)
    }

    /// Reads what a form or a document gives, by the names of the fields as data.
    pub(crate) fn of_form(given: &'r Item, towns: Option<&'r [String]>, today: NaiveDate) -> Self {
        Self::new(Source::Form { given, towns }, Mendable::Everything, today)
    }

    fn new(source: Source<'r>, mendable: Mendable, today: NaiveDate) -> Self {
        Self {
            source,
            today,
            rejected: Vec::new(),
            warnings: Vec::new(),
            kept: Vec::new(),
            mendable,
        }
    }

    /// Reads all fields and applies the rules. Where something was rejected, the record is not to be used.
    pub(crate) fn record(&mut self, fields: &[Field], rules: &[Rule]) -> Record {
        let mut record = Record::default();
        for field in fields {
            let value = self.value(field).unwrap_or(match field.usual {
                Usual::Nothing if matches!(field.kind, Kind::YesNo) => 0.into(),
                Usual::Nothing | Usual::Identified => Json::Null,
                Usual::Text(text) => text.into(),
                Usual::Number(number) => number.into(),
                Usual::Today => self.today.to_string().into(),
            });
            record.set(field.column, value);
        }
        for rule in rules {
            rule(self, &mut record);
        }
        record
    }

    /// All that could not be read, for who has just this record and no sheet.
    pub(crate) fn into_rejected(self) -> Vec<Flaw> {
        self.rejected.into_iter().chain(self.kept).collect()
    }

    /// Notes why the value of a field cannot be taken.
    pub fn reject(&mut self, field: &Field, reason: impl Display) {
        let flaw = self.flaw(field, reason);
        if !self.rejected.contains(&flaw) {
            self.rejected.push(flaw);
        }
    }

    /// Notes that the value of a field was taken and is to be looked at.
    pub fn warn(&mut self, field: &Field, reason: impl Display) {
        let flaw = self.flaw(field, reason);
        if !self.warnings.contains(&flaw) {
            self.warnings.push(flaw);
        }
    }

    /// Leaves the column as it was known, and says why. In a form, and where it makes a record the same one, that cannot be.
    fn keep(&mut self, field: &Field, reason: impl Display) {
        // A code that lost its digits is another business or none.
        let names_a_business = matches!(field.kind, Kind::Uscc | Kind::CreditCode);
        let is_form = matches!(self.source, Source::Form { .. });
        if field.required || field.key || names_a_business || is_form {
            return self.reject(field, reason);
        }
        let reason = format!("{reason}。这一格没有写入，原来的内容不变");
        let flaw = self.flaw(field, reason);
        if !self.kept.contains(&flaw) {
            self.kept.push(flaw.clone());
            self.warnings.push(flaw);
        }
    }

    fn flaw(&self, field: &Field, reason: impl Display) -> Flaw {
        match self.source {
            Source::Sheet(row) => flaw(row, field.heading, reason),
            Source::Form { given, .. } => Flaw {
                sheet: None,
                row: 0,
                field: field.heading.to_owned(),
                value: field.text_of(given.get(field.api)),
                reason: reason.to_string(),
                reason_code: None,
                candidates: Vec::new(),
            },
        }
    }

    fn content(&self, field: &Field) -> Content {
        match self.source {
            Source::Sheet(row) => row.cell(field.heading).content(),
            Source::Form { given, .. } => {
                let typed = field.text_of(given.get(field.api));
                match (text::is_blank(&typed), field.kind) {
                    (true, _) => Content::Blank,
                    // What people write stays as they wrote it, line by line.
                    (false, Kind::Text(_) | Kind::LongText(_)) => {
                        Content::Text(text::printable(typed.trim()).into_owned())
                    }
                    (false, _) => Content::Text(text::tidy(&typed)),
                }
            }
        }
    }

    fn blank_reason(&self, field: &Field) -> String {
        let heading = field.heading;
        match (self.source, field.kind) {
            (Source::Sheet(_), _) => format!("{heading}不能为空"),
            (Source::Form { .. }, Kind::Word(_) | Kind::YesNo | Kind::Town) => {
                format!("请选择{heading}")
            }
            (Source::Form { .. }, _) => format!("请填写{heading}"),
        }
    }

    /// The text; none where it is blank, or says nothing that can be taken, which is then noted.
    fn text(&mut self, field: &Field) -> Option<String> {
        let reason = match self.content(field) {
            Content::Blank => {
                if field.required {
                    self.reject(field, self.blank_reason(field));
                }
                return None;
            }
            // Letters that no encoding gave.
            Content::Text(text) if text.contains('\u{fffd}') => {
                self.reject(
                    field,
                    "含有无法识别的字符，请检查文件编码（另存为 UTF-8 的 csv 或 .xlsx）",
                );
                return None;
            }
            Content::Text(text) => return Some(text),
            Content::Missing(shown) => format!("单元格里是“{shown}”，不是内容，请在 Excel 里改正"),
            Content::LostDigits(_) => text::LOST_DIGITS.to_owned(),
            Content::TooLong(length) => format!(
                "有 {length} 个字，超过 Excel 单元格的上限 {} 个字，请缩短",
                sheets::LONGEST
            ),
        };
        self.keep(field, reason);
        None
    }

    /// What a cell says, as the table keeps it; none where it is blank or cannot be taken.
    fn value(&mut self, field: &Field) -> Option<Json> {
        let typed = self.text(field)?;
        match field.kind {
            Kind::Code(longest) => {
                self.reject_longer_than(field, &typed, longest)?;
                Some(text::code(&typed).into())
            }
            Kind::Text(longest) | Kind::LongText(longest) => {
                self.reject_longer_than(field, &typed, longest)?;
                Some(typed.into())
            }
            Kind::Village(_) => {
                self.reject_longer_than(field, &typed, LONGEST)?;
                Some(typed.into())
            }
            Kind::Town => match self.source {
                Source::Form {
                    towns: Some(towns), ..
                } if !towns.contains(&typed) => {
                    self.reject(field, "这个镇街不在您的辖区");
                    None
                }
                _ => Some(typed.into()),
            },
            Kind::Uscc => self
                .parse::<EnterpriseNo>(field, &typed)
                .map(|number| number.as_written().into()),
            Kind::CreditCode => {
                let digits = text::plain_code(&typed);
                match digits.len() == OLD_NUMBER && digits.bytes().all(|byte| byte.is_ascii_digit())
                {
                    true => Some(digits.into()),
                    false => self
                        .parse::<EnterpriseNo>(field, &typed)
                        .map(|number| number.as_written().into()),
                }
            }
            Kind::LicenseNumber => self.license_number(field, &typed),
            Kind::Word(words) => self.word(field, &typed, words),
            Kind::PastDay => {
                let day = self.day(field, &typed)?;
                if let Err(error) = office_date::come(day, self.today) {
                    if self.mendable.has(field) {
                        self.reject(field, error);
                        return None;
                    }
                    self.warn(field, format!("{error}，请核对"));
                }
                Some(day.to_string().into())
            }
            Kind::AnyDay => self.day(field, &typed).map(|day| day.to_string().into()),
            Kind::Money => {
                let typed = self.with_unit(field, typed);
                self.parse::<Fen>(field, &typed).map(|fen| fen.0.into())
            }
            Kind::Number { least, most } => {
                let number = typed.parse::<u32>().ok();
                let number = number.filter(|number| (least..=most).contains(number));
                if number.is_none() {
                    self.reject(field, format!("应为 {least} 到 {most} 的整数"));
                }
                number.map(Json::from)
            }
            Kind::Telephone => self.telephone(field, typed),
            Kind::YesNo => self.yes_no(field, &typed),
        }
    }

    fn reject_longer_than(&mut self, field: &Field, typed: &str, longest: usize) -> Option<()> {
        if typed.chars().count() <= longest {
            return Some(());
        }
        self.keep(field, format!("{}超过 {longest} 个字", field.heading));
        None
    }

    fn parse<T: FromStr<Err: Display>>(&mut self, field: &Field, typed: &str) -> Option<T> {
        match typed.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.reject(field, error);
                None
            }
        }
    }

    /// What looks like no number is taken as it is, with a warning; one that has lost digits is not.
    fn telephone(&mut self, field: &Field, typed: String) -> Option<Json> {
        match telephone::all(&typed) {
            Ok(numbers) => Some(numbers.into()),
            Err(error @ (TelephoneError::LostDigits | TelephoneError::LeadingZero)) => {
                self.keep(field, error);
                None
            }
            Err(TelephoneError::Form | TelephoneError::Mobile) => {
                self.warn(field, "不像电话号码，已按原样接受，请核对");
                Some(typed.into())
            }
        }
    }

    /// A wrong check digit is taken, for real ones break the rule. A number of another kind does not lose the row where the number is
    /// not what the row is about: it is left out.
    fn license_number(&mut self, field: &Field, typed: &str) -> Option<Json> {
        match typed.parse::<LicenseNumber>() {
            Ok(number) => {
                if let Some(expected) = number.doubt() {
                    self.warn(
                        field,
                        format!("校验码不符（按规则末位应为 {expected}），已按原样接受，请核对"),
                    );
                }
                Some(number.to_string().into())
            }
            Err(error) if field.required || matches!(error, LicenseNumberError::Form) => {
                self.reject(field, error);
                None
            }
            Err(error) => {
                self.keep(field, error);
                None
            }
        }
    }

    /// An amount whose heading says 万元 is one where the cell names no unit of its own.
    fn with_unit(&self, field: &Field, typed: String) -> String {
        let in_wan = match self.source {
            Source::Sheet(row) => row
                .heading(field.heading)
                .is_some_and(|typed| typed.contains('万')),
            Source::Form { .. } => false,
        };
        match in_wan && !typed.contains(['万', '元', '圆']) {
            true => format!("{typed}万"),
            false => typed,
        }
    }

    /// Says which words a value that is none of them may be.
    pub fn reject_word<W: Word>(&mut self, field: &Field) {
        let known: Vec<&str> = W::ALL.iter().map(|word| word.chinese()).collect();
        self.reject(field, format!("应为：{}", known.join("、")));
    }

    fn word(&mut self, field: &Field, typed: &str, words: Words) -> Option<Json> {
        let code = (words.code)(typed);
        if code.is_none() {
            let known: Vec<&str> = (words.choices)().iter().map(|(_, name)| *name).collect();
            self.reject(field, format!("应为：{}", known.join("、")));
        }
        code.map(Json::from)
    }

    fn yes_no(&mut self, field: &Field, typed: &str) -> Option<Json> {
        match typed {
            "是" | "Y" | "y" | "√" | "1" | "true" => Some(1.into()),
            "否" | "N" | "n" | "×" | "0" | "false" => Some(0.into()),
            _ => {
                self.reject(field, "应为：是、否");
                None
            }
        }
    }

    fn day(&mut self, field: &Field, typed: &str) -> Option<NaiveDate> {
        let read = match self.source {
            Source::Sheet(row) => row.cell(field.heading).date(),
            Source::Form { .. } => office_date::parse(typed).map(Some),
        };
        match read {
            Ok(date) => date,
            Err(error) => {
                self.reject(field, error);
                None
            }
        }
    }
}

/// What is wrong with a cell of a row.
pub(crate) fn flaw(row: &SheetRow, heading: &str, reason: impl Display) -> Flaw {
    Flaw {
        sheet: row.sheet().map(str::to_owned),
        row: row.number,
        field: heading.to_owned(),
        value: row.cell(heading).shown(),
        reason: reason.to_string(),
        reason_code: None,
        candidates: Vec::new(),
    }
}
