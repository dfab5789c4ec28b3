//! What every function's pages and API share. A function declares its [`routes::Routes`]; each says who may call it.

pub mod api;
mod arrival;
pub mod caller;
pub mod contacts;
pub mod context;
pub mod cookie;
pub mod extract;
pub mod fault;
pub mod form;
mod guard;
pub mod idempotency;
pub mod issuing;
pub mod kept;
pub mod key_value;
pub mod navigation;
pub mod origin;
pub mod outbound;
pub mod page;
pub mod page_numbers;
pub mod paging;
pub mod problem;
mod problem_code;
pub mod redirect;
mod refill;
pub mod respond;
pub mod routes;
pub mod scope;
pub mod seal;
pub mod store_keys;
mod stray;
pub mod throttle;
pub mod token;
pub mod transport;
pub mod upload;
pub mod url;
pub mod who;

pub use caller::Caller;
pub use context::Context;
pub use key_value::KeyValue;
pub use problem::{Code, Problem};
pub use routes::Routes;
pub use token::Token;
pub use who::Who;

/// Much of what a function does is making and dropping short texts: the C library's allocator stood first in each profile.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// What a handler gives: a response, or the problem that kept it from one.
pub type Answer = Result<axum::response::Response, Problem>;
