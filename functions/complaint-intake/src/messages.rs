//! A message of either side in a case.

use crate::opened_case::{Note, OpenedCase};
use crate::sealing::{Place, draw_mark};
use chrono::{DateTime, FixedOffset};
use domain::office_date::chinese_time;
use maud::{Markup, html};
use web::{Context, Problem};

/// Who sends it.
#[derive(Clone, Copy, PartialEq)]
pub enum Side<'s> {
    /// The citizen, who may send so many messages in one case.
    Citizen { most: i64 },
    /// The office, by the account that answers.
    Office { account: &'s str },
}

/// Keeps the message. Gives false where the citizen has sent as many as one may.
pub async fn send_message(
    context: &Context,
    case: &OpenedCase,
    side: Side<'_>,
    text: &str,
) -> Result<bool, Problem> {
    let (at, mark) = (context.at(), draw_mark()?);
    let (from_office, by, most) = match side {
        Side::Citizen { most } => (false, "citizen", Some(most)),
        Side::Office { account } => (true, account, None),
    };
    let place = Place::Message {
        from_office,
        at: &at,
        mark: &mark,
    };
    let note = text.to_owned();
    let sealed = case.key()?.seal(place, &Note { note })?;
    let sql = "INSERT INTO complaint_message (complaint_id, from_office, sealed, mark, at, by)
        SELECT id, ?2, ?3, ?4, ?5, ?6 FROM complaint WHERE id = ?1 AND sealed_key IS NOT NULL
            AND (?7 IS NULL OR (SELECT count(*) FROM complaint_message m WHERE m.complaint_id = ?1 AND NOT m.from_office) < ?7) RETURNING id";
    let parameters = [
        case.facts.id.into(),
        i64::from(from_office).into(),
        sealed.into(),
        mark.into(),
        at.into(),
        by.into(),
        most.into(),
    ];
    Ok(context.store.run(sql, parameters).await? == 1)
}

/// A message on a page, as both sides read it.
pub fn message_part(sender: &str, at: DateTime<FixedOffset>, text: &str) -> Markup {
    html! {
        div.step {
            p.note { (sender) " · " (chinese_time(at)) }
            p.said { (text) }
        }
    }
}
