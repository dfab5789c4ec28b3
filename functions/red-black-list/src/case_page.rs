//! One case for the office: what it rests on, how far it is, and what can be done next.

use crate::list_case::{ListCase, ListCaseStep, find_case};
use crate::tabs::desk_tabs;
use axum::response::Response;
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::red_black::{CaseMove, ListKind};
use domain::words::Word as _;
use maud::{Markup, html};
use std::collections::BTreeMap;
use transparency::wording;
use web::api::gives;
use web::extract::Path;
use web::form::{Errors, area};
use web::respond::json_text;
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/lists/cases/{id}", OFFICE, page)
        .get("/api/v1/list-cases/{id}", OFFICE, show_list_case)
        .api("一件办理的全部内容", gives::<ListCase>())
}

pub async fn show_list_case(context: Context, Path(id): Path<String>) -> Answer {
    let case = find_case(&context, &id).await?;
    Ok(json_text(
        serde_json::to_string(&case).map_err(Problem::internal)?,
    ))
}

async fn page(context: Context, Path(id): Path<String>) -> Answer {
    let case = find_case(&context, &id).await?;
    let (nothing_typed, no_errors) = (TypedFields::new(), Errors::default());
    Ok(case_page(&context, &case, "", &nothing_typed, &no_errors))
}

/// The fields of a form, by name, as somebody has typed them.
pub type TypedFields = BTreeMap<String, String>;

/// The id of the note's field in the form of a move.
pub fn note_field(verb: &str) -> String {
    format!("note-{verb}")
}

/// The id of the form of a move.
pub fn move_form(verb: &str) -> String {
    format!("do-{verb}")
}

/// The page of one case. `refused_verb` is the move whose form was refused, blank for none; `typed` and `errors` belong to it.
pub fn case_page(
    context: &Context,
    case: &ListCase,
    refused_verb: &str,
    typed: &TypedFields,
    errors: &Errors,
) -> Response {
    let title = format!("{}：{}", case.list.chinese(), case.name);
    let typed_note = typed.get("note").map_or("", String::as_str);
    let note_of = |case_move: CaseMove| (case_move.code() == refused_verb).then_some(typed_note);
    page::page(
        context,
        &errors.title(&title),
        &html! {
            (errors.summary())
            (desk_tabs(context))
            h1 { (title) }
            (status_line(case))
            @if !case.facts_stand && !case.status.is_over() {
                div.panel role="status" { p { "所依据的事实有的已经撤销或者变更。" @if case.status.is_public() { "这一条会自动撤下。" } @else { "请撤回这次提名。" } } }
            }
            (case_facts(case))
            h2 { "依据" }
            (wording::rules(&case.rules))
            @if !case.moves.is_empty() {
                h2 { "办理" }
                @for case_move in CaseMove::ALL.iter().copied().filter(|case_move| case.moves.contains(case_move)) {
                    @if let Some(label) = note_label(case_move) { (form_of_move(case, case_move, label, note_of(case_move), errors)) }
                }
            }
            h2 { "经过" }
            (case_history(&case.steps))
        },
    )
}

/// The status of the case, with the ways to its pages and papers.
fn status_line(case: &ListCase) -> Markup {
    html! {
        p { span.tag { (case.status.chinese()) }
            @if case.status.is_public() { " " a href={ "/lists/entries/" (case.id) } { "公众看到的页面" } " · " a href={ "/lists/entries/" (case.id) "/sheet" } { "打印张贴的公示单" } }
            @if case.list == ListKind::Black {
                " · " a href={ "/lists/cases/" (case.id) "/notice" } { "告知书" }
                @if case.decided_on.is_some() { " · " a href={ "/lists/cases/" (case.id) "/decision" } { "决定书" } }
            } }
    }
}

/// What the case is about, and what has come of it so far.
fn case_facts(case: &ListCase) -> Markup {
    let date = |date: Option<NaiveDate>| date.map_or_else(|| "—".to_owned(), chinese);
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "—".to_owned());
    let black = case.list == ListKind::Black;
    html! {
        dl.facts {
            dt { "企业" } dd { a href={ "/enterprises/" (case.uscc) } { (case.name) } " " span.code { (case.uscc) } }
            dt { "镇街" } dd { (text(&case.town)) }
            dt { "理由（公开）" } dd { (case.ground) }
            dt { "提名" } dd { (case.nominated_by) "，" (chinese(case.nominated_on)) }
            @if black {
                dt { "告知" } dd { (date(case.notified_on)) (objection_term(case)) }
                @if case.objection.is_some() { dt { "陈述申辩" } dd.said { (text(&case.objection)) } dt { "答复" } dd.said { (text(&case.answer)) } }
            }
            dt { "决定" } dd { (case.decided_by.as_deref().unwrap_or("—")) @if let Some(day) = case.decided_on { "，" (chinese(day)) } }
            dt { "公布" } dd { (date(case.published_on)) @if let Some(until) = case.until_on { "，到" (chinese(until)) } }
            @if black { dt { "企业回应（公开）" } dd.said { (text(&case.reply)) } }
            @if case.repair.is_some() { dt { "信用修复申请" } dd.said { (text(&case.repair)) } }
            @if case.ended_on.is_some() { dt { "结束" } dd { (date(case.ended_on)) "，" (text(&case.ended_why)) } }
        }
    }
}

/// Until when the business may object, and whether it has to be told of a later day than its notice names.
fn objection_term(case: &ListCase) -> Markup {
    html! {
        @if let Some(until) = case.object_ends { "，可以申辩到" (chinese(until)) @if case.object_provisional { "（那一年的节假日还没有公布，暂定）" } }
        @if let (Some(on_notice), Some(later)) = (case.object_until, case.put_off_until()) { p { strong { "告知书上写的是" (chinese(on_notice)) "，按已经公布的节假日顺延到" (chinese(later)) "。请再告诉企业一次。" } } }
    }
}

/// The label and the hint of a move's note; none for moves that only the schedule makes.
fn note_label(case_move: CaseMove) -> Option<(&'static str, &'static str)> {
    Some(match case_move {
        CaseMove::Notify => (
            "怎样送达、谁签收",
            "企业可以陈述申辩到告知书上写的那一天，期限从今天起算。先出具、打印告知书。",
        ),
        CaseMove::Object => (
            "企业陈述申辩的内容",
            "把书面意见的要点写下来，口头的也要记。",
        ),
        CaseMove::Answer => ("答复和理由", "答复以后由另一位同事决定。"),
        CaseMove::Uphold => ("采纳的理由", "采纳以后这次提名就撤回了。"),
        CaseMove::Approve | CaseMove::Reject => ("决定的理由", "提名的人不能自己决定。"),
        CaseMove::Publish => (
            "备注（可不填）",
            "公布以后马上对所有人可见，并记入公布记录。",
        ),
        CaseMove::Reply => (
            "企业的回应",
            "会原样公布在这一条旁边，不要写姓名、电话和住址。",
        ),
        CaseMove::ApplyRepair => (
            "怎样改正、怎样履行处罚、附了哪些证明",
            "公布满规定的月数才能申请。由另一位同事核查决定。",
        ),
        CaseMove::GrantRepair | CaseMove::RefuseRepair => (
            "核查情况和理由",
            "同意以后这一条马上从榜上撤下，公开页面不再显示。",
        ),
        CaseMove::Withdraw => ("撤回的理由", "已经公布的会马上撤下。"),
        CaseMove::Correct | CaseMove::Expire => return None,
    })
}

/// The form by which a move is made; open, with the note that was typed, where it was refused.
fn form_of_move(
    case: &ListCase,
    case_move: CaseMove,
    (label, hint): (&str, &str),
    refused_note: Option<&str>,
    errors: &Errors,
) -> Markup {
    let verb = case_move.code();
    html! {
        details id=(move_form(verb)) open[refused_note.is_some()] {
            summary { (case_move.chinese()) }
            form.stack method="post" action={ "/lists/cases/" (case.id) "/" (verb) } {
                input type="hidden" name="version" value=(case.version);
                (area((&note_field(verb), "note"), label, Some(hint), refused_note.unwrap_or(""), true, errors))
                button.main { (case_move.chinese()) }
            }
        }
    }
}

/// All steps of the case, the oldest first.
fn case_history(steps: &[ListCaseStep]) -> Markup {
    let name = |code: &str| CaseMove::read(code).map_or("提名", |case_move| case_move.chinese());
    html! {
        ol.tidy {
            @for step in steps {
                li { (name(&step.case_move)) "，" (step.by) "，" (step.at.get(..16).unwrap_or(&step.at).replace('T', " "))
                    @if let Some(note) = &step.note { p.said { (note) } } }
            }
        }
    }
}
