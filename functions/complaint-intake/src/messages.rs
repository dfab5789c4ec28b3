//! A message of either side in a case.

use crate::cases::{Case, Note};
use crate::sealing::{Place, mark};
use web::{Context, Problem};

/// Who says it.
#[derive(Clone, Copy, PartialEq)]
pub enum Side<'s> {
    /// So many at most in one case.
    Citizen { most: i64 },
    /// The account that answers.
    Office { account: &'s str },
}

/// Keeps what is said; false where the citizen has said all that one may.
pub async fn say(
    context: &Context,
    case: &Case,
    side: Side<'_>,
    text: &str,
) -> Result<bool, Problem> {
    let (at, mark) = (context.at(), mark()?);
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
        case.open.id.into(),
        i64::from(from_office).into(),
        sealed.into(),
        mark.into(),
        at.into(),
        by.into(),
        most.into(),
    ];
    Ok(context.store.run(sql, parameters).await? == 1)
}
