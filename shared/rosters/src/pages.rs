//! The import as pages: drop a file, see what will change, confirm, watch the rows go in. The rows wait in slices in the
//! roster's staging table; each is applied by one statement, so a crash in the middle costs nothing but a second click.

use crate::check::{self, Found, Slices};
use crate::{Flaw, Roster, api};
use axum::extract::Request;
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::TimeDelta;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use web::extract::Path;
use web::form::Errors;
use web::problem::FieldError;
use web::respond::refused;
use web::{Answer, Context, Problem, page, seal, upload};

/// How long a workbook waits for its confirmation.
const KEPT: TimeDelta = TimeDelta::hours(24);
/// How long one step writes before the page shows how far it is.
const STEP: Duration = Duration::from_millis(1_500);
/// Flaws that a page lists; the rest is counted.
const LISTED: usize = 500;

/// Part 0 of a staged import.
#[derive(Serialize, Deserialize)]
struct Plan {
    file: String,
    found: Found,
    rejected: usize,
    warnings: usize,
    /// Of each part, the headings that the roster knows: they decide which columns are written.
    headings: Vec<Vec<String>>,
}

#[derive(Deserialize)]
struct Staged {
    content: String,
    parts: u64,
    applied: u64,
    created: u64,
    updated: u64,
}

#[derive(Deserialize)]
struct Part {
    part: i64,
    content: String,
}

/// The button that leads to [`start`], for who may import.
pub fn import_button<R: Roster>(context: &Context) -> Markup {
    let office = context
        .caller
        .as_ref()
        .is_some_and(|caller| caller.role == domain::words::Role::Office);
    html! { @if office { a.main href={ (R::LIST) "/import" } { "导入" } } }
}

/// The page with the file field.
pub async fn start<R: Roster>(context: Context) -> Answer {
    Ok(upload_page::<R>(&context, &Errors::default()))
}

fn upload_page<R: Roster>(context: &Context, errors: &Errors) -> Response {
    let error = errors.of("file");
    page::page(
        context,
        &errors.title(&format!("导入{}", R::TITLE)),
        &html! {
            (errors.summary())
            h1 { "导入" (R::TITLE) }
            p { "支持 Excel（.xlsx）和 csv。表头可以在前十行的任意一行，列的顺序不限；导入前会先告诉您将有哪些变化。" }
            form.stack method="post" enctype="multipart/form-data" {
                div.field.wrong[error.is_some()] {
                    label for="file" { "选择文件，或把文件拖到这里" }
                    @if let Some(error) = error {
                        p.error id="file-error" { strong { "错误：" } (error) }
                    }
                    div.drop data-drop {
                        input id="file" name="file" type="file" required accept=".xlsx,.csv" aria-describedby=[error.map(|_| "file-error")];
                    }
                }
                button.main { "上传并检查" }
            }
            h2 { "认识的列" }
            div.scroll tabindex="0" role="region" aria-label="认识的列" {
                table {
                    thead { tr { th scope="col" { "列名" } th scope="col" { "也可以写作" } th scope="col" { "必须有" } } }
                    tbody {
                        @for column in R::COLUMNS {
                            tr {
                                th.tight scope="row" { (column.name) }
                                td { (column.synonyms.join("、")) }
                                td { @if column.required { "是" } @else { "否" } }
                            }
                        }
                    }
                }
            }
        },
    )
}

/// Takes the file, checks it and keeps its rows; then shows what will change.
pub async fn stage<R: Roster>(context: Context, request: Request) -> Answer {
    match stage_file::<R>(&context, request).await {
        Ok(id) => Ok(Redirect::to(&format!("{}/import/{id}", R::LIST)).into_response()),
        Err(problem) if problem.status.is_client_error() => {
            let errors = Errors(vec![FieldError::new("file", "", problem.detail.clone())]);
            Ok(refused(problem.status, upload_page::<R>(&context, &errors)))
        }
        Err(problem) => Err(problem),
    }
}

async fn stage_file<R: Roster>(context: &Context, request: Request) -> Result<String, Problem> {
    let upload = upload::file(request, api::FILE).await?;
    let file = upload.name.unwrap_or_else(|| "未命名文件".into());
    let rows = api::open::<R>(upload.pieces)?;
    let id = seal::random_token()?;
    let (account, now) = (context.caller()?.account.clone(), context.now.to_rfc3339());
    let table = R::STAGING;
    let sql = format!("DELETE FROM {table} WHERE created_at < ?1");
    context
        .store
        .run(&sql, [(context.now - KEPT).to_rfc3339().into()])
        .await?;
    let insert = format!(
        "INSERT INTO {table} (id, part, kind, account, content, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
    );
    let keep = async |part: i64, content: &str| {
        let kind = R::KIND;
        let parameters = [
            id.as_str().into(),
            part.into(),
            kind.into(),
            account.as_str().into(),
            content.into(),
            now.as_str().into(),
        ];
        context.store.run(&insert, parameters).await
    };
    let mut slices = Slices::<R, _>::of_file(rows, context.today());
    let mut part = 0;
    let mut headings: Vec<Vec<String>> = Vec::new();
    while let Some(slice) = slices.next(&context.store).await? {
        let compare = R::TABLE.compare(&|heading| slice.has(heading));
        slices.compare(&context.store, &compare, &slice).await?;
        part += 1;
        headings.push(
            slice
                .headings
                .iter()
                .map(|name| (*name).to_owned())
                .collect(),
        );
        keep(part, &slice.records).await?;
    }
    let mut found = api::sorted(slices.found);
    let (rejected, warnings) = (found.rejected.len(), found.warnings.len());
    found.rejected.truncate(LISTED);
    found.warnings.truncate(LISTED);
    let plan = Plan {
        file,
        found,
        rejected,
        warnings,
        headings,
    };
    // Last: without it, nothing is there to confirm.
    keep(0, &serde_json::to_string(&plan).map_err(Problem::internal)?).await?;
    Ok(id)
}

async fn staged<R: Roster>(context: &Context, id: &str) -> Result<(Plan, Staged), Problem> {
    let table = R::STAGING;
    let sql = format!(
        "SELECT max(content) FILTER (WHERE part = 0) AS content, count(*) FILTER (WHERE part > 0) AS parts,
                count(applied_at) AS applied, sum(created) AS created, sum(updated) AS updated
         FROM {table} WHERE id = ?1 AND kind = ?2 AND account = ?3 GROUP BY id HAVING content IS NOT NULL"
    );
    let account = &context.caller()?.account;
    let staged: Option<Staged> = context
        .store
        .first(&sql, [id.into(), R::KIND.into(), account.as_str().into()])
        .await?;
    let staged = staged.ok_or_else(Problem::not_found)?;
    let plan = serde_json::from_str(&staged.content).map_err(Problem::internal)?;
    Ok((plan, staged))
}

/// What will change, how far it is, or what has changed.
pub async fn show<R: Roster>(context: Context, Path(id): Path<String>) -> Answer {
    let (plan, staged) = staged::<R>(&context, &id).await?;
    let title = format!("导入{}", R::TITLE);
    let found = &plan.found;
    let done = staged.applied == staged.parts;
    let begun = staged.applied > 0;
    Ok(page::page(
        &context,
        &title,
        &html! {
            h1 {
                @if done && begun { "导入完成" } @else if begun { "正在导入" } @else { "将有这些变化" }
            }
            p { "文件：" (plan.file) }
            @if done && begun {
                div.panel role="status" {
                    p { "新增 " strong { (staged.created) } " 条，更新 " strong { (staged.updated) } " 条。" }
                }
                div.actions {
                    a.main href=(R::LIST) { "查看" (R::TITLE) }
                    a.second href={ (R::LIST) "/import" } { "再导入一份" }
                }
            } @else if staged.parts == 0 {
                div.panel { p { "这份文件里没有可以导入的行。" } }
                div.actions { a.main href={ (R::LIST) "/import" } { "换一份文件" } }
            } @else if begun {
                p { label for="progress" { "已写入 " (staged.applied) " / " (staged.parts) " 批" } }
                progress id="progress" max=(staged.parts) value=(staged.applied) {}
                form.actions method="post" action={ (R::LIST) "/import/" (id) "/apply" } data-onward {
                    button.main { "继续" }
                }
            }
            @if !(done && begun) {
                ul.counts {
                    (count("共读到", found.rows)) (count("新增", found.created)) (count("更新", found.updated))
                    (count("没有变化", found.unchanged)) (count("不能导入", plan.rejected as u64))
                }
            }
            @if !begun && staged.parts > 0 {
                form.actions method="post" action={ (R::LIST) "/import/" (id) "/apply" } {
                    button.main { "确认导入" }
                    a.second href={ (R::LIST) "/import" } { "换一份文件" }
                }
            }
            @for sheet in &found.sheets {
                @if let Some(said) = sheet.state.said() { p.note { "工作表“" (sheet.name) "”" (said) "。" } }
            }
            @if !found.ignored_columns.is_empty() {
                p.note { "没有用到的列：" (found.ignored_columns.join("、")) }
            }
            (flaws("不能导入的行", &found.rejected, plan.rejected))
            (flaws("请核对（已接受）", &found.warnings, plan.warnings))
        },
    ))
}

fn count(label: &str, count: u64) -> Markup {
    html! { li { strong { (count) } (label) } }
}

fn flaws(title: &str, flaws: &[Flaw], all: usize) -> Markup {
    html! {
        @if !flaws.is_empty() {
            h2 { (title) }
            @if all > flaws.len() {
                p.note { "共 " (all) " 处，这里列出前 " (flaws.len()) " 处。" }
            }
            div.scroll tabindex="0" role="region" aria-label=(title) {
                table {
                    thead { tr {
                        th.number scope="col" { "行号" } th scope="col" { "列" } th scope="col" { "内容" } th scope="col" { "原因" }
                    } }
                    tbody {
                        @for flaw in flaws {
                            tr {
                                td.number { @if let Some(sheet) = &flaw.sheet { (sheet) " " } (flaw.row) }
                                td.tight { (flaw.field) }
                                td { @if flaw.value.is_empty() { "（空）" } @else { (flaw.value) } }
                                td.name { (flaw.reason) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Writes the next slices, then shows how far it is.
pub async fn apply<R: Roster>(context: Context, Path(id): Path<String>) -> Answer {
    let (plan, _) = staged::<R>(&context, &id).await?;
    let table = R::STAGING;
    let brought = |part: i64| {
        let place = usize::try_from(part - 1).unwrap_or(usize::MAX);
        plan.headings.get(place).map_or(&[][..], Vec::as_slice)
    };
    let (by, at) = (context.caller()?.account.clone(), context.at());
    let next = format!(
        "SELECT part, content FROM {table} WHERE id = ?1 AND part > 0 AND applied_at IS NULL ORDER BY part LIMIT 1"
    );
    // Two clicks at once write a slice twice; the one that found nothing left to do must not hide what the other did.
    let mark = format!(
        "UPDATE {table} SET applied_at = ?3, created = max(created, ?4), updated = max(updated, ?5) WHERE id = ?1 AND part = ?2"
    );
    let began = Instant::now();
    while began.elapsed() < STEP {
        let part: Option<Part> = context.store.first(&next, [id.as_str().into()]).await?;
        let Some(part) = part else {
            break;
        };
        let headings = brought(part.part);
        let sql = R::TABLE.write(&|heading| headings.iter().any(|known| known == heading));
        let (created, updated) =
            check::write(&context.store, &sql, &part.content, &by, &at).await?;
        let counted = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let parameters = [
            id.as_str().into(),
            part.part.into(),
            at.as_str().into(),
            counted(created).into(),
            counted(updated).into(),
        ];
        context.store.run(&mark, parameters).await?;
    }
    Ok(Redirect::to(&format!("{}/import/{id}", R::LIST)).into_response())
}
