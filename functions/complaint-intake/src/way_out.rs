//! The way out of an insider's pages.

use crate::drafts;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, HeaderValue, header};
use maud::{Markup, html};
use web::{Answer, Context, Routes, Who::Everybody, page};

pub fn routes(routes: Routes) -> Routes {
    routes.get("/complaints/leave", Everybody, lead_away).post(
        "/complaints/leave",
        Everybody,
        forget_and_leave,
    )
}

/// The button for whoever is being watched: it leaves the site at once, and what was typed is forgotten.
pub fn way_out() -> Markup {
    html! {
        div.way-out {
            form method="post" action="/complaints/leave" data-leave=(AWAY) { button.second { "马上离开" } }
            p.note { "清除已填内容并转到天气网站。也可以连按三次 Esc 键。" }
        }
    }
}

/// A page about a case. An insider's has nobody to call in its foot.
pub fn page_about(insider: bool, context: &Context, title: &str, content: &Markup) -> Response {
    match insider {
        true => page::page_to_insider(context, title, content),
        false => page::page(context, title, content),
    }
}

const AWAY: &str = "https://www.weather.com.cn/";

/// Leads away and forgets nothing: somebody else may have sent a link to this address.
async fn lead_away() -> Answer {
    Ok(Redirect::to(AWAY).into_response())
}

/// Forgets what was typed and which case was open, and leads away. It answers with a page that leads on, for our content security
/// policy keeps a form from being redirected to another site.
async fn forget_and_leave(context: Context, headers: HeaderMap) -> Answer {
    let mut response = page::page(
        &context,
        "天气",
        &html! { p { a href=(AWAY) { "天气预报" } } },
    );
    response.headers_mut().insert(
        header::REFRESH,
        HeaderValue::from_static(concat!("0; url=", "https://www.weather.com.cn/")),
    );
    if let Some(browser_draft) = drafts::open_draft(&context, &headers).await? {
        let cookie = browser_draft.forget(&context).await?;
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    let cookie = crate::access::closing_cookie().await?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}
