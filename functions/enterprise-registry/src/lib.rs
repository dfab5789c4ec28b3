//! The ledger of food businesses: imports, the registration platform's records, hand edits, search, the public look-up.
//! Owns the tables of `migrations/*_enterprise_registry*`.

mod detail;
mod edit;
mod export;
mod feed;
mod list;
mod names;
mod public;
mod records;
mod roster;
mod scopes;
mod search;

use roster::LEDGER;
use web::Token;
use web::routes::{DESK, OFFICE, Routes, Who};

pub fn routes() -> Routes {
    LEDGER
        .imports(Routes::default())
        .get("/enterprises", DESK, list::page)
        .get("/enterprises/export.xlsx", DESK, export::xlsx)
        .get("/enterprises/feed", OFFICE, feed::runs_page)
        .post("/enterprises/feed", OFFICE, feed::pull_now)
        .get("/enterprises/{uscc}", DESK, detail::page)
        .get("/enterprises/{uscc}/edit", OFFICE, edit::form)
        .post("/enterprises/{uscc}/edit", OFFICE, edit::submit)
        .get("/api/v1/enterprises", DESK, list::list_enterprises)
        .post(
            "/api/v1/enterprises",
            OFFICE.or(Token::Write),
            records::put_enterprises,
        )
        .get(
            "/api/v1/enterprises/feed-runs",
            OFFICE,
            feed::list_feed_runs,
        )
        .get("/api/v1/enterprises/{uscc}", DESK, detail::show_enterprise)
        .patch(
            "/api/v1/enterprises/{uscc}",
            OFFICE.or(Token::Write),
            edit::change_enterprise,
        )
        .post("/internal/registry-feed", Who::Scheduler, feed::pull)
        .post("/internal/scopes", Who::Scheduler, scopes::read_again)
        .get("/look-up", Who::Everybody, public::page)
        .get(
            "/api/v1/public/enterprises",
            Who::Everybody,
            public::list_public_enterprises,
        )
}

web::component!();
