//! The words that the form itself adds to a paper.

use crate::measures::CHARACTERS;
use crate::paper::{Annex, Contact, Numbering, OfficialPaper};
use crate::width;
use chrono::NaiveDate;
use domain::office_date::chinese;

/// 发文字号 as it is printed; none where the paper has none.
pub fn number(numbering: &Numbering) -> Option<&str> {
    match numbering {
        Numbering::Given(number) => Some(number),
        Numbering::AtIssue => Some("（签发后编号）"),
        Numbering::Without => None,
    }
}

/// 成文日期.
pub fn date(date: Option<NaiveDate>) -> String {
    date.map_or_else(|| "（签发之日）".to_owned(), chinese)
}

/// 主送 with its colon; none where nobody is named.
pub fn addressees(names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| format!("{}：", names.join("、")))
}

/// The names in 附件说明, each with its number where there are several.
pub fn annex_names(annexes: &[Annex]) -> Vec<(Option<String>, &str)> {
    let is_numbered = annexes.len() > 1;
    annexes
        .iter()
        .enumerate()
        .map(|(place, annex)| {
            let number = is_numbered.then(|| format!("{}.", place + 1));
            (number, annex.name.as_str())
        })
        .collect()
}

/// What stands at the top left of an annex.
pub fn annex_mark(annexes: &[Annex], place: usize) -> String {
    match annexes.len() {
        1 => "附件".to_owned(),
        _ => format!("附件{}", place + 1),
    }
}

/// 附注; none where nobody is named.
pub fn contact(contact: Option<&Contact>) -> Option<String> {
    let contact = contact?;
    let person = contact
        .person
        .as_ref()
        .map(|name| format!("联系人：{name}"));
    let telephone = contact
        .telephone
        .as_ref()
        .map(|number| format!("联系电话：{number}"));
    let parts: Vec<String> = [person, telephone].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("（{}）", parts.join("，")))
}

/// Those who get a copy, with the full stop; none where nobody does.
pub fn copies(paper: &OfficialPaper) -> Option<String> {
    (!paper.copies.is_empty()).then(|| format!("{}。", paper.copies.join("，")))
}

/// 印发日期.
pub fn printed_on(date: Option<NaiveDate>) -> String {
    match date {
        Some(date) => format!("{}印发", chinese(date)),
        None => "（签发后）印发".to_owned(),
    }
}

/// Whether a paragraph is of a few lines only: the last of the body goes as a whole to the page on which issuer and date stand, which never
/// stand alone on a page.
pub fn is_short(paragraph: &str) -> bool {
    width::of_text(paragraph) <= CHARACTERS * 2 * 5
}
