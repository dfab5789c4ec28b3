//! 重点企业食堂项目 (000 §三(二)): entered, begun, completed; the visit owed at each step, and training on completion.

use crate::cases::past_date;
use crate::matters::own_town;
use crate::tabs::tabs;
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::{CanteenStep, Role, Word as _, choices};
use http::StatusCode;
use maud::{Markup, html};
use registers::{Column, Filter, Input, List, Member};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use web::extract::{Form, Json as Body, Path};
use web::form::{Errors, Field, around, select};
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

const PROJECT: &str = "json_object('id', p.id, 'name', p.name, 'company', p.company, 'town', p.town, 'contacts', p.contacts, 'entered_on', p.entered_on,
    'begun_on', p.begun_on, 'completed_on', p.completed_on, 'trained_on', p.trained_on, 'ended_on', p.ended_on, 'note', p.note, 'version', p.version,
    'visits', json((SELECT json_group_array(json_object('step', v.step, 'visited_on', v.visited_on, 'note', v.note)) FROM (SELECT * FROM canteen_visit v WHERE v.project_id = p.id ORDER BY v.visited_on) v)),
    'deadlines', json((SELECT json_group_array(json_object('rule', d.rule, 'subject', d.subject, 'due_on', d.due_on, 'met_on', d.met_on)) FROM deadline_canteen d WHERE d.evidence ->> '$.project' = p.id)))";

async fn find(context: &Context, id: &str) -> Result<String, Problem> {
    let sql = format!(
        "SELECT coalesce((SELECT {PROJECT} FROM canteen_project p WHERE p.id = ?1 AND (?2 IS NULL OR p.town IN (SELECT value FROM json_each(?2)))), '')"
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

/// The fields of a project that people fill in.
const FIELDS: [&str; 9] = [
    "name",
    "company",
    "town",
    "contacts",
    "entered_on",
    "begun_on",
    "completed_on",
    "trained_on",
    "note",
];

type Fields = BTreeMap<String, String>;

/// A document's fields; null is blank.
fn fields(document: serde_json::Map<String, Json>) -> Result<(Fields, Option<i64>), Problem> {
    let version = document.get("version").and_then(Json::as_i64);
    let mut fields = Fields::new();
    for (name, value) in document {
        match value {
            _ if name == "version" => {}
            Json::String(text) if FIELDS.contains(&&*name) || name == "ended_on" => {
                fields.insert(name, text);
            }
            Json::Null if FIELDS.contains(&&*name) || name == "ended_on" => {
                fields.insert(name, String::new());
            }
            other => {
                let reason = format!("没有名为 {name} 的文字字段");
                return Err(Problem::invalid(vec![FieldError::new(
                    &name,
                    other.to_string(),
                    reason,
                )]));
            }
        }
    }
    Ok((fields, version))
}

/// The rules of a project, over what it was.
fn checked(
    context: &Context,
    fields: &Fields,
) -> Result<Vec<(&'static str, store::Value)>, Problem> {
    let mut errors = Vec::new();
    let mut values: Vec<(&'static str, store::Value)> = Vec::new();
    let mut days: BTreeMap<&str, NaiveDate> = BTreeMap::new();
    for name in FIELDS.into_iter().chain(["ended_on"]) {
        let Some(typed) = fields.get(name) else {
            continue;
        };
        let typed = typed.trim();
        match name {
            "name" if typed.is_empty() => errors.push(FieldError::new(name, "", "请填写项目名称")),
            "town" => own_town(context, typed, &mut errors)?,
            "entered_on" if typed.is_empty() => {
                errors.push(FieldError::new(name, "", "请填写入库日期"))
            }
            _ => {}
        }
        if name.ends_with("_on") {
            let day = past_date(context, name, typed, &mut errors);
            days.extend(day.map(|day| (name, day)));
            values.push((name, day.map(|day| day.to_string()).into()));
        } else {
            values.push((name, typed.into()));
        }
    }
    for (earlier, later, reason) in [
        ("entered_on", "begun_on", "开工日期早于入库日期"),
        ("begun_on", "completed_on", "竣工日期早于开工日期"),
        ("completed_on", "trained_on", "培训日期早于竣工日期"),
    ] {
        if let (Some(first), Some(second)) = (days.get(earlier), days.get(later))
            && second < first
        {
            errors.push(FieldError::new(later, second.to_string(), reason));
        }
    }
    if errors.is_empty() {
        Ok(values)
    } else {
        Err(Problem::invalid(errors))
    }
}

/// The dates of a project, and what was noted of it.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made")]
struct Dates {
    entered_on: NaiveDate,
    begun_on: Option<NaiveDate>,
    completed_on: Option<NaiveDate>,
    trained_on: Option<NaiveDate>,
    ended_on: Option<NaiveDate>,
    note: String,
}

/// A new project.
#[derive(JsonSchema)]
#[schemars(rename = "NewCanteenProject", deny_unknown_fields)]
#[expect(dead_code, reason = "described, never made")]
pub struct New {
    #[schemars(length(min = 1))]
    name: String,
    town: String,
    entered_on: web::api::Day,
    company: Option<String>,
    contacts: Option<String>,
    begun_on: Option<web::api::Day>,
    completed_on: Option<web::api::Day>,
    trained_on: Option<web::api::Day>,
    ended_on: Option<web::api::Day>,
    note: Option<String>,
    version: Option<i64>,
}

/// What is changed of a project; null empties it.
#[derive(JsonSchema)]
#[schemars(rename = "CanteenProjectChange", deny_unknown_fields)]
#[expect(dead_code, reason = "described, never made")]
pub struct Changed {
    version: i64,
    name: Option<String>,
    town: Option<String>,
    entered_on: Option<web::api::Day>,
    company: Option<String>,
    contacts: Option<String>,
    begun_on: Option<web::api::Day>,
    completed_on: Option<web::api::Day>,
    trained_on: Option<web::api::Day>,
    ended_on: Option<web::api::Day>,
    note: Option<String>,
}

pub async fn enter_project(
    context: Context,
    Body(document): Body<serde_json::Map<String, Json>>,
) -> Answer {
    let (fields, _) = fields(document)?;
    let id = enter(&context, fields).await?;
    let mut response = json_text(find(&context, &id).await?);
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

async fn enter(context: &Context, mut fields: Fields) -> Result<String, Problem> {
    for name in ["name", "town", "entered_on"] {
        fields.entry(name.to_owned()).or_default();
    }
    let values = checked(context, &fields)?;
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

pub async fn change_project(
    context: Context,
    Path(id): Path<String>,
    Body(document): Body<serde_json::Map<String, Json>>,
) -> Answer {
    let (fields, version) = fields(document)?;
    let Some(version) = version else {
        return Err(Problem::invalid(vec![FieldError::new(
            "version",
            "",
            "请带上读取时的 version",
        )]));
    };
    change(&context, &id, fields, version).await?;
    Ok(json_text(find(&context, &id).await?))
}

async fn change(context: &Context, id: &str, changed: Fields, version: i64) -> Result<(), Problem> {
    let before: Json =
        serde_json::from_str(&find(context, id).await?).map_err(Problem::internal)?;
    // The rules hold for the whole project, what was not sent as it was.
    let mut whole: Fields = FIELDS
        .iter()
        .map(|name| {
            (
                (*name).to_owned(),
                before[*name].as_str().unwrap_or("").to_owned(),
            )
        })
        .collect();
    whole.extend(changed.clone());
    let values: Vec<_> = checked(context, &whole)?
        .into_iter()
        .filter(|(column, _)| changed.contains_key(*column))
        .collect();
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

#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewCanteenVisit")]
pub struct Visited {
    #[serde(default)]
    #[schemars(with = "CanteenStep", required)]
    step: String,
    #[serde(default)]
    #[schemars(with = "web::api::Day", required)]
    visited_on: String,
    #[serde(default)]
    note: String,
}

pub async fn record_canteen_visit(
    context: Context,
    Path(id): Path<String>,
    Body(visited): Body<Visited>,
) -> Answer {
    visit(&context, &id, &visited).await?;
    let mut response = json_text(find(&context, &id).await?);
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

async fn visit(context: &Context, id: &str, visited: &Visited) -> Result<(), Problem> {
    find(context, id).await?;
    let mut errors = Vec::new();
    let step = CanteenStep::read(&visited.step);
    if step.is_none() {
        errors.push(FieldError::new("step", &*visited.step, "请选择环节"));
    }
    let day = past_date(context, "visited_on", &visited.visited_on, &mut errors);
    if day.is_none() && domain::text::is_blank(&visited.visited_on) {
        errors.push(FieldError::new("visited_on", "", "请填写服务日期"));
    }
    let (Some(step), Some(day), true) = (step, day, errors.is_empty()) else {
        return Err(Problem::invalid(errors));
    };
    let sql = "INSERT INTO canteen_visit (id, project_id, step, visited_on, note, changed_by, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id";
    let parameters = [
        seal::random_token()?.into(),
        id.into(),
        step.code().into(),
        day.to_string().into(),
        visited.note.trim().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(())
}

pub async fn new_page(context: Context) -> Answer {
    form(&context, "登记食堂项目", &Fields::new(), &Errors::default()).await
}

async fn form(
    context: &Context,
    title: &str,
    typed: &Fields,
    errors: &Errors,
) -> Result<Response, Problem> {
    let fields = project_fields(context, typed, errors).await?;
    Ok(page::page(
        context,
        &errors.title(title),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { (title) }
            form.stack method="post" { (fields) button.main { "保存" } }
        },
    ))
}

async fn project_fields(
    context: &Context,
    typed: &Fields,
    errors: &Errors,
) -> Result<Markup, Problem> {
    let towns = registers::towns::of(&context.store, context.caller()?).await?;
    let towns: Vec<(&str, &str)> = std::iter::once(("", "请选择"))
        .chain(towns.iter().map(|town| (town.as_str(), town.as_str())))
        .collect();
    let value = |name: &str| typed.get(name).map_or("", String::as_str);
    let date = |name, label| {
        Field {
            kind: "date",
            ..Field::text(name, label, value(name))
        }
        .render(errors)
    };
    Ok(html! {
        (Field::text("name", "项目名称", value("name")).render(errors))
        (Field::text("company", "企业", value("company")).render(errors))
        (select("town", "镇街", &towns, value("town"), errors))
        (around("contacts", "项目方、施工方、设计人员和项目专员", Some("姓名和电话，一行一位"), errors.of("contacts"), &html! {
            textarea.short id="contacts" name="contacts" rows="4" aria-describedby="contacts-hint" { (value("contacts")) }
        }))
        (date("entered_on", "入库日期"))
        (date("begun_on", "开工日期"))
        (date("completed_on", "竣工日期"))
        (date("trained_on", "食品安全培训日期"))
        (Field::text("note", "说明", value("note")).render(errors))
    })
}

pub async fn new_submit(context: Context, Form(typed): Form<Fields>) -> Answer {
    match enter(&context, typed.clone()).await {
        Ok(id) => Ok(Redirect::to(&format!("/license-outreach/canteens/{id}")).into_response()),
        Err(problem) if !problem.errors.is_empty() => {
            let status = problem.status;
            Ok(refused(
                status,
                form(&context, "登记食堂项目", &typed, &Errors(problem.errors)).await?,
            ))
        }
        Err(problem) => Err(problem),
    }
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "CanteenProject")]
pub struct Project {
    id: String,
    name: String,
    company: String,
    town: String,
    contacts: String,
    version: i64,
    visits: Vec<Visit>,
    deadlines: Vec<Deadline>,
    #[serde(flatten)]
    #[schemars(with = "Dates")]
    all: serde_json::Map<String, Json>,
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

pub async fn page(context: Context, Path(id): Path<String>) -> Answer {
    shown(&context, &id, None, &Errors::default(), false).await
}

async fn shown(
    context: &Context,
    id: &str,
    typed: Option<&Fields>,
    errors: &Errors,
    conflict: bool,
) -> Result<Response, Problem> {
    let project: Project =
        serde_json::from_str(&find(context, id).await?).map_err(Problem::internal)?;
    let mut now: Fields = project
        .all
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect();
    for (name, value) in [
        ("name", &project.name),
        ("company", &project.company),
        ("town", &project.town),
        ("contacts", &project.contacts),
    ] {
        now.insert(name.to_owned(), value.clone());
    }
    let fields = project_fields(context, typed.unwrap_or(&now), errors).await?;
    let may = context.caller()?.role != Role::Town;
    let today = context.today();
    Ok(page::page(
        context,
        &errors.title(&project.name),
        &html! {
            (tabs(context))
            (errors.summary())
            @if conflict {
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
                details { summary { "记一次上门服务" }
                    form.stack method="post" action={ "/license-outreach/canteens/" (project.id) "/visits" } {
                        (select("step", "环节", &choices::<CanteenStep>(), "", errors))
                        (Field { kind: "date", ..Field::text("visited_on", "服务日期", &today.to_string()) }.render(errors))
                        (Field { name: "visit_note", ..Field::text("visit_note", "指导内容", "") }.render(errors))
                        button.main { "保存" }
                    }
                }
                details open[typed.is_some()] { summary { "修改项目、填写开工和竣工" }
                    form.stack method="post" {
                        input type="hidden" name="version" value=(project.version);
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
    Form(mut typed): Form<Fields>,
) -> Answer {
    let version = typed
        .remove("version")
        .and_then(|version| version.parse().ok())
        .unwrap_or(0);
    match change(&context, &id, typed.clone(), version).await {
        Ok(()) => Ok(Redirect::to(&format!("/license-outreach/canteens/{id}")).into_response()),
        Err(problem) if problem.current.is_some() || !problem.errors.is_empty() => {
            let (status, conflict) = (problem.status, problem.current.is_some());
            Ok(refused(
                status,
                shown(
                    &context,
                    &id,
                    Some(&typed),
                    &Errors(problem.errors),
                    conflict,
                )
                .await?,
            ))
        }
        Err(problem) => Err(problem),
    }
}

pub async fn visit_submit(
    context: Context,
    Path(id): Path<String>,
    Form(typed): Form<Fields>,
) -> Answer {
    let get = |name: &str| typed.get(name).cloned().unwrap_or_default();
    let visited = Visited {
        step: get("step"),
        visited_on: get("visited_on"),
        note: get("visit_note"),
    };
    match visit(&context, &id, &visited).await {
        Ok(()) => Ok(Redirect::to(&format!("/license-outreach/canteens/{id}")).into_response()),
        Err(problem) if !problem.errors.is_empty() => {
            let status = problem.status;
            Ok(refused(
                status,
                shown(&context, &id, None, &Errors(problem.errors), false).await?,
            ))
        }
        Err(problem) => Err(problem),
    }
}
