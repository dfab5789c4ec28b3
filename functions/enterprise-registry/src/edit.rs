//! Hand edits of one business: what was not changed meanwhile is written, otherwise 409 with what it is now.

use crate::detail;
use crate::roster::LEDGER;
use domain::Uscc;
use registers::Item;
use std::collections::BTreeMap;
use web::extract::{Form, Json, Path};
use web::{Answer, Context, Problem};

/// As the ledger keeps it, however it was typed.
fn code(typed: &str) -> Result<String, Problem> {
    let uscc = typed.parse::<Uscc>().map_err(|_| Problem::not_found())?;
    Ok(uscc.to_string())
}

pub async fn change_enterprise(
    context: Context,
    Path(uscc): Path<String>,
    Json(given): Json<Item>,
) -> Answer {
    LEDGER.change(&context, &code(&uscc)?, given).await?;
    detail::show_enterprise(context, Path(uscc)).await
}

pub async fn form(context: Context, Path(uscc): Path<String>) -> Answer {
    LEDGER.edit_page(context, code(&uscc)?).await
}

pub async fn submit(
    context: Context,
    Path(uscc): Path<String>,
    Form(sent): Form<BTreeMap<String, String>>,
) -> Answer {
    LEDGER.edit_submitted(context, code(&uscc)?, sent).await
}
