//! `/healthz`, where no runtime answers it: 200 once the store is migrated, which every request sees to before it gets here.

use web::{Answer, Context};

pub async fn check(context: Context) -> Answer {
    context.store.text("SELECT 'ok'", []).await?;
    let said = serde_json::json!({"status": "ok", "checks": {"store": "ok"}});
    Ok(axum::response::IntoResponse::into_response(axum::Json(
        said,
    )))
}
