//! Hand edits of one business: what was not changed meanwhile is written, otherwise 409 with what it is now.

use crate::detail;
use crate::roster::LEDGER;
use registers::Item;
use std::collections::BTreeMap;
use web::extract::{Form, Json, Path};
use web::{Answer, Context};

pub async fn change_enterprise(
    context: Context,
    Path(uscc): Path<String>,
    Json(given): Json<Item>,
) -> Answer {
    LEDGER.change(&context, &uscc, given).await?;
    detail::show_enterprise(context, Path(uscc)).await
}

pub async fn form(context: Context, Path(uscc): Path<String>) -> Answer {
    LEDGER.edit_page(context, uscc).await
}

pub async fn submit(
    context: Context,
    Path(uscc): Path<String>,
    Form(sent): Form<BTreeMap<String, String>>,
) -> Answer {
    LEDGER.edit_submitted(context, uscc, sent).await
}
