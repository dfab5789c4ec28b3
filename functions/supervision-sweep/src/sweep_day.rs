//! The day that a sweep goes by.

use chrono::NaiveDate;
use domain::office_date;
use serde::Deserialize;
use store::Store;
use web::problem::FieldError;
use web::{Context, Problem};

/// The day that a request names; today where it names none.
///
/// # Errors
///
/// 422 of the field `as_of` where it names no day from 2015 to 2049, or one that has not come, which can only be previewed.
pub fn requested_day(
    context: &Context,
    typed: Option<&str>,
    may_be_ahead: bool,
) -> Result<NaiveDate, Problem> {
    let today = context.today();
    let Some(typed) = typed.map(str::trim).filter(|typed| !typed.is_empty()) else {
        return Ok(today);
    };
    let wrong = |reason: String| Problem::invalid(vec![FieldError::new("as_of", typed, reason)]);
    match office_date::parse(typed) {
        Err(error) => Err(wrong(error.to_string())),
        Ok(day) if day > today && !may_be_ahead => {
            Err(wrong("这一天还没有到，只能预演（dry_run）".to_owned()))
        }
        Ok(day) if !(2015..2050).contains(&chrono::Datelike::year(&day)) => {
            Err(wrong("应为 2015 年到 2049 年".to_owned()))
        }
        Ok(day) => Ok(day),
    }
}

/// What the calendar says of a day.
#[derive(Deserialize)]
pub struct SweepDay {
    /// The last due date that has passed by this day. A due date passes when the first working day after it has come.
    pub passed: String,
    /// Whether it is a working day, on which alone papers are dated; 0 or 1.
    pub is_workday: i64,
}

impl SweepDay {
    /// Looks the day up in the calendar.
    pub async fn find(store: &Store, as_of: NaiveDate) -> Result<Self, Problem> {
        let sql = "SELECT day.is_workday, (SELECT max(date) FROM calendar_day before
                       WHERE before.workdays < day.workdays AND before.date < day.date AND before.date >= date(day.date, '-40 days')) AS passed
                   FROM calendar_day day WHERE day.date = ?1";
        let day: Option<Self> = store.first(sql, [as_of.to_string().into()]).await?;
        day.ok_or_else(|| Problem::internal("a day without a number"))
    }
}
