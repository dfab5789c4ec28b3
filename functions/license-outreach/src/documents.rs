//! The drawings, reports and photographs that are attached to a stage of a case.

use crate::case::{case_closed, find_case};
use crate::case_page::show_refused;
use crate::stages::{StagePath, parse_stage};
use crate::{DOOR, FIELD};
use attachments::{ReceivedFile, erase, keep, receive, refused};
use axum::extract::Request;
use axum::response::{IntoResponse as _, Redirect};
use domain::words::Word as _;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use web::api::at;
use web::extract::Path;
use web::routes::Routes;
use web::{Answer, Context, Problem, Token, seal};

pub fn routes(routes: Routes) -> Routes {
    routes
        .post(
            "/license-outreach/cases/{id}/stages/{stage}/documents",
            DOOR,
            submit_document,
        )
        .get("/license-outreach/documents/{id}", FIELD, show_document)
        .post(
            "/license-outreach/documents/{id}/remove",
            DOOR,
            remove_document,
        )
        .post(
            "/api/v1/license-outreach/cases/{id}/stages/{stage}/documents",
            DOOR.or(Token::Write),
            attach_document,
        )
        .api(
            "上传图纸、照片（jpg、png、webp、PDF，20 MB 以内）",
            at::<StagePath>()
                .takes_file()
                .gives_new::<AttachedDocument>(),
        )
}

/// The most bytes that one document may have: 20 MiB.
const LONGEST_FILE: usize = 20 << 20;
/// The most documents that one case may have.
const MOST_DOCUMENTS: i64 = 60;

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Attached")]
struct AttachedDocument {
    id: String,
}

async fn attach_document(
    context: Context,
    Path((id, stage)): Path<(String, String)>,
    request: Request,
) -> Answer {
    let document = store_document(&context, &id, &stage, request).await?;
    Ok((
        StatusCode::CREATED,
        axum::Json(AttachedDocument { id: document }),
    )
        .into_response())
}

async fn submit_document(
    context: Context,
    Path((id, stage)): Path<(String, String)>,
    request: Request,
) -> Answer {
    match store_document(&context, &id, &stage, request).await {
        Ok(_) => Ok(Redirect::to(&format!("/license-outreach/cases/{id}#{stage}")).into_response()),
        Err(problem) => show_refused(&context, &id, &stage, BTreeMap::new(), problem).await,
    }
}

/// Keeps a file as a document of the stage, and gives its id.
async fn store_document(
    context: &Context,
    id: &str,
    stage: &str,
    request: Request,
) -> Result<String, Problem> {
    let stage = parse_stage(stage)?;
    let case: Json =
        serde_json::from_str(&find_case(context, id).await?).map_err(Problem::internal)?;
    if !case["outcome"].is_null() {
        return Err(case_closed());
    }
    let ReceivedFile { name, attachment } =
        receive(request, attachments::DOCUMENTS, LONGEST_FILE).await?;
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
        stage.code().into(),
        name.as_str().into(),
        attachment.media_type.name().into(),
        count(attachment.bytes.len()).into(),
        count(chunks).into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        MOST_DOCUMENTS.into(),
    ];
    if context.store.run(sql, parameters).await? == 1 {
        return Ok(document);
    }
    erase(&document, chunks).await?;
    Err(refused(
        &name,
        format!("一件上门服务最多 {MOST_DOCUMENTS} 份附件"),
    ))
}

/// What the table says of a document; its bytes lie in the key-value store.
#[derive(Deserialize)]
struct StoredDocument {
    case_id: String,
    stage: String,
    name: String,
    media_type: String,
    chunks: u32,
}

/// The document, where the caller may see its case.
async fn find_document(context: &Context, id: &str) -> Result<StoredDocument, Problem> {
    let sql = "SELECT case_id, stage, name, media_type, chunks FROM outreach_attachment WHERE id = ?1 AND removed_at IS NULL";
    let document: Option<StoredDocument> = context.store.first(sql, [id.into()]).await?;
    let document = document.ok_or_else(Problem::not_found)?;
    find_case(context, &document.case_id).await?;
    Ok(document)
}

async fn show_document(context: Context, Path(id): Path<String>) -> Answer {
    let document = find_document(&context, &id).await?;
    let shown = attachments::show(
        &id,
        &document.name,
        &document.media_type,
        document.chunks as usize,
    )
    .await?;
    Ok(shown.map(Into::into))
}

/// Takes a document off its case. The row stays for the audit; the bytes go.
async fn remove_document(context: Context, Path(id): Path<String>) -> Answer {
    let document = find_document(&context, &id).await?;
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
        erase(&id, document.chunks as usize).await?;
    }
    let target = format!(
        "/license-outreach/cases/{}#{}",
        document.case_id, document.stage
    );
    Ok(Redirect::to(&target).into_response())
}
