//! The working days, as the portal keeps them.

use chrono::{Datelike as _, NaiveDate};
use domain::complaint_terms::{Step, due_without, term};
use domain::words::Word as _;
use domain::workdays::{Calendar, Exception};
use serde_json::{Value as Json, json};
use web::{Context, Problem};

/// The calendar for terms that begin on `from` or later.
pub async fn read(context: &Context, from: NaiveDate) -> Result<Calendar, Problem> {
    // Numbers of days are read many times faster than dates are. From January on, for a year is announced where it has a day.
    let sql = "SELECT json_group_array(json_array(unixepoch(date) / 86400, kind = 'workday')) FROM holiday_ledger
               WHERE date >= ?1 || '-01-01'";
    let year = format!("{:04}", from.year());
    let days: Vec<(i32, u8)> = context.store.json(sql, [year.into()]).await?;
    Ok(Calendar::new(days.into_iter().filter_map(
        |(day, workday)| {
            let exception = match workday {
                0 => Exception::Holiday,
                _ => Exception::Workday,
            };
            Some((NaiveDate::from_epoch_days(day)?, exception))
        },
    )))
}

/// A term that begins on that day, as `complaint_step.starts` takes it, without the days that do not count.
pub fn started(
    calendar: &Calendar,
    step: Step,
    began: NaiveDate,
    uncounted: u32,
) -> Result<Json, Problem> {
    let day = due_without(step, began, uncounted, calendar)
        .ok_or_else(|| Problem::internal("a term beyond the calendar"))?;
    Ok(json!([
        step.code(),
        began,
        day.date,
        term(step, began).source,
        i64::from(day.provisional),
        uncounted
    ]))
}
