//! The tabs that lead between the pages of 包保督导: one row for the desk, another for officials. What belongs together is one tab, below which
//! its pages stand in a second row.

use domain::words::Role;
use maud::{Markup, html};
use web::Context;

/// The name of a tab, and its pages; the first is where it leads.
type Tab = (&'static str, &'static [(&'static str, &'static str)]);

const DESK: [Tab; 5] = [
    (
        "督导进度",
        &[
            ("/supervision", "督导进度"),
            ("/supervision/obligations", "应督导事项"),
        ],
    ),
    (
        "包保关系",
        &[
            ("/supervision/assignments", "包保关系"),
            ("/supervision/balance", "任务均衡"),
            ("/supervision/cadres", "包保干部"),
            ("/supervision/lift-requests", "提级申请"),
        ],
    ),
    (
        "督导记录",
        &[
            ("/supervision/visits", "督导记录"),
            ("/supervision/points", "督导要点"),
            ("/supervision/late-entries", "补录"),
        ],
    ),
    ("发现的问题", &[("/supervision/problems", "发现的问题")]),
    (
        "年度任务",
        &[
            ("/supervision/duties", "承诺和报告"),
            ("/supervision/oversight", "督查"),
        ],
    ),
];

const OWN: [Tab; 5] = [
    ("我的督导", &[("/supervision/mine", "我的督导")]),
    ("三张清单", &[("/supervision/lists", "三张清单")]),
    ("督导记录", &[("/supervision/visits", "督导记录")]),
    ("发现的问题", &[("/supervision/problems", "发现的问题")]),
    (
        "年度任务",
        &[
            ("/supervision/commitment", "承诺书"),
            ("/supervision/report", "年度报告"),
        ],
    ),
];

/// The page of a tab that this one is, or stands below. All stand below the first, which is therefore meant by itself alone.
fn nearest<'t>(tabs: &'t [Tab], path: &str) -> Option<(&'t Tab, &'static str)> {
    let is_at = |page: &str| {
        path.strip_prefix(page).is_some_and(|rest| {
            rest.is_empty() || (rest.starts_with('/') && page != "/supervision")
        })
    };
    tabs.iter().find_map(|tab| {
        let (_, pages) = tab;
        let at = pages.iter().find(|(page, _)| is_at(page))?;
        Some((tab, at.0))
    })
}

pub fn tabs(context: &Context) -> Markup {
    let (label, tabs): (_, &[Tab]) = match context.caller.as_ref().map(|caller| caller.role) {
        Some(Role::Cadre) => ("我的督导", &OWN),
        Some(_) => ("包保督导", &DESK),
        None => return Markup::default(),
    };
    let path = context.here.split('?').next().unwrap_or("/");
    let nearest = nearest(tabs, path);
    let opened = nearest.map(|(tab, _)| tab.0);
    html! {
        nav.tabs aria-label=(label) {
            ul {
                @for (name, pages) in tabs {
                    @let target = pages.first().map_or("/supervision", |(page, _)| page);
                    @let is_here = opened == Some(name);
                    li { a href=(target) aria-current=[is_here.then_some(if path == target { "page" } else { "true" })] { (name) } }
                }
            }
        }
        @if let Some(((name, pages), at)) = nearest && pages.len() > 1 {
            nav.tabs.within aria-label=(name) {
                ul {
                    @for (page, name) in *pages {
                        li { a href=(page) aria-current=[(*page == at).then_some(if path == at { "page" } else { "true" })] { (name) } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_below_another_stands_under_the_tab_of_that_one() {
        let tab = |path| nearest(&DESK, path).map(|(tab, page)| (tab.0, page));
        assert_eq!(tab("/supervision"), Some(("督导进度", "/supervision")));
        assert_eq!(
            tab("/supervision/late-entries"),
            Some(("督导记录", "/supervision/late-entries"))
        );
        assert_eq!(
            tab("/supervision/assignments/91330503MYYG3CWJ94"),
            Some(("包保关系", "/supervision/assignments"))
        );
        assert_eq!(tab("/supervision/listing"), None);
    }
}
