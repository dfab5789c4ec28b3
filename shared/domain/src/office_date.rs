//! Dates as offices write them.

use crate::text;
use chrono::{DateTime, Datelike as _, Days, FixedOffset, NaiveDate, Timelike as _};

/// The years that a roster can mean; anything else is a slip of the pen or a number that is no date.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;
/// The serials that a bare number can mean: from 1 October 1949 to the end of 2099. What is less may be a year.
const SERIALS: std::ops::Range<f64> = 18_172.0..73_051.0;
/// Serials of the 1904 system are so much less.
const DAYS_TO_1904: f64 = 1_462.0;
const HOURS_OF_CHINA: i32 = 8;

/// Why a text is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfficeDateError {
    /// Not one of the spellings.
    #[error("看不懂这个日期，请写成 2026-03-01 或 2026年3月1日")]
    Spelling,
    /// A year, or a year and a month.
    #[error("只有年份或年月，请写到日，例如 2026-03-01")]
    Incomplete,
    /// A spelling we know of a day that is in no calendar.
    #[error("没有这一天，请核对年月日")]
    NoSuchDay,
    /// A day that lies ahead, where what has happened is asked for.
    #[error("这个日期还没有到")]
    NotCome,
}

/// From which day a workbook counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Epoch {
    /// Excel for Windows: 1 is 1 January 1900.
    #[default]
    From1900,
    /// Excel for Mac of old: 0 is 1 January 1904.
    From1904,
}

/// Reads 2026-03-01, 2026/3/1, 2026. 3. 1, 「2026 年 3 月 1 日」, 二〇二六年三月一日, 20260301, an Excel serial such as 46082; each
/// also with a time or a weekday behind it. A moment with a zone is the day that it is in China.
///
/// ```
/// # use domain::office_date::{OfficeDateError, parse};
/// assert_eq!(parse("2026 年 3 月 1 日")?.to_string(), "2026-03-01");
/// assert_eq!(parse("46082")?.to_string(), "2026-03-01");
/// assert!(parse("2026-02-30").is_err());
/// assert_eq!(parse("2026.3"), Err(OfficeDateError::Incomplete));
/// # Ok::<(), domain::office_date::OfficeDateError>(())
/// ```
///
/// # Errors
///
/// [`OfficeDateError`], whose text can be shown.
pub fn parse(typed: &str) -> Result<NaiveDate, OfficeDateError> {
    let tidied = text::tidy(typed);
    let tidied = tidied.trim_matches(['\'', '"', '「', '」', '“', '”']);
    if let Ok(moment) = DateTime::parse_from_rfc3339(tidied) {
        return in_china(moment);
    }
    let arabic = arabic_numerals(tidied);
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = arabic.split_once('.').unwrap_or((&arabic, "0"));
    if is_digits(whole) && is_digits(fraction) && (whole.len() == 5 || !arabic.contains('.')) {
        return number(whole, fraction);
    }
    let (date, behind) = cut(&arabic)?;
    if !is_time_or_weekday(behind) {
        return Err(OfficeDateError::Spelling);
    }
    match date[..] {
        [year, month, day] => of_parts(year, month, day),
        [year, month] if year.len() == 4 && month.len() <= 2 => Err(OfficeDateError::Incomplete),
        [year] if year.len() == 4 => Err(OfficeDateError::Incomplete),
        _ => Err(OfficeDateError::Spelling),
    }
}

/// A day on which something has happened: today's at the latest.
///
/// ```
/// # use domain::office_date::{OfficeDateError, come, parse};
/// let today = parse("2026-11-20")?;
/// assert_eq!(come(today, today), Ok(today));
/// assert_eq!(come(parse("2026-11-21")?, today), Err(OfficeDateError::NotCome));
/// # Ok::<(), OfficeDateError>(())
/// ```
///
/// # Errors
///
/// [`OfficeDateError::NotCome`].
pub fn come(day: NaiveDate, today: NaiveDate) -> Result<NaiveDate, OfficeDateError> {
    match day > today {
        true => Err(OfficeDateError::NotCome),
        false => Ok(day),
    }
}

/// [`parse`] of a day that must have come.
///
/// # Errors
///
/// [`OfficeDateError`], whose text can be shown.
pub fn parse_come(typed: &str, today: NaiveDate) -> Result<NaiveDate, OfficeDateError> {
    come(parse(typed)?, today)
}

fn in_china(moment: DateTime<FixedOffset>) -> Result<NaiveDate, OfficeDateError> {
    let zone = FixedOffset::east_opt(HOURS_OF_CHINA * 3600).ok_or(OfficeDateError::Spelling)?;
    let date = moment.with_timezone(&zone).date_naive();
    Some(date)
        .filter(|date| YEARS.contains(&date.year()))
        .ok_or(OfficeDateError::NoSuchDay)
}

/// A text of digits alone, with what stands behind its point.
fn number(digits: &str, fraction: &str) -> Result<NaiveDate, OfficeDateError> {
    match digits.len() {
        8 => of_parts(&digits[..4], &digits[4..6], &digits[6..]),
        // 20260301083000
        14 if is_clock(&[&digits[8..10], &digits[10..12], &digits[12..]]) => {
            of_parts(&digits[..4], &digits[4..6], &digits[6..8])
        }
        _ => {
            let serial: f64 = format!("{digits}.{fraction}")
                .parse()
                .map_err(|_| OfficeDateError::Spelling)?;
            from_excel(serial, Epoch::From1900)
        }
    }
}

/// Year, month and day as far as they are written, and what stands behind them.
fn cut(text: &str) -> Result<(Vec<&str>, &str), OfficeDateError> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        if end == 0 {
            return Err(OfficeDateError::Spelling);
        }
        parts.push(&rest[..end]);
        rest = &rest[end..];
        let behind = rest.trim_start();
        let mut characters = behind.chars();
        let sign = characters.next();
        let after = characters.as_str().trim_start();
        match (parts.len(), sign) {
            (1, Some('年')) | (2, Some('月'))
                if !after.starts_with(|c: char| c.is_ascii_digit()) =>
            {
                return Ok((parts, after));
            }
            (1, Some('年' | '-' | '/' | '.' | '。' | '·' | '\\'))
            | (2, Some('月' | '-' | '/' | '.' | '。' | '·' | '\\')) => {
                rest = after;
                if rest.is_empty() && parts.len() == 2 {
                    return Ok((parts, ""));
                }
            }
            (3, Some('日' | '号' | '.' | '。')) => return Ok((parts, after)),
            _ => return Ok((parts, rest)),
        }
    }
}

/// Nothing, a time of day, or a weekday: what may stand behind a date without making it another one.
fn is_time_or_weekday(behind: &str) -> bool {
    let behind = behind.trim_start_matches([' ', 'T', '(', '（', ',', '，']);
    let behind = behind.trim_end_matches([' ', ')', '）', 'Z']);
    let behind = match behind
        .strip_prefix("星期")
        .or_else(|| behind.strip_prefix("周"))
    {
        Some(day) => {
            let mut characters = day.chars();
            if !characters
                .next()
                .is_some_and(|day| "一二三四五六日天".contains(day))
            {
                return false;
            }
            characters.as_str().trim_start_matches([' ', ')', '）'])
        }
        None => behind,
    };
    if behind.is_empty() {
        return true;
    }
    let half = [
        "上午", "下午", "中午", "凌晨", "晚上", "AM", "PM", "am", "pm",
    ]
    .iter()
    .find_map(|half| {
        behind
            .strip_prefix(half)
            .or_else(|| behind.strip_suffix(half))
    })
    .unwrap_or(behind);
    let clock: Vec<&str> = half
        .split([':', '：', '时', '点', '分', '秒'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    is_clock(&clock)
}

/// Hours, minutes and seconds, which may have a fraction.
fn is_clock(parts: &[&str]) -> bool {
    let below = |text: &str, bound: f64| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
            && text.parse::<f64>().is_ok_and(|value| value < bound)
    };
    match parts {
        [hours] => below(hours, 25.0),
        [hours, minutes] => below(hours, 25.0) && below(minutes, 60.0),
        [hours, minutes, seconds] => {
            below(hours, 25.0) && below(minutes, 60.0) && below(seconds, 61.0)
        }
        _ => false,
    }
}

/// 二〇二六年三月十一日 in Arabic numerals; other texts as they are.
fn arabic_numerals(text: &str) -> String {
    const NUMERALS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let is_numeral = |c: char| NUMERALS.contains(&c) || matches!(c, '零' | '○' | '十' | 'O');
    let Some((year, rest)) = text.split_once('年') else {
        return text.to_owned();
    };
    if !year.starts_with(|c| NUMERALS.contains(&c)) {
        return text.to_owned();
    }
    let digits = |part: &str| -> String {
        let value = |c: char| match c {
            '零' | '○' | 'O' => Some(0),
            c => NUMERALS.iter().position(|known| *known == c),
        };
        match part.split_once('十') {
            Some((tens, ones)) => {
                let tens = tens.chars().next().map_or(Some(1), value).unwrap_or(0);
                let ones = ones.chars().next().map_or(Some(0), value).unwrap_or(0);
                (tens * 10 + ones).to_string()
            }
            None => part
                .chars()
                .filter_map(value)
                .map(|digit| digit.to_string())
                .collect(),
        }
    };
    let mut read = format!("{}年", digits(year));
    let mut part = String::new();
    for (place, c) in rest.char_indices() {
        match c {
            '月' | '日' | '号' => {
                read.push_str(&digits(&part));
                read.push(c);
                part.clear();
                if c != '月' {
                    read.push_str(&rest[place + c.len_utf8()..]);
                    return read;
                }
            }
            c if is_numeral(c) => part.push(c),
            ' ' => {}
            _ => return text.to_owned(),
        }
    }
    read + &part
}

/// A bare number as a date: an Excel serial (days since 1899-12-30, or since 1904-01-01, the fraction being the time of day), or
/// eight digits such as 20260301.
///
/// # Errors
///
/// [`OfficeDateError::Incomplete`] for what may be a year or a year and month, [`OfficeDateError::Spelling`] for a number that is
/// no date.
pub fn from_excel(number: f64, epoch: Epoch) -> Result<NaiveDate, OfficeDateError> {
    let serial = match epoch {
        Epoch::From1900 => number,
        Epoch::From1904 => number + DAYS_TO_1904,
    };
    if SERIALS.contains(&serial) {
        return on_serial(serial);
    }
    let whole = number.trunc();
    // 2026, 2026.3, 202603
    let (year, month) = match whole {
        _ if (100_000.0..1_000_000.0).contains(&whole) => ((whole / 100.0).trunc(), whole % 100.0),
        _ => (whole, 1.0),
    };
    if (1900.0..2200.0).contains(&year) && (1.0..13.0).contains(&month) {
        return Err(OfficeDateError::Incomplete);
    }
    if number.fract() == 0.0 && (1e7..1e8).contains(&number) {
        return parse(&format!("{number}"));
    }
    Err(OfficeDateError::Spelling)
}

/// The day of a serial that a workbook says is a date; none before 1927, where it may be a year that somebody typed into a cell for
/// dates, nor after 2199.
pub fn of_date_cell(serial: f64, epoch: Epoch) -> Option<NaiveDate> {
    let since_1900 = match epoch {
        Epoch::From1900 => serial,
        Epoch::From1904 => serial + DAYS_TO_1904,
    };
    (serial >= 10_000.0 && since_1900 < 110_000.0)
        .then(|| on_serial(since_1900).ok())
        .flatten()
}

fn on_serial(serial: f64) -> Result<NaiveDate, OfficeDateError> {
    NaiveDate::from_ymd_opt(1899, 12, 30)
        .and_then(|start| start.checked_add_days(Days::new(serial as u64)))
        .filter(|date| YEARS.contains(&date.year()))
        .ok_or(OfficeDateError::Spelling)
}

fn of_parts(year: &str, month: &str, day: &str) -> Result<NaiveDate, OfficeDateError> {
    let number = |text: &str| text.parse::<u32>().map_err(|_| OfficeDateError::Spelling);
    if year.len() != 4 || month.len() > 2 || day.len() > 2 {
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
