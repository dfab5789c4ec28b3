//! 履责晾晒 (001 §三.12): the figures of duties are published once a quarter, as they stood on that day, where the office has switched
//! it on (policy `duty_publication`).

use crate::case_steps::SCHEDULE;
use crate::duty_figures::{
    DutiesOfDepartment, DutiesOfTown, DutyFigures, count_duties, last_quarter,
};
use crate::policy;
use crate::tabs::{desk_tabs, public_tabs};
use axum::response::{IntoResponse as _, Redirect};
use chrono::NaiveDate;
use domain::office_date::chinese;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use web::api::{ListPage, gives};
use web::extract::Form;
use web::problem::FieldError;
use web::routes::{OFFICE, Routes, Who};
use web::{Answer, Context, Problem, contacts, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/lists/cases/duties", OFFICE, office_page)
        .post("/lists/cases/duties", OFFICE, submit)
        .get_prepared("/lists/duties", Who::Everybody, public_page)
        .get(
            "/api/v1/lists/duties",
            Who::Everybody,
            list_published_duties,
        )
        .api(
            "镇街和部门各季度的履责情况",
            gives::<ListPage<DutiesOfQuarter>>(),
        )
}

/// How many days after a quarter's end its figures are published by themselves: late visits and late entries are in by then.
const DAYS_AFTER_QUARTER: i64 = 15;

#[derive(Deserialize)]
struct PublishedQuarter {
    period: String,
    figures: DutyFigures,
    published_on: NaiveDate,
}

/// The name of a quarter in Chinese.
fn quarter_name(period: &str) -> String {
    match period.split_once('Q') {
        Some((year, quarter)) => format!("{year}年第{quarter}季度"),
        None => period.to_owned(),
    }
}

/// Publishes the last quarter as it stands today, where it is not published already. One that was withdrawn is published again by a
/// person alone, never by the schedule. Gives the quarter that was published.
async fn publish_last_quarter(context: &Context, by: &str) -> Result<Option<String>, Problem> {
    let Some(quarter) = last_quarter(context.today()) else {
        return Ok(None);
    };
    let figures = count_duties(context, &quarter).await?;
    let sql = "INSERT INTO duty_publication (period, figures, published_on, changed_by, changed_at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (period) DO UPDATE SET withdrawn_on = NULL, figures = excluded.figures, published_on = excluded.published_on,
            changed_by = excluded.changed_by, changed_at = excluded.changed_at WHERE withdrawn_on IS NOT NULL AND excluded.changed_by <> ?6
        RETURNING 1";
    let parameters = [
        quarter.period.as_str().into(),
        json!(figures).to_string().into(),
        context.today().to_string().into(),
        by.into(),
        context.at().into(),
        SCHEDULE.into(),
    ];
    let is_published = context.store.run(sql, parameters).await? == 1;
    Ok(is_published.then_some(quarter.period))
}

/// Publishes the last quarter some days after its end, where the policy `duty_publication` says so and nobody has done it. Gives the
/// quarter that was published.
pub async fn publish_when_due(context: &Context) -> Result<Option<String>, Problem> {
    let Some(quarter) = last_quarter(context.today()) else {
        return Ok(None);
    };
    if (context.today() - quarter.ends_on).num_days() < DAYS_AFTER_QUARTER {
        return Ok(None);
    }
    if policy::current_number(context, "duty_publication").await? == 0 {
        return Ok(None);
    }
    let sql = "SELECT 1 FROM duty_publication WHERE period = ?1";
    match context.store.run(sql, [quarter.period.into()]).await? {
        0 => publish_last_quarter(context, SCHEDULE).await,
        _ => Ok(None),
    }
}

/// The quarters that are published, the newest first: the last three years.
async fn published_quarters(context: &Context) -> Result<Vec<PublishedQuarter>, Problem> {
    let sql = "SELECT json_group_array(json_object('period', period, 'figures', json(figures), 'published_on', published_on))
        FROM (SELECT * FROM duty_publication WHERE withdrawn_on IS NULL ORDER BY period DESC LIMIT 12)";
    Ok(context.store.json(sql, []).await?)
}

#[derive(Serialize, JsonSchema)]
pub struct DutiesOfQuarter {
    period: String,
    published_on: NaiveDate,
    towns: Vec<DutiesOfTown>,
    departments: Vec<DutiesOfDepartment>,
}

async fn list_published_duties(context: Context) -> Answer {
    let quarters = published_quarters(&context).await?.into_iter();
    let items = quarters.map(|quarter| DutiesOfQuarter {
        period: quarter.period,
        published_on: quarter.published_on,
        towns: quarter.figures.towns,
        departments: quarter.figures.departments,
    });
    Ok(axum::Json(ListPage::whole(items.collect())).into_response())
}

/// A part as a percentage; a dash where there is no whole.
fn share(part: u64, of: u64) -> String {
    match of {
        0 => "—".to_owned(),
        of => format!("{:.1}%", part as f64 * 100.0 / of as f64),
    }
}

fn tables(figures: &DutyFigures) -> Markup {
    html! {
        (visits_table(&figures.towns))
        (deadlines_table(&figures.departments))
    }
}

fn visits_table(towns: &[DutiesOfTown]) -> Markup {
    html! {
        h3 { "各镇街包保督导" }
        @if towns.is_empty() { p { "这个季度没有应督导的事项。" } } @else {
            div.scroll tabindex="0" role="region" aria-label="各镇街包保督导" {
                table {
                    thead { tr { th scope="col" { "镇街" } th scope="col" { "进度" } th.number scope="col" { "应督导" } th.number scope="col" { "按时" } th.number scope="col" { "补做" } th.number scope="col" { "没有做" } th.number scope="col" { "没有指定干部" } th.number scope="col" { "按时比例" } } }
                    tbody { @for town in towns { tr {
                        th scope="row" { (town.town.as_deref().unwrap_or("镇街未登记")) }
                        td.bar-cell { svg.bar viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                            rect.ground x="0" y="0" width="100" height="10" {} rect.fill x="0" y="0" width=(town.done * 100 / town.total.max(1)) height="10" {} } }
                        td.number { (town.total) } td.number { (town.done) } td.number { (town.late) } td.number { (town.missed) } td.number { (town.unassigned) }
                        td.number { (share(town.done, town.total)) }
                    } } }
                }
            }
        }
    }
}

fn deadlines_table(departments: &[DutiesOfDepartment]) -> Markup {
    html! {
        h3 { "各部门、监管所、镇街食安办的到期事项" }
        @if departments.is_empty() { p { "这个季度没有到期的事项。" } } @else {
            div.scroll tabindex="0" role="region" aria-label="各部门到期事项" {
                table {
                    thead { tr { th scope="col" { "单位" } th.number scope="col" { "到期" } th.number scope="col" { "按时办结" } th.number scope="col" { "按时比例" } } }
                    tbody { @for line in departments { tr {
                        th scope="row" { (line.name) } td.number { (line.due) } td.number { (line.on_time) } td.number { (share(line.on_time, line.due)) }
                    } } }
                }
            }
        }
    }
}

async fn public_page(context: Context) -> Answer {
    let quarters = published_quarters(&context).await?;
    let contacts = contacts::of_district(&context).await?;
    Ok(page::page(
        &context,
        "履责情况",
        &html! {
            (public_tabs(&context))
            h1 { "履责情况" }
            p.lead { "镇街和部门自己的食品安全职责做得怎么样，每个季度公布一次。" }
            @if quarters.is_empty() { p { "还没有公布过。" } }
            @for quarter in &quarters {
                section {
                    h2 { (quarter_name(&quarter.period)) }
                    p.note { (chinese(quarter.published_on)) "公布" }
                    (tables(&quarter.figures))
                }
            }
            (contacts::directory("联系我们", &contacts))
        },
    ))
}

async fn office_page(context: Context) -> Answer {
    let last = last_quarter(context.today())
        .ok_or_else(|| Problem::internal("a day beyond the calendar"))?;
    let preview = count_duties(&context, &last).await?;
    let period = &last.period;
    let quarters = published_quarters(&context).await?;
    let is_published = quarters.iter().any(|quarter| quarter.period == *period);
    Ok(page::page(
        &context,
        "履责晾晒",
        &html! {
            (desk_tabs(&context))
            h1 { "履责晾晒" }
            p { "在" a href="/policy#duty_publication" { "政策参数" } "里设为 1 以后，每季度结束满十五天自动公布；也可以在这里手工公布。公布的是当天的数字，以后不再变。" }
            h2 { (quarter_name(period)) @if is_published { "（已公布）" } }
            (tables(&preview))
            @if !is_published {
                form method="post" action="/lists/cases/duties" { input type="hidden" name="period" value=(period); button.main name="verb" value="publish" { "公布" (quarter_name(period)) } }
            }
            @if !quarters.is_empty() {
                h2 { "已经公布的" }
                ul.tidy { @for quarter in &quarters { li {
                    (quarter_name(&quarter.period)) "，" (chinese(quarter.published_on)) "公布 "
                    form.inline method="post" action="/lists/cases/duties" { input type="hidden" name="period" value=(quarter.period); button.plain name="verb" value="withdraw" { "撤下" (quarter_name(&quarter.period)) } }
                } } }
            }
        },
    ))
}

#[derive(Deserialize)]
struct PublicationOrder {
    period: String,
    verb: String,
}

async fn submit(context: Context, Form(order): Form<PublicationOrder>) -> Answer {
    let by = &context.caller()?.account;
    match order.verb.as_str() {
        "publish" => {
            publish_last_quarter(&context, by).await?;
        }
        "withdraw" => withdraw(&context, &order.period, by).await?,
        other => {
            return Err(Problem::invalid(vec![FieldError::new(
                "verb",
                other,
                "应为 publish 或者 withdraw",
            )]));
        }
    }
    Ok(Redirect::to("/lists/cases/duties").into_response())
}

/// Takes a published quarter back.
async fn withdraw(context: &Context, period: &str, by: &str) -> Result<(), Problem> {
    let sql = "UPDATE duty_publication SET withdrawn_on = ?2, changed_by = ?3, changed_at = ?4 WHERE period = ?1 AND withdrawn_on IS NULL";
    let parameters = [
        period.into(),
        context.today().to_string().into(),
        by.into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(())
}
