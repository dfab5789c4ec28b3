//! What the papers to a business on its way to the black list have in common: the form, whom they go to, whom to ask, and the ways in which
//! they are read: on a page, printed, in Word.

use crate::list_case::ListCase;
use axum::response::Response;
use chrono::NaiveDate;
use domain::red_black::CaseStatus;
use maud::{Markup, html};
use papers::{Block, Contact, Form, Numbering, OfficialPaper, Signature, Standing};
use transparency::wording;
use web::contacts::OrganisationContact;
use web::{Answer, Context, Problem, issuing, page, respond};

/// A paper of a case: its title, its date, and what it says. It is a draft until it has a date.
pub struct CasePaper {
    pub title: &'static str,
    pub dated_on: Option<NaiveDate>,
    pub paragraphs: Vec<String>,
}

impl CasePaper {
    /// The paper as it is set: a letter of the office to the business. One whose case was taken back does not hold any more.
    pub async fn set(self, context: &Context, case: &ListCase) -> Result<OfficialPaper, Problem> {
        let issuing = issuing::of_today(context).await?;
        let standing = match (case.status, self.dated_on) {
            (CaseStatus::Withdrawn, _) => Standing::Withdrawn,
            (_, None) => Standing::Draft,
            (_, Some(_)) => Standing::Issued,
        };
        Ok(OfficialPaper {
            form: Form::Letter,
            standing,
            mark: issuing.office.clone(),
            number: Numbering::Without,
            title: self.title.to_owned(),
            addressees: vec![format!("{}（统一社会信用代码 {}）", case.name, case.uscc)],
            body: self.paragraphs.into_iter().map(Block::Text).collect(),
            annexes: Vec::new(),
            signature: Signature {
                issuer: issuing.office,
                date: self.dated_on,
            },
            contact: context.office().map(|office| Contact {
                person: office.person.clone(),
                telephone: office.telephone.clone(),
            }),
            copies: Vec::new(),
            imprint: None,
        })
    }
}

/// What is established against the business, criterion by criterion.
pub fn established(case: &ListCase) -> Vec<String> {
    case.rules
        .iter()
        .flat_map(|met| {
            let criterion = format!("{}（{}）：", met.title, met.basis);
            let facts = met
                .evidence
                .iter()
                .map(|fact| format!("{}。", wording::fact(fact)));
            std::iter::once(criterion).chain(facts)
        })
        .collect()
}

/// Where the office is found and called; what the register of organisations does not know is left out.
pub fn where_to_turn(office: &str, contact: Option<&OrganisationContact>) -> String {
    let part = |label: &str, value: Option<&String>| value.map(|value| format!("{label}：{value}"));
    let parts: Vec<String> = [
        part("地址", contact.and_then(|contact| contact.address.as_ref())),
        part(
            "电话",
            contact.and_then(|contact| contact.telephone.as_ref()),
        ),
        part(
            "办公时间",
            contact.and_then(|contact| contact.hours.as_ref()),
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    match parts.is_empty() {
        true => office.to_owned(),
        false => format!("{office}（{}）", parts.join("；")),
    }
}

/// The page of a paper; `path` is its own, and `above` stands between the ways out of it and the paper.
pub fn shown(
    context: &Context,
    case: &ListCase,
    paper: &OfficialPaper,
    path: &str,
    above: &Markup,
) -> Response {
    let is_known = context
        .office()
        .is_some_and(|office| office.address.is_some() && office.telephone.is_some());
    page::page(
        context,
        &paper.title,
        &html! {
            h1 { (paper.title) "：" (case.name) }
            @if !is_known {
                div.panel role="status" { p { "食药安办的地址或者电话还没有登记，企业不知道到哪里陈述申辩。请先在" a href="/organisations" { "联系单位" } "里补上。" } }
            }
            (above)
            div.actions {
                a.second href={ (path) "/print" } { "打印" }
                a.second href={ (path) ".docx" } { "下载 Word" }
                a.second href={ "/lists/cases/" (case.id) } { "回到办理页面" }
            }
            (papers::html::sheet(paper))
        },
    )
}

/// The paper alone, as it is printed.
pub fn printed(paper: &OfficialPaper, path: &str) -> Response {
    respond::unframed(papers::html::print_page(paper, path))
}

/// The paper as a Word file.
pub fn word_file(case: &ListCase, paper: &OfficialPaper, plain: &str) -> Answer {
    let bytes = papers::docx::write(paper).map_err(Problem::internal)?;
    let chinese = format!("{}（{}）", paper.title, case.name);
    Ok(respond::word_file(plain, &chinese, bytes))
}
