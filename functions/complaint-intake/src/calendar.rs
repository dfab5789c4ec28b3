//! The working days, as the portal has them.

use chrono::{Datelike as _, NaiveDate};
use domain::complaint_terms::{Step, due_without, term};
use domain::words::Word as _;
use domain::workdays::{Calendar, Exception, missing_holidays};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use web::{Context, Problem};

/// A calendar, and the version of the announced days that it was made from.
pub struct VersionedCalendar {
    pub calendar: Calendar,
    pub version: i64,
    /// The first year that it knows the days off of.
    first_year: i32,
}

/// The calendar that this instance read last. Whoever writes by it compares its version with [`VERSION`] in the same statement.
static LAST_READ: Mutex<Option<Arc<VersionedCalendar>>> = Mutex::new(None);

/// The version of the announced days, in SQL.
pub const VERSION: &str = "(SELECT version FROM holiday_version_ledger)";

/// Reads the calendar for terms that begin on `from` or later.
pub async fn read_calendar(
    context: &Context,
    from: NaiveDate,
) -> Result<VersionedCalendar, Problem> {
    #[derive(Deserialize)]
    struct AnnouncedDays {
        version: i64,
        days: Vec<(i32, u8)>,
        /// The years, and the names of their days off.
        years: Vec<(i32, String)>,
    }
    // Days cross as numbers, which are read many times faster than dates. They are read from January on, for a year is announced as
    // a whole.
    let sql = format!(
        "SELECT json_object('version', {VERSION}, 'days', json_group_array(json_array(unixepoch(date) / 86400, kind = 'workday')),
            'years', json((SELECT json_group_array(json_array(year, names)) FROM holiday_year_ledger WHERE year >= CAST(?1 AS INTEGER))))
         FROM holiday_ledger WHERE date >= ?1 || '-01-01'"
    );
    let year = format!("{:04}", from.year());
    let announced: AnnouncedDays = context.store.json(&sql, [year.into()]).await?;
    let days = announced.days.into_iter().filter_map(|(day, workday)| {
        let exception = match workday {
            0 => Exception::Holiday,
            _ => Exception::Workday,
        };
        Some((NaiveDate::from_epoch_days(day)?, exception))
    });
    let announced_years = announced
        .years
        .into_iter()
        .filter(|(_, names)| missing_holidays([names]).is_empty())
        .map(|(year, _)| year);
    Ok(VersionedCalendar {
        calendar: Calendar::new(days, announced_years),
        version: announced.version,
        first_year: from.year(),
    })
}

/// The calendar that this instance read last, if it begins with the year of `from`; otherwise it is read.
pub async fn shared_calendar(
    context: &Context,
    from: NaiveDate,
) -> Result<Arc<VersionedCalendar>, Problem> {
    let same_year = |last: &&Arc<VersionedCalendar>| last.first_year == from.year();
    if let Some(calendar) = last_read().as_ref().filter(same_year) {
        return Ok(calendar.clone());
    }
    let calendar = Arc::new(read_calendar(context, from).await?);
    *last_read() = Some(calendar.clone());
    Ok(calendar)
}

/// Makes the next [`shared_calendar`] read anew, because other days were announced.
pub fn forget_calendar() {
    *last_read() = None;
}

fn last_read() -> MutexGuard<'static, Option<Arc<VersionedCalendar>>> {
    LAST_READ.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A term that begins on that day, as `complaint_step.starts` takes it; `uncounted` days of it do not count.
pub fn started_term(
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
