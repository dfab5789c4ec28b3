//! Edits of one business by hand. Where somebody else changed it meanwhile, the answer is 409 with what it is now.

use crate::detail;
use crate::roster::LEDGER;
use axum::response::{IntoResponse as _, Redirect};
use domain::EnterpriseNo;
use registers::Item;
use registers::enterprises::{find_number, number_of};
use std::collections::BTreeMap;
use web::extract::{Form, Json, Path};
use web::{Answer, Context, Problem};

pub async fn change_enterprise(
    context: Context,
    Path(uscc): Path<String>,
    Json(change): Json<Item>,
) -> Answer {
    let typed: EnterpriseNo = uscc.parse().map_err(|_| Problem::not_found())?;
    let number = number_of(&context, &typed).await?;
    refuse_merged(&context, typed.as_str()).await?;
    LEDGER.change(&context, &number, change).await?;
    detail::show_enterprise(context, Path(uscc)).await
}

pub async fn form(context: Context, Path(uscc): Path<String>) -> Answer {
    let number = find_number(&context.store, &uscc).await?;
    // What is edited has its own number in its address.
    if number != uscc {
        return Ok(Redirect::to(&format!("/enterprises/{number}/edit")).into_response());
    }
    LEDGER.edit_page(context, number).await
}

/// A form of a business that was merged meanwhile does not write over the one that it was merged into.
async fn refuse_merged(context: &Context, number: &str) -> Result<(), Problem> {
    let sql = "SELECT EXISTS (SELECT 1 FROM enterprise_merged WHERE uscc = ?1) || ''";
    match &*context.store.text(sql, [number.into()]).await? {
        "0" => Ok(()),
        _ => Err(Problem::changed_since(
            "这条记录已经并入另一家，请打开保留的那一家再改",
        )),
    }
}

pub async fn submit(
    context: Context,
    Path(uscc): Path<String>,
    Form(sent): Form<BTreeMap<String, String>>,
) -> Answer {
    let number = find_number(&context.store, &uscc).await?;
    refuse_merged(&context, &uscc).await?;
    LEDGER.edit_submitted(context, number, sent).await
}
