//! 重点企业食堂项目 (000 §三(二)): the list of projects.

use crate::goes_to_the_door;
use crate::tabs::tabs;
use domain::words::{CanteenStep, choices};
use maud::html;
use registers::{Column, Filter, Input, List, Member};

pub static CANTEENS: List = List {
    name: "canteen-projects",
    title: "重点企业食堂项目",
    path: "/license-outreach/canteens",
    api: "/api/v1/license-outreach/canteens",
    from: "canteen_project p",
    id: "p.rowid",
    sort: Some("-entered_on"),
    town: "p.town",
    nothing: "还没有食堂项目。请按区重点办的开工信息登记。",
    item: &[
        Member::text("id", "p.id").always(),
        Member::text("name", "p.name"),
        Member::text("company", "p.company"),
        Member::text("town", registers::town_name!("p.town")),
        Member::date("entered_on", "p.entered_on"),
        Member::date("begun_on", "p.begun_on"),
        Member::date("completed_on", "p.completed_on"),
        Member::date("trained_on", "p.trained_on"),
        Member::date("ended_on", "p.ended_on"),
        Member::whole("version", "p.version").always(),
        Member::word("step", "CASE WHEN p.completed_on IS NOT NULL THEN 'completed' WHEN p.begun_on IS NOT NULL THEN 'begun' ELSE 'entered' END", choices::<CanteenStep>),
        Member::whole("late", "(SELECT count(*) FROM deadline_canteen d WHERE d.evidence ->> '$.project' = p.id AND d.met_on IS NULL AND d.due_on < {today})").always(),
    ],
    filters: &[
        Filter::search("项目或企业名称", "{part p.name} OR {part p.company}"),
        Filter::town("p.town IN {towns}"),
        Filter {
            name: "step",
            label: "进度",
            input: Input::Choice(choices::<CanteenStep>),
            condition: "{} = CASE WHEN p.completed_on IS NOT NULL THEN 'completed' WHEN p.begun_on IS NOT NULL THEN 'begun' ELSE 'entered' END",
        },
    ],
    columns: &[
        Column::link("项目", "name", "/license-outreach/canteens/", "id").by("p.name"),
        Column::text("企业", "company").by("p.company"),
        Column::text("镇街", "town").by(registers::town_name!("p.town")),
        Column::word::<CanteenStep>("进度", "step"),
        Column::date("入库", "entered_on").by("p.entered_on"),
        Column::date("开工", "begun_on").by("p.begun_on"),
        Column::date("竣工", "completed_on").by("p.completed_on"),
        Column::number("超期未服务", "late"),
    ],
    above: tabs,
    actions: |context| {
        html! { @if goes_to_the_door(context) { a.main href="/license-outreach/canteens/new" { "登记项目" } } }
    },
    ..List::PLAIN
};
