//! What the schedule does for the lists.

use crate::clearing::clear_unread;
use crate::duty_publication::publish_when_due;
use crate::generation::bring_up_to_date;
use crate::search_words::renew_search_words;
use axum::response::IntoResponse as _;
use schemars::JsonSchema;
use serde::Serialize;
use web::api::gives;
use web::routes::{Routes, Who};
use web::{Answer, Context};

pub fn routes(routes: Routes) -> Routes {
    routes
        .post("/internal/lists", Who::Scheduler, keep_lists)
        .api(
            "每分钟：到期的撤下，补做没有做完的公布，清理旧的文件，到时公布履责情况",
            gives::<ListsKept>(),
        )
}

#[derive(Serialize, JsonSchema)]
pub struct ListsKept {
    switched: bool,
    cleared: usize,
    duties: Option<String>,
}

/// Every minute: finishes what a crash has left, removes what is over, clears away, and publishes the figures of duties when they are
/// due. Where there is nothing to do it only looks.
pub async fn keep_lists(context: Context) -> Answer {
    renew_search_words(&context).await?;
    let switched = bring_up_to_date(&context).await?;
    let cleared = clear_unread(&context).await?;
    let duties = publish_when_due(&context).await?;
    let done = ListsKept {
        switched,
        cleared,
        duties,
    };
    Ok(axum::Json(done).into_response())
}
