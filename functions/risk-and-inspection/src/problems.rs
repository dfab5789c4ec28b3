//! The list of problems: who sees which, what can be asked of it, and what one problem says.

use domain::problem::{ProblemAssignee, ProblemLevel, ProblemSource, ProblemStatus};
use domain::words::{choices, words};
use maud::html;
use registers::{Column, Filter, Input, List, Member};

words! {
    /// Whether the day of the next step has gone by.
    Overdue {
        /// It has.
        Yes = "yes" "已超期",
        /// It has not.
        No = "no" "未超期",
    }
}

/// Problems with no town are the office's alone. An official knows of what they found and of the businesses that they answer for, but not
/// of what a report has brought in: it could be told at the door before anybody has looked.
pub static PROBLEMS: List = List {
    name: "problem-register",
    title: "问题清单",
    path: "/problems",
    api: "/api/v1/problems",
    from: "problem p JOIN problem_term t ON t.problem_id = p.id LEFT JOIN enterprise_ledger e ON e.uscc = p.uscc LEFT JOIN cadre_ledger c ON c.cadre_no = p.cadre_no",
    id: "p.id",
    sort: Some("-found_on"),
    town: "p.town",
    cadre: Some(
        "p.cadre_no = {} OR p.source <> 'complaint' AND EXISTS (SELECT 1 FROM enterprise_holder a WHERE a.uscc = p.uscc AND a.cadre_no = {}
            AND (a.starts_on IS NULL OR a.starts_on <= {today}) AND (a.ends_on IS NULL OR a.ends_on >= {today}))",
    ),
    nothing: "还没有登记问题。督导发现的问题和立案核查的问题会自动进来，其他渠道的由人登记。",
    item: &[
        Member::text("id", "CAST(p.id AS TEXT)").always(),
        Member::text("enterprise_no", "p.uscc"),
        Member::text(
            "uscc",
            "(SELECT k.code FROM enterprise_code k WHERE k.enterprise_no = p.uscc)",
        ),
        Member::text("enterprise", "e.name"),
        Member::text("town", registers::town_name!("p.town")),
        Member::word("source", "p.source", choices::<ProblemSource>).always(),
        // The number of a case would tell that somebody reported.
        Member::text("source_id", "iif(p.source = 'complaint', NULL, p.source_id)"),
        Member::text("text", "p.text").always(),
        Member::word("level", "p.level", choices::<ProblemLevel>).always(),
        Member::word("status", "p.status", choices::<ProblemStatus>).always(),
        Member::date("found_on", "p.found_on").always(),
        Member::text("cadre_no", "p.cadre_no"),
        Member::text("cadre", "c.name"),
        Member::word("assigned_to", "p.assigned_to", choices::<ProblemAssignee>),
        Member::text(
            "assignee",
            concat!(
                "CASE p.assigned_to WHEN 'office' THEN '区食药安办'
                    WHEN 'station' THEN coalesce((SELECT o.name FROM organisation_place o WHERE o.kind = 'station' AND o.town = p.town), ",
                registers::town_name!("p.town"),
                " || '市场监管所')
                    WHEN 'town' THEN coalesce((SELECT o.name FROM organisation_place o WHERE o.kind = 'town_office' AND o.town = p.town), ",
                registers::town_name!("p.town"),
                " || '食安办') END"
            ),
        ),
        Member::text("person", "p.person"),
        Member::date("assigned_on", "p.assigned_on"),
        Member::date("mend_by", "p.mend_by"),
        Member::date("due_on", "t.due_on"),
        Member::word(
            "overdue",
            "iif(coalesce(t.due_on < ?1, 0), 'yes', 'no')",
            choices::<Overdue>,
        )
        .always(),
        Member::date("warned_on", "p.warned_on"),
        Member::date("rectified_on", "p.rectified_on"),
        Member::text("rectified_by", "p.rectified_by"),
        Member::text("rectified_note", "p.rectified_note").always(),
        Member::date("verified_on", "p.verified_on"),
        Member::text("verified_by", "p.verified_by"),
        Member::date("struck_off_on", "p.struck_off_on"),
        Member::whole("version", "p.version").always(),
    ],
    filters: &[
        Filter::search("企业或问题", "{found p.uscc} OR {part p.text}"),
        Filter {
            name: "status",
            label: "状态",
            input: Input::Choice(choices::<ProblemStatus>),
            condition: "p.status = {}",
        },
        Filter {
            name: "level",
            label: "等级",
            input: Input::Choice(choices::<ProblemLevel>),
            condition: "p.level = {}",
        },
        Filter {
            name: "source",
            label: "来源",
            input: Input::Choice(choices::<ProblemSource>),
            condition: "p.source = {}",
        },
        Filter {
            name: "overdue",
            label: "期限",
            input: Input::Choice(choices::<Overdue>),
            condition: OVERDUE_IS,
        },
        Filter::town("p.town IN {towns}"),
        Filter {
            name: "enterprise_no",
            label: "企业",
            input: Input::Hidden,
            condition: "p.uscc = {}",
        },
    ],
    columns: &[
        Column::link("问题", "text", "/problems/", "id").also_for_officials(),
        Column::wide("企业", "enterprise").by("e.name"),
        Column::word::<ProblemStatus>("状态", "status").by("p.status"),
        Column::date("下一步期限", "due_on").by("t.due_on"),
        Column::named("超期", "overdue", |code| {
            Some(if code == "yes" { "已超期" } else { "" })
        }),
        Column::word::<ProblemLevel>("等级", "level").by("p.level"),
        Column::text("镇街", "town").by("p.town"),
        Column::text("承办单位", "assignee"),
        Column::word::<ProblemSource>("来源", "source").by("p.source"),
        Column::date("发现日期", "found_on").by("p.found_on"),
    ],
    actions: |context| {
        let may_report = crate::WORKING.admits(context.caller.as_ref());
        html! { @if may_report { a.second href="/problems/new" { "登记问题" } } }
    },
    ..List::PLAIN
};

/// SQL: the filter of what is overdue.
const OVERDUE_IS: &str = "iif(coalesce(t.due_on < {today}, 0), 'yes', 'no') = {}";
