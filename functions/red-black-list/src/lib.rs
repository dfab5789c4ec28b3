//! 红黑榜: who meets which criteria on the facts, the way to a list, and the lists as the public reads
//! and checks them. Owns the tables of `migrations/*_red_black_list*`.

mod cases;
mod content;
mod criteria;
mod desk;
mod duties;
mod entries;
mod findings;
mod front;
mod key_help;
mod log;
mod moves;
mod nominate;
mod policy;
mod publication;
mod readers;
mod served;
mod suggestions;
mod tabs;

use cases::CASES;
use key_help::KEY_HELP;
use registers::Declares as _;
use transparency::said as shown;
use web::Who::{self, Everybody};
use web::routes::{OFFICE, Routes};

pub fn routes() -> Routes {
    public(desk(Routes::default()))
}

fn desk(routes: Routes) -> Routes {
    routes
        .list(OFFICE, &CASES)
        .get("/lists/cases/suggestions", OFFICE, suggestions::page)
        .get("/lists/cases/criteria", OFFICE, criteria::page)
        .post("/lists/cases/criteria", OFFICE, criteria::submit)
        .list(OFFICE, &KEY_HELP)
        .post("/lists/cases/key-help", OFFICE, key_help::begin_submit)
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
        .post("/api/v1/list-cases", OFFICE, nominate::nominate)
        .get(
            "/api/v1/list-cases/suggestions",
            OFFICE,
            suggestions::list_suggestions,
        )
        .get("/api/v1/list-cases/{id}", OFFICE, desk::show)
        .post("/api/v1/list-cases/{id}/{verb}", OFFICE, desk::post)
        .get("/api/v1/list-criteria", OFFICE, criteria::list_criteria)
        .put(
            "/api/v1/list-criteria/{rule}",
            OFFICE,
            criteria::set_criterion,
        )
        .post("/api/v1/key-help", OFFICE, key_help::begin)
        .get("/api/v1/key-help/{id}", OFFICE, key_help::show)
        .post("/api/v1/key-help/{id}/{verb}", OFFICE, key_help::post)
        .post("/internal/lists", Who::Scheduler, publication::run)
}

fn public(routes: Routes) -> Routes {
    routes
        .get("/lists", Everybody, front::page)
        .get("/lists/duties", Everybody, duties::public_page)
        .get("/lists/log", Everybody, log::page)
        .get("/lists/{list}", Everybody, readers::page)
        .get("/lists/{list}/feed.atom", Everybody, readers::feed)
        .get("/lists/entries/{id}", Everybody, entries::show)
        .get("/lists/entries/{id}/sheet", Everybody, entries::sheet)
        .get("/lists/entries/{id}/qr.svg", Everybody, entries::qr)
        .get("/lists/badge/{file}", Everybody, entries::badge)
        .get("/api/v1/lists/log", Everybody, log::list_log)
        .get("/api/v1/lists/log/head", Everybody, log::head)
        .get("/api/v1/lists/log/proof", Everybody, log::proof)
        .get("/api/v1/lists/duties", Everybody, duties::list_duties)
        .get("/api/v1/lists/{list}", Everybody, readers::api)
}

web::component!();
