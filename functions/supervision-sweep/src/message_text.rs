//! What messages about papers say (站内消息). The store keeps the facts of each; the sentences stand here, as those of the papers stand
//! in `paper.rs`.

use chrono::NaiveDate;
use domain::office_date::chinese;
use serde::Deserialize;

/// SQL: the facts of the message `m` about a paper, as [`PaperMessage`] reads them; null where `text` is all that the message says.
pub const PAPER: &str = "json(json_set(m.facts, '$.kind', m.kind))";

/// A message about a paper. Whatever a paper may lack is left out of the sentence.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PaperMessage {
    /// To its addressee: it has been issued.
    Notice(Term),
    /// To whoever gets a copy (抄送).
    Copy(Term),
    /// To its addressee: all that it lists is done (销号).
    Closure,
    /// To its addressee: it does not count any more (作废).
    Withdrawal { reason: Option<String> },
}

/// How much a paper lists, and until when.
#[derive(Deserialize)]
pub struct Term {
    lines: u32,
    due_on: Option<NaiveDate>,
    /// Whether the day needs a year whose holidays are not announced; 0 or 1.
    provisional: u8,
}

impl Term {
    /// What is said behind the term of a day that may still move.
    fn doubt(&self) -> &'static str {
        match self.provisional {
            0 => "",
            _ => "那一年的节假日还没有公布，日期暂定。",
        }
    }
}

impl PaperMessage {
    pub fn text(&self) -> String {
        match self {
            Self::Notice(term) => {
                let before = term.due_on.map(|day| format!("在{}前", chinese(day)));
                format!(
                    "列明 {} 项，请{}办结并回执。{}",
                    term.lines,
                    before.unwrap_or_default(),
                    term.doubt()
                )
            }
            Self::Copy(term) => {
                let until = term.due_on.map(|day| format!("，期限到{}", chinese(day)));
                format!(
                    "列明 {} 项{}。{}",
                    term.lines,
                    until.unwrap_or_default(),
                    term.doubt()
                )
            }
            Self::Closure => "所列事项已办结，予以销号。".to_owned(),
            Self::Withdrawal { reason: None } => "此件作废。".to_owned(),
            Self::Withdrawal {
                reason: Some(reason),
            } => format!("此件作废。原因：{reason}"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]
mod tests {
    use super::*;

    fn text(facts: &str) -> String {
        let message: PaperMessage = serde_json::from_str(facts).unwrap();
        message.text()
    }

    #[test]
    fn each_kind_of_message_says_what_has_become_of_the_paper() {
        assert_eq!(
            text(r#"{"kind":"notice","lines":2,"due_on":"2026-10-22","provisional":0}"#),
            "列明 2 项，请在2026年10月22日前办结并回执。"
        );
        assert_eq!(
            text(r#"{"kind":"copy","lines":1,"due_on":"2027-01-11","provisional":1}"#),
            "列明 1 项，期限到2027年1月11日。那一年的节假日还没有公布，日期暂定。"
        );
        assert_eq!(text(r#"{"kind":"closure"}"#), "所列事项已办结，予以销号。");
        assert_eq!(
            text(r#"{"kind":"withdrawal","reason":"列错了主体"}"#),
            "此件作废。原因：列错了主体"
        );
    }

    #[test]
    fn what_a_paper_lacks_is_left_out() {
        assert_eq!(
            text(r#"{"kind":"notice","lines":2,"due_on":null,"provisional":0}"#),
            "列明 2 项，请办结并回执。"
        );
        assert_eq!(
            text(r#"{"kind":"copy","lines":2,"due_on":null,"provisional":0}"#),
            "列明 2 项。"
        );
        assert_eq!(text(r#"{"kind":"withdrawal","reason":null}"#), "此件作废。");
    }
}
