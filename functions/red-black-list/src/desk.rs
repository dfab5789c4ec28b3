//! One case on the desk: what it rests on, how far it is, what can be done next; and the paper that tells the business.

use crate::cases::{Case, one};
use crate::moves::{Said, act};
use crate::tabs::desk_tabs;
use axum::response::{IntoResponse as _, Redirect};
use domain::office_date::chinese;
use domain::red_black::{CaseMove, ListKind};
use domain::words::Word as _;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use web::extract::{Form, OptionalJson, Path};
use web::form::{Errors, area};
use web::problem::FieldError;
use web::respond::{json_text, refused};
use web::{Answer, Context, Problem, page};

/// What a move takes beside itself, under the names that the API gives it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "ListCaseOrder")]
pub struct Order {
    /// 怎样送达、申辩内容、答复或理由
    note: Option<String>,
    /// answer：是否采纳申辩，采纳就撤回提名
    upheld: Option<bool>,
    /// decide：是否同意
    approved: Option<bool>,
    /// decide-repair：是否同意修复
    granted: Option<bool>,
    version: Option<i64>,
}

/// What can be done with a case, as it stands in the path.
#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
#[expect(dead_code, reason = "described, never made")]
enum Verb {
    Notify,
    Objection,
    Answer,
    Decide,
    Publish,
    Reply,
    Repair,
    DecideRepair,
    Withdraw,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made")]
pub struct OfVerb {
    /// 做哪一步
    verb: Verb,
}

/// The move that a route and its order ask for.
fn chosen(verb: &str, order: &Order) -> Result<CaseMove, Problem> {
    let either = |field: &str, value: Option<bool>, yes: CaseMove, no: CaseMove| match value {
        Some(true) => Ok(yes),
        Some(false) => Ok(no),
        None => Err(Problem::invalid(vec![FieldError::new(
            field,
            "",
            "请选择是或者否",
        )])),
    };
    match verb {
        "notify" => Ok(CaseMove::Notify),
        "objection" => Ok(CaseMove::Object),
        "answer" => either("upheld", order.upheld, CaseMove::Uphold, CaseMove::Answer),
        "decide" => either(
            "approved",
            order.approved,
            CaseMove::Approve,
            CaseMove::Reject,
        ),
        "publish" => Ok(CaseMove::Publish),
        "reply" => Ok(CaseMove::Reply),
        "repair" => Ok(CaseMove::ApplyRepair),
        "decide-repair" => either(
            "granted",
            order.granted,
            CaseMove::GrantRepair,
            CaseMove::RefuseRepair,
        ),
        "withdraw" => Ok(CaseMove::Withdraw),
        _ => Err(Problem::not_found()),
    }
}

pub async fn show_list_case(context: Context, Path(id): Path<String>) -> Answer {
    let case = one(&context, &id).await?;
    Ok(json_text(
        serde_json::to_string(&case).map_err(Problem::internal)?,
    ))
}

pub async fn move_list_case(
    context: Context,
    Path((id, verb)): Path<(String, String)>,
    OptionalJson(order): OptionalJson<Order>,
) -> Answer {
    let what = chosen(&verb, &order)?;
    let said = Said {
        note: order.note,
        version: order.version,
    };
    act(&context, &id, what, "note", said).await?;
    show_list_case(context, Path(id)).await
}

pub async fn page(context: Context, Path(id): Path<String>) -> Answer {
    let case = one(&context, &id).await?;
    Ok(case_page(
        &context,
        &case,
        "",
        &BTreeMap::new(),
        &Errors::default(),
    ))
}

type Typed = BTreeMap<String, String>;

pub async fn submit(
    context: Context,
    Path((id, verb)): Path<(String, String)>,
    Form(typed): Form<Typed>,
) -> Answer {
    let what = CaseMove::read(&verb).ok_or_else(Problem::not_found)?;
    let said = Said {
        note: typed.get("note").cloned(),
        version: typed
            .get("version")
            .and_then(|version| version.parse().ok()),
    };
    let field = format!("note-{verb}");
    match act(&context, &id, what, &field, said).await {
        Ok(()) => Ok(Redirect::to(&format!("/lists/cases/{id}")).into_response()),
        Err(problem) if problem.status == 404 => Err(problem),
        Err(problem) => {
            let case = one(&context, &id).await?;
            let errors = match problem.errors.is_empty() {
                true => vec![FieldError::secret(&format!("do-{verb}"), &*problem.detail)],
                // What is wrong with the text to be published has no field in this form.
                false => problem
                    .errors
                    .iter()
                    .map(|error| match error.field == field {
                        true => error.clone(),
                        false => FieldError::secret(&format!("do-{verb}"), &*error.reason),
                    })
                    .collect(),
            };
            let page = case_page(&context, &case, &verb, &typed, &Errors(errors));
            Ok(refused(problem.status, page))
        }
    }
}

/// Publishes all that has been decided.
pub async fn publish_all(context: Context) -> Answer {
    let caller = context.caller()?;
    let cases = crate::moves::decided(&context).await?;
    crate::moves::publish(&context, &cases, &caller.account).await?;
    Ok(Redirect::to("/lists/cases?status=published").into_response())
}

/// What a move asks for, and what it means.
fn asks(what: CaseMove) -> Option<(&'static str, &'static str)> {
    Some(match what {
        CaseMove::Notify => (
            "怎样送达、谁签收",
            "从今天起的第五个工作日为止，企业可以陈述申辩。先打印告知书。",
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

fn case_page(
    context: &Context,
    case: &Case,
    wrong: &str,
    typed: &Typed,
    errors: &Errors,
) -> axum::response::Response {
    let title = format!("{}：{}", case.list.chinese(), case.name);
    let date = |date: Option<chrono::NaiveDate>| date.map_or_else(|| "—".to_owned(), chinese);
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "—".to_owned());
    let black = case.list == ListKind::Black;
    page::page(
        context,
        &errors.title(&title),
        &html! {
            (errors.summary())
            (desk_tabs(context))
            h1 { (title) }
            p { span.tag { (case.status.chinese()) }
                @if case.status.is_public() { " " a href={ "/lists/entries/" (case.id) } { "公众看到的页面" } " · " a href={ "/lists/entries/" (case.id) "/sheet" } { "打印张贴的公示单" } }
                @if black && !case.status.is_over() { " · " a href={ "/lists/cases/" (case.id) "/notice" } { "打印告知书" } } }
            @if !case.facts_stand && !case.status.is_over() {
                div.panel role="status" { p { "所依据的事实有的已经撤销或者变更。" @if case.status.is_public() { "这一条会自动撤下。" } @else { "请撤回这次提名。" } } }
            }
            dl.facts {
                dt { "企业" } dd { a href={ "/enterprises/" (case.uscc) } { (case.name) } " " span.code { (case.uscc) } }
                dt { "镇街" } dd { (text(&case.town)) }
                dt { "理由（公开）" } dd { (case.ground) }
                dt { "提名" } dd { (case.nominated_by) "，" (chinese(case.nominated_on)) }
                @if black {
                    dt { "告知" } dd { (date(case.notified_on)) @if let Some(until) = case.object_ends { "，可以申辩到" (chinese(until)) @if case.object_provisional { "（那一年的节假日还没有公布，暂定）" } }
                        @if let (Some(told), Some(later)) = (case.object_until, put_off(case)) { p { strong { "告知书上写的是" (chinese(told)) "，按已经公布的节假日顺延到" (chinese(later)) "。请再告诉企业一次。" } } } }
                    @if case.objection.is_some() { dt { "陈述申辩" } dd.said { (text(&case.objection)) } dt { "答复" } dd.said { (text(&case.answer)) } }
                }
                dt { "决定" } dd { (case.decided_by.as_deref().unwrap_or("—")) @if let Some(day) = case.decided_on { "，" (chinese(day)) } }
                dt { "公布" } dd { (date(case.published_on)) @if let Some(until) = case.until_on { "，到" (chinese(until)) } }
                @if black { dt { "企业回应（公开）" } dd.said { (text(&case.reply)) } }
                @if case.repair.is_some() { dt { "信用修复申请" } dd.said { (text(&case.repair)) } }
                @if case.ended_on.is_some() { dt { "结束" } dd { (date(case.ended_on)) "，" (text(&case.ended_why)) } }
            }
            h2 { "依据" }
            (crate::shown::rules(&case.rules))
            @if !case.moves.is_empty() {
                h2 { "办理" }
                @for what in CaseMove::ALL.iter().filter(|what| case.moves.contains(what)) {
                    @if let Some((label, hint)) = asks(*what) { (doing(case, *what, label, hint, wrong, typed, errors)) }
                }
            }
            h2 { "经过" }
            ol.tidy {
                @for step in &case.steps {
                    li { (crate::desk::moved(&step.what)) "，" (step.by) "，" (step.at.get(..16).unwrap_or(&step.at).replace('T', " "))
                        @if let Some(note) = &step.note { p.said { (note) } } }
                }
            }
        },
    )
}

fn moved(code: &str) -> &str {
    match CaseMove::read(code) {
        Some(what) => what.chinese(),
        None => "提名",
    }
}

fn doing(
    case: &Case,
    what: CaseMove,
    label: &str,
    hint: &str,
    wrong: &str,
    typed: &Typed,
    errors: &Errors,
) -> Markup {
    let verb = what.code();
    let open = wrong == verb;
    let note = match open {
        true => typed.get("note").map_or("", String::as_str),
        false => "",
    };
    let id = format!("note-{verb}");
    html! {
        details id={ "do-" (verb) } open[open] {
            summary { (what.chinese()) }
            form.stack method="post" action={ "/lists/cases/" (case.id) "/" (verb) } {
                input type="hidden" name="version" value=(case.version);
                (area((&id, "note"), label, Some(hint), note, true, errors))
                button.main { (what.chinese()) }
            }
        }
    }
}

/// The later last day to object that the announced holidays make of the one that the notice names.
fn put_off(case: &Case) -> Option<chrono::NaiveDate> {
    case.object_ends
        .filter(|ends| case.object_until.is_some_and(|told| *ends > told))
}

/// 拟列入黑榜告知书, to print and hand over.
pub async fn notice(context: Context, Path(id): Path<String>) -> Answer {
    let case = one(&context, &id).await?;
    if case.list != ListKind::Black {
        return Err(Problem::not_found());
    }
    Ok(page::page(
        &context,
        "拟列入黑榜告知书",
        &html! {
            p.actions { a href={ "/lists/cases/" (case.id) } { "回到办理页面" } }
            article.paper {
                h1.title { "拟列入食品安全黑榜告知书" }
                p { (case.name) "（统一社会信用代码 " (case.uscc) "）：" }
                p.body { "经查，你单位有下列依法认定的事实，达到本区食品安全“红黑榜”管理制度规定的标准，" (context.issuer) "拟将你单位列入黑榜，向社会公布。" }
                @for met in &case.rules {
                    p.body { (met.title) "（" (met.basis) "）：" }
                    @for fact in &met.evidence { p.body { (crate::shown::fact(fact)) "。" } }
                }
                p.body { "拟公布的理由：" (case.ground) }
                p.body { "你单位有权陈述和申辩。请在收到本告知书之日起五个工作日内"
                    @if let Some(until) = case.object_until { "（" (chinese(until)) "以前" @if let Some(later) = put_off(&case) { "；按已经公布的节假日顺延到" (chinese(later)) } @else if case.object_provisional { "，暂定" } "）" }
                    "提出，书面、口头都可以。逾期没有提出的，视为放弃。" }
                p.body { "黑榜是本区对已经依法认定的事实的公开，不是国家严重违法失信名单，不附带其他处罚；公布期限不超过所依据处罚的公示期限。公布以后，你单位的回应会刊登在旁边；改正以后可以申请信用修复。" }
                p.signed { (context.issuer) }
                p.signed { (chinese(context.today())) }
            }
        },
    ))
}
