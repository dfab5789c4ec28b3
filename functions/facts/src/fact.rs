//! One fact on the desk: the paper behind it, and taking it back.

use crate::registers::{ACCIDENTS, HONOURS, INSPECTIONS, PENALTIES, SAMPLES};
use ::registers::Register;
use attachments::{MediaType, ReceivedFile, erase, fetch, keep, receive};
use axum::extract::Request;
use axum::response::{IntoResponse as _, Redirect};
use domain::office_date::chinese;
use domain::words::{FactKind, Word as _};
use http::StatusCode;
use maud::html;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::extract::{Form, Path, Query};
use web::form::{Errors, around};
use web::problem::FieldError;
use web::respond::{json_text, refused};
use web::{Answer, Context, Problem, page, seal};

const FILE: usize = 20 << 20;

/// Where a kind of fact is kept.
fn register(kind: FactKind) -> &'static Register {
    match kind {
        FactKind::Sample => &SAMPLES,
        FactKind::Penalty => &PENALTIES,
        FactKind::Inspection => &INSPECTIONS,
        FactKind::Honour => &HONOURS,
        FactKind::Accident => &ACCIDENTS,
    }
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "FactAsked")]
pub struct Asked {
    kind: FactKind,
    number: String,
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "programs read what the page does not show")]
pub struct Fact {
    kind: FactKind,
    number: String,
    uscc: String,
    name: Option<String>,
    title: String,
    said: String,
    happened_on: chrono::NaiveDate,
    documents: Vec<Document>,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "FactDocument")]
pub struct Document {
    id: String,
    name: String,
    #[schemars(with = "chrono::DateTime<chrono::FixedOffset>")]
    at: String,
}

const FACT: &str = "json_object('uscc', f.uscc, 'name', e.name, 'kind', f.kind, 'number', f.number, 'title', f.title, 'said', f.said, 'happened_on', f.happened_on,
    'documents', json((SELECT json_group_array(json_object('id', d.id, 'name', d.name, 'at', d.changed_at))
        FROM (SELECT * FROM fact_document WHERE kind = f.kind AND number = f.number ORDER BY changed_at) d)))";

/// The table of a kind of fact, and the column of its numbers.
fn kept(kind: FactKind) -> (&'static str, &'static str) {
    let register = register(kind);
    let key = register.fields.first().map_or("", |field| field.column);
    (register.table, key)
}

/// The fact as JSON, where it stands and the caller may know of it.
async fn text(context: &Context, asked: &Asked) -> Result<String, Problem> {
    let (table, key) = kept(asked.kind);
    let towns = context.caller()?.only_towns_json();
    let sql = format!(
        "SELECT coalesce((SELECT {FACT} FROM enterprise_fact f LEFT JOIN enterprise_ledger e ON e.uscc = f.uscc
        WHERE f.uscc = (SELECT t.uscc FROM {table} t WHERE t.{key} = ?2) AND f.kind = ?1 AND f.number = ?2
            AND (?3 IS NULL OR e.town IN (SELECT value FROM json_each(?3)))), '')"
    );
    let parameters = [
        asked.kind.code().into(),
        asked.number.as_str().into(),
        towns.into(),
    ];
    let text = context.store.text(&sql, parameters).await?;
    Some(text)
        .filter(|text| !text.is_empty())
        .ok_or_else(Problem::not_found)
}

fn here(asked: &Asked) -> String {
    format!(
        "/facts/fact?kind={}&number={}",
        asked.kind.code(),
        page::encode(&asked.number)
    )
}

pub async fn show(context: Context, Query(asked): Query<Asked>) -> Answer {
    fact_page(&context, &asked, &Errors::default()).await
}

pub async fn show_fact(context: Context, Query(asked): Query<Asked>) -> Answer {
    Ok(json_text(text(&context, &asked).await?))
}

async fn fact_page(context: &Context, asked: &Asked, errors: &Errors) -> Answer {
    let fact: Fact =
        serde_json::from_str(&text(context, asked).await?).map_err(Problem::internal)?;
    let office = context.caller()?.role == domain::words::Role::Office;
    let title = format!("{}：{}", asked.kind.chinese(), asked.number);
    let query = here(asked).replacen("/facts/fact?", "", 1);
    Ok(page::page(
        context,
        &errors.title(&title),
        &html! {
            (errors.summary())
            (crate::tabs::tabs(context))
            h1 { (title) }
            dl.facts {
                dt { "企业" } dd { a href={ "/enterprises/" (fact.uscc) } { (fact.name.as_deref().unwrap_or(&fact.uscc)) } }
                dt { "日期" } dd { (chinese(fact.happened_on)) }
                dt { "内容" } dd { (fact.title) }
                dt { "结果" } dd { (fact.said) }
            }
            @if office {
                div.actions { a.second href={ (register(asked.kind).path) "/" (page::encode(&asked.number)) "/edit" } { "修改" } }
            }
            h2 { "材料" }
            @if fact.documents.is_empty() { p { "还没有材料。请上传检验报告、处罚决定书等原件的扫描件或者照片。" } }
            ul.files { @for document in &fact.documents {
                li { a href={ "/facts/documents/" (document.id) } { (document.name) } "，" (document.at.get(..10).unwrap_or("")) }
            } }
            @if office {
                form.stack method="post" action={ "/facts/documents?" (query) } enctype="multipart/form-data" {
                    (around("file", "上传材料", Some("PDF 或者照片，不超过 20 MB"), errors.of("file"), &html! { input id="file" name="file" type="file" accept="application/pdf,image/jpeg,image/png,image/webp" required; }))
                    button.main { "上传" }
                }
                h2 { "撤销这条记录" }
                p { "录错了，或者决定被依法撤销、变更的，撤销以后不再作为依据；以它为依据的黑榜条目会自动撤下。" }
                form.stack method="post" action="/facts/revoke" {
                    input type="hidden" name="kind" value=(asked.kind.code()); input type="hidden" name="number" value=(asked.number);
                    p { label.choice { input type="checkbox" name="sure" value="yes" id="sure"; "我确认要撤销这条记录" } }
                    @if let Some(error) = errors.of("sure") { p.error { strong { "错误：" } (error) } }
                    button.second { "撤销" }
                }
            }
        },
    ))
}

async fn attach(context: &Context, asked: &Asked, request: Request) -> Result<String, Problem> {
    text(context, asked).await?;
    let ReceivedFile { name, attachment } = receive(request, attachments::DOCUMENTS, FILE).await?;
    let id = seal::random_token()?;
    let chunks = keep(&id, &attachment.bytes).await?;
    let sql = "INSERT INTO fact_document (id, kind, number, name, media_type, chunks, changed_by, changed_at)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE (SELECT count(*) FROM fact_document WHERE kind = ?2 AND number = ?3) < 20 RETURNING id";
    let parameters = [
        id.as_str().into(),
        asked.kind.code().into(),
        asked.number.as_str().into(),
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
#[schemars(rename = "FactAttached")]
pub struct Attached {
    id: String,
}

pub async fn attach_fact_document(
    context: Context,
    Query(asked): Query<Asked>,
    request: Request,
) -> Answer {
    let id = attach(&context, &asked, request).await?;
    Ok((StatusCode::CREATED, axum::Json(Attached { id })).into_response())
}

pub async fn submit(context: Context, Query(asked): Query<Asked>, request: Request) -> Answer {
    match attach(&context, &asked, request).await {
        Ok(_) => Ok(Redirect::to(&here(&asked)).into_response()),
        Err(problem) if problem.errors.is_empty() => Err(problem),
        Err(problem) => {
            let page = fact_page(&context, &asked, &Errors(problem.errors)).await?;
            Ok(refused(problem.status, page))
        }
    }
}

#[derive(Deserialize)]
struct Kept {
    kind: FactKind,
    number: String,
    name: String,
    media_type: String,
    chunks: usize,
}

pub async fn document(context: Context, Path(id): Path<String>) -> Answer {
    let sql = "SELECT kind, number, name, media_type, chunks FROM fact_document WHERE id = ?1";
    let kept: Option<Kept> = context.store.first(sql, [id.as_str().into()]).await?;
    let kept = kept.ok_or_else(Problem::not_found)?;
    let asked = Asked {
        kind: kept.kind,
        number: kept.number,
    };
    text(&context, &asked).await?;
    let media_type = MediaType::from_name(&kept.media_type)
        .ok_or_else(|| Problem::internal("an unknown media type"))?;
    let bytes = fetch(&id, kept.chunks)
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok(attachments::answer(&kept.name, media_type, bytes).map(Into::into))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "FactRevoked")]
pub struct Revoked {
    kind: FactKind,
    number: String,
    #[serde(default)]
    sure: Option<String>,
}

async fn revoke_it(context: &Context, asked: &Asked) -> Result<(), Problem> {
    text(context, asked).await?;
    let (table, key) = kept(asked.kind);
    let sql = format!(
        "UPDATE {table} SET revoked_on = ?2, version = version + 1, changed_by = ?3, changed_at = ?4 WHERE {key} = ?1 AND revoked_on IS NULL"
    );
    let parameters = [
        asked.number.as_str().into(),
        context.today().to_string().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    context.store.run(&sql, parameters).await?;
    Ok(())
}

pub async fn revoke_fact(
    context: Context,
    web::extract::Json(revoked): web::extract::Json<Revoked>,
) -> Answer {
    let asked = Asked {
        kind: revoked.kind,
        number: revoked.number,
    };
    revoke_it(&context, &asked).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub async fn revoke_submit(context: Context, Form(revoked): Form<Revoked>) -> Answer {
    let asked = Asked {
        kind: revoked.kind,
        number: revoked.number,
    };
    if revoked.sure.is_none() {
        let errors = Errors(vec![FieldError::secret("sure", "请先勾选确认")]);
        let page = fact_page(&context, &asked, &errors).await?;
        return Ok(refused(StatusCode::UNPROCESSABLE_ENTITY, page));
    }
    revoke_it(&context, &asked).await?;
    Ok(Redirect::to(register(asked.kind).path).into_response())
}
