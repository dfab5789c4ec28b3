//! How the business stands with the red and the black list, and whether it is helped (重点帮扶).

use crate::detail::part::{Reader, day, table};
use chrono::NaiveDate;
use domain::red_black::{CaseStatus, ListKind};
use domain::words::{Role, Word as _};
use maud::{Markup, html};
use registers::chinese_of;
use serde::Deserialize;

/// An entry that the public reads (view `listed_enterprise`).
#[derive(Deserialize)]
struct Entry {
    list: ListKind,
    id: String,
    until_on: Option<NaiveDate>,
}

/// A case or a help, for the office alone (view `enterprise_standing`).
#[derive(Deserialize)]
struct Way {
    /// `red`, `black` or `key_help`.
    what: String,
    id: String,
    status: String,
    ground: String,
    since: NaiveDate,
    until_on: Option<NaiveDate>,
    ended_on: Option<NaiveDate>,
}

#[derive(Deserialize)]
pub struct Standing {
    listed: Vec<Entry>,
    ways: Vec<Way>,
}

/// Nominations and helps are not public, and the office's alone.
pub fn sql(reader: &Reader) -> String {
    let ways = match reader.role {
        Role::Office => {
            "(SELECT json_group_array(json_object('what', what, 'id', id, 'status', status, 'ground', ground, 'since', since, 'until_on', until_on, 'ended_on', ended_on))
                FROM (SELECT * FROM enterprise_standing WHERE uscc = ?1 ORDER BY ended_on IS NOT NULL, since DESC LIMIT 10))"
        }
        _ => "'[]'",
    };
    format!(
        "SELECT json_object('listed', json((SELECT json_group_array(json_object('list', list, 'id', id, 'until_on', until_on)) FROM listed_enterprise WHERE uscc = ?1)),
            'ways', json({ways}))"
    )
}

impl Way {
    fn kind(&self) -> &'static str {
        chinese_of::<ListKind>(&self.what).unwrap_or("重点帮扶")
    }

    fn state(&self) -> &'static str {
        let help = match self.ended_on {
            None => "帮扶中",
            Some(_) => "已结束",
        };
        chinese_of::<CaseStatus>(&self.status).unwrap_or(help)
    }

    fn path(&self) -> String {
        match &*self.what {
            "key_help" => format!("/lists/cases/key-help/{}", self.id),
            _ => format!("/lists/cases/{}", self.id),
        }
    }
}

impl Standing {
    pub fn shown(&self, number: &str, role: Role, today: NaiveDate) -> Markup {
        let on_list: Vec<&Entry> = self
            .listed
            .iter()
            .filter(|entry| entry.until_on.is_none_or(|last| last >= today))
            .collect();
        let headings = ["名单", "状态", "原因", "开始", "到期", "结束"];
        html! {
            h2 { "红黑榜" }
            @if on_list.is_empty() { p { "不在榜上。" } }
            @for entry in on_list {
                p { a href={ "/lists/entries/" (entry.id) } { "在食品安全" (entry.list.chinese()) "上" } @if entry.until_on.is_some() { "，到" (day(entry.until_on)) } }
            }
            @if !self.ways.is_empty() {
                (table("红黑榜和重点帮扶", &headings, &html! {
                    @for way in &self.ways {
                        tr { td.tight { a href=(way.path()) { (way.kind()) } } td.tight { (way.state()) } td { (way.ground) }
                             td.tight { (day(Some(way.since))) } td.tight { (day(way.until_on)) } td.tight { (day(way.ended_on)) } }
                    }
                }))
            }
            @if role == Role::Office { p { a href={ "/lists/cases?q=" (number) } { "这一家的榜单事项" } } }
        }
    }
}
