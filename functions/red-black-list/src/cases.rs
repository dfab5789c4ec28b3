//! A case on its way to a list, as staff see it.

use crate::content::{Content, leaf};
use crate::findings::Met;
use crate::tabs::desk_tabs;
use chrono::NaiveDate;
use domain::red_black::{CaseMove, CaseStatus, ListKind};
use domain::words::{Sector, choices};
use maud::html;
use registers::{Column, Filter, Input, List, Member};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Context, Problem};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ListCaseStep")]
pub struct Step {
    pub seq: i64,
    #[serde(rename = "move")]
    /// nominate，或者 moves 里的一种
    pub what: String,
    pub note: Option<String>,
    #[schemars(with = "chrono::DateTime<chrono::FixedOffset>")]
    pub at: String,
    pub by: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ListCase")]
pub struct Case {
    pub id: String,
    pub list: ListKind,
    pub uscc: String,
    pub name: String,
    pub town: Option<String>,
    pub sector: Option<Sector>,
    pub ground: String,
    pub rules: Vec<Met>,
    pub status: CaseStatus,
    pub nominated_by: String,
    pub nominated_on: NaiveDate,
    pub notified_on: Option<NaiveDate>,
    /// 陈述申辩到哪一天，告知书上写的
    pub object_until: Option<NaiveDate>,
    /// 陈述申辩实际到哪一天
    pub object_ends: Option<NaiveDate>,
    /// A year that it needs is not announced.
    pub object_provisional: bool,
    pub objection: Option<String>,
    pub answer: Option<String>,
    pub decided_by: Option<String>,
    pub decided_on: Option<NaiveDate>,
    pub published_on: Option<NaiveDate>,
    pub until_on: Option<NaiveDate>,
    pub reply: Option<String>,
    pub repair: Option<String>,
    pub repair_applied_by: Option<String>,
    pub repair_applied_on: Option<NaiveDate>,
    pub ended_on: Option<NaiveDate>,
    pub ended_why: Option<String>,
    pub version: i64,
    pub steps: Vec<Step>,
    /// What can be done next, by the table of moves.
    pub moves: Vec<CaseMove>,
    /// Until when the penalties that it rests on are published.
    pub rests_until: Option<NaiveDate>,
    /// Whether every fact that it rests on still stands.
    pub facts_stand: bool,
    /// What readers see of it now.
    pub content: Option<Content>,
    /// Its salt, and what the log says of it.
    #[serde(skip_serializing)]
    pub salt: Option<String>,
    #[serde(skip_serializing)]
    pub leaf: Option<String>,
}

impl Case {
    /// What stands on the list, as long as it is what the log has the hash of: nothing that was altered behind our back is ever
    /// carried on into a new line of the log.
    pub fn standing(&self) -> Result<Option<&Content>, Problem> {
        let (Some(content), Some(salt)) = (&self.content, &self.salt) else {
            return Ok(None);
        };
        match self.leaf.as_ref() == Some(&leaf(salt, &self.id, Some(content))?) {
            true => Ok(Some(content)),
            false => Err(Problem::internal(format!(
                "the entry {} is not what the log says; see shian verify-log",
                self.id
            ))),
        }
    }
}

/// Every fact behind the case `c` still stands.
pub const FACTS_STAND: &str = "NOT EXISTS (SELECT 1 FROM json_each(c.rules) r, json_each(r.value, '$.evidence') v
    WHERE NOT coalesce(CASE v.value ->> '$.kind'
        WHEN 'penalty' THEN (SELECT 1 FROM fact_penalty p WHERE p.decision_no = v.value ->> '$.number' AND p.uscc = c.uscc)
        WHEN 'sample' THEN (SELECT s.result = 'failed' FROM fact_sample s WHERE s.sample_no = v.value ->> '$.number' AND s.uscc = c.uscc)
        WHEN 'inspection' THEN (SELECT i.result = 'refused' FROM fact_inspection i WHERE i.inspection_no = v.value ->> '$.number' AND i.uscc = c.uscc)
        WHEN 'accident' THEN (SELECT 1 FROM fact_accident a WHERE a.accident_no = v.value ->> '$.number' AND a.uscc = c.uscc)
        WHEN 'honour' THEN (SELECT 1 FROM fact_honour h WHERE h.honour_no = v.value ->> '$.number' AND h.uscc = c.uscc) END, 0))";

/// The first day on which a penalty behind the case `c` is no longer published comes after this one; null without such a day.
pub const RESTS_UNTIL: &str = "(SELECT min(p.published_until) FROM json_each(c.rules) r, json_each(r.value, '$.evidence') v
    JOIN fact_penalty p ON p.decision_no = v.value ->> '$.number' WHERE v.value ->> '$.kind' = 'penalty')";

/// The last day to object in the case `c`, as the view has it.
pub const OBJECT_ENDS: &str =
    "(SELECT o.ends_on FROM list_case_objection o WHERE o.case_id = c.id)";

fn item() -> String {
    format!(
        "json_object('id', c.id, 'list', c.list, 'uscc', c.uscc, 'name', coalesce(e.name, c.uscc), 'town', e.town, 'sector', e.sector,
        'ground', c.ground, 'rules', json(c.rules), 'status', c.status, 'nominated_by', c.nominated_by, 'nominated_on', c.nominated_on,
        'notified_on', c.notified_on, 'object_until', c.object_until, 'object_ends', {OBJECT_ENDS},
        'object_provisional', json(iif(CAST(substr(c.object_until, 1, 4) AS INTEGER) NOT IN (SELECT year FROM announced_year), 'true', 'false')), 'objection', c.objection, 'answer', c.answer, 'decided_by', c.decided_by,
        'decided_on', c.decided_on, 'published_on', c.published_on, 'until_on', c.until_on, 'reply', c.reply, 'repair', c.repair,
        'repair_applied_by', c.repair_applied_by, 'repair_applied_on', c.repair_applied_on, 'ended_on', c.ended_on, 'ended_why', c.ended_why,
        'version', c.version,
        'steps', json((SELECT json_group_array(json_object('seq', s.seq, 'move', s.move, 'note', s.note, 'at', s.at, 'by', s.by))
            FROM (SELECT * FROM list_case_step WHERE case_id = c.id ORDER BY seq) s)),
        'moves', json((SELECT json_group_array(m.move) FROM list_case_move m WHERE m.list = c.list AND m.from_status = c.status)),
        'rests_until', {RESTS_UNTIL}, 'facts_stand', json(iif({FACTS_STAND}, 'true', 'false')),
        'content', json((SELECT x.content FROM list_entry x WHERE x.case_id = c.id AND x.gone_seq IS NULL)),
        'salt', (SELECT x.salt FROM list_entry x WHERE x.case_id = c.id AND x.gone_seq IS NULL),
        'leaf', (SELECT l.leaf FROM list_entry x JOIN list_log l ON l.seq = x.seq WHERE x.case_id = c.id AND x.gone_seq IS NULL))"
    )
}

/// The cases that a condition on `c` takes, as JSON; `?1` is its parameter.
pub async fn find(
    context: &Context,
    condition: &str,
    parameter: &str,
) -> Result<Vec<Case>, Problem> {
    let sql = format!(
        "SELECT json_group_array({}) FROM list_case c LEFT JOIN enterprise_ledger e ON e.uscc = c.uscc WHERE {condition}",
        item()
    );
    Ok(context.store.json(&sql, [parameter.into()]).await?)
}

pub async fn one(context: &Context, id: &str) -> Result<Case, Problem> {
    find(context, "c.id = ?1", id)
        .await?
        .pop()
        .ok_or_else(Problem::not_found)
}

pub static CASES: List = List {
    name: "list-cases",
    title: "红黑榜管理",
    path: "/lists/cases",
    api: "/api/v1/list-cases",
    from: "list_case c LEFT JOIN enterprise_ledger e ON e.uscc = c.uscc",
    id: "c.rowid",
    sort: Some("-nominated_on"),
    town: "e.town",
    nothing: "还没有提名。先看“达标提示”：系统按列入标准找出了哪些企业，证据是什么。",
    item: &[
        Member::text("id", "c.id").always(),
        Member::word("list", "c.list", choices::<ListKind>),
        Member::text("uscc", "c.uscc"),
        Member::text("name", "coalesce(e.name, c.uscc)"),
        Member::text("town", "e.town"),
        Member::text("ground", "c.ground"),
        Member::word("status", "c.status", choices::<CaseStatus>),
        Member::text("nominated_by", "c.nominated_by"),
        Member::date("nominated_on", "c.nominated_on"),
        Member::date("object_until", "c.object_until"),
        Member::text("decided_by", "c.decided_by"),
        Member::date("published_on", "c.published_on"),
        Member::date("until_on", "c.until_on"),
        Member::whole("version", "c.version").always(),
    ],
    filters: &[
        Filter::search("企业名称或代码、理由", "{found c.uscc} OR {part c.ground}"),
        Filter {
            name: "list",
            label: "榜单",
            input: Input::Choice(choices::<ListKind>),
            condition: "c.list = {}",
        },
        Filter {
            name: "status",
            label: "情况",
            input: Input::Choice(choices::<CaseStatus>),
            condition: "c.status = {}",
        },
        Filter::town("e.town = {}"),
    ],
    columns: &[
        Column::link("企业名称", "name", "/lists/cases/", "id").by("e.name"),
        Column::word::<ListKind>("榜单", "list").by("c.list"),
        Column::text("镇街", "town").by("e.town"),
        Column::wide("理由", "ground"),
        Column::word::<CaseStatus>("情况", "status").by("c.status"),
        Column::date("提名", "nominated_on").by("c.nominated_on"),
        Column::date("申辩到", "object_until").by("c.object_until"),
        Column::date("公布", "published_on").by("c.published_on"),
        Column::date("公布到", "until_on").by("c.until_on"),
    ],
    above: desk_tabs,
    actions: |_| {
        html! {
            form method="post" action="/lists/cases/publish" { button.main { "公布全部已决定的" } }
            a.second href="/lists/cases/suggestions" { "达标提示" }
        }
    },
    ..List::PLAIN
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

    /// The number that stands first behind some words.
    fn days(text: &str, behind: &str) -> u32 {
        let (_, rest) = text.split_once(behind).unwrap();
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap()
    }

    #[test]
    fn the_true_last_day_to_object_is_as_many_working_days_on_as_the_notice_says() {
        let trigger = include_str!("../../../migrations/0023_red_black_list_cases.sql");
        let told = days(trigger, "SELECT t.workdays + ");
        let view = include_str!("../../../migrations/0052_red_black_list_tasks.sql");
        assert_eq!(days(view, "c.notified_on) + "), told);
    }
}
