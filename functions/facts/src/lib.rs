//! What was lawfully established about a business and several functions judge by: samples, penalties, inspections, honours,
//! accidents; the papers behind them, and the results of samples as the public reads them. Owns the tables of
//! `migrations/*_facts*`, and those of `0019_red_black_list_facts.sql`, `officer` and `fact_document`, which were made before it.

mod fact;
mod moved;
mod registers;
mod results;
mod tabs;

use ::registers::Declares as _;
use web::Token;
use web::Who::Everybody;
use web::routes::{DESK, OFFICE, Routes};

pub fn routes() -> Routes {
    Routes::default()
        .get("/facts", DESK, tabs::front)
        .register(&registers::SAMPLES)
        .register(&registers::PENALTIES)
        .register(&registers::INSPECTIONS)
        .register(&registers::HONOURS)
        .register(&registers::ACCIDENTS)
        .register(&registers::OFFICERS)
        .get("/facts/fact", DESK, fact::show)
        .post("/facts/documents", OFFICE, fact::submit)
        .get("/facts/documents/{id}", DESK, fact::document)
        .post("/facts/revoke", OFFICE, fact::revoke_submit)
        .post("/facts/publish", OFFICE, results::publish_submit)
        .get("/api/v1/list-facts", DESK, fact::show_fact)
        .post(
            "/api/v1/list-facts/documents",
            OFFICE.or(Token::Write),
            fact::attach_document,
        )
        .post("/api/v1/list-facts/revoke", OFFICE, fact::revoke)
        .post(
            "/api/v1/list-facts/publish-samples",
            OFFICE,
            results::publish,
        )
        .get("/facts/results", Everybody, results::page)
        .get("/api/v1/lists/samples", Everybody, results::list_results)
        .get("/api/v1/lists/samples.csv", Everybody, results::csv)
        .get("/lists/samples", Everybody, moved::onward)
        .get("/lists/facts", Everybody, moved::onward)
        .get("/lists/facts/{*rest}", Everybody, moved::onward)
}

web::component!();
