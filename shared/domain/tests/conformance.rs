//! The cases in `conformance/`: what the rules give, case by case.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use chrono::NaiveDate;
use domain::license_number::LicenseNumber;
use domain::office_date::{self, OfficeDateError};
use domain::uscc::{Uscc, UsccError};
use domain::workdays::{Calendar, Exception};

/// The cells of a csv file without quotes, less its header.
fn rows(csv: &str) -> impl Iterator<Item = Vec<&str>> {
    csv.lines().skip(1).map(|line| line.split(',').collect())
}

pub fn calendar() -> Calendar {
    Calendar::new(rows(include_str!("../data/holidays.csv")).map(|row| {
        let exception = match row[1] {
            "holiday" => Exception::Holiday,
            _ => Exception::Workday,
        };
        (row[0].parse::<NaiveDate>().unwrap(), exception)
    }))
}

#[test]
fn codes() {
    for row in rows(include_str!("conformance/uscc.csv")) {
        let read = match row[0].parse::<Uscc>() {
            Ok(code) => code.to_string(),
            Err(UsccError::Length(length)) => format!("length {length}"),
            Err(UsccError::Character { place, character }) => {
                format!("character {place} {character}")
            }
            Err(UsccError::CheckDigit { expected }) => format!("check {expected}"),
        };
        assert_eq!(read, row[1], "{row:?}");
    }
}

#[test]
fn working_days() {
    let calendar = calendar();
    for row in rows(include_str!("conformance/workdays.csv")) {
        let from = row[1].parse().unwrap();
        let days = row[2].parse().unwrap();
        let counted = match row[0] {
            "workdays" => calendar.workdays_after(from, days),
            _ => calendar.calendar_days_after(from, days),
        }
        .unwrap();
        assert_eq!(counted.date.to_string(), row[3], "{row:?}");
        assert_eq!(counted.provisional.to_string(), row[4], "{row:?}");
    }
}

#[test]
fn dates_as_offices_write_them() {
    for row in rows(include_str!("conformance/dates.csv")) {
        let read = match office_date::parse(row[0]) {
            Ok(date) => date.to_string(),
            Err(OfficeDateError::NoSuchDay) => "no such day".to_owned(),
            Err(OfficeDateError::Spelling) => "spelling".to_owned(),
        };
        assert_eq!(read, row[1], "{row:?}");
    }
}

#[test]
fn a_licence_number_with_another_check_digit_is_doubted_not_refused() {
    let good: LicenseNumber = "sc12733050370007".parse().unwrap();
    assert_eq!(
        (good.as_str(), good.doubt(), good.category_code()),
        ("SC12733050370007", None, "127")
    );
    let odd: LicenseNumber = "SC12733050370008".parse().unwrap();
    assert_eq!(odd.doubt(), Some('7'));
    assert!("SC1273305037000".parse::<LicenseNumber>().is_err());
    assert!("JY12733050370007".parse::<LicenseNumber>().is_err());
}
