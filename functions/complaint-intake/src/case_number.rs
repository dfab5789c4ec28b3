//! The number of a case: TS (投诉) or JB (举报), the day, and six letters that are not mistaken for each other.

use chrono::NaiveDate;
use domain::complaint::ComplaintKind;
use web::{Problem, seal};

/// A number that is free with all but certainty. Two cases that draw the same one are told apart by the table's unique index.
pub fn draw_case_number(kind: ComplaintKind, today: NaiveDate) -> Result<String, Problem> {
    let prefix = match kind {
        ComplaintKind::Complaint => "TS",
        ComplaintKind::Report => "JB",
    };
    let letters = seal::random_password(6)?.to_uppercase();
    Ok(format!("{prefix}{}-{letters}", today.format("%y%m%d")))
}

/// The case number that somebody meant who typed this: also without the dash, and with 1 or L where they read an I.
pub fn tidy_case_number(typed: &str) -> String {
    let code: String = domain::text::code(typed).replace('-', "");
    match code.split_at_checked(8) {
        Some((day, letters)) if !letters.is_empty() => {
            format!("{day}-{}", letters.replace(['1', 'L'], "I"))
        }
        _ => code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_number_is_found_however_it_is_typed() {
        for typed in [
            "TS261122-3YDIEC",
            "ts2611223ydiec",
            "ＴＳ261122－3yd1ec",
            " TS261122 - 3YDLEC ",
        ] {
            assert_eq!(tidy_case_number(typed), "TS261122-3YDIEC", "{typed}");
        }
        assert_eq!(tidy_case_number("x"), "X");
    }
}
