//! The working days, as the portal keeps them.

use chrono::{Datelike as _, NaiveDate};
use domain::complaint_terms::{Step, due_without, term};
use domain::words::Word as _;
use domain::workdays::{Calendar, Exception, missing_holidays};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use web::{Context, Problem};

/// A calendar, and which version of the announced days it was made from.
pub struct Known {
    pub calendar: Calendar,
    pub version: i64,
    from: i32,
}

/// An instance keeps the last one. Whoever writes by it compares its version in the same statement with [`VERSION`].
static KNOWN: Mutex<Option<Arc<Known>>> = Mutex::new(None);

/// The version of the announced days, in SQL.
pub const VERSION: &str = "(SELECT version FROM holiday_version_ledger)";

/// The calendar for terms that begin on `from` or later.
pub async fn read(context: &Context, from: NaiveDate) -> Result<Known, Problem> {
    #[derive(Deserialize)]
    struct Announced {
        version: i64,
        days: Vec<(i32, u8)>,
        /// Years, and how their days off are called.
        years: Vec<(i32, String)>,
    }
    // Numbers of days are read many times faster than dates are. From January on, for a year is announced as a whole.
    let sql = format!(
        "SELECT json_object('version', {VERSION}, 'days', json_group_array(json_array(unixepoch(date) / 86400, kind = 'workday')),
            'years', json((SELECT json_group_array(json_array(year, names)) FROM holiday_year_ledger WHERE year >= CAST(?1 AS INTEGER))))
         FROM holiday_ledger WHERE date >= ?1 || '-01-01'"
    );
    let year = format!("{:04}", from.year());
    let announced: Announced = context.store.json(&sql, [year.into()]).await?;
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
    Ok(Known {
        calendar: Calendar::new(days, announced_years),
        version: announced.version,
        from: from.year(),
    })
}

/// The calendar that this instance keeps, or [`read`].
pub async fn known(context: &Context, from: NaiveDate) -> Result<Arc<Known>, Problem> {
    let same_year = |known: &&Arc<Known>| known.from == from.year();
    if let Some(known) = kept().as_ref().filter(same_year) {
        return Ok(known.clone());
    }
    let known = Arc::new(read(context, from).await?);
    *kept() = Some(known.clone());
    Ok(known)
}

/// Has the next [`known`] read anew: other days were announced.
pub fn forget() {
    *kept() = None;
}

fn kept() -> MutexGuard<'static, Option<Arc<Known>>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
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
