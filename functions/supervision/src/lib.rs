//! 包保督导: the officials, whom they answer for, what they owe and what they did. Owns the tables of `migrations/*_supervision_*`.
//!
//! Each file declares its own routes at its beginning, with who may call them.

mod assigning;
mod assignment_end;
mod assignment_page;
mod assignments;
mod backdating;
mod balance;
mod balance_page;
mod cadre_page;
mod cadres;
mod closing;
mod commitments;
mod fit;
mod late_entries;
mod leave;
mod lift_requests;
mod mending;
mod my_obligations;
mod named_official;
mod new_visit;
mod obligations;
mod oversight;
mod post_identity;
mod posts;
mod problem_photos;
mod problems;
mod progress;
mod proposal;
mod quarter;
mod reports;
mod tabs;
mod three_lists;
mod visit_background;
mod visit_form;
mod visit_page;
mod visit_points;
mod visit_position;
mod visit_problems;
mod visit_signature;
mod visits;
mod yearly_duties;

use domain::words::Role;
use registers::Declares as _;
use web::routes::{DESK, Routes, STAFF, Who};
use web::{Context, Problem};

/// Officials, at the shop door.
const CADRE: Who = Who::Roles(&[Role::Cadre]);
/// Who decides which official answers for a business (001 §三.2: 区、街镇食安办).
const ASSIGNING: Who = Who::Roles(&[Role::Office, Role::Town]);

/// Whether the caller is of [`ASSIGNING`]: others are shown no form.
fn may_assign(context: &Context) -> bool {
    ASSIGNING.admits(context.caller.as_ref())
}

/// The number of the official who calls; 403 where the caller is none.
fn cadre_no(context: &Context) -> Result<String, Problem> {
    let caller = context.caller()?;
    caller.cadre_no.clone().ok_or_else(Problem::forbidden)
}

pub fn routes() -> Routes {
    let lists = Routes::default()
        .section("包保督导")
        .register(&cadres::CADRES)
        .register(&assignments::ASSIGNMENTS)
        .register(&visits::VISITS)
        .register(&visit_points::VISIT_POINTS)
        .list(DESK, &yearly_duties::YEARLY_DUTIES)
        .list(DESK, &oversight::OVERSIGHTS)
        .list(STAFF, &problems::PROBLEMS)
        .list(DESK, &late_entries::LATE_ENTRIES)
        .list(DESK, &lift_requests::LIFT_REQUESTS)
        .list(STAFF, &obligations::OBLIGATIONS);
    let files: [fn(Routes) -> Routes; 24] = [
        assigning::routes,
        assignment_end::routes,
        assignment_page::routes,
        leave::routes,
        cadre_page::routes,
        posts::routes,
        lift_requests::routes,
        balance::routes,
        balance_page::routes,
        proposal::routes,
        commitments::routes,
        reports::routes,
        three_lists::routes,
        oversight::routes,
        progress::routes,
        closing::routes,
        late_entries::routes,
        my_obligations::routes,
        visit_form::routes,
        new_visit::routes,
        visit_page::routes,
        problems::routes,
        problem_photos::routes,
        mending::routes,
    ];
    files.into_iter().fold(lists, |routes, add| add(routes))
}

web::component!();
