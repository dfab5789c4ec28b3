//! Working days, counted by the arrangements of days off.

use crate::holidays::{DayKind, missing_by_year, read_days};
use axum::response::IntoResponse as _;
use chrono::NaiveDate;
use domain::office_date;
use domain::workdays::{Calendar, Exception};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::api::asks;
use web::extract::Query;
use web::problem::FieldError;
use web::routes::{Routes, Who};
use web::{Answer, Context, Problem};

/// The longest term in working days, some fifteen years: a longer one is a slip of the pen.
const LONGEST_TERM: u32 = 3_660;

pub fn routes(routes: Routes) -> Routes {
    routes
        .section("政策")
        .get("/api/v1/workdays", Who::Everybody, count_workdays)
        .api(
            "某天之后的第 n 个工作日",
            asks::<WorkdayQuery>().gives::<Workday>(),
        )
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "WorkdaysAsked")]
struct WorkdayQuery {
    /// 从哪一天起，当天不算
    #[serde(default)]
    #[schemars(with = "web::api::Day", !default)]
    from: String,
    /// 第几个工作日
    #[serde(default)]
    #[schemars(with = "u32", !default, range(max = LONGEST_TERM))]
    days: String,
}

#[derive(Serialize, JsonSchema)]
struct Workday {
    date: NaiveDate,
    /// 暂定：算到了还没有公布放假安排的年份
    provisional: bool,
}

async fn count_workdays(context: Context, Query(query): Query<WorkdayQuery>) -> Answer {
    let from = office_date::parse(&query.from)
        .map_err(|error| FieldError::new("from", query.from.as_str(), error.to_string()));
    let count = query
        .days
        .parse::<u32>()
        .ok()
        .filter(|days| *days <= LONGEST_TERM)
        .ok_or_else(|| {
            FieldError::new(
                "days",
                query.days.as_str(),
                format!("days 应为 0 到 {LONGEST_TERM} 的整数"),
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
    let days = read_days(&context).await?;
    let announced: Vec<i32> = missing_by_year(&days)
        .into_iter()
        .filter(|(_, missing)| missing.is_empty())
        .map(|(year, _)| year)
        .collect();
    let exceptions = days.into_iter().map(|day| {
        let exception = match day.kind {
            DayKind::Holiday => Exception::Holiday,
            DayKind::Workday => Exception::Workday,
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
