//! The periods in which visits are owed: quarters, half-years and years, named `2026Q3`, `2026H2` and `2026` in code.

use chrono::{Datelike as _, Months, NaiveDate};
use registers::ListQuery;
use web::problem::FieldError;
use web::{Context, Problem};

/// The quarter of a day: 2026Q3.
pub fn period_of(day: NaiveDate) -> String {
    format!("{}Q{}", day.year(), day.month0() / 3 + 1)
}

/// 2026年第三季度, 2026年下半年, 2026年度.
pub fn chinese_period(period: &str) -> String {
    let (year, part) = period.split_at_checked(4).unwrap_or((period, ""));
    let part = match part {
        "Q1" => "第一季度",
        "Q2" => "第二季度",
        "Q3" => "第三季度",
        "Q4" => "第四季度",
        "H1" => "上半年",
        "H2" => "下半年",
        _ => "度",
    };
    format!("{year}年{part}")
}

/// The query with its period; the running quarter where it names none.
///
/// # Errors
///
/// 422 where what it names is no period.
pub fn with_period(context: &Context, asked: ListQuery) -> Result<ListQuery, Problem> {
    with_period_or(asked, period_of(context.today()))
}

/// The quarter before that of a day.
pub fn last_period_of(day: NaiveDate) -> String {
    period_of(day.checked_sub_months(Months::new(3)).unwrap_or(day))
}

/// The query with its period; `usual` where it names none.
///
/// # Errors
///
/// 422 where what it names is no period.
pub fn with_period_or(asked: ListQuery, usual: String) -> Result<ListQuery, Problem> {
    let asked = asked.or("period", usual);
    let period = asked.get("period").unwrap_or("").to_ascii_uppercase();
    let known = period.split_at_checked(4).is_some_and(|(year, part)| {
        year.bytes().all(|digit| digit.is_ascii_digit())
            && matches!(part, "Q1" | "Q2" | "Q3" | "Q4" | "H1" | "H2" | "")
    });
    if known {
        Ok(asked)
    } else {
        Err(Problem::invalid(vec![FieldError::new(
            "period",
            period,
            "季度写成 2026Q3，半年写成 2026H2，全年写成 2026",
        )]))
    }
}
