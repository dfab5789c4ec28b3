//! 三书一函 in which something of the business is listed, those that the caller may see.

use crate::detail::part::{Cut, Reader, cut, day, table};
use chrono::NaiveDate;
use domain::words::{NoticeStatus, Role, Word as _};
use maud::{Markup, html};
use serde::Deserialize;

#[derive(Deserialize)]
struct Paper {
    notice_id: i64,
    paper: String,
    number: Option<String>,
    status: NoticeStatus,
    subject: String,
    addressee_name: String,
    issued_on: Option<NaiveDate>,
    due_on: Option<NaiveDate>,
}

#[derive(Deserialize)]
#[serde(transparent)]
pub struct Papers(Cut<Paper>);

/// The view says for each paper which town, station or department sees it.
pub fn sql(reader: &Reader) -> String {
    let seen = match reader.role {
        Role::Office | Role::Chair => "true",
        Role::Bureau => {
            "(station_that_sees IS NOT NULL OR department_that_sees IN (SELECT value FROM json_each(?3)))"
        }
        Role::Station => "station_that_sees IN (SELECT value FROM json_each(?2))",
        Role::Town | Role::TownChair => "town_that_sees IN (SELECT value FROM json_each(?2))",
        Role::Department | Role::Cadre => "false",
    };
    cut(
        "paper_about_enterprise",
        &format!("uscc = ?1 AND {seen}"),
        "json_object('notice_id', notice_id, 'paper', paper, 'number', number, 'status', status, 'subject', subject,
            'addressee_name', addressee_name, 'issued_on', issued_on, 'due_on', due_on)",
        "coalesce(issued_on, drafted_on) DESC, notice_id DESC",
    )
}

impl Papers {
    pub fn shown(&self, number: &str) -> Markup {
        let headings = ["文号", "事项", "发给", "签发", "期限", "状态"];
        html! {
            h2 { "文书" }
            @if self.0.items.is_empty() {
                p { "没有列入这一家的文书。" }
            } @else {
                (table("文书", &headings, &html! {
                    @for paper in &self.0.items {
                        tr { td { a href={ "/notices/" (paper.notice_id) } { @match &paper.number { Some(number) => (number), None => { (paper.paper) "（待签发）" } } } } td { (paper.subject) }
                             td { (paper.addressee_name) } td.tight { (day(paper.issued_on)) } td.tight { (day(paper.due_on)) } td.tight { (paper.status.chinese()) } }
                    }
                }))
                (self.0.rest(&format!("/notices?enterprise_no={number}"), "条"))
            }
        }
    }
}
