//! The tabs that lead between the pages of those who run the sweep.

use domain::words::Role;
use maud::Markup;
use web::{Context, page};

const TABS: [(&str, &str); 9] = [
    ("/sweep", "督办情况"),
    ("/sweep/breaches", "逾期事项"),
    ("/notices", "三书一函"),
    ("/sweep/preview", "预演"),
    ("/sweep/runs", "运行记录"),
    ("/sweep/policy", "督办规则"),
    ("/sweep/routes", "发文关系"),
    ("/sweep/templates", "文书模板"),
    ("/sweep/deliveries", "消息送达"),
];

/// Nothing for those who may see only their papers.
pub fn tabs(context: &Context) -> Markup {
    match context.caller.as_ref().map(|caller| caller.role) {
        Some(Role::Office) => page::tabs(context, "督办", &TABS),
        _ => Markup::default(),
    }
}
