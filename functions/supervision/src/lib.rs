//! 包保督导: the rosters of officials, assignments and visits. Owns the tables of `migrations/*_supervision_*`.

mod assignments;
mod cadres;
mod mine;
mod obligations;
mod record;
mod visits;

use assignments::Assignments;
use cadres::Cadres;
use domain::words::Role;
use visits::Visits;
use web::routes::{DESK, OFFICE, Routes, Who};

/// The desk, and officials for what is their own.
const STAFF: Who = Who::Roles(&[
    Role::Office,
    Role::Chair,
    Role::Town,
    Role::Station,
    Role::Cadre,
]);

/// Officials, at the shop door.
const CADRE: Who = Who::Roles(&[Role::Cadre]);
/// Whoever can say that a problem is mended.
const MENDING: Who = Who::Roles(&[Role::Office, Role::Town, Role::Station, Role::Cadre]);

pub fn routes() -> Routes {
    use rosters::{api, pages};
    Routes::default()
        .get("/supervision/cadres", DESK, lists::page::<Cadres>)
        .get(
            "/supervision/cadres/export.xlsx",
            DESK,
            lists::xlsx::<Cadres>,
        )
        .get("/supervision/cadres/import", OFFICE, pages::start::<Cadres>)
        .post("/supervision/cadres/import", OFFICE, pages::stage::<Cadres>)
        .get(
            "/supervision/cadres/import/{id}",
            OFFICE,
            pages::show::<Cadres>,
        )
        .post(
            "/supervision/cadres/import/{id}/apply",
            OFFICE,
            pages::apply::<Cadres>,
        )
        .get(
            "/supervision/assignments",
            STAFF,
            lists::page::<Assignments>,
        )
        .get(
            "/supervision/assignments/export.xlsx",
            STAFF,
            lists::xlsx::<Assignments>,
        )
        .get(
            "/supervision/assignments/import",
            OFFICE,
            pages::start::<Assignments>,
        )
        .post(
            "/supervision/assignments/import",
            OFFICE,
            pages::stage::<Assignments>,
        )
        .get(
            "/supervision/assignments/import/{id}",
            OFFICE,
            pages::show::<Assignments>,
        )
        .post(
            "/supervision/assignments/import/{id}/apply",
            OFFICE,
            pages::apply::<Assignments>,
        )
        .get("/supervision/visits", STAFF, lists::page::<Visits>)
        .get(
            "/supervision/visits/export.xlsx",
            STAFF,
            lists::xlsx::<Visits>,
        )
        .get("/supervision/visits/import", OFFICE, pages::start::<Visits>)
        .post("/supervision/visits/import", OFFICE, pages::stage::<Visits>)
        .get(
            "/supervision/visits/import/{id}",
            OFFICE,
            pages::show::<Visits>,
        )
        .post(
            "/supervision/visits/import/{id}/apply",
            OFFICE,
            pages::apply::<Visits>,
        )
        .get("/supervision", STAFF, obligations::summary_page)
        .get("/supervision/mine", CADRE, mine::page)
        .get("/supervision/mine/{uscc}", CADRE, record::page)
        .post("/supervision/mine/{uscc}", CADRE, record::submit)
        .post(
            "/supervision/problems/{id}/mended",
            CADRE,
            mine::mended_submit,
        )
        .post("/api/v1/visits", CADRE, record::record_visit)
        .post(
            "/api/v1/supervision/problems/{id}/mended",
            MENDING,
            mine::mend_problem,
        )
        .get(
            "/supervision/obligations",
            STAFF,
            obligations::obligations_page,
        )
        .get(
            "/supervision/obligations/export.xlsx",
            STAFF,
            obligations::obligations_xlsx,
        )
        .get(
            "/api/v1/supervision/obligations",
            STAFF,
            obligations::list_obligations,
        )
        .get(
            "/api/v1/supervision/summary",
            STAFF,
            obligations::show_summary,
        )
        .get("/api/v1/cadres", DESK, lists::api::<Cadres>)
        .get("/api/v1/assignments", STAFF, lists::api::<Assignments>)
        .get("/api/v1/visits", STAFF, lists::api::<Visits>)
        .post("/api/v1/cadres/import", OFFICE, api::import::<Cadres>)
        .post(
            "/api/v1/assignments/import",
            OFFICE,
            api::import::<Assignments>,
        )
        .post("/api/v1/visits/import", OFFICE, api::import::<Visits>)
}

/// What Spin calls. Natively there is no host to call it, and tests link several functions into one program.
#[cfg(target_family = "wasm")]
mod component {
    use spin_sdk::http::{IntoResponse, Request};
    use std::sync::LazyLock;

    static ROUTER: LazyLock<axum::Router> = LazyLock::new(|| super::routes().into_router());

    #[spin_sdk::http_service]
    async fn handle(request: Request) -> impl IntoResponse {
        web::routes::serve(&ROUTER, request).await
    }
}
