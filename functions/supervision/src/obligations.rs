//! 应督导事项: what each official owes in a period, and how each obligation stands (001 §三.2; design: time and law).

use crate::quarter::with_period;
use domain::words::{Tier, choices};
use registers::{Column, Filter, Input, List, Member};

domain::words::words! {
    /// How one obligation stands on a day.
    ObligationStatus {
        /// A fitting visit within the period.
        Done = "done" "已督导",
        /// The period still runs.
        Due = "due" "待督导",
        /// The period ended without a visit.
        Overdue = "overdue" "逾期未督导",
        /// On-site was required and every visit was online.
        WrongMode = "wrong_mode" "应现场未现场",
        /// A fitting visit came after the period, before it was closed.
        Late = "late" "逾期已补",
        /// Nobody held the business in the whole period.
        Unassigned = "unassigned" "未指定干部",
    }
}

/// The status of a row of `obligation_record o` on the day `{today}`: of a closed period the one it was closed with. Only visits dated up to
/// that day count; a visit after the period counts from the day that follows it, so that the first morning shows the period as it ended.
macro_rules! obligation_status {
    () => {
        "CASE
            WHEN o.closed_status IS NOT NULL THEN o.closed_status
            WHEN o.owed_by IS NULL THEN 'unassigned'
            WHEN o.met_on <= min(o.ends_on, {today}) THEN 'done'
            WHEN o.ends_on >= {today} THEN 'due'
            WHEN o.met_on < {today} THEN 'late'
            WHEN o.on_site_required AND o.visited_on <= {today} THEN 'wrong_mode'
            ELSE 'overdue' END"
    };
}
pub(crate) use obligation_status;

pub static OBLIGATIONS: List = List {
    name: "obligations",
    title: "应督导事项",
    path: "/supervision/obligations",
    api: "/api/v1/supervision/obligations",
    from: "obligation_record o",
    id: "o.ledger_id",
    town: "o.town",
    cadre: Some("o.cadre_no"),
    nothing: "这个周期没有应督导事项。",
    item: &[
        Member::text("cadre_no", "o.cadre_no"),
        Member::text("cadre", "o.cadre"),
        Member::text("uscc", "o.uscc").always(),
        Member::text("enterprise", "o.enterprise").always(),
        Member::text("town", registers::town_name!("o.town")),
        Member::text("village", registers::village_name!("o.town", "o.village")),
        Member::text("period", "o.period").always(),
        Member::yes_no("on_site_required", "json(iif(o.on_site_required, 'true', 'false'))").always(),
        Member::text("on_site", "iif(o.on_site_required, '现场', '')").always(),
        Member::word("status", obligation_status!(), choices::<ObligationStatus>).always(),
        Member::date("due", "o.ends_on").always(),
        Member::date("met_on", "iif(o.met_on <= {today}, o.met_on, NULL)"),
        Member::whole("visits", "coalesce(o.closed_visits, (SELECT count(*) FROM visit v WHERE v.uscc = o.uscc AND v.visited_on BETWEEN o.starts_on AND min(o.ends_on, {today})))").always(),
        Member::date("closed_on", "o.closed_on"),
        Member::date("met_since", "iif(o.met_on IS NULL AND o.met_since <= {today}, o.met_since, NULL)"),
        Member::text("owed_by", concat!("CASE o.owed_by_kind WHEN 'town' THEN ", registers::town_name!("o.owed_by"), " || '食安办' WHEN 'department' THEN o.owed_by ELSE o.cadre END")),
    ],
    filters: &[
        Filter {
            name: "period",
            label: "季度",
            input: Input::Text,
            condition: "o.period = upper({})",
        },
        Filter {
            name: "status",
            label: "情况",
            input: Input::Choice(choices::<ObligationStatus>),
            condition: concat!("{} = ", obligation_status!()),
        },
        Filter::town("o.town IN {towns}"),
        Filter {
            name: "tier",
            label: "干部层级",
            input: Input::Choice(choices::<Tier>),
            condition: "o.tier = {}",
        },
        Filter {
            name: "cadre_no",
            label: "工号",
            input: Input::Text,
            condition: "o.cadre_no = upper({})",
        },
    ],
    columns: &[
        Column::link("企业名称", "enterprise", "/enterprises/", "uscc").by("o.enterprise"),
        Column::text("镇街", "town").by("o.town"),
        Column::text("村社区", "village").by("o.village"),
        Column::word::<ObligationStatus>("情况", "status"),
        Column::text("要求", "on_site").by("o.on_site_required"),
        Column::text("包保干部", "owed_by").by("o.cadre"),
        Column::text("工号", "cadre_no").by("o.cadre_no"),
        Column::date("应在此前", "due"),
        Column::date("督导日期", "met_on").by("o.met_on"),
        Column::number("本季次数", "visits"),
    ],
    above: crate::tabs::tabs,
    usual: with_period,
    ..List::PLAIN
};
