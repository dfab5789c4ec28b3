//! Ending an assignment on a day.

use crate::ASSIGNING;
use crate::backdating::{BACKDATED_REASON, closed_day_error};
use axum::response::IntoResponse as _;
use chrono::NaiveDate;
use http::StatusCode;
use registers::{Field, Item, Questions, Submission};
use serde::Deserialize;
use web::extract::{Json, Path};
use web::problem::FieldError;
use web::routes::Routes;
use web::{Answer, Context, Problem, Token};

pub fn routes(routes: Routes) -> Routes {
    routes
        .patch(
            "/api/v1/assignments/{id}",
            ASSIGNING.or(Token::Write),
            end_assignment,
        )
        .api("结束包保关系", END.taken().gives_nothing())
}

pub const ENDS_ON: Field = Field::any_day("ends_on", "结束日期").required();

pub const VERSION: Field = Field::version();

static END: Questions = Questions::of("AssignmentEnd", &[ENDS_ON, BACKDATED_REASON, VERSION]);

async fn end_assignment(
    context: Context,
    Path(id): Path<String>,
    Json(given): Json<Item>,
) -> Answer {
    write_end(&context, &id, Submission::Document(&given)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Ends an assignment, and gives the code of its business.
///
/// # Errors
///
/// 404 where there is none in the towns of the caller; 409 `changed_meanwhile` where it is at another version.
pub async fn write_end(
    context: &Context,
    id: &str,
    sent: Submission<'_>,
) -> Result<String, Problem> {
    #[derive(Deserialize)]
    struct RunningAssignment {
        uscc: String,
        starts_on: Option<NaiveDate>,
        version: i64,
        ends_on: Option<String>,
    }
    let id: i64 = id.parse().map_err(|_| Problem::not_found())?;
    let towns = context.caller()?.only_towns_json();
    let sql = "SELECT a.uscc, a.starts_on, a.version, a.ends_on FROM assignment a JOIN enterprise_ledger e ON e.uscc = a.uscc
        WHERE a.id = ?1 AND (?2 IS NULL OR e.town IN (SELECT value FROM json_each(?2)))";
    let assignment: Option<RunningAssignment> =
        context.store.first(sql, [id.into(), towns.into()]).await?;
    let assignment = assignment.ok_or_else(Problem::not_found)?;
    let end = END.read(context, sent).await?;
    let days = end.day(&ENDS_ON).zip(assignment.starts_on);
    if let Some((ends_on, _)) = days.filter(|(ends_on, starts_on)| ends_on < starts_on) {
        return Err(Problem::invalid(vec![FieldError::new(
            ENDS_ON.column,
            ends_on.to_string(),
            "结束日期早于起始日期",
        )]));
    }
    let from = end.day(&ENDS_ON).and_then(|day| day.succ_opt());
    if let Some(error) = closed_day_error(context, &end, &ENDS_ON, from).await? {
        return Err(Problem::invalid(vec![error]));
    }
    let sql = "UPDATE assignment SET ends_on = ?2, backdated_reason = ?6, version = version + 1, changed_by = ?4, changed_at = ?5
        WHERE id = ?1 AND (?3 IS NULL OR version = ?3) RETURNING 1";
    let parameters = [
        id.into(),
        end.value(&ENDS_ON),
        end.value(&VERSION),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        end.value(&BACKDATED_REASON),
    ];
    if context.store.run(sql, parameters).await? == 1 {
        return Ok(assignment.uscc);
    }
    let now = serde_json::json!({"ends_on": assignment.ends_on, "version": assignment.version});
    Err(Problem::changed_meanwhile("这条包保关系刚被修改过", now))
}
