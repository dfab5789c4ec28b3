//! The documents behind a fact: uploaded by the office, read by whoever may know of the fact.

use crate::fact::{FactQuery, address, fact_json, fact_page};
use attachments::{ReceivedFile, erase, keep, receive};
use axum::extract::Request;
use axum::response::{IntoResponse as _, Redirect};
use domain::words::{FactKind, Word as _};
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::Token;
use web::api::asks;
use web::extract::{Path, Query};
use web::form::Errors;
use web::respond::refused;
use web::routes::{BUREAU, DESK, Routes};
use web::{Answer, Context, Problem, seal};

pub fn routes(routes: Routes) -> Routes {
    routes
        .section("抽检处罚")
        .post("/facts/documents", BUREAU, submit)
        .get("/facts/documents/{id}", DESK, download)
        .post(
            "/api/v1/list-facts/documents",
            BUREAU.or(Token::Write),
            attach_fact_document,
        )
        .api(
            "给一条事实附材料（PDF 或者照片，20 MB 以内）",
            asks::<FactQuery>()
                .takes_file()
                .gives_new::<FactAttached>()
                .refuses(&[404]),
        )
}

/// The most bytes of a document.
const MOST_BYTES: usize = 20 << 20;

/// Keeps the file of a request with a fact, and gives its id.
///
/// # Errors
///
/// 404 where there is no such fact, 422 for a file that cannot be kept.
async fn attach(context: &Context, fact: &FactQuery, request: Request) -> Result<String, Problem> {
    fact_json(context, fact).await?;
    let ReceivedFile { name, attachment } =
        receive(request, attachments::DOCUMENTS, MOST_BYTES).await?;
    let id = seal::random_token()?;
    let chunks = keep(&id, &attachment.bytes).await?;
    let sql = "INSERT INTO fact_document (id, kind, number, name, media_type, chunks, changed_by, changed_at)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE (SELECT count(*) FROM fact_document WHERE kind = ?2 AND number = ?3) < 20 RETURNING id";
    let parameters = [
        id.as_str().into(),
        fact.kind.code().into(),
        fact.number.as_str().into(),
        name.as_str().into(),
        attachment.media_type.name().into(),
        i64::try_from(chunks).unwrap_or(i64::MAX).into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    if context.store.run(sql, parameters).await? == 1 {
        return Ok(id);
    }
    erase(&id, chunks).await?;
    Err(attachments::refused(&name, "一条记录最多 20 份材料"))
}

#[derive(Serialize, JsonSchema)]
struct FactAttached {
    id: String,
}

async fn attach_fact_document(
    context: Context,
    Query(fact): Query<FactQuery>,
    request: Request,
) -> Answer {
    let id = attach(&context, &fact, request).await?;
    Ok((StatusCode::CREATED, axum::Json(FactAttached { id })).into_response())
}

async fn submit(context: Context, Query(fact): Query<FactQuery>, request: Request) -> Answer {
    match attach(&context, &fact, request).await {
        Ok(_) => Ok(Redirect::to(&address(&fact)).into_response()),
        Err(problem) if problem.errors.is_empty() => Err(problem),
        Err(problem) => {
            let page = fact_page(&context, &fact, &Errors(problem.errors)).await?;
            Ok(refused(problem.status, page))
        }
    }
}

#[derive(Deserialize)]
struct StoredDocument {
    kind: FactKind,
    number: String,
    name: String,
    media_type: String,
    chunks: usize,
}

async fn download(context: Context, Path(id): Path<String>) -> Answer {
    let sql = "SELECT kind, number, name, media_type, chunks FROM fact_document WHERE id = ?1";
    let stored: Option<StoredDocument> = context.store.first(sql, [id.as_str().into()]).await?;
    let stored = stored.ok_or_else(Problem::not_found)?;
    // Whoever may not know of the fact may not have its documents.
    let fact = FactQuery {
        kind: stored.kind,
        number: stored.number,
    };
    fact_json(&context, &fact).await?;
    let shown = attachments::show(&id, &stored.name, &stored.media_type, stored.chunks).await?;
    Ok(shown.map(Into::into))
}
