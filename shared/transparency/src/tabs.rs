//! The tabs that lead between the public pages of the lists.

use maud::{Markup, html};

const PUBLIC: [(&str, &str); 6] = [
    ("/lists", "说明"),
    ("/lists/red", "红榜"),
    ("/lists/black", "黑榜"),
    ("/facts/results", "抽检结果"),
    ("/lists/duties", "履责情况"),
    ("/lists/log", "公布记录"),
];

/// The tabs, with the one of the path `current` marked. A stored page knows no request, so that its path is given.
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
