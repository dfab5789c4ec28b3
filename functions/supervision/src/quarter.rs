//! Quarters, by which visits are owed: named `2026Q3` in code.

use chrono::{Datelike as _, NaiveDate};
use registers::ListQuery;
use web::problem::FieldError;
use web::{Context, Problem};

/// The quarter of a day: 2026Q3.
pub fn period_of(day: NaiveDate) -> String {
    format!("{}Q{}", day.year(), day.month0() / 3 + 1)
}

/// 2026年第三季度.
pub fn chinese_period(period: &str) -> String {
    match period.split_once('Q') {
        Some((year, quarter)) => {
            let quarter = match quarter {
                "1" => "一",
                "2" => "二",
                "3" => "三",
                _ => "四",
            };
            format!("{year}年第{quarter}季度")
        }
        None => period.to_owned(),
    }
}

/// The query with its quarter; the running one where it names none.
///
/// # Errors
///
/// 422 where what it names is no quarter.
pub fn with_period(context: &Context, asked: ListQuery) -> Result<ListQuery, Problem> {
    let asked = asked.or("period", period_of(context.today()));
    let period = asked.get("period").unwrap_or("").to_ascii_uppercase();
    let known = period.split_once('Q').is_some_and(|(year, quarter)| {
        year.len() == 4
            && year.bytes().all(|digit| digit.is_ascii_digit())
            && matches!(quarter, "1" | "2" | "3" | "4")
    });
    if known {
        Ok(asked)
    } else {
        Err(Problem::invalid(vec![FieldError::new(
            "period",
            period,
            "季度写成 2026Q3 这样",
        )]))
    }
}
