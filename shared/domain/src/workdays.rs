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
    /// A calendar of the exceptions that are known. A year counts as announced once it has one.
    pub fn new(exceptions: impl IntoIterator<Item = (NaiveDate, Exception)>) -> Self {
        let exceptions: BTreeMap<_, _> = exceptions.into_iter().collect();
        let announced = exceptions.keys().map(|date| date.year()).collect();
        Self {
            exceptions,
            announced,
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
