//! The switch to larger text (适老化): a cookie that only the frame of the pages reads.

use axum::response::{IntoResponse as _, Redirect};
use http::{HeaderValue, header};
use serde::Deserialize;
use web::caller::TEXT_COOKIE;
use web::extract::Form;
use web::routes::{Routes, Who};
use web::{Answer, Problem, redirect};

pub fn routes(routes: Routes) -> Routes {
    routes.post("/text-size", Who::Everybody, choose_size)
}

#[derive(Deserialize)]
struct TextSizeForm {
    size: String,
    #[serde(default)]
    back: String,
}

async fn choose_size(Form(choice): Form<TextSizeForm>) -> Answer {
    let size = if choice.size == "large" {
        "large"
    } else {
        "normal"
    };
    let cookie = format!("{TEXT_COOKIE}={size}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
    let mut response = Redirect::to(redirect::local(&choice.back)).into_response();
    let cookie = HeaderValue::try_from(cookie).map_err(Problem::internal)?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}
