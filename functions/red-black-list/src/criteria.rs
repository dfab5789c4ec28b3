//! 列入标准: the criteria of the lists, as policy. A version that holds is followed by another and never rewritten, for entries cite it.

use crate::tabs::desk_tabs;
use axum::response::{IntoResponse as _, Redirect};
use chrono::{DateTime, FixedOffset, NaiveDate};
use domain::office_date::chinese;
use domain::red_black::months_before;
use http::StatusCode;
use maud::html;
use registers::{Field, FormValues, Item, Questions, Submission};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::api::{ListPage, gives};
use web::extract::{Form, Json, Path};
use web::form::Errors;
use web::problem::FieldError;
use web::respond::{json_text, refused};
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/lists/cases/criteria", OFFICE, page)
        .post("/lists/cases/criteria", OFFICE, submit)
        .get("/api/v1/list-criteria", OFFICE, list_criteria)
        .api("列入标准和历次版本", gives::<ListPage<ListCriterion>>())
        .put("/api/v1/list-criteria/{rule}", OFFICE, set_criterion)
        .api(
            "一条标准的新版本，从今天或者以后起",
            NEW_VERSION.taken().gives_nothing(),
        )
}

/// One criterion in the version that holds on a day, as the statements of `findings` read it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Criterion {
    pub rule: String,
    pub valid_from: NaiveDate,
    pub list: String,
    pub measure: String,
    pub title: String,
    pub basis: String,
    pub months: u32,
    pub threshold: u32,
    /// Only what happened after this day counts.
    #[serde(default)]
    pub since: Option<NaiveDate>,
}

/// The criteria of a list that hold on a day, in the order in which they are shown.
pub async fn criteria_on(
    context: &Context,
    list: &str,
    day: NaiveDate,
) -> Result<Vec<Criterion>, Problem> {
    let sql = "SELECT json_group_array(json_object('rule', rule, 'valid_from', valid_from, 'list', list, 'measure', measure, 'title', title,
            'basis', basis, 'months', months, 'threshold', threshold))
        FROM (SELECT * FROM list_criterion c WHERE list = ?1 AND active
            AND valid_from = (SELECT max(l.valid_from) FROM list_criterion l WHERE l.rule = c.rule AND l.valid_from <= ?2)
            ORDER BY measure <> 'risk_grade', rule)";
    let mut criteria: Vec<Criterion> = context
        .store
        .json(sql, [list.into(), day.to_string().into()])
        .await?;
    for criterion in &mut criteria {
        criterion.since = months_before(day, criterion.months);
        criterion.title = full_title(&criterion.title, criterion.months, criterion.threshold);
    }
    Ok(criteria)
}

/// The title of a criterion with the numbers of a version in it.
fn full_title(title: &str, months: u32, threshold: u32) -> String {
    title
        .replace("{months}", &months.to_string())
        .replace("{threshold}", &threshold.to_string())
}

/// SQL: the criteria with all their versions; `?1` is the name of one criterion, or null for all.
const CRITERIA_JSON: &str = "SELECT json_object('items', json_group_array(json_object('rule', rule, 'list', list, 'title', title, 'basis', basis, 'versions', json(versions))),
        'next', NULL, 'total', count(*)) FROM (
    SELECT rule, list, title, basis, json_group_array(json_object('valid_from', valid_from, 'months', months, 'threshold', threshold,
        'active', json(iif(active, 'true', 'false')), 'changed_by', changed_by, 'changed_at', changed_at)) AS versions
    FROM (SELECT * FROM list_criterion WHERE ?1 IS NULL OR rule = ?1 ORDER BY rule, valid_from DESC) GROUP BY rule ORDER BY instr('red black key_help', list), rule)";

#[derive(Deserialize)]
struct CriterionList {
    items: Vec<ListCriterion>,
}

#[derive(Deserialize, JsonSchema)]
struct ListCriterion {
    rule: String,
    #[schemars(extend("enum" = ["red", "black", "key_help"]))]
    list: String,
    title: String,
    basis: String,
    versions: Vec<ListCriterionVersion>,
}

#[derive(Deserialize, JsonSchema)]
struct ListCriterionVersion {
    valid_from: NaiveDate,
    months: u32,
    threshold: u32,
    active: bool,
    changed_by: String,
    #[expect(dead_code, reason = "for programs")]
    changed_at: DateTime<FixedOffset>,
}

async fn list_criteria(context: Context) -> Answer {
    let none: Option<String> = None;
    Ok(json_text(
        context.store.text(CRITERIA_JSON, [none.into()]).await?,
    ))
}

const VALID_FROM: Field = Field::any_day("valid_from", "从哪一天起").required();
const MONTHS: Field = Field::number("months", "多少个月以内", 120).required();
const THRESHOLD: Field =
    Field::number("threshold", "数值（次数、批次、元或者级）", 100_000_000).required();
const ACTIVE: Field = Field::yes_no("active", "启用").required();

static NEW_VERSION: Questions = Questions::of(
    "NewListCriterionVersion",
    &[VALID_FROM, MONTHS, THRESHOLD, ACTIVE],
);

async fn set_criterion(
    context: Context,
    Path(rule): Path<String>,
    Json(given): Json<Item>,
) -> Answer {
    add_version(&context, &rule, Submission::Document(&given)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Makes a new version of a criterion, from its day on.
async fn add_version(context: &Context, rule: &str, sent: Submission<'_>) -> Result<(), Problem> {
    let new = NEW_VERSION.read(context, sent).await?;
    // Entries may already cite the version that holds on a past day.
    if let Some(day) = new.day(&VALID_FROM).filter(|day| *day < context.today()) {
        return Err(Problem::invalid(vec![FieldError::new(
            VALID_FROM.column,
            day.to_string(),
            "生效日不能早于今天：已经按原来的标准列入的，仍按原来的标准",
        )]));
    }
    let sql = "INSERT INTO list_criterion (rule, valid_from, list, measure, title, basis, months, threshold, active, changed_by, changed_at)
        SELECT rule, ?2, list, measure, title, basis, ?3, ?4, ?5, ?6, ?7 FROM list_criterion WHERE rule = ?1 ORDER BY valid_from DESC LIMIT 1
        ON CONFLICT (rule, valid_from) DO UPDATE SET months = excluded.months, threshold = excluded.threshold, active = excluded.active,
            changed_by = excluded.changed_by, changed_at = excluded.changed_at
        RETURNING 1";
    let parameters = [
        rule.into(),
        new.value(&VALID_FROM),
        new.value(&MONTHS),
        new.value(&THRESHOLD),
        new.value(&ACTIVE),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => Ok(()),
        _ => Err(Problem::not_found()),
    }
}

async fn page(context: Context) -> Answer {
    criteria_page(&context, "", &FormValues::new(), &Errors::default()).await
}

/// What a form has for a box that is not ticked.
const NOT_TICKED: &str = "否";

async fn submit(context: Context, Form(mut typed): Form<FormValues>) -> Answer {
    let rule = typed.remove("rule").unwrap_or_default();
    // Browsers do not send a box that is not ticked.
    typed
        .entry(ACTIVE.column.to_owned())
        .or_insert_with(|| NOT_TICKED.to_owned());
    match add_version(&context, &rule, Submission::Form(&typed)).await {
        Ok(()) => Ok(Redirect::to(&format!("/lists/cases/criteria#{rule}")).into_response()),
        Err(problem) if problem.errors.is_empty() => Err(problem),
        Err(problem) => {
            let in_form = |error: &FieldError| {
                FieldError::secret(&format!("{}-{rule}", error.field), &*error.reason)
            };
            let errors = Errors(problem.errors.iter().map(in_form).collect());
            let page = criteria_page(&context, &rule, &typed, &errors).await?;
            Ok(refused(problem.status, page))
        }
    }
}

/// The page of all criteria. `wrong` is the criterion whose form was refused, with what was `typed` there and its errors.
async fn criteria_page(
    context: &Context,
    wrong: &str,
    typed: &FormValues,
    errors: &Errors,
) -> Answer {
    let none: Option<String> = None;
    let criteria: CriterionList = context.store.json(CRITERIA_JSON, [none.into()]).await?;
    let today = context.today();
    let value = |rule: &ListCriterion, name: &str, now: String| {
        let typed = typed.get(name).filter(|_| rule.rule == wrong);
        typed.cloned().unwrap_or(now)
    };
    let is_active = |rule: &ListCriterion, now: bool| match rule.rule == wrong {
        true => typed
            .get(ACTIVE.column)
            .is_some_and(|ticked| ticked != NOT_TICKED),
        false => now,
    };
    Ok(page::page(
        context,
        &errors.title("列入标准"),
        &html! {
            (errors.summary())
            (desk_tabs(context))
            h1 { "列入标准" }
            p { "红榜要全部达到，黑榜和重点帮扶达到一条就提示。新的数值从生效日起算，已经列入的不受影响。" }
            @for (list, title) in [("red", "红榜"), ("black", "黑榜"), ("key_help", "重点帮扶")] {
                h2 { (title) }
                @for rule in criteria.items.iter().filter(|rule| rule.list == list) {
                    @let now = rule.versions.iter().find(|version| version.valid_from <= today).or(rule.versions.last());
                    div.step id=(rule.rule) {
                        @if let Some(now) = now {
                            h3 { (full_title(&rule.title, now.months, now.threshold)) @if !now.active { " " span.tag { "停用" } } }
                        }
                        p.note { "依据：" (rule.basis) }
                        @for version in &rule.versions {
                            p { "从 " (chinese(version.valid_from)) " 起：" (version.months) " 个月，数值 " (version.threshold)
                                @if !version.active { "，停用" } @if version.changed_by != "migration" { "（" (version.changed_by) "）" } }
                        }
                        details open[wrong == rule.rule] {
                            summary { "修改“" (full_title(&rule.title, now.map_or(0, |now| now.months), now.map_or(0, |now| now.threshold))) "”" }
                            form.stack method="post" action="/lists/cases/criteria" {
                                input type="hidden" name="rule" value=(rule.rule);
                                @for (asked, now) in [
                                    (MONTHS, now.map_or(0, |now| now.months).to_string()),
                                    (THRESHOLD, now.map_or(0, |now| now.threshold).to_string()),
                                    (VALID_FROM, today.to_string()),
                                ] {
                                    (field_of_criterion(asked.column, asked.heading, &value(rule, asked.column, now), &rule.rule, errors))
                                }
                                p { label.choice { input type="checkbox" name=(ACTIVE.column) value="1" checked[is_active(rule, now.is_some_and(|now| now.active))]; "启用" } }
                                button.main { "保存" }
                            }
                        }
                    }
                }
            }
        },
    ))
}

/// A field of one of several forms on the page: its id ends with the name of the criterion.
fn field_of_criterion(
    name: &str,
    label: &str,
    value: &str,
    rule: &str,
    errors: &Errors,
) -> maud::Markup {
    let id = format!("{name}-{rule}");
    web::form::around(
        &id,
        label,
        None,
        errors.of(&id),
        &html! { input id=(id) name=(name) type="text" value=(value) autocomplete="off" aria-invalid=[errors.of(&id).map(|_| "true")]; },
    )
}
