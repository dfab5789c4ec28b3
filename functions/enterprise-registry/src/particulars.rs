//! What else is known of a business: under what other names and numbers, when it was closed, and which rows of the ledger were merged into
//! it. A part of its page.

use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::{OtherNameKind, PermitKind, Word as _};
use maud::{Markup, html};
use serde::Deserialize;
use web::{Context, Problem};

#[derive(Deserialize)]
struct OtherName {
    name: String,
    kind: OtherNameKind,
    until: Option<NaiveDate>,
}

#[derive(Deserialize)]
struct Permit {
    number: String,
    kind: PermitKind,
    /// What it is for, as printed on it.
    covers: Option<String>,
    valid_from: Option<NaiveDate>,
    valid_until: Option<NaiveDate>,
}

#[derive(Deserialize)]
struct Suspension {
    starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    note: String,
}

#[derive(Deserialize)]
struct MergedEnterprise {
    enterprise_no: String,
    name: String,
    merged_on: NaiveDate,
}

/// What else is known of one business.
#[derive(Deserialize)]
pub struct Particulars {
    names: Vec<OtherName>,
    permits: Vec<Permit>,
    suspensions: Vec<Suspension>,
    merged: Vec<MergedEnterprise>,
}

impl Particulars {
    /// # Errors
    ///
    /// 503 where the store does not answer.
    pub async fn find(context: &Context, number: &str) -> Result<Self, Problem> {
        let sql = "SELECT json_object(
            'names', json((SELECT json_group_array(json_object('name', n.name, 'kind', n.kind, 'until', n.until))
                FROM (SELECT * FROM enterprise_other_name WHERE uscc = ?1 AND revoked_on IS NULL
                    AND search_name <> (SELECT e.search_name FROM enterprise_site e WHERE e.uscc = ?1) ORDER BY kind, until DESC, name) n)),
            'permits', json((SELECT json_group_array(json_object('number', p.number, 'kind', p.kind, 'covers', p.covers, 'valid_from', p.valid_from, 'valid_until', p.valid_until))
                FROM (SELECT * FROM enterprise_permit WHERE uscc IN (SELECT ?1 UNION ALL SELECT uscc FROM enterprise_merged WHERE today = ?1)
                    AND revoked_on IS NULL ORDER BY kind, valid_from DESC, number) p)),
            'suspensions', json((SELECT json_group_array(json_object('starts_on', s.starts_on, 'ends_on', s.ends_on, 'note', s.note))
                FROM (SELECT * FROM enterprise_suspension WHERE uscc = ?1 AND revoked_on IS NULL ORDER BY starts_on DESC LIMIT 20) s)),
            'merged', json((SELECT json_group_array(json_object('enterprise_no', c.old, 'name', e.name, 'merged_on', substr(c.changed_at, 1, 10)))
                FROM enterprise_succession c JOIN enterprise_site e ON e.uscc = c.old WHERE c.new = ?1 AND c.ended_at IS NULL)))";
        Ok(context.store.json(sql, [number.into()]).await?)
    }

    /// The suspension that covers a day.
    fn suspended(&self, today: NaiveDate) -> Option<&Suspension> {
        let covers = |one: &&Suspension| {
            one.starts_on <= today && one.ends_on.is_none_or(|last| today <= last)
        };
        self.suspensions.iter().find(covers)
    }

    /// Behind the status: that it is closed for a time.
    pub fn suspended_mark(&self, today: NaiveDate) -> Markup {
        html! {
            @if let Some(suspension) = self.suspended(today) {
                "（" (chinese(suspension.starts_on)) "起停业" @if let Some(last) = suspension.ends_on { "，到" (chinese(last)) } "）"
            }
        }
    }

    /// Its rows in the list of what the ledger says.
    pub fn rows(&self) -> Markup {
        html! {
            @for name in &self.names {
                dt { (name.kind.chinese()) } dd { (name.name) @if let Some(until) = name.until { "（用到" (chinese(until)) "）" } }
            }
            @if !self.permits.is_empty() {
                dt { "许可、备案、登记" }
                dd { @for permit in &self.permits {
                    div { (permit.kind.chinese()) " " span.code { (permit.number) } @if let Some(covers) = &permit.covers { "，" (covers) } (term(permit.valid_from, permit.valid_until)) }
                } }
            }
            @if !self.suspensions.is_empty() {
                dt { "停业" }
                dd { @for suspension in &self.suspensions {
                    div {
                        (chinese(suspension.starts_on)) "至" (suspension.ends_on.map_or_else(|| "今".to_owned(), chinese))
                        @if !suspension.note.is_empty() { "，" (suspension.note) }
                    }
                } }
            }
        }
    }

    /// The rows of the ledger that were merged into it, each with the button that undoes it.
    pub fn merged(&self, may_undo: bool) -> Markup {
        html! {
            @if !self.merged.is_empty() {
                h2 { "已并入这一家的记录" }
                @for one in &self.merged {
                    div.panel {
                        p { (one.name) " " span.code { (one.enterprise_no) } "，" (chinese(one.merged_on)) "并入" }
                        @if may_undo {
                            form method="post" action={ "/enterprises/" (one.enterprise_no) "/unmerge" } {
                                button.second { "撤销合并" span.hidden { "：" (one.name) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// From when until when, in brackets; nothing where neither is known.
fn term(from: Option<NaiveDate>, until: Option<NaiveDate>) -> String {
    match (from, until) {
        (None, None) => String::new(),
        (Some(from), None) => format!("（{}起）", chinese(from)),
        (None, Some(until)) => format!("（有效期至{}）", chinese(until)),
        (Some(from), Some(until)) => format!("（{}至{}）", chinese(from), chinese(until)),
    }
}
