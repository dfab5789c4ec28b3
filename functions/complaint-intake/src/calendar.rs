//! The working days, as the portal keeps them.

use chrono::NaiveDate;
use domain::complaint_terms::{Step, due_without, term};
use domain::words::Word as _;
use domain::workdays::{Calendar, Exception};
use serde_json::{Value as Json, json};
use web::{Context, Problem};

pub async fn read(context: &Context) -> Result<Calendar, Problem> {
    let sql =
        "SELECT json_group_array(json_array(date, kind)) FROM holiday_ledger WHERE date >= ?1";
    // Terms run forwards; a year back is more than any of them needs.
    let since = context.today() - chrono::TimeDelta::days(400);
    let days: Vec<(NaiveDate, String)> =
        context.store.json(sql, [since.to_string().into()]).await?;
    Ok(Calendar::new(days.into_iter().map(|(date, kind)| {
        let exception = match kind.as_str() {
            "workday" => Exception::Workday,
            _ => Exception::Holiday,
        };
        (date, exception)
    })))
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
