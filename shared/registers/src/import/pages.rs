//! The import as pages: drop a file, see what will change, confirm, watch the rows go in. What waits is in slices; each is applied by
//! one statement, so a crash in the middle costs nothing but a second click.

use super::check::{self, Slices};
use super::report::{ImportReport, RejectedRow};
use super::staged_import::{PartKind, StagedImport};
use super::{FILE, UnreadableFile, open, sort_flaws, source};
use crate::opened::Opened;
use crate::reading::Flaw;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Redirect};
use bytes::Bytes;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use sheets::Rows;
use sheets::xlsx_out::{Cell, Heading, Workbook};
use std::time::{Duration, Instant};
use web::form::Errors;
use web::problem::FieldError;
use web::respond::{self, refused};
use web::{Answer, Context, Problem, page, upload};

/// How long one step writes before the page shows how far it is.
const STEP: Duration = Duration::from_millis(1_500);
/// Flaws that a page lists; the rest is counted.
const LISTED: usize = 500;

/// What a file would change.
#[derive(Serialize, Deserialize)]
struct Plan {
    file: String,
    found: ImportReport,
    rejected: usize,
    warnings: usize,
    /// The headings of each slice that the register knows: they decide which columns are written.
    headings: Vec<Vec<String>>,
    /// Whether the file is kept, so that its columns can be told.
    kept: bool,
}

/// The page with the file field.
pub(crate) async fn start(opened: &'static Opened, context: Context) -> Answer {
    upload_page(opened, &context, &Errors::default()).await
}

async fn upload_page(opened: &Opened, context: &Context, errors: &Errors) -> Answer {
    let error = errors.of("file");
    let title = opened.register.title;
    let sources = source::all(context, opened).await?;
    Ok(page::page(
        context,
        &errors.title(&format!("导入{title}")),
        &html! {
            (errors.summary())
            h1 { "导入" (title) }
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
            p { "表里的列名和下面都对不上也没关系：上传以后请您指一次哪一列是什么，系统会记住。" }
            div.scroll tabindex="0" role="region" aria-label="认识的列" {
                table {
                    thead { tr { th scope="col" { "列名" } th scope="col" { "也可以写作" } th scope="col" { "必须有" } } }
                    tbody {
                        @for column in opened.columns {
                            tr {
                                th.tight scope="row" { (column.name) }
                                td { (column.synonyms.join("、")) }
                                td { @if column.required { "是" } @else { "否" } }
                            }
                        }
                    }
                }
            }
            @if !sources.is_empty() {
                h2 { "记住的表格" }
                ul.tidy { @for source in &sources {
                    li { strong { (source.name) } "：" @for (place, called) in source.called.iter().enumerate() {
                        @if place > 0 { "，" } "“" (called.heading) "”是" (called.column)
                    }
                    form.inline method="post" action={ (opened.register.path) "/import/forget" } {
                        input type="hidden" name="name" value=(source.name); button.plain { "忘掉" (source.name) }
                    } }
                } }
            }
        },
    ))
}

/// What a source calls its columns is asked again the next time.
pub(crate) async fn forget(opened: &'static Opened, context: Context, name: String) -> Answer {
    source::forget(&context, opened, &name).await?;
    let address = format!("{}/import", opened.register.path);
    Ok(Redirect::to(&address).into_response())
}

/// Takes the file, checks it and keeps its rows; then shows what will change, or asks what its columns are.
pub(crate) async fn stage(opened: &'static Opened, context: Context, request: Request) -> Answer {
    match stage_file(opened, &context, request).await {
        Ok(address) => Ok(Redirect::to(&address).into_response()),
        Err(problem) if problem.status.is_client_error() => {
            let errors = Errors(vec![FieldError::new("file", "", problem.detail.clone())]);
            let page = upload_page(opened, &context, &errors).await?;
            Ok(refused(problem.status, page))
        }
        Err(problem) => Err(problem),
    }
}

async fn stage_file(
    opened: &'static Opened,
    context: &Context,
    request: Request,
) -> Result<String, Problem> {
    let upload = upload::file(request, FILE).await?;
    let file = upload.name.unwrap_or_else(|| "未命名文件".into());
    stage_pieces(opened, context, file, upload.pieces).await
}

/// Gives the address of what comes next.
pub(super) async fn stage_pieces(
    opened: &'static Opened,
    context: &Context,
    file: String,
    pieces: Vec<Bytes>,
) -> Result<String, Problem> {
    let path = opened.register.path;
    let sources = source::all(context, opened).await?;
    match open(opened, &pieces, &sources) {
        Ok(rows) => {
            let id = stage_rows(opened, context, file, rows, pieces).await?;
            Ok(format!("{path}/import/{id}"))
        }
        Err(UnreadableFile::NoHeader {
            likely,
            reason,
            missing,
        }) if likely.len() > 1 => {
            let waiting = StagedImport::begin(context, opened).await?;
            if !waiting.keep_file(&pieces).await? {
                return Err(UnreadableFile::NoHeader {
                    likely,
                    reason,
                    missing,
                }
                .into());
            }
            let plan = Plan {
                file,
                found: ImportReport {
                    ignored_columns: likely,
                    ..ImportReport::default()
                },
                rejected: 0,
                warnings: 0,
                headings: Vec::new(),
                kept: true,
            };
            waiting.keep_json(PartKind::Plan, &plan).await?;
            Ok(format!("{path}/import/{}/columns", waiting.id))
        }
        Err(unread) => Err(unread.into()),
    }
}

async fn stage_rows(
    opened: &'static Opened,
    context: &Context,
    file: String,
    rows: Rows,
    pieces: Vec<Bytes>,
) -> Result<String, Problem> {
    let waiting = StagedImport::begin(context, opened).await?;
    let kept = !rows.ignored_columns().is_empty() && waiting.keep_file(&pieces).await?;
    drop(pieces);
    let mut slices = Slices::of_file(opened, rows, context.today());
    let mut headings: Vec<Vec<String>> = Vec::new();
    while let Some(slice) = slices.next(&context.store).await? {
        let compare = opened.table.compare(&|heading| slice.has(heading));
        slices.compare(&context.store, &compare, &slice).await?;
        let known = slice.headings.iter();
        headings.push(known.map(|name| (*name).to_owned()).collect());
        waiting
            .keep(PartKind::Rows, headings.len(), &slice.records)
            .await?;
    }
    if !slices.rejected_rows.is_empty() {
        waiting
            .keep_json(PartKind::Rejected, &slices.rejected_rows)
            .await?;
    }
    let mut found = sort_flaws(std::mem::take(&mut slices.report));
    let (rejected, warnings) = (found.rejected.len(), found.warnings.len());
    found.rejected.truncate(LISTED);
    found.warnings.truncate(LISTED);
    if !slices.unplaced.is_empty() {
        waiting
            .keep_json(PartKind::Unplaced, &slices.unplaced)
            .await?;
    }
    let plan = Plan {
        file,
        found,
        rejected,
        warnings,
        headings,
        kept,
    };
    // Last: without it, nothing is there to confirm.
    waiting.keep_json(PartKind::Plan, &plan).await?;
    Ok(waiting.id)
}

/// The file's name, and the headings that were not known.
pub(super) async fn unknown(waiting: &StagedImport<'_>) -> Result<(String, Vec<String>), Problem> {
    let plan: Plan = waiting.json(PartKind::Plan).await?;
    Ok((plan.file, plan.found.ignored_columns))
}

/// What will change, how far it is, or what has changed.
pub(crate) async fn show(opened: &'static Opened, context: Context, id: String) -> Answer {
    let waiting = StagedImport::find(&context, opened, id)?;
    let plan: Plan = waiting.json(PartKind::Plan).await?;
    let staged = waiting.progress().await?;
    let (title, path, id) = (opened.register.title, opened.register.path, &waiting.id);
    let found = &plan.found;
    let done = staged.applied == staged.parts;
    let begun = staged.applied > 0;
    Ok(page::page(
        &context,
        &format!("导入{title}"),
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
                    a.main href=(path) { "查看" (title) }
                    a.second href={ (path) "/import" } { "再导入一份" }
                }
            } @else if staged.parts == 0 {
                div.panel { p { "这份文件里没有可以导入的行。" } }
                div.actions { a.main href={ (path) "/import" } { "换一份文件" } }
            } @else if begun {
                p { label for="progress" { "已写入 " (staged.applied) " / " (staged.parts) " 批" } }
                progress id="progress" max=(staged.parts) value=(staged.applied) {}
                form.actions method="post" action={ (path) "/import/" (id) "/apply" } data-onward {
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
                form.actions method="post" action={ (path) "/import/" (id) "/apply" } {
                    button.main { "确认导入" }
                    a.second href={ (path) "/import" } { "换一份文件" }
                }
            }
            @for sheet in &found.sheets {
                @if let Some(reason) = sheet.state.remark() { p.note { "工作表“" (sheet.name) "”" (reason) "。" } }
            }
            @if !found.ignored_columns.is_empty() {
                p.note { "没有用到的列：" (found.ignored_columns.join("、"))
                    @if plan.kept && !begun { "。" a href={ (path) "/import/" (id) "/columns" } { "其中有需要的列" } }
                }
            }
            @if plan.rejected > 0 {
                p { a href={ (path) "/import/" (id) "/rejected.xlsx" } { "下载不能导入的行（Excel）" } "，改好以后再上传这一份就行，其余的行不用动。"
                    @if plan.rejected > check::TO_MEND { "行数太多，只下载前 " (check::TO_MEND) " 行。" } }
            }
            (flaws("不能导入的行", &found.rejected, plan.rejected))
            (flaws("请核对（已接受）", &found.warnings, plan.warnings))
        },
    ))
}

/// The rows that cannot be taken, with what is wrong in the last column, to be mended and sent again.
pub(crate) async fn rejected(opened: &'static Opened, context: Context, id: String) -> Answer {
    let waiting = StagedImport::find(&context, opened, id)?;
    let rows: Vec<RejectedRow> = waiting.json(PartKind::Rejected).await?;
    // Where there are several sheets, only what all of them call a column.
    let shown: Vec<(usize, &str)> = (0..opened.columns.len())
        .filter_map(|place| {
            let first = rows.first()?.heading(place)?;
            let same = rows.iter().all(|row| row.heading(place) == Some(first));
            same.then_some((place, first))
        })
        .collect();
    let headings: Vec<Heading<'_>> = shown
        .iter()
        .map(|(_, name)| Heading { name, width: 20 })
        .chain([Heading {
            name: "不能导入的原因",
            width: 60,
        }])
        .collect();
    let chinese = format!("{}：要改的行", opened.register.title);
    let mut workbook =
        Workbook::begin("要改的行", &headings, rows.len()).map_err(Problem::internal)?;
    for row in &rows {
        let cells: Vec<Cell> = shown
            .iter()
            .map(|(place, _)| {
                let cell = row.cells.get(*place).and_then(Option::as_ref);
                cell.map_or("", |(_, shown)| shown.as_str())
            })
            .chain([row.reason.as_str()])
            .map(|text| match text.is_empty() {
                true => Cell::Blank,
                false => Cell::Text(text.to_owned()),
            })
            .collect();
        workbook.row(&cells).map_err(Problem::internal)?;
    }
    let body = workbook.finish().map_err(Problem::internal)?;
    let plain = format!("{}-rejected", opened.register.noun);
    Ok(respond::workbook(&plain, &chinese, body.into()))
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
pub(crate) async fn apply(opened: &'static Opened, context: Context, id: String) -> Answer {
    let waiting = StagedImport::find(&context, opened, id)?;
    let plan: Plan = waiting.json(PartKind::Plan).await?;
    let brought = |part: i64| {
        let place = usize::try_from(part - 1).unwrap_or(usize::MAX);
        plan.headings.get(place).map_or(&[][..], Vec::as_slice)
    };
    waiting.drop_file().await?;
    let (by, at) = (context.caller()?.account.clone(), context.at());
    match waiting
        .json::<Vec<serde_json::Value>>(PartKind::Unplaced)
        .await
    {
        Ok(unplaced) => super::keep_unplaced(opened, &context, &unplaced, &by).await?,
        Err(problem) if problem.status == http::StatusCode::NOT_FOUND => {}
        Err(problem) => return Err(problem),
    }
    let began = Instant::now();
    while began.elapsed() < STEP {
        let Some(rows) = waiting.next_rows().await? else {
            break;
        };
        let headings = brought(rows.part);
        let sql = opened
            .table
            .write(&|heading| headings.iter().any(|known| known == heading));
        let (created, updated) =
            check::write(&context.store, &sql, &rows.content, &by, &at).await?;
        waiting.applied(rows.part, created, updated).await?;
    }
    let address = format!("{}/import/{}", opened.register.path, waiting.id);
    Ok(Redirect::to(&address).into_response())
}
