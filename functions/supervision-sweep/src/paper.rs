//! The wording of a paper, in the form of an official document (GB/T 9704): the mark of the issuer, the number, the title, the addressee,
//! the body, the issuer and the date. The page and the Word file are both made from it.

use crate::notice::{Issuer, Notice, NoticeLine};
use crate::paper_template::{Filled, fill};
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::{AddresseeKind, NoticeKind, Word as _};

/// A paper in words, part by part.
pub struct Paper {
    /// 发文机关标志: of a letter the name of the issuer alone.
    pub mark: String,
    /// 发文机关.
    pub issuer: String,
    /// 发文字号.
    pub number: String,
    pub title: String,
    /// 主送.
    pub addressee: String,
    /// The paragraphs before the list.
    pub opening: Vec<String>,
    pub lines: Vec<PaperLine>,
    /// The paragraphs after the list.
    pub closing: Vec<String>,
    /// 成文日期.
    pub date: String,
    /// 抄送.
    pub copies: String,
}

/// A row of the list.
pub struct PaperLine {
    pub subject: String,
    pub due_on: String,
    pub owed_by: String,
    /// What the evidence says, in words.
    pub facts: String,
}

/// Each value once, in the order of their first coming.
fn distinct<'n>(values: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut seen: Vec<&str> = Vec::new();
    for value in values {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}

impl Paper {
    /// The wording of a notice. `office` issues it; a paper that the chair signs is issued by `committee`.
    pub fn of_notice(notice: &Notice, office: &str, committee: &str) -> Self {
        let issuer = match notice.issuer {
            Issuer::Committee => committee,
            Issuer::Office => office,
        };
        let mark = match notice.kind {
            NoticeKind::ReminderLetter => issuer.to_owned(),
            _ => format!("{issuer}文件"),
        };
        let number = notice.number.clone();
        let issued_on = notice.issued_on.map(chinese);
        let day = notice.issued_on.unwrap_or(notice.drafted_on);
        let listed = listed_lines(notice);
        let (opening, closing) = wording(notice);
        Self {
            mark,
            issuer: issuer.to_owned(),
            number: number.unwrap_or_else(|| "（签发后编号）".to_owned()),
            title: paper_title(notice),
            addressee: match notice.addressee_kind {
                AddresseeKind::Cadre => format!("{}同志：", notice.addressee_name),
                _ => format!("{}：", notice.addressee_name),
            },
            opening: vec![opening],
            lines: listed
                .into_iter()
                .map(|line| paper_line(line, day))
                .collect(),
            closing,
            date: issued_on.unwrap_or_else(|| "（签发之日）".to_owned()),
            copies: notice.copies.join("、"),
        }
    }
}

fn paper_title(notice: &Notice) -> String {
    let titles = distinct(notice.grounds.iter().map(|ground| ground.title.as_str()));
    let subject = match titles[..] {
        [title] => title,
        _ => "食品安全工作事项逾期",
    };
    format!("关于{subject}的{}", notice.kind.chinese())
}

/// How the paper speaks to its addressee.
fn address_form(notice: &Notice) -> &'static str {
    match notice.addressee_kind {
        AddresseeKind::Cadre => "你",
        _ => "你单位",
    }
}

/// The term: in working days, and of an issued paper with the day on which it ends.
fn term_text(notice: &Notice) -> String {
    let days = notice.term;
    match notice.due_on.filter(|_| notice.issued_on.is_some()) {
        Some(due) => {
            let provisional = match notice.due_provisional {
                true => "，暂定",
                false => "",
            };
            let due = chinese(due);
            format!("自本件发出之日起{days}个工作日内（{due}前{provisional}）")
        }
        None => format!("自本件发出之日起{days}个工作日内"),
    }
}

/// What a paper lists: a draft what still stands, one that was issued what it listed then.
fn listed_lines(notice: &Notice) -> Vec<&NoticeLine> {
    let lines = notice.lines.iter();
    lines
        .filter(|line| notice.issued_on.is_some() || line.closed_on.is_none())
        .collect()
}

/// The wording by the template of the paper: the paragraph before the list, and those after it.
pub fn wording(notice: &Notice) -> (String, Vec<String>) {
    let day = chinese(notice.issued_on.unwrap_or(notice.drafted_on));
    let count = listed_lines(notice).len().to_string();
    let bases = distinct(notice.grounds.iter().map(|ground| ground.basis.as_str()));
    let duties = distinct(notice.grounds.iter().map(|ground| ground.duty.as_str()));
    let (bases, duties, term) = (bases.join("；"), duties.join("；"), term_text(notice));
    let next = notice.next.map(NoticeKind::chinese);
    let values: Filled<'_> = vec![
        ("依据", &bases),
        ("日期", &day),
        ("对方", address_form(notice)),
        ("项数", &count),
        ("期限", &term),
        ("要求", &duties),
        (
            "负责人",
            notice.leader.as_deref().unwrap_or("（签发时写明）"),
        ),
        ("下一文书", next.unwrap_or_default()),
    ];
    let template = &notice.template;
    // Nothing is threatened that does not follow.
    let warning = template.warning.as_deref().filter(|_| next.is_some());
    let closing = std::iter::once(template.demand.as_str()).chain(warning);
    (
        fill(&template.opening, &values),
        closing.map(|text| fill(text, &values)).collect(),
    )
}

fn paper_line(line: &NoticeLine, day: NaiveDate) -> PaperLine {
    let text = |name: &str| line.evidence.get(name).and_then(serde_json::Value::as_str);
    let on_site = line
        .evidence
        .get("on_site_required")
        .and_then(serde_json::Value::as_bool)
        .unwrap_or(false);
    let days = (day - line.due_on).num_days();
    let visited = text("visited_on").and_then(|day| day.parse().ok());
    let facts = match (on_site, visited) {
        (true, Some(day)) => format!("{}仅线上督导，应当现场", chinese(day)),
        (true, None) => format!("应当现场督导，逾期{days}天"),
        _ => format!("逾期{days}天"),
    };
    PaperLine {
        subject: line.subject.clone(),
        due_on: chinese(line.due_on),
        owed_by: line.owed_by_name.clone(),
        facts,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

    use super::*;
    use crate::notice::NoticeGround;
    use crate::paper_template::PaperTemplate;
    use domain::words::NoticeStatus;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn line(closed_on: Option<&str>, evidence: serde_json::Value) -> NoticeLine {
        NoticeLine {
            subject: "甲食品店：2026年第三季度督导".into(),
            owed_by_name: "沈阿根".into(),
            due_on: day("2026-09-30"),
            evidence,
            met_on: closed_on.map(day),
            closed_on: closed_on.map(day),
        }
    }

    fn notice(kind: NoticeKind, issued_on: Option<&str>, lines: Vec<NoticeLine>) -> Notice {
        Notice {
            id: "1".into(),
            kind,
            number: issued_on.map(|_| "浔食药安办函〔2026〕1号".to_owned()),
            status: NoticeStatus::Issued,
            addressee_kind: AddresseeKind::Cadre,
            addressee: "V1".into(),
            addressee_name: "沈阿根".into(),
            issuer: Issuer::Office,
            signer: None,
            leader: None,
            excused_until: None,
            talk: None,
            template: PaperTemplate {
                opening: "依据{依据}，截至{日期}，{对方}有下列{项数}项工作没有完成：".into(),
                demand: "请{期限}办结：{要求}。".into(),
                warning: Some("期满仍未完成的，将发出{下一文书}。".into()),
            },
            drafted_on: day("2026-10-08"),
            issued_on: issued_on.map(day),
            term: 10,
            due_on: issued_on.map(|_| day("2026-10-21")),
            due_provisional: false,
            due_announced: true,
            ends_on: None,
            next: Some(NoticeKind::RectificationOrder),
            version: 1,
            lines,
            grounds: vec![NoticeGround {
                title: "季度督导未完成".into(),
                duty: "完成督导".into(),
                basis: "两个责任".into(),
            }],
            copies: vec!["云港街道食安办".into()],
            steps: Vec::new(),
            moves: Vec::new(),
        }
    }

    #[test]
    fn a_letter_says_on_what_ground_what_until_when_and_what_comes_next() {
        let lines = vec![line(None, serde_json::json!({}))];
        let letter = notice(NoticeKind::ReminderLetter, Some("2026-10-08"), lines);
        let paper = Paper::of_notice(&letter, "南浔区食药安办", "南浔区食药安委");
        assert_eq!(paper.mark, "南浔区食药安办");
        assert_eq!(paper.title, "关于季度督导未完成的提醒敦促函");
        assert_eq!(paper.addressee, "沈阿根同志：");
        assert_eq!(
            paper.opening,
            ["依据两个责任，经核对，截至2026年10月8日，你有下列1项工作逾期未完成："]
        );
        assert_eq!(
            paper.closing[0],
            "请自本件发出之日起10个工作日内（2026年10月21日前）办结：完成督导。办理情况请回执告知。"
        );
        assert!(paper.closing[1].contains("将发出责令整改书"));
        assert_eq!(
            (paper.date.as_str(), paper.copies.as_str()),
            ("2026年10月8日", "云港街道食安办")
        );
        assert_eq!(paper.lines[0].facts, "逾期8天");
    }

    #[test]
    fn a_day_in_a_year_that_is_not_announced_is_marked_on_the_paper() {
        let lines = vec![line(None, serde_json::json!({}))];
        let mut letter = notice(NoticeKind::ReminderLetter, Some("2026-12-28"), lines);
        letter.due_on = Some(day("2027-01-11"));
        letter.due_provisional = true;
        let paper = Paper::of_notice(&letter, "南浔区食药安办", "南浔区食药安委");
        assert!(
            paper.closing[0].contains("（2027年1月11日前，暂定）"),
            "{}",
            paper.closing[0]
        );
    }

    #[test]
    fn a_draft_has_no_number_and_lists_only_what_still_stands() {
        let lines = vec![
            line(
                None,
                serde_json::json!({"on_site_required": true, "visited_on": "2026-08-03"}),
            ),
            line(Some("2026-10-07"), serde_json::json!({})),
        ];
        let mut draft = notice(NoticeKind::InterviewSummons, None, lines);
        draft.issuer = Issuer::Committee;
        let paper = Paper::of_notice(&draft, "南浔区食药安办", "南浔区食药安委");
        assert_eq!(paper.mark, "南浔区食药安委文件");
        assert_eq!(
            (paper.number.as_str(), paper.date.as_str()),
            ("（签发后编号）", "（签发之日）")
        );
        assert_eq!(paper.lines.len(), 1);
        assert_eq!(paper.lines[0].facts, "2026年8月3日仅线上督导，应当现场");
        assert!(!paper.closing[0].contains("前）"), "{}", paper.closing[0]);
    }
}
