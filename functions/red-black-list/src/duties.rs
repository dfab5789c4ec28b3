//! 履责晾晒 (001 §三.12): how towns, stations and departments did on their own duties in a quarter. Published once a quarter, as the
//! figures stood on that day, where the office has switched it on (policy `duty_publication`).

use crate::tabs::{desk_tabs, public_tabs};
use axum::response::{IntoResponse as _, Redirect};
use chrono::{Datelike as _, Months, NaiveDate};
use domain::office_date::chinese;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use web::api::Listed;
use web::extract::Form;
use web::problem::FieldError;
use web::{Answer, Context, Problem, page};

/// Days after a quarter's end until its figures go out by themselves: late visits and late entries are in by then.
const AFTER: i64 = 15;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DutiesOfTown")]
pub struct Town {
    town: Option<String>,
    total: u64,
    done: u64,
    late: u64,
    missed: u64,
    unassigned: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DutiesOfDepartment")]
pub struct Department {
    name: String,
    due: u64,
    on_time: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Figures {
    towns: Vec<Town>,
    departments: Vec<Department>,
}

#[derive(Deserialize)]
struct Published {
    period: String,
    figures: Figures,
    published_on: NaiveDate,
}

/// The last quarter that has ended: 2026Q3, with its first and last day.
fn last_quarter(today: NaiveDate) -> Option<(String, NaiveDate, NaiveDate)> {
    let first_of =
        |day: NaiveDate| NaiveDate::from_ymd_opt(day.year(), day.month0() / 3 * 3 + 1, 1);
    let begins = first_of(today.checked_sub_months(Months::new(3))?)?;
    let ends = first_of(today)?.pred_opt()?;
    let period = format!("{}Q{}", begins.year(), begins.month0() / 3 + 1);
    Some((period, begins, ends))
}

fn said(period: &str) -> String {
    match period.split_once('Q') {
        Some((year, quarter)) => format!("{year}年第{quarter}季度"),
        None => period.to_owned(),
    }
}

async fn figures(
    context: &Context,
    period: &str,
    begins: NaiveDate,
    ends: NaiveDate,
) -> Result<Figures, Problem> {
    let today = context.today().to_string();
    // As the overview of `supervision` counts them.
    let sql = "SELECT json_group_array(json_object('town', town, 'total', total, 'done', done, 'late', late, 'missed', missed, 'unassigned', unassigned))
        FROM (SELECT town, count(*) AS total, sum(cadre_no IS NULL) AS unassigned, sum(cadre_no IS NOT NULL AND met_on <= ends_on) AS done,
                sum(cadre_no IS NOT NULL AND met_on > ends_on AND met_on < ?2) AS late,
                sum(cadre_no IS NOT NULL AND (met_on IS NULL OR met_on > ends_on AND met_on >= ?2)) AS missed
            FROM (SELECT town, ends_on, met_on, cadre_no FROM obligation WHERE period = ?1) GROUP BY town ORDER BY town)";
    #[derive(Deserialize)]
    struct Row {
        town: Option<String>,
        total: u64,
        done: Option<u64>,
        late: Option<u64>,
        missed: Option<u64>,
        unassigned: Option<u64>,
    }
    let rows: Vec<Row> = context
        .store
        .json(sql, [period.into(), today.into()])
        .await?;
    let towns = rows
        .into_iter()
        .map(|row| Town {
            town: row.town,
            total: row.total,
            done: row.done.unwrap_or(0),
            late: row.late.unwrap_or(0),
            missed: row.missed.unwrap_or(0),
            unassigned: row.unassigned.unwrap_or(0),
        })
        .collect();
    // Every deadline that holds today, as the sweep reads them: a view and its successor stand side by side for one release. What the
    // office itself owes to complainants stays out: an insider's report would be among it.
    let names = "SELECT json_group_array(view) FROM (SELECT view FROM current_deadline_view ORDER BY view)";
    let views: Vec<String> = context.store.json(names, []).await?;
    let mut departments: std::collections::BTreeMap<String, (u64, u64)> = Default::default();
    for view in views {
        let sql = format!(
            "SELECT json_group_array(json_array(owed_by_kind, owed_by, due, on_time)) FROM (
                SELECT owed_by_kind, owed_by, count(*) AS due, coalesce(sum(met_on <= due_on), 0) AS on_time FROM \"{view}\"
                WHERE owed_by_kind <> 'cadre' AND owed_by IS NOT NULL AND due_on BETWEEN ?1 AND ?2
                    AND NOT (rule GLOB 'complaint_*' AND owed_by_kind = 'department')
                GROUP BY owed_by_kind, owed_by)"
        );
        let rows: Vec<(String, String, u64, u64)> = context
            .store
            .json(&sql, [begins.to_string().into(), ends.to_string().into()])
            .await?;
        for (kind, name, due, on_time) in rows {
            let name = match kind.as_str() {
                "station" => format!("{name}监管所"),
                "town" => format!("{name}食安办"),
                _ => name,
            };
            let sums = departments.entry(name).or_default();
            sums.0 += due;
            sums.1 += on_time;
        }
    }
    let departments = departments
        .into_iter()
        .map(|(name, (due, on_time))| Department { name, due, on_time })
        .collect();
    Ok(Figures { towns, departments })
}

/// Publishes a quarter as it stands; once.
async fn publish(context: &Context, by: &str) -> Result<Option<String>, Problem> {
    let Some((period, begins, ends)) = last_quarter(context.today()) else {
        return Ok(None);
    };
    let figures = figures(context, &period, begins, ends).await?;
    let sql = "INSERT INTO duty_publication (period, figures, published_on, changed_by, changed_at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (period) DO UPDATE SET withdrawn_on = NULL, figures = excluded.figures, published_on = excluded.published_on,
            changed_by = excluded.changed_by, changed_at = excluded.changed_at WHERE withdrawn_on IS NOT NULL AND excluded.changed_by <> ?6
        RETURNING 1";
    let parameters = [
        period.as_str().into(),
        json!(figures).to_string().into(),
        context.today().to_string().into(),
        by.into(),
        context.at().into(),
        crate::moves::SCHEDULE.into(),
    ];
    let done = context.store.run(sql, parameters).await? == 1;
    Ok(done.then_some(period))
}

/// The quarter's figures, some days after its end, where the office wants them published and nobody has done it.
pub async fn publish_when_due(context: &Context) -> Result<Option<String>, Problem> {
    let Some((period, _, ends)) = last_quarter(context.today()) else {
        return Ok(None);
    };
    if (context.today() - ends).num_days() < AFTER {
        return Ok(None);
    }
    if crate::policy::number(context, "duty_publication").await? == 0 {
        return Ok(None);
    }
    let sql = "SELECT 1 FROM duty_publication WHERE period = ?1";
    match context.store.run(sql, [period.into()]).await? {
        0 => publish(context, crate::moves::SCHEDULE).await,
        _ => Ok(None),
    }
}

async fn published(context: &Context) -> Result<Vec<Published>, Problem> {
    let sql = "SELECT json_group_array(json_object('period', period, 'figures', json(figures), 'published_on', published_on))
        FROM (SELECT * FROM duty_publication WHERE withdrawn_on IS NULL ORDER BY period DESC LIMIT 12)";
    Ok(context.store.json(sql, []).await?)
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DutiesOfQuarter")]
pub struct Quarter {
    period: String,
    published_on: NaiveDate,
    towns: Vec<Town>,
    departments: Vec<Department>,
}

pub async fn list_published_duties(context: Context) -> Answer {
    let quarters = published(&context).await?.into_iter();
    let items = quarters.map(|quarter| Quarter {
        period: quarter.period,
        published_on: quarter.published_on,
        towns: quarter.figures.towns,
        departments: quarter.figures.departments,
    });
    Ok(axum::Json(Listed::whole(items.collect())).into_response())
}

fn share(part: u64, of: u64) -> String {
    match of {
        0 => "—".to_owned(),
        of => format!("{:.1}%", part as f64 * 100.0 / of as f64),
    }
}

fn tables(figures: &Figures) -> Markup {
    html! {
        h3 { "各镇街包保督导" }
        @if figures.towns.is_empty() { p { "这个季度没有应督导的事项。" } } @else {
            div.scroll tabindex="0" role="region" aria-label="各镇街包保督导" {
                table {
                    thead { tr { th scope="col" { "镇街" } th scope="col" { "进度" } th.number scope="col" { "应督导" } th.number scope="col" { "按时" } th.number scope="col" { "补做" } th.number scope="col" { "没有做" } th.number scope="col" { "没有指定干部" } th.number scope="col" { "按时比例" } } }
                    tbody { @for town in &figures.towns { tr {
                        th scope="row" { (town.town.as_deref().unwrap_or("镇街未登记")) }
                        td.bar-cell { svg.bar viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                            rect.ground x="0" y="0" width="100" height="10" {} rect.fill x="0" y="0" width=(town.done * 100 / town.total.max(1)) height="10" {} } }
                        td.number { (town.total) } td.number { (town.done) } td.number { (town.late) } td.number { (town.missed) } td.number { (town.unassigned) }
                        td.number { (share(town.done, town.total)) }
                    } } }
                }
            }
        }
        h3 { "各部门、监管所、镇街食安办的到期事项" }
        @if figures.departments.is_empty() { p { "这个季度没有到期的事项。" } } @else {
            div.scroll tabindex="0" role="region" aria-label="各部门到期事项" {
                table {
                    thead { tr { th scope="col" { "单位" } th.number scope="col" { "到期" } th.number scope="col" { "按时办结" } th.number scope="col" { "按时比例" } } }
                    tbody { @for line in &figures.departments { tr {
                        th scope="row" { (line.name) } td.number { (line.due) } td.number { (line.on_time) } td.number { (share(line.on_time, line.due)) }
                    } } }
                }
            }
        }
    }
}

pub async fn public_page(context: Context) -> Answer {
    let quarters = published(&context).await?;
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
                    h2 { (said(&quarter.period)) }
                    p.note { (chinese(quarter.published_on)) "公布" }
                    (tables(&quarter.figures))
                }
            }
        },
    ))
}

pub async fn desk(context: Context) -> Answer {
    let (period, begins, ends) = last_quarter(context.today())
        .ok_or_else(|| Problem::internal("a day beyond the calendar"))?;
    let preview = figures(&context, &period, begins, ends).await?;
    let quarters = published(&context).await?;
    let out = quarters.iter().any(|quarter| quarter.period == period);
    Ok(page::page(
        &context,
        "履责晾晒",
        &html! {
            (desk_tabs(&context))
            h1 { "履责晾晒" }
            p { "在" a href="/policy#duty_publication" { "政策参数" } "里设为 1 以后，每季度结束满十五天自动公布；也可以在这里手工公布。公布的是当天的数字，以后不再变。" }
            h2 { (said(&period)) @if out { "（已公布）" } }
            (tables(&preview))
            @if !out {
                form method="post" action="/lists/cases/duties" { input type="hidden" name="period" value=(period); button.main name="verb" value="publish" { "公布" (said(&period)) } }
            }
            @if !quarters.is_empty() {
                h2 { "已经公布的" }
                ul.tidy { @for quarter in &quarters { li {
                    (said(&quarter.period)) "，" (chinese(quarter.published_on)) "公布 "
                    form.inline method="post" action="/lists/cases/duties" { input type="hidden" name="period" value=(quarter.period); button.plain name="verb" value="withdraw" { "撤下" (said(&quarter.period)) } }
                } } }
            }
        },
    ))
}

#[derive(Deserialize)]
pub struct Order {
    period: String,
    verb: String,
}

pub async fn submit(context: Context, Form(order): Form<Order>) -> Answer {
    let by = &context.caller()?.account;
    match order.verb.as_str() {
        "publish" => {
            publish(&context, by).await?;
        }
        "withdraw" => {
            let sql = "UPDATE duty_publication SET withdrawn_on = ?2, changed_by = ?3, changed_at = ?4 WHERE period = ?1 AND withdrawn_on IS NULL";
            let parameters = [
                order.period.as_str().into(),
                context.today().to_string().into(),
                by.as_str().into(),
                context.at().into(),
            ];
            context.store.run(sql, parameters).await?;
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_quarter_is_the_one_that_has_ended() {
        let of = |day: &str| {
            day.parse()
                .ok()
                .and_then(last_quarter)
                .map(|(period, begins, ends)| format!("{period} {begins} {ends}"))
        };
        assert_eq!(
            of("2026-11-22").as_deref(),
            Some("2026Q3 2026-07-01 2026-09-30")
        );
        assert_eq!(
            of("2027-01-01").as_deref(),
            Some("2026Q4 2026-10-01 2026-12-31")
        );
        assert_eq!(
            of("2026-05-31").as_deref(),
            Some("2026Q1 2026-01-01 2026-03-31")
        );
    }
}
