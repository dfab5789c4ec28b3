//! 三书一函 (004 §二(一)): every morning what is overdue is found, the right paper goes to the right person, once, and they are told.
//! Owns the tables of `migrations/*_supervision_sweep*`.
//!
//! Each file declares its own routes at its beginning, with who may call them.

pub mod breach_changes;
mod breaches;
mod channels;
mod closure;
pub mod deadline_views;
mod deliver;
mod deliveries;
mod escalation;
mod escalation_page;
pub mod ladder;
mod message_text;
mod messages;
mod moves;
mod notice;
mod notice_page;
mod notices;
mod outcome;
mod overview;
mod paper;
mod paper_routes;
mod paper_template;
mod preview;
pub mod reminders;
mod report_upwards;
mod robot_text;
mod runs;
mod sweep;
mod sweep_day;
mod tabs;
mod talks;
mod template_pages;
mod webhook_signature;

use domain::words::Role;
use registers::Declares as _;
use web::routes::{OFFICE, Routes, STAFF, Who};

/// To whom papers and messages go: whoever works here, each for their own.
const ADDRESSED: Who = Who::Roles(&[
    Role::Office,
    Role::Bureau,
    Role::Chair,
    Role::TownChair,
    Role::Department,
    Role::Town,
    Role::Station,
    Role::Cadre,
]);

pub fn routes() -> Routes {
    let lists = Routes::default()
        .section("督办")
        .list(STAFF, &breaches::BREACHES)
        .list(OFFICE, &deliveries::DELIVERIES)
        .list(ADDRESSED, &notices::NOTICES);
    let files: [fn(Routes) -> Routes; 14] = [
        sweep::routes,
        deliver::routes,
        overview::routes,
        preview::routes,
        runs::routes,
        escalation::routes,
        escalation_page::routes,
        deliveries::routes,
        notice_page::routes,
        moves::routes,
        talks::routes,
        paper_routes::routes,
        template_pages::routes,
        messages::routes,
    ];
    files.into_iter().fold(lists, |routes, add| add(routes))
}

web::component!();
