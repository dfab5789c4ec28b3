//! What was lawfully established about a business and several functions judge by: samples, penalties, inspections, honours,
//! accidents; the papers behind them, and the results of samples as the public reads them. Owns the tables of
//! `migrations/*_facts*`, and those of `0019_red_black_list_facts.sql`, `officer` and `fact_document`, which were made before it.

mod fact;
mod fact_documents;
mod fact_revocation;
mod old_addresses;
mod registers;
mod result_download;
mod result_publication;
mod results;

use web::routes::Routes;

/// Each file lists the routes of its own capability, with who may call them.
pub fn routes() -> Routes {
    let capabilities = [
        registers::routes,
        fact::routes,
        fact_documents::routes,
        fact_revocation::routes,
        results::routes,
        result_download::routes,
        result_publication::routes,
        old_addresses::routes,
    ];
    capabilities
        .into_iter()
        .fold(Routes::default(), |routes, add| add(routes))
}

web::component!();
