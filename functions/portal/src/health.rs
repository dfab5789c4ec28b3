//! `/healthz`, where no runtime answers it: 200 once the store is migrated, which happens before any request comes to a handler.

use axum::response::IntoResponse as _;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use web::api::gives;
use web::routes::{Routes, Who};
use web::{Answer, Context};

pub fn routes(routes: Routes) -> Routes {
    routes
        .section("运行")
        .get_prepared("/healthz", Who::Everybody, check_health)
        .api(
            "是否可以服务",
            gives::<Health>().gives_as::<Health>(StatusCode::SERVICE_UNAVAILABLE),
        )
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "State")]
enum HealthState {
    Ok,
    /// Said by a runtime that looks after schedules and the disk; such a runtime answers this address itself.
    #[expect(dead_code, reason = "said by runtimes")]
    Degraded,
}

#[derive(Serialize, JsonSchema)]
struct Health {
    status: HealthState,
    checks: BTreeMap<&'static str, Check>,
}

/// The state of one thing, or of each of several.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
enum Check {
    One(&'static str),
    /// The runtime's schedules, by name.
    #[expect(dead_code, reason = "said by runtimes")]
    Each(BTreeMap<&'static str, &'static str>),
}

async fn check_health(context: Context) -> Answer {
    context.store.text("SELECT 'ok'", []).await?;
    let health = Health {
        status: HealthState::Ok,
        checks: [("store", Check::One("ok"))].into(),
    };
    Ok(axum::Json(health).into_response())
}
