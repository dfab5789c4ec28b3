//! The page of the handlers of insiders' reports, on which a change is proposed, confirmed and withdrawn, and the chair hands over
//! what has no handler.

use crate::access::{CHAIR, HANDLER_CONFIRMERS};
use crate::handlers::{
    ChangeOutcome, HandlerChange, HandlerChangeId, HandlerNomination, Handlers, eligible_accounts,
    end_change, name_of_account, propose_handlers, read_handlers,
};
use crate::handover::{UnhandledReportId, hand_over_by_chair, unhandled_reports_part};
use crate::tabs::tabs;
use axum::response::{IntoResponse as _, Redirect};
use domain::office_date::chinese_time;
use http::StatusCode;
use maud::{Markup, html};
use web::extract::Form;
use web::form::{Errors, select};
use web::problem::FieldError;
use web::respond::refused;
use web::routes::BUREAU;
use web::{Answer, Context, Problem, Routes, Token, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get(
            "/complaints/handlers",
            HANDLER_CONFIRMERS.or(Token::Person),
            show_handlers,
        )
        .post("/complaints/handlers", BUREAU, submit_proposal)
        .post(
            "/complaints/handlers/confirm",
            HANDLER_CONFIRMERS,
            submit_confirmation,
        )
        .post(
            "/complaints/handlers/withdraw",
            HANDLER_CONFIRMERS,
            submit_withdrawal,
        )
        .post("/complaints/handlers/waiting", CHAIR, submit_hand_over)
}

async fn show_handlers(context: Context) -> Answer {
    handlers_page(&context, &HandlerNomination::default(), &Errors::default()).await
}

/// Accounts, each with the name of its person.
type Accounts = [(String, String)];

async fn handlers_page(context: &Context, named: &HandlerNomination, errors: &Errors) -> Answer {
    let caller = context.caller()?;
    let proposes = BUREAU.admits(Some(caller));
    let eligible = eligible_accounts(context).await?;
    let handlers = read_handlers(context).await?;
    let unhandled = match proposes {
        true => Markup::default(),
        false => unhandled_reports_part(context).await?,
    };
    Ok(page::page(
        context,
        &errors.title("内部举报经办人"),
        &html! {
            @if proposes { (tabs(context)) }
            (errors.summary())
            h1 { "内部举报经办人" }
            p { "企业内部人员（吹哨人）的举报，只有收到时的两名经办人能打开，其他人包括管理员都看不到。更换经办人要由两个人办：一个人提议，另一个人（区市场监管局、设在市场监管局的区食药安办，或者食药安委主任）确认；原经办人会得到通知。" }
            (current_handlers_part(&handlers, &eligible))
            @match &handlers.change {
                Some(change) => (waiting_change_part(change, &eligible, &caller.account)),
                None if proposes => (proposal_part(&handlers, &eligible, named, errors)),
                None => { span id="change" {} },
            }
            (unhandled)
        },
    ))
}

fn current_handlers_part(handlers: &Handlers, eligible: &Accounts) -> Markup {
    let name = |account: &Option<String>| {
        let account = account.as_deref().unwrap_or("还没有指定");
        name_of_account(eligible, account).to_owned()
    };
    html! {
        @if handlers.first.is_none() {
            div.panel { p { "还没有指定经办人。如果收到内部举报，没有人能办理，请尽快指定。" } }
        } @else {
            dl.facts { dt { "第一名经办人" } dd { (name(&handlers.first)) } dt { "第二名经办人" } dd { (name(&handlers.second)) } }
        }
    }
}

fn waiting_change_part(change: &HandlerChange, eligible: &Accounts, caller: &str) -> Markup {
    let name = |account| name_of_account(eligible, account);
    html! {
        h2 id="change" { "等待确认的更换" }
        p { (name(&change.proposed_by)) " 于 " (chinese_time(change.proposed_at)) " 提议：" strong { (name(&change.first)) "、" (name(&change.second)) } }
        div.actions {
            @if change.proposed_by != caller {
                form method="post" action="/complaints/handlers/confirm" { input type="hidden" name="id" value=(change.id); button.main { "确认更换" } }
            } @else { p { "要由另一个人确认。" } }
            form method="post" action="/complaints/handlers/withdraw" { input type="hidden" name="id" value=(change.id); button.second { "撤回这项提议" } }
        }
    }
}

fn proposal_part(
    handlers: &Handlers,
    eligible: &Accounts,
    named: &HandlerNomination,
    errors: &Errors,
) -> Markup {
    let accounts = eligible
        .iter()
        .map(|(account, name)| (account.as_str(), name.as_str()));
    let choices: Vec<(&str, &str)> = std::iter::once(("", "请选择")).chain(accounts).collect();
    html! {
        h2 id="change" { @if handlers.first.is_none() { "指定" } @else { "更换" } }
        form.stack method="post" action="/complaints/handlers" {
            (select("first", "第一名经办人", &choices, &named.first, errors))
            (select("second", "第二名经办人", &choices, &named.second, errors))
            button.main { "提议" }
        }
    }
}

/// Back to the page, which says what was wrong.
async fn answer_form(
    context: &Context,
    outcome: Result<(), Problem>,
    named: &HandlerNomination,
) -> Answer {
    match outcome {
        Ok(()) => Ok(Redirect::to("/complaints/handlers").into_response()),
        Err(problem) if problem.status == StatusCode::FORBIDDEN => Err(problem),
        Err(problem) => {
            let errors = match problem.errors.is_empty() {
                true => vec![FieldError::secret("change", problem.detail.clone())],
                false => problem.errors,
            };
            let page = handlers_page(context, named, &Errors(errors)).await?;
            Ok(refused(problem.status, page))
        }
    }
}

async fn submit_proposal(context: Context, Form(named): Form<HandlerNomination>) -> Answer {
    let outcome = propose_handlers(&context, &named).await;
    answer_form(&context, outcome, &named).await
}

async fn submit_confirmation(context: Context, Form(change): Form<HandlerChangeId>) -> Answer {
    let outcome = end_change(&context, &change.id, ChangeOutcome::Confirmed).await;
    answer_form(&context, outcome, &HandlerNomination::default()).await
}

async fn submit_withdrawal(context: Context, Form(change): Form<HandlerChangeId>) -> Answer {
    let outcome = end_change(&context, &change.id, ChangeOutcome::Withdrawn).await;
    answer_form(&context, outcome, &HandlerNomination::default()).await
}

async fn submit_hand_over(context: Context, Form(report): Form<UnhandledReportId>) -> Answer {
    let outcome = hand_over_by_chair(&context, &report.id).await;
    answer_form(&context, outcome, &HandlerNomination::default()).await
}
