//! 红黑榜: so far the facts that the lists will rest on, as registers bring them. Owns the tables of `migrations/*_red_black_list*`.

mod accidents;
mod honours;
mod inspections;
mod penalties;
mod samples;
mod tabs;

use accidents::Accidents;
use chrono::NaiveDate;
use domain::words::Word;
use honours::Honours;
use inspections::Inspections;
use penalties::Penalties;
use rosters::{Reading, api, pages};
use samples::Samples;
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
                OFFICE,
                api::import::<$register>,
            )
    };
}

pub fn routes() -> Routes {
    let routes = register!(Routes::default(), Samples, "samples");
    let routes = register!(routes, Penalties, "penalties");
    let routes = register!(routes, Inspections, "inspections");
    let routes = register!(routes, Honours, "honours");
    register!(routes, Accidents, "accidents")
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
