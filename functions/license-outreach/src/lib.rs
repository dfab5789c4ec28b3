//! 许可服务前移 (000 §三(一)–(四)): who will need a food production licence, and the way to it, at their door.
//! Owns the tables of `migrations/*_license_outreach*`. Whether a scope needs a licence is computed by the registry, when it writes the
//! scope.
//!
//! Each file declares its own routes at its beginning, with who may call them.

mod applications;
mod candidates;
mod canteen_page;
mod canteen_project;
mod canteen_visits;
mod canteens;
mod case;
mod case_page;
mod case_steps;
mod cases;
mod chosen;
mod documents;
mod expired;
mod figures;
mod licenses;
mod matters;
mod opening;
mod prospect_filters;
mod renewals;
mod scope_check;
mod stages;
mod tabs;
mod trainings;
mod unclear;

use domain::words::Role;
use registers::Declares as _;
use web::Context;
use web::routes::{BUREAU_AND_STATIONS, Routes, Who};

/// Who looks for candidates.
const FIELD: Who = Who::Roles(&[Role::Office, Role::Bureau, Role::Town, Role::Station]);
/// Who goes to the door, and records what was done there.
const DOOR: Who = BUREAU_AND_STATIONS;

/// Whether the caller is of [`DOOR`]: others are shown no form.
fn goes_to_the_door(context: &Context) -> bool {
    DOOR.admits(context.caller.as_ref())
}

pub fn routes() -> Routes {
    let lists = Routes::default()
        .section("许可服务前移")
        .list_pages(FIELD, &candidates::CANDIDATES)
        .list_pages(FIELD, &expired::EXPIRED)
        .list_pages(FIELD, &unclear::UNCLEAR)
        .list(FIELD, &cases::CASES)
        .register(&licenses::LICENSES)
        .register(&applications::APPLICATIONS)
        .list(FIELD, &renewals::RENEWALS)
        .list(FIELD, &canteens::CANTEENS)
        .list(FIELD, &matters::MATTERS)
        .list(FIELD, &trainings::TRAININGS);
    let files: [fn(Routes) -> Routes; 15] = [
        scope_check::routes,
        candidates::routes,
        unclear::routes,
        figures::routes,
        opening::routes,
        case::routes,
        case_page::routes,
        case_steps::routes,
        stages::routes,
        documents::routes,
        canteen_project::routes,
        canteen_visits::routes,
        canteen_page::routes,
        matters::routes,
        trainings::routes,
    ];
    files.into_iter().fold(lists, |routes, add| add(routes))
}

web::component!();
