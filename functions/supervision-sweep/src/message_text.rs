//! What messages about papers say (站内消息). The store keeps the facts of each; the sentences stand here, as those of the papers stand
//! in `paper.rs`.

use chrono::NaiveDate;
use domain::office_date::chinese;
use serde::Deserialize;

/// SQL: the facts of the paper that the message `m` is about, as [`PaperMessage`] reads them; null where `title` and `text` are all of it.
pub const PAPER: &str = "json(json_set(m.facts, '$.kind', m.kind))";

/// A message about a paper.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PaperMessage {
    /// To its addressee: it has been issued.
    Notice {
        paper: String,
        number: String,
        lines: u32,
        due_on: NaiveDate,
        provisional: u8,
    },
    /// To whoever gets a copy (抄送).
    Copy {
        paper: String,
        addressee: String,
        lines: u32,
        due_on: NaiveDate,
        provisional: u8,
    },
    /// To its addressee: all that it lists is done (销号).
    Closure { paper: String, number: String },
    /// To its addressee: it does not count any more (作废).
    Withdrawal {
        paper: String,
        number: String,
        reason: String,
    },
}

impl PaperMessage {
    /// Puts the sentences in the place of what is kept of the message.
    pub fn write_to(&self, title: &mut String, text: &mut String) {
        *title = self.title();
        *text = self.text();
    }

    fn title(&self) -> String {
        match self {
            Self::Notice { paper, number, .. } => format!("{paper}：{number}"),
            Self::Copy {
                paper, addressee, ..
            } => format!("抄送：{paper}（{addressee}）"),
            Self::Closure { paper, number } => format!("已销号：{paper} {number}"),
            Self::Withdrawal { paper, number, .. } => format!("已撤回：{paper} {number}"),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Notice {
                lines,
                due_on,
                provisional,
                ..
            } => format!(
                "列明 {lines} 项，请在{}前办结并回执。{}",
                chinese(*due_on),
                doubt(*provisional)
            ),
            Self::Copy {
                lines,
                due_on,
                provisional,
                ..
            } => format!(
                "列明 {lines} 项，期限到{}。{}",
                chinese(*due_on),
                doubt(*provisional)
            ),
            Self::Closure { .. } => "所列事项已办结，予以销号。".to_owned(),
            Self::Withdrawal { reason, .. } => format!("此件作废。原因：{reason}"),
        }
    }
}

/// What is said of a day that needs a year whose holidays are not announced.
fn doubt(provisional: u8) -> &'static str {
    match provisional {
        0 => "",
        _ => "那一年的节假日还没有公布，日期暂定。",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]
mod tests {
    use super::*;

    fn said(facts: &str) -> (String, String) {
        let paper: PaperMessage = serde_json::from_str(facts).unwrap();
        let (mut title, mut text) = ("kept".to_owned(), String::new());
        paper.write_to(&mut title, &mut text);
        (title, text)
    }

    #[test]
    fn each_kind_of_message_says_what_has_become_of_the_paper() {
        let notice = r#"{"kind":"notice","paper":"提醒敦促函","number":"浔食药安办函〔2026〕1号","lines":2,"due_on":"2026-10-22","provisional":0}"#;
        assert_eq!(
            said(notice),
            (
                "提醒敦促函：浔食药安办函〔2026〕1号".into(),
                "列明 2 项，请在2026年10月22日前办结并回执。".into()
            )
        );
        let copy = r#"{"kind":"copy","paper":"提醒敦促函","addressee":"王五","lines":1,"due_on":"2027-01-11","provisional":1}"#;
        assert_eq!(
            said(copy),
            (
                "抄送：提醒敦促函（王五）".into(),
                "列明 1 项，期限到2027年1月11日。那一年的节假日还没有公布，日期暂定。".into()
            )
        );
        let closure =
            r#"{"kind":"closure","paper":"责令整改书","number":"浔食药安办改〔2026〕3号"}"#;
        assert_eq!(
            said(closure),
            (
                "已销号：责令整改书 浔食药安办改〔2026〕3号".into(),
                "所列事项已办结，予以销号。".into()
            )
        );
        let withdrawal = r#"{"kind":"withdrawal","paper":"责令整改书","number":"浔食药安办改〔2026〕3号","reason":"列错了主体"}"#;
        assert_eq!(
            said(withdrawal),
            (
                "已撤回：责令整改书 浔食药安办改〔2026〕3号".into(),
                "此件作废。原因：列错了主体".into()
            )
        );
    }
}
