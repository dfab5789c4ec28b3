//! 运行记录: what each sweep did.

use crate::outcome::SweepOutcome;
use chrono::{DateTime, FixedOffset, NaiveDate};
use domain::office_date::{chinese, chinese_time};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;
use web::api::{ListPage, asks};
use web::extract::Query;
use web::paging::Page;
use web::respond::json_text;
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, page as frame};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/sweep/runs", OFFICE, runs_page)
        .get("/api/v1/sweep/runs", OFFICE, list_runs)
        .api("运行记录", asks::<Page>().gives::<ListPage<SweepRun>>())
}

/// The runs as a JSON document, the newest first.
async fn list_text(context: &Context, page: &Page) -> Result<String, Problem> {
    let sql = "WITH hit AS (SELECT * FROM sweep_run WHERE ?1 = 0 OR id < ?1 ORDER BY id DESC LIMIT ?2)
        SELECT json_object('items', json_group_array(json_object('id', CAST(id AS TEXT), 'as_of', as_of, 'started_at', started_at, 'ended_at', ended_at,
            'result', json(result), 'error', error)),
            'next', CASE WHEN count(*) = ?2 THEN CAST(min(id) AS TEXT) END, 'total', (SELECT count(*) FROM sweep_run)) FROM hit";
    let parameters = [page.after()?.into(), page.limit()?.into()];
    Ok(context.store.text(sql, parameters).await?)
}

async fn list_runs(context: Context, Query(page): Query<Page>) -> Answer {
    Ok(json_text(list_text(&context, &page).await?))
}

#[derive(Deserialize)]
struct RunList {
    items: Vec<SweepRun>,
    next: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
struct SweepRun {
    #[expect(dead_code, reason = "for programs")]
    id: String,
    as_of: NaiveDate,
    started_at: DateTime<FixedOffset>,
    ended_at: Option<DateTime<FixedOffset>>,
    /// Null for a run that has not ended, or has failed.
    #[schemars(with = "Option<SweepOutcome>")]
    result: Json,
    error: Option<String>,
}

async fn runs_page(context: Context, Query(page): Query<Page>) -> Answer {
    let list: RunList =
        serde_json::from_str(&list_text(&context, &page).await?).map_err(Problem::internal)?;
    Ok(frame::page(
        &context,
        "运行记录",
        &html! {
            (crate::tabs::tabs(&context))
            h1 { "运行记录" }
            p { "每天 6:00 自动运行。同一天运行多次、同时运行或者中途中断后再运行，文书都只有一份。" }
            @if list.items.is_empty() { p { "还没有运行过。" } } @else {
                (run_table(&list.items))
                @if let Some(next) = &list.next { p.pages { a.second rel="next" href={ "/sweep/runs?cursor=" (next) } { "更早的" } } }
            }
        },
    ))
}

fn run_table(runs: &[SweepRun]) -> Markup {
    let number = |run: &SweepRun, pointer: &str| {
        let value = run.result.pointer(pointer);
        value.and_then(Json::as_u64).unwrap_or(0)
    };
    html! {
        div.scroll tabindex="0" role="region" aria-label="运行记录" {
            table {
                thead { tr { th scope="col" { "截至" } th scope="col" { "开始" } th scope="col" { "结束" } th.number scope="col" { "新逾期" } th.number scope="col" { "销号" }
                    th.number scope="col" { "函" } th.number scope="col" { "待签发" } th.number scope="col" { "消息" } th scope="col" { "说明" } } }
                tbody { @for run in runs {
                    tr {
                        td.tight { (chinese(run.as_of)) }
                        td.tight { (chinese_time(run.started_at)) }
                        td.tight { (run.ended_at.map_or_else(|| "没有结束（运行中或被中断，再次运行会接着做完）".to_owned(), chinese_time)) }
                        td.number { (number(run, "/opened")) } td.number { (number(run, "/closed")) }
                        td.number { (number(run, "/issued/reminder_letter")) } td.number { (number(run, "/drafted")) } td.number { (number(run, "/queued_messages")) }
                        td { (run.error.as_deref().unwrap_or(""))
                            @if let Some(rules) = run.result.get("without_policy").and_then(Json::as_array).filter(|rules| !rules.is_empty()) {
                                "没有督办规则：" (rules.iter().filter_map(Json::as_str).collect::<Vec<_>>().join("、")) } }
                    }
                } }
            }
        }
    }
}
