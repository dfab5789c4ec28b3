//! The ways between pages that belong together.

use axum::response::{IntoResponse as _, Redirect};
use maud::Markup;
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
    transparency::tabs::public(context.here.split('?').next().unwrap_or(""))
}
