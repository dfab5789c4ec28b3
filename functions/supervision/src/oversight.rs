//! 督查 (001 §三.2): once a year each tier looks at how the officials of the next lower tier do their part, and records what it found.

use crate::ASSIGNING;
use crate::tabs::tabs;
use axum::response::IntoResponse as _;
use domain::words::{Role, Tier, choices};
use http::StatusCode;
use maud::html;
use registers::places;
use registers::{
    Column, Field, Filter, FormValues, Input, Item, List, Member, Questions, Submission,
};
use schemars::JsonSchema;
use serde::Serialize;
use web::extract::{Form, Json};
use web::form::{Errors, outcome};
use web::routes::Routes;
use web::{Answer, Context, Problem, Token, page as frame};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/supervision/oversight/new", ASSIGNING, new_oversight_page)
        .post("/supervision/oversight/new", ASSIGNING, submit_oversight)
        .post(
            "/api/v1/supervision/oversight",
            ASSIGNING.or(Token::Write),
            record_oversight,
        )
        .api(
            "登记督查",
            NEW_OVERSIGHT.taken().gives_new::<OversightAnswer>(),
        )
}

fn tier_choices() -> Vec<(&'static str, &'static str)> {
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
        Member::text("town", registers::town_name!("o.town")),
        Member::date("held_on", "o.held_on"),
        Member::whole("officials", "o.officials").always(),
        Member::text("findings", "o.findings"),
    ],
    filters: &[
        Filter {
            name: "tier",
            label: "督查",
            input: Input::Choice(tier_choices),
            condition: "o.tier = {}",
        },
        Filter::town("o.town IN {towns}"),
        Filter {
            name: "year",
            label: "年份",
            input: Input::Text,
            condition: "substr(o.held_on, 1, 4) = {}",
        },
    ],
    columns: &[
        Column::date("日期", "held_on").by("o.held_on"),
        Column::text("镇街", "town").by(registers::town_name!("o.town")),
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

const TOWN: Field = Field::town("town", "镇街").required();
const HELD_ON: Field = Field::past_day("held_on", "哪一天").required();
const OFFICIALS: Field = Field::count("officials", "查了几名干部", 10_000).required();
const FINDINGS: Field = Field::long_text("findings", "发现的情况和处理", 3_000).required();

static NEW_OVERSIGHT: Questions =
    Questions::of("NewOversight", &[TOWN, HELD_ON, OFFICIALS, FINDINGS]);

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OversightMade")]
struct OversightAnswer {
    town: String,
    held_on: String,
}

async fn record_oversight(context: Context, Json(given): Json<Item>) -> Answer {
    let answer = insert_oversight(&context, Submission::Document(&given)).await?;
    Ok((StatusCode::CREATED, axum::Json(answer)).into_response())
}

/// Records an oversight: the office looks at the officials of a town, a town at those of its villages. Sent twice it is one.
async fn insert_oversight(
    context: &Context,
    sent: Submission<'_>,
) -> Result<OversightAnswer, Problem> {
    let oversight = NEW_OVERSIGHT.read(context, sent).await?;
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
        oversight.value(&TOWN),
        oversight.value(&HELD_ON),
        oversight.value(&OFFICIALS),
        oversight.value(&FINDINGS),
        caller.account.as_str().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    let text = |field| oversight.text(field).unwrap_or_default().to_owned();
    Ok(OversightAnswer {
        town: places::name_of_town(&context.store, &text(&TOWN)).await?,
        held_on: text(&HELD_ON),
    })
}

async fn new_oversight_page(context: Context) -> Answer {
    let today = FormValues::from([("held_on".to_owned(), context.today().to_string())]);
    render_form(&context, &today, &Errors::default()).await
}

async fn render_form(context: &Context, typed: &FormValues, errors: &Errors) -> Answer {
    let inputs = NEW_OVERSIGHT.inputs(context, typed, errors).await?;
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

async fn submit_oversight(context: Context, Form(typed): Form<FormValues>) -> Answer {
    outcome(
        insert_oversight(&context, Submission::Form(&typed)).await,
        |_| "/supervision/oversight".to_owned(),
        async |errors| render_form(&context, &typed, &errors).await,
    )
    .await
}
