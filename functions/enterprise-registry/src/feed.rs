//! The registration platform's feed (全程电子化登记平台, 000 §三(一)): a daily pull of new and changed businesses, page by page.
//!
//! `GET {registry_feed_host}{registry_feed_path}?cursor=…` with a bearer token answers `{"items": […], "next": "…"|null}`, the
//! items as `POST /api/v1/enterprises` takes them. A page goes in before its cursor is kept, and the same record twice changes
//! nothing: a pull that is cut off anywhere goes on where it stopped, and loses and doubles nothing.

use crate::roster::LEDGER;
use axum::response::{IntoResponse as _, Redirect};
use chrono::{DateTime, FixedOffset, SecondsFormat, TimeDelta};
use domain::office_date::chinese_time;
use http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use maud::html;
use registers::{Flaw, ImportReport, Item};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use spin_sdk::http::EmptyBody;
use std::collections::HashSet;
use std::time::{Duration, Instant};
use web::api::ListPage;
use web::extract::Form;
use web::{Answer, Code, Context, Problem, context, outbound, page, seal};

/// A page that is larger is no page of ours.
const PAGE: usize = 16 << 20;
/// How long the platform may take to answer for one page.
const PATIENCE: Duration = Duration::from_secs(30);
/// Before a page is asked for again.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(4)];
/// How long one run goes on; the next goes on where it stopped.
const RUN: Duration = Duration::from_secs(300);
/// Longer than one page can take; renewed with every page. What a crash leaves behind is over soon.
const CLAIM: TimeDelta = TimeDelta::minutes(3);
/// Between looks at a claim that another pull holds.
const LOOK: Duration = Duration::from_secs(1);
/// Rejected records that a run keeps.
const KEPT: usize = 50;
const ACTOR: &str = "registry-feed";

#[derive(Debug, thiserror::Error)]
enum FeedError {
    #[error("平台没有应答：{0}")]
    Unreachable(String),
    #[error("平台 {} 秒内没有应答", PATIENCE.as_secs())]
    Slow,
    #[error("平台应答 {0}")]
    Refused(StatusCode),
    #[error("平台的应答超过 {} MB", PAGE >> 20)]
    TooLarge,
    #[error("平台的应答无法读取：{0}")]
    Nonsense(String),
    #[error("平台反复给出同一个位置，已停止")]
    Circle,
    #[error("写入时出错：{0}")]
    Store(String),
}

impl FeedError {
    /// Worth asking again.
    fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Slow | Self::Nonsense(_) => true,
            Self::Refused(status) => {
                status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS
            }
            Self::TooLarge | Self::Circle | Self::Store(_) => false,
        }
    }
}

/// Where the platform is, as the operator has set it.
struct Platform {
    url: String,
    token: String,
}

impl Platform {
    /// None where it is not set.
    async fn configured() -> Result<Option<Self>, Problem> {
        let host = seal::variable("registry_feed_host").await?;
        let path = seal::variable("registry_feed_path").await?;
        let token = seal::variable("registry_feed_token").await?;
        if host.is_empty() || host.ends_with(".invalid") || !path.starts_with('/') {
            return Ok(None);
        }
        Ok(Some(Self {
            url: format!("{}{path}", outbound::origin(&host)),
            token,
        }))
    }

    async fn page(&self, cursor: Option<&str>) -> Result<FeedPage, FeedError> {
        let mut pauses = PAUSES.iter();
        loop {
            let error = match self.ask(cursor).await {
                Ok(page) => return Ok(page),
                Err(error) => error,
            };
            match pauses.next() {
                Some(pause) if error.may_pass() => spin_sdk::time::sleep(*pause).await,
                _ => return Err(error),
            }
        }
    }

    async fn ask(&self, cursor: Option<&str>) -> Result<FeedPage, FeedError> {
        outbound::within(PATIENCE, self.fetch(cursor))
            .await
            .unwrap_or(Err(FeedError::Slow))
    }

    async fn fetch(&self, cursor: Option<&str>) -> Result<FeedPage, FeedError> {
        let url = match cursor {
            None => self.url.clone(),
            Some(cursor) => {
                let mark = if self.url.contains('?') { '&' } else { '?' };
                format!("{}{mark}cursor={}", self.url, page::encode(cursor))
            }
        };
        let request = Request::get(url)
            .header(header::ACCEPT, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .body(EmptyBody::new())
            .map_err(|error| FeedError::Unreachable(error.to_string()))?;
        let response = spin_sdk::http::send(request)
            .await
            .map_err(|error| FeedError::Unreachable(format!("{error:?}")))?;
        if response.status() != StatusCode::OK {
            return Err(FeedError::Refused(response.status()));
        }
        let mut body = response.into_body();
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| FeedError::Unreachable(format!("{error:?}")))?;
            if let Ok(data) = frame.into_data() {
                bytes.extend_from_slice(&data);
            }
            if bytes.len() > PAGE {
                return Err(FeedError::TooLarge);
            }
        }
        serde_json::from_slice(&bytes).map_err(|error| FeedError::Nonsense(error.to_string()))
    }
}

#[derive(Deserialize)]
struct FeedPage {
    items: Vec<Value>,
    next: Option<String>,
}

impl FeedPage {
    /// The records, less fields that are the platform's own; what is no record at all is named.
    fn records(self) -> (Vec<Item>, Vec<Flaw>) {
        let mut flaws = Vec::new();
        let mut records = Vec::new();
        for (place, item) in self.items.into_iter().enumerate() {
            match item {
                Value::Object(mut record) => {
                    record.retain(|name, _| LEDGER.has(name));
                    records.push(record);
                }
                other => flaws.push(Flaw {
                    sheet: None,
                    row: u32::try_from(place + 1).unwrap_or(u32::MAX),
                    field: String::new(),
                    value: other.to_string().chars().take(200).collect(),
                    reason: "不是一条记录".to_owned(),
                }),
            }
        }
        (records, flaws)
    }
}

#[derive(Debug, Serialize, Deserialize, Default, JsonSchema)]
#[schemars(rename = "FeedRun")]
pub struct Run {
    id: String,
    started_at: Option<DateTime<FixedOffset>>,
    ended_at: Option<DateTime<FixedOffset>>,
    #[schemars(extend("enum" = ["running", "done", "failed"]))]
    status: String,
    pages: u64,
    rows: u64,
    created: u64,
    updated: u64,
    unchanged: u64,
    rejected: u64,
    #[schemars(with = "Vec<Rejected>")]
    flaws: Vec<Flaw>,
    error: Option<String>,
}

/// As [`Flaw`] is written.
#[derive(JsonSchema)]
#[schemars(rename = "FeedRejected")]
#[expect(dead_code, reason = "described, never made")]
struct Rejected {
    sheet: Option<String>,
    row: u32,
    field: String,
    value: String,
    reason: String,
}

/// What a pull answers: the run, or that there is no platform to pull from.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Pulled {
    Run(Run),
    NotConfigured { status: NotConfigured },
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotConfigured {
    NotConfigured,
}

impl Run {
    fn count(&mut self, found: ImportReport, strange: Vec<Flaw>) {
        self.pages += 1;
        self.rows += found.rows + strange.len() as u64;
        self.created += found.created;
        self.updated += found.updated;
        self.unchanged += found.unchanged;
        self.rejected += (found.rejected.len() + strange.len()) as u64;
        let left = KEPT.saturating_sub(self.flaws.len());
        self.flaws
            .extend(found.rejected.into_iter().chain(strange).take(left));
    }
}

#[derive(Deserialize)]
struct Claimed {
    cursor: Option<String>,
}

enum Claim {
    /// Ours, with the place to go on from.
    Held(Option<String>),
    /// Another pull was at it, and has ended meanwhile.
    DoneByAnother,
}

/// Claims the feed; waits while another pull holds it, until that has ended or its claim has.
async fn claim(context: &Context, run: &str) -> Result<Claim, Problem> {
    let mut waited = false;
    loop {
        let now = context::now();
        // A claim from the far future was made under a shifted clock and counts as expired too.
        let sql = "UPDATE registry_feed SET claimed_by = ?1, claimed_until = ?3
                   WHERE id = 1 AND (claimed_until IS NULL AND NOT ?4 OR claimed_until < ?2 OR claimed_until > ?5) RETURNING cursor";
        let parameters = [
            run.into(),
            seconds(now).into(),
            seconds(now + CLAIM).into(),
            i64::from(waited).into(),
            seconds(now + CLAIM * 2).into(),
        ];
        if let Some(Claimed { cursor }) = context.store.first(sql, parameters).await? {
            return Ok(Claim::Held(cursor));
        }
        let held = "SELECT id FROM registry_feed WHERE claimed_by IS NOT NULL";
        if context.store.run(held, []).await? == 0 && waited {
            return Ok(Claim::DoneByAnother);
        }
        waited = true;
        spin_sdk::time::sleep(LOOK).await;
    }
}

fn seconds(time: DateTime<FixedOffset>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, false)
}

async fn last_run(context: &Context) -> Result<Run, Problem> {
    let runs: Vec<Run> = context.store.json(RUNS, []).await?;
    runs.into_iter()
        .next()
        .ok_or_else(|| Problem::new(Code::FeedRunning, "正在从登记平台取数，请稍后再看"))
}

/// 05:00.
pub async fn pull(context: Context) -> Answer {
    let Some(platform) = Platform::configured().await? else {
        let status = NotConfigured::NotConfigured;
        return Ok(axum::Json(Pulled::NotConfigured { status }).into_response());
    };
    let run = pull_once(&context, &platform).await?;
    Ok(axum::Json(Pulled::Run(run)).into_response())
}

async fn pull_once(context: &Context, platform: &Platform) -> Result<Run, Problem> {
    let mut run = Run {
        id: seal::random_token()?,
        status: "running".to_owned(),
        ..Run::default()
    };
    let mut cursor = match claim(context, &run.id).await? {
        Claim::Held(cursor) => cursor,
        // Two pulls at once are one.
        Claim::DoneByAnother => return last_run(context).await,
    };
    let begin = "INSERT INTO registry_feed_run (id, started_at, status) VALUES (?1, ?2, 'running') RETURNING id";
    context
        .store
        .run(begin, [run.id.as_str().into(), context.at().into()])
        .await?;
    let broken = "UPDATE registry_feed_run SET status = 'failed', error = '中途断开', ended_at = ?2 WHERE status = 'running' AND id <> ?1 RETURNING id";
    context
        .store
        .run(broken, [run.id.as_str().into(), context.at().into()])
        .await?;
    let began = Instant::now();
    let mut seen: HashSet<Option<String>> = HashSet::from([cursor.clone()]);
    let outcome = loop {
        match next_page(context, platform, cursor.as_deref(), &mut run).await {
            Err(error) => break Err(error),
            Ok(None) => break Ok(()),
            Ok(Some(next)) => {
                keep_cursor(context, &run.id, &next).await?;
                cursor = Some(next);
                if !seen.insert(cursor.clone()) {
                    break Err(FeedError::Circle);
                }
                log(context, &run).await?;
                if began.elapsed() > RUN {
                    break Ok(());
                }
            }
        }
    };
    run.status = if outcome.is_ok() { "done" } else { "failed" }.to_owned();
    run.error = outcome.err().map(|error| error.to_string());
    run.started_at = Some(context.now);
    run.ended_at = Some(context::now());
    log(context, &run).await?;
    let release = "UPDATE registry_feed SET claimed_by = NULL, claimed_until = NULL WHERE claimed_by = ?1 RETURNING id";
    context.store.run(release, [run.id.as_str().into()]).await?;
    Ok(run)
}

/// Takes one page in; gives where the next begins.
async fn next_page(
    context: &Context,
    platform: &Platform,
    cursor: Option<&str>,
    run: &mut Run,
) -> Result<Option<String>, FeedError> {
    let mut page = platform.page(cursor).await?;
    let next = page.next.take();
    let (records, strange) = page.records();
    let found = LEDGER
        .write(context, &records, ACTOR)
        .await
        .map_err(|problem| FeedError::Store(problem.detail))?;
    run.count(found, strange);
    Ok(next)
}

async fn keep_cursor(context: &Context, run: &str, next: &str) -> Result<(), Problem> {
    let sql = "UPDATE registry_feed SET cursor = ?2, claimed_until = ?3 WHERE claimed_by = ?1 RETURNING id";
    let until = seconds(context::now() + CLAIM);
    let parameters = [run.into(), next.into(), until.into()];
    match context.store.run(sql, parameters).await? {
        1 => Ok(()),
        _ => Err(Problem::new(Code::FeedRunning, "另一次取数已经开始")),
    }
}

async fn log(context: &Context, run: &Run) -> Result<(), Problem> {
    let sql = "UPDATE registry_feed_run SET status = ?1 ->> '$.status', ended_at = ?1 ->> '$.ended_at', pages = ?1 ->> '$.pages',
                   \"rows\" = ?1 ->> '$.rows', created = ?1 ->> '$.created', updated = ?1 ->> '$.updated',
                   unchanged = ?1 ->> '$.unchanged', rejected = ?1 ->> '$.rejected', flaws = ?1 -> '$.flaws', error = ?1 ->> '$.error'
               WHERE id = ?1 ->> '$.id' RETURNING id";
    let run = serde_json::to_string(run).map_err(Problem::internal)?;
    context.store.run(sql, [run.into()]).await?;
    Ok(())
}

const RUNS: &str = "SELECT json_group_array(json_object('id', id, 'started_at', started_at, 'ended_at', ended_at, 'status', status,
        'pages', pages, 'rows', \"rows\", 'created', created, 'updated', updated, 'unchanged', unchanged, 'rejected', rejected,
        'flaws', json(flaws), 'error', error))
    FROM (SELECT * FROM registry_feed_run ORDER BY started_at DESC LIMIT 60)";

pub async fn list_feed_runs(context: Context) -> Answer {
    let items: Vec<Run> = context.store.json(RUNS, []).await?;
    Ok(axum::Json(ListPage::whole(items)).into_response())
}

/// What the daily pull has brought, and a button for those who cannot wait until five.
pub async fn runs_page(context: Context) -> Answer {
    let runs: Vec<Run> = context.store.json(RUNS, []).await?;
    let configured = Platform::configured().await?.is_some();
    Ok(page::page(
        &context,
        "登记平台取数",
        &html! {
            p { a href="/enterprises" { "企业台账" } }
            h1 { "登记平台取数" }
            @if configured {
                p { "每天 5:00 自动从全程电子化登记平台取新设立和有变更的企业，从上次停下的地方接着取。" }
                form.actions method="post" { button.main name="from" value="here" { "现在取一次" } button.second name="from" value="start" { "从头再取" } }
            } @else {
                div.panel { p { "还没有接通登记平台。请运维人员设置 registry_feed_host、registry_feed_path 和 registry_feed_token。" } }
            }
            @if runs.is_empty() {
                p { "还没有取过。" }
            } @else {
                div.scroll tabindex="0" role="region" aria-label="取数记录" {
                    table {
                        thead { tr {
                            th scope="col" { "开始" } th scope="col" { "结果" } th.number scope="col" { "页数" } th.number scope="col" { "记录" }
                            th.number scope="col" { "新增" } th.number scope="col" { "更新" } th.number scope="col" { "没有变化" } th.number scope="col" { "不能接受" } th scope="col" { "说明" }
                        } }
                        tbody {
                            @for run in &runs {
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
        },
    ))
}

#[derive(Deserialize)]
pub struct From {
    #[serde(default)]
    from: String,
}

pub async fn pull_now(context: Context, Form(asked): Form<From>) -> Answer {
    let Some(platform) = Platform::configured().await? else {
        return Err(Problem::new(Code::NotConfigured, "还没有接通登记平台"));
    };
    if asked.from == "start" {
        let sql = "UPDATE registry_feed SET cursor = NULL WHERE id = 1 AND claimed_by IS NULL RETURNING id";
        context.store.run(sql, []).await?;
    }
    pull_once(&context, &platform).await?;
    Ok(Redirect::to("/enterprises/feed").into_response())
}
