//! The badge of a business for its door and its site.

use crate::{Edition, LICENCE};
use chrono::NaiveDate;
use domain::office_date::chinese;
use maud::{Markup, html};

/// The address of the badge of a business.
pub fn address(uscc: &str) -> String {
    format!("/lists/badge/{uscc}.svg")
}

/// The badge says until when a business is on the red list, or that it is not on it now. It never says that a business is on the black
/// list.
pub fn badge(edition: &Edition, until: Option<NaiveDate>) -> Markup {
    let (colour, line) = match until {
        Some(until) => ("#00594f", format!("食品安全红榜 · 到{}", chinese(until))),
        None => ("#4d565e", "现在不在食品安全红榜".to_owned()),
    };
    html! {
        svg xmlns="http://www.w3.org/2000/svg" width="320" height="88" viewBox="0 0 320 88" role="img" aria-label=(line) {
            title { (line) }
            desc { (edition.publisher) " · " (LICENCE) }
            rect width="320" height="88" rx="6" fill=(colour) {}
            text x="160" y="38" fill="#fff" font-size="20" font-weight="600" text-anchor="middle" font-family="PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif" { (line) }
            text x="160" y="68" fill="#fff" font-size="14" text-anchor="middle" font-family="PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif" { (edition.publisher) }
        }
    }
}
