//! The day on which an official leaves. With it all their posts and assignments end, and for each business begin the 20 working days within
//! which another official is to be found (001 §三.2).

use crate::backdating::{BACKDATED_REASON, closed_day_error};
use crate::cadre_page::find_cadre;
use axum::response::IntoResponse as _;
use http::StatusCode;
use registers::{Field, Item, Questions, Submission};
use web::extract::{Json, Path};
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, Token};

pub fn routes(routes: Routes) -> Routes {
    routes
        .patch(
            "/api/v1/cadres/{cadre_no}",
            OFFICE.or(Token::Write),
            record_leaving,
        )
        .api(
            "登记离任：所有岗位和所包保的关系同日结束",
            LEAVE.taken().named("leave").gives_nothing(),
        )
}

pub const LEFT_ON: Field = Field::any_day("left_on", "最后一天").required();
pub const VERSION: Field = Field::version();

static LEAVE: Questions = Questions::of("Leave", &[LEFT_ON, BACKDATED_REASON, VERSION]);

async fn record_leaving(
    context: Context,
    Path(cadre_no): Path<String>,
    Json(given): Json<Item>,
) -> Answer {
    write_leaving(&context, &cadre_no, Submission::Document(&given)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Notes the last day of an official, with which all their posts and assignments end (triggers).
///
/// # Errors
///
/// 404 where there is none in the towns of the caller; 409 `changed_meanwhile` where they have left already, or are at another version.
pub async fn write_leaving(
    context: &Context,
    cadre_no: &str,
    sent: Submission<'_>,
) -> Result<(), Problem> {
    let official = find_cadre(context, cadre_no).await?;
    let leave = LEAVE.read(context, sent).await?;
    let from = leave.day(&LEFT_ON).and_then(|day| day.succ_opt());
    if let Some(error) = closed_day_error(context, &leave, &LEFT_ON, from).await? {
        return Err(Problem::invalid(vec![error]));
    }
    let sql =
        "UPDATE cadre SET left_on = ?2, backdated_reason = ?6, version = version + 1, changed_by = ?4, changed_at = ?5
        WHERE cadre_no = ?1 AND left_on IS NULL AND (?3 IS NULL OR version = ?3) RETURNING 1";
    let parameters = [
        cadre_no.into(),
        leave.value(&LEFT_ON),
        leave.value(&VERSION),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        leave.value(&BACKDATED_REASON),
    ];
    if context.store.run(sql, parameters).await? == 1 {
        return Ok(());
    }
    let now = serde_json::json!({"left_on": official.left_on, "version": official.version});
    Err(Problem::changed_meanwhile("这名干部的资料已有变化", now))
}
