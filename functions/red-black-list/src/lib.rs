//! 红黑榜: the facts that registers bring, who meets which criteria on them, the way to a list, and the lists as the public reads
//! and checks them. Owns the tables of `migrations/*_red_black_list*`.

mod accidents;
mod cases;
mod content;
mod criteria;
mod desk;
mod duties;
mod entries;
mod fact;
mod findings;
mod front;
mod honours;
mod inspections;
mod key_help;
mod log;
mod moves;
mod nominate;
mod officers;
mod penalties;
mod policy;
mod publication;
mod readers;
mod results;
mod samples;
mod served;
mod suggestions;
mod tabs;

use accidents::Accidents;
use cases::Cases;
use chrono::NaiveDate;
use domain::words::Word;
use honours::Honours;
use inspections::Inspections;
use key_help::KeyHelp;
use officers::Officers;
use penalties::Penalties;
use rosters::{Reading, api, pages};
use samples::Samples;
use transparency::said as shown;
use web::Token;
use web::Who::{self, Everybody};
use web::routes::{DESK, OFFICE, Routes};

/// The routes of one register. A macro, for a generic function could not promise that a list's future may change its thread.
macro_rules! register {
    ($routes:expr, $register:ty, $kind:literal) => {
        $routes
            .get(
                concat!("/lists/facts/", $kind),
                DESK,
                lists::page::<$register>,
            )
            .get(
                concat!("/lists/facts/", $kind, "/export.xlsx"),
                DESK,
                lists::xlsx::<$register>,
            )
            .get(
                concat!("/lists/facts/", $kind, "/import"),
                OFFICE,
                pages::start::<$register>,
            )
            .post(
                concat!("/lists/facts/", $kind, "/import"),
                OFFICE,
                pages::stage::<$register>,
            )
            .get(
                concat!("/lists/facts/", $kind, "/import/{id}"),
                OFFICE,
                pages::show::<$register>,
            )
            .post(
                concat!("/lists/facts/", $kind, "/import/{id}/apply"),
                OFFICE,
                pages::apply::<$register>,
            )
            .get(concat!("/api/v1/", $kind), DESK, lists::api::<$register>)
            .post(
                concat!("/api/v1/", $kind, "/import"),
                OFFICE.or(Token::Import),
                api::import::<$register>,
            )
    };
}

pub fn routes() -> Routes {
    let routes = register!(Routes::default(), Samples, "samples");
    let routes = register!(routes, Penalties, "penalties");
    let routes = register!(routes, Inspections, "inspections");
    let routes = register!(routes, Honours, "honours");
    let routes = register!(routes, Accidents, "accidents");
    let routes = register!(routes, Officers, "officers");
    public(desk(facts(routes)))
}

fn facts(routes: Routes) -> Routes {
    routes
        .get("/lists/facts", DESK, tabs::facts)
        .get("/lists/facts/fact", DESK, fact::show)
        .post("/lists/facts/documents", OFFICE, fact::submit)
        .get("/lists/facts/documents/{id}", DESK, fact::document)
        .post("/lists/facts/revoke", OFFICE, fact::revoke_submit)
        .post("/lists/facts/publish", OFFICE, results::publish_submit)
        .get("/api/v1/list-facts", DESK, fact::show_fact)
        .post(
            "/api/v1/list-facts/documents",
            OFFICE.or(Token::Write),
            fact::attach_fact_document,
        )
        .post("/api/v1/list-facts/revoke", OFFICE, fact::revoke_fact)
        .post(
            "/api/v1/list-facts/publish-samples",
            OFFICE,
            results::publish_samples,
        )
}

fn desk(routes: Routes) -> Routes {
    routes
        .get("/lists/cases", OFFICE, lists::page::<Cases>)
        .get("/lists/cases/export.xlsx", OFFICE, lists::xlsx::<Cases>)
        .get("/lists/cases/suggestions", OFFICE, suggestions::page)
        .get("/lists/cases/criteria", OFFICE, criteria::page)
        .post("/lists/cases/criteria", OFFICE, criteria::submit)
        .get("/lists/cases/key-help", OFFICE, lists::page::<KeyHelp>)
        .post("/lists/cases/key-help", OFFICE, key_help::begin_submit)
        .get(
            "/lists/cases/key-help/export.xlsx",
            OFFICE,
            lists::xlsx::<KeyHelp>,
        )
        .get("/lists/cases/key-help/{id}", OFFICE, key_help::page)
        .post(
            "/lists/cases/key-help/{id}/{verb}",
            OFFICE,
            key_help::submit,
        )
        .get("/lists/cases/duties", OFFICE, duties::desk)
        .post("/lists/cases/duties", OFFICE, duties::submit)
        .get("/lists/cases/new", OFFICE, nominate::page)
        .post("/lists/cases/new", OFFICE, nominate::submit)
        .post("/lists/cases/publish", OFFICE, desk::publish_all)
        .get("/lists/cases/{id}", OFFICE, desk::page)
        .get("/lists/cases/{id}/notice", OFFICE, desk::notice)
        .post("/lists/cases/{id}/{verb}", OFFICE, desk::submit)
        .get("/api/v1/list-cases", OFFICE, lists::api::<Cases>)
        .post("/api/v1/list-cases", OFFICE, nominate::nominate)
        .get(
            "/api/v1/list-cases/suggestions",
            OFFICE,
            suggestions::list_suggestions,
        )
        .get("/api/v1/list-cases/{id}", OFFICE, desk::show_list_case)
        .post(
            "/api/v1/list-cases/{id}/{verb}",
            OFFICE,
            desk::move_list_case,
        )
        .get("/api/v1/list-criteria", OFFICE, criteria::list_criteria)
        .put(
            "/api/v1/list-criteria/{rule}",
            OFFICE,
            criteria::set_criterion,
        )
        .get("/api/v1/key-help", OFFICE, lists::api::<KeyHelp>)
        .post("/api/v1/key-help", OFFICE, key_help::begin_key_help)
        .get("/api/v1/key-help/{id}", OFFICE, key_help::show_key_help)
        .post(
            "/api/v1/key-help/{id}/{verb}",
            OFFICE,
            key_help::move_key_help,
        )
        .post("/internal/lists", Who::Scheduler, publication::keep_lists)
}

fn public(routes: Routes) -> Routes {
    routes
        .get("/lists", Everybody, front::page)
        .get("/lists/samples", Everybody, results::page)
        .get("/lists/duties", Everybody, duties::public_page)
        .get("/lists/log", Everybody, log::page)
        .get("/lists/{list}", Everybody, readers::page)
        .get("/lists/{list}/feed.atom", Everybody, readers::feed)
        .get("/lists/entries/{id}", Everybody, entries::show)
        .get("/lists/entries/{id}/sheet", Everybody, entries::sheet)
        .get("/lists/entries/{id}/qr.svg", Everybody, entries::qr)
        .get("/lists/badge/{file}", Everybody, entries::badge)
        .get("/api/v1/lists/log", Everybody, log::list_log)
        .get("/api/v1/lists/log/head", Everybody, log::log_head)
        .get("/api/v1/lists/log/proof", Everybody, log::log_proof)
        .get("/api/v1/lists/samples", Everybody, results::list_results)
        .get(
            "/api/v1/lists/samples.csv",
            Everybody,
            results::download_results,
        )
        .get("/api/v1/lists/duties", Everybody, duties::list_duties)
        .get("/api/v1/lists/{list}", Everybody, readers::read_list)
}

/// A date that a fact cannot be without.
fn required_date(row: &mut Reading<'_>, heading: &str) -> Option<NaiveDate> {
    row.required_text(heading, 40)?;
    row.date(heading)
}

/// A word that a fact cannot be without.
fn required_word<W: Word>(row: &mut Reading<'_>, heading: &str) -> Option<W> {
    row.required_text(heading, 40)?;
    row.word(heading)
}

web::component!();
