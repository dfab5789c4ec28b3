//! Pages of facts that were under another path.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, Uri, header};
use web::routes::Routes;
use web::routes::Who::Everybody;
use web::{Answer, Problem};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/lists/samples", Everybody, redirect_to_new)
        .get("/lists/facts", Everybody, redirect_to_new)
        .get("/lists/facts/{*rest}", Everybody, redirect_to_new)
}

/// `/lists/facts/…` is `/facts/…`, and `/lists/samples` is `/facts/results`.
async fn redirect_to_new(address: Uri) -> Answer {
    let path = match address.path() {
        "/lists/samples" => "/facts/results",
        path => path.strip_prefix("/lists").unwrap_or(path),
    };
    let query = address.query().map(|query| format!("?{query}"));
    let new = format!("{path}{}", query.unwrap_or_default());
    let new = HeaderValue::try_from(new).map_err(|_| Problem::not_found())?;
    let mut response: Response = StatusCode::MOVED_PERMANENTLY.into_response();
    response.headers_mut().insert(header::LOCATION, new);
    Ok(response)
}
