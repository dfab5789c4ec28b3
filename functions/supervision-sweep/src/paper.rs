//! The wording of a paper of the ladder. How it is set stands in [`papers`].

use crate::notice::{Issuer, Notice, NoticeLine};
use crate::paper_template::{Filled, fill};
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::{AddresseeKind, NoticeKind, NoticeStatus, Word as _};
use papers::{
    Annex, Block, Column, Contact, Form, Imprint, Numbering, OfficialPaper, Section, Signature,
    Standing, Table,
};
use web::contacts::OrganisationContact;
use web::issuing::Issuing;

/// As many lines stand in the body; more stand in an annex.
const MOST_IN_BODY: usize = 5;

/// What the annex is called.
const ANNEX: &str = "逾期未完成事项清单";

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

/// A notice as an official paper, in the name of its issuer. Whom to ask is said where the
/// register of organisations knows it.
pub fn official_paper(
    notice: &Notice,
    issuing: &Issuing,
    office: Option<&OrganisationContact>,
) -> OfficialPaper {
    let issuer = match notice.issuer {
        Issuer::Committee => &issuing.committee,
        Issuer::Office => &issuing.office,
    };
    let (form, mark) = match notice.kind {
        NoticeKind::ReminderLetter => (Form::Letter, issuer.clone()),
        NoticeKind::ReportUpwards => {
            let signers = notice.signed_by.iter().cloned().collect();
            (Form::Report { signers }, format!("{issuer}文件"))
        }
        _ => (Form::Document, format!("{issuer}文件")),
    };
    let day = notice.issued_on.unwrap_or(notice.drafted_on);
    let listed = listed_lines(notice);
    let list = List::of(&listed);
    let table = line_table(&listed, day);
    let (opening, closing) = wording(notice);
    let mut body = vec![Block::Text(opening)];
    let mut annexes = Vec::new();
    match list.is_annexed {
        true => annexes.push(Annex {
            name: ANNEX.to_owned(),
            opening: Vec::new(),
            table,
        }),
        false => body.push(Block::Table(table)),
    }
    body.extend(closing.into_iter().map(Block::Text));
    OfficialPaper {
        form,
        standing: standing(notice),
        mark,
        number: match &notice.number {
            Some(number) => Numbering::Given(number.clone()),
            None => Numbering::AtIssue,
        },
        title: paper_title(notice),
        addressees: vec![addressee(notice)],
        body,
        annexes,
        signature: Signature {
            issuer: issuer.clone(),
            date: notice.issued_on,
        },
        contact: office.map(|office| Contact {
            person: office.person.clone(),
            telephone: office.telephone.clone(),
        }),
        copies: notice.copies.clone(),
        imprint: Some(Imprint {
            office: issuing.office.clone(),
            date: notice.issued_on,
        }),
    }
}

fn standing(notice: &Notice) -> Standing {
    match (notice.status, notice.issued_on) {
        (NoticeStatus::Withdrawn, _) => Standing::Withdrawn,
        (_, None) => Standing::Draft,
        (_, Some(_)) => Standing::Issued,
    }
}

fn addressee(notice: &Notice) -> String {
    match notice.addressee_kind {
        AddresseeKind::Cadre => format!("{}同志", notice.addressee_name),
        _ => notice.addressee_name.clone(),
    }
}

/// How many matters the paper lists, and whether it lists them in its annex.
struct List {
    count: usize,
    is_annexed: bool,
}

impl List {
    fn of(listed: &[&NoticeLine]) -> Self {
        Self {
            count: listed.len(),
            is_annexed: listed.len() > MOST_IN_BODY,
        }
    }

    /// How the body speaks of the list: it follows, or stands in the annex.
    fn named(&self) -> &'static str {
        match self.is_annexed {
            true => "附件所列",
            false => "下列",
        }
    }

    /// The sentence that speaks of it, which ends before a list that follows with a colon.
    fn ended(&self, sentence: String) -> String {
        match (self.is_annexed, sentence.strip_suffix('：')) {
            (true, Some(before)) => format!("{before}。"),
            _ => sentence,
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
    let list = List::of(&listed_lines(notice));
    let count = list.count.to_string();
    let bases = distinct(notice.grounds.iter().map(|ground| ground.basis.as_str()));
    let duties = distinct(notice.grounds.iter().map(|ground| ground.duty.as_str()));
    let (bases, duties, term) = (bases.join("；"), duties.join("；"), term_text(notice));
    let next = notice.next.map(NoticeKind::chinese);
    let values: Filled<'_> = vec![
        ("依据", &bases),
        ("日期", &day),
        ("对方", address_form(notice)),
        ("所列", list.named()),
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
        list.ended(fill(&template.opening, &values)),
        closing.map(|text| fill(text, &values)).collect(),
    )
}

/// The matters, one a row.
fn line_table(lines: &[&NoticeLine], day: NaiveDate) -> Table {
    let rows = lines
        .iter()
        .enumerate()
        .map(|(place, line)| {
            vec![
                (place + 1).to_string(),
                line.subject.clone(),
                chinese(line.due_on),
                line.owed_by_name.clone(),
                facts(line, day),
            ]
        })
        .collect();
    Table {
        columns: vec![
            Column::short("序号", 8),
            Column::wide("事项", 36),
            Column::short("应完成日期", 23),
            Column::short("责任人", 13),
            Column::wide("情况", 20),
        ],
        sections: vec![Section {
            heading: None,
            rows,
        }],
    }
}

/// What the evidence of a line says, in words.
fn facts(line: &NoticeLine, day: NaiveDate) -> String {
    let text = |name: &str| line.evidence.get(name).and_then(serde_json::Value::as_str);
    let on_site = line
        .evidence
        .get("on_site_required")
        .and_then(serde_json::Value::as_bool)
        .unwrap_or(false);
    let days = (day - line.due_on).num_days();
    let visited = text("visited_on").and_then(|day| day.parse().ok());
    match (on_site, visited) {
        (true, Some(day)) => format!("{}仅线上督导，应当现场", chinese(day)),
        (true, None) => format!("应当现场督导，逾期{days}天"),
        _ => format!("逾期{days}天"),
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

    fn template(kind: NoticeKind) -> PaperTemplate {
        let opening = match kind {
            NoticeKind::ReminderLetter => {
                "依据{依据}，经核对，截至{日期}，{对方}有{所列}{项数}项工作逾期未完成："
            }
            _ => "依据{依据}，{所列}{项数}项工作经提醒敦促，截至{日期}仍未完成：",
        };
        PaperTemplate {
            opening: opening.into(),
            demand: "请{期限}办结：{要求}。办理情况请回执告知。".into(),
            warning: Some("期满仍未完成的，将发出{下一文书}。".into()),
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
            signed_by: None,
            leader: None,
            excused_until: None,
            talk: None,
            template: template(kind),
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

    fn issuing() -> Issuing {
        Issuing {
            office: "南浔区食药安办".into(),
            committee: "南浔区食药安委".into(),
        }
    }

    /// The paragraphs of the body.
    fn paragraphs(paper: &OfficialPaper) -> Vec<&str> {
        paper
            .body
            .iter()
            .filter_map(|block| match block {
                Block::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    /// The rows of the table in the body; none where there is none.
    fn rows(paper: &OfficialPaper) -> Option<&[Vec<String>]> {
        paper.body.iter().find_map(|block| match block {
            Block::Table(table) => Some(table.sections[0].rows.as_slice()),
            _ => None,
        })
    }

    #[test]
    fn a_letter_says_on_what_ground_what_until_when_and_what_comes_next() {
        let lines = vec![line(None, serde_json::json!({}))];
        let letter = notice(NoticeKind::ReminderLetter, Some("2026-10-08"), lines);
        let paper = official_paper(&letter, &issuing(), None);
        assert_eq!(
            (paper.form.clone(), paper.mark.as_str()),
            (Form::Letter, "南浔区食药安办")
        );
        assert_eq!(paper.title, "关于季度督导未完成的提醒敦促函");
        assert_eq!(paper.addressees, ["沈阿根同志"]);
        let said = paragraphs(&paper);
        assert_eq!(
            said[0],
            "依据两个责任，经核对，截至2026年10月8日，你有下列1项工作逾期未完成："
        );
        assert_eq!(
            said[1],
            "请自本件发出之日起10个工作日内（2026年10月21日前）办结：完成督导。办理情况请回执告知。"
        );
        assert!(said[2].contains("将发出责令整改书"));
        assert_eq!(paper.signature.date, Some(day("2026-10-08")));
        assert_eq!(paper.copies, ["云港街道食安办"]);
        assert_eq!(rows(&paper).unwrap()[0][4], "逾期8天");
        assert_eq!((paper.contact, paper.annexes.len()), (None, 0));
    }

    #[test]
    fn more_than_five_lines_stand_in_an_annex() {
        let lines = |count: usize| {
            (0..count)
                .map(|_| line(None, serde_json::json!({})))
                .collect::<Vec<_>>()
        };
        let five = notice(NoticeKind::RectificationOrder, Some("2026-10-22"), lines(5));
        let five = official_paper(&five, &issuing(), None);
        assert_eq!((rows(&five).unwrap().len(), five.annexes.len()), (5, 0));
        let six = notice(NoticeKind::RectificationOrder, Some("2026-10-22"), lines(6));
        let six = official_paper(&six, &issuing(), None);
        assert!(rows(&six).is_none());
        assert_eq!(six.annexes[0].table.row_count(), 6);
        assert_eq!(
            paragraphs(&six)[0],
            "依据两个责任，附件所列6项工作经提醒敦促，截至2026年10月22日仍未完成。"
        );
        assert_eq!(
            (six.form, six.mark.as_str()),
            (Form::Document, "南浔区食药安办文件")
        );
    }

    #[test]
    fn a_paper_says_whom_to_ask_as_the_register_of_organisations_knows_it() {
        let office = OrganisationContact {
            kind: domain::organisation::OrganisationKind::Office,
            name: "南浔区食药安办".into(),
            towns: Vec::new(),
            telephone: Some("0572-1234567".into()),
            address: None,
            hours: None,
            person: Some("王敏".into()),
            version: 1,
        };
        let lines = vec![line(None, serde_json::json!({}))];
        let mut listing = notice(NoticeKind::SupervisionListing, Some("2026-11-23"), lines);
        listing.issuer = Issuer::Committee;
        let paper = official_paper(&listing, &issuing(), Some(&office));
        let contact = paper.contact.unwrap();
        assert_eq!(contact.person.as_deref(), Some("王敏"));
        assert_eq!(contact.telephone.as_deref(), Some("0572-1234567"));
        // The committee issues it, and its office has it printed.
        assert_eq!(paper.signature.issuer, "南浔区食药安委");
        assert_eq!(paper.imprint.unwrap().office, "南浔区食药安办");
    }

    #[test]
    fn a_withdrawn_paper_is_marked_as_such_and_keeps_its_number() {
        let lines = vec![line(None, serde_json::json!({}))];
        let mut letter = notice(NoticeKind::ReminderLetter, Some("2026-10-08"), lines);
        letter.status = NoticeStatus::Withdrawn;
        let paper = official_paper(&letter, &issuing(), None);
        assert_eq!(paper.standing, Standing::Withdrawn);
        assert_eq!(
            paper.number,
            Numbering::Given("浔食药安办函〔2026〕1号".into())
        );
    }

    #[test]
    fn a_day_in_a_year_that_is_not_announced_is_marked_on_the_paper() {
        let lines = vec![line(None, serde_json::json!({}))];
        let mut letter = notice(NoticeKind::ReminderLetter, Some("2026-12-28"), lines);
        letter.due_on = Some(day("2027-01-11"));
        letter.due_provisional = true;
        let paper = official_paper(&letter, &issuing(), None);
        let said = paragraphs(&paper)[1];
        assert!(said.contains("（2027年1月11日前，暂定）"), "{said}");
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
        let paper = official_paper(&draft, &issuing(), None);
        assert_eq!(paper.mark, "南浔区食药安委文件");
        assert_eq!(
            (paper.number.clone(), paper.signature.date, paper.standing),
            (Numbering::AtIssue, None, Standing::Draft)
        );
        let rows = rows(&paper).unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0][4], "2026年8月3日仅线上督导，应当现场");
        let said = paragraphs(&paper)[1];
        assert!(!said.contains("前）"), "{said}");
    }
}
