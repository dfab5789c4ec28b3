//! Requests to others: where they go, and how long we wait.

use futures::future::{Either, select};
use std::pin::pin;
use std::time::Duration;

/// Scheme and host. What is secret crosses no network in the clear: https, but to this machine itself.
pub fn origin(host: &str) -> String {
    let here =
        host.starts_with("127.0.0.1") || host.starts_with("localhost") || host.starts_with("[::1]");
    let scheme = if here { "http" } else { "https" };
    format!("{scheme}://{host}")
}

/// What `work` comes to, unless it takes longer than `patience`.
pub async fn within<T>(patience: Duration, work: impl Future<Output = T>) -> Option<T> {
    match select(pin!(work), pin!(spin_sdk::time::sleep(patience))).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}
