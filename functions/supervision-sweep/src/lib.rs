//! 三书一函 (004 §二(一)): every morning what is overdue is found, the right paper goes to the right person, once, and they are told.
//! Owns the tables of `migrations/*_supervision_sweep*`.

mod breaches;
mod channels;
mod deliver;
mod deliveries;
mod docx;
pub mod ladder;
mod messages;
mod moves;
mod notice;
mod notices;
mod overview;
mod paper;
mod policy;
mod preview;
pub mod reminders;
mod runs;
pub mod standing;
pub mod stated;
mod sweep;
mod tabs;

use breaches::BREACHES;
use deliveries::DELIVERIES;
use domain::words::Role;
use notices::NOTICES;
use registers::Declares as _;
use web::Token;
use web::routes::{DESK, OFFICE, Routes, Who};

const STAFF: Who = Who::Roles(&[
    Role::Office,
    Role::Chair,
    Role::Town,
    Role::Station,
    Role::Cadre,
]);
/// Who signs.
const SIGNING: Who = Who::Roles(&[Role::Office, Role::Chair]);
/// To whom papers go; the office answers for a department, which has no accounts.
const ADDRESSED: Who = STAFF;

pub fn routes() -> Routes {
    Routes::default()
        .post("/internal/sweep", Who::Scheduler, sweep::run)
        .post("/internal/deliver", Who::Scheduler, deliver::run)
        .get("/sweep", DESK, overview::page)
        .list(STAFF, &BREACHES)
        .get("/sweep/preview", OFFICE, preview::preview_page)
        .get("/sweep/runs", OFFICE, runs::page)
        .get("/sweep/policy", OFFICE, policy::page)
        .get("/sweep/policy/{rule}", OFFICE, policy::edit_page)
        .post("/sweep/policy/{rule}", OFFICE, policy::submit)
        .list(OFFICE, &DELIVERIES)
        .post("/sweep/deliveries", OFFICE, deliveries::submit)
        .list(STAFF, &NOTICES)
        .get("/notices/{id}", STAFF, notice::page)
        .post("/notices/{id}", STAFF, notice::submit)
        .get("/messages", STAFF, messages::page)
        .get("/messages/{id}", STAFF.or(Token::Person), messages::open)
        .get("/api/v1/sweep/overview", DESK, overview::show_overview)
        .post(
            "/api/v1/sweep/preview",
            OFFICE.or(Token::Read),
            preview::preview,
        )
        .get("/api/v1/sweep/runs", OFFICE, runs::list_runs)
        .get("/api/v1/sweep/policy", OFFICE, policy::list_policy)
        .put("/api/v1/sweep/policy/{rule}", OFFICE, policy::set_policy)
        .post(
            "/api/v1/sweep/deliveries/{id}/retry",
            OFFICE.or(Token::Write),
            deliveries::retry,
        )
        .post("/api/v1/notices/{id}/sign", SIGNING, moves::sign)
        .post(
            "/api/v1/notices/{id}/acknowledge",
            ADDRESSED,
            moves::acknowledge,
        )
        .post("/api/v1/notices/{id}/reply", ADDRESSED, moves::reply)
        .post("/api/v1/notices/{id}/close", OFFICE, moves::close)
        .post("/api/v1/notices/{id}/withdraw", OFFICE, moves::withdraw)
        .get("/api/v1/messages", STAFF, messages::list_messages)
        .post(
            "/api/v1/messages/{id}/read",
            STAFF.or(Token::Write),
            messages::read_message,
        )
}

web::component!();
