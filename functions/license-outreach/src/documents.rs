//! Drawings, reports and photographs of a stage.

use crate::cases::{again, find};
use crate::stages::known;
use attachments::{MediaType, ReceivedFile, erase, fetch, keep, receive, refused};
use axum::extract::Request;
use axum::response::{IntoResponse as _, Redirect};
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use web::extract::Path;
use web::{Answer, Context, Problem, seal};

const FILE: usize = 20 << 20;
/// Documents of one case.
const MOST: i64 = 60;

#[derive(Serialize, JsonSchema)]
pub struct Attached {
    id: String,
}

pub async fn attach_document(
    context: Context,
    Path((id, stage)): Path<(String, String)>,
    request: Request,
) -> Answer {
    let document = attach(&context, &id, &stage, request).await?;
    Ok((StatusCode::CREATED, axum::Json(Attached { id: document })).into_response())
}

pub async fn submit(
    context: Context,
    Path((id, stage)): Path<(String, String)>,
    request: Request,
) -> Answer {
    match attach(&context, &id, &stage, request).await {
        Ok(_) => Ok(Redirect::to(&format!("/license-outreach/cases/{id}#{stage}")).into_response()),
        Err(problem) => again(&context, &id, &stage, BTreeMap::new(), problem).await,
    }
}

async fn attach(
    context: &Context,
    id: &str,
    stage: &str,
    request: Request,
) -> Result<String, Problem> {
    let stage = known(stage)?.to_owned();
    let case: Json = serde_json::from_str(&find(context, id).await?).map_err(Problem::internal)?;
    if !case["outcome"].is_null() {
        return Err(crate::cases::closed());
    }
    let ReceivedFile { name, attachment } = receive(request, attachments::DOCUMENTS, FILE).await?;
    let document = seal::random_token()?;
    let chunks = keep(&document, &attachment.bytes).await?;
    let sql = "INSERT INTO outreach_attachment (id, case_id, stage, name, media_type, bytes, chunks, changed_by, changed_at)
               SELECT ?1, c.id, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM outreach_case c
               WHERE c.id = ?2 AND c.outcome IS NULL
                   AND (SELECT count(*) FROM outreach_attachment d WHERE d.case_id = c.id AND d.removed_at IS NULL) < ?10 RETURNING id";
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let parameters = [
        document.as_str().into(),
        id.into(),
        domain::words::Word::code(stage).into(),
        name.as_str().into(),
        attachment.media_type.name().into(),
        count(attachment.bytes.len()).into(),
        count(chunks).into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        MOST.into(),
    ];
    if context.store.run(sql, parameters).await? == 1 {
        return Ok(document);
    }
    erase(&document, chunks).await?;
    Err(refused(&name, format!("一件上门服务最多 {MOST} 份附件")))
}

#[derive(Deserialize)]
struct Kept {
    case_id: String,
    stage: String,
    name: String,
    media_type: String,
    chunks: u32,
}

/// The document, where the caller may see its case.
async fn kept(context: &Context, id: &str) -> Result<Kept, Problem> {
    let sql = "SELECT case_id, stage, name, media_type, chunks FROM outreach_attachment WHERE id = ?1 AND removed_at IS NULL";
    let kept: Option<Kept> = context.store.first(sql, [id.into()]).await?;
    let kept = kept.ok_or_else(Problem::not_found)?;
    find(context, &kept.case_id).await?;
    Ok(kept)
}

pub async fn show(context: Context, Path(id): Path<String>) -> Answer {
    let kept = kept(&context, &id).await?;
    let media_type = MediaType::from_name(&kept.media_type)
        .ok_or_else(|| Problem::internal("an unknown media type"))?;
    let bytes = fetch(&id, kept.chunks as usize)
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok(attachments::answer(&kept.name, media_type, bytes).map(Into::into))
}

/// Takes a document off its case. The row stays for the audit; the bytes go.
pub async fn remove_submit(context: Context, Path(id): Path<String>) -> Answer {
    let kept = kept(&context, &id).await?;
    let sql = "UPDATE outreach_attachment SET removed_at = ?2, changed_by = ?3, changed_at = ?2
               WHERE id = ?1 AND removed_at IS NULL
                   AND EXISTS (SELECT 1 FROM outreach_case c WHERE c.id = case_id AND c.outcome IS NULL) RETURNING id";
    let by = context.caller()?.account.as_str();
    if context
        .store
        .run(sql, [id.as_str().into(), context.at().into(), by.into()])
        .await?
        == 1
    {
        erase(&id, kept.chunks as usize).await?;
    }
    let target = format!("/license-outreach/cases/{}#{}", kept.case_id, kept.stage);
    Ok(Redirect::to(&target).into_response())
}
