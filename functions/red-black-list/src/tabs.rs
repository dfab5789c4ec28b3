//! The ways between pages that belong together.

use axum::response::{IntoResponse as _, Redirect};
use maud::{Markup, html};
use web::{Answer, Context, page};

const FACTS: [(&str, &str); 6] = [
    ("/lists/facts/samples", "抽检结果"),
    ("/lists/facts/penalties", "行政处罚"),
    ("/lists/facts/inspections", "监督检查"),
    ("/lists/facts/honours", "荣誉认证"),
    ("/lists/facts/accidents", "食品安全事故"),
    ("/lists/facts/officers", "两员"),
];

const DESK: [(&str, &str); 6] = [
    ("/lists/cases", "提名和公布"),
    ("/lists/cases/suggestions", "达标提示"),
    ("/lists/cases/key-help", "重点帮扶"),
    ("/lists/cases/criteria", "列入标准"),
    ("/lists/cases/duties", "履责晾晒"),
    ("/lists", "公众看到的"),
];

const PUBLIC: [(&str, &str); 6] = [
    ("/lists", "说明"),
    ("/lists/red", "红榜"),
    ("/lists/black", "黑榜"),
    ("/lists/samples", "抽检结果"),
    ("/lists/duties", "履责情况"),
    ("/lists/log", "公布记录"),
];

/// The registers begin with the samples.
pub async fn facts() -> Answer {
    Ok(Redirect::to("/lists/facts/samples").into_response())
}

pub fn tabs(context: &Context) -> Markup {
    page::tabs(context, "抽检处罚", &FACTS)
}

pub fn desk_tabs(context: &Context) -> Markup {
    page::tabs(context, "红黑榜管理", &DESK)
}

pub fn public_tabs(context: &Context) -> Markup {
    public(context.here.split('?').next().unwrap_or(""))
}

/// The same for a stored page, which knows no request: `current` is where it stands.
pub fn public(current: &str) -> Markup {
    html! {
        nav.tabs aria-label="红黑榜" {
            ul {
                @for (target, text) in PUBLIC {
                    li { a href=(target) aria-current=[(target == current).then_some("page")] { (text) } }
                }
            }
        }
    }
}
