//! What the pulls from the registration platform have brought, run by run.

use crate::feed_platform::Platform;
use axum::response::IntoResponse as _;
use chrono::{DateTime, FixedOffset};
use domain::office_date::chinese_time;
use maud::{Markup, html};
use registers::{Flaw, ImportReport};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::api::ListPage;
use web::{Answer, Context, Problem, page};

/// The most rejected records that a run keeps.
const MOST_FLAWS: usize = 50;

#[derive(Debug, Serialize, Deserialize, Default, JsonSchema)]
pub struct FeedRun {
    pub id: String,
    pub started_at: Option<DateTime<FixedOffset>>,
    pub ended_at: Option<DateTime<FixedOffset>>,
    #[schemars(extend("enum" = ["running", "done", "failed"]))]
    pub status: String,
    pages: u64,
    rows: u64,
    created: u64,
    updated: u64,
    unchanged: u64,
    rejected: u64,
    #[schemars(with = "Vec<RejectedRecord>")]
    flaws: Vec<Flaw>,
    pub error: Option<String>,
}

/// A [`Flaw`] as it is described.
#[derive(JsonSchema)]
#[schemars(rename = "FeedRejected")]
#[expect(dead_code, reason = "described, never made")]
struct RejectedRecord {
    sheet: Option<String>,
    row: u32,
    field: String,
    value: String,
    reason: String,
}

impl FeedRun {
    /// A run that has just begun.
    pub fn new(id: String) -> Self {
        Self {
            id,
            status: "running".to_owned(),
            ..Self::default()
        }
    }

    /// Adds what came of one page; `no_records` are the items that were no record at all.
    pub fn add_page(&mut self, found: ImportReport, no_records: Vec<Flaw>) {
        self.pages += 1;
        self.rows += found.rows + no_records.len() as u64;
        self.created += found.created;
        self.updated += found.updated;
        self.unchanged += found.unchanged;
        self.rejected += (found.rejected.len() + no_records.len()) as u64;
        let left = MOST_FLAWS.saturating_sub(self.flaws.len());
        // What a record may be is shown where the office chooses, not in the list of runs.
        let flaws = found.rejected.into_iter().chain(no_records).take(left);
        self.flaws.extend(flaws.map(|flaw| Flaw {
            reason_code: None,
            candidates: Vec::new(),
            ..flaw
        }));
    }
}

/// Writes that a run begins. A run that still counts as running has broken off: only one holds the claim at a time.
pub async fn begin_run(context: &Context, run: &str) -> Result<(), Problem> {
    let begin = "INSERT INTO registry_feed_run (id, started_at, status) VALUES (?1, ?2, 'running') RETURNING id";
    context
        .store
        .run(begin, [run.into(), context.at().into()])
        .await?;
    let broken = "UPDATE registry_feed_run SET status = 'failed', error = '中途断开', ended_at = ?2 WHERE status = 'running' AND id <> ?1 RETURNING id";
    context
        .store
        .run(broken, [run.into(), context.at().into()])
        .await?;
    Ok(())
}

/// Writes how far a run is.
pub async fn save_run(context: &Context, run: &FeedRun) -> Result<(), Problem> {
    let sql = "UPDATE registry_feed_run SET status = ?1 ->> '$.status', ended_at = ?1 ->> '$.ended_at', pages = ?1 ->> '$.pages',
                   \"rows\" = ?1 ->> '$.rows', created = ?1 ->> '$.created', updated = ?1 ->> '$.updated',
                   unchanged = ?1 ->> '$.unchanged', rejected = ?1 ->> '$.rejected', flaws = ?1 -> '$.flaws', error = ?1 ->> '$.error'
               WHERE id = ?1 ->> '$.id' RETURNING id";
    let run = serde_json::to_string(run).map_err(Problem::internal)?;
    context.store.run(sql, [run.into()]).await?;
    Ok(())
}

/// SQL: the last runs as JSON, the newest first.
const RUNS_JSON: &str = "SELECT json_group_array(json_object('id', id, 'started_at', started_at, 'ended_at', ended_at, 'status', status,
        'pages', pages, 'rows', \"rows\", 'created', created, 'updated', updated, 'unchanged', unchanged, 'rejected', rejected,
        'flaws', json(flaws), 'error', error))
    FROM (SELECT * FROM registry_feed_run ORDER BY started_at DESC LIMIT 60)";

/// The last runs, the newest first.
pub async fn read_runs(context: &Context) -> Result<Vec<FeedRun>, Problem> {
    Ok(context.store.json(RUNS_JSON, []).await?)
}

pub async fn list_feed_runs(context: Context) -> Answer {
    let items = read_runs(&context).await?;
    Ok(axum::Json(ListPage::whole(items)).into_response())
}

/// The page of the last runs, with a button for those who cannot wait until the next morning.
pub async fn page(context: Context) -> Answer {
    let runs = read_runs(&context).await?;
    let is_configured = Platform::configured().await?.is_some();
    Ok(page::page(
        &context,
        "登记平台取数",
        &html! {
            p { a href="/enterprises" { "企业台账" } }
            h1 { "登记平台取数" }
            @if is_configured {
                p { "每天 5:00 自动从全程电子化登记平台取新设立和有变更的企业，从上次停下的地方接着取。" }
                form.actions method="post" { button.main name="from" value="here" { "现在取一次" } button.second name="from" value="start" { "从头再取" } }
            } @else {
                div.panel { p { "还没有接通登记平台。请运维人员设置 registry_feed_host、registry_feed_path 和 registry_feed_token。" } }
            }
            @if runs.is_empty() { p { "还没有取过。" } } @else { (run_table(&runs)) }
        },
    ))
}

fn run_table(runs: &[FeedRun]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="取数记录" {
            table {
                thead { tr {
                    th scope="col" { "开始" } th scope="col" { "结果" } th.number scope="col" { "页数" } th.number scope="col" { "记录" }
                    th.number scope="col" { "新增" } th.number scope="col" { "更新" } th.number scope="col" { "没有变化" } th.number scope="col" { "不能接受" } th scope="col" { "说明" }
                } }
                tbody {
                    @for run in runs {
                        tr {
                            td.tight { (run.started_at.map_or_else(String::new, chinese_time)) }
                            td.tight { @match run.status.as_str() { "done" => "完成", "running" => "进行中", _ => "没有取完" } }
                            td.number { (run.pages) } td.number { (run.rows) } td.number { (run.created) } td.number { (run.updated) }
                            td.number { (run.unchanged) } td.number { (run.rejected) }
                            td {
                                @if let Some(error) = &run.error { p { (error) "。下次从断开处接着取。" } }
                                @if !run.flaws.is_empty() {
                                    details {
                                        summary { "不能接受的记录" }
                                        ul { @for flaw in &run.flaws { li { (flaw.field) "“" (flaw.value) "”：" (flaw.reason) } } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
