//! 重点企业食堂项目 (000 §三(二)): entered, begun, completed; the visit owed at each step, and training on completion.

use crate::tabs::tabs;
use axum::response::{IntoResponse as _, Redirect};
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::{CanteenStep, Role, Word as _, choices};
use http::StatusCode;
use maud::html;
use registers::{
    Column, Field, Filter, FormValues, Input, Item, LONGEST, List, Member, Questions, Record,
    Submission, Usual,
};
use schemars::JsonSchema;
use serde::Deserialize;
use web::extract::{Form, Json as Body, Path};
use web::form::{self, Errors, outcome};
use web::problem::FieldError;
use web::respond::{json_text, refused};
use web::{Answer, Context, Problem, page, seal};

pub static CANTEENS: List = List {
    name: "canteen-projects",
    title: "重点企业食堂项目",
    path: "/license-outreach/canteens",
    api: "/api/v1/license-outreach/canteens",
    from: "canteen_project p",
    id: "p.rowid",
    sort: Some("-entered_on"),
    town: "p.town",
    nothing: "还没有食堂项目。请按区重点办的开工信息登记。",
    item: &[
        Member::text("id", "p.id").always(),
        Member::text("name", "p.name"),
        Member::text("company", "p.company"),
        Member::text("town", "p.town"),
        Member::date("entered_on", "p.entered_on"),
        Member::date("begun_on", "p.begun_on"),
        Member::date("completed_on", "p.completed_on"),
        Member::date("trained_on", "p.trained_on"),
        Member::date("ended_on", "p.ended_on"),
        Member::whole("version", "p.version").always(),
        Member::word("step", "CASE WHEN p.completed_on IS NOT NULL THEN 'completed' WHEN p.begun_on IS NOT NULL THEN 'begun' ELSE 'entered' END", choices::<CanteenStep>),
        Member::whole("late", "(SELECT count(*) FROM deadline_canteen d WHERE d.evidence ->> '$.project' = p.id AND d.met_on IS NULL AND d.due_on < {today})").always(),
    ],
    filters: &[
        Filter::search("项目或企业名称", "{part p.name} OR {part p.company}"),
        Filter::town("p.town = {}"),
        Filter {
            name: "step",
            label: "进度",
            input: Input::Choice(choices::<CanteenStep>),
            condition: "{} = CASE WHEN p.completed_on IS NOT NULL THEN 'completed' WHEN p.begun_on IS NOT NULL THEN 'begun' ELSE 'entered' END",
        },
    ],
    columns: &[
        Column::link("项目", "name", "/license-outreach/canteens/", "id").by("p.name"),
        Column::text("企业", "company").by("p.company"),
        Column::text("镇街", "town").by("p.town"),
        Column::word::<CanteenStep>("进度", "step"),
        Column::date("入库", "entered_on").by("p.entered_on"),
        Column::date("开工", "begun_on").by("p.begun_on"),
        Column::date("竣工", "completed_on").by("p.completed_on"),
        Column::number("超期未服务", "late"),
    ],
    above: tabs,
    actions: |context| {
        let may = context
            .caller
            .as_ref()
            .is_some_and(|caller| caller.role != Role::Town);
        html! { @if may { a.main href="/license-outreach/canteens/new" { "登记项目" } } }
    },
    ..List::PLAIN
};

const SHOWN: &str = "json_object('id', p.id, 'name', p.name, 'company', p.company, 'town', p.town, 'contacts', p.contacts, 'entered_on', p.entered_on,
    'begun_on', p.begun_on, 'completed_on', p.completed_on, 'trained_on', p.trained_on, 'ended_on', p.ended_on, 'note', p.note, 'version', p.version,
    'visits', json((SELECT json_group_array(json_object('step', v.step, 'visited_on', v.visited_on, 'note', v.note)) FROM (SELECT * FROM canteen_visit v WHERE v.project_id = p.id ORDER BY v.visited_on) v)),
    'deadlines', json((SELECT json_group_array(json_object('rule', d.rule, 'subject', d.subject, 'due_on', d.due_on, 'met_on', d.met_on)) FROM deadline_canteen d WHERE d.evidence ->> '$.project' = p.id)))";

async fn find(context: &Context, id: &str) -> Result<String, Problem> {
    let sql = format!(
        "SELECT coalesce((SELECT {SHOWN} FROM canteen_project p WHERE p.id = ?1 AND (?2 IS NULL OR p.town IN (SELECT value FROM json_each(?2)))), '')"
    );
    let towns = context.caller()?.only_towns_json();
    let text = context.store.text(&sql, [id.into(), towns.into()]).await?;
    Some(text)
        .filter(|text| !text.is_empty())
        .ok_or_else(Problem::not_found)
}

pub async fn show_project(context: Context, Path(id): Path<String>) -> Answer {
    Ok(json_text(find(&context, &id).await?))
}

const ENTERED_ON: Field = Field::past_day("entered_on", "入库日期").required();
const BEGUN_ON: Field = Field::past_day("begun_on", "开工日期");
const COMPLETED_ON: Field = Field::past_day("completed_on", "竣工日期");
const TRAINED_ON: Field = Field::past_day("trained_on", "食品安全培训日期");
const ENDED_ON: Field = Field::past_day("ended_on", "结束日期");

const FIELDS: &[Field] = &[
    Field::text("name", "项目名称", LONGEST).required(),
    Field::text("company", "企业", LONGEST).usually(Usual::Text("")),
    Field::town("town", "镇街").required(),
    Field::long_text("contacts", "项目方、施工方、设计人员和项目专员", LONGEST)
        .hint("姓名和电话，一行一位")
        .usually(Usual::Text("")),
    ENTERED_ON,
    BEGUN_ON,
    COMPLETED_ON,
    TRAINED_ON,
    Field::text("note", "说明", LONGEST).usually(Usual::Text("")),
    ENDED_ON,
];
/// What the page asks: all but the last, for only programs end a project.
const FORM: &[Field] = match FIELDS {
    [asked @ .., _] => asked,
    [] => &[],
};

pub static PROJECT: Questions = Questions {
    rules: &[|reading, project| {
        for (earlier, later, reason) in [
            (ENTERED_ON, BEGUN_ON, "开工日期早于入库日期"),
            (BEGUN_ON, COMPLETED_ON, "竣工日期早于开工日期"),
            (COMPLETED_ON, TRAINED_ON, "培训日期早于竣工日期"),
        ] {
            let days = project.day(&earlier).zip(project.day(&later));
            if days.is_some_and(|(first, second)| second < first) {
                reading.reject(&later, reason);
            }
        }
    }],
    ..Questions::of("NewCanteenProject", FIELDS)
};

pub async fn enter_project(context: Context, Body(given): Body<Item>) -> Answer {
    let id = enter(&context, Submission::Document(&given)).await?;
    let mut response = json_text(find(&context, &id).await?);
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

async fn enter(context: &Context, sent: Submission<'_>) -> Result<String, Problem> {
    let values = values(&PROJECT.read(context, sent).await?, |_| true);
    let id = seal::random_token()?;
    let columns: Vec<&str> = values.iter().map(|(column, _)| *column).collect();
    let places: Vec<String> = (4..4 + values.len())
        .map(|place| format!("?{place}"))
        .collect();
    let sql = format!(
        "INSERT INTO canteen_project (id, changed_by, changed_at, {}) VALUES (?1, ?2, ?3, {}) RETURNING id",
        columns.join(", "),
        places.join(", ")
    );
    let by = context.caller()?.account.as_str();
    let mut parameters: Vec<store::Value> =
        vec![id.as_str().into(), by.into(), context.at().into()];
    parameters.extend(values.into_iter().map(|(_, value)| value));
    context.store.run(&sql, parameters).await?;
    Ok(id)
}

/// What a record has of some fields, by their columns.
fn values(record: &Record, of: impl Fn(&Field) -> bool) -> Vec<(&'static str, store::Value)> {
    let some = PROJECT.fields.iter().filter(|field| of(field));
    some.map(|field| (field.column, record.value(field)))
        .collect()
}

pub async fn change_project(
    context: Context,
    Path(id): Path<String>,
    Body(mut given): Body<Item>,
) -> Answer {
    let Some(version) = given.remove("version").and_then(|given| given.as_i64()) else {
        return Err(Problem::invalid(vec![FieldError::missing_version()]));
    };
    change(&context, &id, given, version).await?;
    Ok(json_text(find(&context, &id).await?))
}

async fn change(context: &Context, id: &str, given: Item, version: i64) -> Result<(), Problem> {
    // The rules hold for the whole project, what was not sent as it was.
    let mut whole: Item =
        serde_json::from_str(&find(context, id).await?).map_err(Problem::internal)?;
    whole.retain(|name, _| PROJECT.fields.iter().any(|field| field.column == name));
    let brought: Vec<String> = given.keys().cloned().collect();
    whole.extend(given);
    let project = PROJECT.read(context, Submission::Document(&whole)).await?;
    let values = values(&project, |field| {
        brought.iter().any(|name| name == field.column)
    });
    if values.is_empty() {
        return Ok(());
    }
    let sets: Vec<String> = values
        .iter()
        .zip(5..)
        .map(|((column, _), place)| format!("{column} = ?{place}"))
        .collect();
    let sql = format!(
        "UPDATE canteen_project SET {}, version = version + 1, changed_by = ?2, changed_at = ?3 WHERE id = ?1 AND version = ?4 RETURNING id",
        sets.join(", ")
    );
    let by = context.caller()?.account.as_str();
    let mut parameters: Vec<store::Value> =
        vec![id.into(), by.into(), context.at().into(), version.into()];
    parameters.extend(values.into_iter().map(|(_, value)| value));
    if context.store.run(&sql, parameters).await? == 1 {
        return Ok(());
    }
    let now = serde_json::from_str(&find(context, id).await?).map_err(Problem::internal)?;
    Err(Problem::changed_meanwhile(
        "这个项目刚被别人修改过，请看过现在的内容再改",
        now,
    ))
}

const STEP: Field = Field::word::<CanteenStep>("step", "环节").required();
const VISITED_ON: Field = Field::past_day("visited_on", "服务日期").required();
const ADVICE: Field = Field::text("note", "指导内容", LONGEST).usually(Usual::Text(""));

pub static VISIT: Questions = Questions::of("NewCanteenVisit", &[STEP, VISITED_ON, ADVICE]);

pub async fn record_canteen_visit(
    context: Context,
    Path(id): Path<String>,
    Body(given): Body<Item>,
) -> Answer {
    visit(&context, &id, Submission::Document(&given)).await?;
    let mut response = json_text(find(&context, &id).await?);
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

async fn visit(context: &Context, id: &str, sent: Submission<'_>) -> Result<(), Problem> {
    find(context, id).await?;
    let visited = VISIT.read(context, sent).await?;
    let sql = "INSERT INTO canteen_visit (id, project_id, step, visited_on, note, changed_by, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id";
    let parameters = [
        seal::random_token()?.into(),
        id.into(),
        visited.value(&STEP),
        visited.value(&VISITED_ON),
        visited.value(&ADVICE),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(())
}

pub async fn new_page(context: Context) -> Answer {
    new_form(&context, &FormValues::new(), &Errors::default()).await
}

async fn new_form(context: &Context, typed: &FormValues, errors: &Errors) -> Answer {
    let inputs = registers::inputs(context, FORM, typed, errors).await?;
    Ok(page::page(
        context,
        &errors.title("登记食堂项目"),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { "登记食堂项目" }
            form.stack method="post" { (inputs) button.main { "保存" } }
        },
    ))
}

pub async fn new_submit(context: Context, Form(typed): Form<FormValues>) -> Answer {
    outcome(
        enter(&context, Submission::Form(&typed)).await,
        |id| format!("/license-outreach/canteens/{id}"),
        async |errors| new_form(&context, &typed, &errors).await,
    )
    .await
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "CanteenProject")]
#[expect(
    dead_code,
    reason = "programs read them all, and the form shows its own by their names"
)]
pub struct Project {
    id: String,
    name: String,
    company: String,
    town: String,
    contacts: String,
    version: i64,
    visits: Vec<Visit>,
    deadlines: Vec<Deadline>,
    entered_on: NaiveDate,
    begun_on: Option<NaiveDate>,
    completed_on: Option<NaiveDate>,
    trained_on: Option<NaiveDate>,
    ended_on: Option<NaiveDate>,
    note: String,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "CanteenVisit")]
pub struct Visit {
    step: CanteenStep,
    visited_on: NaiveDate,
    note: String,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "CanteenDeadline")]
#[expect(dead_code, reason = "programs read what the page does not show")]
pub struct Deadline {
    rule: String,
    subject: String,
    due_on: NaiveDate,
    met_on: Option<NaiveDate>,
}

/// What a form on the page was sent with.
#[derive(Default)]
struct Again<'t> {
    project: Option<&'t FormValues>,
    visit: Option<&'t FormValues>,
    errors: Errors,
    conflict: bool,
}

pub async fn page(context: Context, Path(id): Path<String>) -> Answer {
    shown(&context, &id, Again::default()).await
}

async fn shown(context: &Context, id: &str, again: Again<'_>) -> Answer {
    let text = find(context, id).await?;
    let project: Project = serde_json::from_str(&text).map_err(Problem::internal)?;
    let now: Item = serde_json::from_str(&text).map_err(Problem::internal)?;
    let now: FormValues = now
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())))
        .collect();
    let errors = &again.errors;
    let fields = registers::inputs(context, FORM, again.project.unwrap_or(&now), errors).await?;
    let today = FormValues::from([("visited_on".to_owned(), context.today().to_string())]);
    let visited = again.visit.unwrap_or(&today);
    let visit = registers::inputs(context, &[STEP, VISITED_ON], visited, errors).await?;
    let advice = visited.get(ADVICE_INPUT).map_or("", String::as_str);
    // What was read stays what was read; only who is shown another's change saves over it.
    let read = again.project.filter(|_| !again.conflict);
    let version = read
        .and_then(|typed| typed.get("version"))
        .map_or_else(|| project.version.to_string(), String::clone);
    let may = context.caller()?.role != Role::Town;
    let today = context.today();
    Ok(page::page(
        context,
        &errors.title(&project.name),
        &html! {
            (tabs(context))
            (errors.summary())
            @if again.conflict {
                div.error-summary role="alert" tabindex="-1" autofocus { h2 { "别人刚修改过这个项目" } p { "上面是现在的情况，您填写的内容还在下面的表单里，请对照后再保存一次。" } }
            }
            h1 { (project.name) }
            p { (project.company) "　" (project.town) }
            @if !project.contacts.is_empty() { p { @for line in project.contacts.lines() { (line) br; } } }
            h2 { "应做的服务" }
            div.scroll tabindex="0" role="region" aria-label="应做的服务" {
                table {
                    thead { tr { th scope="col" { "事项" } th scope="col" { "期限" } th scope="col" { "完成" } } }
                    tbody {
                        @for deadline in &project.deadlines {
                            tr {
                                td.name { (deadline.subject.split('：').next_back().unwrap_or("")) }
                                td.tight { (chinese(deadline.due_on)) }
                                td.tight { @match deadline.met_on {
                                    Some(day) => (chinese(day)),
                                    None if deadline.due_on < today => strong { "已超期" },
                                    None => "还没有",
                                } }
                            }
                        }
                    }
                }
            }
            h2 { "服务记录" }
            @if project.visits.is_empty() { p { "还没有上门服务。" } } @else {
                ul { @for visit in &project.visits { li { (chinese(visit.visited_on)) "，" (visit.step.chinese()) @if !visit.note.is_empty() { "：" (visit.note) } } } }
            }
            @if may {
                details open[again.visit.is_some()] { summary { "记一次上门服务" }
                    form.stack method="post" action={ "/license-outreach/canteens/" (project.id) "/visits" } {
                        (visit)
                        (form::Field::text(ADVICE_INPUT, "指导内容", advice).render(errors))
                        button.main { "保存" }
                    }
                }
                details open[again.project.is_some()] { summary { "修改项目、填写开工和竣工" }
                    form.stack method="post" {
                        input type="hidden" name="version" value=(version);
                        (fields)
                        button.main { "保存" }
                    }
                }
            }
            p { a href={ "/audit?record=canteen-project/" (project.id) } { "变更记录" } }
        },
    ))
}

pub async fn submit(
    context: Context,
    Path(id): Path<String>,
    Form(typed): Form<FormValues>,
) -> Answer {
    let version = typed
        .get("version")
        .and_then(|version| version.parse().ok());
    match change(&context, &id, PROJECT.given(&typed), version.unwrap_or(0)).await {
        Ok(()) => Ok(Redirect::to(&format!("/license-outreach/canteens/{id}")).into_response()),
        Err(problem) if problem.current.is_some() || !problem.errors.is_empty() => {
            let again = Again {
                project: Some(&typed),
                conflict: problem.current.is_some(),
                errors: Errors(problem.errors),
                ..Again::default()
            };
            Ok(refused(problem.status, shown(&context, &id, again).await?))
        }
        Err(problem) => Err(problem),
    }
}

/// The page has another `note`.
const ADVICE_INPUT: &str = "visit_note";

pub async fn visit_submit(
    context: Context,
    Path(id): Path<String>,
    Form(mut typed): Form<FormValues>,
) -> Answer {
    let advice = typed.get(ADVICE_INPUT).cloned().unwrap_or_default();
    typed.insert(ADVICE.column.to_owned(), advice);
    outcome(
        visit(&context, &id, Submission::Form(&typed)).await,
        |()| format!("/license-outreach/canteens/{id}"),
        async |errors| {
            let again = Again {
                visit: Some(&typed),
                errors,
                ..Again::default()
            };
            shown(&context, &id, again).await
        },
    )
    .await
}
