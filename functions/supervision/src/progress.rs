//! 督导进度: where a quarter stands, by town and by tier.

use crate::obligations::{ObligationStatus, obligation_status};
use crate::quarter::{chinese_period, with_period};
use crate::tabs::tabs;
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::{Tier, Word as _};
use maud::{Markup, html};
use registers::ListQuery;
use registers::town_name;
use schemars::JsonSchema;
use serde::Deserialize;
use web::api::asks;
use web::extract::Query;
use web::form::{Errors, select};
use web::respond::json_text;
use web::routes::Routes;
use web::routes::{DESK, STAFF};
use web::{Answer, Context, Problem, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/supervision", STAFF, progress_page)
        .get("/api/v1/supervision/summary", STAFF, show_summary)
        .api(
            "一个季度的督导进度，按镇街",
            asks::<SummaryQuery>().gives::<ObligationSummary>(),
        )
}

/// How the obligations of one town, or of one tier, stand.
#[derive(Deserialize)]
struct SummaryLine {
    #[serde(default)]
    town: Option<String>,
    #[serde(default)]
    tier: Option<Tier>,
    total: u64,
    done: u64,
    due: u64,
    overdue: u64,
    wrong_mode: u64,
    late: u64,
    unassigned: u64,
}

/// The quarter by town and by tier, as a JSON document.
async fn count_obligations(context: &Context, asked: &ListQuery) -> Result<String, Problem> {
    let counts = "count(*) AS total, sum(status = 'done') AS done, sum(status = 'due') AS due, sum(status = 'overdue') AS overdue,
            sum(status = 'wrong_mode') AS wrong_mode, sum(status = 'late') AS late, sum(status = 'unassigned') AS unassigned";
    let line = "'total', total, 'done', done, 'due', due, 'overdue', overdue, 'wrong_mode', wrong_mode, 'late', late, 'unassigned', unassigned";
    let sql = format!(
        "WITH counted AS MATERIALIZED (SELECT {town} AS town, o.tier, {status} AS status FROM obligation_record o
            WHERE o.period = upper(?2) AND (?3 IS NULL OR o.town IN (SELECT value FROM json_each(?3))) AND (?4 IS NULL OR o.cadre_no = ?4))
         SELECT json_object(
            'closed_on', (SELECT closed_on FROM period_close WHERE period = upper(?2) AND finished_at IS NOT NULL),
            'late_entries', (SELECT count(*) FROM late_entry l WHERE l.period = upper(?2) AND (?3 IS NULL OR l.town IN (SELECT value FROM json_each(?3))) AND (?4 IS NULL OR l.owed_cadre_no = ?4)),
            'accepted', (SELECT count(*) FROM late_entry l WHERE l.period = upper(?2) AND l.is_accepted AND (?3 IS NULL OR l.town IN (SELECT value FROM json_each(?3))) AND (?4 IS NULL OR l.owed_cadre_no = ?4)),
            'items', json((SELECT json_group_array(json_object('town', town, {line})) FROM (SELECT town, {counts} FROM counted GROUP BY town ORDER BY town))),
            'tiers', json((SELECT json_group_array(json_object('tier', tier, {line})) FROM (SELECT tier, {counts} FROM counted WHERE tier IS NOT NULL GROUP BY tier ORDER BY tier))))",
        town = town_name!("o.town"),
        status = obligation_status!(),
    )
    .replace("{today}", "?1");
    let caller = context.caller()?;
    let is_cadre = caller.role == domain::words::Role::Cadre;
    let towns = if is_cadre {
        None
    } else {
        caller.only_towns_json()
    };
    let cadre_no = is_cadre.then(|| caller.cadre_no.clone().unwrap_or_default());
    let parameters = [
        context.today().to_string().into(),
        asked.get("period").unwrap_or("").into(),
        towns.into(),
        cadre_no.into(),
    ];
    Ok(context.store.text(&sql, parameters).await?)
}

async fn show_summary(context: Context, Query(asked): Query<ListQuery>) -> Answer {
    let asked = with_period(&context, asked)?;
    Ok(json_text(count_obligations(&context, &asked).await?))
}

/// The quarter by town and by tier.
#[derive(Deserialize, JsonSchema)]
struct ObligationSummary {
    /// 封存的日期；还没有封存的为空
    closed_on: Option<NaiveDate>,
    /// 封存后的补录，不计入以下数字
    late_entries: u64,
    /// 其中认可按时的
    accepted: u64,
    #[schemars(with = "Vec<ObligationsOfTown>")]
    items: Vec<SummaryLine>,
    #[schemars(with = "Vec<ObligationsOfTier>")]
    tiers: Vec<SummaryLine>,
}

/// [`SummaryLine`] as it is given for a town; the town is null for businesses that have none.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made")]
struct ObligationsOfTown {
    town: Option<String>,
    #[serde(flatten)]
    counts: ObligationCounts,
}

/// [`SummaryLine`] as it is given for a tier.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made")]
struct ObligationsOfTier {
    tier: Tier,
    #[serde(flatten)]
    counts: ObligationCounts,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made")]
struct ObligationCounts {
    total: u64,
    done: u64,
    due: u64,
    overdue: u64,
    wrong_mode: u64,
    late: u64,
    unassigned: u64,
}

/// The query of the summary, as it is described.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made")]
struct SummaryQuery {
    /// 周期，如 2026Q3、2026H2、2026；不写是本季度
    period: Option<String>,
}

/// The periods that the page offers, with their names: the last eight quarters, and the half-years and years for which something is owed.
async fn offered_periods(context: &Context) -> Result<Vec<(String, String)>, Problem> {
    let sql = "SELECT json_group_array(json_array(period, name)) FROM (SELECT period, name FROM visit_period
        WHERE starts_on <= ?1 AND iif(kind = 'quarter', starts_on > date(?1, '-24 months'), is_counted AND starts_on > date(?1, '-36 months'))
        ORDER BY starts_on DESC, period)";
    let today = context.today().to_string();
    Ok(context.store.json(sql, [today.into()]).await?)
}

async fn progress_page(context: Context, Query(asked): Query<ListQuery>) -> Answer {
    let asked = with_period(&context, asked)?;
    let summary = count_obligations(&context, &asked).await?;
    let summary: ObligationSummary = serde_json::from_str(&summary).map_err(Problem::internal)?;
    let period = asked.get("period").unwrap_or("").to_ascii_uppercase();
    let quarters = offered_periods(&context).await?;
    let quarters: Vec<(&str, &str)> = quarters
        .iter()
        .map(|(period, name)| (period.as_str(), name.as_str()))
        .collect();
    let sum = |of: fn(&SummaryLine) -> u64| summary.items.iter().map(of).sum::<u64>();
    let (total, done) = (sum(|line| line.total), sum(|line| line.done + line.late));
    Ok(page::page(
        &context,
        "督导进度",
        &html! {
            (tabs(&context))
            h1 { (chinese_period(&period)) "督导进度" }
            form.filters method="get" {
                (select("period", "季度", &quarters, &period, &Errors::default()))
                div.actions { button.main { "查看" } a.second href={ "/supervision/obligations?period=" (period) } { "逐家查看" } }
            }
            @if let Some(day) = summary.closed_on {
                p { (chinese(day)) "已封存，此后的变动不改这些数字。"
                    @if summary.late_entries > 0 { "封存后补录 " @if DESK.admits(context.caller.as_ref()) { a href={ "/supervision/late-entries?period=" (period) } { (summary.late_entries) " 件" } } @else { (summary.late_entries) " 件" } "，其中认可按时 " (summary.accepted) " 件。" } }
            }
            @if summary.items.is_empty() {
                p { "这个季度没有应督导事项。" }
            } @else {
                p.lead { "应督导 " strong { (total) } " 家，已督导 " strong { (done) } " 家（" (done * 100 / total.max(1)) "%）。" }
                (summary_table(&period, "镇街", &summary.items))
                (summary_table(&period, "干部层级", &summary.tiers))
                p.note { "高风险（D 级风险）企业和学校、幼儿园食堂应当现场督导；只有线上督导的列为“应现场未现场”。逾期后补上的列为“逾期已补”。" }
            }
        },
    ))
}

fn summary_table(period: &str, label: &str, lines: &[SummaryLine]) -> Markup {
    let cell = |line: &SummaryLine, status: &str, count: u64| {
        html! { td.number { @if count == 0 { "0" } @else { a href=(obligations_link(period, line, status)) { (count) } } } }
    };
    html! {
        div.scroll tabindex="0" role="region" aria-label={ "按" (label) } {
            table {
                thead { tr {
                    th scope="col" { (label) } th scope="col" { "进度" } th.number scope="col" { "应督导" }
                    @for status in ObligationStatus::ALL { th.number scope="col" { (status.chinese()) } }
                } }
                tbody {
                    @for line in lines {
                        tr {
                            th scope="row" { @match (&line.town, line.tier) { (Some(town), _) => (town), (None, Some(tier)) => (tier.chinese()), (None, None) => "镇街未登记" } }
                            td.bar-cell {
                                svg.bar viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                                    rect.ground x="0" y="0" width="100" height="10" {}
                                    rect.fill x="0" y="0" width=((line.done + line.late) * 100 / line.total.max(1)) height="10" {}
                                }
                            }
                            td.number { (line.total) }
                            (cell(line, "done", line.done)) (cell(line, "due", line.due)) (cell(line, "overdue", line.overdue))
                            (cell(line, "wrong_mode", line.wrong_mode)) (cell(line, "late", line.late)) (cell(line, "unassigned", line.unassigned))
                        }
                    }
                }
            }
        }
    }
}

/// Where the obligations of one line and status are listed.
fn obligations_link(period: &str, line: &SummaryLine, status: &str) -> String {
    let group = match (&line.town, line.tier) {
        (Some(town), _) => format!("&town={}", page::encode(town)),
        (None, Some(tier)) => format!("&tier={}", tier.code()),
        (None, None) => String::new(),
    };
    format!("/supervision/obligations?period={period}&status={status}{group}")
}
