//! The large-text switch (适老化): a cookie that only this page frame reads.

use axum::response::{IntoResponse as _, Redirect};
use http::{HeaderValue, header};
use serde::Deserialize;
use web::caller::TEXT_COOKIE;
use web::extract::Form;
use web::{Answer, Problem, redirect};

#[derive(Deserialize)]
pub struct Choice {
    size: String,
    #[serde(default)]
    back: String,
}

pub async fn choose(Form(choice): Form<Choice>) -> Answer {
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
