//! What was lawfully established of the business.

use crate::detail::part::{Cut, cut, table};
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::{FactKind, Word as _};
use maud::{Markup, html};
use serde::Deserialize;
use web::page;

#[derive(Deserialize)]
struct Fact {
    kind: FactKind,
    number: String,
    happened_on: NaiveDate,
    title: String,
    said: String,
    /// 1 where it speaks against the business, else 0.
    bad: i64,
}

#[derive(Deserialize)]
pub struct Facts {
    latest: Cut<Fact>,
    /// How many there are of each kind.
    kinds: Vec<(FactKind, u64)>,
}

pub fn sql() -> String {
    let latest = cut(
        "enterprise_fact",
        "uscc = ?1",
        "json_object('kind', kind, 'number', number, 'happened_on', happened_on, 'title', title, 'said', said, 'bad', bad)",
        "happened_on DESC",
    );
    format!(
        "SELECT json_object('latest', json(({latest})), 'kinds', json((SELECT json_group_array(json_array(kind, n))
            FROM (SELECT kind, count(*) AS n FROM enterprise_fact WHERE uscc = ?1 GROUP BY kind))))"
    )
}

/// The register of a kind.
const fn register(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Sample => "/facts/samples",
        FactKind::Penalty => "/facts/penalties",
        FactKind::Inspection => "/facts/inspections",
        FactKind::Honour => "/facts/honours",
        FactKind::Accident => "/facts/accidents",
    }
}

impl Facts {
    pub fn shown(&self, number: &str) -> Markup {
        let headings = ["日期", "事项", "内容", "结果", "编号"];
        html! {
            h2 { "抽检、处罚、检查、荣誉" }
            @if self.latest.items.is_empty() {
                p { "没有记录。" }
            } @else {
                (table("抽检、处罚、检查、荣誉", &headings, &html! {
                    @for fact in &self.latest.items {
                        tr { td.tight { (chinese(fact.happened_on)) } td.tight { (fact.kind.chinese()) } td { (fact.title) }
                             td { @if fact.bad == 1 { strong { (fact.said) } } @else { (fact.said) } } td { a href={ "/facts/fact?kind=" (fact.kind.code()) "&number=" (page::encode(&fact.number)) } { (fact.number) } } }
                    }
                }))
                p { "全部："
                    @for (place, (kind, count)) in self.kinds.iter().enumerate() {
                        @if place > 0 { " · " }
                        a href={ (register(*kind)) "?uscc=" (number) } { (kind.chinese()) " " (count) " 条" }
                    }
                }
            }
        }
    }
}
