//! A case on its way to the red or the black list, as staff see it, and the list of all cases.

use crate::log_leaf::log_leaf;
use crate::tabs::desk_tabs;
use chrono::NaiveDate;
use domain::red_black::{CaseMove, CaseStatus, ListKind};
use domain::words::{Sector, choices};
use maud::html;
use registers::{Column, Declares as _, Filter, Input, List, Member, places};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use transparency::{Content, CriterionMet};
use web::routes::{OFFICE, Routes};
use web::{Context, Problem};

pub fn routes(routes: Routes) -> Routes {
    routes.list(OFFICE, &CASES)
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ListCaseStep {
    pub seq: i64,
    #[serde(rename = "move")]
    /// nominate，或者 moves 里的一种
    pub case_move: String,
    pub note: Option<String>,
    #[schemars(with = "chrono::DateTime<chrono::FixedOffset>")]
    pub at: String,
    pub by: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ListCase {
    pub id: String,
    pub list: ListKind,
    pub uscc: String,
    pub name: String,
    pub town: Option<String>,
    pub sector: Option<Sector>,
    pub ground: String,
    pub rules: Vec<CriterionMet>,
    pub status: CaseStatus,
    pub nominated_by: String,
    pub nominated_on: NaiveDate,
    pub notified_on: Option<NaiveDate>,
    /// 陈述申辩到哪一天，告知书上写的
    pub object_until: Option<NaiveDate>,
    /// 陈述申辩实际到哪一天
    pub object_ends: Option<NaiveDate>,
    /// Whether the last day to object falls into a year whose days off are not announced yet.
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
    pub steps: Vec<ListCaseStep>,
    /// What can be done next, by the table `list_case_move`.
    pub moves: Vec<CaseMove>,
    /// The day on which the first of the penalties behind the case ceases to be published.
    pub rests_until: Option<NaiveDate>,
    /// Whether every fact behind the case still stands.
    pub facts_stand: bool,
    /// What the public reads of the case now.
    pub content: Option<Content>,
    /// The salt of the entry, in base64.
    #[serde(skip_serializing)]
    pub salt: Option<String>,
    /// The salted hash of the entry as the log has it.
    #[serde(skip_serializing)]
    pub leaf: Option<String>,
}

impl ListCase {
    /// What the public reads of the case now; none where it is on no list.
    ///
    /// # Errors
    ///
    /// [`Problem`] where the log has the hash of another content: what was altered behind the program's back is never carried on into
    /// a new line of the log.
    pub fn published_content(&self) -> Result<Option<&Content>, Problem> {
        let (Some(content), Some(salt)) = (&self.content, &self.salt) else {
            return Ok(None);
        };
        match self.leaf.as_ref() == Some(&log_leaf(salt, &self.id, Some(content))?) {
            true => Ok(Some(content)),
            false => Err(Problem::internal(format!(
                "the entry {} is not what the log says; see shian verify-log",
                self.id
            ))),
        }
    }

    /// The day to which announced days off put the end of the term to object off, where the notice names an earlier one.
    pub fn put_off_until(&self) -> Option<NaiveDate> {
        self.object_ends
            .filter(|ends| self.object_until.is_some_and(|on_notice| *ends > on_notice))
    }
}

/// SQL: the statuses of cases on a public list ([`CaseStatus::is_public`]).
pub const PUBLIC: &str = "('published', 'repair_applied')";

/// SQL: whether every fact behind the case `c` still stands.
pub const FACTS_STAND: &str = "NOT EXISTS (SELECT 1 FROM json_each(c.rules) r, json_each(r.value, '$.evidence') v
    WHERE NOT coalesce(CASE v.value ->> '$.kind'
        WHEN 'penalty' THEN (SELECT 1 FROM fact_penalty p WHERE p.decision_no = v.value ->> '$.number' AND p.uscc = c.uscc)
        WHEN 'sample' THEN (SELECT s.result = 'failed' FROM fact_sample s WHERE s.sample_no = v.value ->> '$.number' AND s.uscc = c.uscc)
        WHEN 'inspection' THEN (SELECT i.result = 'refused' FROM fact_inspection i WHERE i.inspection_no = v.value ->> '$.number' AND i.uscc = c.uscc)
        WHEN 'accident' THEN (SELECT 1 FROM fact_accident a WHERE a.accident_no = v.value ->> '$.number' AND a.uscc = c.uscc)
        WHEN 'honour' THEN (SELECT 1 FROM fact_honour h WHERE h.honour_no = v.value ->> '$.number' AND h.uscc = c.uscc) END, 0))";

/// SQL: the last day on which all penalties behind the case `c` are published; null where none of them names a day.
pub const RESTS_UNTIL: &str = "(SELECT min(p.published_until) FROM json_each(c.rules) r, json_each(r.value, '$.evidence') v
    JOIN fact_penalty p ON p.decision_no = v.value ->> '$.number' WHERE v.value ->> '$.kind' = 'penalty')";

/// SQL: the last day to object in the case `c`, by the days off that are announced now.
pub const OBJECT_ENDS: &str =
    "(SELECT o.ends_on FROM list_case_objection_term o WHERE o.case_id = c.id)";

/// SQL: the case `c` of the enterprise `e` as JSON, with all that [`ListCase`] reads.
fn case_json() -> String {
    let town = places::town_name("e.town");
    format!(
        "json_object('id', c.id, 'list', c.list, 'uscc', c.uscc, 'name', coalesce(e.name, c.uscc), 'town', {town}, 'sector', e.sector,
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

/// The cases that meet an SQL condition on `c`; `?1` in it is the parameter.
pub async fn find_cases(
    context: &Context,
    condition: &str,
    parameter: &str,
) -> Result<Vec<ListCase>, Problem> {
    let sql = format!(
        "SELECT json_group_array({}) FROM list_case c LEFT JOIN enterprise_ledger e ON e.uscc = c.uscc WHERE {condition}",
        case_json()
    );
    Ok(context.store.json(&sql, [parameter.into()]).await?)
}

/// The case of an id.
///
/// # Errors
///
/// 404 where there is none.
pub async fn find_case(context: &Context, id: &str) -> Result<ListCase, Problem> {
    find_cases(context, "c.id = ?1", id)
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
        Member::text("town", registers::town_name!("e.town")),
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
        Filter::town("e.town IN {towns}"),
    ],
    columns: &[
        Column::link("企业名称", "name", "/lists/cases/", "id").by("e.name"),
        Column::word::<ListKind>("榜单", "list").by("c.list"),
        Column::text("镇街", "town").by(registers::town_name!("e.town")),
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

    use super::PUBLIC;
    use domain::red_black::CaseStatus;
    use domain::words::Word as _;

    #[test]
    fn the_statuses_in_statements_are_those_of_the_words() {
        for status in CaseStatus::ALL {
            let code = format!("'{}'", status.code());
            assert_eq!(PUBLIC.contains(&code), status.is_public(), "{code}");
        }
    }
}
