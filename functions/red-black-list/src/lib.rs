//! 红黑榜: who meets which criteria on the facts, the way to a list, and the lists as the public reads
//! and checks them. Owns the tables of `migrations/*_red_black_list*`.

mod black_list_decision;
mod black_list_notice;
mod black_list_paper;
mod cached_answers;
mod case_moves;
mod case_page;
mod case_steps;
mod clearing;
mod criteria;
mod duty_figures;
mod duty_publication;
mod entry_terms;
mod findings;
mod front;
mod generation;
mod key_help;
mod list_case;
mod log;
mod log_leaf;
mod nominations;
mod personal_data;
mod policy;
mod public_entry;
mod public_list;
mod publishing;
mod schedule;
mod search_words;
mod suggestions;
mod tabs;

use web::routes::Routes;

/// Each file lists the routes of its own capability, with who may call them.
pub fn routes() -> Routes {
    let capabilities = [
        list_case::routes,
        suggestions::routes,
        criteria::routes,
        key_help::routes,
        duty_publication::routes,
        nominations::routes,
        publishing::routes,
        case_page::routes,
        black_list_notice::routes,
        black_list_decision::routes,
        case_moves::routes,
        schedule::routes,
        front::routes,
        log::routes,
        public_list::routes,
        public_entry::routes,
    ];
    let routes = Routes::default().section("红黑榜");
    capabilities
        .into_iter()
        .fold(routes, |routes, add| add(routes))
}

web::component!();
