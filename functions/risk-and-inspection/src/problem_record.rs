//! One problem with its steps and photographs, as far as the caller may know of it, and what they may do with it now.

use crate::problems::{Overdue, PROBLEMS};
use chrono::NaiveDate;
use domain::problem::{
    MoveCase, ProblemAssignee, ProblemLevel, ProblemMove, ProblemSource, ProblemStatus,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use web::{Context, Problem};

/// A problem of the register.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ProblemRecord")]
pub struct ProblemRecord {
    pub id: String,
    pub enterprise_no: Option<String>,
    pub uscc: Option<String>,
    pub enterprise: Option<String>,
    pub town: Option<String>,
    pub source: ProblemSource,
    /// 来源里的编号：督导问题的编号、举报的编号等
    pub source_id: Option<String>,
    pub text: String,
    pub level: ProblemLevel,
    pub status: ProblemStatus,
    pub found_on: NaiveDate,
    /// 发现问题的包保干部
    pub cadre_no: Option<String>,
    pub cadre: Option<String>,
    pub assigned_to: Option<ProblemAssignee>,
    /// 承办单位的名称
    pub assignee: Option<String>,
    /// 经办人的账号
    pub person: Option<String>,
    pub assigned_on: Option<NaiveDate>,
    /// 整改期限
    pub mend_by: Option<NaiveDate>,
    /// 下一步的期限
    pub due_on: Option<NaiveDate>,
    pub overdue: Overdue,
    pub warned_on: Option<NaiveDate>,
    pub rectified_on: Option<NaiveDate>,
    pub rectified_by: Option<String>,
    pub rectified_note: String,
    pub verified_on: Option<NaiveDate>,
    pub verified_by: Option<String>,
    pub struck_off_on: Option<NaiveDate>,
    pub version: i64,
    pub steps: Vec<ProblemStep>,
    pub photos: Vec<ProblemPhoto>,
    /// 您现在可以做的
    #[serde(default)]
    pub moves: Vec<ProblemMove>,
}

/// One step of a problem.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ProblemStep {
    pub seq: i64,
    /// find，或者 moves 里的一种
    #[serde(rename = "move")]
    pub what: String,
    pub status: ProblemStatus,
    pub note: String,
    #[schemars(with = "chrono::DateTime<chrono::FixedOffset>")]
    pub at: String,
    pub by: String,
}

/// A photograph of a problem.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ProblemPhoto {
    pub id: String,
    /// 在哪里取
    pub path: String,
}

/// SQL: the steps and photographs of the problem ?1. Those that an official took at the visit are read where they are kept.
const DETAILS: &str = "SELECT json_object(
    'steps', json((SELECT json_group_array(json_object('seq', s.seq, 'move', s.move, 'status', s.status, 'note', s.note, 'at', s.at, 'by', s.by))
        FROM (SELECT * FROM problem_step WHERE problem_id = ?1 ORDER BY seq) s)),
    'photos', json((SELECT json_group_array(json_object('id', o.id, 'path', o.path)) FROM (
        SELECT o.id, '/supervision/photos/' || o.id AS path, o.changed_at FROM problem p JOIN visit_problem_photo o ON o.visit_problem = p.source_id
        WHERE p.id = ?1 AND p.source = 'visit'
        UNION ALL SELECT o.id, '/problems/photos/' || o.id, o.changed_at FROM problem_attachment o WHERE o.problem_id = ?1
        ORDER BY 3, 1) o)))";

/// The problem; 404 where there is none that the caller may know of.
///
/// # Errors
///
/// [`Problem`].
pub async fn find_problem(context: &Context, id: &str) -> Result<ProblemRecord, Problem> {
    let number: i64 = id.parse().map_err(|_| Problem::not_found())?;
    let item = PROBLEMS.one(context, "p.id = {}", id).await?;
    let mut record: Json = serde_json::from_str(&item).map_err(Problem::internal)?;
    let details: Json = context.store.json(DETAILS, [number.into()]).await?;
    for part in ["steps", "photos"] {
        record[part] = details[part].clone();
    }
    let mut record: ProblemRecord = serde_json::from_value(record).map_err(Problem::internal)?;
    record.moves = record.case_of(context)?.moves();
    Ok(record)
}

impl ProblemRecord {
    /// The problem and the caller, as far as moves go by them.
    ///
    /// # Errors
    ///
    /// 401 where nobody is signed in.
    pub fn case_of<'a>(&'a self, context: &'a Context) -> Result<MoveCase<'a>, Problem> {
        let caller = context.caller()?;
        Ok(MoveCase {
            status: self.status,
            assigned_to: self.assigned_to,
            rectified_by: self.rectified_by.as_deref(),
            role: caller.role,
            account: &caller.account,
        })
    }
}
