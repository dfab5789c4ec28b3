//! The way out of an insider's pages.

use crate::drafts;
use axum::response::{IntoResponse as _, Redirect};
use http::{HeaderMap, HeaderValue, header};
use maud::{Markup, html};
use web::{Answer, Context, page};

/// A way out for whoever is being watched: leaves the site at once, and forgets what was typed.
pub fn way_out() -> Markup {
    html! {
        div.way-out {
            form method="post" action="/complaints/leave" data-leave=(AWAY) { button.second { "马上离开" } }
            p.note { "清除已填内容并转到天气网站。也可以连按三次 Esc 键。" }
        }
    }
}

const AWAY: &str = "https://www.weather.com.cn/";

/// The address alone leads away and changes nothing: a link may be followed by whoever sends it.
pub async fn away() -> Answer {
    Ok(Redirect::to(AWAY).into_response())
}

/// Forgets, and leads away. Not by a redirect: our policy keeps a form from being sent on to another site.
pub async fn leave(context: Context, headers: HeaderMap) -> Answer {
    let mut response = page::page(
        &context,
        "天气",
        &html! { p { a href=(AWAY) { "天气预报" } } },
    );
    response.headers_mut().insert(
        header::REFRESH,
        HeaderValue::from_static(concat!("0; url=", "https://www.weather.com.cn/")),
    );
    if let Some(held) = drafts::held(&context, &headers).await? {
        let cookie = held.forget(&context).await?;
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    let cookie = crate::access::closed().await?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}
