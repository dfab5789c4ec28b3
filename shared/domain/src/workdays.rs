//! Working days: Monday to Friday, changed by the State Council's yearly arrangement.

use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use std::collections::{BTreeMap, BTreeSet};

/// What the arrangement makes of a day that would otherwise be the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exception {
    /// A weekday off.
    Holiday,
    /// A weekend day on which offices work.
    Workday,
}

/// The first day of the calendar that deadlines are counted in: before it, an arrangement would have no effect.
pub const FIRST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(2015, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};
/// Its last day.
pub const LAST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(2050, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// The holidays that every year has, each with what an arrangement may call it (全国年节及纪念日放假办法 第2条).
pub const STATUTORY_HOLIDAYS: [(&str, &[&str]); 7] = [
    ("元旦", &["元旦", "新年"]),
    ("春节", &["春节", "除夕"]),
    ("清明节", &["清明"]),
    ("劳动节", &["劳动节", "五一"]),
    ("端午节", &["端午"]),
    ("中秋节", &["中秋"]),
    ("国庆节", &["国庆", "十一"]),
];

/// The statutory holidays that the days off of a year do not name: none where the year's arrangement is announced.
///
/// A holiday that falls on a weekend has its day off made up for, so each year's arrangement names all of them.
///
/// ```
/// # use domain::workdays::missing_holidays;
/// let names = ["元旦", "春节", "清明节", "劳动节", "端午节", "国庆节、中秋节"];
/// assert!(missing_holidays(names).is_empty());
/// assert_eq!(missing_holidays(&names[1..]), ["元旦"]);
/// ```
pub fn missing_holidays<Name: AsRef<str>>(
    names: impl IntoIterator<Item = Name>,
) -> Vec<&'static str> {
    let mut missing = STATUTORY_HOLIDAYS.to_vec();
    for name in names {
        missing.retain(|(_, words)| !words.iter().any(|word| name.as_ref().contains(word)));
    }
    missing.into_iter().map(|(holiday, _)| holiday).collect()
}

/// The arrangements that have been announced.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    exceptions: BTreeMap<NaiveDate, Exception>,
    announced: BTreeSet<i32>,
}

/// A day, and whether a year that is not yet announced took part in finding it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountedDay {
    /// The day.
    pub date: NaiveDate,
    /// Computed with weekends only, for want of an arrangement.
    pub provisional: bool,
}

impl Calendar {
    /// A calendar of the exceptions that are known, and of the years whose arrangement has been announced: those with no
    /// [`missing_holidays`].
    pub fn new(
        exceptions: impl IntoIterator<Item = (NaiveDate, Exception)>,
        announced: impl IntoIterator<Item = i32>,
    ) -> Self {
        Self {
            exceptions: exceptions.into_iter().collect(),
            announced: announced.into_iter().collect(),
        }
    }

    /// Whether offices work on that day.
    pub fn is_workday(&self, date: NaiveDate) -> bool {
        match self.exceptions.get(&date) {
            Some(exception) => *exception == Exception::Workday,
            None => !matches!(date.weekday(), Weekday::Sat | Weekday::Sun),
        }
    }

    fn counted(&self, from: NaiveDate, date: NaiveDate) -> CountedDay {
        let provisional = (from.year()..=date.year()).any(|year| !self.announced.contains(&year));
        CountedDay { date, provisional }
    }

    /// The `days`-th working day after `from`, which itself is not counted; with 0, `from` itself.
    ///
    /// None beyond the calendar's end (the year 262142).
    pub fn workdays_after(&self, from: NaiveDate, days: u32) -> Option<CountedDay> {
        let mut date = from;
        let mut left = days;
        while left > 0 {
            date = date.checked_add_days(Days::new(1))?;
            if self.is_workday(date) {
                left -= 1;
            }
        }
        Some(self.counted(from, date))
    }

    /// The last day of a term of `days` calendar days after `from`: where that is a rest day, the next working day.
    ///
    /// Source: 行政处罚程序规定, 民法典 第203条.
    pub fn calendar_days_after(&self, from: NaiveDate, days: u32) -> Option<CountedDay> {
        let mut date = from.checked_add_days(Days::new(days.into()))?;
        while !self.is_workday(date) {
            date = date.checked_add_days(Days::new(1))?;
        }
        Some(self.counted(from, date))
    }
}
