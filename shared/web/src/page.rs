//! The frame around every page.

use crate::caller::Caller;
use crate::contacts::{self, OrganisationContact};
use crate::context::Context;
use crate::navigation::{self, MENU};
use crate::problem::Problem;
use axum::response::Response;
use domain::words::Word as _;
use http::{HeaderValue, header};
use maud::{DOCTYPE, Markup, html};

/// Pages make links.
pub use crate::url::{encode, query};

/// The style sheet, served by `portal`.
pub const STYLE: &str = include_str!("../assets/style.css");
/// A little comfort; every page is complete without it.
pub const SCRIPT: &str = include_str!("../assets/script.js");
/// The site's icon, served by `portal`.
pub const ICON: &str = include_str!("../assets/icon.svg");

/// A whole page. `title` is also its heading's text in the browser's tab.
pub fn page(context: &Context, title: &str, content: &Markup) -> Response {
    let reach = Reach::Shown(context.office());
    framed(Some(context), title, content, &reach)
}

/// The same with nobody to call in its foot, for whoever reports from inside a business: whoever answers the telephone is not one of the
/// two who may know of it.
pub fn page_to_insider(context: &Context, title: &str, content: &Markup) -> Response {
    framed(Some(context), title, content, &Reach::Nobody)
}

/// The way between pages that belong together; the one that is shown is marked.
pub fn tabs(context: &Context, label: &str, tabs: &[(&str, &str)]) -> Markup {
    let path = context.here.split('?').next().unwrap_or("/");
    html! {
        nav.tabs aria-label=(label) {
            ul {
                @for (target, text) in tabs {
                    li { a href=(target) aria-current=[(path == *target).then_some("page")] { (text) } }
                }
            }
        }
    }
}

/// The page that says no.
pub fn problem(context: Option<&Context>, problem: &Problem) -> Response {
    // Where complaints are filed and followed nobody can tell here whether it is an insider who reads.
    let may_be_insider = context.is_some_and(|context| context.here.starts_with("/complaints/"));
    let reach = match may_be_insider {
        true => Reach::Nobody,
        false => Reach::Shown(context.and_then(Context::office)),
    };
    let mut response = framed(
        context,
        problem.title(),
        &html! {
            h1 { (problem.title()) }
            p { (problem.detail) }
            // One error is the detail already.
            @for error in problem.errors.iter().filter(|error| error.reason != problem.detail) {
                p { (error.reason) }
            }
            p { a href="/" { "回到首页" } }
        },
        &reach,
    );
    *response.status_mut() = problem.status;
    if let Some(seconds) = problem.retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Whom to call, in the foot of a page.
enum Reach<'o> {
    /// The office, where it is known, and the way to all others.
    Shown(Option<&'o OrganisationContact>),
    Nobody,
}

fn framed(context: Option<&Context>, title: &str, content: &Markup, reach: &Reach<'_>) -> Response {
    let issuer = context.map_or("食药安办", Context::issuer);
    let caller = context.and_then(|context| context.caller.as_ref());
    let large = context.is_some_and(|context| context.large_text);
    let here = context.map_or("/", |context| context.here.as_str());
    let markup = html! {
        (DOCTYPE)
        html lang="zh-CN" class=[large.then_some("large")] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · 食安 · " (issuer) }
                link rel="stylesheet" href="/assets/style.css";
                link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
                script src="/assets/script.js" defer {}
            }
            body {
                a.skip href="#main" { "跳到正文" }
                header {
                    div.band {
                        a.brand href="/" { strong { "食安" } span { (issuer) } }
                        div.tools {
                            (text_size_switch(here, large))
                            @match caller {
                                Some(caller) => {
                                    a href="/account/password" { (caller.name) }
                                    form method="post" action="/sign-out" { button.plain { "退出" } }
                                }
                                None => a href="/sign-in" { "工作人员登录" },
                            }
                        }
                    }
                    (main_navigation(here, caller))
                }
                main id="main" tabindex="-1" { (content) }
                footer {
                    @if let Reach::Shown(office) = reach {
                        @if let Some(office) = office { (contacts::line(office)) }
                        p { a href="/contacts" { "各镇街归谁管、打什么电话" } }
                    }
                    p { (issuer) " · 食品安全服务"
                        @if let Some(caller) = caller { " · " (caller.role.chinese()) }
                    }
                    p { a href="/api" { "数据接口说明" } }
                }
            }
        }
    };
    let mut response = Response::new(markup.into_string().into());
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    response
}

/// The button that makes the text large or normal again (适老化).
fn text_size_switch(here: &str, large: bool) -> Markup {
    html! {
        form method="post" action="/text-size" {
            input type="hidden" name="back" value=(here);
            @if large {
                button.plain name="size" value="normal" { "标准字号" }
            } @else {
                button.plain name="size" value="large" { "大字版" }
            }
        }
    }
}

/// The navigation of every page, with the entry that the page stands below marked.
fn main_navigation(here: &str, caller: Option<&Caller>) -> Markup {
    let path = here.split('?').next().unwrap_or("/");
    let nearest = navigation::nearest(MENU, path);
    let roles = caller.map_or(&[][..], Caller::working_roles);
    html! {
        nav aria-label="主导航" {
            ul {
                @for entry in MENU.iter().filter(|entry| entry.is_shown_to(roles)) {
                    li { a href=(entry.path) aria-current=[(nearest == Some(entry.path)).then_some("page")] { (entry.label) } }
                }
            }
        }
    }
}
