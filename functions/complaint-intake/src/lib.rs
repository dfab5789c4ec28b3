//! 投诉举报: filed in three minutes, sealed, followed by number and passphrase, handled by the days of the law; and 你点我检.
//! Owns the tables of `migrations/*_complaint_intake*`.

mod access;
mod calendar;
mod case_answers;
mod case_forms;
mod case_number;
mod case_order;
mod check_page;
mod citizen_acts;
mod desk;
mod desk_page;
mod draft_photos;
mod drafts;
mod figures;
mod filing;
mod follow_pages;
mod form_parts;
mod front;
mod handlers;
mod handlers_page;
mod handling;
mod handover;
mod housekeeping;
mod inbox;
mod insiders;
mod intake;
mod limits;
mod messages;
mod moves;
mod new_complaint;
mod open311;
mod opened_case;
mod passphrase;
mod question;
mod question_pages;
mod questions;
mod receipt_pages;
mod redating;
mod resealing;
mod rewards;
mod sampling;
mod sealing;
mod tabs;
mod templates;
mod uploads;
mod way_out;

use registers::Declares as _;
use web::Routes;

/// The routes of all capabilities. The `routes` of each file says which paths are its own and who may call them;
/// `grep -rA3 -E '\.(get|post|put|post_once|post_filing)\($|\.(get|post|put)\("' functions/complaint-intake/src` shows the whole map.
pub fn routes() -> Routes {
    let routes = Routes::default().section("投诉举报");
    // For everybody: the form, its receipt, and the case that is followed by number and passphrase.
    let routes = questions::routes(way_out::routes(front::routes(routes)));
    let routes = receipt_pages::routes(draft_photos::routes(routes));
    let routes = citizen_acts::routes(follow_pages::routes(intake::routes(routes)));
    let routes = figures::routes(routes);
    // For the office and the stations: the list, a case, the reports of insiders and their handlers.
    let routes = routes.list(access::HANDLERS, &inbox::INBOX);
    let routes = handling::routes(desk::routes(templates::routes(routes)));
    let routes = handlers_page::routes(handlers::routes(insiders::routes(routes)));
    let routes = handover::routes(routes);
    // For the schedule.
    let routes = housekeeping::routes(routes);
    open311::routes(sampling::routes(routes))
}

web::component!();
