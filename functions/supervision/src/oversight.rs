//! 督查 (001 §三.2): once a year each tier looks at how the officials of the next lower one do their part, and records what it found.

use crate::tabs::tabs;
use axum::response::IntoResponse as _;
use domain::words::{Role, Tier, choices};
use http::StatusCode;
use maud::html;
use registers::{
    Column, Field, Filter, FormValues, Input, Item, List, Member, Questions, Submission,
};
use schemars::JsonSchema;
use serde::Serialize;
use web::extract::{Form, Json};
use web::form::{Errors, outcome};
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

const TOWN: Field =
    Field::town("town", "镇街")
        .required()
        .known_in("enterprise_ledger", "town", "没有这个镇街");
const HELD_ON: Field = Field::past_day("held_on", "哪一天").required();
const OFFICIALS: Field = Field::count("officials", "查了几名干部", 10_000).required();
const FINDINGS: Field = Field::long_text("findings", "发现的情况和处理", 3_000).required();

pub static HELD: Questions = Questions::of("NewOversight", &[TOWN, HELD_ON, OFFICIALS, FINDINGS]);

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OversightMade")]
pub struct Made {
    town: String,
    held_on: String,
}

pub async fn record_oversight(context: Context, Json(given): Json<Item>) -> Answer {
    let made = record(&context, Submission::Document(&given)).await?;
    Ok((StatusCode::CREATED, axum::Json(made)).into_response())
}

/// The office looks at a town's own officials, a town at those of its villages. Submission twice it is one.
async fn record(context: &Context, sent: Submission<'_>) -> Result<Made, Problem> {
    let held = HELD.read(context, sent).await?;
    let caller = context.caller()?;
    let tier = if caller.role == Role::Town {
        "town"
    } else {
        "district"
    };
    let sql = "INSERT INTO oversight (tier, town, held_on, officials, findings, changed_by, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT DO NOTHING RETURNING id";
    let parameters = [
        tier.into(),
        held.value(&TOWN),
        held.value(&HELD_ON),
        held.value(&OFFICIALS),
        held.value(&FINDINGS),
        caller.account.as_str().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    let text = |field| held.text(field).unwrap_or_default().to_owned();
    Ok(Made {
        town: text(&TOWN),
        held_on: text(&HELD_ON),
    })
}

pub async fn new_page(context: Context) -> Answer {
    let today = FormValues::from([("held_on".to_owned(), context.today().to_string())]);
    form(&context, &today, &Errors::default()).await
}

async fn form(context: &Context, typed: &FormValues, errors: &Errors) -> Answer {
    let inputs = HELD.inputs(context, typed, errors).await?;
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
            form.stack method="post" { (inputs) button.main { "登记" } }
        },
    ))
}

pub async fn submit(context: Context, Form(typed): Form<FormValues>) -> Answer {
    outcome(
        record(&context, Submission::Form(&typed)).await,
        |_| "/supervision/oversight".to_owned(),
        async |errors| form(&context, &typed, &errors).await,
    )
    .await
}
