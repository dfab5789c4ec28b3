//! 两员: who answers for food safety inside the business.

use crate::detail::part::{Cut, cut, day, table};
use chrono::NaiveDate;
use domain::red_black::{ExamResult, OfficerPost};
use domain::words::Word as _;
use maud::{Markup, html};
use serde::Deserialize;

#[derive(Deserialize)]
struct Officer {
    post: OfficerPost,
    name: String,
    appointed_on: NaiveDate,
    left_on: Option<NaiveDate>,
    examined_on: Option<NaiveDate>,
    exam: Option<ExamResult>,
}

#[derive(Deserialize)]
#[serde(transparent)]
pub struct Officers(Cut<Officer>);

pub fn sql() -> String {
    cut(
        "fact_officer",
        "uscc = ?1",
        "json_object('post', post, 'name', name, 'appointed_on', appointed_on, 'left_on', left_on, 'examined_on', examined_on, 'exam', exam)",
        "left_on IS NOT NULL, post, appointed_on DESC",
    )
}

impl Officers {
    pub fn shown(&self, number: &str) -> Markup {
        let headings = ["姓名", "岗位", "任职", "离任", "最近一次考核"];
        html! {
            h2 { "食品安全总监、食品安全员" }
            @if self.0.items.is_empty() {
                p { "没有登记。" }
            } @else {
                (table("食品安全总监、食品安全员", &headings, &html! {
                    @for officer in &self.0.items {
                        tr { td { (officer.name) } td.tight { (officer.post.chinese()) } td.tight { (day(Some(officer.appointed_on))) } td.tight { (day(officer.left_on)) }
                             td.tight { (day(officer.examined_on)) @if let Some(exam) = officer.exam { "，" (exam.chinese()) } } }
                    }
                }))
                (self.0.rest(&format!("/facts/officers?uscc={number}"), "人"))
            }
        }
    }
}
