//! The way out of an insider's pages.

use crate::drafts;
use axum::response::{IntoResponse as _, Redirect};
use http::{HeaderMap, header};
use maud::{Markup, html};
use web::{Answer, Context};

/// A way out for whoever is being watched: leaves the site at once, and forgets what was typed.
pub fn way_out() -> Markup {
    html! {
        div.way-out {
            a.second href="/complaints/leave" data-leave { "马上离开" }
            p.note { "清除已填内容并转到天气网站。也可以连按三次 Esc 键。" }
        }
    }
}

pub async fn leave(context: Context, headers: HeaderMap) -> Answer {
    let mut response = Redirect::to("https://www.weather.com.cn/").into_response();
    if let Some(held) = drafts::held(&context, &headers).await? {
        let cookie = held.forget(&context).await?;
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    let cookie = crate::access::closed().await?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}
