//! 预演: what would go out on a day, by what is known now. Nothing is written.

use crate::breach_changes::MISSED;
use crate::deadline_views::{COLUMNS, DeadlineViews};
use crate::ladder::{self, BreachSource};
use crate::outcome::SweepOutcome;
use crate::report_upwards;
use crate::sweep_day::{SweepDay, requested_day};
use crate::tabs::tabs;
use axum::response::IntoResponse as _;
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::{AddresseeKind, NoticeKind, Word as _};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Store;
use web::api::may_take;
use web::extract::{OptionalJson, Query};
use web::form::{Errors, Field};
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, Token, issuing, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/sweep/preview", OFFICE, preview_page)
        .post(
            "/api/v1/sweep/preview",
            OFFICE.or(Token::Read),
            preview_sweep,
        )
        .api(
            "到那一天会发出什么",
            may_take::<PreviewRequest>().gives::<SweepPreview>(),
        )
}

/// A paper that would be made.
#[derive(Deserialize, Serialize, JsonSchema)]
pub struct PreviewedPaper {
    kind: NoticeKind,
    rung: u32,
    addressee_kind: AddresseeKind,
    addressee: String,
    addressee_name: String,
    #[serde(rename(deserialize = "town_name"))]
    town: Option<String>,
    /// The role that signs; none where it goes out by itself.
    signer: Option<String>,
    /// The keys of what it lists.
    lines: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
struct SweepPreview {
    #[serde(flatten)]
    outcome: SweepOutcome,
    papers: Vec<PreviewedPaper>,
}

#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PreviewAsked")]
struct PreviewRequest {
    #[schemars(with = "Option<web::api::Day>")]
    as_of: Option<String>,
}

async fn preview_sweep(
    context: Context,
    OptionalJson(request): OptionalJson<PreviewRequest>,
) -> Answer {
    let as_of = requested_day(&context, request.as_of.as_deref(), true)?;
    let (outcome, papers) = preview_day(&context, as_of).await?;
    Ok(axum::Json(SweepPreview { outcome, papers }).into_response())
}

/// How many breaches a run would open and close, and which rules have no policy.
#[derive(Deserialize)]
struct BreachCounts {
    opened: u64,
    closed: u64,
    /// A JSON array of rules.
    without_policy: String,
}

async fn count_breaches(
    store: &Store,
    views: &DeadlineViews,
    passed: &str,
    day: &str,
) -> Result<BreachCounts, Problem> {
    let sql = format!(
        "WITH missed AS MATERIALIZED ({})
         SELECT (SELECT count(*) FROM missed m LEFT JOIN breach b ON b.key = m.key WHERE b.key IS NULL OR b.closed_on <= ?2) AS opened,
             (SELECT count(*) FROM (SELECT key FROM breach WHERE closed_on IS NULL AND opened_on <= ?2 EXCEPT SELECT key FROM missed)) AS closed,
             (SELECT json_group_array(rule) FROM (SELECT DISTINCT rule FROM missed EXCEPT SELECT rule FROM escalation_policy)) AS without_policy",
        views.union("key, rule", MISSED)
    );
    let parameters = [passed.into(), day.into()];
    let counts: Option<BreachCounts> = store.first(&sql, parameters).await?;
    counts.ok_or_else(|| Problem::internal("counts without a row"))
}

/// The report upwards that would be drafted, where the day is the one for it.
async fn report_of_day(
    context: &Context,
    views: &DeadlineViews,
    passed: &str,
    day: &str,
) -> Result<Option<PreviewedPaper>, Problem> {
    let sql = report_upwards::lines(&BreachSource::Missed(views.union(COLUMNS, MISSED)));
    let lines: Vec<String> = context
        .store
        .json(&sql, [passed.into(), day.into()])
        .await?;
    if lines.is_empty() {
        return Ok(None);
    }
    let committee = issuing::of_today(context).await?.committee;
    Ok(Some(PreviewedPaper {
        kind: NoticeKind::ReportUpwards,
        rung: report_upwards::RUNG,
        addressee_kind: AddresseeKind::Committee,
        addressee: "committee".to_owned(),
        addressee_name: report_upwards::addressee_name(&committee),
        town: None,
        signer: Some("office".to_owned()),
        lines,
    }))
}

/// What a run on that day would answer, and the papers that it would make.
pub async fn preview_day(
    context: &Context,
    as_of: NaiveDate,
) -> Result<(SweepOutcome, Vec<PreviewedPaper>), Problem> {
    let store = &context.store;
    let views = DeadlineViews::find(store).await?;
    let sweep_day = SweepDay::find(store, as_of).await?;
    let day = as_of.to_string();
    let counts = count_breaches(store, &views, &sweep_day.passed, &day).await?;
    let mut outcome = SweepOutcome {
        as_of,
        opened: counts.opened,
        closed: counts.closed,
        without_policy: serde_json::from_str(&counts.without_policy).map_err(Problem::internal)?,
        ..SweepOutcome::default()
    };
    let mut papers = Vec::new();
    if sweep_day.is_workday != 0 {
        let sql = ladder::papers(&BreachSource::Missed(views.union(COLUMNS, MISSED)));
        let parameters = [sweep_day.passed.as_str().into(), day.as_str().into()];
        for slice in store.texts(&sql, parameters).await? {
            let slice: Vec<PreviewedPaper> =
                serde_json::from_str(&slice).map_err(Problem::internal)?;
            papers.extend(slice);
        }
        papers.extend(report_of_day(context, &views, &sweep_day.passed, &day).await?);
    }
    for paper in &papers {
        if paper.signer.is_none() {
            outcome.issued.count(paper.kind);
            outcome.queued_messages += 1;
        } else {
            outcome.drafted += 1;
        }
    }
    Ok((outcome, papers))
}

/// The most papers that the page shows; the rest is counted.
const MOST_SHOWN: usize = 200;

async fn preview_page(context: Context, Query(request): Query<PreviewRequest>) -> Answer {
    let typed = request.as_of.as_deref();
    let (preview, errors) = match requested_day(&context, typed, true) {
        Ok(as_of) => (Some(preview_day(&context, as_of).await?), Errors::default()),
        Err(problem) => (None, Errors(problem.errors)),
    };
    let date = Field {
        kind: "date",
        ..Field::text("as_of", "哪一天", typed.unwrap_or(""))
    };
    Ok(page::page(
        &context,
        &errors.title("预演"),
        &html! {
            (errors.summary())
            (tabs(&context))
            h1 { "预演：到那一天会发出什么" }
            p { "按现在已有的督导和办理记录推算，不会发出任何文书。改过的督办规则到它的生效日起在这里生效，可以先看再等。" }
            form.filters method="get" { (date.render(&errors)) div.actions { button.main { "预演" } } }
            @if let Some((outcome, papers)) = &preview {
                (outcome_counts(outcome))
                @if papers.is_empty() { p { "这一天不会发出文书。" } } @else { (paper_table(papers)) }
            }
        },
    ))
}

fn outcome_counts(outcome: &SweepOutcome) -> Markup {
    let issued = [
        (NoticeKind::ReminderLetter, outcome.issued.reminder_letter),
        (
            NoticeKind::RectificationOrder,
            outcome.issued.rectification_order,
        ),
        (
            NoticeKind::InterviewSummons,
            outcome.issued.interview_summons,
        ),
        (
            NoticeKind::SupervisionListing,
            outcome.issued.supervision_listing,
        ),
    ];
    html! {
        h2 { (chinese(outcome.as_of)) }
        ul.counts {
            @for (kind, count) in issued {
                @if count > 0 { li { strong { (count) } "直接发出 " (kind.chinese()) } }
            }
            li { strong { (outcome.drafted) } "拟稿待签发" }
            li { strong { (outcome.opened) } "新的逾期" }
            li { strong { (outcome.closed) } "可销号" }
        }
        @if !outcome.without_policy.is_empty() { div.panel { p { "没有督办规则、因此不会督办：" (outcome.without_policy.join("、")) } } }
    }
}

fn paper_table(papers: &[PreviewedPaper]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="会发出的文书" {
            table {
                thead { tr { th scope="col" { "文书" } th scope="col" { "发给" } th.number scope="col" { "列明" } th scope="col" { "签发" } } }
                tbody { @for paper in papers.iter().take(MOST_SHOWN) {
                    tr {
                        td.tight { (paper.kind.chinese()) }
                        td { (paper.addressee_name) @if let Some(town) = &paper.town { @if paper.addressee_kind == AddresseeKind::Cadre { "（" (town) "）" } } }
                        td.number { (paper.lines.len()) " 项" }
                        td.tight { (signer_name(paper.signer.as_deref())) }
                    }
                } }
            }
        }
        @if papers.len() > MOST_SHOWN { p { "另有 " (papers.len() - MOST_SHOWN) " 件没有列出。" } }
    }
}

fn signer_name(signer: Option<&str>) -> &'static str {
    match signer {
        None => "直接发出",
        Some("chair") => "食药安委主任签发",
        Some(_) => "食药安办签发",
    }
}
