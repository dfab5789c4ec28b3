//! 督办规则: how each kind of missed deadline is chased, with its history. A version that holds is followed by another, never rewritten:
//! papers cite it.

use axum::response::IntoResponse as _;
use chrono::{DateTime, FixedOffset, NaiveDate};
use domain::office_date;
use domain::words::words;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::api::{Items, gives, takes};
use web::extract::{Json, Path};
use web::problem::FieldError;
use web::respond::json_text;
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/api/v1/sweep/policy", OFFICE, list_escalation)
        .api("督办规则及其历史", gives::<Items<EscalationRule>>())
        .put("/api/v1/sweep/policy/{rule}", OFFICE, set_escalation)
        .api(
            "设定督办规则；已有的规则从明天或更晚起改",
            takes::<NewEscalation>().gives_nothing(),
        )
}

words! {
    /// How a paper goes out.
    Issue {
        /// By itself.
        Direct = "direct" "直接发出",
        /// Drafted first, and then signed.
        Signed = "signed" "签发后发出",
    }
}

words! {
    /// Who is told of a paper beside its addressee.
    CopyRecipient {
        /// The town (镇街) of the official.
        Town = "town" "镇街",
        /// The officials whom the paper names.
        Cadre = "cadre" "责任人",
        /// The office (食药安办).
        Office = "office" "食药安办",
    }
}

/// One paper of the ladder.
#[derive(Serialize, Deserialize, Clone, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// 工作日
    pub term: u32,
    pub issue: Issue,
    #[serde(default)]
    pub told: Vec<CopyRecipient>,
}

/// A version of a rule, as it is set.
#[derive(Serialize, Deserialize, Clone, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "EscalationVersion")]
pub struct NewEscalation {
    #[schemars(with = "NaiveDate")]
    pub valid_from: String,
    pub title: String,
    pub duty: String,
    pub basis: String,
    pub rungs: Vec<Rung>,
    /// 连续第二次逾期从第几步起；不写是第三步，没有三步就是最后一步
    pub repeated_at: Option<u32>,
    /// 到期前几天提醒
    #[serde(default = "usual_reminders")]
    pub remind: Vec<u32>,
}

/// The days before a due date on which it is reminded of, where a version names none.
fn usual_reminders() -> Vec<u32> {
    vec![14, 3]
}

/// The rules with their versions, the newest first; one of them where ?1 names it.
const RULES_JSON: &str = "SELECT json_object('items', json_group_array(json_object('rule', rule, 'versions', json(versions)))) FROM (
    SELECT rule, json_group_array(json_object('valid_from', valid_from, 'title', title, 'duty', duty, 'basis', basis, 'rungs', json(rungs),
        'repeated_at', repeated_at, 'remind', json(remind), 'changed_by', changed_by, 'changed_at', changed_at)) AS versions
    FROM (SELECT * FROM escalation_policy WHERE ?1 IS NULL OR rule = ?1 ORDER BY rule, valid_from DESC) GROUP BY rule ORDER BY rule)";

#[derive(Deserialize)]
struct RuleList {
    items: Vec<EscalationRule>,
}

#[derive(Deserialize, JsonSchema)]
pub struct EscalationRule {
    pub rule: String,
    pub versions: Vec<EscalationVersion>,
}

/// A version of a rule, as it is kept.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "EscalationKept")]
pub struct EscalationVersion {
    pub valid_from: NaiveDate,
    pub title: String,
    pub duty: String,
    pub basis: String,
    #[schemars(with = "Vec<RungDocument>")]
    pub rungs: Vec<Rung>,
    pub repeated_at: u32,
    pub remind: Vec<u32>,
    pub changed_by: String,
    #[expect(dead_code, reason = "for programs")]
    changed_at: DateTime<FixedOffset>,
}

/// [`Rung`] as it is given: none of its fields is left out.
#[derive(JsonSchema)]
#[schemars(rename = "RungKept")]
#[expect(dead_code, reason = "described, never made")]
struct RungDocument {
    /// 工作日
    term: u32,
    issue: Issue,
    told: Vec<CopyRecipient>,
}

impl EscalationRule {
    /// The version that holds on a day; the first where none does yet.
    pub fn version_on(&self, day: NaiveDate) -> Option<&EscalationVersion> {
        self.versions
            .iter()
            .find(|version| version.valid_from <= day)
            .or(self.versions.last())
    }
}

async fn list_escalation(context: Context) -> Answer {
    let none: Option<String> = None;
    Ok(json_text(
        context.store.text(RULES_JSON, [none.into()]).await?,
    ))
}

/// All rules, for the page.
pub async fn find_rules(context: &Context) -> Result<Vec<EscalationRule>, Problem> {
    let none: Option<String> = None;
    let list: RuleList = context.store.json(RULES_JSON, [none.into()]).await?;
    Ok(list.items)
}

pub async fn find_rule(context: &Context, rule: &str) -> Result<Option<EscalationRule>, Problem> {
    let list: RuleList = context.store.json(RULES_JSON, [rule.into()]).await?;
    Ok(list.items.into_iter().next())
}

async fn set_escalation(
    context: Context,
    Path(rule): Path<String>,
    Json(version): Json<NewEscalation>,
) -> Answer {
    write_version(&context, &rule, &version).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What is wrong with a version of the rule `rule`, which is `known` already or new.
fn version_errors(
    context: &Context,
    rule: &str,
    known: bool,
    version: &NewEscalation,
) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if rule.is_empty() || rule.len() > 60 || !rule.bytes().all(plain) {
        let reason = "规则代号用小写字母、数字和下划线";
        errors.push(FieldError::new("rule", rule, reason));
    }
    let day_reason = match office_date::parse(&version.valid_from) {
        Err(error) => Some(error.to_string()),
        Ok(day) if known && day <= context.today() => {
            Some("已经生效的规则不能改，请从明天或更晚的日期起设定".to_owned())
        }
        Ok(_) => None,
    };
    if let Some(reason) = day_reason {
        errors.push(FieldError::new("valid_from", &*version.valid_from, reason));
    }
    for (field, value, most) in [
        ("title", &version.title, 60),
        ("duty", &version.duty, 300),
        ("basis", &version.basis, 300),
    ] {
        let length = value.trim().chars().count();
        if length == 0 || length > most {
            errors.push(FieldError::new(
                field,
                value,
                format!("应有 1 到 {most} 个字"),
            ));
        }
    }
    errors.extend(rung_errors(version));
    if version.remind.len() > 5 || version.remind.iter().any(|days| !(1..=60).contains(days)) {
        errors.push(FieldError::new("remind", "", REMIND_RANGE));
    }
    errors
}

/// What is said of days of reminders that are out of range.
pub const REMIND_RANGE: &str = "到期前 1 到 60 天，最多 5 次";

/// What is said of a term that is out of range.
pub const TERM_RANGE: &str = "期限应为 1 到 250 个工作日";

impl NewEscalation {
    fn rung_count(&self) -> u32 {
        u32::try_from(self.rungs.len()).unwrap_or(0)
    }

    /// The rung at which a second miss in a row begins: the third, or the last where there are fewer, unless the version names one.
    fn repeated_at(&self) -> u32 {
        self.repeated_at.unwrap_or(self.rung_count().min(3))
    }
}

fn rung_errors(version: &NewEscalation) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if !(1..=4).contains(&version.rungs.len()) {
        errors.push(FieldError::new("rungs", "", "应有一到四级文书"));
    }
    for (place, rung) in version.rungs.iter().enumerate() {
        if !(1..=250).contains(&rung.term) {
            let field = format!("term{}", place + 1);
            errors.push(FieldError::new(&field, rung.term.to_string(), TERM_RANGE));
        }
    }
    let repeated_at = version.repeated_at();
    if !(1..=version.rung_count().max(1)).contains(&repeated_at) {
        errors.push(FieldError::new(
            "repeated_at",
            repeated_at.to_string(),
            "连续逾期的起点应是其中一级文书",
        ));
    }
    errors
}

/// Writes a version of a rule, which holds from its day on.
///
/// # Errors
///
/// 422 for each field that cannot be taken; a version of a known rule must hold from a day to come.
pub async fn write_version(
    context: &Context,
    rule: &str,
    version: &NewEscalation,
) -> Result<(), Problem> {
    let known = find_rule(context, rule).await?.is_some();
    let errors = version_errors(context, rule, known, version);
    let day = office_date::parse(&version.valid_from);
    let (Ok(day), true) = (day, errors.is_empty()) else {
        return Err(Problem::invalid(errors));
    };
    let sql = "INSERT INTO escalation_policy (rule, valid_from, title, duty, basis, rungs, repeated_at, remind, changed_by, changed_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        ON CONFLICT (rule, valid_from) DO UPDATE SET title = excluded.title, duty = excluded.duty, basis = excluded.basis, rungs = excluded.rungs,
            repeated_at = excluded.repeated_at, remind = excluded.remind, changed_by = excluded.changed_by, changed_at = excluded.changed_at
        RETURNING 1";
    let parameters = [
        rule.into(),
        day.to_string().into(),
        version.title.trim().into(),
        version.duty.trim().into(),
        version.basis.trim().into(),
        serde_json::to_string(&version.rungs)
            .map_err(Problem::internal)?
            .into(),
        version.repeated_at().into(),
        serde_json::to_string(&version.remind)
            .map_err(Problem::internal)?
            .into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(())
}
