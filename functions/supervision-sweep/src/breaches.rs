//! 逾期事项: the list of what is overdue, since when, and to which paper it has climbed.

use domain::words::{AddresseeKind, NoticeKind, choices, words};
use registers::{Column, Filter, Input, List, Member};

words! {
    /// Whether a breach is open.
    BreachStanding {
        /// Not met yet.
        Open = "open" "未完成",
        /// Met, or no longer owed.
        Closed = "closed" "已销号",
    }
}

pub static BREACHES: List = List {
    name: "breaches",
    title: "逾期事项",
    path: "/sweep/breaches",
    api: "/api/v1/sweep/breaches",
    from: "breach b LEFT JOIN cadre_ledger c ON b.owed_by_kind = 'cadre' AND c.cadre_no = b.owed_by
        LEFT JOIN notice_kind k ON k.rung = b.rung LEFT JOIN notice n ON n.id = b.notice_id",
    id: "b.id",
    sort: Some("due_on"),
    town: "b.town",
    station: Some("b.owed_by_kind = 'station' AND b.owed_by IN (SELECT value FROM json_each({}))"),
    cadre: Some("b.owed_by_kind = 'cadre' AND b.owed_by = {}"),
    nothing: "没有逾期的事项。",
    item: &[
        Member::text("key", "b.key"),
        Member::text("rule", "b.rule"),
        Member::text(
            "title",
            "(SELECT max(p.title) FROM escalation_policy p WHERE p.rule = b.rule)",
        ),
        Member::text("subject", "b.subject"),
        Member::text("town", registers::town_name!("b.town")),
        Member::text("owed_by_kind", "b.owed_by_kind"),
        Member::text("owed_by", "b.owed_by"),
        Member::text("owed_by_name", "coalesce(c.name, b.owed_by)"),
        Member::date("due_on", "b.due_on"),
        Member::whole(
            "days",
            "CAST(julianday(coalesce(b.closed_on, {today})) - julianday(b.due_on) AS INTEGER)",
        )
        .always(),
        Member::date("opened_on", "b.opened_on"),
        Member::text("standing", "iif(b.closed_on IS NULL, 'open', 'closed')"),
        Member::text("paper", "k.kind"),
        Member::text("notice", "CAST(b.notice_id AS TEXT)"),
        Member::text("paper_status", "n.status"),
        Member::date("met_on", "b.met_on"),
        Member::date("closed_on", "b.closed_on"),
        Member::evidence(
            "evidence",
            "json(json_remove(b.evidence, '$.tier', '$.post_town'))",
        ),
    ],
    filters: &[
        Filter::search(
            "事项、责任人或工号",
            "{part b.subject} OR {part c.name} OR b.owed_by = {code}",
        ),
        Filter {
            name: "standing",
            label: "情况",
            input: Input::Choice(choices::<BreachStanding>),
            condition: "iif(b.closed_on IS NULL, 'open', 'closed') = {}",
        },
        Filter::town("b.town IN {towns}"),
        Filter {
            name: "paper",
            label: "已到文书",
            input: Input::Choice(choices::<NoticeKind>),
            condition: "k.kind = {}",
        },
        Filter {
            name: "owed_by_kind",
            label: "责任方",
            input: Input::Choice(choices::<AddresseeKind>),
            condition: "b.owed_by_kind = {}",
        },
        Filter {
            name: "owed_by",
            label: "责任人",
            input: Input::Hidden,
            condition: "b.owed_by = {}",
        },
        Filter {
            name: "due_on",
            label: "应完成日期",
            input: Input::Hidden,
            condition: "b.due_on = {}",
        },
        Filter {
            name: "rule",
            label: "规则",
            input: Input::Hidden,
            condition: "b.rule = {}",
        },
    ],
    columns: &[
        Column::wide("事项", "subject").by("b.subject"),
        Column::text("镇街", "town").by(registers::town_name!("b.town")),
        Column::text("责任人", "owed_by_name").by("coalesce(c.name, b.owed_by)"),
        Column::date("应完成日期", "due_on").by("b.due_on"),
        Column::number("逾期天数", "days"),
        Column::word::<BreachStanding>("情况", "standing").by("b.closed_on"),
        Column::word::<NoticeKind>("已到文书", "paper").by("b.rung"),
        Column::date("完成日期", "met_on").by("b.met_on"),
    ],
    above: crate::tabs::tabs,
    ..List::PLAIN
};
