//! Problems of the business that are not struck off, and how many are.

use crate::detail::part::{Cut, cut, day, table};
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::problem::{ProblemLevel, ProblemStatus};
use domain::words::{Role, Word as _};
use maud::{Markup, html};
use serde::Deserialize;

#[derive(Deserialize)]
struct Problem {
    id: i64,
    text: String,
    level: ProblemLevel,
    status: ProblemStatus,
    found_on: NaiveDate,
    due_on: Option<NaiveDate>,
}

#[derive(Deserialize)]
pub struct Problems {
    open: Cut<Problem>,
    struck_off: u64,
}

pub fn sql() -> String {
    let open = cut(
        "enterprise_problem",
        "uscc = ?1 AND status <> 'struck_off'",
        "json_object('id', id, 'text', text, 'level', level, 'status', status, 'found_on', found_on, 'due_on', due_on)",
        "found_on DESC, id DESC",
    );
    format!(
        "SELECT json_object('open', json(({open})), 'struck_off', (SELECT count(*) FROM enterprise_problem WHERE uscc = ?1 AND status = 'struck_off'))"
    )
}

impl Problems {
    /// Whoever reads of a business at the desk can report a problem of it, but for the chair.
    pub fn shown(&self, number: &str, role: Role) -> Markup {
        let may_report = !matches!(
            role,
            Role::Chair | Role::TownChair | Role::Bureau | Role::Department
        );
        let headings = ["问题", "等级", "状态", "发现日期", "下一步期限"];
        html! {
            h2 { "问题" }
            @if self.open.items.is_empty() {
                p { "没有未销号的问题。" }
            } @else {
                (table("问题", &headings, &html! {
                    @for problem in &self.open.items {
                        tr { td { a href={ "/problems/" (problem.id) } { (problem.text) } } td.tight { (problem.level.chinese()) } td.tight { (problem.status.chinese()) }
                             td.tight { (chinese(problem.found_on)) } td.tight { (day(problem.due_on)) } }
                    }
                }))
                @if self.open.total > self.open.items.len() {
                    p { "这里是最近 " (self.open.items.len()) " 个，没有销号的共 " (self.open.total) " 个。" a href={ "/problems?enterprise_no=" (number) } { "看全部问题" } }
                }
            }
            p { a href={ "/problems?status=struck_off&enterprise_no=" (number) } { "已销号 " (self.struck_off) " 个" }
                @if may_report { " · " a href={ "/problems/new?enterprise_no=" (number) } { "登记问题" } } }
        }
    }
}
