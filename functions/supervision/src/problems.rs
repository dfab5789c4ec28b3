//! Problems that visits have found: with photographs, and a day to mend them by.

use crate::tabs::tabs;
use attachments::{MediaType, ReceivedFile, erase, fetch, keep, receive, refused};
use axum::extract::Request;
use axum::response::IntoResponse as _;
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::Role;
use http::StatusCode;
use maud::html;
use registers::{Column, Filter, Input, List, Member};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::extract::Path;
use web::form::{Errors, around, outcome};
use web::{Answer, Context, Problem, page as frame, seal};

const PHOTO: usize = 20 << 20;
/// Photographs of one problem.
const MOST: i64 = 6;

/// Whether the caller may know of `visit_problem` (?1): officials of what they hold on ?2 or found themselves (?3), the desk of
/// its towns (?4).
pub const MINE: &str = "EXISTS (SELECT 1 FROM supervised_enterprise e LEFT JOIN assignment a ON a.uscc = e.uscc AND a.cadre_no = ?3
        AND (a.starts_on IS NULL OR a.starts_on <= ?2) AND (a.ends_on IS NULL OR a.ends_on >= ?2)
    WHERE e.uscc = visit_problem.uscc AND iif(?3 IS NULL, ?4 IS NULL OR e.town IN (SELECT value FROM json_each(?4)), a.id IS NOT NULL))";

/// ?3 of [`MINE`]: the number of an official, nothing for the desk.
pub fn cadre_of(context: &Context) -> Result<Option<String>, Problem> {
    let caller = context.caller()?;
    Ok((caller.role == Role::Cadre).then(|| caller.cadre_no.clone().unwrap_or_default()))
}

fn standings() -> Vec<(&'static str, &'static str)> {
    vec![("open", "待整改"), ("mended", "已整改")]
}

fn standing(code: &str) -> Option<&'static str> {
    standings()
        .into_iter()
        .find(|(known, _)| *known == code)
        .map(|(_, name)| name)
}

pub static PROBLEMS: List = List {
    name: "problems",
    title: "发现的问题",
    path: "/supervision/problems",
    api: "/api/v1/supervision/problems",
    from: "visit_problem p JOIN enterprise_ledger e ON e.uscc = p.uscc JOIN cadre c ON c.cadre_no = p.cadre_no",
    id: "p.id",
    sort: Some("-found_on"),
    town: "e.town",
    cadre: Some("p.cadre_no"),
    nothing: "还没有记录到问题。",
    item: &[
        Member::text("id", "CAST(p.id AS TEXT)").always(),
        Member::text("uscc", "p.uscc"),
        Member::text("enterprise", "e.name"),
        Member::text("town", "e.town"),
        Member::text("text", "p.text"),
        Member::text("cadre_no", "p.cadre_no"),
        Member::text("cadre", "c.name"),
        Member::date("found_on", "p.found_on"),
        Member::date("mend_by", "p.mend_by"),
        Member::date("mended_on", "p.mended_on"),
        Member::text("mend_note", "p.mend_note"),
        Member::text("standing", "iif(p.mended_on IS NULL, 'open', 'mended')"),
        Member::whole(
            "photos",
            "(SELECT count(*) FROM problem_photo o WHERE o.problem_id = p.id)",
        )
        .always(),
    ],
    filters: &[
        Filter::search(
            "企业、问题或干部",
            "{found p.uscc} OR {part p.text} OR {part c.name}",
        ),
        Filter {
            name: "standing",
            label: "情况",
            input: Input::Choice(standings),
            condition: "iif(p.mended_on IS NULL, 'open', 'mended') = {}",
        },
        Filter::town("e.town = {}"),
    ],
    columns: &[
        Column::link("问题", "text", "/supervision/problems/", "id").also_for_officials(),
        Column::text("企业", "enterprise").by("e.name"),
        Column::text("镇街", "town").by("e.town"),
        Column::text("发现人", "cadre").by("c.name"),
        Column::date("发现日期", "found_on").by("p.found_on"),
        Column::date("整改期限", "mend_by").by("p.mend_by"),
        Column::named("情况", "standing", standing).by("p.mended_on"),
        Column::number("照片", "photos"),
    ],
    above: tabs,
    ..List::PLAIN
};

#[derive(Deserialize)]
struct Found {
    id: String,
    uscc: String,
    enterprise: String,
    text: String,
    found_on: NaiveDate,
    mend_by: Option<NaiveDate>,
    mended_on: Option<NaiveDate>,
    mend_note: String,
    photos: Vec<String>,
}

async fn find(context: &Context, id: &str) -> Result<Found, Problem> {
    let id: i64 = id.parse().map_err(|_| Problem::not_found())?;
    let sql = format!(
        "SELECT coalesce((SELECT json_object('id', CAST(id AS TEXT), 'uscc', uscc, 'enterprise', (SELECT e.name FROM enterprise_ledger e WHERE e.uscc = visit_problem.uscc),
            'text', text, 'found_on', found_on, 'mend_by', mend_by, 'mended_on', mended_on, 'mend_note', mend_note,
            'photos', json((SELECT json_group_array(o.id) FROM (SELECT id FROM problem_photo WHERE problem_id = visit_problem.id ORDER BY changed_at, id) o)))
         FROM visit_problem WHERE id = ?1 AND {MINE}), '')"
    );
    let parameters = [
        id.into(),
        context.today().to_string().into(),
        cadre_of(context)?.into(),
        context.caller()?.only_towns_json().into(),
    ];
    let text = context.store.text(&sql, parameters).await?;
    if text.is_empty() {
        return Err(Problem::not_found());
    }
    serde_json::from_str(&text).map_err(Problem::internal)
}

pub async fn page(context: Context, Path(id): Path<String>) -> Answer {
    let found = find(&context, &id).await?;
    Ok(shown(&context, &found, &Errors::default()))
}

fn shown(context: &Context, found: &Found, errors: &Errors) -> axum::response::Response {
    let official = context
        .caller
        .as_ref()
        .is_some_and(|caller| caller.role == Role::Cadre);
    frame::page(
        context,
        &errors.title(&found.text),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { (found.text) }
            dl.facts {
                dt { "企业" } dd { (found.enterprise) }
                dt { "发现日期" } dd { (chinese(found.found_on)) }
                dt { "整改期限" } dd { (found.mend_by.map_or_else(|| "当场整改".to_owned(), chinese)) }
                dt { "整改" } dd { (found.mended_on.map_or_else(|| "还没有".to_owned(), chinese)) @if !found.mend_note.is_empty() { "，" (found.mend_note) } }
            }
            @if found.photos.is_empty() { p { "没有照片。" } }
            div.photos { @for (place, photo) in found.photos.iter().enumerate() {
                a href={ "/supervision/photos/" (photo) } { img src={ "/supervision/photos/" (photo) } alt={ "照片 " (place + 1) } loading="lazy"; }
            } }
            @if official {
                form.stack method="post" enctype="multipart/form-data" action={ "/supervision/problems/" (found.id) "/photos" } {
                    (around("file", "加一张照片", Some("jpg、png 或 webp；照片里的拍摄地点等信息会去掉"), errors.of("file"), &html! {
                        input id="file" name="file" type="file" accept="image/*" capture="environment" required;
                    }))
                    button.second { "上传" }
                }
                p { a href={ "/supervision/mine/" (found.uscc) } { "回到这家企业" } }
            }
        },
    )
}

#[derive(Serialize, JsonSchema)]
pub struct Photo {
    id: String,
}

pub async fn attach_photo(context: Context, Path(id): Path<String>, request: Request) -> Answer {
    let found = find(&context, &id).await?;
    let photo = attach(&context, &found, request).await?;
    Ok((StatusCode::CREATED, axum::Json(Photo { id: photo })).into_response())
}

pub async fn photo_submit(context: Context, Path(id): Path<String>, request: Request) -> Answer {
    let found = find(&context, &id).await?;
    outcome(
        attach(&context, &found, request).await,
        |_| format!("/supervision/problems/{id}"),
        async |errors| Ok(shown(&context, &found, &errors)),
    )
    .await
}

async fn attach(context: &Context, found: &Found, request: Request) -> Result<String, Problem> {
    let ReceivedFile { name, attachment } = receive(request, attachments::PHOTOS, PHOTO).await?;
    let photo = seal::random_token()?;
    let chunks = keep(&photo, &attachment.bytes).await?;
    let sql = "INSERT INTO problem_photo (id, problem_id, name, media_type, bytes, chunks, changed_by, changed_at)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE (SELECT count(*) FROM problem_photo WHERE problem_id = ?2) < ?9 RETURNING id";
    let problem: i64 = found.id.parse().map_err(Problem::internal)?;
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let parameters = [
        photo.as_str().into(),
        problem.into(),
        name.as_str().into(),
        attachment.media_type.name().into(),
        count(attachment.bytes.len()).into(),
        count(chunks).into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        MOST.into(),
    ];
    if context.store.run(sql, parameters).await? == 1 {
        return Ok(photo);
    }
    erase(&photo, chunks).await?;
    Err(refused(&name, format!("一个问题最多 {MOST} 张照片")))
}

pub async fn show_photo(context: Context, Path(id): Path<String>) -> Answer {
    #[derive(Deserialize)]
    struct Kept {
        problem: String,
        name: String,
        media_type: String,
        chunks: u32,
    }
    let sql = "SELECT CAST(problem_id AS TEXT) AS problem, name, media_type, chunks FROM problem_photo WHERE id = ?1";
    let kept: Option<Kept> = context.store.first(sql, [id.as_str().into()]).await?;
    let kept = kept.ok_or_else(Problem::not_found)?;
    find(&context, &kept.problem).await?;
    let media_type = MediaType::from_name(&kept.media_type)
        .ok_or_else(|| Problem::internal("an unknown media type"))?;
    let bytes = fetch(&id, kept.chunks as usize)
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok(attachments::answer(&kept.name, media_type, bytes).map(Into::into))
}
