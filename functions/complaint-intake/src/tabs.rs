//! The tabs that lead between the handlers' pages.

use maud::Markup;
use web::routes::BUREAU;
use web::{Context, page};

const TABS: [(&str, &str); 6] = [
    ("/complaints/cases", "投诉举报"),
    ("/complaints/insider-cases", "内部举报"),
    ("/complaints/templates", "回复模板"),
    ("/sampling/desk", "你点我检"),
    ("/complaints/figures", "公开统计"),
    ("/complaints/handlers", "内部举报经办人"),
];
/// Pages that are not for stations.
const OF_BUREAU: [&str; 2] = ["/sampling/desk", "/complaints/handlers"];

pub fn tabs(context: &Context) -> Markup {
    let all: Vec<(&str, &str)> = TABS
        .into_iter()
        .filter(|(path, _)| BUREAU.admits(context.caller.as_ref()) || !OF_BUREAU.contains(path))
        .collect();
    page::tabs(context, "投诉举报", &all)
}
