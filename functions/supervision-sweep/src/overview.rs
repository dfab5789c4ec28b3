//! 督办情况: what is overdue and since when, the papers by kind and month, the officials with the most open.

use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::{NoticeKind, Word as _};
use maud::{Markup, html};
use registers::town_name;
use schemars::JsonSchema;
use serde::Deserialize;
use web::api::gives;
use web::respond::json_text;
use web::routes::{DESK, Routes};
use web::{Answer, Context, Problem, page as frame};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/sweep", DESK, overview_page)
        .get("/api/v1/sweep/overview", DESK, show_overview)
        .api("逾期、文书和未完成最多的干部", gives::<Overview>())
}

#[derive(Deserialize, JsonSchema)]
struct Overview {
    overdue: Vec<OverdueLine>,
    papers: Vec<PapersOfMonth>,
    officials: Vec<OfficialOverdue>,
    drafts: u64,
}

/// What is overdue of one rule since one day.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "Overdue")]
struct OverdueLine {
    rule: String,
    title: String,
    due_on: NaiveDate,
    open: u64,
    closed: u64,
}

/// The papers that were issued in a month, by kind.
#[derive(Deserialize, JsonSchema)]
struct PapersOfMonth {
    month: String,
    reminder_letter: u64,
    rectification_order: u64,
    interview_summons: u64,
    supervision_listing: u64,
}

/// An official with what they owe.
#[derive(Deserialize, JsonSchema)]
struct OfficialOverdue {
    cadre_no: String,
    name: String,
    town: Option<String>,
    open: u64,
    since: NaiveDate,
}

/// The overview as a JSON document.
async fn overview_text(context: &Context) -> Result<String, Problem> {
    let sql = concat!(
        "WITH b AS (SELECT * FROM breach WHERE ?1 IS NULL OR town IN (SELECT value FROM json_each(?1))),
        n AS (SELECT * FROM notice WHERE ?1 IS NULL OR town IN (SELECT value FROM json_each(?1)))
        SELECT json_object(
            'overdue', json((SELECT json_group_array(json_object('rule', rule, 'title', title, 'due_on', due_on, 'open', open, 'closed', closed)) FROM (
                SELECT b.rule, coalesce((SELECT max(p.title) FROM escalation_policy p WHERE p.rule = b.rule), b.rule) AS title, b.due_on,
                    sum(b.closed_on IS NULL) AS open, sum(b.closed_on IS NOT NULL) AS closed FROM b GROUP BY b.rule, b.due_on HAVING sum(b.closed_on IS NULL) > 0 ORDER BY b.due_on, b.rule LIMIT 40))),
            'papers', json((SELECT json_group_array(json_object('month', month, 'reminder_letter', letters, 'rectification_order', orders, 'interview_summons', summons,
                'supervision_listing', listings)) FROM (
                SELECT substr(issued_on, 1, 7) AS month, sum(rung = 1) AS letters, sum(rung = 2) AS orders, sum(rung = 3) AS summons, sum(rung = 4) AS listings
                FROM n WHERE issued_on >= date(?2, 'start of month', '-11 months') GROUP BY 1 ORDER BY 1))),
            'officials', json((SELECT json_group_array(json_object('cadre_no', owed_by, 'name', name, 'town', town, 'open', open, 'since', since)) FROM (
                SELECT b.owed_by, coalesce(c.name, b.owed_by) AS name, ",
        town_name!("c.town"),
        " AS town, count(*) AS open, min(b.due_on) AS since
                FROM b LEFT JOIN cadre_ledger c ON c.cadre_no = b.owed_by WHERE b.closed_on IS NULL AND b.owed_by_kind = 'cadre'
                GROUP BY b.owed_by ORDER BY count(*) DESC, b.owed_by LIMIT 10))),
            'drafts', (SELECT count(*) FROM n WHERE status = 'drafted'))"
    );
    let parameters = [
        context.caller()?.only_towns_json().into(),
        context.today().to_string().into(),
    ];
    Ok(context.store.text(sql, parameters).await?)
}

async fn show_overview(context: Context) -> Answer {
    Ok(json_text(overview_text(&context).await?))
}

fn count_bar(value: u64, most: u64) -> Markup {
    html! {
        svg.bar viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            rect.ground x="0" y="0" width="100" height="10" {}
            rect.fill x="0" y="0" width=(value * 100 / most.max(1)) height="10" {}
        }
    }
}

async fn overview_page(context: Context) -> Answer {
    let overview: Overview =
        serde_json::from_str(&overview_text(&context).await?).map_err(Problem::internal)?;
    Ok(frame::page(
        &context,
        "督办情况",
        &html! {
            (crate::tabs::tabs(&context))
            h1 { "督办情况" }
            @if overview.drafts > 0 { div.panel { p { a href="/notices?status=drafted" { "有 " (overview.drafts) " 件文书待签发" } "，签发之前不再升级。" } } }
            h2 { "逾期未完成" }
            @if overview.overdue.is_empty() { p { "没有逾期的事项。" } } @else {
                (overdue_table(&overview.overdue, context.today()))
                p { a href="/sweep/breaches?standing=open" { "全部逾期事项" } }
            }
            h2 { "文书（近十二个月）" }
            @if overview.papers.is_empty() { p { "还没有发出过文书。" } } @else { (paper_table(&overview.papers)) }
            h2 { "未完成最多的干部" }
            @if overview.officials.is_empty() { p { "没有。" } } @else { (official_table(&overview.officials)) }
        },
    ))
}

fn overdue_table(lines: &[OverdueLine], today: NaiveDate) -> Markup {
    let most = lines.iter().map(|line| line.open).max().unwrap_or(0);
    html! {
        div.scroll tabindex="0" role="region" aria-label="逾期未完成" { table {
            thead { tr { th scope="col" { "事项" } th scope="col" { "应完成日期" } th.number scope="col" { "逾期天数" } th scope="col" { "未完成" } th.number scope="col" { "未完成" } th.number scope="col" { "已销号" } } }
            tbody { @for line in lines {
                @let list = format!("/sweep/breaches?rule={}&due_on={}", line.rule, line.due_on);
                tr {
                    th scope="row" { (line.title) }
                    td.tight { (chinese(line.due_on)) }
                    td.number { ((today - line.due_on).num_days()) }
                    td.bar-cell { (count_bar(line.open, most)) }
                    td.number { a href={ (list) "&standing=open" } { (line.open) } }
                    td.number { @if line.closed == 0 { "0" } @else { a href={ (list) "&standing=closed" } { (line.closed) } } }
                }
            } }
        } }
    }
}

fn paper_table(months: &[PapersOfMonth]) -> Markup {
    let count = |month: &PapersOfMonth, kind: NoticeKind| match kind {
        NoticeKind::ReminderLetter => month.reminder_letter,
        NoticeKind::RectificationOrder => month.rectification_order,
        NoticeKind::InterviewSummons => month.interview_summons,
        NoticeKind::SupervisionListing => month.supervision_listing,
        NoticeKind::Circular | NoticeKind::ReportUpwards => 0,
    };
    html! {
        div.scroll tabindex="0" role="region" aria-label="文书" { table {
            thead { tr { th scope="col" { "月份" } @for kind in NoticeKind::LADDER { th.number scope="col" { (kind.chinese()) } } } }
            tbody { @for month in months {
                tr { th scope="row" { (month.month.replace('-', "年")) "月" }
                    @for kind in NoticeKind::LADDER { @let number = count(month, kind);
                        td.number { @if number == 0 { "0" } @else { a href={ "/notices?kind=" (kind.code()) "&month=" (month.month) } { (number) } } } } }
            } }
        } }
    }
}

fn official_table(officials: &[OfficialOverdue]) -> Markup {
    let most = officials.iter().map(|one| one.open).max().unwrap_or(0);
    html! {
        div.scroll tabindex="0" role="region" aria-label="未完成最多的干部" { table {
            thead { tr { th scope="col" { "干部" } th scope="col" { "镇街" } th scope="col" { "未完成" } th.number scope="col" { "项数" } th scope="col" { "最早到期" } } }
            tbody { @for official in officials {
                tr { th scope="row" { (official.name) } td.tight { (official.town.as_deref().unwrap_or("区级")) } td.bar-cell { (count_bar(official.open, most)) }
                    td.number { a href={ "/sweep/breaches?standing=open&owed_by_kind=cadre&owed_by=" (frame::encode(&official.cadre_no)) } { (official.open) } }
                    td.tight { (chinese(official.since)) } }
            } }
        } }
    }
}
