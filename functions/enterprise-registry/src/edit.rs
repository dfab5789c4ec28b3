//! Edits of one business by hand. Where somebody else changed it meanwhile, the answer is 409 with what it is now.

use crate::detail;
use crate::roster::LEDGER;
use domain::Uscc;
use registers::Item;
use std::collections::BTreeMap;
use web::extract::{Form, Json, Path};
use web::{Answer, Context, Problem};

/// The credit code as the ledger keeps it, however it was typed.
fn ledger_code(typed: &str) -> Result<String, Problem> {
    let uscc = typed.parse::<Uscc>().map_err(|_| Problem::not_found())?;
    Ok(uscc.to_string())
}

pub async fn change_enterprise(
    context: Context,
    Path(uscc): Path<String>,
    Json(change): Json<Item>,
) -> Answer {
    LEDGER
        .change(&context, &ledger_code(&uscc)?, change)
        .await?;
    detail::show_enterprise(context, Path(uscc)).await
}

pub async fn form(context: Context, Path(uscc): Path<String>) -> Answer {
    LEDGER.edit_page(context, ledger_code(&uscc)?).await
}

pub async fn submit(
    context: Context,
    Path(uscc): Path<String>,
    Form(sent): Form<BTreeMap<String, String>>,
) -> Answer {
    LEDGER
        .edit_submitted(context, ledger_code(&uscc)?, sent)
        .await
}
