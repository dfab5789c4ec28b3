//! What is typed into a search field, as SQL takes it: of the ledger's index of names and codes, through its owner's views.

use domain::search::SearchTerms;
use store::Value;

/// A full-text query that nothing fits.
const NOTHING: &str = "\"\"";

/// SQL: the last letter that there can be. Whatever begins as a text does lies between it and itself with this letter.
pub const LAST: &str = "char(1114111)";

/// The query by which `enterprise_found.words` is searched: names are indexed as overlapping pairs of letters, and so is what was
/// typed; all its words must be there. Letters alone may be initials.
pub fn words(typed: &SearchTerms) -> String {
    if typed.words.is_empty() {
        return NOTHING.to_owned();
    }
    let phrases: Vec<String> = typed.words.iter().map(|word| phrase(word)).collect();
    phrases.join(" AND ")
}

/// A part of a name as a phrase of overlapping pairs; one character as the beginning of a pair.
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
    match word.is_ascii() {
        true => format!("({{pairs initials}} : {pairs})"),
        false => format!("({{pairs}} : {pairs})"),
    }
}

/// The two parameters of [`found`].
pub fn parameters(typed: &SearchTerms) -> [Value; 2] {
    [words(typed).into(), typed.code.clone().into()]
}

/// Whether `column`, a credit code, is of a business that was searched for: one that the ledger has, or one whose own code begins so, for
/// facts, licences and matters name businesses that the ledger does not have. The two parameters stand at `words` and `code`; where
/// nothing was asked they may be null, for the index refuses a query of nothing.
pub fn found(column: &str, words: usize, code: usize) -> String {
    format!(
        "({column} IN (SELECT f.uscc FROM enterprise_found f WHERE f.words MATCH coalesce(?{words}, '{NOTHING}')
            UNION SELECT k.uscc FROM enterprise_of_number k WHERE k.code BETWEEN ?{code} AND ?{code} || {LAST})
            OR {column} BETWEEN ?{code} AND ?{code} || {LAST})"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(typed: &str) -> String {
        words(&SearchTerms::parse(typed))
    }

    #[test]
    fn a_part_of_a_name_is_a_phrase_of_pairs() {
        assert_eq!(of("南浔食"), "({pairs} : \"南浔 浔食\")");
        assert_eq!(of("浔"), "({pairs} : \"浔\" *)");
        assert_eq!(of("HZnx"), "({pairs initials} : \"hz zn nx\")");
        assert_eq!(
            of("南浔 面馆"),
            "({pairs} : \"南浔\") AND ({pairs} : \"面馆\")"
        );
    }

    #[test]
    fn quotes_and_brackets_do_not_reach_the_query() {
        assert_eq!(of("\"*（"), NOTHING);
        assert_eq!(of("a\"b"), "({pairs initials} : \"ab\")");
    }
}
