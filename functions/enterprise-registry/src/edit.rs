//! Edits of one business by hand. Where somebody else changed it meanwhile, the answer is 409 with what it is now.

use crate::detail;
use crate::roster::LEDGER;
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
    let number: EnterpriseNo = uscc.parse().map_err(|_| Problem::not_found())?;
    let number = number_of(&context, &number).await?;
    LEDGER.change(&context, &number, change).await?;
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
