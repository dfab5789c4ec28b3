//! The front door: home, setup, sign-in, staff accounts and tokens, policy, holidays, audit, shared assets, the description
//! of the API. Owns the tables of `migrations/*_portal_*`.

mod account;
mod account_change;
mod account_list;
mod api_description;
mod assets;
mod audit;
mod browser;
mod common_password;
mod contacts;
mod first_organisations;
mod front;
mod health;
mod holiday_import;
mod holidays;
mod housekeeping;
mod organisation_form;
mod organisation_pages;
mod organisation_proposals;
mod organisation_routes;
mod organisations;
mod password;
mod place_changes;
mod place_import;
mod place_pages;
mod place_routes;
mod places;
mod policy;
mod session;
mod setup;
mod tasks;
mod text_size;
mod tokens;
mod unconfirmed_places;
mod workdays;

use web::routes::Routes;

/// Each file lists the routes of its own capability, with who may call them.
pub fn routes() -> Routes {
    let capabilities = [
        front::routes,
        contacts::routes,
        health::routes,
        assets::routes,
        text_size::routes,
        api_description::routes,
        setup::routes,
        session::routes,
        password::routes,
        account_list::routes,
        account_change::routes,
        tokens::routes,
        tasks::routes,
        audit::routes,
        place_routes::routes,
        organisation_routes::routes,
        policy::routes,
        holidays::routes,
        holiday_import::routes,
        workdays::routes,
        housekeeping::routes,
    ];
    capabilities
        .into_iter()
        .fold(Routes::default(), |routes, add| add(routes))
}

web::component!();
