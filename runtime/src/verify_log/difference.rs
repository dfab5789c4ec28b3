//! Where two documents part, in words.

use crate::verify_log::page::{Piece, pieces};
use crate::verify_log::snapshot::Published;
use serde_json::Value;

/// Letters of a text that are shown.
const SHOWN: usize = 160;
/// Tags whose text says what follows it.
const LABELS: [&str; 7] = ["<dt", "<h1", "<h2", "<caption", "<th", "<title", "<id"];

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// Of two files that differ.
pub fn of_files(path: &str, expected: &[u8], found: &[u8]) -> String {
    let (Ok(expected), Ok(found)) = (std::str::from_utf8(expected), std::str::from_utf8(found))
    else {
        return "is no UTF-8".to_owned();
    };
    let place = expected
        .bytes()
        .zip(found.bytes())
        .take_while(|(one, other)| one == other)
        .count();
    let where_it_is = match path.rsplit_once('.') {
        Some((_, "csv")) => of_tables(expected, found),
        Some((_, "json")) => of_data(expected, found),
        _ => {
            let (expected, found) = (pieces(expected), pieces(found));
            (expected != found).then(|| of_pieces(&expected, &found))
        }
    };
    where_it_is.unwrap_or_else(|| format!("differs from byte {} on", place + 1))
}

/// Of two main parts that differ.
pub fn of_markup(expected: &str, found: &str) -> String {
    let (expected_pieces, found_pieces) = (pieces(expected), pieces(found));
    match expected_pieces == found_pieces {
        true => "it is written in another way".to_owned(),
        false => of_pieces(&expected_pieces, &found_pieces),
    }
}

/// Of two rows of pieces: what lies between the beginning and the end that they have in common, and behind which heading.
pub fn of_pieces(expected: &[Piece], found: &[Piece]) -> String {
    let same = |one: &mut dyn Iterator<Item = &Piece>, other: &mut dyn Iterator<Item = &Piece>| {
        one.zip(other)
            .take_while(|(one, other)| one == other)
            .count()
    };
    let begin = same(&mut expected.iter(), &mut found.iter());
    let (rest, found_rest) = (
        expected.get(begin..).unwrap_or_default(),
        found.get(begin..).unwrap_or_default(),
    );
    let end = same(&mut rest.iter().rev(), &mut found_rest.iter().rev());
    let middle = |rest: &[Piece]| -> Vec<Piece> {
        let length = rest.len().saturating_sub(end);
        rest.get(..length).unwrap_or_default().to_vec()
    };
    let (rest, found_rest) = (middle(rest), middle(found_rest));
    let (words, found_words) = (words(&rest), words(&found_rest));
    let after = match label(expected.get(..begin).unwrap_or_default()) {
        Some(label) => format!("after “{}” ", shortened(label)),
        None => String::new(),
    };
    let what = match (words.is_empty(), found_words.is_empty()) {
        _ if words == found_words => {
            format!("has {} instead of {}", tags(&found_rest), tags(&rest))
        }
        (true, _) => format!("says more: “{}”", shortened(&found_words)),
        (_, true) => format!("does not say “{}”", shortened(&words)),
        _ => format!(
            "says “{}” instead of “{}”",
            shortened(&found_words),
            shortened(&words)
        ),
    };
    format!("{after}{what}")
}

fn words(pieces: &[Piece]) -> String {
    let texts = pieces.iter().filter_map(|piece| match piece {
        Piece::Text(text) => Some(text.trim()),
        Piece::Tag(_) => None,
    });
    texts
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn tags(pieces: &[Piece]) -> String {
    let tags: String = pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Tag(tag) => Some(tag.as_str()),
            Piece::Text(_) => None,
        })
        .collect();
    match tags.is_empty() {
        true => "nothing".to_owned(),
        false => shortened(&tags),
    }
}

/// The last heading or name of a field among these.
fn label(pieces: &[Piece]) -> Option<&str> {
    pieces.windows(2).rev().find_map(|pair| match pair {
        [Piece::Tag(tag), Piece::Text(text)] => {
            let name = tag.split([' ', '>']).next().unwrap_or(tag);
            LABELS.contains(&name).then_some(text.as_str())
        }
        _ => None,
    })
}

/// Of two tables: which row and column.
fn of_tables(expected: &str, found: &str) -> Option<String> {
    let rows = |text: &str| -> Option<Vec<csv::StringRecord>> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        reader.records().collect::<Result<_, _>>().ok()
    };
    let (expected, found) = (rows(expected)?, rows(found)?);
    let place = expected
        .iter()
        .zip(&found)
        .take_while(|(one, other)| one == other)
        .count();
    let row = place + 1;
    match (expected.get(place), found.get(place)) {
        (None, None) => None,
        (None, Some(more)) => Some(format!("row {row} is too many: {}", line(more))),
        (Some(missing), None) => Some(format!("row {row} is missing: {}", line(missing))),
        (Some(_), Some(more)) if expected.len() < found.len() => {
            Some(format!("row {row} is too many: {}", line(more)))
        }
        (Some(missing), Some(_)) if expected.len() > found.len() => {
            Some(format!("row {row} is missing: {}", line(missing)))
        }
        (Some(one), Some(other)) => {
            let columns = 0..one.len().max(other.len());
            let column = columns.into_iter().find(|n| one.get(*n) != other.get(*n))?;
            let heading = expected.first().and_then(|head| head.get(column));
            Some(format!(
                "row {row}, {}: says “{}” instead of “{}”",
                heading.unwrap_or("a column that should not be there"),
                shortened(other.get(column).unwrap_or("")),
                shortened(one.get(column).unwrap_or(""))
            ))
        }
    }
}

fn line(row: &csv::StringRecord) -> String {
    shortened(&row.iter().collect::<Vec<_>>().join(", "))
}

/// Of two lists as data: which entry and field, or which field of the list.
fn of_data(expected: &str, found: &str) -> Option<String> {
    let read = |text: &str| serde_json::from_str::<Published>(text).ok();
    let (expected, found) = (read(expected)?, read(found)?);
    let items = |list: &Published| -> Option<Vec<Published>> {
        serde_json::from_value(list.get("items")?.clone()).ok()
    };
    if let (Some(expected), Some(found)) = (items(&expected), items(&found))
        && let Some(what) = of_items(&expected, &found)
    {
        return Some(what);
    }
    of_fields(&expected, &found)
}

/// Of two rows of entries; none where they are the same.
pub fn of_items(expected: &[Published], found: &[Published]) -> Option<String> {
    let id = |entry: &Published| short_text(entry.get("id"));
    for (one, other) in expected.iter().zip(found) {
        if one.get("id") != other.get("id") {
            return Some(format!("has entry {} instead of {}", id(other), id(one)));
        }
        if let Some(what) = of_fields(one, other) {
            return Some(format!("entry {}, {what}", id(one)));
        }
    }
    let beyond = expected.len().min(found.len());
    match (expected.get(beyond), found.get(beyond)) {
        (Some(missing), _) => Some(format!("entry {} is missing", id(missing))),
        (_, Some(more)) => Some(format!("entry {} is too many", id(more))),
        (None, None) => None,
    }
}

fn of_fields(expected: &Published, found: &Published) -> Option<String> {
    let mut names = expected.keys().chain(found.keys());
    let name = names.find(|name| expected.get(*name) != found.get(*name))?;
    let value = |object: &Published| -> String {
        let value: Option<&Value> = object.get(name);
        shortened(&short_text(value))
    };
    Some(format!(
        "{name}: says {} instead of {}",
        value(found),
        value(expected)
    ))
}

/// What stands at a field.
fn short_text(value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => format!("“{text}”"),
        Some(value) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<h1>甲店</h1><dl><dt>公布到</dt><dd>2027年1月1日</dd></dl><h2>证据</h2><ul><li>处罚</li><li>抽检</li></ul>";

    #[test]
    fn markup_says_behind_which_heading_it_parts_and_how() {
        for (from, to, said) in [
            (
                "2027年",
                "2028年",
                "after “公布到” says “2028年1月1日” instead of “2027年1月1日”",
            ),
            (
                "</ul>",
                "</ul><p>还欠税。</p>",
                "after “证据” says more: “还欠税。”",
            ),
            ("<li>处罚</li>", "", "after “证据” does not say “处罚”"),
            (
                "<li>抽检",
                "<li hidden>抽检",
                "after “证据” has <li hidden=\"\"> instead of <li>",
            ),
            (
                "<dd>",
                "<dd><!-- 悄悄 -->",
                "after “公布到” has <!-- 悄悄 --> instead of nothing",
            ),
            ("甲店", "甲&#x5E97;", "it is written in another way"),
        ] {
            assert_eq!(of_markup(PAGE, &PAGE.replacen(from, to, 1)), said, "{to}");
        }
    }

    #[test]
    fn a_table_says_which_row_and_column() {
        let table = "名称,公布到\n甲店,2027-01-01\n乙店,2027-02-02\n";
        for (found, said) in [
            (
                table.replace("2027-02-02", "2029-02-02"),
                "row 3, 公布到: says “2029-02-02” instead of “2027-02-02”",
            ),
            (
                table.replace("甲店,2027-01-01\n", ""),
                "row 2 is missing: 甲店, 2027-01-01",
            ),
            (
                format!("{table}丙店,2027-03-03\n"),
                "row 4 is too many: 丙店, 2027-03-03",
            ),
            (table.replace('\n', "\r\n"), "differs from byte 17 on"),
        ] {
            assert_eq!(
                of_files("/red.csv", table.as_bytes(), found.as_bytes()),
                said
            );
        }
    }

    #[test]
    fn data_say_which_entry_and_field() {
        let list = r#"{"total":2,"items":[{"id":"a","until":"2027-01-01"},{"id":"b","until":"2027-02-02"}]}"#;
        for (from, to, said) in [
            (
                "2027-02-02",
                "2029-02-02",
                "entry “b”, until: says “2029-02-02” instead of “2027-02-02”",
            ),
            (
                r#"{"id":"a","until":"2027-01-01"},"#,
                "",
                "has entry “b” instead of “a”",
            ),
            (r#""total":2"#, r#""total":3"#, "total: says 3 instead of 2"),
        ] {
            let found = list.replace(from, to);
            assert_eq!(
                of_files("/red.json", list.as_bytes(), found.as_bytes()),
                said
            );
        }
    }
}
