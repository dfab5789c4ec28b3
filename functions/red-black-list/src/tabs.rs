//! The tabs that lead between pages that belong together.

use maud::Markup;
use web::{Context, page};

const DESK: [(&str, &str); 6] = [
    ("/lists/cases", "提名和公布"),
    ("/lists/cases/suggestions", "达标提示"),
    ("/lists/cases/key-help", "重点帮扶"),
    ("/lists/cases/criteria", "列入标准"),
    ("/lists/cases/duties", "履责晾晒"),
    ("/lists", "公众看到的"),
];

pub fn desk_tabs(context: &Context) -> Markup {
    page::tabs(context, "红黑榜管理", &DESK)
}

pub fn public_tabs(context: &Context) -> Markup {
    transparency::tabs::public(context.here.split('?').next().unwrap_or(""))
}
