//! Assigning a business to an official (001 §三.2: 区、街镇食安办). The tier must fit the level (001 §三.1); a tier above the one that
//! the level asks for needs its reason (提级包保), and where a town gives a business to one, the office's approval first.

use crate::ASSIGNING;
use crate::backdating::{BACKDATED_REASON, closed_day_error};
use crate::fit::Fit;
use crate::lift_requests::insert_request;
use axum::response::IntoResponse as _;
use chrono::NaiveDate;
use domain::words::{Level, Role, Tier, Word as _};
use http::StatusCode;
use registers::{Field, Item, LONGEST, Questions, Record, Submission};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::extract::Json;
use web::problem::FieldError;
use web::routes::Routes;
use web::{Answer, Context, Problem, Token};

pub fn routes(routes: Routes) -> Routes {
    routes
        .post(
            "/api/v1/assignments",
            ASSIGNING.or(Token::Write),
            assign_cadre,
        )
        .api(
            "确定包保干部；由更高层级包保要写明原因",
            NEW_ASSIGNMENT
                .taken()
                .named("assign")
                .gives_new::<AssignmentId>()
                .refuses(&[404]),
        )
}

pub const USCC: Field = Field::uscc().required();

pub const CADRE_NO: Field = Field::code("cadre_no", "包保干部", LONGEST).required();

pub const POST_NO: Field = Field::code("post_no", "岗位", LONGEST)
    .hint("有几个岗位的干部以哪个岗位包保；不写则按级别和镇街取最相符的");

pub const STARTS_ON: Field = Field::any_day("starts_on", "从哪天起").required();

pub const REPLACES: Field = Field::text("replaces", "和现在的包保干部", LONGEST)
    .hint("前一天结束的包保关系的 id；不写则其他人照旧（组团包保）");

pub const REASON: Field =
    Field::text("reason", "提级原因", LONGEST).hint("由比级别要求更高层级的干部包保时填写");

static NEW_ASSIGNMENT: Questions = Questions::of(
    "NewAssignment",
    &[
        USCC,
        CADRE_NO,
        POST_NO,
        STARTS_ON,
        REPLACES,
        REASON,
        BACKDATED_REASON,
    ],
);

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AssignmentMade")]
struct AssignmentId {
    /// 包保关系；要由食药安办批准的，还没有
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// 提级包保申请，等食药安办批准
    #[serde(skip_serializing_if = "Option::is_none")]
    lift_request: Option<String>,
}

/// What came of assigning a business.
pub enum Assigned {
    /// The assignment.
    Made(String),
    /// The request that waits for the office.
    Asked(String),
}

async fn assign_cadre(context: Context, Json(given): Json<Item>) -> Answer {
    let (id, lift_request) = match insert_assignment(&context, Submission::Document(&given)).await?
    {
        Assigned::Made(id) => (Some(id), None),
        Assigned::Asked(id) => (None, Some(id)),
    };
    let answer = AssignmentId { id, lift_request };
    Ok((StatusCode::CREATED, axum::Json(answer)).into_response())
}

/// What the store knows of the business, the official and the assignment that a new one names.
#[derive(Deserialize)]
struct AssignmentFacts {
    level: Option<Level>,
    /// The post that would answer for the business; none where there is no such official, or none who owes visits.
    post_no: Option<String>,
    tier: Option<Tier>,
    /// None where there is no such official, or the business has no level yet.
    fit: Option<Fit>,
    /// The first day of the post, and its last.
    post_from: Option<NaiveDate>,
    ends_on: Option<NaiveDate>,
    replaced_from: Option<NaiveDate>,
    /// Whether the assignment to be replaced is one of this business; 0 or 1.
    replaced: i64,
    /// Whether the official answers for the business already; 0 or 1.
    assigned: i64,
}

/// The facts; 404 where the business is none that the caller may assign.
async fn find_facts(
    context: &Context,
    new: &Record,
    replaces: Option<i64>,
) -> Result<AssignmentFacts, Problem> {
    let sql = "SELECT e.level, c.post_no, c.tier, f.fit, c.starts_on AS post_from, c.ends_on, r.starts_on AS replaced_from, r.id IS NOT NULL AS replaced,
            EXISTS (SELECT 1 FROM assignment a WHERE a.uscc = e.uscc AND a.cadre_no = ?2 AND (a.ends_on IS NULL OR a.ends_on >= ?4) AND a.id IS NOT ?3) AS assigned
        FROM enterprise_in_business e LEFT JOIN post c ON c.post_no = (
            SELECT p.post_no FROM post p LEFT JOIN tier_fit g ON g.tier = p.tier AND g.level = e.level
            WHERE p.cadre_no = ?2 AND p.duty = 'cadre' AND (?6 IS NULL OR p.post_no = ?6)
            ORDER BY p.ends_on < ?4, p.starts_on > ?4, coalesce(g.fit, '') <> 'fits', coalesce(g.fit, '') = 'too_low', p.town IS NOT e.town, p.rowid LIMIT 1)
        LEFT JOIN tier_fit f ON f.tier = c.tier AND f.level = e.level LEFT JOIN assignment r ON r.id = ?3 AND r.uscc = e.uscc
        WHERE e.uscc = ?1 AND (?5 IS NULL OR e.town IN (SELECT value FROM json_each(?5)))";
    let parameters = [
        new.value(&USCC),
        new.value(&CADRE_NO),
        replaces.into(),
        new.value(&STARTS_ON),
        context.caller()?.only_towns_json().into(),
        new.value(&POST_NO),
    ];
    let facts: Option<AssignmentFacts> = context.store.first(sql, parameters).await?;
    facts.ok_or_else(Problem::not_found)
}

/// What keeps the official from answering for the business.
fn cadre_error(new: &Record, facts: &AssignmentFacts, is_asked: bool) -> Option<FieldError> {
    let cadre_no = new.text(&CADRE_NO).unwrap_or_default();
    let wrong = |reason: String| Some(FieldError::new(CADRE_NO.column, cadre_no, reason));
    let Some(tier) = facts.tier else {
        return wrong("包保干部名单里没有这个工号，或者不是包保干部岗位".to_owned());
    };
    let days = facts.ends_on.zip(new.day(&STARTS_ON));
    if days.is_some_and(|(left, starts)| left < starts) {
        return wrong("这名干部已经离任或者调动".to_owned());
    }
    let days = facts.post_from.zip(new.day(&STARTS_ON));
    if days.is_some_and(|(from, starts)| starts < from) {
        return wrong("这名干部的岗位到这天还没有开始".to_owned());
    }
    if facts.assigned != 0 {
        return wrong("这名干部已经包保这家企业".to_owned());
    }
    match facts.fit {
        Some(Fit::TooLow) => wrong(format!(
            "{}主体不能由{}干部包保",
            facts.level.map_or("", Level::chinese),
            tier.chinese()
        )),
        Some(Fit::Lifted) if new.text(&REASON).is_none() => Some(reason_error()),
        _ if is_asked && new.text(&REASON).is_none() => Some(reason_error()),
        Some(Fit::Fits | Fit::Lifted) | None => None,
    }
}

fn reason_error() -> FieldError {
    let reason = "由更高层级的干部包保，请写明提级的原因";
    FieldError::new(REASON.column, "", reason)
}

/// Whether the office decides: a town gives nothing to a higher tier than the level asks for, nor to an official of the district.
fn needs_approval(context: &Context, facts: &AssignmentFacts) -> Result<bool, Problem> {
    let is_lifted = facts.fit == Some(Fit::Lifted) || facts.tier == Some(Tier::District);
    Ok(is_lifted && context.caller()?.role == Role::Town)
}

/// What keeps the new assignment from replacing the one that it names.
fn replacement_errors(
    new: &Record,
    facts: &AssignmentFacts,
    replaces: Option<i64>,
) -> impl Iterator<Item = FieldError> {
    let unknown = replaces.is_some() && facts.replaced == 0;
    let days = facts.replaced_from.zip(new.day(&STARTS_ON));
    let too_early = days.is_some_and(|(from, starts)| from >= starts);
    let unknown = unknown.then(|| FieldError::new(REPLACES.column, "", "没有这条包保关系"));
    let too_early = too_early.then(|| {
        let starts_on = new.text(&STARTS_ON).unwrap_or_default();
        let reason = "应晚于现在这条包保关系的起始日期";
        FieldError::new(STARTS_ON.column, starts_on, reason)
    });
    unknown.into_iter().chain(too_early)
}

/// Writes a new assignment, or the request for it where the office decides. The one that it replaces ends the day before (a trigger).
///
/// # Errors
///
/// 422 for each field that cannot be taken; 404 where the business is not the caller's to assign; 409 `already_assigned` where the same
/// assignment of that day is there.
pub async fn insert_assignment(
    context: &Context,
    sent: Submission<'_>,
) -> Result<Assigned, Problem> {
    #[derive(Deserialize)]
    struct InsertedId {
        id: String,
    }
    let new = NEW_ASSIGNMENT.read(context, sent).await?;
    let replaces = new.text(&REPLACES).map(|id| id.parse::<i64>().unwrap_or(0));
    let facts = find_facts(context, &new, replaces).await?;
    let closed = closed_day_error(context, &new, &STARTS_ON, new.day(&STARTS_ON)).await?;
    let is_asked = needs_approval(context, &facts)?;
    let errors: Vec<FieldError> = cadre_error(&new, &facts, is_asked)
        .into_iter()
        .chain(closed)
        .chain(replacement_errors(&new, &facts, replaces))
        .collect();
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    if let (true, Some(post_no)) = (is_asked, &facts.post_no) {
        let asked = insert_request(context, &new, post_no, replaces).await?;
        return Ok(Assigned::Asked(asked));
    }
    let sql = "INSERT INTO assignment (uscc, cadre_no, starts_on, replaces, lifted_reason, changed_by, changed_at, backdated_reason, post_no)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING RETURNING CAST(id AS TEXT) AS id";
    let parameters = [
        new.value(&USCC),
        new.value(&CADRE_NO),
        new.value(&STARTS_ON),
        replaces.into(),
        new.value(&REASON),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        new.value(&BACKDATED_REASON),
        facts.post_no.into(),
    ];
    let inserted: Option<InsertedId> = context.store.first(sql, parameters).await?;
    inserted
        .map(|row| Assigned::Made(row.id))
        .ok_or_else(already_assigned)
}

fn already_assigned() -> Problem {
    Problem::already_assigned("这一天起的这条包保关系已经有了")
}
