//! Saying that a problem which a visit found is mended.

use crate::CADRE;
use crate::problems::{MAY_KNOW, caller_as_cadre};
use axum::response::{IntoResponse as _, Redirect};
use domain::words::Role;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use web::api::takes;
use web::extract::{Form, Json, Path};
use web::routes::{Routes, Who};
use web::{Answer, Context, Problem};

/// Who can say that a problem is mended.
const MENDING: Who = Who::Roles(&[Role::Office, Role::Cadre]);

pub fn routes(routes: Routes) -> Routes {
    routes
        .post("/supervision/problems/{id}/mended", CADRE, submit_mending)
        .post(
            "/api/v1/supervision/problems/{id}/mended",
            MENDING,
            mend_problem,
        )
        .api("督导发现的问题已整改", takes::<Mending>().gives_nothing())
}

#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Mended")]
struct Mending {
    #[serde(default)]
    note: String,
}

async fn mend_problem(
    context: Context,
    Path(id): Path<String>,
    Json(mending): Json<Mending>,
) -> Answer {
    write_mending(&context, &id, &mending.note).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// SQL: whether the register of problems has the row of `visit_problem` as open, also one that was said to be mended before.
const OPEN_AGAIN: &str = "EXISTS (SELECT 1 FROM visit_problem_standing s WHERE s.visit_problem = CAST(visit_problem.id AS TEXT) AND s.is_open)";

/// Notes that a problem is mended, and gives the code of its business: the register of problems has it as rectified by the same statement.
/// Whoever says so again changes nothing.
async fn write_mending(context: &Context, id: &str, note: &str) -> Result<String, Problem> {
    let id: i64 = id.parse().map_err(|_| Problem::not_found())?;
    let caller = context.caller()?;
    let sql = format!(
        "UPDATE visit_problem SET mended_on = iif(mended_on IS NULL OR {OPEN_AGAIN}, ?2, mended_on),
             mend_note = iif(mended_on IS NULL OR {OPEN_AGAIN}, ?5, mend_note), version = version + 1,
             changed_by = ?6, changed_at = ?7 WHERE id = ?1 AND {MAY_KNOW} RETURNING uscc"
    );
    #[derive(Deserialize)]
    struct ProblemEnterprise {
        uscc: String,
    }
    let parameters = [
        id.into(),
        context.today().to_string().into(),
        caller_as_cadre(context)?.into(),
        caller.only_towns_json().into(),
        note.trim().into(),
        caller.account.as_str().into(),
        context.at().into(),
    ];
    let enterprise: Option<ProblemEnterprise> = context.store.first(&sql, parameters).await?;
    enterprise
        .map(|enterprise| enterprise.uscc)
        .ok_or_else(Problem::not_found)
}

async fn submit_mending(
    context: Context,
    Path(id): Path<String>,
    Form(mending): Form<Mending>,
) -> Answer {
    let uscc = write_mending(&context, &id, &mending.note).await?;
    Ok(Redirect::to(&format!("/supervision/mine/{uscc}")).into_response())
}
