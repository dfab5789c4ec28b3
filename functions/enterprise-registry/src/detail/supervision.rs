//! 包保: who answers for the business, and the visits to it.

use crate::detail::part::{Cut, cut, day, table};
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::{Tier, VisitMode, Word as _};
use maud::{Markup, html};
use serde::Deserialize;

#[derive(Deserialize)]
struct Assignment {
    cadre_no: String,
    cadre: String,
    tier: Tier,
    starts_on: Option<NaiveDate>,
    ends_on: Option<NaiveDate>,
}

#[derive(Deserialize)]
#[serde(transparent)]
pub struct Assignments(Cut<Assignment>);

pub fn assignments_sql() -> String {
    cut(
        "enterprise_holder",
        "uscc = ?1",
        "json_object('cadre_no', cadre_no, 'cadre', cadre, 'tier', tier, 'starts_on', starts_on, 'ends_on', ends_on)",
        "starts_on DESC",
    )
}

impl Assignments {
    pub fn shown(&self, number: &str) -> Markup {
        html! {
            h2 { "包保干部" }
            @if self.0.items.is_empty() {
                p { "还没有指定包保干部。" }
            } @else {
                (table("包保干部", &["姓名", "工号", "层级", "开始", "结束"], &html! {
                    @for assignment in &self.0.items {
                        tr { td { (assignment.cadre) } td.code { (assignment.cadre_no) } td { (assignment.tier.chinese()) }
                             td.tight { (day(assignment.starts_on)) } td.tight { (day(assignment.ends_on)) } }
                    }
                }))
                (self.0.rest(&format!("/supervision/assignments?uscc={number}"), "条"))
            }
        }
    }
}

/// How often officials came to the business this year, and how often the policy lets them; no cap, or 0, is none.
#[derive(Deserialize)]
pub struct Entries {
    visits: u32,
    inspections: u32,
    cap: Option<u32>,
}

/// SQL: the [`Entries`] of the year up to ?4.
pub const ENTRIES: &str =
    "SELECT json_object('visits', n.visits, 'inspections', n.inspections, 'cap', n.cap)
    FROM enterprise_entries_of_year n WHERE n.uscc = ?1 AND n.day = ?4";

#[derive(Deserialize)]
struct Visit {
    visited_on: NaiveDate,
    cadre: String,
    mode: VisitMode,
    result_text: String,
    problems_found: u32,
    note: String,
}

#[derive(Deserialize)]
#[serde(transparent)]
pub struct Visits(Cut<Visit>);

pub fn visits_sql() -> String {
    cut(
        "enterprise_visit",
        "uscc = ?1",
        "json_object('visited_on', visited_on, 'cadre', cadre, 'mode', mode, 'result_text', result_text, 'problems_found', problems_found, 'note', note)",
        "visited_on DESC",
    )
}

impl Visits {
    pub fn shown(&self, number: &str, entries: &Entries) -> Markup {
        html! {
            h2 { "督导记录" }
            p { "今年已入企 " (entries.visits + entries.inspections) " 次" @if let Some(cap) = entries.cap.filter(|cap| *cap > 0) { "，上限 " (cap) " 次" } "（督导和检查合计）。" }
            @if self.0.items.is_empty() {
                p { "还没有督导记录。" }
            } @else {
                (table("督导记录", &["日期", "干部", "方式", "结果", "问题数", "备注"], &html! {
                    @for visit in &self.0.items {
                        tr { td.tight { (chinese(visit.visited_on)) } td { (visit.cadre) } td { (visit.mode.chinese()) }
                             td { (visit.result_text) } td.tight { (visit.problems_found) } td { (visit.note) } }
                    }
                }))
                (self.0.rest(&format!("/supervision/visits?uscc={number}"), "次"))
            }
        }
    }
}
