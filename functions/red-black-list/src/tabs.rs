//! The way between the facts.

use maud::Markup;
use web::{Context, page};

const TABS: [(&str, &str); 5] = [
    ("/lists/facts/samples", "抽检结果"),
    ("/lists/facts/penalties", "行政处罚"),
    ("/lists/facts/inspections", "监督检查"),
    ("/lists/facts/honours", "荣誉认证"),
    ("/lists/facts/accidents", "食品安全事故"),
];

pub fn tabs(context: &Context) -> Markup {
    page::tabs(context, "抽检处罚", &TABS)
}
