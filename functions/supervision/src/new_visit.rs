//! A visit as an official sends it from the shop door. The same form sent twice is one visit.

use crate::CADRE;
use crate::backdating::visit_day_error;
use crate::visit_signature::{Signature, SignedVisit};
use axum::response::IntoResponse as _;
use chrono::NaiveDate;
use domain::words::{VisitMode, VisitResult, Word as _};
use http::StatusCode;
use registers::{Field, Item, LONGEST, Questions, Record, Submission, Usual};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::extract::Json;
use web::problem::FieldError;
use web::respond::json_text;
use web::routes::Routes;
use web::{Answer, Context, Problem};

pub fn routes(routes: Routes) -> Routes {
    routes.post("/api/v1/visits", CADRE, record_visit).api(
        "记一次督导；同样的内容送两次是一次（第二次返回 200）",
        NEW_VISIT
            .taken_with::<VisitDocument>()
            .gives_new::<Visit>()
            .gives::<Visit>()
            .refuses(&[404]),
    )
}

/// The most problems that one visit may report.
const MOST_PROBLEMS: usize = 30;

/// The most characters that the text of a problem may have.
const LONGEST_PROBLEM: usize = 300;

#[derive(Deserialize, Serialize, Clone, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ProblemFound")]
pub struct FoundProblem {
    pub text: String,
    /// 不写：当场整改
    pub mend_by: Option<NaiveDate>,
    /// 企业怎么说
    #[serde(default)]
    pub said: String,
}

pub const USCC: Field = Field::uscc().required();

pub const VISITED_ON: Field = Field::past_day("visited_on", "督导日期").required();
const MODE: Field = Field::word::<VisitMode>("mode", "现场还是线上").required();
const RESULT: Field = Field::word::<VisitResult>("result", "有没有发现问题").required();
const NOTE: Field = Field::text("note", "备注", LONGEST).usually(Usual::Text(""));
static NEW_VISIT: Questions = Questions::of("NewVisit", &[USCC, VISITED_ON, MODE, RESULT, NOTE]);

/// The document of a visit: its fields, and beside them two lists.
#[derive(Deserialize, JsonSchema)]
struct VisitDocument {
    #[serde(default)]
    problems: Vec<FoundProblem>,
    /// 看过的检查要点
    #[serde(default)]
    checked: Vec<String>,
    #[serde(flatten)]
    #[schemars(skip)]
    fields: Item,
}

/// A visit as it is answered.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made: SQL gives it")]
struct Visit {
    id: String,
    uscc: String,
    visited_on: NaiveDate,
    cadre_no: String,
    mode: VisitMode,
    result: VisitResult,
    problems_found: u32,
    note: String,
    problems: Vec<VisitProblem>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made: SQL gives it")]
struct VisitProblem {
    id: String,
    text: String,
    mend_by: Option<NaiveDate>,
    mended_on: Option<NaiveDate>,
    said: String,
}

async fn record_visit(context: Context, Json(document): Json<VisitDocument>) -> Answer {
    let fields = Submission::Document(&document.fields);
    let (created, text) = insert_visit(
        &context,
        fields,
        &document.problems,
        &document.checked,
        None,
    )
    .await?;
    let status = match created {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    };
    Ok((status, json_text(text)).into_response())
}

/// What is wrong with the problems of a visit.
fn problem_errors(visit: &Record, problems: &[FoundProblem]) -> Vec<FieldError> {
    let wrong = |value: &str, reason: String| FieldError::new("problems", value, reason);
    let mut errors = Vec::new();
    match visit.word::<VisitResult>(&RESULT) {
        Some(VisitResult::Problems) if problems.is_empty() => {
            errors.push(wrong("", "请写明发现的问题".to_owned()));
        }
        Some(VisitResult::Ok) if !problems.is_empty() => errors.push(FieldError::new(
            RESULT.column,
            VisitResult::Ok.code(),
            "写了问题，结果应选“发现问题”",
        )),
        _ => {}
    }
    if problems.len() > MOST_PROBLEMS {
        errors.push(wrong("", format!("一次最多写 {MOST_PROBLEMS} 个问题")));
    }
    for problem in problems {
        let length = problem.text.trim().chars().count();
        if length == 0 || length > LONGEST_PROBLEM {
            let reason = format!("每个问题 1 到 {LONGEST_PROBLEM} 个字");
            errors.push(wrong(&problem.text, reason));
        }
        if problem.said.trim().chars().count() > LONGEST_PROBLEM {
            let reason = format!("企业说的话最多 {LONGEST_PROBLEM} 个字");
            errors.push(wrong(&problem.said, reason));
        }
        let days = problem.mend_by.zip(visit.day(&VISITED_ON));
        if days.is_some_and(|(mend_by, visited_on)| mend_by < visited_on) {
            errors.push(wrong(&problem.text, "整改期限早于督导日期".to_owned()));
        }
    }
    errors
}

fn result_text(visit: &Record, problems: &[FoundProblem]) -> &'static str {
    match visit.word::<VisitResult>(&RESULT) {
        Some(VisitResult::Problems) if problems.iter().all(|one| one.mend_by.is_none()) => {
            "发现问题，当场整改"
        }
        Some(VisitResult::Problems) => "发现问题，转监管所处理",
        Some(VisitResult::Ok) | None => "未发现问题",
    }
}

/// The note as it is stored: the texts of the problems stand in it too, so that two visits of one day with other findings are two.
fn stored_note(visit: &Record, problems: &[FoundProblem]) -> String {
    let texts = problems.iter().map(|problem| problem.text.as_str());
    let texts: Vec<&str> = texts
        .chain(visit.text(&NOTE))
        .filter(|text| !text.is_empty())
        .collect();
    texts.join("；")
}

/// Records a visit of the official who calls, at whichever business: any official's visit meets the obligation (组团包保). Gives whether it is
/// new, and the visit as a JSON document. What was signed goes into the store with the visit, in one statement, which does not tell whether the
/// visit is new.
///
/// # Errors
///
/// 422 for each field that cannot be taken; 404 where there is no such business.
pub async fn insert_visit(
    context: &Context,
    sent: Submission<'_>,
    problems: &[FoundProblem],
    checked: &[String],
    signature: Option<&Signature>,
) -> Result<(bool, String), Problem> {
    let visit = NEW_VISIT.read(context, sent).await?;
    let mut errors = problem_errors(&visit, problems);
    errors.extend(visit_day_error(context, visit.day(&VISITED_ON)).await?);
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let problems: Vec<FoundProblem> = problems
        .iter()
        .map(|problem| FoundProblem {
            text: problem.text.trim().to_owned(),
            said: problem.said.trim().to_owned(),
            ..*problem
        })
        .collect();
    let result_text = result_text(&visit, &problems);
    let note = stored_note(&visit, &problems);
    let count = i64::try_from(problems.len()).unwrap_or(i64::MAX);
    let cadre_no = crate::cadre_no(context)?;
    let sealed = match (
        signature,
        visit.text(&USCC),
        visit.day(&VISITED_ON),
        visit.word(&MODE),
    ) {
        (Some(signature), Some(uscc), Some(visited_on), Some(mode)) => {
            let said = SignedVisit {
                uscc: uscc.to_owned(),
                visited_on,
                cadre_no: cadre_no.clone(),
                mode,
                result_text: result_text.to_owned(),
                problems_found: count,
                note: note.clone(),
            };
            Some(signature.sealed(&said).await?)
        }
        // Without a signature; the fields are all required.
        _ => None,
    };
    let sql = match sealed {
        None => UNSIGNED,
        Some(_) => SIGNED,
    };
    let mut parameters = vec![
        visit.value(&VISITED_ON),
        cadre_no.as_str().into(),
        visit.value(&USCC),
        visit.value(&MODE),
        visit.value(&RESULT),
        result_text.into(),
        count.into(),
        note.as_str().into(),
        serde_json::json!(checked).to_string().into(),
        serde_json::to_string(&problems)
            .map_err(Problem::internal)?
            .into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    parameters.extend(sealed.map(store::Value::from));
    let created = context.store.run(sql, parameters).await? == 1;
    let same = [
        visit.value(&USCC),
        visit.value(&VISITED_ON),
        cadre_no.into(),
        visit.value(&MODE),
        result_text.into(),
        count.into(),
        note.into(),
    ];
    Ok((created, find_visit(context, same).await?))
}

const UNSIGNED: &str =
    "INSERT INTO visit (visited_on, cadre_no, uscc, mode, result, result_text, problems_found, note, checked, problems, changed_by, changed_at)
     SELECT ?1, ?2, e.uscc, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 FROM enterprise_in_business e
     WHERE e.uscc = ?3
     ON CONFLICT DO NOTHING RETURNING id";
/// The view takes the visit and what was signed into their tables.
const SIGNED: &str =
    "INSERT INTO signed_visit (visited_on, cadre_no, uscc, mode, result, result_text, problems_found, note, checked, problems, changed_by, changed_at, signature)
     SELECT ?1, ?2, e.uscc, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13 FROM enterprise_in_business e
     WHERE e.uscc = ?3";

/// The visit with the same business, day, official, mode, result, number of problems and note, as a JSON document.
async fn find_visit(context: &Context, same: [store::Value; 7]) -> Result<String, Problem> {
    let sql = "SELECT coalesce((SELECT json_object('id', CAST(v.id AS TEXT), 'uscc', v.uscc, 'visited_on', v.visited_on, 'cadre_no', v.cadre_no, 'mode', v.mode,
                   'result', v.result, 'problems_found', v.problems_found, 'note', v.note,
                   'problems', json((SELECT json_group_array(json_object('id', CAST(p.id AS TEXT), 'text', p.text, 'mend_by', p.mend_by, 'mended_on', p.mended_on, 'said', p.said))
                       FROM (SELECT * FROM visit_problem WHERE visit_id = v.id ORDER BY id) p)))
               FROM visit v WHERE v.uscc = ?1 AND v.visited_on = ?2 AND v.cadre_no = ?3 AND v.mode = ?4 AND v.result_text = ?5 AND v.problems_found = ?6 AND v.note = ?7), '')";
    let text = context.store.text(sql, same).await?;
    Some(text)
        .filter(|text| !text.is_empty())
        .ok_or_else(Problem::not_found)
}
