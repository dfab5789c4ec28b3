//! Dates as offices write them.

use crate::text;
use chrono::{Datelike as _, Days, NaiveDate, Timelike as _};

/// The years that a roster can mean; anything else is a slip of the pen or a number that is no date.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

/// Why a text is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfficeDateError {
    /// Not one of the spellings.
    #[error("看不懂这个日期，请写成 2026-03-01 或 2026年3月1日")]
    Spelling,
    /// A spelling we know of a day that is in no calendar.
    #[error("没有这一天，请核对年月日")]
    NoSuchDay,
}

/// Reads 2026-03-01, 2026/3/1, 2026.3.1, 2026年3月1日, 20260301, an Excel serial such as 46082, each also with a time behind it.
///
/// ```
/// # use domain::office_date::parse;
/// assert_eq!(parse("2026年3月1日")?.to_string(), "2026-03-01");
/// assert_eq!(parse("46082")?.to_string(), "2026-03-01");
/// assert!(parse("2026-02-30").is_err());
/// # Ok::<(), domain::office_date::OfficeDateError>(())
/// ```
///
/// # Errors
///
/// [`OfficeDateError`], whose text can be shown.
pub fn parse(typed: &str) -> Result<NaiveDate, OfficeDateError> {
    let text = text::tidy(typed);
    // 2026-03-01 08:30:00, 2026-03-01T08:30:00
    let date = text.split([' ', 'T']).next().unwrap_or_default();
    if date.bytes().all(|byte| byte.is_ascii_digit()) && date.len() == 8 {
        return day(&date[..4], &date[4..6], &date[6..]);
    }
    if let Ok(serial) = date.parse::<f64>() {
        return from_excel(serial);
    }
    let date = date.trim_end_matches(['日', '号']);
    let parts: Vec<&str> = date
        .split(['-', '/', '.', '年', '月'])
        .map(str::trim)
        .collect();
    match parts[..] {
        [year, month, day_of_month] => day(year, month, day_of_month),
        _ => Err(OfficeDateError::Spelling),
    }
}

/// An Excel serial: days since 1899-12-30, the fraction being the time of day. Serials up to 60 are before March 1900, which
/// Excel counts wrongly and no roster means.
///
/// # Errors
///
/// [`OfficeDateError::Spelling`] for a number that is no date.
pub fn from_excel(serial: f64) -> Result<NaiveDate, OfficeDateError> {
    if !(61.0..110_000.0).contains(&serial) {
        return Err(OfficeDateError::Spelling);
    }
    NaiveDate::from_ymd_opt(1899, 12, 30)
        .and_then(|start| start.checked_add_days(Days::new(serial as u64)))
        .filter(|date| YEARS.contains(&date.year()))
        .ok_or(OfficeDateError::Spelling)
}

fn day(year: &str, month: &str, day: &str) -> Result<NaiveDate, OfficeDateError> {
    let number = |text: &str| text.parse::<u32>().map_err(|_| OfficeDateError::Spelling);
    if year.len() != 4 {
        return Err(OfficeDateError::Spelling);
    }
    let year = i32::try_from(number(year)?).map_err(|_| OfficeDateError::Spelling)?;
    let date = NaiveDate::from_ymd_opt(year, number(month)?, number(day)?);
    date.filter(|date| YEARS.contains(&date.year()))
        .ok_or(OfficeDateError::NoSuchDay)
}

/// A date as pages show it: 2026年3月1日.
pub fn chinese(date: NaiveDate) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// A moment as pages show it: 2026年3月1日 8:05.
pub fn chinese_time<Zone: chrono::TimeZone>(at: chrono::DateTime<Zone>) -> String {
    let at = at.naive_local();
    format!("{} {}:{:02}", chinese(at.date()), at.hour(), at.minute())
}
