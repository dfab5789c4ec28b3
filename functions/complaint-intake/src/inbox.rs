//! The handler's list, by the next date due. Insiders' reports stand in a list of their own, for the handlers of each.

use crate::tabs::tabs;
use domain::complaint::{Category, ComplaintKind, ComplaintStatus};
use domain::complaint_terms::Step;
use domain::words::choices;
use registers::{Column, Filter, Input, List, Member};

/// The next day by which a step of the case `c` is due. A paused term has no day.
macro_rules! due {
    () => {
        "(SELECT min(d.due_on) FROM complaint_deadline d WHERE d.complaint_id = c.id AND d.standing = 'running')"
    };
}

/// Whether a running term of the case `c` has passed the day that holds.
macro_rules! late {
    () => {
        "EXISTS (SELECT 1 FROM complaint_deadline d WHERE d.complaint_id = c.id AND d.standing = 'running' AND d.holds_until < {today})"
    };
}

pub(crate) use due;

fn yes_or_no() -> Vec<(&'static str, &'static str)> {
    vec![("true", "是"), ("false", "否")]
}

fn statuses() -> Vec<(&'static str, &'static str)> {
    std::iter::once(("open", "在办（全部）"))
        .chain(choices::<ComplaintStatus>())
        .collect()
}

fn step_name(code: &str) -> Option<&'static str> {
    registers::chinese_of::<Step>(code)
}

/// All complaints and reports but those of insiders.
pub static INBOX: List = List {
    name: "complaints",
    title: "投诉举报办理",
    path: "/complaints/cases",
    api: "/api/v1/complaints",
    from: "complaint c",
    id: "c.id",
    sort: Some("due"),
    condition: "NOT c.insider",
    town: "c.town",
    nothing: "还没有投诉举报。",
    item: &[
        Member::text("code", "c.code").always(),
        Member::word("kind", "c.kind", choices::<ComplaintKind>).always(),
        Member::word("status", "c.status", choices::<ComplaintStatus>).always(),
        Member::word("category", "c.category", choices::<Category>).always(),
        Member::text("town", registers::town_name!("c.town")),
        Member::text("uscc", "c.uscc"),
        Member::text("enterprise", "(SELECT e.name FROM enterprise_ledger e WHERE e.uscc = c.uscc)"),
        Member::date("received_on", "c.received_on").always(),
        Member::date("happened_on", "c.happened_on"),
        Member::date("due", due!()),
        Member::word("step", "(SELECT d.step FROM complaint_deadline d WHERE d.complaint_id = c.id AND d.standing = 'running' ORDER BY d.due_on LIMIT 1)", choices::<Step>),
        Member::yes_no("overdue", concat!("json(iif(", late!(), ", 'true', 'false'))")).always(),
        Member::text("late", concat!("iif(", late!(), ", '已超期', '')")).always(),
        Member::yes_no("unanswered", "json(iif((SELECT m.from_office FROM complaint_message m WHERE m.complaint_id = c.id ORDER BY m.id DESC LIMIT 1) = 0, 'true', 'false'))").always(),
        Member::text("waiting", "iif((SELECT m.from_office FROM complaint_message m WHERE m.complaint_id = c.id ORDER BY m.id DESC LIMIT 1) = 0, '有新留言', '')").always(),
        Member::whole("same", "(SELECT count(*) FROM complaint o WHERE o.uscc = c.uscc AND o.id <> c.id AND NOT o.insider AND o.received_on >= date(c.received_on, '-30 days') AND o.received_on <= date(c.received_on, '+30 days'))").always(),
        Member::date("closed_on", "c.closed_on"),
    ],
    filters: &[
        Filter::search("编号或企业名称", "(c.code = {code} OR {found c.uscc})"),
        Filter::town("c.town IN {towns}"),
        Filter {
            name: "kind",
            label: "投诉还是举报",
            input: Input::Choice(choices::<ComplaintKind>),
            condition: "c.kind = {}",
        },
        Filter {
            name: "status",
            label: "状态",
            input: Input::Choice(statuses),
            condition: "iif({} = 'open', c.closed_on IS NULL, c.status = {})",
        },
        Filter {
            name: "overdue",
            label: "已超期",
            input: Input::Choice(yes_or_no),
            condition: concat!("({} = 'true') = ", late!()),
        },
        Filter {
            name: "uscc",
            label: "企业",
            input: Input::Hidden,
            condition: "c.uscc = {}",
        },
    ],
    columns: &[
        Column::link("编号", "code", "/complaints/cases/", "code").by("c.code"),
        Column::word::<ComplaintKind>("类别", "kind"),
        Column::word::<Category>("问题", "category"),
        Column::wide("企业", "enterprise"),
        Column::text("镇街", "town").by(registers::town_name!("c.town")),
        Column::word::<ComplaintStatus>("状态", "status"),
        Column::named("下一步", "step", step_name),
        Column::date("期限", "due").by(due!()),
        Column::text("超期", "late"),
        Column::text("留言", "waiting"),
        Column::number("30 天内同一企业", "same"),
        Column::date("收到", "received_on").by("c.received_on"),
    ],
    above: tabs,
    ..List::PLAIN
};
