//! `/healthz`: 200 once the store is migrated, which every request sees to before it gets here.

use web::{Answer, Context};

pub async fn check(context: Context) -> Answer {
    context.store.text("SELECT 'ok'", []).await?;
    Ok(axum::response::IntoResponse::into_response("ok\n"))
}
