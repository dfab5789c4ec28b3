//! Finding businesses: by any part of the name, by code or licence number, by pinyin initials, and by what filters say.

use domain::text;
use serde::Deserialize;
use store::Value;
use web::paging::{Page, blank_is_none};
use web::{Caller, Problem};

/// What a list's query string may say.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    #[serde(default, deserialize_with = "blank_is_none")]
    pub q: Option<String>,
    #[serde(default, deserialize_with = "blank_is_none")]
    pub town: Option<String>,
    #[serde(default, deserialize_with = "blank_is_none")]
    pub sector: Option<String>,
    #[serde(default, deserialize_with = "blank_is_none")]
    pub level: Option<String>,
    #[serde(default, deserialize_with = "blank_is_none")]
    pub status: Option<String>,
    #[serde(flatten)]
    pub page: Page,
}

/// A WHERE clause over `enterprise e`, with its parameters.
pub struct Condition {
    pub from: &'static str,
    pub sql: String,
    pub parameters: Vec<Value>,
    /// The index alone tells which fit.
    pub found_by_index: bool,
}

impl Condition {
    fn add(&mut self, sql: &str, value: impl Into<Value>) {
        self.parameters.push(value.into());
        let place = self.parameters.len();
        self.sql.push_str(" AND ");
        self.sql.push_str(&sql.replace("?", &format!("?{place}")));
        self.found_by_index = false;
    }
}

/// What `asked` and the caller's own towns allow.
pub fn condition(asked: &Asked, caller: Option<&Caller>) -> Result<Condition, Problem> {
    let mut condition = Condition {
        from: "enterprise e",
        sql: "true".to_owned(),
        parameters: Vec::new(),
        found_by_index: false,
    };
    match asked.q.as_deref().map(Words::of) {
        None => {}
        Some(Words::Nothing) => condition.sql.push_str(" AND false"),
        Some(Words::Phrase(phrase)) => {
            condition.from = "enterprise_search s CROSS JOIN enterprise e ON e.id = s.rowid";
            condition.add("s.enterprise_search MATCH ?", phrase);
            condition.found_by_index = true;
        }
        Some(Words::Code(code)) => {
            // A prefix as a range, one index each.
            condition
                .parameters
                .extend([code.clone().into(), format!("{code}~").into()]);
            condition.sql.push_str(
                " AND e.id IN (SELECT id FROM enterprise WHERE uscc BETWEEN ?1 AND ?2
                               UNION SELECT id FROM enterprise WHERE license_no BETWEEN ?1 AND ?2)",
            );
        }
    }
    if let Some(town) = &asked.town {
        condition.add("e.town = ?", town.as_str());
    }
    if let Some(sector) = &asked.sector {
        condition.add("e.sector = ?", sector.as_str());
    }
    if let Some(level) = &asked.level {
        condition.add("e.level = ?", level.as_str());
    }
    if let Some(status) = &asked.status {
        condition.add("e.status = ?", status.as_str());
    }
    if let Some(towns) = caller.and_then(Caller::only_towns_json) {
        condition.add("e.town IN (SELECT value FROM json_each(?))", towns);
    }
    Ok(condition)
}

/// What was typed into the search field.
#[derive(Debug, PartialEq)]
enum Words {
    Nothing,
    /// A full-text query.
    Phrase(String),
    /// The beginning of a code or a licence number.
    Code(String),
}

impl Words {
    fn of(typed: &str) -> Self {
        let code = text::code(typed);
        let digits = code.bytes().filter(u8::is_ascii_digit).count();
        if code.len() >= 4
            && digits * 2 >= code.len()
            && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            return Self::Code(code);
        }
        // Words with a space between them must all be there, in any order.
        let phrases: Vec<String> = text::tidy(typed)
            .split(' ')
            .map(text::comparable)
            .filter(|word| !word.is_empty())
            .map(|word| phrase(&word))
            .collect();
        if phrases.is_empty() {
            Self::Nothing
        } else {
            Self::Phrase(phrases.join(" AND "))
        }
    }
}

/// A part of a name as a phrase of overlapping pairs; one character as the beginning of a pair. Letters may be initials.
fn phrase(word: &str) -> String {
    let characters: Vec<char> = word.chars().collect();
    let pairs = match characters.as_slice() {
        [one] => format!("\"{one}\" *"),
        several => {
            let pairs: Vec<String> = several
                .windows(2)
                .map(|pair| pair.iter().collect())
                .collect();
            format!("\"{}\"", pairs.join(" "))
        }
    };
    if word.is_ascii() {
        format!("({{pairs initials}} : {pairs})")
    } else {
        format!("({{pairs}} : {pairs})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_name_is_a_phrase_of_pairs() {
        assert_eq!(
            Words::of("南浔食"),
            Words::Phrase("({pairs} : \"南浔 浔食\")".into())
        );
        assert_eq!(
            Words::of("浔"),
            Words::Phrase("({pairs} : \"浔\" *)".into())
        );
        assert_eq!(
            Words::of("HZnx"),
            Words::Phrase("({pairs initials} : \"hz zn nx\")".into())
        );
        assert_eq!(
            Words::of("南浔 面馆"),
            Words::Phrase("({pairs} : \"南浔\") AND ({pairs} : \"面馆\")".into())
        );
    }

    #[test]
    fn digits_are_a_code_and_quotes_do_not_reach_the_query() {
        assert_eq!(Words::of("9133 05"), Words::Code("913305".into()));
        assert_eq!(Words::of("SC12733"), Words::Code("SC12733".into()));
        assert_eq!(Words::of("\"*（"), Words::Nothing);
        assert_eq!(
            Words::of("a\"b"),
            Words::Phrase("({pairs initials} : \"ab\")".into())
        );
    }
}
