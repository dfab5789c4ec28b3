//! How far back something may be dated (design: periods and their closing): a visit by some working days, what changes who answers for a business not into
//! a closed period. The office may date the latter back further, with its reason; nothing closed is rewritten by it.

use crate::new_visit::VISITED_ON;
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::Role;
use registers::{Field, LONGEST, Record};
use serde::Deserialize;
use web::problem::FieldError;
use web::{Context, Problem};

/// Why the office dates something back into a closed period.
pub const BACKDATED_REASON: Field =
    Field::text("backdated_reason", "填到已封存周期的理由", LONGEST)
        .hint("日期在已经封存的周期里时由食药安办填写；封存的数字不变");

#[derive(Deserialize)]
struct EarliestDay {
    day: Option<NaiveDate>,
}

/// What is wrong with the day of a visit that an official records: it lies further back than the policy allows.
pub async fn visit_day_error(
    context: &Context,
    visited_on: Option<NaiveDate>,
) -> Result<Option<FieldError>, Problem> {
    let sql = "SELECT (SELECT max(d.date) FROM calendar_day d WHERE d.is_workday AND d.workdays = t.workdays - p.value) AS day
        FROM calendar_day t
        JOIN policy_ledger p ON p.name = 'visit_backdate_days' AND p.valid_from <= t.date AND (p.valid_before IS NULL OR t.date < p.valid_before)
        WHERE t.date = ?1";
    let earliest: Option<EarliestDay> = context
        .store
        .first(sql, [context.today().to_string().into()])
        .await?;
    let days = visited_on.zip(earliest.and_then(|earliest| earliest.day));
    Ok(days
        .filter(|(visited_on, earliest)| visited_on < earliest)
        .map(|(visited_on, earliest)| {
            let reason = format!(
                "最早可以补记{}的督导；更早的请交食药安办导入",
                chinese(earliest)
            );
            FieldError::new(VISITED_ON.column, visited_on.to_string(), reason)
        }))
}

/// The last day of the closed periods; none where nothing is closed.
pub async fn closed_until(context: &Context) -> Result<Option<NaiveDate>, Problem> {
    let sql = "SELECT ends_on AS day FROM closed_until";
    let closed: Option<EarliestDay> = context.store.first(sql, []).await?;
    Ok(closed.and_then(|closed| closed.day))
}

/// What is wrong with a day from which who answers for a business changes: it lies in a closed period, and the office gives no reason.
/// `from` is the first day of which something else is true.
pub async fn closed_day_error(
    context: &Context,
    given: &Record,
    field: &Field,
    from: Option<NaiveDate>,
) -> Result<Option<FieldError>, Problem> {
    let days = from.zip(closed_until(context).await?);
    let Some((_, closed)) = days.filter(|(from, closed)| from <= closed) else {
        return Ok(None);
    };
    let is_office = context.caller()?.role == Role::Office;
    if is_office && given.text(&BACKDATED_REASON).is_some() {
        return Ok(None);
    }
    let typed = given.text(field).unwrap_or_default();
    let reason = match is_office {
        true => format!("{}以前已经封存；确需往前填的，请写明理由", chinese(closed)),
        false => format!(
            "{}以前已经封存；确需往前填的，请交食药安办",
            chinese(closed)
        ),
    };
    Ok(Some(FieldError::new(field.column, typed, reason)))
}
