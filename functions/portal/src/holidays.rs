//! The State Council's yearly arrangements of days off, and the page that shows them.

use chrono::{Datelike as _, NaiveDate};
use domain::office_date;
use domain::workdays::missing_holidays;
use maud::html;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use web::form::Errors;
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, page};

pub fn routes(routes: Routes) -> Routes {
    routes.get("/holidays", OFFICE, page)
}

/// A day of a yearly arrangement: a day off, or a day of the weekend that is worked.
#[derive(Serialize, Deserialize)]
pub struct DayException {
    pub date: NaiveDate,
    pub kind: DayKind,
    pub name: String,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum DayKind {
    /// A day off.
    Holiday,
    /// A day of a weekend that is worked.
    Workday,
}

/// Each year that has a day in the arrangement, with the statutory holidays that it lacks. A year that lacks none is announced.
pub fn missing_by_year(days: &[DayException]) -> BTreeMap<i32, Vec<&'static str>> {
    let mut names: BTreeMap<i32, Vec<&str>> = BTreeMap::new();
    for day in days {
        let holidays = names.entry(day.date.year()).or_default();
        if day.kind == DayKind::Holiday {
            holidays.push(&day.name);
        }
    }
    names
        .into_iter()
        .map(|(year, names)| (year, missing_holidays(names)))
        .collect()
}

/// All days of all arrangements, in their order.
pub async fn read_days(context: &Context) -> Result<Vec<DayException>, Problem> {
    let sql = "SELECT json_group_array(json_object('date', date, 'kind', kind, 'name', name)) FROM (SELECT * FROM holiday ORDER BY date)";
    Ok(context.store.json(sql, []).await?)
}

async fn page(context: Context) -> Answer {
    holidays_page(&context, &Errors::default()).await
}

/// The page of the arrangements, with the errors of an import.
pub async fn holidays_page(context: &Context, errors: &Errors) -> Answer {
    let days = read_days(context).await?;
    let years = missing_by_year(&days);
    let announced: Vec<String> = years
        .iter()
        .filter(|(_, missing)| missing.is_empty())
        .map(|(year, _)| year.to_string())
        .collect();
    let last_year = years
        .last_key_value()
        .map(|(year, _)| year.to_string())
        .unwrap_or_default();
    let file_error = errors
        .of("file")
        .or_else(|| errors.0.first().map(|error| error.reason.as_str()));
    Ok(page::page(
        context,
        &errors.title("节假日安排"),
        &html! {
            (errors.summary())
            h1 { "节假日安排" }
            p { "已公布的年份：" (announced.join("、")) "。还没有公布的年份只按周末计算，结果会注明“暂定”。" }
            @for (year, missing) in years.iter().filter(|(_, missing)| !missing.is_empty()) {
                p.note { (year) "年的安排还不全，缺" (missing.join("、")) "，仍按“暂定”计算。" }
            }
            h2 { "导入新的一年" }
            form.stack method="post" enctype="multipart/form-data" {
                div.field.wrong[file_error.is_some()] {
                    label for="file" { "选择 csv 或 xlsx 文件" }
                    p.hint { "三列：date（日期）、kind（holiday 放假，workday 上班）、name（节日名称）" }
                    @if let Some(error) = file_error { p.error { strong { "错误：" } (error) } }
                    input id="file" name="file" type="file" required accept=".csv,.xlsx";
                }
                button.main { "导入" }
            }
            h2 { (last_year) "年" }
            div.scroll tabindex="0" role="region" aria-label="最近一年的安排" {
                table {
                    thead { tr { th scope="col" { "日期" } th scope="col" { "安排" } th scope="col" { "节日" } } }
                    tbody {
                        @for day in days.iter().filter(|day| day.date.to_string().starts_with(&last_year)) {
                            tr {
                                td.tight { (office_date::chinese(day.date)) }
                                td { @if day.kind == DayKind::Holiday { "放假" } @else { "上班" } }
                                td { (day.name) }
                            }
                        }
                    }
                }
            }
        },
    ))
}
