//! The terms of entries: an entry never outlives what it rests on.

use crate::case_steps::{PlannedStep, SCHEDULE, take_steps};
use crate::list_case::{ListCase, PUBLIC, find_cases};
use chrono::NaiveDate;
use domain::red_black::CaseMove;
use transparency::Content;
use web::{Context, Problem};

/// Removes the entries whose last day has passed, and shortens those that rest on something that now ends sooner than they say.
pub async fn keep_terms(context: &Context) -> Result<(), Problem> {
    let today = context.today();
    let is_due = format!(
        "c.status IN {PUBLIC}
        AND (c.until_on < ?1 OR c.until_on <> (SELECT x.content ->> '$.until' FROM list_entry x WHERE x.case_id = c.id AND x.gone_seq IS NULL))"
    );
    let cases = find_cases(context, &is_due, &today.to_string()).await?;
    let steps: Vec<PlannedStep> = cases
        .iter()
        .filter_map(|case| match case.until_on? {
            until if until < today => Some(expiry(case, until)),
            until => shortening(case, until),
        })
        .collect();
    take_steps(context, SCHEDULE, &steps).await?;
    Ok(())
}

/// The step that removes an entry after its last day, with the reason.
fn expiry(case: &ListCase, until: NaiveDate) -> PlannedStep {
    let published_until = case.content.as_ref().map(|content| content.until);
    let reason = match published_until == Some(until) {
        true => "公布期满",
        false => "所依据的处罚决定公示期满，或者所依据的事实已经撤销",
    };
    PlannedStep::removing(case, CaseMove::Expire, Some(reason.to_owned()))
}

/// The step that gives an entry its new last day. An entry that was altered behind the program's back is left as it is, for whoever
/// checks the log.
fn shortening(case: &ListCase, until: NaiveDate) -> Option<PlannedStep> {
    let content = Content {
        until,
        ..case.published_content().ok()??.clone()
    };
    let reason = "所依据的处罚决定提前结束公示".to_owned();
    Some(PlannedStep::showing(
        case,
        CaseMove::Correct,
        Some(reason),
        content,
    ))
}
