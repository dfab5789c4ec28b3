//! One value that a register keeps, said once: its column, its headings, what it is, and what is done with it.

use crate::list::Column;
use domain::money::Fen;
use domain::words::{Word, choices};
use serde_json::Value as Json;

/// What a value is. It decides how a cell, a JSON value and a form's field are read, what is written, and how it is shown.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A number or mark that something is known by, of at most so many characters: without spaces, in plain capitals.
    Code(usize),
    /// A business by its 主体编号; a credit code that one site alone has stands for that site.
    Uscc,
    /// 统一社会信用代码 as an attribute: with its check digit. A 主体编号 and an old number of fifteen digits are read too, for the rules of the
    /// register to sort out.
    CreditCode,
    /// The number of a food production licence.
    LicenseNumber,
    /// One of the words of a kind.
    Word(Words),
    /// A line of at most so many characters.
    Text(usize),
    /// Text of at most so many characters that may take several lines.
    LongText(usize),
    /// A day that has come: one ahead is taken from a sheet with a warning.
    PastDay,
    /// A day that may well lie ahead.
    AnyDay,
    /// Yuan in sheets and on pages, 分 in the table and as data.
    Money,
    /// A whole number, both ends included.
    Number { least: u32, most: u32 },
    /// One or several telephone numbers.
    Telephone,
    /// 是 or 否; blank is 否.
    YesNo,
    /// A town (镇街) by its name.
    Town,
    /// A village (村社区) by its name, of the town in this column.
    Village(&'static str),
}

/// The words of a kind: their codes and names, and how they are read.
#[derive(Clone, Copy)]
pub struct Words {
    pub choices: fn() -> Vec<(&'static str, &'static str)>,
    pub(crate) code: fn(&str) -> Option<&'static str>,
    pub(crate) chinese: fn(&str) -> Option<&'static str>,
}

impl Words {
    /// The words of the kind `W`.
    pub const fn of<W: Word>() -> Self {
        Self {
            choices: choices::<W>,
            code: |typed| W::read(typed).map(W::code),
            chinese: |typed| W::read(typed).map(W::chinese),
        }
    }
}

/// What a value is where nothing was given.
#[derive(Clone, Copy)]
pub enum Usual {
    Nothing,
    Text(&'static str),
    Number(u32),
    /// The day of the request, for a field that is a day.
    Today,
    /// What the register finds, which tells its rows apart ([`crate::register::Register::identify`]).
    Identified,
}

/// What a value must be found in.
#[derive(Clone, Copy)]
pub struct Known {
    /// A view or table, and its column.
    pub view: &'static str,
    pub column: &'static str,
    /// What is told where it is not there.
    pub otherwise: &'static str,
}

/// One value of a register.
#[derive(Clone, Copy)]
pub struct Field {
    pub column: &'static str,
    /// Its name in sheets and on pages.
    pub heading: &'static str,
    /// What sheets call it too.
    pub synonyms: &'static [&'static str],
    pub kind: Kind,
    /// Its name as data; its column's where it has none of its own.
    pub(crate) api: &'static str,
    pub(crate) key: bool,
    pub(crate) required: bool,
    pub(crate) usual: Usual,
    pub(crate) searched: bool,
    pub(crate) filtered: bool,
    pub(crate) sorted: bool,
    pub(crate) listed: bool,
    /// Whether the register keeps it; otherwise a sheet only says it, so that something else is found by it.
    pub(crate) kept: bool,
    pub(crate) known: Option<Known>,
    /// The page of one record, whose address ends in this value.
    pub(crate) page: Option<&'static str>,
    /// What stands above its input, and in the description of the API.
    pub(crate) hint: Option<&'static str>,
}

impl Field {
    const fn new(column: &'static str, heading: &'static str, kind: Kind) -> Self {
        Self {
            column,
            heading,
            synonyms: &[],
            kind,
            api: column,
            key: false,
            required: false,
            usual: Usual::Nothing,
            searched: false,
            filtered: false,
            sorted: false,
            listed: true,
            kept: true,
            known: None,
            page: None,
            hint: None,
        }
    }

    /// A number or mark of at most `longest` characters.
    pub const fn code(column: &'static str, heading: &'static str, longest: usize) -> Self {
        Self::new(column, heading, Kind::Code(longest))
    }

    pub const fn uscc() -> Self {
        Self::new("uscc", "统一社会信用代码", Kind::Uscc).or(&[
            "信用代码",
            "社会信用代码",
            "主体编号",
        ])
    }

    /// 统一社会信用代码 as an attribute of a business.
    pub const fn credit_code(column: &'static str) -> Self {
        Self::new(column, "统一社会信用代码", Kind::CreditCode).or(&[
            "信用代码",
            "社会信用代码",
            "统一社会信用代码/注册号",
        ])
    }

    /// 主体编号, by which a business is the same one.
    pub const fn enterprise_no(column: &'static str) -> Self {
        Self::new(column, "主体编号", Kind::Uscc).called("enterprise_no")
    }

    pub const fn license_number(column: &'static str, heading: &'static str) -> Self {
        Self::new(column, heading, Kind::LicenseNumber)
    }

    pub const fn word<W: Word>(column: &'static str, heading: &'static str) -> Self {
        Self::new(column, heading, Kind::Word(Words::of::<W>()))
    }

    /// A line of at most `longest` characters.
    pub const fn text(column: &'static str, heading: &'static str, longest: usize) -> Self {
        Self::new(column, heading, Kind::Text(longest))
    }

    /// Text of at most `longest` characters, in several lines.
    pub const fn long_text(column: &'static str, heading: &'static str, longest: usize) -> Self {
        Self::new(column, heading, Kind::LongText(longest))
    }

    /// A day that has come.
    pub const fn past_day(column: &'static str, heading: &'static str) -> Self {
        Self::new(column, heading, Kind::PastDay).sorted()
    }

    /// A day that may lie ahead.
    pub const fn any_day(column: &'static str, heading: &'static str) -> Self {
        Self::new(column, heading, Kind::AnyDay).sorted()
    }

    /// An amount: 分 in the table and as data, yuan elsewhere.
    pub const fn money(column: &'static str, heading: &'static str) -> Self {
        Self::new(column, heading, Kind::Money).sorted()
    }

    /// A whole number from 0 to `most`.
    pub const fn number(column: &'static str, heading: &'static str, most: u32) -> Self {
        Self::new(column, heading, Kind::Number { least: 0, most }).sorted()
    }

    /// A number of which none is none.
    pub const fn count(column: &'static str, heading: &'static str, most: u32) -> Self {
        Self::new(column, heading, Kind::Number { least: 1, most }).sorted()
    }

    /// The version of the record that was read before it is changed.
    pub const fn version() -> Self {
        Self::number("version", "version", u32::MAX)
    }

    pub const fn telephone(column: &'static str, heading: &'static str) -> Self {
        Self::new(column, heading, Kind::Telephone)
    }

    pub const fn yes_no(column: &'static str, heading: &'static str) -> Self {
        Self::new(column, heading, Kind::YesNo)
    }

    pub const fn town(column: &'static str, heading: &'static str) -> Self {
        Self::new(column, heading, Kind::Town).sorted()
    }

    /// A village of the town in the column `town`.
    pub const fn village(column: &'static str, heading: &'static str, town: &'static str) -> Self {
        Self::new(column, heading, Kind::Village(town))
    }

    /// Other headings of the same.
    #[must_use]
    pub const fn or(mut self, synonyms: &'static [&'static str]) -> Self {
        self.synonyms = synonyms;
        self
    }

    /// Another name as data.
    #[must_use]
    pub const fn called(mut self, name: &'static str) -> Self {
        self.api = name;
        self
    }

    /// Part of what makes a record the same one; searched and sorted by.
    #[must_use]
    pub const fn key(mut self) -> Self {
        self.key = true;
        self.sorted = true;
        self
    }

    /// A record cannot be without it.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// What it is where nothing was given.
    #[must_use]
    pub const fn usually(mut self, usual: Usual) -> Self {
        self.usual = usual;
        self
    }

    /// Found by what is typed into the search field.
    #[must_use]
    pub const fn searched(mut self) -> Self {
        self.searched = true;
        self
    }

    /// The list can be narrowed to one of its words.
    #[must_use]
    pub const fn filtered(mut self) -> Self {
        self.filtered = true;
        self
    }

    /// The list can be sorted by it.
    #[must_use]
    pub const fn sorted(mut self) -> Self {
        self.sorted = true;
        self
    }

    /// No column of the list.
    #[must_use]
    pub const fn unlisted(mut self) -> Self {
        self.listed = false;
        self
    }

    /// Said by sheets only, so that something else is found by it ([`crate::register::Register::identify`]); the register does not keep it.
    #[must_use]
    pub const fn only_in_sheets(mut self) -> Self {
        self.kept = false;
        self
    }

    /// Must be there in another function's view.
    #[must_use]
    pub const fn known_in(
        mut self,
        view: &'static str,
        column: &'static str,
        otherwise: &'static str,
    ) -> Self {
        self.known = Some(Known {
            view,
            column,
            otherwise,
        });
        self
    }

    /// Leads from the list to a page of its own.
    #[must_use]
    pub const fn leads_to(mut self, page: &'static str) -> Self {
        self.page = Some(page);
        self
    }

    /// Says something above its input, and in the description of the API.
    #[must_use]
    pub const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// Whether the register keeps it.
    pub const fn is_kept(&self) -> bool {
        self.kept
    }

    /// Whether it is part of what makes a record the same one.
    pub const fn is_key(&self) -> bool {
        self.key
    }

    /// Whether every record has it.
    pub const fn is_always_there(&self) -> bool {
        self.required || !matches!(self.usual, Usual::Nothing) || matches!(self.kind, Kind::YesNo)
    }

    /// A value as a form's field and a page have it.
    pub(crate) fn text_of(&self, value: Option<&Json>) -> String {
        match (self.kind, value) {
            (_, None | Some(Json::Null)) => String::new(),
            (Kind::Money, Some(Json::Number(number))) => number
                .as_u64()
                .map_or_else(|| number.to_string(), |fen| Fen(fen).to_string()),
            (_, Some(Json::String(text))) => text.clone(),
            (_, Some(Json::Bool(yes))) => if *yes { "是" } else { "否" }.to_owned(),
            (_, Some(other)) => other.to_string(),
        }
    }

    /// Its column of the list; a link where the field has a page.
    pub(crate) fn list_column(&self) -> Column {
        let column = match self.kind {
            Kind::Word(words) => Column::named(self.heading, self.api, words.chinese),
            Kind::PastDay | Kind::AnyDay => Column::date(self.heading, self.api),
            Kind::Money => Column::money(self.heading, self.api),
            Kind::Number { .. } => Column::number(self.heading, self.api),
            Kind::YesNo => Column::named(self.heading, self.api, yes_no),
            Kind::LongText(_) => Column::wide(self.heading, self.api),
            Kind::Code(_)
            | Kind::Uscc
            | Kind::CreditCode
            | Kind::LicenseNumber
            | Kind::Text(_)
            | Kind::Telephone
            | Kind::Town
            | Kind::Village(_) => Column::text(self.heading, self.api),
        };
        match self.page {
            Some(page) => Column::link(self.heading, self.api, page, self.api),
            None => column,
        }
    }
}

fn yes_no(code: &str) -> Option<&'static str> {
    match code {
        "true" => Some("是"),
        "false" => Some("否"),
        _ => None,
    }
}
