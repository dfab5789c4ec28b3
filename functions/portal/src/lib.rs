//! The front door: home, setup, sign-in, staff accounts and tokens, policy, holidays, audit, shared assets, the description
//! of the API. Owns the tables of `migrations/*_portal_*`.

mod api_description;
mod assets;
mod audit;
mod browser;
mod common_password;
mod front;
mod health;
mod holidays;
mod housekeeping;
mod password;
mod policy;
mod session;
mod setup;
mod staff;
mod tasks;
mod text_size;
mod tokens;

use web::Token;
use web::routes::{OFFICE, Routes, Who};

pub fn routes() -> Routes {
    use Who::{Everybody, Scheduler, SignedIn};
    Routes::default()
        .get("/", Everybody, front::home)
        .get("/healthz", Everybody, health::check)
        .get("/assets/{name}", Everybody, assets::asset)
        .post("/text-size", Everybody, text_size::choose)
        .get("/api", Everybody, api_description::page)
        .get("/api/openapi.json", Everybody, api_description::document)
        .get("/setup", Everybody, setup::form)
        .post("/setup", Everybody, setup::submit)
        .post_filing("/api/v1/setup", Everybody, setup::create_first_account)
        .get("/sign-in", Everybody, session::form)
        .post("/sign-in", Everybody, session::submit)
        .post("/sign-out", Everybody, session::sign_out_page)
        .post("/api/v1/session", Everybody, session::sign_in)
        .get("/api/v1/session", SignedIn, session::who_am_i)
        .delete("/api/v1/session", SignedIn, session::sign_out)
        .get(
            "/account/password",
            SignedIn.or(Token::Person),
            password::form,
        )
        .post("/account/password", SignedIn, password::submit)
        .post(
            "/api/v1/session/password",
            SignedIn,
            password::change_password,
        )
        .get("/staff", OFFICE, staff::page)
        .post("/staff", OFFICE, staff::submit)
        .get("/staff/{account}", OFFICE, staff::edit_page)
        .post("/staff/{account}", OFFICE, staff::edit_submit)
        .get("/api/v1/staff", OFFICE, staff::list_accounts)
        .post("/api/v1/staff", OFFICE, staff::create_account)
        .patch("/api/v1/staff/{account}", OFFICE, staff::change_account)
        .get("/tokens", OFFICE, tokens::page)
        .post("/tokens", OFFICE, tokens::submit)
        .post("/tokens/{id}/revoke", OFFICE, tokens::revoke_submit)
        .get("/api/v1/tokens", OFFICE, tokens::list_tokens)
        .post("/api/v1/tokens", OFFICE, tokens::create_token)
        .delete("/api/v1/tokens/{id}", OFFICE, tokens::revoke_token)
        .get("/api/v1/home", SignedIn, tasks::list_tasks)
        .get("/audit", OFFICE, audit::page)
        .get("/api/v1/audit", OFFICE, audit::list_audit)
        .get("/policy", OFFICE, policy::page)
        .post("/policy/{name}", OFFICE, policy::submit)
        .get("/api/v1/policy", OFFICE, policy::list_policy)
        .put("/api/v1/policy/{name}", OFFICE, policy::set_policy)
        .get("/holidays", OFFICE, holidays::page)
        .post("/holidays", OFFICE, holidays::submit)
        .post(
            "/api/v1/holidays/import",
            OFFICE.or(Token::Import),
            holidays::import_holidays,
        )
        .get("/api/v1/workdays", Everybody, holidays::count_workdays)
        .post("/internal/housekeeping", Scheduler, housekeeping::run)
}

web::component!();
