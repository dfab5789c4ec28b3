//! What an item says as data: each value's name, what it is, and where it comes from. The statement and the description of the API
//! are both made from it.

use std::fmt::Write as _;

/// One value of an item.
#[derive(Clone, Copy)]
pub struct Member {
    pub name: &'static str,
    /// An SQL expression; `{today}` is the day.
    pub sql: &'static str,
    pub shape: Shape,
    /// Whether it is there in every item; null otherwise.
    pub always: bool,
}

/// What a value is, as the description of the API says it.
#[derive(Clone, Copy)]
pub enum Shape {
    Text,
    /// YYYY-MM-DD.
    Date,
    /// RFC 3339 with +08:00.
    Time,
    /// A whole number.
    Whole,
    /// A number that may have a part behind the point.
    Number,
    /// `true` or `false`; its SQL gives them as JSON.
    YesNo,
    /// One of these codes.
    Word(fn() -> Vec<(&'static str, &'static str)>),
    /// Several texts; its SQL gives them as JSON.
    Texts,
    /// An object with these values.
    Object(&'static [Member]),
    /// Several such objects; its SQL gives them as JSON.
    Objects(&'static [Member]),
    /// What another function wrote down about this item: an object, whose names are that function's.
    Evidence,
}

impl Member {
    const fn new(name: &'static str, sql: &'static str, shape: Shape) -> Self {
        Self {
            name,
            sql,
            shape,
            always: false,
        }
    }

    pub const fn text(name: &'static str, sql: &'static str) -> Self {
        Self::new(name, sql, Shape::Text)
    }

    pub const fn date(name: &'static str, sql: &'static str) -> Self {
        Self::new(name, sql, Shape::Date)
    }

    pub const fn time(name: &'static str, sql: &'static str) -> Self {
        Self::new(name, sql, Shape::Time)
    }

    pub const fn whole(name: &'static str, sql: &'static str) -> Self {
        Self::new(name, sql, Shape::Whole)
    }

    pub const fn number(name: &'static str, sql: &'static str) -> Self {
        Self::new(name, sql, Shape::Number)
    }

    pub const fn yes_no(name: &'static str, sql: &'static str) -> Self {
        Self::new(name, sql, Shape::YesNo)
    }

    pub const fn word(
        name: &'static str,
        sql: &'static str,
        words: fn() -> Vec<(&'static str, &'static str)>,
    ) -> Self {
        Self::new(name, sql, Shape::Word(words))
    }

    pub const fn texts(name: &'static str, sql: &'static str) -> Self {
        Self::new(name, sql, Shape::Texts)
    }

    pub const fn objects(name: &'static str, sql: &'static str, of: &'static [Self]) -> Self {
        Self::new(name, sql, Shape::Objects(of))
    }

    /// An object of values that its SQL names one by one.
    pub const fn object(name: &'static str, of: &'static [Self]) -> Self {
        Self::new(name, "", Shape::Object(of))
    }

    pub const fn evidence(name: &'static str, sql: &'static str) -> Self {
        Self::new(name, sql, Shape::Evidence)
    }

    /// Says that every item has it.
    #[must_use]
    pub const fn always(mut self) -> Self {
        self.always = true;
        self
    }
}

/// The item as a JSON object in SQL, of the day ?1.
pub(crate) fn object(item: &[Member]) -> String {
    let mut sql = "json_object(".to_owned();
    for (place, member) in item.iter().enumerate() {
        let comma = if place == 0 { "" } else { ", " };
        // Writing to a string does not fail.
        let _ = match member.shape {
            Shape::Object(of) => write!(sql, "{comma}'{}', {}", member.name, object(of)),
            _ => write!(sql, "{comma}'{}', {}", member.name, member.sql),
        };
    }
    sql.push(')');
    sql.replace("{today}", "?1")
}
