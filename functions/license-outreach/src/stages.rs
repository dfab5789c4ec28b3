//! One of the nine stages: dates, the expert invited, what was advised. Each has its own version, so that two people at two
//! stages of one case do not disturb each other; at the same stage the second is told what the first has written.

use crate::cases::{again, closed, find};
use axum::response::{IntoResponse as _, Redirect};
use domain::words::{OutreachStage, Word as _};
use registers::{Field, FormValues, Item, Questions, Submission, Usual};
use schemars::JsonSchema;
use serde_json::{Value as Json, json};
use web::extract::{Form, Json as Body, Path};
use web::respond::json_text;
use web::{Answer, Context, Problem};

const BEGUN_ON: Field = Field::past_day("begun_on", "开始日期");
const DONE_ON: Field = Field::past_day("done_on", "完成日期");
const NOTE: Field = Field::long_text("note", "指导意见和整改情况", 4_000).usually(Usual::Text(""));
const EXPERT: Field = Field::text("expert", "邀请的审评专家", 100).usually(Usual::Text(""));
const VERSION: Field = Field::version()
    .hint("读取时这个环节的 version；还没有填过是 0")
    .usually(Usual::Number(0));

pub static RECORDED: Questions = Questions {
    rules: &[|reading, recorded| {
        let days = recorded.day(&BEGUN_ON).zip(recorded.day(&DONE_ON));
        if days.is_some_and(|(begun, done)| done < begun) {
            reading.reject(&DONE_ON, "完成日期早于开始日期");
        }
    }],
    ..Questions::of("StageRecorded", &[BEGUN_ON, DONE_ON, NOTE, EXPERT, VERSION])
};

/// Where a stage is in the path.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made")]
pub struct OfStage {
    /// 九个环节之一
    stage: OutreachStage,
}

pub fn known(stage: &str) -> Result<OutreachStage, Problem> {
    OutreachStage::ALL
        .iter()
        .copied()
        .find(|known| known.code() == stage)
        .ok_or_else(Problem::not_found)
}

pub async fn record_stage(
    context: Context,
    Path((id, stage)): Path<(String, String)>,
    Body(given): Body<Item>,
) -> Answer {
    record(&context, &id, known(&stage)?, Submission::Document(&given)).await?;
    Ok(json_text(find(&context, &id).await?))
}

async fn record(
    context: &Context,
    id: &str,
    stage: OutreachStage,
    sent: Submission<'_>,
) -> Result<(), Problem> {
    let recorded = RECORDED.read(context, sent).await?;
    let before = now(context, id, stage).await?;
    let sql = "INSERT INTO outreach_stage (case_id, stage, begun_on, done_on, expert, note, changed_by, changed_at)
               SELECT c.id, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM outreach_case c WHERE c.id = ?1 AND c.outcome IS NULL
               ON CONFLICT (case_id, stage) DO UPDATE SET begun_on = excluded.begun_on, done_on = excluded.done_on,
                   expert = excluded.expert, note = excluded.note, version = outreach_stage.version + 1,
                   changed_by = excluded.changed_by, changed_at = excluded.changed_at
               WHERE outreach_stage.version = ?9 RETURNING version";
    let parameters = [
        id.into(),
        stage.code().into(),
        recorded.value(&BEGUN_ON),
        recorded.value(&DONE_ON),
        recorded.value(&EXPERT),
        recorded.value(&NOTE),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        recorded.value(&VERSION),
    ];
    if context.store.run(sql, parameters).await? == 1 {
        return Ok(());
    }
    if !before.case_is_open {
        return Err(closed());
    }
    let stage = now(context, id, stage).await?.stage;
    let same = [BEGUN_ON, DONE_ON, EXPERT, NOTE]
        .iter()
        .all(|field| stage[field.column] == json!(recorded.text(field)));
    if same {
        // The same words twice: a second click, or two people of one mind.
        return Ok(());
    }
    Err(Problem::changed_meanwhile(
        "这个环节刚被别人填写过，请看过现在的内容再改",
        stage,
    ))
}

struct Now {
    case_is_open: bool,
    stage: Json,
}

async fn now(context: &Context, id: &str, stage: OutreachStage) -> Result<Now, Problem> {
    let case: Json = serde_json::from_str(&find(context, id).await?).map_err(Problem::internal)?;
    let stages = case["stages"].as_array();
    let found =
        stages.and_then(|stages| stages.iter().find(|known| known["stage"] == stage.code()));
    Ok(Now {
        case_is_open: case["outcome"].is_null(),
        stage: found.cloned().unwrap_or(Json::Null),
    })
}

pub async fn submit(
    context: Context,
    Path((id, stage)): Path<(String, String)>,
    Form(values): Form<FormValues>,
) -> Answer {
    let known = known(&stage)?;
    match record(&context, &id, known, Submission::Form(&values)).await {
        Ok(()) => {
            Ok(Redirect::to(&format!("/license-outreach/cases/{id}#{stage}")).into_response())
        }
        Err(problem) => again(&context, &id, &stage, values, problem).await,
    }
}
