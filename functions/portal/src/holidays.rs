//! The State Council's yearly arrangement, imported when it is announced, and working days counted with it.

use axum::extract::Request;
use axum::response::IntoResponse as _;
use chrono::{Datelike as _, NaiveDate};
use domain::office_date;
use domain::workdays::{Calendar, Exception, FIRST_DAY, LAST_DAY, missing_holidays};
use maud::html;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sheets::{Column, Rows};
use std::collections::BTreeMap;
use web::extract::Query;
use web::form::{Errors, outcome};
use web::problem::FieldError;
use web::{Answer, Context, Problem, page, upload};

const FILE: usize = 1 << 20;
/// Longer terms are a slip of the pen.
const LONGEST: u32 = 3_660;

static COLUMNS: [Column; 3] = [
    Column::required("date", &["日期"]),
    Column::required("kind", &["类型"]),
    Column::required("name", &["名称", "节日"]),
];

#[derive(Serialize, Deserialize)]
struct Day {
    date: NaiveDate,
    kind: Kind,
    name: String,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Holiday,
    Workday,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "HolidaysImported")]
pub struct Imported {
    rows: u64,
    created: u64,
    updated: u64,
    unchanged: u64,
    /// Years of the file that are not announced yet, with the statutory holidays that they still lack.
    incomplete: Vec<Incomplete>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "YearIncomplete")]
pub struct Incomplete {
    year: i32,
    missing: Vec<&'static str>,
}

#[derive(Deserialize)]
struct Written {
    created: i64,
}

pub async fn import_holidays(context: Context, request: Request) -> Answer {
    let imported = import(&context, request).await?;
    Ok(axum::Json(imported).into_response())
}

/// All of the file or nothing: a year with half its holidays would count every term wrongly.
async fn import(context: &Context, request: Request) -> Result<Imported, Problem> {
    let file = upload::file(request, FILE).await?;
    let rows = Rows::open(&file.pieces, &COLUMNS)
        .map_err(|error| Problem::invalid(vec![FieldError::new("file", "", error.to_string())]))?;
    let mut days: Vec<Day> = Vec::new();
    let mut errors = Vec::new();
    for row in rows {
        let place = row.place();
        let mut wrong = |field: &str, reason: String| {
            errors.push(FieldError::new(
                field,
                row.cell(field).shown(),
                format!("{place}：{reason}"),
            ));
        };
        if let Some(reason) = row.why_broken() {
            wrong("file", reason.to_owned());
            continue;
        }
        let date = match row.cell("date").date() {
            Ok(Some(date)) if !(FIRST_DAY..=LAST_DAY).contains(&date) => {
                wrong(
                    "date",
                    format!(
                        "工作日历从 {} 到 {}，这一天不在其中，导入了也不起作用",
                        office_date::chinese(FIRST_DAY),
                        office_date::chinese(LAST_DAY)
                    ),
                );
                None
            }
            Ok(Some(date)) => Some(date),
            Ok(None) => {
                wrong("date", "日期不能为空".into());
                None
            }
            Err(error) => {
                wrong("date", error.to_string());
                None
            }
        };
        let kind = match row.text("kind").as_deref() {
            Some("holiday" | "休" | "放假") => Some(Kind::Holiday),
            Some("workday" | "班" | "上班") => Some(Kind::Workday),
            _ => {
                wrong("kind", "应为 holiday（放假）或 workday（上班）".into());
                None
            }
        };
        let name = row.text("name");
        if name.is_none() {
            wrong("name", "名称不能为空".into());
        }
        if let (Some(date), Some(kind), Some(name)) = (date, kind, name) {
            if days.iter().any(|day| day.date == date && day.kind != kind) {
                wrong("date", "同一天既放假又上班".into());
            }
            days.push(Day { date, kind, name });
        }
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    days.sort_by_key(|day| day.date);
    days.dedup_by_key(|day| day.date);
    let sql = "INSERT INTO holiday (date, kind, name, changed_by, changed_at)
               SELECT value ->> '$.date', value ->> '$.kind', value ->> '$.name', ?2, ?3 FROM json_each(?1) WHERE true
               ON CONFLICT (date) DO UPDATE SET kind = excluded.kind, name = excluded.name,
                   changed_by = excluded.changed_by, changed_at = excluded.changed_at
               WHERE (kind, name) IS NOT (excluded.kind, excluded.name)
               RETURNING NOT EXISTS (SELECT 1 FROM audit WHERE record = 'holiday/' || date AND action = 'changed') AS created";
    let json = serde_json::to_string(&days).map_err(Problem::internal)?;
    let by = context.caller()?.account.as_str();
    let written: Vec<Written> = context
        .store
        .all(sql, [json.into(), by.into(), context.at().into()])
        .await?;
    let created = written.iter().filter(|row| row.created != 0).count() as u64;
    let (rows, changed) = (days.len() as u64, written.len() as u64);
    let brought: Vec<i32> = days.iter().map(|day| day.date.year()).collect();
    let incomplete = missing(&self::days(context).await?)
        .into_iter()
        .filter(|(year, missing)| !missing.is_empty() && brought.contains(year))
        .map(|(year, missing)| Incomplete { year, missing })
        .collect();
    Ok(Imported {
        incomplete,
        rows,
        created,
        updated: changed - created,
        unchanged: rows - changed,
    })
}

/// Each year that has a day, and the statutory holidays that it lacks.
fn missing(days: &[Day]) -> BTreeMap<i32, Vec<&'static str>> {
    let mut names: BTreeMap<i32, Vec<&str>> = BTreeMap::new();
    for day in days {
        let of_year = names.entry(day.date.year()).or_default();
        if day.kind == Kind::Holiday {
            of_year.push(&day.name);
        }
    }
    names
        .into_iter()
        .map(|(year, names)| (year, missing_holidays(names)))
        .collect()
}

async fn days(context: &Context) -> Result<Vec<Day>, Problem> {
    let sql = "SELECT json_group_array(json_object('date', date, 'kind', kind, 'name', name)) FROM (SELECT * FROM holiday ORDER BY date)";
    Ok(context.store.json(sql, []).await?)
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "WorkdaysAsked")]
pub struct Term {
    /// 从哪一天起，当天不算
    #[serde(default)]
    #[schemars(with = "web::api::Day", !default)]
    from: String,
    /// 第几个工作日
    #[serde(default)]
    #[schemars(with = "u32", !default, range(max = LONGEST))]
    days: String,
}

#[derive(Serialize, JsonSchema)]
pub struct Workday {
    date: NaiveDate,
    /// 暂定：算到了还没有公布放假安排的年份
    provisional: bool,
}

pub async fn count_workdays(context: Context, Query(term): Query<Term>) -> Answer {
    let from = office_date::parse(&term.from)
        .map_err(|error| FieldError::new("from", term.from.as_str(), error.to_string()));
    let count = term
        .days
        .parse::<u32>()
        .ok()
        .filter(|days| *days <= LONGEST)
        .ok_or_else(|| {
            FieldError::new(
                "days",
                term.days.as_str(),
                format!("days 应为 0 到 {LONGEST} 的整数"),
            )
        });
    let (from, count) = match (from, count) {
        (Ok(from), Ok(count)) => (from, count),
        (from, count) => {
            return Err(Problem::invalid(
                from.err().into_iter().chain(count.err()).collect(),
            ));
        }
    };
    let days = days(&context).await?;
    let announced: Vec<i32> = missing(&days)
        .into_iter()
        .filter(|(_, missing)| missing.is_empty())
        .map(|(year, _)| year)
        .collect();
    let exceptions = days.into_iter().map(|day| {
        let exception = match day.kind {
            Kind::Holiday => Exception::Holiday,
            Kind::Workday => Exception::Workday,
        };
        (day.date, exception)
    });
    let calendar = Calendar::new(exceptions, announced);
    let counted = calendar
        .workdays_after(from, count)
        .ok_or_else(|| Problem::internal("beyond the calendar"))?;
    Ok(axum::Json(Workday {
        date: counted.date,
        provisional: counted.provisional,
    })
    .into_response())
}

pub async fn page(context: Context) -> Answer {
    holidays_page(&context, &Errors::default()).await
}

async fn holidays_page(context: &Context, errors: &Errors) -> Answer {
    let days = days(context).await?;
    let years = missing(&days);
    let announced: Vec<String> = years
        .iter()
        .filter(|(_, missing)| missing.is_empty())
        .map(|(year, _)| year.to_string())
        .collect();
    let year = years
        .last_key_value()
        .map(|(year, _)| year.to_string())
        .unwrap_or_default();
    let error = errors
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
                div.field.wrong[error.is_some()] {
                    label for="file" { "选择 csv 或 xlsx 文件" }
                    p.hint { "三列：date（日期）、kind（holiday 放假，workday 上班）、name（节日名称）" }
                    @if let Some(error) = error { p.error { strong { "错误：" } (error) } }
                    input id="file" name="file" type="file" required accept=".csv,.xlsx";
                }
                button.main { "导入" }
            }
            h2 { (year) "年" }
            div.scroll tabindex="0" role="region" aria-label="最近一年的安排" {
                table {
                    thead { tr { th scope="col" { "日期" } th scope="col" { "安排" } th scope="col" { "节日" } } }
                    tbody {
                        @for day in days.iter().filter(|day| day.date.to_string().starts_with(&year)) {
                            tr {
                                td.tight { (office_date::chinese(day.date)) }
                                td { @if day.kind == Kind::Holiday { "放假" } @else { "上班" } }
                                td { (day.name) }
                            }
                        }
                    }
                }
            }
        },
    ))
}

pub async fn submit(context: Context, request: Request) -> Answer {
    outcome(
        import(&context, request).await,
        |_| "/holidays".to_owned(),
        async |errors| holidays_page(&context, &errors).await,
    )
    .await
}
