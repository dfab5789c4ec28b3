//! The photographs of a problem.

use crate::problems::{VisitProblem, find_problem, render_problem};
use crate::{CADRE, STAFF};
use attachments::{Attachment, ReceivedFile, erase, keep, receive, refused};
use axum::extract::Request;
use axum::response::IntoResponse as _;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::api::takes_file;
use web::extract::Path;
use web::form::outcome;
use web::routes::Routes;
use web::{Answer, Context, Problem, seal};

pub fn routes(routes: Routes) -> Routes {
    routes
        .post("/supervision/problems/{id}/photos", CADRE, submit_photo)
        .get("/supervision/photos/{id}", STAFF, show_photo)
        .post(
            "/api/v1/supervision/problems/{id}/photos",
            CADRE,
            attach_photo,
        )
        .api(
            "给问题加一张照片；最多 6 张",
            takes_file().gives_new::<Photo>(),
        )
}

/// The most bytes that one photograph may have: 20 MiB.
const LONGEST_PHOTO: usize = 20 << 20;

/// The most photographs that one problem may have.
pub const MOST_PHOTOS: i64 = 6;

#[derive(Serialize, JsonSchema)]
struct Photo {
    id: String,
}

async fn attach_photo(context: Context, Path(id): Path<String>, request: Request) -> Answer {
    let problem = find_problem(&context, &id).await?;
    let photo = store_photo(&context, &problem, request).await?;
    Ok((StatusCode::CREATED, axum::Json(Photo { id: photo })).into_response())
}

async fn submit_photo(context: Context, Path(id): Path<String>, request: Request) -> Answer {
    let problem = find_problem(&context, &id).await?;
    outcome(
        store_photo(&context, &problem, request).await,
        |_| format!("/supervision/problems/{id}"),
        async |errors| Ok(render_problem(&context, &problem, &errors)),
    )
    .await
}

/// Keeps a photograph of the problem, and gives its id.
async fn store_photo(
    context: &Context,
    problem: &VisitProblem,
    request: Request,
) -> Result<String, Problem> {
    let ReceivedFile { name, attachment } =
        receive(request, attachments::PHOTOS, LONGEST_PHOTO).await?;
    keep_photo(context, &problem.id, &name, &attachment).await
}

/// Keeps the photographs that a visit was sent with, but for those that were kept when it was sent before.
pub async fn keep_new_photos(
    context: &Context,
    problem: &str,
    photos: Vec<(String, Attachment)>,
) -> Result<(), Problem> {
    if photos.is_empty() {
        return Ok(());
    }
    let sql = "SELECT CAST(count(*) AS TEXT) FROM problem_photo WHERE problem_id = ?1";
    let kept: usize = context.store.json(sql, [number(problem)?.into()]).await?;
    for (name, attachment) in photos.into_iter().skip(kept) {
        keep_photo(context, problem, &name, &attachment).await?;
    }
    Ok(())
}

fn number(problem: &str) -> Result<i64, Problem> {
    problem.parse().map_err(Problem::internal)
}

async fn keep_photo(
    context: &Context,
    problem: &str,
    name: &str,
    attachment: &Attachment,
) -> Result<String, Problem> {
    let photo = seal::random_token()?;
    let chunks = keep(&photo, &attachment.bytes).await?;
    let sql = "INSERT INTO problem_photo (id, problem_id, name, media_type, bytes, chunks, changed_by, changed_at)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE (SELECT count(*) FROM problem_photo WHERE problem_id = ?2) < ?9 RETURNING id";
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let parameters = [
        photo.as_str().into(),
        number(problem)?.into(),
        name.into(),
        attachment.media_type.name().into(),
        count(attachment.bytes.len()).into(),
        count(chunks).into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        MOST_PHOTOS.into(),
    ];
    if context.store.run(sql, parameters).await? == 1 {
        return Ok(photo);
    }
    erase(&photo, chunks).await?;
    Err(refused(name, format!("一个问题最多 {MOST_PHOTOS} 张照片")))
}

async fn show_photo(context: Context, Path(id): Path<String>) -> Answer {
    #[derive(Deserialize)]
    struct StoredPhoto {
        problem: String,
        name: String,
        media_type: String,
        chunks: u32,
    }
    let sql = "SELECT CAST(problem_id AS TEXT) AS problem, name, media_type, chunks FROM problem_photo WHERE id = ?1";
    let photo: Option<StoredPhoto> = context.store.first(sql, [id.as_str().into()]).await?;
    let photo = photo.ok_or_else(Problem::not_found)?;
    find_problem(&context, &photo.problem).await?;
    let shown =
        attachments::show(&id, &photo.name, &photo.media_type, photo.chunks as usize).await?;
    Ok(shown.map(Into::into))
}
