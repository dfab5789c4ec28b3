//! 督查 (001 §三.2): once a year each tier looks at how the officials of the next lower one do their part, and records what it found.

use crate::tabs::tabs;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::office_date;
use domain::words::{Role, Tier, choices};
use http::StatusCode;
use maud::html;
use registers::{Column, Filter, Input, List, Member};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::extract::{Form, Json};
use web::form::{Errors, Field, around, select};
use web::problem::FieldError;
use web::respond::refused;
use web::{Answer, Context, Problem, page as frame};

fn tiers() -> Vec<(&'static str, &'static str)> {
    vec![("district", "区查镇街干部"), ("town", "镇街查村社区干部")]
}

pub static OVERSIGHTS: List = List {
    name: "oversight",
    title: "督查",
    path: "/supervision/oversight",
    api: "/api/v1/supervision/oversight",
    from: "oversight o",
    id: "o.id",
    sort: Some("-held_on"),
    town: "o.town",
    nothing: "还没有督查记录。区和镇街每年对下一级包保干部至少督查一次。",
    item: &[
        Member::text("id", "CAST(o.id AS TEXT)").always(),
        Member::word("tier", "o.tier", choices::<Tier>),
        Member::text("town", "o.town"),
        Member::date("held_on", "o.held_on"),
        Member::whole("officials", "o.officials").always(),
        Member::text("findings", "o.findings"),
    ],
    filters: &[
        Filter {
            name: "tier",
            label: "督查",
            input: Input::Choice(tiers),
            condition: "o.tier = {}",
        },
        Filter::town("o.town = {}"),
        Filter {
            name: "year",
            label: "年份",
            input: Input::Text,
            condition: "substr(o.held_on, 1, 4) = {}",
        },
    ],
    columns: &[
        Column::date("日期", "held_on").by("o.held_on"),
        Column::text("镇街", "town").by("o.town"),
        Column::word::<Tier>("督查方", "tier").by("o.tier"),
        Column::number("查了干部", "officials").by("o.officials"),
        Column::wide("情况", "findings"),
    ],
    above: tabs,
    actions: |context| {
        html! { @if crate::may_assign(context) { a.main href="/supervision/oversight/new" { "登记督查" } } }
    },
    ..List::PLAIN
};

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Held {
    #[serde(default)]
    town: String,
    #[serde(default)]
    held_on: String,
    /// How many officials were looked at.
    #[serde(default)]
    officials: String,
    #[serde(default)]
    findings: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewOversight")]
pub struct HeldByApi {
    town: String,
    #[schemars(with = "web::api::Day")]
    held_on: String,
    officials: u32,
    findings: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OversightMade")]
pub struct Made {
    town: String,
    /// As it was written.
    held_on: String,
}

pub async fn record_oversight(context: Context, Json(held): Json<HeldByApi>) -> Answer {
    let held = Held {
        town: held.town,
        held_on: held.held_on,
        officials: held.officials.to_string(),
        findings: held.findings,
    };
    record(&context, &held).await?;
    let made = Made {
        town: held.town,
        held_on: held.held_on,
    };
    Ok((StatusCode::CREATED, axum::Json(made)).into_response())
}

/// The office looks at a town's own officials, a town at those of its villages. Sent twice it is one.
async fn record(context: &Context, held: &Held) -> Result<(), Problem> {
    let caller = context.caller()?;
    let towns = registers::towns::of(&context.store, caller).await?;
    let mut errors = Vec::new();
    if !towns.contains(&held.town) {
        errors.push(FieldError::new("town", &*held.town, "请选择镇街"));
    }
    let day = match office_date::parse(&held.held_on) {
        Ok(day) if day > context.today() => {
            errors.push(FieldError::new(
                "held_on",
                &*held.held_on,
                "这个日期还没有到",
            ));
            None
        }
        Ok(day) => Some(day),
        Err(error) => {
            errors.push(FieldError::new(
                "held_on",
                &*held.held_on,
                error.to_string(),
            ));
            None
        }
    };
    let officials = held
        .officials
        .trim()
        .parse::<u32>()
        .ok()
        .filter(|officials| (1..=10_000).contains(officials));
    if officials.is_none() {
        errors.push(FieldError::new(
            "officials",
            &*held.officials,
            "应为 1 到 10000 的整数",
        ));
    }
    let findings = held.findings.trim();
    if findings.is_empty() || findings.chars().count() > 3000 {
        errors.push(FieldError::new("findings", "", "请写 1 到 3000 个字"));
    }
    let (Some(day), Some(officials), true) = (day, officials, errors.is_empty()) else {
        return Err(Problem::invalid(errors));
    };
    let tier = if caller.role == Role::Town {
        "town"
    } else {
        "district"
    };
    let sql = "INSERT INTO oversight (tier, town, held_on, officials, findings, changed_by, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT DO NOTHING RETURNING id";
    let parameters = [
        tier.into(),
        held.town.as_str().into(),
        day.to_string().into(),
        officials.into(),
        findings.into(),
        caller.account.as_str().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(())
}

pub async fn new_page(context: Context) -> Answer {
    form(&context, &Held::default(), &Errors::default()).await
}

async fn form(context: &Context, typed: &Held, errors: &Errors) -> Result<Response, Problem> {
    let towns = registers::towns::of(&context.store, context.caller()?).await?;
    let towns: Vec<(&str, &str)> = std::iter::once(("", "请选择"))
        .chain(towns.iter().map(|town| (town.as_str(), town.as_str())))
        .collect();
    let today = context.today().to_string();
    let day = if typed.held_on.is_empty() {
        &today
    } else {
        &typed.held_on
    };
    let whom = if context.caller()?.role == Role::Town {
        "村社区干部"
    } else {
        "镇街干部"
    };
    Ok(frame::page(
        context,
        &errors.title("登记督查"),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { "登记督查：" (whom) }
            form.stack method="post" {
                (select("town", "镇街", &towns, &typed.town, errors))
                (Field { kind: "date", ..Field::text("held_on", "哪一天", day) }.render(errors))
                (Field { kind: "number", ..Field::text("officials", "查了几名干部", &typed.officials) }.render(errors))
                (around("findings", "发现的情况和处理", None, errors.of("findings"), &html! { textarea id="findings" name="findings" { (typed.findings) } }))
                button.main { "登记" }
            }
        },
    ))
}

pub async fn submit(context: Context, Form(held): Form<Held>) -> Answer {
    match record(&context, &held).await {
        Ok(()) => Ok(Redirect::to("/supervision/oversight").into_response()),
        Err(problem) if !problem.errors.is_empty() => {
            let status = problem.status;
            Ok(refused(
                status,
                form(&context, &held, &Errors(problem.errors)).await?,
            ))
        }
        Err(problem) => Err(problem),
    }
}
