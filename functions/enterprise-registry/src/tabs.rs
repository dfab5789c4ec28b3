//! The tabs that lead between what the ledger keeps of businesses.

use maud::Markup;
use web::{Context, page};

const TABS: [(&str, &str); 4] = [
    ("/enterprises", "企业台账"),
    ("/enterprises/permits", "许可备案登记"),
    ("/enterprises/suspensions", "停业"),
    ("/enterprises/names", "曾用名和别名"),
];

pub fn tabs(context: &Context) -> Markup {
    page::tabs(context, "企业台账", &TABS)
}
