//! What an official should know of a business before the visit: its permits, the visit before, who answers there for food safety.

use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::red_black::OfficerPost;
use domain::words::{PermitKind, VisitMode, Word as _};
use maud::{Markup, html};
use serde::Deserialize;

/// SQL: a JSON document of [`Background`], of the business `e` of a statement in which ?3 is today and `h.held` says whether the official answers for it:
/// names are for whoever does.
pub const BACKGROUND: &str = "json_object(
    'permits', json((SELECT json_group_array(json_object('kind', p.kind, 'number', p.number, 'covers', p.covers, 'valid_until', p.valid_until))
        FROM (SELECT * FROM enterprise_permit_at_hand WHERE uscc = e.uscc AND (valid_from IS NULL OR valid_from <= ?3) ORDER BY kind, number) p)),
    'officers', json((SELECT json_group_array(json_object('post', o.post, 'name', o.name, 'examined_on', iif(o.exam = 'passed', o.examined_on, NULL)))
        FROM (SELECT * FROM fact_officer WHERE h.held AND uscc = e.uscc AND (left_on IS NULL OR left_on > ?3) ORDER BY post, name) o)),
    'last_visit', json((SELECT json_object('visited_on', v.visited_on, 'cadre', c.name, 'mode', v.mode, 'result_text', v.result_text)
        FROM visit v JOIN cadre c ON c.cadre_no = v.cadre_no WHERE v.uscc = e.uscc AND v.visited_on <= ?3 ORDER BY v.visited_on DESC, v.id DESC LIMIT 1)))";

#[derive(Deserialize)]
pub struct Background {
    permits: Vec<Permit>,
    officers: Vec<Officer>,
    last_visit: Option<LastVisit>,
}

#[derive(Deserialize)]
struct Permit {
    kind: PermitKind,
    number: String,
    /// What it is for, as printed on it.
    covers: Option<String>,
    valid_until: Option<NaiveDate>,
}

#[derive(Deserialize)]
struct Officer {
    post: OfficerPost,
    name: String,
    /// When the last examination was passed.
    examined_on: Option<NaiveDate>,
}

#[derive(Deserialize)]
struct LastVisit {
    visited_on: NaiveDate,
    cadre: String,
    mode: VisitMode,
    result_text: String,
}

impl Background {
    /// Folded in; what has run out is said beside it.
    pub fn render(&self, today: NaiveDate) -> Markup {
        html! {
            details {
                summary { "许可证、食品安全员、上次督导" @if self.permits.iter().any(|permit| permit.has_run_out(today)) { "（有证到期）" } }
                dl.facts {
                    dt { "许可证" }
                    @if self.permits.is_empty() { dd { "没有登记" } }
                    @for permit in &self.permits { dd {
                        (permit.kind.chinese()) " " span.code { (permit.number) }
                        @if let Some(covers) = &permit.covers { br; (covers) }
                        @if let Some(until) = permit.valid_until { br; "有效期至" (chinese(until)) @if permit.has_run_out(today) { strong { "，已到期" } } }
                    } }
                    dt { "食品安全员" }
                    @if self.officers.is_empty() { dd { "没有登记" } }
                    @for officer in &self.officers { dd {
                        (officer.name) "（" (officer.post.chinese()) "）"
                        @match officer.examined_on { Some(day) => { (chinese(day)) "抽考合格" } None => { "还没有抽考合格的记录" } }
                    } }
                    dt { "上次督导" }
                    @match &self.last_visit {
                        Some(visit) => dd { (chinese(visit.visited_on)) "，" (visit.cadre) "，" (visit.mode.chinese()) @if !visit.result_text.is_empty() { "，" (visit.result_text) } }
                        None => dd { "没有记录" }
                    }
                }
            }
        }
    }
}

impl Permit {
    fn has_run_out(&self, today: NaiveDate) -> bool {
        self.valid_until.is_some_and(|until| until < today)
    }
}
