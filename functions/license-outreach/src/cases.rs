//! 上门服务: the list of door-step cases, open and closed.

use crate::tabs::tabs;
use domain::words::{CaseOutcome, choices};
use registers::{Column, Filter, Input, List, Member};

/// The code of a case that is not closed; a closed one has its outcome's.
const OPEN: (&str, &str) = ("open", "服务中");

fn case_states() -> Vec<(&'static str, &'static str)> {
    std::iter::once(OPEN)
        .chain(choices::<CaseOutcome>())
        .collect()
}

fn case_state(code: &str) -> Option<&'static str> {
    let mut states = case_states().into_iter();
    states.find_map(|(known, chinese)| (known == code).then_some(chinese))
}

pub static CASES: List = List {
    name: "outreach-cases",
    title: "上门服务",
    path: "/license-outreach/cases",
    api: "/api/v1/license-outreach/cases",
    from: "outreach_case c JOIN enterprise_licensing e ON e.uscc = c.uscc",
    id: "c.rowid",
    sort: Some("-opened_on"),
    town: "e.town",
    nothing: "还没有开始上门服务。请在“待办证企业”里选中企业。",
    item: &[
        Member::text("id", "c.id").always(),
        Member::text("uscc", "c.uscc"),
        Member::text("name", "e.name"),
        Member::text("town", registers::town_name!("e.town")),
        Member::text("station", "c.station"),
        Member::text("station_name", "(SELECT s.name FROM station_account s WHERE s.account = c.station)"),
        Member::date("opened_on", "c.opened_on"),
        Member::date("contacted_on", "c.contacted_on"),
        Member::whole("stages_done", "(SELECT count(*) FROM outreach_stage s WHERE s.case_id = c.id AND s.done_on IS NOT NULL)").always(),
        Member::date("checked_on", "c.checked_on"),
        Member::yes_no("passed_first_time", "json(CASE c.passed_first_time WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END)"),
        Member::text("passed", "CASE c.passed_first_time WHEN 1 THEN '一次通过' WHEN 0 THEN '未一次通过' END"),
        Member::text("state", "coalesce(c.outcome, 'open')"),
        Member::date("closed_on", "c.closed_on"),
    ],
    filters: &[
        Filter::search("名称或代码", "{found c.uscc}"),
        Filter::town("e.town IN {towns}"),
        Filter {
            name: "state",
            label: "状态",
            input: Input::Choice(case_states),
            condition: "coalesce(c.outcome, 'open') = {}",
        },
        Filter {
            name: "station",
            label: "监管所",
            input: Input::Hidden,
            condition: "c.station = {}",
        },
    ],
    columns: &[
        Column::link("企业名称", "name", "/license-outreach/cases/", "id").by("e.name"),
        Column::text("镇街", "town").by(registers::town_name!("e.town")),
        Column::text("监管所", "station_name"),
        Column::date("开始", "opened_on").by("c.opened_on"),
        Column::date("首次联系", "contacted_on").by("c.contacted_on"),
        Column::number("完成环节", "stages_done"),
        Column::date("现场核查", "checked_on").by("c.checked_on"),
        Column::text("核查结果", "passed"),
        Column::named("状态", "state", case_state),
        Column::date("结束", "closed_on").by("c.closed_on"),
    ],
    above: tabs,
    ..List::PLAIN
};
