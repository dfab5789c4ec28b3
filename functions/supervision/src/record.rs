//! 记一次督导: a visit recorded at the shop door, in a minute. Submission twice it is one visit.

use chrono::NaiveDate;
use domain::words::{Sector, VisitMode, VisitResult, Word as _};
use domain::{Uscc, checklist, office_date};
use http::StatusCode;
use maud::html;
use registers::{Field, FormValues, Item, LONGEST, Questions, Submission, Usual};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::extract::{Form, Json, Path};
use web::form::{self, Errors, outcome};
use web::problem::FieldError;
use web::respond::json_text;
use web::{Answer, Context, Problem, page};

/// Problems of one visit, and letters of one.
const MOST: usize = 30;
const LETTERS: usize = 300;

#[derive(Deserialize, Serialize, Clone, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ProblemFound")]
pub struct Found {
    text: String,
    /// 不写：当场整改
    mend_by: Option<NaiveDate>,
}

const USCC: Field = Field::uscc().required();
const VISITED_ON: Field = Field::past_day("visited_on", "督导日期").required();
const MODE: Field = Field::word::<VisitMode>("mode", "现场还是线上").required();
const RESULT: Field = Field::word::<VisitResult>("result", "有没有发现问题").required();
const NOTE: Field = Field::text("note", "备注", LONGEST).usually(Usual::Text(""));

pub static RECORDED: Questions = Questions::of("NewVisit", &[USCC, VISITED_ON, MODE, RESULT, NOTE]);

/// What a visit found, beside what is asked of it.
#[derive(Deserialize, JsonSchema)]
pub struct Recorded {
    #[serde(default)]
    problems: Vec<Found>,
    /// 看过的检查要点
    #[serde(default)]
    checked: Vec<String>,
    #[serde(flatten)]
    #[schemars(skip)]
    asked: Item,
}

/// A visit as it is kept.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "SQL makes it")]
pub struct Visit {
    id: String,
    uscc: String,
    visited_on: NaiveDate,
    cadre_no: String,
    mode: VisitMode,
    result: VisitResult,
    problems_found: u32,
    note: String,
    problems: Vec<Problems>,
}

#[derive(JsonSchema)]
#[schemars(rename = "VisitProblem")]
#[expect(dead_code, reason = "SQL makes it")]
pub struct Problems {
    id: String,
    text: String,
    mend_by: Option<NaiveDate>,
    mended_on: Option<NaiveDate>,
}

pub async fn record_visit(context: Context, Json(recorded): Json<Recorded>) -> Answer {
    let asked = Submission::Document(&recorded.asked);
    let (created, text) = record(&context, asked, &recorded.problems, &recorded.checked).await?;
    let mut response = json_text(text);
    if created {
        *response.status_mut() = StatusCode::CREATED;
    }
    Ok(response)
}

/// Whether it is new, and the visit as it is kept.
async fn record(
    context: &Context,
    sent: Submission<'_>,
    problems: &[Found],
    checked: &[String],
) -> Result<(bool, String), Problem> {
    let asked = RECORDED.read(context, sent).await?;
    let (day, result) = (asked.day(&VISITED_ON), asked.word::<VisitResult>(&RESULT));
    let mut errors = Vec::new();
    match result {
        Some(VisitResult::Problems) if problems.is_empty() => {
            errors.push(FieldError::new("problems", "", "请写明发现的问题"))
        }
        Some(VisitResult::Ok) if !problems.is_empty() => errors.push(FieldError::new(
            "result",
            VisitResult::Ok.code(),
            "写了问题，结果应选“发现问题”",
        )),
        _ => {}
    }
    if problems.len() > MOST {
        errors.push(FieldError::new(
            "problems",
            "",
            format!("一次最多写 {MOST} 个问题"),
        ));
    }
    for problem in problems {
        let length = problem.text.trim().chars().count();
        if length == 0 || length > LETTERS {
            errors.push(FieldError::new(
                "problems",
                &*problem.text,
                format!("每个问题 1 到 {LETTERS} 个字"),
            ));
        }
        if problem.mend_by.zip(day).is_some_and(|(by, day)| by < day) {
            errors.push(FieldError::new(
                "problems",
                &*problem.text,
                "整改期限早于督导日期",
            ));
        }
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let cadre_no = crate::cadre_no(context)?;
    let problems: Vec<Found> = problems
        .iter()
        .map(|found| Found {
            text: found.text.trim().to_owned(),
            ..found.clone()
        })
        .collect();
    let on_the_spot = problems.iter().all(|problem| problem.mend_by.is_none());
    let result_text = match result {
        Some(VisitResult::Problems) if on_the_spot => "发现问题，当场整改",
        Some(VisitResult::Problems) => "发现问题，限期整改",
        Some(VisitResult::Ok) | None => "未发现问题",
    };
    // The words of the problems are in the note too, so that two visits of one day with other findings are two.
    let said: Vec<&str> = problems
        .iter()
        .map(|problem| problem.text.as_str())
        .chain(asked.text(&NOTE))
        .filter(|said| !said.is_empty())
        .collect();
    let sql = "INSERT INTO visit (visited_on, cadre_no, uscc, mode, result, result_text, problems_found, note, checked, problems, changed_by, changed_at)
               SELECT ?1, ?2, e.uscc, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 FROM supervised_enterprise e
               WHERE e.uscc = ?3 AND EXISTS (SELECT 1 FROM assignment a WHERE a.uscc = e.uscc AND a.cadre_no = ?2
                   AND (a.starts_on IS NULL OR a.starts_on <= ?13) AND (a.ends_on IS NULL OR a.ends_on >= ?1))
               ON CONFLICT DO NOTHING RETURNING id";
    let count = i64::try_from(problems.len()).unwrap_or(i64::MAX);
    let note = said.join("；");
    let parameters = [
        asked.value(&VISITED_ON),
        cadre_no.as_str().into(),
        asked.value(&USCC),
        asked.value(&MODE),
        asked.value(&RESULT),
        result_text.into(),
        count.into(),
        note.as_str().into(),
        serde_json::json!(checked).to_string().into(),
        serde_json::to_string(&problems)
            .map_err(Problem::internal)?
            .into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        context.today().to_string().into(),
    ];
    let created = context.store.run(sql, parameters).await? == 1;
    let sql = "SELECT coalesce((SELECT json_object('id', CAST(v.id AS TEXT), 'uscc', v.uscc, 'visited_on', v.visited_on, 'cadre_no', v.cadre_no, 'mode', v.mode,
                   'result', v.result, 'problems_found', v.problems_found, 'note', v.note,
                   'problems', json((SELECT json_group_array(json_object('id', CAST(p.id AS TEXT), 'text', p.text, 'mend_by', p.mend_by, 'mended_on', p.mended_on)) FROM visit_problem p WHERE p.visit_id = v.id)))
               FROM visit v WHERE v.uscc = ?1 AND v.visited_on = ?2 AND v.cadre_no = ?3 AND v.mode = ?4 AND v.result_text = ?5 AND v.problems_found = ?6 AND v.note = ?7), '')";
    let parameters = [
        asked.value(&USCC),
        asked.value(&VISITED_ON),
        cadre_no.into(),
        asked.value(&MODE),
        result_text.into(),
        count.into(),
        note.into(),
    ];
    let text = context.store.text(sql, parameters).await?;
    // What is not theirs does not exist for an official.
    if text.is_empty() {
        Err(Problem::not_found())
    } else {
        Ok((created, text))
    }
}

/// A business that an official holds, as the form shows it.
#[derive(Deserialize)]
struct Held {
    name: String,
    town: Option<String>,
    village: Option<String>,
    address: Option<String>,
    phone: Option<String>,
    sector: Option<Sector>,
    on_site_required: i64,
    open_problems: String,
}

#[derive(Deserialize)]
struct OpenProblem {
    id: String,
    text: String,
    mend_by: NaiveDate,
}

async fn held(context: &Context, uscc: &str) -> Result<Held, Problem> {
    let uscc: Uscc = uscc.parse().map_err(|_| Problem::not_found())?;
    let sql = "SELECT e.name, e.town, e.village, e.address, e.phone, e.sector, (e.risk_grade IS 'D' OR e.canteen) AS on_site_required,
                   (SELECT json_group_array(json_object('id', CAST(p.id AS TEXT), 'text', p.text, 'mend_by', p.mend_by))
                    FROM visit_problem p WHERE p.uscc = e.uscc AND p.mended_on IS NULL) AS open_problems
               FROM supervised_enterprise e WHERE e.uscc = ?1 AND EXISTS (SELECT 1 FROM assignment a
                   WHERE a.uscc = e.uscc AND a.cadre_no = ?2 AND (a.starts_on IS NULL OR a.starts_on <= ?3) AND (a.ends_on IS NULL OR a.ends_on >= ?3))";
    let parameters = [
        uscc.as_str().into(),
        crate::cadre_no(context)?.into(),
        context.today().to_string().into(),
    ];
    let held: Option<Held> = context.store.first(sql, parameters).await?;
    held.ok_or_else(Problem::not_found)
}

/// Rows for problems on the page; more are sent as another visit.
const ROWS: usize = 4;

pub async fn page(context: Context, Path(uscc): Path<String>) -> Answer {
    shown(&context, &uscc, &FormValues::new(), &Errors::default()).await
}

async fn shown(context: &Context, uscc: &str, typed: &FormValues, errors: &Errors) -> Answer {
    let held = held(context, uscc).await?;
    let open: Vec<OpenProblem> =
        serde_json::from_str(&held.open_problems).map_err(Problem::internal)?;
    let value = |name: &str| typed.get(name).map_or("", String::as_str);
    let today = context.today().to_string();
    let visited_on = if value("visited_on").is_empty() {
        &today
    } else {
        value("visited_on")
    };
    let radio = |name: &str, code: &str, said: &str, chosen: bool| {
        html! {
            label.choice for={ (name) "-" (code) } { input id={ (name) "-" (code) } type="radio" name=(name) value=(code) checked[chosen]; (said) }
        }
    };
    let mode = if typed.is_empty() {
        "on_site"
    } else {
        value("mode")
    };
    Ok(page::page(
        context,
        &errors.title(&held.name),
        &html! {
            (errors.summary())
            p { a href="/supervision/mine" { "我的督导" } }
            @if context.here.ends_with("?saved=1") { div.panel role="status" { p { "已保存。可以给下面的问题加上照片。" } } }
            h1 { (held.name) }
            p { (held.village.as_deref().or(held.town.as_deref()).unwrap_or("")) "　" (held.address.as_deref().unwrap_or(""))
                @if let Some(phone) = &held.phone { "　" a href={ "tel:" (phone) } { (phone) } } }
            @if held.on_site_required != 0 { div.panel { p { "这家是高风险企业或学校、幼儿园食堂，应当" strong { "现场" } "督导。" } } }
            @if !open.is_empty() {
                h2 { "上次没有整改完的问题" }
                @for problem in &open {
                    form.stack method="post" action={ "/supervision/problems/" (problem.id) "/mended" } {
                        p { (problem.text) "（应在" (office_date::chinese(problem.mend_by)) "前整改）" }
                        div.actions { button.second { "已整改" } a href={ "/supervision/problems/" (problem.id) } { "照片" span.hidden { "：" (problem.text) } } }
                    }
                }
            }
            form.stack method="post" data-draft={ "visit/" (uscc) } {
                (form::Field { kind: "date", ..form::Field::text("visited_on", "督导日期", visited_on) }.render(errors))
                fieldset.field.wrong[errors.of("mode").is_some()] id="mode" { legend { "方式" }
                    (radio("mode", "on_site", "现场", mode == "on_site")) (radio("mode", "online", "线上", mode == "online"))
                }
                @if let Some(sector) = held.sector {
                    fieldset.field { legend { "看了哪些方面" }
                        @for (place, point) in checklist::points(sector).iter().enumerate() {
                            @let name = format!("checked-{place}");
                            label.choice for=(name) { input id=(name) type="checkbox" name=(name) value=(point) checked[value(&name) == *point]; (point) }
                        }
                    }
                }
                fieldset.field.wrong[errors.of("result").is_some()] id="result" { legend { "结果" }
                    @if let Some(error) = errors.of("result") { p.error { strong { "错误：" } (error) } }
                    (radio("result", "ok", "未发现问题", value("result") == "ok")) (radio("result", "problems", "发现问题", value("result") == "problems"))
                }
                fieldset.field.wrong[errors.of("problems").is_some()] id="problems" { legend { "发现的问题" }
                    p.hint { "一行一个；当场改好的，整改期限不填。" }
                    @if let Some(error) = errors.of("problems") { p.error { strong { "错误：" } (error) } }
                    @for row in 0..ROWS {
                        @let (text, by) = (format!("problem-{row}"), format!("mend-{row}"));
                        div.pair {
                            div { label for=(text) { "问题 " (row + 1) } input id=(text) name=(text) value=(value(&text)) autocomplete="off"; }
                            div { label for=(by) { "整改期限" } input id=(by) name=(by) type="date" value=(value(&by)); }
                        }
                    }
                }
                (form::Field::text("note", "备注", value("note")).render(errors))
                button.main { "保存" }
            }
        },
    ))
}

pub async fn submit(
    context: Context,
    Path(uscc): Path<String>,
    Form(mut typed): Form<FormValues>,
) -> Answer {
    let get = |name: &str| {
        typed
            .get(name)
            .map(|value| value.trim().to_owned())
            .unwrap_or_default()
    };
    let mut errors = Vec::new();
    let mut problems = Vec::new();
    for row in 0..ROWS {
        let (text, by) = (get(&format!("problem-{row}")), get(&format!("mend-{row}")));
        if text.is_empty() {
            continue;
        }
        let mend_by = if by.is_empty() {
            None
        } else {
            match office_date::parse(&by) {
                Ok(day) => Some(day),
                Err(error) => {
                    errors.push(FieldError::new("problems", by, error.to_string()));
                    None
                }
            }
        };
        problems.push(Found { text, mend_by });
    }
    let checked: Vec<String> = typed
        .iter()
        .filter(|(name, _)| name.starts_with("checked-"))
        .map(|(_, point)| point.clone())
        .collect();
    typed.insert(USCC.column.to_owned(), uscc.clone());
    let recorded = match errors.is_empty() {
        true => record(&context, Submission::Form(&typed), &problems, &checked).await,
        false => Err(Problem::invalid(errors)),
    };
    outcome(
        recorded,
        // What is to be mended is shown again: a photograph goes with it.
        |_| match problems.iter().any(|found| found.mend_by.is_some()) {
            true => format!("/supervision/mine/{uscc}?saved=1"),
            false => "/supervision/mine?saved=1".to_owned(),
        },
        async |errors| shown(&context, &uscc, &typed, &errors).await,
    )
    .await
}
