//! One of the nine stages of a case: its dates, the expert who was invited, what was advised. Each stage has a version of its own, so
//! that two people at two stages of one case do not disturb each other; at the same stage the second is told what the first has written.

use crate::DOOR;
use crate::case::{OutreachCase, case_closed, find_case};
use crate::case_page::show_refused;
use axum::response::{IntoResponse as _, Redirect};
use domain::words::{OutreachStage, Word as _};
use registers::{Field, FormValues, Item, Questions, Submission, Usual};
use schemars::JsonSchema;
use serde_json::{Value as Json, json};
use web::extract::{Form, Json as Body, Path};
use web::respond::json_text;
use web::routes::Routes;
use web::{Answer, Context, Problem, Token};

pub fn routes(routes: Routes) -> Routes {
    routes
        .post(
            "/license-outreach/cases/{id}/stages/{stage}",
            DOOR,
            submit_stage,
        )
        .post(
            "/api/v1/license-outreach/cases/{id}/stages/{stage}",
            DOOR.or(Token::Write),
            record_stage,
        )
        .api(
            "填写九个环节之一；别人先填过则返回 409 和现在的内容",
            STAGE.taken().at::<StagePath>().gives::<OutreachCase>(),
        )
}

const BEGUN_ON: Field = Field::past_day("begun_on", "开始日期");
const DONE_ON: Field = Field::past_day("done_on", "完成日期");
const NOTE: Field = Field::long_text("note", "指导意见和整改情况", 4_000).usually(Usual::Text(""));
const EXPERT: Field = Field::text("expert", "邀请的审评专家", 100).usually(Usual::Text(""));
const VERSION: Field = Field::version()
    .hint("读取时这个环节的 version；还没有填过是 0")
    .usually(Usual::Number(0));

static STAGE: Questions = Questions {
    rules: &[|reading, entered| {
        let days = entered.day(&BEGUN_ON).zip(entered.day(&DONE_ON));
        if days.is_some_and(|(begun, done)| done < begun) {
            reading.reject(&DONE_ON, "完成日期早于开始日期");
        }
    }],
    ..Questions::of("StageRecorded", &[BEGUN_ON, DONE_ON, NOTE, EXPERT, VERSION])
};

/// What varies in the path of a stage, as it is described.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made")]
pub struct StagePath {
    /// 九个环节之一
    stage: OutreachStage,
}

/// The stage that a path names; 404 where there is none of that code.
pub fn parse_stage(code: &str) -> Result<OutreachStage, Problem> {
    OutreachStage::ALL
        .iter()
        .copied()
        .find(|stage| stage.code() == code)
        .ok_or_else(Problem::not_found)
}

async fn record_stage(
    context: Context,
    Path((id, stage)): Path<(String, String)>,
    Body(given): Body<Item>,
) -> Answer {
    write_stage(
        &context,
        &id,
        parse_stage(&stage)?,
        Submission::Document(&given),
    )
    .await?;
    Ok(json_text(find_case(&context, &id).await?))
}

async fn write_stage(
    context: &Context,
    id: &str,
    stage: OutreachStage,
    sent: Submission<'_>,
) -> Result<(), Problem> {
    let entered = STAGE.read(context, sent).await?;
    let before = find_stage(context, id, stage).await?;
    let sql = "INSERT INTO outreach_stage (case_id, stage, begun_on, done_on, expert, note, changed_by, changed_at)
               SELECT c.id, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM outreach_case c WHERE c.id = ?1 AND c.outcome IS NULL
               ON CONFLICT (case_id, stage) DO UPDATE SET begun_on = excluded.begun_on, done_on = excluded.done_on,
                   expert = excluded.expert, note = excluded.note, version = outreach_stage.version + 1,
                   changed_by = excluded.changed_by, changed_at = excluded.changed_at
               WHERE outreach_stage.version = ?9 RETURNING version";
    let parameters = [
        id.into(),
        stage.code().into(),
        entered.value(&BEGUN_ON),
        entered.value(&DONE_ON),
        entered.value(&EXPERT),
        entered.value(&NOTE),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        entered.value(&VERSION),
    ];
    if context.store.run(sql, parameters).await? == 1 {
        return Ok(());
    }
    if !before.case_is_open {
        return Err(case_closed());
    }
    let stage = find_stage(context, id, stage).await?.stage;
    let same = [BEGUN_ON, DONE_ON, EXPERT, NOTE]
        .iter()
        .all(|field| stage[field.column] == json!(entered.text(field)));
    if same {
        // A second click sends the same words twice; so may two people.
        return Ok(());
    }
    Err(Problem::changed_meanwhile(
        "这个环节刚被别人填写过，请看过现在的内容再改",
        stage,
    ))
}

/// A stage as it is now.
struct CurrentStage {
    case_is_open: bool,
    /// Null where nothing has been entered yet.
    stage: Json,
}

async fn find_stage(
    context: &Context,
    id: &str,
    stage: OutreachStage,
) -> Result<CurrentStage, Problem> {
    let case: Json =
        serde_json::from_str(&find_case(context, id).await?).map_err(Problem::internal)?;
    let stages = case["stages"].as_array();
    let current =
        stages.and_then(|stages| stages.iter().find(|known| known["stage"] == stage.code()));
    Ok(CurrentStage {
        case_is_open: case["outcome"].is_null(),
        stage: current.cloned().unwrap_or(Json::Null),
    })
}

async fn submit_stage(
    context: Context,
    Path((id, stage)): Path<(String, String)>,
    Form(typed): Form<FormValues>,
) -> Answer {
    let outreach_stage = parse_stage(&stage)?;
    match write_stage(&context, &id, outreach_stage, Submission::Form(&typed)).await {
        Ok(()) => {
            Ok(Redirect::to(&format!("/license-outreach/cases/{id}#{stage}")).into_response())
        }
        Err(problem) => show_refused(&context, &id, &stage, typed, problem).await,
    }
}
