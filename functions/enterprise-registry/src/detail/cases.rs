//! Complaints and reports about the business, for whoever handles them: the number of a case and how far it is. What was written is sealed in
//! the case, and insiders' reports are not among them.

use crate::detail::part::{Cut, Reader, cut, day, table};
use chrono::NaiveDate;
use domain::complaint::{Category, ComplaintKind, ComplaintStatus};
use domain::office_date::chinese;
use domain::words::Word as _;
use maud::{Markup, html};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    code: String,
    kind: ComplaintKind,
    category: Category,
    status: ComplaintStatus,
    received_on: NaiveDate,
    due_on: Option<NaiveDate>,
}

#[derive(Deserialize)]
#[serde(transparent)]
pub struct Cases(Cut<Case>);

/// A station sees those that were given to its towns.
pub fn sql(reader: &Reader) -> String {
    if !reader.handles_cases {
        return "SELECT 'null'".to_owned();
    }
    cut(
        "enterprise_case",
        "uscc = ?1 AND (?2 IS NULL OR town IN (SELECT value FROM json_each(?2)))",
        "json_object('code', code, 'kind', kind, 'category', category, 'status', status, 'received_on', received_on, 'due_on', due_on)",
        "received_on DESC, code DESC",
    )
}

impl Cases {
    pub fn shown(&self, number: &str, today: NaiveDate) -> Markup {
        let headings = ["编号", "类别", "问题", "状态", "收到", "期限"];
        html! {
            h2 { "投诉举报" }
            @if self.0.items.is_empty() {
                p { "没有投诉举报。" }
            } @else {
                (table("投诉举报", &headings, &html! {
                    @for case in &self.0.items {
                        tr { td.code { a href={ "/complaints/cases/" (case.code) } { (case.code) } } td.tight { (case.kind.chinese()) } td { (case.category.chinese()) }
                             td.tight { (case.status.chinese()) } td.tight { (chinese(case.received_on)) }
                             td.tight { (day(case.due_on)) @if case.due_on.is_some_and(|due| due < today) { strong { "，已超期" } } } }
                    }
                }))
                (self.0.rest(&format!("/complaints/cases?uscc={number}"), "件"))
            }
        }
    }
}
