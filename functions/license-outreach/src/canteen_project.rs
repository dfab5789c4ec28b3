//! One canteen project of a key enterprise: entered, begun, completed; and what is owed at each step.

use crate::tabs::tabs;
use crate::{DOOR, FIELD};
use axum::response::IntoResponse as _;
use chrono::NaiveDate;
use domain::words::CanteenStep;
use http::StatusCode;
use maud::html;
use registers::{
    Field, FormValues, Item, LONGEST, Questions, Record, Submission, Usual, town_name,
};
use schemars::JsonSchema;
use serde::Deserialize;
use web::api::gives;
use web::extract::{Form, Json as Body, Path};
use web::form::{Errors, outcome};
use web::problem::FieldError;
use web::respond::json_text;
use web::routes::Routes;
use web::{Answer, Context, Problem, Token, page, seal};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/license-outreach/canteens/new", DOOR, new_project_page)
        .post("/license-outreach/canteens/new", DOOR, submit_new_project)
        .post(
            "/api/v1/license-outreach/canteens",
            DOOR.or(Token::Write),
            enter_project,
        )
        .api(
            "登记食堂项目",
            PROJECT.taken().gives_new::<CanteenProject>(),
        )
        .get(
            "/api/v1/license-outreach/canteens/{id}",
            FIELD,
            show_project,
        )
        .api(
            "一个食堂项目，含应做的服务和期限",
            gives::<CanteenProject>(),
        )
        .patch(
            "/api/v1/license-outreach/canteens/{id}",
            DOOR.or(Token::Write),
            change_project,
        )
        .api(
            "修改食堂项目；带上读取时的 version",
            PROJECT
                .taken_as_change("CanteenProjectChange")
                .gives::<CanteenProject>(),
        )
}

/// One project with its visits and what is due, as a JSON object, of `canteen_project p`.
const PROJECT_JSON: &str = concat!(
    "json_object('id', p.id, 'name', p.name, 'company', p.company, 'town', ",
    town_name!("p.town"),
    ", 'contacts', p.contacts, 'entered_on', p.entered_on,
    'begun_on', p.begun_on, 'completed_on', p.completed_on, 'trained_on', p.trained_on, 'ended_on', p.ended_on, 'note', p.note, 'version', p.version,
    'visits', json((SELECT json_group_array(json_object('step', v.step, 'visited_on', v.visited_on, 'note', v.note)) FROM (SELECT * FROM canteen_visit v WHERE v.project_id = p.id ORDER BY v.visited_on) v)),
    'deadlines', json((SELECT json_group_array(json_object('rule', d.rule, 'subject', d.subject, 'due_on', d.due_on, 'met_on', d.met_on)) FROM deadline_canteen d WHERE d.evidence ->> '$.project' = p.id)))"
);

/// The project as a JSON document; 404 where there is none, or none in the towns of the caller.
pub async fn find_project(context: &Context, id: &str) -> Result<String, Problem> {
    let sql = format!(
        "SELECT coalesce((SELECT {PROJECT_JSON} FROM canteen_project p WHERE p.id = ?1 AND (?2 IS NULL OR p.town IN (SELECT value FROM json_each(?2)))), '')"
    );
    let towns = context.caller()?.only_towns_json();
    let text = context.store.text(&sql, [id.into(), towns.into()]).await?;
    Some(text)
        .filter(|text| !text.is_empty())
        .ok_or_else(Problem::not_found)
}

async fn show_project(context: Context, Path(id): Path<String>) -> Answer {
    Ok(json_text(find_project(&context, &id).await?))
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
pub const FORM: &[Field] = match FIELDS {
    [asked @ .., _] => asked,
    [] => &[],
};

static PROJECT: Questions = Questions {
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

async fn enter_project(context: Context, Body(given): Body<Item>) -> Answer {
    let id = insert_project(&context, Submission::Document(&given)).await?;
    created_project(&context, &id).await
}

/// 201 with the project as it is now.
pub async fn created_project(context: &Context, id: &str) -> Answer {
    let text = find_project(context, id).await?;
    Ok((StatusCode::CREATED, json_text(text)).into_response())
}

async fn insert_project(context: &Context, sent: Submission<'_>) -> Result<String, Problem> {
    let values = column_values(&PROJECT.read(context, sent).await?, |_| true);
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

/// The columns of the fields that `wanted` names, with the values that the record has for them.
fn column_values(
    record: &Record,
    wanted: impl Fn(&Field) -> bool,
) -> Vec<(&'static str, store::Value)> {
    let fields = PROJECT.fields.iter().filter(|field| wanted(field));
    fields
        .map(|field| (field.column, record.value(field)))
        .collect()
}

async fn change_project(
    context: Context,
    Path(id): Path<String>,
    Body(mut given): Body<Item>,
) -> Answer {
    let Some(version) = given.remove("version").and_then(|given| given.as_i64()) else {
        return Err(Problem::invalid(vec![FieldError::missing_version()]));
    };
    update_project(&context, &id, given, version).await?;
    Ok(json_text(find_project(&context, &id).await?))
}

/// Writes what is given of a project that is still at `version`; what is not given stays.
///
/// # Errors
///
/// 409 `changed_meanwhile` where it is at another version.
pub async fn update_project(
    context: &Context,
    id: &str,
    given: Item,
    version: i64,
) -> Result<(), Problem> {
    // The rules look at the whole project: what was not sent is taken as it is in the store.
    let mut whole: Item =
        serde_json::from_str(&find_project(context, id).await?).map_err(Problem::internal)?;
    whole.retain(|name, _| PROJECT.fields.iter().any(|field| field.column == name));
    let names: Vec<String> = given.keys().cloned().collect();
    whole.extend(given);
    let project = PROJECT.read(context, Submission::Document(&whole)).await?;
    let values = column_values(&project, |field| {
        names.iter().any(|name| name == field.column)
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
    let now = serde_json::from_str(&find_project(context, id).await?).map_err(Problem::internal)?;
    Err(Problem::changed_meanwhile(
        "这个项目刚被别人修改过，请看过现在的内容再改",
        now,
    ))
}

async fn new_project_page(context: Context) -> Answer {
    render_new_form(&context, &FormValues::new(), &Errors::default()).await
}

async fn render_new_form(context: &Context, typed: &FormValues, errors: &Errors) -> Answer {
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

async fn submit_new_project(context: Context, Form(typed): Form<FormValues>) -> Answer {
    outcome(
        insert_project(&context, Submission::Form(&typed)).await,
        |id| format!("/license-outreach/canteens/{id}"),
        async |errors| render_new_form(&context, &typed, &errors).await,
    )
    .await
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "CanteenProject")]
#[expect(
    dead_code,
    reason = "programs read all fields; the form shows its own by their names"
)]
pub struct CanteenProject {
    pub id: String,
    pub name: String,
    pub company: String,
    pub town: String,
    pub contacts: String,
    pub version: i64,
    pub visits: Vec<CanteenVisit>,
    pub deadlines: Vec<CanteenDeadline>,
    pub entered_on: NaiveDate,
    pub begun_on: Option<NaiveDate>,
    pub completed_on: Option<NaiveDate>,
    pub trained_on: Option<NaiveDate>,
    pub ended_on: Option<NaiveDate>,
    pub note: String,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "CanteenVisit")]
pub struct CanteenVisit {
    pub step: CanteenStep,
    pub visited_on: NaiveDate,
    pub note: String,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "CanteenDeadline")]
#[expect(dead_code, reason = "programs read what the page does not show")]
pub struct CanteenDeadline {
    pub rule: String,
    pub subject: String,
    pub due_on: NaiveDate,
    pub met_on: Option<NaiveDate>,
}

/// What the project's form on its page has sent, as data.
pub fn given_of_form(typed: &FormValues) -> Item {
    PROJECT.given(typed)
}
