//! One of the nine stages: dates, the expert invited, what was advised. Each has its own version, so that two people at two
//! stages of one case do not disturb each other; at the same stage the second is told what the first has written.

use crate::cases::{again, closed, find, past_date};
use axum::response::{IntoResponse as _, Redirect};
use domain::words::{OutreachStage, Word as _};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use web::extract::{Form, Json as Body, Path};
use web::problem::FieldError;
use web::respond::json_text;
use web::{Answer, Context, Problem};

/// The longest note, in characters.
const NOTE: usize = 4_000;

#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "StageRecorded")]
pub struct Recorded {
    #[schemars(with = "Option<web::api::Day>")]
    begun_on: Option<String>,
    #[schemars(with = "Option<web::api::Day>")]
    done_on: Option<String>,
    note: Option<String>,
    expert: Option<String>,
    /// 读取时这个环节的 version；还没有填过是 0
    version: Option<i64>,
}

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
    Body(recorded): Body<Recorded>,
) -> Answer {
    record(&context, &id, known(&stage)?, &recorded).await?;
    Ok(json_text(find(&context, &id).await?))
}

async fn record(
    context: &Context,
    id: &str,
    stage: OutreachStage,
    recorded: &Recorded,
) -> Result<(), Problem> {
    let mut errors = Vec::new();
    let mut day = |field: &str, typed: &Option<String>| {
        past_date(context, field, typed.as_deref().unwrap_or(""), &mut errors)
    };
    let begun = day("begun_on", &recorded.begun_on);
    let done = day("done_on", &recorded.done_on);
    if let (Some(begun), Some(done)) = (begun, done)
        && done < begun
    {
        errors.push(FieldError::new(
            "done_on",
            done.to_string(),
            "完成日期早于开始日期",
        ));
    }
    let text = |value: &Option<String>| value.as_deref().unwrap_or("").trim().to_owned();
    let (note, expert) = (text(&recorded.note), text(&recorded.expert));
    if note.chars().count() > NOTE {
        errors.push(FieldError::new("note", "", format!("超过 {NOTE} 个字")));
    }
    if expert.chars().count() > 100 {
        errors.push(FieldError::new("expert", "", "超过 100 个字"));
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let before = now(context, id, stage).await?;
    let sql = "INSERT INTO outreach_stage (case_id, stage, begun_on, done_on, expert, note, changed_by, changed_at)
               SELECT c.id, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM outreach_case c WHERE c.id = ?1 AND c.outcome IS NULL
               ON CONFLICT (case_id, stage) DO UPDATE SET begun_on = excluded.begun_on, done_on = excluded.done_on,
                   expert = excluded.expert, note = excluded.note, version = outreach_stage.version + 1,
                   changed_by = excluded.changed_by, changed_at = excluded.changed_at
               WHERE outreach_stage.version = ?9 RETURNING version";
    let date = |date: Option<chrono::NaiveDate>| date.map(|date| date.to_string());
    let parameters = [
        id.into(),
        stage.code().into(),
        date(begun).into(),
        date(done).into(),
        expert.as_str().into(),
        note.as_str().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        recorded.version.unwrap_or(0).into(),
    ];
    if context.store.run(sql, parameters).await? == 1 {
        return Ok(());
    }
    if !before.case_is_open {
        return Err(closed());
    }
    let stage = now(context, id, stage).await?.stage;
    let same = stage["begun_on"] == serde_json::json!(date(begun))
        && stage["done_on"] == serde_json::json!(date(done))
        && stage["expert"] == *expert
        && stage["note"] == *note;
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
    Form(mut values): Form<BTreeMap<String, String>>,
) -> Answer {
    let known = known(&stage)?;
    let recorded = Recorded {
        begun_on: values.get("begun_on").cloned(),
        done_on: values.get("done_on").cloned(),
        note: values.get("note").cloned(),
        expert: values.get("expert").cloned(),
        version: values
            .get("version")
            .and_then(|version| version.parse().ok()),
    };
    match record(&context, &id, known, &recorded).await {
        Ok(()) => {
            Ok(Redirect::to(&format!("/license-outreach/cases/{id}#{stage}")).into_response())
        }
        Err(problem) => {
            // The form is shown with the version that is there now: saved once more, it stands over it.
            values.remove("version");
            again(&context, &id, &stage, values, problem).await
        }
    }
}
