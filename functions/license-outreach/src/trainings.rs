//! Training at the door of a newly licensed producer, and the yearly examination of managers (000 §三(四)).

use crate::cases::past_date;
use crate::tabs::tabs;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::Uscc;
use http::StatusCode;
use maud::html;
use registers::{Column, Filter, Input, List, Member};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::extract::{Form, Json};
use web::form::{Errors, Field, select};
use web::problem::FieldError;
use web::respond::refused;
use web::{Answer, Context, Problem, page, seal};

fn kinds() -> Vec<(&'static str, &'static str)> {
    vec![("door_step", "新获证上门培训"), ("yearly", "年度培训抽考")]
}

fn kind(code: &str) -> Option<&'static str> {
    kinds()
        .into_iter()
        .find(|(known, _)| *known == code)
        .map(|(_, said)| said)
}

pub static TRAININGS: List = List {
    name: "producer-trainings",
    title: "培训抽考记录",
    path: "/license-outreach/trainings",
    api: "/api/v1/license-outreach/trainings",
    from: "producer_training t JOIN enterprise_licensing e ON e.uscc = t.uscc",
    id: "t.rowid",
    sort: Some("-held_on"),
    town: "e.town",
    nothing: "还没有培训记录。新获证企业应在发证后 30 天内上门培训一次，获证企业每年至少抽考和培训一次。",
    item: &[
        Member::text("uscc", "t.uscc"),
        Member::text("name", "e.name"),
        Member::text("town", "e.town"),
        Member::text("kind", "t.kind"),
        Member::date("held_on", "t.held_on"),
        Member::text("note", "t.note"),
    ],
    filters: &[
        Filter::search("名称或代码", "{found t.uscc}"),
        Filter::town("e.town = {}"),
        Filter {
            name: "kind",
            label: "类型",
            input: Input::Choice(kinds),
            condition: "t.kind = {}",
        },
    ],
    columns: &[
        Column::date("日期", "held_on").by("t.held_on"),
        Column::link("企业名称", "name", "/enterprises/", "uscc").by("e.name"),
        Column::text("镇街", "town").by("e.town"),
        Column::named("类型", "kind", kind),
        Column::wide("内容", "note"),
    ],
    above: tabs,
    actions: |context| {
        let may = context
            .caller
            .as_ref()
            .is_some_and(|caller| caller.role != domain::words::Role::Town);
        html! { @if may { a.main href="/license-outreach/trainings/new" { "记一次培训" } } }
    },
    ..List::PLAIN
};

#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewTraining")]
pub struct Held {
    #[serde(default)]
    #[schemars(required)]
    uscc: String,
    #[serde(default)]
    #[schemars(required, extend("enum" = ["door_step", "yearly"]))]
    kind: String,
    #[serde(default)]
    #[schemars(with = "web::api::Day", required)]
    held_on: String,
    #[serde(default)]
    note: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TrainingMade")]
pub struct Made {
    id: String,
}

pub async fn record_training(context: Context, Json(held): Json<Held>) -> Answer {
    let id = record(&context, &held).await?;
    Ok((StatusCode::CREATED, axum::Json(Made { id })).into_response())
}

pub async fn new_page(context: Context) -> Answer {
    let today = Held {
        held_on: context.today().to_string(),
        ..Held::default()
    };
    Ok(form(&context, &today, &Errors::default()))
}

fn form(context: &Context, typed: &Held, errors: &Errors) -> Response {
    page::page(
        context,
        &errors.title("记一次培训"),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { "记一次培训" }
            form.stack method="post" {
                (Field::text("uscc", "统一社会信用代码", &typed.uscc).render(errors))
                (select("kind", "类型", &kinds(), &typed.kind, errors))
                (Field { kind: "date", ..Field::text("held_on", "日期", &typed.held_on) }.render(errors))
                (Field::text("note", "内容", &typed.note).render(errors))
                button.main { "保存" }
            }
        },
    )
}

pub async fn submit(context: Context, Form(held): Form<Held>) -> Answer {
    match record(&context, &held).await {
        Ok(_) => Ok(Redirect::to("/license-outreach/trainings").into_response()),
        Err(problem) if !problem.errors.is_empty() => {
            let status = problem.status;
            Ok(refused(
                status,
                form(&context, &held, &Errors(problem.errors)),
            ))
        }
        Err(problem) => Err(problem),
    }
}

async fn record(context: &Context, held: &Held) -> Result<String, Problem> {
    let mut errors = Vec::new();
    let uscc = held
        .uscc
        .parse::<Uscc>()
        .map_err(|error| errors.push(FieldError::new("uscc", &*held.uscc, error.to_string())))
        .ok();
    if kind(&held.kind).is_none() {
        errors.push(FieldError::new(
            "kind",
            &*held.kind,
            "应为：door_step、yearly",
        ));
    }
    let day = past_date(context, "held_on", &held.held_on, &mut errors);
    if day.is_none() && domain::text::is_blank(&held.held_on) {
        errors.push(FieldError::new("held_on", "", "请填写日期"));
    }
    let (Some(uscc), Some(day), true) = (uscc, day, errors.is_empty()) else {
        return Err(Problem::invalid(errors));
    };
    let id = seal::random_token()?;
    let sql = "INSERT INTO producer_training (id, uscc, kind, held_on, note, changed_by, changed_at)
               SELECT ?1, e.uscc, ?3, ?4, ?5, ?6, ?7 FROM enterprise_licensing e
               WHERE e.uscc = ?2 AND (?8 IS NULL OR e.town IN (SELECT value FROM json_each(?8))) RETURNING id";
    let caller = context.caller()?;
    let parameters = [
        id.as_str().into(),
        uscc.as_str().into(),
        held.kind.as_str().into(),
        day.to_string().into(),
        held.note.trim().into(),
        caller.account.as_str().into(),
        context.at().into(),
        caller.only_towns_json().into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => Ok(id),
        _ => Err(Problem::invalid(vec![FieldError::new(
            "uscc",
            &*held.uscc,
            "企业台账里没有这家企业，或不在您的辖区",
        )])),
    }
}
