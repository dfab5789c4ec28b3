//! The tabs that lead between the pages of 包保督导: one row for the desk, another for officials.

use domain::words::Role;
use maud::Markup;
use web::{Context, page};

const DESK: [(&str, &str); 11] = [
    ("/supervision", "督导进度"),
    ("/supervision/obligations", "应督导事项"),
    ("/supervision/assignments", "包保关系"),
    ("/supervision/balance", "任务均衡"),
    ("/supervision/cadres", "包保干部"),
    ("/supervision/visits", "督导记录"),
    ("/supervision/points", "督导要点"),
    ("/supervision/late-entries", "补录"),
    ("/supervision/problems", "发现的问题"),
    ("/supervision/duties", "承诺和报告"),
    ("/supervision/oversight", "督查"),
];

const OWN: [(&str, &str); 6] = [
    ("/supervision/mine", "我的督导"),
    ("/supervision/lists", "三张清单"),
    ("/supervision/commitment", "承诺书"),
    ("/supervision/report", "年度报告"),
    ("/supervision/visits", "督导记录"),
    ("/supervision/problems", "发现的问题"),
];

pub fn tabs(context: &Context) -> Markup {
    match context.caller.as_ref().map(|caller| caller.role) {
        Some(Role::Cadre) => page::tabs(context, "我的督导", &OWN),
        Some(_) => page::tabs(context, "包保督导", &DESK),
        None => Markup::default(),
    }
}
