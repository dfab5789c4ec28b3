//! 培训抽考: the training at the door of a newly licensed producer, and the yearly examination of managers (000 §三(四)).

use crate::tabs::tabs;
use crate::{DOOR, goes_to_the_door};
use axum::response::IntoResponse as _;
use domain::words::{choices, words};
use http::StatusCode;
use maud::html;
use registers::{
    Column, Field, Filter, FormValues, Input, Item, LONGEST, List, Member, Questions, Submission,
    Usual,
};
use schemars::JsonSchema;
use serde::Serialize;
use web::extract::{Form, Json};
use web::form::{Errors, outcome};
use web::problem::FieldError;
use web::routes::Routes;
use web::{Answer, Context, Problem, Token, page, seal};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/license-outreach/trainings/new", DOOR, new_training_page)
        .post("/license-outreach/trainings/new", DOOR, submit_training)
        .post(
            "/api/v1/license-outreach/trainings",
            DOOR.or(Token::Write),
            record_training,
        )
        .api(
            "记一次培训",
            NEW_TRAINING
                .taken()
                .gives_new::<TrainingId>()
                .refuses(&[404]),
        )
}

words! {
    /// What a training was for.
    TrainingKind {
        /// Within 30 days of the licence.
        DoorStep = "door_step" "新获证上门培训",
        /// Once a year.
        Yearly = "yearly" "年度培训抽考",
    }
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
        Member::text("town", registers::town_name!("e.town")),
        Member::word("kind", "t.kind", choices::<TrainingKind>),
        Member::date("held_on", "t.held_on"),
        Member::text("note", "t.note"),
    ],
    filters: &[
        Filter::search("名称或代码", "{found t.uscc}"),
        Filter::town("e.town IN {towns}"),
        Filter {
            name: "kind",
            label: "类型",
            input: Input::Choice(choices::<TrainingKind>),
            condition: "t.kind = {}",
        },
    ],
    columns: &[
        Column::date("日期", "held_on").by("t.held_on"),
        Column::link("企业名称", "name", "/enterprises/", "uscc").by("e.name"),
        Column::text("镇街", "town").by(registers::town_name!("e.town")),
        Column::word::<TrainingKind>("类型", "kind"),
        Column::wide("内容", "note"),
    ],
    above: tabs,
    actions: |context| {
        html! { @if goes_to_the_door(context) { a.main href="/license-outreach/trainings/new" { "记一次培训" } } }
    },
    ..List::PLAIN
};

const USCC: Field = Field::uscc().required();
const KIND: Field = Field::word::<TrainingKind>("kind", "类型").required();
const HELD_ON: Field = Field::past_day("held_on", "日期").required();
const NOTE: Field = Field::text("note", "内容", LONGEST).usually(Usual::Text(""));

static NEW_TRAINING: Questions = Questions::of("NewTraining", &[USCC, KIND, HELD_ON, NOTE]);

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TrainingMade")]
struct TrainingId {
    id: String,
}

async fn record_training(context: Context, Json(given): Json<Item>) -> Answer {
    let id = insert_training(&context, Submission::Document(&given)).await?;
    Ok((StatusCode::CREATED, axum::Json(TrainingId { id })).into_response())
}

async fn new_training_page(context: Context) -> Answer {
    let today = FormValues::from([("held_on".to_owned(), context.today().to_string())]);
    render_form(&context, &today, &Errors::default()).await
}

async fn render_form(context: &Context, typed: &FormValues, errors: &Errors) -> Answer {
    let inputs = NEW_TRAINING.inputs(context, typed, errors).await?;
    Ok(page::page(
        context,
        &errors.title("记一次培训"),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { "记一次培训" }
            form.stack method="post" { (inputs) button.main { "保存" } }
        },
    ))
}

async fn submit_training(context: Context, Form(typed): Form<FormValues>) -> Answer {
    outcome(
        insert_training(&context, Submission::Form(&typed)).await,
        |_| "/license-outreach/trainings".to_owned(),
        async |errors| render_form(&context, &typed, &errors).await,
    )
    .await
}

/// Records a training of a business of the ledger in the towns of the caller, and gives its id.
async fn insert_training(context: &Context, sent: Submission<'_>) -> Result<String, Problem> {
    let training = NEW_TRAINING.read(context, sent).await?;
    let id = seal::random_token()?;
    let sql = "INSERT INTO producer_training (id, uscc, kind, held_on, note, changed_by, changed_at)
               SELECT ?1, e.uscc, ?3, ?4, ?5, ?6, ?7 FROM enterprise_licensing e
               WHERE e.uscc = ?2 AND (?8 IS NULL OR e.town IN (SELECT value FROM json_each(?8))) RETURNING id";
    let caller = context.caller()?;
    let parameters = [
        id.as_str().into(),
        training.value(&USCC),
        training.value(&KIND),
        training.value(&HELD_ON),
        training.value(&NOTE),
        caller.account.as_str().into(),
        context.at().into(),
        caller.only_towns_json().into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => Ok(id),
        _ => Err(Problem::invalid(vec![FieldError::new(
            USCC.column,
            training.text(&USCC).unwrap_or_default(),
            "企业台账里没有这家企业，或不在您的辖区",
        )])),
    }
}
