//! 问题清单: every problem from whichever source, until it is struck off. Owns the tables of `migrations/*_risk_and_inspection_*`.
//!
//! A problem is a task between offices. Nothing here orders anything of a business: 包保督导 is no inspection (国办发〔2024〕54号), and what
//! an official finds at a door goes to the station.

mod problem_moves;
mod problem_page;
mod problem_photos;
mod problem_record;
mod problems;
mod reporting;

use domain::words::Role;
use registers::Declares as _;
use web::routes::{Routes, STAFF, Who};

/// Whoever reports a problem and moves it on; which moves, the table of moves says (`domain::problem::MOVES`).
const WORKING: Who = Who::Roles(&[Role::Office, Role::Town, Role::Station, Role::Cadre]);

pub fn routes() -> Routes {
    let list = Routes::default()
        .section("问题")
        .list(STAFF, &problems::PROBLEMS);
    let files: [fn(Routes) -> Routes; 4] = [
        reporting::routes,
        problem_page::routes,
        problem_moves::routes,
        problem_photos::routes,
    ];
    files.into_iter().fold(list, |routes, add| add(routes))
}

web::component!();
