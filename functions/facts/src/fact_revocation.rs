//! Revoking a fact that was entered wrongly, or whose decision was annulled.

use crate::fact::{FactQuery, fact_json, fact_page, register_of, table_of};
use axum::response::{IntoResponse as _, Redirect};
use domain::words::FactKind;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use web::api::takes;
use web::extract::{Form, Json};
use web::form::Errors;
use web::problem::FieldError;
use web::respond::refused;
use web::routes::{BUREAU, Routes};
use web::{Answer, Context, Problem};

pub fn routes(routes: Routes) -> Routes {
    routes
        .section("抽检处罚")
        .post("/facts/revoke", BUREAU, submit)
        .post("/api/v1/list-facts/revoke", BUREAU, revoke_fact)
        .api(
            "撤销一条事实；以它为依据的黑榜条目随后撤下",
            takes::<FactRevocation>().gives_nothing().refuses(&[404]),
        )
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "FactRevoked")]
struct FactRevocation {
    kind: FactKind,
    number: String,
    #[serde(default)]
    sure: Option<String>,
}

impl FactRevocation {
    fn fact(self) -> FactQuery {
        FactQuery {
            kind: self.kind,
            number: self.number,
        }
    }
}

/// Takes a fact back from today on.
///
/// # Errors
///
/// 404 where there is none that holds.
async fn revoke(context: &Context, fact: &FactQuery) -> Result<(), Problem> {
    fact_json(context, fact).await?;
    let (table, key) = table_of(fact.kind);
    let sql = format!(
        "UPDATE {table} SET revoked_on = ?2, version = version + 1, changed_by = ?3, changed_at = ?4 WHERE {key} = ?1 AND revoked_on IS NULL"
    );
    let parameters = [
        fact.number.as_str().into(),
        context.today().to_string().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    context.store.run(&sql, parameters).await?;
    Ok(())
}

async fn revoke_fact(context: Context, Json(revocation): Json<FactRevocation>) -> Answer {
    revoke(&context, &revocation.fact()).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn submit(context: Context, Form(revocation): Form<FactRevocation>) -> Answer {
    let is_sure = revocation.sure.is_some();
    let fact = revocation.fact();
    if !is_sure {
        let errors = Errors(vec![FieldError::secret("sure", "请先勾选确认")]);
        let page = fact_page(&context, &fact, &errors).await?;
        return Ok(refused(StatusCode::UNPROCESSABLE_ENTITY, page));
    }
    revoke(&context, &fact).await?;
    Ok(Redirect::to(register_of(fact.kind).path).into_response())
}
