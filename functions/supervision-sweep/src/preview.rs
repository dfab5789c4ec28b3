//! 预演: what would go out on a day, from what is known now. Nothing is written.

use crate::ladder::{self, From};
use crate::standing::MISSED;
use crate::stated::{COLUMNS, Stated};
use crate::sweep::{self, Outcome, Reached};
use axum::response::IntoResponse as _;
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::{AddresseeKind, NoticeKind, Word as _};
use maud::html;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::extract::{OptionalJson, Query};
use web::form::{Errors, Field};
use web::{Answer, Context, Problem, page};

/// A paper that would be made.
#[derive(Deserialize, Serialize, JsonSchema)]
#[schemars(rename = "PreviewedPaper")]
pub struct Paper {
    kind: NoticeKind,
    rung: u32,
    addressee_kind: AddresseeKind,
    addressee: String,
    addressee_name: String,
    town: Option<String>,
    /// None: it goes out by itself.
    signer: Option<String>,
    /// Keys of what it lists.
    lines: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SweepPreview")]
pub struct Preview {
    #[serde(flatten)]
    outcome: Outcome,
    papers: Vec<Paper>,
}

#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PreviewAsked")]
pub struct Wanted {
    #[schemars(with = "Option<web::api::Day>")]
    as_of: Option<String>,
}

pub async fn preview_sweep(context: Context, OptionalJson(wanted): OptionalJson<Wanted>) -> Answer {
    let as_of = sweep::day(&context, wanted.as_of.as_deref(), true)?;
    let (outcome, papers) = outcome(&context, as_of).await?;
    Ok(axum::Json(Preview { outcome, papers }).into_response())
}

/// What a run on that day would answer, and the papers it would make.
pub async fn outcome(
    context: &Context,
    as_of: NaiveDate,
) -> Result<(Outcome, Vec<Paper>), Problem> {
    #[derive(Deserialize)]
    struct Counts {
        opened: u64,
        closed: u64,
        without_policy: String,
    }
    let store = &context.store;
    let stated = Stated::find(store).await?;
    let reached = Reached::of(store, as_of).await?;
    let day = as_of.to_string();
    let sql = format!(
        "WITH missed AS MATERIALIZED ({})
         SELECT (SELECT count(*) FROM missed m LEFT JOIN breach b ON b.key = m.key WHERE b.key IS NULL OR b.closed_on <= ?2) AS opened,
             (SELECT count(*) FROM (SELECT key FROM breach WHERE closed_on IS NULL AND opened_on <= ?2 EXCEPT SELECT key FROM missed)) AS closed,
             (SELECT json_group_array(rule) FROM (SELECT DISTINCT rule FROM missed EXCEPT SELECT rule FROM escalation_policy)) AS without_policy",
        stated.where_("key, rule", MISSED)
    );
    let parameters = [reached.passed.as_str().into(), day.as_str().into()];
    let counts: Option<Counts> = store.first(&sql, parameters).await?;
    let counts = counts.ok_or_else(|| Problem::internal("counts without a row"))?;
    let mut outcome = Outcome {
        as_of,
        opened: counts.opened,
        closed: counts.closed,
        without_policy: serde_json::from_str(&counts.without_policy).map_err(Problem::internal)?,
        ..Outcome::default()
    };
    let mut papers = Vec::new();
    if reached.is_workday != 0 {
        let sql = ladder::papers(&From::Missed(stated.where_(COLUMNS, MISSED)));
        let committee = sweep::committee(&context.issuer);
        let parameters = [reached.passed.into(), day.into(), committee.into()];
        for slice in store.texts(&sql, parameters).await? {
            let slice: Vec<Paper> = serde_json::from_str(&slice).map_err(Problem::internal)?;
            papers.extend(slice);
        }
    }
    for paper in &papers {
        if paper.signer.is_none() {
            outcome.issued.add(paper.kind.code());
            outcome.queued_messages += 1;
        } else {
            outcome.drafted += 1;
        }
    }
    Ok((outcome, papers))
}

/// Papers that the page shows; the rest is counted.
const SHOWN: usize = 200;

pub async fn preview_page(context: Context, Query(wanted): Query<Wanted>) -> Answer {
    let typed = wanted.as_of.clone().unwrap_or_default();
    let (outcome, papers, errors) = match sweep::day(&context, wanted.as_of.as_deref(), true) {
        Ok(as_of) => {
            let (outcome, papers) = outcome(&context, as_of).await?;
            (Some(outcome), papers, Errors::default())
        }
        Err(problem) => (None, Vec::new(), Errors(problem.errors)),
    };
    let date = Field {
        kind: "date",
        ..Field::text("as_of", "哪一天", &typed)
    };
    Ok(page::page(
        &context,
        &errors.title("预演"),
        &html! {
            (errors.summary())
            (crate::tabs::tabs(&context))
            h1 { "预演：到那一天会发出什么" }
            p { "按现在已有的督导和办理记录推算，不会发出任何文书。改过的督办规则到它的生效日起在这里生效，可以先看再等。" }
            form.filters method="get" { (date.render(&errors)) div.actions { button.main { "预演" } } }
            @if let Some(outcome) = &outcome {
                h2 { (chinese(outcome.as_of)) }
                ul.counts {
                    @for (kind, count) in [(NoticeKind::ReminderLetter, outcome.issued.reminder_letter), (NoticeKind::RectificationOrder, outcome.issued.rectification_order),
                        (NoticeKind::InterviewSummons, outcome.issued.interview_summons), (NoticeKind::SupervisionListing, outcome.issued.supervision_listing)] {
                        @if count > 0 { li { strong { (count) } "直接发出 " (kind.chinese()) } }
                    }
                    li { strong { (outcome.drafted) } "拟稿待签发" }
                    li { strong { (outcome.opened) } "新的逾期" }
                    li { strong { (outcome.closed) } "可销号" }
                }
                @if !outcome.without_policy.is_empty() { div.panel { p { "没有督办规则、因此不会督办：" (outcome.without_policy.join("、")) } } }
                @if papers.is_empty() {
                    p { "这一天不会发出文书。" }
                } @else {
                    div.scroll tabindex="0" role="region" aria-label="会发出的文书" {
                        table {
                            thead { tr { th scope="col" { "文书" } th scope="col" { "发给" } th.number scope="col" { "列明" } th scope="col" { "签发" } } }
                            tbody { @for paper in papers.iter().take(SHOWN) {
                                tr {
                                    td.tight { (paper.kind.chinese()) }
                                    td { (paper.addressee_name) @if let Some(town) = &paper.town { @if paper.addressee_kind == AddresseeKind::Cadre { "（" (town) "）" } } }
                                    td.number { (paper.lines.len()) " 项" }
                                    td.tight { (signer(paper.signer.as_deref())) }
                                }
                            } }
                        }
                    }
                    @if papers.len() > SHOWN { p { "另有 " (papers.len() - SHOWN) " 件没有列出。" } }
                }
            }
        },
    ))
}

fn signer(signer: Option<&str>) -> &'static str {
    match signer {
        None => "直接发出",
        Some("chair") => "食药安委主任签发",
        Some(_) => "食药安办签发",
    }
}
