//! The photographs and videos of a draft: added, looked at and taken away on a page of the form.

use crate::drafts::{self, BrowserDraft};
use crate::form_parts::{self, FormParts};
use crate::question::Question;
use crate::question_pages::question_page;
use crate::{limits, uploads};
use attachments::Sound;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Redirect};
use http::{HeaderMap, StatusCode};
use web::extract::Path;
use web::form::Errors;
use web::problem::FieldError;
use web::respond::refused;
use web::upload;
use web::{Answer, Context, Problem, Routes, Who::Everybody};

pub fn routes(routes: Routes) -> Routes {
    routes
        .post("/complaints/new/photos/add", Everybody, add_photos)
        .get("/complaints/new/photos/{id}", Everybody, show_photo)
        .post(
            "/complaints/new/photos/{id}/remove",
            Everybody,
            remove_photo,
        )
}

/// The draft of this browser that is not sent yet.
async fn unsent_draft(
    context: &Context,
    headers: &HeaderMap,
) -> Result<Option<BrowserDraft>, Problem> {
    let browser_draft = drafts::open_draft(context, headers).await?;
    Ok(browser_draft.filter(|browser_draft| !browser_draft.draft.is_sent))
}

async fn add_photos(context: Context, request: Request) -> Answer {
    let (head, body) = request.into_parts();
    let Some(mut browser_draft) = unsent_draft(&context, &head.headers).await? else {
        return Ok(Redirect::to("/complaints").into_response());
    };
    let boundary = upload::boundary(&head.headers)
        .ok_or_else(|| Problem::unsupported("请用网页上的表单上传"))?;
    let kept = async {
        let form = form_parts::read_form(body, boundary).await?;
        let (stays, sound) = (form.field("do") == "more", form.sound());
        let files = keep_photos(&context, form, &browser_draft).await?;
        Ok((files, stays, sound))
    };
    let (files, stays, sound) = match kept.await {
        Ok(kept) => kept,
        Err(problem) => return show_refusal(&context, &browser_draft, problem).await,
    };
    let cookie = browser_draft
        .change(&context, |draft| {
            draft.without_sound = sound == Sound::Removed;
            draft.files.extend(files.iter().cloned());
            draft.files.truncate(uploads::MOST_FILES);
        })
        .await?;
    let next = match stays {
        true => Question::Photos,
        false => Question::Photos.next(&browser_draft.draft),
    };
    Ok(drafts::with_cookie(
        Redirect::to(&next.path()).into_response(),
        cookie,
    ))
}

/// Keeps the files of the form, or says why the draft cannot take them.
async fn keep_photos(
    context: &Context,
    form: FormParts,
    browser_draft: &BrowserDraft,
) -> Result<Vec<uploads::File>, Problem> {
    let bytes: usize = form.files.iter().map(|(_, bytes)| bytes.len()).sum();
    if !form.files.is_empty() {
        let files = &browser_draft.draft.files;
        uploads::check_room(files, form.files.len(), bytes)?;
    }
    limits::admit_files(context, bytes).await?;
    let sound = form.sound();
    uploads::keep_all(context, form.files, sound).await
}

/// The page of the photographs, with what is wrong with the files; other problems stay what they are.
async fn show_refusal(context: &Context, browser_draft: &BrowserDraft, problem: Problem) -> Answer {
    if !matches!(
        problem.status,
        StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::UNPROCESSABLE_ENTITY
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::SERVICE_UNAVAILABLE
    ) {
        return Err(problem);
    }
    let reason = match problem.errors.is_empty() {
        true => problem.detail.clone(),
        false => problem
            .errors
            .iter()
            .map(|error| error.reason.as_str())
            .collect(),
    };
    let errors = Errors(vec![FieldError::secret("file", reason)]);
    let page = question_page(context, Question::Photos, &browser_draft.draft, &errors).await?;
    Ok(refused(problem.status, page))
}

async fn remove_photo(context: Context, headers: HeaderMap, Path(id): Path<String>) -> Answer {
    if let Some(mut browser_draft) = unsent_draft(&context, &headers).await? {
        let removed: Vec<_> = browser_draft
            .draft
            .files
            .iter()
            .filter(|file| file.id == id)
            .cloned()
            .collect();
        browser_draft
            .change(&context, |draft| draft.files.retain(|file| file.id != id))
            .await?;
        uploads::drop_unused(&context, &removed).await?;
    }
    Ok(Redirect::to(&Question::Photos.path()).into_response())
}

/// A small picture of the draft, for whoever holds it.
async fn show_photo(context: Context, headers: HeaderMap, Path(id): Path<String>) -> Answer {
    let browser_draft = drafts::open_draft(&context, &headers)
        .await?
        .ok_or_else(Problem::not_found)?;
    let file = browser_draft
        .draft
        .files
        .iter()
        .find(|file| file.id == id)
        .ok_or_else(Problem::not_found)?;
    uploads::answer_file(file, uploads::Size::Thumbnail).await
}
