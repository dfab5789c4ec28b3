//! 投诉举报: filed in three minutes, sealed, followed by number and passphrase, handled by the days of the law; and 你点我检.
//! Owns the tables of `migrations/*_complaint_intake*`.

mod access;
mod calendar;
mod cases;
mod desk;
mod drafts;
mod figures;
mod filed;
mod filing;
mod follow;
mod following;
mod front;
mod handlers;
mod handling;
mod handover;
mod housekeeping;
mod inbox;
mod insiders;
mod intake;
mod limits;
mod messages;
mod moves;
mod open311;
mod passphrase;
mod questions;
mod redating;
mod resealing;
mod sampling;
mod sealing;
mod tabs;
mod templates;
mod uploads;
mod way_out;

use domain::words::Role;
use inbox::Inbox;
use web::Token;
use web::Who::Everybody;
use web::routes::{OFFICE, Routes, Who};

/// Who handles complaints and reports.
const HANDLERS: Who = Who::Roles(&[Role::Office, Role::Station]);

/// Who proposes the handlers of insiders' reports, or confirms what another proposed.
const SECOND: Who = Who::Roles(&[Role::Office, Role::Chair]);
/// Who hands over what has no handler.
const CHAIR: Who = Who::Roles(&[Role::Chair]);

pub fn routes() -> Routes {
    let routes = public_pages(Routes::default());
    let routes = desk_pages(routes);
    let routes = api(routes);
    open311(sampling(routes))
}

fn public_pages(routes: Routes) -> Routes {
    routes
        .get("/complaints", Everybody, front::page)
        .get("/complaints/insiders", Everybody, front::insiders)
        .get("/complaints/leave", Everybody, way_out::away)
        .post("/complaints/leave", Everybody, way_out::leave)
        .get("/complaints/new/{question}", Everybody, questions::show)
        .post("/complaints/new/{question}", Everybody, questions::submit)
        .post(
            "/complaints/new/photos/add",
            Everybody,
            questions::add_photos,
        )
        .get(
            "/complaints/new/photos/{id}",
            Everybody,
            questions::show_photo,
        )
        .post(
            "/complaints/new/photos/{id}/remove",
            Everybody,
            questions::remove_photo,
        )
        .get("/complaints/filed", Everybody, filed::page)
        .get("/complaints/filed/done", Everybody, filed::done)
        .post("/complaints/filed/done", Everybody, filed::forget)
        .get("/complaints/filed/receipt.txt", Everybody, filed::receipt)
        .get("/complaints/follow", Everybody, follow::start)
        .post("/complaints/follow", Everybody, follow::submit)
        .get("/complaints/follow/case", Everybody, follow::show)
        .post("/complaints/follow/case/{what}", Everybody, follow::act)
        .get(
            "/complaints/follow/files/{id}",
            Everybody,
            follow::show_file,
        )
        .get(
            "/complaints/follow/files/{id}/small",
            Everybody,
            follow::show_small,
        )
        .get("/complaints/figures", Everybody, figures::figures_page)
}

fn desk_pages(routes: Routes) -> Routes {
    routes
        .get("/complaints/cases", HANDLERS, lists::page::<Inbox>)
        .get(
            "/complaints/cases/export.xlsx",
            HANDLERS,
            lists::xlsx::<Inbox>,
        )
        .get(
            "/complaints/cases/{code}",
            HANDLERS.or(Token::Person),
            desk::show,
        )
        .post("/complaints/cases/{code}/{verb}", HANDLERS, desk::submit)
        .get(
            "/complaints/cases/{code}/files/{id}",
            HANDLERS.or(Token::Person),
            desk::show_file,
        )
        .get(
            "/complaints/cases/{code}/files/{id}/small",
            HANDLERS.or(Token::Person),
            desk::show_small,
        )
        .get(
            "/complaints/insider-cases",
            HANDLERS.or(Token::Person),
            insiders::page,
        )
        .post(
            "/complaints/insider-cases/told",
            HANDLERS,
            insiders::submit_told,
        )
        .get(
            "/complaints/handlers",
            SECOND.or(Token::Person),
            handlers::page,
        )
        .post("/complaints/handlers", OFFICE, handlers::submit)
        .post(
            "/complaints/handlers/confirm",
            SECOND,
            handlers::submit_confirm,
        )
        .post(
            "/complaints/handlers/withdraw",
            SECOND,
            handlers::submit_withdraw,
        )
        .post("/complaints/handlers/waiting", CHAIR, handover::submit)
        .get("/complaints/templates", HANDLERS, templates::page)
        .post("/complaints/templates", OFFICE, templates::submit)
}

fn api(routes: Routes) -> Routes {
    routes
        .post_once("/api/v1/complaints", Everybody, intake::file_complaint)
        .post(
            "/api/v1/complaints/status",
            Everybody,
            following::complaint_status,
        )
        .post_filing(
            "/api/v1/complaints/messages",
            Everybody,
            following::send_complaint_message,
        )
        .get("/api/v1/complaints", HANDLERS, lists::api::<Inbox>)
        .get(
            "/api/v1/complaints/insiders",
            HANDLERS.or(Token::Person),
            insiders::list_insider_reports,
        )
        .post(
            "/api/v1/complaints/insiders/told",
            HANDLERS,
            insiders::read_insider_told,
        )
        .get(
            "/api/v1/complaints/insiders/waiting",
            CHAIR.or(Token::Person),
            handover::list_insider_reports_without_handler,
        )
        .post(
            "/api/v1/complaints/insiders/waiting",
            CHAIR,
            handover::hand_over_insider_report,
        )
        .get(
            "/api/v1/complaints/handlers",
            SECOND.or(Token::Person),
            handlers::show_insider_handlers,
        )
        .put(
            "/api/v1/complaints/handlers",
            OFFICE,
            handlers::propose_insider_handlers,
        )
        .post(
            "/api/v1/complaints/handlers/confirm",
            SECOND,
            handlers::confirm_insider_handlers,
        )
        .post(
            "/api/v1/complaints/handlers/withdraw",
            SECOND,
            handlers::withdraw_insider_handlers,
        )
        .get(
            "/api/v1/complaints/{code}",
            HANDLERS.or(Token::Person),
            handling::show_complaint,
        )
        .get(
            "/api/v1/complaints/{code}/audit",
            HANDLERS.or(Token::Person),
            insiders::list_insider_report_audit,
        )
        .post(
            "/api/v1/complaints/{code}/{verb}",
            HANDLERS,
            handling::handle_complaint,
        )
        .get(
            "/api/v1/public/complaints/figures",
            Everybody,
            figures::complaint_figures,
        )
        .post(
            "/internal/complaints",
            Who::Scheduler,
            housekeeping::complaint_housekeeping,
        )
}

fn sampling(routes: Routes) -> Routes {
    routes
        .get("/sampling", Everybody, sampling::page)
        .post("/sampling", Everybody, sampling::submit)
        .get("/sampling/thanks", Everybody, sampling::thanks)
        .post("/sampling/{id}/vote", Everybody, sampling::vote_submit)
        .get("/sampling/desk", OFFICE, sampling::desk)
        .post("/sampling/{id}/{verb}", OFFICE, sampling::desk_submit)
        .get("/api/v1/sampling", Everybody, sampling::list_sampling)
        .post_filing("/api/v1/sampling", Everybody, sampling::propose_sampling)
        .post(
            "/api/v1/sampling/{id}/vote",
            Everybody,
            sampling::vote_sampling,
        )
        .post(
            "/api/v1/sampling/{id}/{verb}",
            OFFICE,
            sampling::decide_sampling,
        )
}

/// The specification names the format by an ending, or none.
fn open311(routes: Routes) -> Routes {
    let mut routes = routes;
    for path in [
        "/open311/v2/services",
        "/open311/v2/services.json",
        "/open311/v2/services.xml",
    ] {
        routes = routes.get(path, Everybody, open311::services);
    }
    for path in [
        "/open311/v2/requests",
        "/open311/v2/requests.json",
        "/open311/v2/requests.xml",
    ] {
        routes = routes
            .get(path, Everybody, open311::list_requests)
            .post_filing(path, Everybody, open311::file_request);
    }
    routes
        .get(
            "/open311/v2/services/{code}",
            Everybody,
            open311::service_definition,
        )
        .get(
            "/open311/v2/requests/{id}",
            Everybody,
            open311::show_request,
        )
}

web::component!();
