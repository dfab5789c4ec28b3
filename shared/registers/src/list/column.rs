//! A column of the page and of the workbook.

use crate::list::Item;
use domain::money::Fen;
use domain::office_date::chinese;
use domain::words::Word;
use serde_json::Value as Json;
use sheets::xlsx_out::Cell;

/// One column of a list.
#[derive(Clone, Copy)]
pub struct Column {
    pub(crate) heading: &'static str,
    pub(crate) field: &'static str,
    pub kind: Kind,
    /// The SQL expression by which the list is sorted by this column; none where it cannot be.
    pub(crate) by: Option<&'static str>,
    /// Whether an official may follow the link.
    pub(crate) for_officials: bool,
}

/// How a column is shown.
#[derive(Clone, Copy)]
pub enum Kind {
    Text,
    /// Text that may be long.
    Wide,
    Number,
    /// 分 as data, yuan on the page and in the workbook.
    Money,
    Date,
    Word(fn(&str) -> Option<&'static str>),
    /// To this path and this field's value.
    Link(&'static str, &'static str),
    /// A box to choose the row, under this name; its value is the field.
    Choice(&'static str),
}

/// What a word's code is called.
pub fn chinese_of<W: Word>(code: &str) -> Option<&'static str> {
    W::read(code).map(Word::chinese)
}

impl Column {
    const fn new(heading: &'static str, field: &'static str, kind: Kind) -> Self {
        Self {
            heading,
            field,
            kind,
            by: None,
            for_officials: false,
        }
    }

    pub const fn text(heading: &'static str, field: &'static str) -> Self {
        Self::new(heading, field, Kind::Text)
    }

    pub const fn wide(heading: &'static str, field: &'static str) -> Self {
        Self::new(heading, field, Kind::Wide)
    }

    pub const fn date(heading: &'static str, field: &'static str) -> Self {
        Self::new(heading, field, Kind::Date)
    }

    pub const fn number(heading: &'static str, field: &'static str) -> Self {
        Self::new(heading, field, Kind::Number)
    }

    pub const fn money(heading: &'static str, field: &'static str) -> Self {
        Self::new(heading, field, Kind::Money)
    }

    pub const fn word<W: Word>(heading: &'static str, field: &'static str) -> Self {
        Self::new(heading, field, Kind::Word(chinese_of::<W>))
    }

    /// A code that has names of its own.
    pub const fn named(
        heading: &'static str,
        field: &'static str,
        names: fn(&str) -> Option<&'static str>,
    ) -> Self {
        Self::new(heading, field, Kind::Word(names))
    }

    pub const fn link(
        heading: &'static str,
        field: &'static str,
        path: &'static str,
        key: &'static str,
    ) -> Self {
        Self::new(heading, field, Kind::Link(path, key))
    }

    pub const fn choice(heading: &'static str, field: &'static str, name: &'static str) -> Self {
        Self::new(heading, field, Kind::Choice(name))
    }

    /// Lets the list be sorted by this column.
    #[must_use]
    pub const fn by(mut self, sql: &'static str) -> Self {
        self.by = Some(sql);
        self
    }

    /// Lets officials follow the link too: most of what lists lead to is for the office alone.
    #[must_use]
    pub const fn also_for_officials(mut self) -> Self {
        self.for_officials = true;
        self
    }

    pub(crate) fn is_exported(&self) -> bool {
        !matches!(self.kind, Kind::Choice(_))
    }

    pub(crate) fn width(&self) -> u16 {
        match self.kind {
            Kind::Link(..) => 36,
            Kind::Wide => 60,
            _ => 16,
        }
    }

    /// The item's value as pages show it.
    pub(crate) fn page_text(&self, item: &Item) -> String {
        let text = self.plain_text(item);
        match self.kind {
            Kind::Date => text.parse().map_or(text, chinese),
            _ => text,
        }
    }

    /// The item's value as a workbook holds it.
    pub(crate) fn cell(&self, item: &Item) -> Cell {
        let text = self.plain_text(item);
        match self.kind {
            _ if text.is_empty() => Cell::Blank,
            Kind::Number | Kind::Money => {
                text.parse().map_or_else(|_| Cell::Text(text), Cell::Number)
            }
            Kind::Date => text.parse().map_or_else(|_| Cell::Text(text), Cell::Date),
            _ => Cell::Text(text),
        }
    }

    /// The item's value as text; dates as an import reads them.
    pub(crate) fn plain_text(&self, item: &Item) -> String {
        let value = match item.get(self.field) {
            None | Some(Json::Null) => return String::new(),
            Some(Json::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        match self.kind {
            Kind::Word(chinese) => chinese(&value).map_or(value, str::to_owned),
            Kind::Money => value.parse().map_or(value, |fen| Fen(fen).to_string()),
            _ => value,
        }
    }
}
