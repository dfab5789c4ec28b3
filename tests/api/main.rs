//! What the API promises, against the real runtime.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on says so"
)]

mod access;
mod accounts;
mod bad_input;
mod cases;
mod complaints;
mod description;
mod edits;
mod facts;
mod feed;
mod idempotency;
mod lists;
mod messages;
mod outreach;
mod pages;
mod policy;
mod rosters;
mod search;
mod suggestions;
mod supervision;
mod sweep;
mod untidy;
