//! The form on a phone: one question a page, going back keeps everything, complete without JavaScript.

use crate::drafts::{self, BrowserDraft, Draft};
use crate::filing::{Channel, earlier_receipts, insert_filings};
use crate::limits;
use crate::new_complaint::{Contact, NewComplaint};
use crate::question::Question;
use crate::question_pages::question_page;
use axum::response::{IntoResponse as _, Redirect};
use domain::complaint::ComplaintKind;
use domain::words::Word as _;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use registers::enterprises;
use serde::Deserialize;
use std::collections::BTreeMap;
use web::extract::{Form, Path, Query};
use web::form::Errors;
use web::problem::FieldError;
use web::respond::refused;
use web::{Answer, Context, Problem, Routes, Who::Everybody};

/// The most characters of one answer that a draft takes: a little more than a complaint may have, so that a longer one is refused
/// with its reason, and not what would fill the store with drafts.
const LONGEST_ANSWER: usize = 6_000;

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/complaints/new/{question}", Everybody, show_question)
        .post("/complaints/new/{question}", Everybody, submit_answers)
}

#[derive(Deserialize)]
struct FormStart {
    /// 吹哨人: 1; 0 where somebody began as an insider and then said that they are none.
    insider: Option<String>,
    /// The business that somebody complains about from its page.
    enterprise_no: Option<String>,
}

async fn show_question(
    context: Context,
    headers: HeaderMap,
    Path(code): Path<String>,
    Query(start): Query<FormStart>,
) -> Answer {
    let question = Question::of_path(&code)?;
    let browser_draft = drafts::open_draft(&context, &headers).await?;
    let mut draft = match browser_draft {
        Some(known) if known.draft.is_sent && question != Question::What => {
            return Ok(Redirect::to("/complaints/filed").into_response());
        }
        Some(known) if !known.draft.is_sent => known.draft,
        _ if question != Question::What => {
            return Ok(Redirect::to("/complaints").into_response());
        }
        _ => Draft::default(),
    };
    match start.insider.as_deref() {
        Some("0") => draft.complaint.insider = false,
        Some(_) => draft.complaint.insider = true,
        None => {}
    }
    if let Some(number) = &start.enterprise_no {
        let number = enterprises::find_number(&context.store, number).await?;
        choose_enterprise(&mut draft, number);
    }
    question_page(&context, question, &draft, &Errors::default()).await
}

/// The fields that a page sent.
type TypedFields = BTreeMap<String, String>;

async fn submit_answers(
    context: Context,
    headers: HeaderMap,
    Path(code): Path<String>,
    Form(typed): Form<TypedFields>,
) -> Answer {
    let question = Question::of_path(&code)?;
    let mut browser_draft = match drafts::open_draft(&context, &headers).await? {
        Some(known) if !known.draft.is_sent => known,
        Some(_) if question != Question::What => {
            return Ok(Redirect::to("/complaints/filed").into_response());
        }
        _ => drafts::begin_draft()?,
    };
    if question == Question::Check {
        return send_draft(&context, browser_draft, typed.get("proof")).await;
    }
    let stays = searches(&typed, &browser_draft.draft);
    let mut answered = browser_draft.draft.clone();
    take_answers(&context, question, &mut answered, &typed);
    let errors: Vec<FieldError> = match answered.filings(&context).await? {
        Err(errors) if !stays => errors
            .into_iter()
            .filter(|error| question.fields().contains(&error.field.as_str()))
            .collect(),
        _ => Vec::new(),
    };
    // What is wrong is shown again and not kept: a draft is made of pages that were accepted.
    if !errors.is_empty() {
        let page = question_page(&context, question, &answered, &Errors(errors)).await?;
        return Ok(refused(StatusCode::UNPROCESSABLE_ENTITY, page));
    }
    if browser_draft.is_new() {
        limits::admit_draft(&context).await?;
    }
    let cookie = browser_draft
        .change(&context, |draft| {
            take_answers(&context, question, draft, &typed);
        })
        .await?;
    let next = match stays {
        true => question,
        false => question.next(&browser_draft.draft),
    };
    Ok(drafts::with_cookie(
        Redirect::to(&next.path()).into_response(),
        cookie,
    ))
}

/// Whether the page looks for a business and stays. Enter presses the button to search too: once a place is chosen and nothing new
/// is looked for, it means to go on.
fn searches(typed: &TypedFields, draft: &Draft) -> bool {
    let text = |name: &str| typed.get(name).map_or("", |text| text.trim());
    let is_chosen = !(text("uscc").is_empty() && text("place").is_empty());
    let is_same_search = text("q") == draft.searched_name.trim();
    text("do") == "search" && !(is_chosen && is_same_search)
}

/// Takes the business from whose page somebody came. What was said of another place is no longer meant.
fn choose_enterprise(draft: &mut Draft, number: String) {
    if draft.complaint.uscc != number {
        draft.complaint.uscc = number;
        draft.complaint.place = String::new();
        draft.complaint.town = String::new();
        draft.searched_name = String::new();
    }
}

/// Takes a page's answers into the draft, right or wrong.
fn take_answers(context: &Context, question: Question, draft: &mut Draft, typed: &TypedFields) {
    let text = |name: &str| -> String {
        let typed = typed.get(name).map_or("", String::as_str);
        typed.chars().take(LONGEST_ANSWER).collect()
    };
    let complaint = &mut draft.complaint;
    match question {
        Question::What => {
            complaint.category = text("category");
            complaint.text = text("text");
            complaint.insider = typed.contains_key("insider");
            let is_insider = complaint.insider;
            if is_insider {
                complaint.kind = ComplaintKind::Report.code().to_owned();
                complaint.anonymous = true;
                complaint.contact = None;
                draft.both = false;
            }
            if typed.contains_key("enterprise_no") && !is_insider {
                choose_enterprise(draft, text("enterprise_no"));
            }
        }
        Question::Where => {
            draft.searched_name = text("q");
            complaint.place = text("place");
            complaint.town = text("town");
            complaint.uscc = text("uscc");
        }
        Question::When => {
            complaint.happened_on = match typed.get("quick").map(String::as_str) {
                Some("today") => context.today().to_string(),
                Some("yesterday") => (context.today() - chrono::TimeDelta::days(1)).to_string(),
                _ => text("happened_on"),
            };
        }
        Question::Wants => {
            let kind = text("kind");
            draft.both = kind == "both";
            complaint.kind = match draft.both {
                true => ComplaintKind::Complaint.code().to_owned(),
                false => kind,
            };
            complaint.wants = text("wants");
            if complaint.kind == ComplaintKind::Complaint.code() {
                complaint.anonymous = false;
            }
        }
        Question::Who => {
            draft.contact_asked = true;
            if typed.get("do").map(String::as_str) == Some("report") {
                complaint.kind = ComplaintKind::Report.code().to_owned();
                draft.both = false;
                complaint.anonymous = true;
            } else {
                complaint.anonymous = typed.get("anonymous").map(String::as_str) == Some("true");
            }
            complaint.contact = Some(Contact {
                name: text("name"),
                phone: text("phone"),
                address: text("address"),
            });
        }
        Question::Photos | Question::Check => {}
    }
}

/// Files the draft. Sent twice it is filed once, for its key is the draft's.
async fn send_draft(
    context: &Context,
    mut browser_draft: BrowserDraft,
    proof: Option<&String>,
) -> Answer {
    let token = browser_draft.token.clone();
    let request = drafts::filing_request(&token);
    if earlier_receipts(context, &request).await?.is_none() {
        let filings = match browser_draft.draft.filings(context).await? {
            Ok(filings) => filings,
            Err(errors) => {
                let errors = Errors(errors);
                let page =
                    question_page(context, Question::Check, &browser_draft.draft, &errors).await?;
                return Ok(refused(StatusCode::UNPROCESSABLE_ENTITY, page));
            }
        };
        match limits::admit_filing(context, proof.map(String::as_str)).await {
            Ok(()) => {}
            Err(problem) if problem.status == StatusCode::TOO_MANY_REQUESTS => {
                return ask_to_wait(context, &browser_draft.draft, &problem).await;
            }
            Err(problem) => return Err(problem),
        }
        insert_filings(context, &filings, Channel::Page, Some(&request)).await?;
    }
    // What was typed is in the case now; the draft keeps no more than that it was sent, and whether by an insider.
    let cookie = browser_draft
        .change(context, |draft| {
            *draft = Draft {
                is_sent: true,
                complaint: NewComplaint {
                    insider: draft.complaint.insider,
                    ..NewComplaint::default()
                },
                ..Draft::default()
            };
        })
        .await?;
    Ok(drafts::with_cookie(
        Redirect::to("/complaints/filed").into_response(),
        cookie,
    ))
}

/// The last page again, which says how long to wait.
async fn ask_to_wait(context: &Context, draft: &Draft, problem: &Problem) -> Answer {
    let errors = Errors(vec![FieldError::secret("send", problem.detail.clone())]);
    let page = question_page(context, Question::Check, draft, &errors).await?;
    let mut page = refused(problem.status, page);
    if let Some(seconds) = problem.retry_after {
        page.headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(page)
}
