//! 承诺和报告: which officials have signed their commitment and handed in their report, by year (001 §三.2).

use crate::tabs::tabs;
use chrono::Datelike as _;
use domain::words::{Tier, choices, words};
use registers::{Column, Filter, Input, List, Member};

words! {
    /// What a list of officials can be narrowed to.
    DutyStanding {
        /// The commitment is not signed.
        NoCommitment = "no_commitment" "未签承诺书",
        /// The report is not handed in.
        NoReport = "no_report" "未交报告",
        /// Both are done.
        Complete = "complete" "都已完成",
    }
}

pub static YEARLY_DUTIES: List = List {
    name: "duties",
    title: "承诺和报告",
    path: "/supervision/duties",
    api: "/api/v1/supervision/duties",
    from: "yearly_duty d JOIN cadre c ON c.cadre_no = d.cadre_no",
    id: "c.rowid",
    town: "d.town",
    cadre: Some("d.cadre_no"),
    nothing: "这一年没有包保干部。",
    item: &[
        Member::whole("year", "d.year").always(),
        Member::text("cadre_no", "d.cadre_no"),
        Member::text("name", "d.name"),
        Member::word("tier", "d.tier", choices::<Tier>),
        Member::text("town", registers::town_name!("d.town")),
        Member::date("commitment_due_on", "d.commitment_due_on"),
        Member::date("committed_on", "d.committed_on"),
        Member::date("report_due_on", "d.report_due_on"),
        Member::date("reported_on", "d.reported_on"),
        Member::text("report", "(SELECT r.text FROM duty_report r WHERE r.cadre_no = d.cadre_no AND r.year = d.year)"),
    ],
    filters: &[
        Filter::search(
            "姓名或工号",
            "{part d.name} OR d.cadre_no = {code}",
        ),
        Filter {
            name: "year",
            label: "年份",
            input: Input::Text,
            condition: "d.year = CAST({} AS INTEGER)",
        },
        Filter {
            name: "standing",
            label: "情况",
            input: Input::Choice(choices::<DutyStanding>),
            condition: "CASE {} WHEN 'no_commitment' THEN d.committed_on IS NULL WHEN 'no_report' THEN d.reported_on IS NULL
                ELSE d.committed_on IS NOT NULL AND d.reported_on IS NOT NULL END",
        },
        Filter::town("d.town IN {towns}"),
    ],
    columns: &[
        Column::link("干部", "name", "/supervision/cadres/", "cadre_no").by("d.name"),
        Column::text("工号", "cadre_no").by("d.cadre_no"),
        Column::word::<Tier>("层级", "tier").by("d.tier"),
        Column::text("镇街", "town").by(registers::town_name!("d.town")),
        Column::date("承诺书", "committed_on").by("d.committed_on"),
        Column::date("年度报告", "reported_on").by("d.reported_on"),
        Column::wide("报告内容", "report"),
    ],
    above: tabs,
    // The running year, where none is asked for.
    usual: |context, asked| Ok(asked.or("year", context.today().year().to_string())),
    ..List::PLAIN
};
