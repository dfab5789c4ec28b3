//! `/healthz`, where no runtime answers it: 200 once the store is migrated, which every request sees to before it gets here.

use axum::response::IntoResponse as _;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use web::{Answer, Context};

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Ok,
    /// Only a runtime that looks after schedules and the disk says so, which answers this address itself.
    #[expect(dead_code, reason = "said by runtimes")]
    Degraded,
}

#[derive(Serialize, JsonSchema)]
pub struct Health {
    status: State,
    checks: BTreeMap<&'static str, Check>,
}

/// How one thing stands, or each of several.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
enum Check {
    One(&'static str),
    /// The runtime's schedules, by name.
    #[expect(dead_code, reason = "said by runtimes")]
    Each(BTreeMap<&'static str, &'static str>),
}

pub async fn check_health(context: Context) -> Answer {
    context.store.text("SELECT 'ok'", []).await?;
    let health = Health {
        status: State::Ok,
        checks: [("store", Check::One("ok"))].into(),
    };
    Ok(axum::Json(health).into_response())
}
