//! Edits of one business by hand. Where somebody else changed it meanwhile, the answer is 409 with what it is now.

use crate::detail;
use crate::roster::LEDGER;
use registers::Item;
use registers::enterprises::find_number;
use std::collections::BTreeMap;
use web::extract::{Form, Json, Path};
use web::{Answer, Context};

pub async fn change_enterprise(
    context: Context,
    Path(uscc): Path<String>,
    Json(change): Json<Item>,
) -> Answer {
    LEDGER
        .change(&context, &find_number(&context.store, &uscc).await?, change)
        .await?;
    detail::show_enterprise(context, Path(uscc)).await
}

pub async fn form(context: Context, Path(uscc): Path<String>) -> Answer {
    let number = find_number(&context.store, &uscc).await?;
    LEDGER.edit_page(context, number).await
}

pub async fn submit(
    context: Context,
    Path(uscc): Path<String>,
    Form(sent): Form<BTreeMap<String, String>>,
) -> Answer {
    let number = find_number(&context.store, &uscc).await?;
    LEDGER.edit_submitted(context, number, sent).await
}
