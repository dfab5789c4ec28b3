//! The tabs that lead between the handlers' pages.

use domain::words::Role;
use maud::Markup;
use web::{Context, page};

const TABS: [(&str, &str); 5] = [
    ("/complaints/cases", "投诉举报"),
    ("/complaints/insider-cases", "内部举报"),
    ("/complaints/templates", "回复模板"),
    ("/sampling/desk", "你点我检"),
    ("/complaints/figures", "公开统计"),
];
const OFFICE: (&str, &str) = ("/complaints/handlers", "内部举报经办人");

pub fn tabs(context: &Context) -> Markup {
    let office = context
        .caller
        .as_ref()
        .is_some_and(|caller| caller.role == Role::Office);
    let all: Vec<(&str, &str)> = TABS.into_iter().chain(office.then_some(OFFICE)).collect();
    page::tabs(context, "投诉举报", &all)
}
