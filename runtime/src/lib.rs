//! The embedded runtime: the functions of a `spin.toml` on wasmtime, over one SQLite file. The program `shian` is its command line;
//! the tests open it in their own process.

pub mod backup;
pub mod build;
mod cache;
mod clock;
pub mod compiled;
mod database;
mod first_start;
mod function;
mod guest_output;
mod health;
mod host;
mod listener;
pub mod manifest;
mod metrics;
pub mod program;
mod proxies;
mod reception;
mod request_log;
mod router;
mod schedule;
mod secrets;
pub mod server;
pub mod up;
mod variables;
pub mod verify_log;
mod visitors;
